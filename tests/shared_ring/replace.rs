//! The four verdicts on a ring that is offered.

use hookring::{ReplaceError, Replaced, SharedKeyring};

use super::*;

#[test]
fn newer_is_used_and_older_is_not() {
    let first = ring(1);
    let second = first.rotate(secret(2), DAY, START).unwrap().ring;
    let third = second.revoke(id(1), START).unwrap().ring;
    let shared = SharedKeyring::new(first.clone());
    assert_eq!(shared.replace(third.clone()), Ok(Replaced::Newer), "a generation may be skipped");
    for lagging in [first, second] {
        let offered = lagging.generation();
        let why = shared.replace(lagging).unwrap_err();
        assert_eq!(why, ReplaceError::Older { held: 3, offered });
        assert_eq!(why.to_string(), format!("the offered ring has generation {offered}, older than the held 3"));
        assert!(shared.load().same_version(&third), "the held ring stays in use");
    }
    assert_eq!(shared.replace(third), Ok(Replaced::Unchanged));
}

/// Two operators start from one generation, without compare-and-swap.
#[test]
fn a_fork_is_an_error_for_whoever_comes_second() {
    let base = ring(1);
    let mine = base.rotate(secret(2), DAY, START).unwrap().ring;
    let others = [
        base.rotate(secret(3), DAY, START).unwrap().ring,
        base.rotate(secret(2), HOUR, START).unwrap().ring,
        base.rotate(secret(2), DAY, START.plus(Duration::from_millis(1))).unwrap().ring,
        base.stage(secret(2), START).unwrap().ring,
        base.revoke(id(1), START).unwrap().ring,
        base.rebase_clock(START).ring,
    ];
    let shared = SharedKeyring::new(base);
    assert_eq!(shared.replace(mine.clone()), Ok(Replaced::Newer));
    for other in others {
        assert_eq!(other.origin(), mine.origin());
        let why = shared.replace(other).unwrap_err();
        assert_eq!(why, ReplaceError::Forked { generation: 2 });
        assert_eq!(why.to_string(), "two different rings of generation 2: load the stored one");
        assert!(shared.load().same_version(&mine));
    }
}

/// A fork is seen later as well: the same transition on both sides does not make them equal again.
#[test]
fn a_fork_does_not_heal() {
    let base = ring(1);
    let one = base.stage(secret(2), START).unwrap().ring.unstage(Duration::ZERO, START).unwrap().ring;
    let other = base.stage(secret(3), START).unwrap().ring.unstage(Duration::ZERO, START).unwrap().ring;
    assert_eq!(one.current().unwrap().id(), other.current().unwrap().id());
    assert_eq!(one.live(START).count(), other.live(START).count());
    let shared = SharedKeyring::new(one);
    assert_eq!(shared.replace(other), Err(ReplaceError::Forked { generation: 3 }));
}

/// Two rings that never had anything in common.
#[test]
fn strangers_of_one_generation_are_a_fork() {
    let shared = SharedKeyring::new(ring(1));
    assert_eq!(shared.replace(ring(2)), Err(ReplaceError::Forked { generation: 1 }));
    assert_eq!(shared.replace(ring(1)), Ok(Replaced::Unchanged), "made twice, and still the same ring");
}

#[test]
fn dropping_expired_keys_is_no_change_in_either_direction() {
    let whole = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let purged = whole.without_expired(START.plus(HOUR));
    let shared = SharedKeyring::new(whole.clone());
    assert_eq!(shared.replace(purged.clone()), Ok(Replaced::Unchanged));
    assert_eq!(shared.load().live(START).count(), 1, "the purged ring is the one in use");
    assert_eq!(shared.replace(whole.clone()), Ok(Replaced::Unchanged));
    assert_eq!(shared.load().live(START.plus(HOUR)).count(), 1);

    // Both lead to the same next version.
    let later = START.plus(HOUR);
    let from_whole = whole.stage(secret(3), later).unwrap().ring;
    let from_purged = purged.stage(secret(3), later).unwrap().ring;
    assert!(from_whole.same_version(&from_purged));
}

#[test]
fn a_failed_reload_keeps_the_ring_and_its_deadlines() {
    let held = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let shared = SharedKeyring::new(held);
    assert!(shared.replace(ring(1)).is_err());
    assert_eq!(shared.load().live(START).count(), 2);
    assert_eq!(shared.load().live(START.plus(HOUR)).count(), 1);
}

/// A page tells since when its process has the ring, because the drain of the old key is counted from then.
#[test]
fn a_ring_is_stamped_when_it_is_taken() {
    let hours = |n: u64| START.plus(Duration::from_secs(n * 3600));
    let taken = |shared: &SharedKeyring| shared.load().status(hours(9)).taken_at;
    let first = ring(1);
    assert_eq!(first.status(START).taken_at, Some(START), "made here");
    let shared = SharedKeyring::new_at(first, hours(1));
    assert_eq!(taken(&shared), Some(hours(1)));

    let second = shared.load().rotate(secret(2), HOUR, hours(1)).unwrap().ring;
    assert_eq!(shared.replace_at(second.clone(), hours(3)), Ok(Replaced::Newer));
    assert_eq!(taken(&shared), Some(hours(3)));
    let signer = Signer::new(providers::GENERIC_SHA256, shared.clone(), SignWith::Current).unwrap();
    assert_eq!(signer.status(hours(9)).taken_at, Some(hours(3)));

    // The same version is not taken again.
    assert_eq!(shared.replace_at(second.without_expired(hours(4)), hours(4)), Ok(Replaced::Unchanged));
    assert_eq!(taken(&shared), Some(hours(3)));
    assert!(shared.replace_at(ring(9), hours(5)).is_err());
    assert_eq!(taken(&shared), Some(hours(3)));

    // Nor does a clock that was years ahead keep every drain from ending.
    let rebased = shared.load().rebase_clock(hours(2)).ring;
    assert_eq!(rebased.status(hours(9)).taken_at, Some(hours(2)));

    // Without a time of the caller, the clock.
    let before = Timestamp::now();
    let by_clock = SharedKeyring::new(ring(1));
    let stamp = taken(&by_clock).unwrap();
    assert!(before <= stamp && stamp <= Timestamp::now());
    by_clock.replace(by_clock.load().revoke(id(1), START).unwrap().ring).unwrap();
    assert!(taken(&by_clock).unwrap() >= stamp);
}
