//! Tags of one message under several keys, in one pass over the message.
//!
//! The only user of `hmac` and `subtle` on the hot path. A message is fed once; every live key gets its tag. How that is
//! done stays behind this interface, so that a faster body can replace the portable one.

#[cfg(feature = "simd")]
mod lanes;
mod portable;
#[cfg(feature = "simd")]
#[cfg_attr(not(any(target_arch = "x86", target_arch = "x86_64")), path = "mac/no_shani.rs")]
mod shani;

#[cfg(feature = "simd")]
#[cfg(test)]
mod lanes_tests;

use hmac::{Hmac, KeyInit, Mac as _};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing, optimization_barrier};

use portable::Portable;

/// At most this many keys fit into one pass. Rings have fewer, so that the digest finds room beside them.
pub(crate) const MAX_KEYS: usize = 6;
/// Room for the longest tag.
pub(crate) const MAX_TAG: usize = 64;

/// The hash under the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
    #[cfg(feature = "sha1")]
    Sha1,
}

impl Hash {
    /// Length of a tag in bytes.
    pub(crate) const fn tag_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            #[cfg(feature = "sha1")]
            Self::Sha1 => 20,
        }
    }
}

/// A key with its inner and outer states computed beforehand; all of them are wiped on drop.
pub(crate) struct MacKey {
    sha256: Hmac<Sha256>,
    sha384: Hmac<Sha384>,
    sha512: Hmac<Sha512>,
    #[cfg(feature = "sha1")]
    sha1: Hmac<Sha1>,
    /// The same two SHA-256 states for the engine that runs several keys in one pass, if this CPU has it.
    #[cfg(feature = "simd")]
    lane: Option<lanes::LaneKey>,
}

impl MacKey {
    /// HMAC takes keys of any length, so this only fails if that changed.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(Self {
            sha256: Hmac::new_from_slice(key).ok()?,
            sha384: Hmac::new_from_slice(key).ok()?,
            sha512: Hmac::new_from_slice(key).ok()?,
            #[cfg(feature = "sha1")]
            sha1: Hmac::new_from_slice(key).ok()?,
            #[cfg(feature = "simd")]
            lane: shani::ShaNi::detect().map(|engine| lanes::LaneKey::new(engine, key)),
        })
    }
}

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) of these parts, one after the other, under one key.
pub(crate) fn tag(key: &MacKey, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut mac = key.sha256.clone();
    parts.iter().for_each(|part| mac.update(part));
    let mut computed = mac.finalize().into_bytes();
    let mut tag = Zeroizing::new([0; 32]);
    tag.copy_from_slice(&computed);
    computed.as_mut_slice().zeroize();
    tag
}

/// A running computation: one message, up to [`MAX_KEYS`] keys, and on demand a plain digest of the same bytes.
pub(crate) struct Macs(Body);

#[expect(clippy::large_enum_variant, reason = "lives on the stack for one message; boxing would allocate on the hot path")]
enum Body {
    Portable(Portable),
    #[cfg(feature = "simd")]
    Lanes(Zeroizing<lanes::Lanes>),
}

impl Macs {
    /// Starts with a fresh message. Keys beyond [`MAX_KEYS`] are left out; a keyring never has more.
    pub(crate) fn begin<'k>(hash: Hash, keys: impl Iterator<Item = &'k MacKey>, digest: bool) -> Self {
        #[cfg(test)]
        let keys = {
            counter::add(digest);
            keys.inspect(|_| counter::add_key())
        };
        #[cfg(feature = "simd")]
        if let Some(engine) = shani::ShaNi::detect().filter(|_| hash == Hash::Sha256) {
            let digest = digest.then(|| lanes::state_after(engine, &DIGEST_BLOCK));
            // On this CPU every key was made with its lane.
            let lanes = lanes::Lanes::new(engine, keys.filter_map(|key| key.lane.as_ref()), digest);
            return Self(Body::Lanes(Zeroizing::new(lanes)));
        }
        Self(Body::Portable(Portable::begin(hash, keys, digest)))
    }

    /// Adds the next part of the message.
    #[inline]
    pub(crate) fn update(&mut self, part: &[u8]) {
        #[cfg(test)]
        counter::add_bytes(part.len());
        match &mut self.0 {
            Body::Portable(body) => body.update(part),
            #[cfg(feature = "simd")]
            Body::Lanes(body) => body.update(part),
        }
    }

    /// Ends the message.
    pub(crate) fn finish(&mut self) -> Zeroizing<Tags> {
        let mut tags = Tags::none();
        self.finish_into(&mut tags);
        tags
    }

    /// Ends the message in place, because moving the tags costs a short message several per cent.
    pub(crate) fn finish_into(&mut self, tags: &mut Tags) {
        match &mut self.0 {
            Body::Portable(body) => body.finish_into(tags),
            #[cfg(feature = "simd")]
            Body::Lanes(body) => body.finish_into(tags),
        }
    }
}

