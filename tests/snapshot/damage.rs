//! Every byte position, every length, every mix-up: an error of its own, never a panic, never a ring.

use hookring::*;

use crate::seals::{Changed, Open, Stamp};
use crate::{NOW, block_on, every_role, secret};

type Opened = Result<Keyring, SnapshotError<Changed>>;

fn open(owner: &str, blob: &[u8], minimum: u64) -> Opened {
    block_on(Keyring::open(owner, blob, minimum, &Stamp))
}

fn sealed() -> Vec<u8> {
    block_on(every_role().seal("owner", &Stamp)).unwrap()
}

/// Where things stand in the clear part of format 1.
const MAGIC: core::ops::Range<usize> = 0..8;
const VERSION: core::ops::Range<usize> = 8..10;
const KIND: usize = 10;
const GENERATION: core::ops::Range<usize> = 11..19;
const OWNER: core::ops::Range<usize> = 19..51;
const SEALED_LENGTH: core::ops::Range<usize> = 55..59;

#[test]
fn every_flipped_bit_is_refused_and_named() {
    let good = sealed();
    assert!(open("owner", &good, 0).is_ok());
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let error = open("owner", &bad, 0).unwrap_err();
            let fits = match at {
                at if MAGIC.contains(&at) => error == SnapshotError::NotASnapshot,
                at if VERSION.contains(&at) => matches!(error, SnapshotError::UnknownVersion { .. }),
                KIND => error == SnapshotError::WrongKind,
                at if OWNER.contains(&at) => error == SnapshotError::WrongOwner,
                at if SEALED_LENGTH.contains(&at) => matches!(error, SnapshotError::Truncated | SnapshotError::Corrupt),
                // Generation and length are bound to the seal, like the content.
                _ => error == SnapshotError::Seal(Changed),
            };
            assert!(fits, "bit {bit} of byte {at}: {error:?}");
        }
    }
}

#[test]
fn every_length_but_the_right_one_is_refused() {
    let good = sealed();
    for length in 0..good.len() {
        assert_eq!(open("owner", &good[..length], 0).unwrap_err(), SnapshotError::Truncated, "{length}");
    }
    assert_eq!(open("owner", &[good.as_slice(), b"\0"].concat(), 0).unwrap_err(), SnapshotError::Corrupt);
    // Cut, with the length made to fit.
    let mut cut = good[..good.len() - 1].to_vec();
    let length = u32::from_be_bytes(cut[SEALED_LENGTH].try_into().unwrap()) - 1;
    cut[SEALED_LENGTH].copy_from_slice(&length.to_be_bytes());
    assert_eq!(open("owner", &cut, 0).unwrap_err(), SnapshotError::Seal(Changed));
}

#[test]
fn other_bytes_are_no_snapshot() {
    for other in [&b"{\"current\":\"...\"}"[..], b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &[0; 200], &[0xff; 200]] {
        assert_eq!(open("owner", other, 0).unwrap_err(), SnapshotError::NotASnapshot);
    }
    // The usual harm of a transfer in text mode.
    let harmed: Vec<u8> = sealed().iter().flat_map(|b| if *b == b'\n' { vec![b'\r', b'\n'] } else { vec![*b] }).collect();
    assert_eq!(open("owner", &harmed, 0).unwrap_err(), SnapshotError::NotASnapshot);
}

/// S7: whoever can write the table swaps two rows.
#[test]
fn a_row_of_another_owner_is_refused_even_if_it_is_relabelled() {
    let (good, foreign) = (sealed(), block_on(every_role().seal("mallory", &Stamp)).unwrap());
    assert_eq!(open("owner", &foreign, 0).unwrap_err(), SnapshotError::WrongOwner);
    let mut relabelled = foreign;
    relabelled[OWNER].copy_from_slice(&good[OWNER]);
    assert_eq!(open("owner", &relabelled, 0).unwrap_err(), SnapshotError::Seal(Changed));
    for similar in ["owner ", "Owner", "owne", "owner\0"] {
        assert_eq!(open(similar, &good, 0).unwrap_err(), SnapshotError::WrongOwner, "{similar:?}");
    }
    for bad in ["", &"x".repeat(1025)] {
        assert_eq!(open(bad, &good, 0).unwrap_err(), SnapshotError::BadOwner);
        assert_eq!(block_on(every_role().seal(bad, &Stamp)).unwrap_err(), SnapshotError::BadOwner);
    }
}

#[test]
fn an_older_blob_is_refused_even_if_it_claims_to_be_newer() {
    let ring = every_role();
    let (good, found) = (sealed(), ring.generation());
    assert!(open("owner", &good, found).is_ok());
    assert_eq!(open("owner", &good, found + 1).unwrap_err(), SnapshotError::Older { found, minimum: found + 1 });
    let mut lying = good;
    lying[GENERATION].copy_from_slice(&(found + 1).to_be_bytes());
    assert_eq!(open("owner", &lying, found + 1).unwrap_err(), SnapshotError::Seal(Changed));
}

/// A seal without integrity is a mistake, and still no reason to panic or to take what no ring can be.
#[test]
fn without_integrity_nothing_panics() {
    let ring = every_role();
    let good = block_on(ring.seal("owner", &Open)).unwrap();
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            if let Ok(opened) = block_on(Keyring::<Secret>::open("owner", &bad, 0, &Open)) {
                assert!(opened.live(NOW).count() <= MAX_LIVE);
            }
        }
    }
    let mut lying = good.clone();
    lying[GENERATION].copy_from_slice(&99_u64.to_be_bytes());
    let error = block_on(Keyring::<Secret>::open("owner", &lying, 99, &Open)).unwrap_err();
    assert_eq!(error, SnapshotError::Corrupt, "the envelope announces another generation");
}

/// M1: whatever goes wrong, no text of a secret is printed.
#[test]
fn nothing_printed_holds_a_secret() {
    let good = sealed();
    let holds = |text: &str| (0..7).any(|n| text.contains(&secret(n).reveal()[8..20]));
    assert!(holds(&String::from_utf8_lossy(&good)), "this seal hides nothing, so the search finds what there is");
    let bad = [&good[..40], &[good.as_slice(), b"x"].concat(), &good[1..]];
    for error in bad.iter().map(|blob| open("owner", blob, 0).unwrap_err()) {
        assert!(!holds(&format!("{error} {error:?}")));
    }
    assert!(!holds(&format!("{:?}", open("owner", &good, 0).unwrap())));
}
