//! What is refused, in which words, and that nothing is lost by it.

use hookring::{MAX_LIVE, Refused};

use super::*;

/// Five live keys: one current, one next, three previous.
fn full() -> Keyring {
    let three = (2..=4).fold(ring(1), |ring, n| ring.rotate(secret(n), DAY, START).unwrap().ring);
    three.stage(secret(5), START).unwrap().ring
}

/// Every refusal with a call that leads to it.
fn every_refusal() -> Vec<(Refused, Result<hookring::Change, Refused>)> {
    let one = ring(1);
    let staged = one.stage(secret(2), START).unwrap().ring;
    let revoked = one.rotate(secret(2), DAY, START).unwrap().ring.revoke(id(1), START).unwrap().ring;
    let crowded = full().promote(DAY, START).unwrap().ring;
    let behind = Duration::from_millis(300_001);
    vec![
        (Refused::NextIsTaken, staged.stage(secret(3), START)),
        (Refused::NextIsTaken, staged.rotate(secret(3), DAY, START)),
        (Refused::NextIsTaken, full().rollback(START)),
        (Refused::NothingStaged, one.promote(DAY, START)),
        (Refused::NothingStaged, one.unstage(DAY, START)),
        (Refused::NoPrevious, one.rollback(START)),
        (Refused::SameKey, one.stage(secret(1), START)),
        (Refused::SameKey, one.replace_compromised(secret(1), START)),
        (Refused::WasRevoked, revoked.stage(secret(1), START)),
        (Refused::WasRevoked, revoked.replace_compromised(secret(1), START)),
        (Refused::TooManyLive, crowded.stage(secret(9), START)),
        (Refused::TooManyLive, crowded.rotate(secret(9), DAY, START)),
        (Refused::GraceTooLong, staged.promote(31 * DAY, START)),
        (Refused::UnknownKey, one.revoke(id(2), START)),
        (Refused::ClockWentBack { behind }, one.stage(secret(2), START.minus(behind))),
    ]
}

#[test]
fn each_refusal_says_what_to_do() {
    let text = |refused: Refused| match refused {
        Refused::NextIsTaken => "a next key is staged already: promote, unstage or revoke it first",
        Refused::NothingStaged => "no next key is staged",
        Refused::NoPrevious => "no live previous key to go back to: stage it again instead",
        Refused::SameKey => "the ring holds this key already",
        Refused::WasRevoked => "the key, or one of the same label, was revoked from this ring and cannot return",
        Refused::TooManyLive => "the ring has five live keys already: wait for a deadline or revoke one",
        Refused::GraceTooLong => "a grace is at most 30 days",
        Refused::UnknownKey => "the ring holds no key with this id",
        Refused::ClockWentBack { .. } => {
            "the clock is 300 s behind the last transition: set it right, or rebase the ring if the ring is wrong"
        }
        _ => panic!("a new refusal without a test: {refused:?}"),
    };
    for (wanted, found) in every_refusal() {
        let found = found.unwrap_err();
        assert_eq!(found, wanted);
        assert_eq!(found.to_string(), text(wanted));
    }
}

/// The key that was passed in, and the ring that was called, are as they were.
#[test]
fn a_refusal_loses_nothing() {
    let ring = ring(1).stage(secret(2), START).unwrap().ring;
    let before = format!("{:?}", ring.status(START));
    let passed = secret(3);
    assert_eq!(ring.rotate(Arc::clone(&passed), DAY, START).unwrap_err(), Refused::NextIsTaken);
    assert_eq!(Arc::strong_count(&passed), 1, "the ring kept no copy");
    assert_eq!(format!("{:?}", ring.status(START)), before);

    // The very same key goes in after the reason is gone.
    let promoted = ring.promote(DAY, START).unwrap().ring;
    let rotated = promoted.rotate(Arc::clone(&passed), DAY, START).unwrap().ring;
    assert_eq!(rotated.current().unwrap().id(), passed.id());
    assert_eq!(verify(&rotated, &signed(&rotated, START), START), Ok(Role::Current));
}

/// The bound is an error. A key that was promised its time is never dropped to make room.
#[test]
fn a_full_ring_waits_for_a_deadline_or_a_revocation() {
    let full = full();
    assert_eq!(full.live(START).count(), MAX_LIVE);
    let promoted = full.promote(HOUR, START).unwrap().ring;
    assert_eq!(promoted.live(START).count(), MAX_LIVE, "promotion keeps the number");
    assert_eq!(promoted.stage(secret(9), START).unwrap_err(), Refused::TooManyLive);

    let just_before = START.plus(HOUR).minus(Duration::from_millis(1));
    assert_eq!(promoted.stage(secret(9), just_before).unwrap_err(), Refused::TooManyLive);
    assert!(promoted.stage(secret(9), START.plus(HOUR)).is_ok(), "an expired key makes room");
    let revoked = promoted.revoke(id(1), START).unwrap().ring;
    assert!(revoked.stage(secret(9), START).is_ok(), "so does a revoked one");
    assert!(promoted.replace_compromised(secret(9), START).is_ok(), "an emergency is never refused for it");
}

/// A label is the name of its variant, so that metrics and this documentation say the same, and each has words for a person.
#[test]
fn every_refusal_has_a_label_and_words() {
    let all = [
        Refused::NextIsTaken,
        Refused::NothingStaged,
        Refused::NoPrevious,
        Refused::SameKey,
        Refused::WasRevoked,
        Refused::WrongPlaintext,
        Refused::TooManyLive,
        Refused::GraceTooLong,
        Refused::UnknownKey,
        Refused::AnotherRing,
        Refused::ClockWentBack { behind: Duration::from_secs(301) },
    ];
    let mut words = std::collections::BTreeSet::new();
    for refused in all {
        let debug = format!("{refused:?}");
        let variant = debug.split(' ').next().unwrap();
        let label = variant.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase()));
        assert_eq!(refused.code(), label.skip(1).collect::<String>());
        assert!(words.insert(refused.to_string()), "{refused}");
    }
    assert!(words.iter().any(|words| words.contains("301 s")), "{words:?}");
}
