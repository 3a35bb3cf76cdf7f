//! Since when a process has its ring: `rollout::next` waits for the deliveries that it signed before.

use hookring::{Change, Refused, Replaced, SharedKeyring};

use super::*;

fn taken(shared: &SharedKeyring) -> Option<Timestamp> {
    shared.load().status(START).taken_at
}

#[test]
fn a_shared_ring_is_stamped_when_it_is_taken() {
    let made = Keyring::new(secret(1), START).ring;
    assert_eq!(made.status(START).taken_at, Some(START), "made here");
    let shared = SharedKeyring::new_at(made.clone(), START.plus(HOUR));
    assert_eq!(taken(&shared), Some(START.plus(HOUR)));
    assert_eq!(made.status(START).taken_at, Some(START), "the ring itself is a value");
}

#[test]
fn a_newer_ring_is_stamped_anew_and_the_same_version_is_not() {
    let made = Keyring::new(secret(1), START).ring;
    let shared = SharedKeyring::new_at(made.clone(), START);
    let newer = made.stage(secret(2), START).unwrap().ring;
    assert_eq!(shared.replace_at(newer.clone(), START.plus(HOUR)), Ok(Replaced::Newer));
    assert_eq!(taken(&shared), Some(START.plus(HOUR)));
    assert_eq!(shared.replace_at(newer, START.plus(2 * HOUR)), Ok(Replaced::Unchanged));
    assert_eq!(taken(&shared), Some(START.plus(HOUR)));
}

#[test]
fn events_have_names_for_metrics() {
    let staged = Keyring::new(secret(1), START).ring.stage(secret(2), START).unwrap();
    let revoked = staged.ring.revoke(secret(1).id(), START).unwrap();
    let codes = |change: &Change| change.events.iter().map(|event| event.kind.code()).collect::<Vec<_>>();
    assert_eq!((codes(&staged), codes(&revoked)), (vec!["staged"], vec!["revoked"]));
}

/// Only a ring that was made from the first one's ring can follow it.
#[test]
fn two_transitions_are_one_change_and_a_foreign_one_is_refused() {
    let made = Keyring::new(secret(1), START).ring;
    let first = || made.stage(secret(2), START).unwrap();
    let both = first().and_then(|ring| ring.promote(HOUR, START)).unwrap();
    assert_eq!((both.ring.generation(), both.parent(), both.events.len()), (3, Some(made.lineage()), 2));
    let foreign = Keyring::new(secret(3), START).ring;
    let refused = first().and_then(|_| foreign.stage(secret(4), START)).unwrap_err();
    assert_eq!(refused, Refused::AnotherRing);
}
