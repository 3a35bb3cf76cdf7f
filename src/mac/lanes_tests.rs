//! The lanes against the `hmac` and `sha2` crates.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::lanes::{LaneKey, Lanes, state_after};
use super::shani::ShaNi;
use super::{MAX_KEYS, Tags};

/// The tags of a message in pieces.
fn tags_of<'k>(
    engine: ShaNi,
    keys: impl IntoIterator<Item = &'k LaneKey>,
    digest: Option<[u32; 8]>,
    pieces: &[&[u8]],
) -> Zeroizing<Tags> {
    let mut lanes = Lanes::new(engine);
    lanes.start(keys, digest);
    pieces.iter().for_each(|piece| lanes.update(piece));
    finish(&mut lanes)
}

fn finish(lanes: &mut Lanes) -> Zeroizing<Tags> {
    let mut tags = Tags::none();
    lanes.finish_into(&mut tags);
    tags
}

/// One tag per key, in the order of the keys.
fn listed(tags: &Tags) -> Vec<&[u8]> {
    tags.iter().collect()
}

/// Xorshift: the same "random" bytes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Six keys and a prefix block, and what the other crates make of a message under them.
struct Fixture {
    engine: ShaNi,
    lane_keys: Vec<LaneKey>,
    macs: Vec<Hmac<Sha256>>,
    prefix: [u8; 64],
}

struct Expected {
    tags: Vec<[u8; 32]>,
    digest: [u8; 32],
}

impl Fixture {
    /// `None` on a machine that has no lanes to test.
    fn new(random: &mut Random) -> Option<Self> {
        let engine = ShaNi::detect()?;
        let keys: Vec<Vec<u8>> = (0..MAX_KEYS)
            .map(|_| {
                let length = random.below(100);
                random.bytes(length)
            })
            .collect();
        Some(Self {
            engine,
            lane_keys: keys.iter().map(|key| LaneKey::new(engine, key)).collect(),
            macs: keys.iter().map(|key| mac(key)).collect(),
            prefix: random.bytes(64).try_into().unwrap(),
        })
    }

    fn expected(&self, message: &[u8]) -> Expected {
        let tag = |mac: &Hmac<Sha256>| mac.clone().chain_update(message).finalize().into_bytes();
        Expected {
            tags: self.macs.iter().map(|mac| tag(mac).into()).collect(),
            digest: Sha256::new().chain_update(self.prefix).chain_update(message).finalize().into(),
        }
    }

    fn midstate(&self, digest: bool) -> Option<[u32; 8]> {
        digest.then(|| state_after(self.engine, &self.prefix))
    }

    #[track_caller]
    fn check(&self, keys: usize, digest: bool, pieces: &[&[u8]], expected: &Expected) {
        let midstate = self.midstate(digest);
        let at_hand = tags_of(self.engine, &self.lane_keys[..keys], midstate, pieces);
        let mut lanes = Lanes::new(self.engine);
        lanes.start(&self.lane_keys[..keys], midstate);
        for piece in pieces {
            lanes.update(piece);
        }
        for got in [at_hand, finish(&mut lanes)] {
            assert_eq!(listed(&got), &expected.tags[..keys]);
            assert_eq!(got.digest, digest.then_some(expected.digest));
        }
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// Every number of keys, without and with the digest, which takes the place of a key.
fn shapes() -> impl Iterator<Item = (usize, bool)> {
    (1..=MAX_KEYS).map(|keys| (keys, false)).chain((1..MAX_KEYS).map(|keys| (keys, true)))
}

/// Cuts `message` at random places, empty pieces included.
fn cut<'m>(random: &mut Random, mut message: &'m [u8]) -> Vec<&'m [u8]> {
    let mut pieces = Vec::new();
    while !message.is_empty() {
        let most = if random.below(2) == 0 { 70 } else { message.len() };
        let (piece, rest) = message.split_at(random.below(most + 1).min(message.len()));
        pieces.push(piece);
        message = rest;
    }
    pieces
}

/// Without this the other tests could pass by testing nothing.
#[test]
fn lanes_run_where_the_cpu_has_the_instructions() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if cfg!(any(target_arch = "x86", target_arch = "x86_64")) && cpu.contains(" sha_ni") {
        assert!(ShaNi::detect().is_some());
    }
}

#[test]
fn rfc_4231_case_2() {
    let Some(engine) = ShaNi::detect() else {
        return;
    };
    let key = LaneKey::new(engine, b"Jefe");
    let tags = tags_of(engine, [&key], None, &[b"what do ya want ", b"for nothing?"]);
    let expected = [
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08,
        0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
    ];
    assert_eq!(listed(&tags), [expected]);
}

#[test]
fn every_length_up_to_sixteen_blocks() {
    let mut random = Random(1);
    let Some(fixture) = Fixture::new(&mut random) else {
        return;
    };
    let message = random.bytes(1025);
    for length in 0..=message.len() {
        let message = &message[..length];
        let expected = fixture.expected(message);
        for (keys, digest) in shapes() {
            fixture.check(keys, digest, &[message], &expected);
        }
    }
}

