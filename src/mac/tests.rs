//! Published tags, which key made one, and what is left in memory.

use alloc::vec::Vec;

use hmac::Hmac;

use super::*;

fn begun<'k>(hash: Hash, keys: impl Iterator<Item = &'k MacKey>, digest: bool) -> Macs {
    let mut macs = Macs::new(hash);
    macs.start(keys, digest);
    macs
}

fn portable<'k>(hash: Hash, keys: impl Iterator<Item = &'k MacKey>, digest: bool) -> Macs {
    let mut body = Portable::new(hash);
    body.start(keys, digest);
    Macs(Body::Portable(body))
}

fn tag(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let key = MacKey::new(key).unwrap();
    let mut macs = begun(hash, core::iter::once(&*key), false);
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
        let mut tags = begun(hash, keys.iter().map(|key| &**key), false).finish();
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
        let tag: Vec<u8> = (0..len).map(|n| n.to_le_bytes()[0] ^ 0xA5).collect();
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
    let keys: Vec<Box<MacKey>> = (0..5_u8).map(|n| MacKey::new(&[n; 32]).unwrap()).collect();
    let mut macs = begun(Hash::Sha256, keys.iter().map(|key| &**key), true);
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
    let keys: Vec<Box<MacKey>> = (0..5_u8).map(|n| MacKey::new(&[n; 80][..usize::from(n) * 20]).unwrap()).collect();
    let message: Vec<u8> = (0..700_u32).map(|n| n.to_le_bytes()[0]).collect();
    for (hash, n, len) in [(Hash::Sha256, 5, 700), (Hash::Sha256, 2, 64), (Hash::Sha256, 1, 0), (Hash::Sha512, 3, 129)] {
        let mut chosen = begun(hash, keys.iter().map(|key| &**key).take(n), true);
        let mut portable = portable(hash, keys.iter().map(|key| &**key).take(n), true);
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
    let message: Vec<u8> = (0..1_usize << 20).map(|_| random().to_le_bytes()[0]).collect();
    let long: Vec<usize> = (0..12).map(|_| random() % message.len()).chain([message.len()]).collect();
    for len in (0..=1025).chain(long) {
        let count = 1 + random() % MAX_KEYS;
        let digest = count < MAX_KEYS && random() % 2 == 0;
        let texts: Vec<Vec<u8>> =
            (0..count).map(|_| (0..random() % 150).map(|_| random().to_le_bytes()[1]).collect()).collect();
        let keys: Vec<Box<MacKey>> = texts.iter().map(|text| MacKey::new(text).unwrap()).collect();
        let (head, tail) = message[..len].split_at(random() % (len + 1));
        let mut chosen = begun(Hash::Sha256, keys.iter().map(|key| &**key), digest);
        #[cfg(feature = "simd")]
        assert_eq!(matches!(chosen.0, Body::Lanes(_)), shani::ShaNi::detect().is_some());
        let mut portable = portable(Hash::Sha256, keys.iter().map(|key| &**key), digest);
        for macs in [&mut chosen, &mut portable] {
            macs.update(head);
            macs.update(tail);
        }
        let (chosen, portable) = (chosen.finish(), portable.finish());
        let mac = |text: &Vec<u8>| Hmac::<Sha256>::new_from_slice(text).unwrap().chain_update(&message[..len]);
        let wanted: Vec<[u8; 32]> = texts.iter().map(|text| mac(text).finalize().into_bytes().into()).collect();
        assert!(chosen.iter().eq(&wanted) && portable.iter().eq(&wanted), "{count} keys, {len} bytes");
        assert_eq!((chosen.digest, chosen.digest.is_some()), (portable.digest, digest), "{len} bytes");
    }
}

#[test]
fn the_digest_is_of_the_domain_block_and_the_message() {
    use sha2::Digest as _;
    let key = MacKey::new(b"k").unwrap();
    let mut macs = begun(Hash::Sha512, core::iter::once(&*key), true);
    macs.update(b"me");
    macs.update(b"ssage");
    let wanted: [u8; 32] = Sha256::new().chain_update(DIGEST_BLOCK).chain_update(b"message").finalize().into();
    assert_eq!(macs.finish().digest, Some(wanted));
}

/// RFC 4231, test case 1, in two pieces.
#[test]
fn one_key_makes_one_tag() {
    let key = MacKey::new(&[0x0b; 20]).unwrap();
    let wanted = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
    assert_eq!(hex::encode(*super::tag(&key, &[b"Hi ", b"There"])), wanted);
}