/// The block in front of a content digest. Its first byte is FF, so that no text or JSON can begin with it.
pub(crate) const DIGEST_BLOCK: [u8; 64] =
    *b"\xFFhookring signed content, version 1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The tags of a message, in the order of the keys.
///
/// A tag computed for somebody else's message is a forgery of it, so they are only handed out in [`Zeroizing`].
pub(crate) struct Tags {
    pub(crate) bytes: [[u8; MAX_TAG]; MAX_KEYS],
    pub(crate) count: usize,
    pub(crate) len: usize,
    /// SHA-256 of [`DIGEST_BLOCK`] and the message.
    pub(crate) digest: Option<[u8; 32]>,
}

impl Tags {
    /// Room for the tags of a message.
    pub(crate) fn none() -> Zeroizing<Self> {
        Zeroizing::new(Self { bytes: [[0; MAX_TAG]; MAX_KEYS], count: 0, len: 0, digest: None })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.iter().take(self.count).filter_map(|tag| tag.get(..self.len))
    }

    /// Compares every tag with every candidate, without an early exit, and says which key made one of them.
    ///
    /// Each candidate has exactly the length of a tag. Only here does a comparison become a public fact.
    pub(crate) fn matching<'c>(&self, candidates: impl Iterator<Item = &'c [u8]> + Clone) -> Option<usize> {
        let mut found = Choice::from(0);
        let mut which = 0_u8;
        for (tag, place) in self.iter().zip(0_u8..) {
            let hit = candidates.clone().fold(Choice::from(0), |hit, candidate| hit | same(tag, candidate));
            which = u8::conditional_select(&which, &place, hit & !found);
            found |= hit;
        }
        bool::from(found).then_some(usize::from(which))
    }
}

impl Zeroize for Tags {
    fn zeroize(&mut self) {
        // Plain stores kept alive by the barrier, and only where something was written.
        self.bytes.iter_mut().take(self.count).for_each(|tag| *tag = [0; MAX_TAG]);
        optimization_barrier(&self.bytes);
    }
}

/// Gathers the differences of all bytes, eight at a time, and judges them once.
fn same(tag: &[u8], candidate: &[u8]) -> Choice {
    let (tag, candidate) = (tag.chunks_exact(8), candidate.chunks_exact(8));
    let rest = tag.remainder().iter().zip(candidate.remainder()).fold(0, |all, (a, b)| all | u64::from(a ^ b));
    let words = tag.zip(candidate).filter_map(|(a, b)| Some((a.first_chunk()?, b.first_chunk()?)));
    let different = words.fold(rest, |all, (a, b)| all | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)));
    different.ct_eq(&0)
}

