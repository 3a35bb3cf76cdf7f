//! The ready-made seal: nothing readable in the blob, every change refused, and its own key can be rotated.

use hookring::*;

use crate::{block_on, every_role, secret, text};

const OWNER: &str = "owner";

fn open(blob: &[u8], seal: &AeadSeal) -> Result<Keyring, SnapshotError<AeadError>> {
    block_on(Keyring::open(OWNER, blob, 0, seal))
}

#[test]
fn nothing_of_the_ring_can_be_read_in_the_blob() {
    let ring = every_role();
    let blob = block_on(ring.seal(OWNER, &AeadSeal::new(secret(100)))).unwrap();
    for n in 0..7 {
        let text = text(n);
        assert!(!blob.windows(8).any(|part| part == &text.as_bytes()[4..12]), "secret {n}");
    }
    assert!(!blob.windows(6).any(|part| part == b"public"), "labels are sealed too");
    assert!(!blob.windows(OWNER.len()).any(|part| part == OWNER.as_bytes()), "the owner is not named");
    assert!(open(&blob, &AeadSeal::new(secret(100))).unwrap().same_version(&ring));
}

#[test]
fn every_flipped_bit_is_refused() {
    let seal = AeadSeal::new(secret(100));
    let good = block_on(every_role().seal(OWNER, &seal)).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(open(&bad, &seal).is_err(), "byte {at}");
    }
    let error = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        open(&bad, &seal).unwrap_err()
    };
    assert!(matches!(error(59), SnapshotError::Seal(AeadError::UnknownKey { .. })));
    assert_eq!(error(59 + 8), SnapshotError::Seal(AeadError::Tampered), "the nonce");
    assert_eq!(error(good.len() - 1), SnapshotError::Seal(AeadError::Tampered), "the tag");
}

/// The key-encryption key is rotated while rings are stored under the old one; no ring is lost on the way.
#[test]
fn the_sealing_key_is_rotated() {
    let ring = every_role();
    let before = AeadSeal::new(secret(100));
    let stored = block_on(ring.seal(OWNER, &before)).unwrap();

    // 1. Every process gets both. Old rows open, new ones are sealed under the new key.
    let both = AeadSeal::new(secret(101)).also_open(secret(100));
    let opened = open(&stored, &both).unwrap();
    let resealed = block_on(opened.seal(OWNER, &both)).unwrap();

    // 2. Once every row is sealed anew, the old key is not needed any more.
    let after = AeadSeal::new(secret(101));
    assert!(open(&resealed, &after).unwrap().same_version(&ring));

    // A row that was forgotten says which key it needs; the old key alone does not open what is new.
    let key = before.key_id();
    assert_eq!(open(&stored, &after).unwrap_err(), SnapshotError::Seal(AeadError::UnknownKey { key }));
    assert!(open(&resealed, &before).is_err());
}

#[test]
fn it_can_be_printed() {
    let seal = AeadSeal::new(secret(100)).also_open(secret(101));
    let shown = format!("{seal:?}");
    assert!(!shown.contains(&text(100)[4..14]) && !shown.contains(&text(101)[4..14]), "{shown}");
    assert!(shown.contains(&seal.key_id().to_string()));
}