#[test]
fn every_split_of_short_messages() {
    let mut random = Random(2);
    let Some(fixture) = Fixture::new(&mut random) else {
        return;
    };
    for length in [1, 2, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 193] {
        let message = random.bytes(length);
        let expected = fixture.expected(&message);
        for at in 0..=length {
            let (head, tail) = message.split_at(at);
            for (keys, digest) in [(1, false), (2, true), (5, true)] {
                fixture.check(keys, digest, &[head, tail], &expected);
                fixture.check(keys, digest, &[head, &[], tail], &expected);
            }
        }
        let bytes: Vec<&[u8]> = message.chunks(1).collect();
        for (keys, digest) in shapes() {
            fixture.check(keys, digest, &bytes, &expected);
        }
    }
}

#[test]
fn random_splits_of_long_messages() {
    let mut random = Random(3);
    let Some(fixture) = Fixture::new(&mut random) else {
        return;
    };
    for length in [2_000, 4_096, 10_007, 65_536] {
        let message = random.bytes(length);
        let expected = fixture.expected(&message);
        for (keys, digest) in shapes() {
            let pieces = cut(&mut random, &message);
            fixture.check(keys, digest, &pieces, &expected);
        }
    }
    let message = random.bytes(1 << 20);
    let pieces = cut(&mut random, &message);
    fixture.check(5, true, &pieces, &fixture.expected(&message));
}

/// The bulk loads are unaligned ones: no offset of the input may matter.
#[test]
fn every_alignment_of_the_input() {
    let mut random = Random(4);
    let Some(fixture) = Fixture::new(&mut random) else {
        return;
    };
    let memory = random.bytes(64 + 300);
    for offset in 0..64 {
        let message = &memory[offset..offset + 300];
        fixture.check(3, true, &[message], &fixture.expected(message));
    }
}

#[test]
fn every_key_length() {
    let mut random = Random(5);
    let Some(engine) = ShaNi::detect() else {
        return;
    };
    for length in 0..=200 {
        let key = random.bytes(length);
        let lane_key = LaneKey::new(engine, &key);
        let tags = tags_of(engine, [&lane_key], None, &[b"message"]);
        let expected: [u8; 32] = mac(&key).chain_update(b"message").finalize().into_bytes().into();
        assert_eq!(listed(&tags), [expected]);
    }
}

#[test]
fn a_seventh_key_stays_in_the_iterator() {
    let mut random = Random(6);
    let Some(engine) = ShaNi::detect() else {
        return;
    };
    let keys: Vec<Vec<u8>> = (0..8).map(|_| random.bytes(32)).collect();
    let lane_keys: Vec<LaneKey> = keys.iter().map(|key| LaneKey::new(engine, key)).collect();
    let mut left = lane_keys.iter();
    let first = tags_of(engine, left.by_ref(), None, &[b"message"]);
    let second = tags_of(engine, left.by_ref(), None, &[b"message"]);
    let got = [listed(&first), listed(&second)].concat();
    let expected: Vec<[u8; 32]> =
        keys.iter().map(|key| mac(key).chain_update(b"message").finalize().into_bytes().into()).collect();
    assert_eq!((first.count, got.len()), (MAX_KEYS, 8));
    assert_eq!(got, expected);
    // Beside a digest there is room for one less.
    let mut left = lane_keys.iter();
    let beside = tags_of(engine, left.by_ref(), Some([7; 8]), &[b"message"]);
    assert_eq!((beside.count, left.len()), (MAX_KEYS - 1, 3));
}

#[test]
fn no_key_is_no_tag() {
    let mut random = Random(7);
    let Some(fixture) = Fixture::new(&mut random) else {
        return;
    };
    let message = random.bytes(200);
    let expected = fixture.expected(&message);
    fixture.check(0, false, &[&message], &expected);
    fixture.check(0, true, &[&message], &expected);
    let none = tags_of(fixture.engine, [], None, &[]);
    assert!(none.iter().next().is_none() && none.digest.is_none());
}

/// The engine below the lanes, each number of states against one state at a time.
#[test]
fn compressing_together_is_compressing_alone() {
    fn check<const N: usize>(engine: ShaNi, random: &mut Random) {
        let mut word = || random.next() as u32;
        let states: [[u32; 8]; N] = core::array::from_fn(|_| core::array::from_fn(|_| word()));
        let digests: [[u32; 8]; N] = core::array::from_fn(|_| core::array::from_fn(|_| word()));
        let data = random.bytes(64 * N);

        let mut same = states;
        assert!(engine.compress_same(&mut same, &data).is_empty());
        let mut outer = states;
        engine.compress_outer(&mut outer, &digests);
        for (index, digest) in digests.iter().enumerate() {
            let mut all = [states[index]];
            assert!(engine.compress_same(&mut all, &data).is_empty());
            assert_eq!(same[index], all[0]);
            // RFC 6234: a one bit, zeros, and the length in bits of a key block and a digest.
            let mut block: Vec<u8> = digest.iter().flat_map(|word| word.to_be_bytes()).collect();
            block.push(0x80);
            block.resize(56, 0);
            block.extend((96_u64 * 8).to_be_bytes());
            let mut one = [states[index]];
            assert!(engine.compress_same(&mut one, &block).is_empty());
            assert_eq!(outer[index], one[0]);
        }
    }
    let mut random = Random(8);
    let Some(engine) = ShaNi::detect() else {
        return;
    };
    for _ in 0..50 {
        check::<1>(engine, &mut random);
        check::<2>(engine, &mut random);
        check::<3>(engine, &mut random);
        check::<4>(engine, &mut random);
        check::<5>(engine, &mut random);
        check::<6>(engine, &mut random);
    }
}