/// Counts computations, so that tests can prove how much work a hostile request causes.
#[cfg(test)]
pub(crate) mod counter {
    extern crate std;
    use core::cell::Cell;
    std::thread_local!(static COUNT: Cell<(u32, u32)> = const { Cell::new((0, 0)) });
    // Keys of the running pass, and bytes fed to all of them.
    std::thread_local!(static BYTES: Cell<(usize, usize)> = const { Cell::new((0, 0)) });
    std::thread_local!(static DIGESTS: Cell<u32> = const { Cell::new(0) });
    pub(crate) fn add(digest: bool) {
        DIGESTS.with(|c| c.set(c.get() + u32::from(digest)));
        BYTES.with(|c| c.set((0, c.get().1)));
        COUNT.with(|c| c.set((c.get().0 + 1, c.get().1)));
    }
    pub(crate) fn add_key() {
        COUNT.with(|c| c.set((c.get().0, c.get().1 + 1)));
        BYTES.with(|c| c.set((c.get().0 + 1, c.get().1)));
    }
    pub(crate) fn add_bytes(len: usize) {
        BYTES.with(|c| c.set((c.get().0, c.get().1 + len * c.get().0)));
    }
    /// Bytes that were fed since the last call, once for each key.
    pub(crate) fn take_bytes() -> usize {
        BYTES.with(|c| c.replace((0, 0))).1
    }
    /// Messages that were digested beside their MACs since the last call.
    pub(crate) fn take_digests() -> u32 {
        DIGESTS.with(|c| c.replace(0))
    }
    /// Messages and keys since the last call: so many passes, so many MACs.
    pub(crate) fn take() -> (u32, u32) {
        COUNT.with(|c| c.replace((0, 0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(hash: Hash, key: &[u8], parts: &[&[u8]]) -> alloc::vec::Vec<u8> {
        let key = MacKey::new(key).unwrap();
        let mut macs = Macs::begin(hash, core::iter::once(&key), false);
        parts.iter().for_each(|p| macs.update(p));
        macs.finish().iter().next().unwrap().to_vec()
    }

    /// RFC 4231, test cases 1, 2, 6 and 7 (the last two with keys longer than a block).
    #[test]
    fn published_vectors() {
        let long = [0xaa_u8; 131];
        let cases: [(&[u8], &[u8], &str, &str); 4] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
             "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
             "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
            (&long, b"Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
             "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
            (&long, b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
             "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
             "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"),
        ];
        for (key, message, sha256, sha512) in cases {
            assert_eq!(hex::encode(tag(Hash::Sha256, key, &[message])), sha256);
            assert_eq!(hex::encode(tag(Hash::Sha512, key, &[message])), sha512);
        }
    }

    /// RFC 4231 and RFC 2202, test case 2 of each.
    #[test]
    fn published_vectors_of_the_rarer_hashes() {
        let of = |hash| hex::encode(tag(hash, b"Jefe", &[b"what do ya want ", b"for nothing?"]));
        assert_eq!(
            of(Hash::Sha384),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
        );
        #[cfg(feature = "sha1")]
        assert_eq!(of(Hash::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn tags_that_are_wiped_are_zeros() {
        for hash in [Hash::Sha256, Hash::Sha512] {
            let keys = [1, 2].map(|byte| MacKey::new(&[byte; 32]).unwrap());
            let mut tags = Macs::begin(hash, keys.iter(), false).finish();
            assert!(tags.iter().all(|tag| tag.iter().any(|byte| *byte != 0)));
            tags.zeroize();
            assert_eq!(tags.bytes, [[0; MAX_TAG]; MAX_KEYS]);
        }
    }

    /// Of any length, whole words and what is left of them: one different bit is enough, and two do not make up for each other.
    #[test]
    fn the_same_is_every_bit_the_same() {
        let same = |a: &[u8], b: &[u8]| bool::from(same(a, b));
        for len in [1_usize, 7, 8, 9, 16, 20, 23, 32, 64] {
            let tag: alloc::vec::Vec<u8> = (0..len).map(|n| n.to_le_bytes()[0] ^ 0xA5).collect();
            assert!(same(&tag, &tag), "{len} bytes");
            for bit in [1, 0x80] {
                for one in 0..len {
                    let mut other = tag.clone();
                    other[one] ^= bit;
                    assert!(!same(&tag, &other), "byte {one} of {len}");
                    for two in one + 1..len {
                        let mut other = other.clone();
                        other[two] ^= bit;
                        assert!(!same(&tag, &other), "bytes {one} and {two} of {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn parts_are_joined() {
        let whole = tag(Hash::Sha256, b"k", &[b"abcdef"]);
        assert_eq!(tag(Hash::Sha256, b"k", &[b"ab", b"", b"cdef"]), whole);
        assert_ne!(tag(Hash::Sha256, b"k", &[b"abcdeg"]), whole);
    }

    #[test]
    fn the_right_key_is_named_and_no_other() {
        let keys: alloc::vec::Vec<_> = (0..5_u8).map(|n| MacKey::new(&[n; 32]).unwrap()).collect();
        let mut macs = Macs::begin(Hash::Sha256, keys.iter(), true);
        macs.update(b"body");
        let tags = macs.finish();
        assert_eq!(tags.count, 5);
        for n in 0..5 {
            let good = tags.bytes[n][..32].to_vec();
            let bad = [7_u8; 32];
            assert_eq!(tags.matching([bad.as_slice(), &good].into_iter()), Some(n));
        }
        assert_eq!(tags.matching([[0_u8; 32].as_slice()].into_iter()), None);
        assert_eq!(tags.matching(core::iter::empty()), None);
        // The tags of two keys at once: the first key is reported.
        let (a, b) = (tags.bytes[1][..32].to_vec(), tags.bytes[3][..32].to_vec());
        assert_eq!(tags.matching([b.as_slice(), &a].into_iter()), Some(1));
        // The same signature twice is as good as once.
        assert_eq!(tags.matching([b.as_slice(), &b].into_iter()), Some(3));
    }

    /// Whatever body this machine chose: the portable one gives the same.
    #[test]
    fn both_bodies_agree() {
        let keys: alloc::vec::Vec<_> = (0..5_u8).map(|n| MacKey::new(&[n; 80][..usize::from(n) * 20]).unwrap()).collect();
        let message: alloc::vec::Vec<u8> = (0..700_u32).map(|n| n.to_le_bytes()[0]).collect();
        for (hash, n, len) in [(Hash::Sha256, 5, 700), (Hash::Sha256, 2, 64), (Hash::Sha256, 1, 0), (Hash::Sha512, 3, 129)] {
            let mut chosen = Macs::begin(hash, keys.iter().take(n), true);
            let mut portable = Macs(Body::Portable(Portable::begin(hash, keys.iter().take(n), true)));
            for macs in [&mut chosen, &mut portable] {
                macs.update(&message[..len / 3]);
                macs.update(&message[len / 3..len]);
            }
            let (chosen, portable) = (chosen.finish(), portable.finish());
            assert!(chosen.iter().eq(portable.iter()));
            assert_eq!((chosen.count, chosen.digest), (n, portable.digest));
        }
    }

    /// Every length up to 1025 and some up to a mebibyte, under one to six random keys, in two pieces: both bodies give what
    /// `hmac` gives, and the fast one is what runs where the CPU has the instructions.
    #[test]
    fn both_bodies_give_the_tags_of_hmac() {
        use hmac::Mac as _;
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 40).unwrap()
        };
        let message: alloc::vec::Vec<u8> = (0..1_usize << 20).map(|_| random().to_le_bytes()[0]).collect();
        let long: alloc::vec::Vec<usize> = (0..12).map(|_| random() % message.len()).chain([message.len()]).collect();
        for len in (0..=1025).chain(long) {
            let count = 1 + random() % MAX_KEYS;
            let digest = count < MAX_KEYS && random() % 2 == 0;
            let texts: alloc::vec::Vec<alloc::vec::Vec<u8>> =
                (0..count).map(|_| (0..random() % 150).map(|_| random().to_le_bytes()[1]).collect()).collect();
            let keys: alloc::vec::Vec<_> = texts.iter().map(|text| MacKey::new(text).unwrap()).collect();
            let (head, tail) = message[..len].split_at(random() % (len + 1));
            let mut chosen = Macs::begin(Hash::Sha256, keys.iter(), digest);
            #[cfg(feature = "simd")]
            assert_eq!(matches!(chosen.0, Body::Lanes(_)), shani::ShaNi::detect().is_some());
            let mut portable = Macs(Body::Portable(Portable::begin(Hash::Sha256, keys.iter(), digest)));
            for macs in [&mut chosen, &mut portable] {
                macs.update(head);
                macs.update(tail);
            }
            let (chosen, portable) = (chosen.finish(), portable.finish());
            let mac = |text: &alloc::vec::Vec<u8>| Hmac::<Sha256>::new_from_slice(text).unwrap().chain_update(&message[..len]);
            let wanted: alloc::vec::Vec<[u8; 32]> = texts.iter().map(|text| mac(text).finalize().into_bytes().into()).collect();
            assert!(chosen.iter().eq(&wanted) && portable.iter().eq(&wanted), "{count} keys, {len} bytes");
            assert_eq!((chosen.digest, chosen.digest.is_some()), (portable.digest, digest), "{len} bytes");
        }
    }

    #[test]
    fn the_digest_is_of_the_domain_block_and_the_message() {
        use sha2::Digest as _;
        let key = MacKey::new(b"k").unwrap();
        let mut macs = Macs::begin(Hash::Sha512, core::iter::once(&key), true);
        macs.update(b"me");
        macs.update(b"ssage");
        let wanted: [u8; 32] = Sha256::new().chain_update(DIGEST_BLOCK).chain_update(b"message").finalize().into();
        assert_eq!(macs.finish().digest, Some(wanted));
    }
}
