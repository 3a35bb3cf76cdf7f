//! The audit trail: what each transition tells, with its time and generation, and nothing that could sign.

use hookring::{Change, EventKind};

use super::*;

const LATER: Timestamp = Timestamp::from_unix_secs(1_790_003_600);

#[track_caller]
fn tells(change: &Change, generation: u64, at: Timestamp, kinds: &[EventKind]) {
    let found: Vec<_> = change.events.iter().map(|event| event.kind).collect();
    assert_eq!(found, kinds);
    assert_eq!(change.ring.generation(), generation);
    assert_eq!(change.ring.as_of(), at);
    assert!(change.events.iter().all(|event| (event.at, event.generation) == (at, generation)));
}

#[test]
fn every_transition_tells_what_it_did() {
    let created = Keyring::new(secret(1), START);
    tells(&created, 1, START, &[EventKind::Created { key: id(1) }]);
    let staged = created.ring.stage(secret(2), LATER).unwrap();
    tells(&staged, 2, LATER, &[EventKind::Staged { key: id(2) }]);

    let expires = Some(LATER.plus(DAY));
    let unstaged = staged.ring.unstage(DAY, LATER).unwrap();
    tells(&unstaged, 3, LATER, &[EventKind::Unstaged { key: id(2), expires }]);
    let dropped = staged.ring.unstage(Duration::ZERO, LATER).unwrap();
    tells(&dropped, 3, LATER, &[EventKind::Unstaged { key: id(2), expires: None }]);

    let promoted = staged.ring.promote(DAY, LATER).unwrap();
    tells(&promoted, 3, LATER, &[EventKind::Promoted { new: id(2), old: Some(id(1)), old_expires: expires }]);
    let cut = staged.ring.promote(Duration::ZERO, LATER).unwrap();
    tells(&cut, 3, LATER, &[EventKind::Promoted { new: id(2), old: Some(id(1)), old_expires: None }]);

    let rotated = created.ring.rotate(secret(3), DAY, LATER).unwrap();
    let steps = [EventKind::Staged { key: id(3) }, EventKind::Promoted { new: id(3), old: Some(id(1)), old_expires: expires }];
    tells(&rotated, 2, LATER, &steps);
    let back = promoted.ring.rollback(LATER).unwrap();
    tells(&back, 4, LATER, &[EventKind::RolledBack { to: id(1), from: Some(id(2)) }]);
    let rebased = promoted.ring.rebase_clock(START);
    tells(&rebased, 4, START, &[EventKind::ClockRebased { from: LATER }]);
}

#[test]
fn revocations_tell_the_role_that_the_key_had() {
    let ring = ring(1).rotate(secret(2), DAY, START).unwrap().ring.stage(secret(3), START).unwrap().ring;
    for (n, role) in [(1, Role::Previous), (2, Role::Current), (3, Role::Next)] {
        tells(&ring.revoke(id(n), LATER).unwrap(), 4, LATER, &[EventKind::Revoked { key: id(n), role }]);
    }
    let all = [(2, Role::Current), (3, Role::Next), (1, Role::Previous)];
    let mut kinds = all.map(|(n, role)| EventKind::Revoked { key: id(n), role }).to_vec();
    kinds.push(EventKind::Replaced { new: id(4) });
    tells(&ring.replace_compromised(secret(4), LATER).unwrap(), 4, LATER, &kinds);
}

#[test]
fn a_suspended_ring_has_no_old_key_to_tell_of() {
    let suspended = ring(1).rotate(secret(2), DAY, START).unwrap().ring.revoke(id(2), START).unwrap().ring;
    let back = suspended.rollback(START).unwrap();
    tells(&back, 4, START, &[EventKind::RolledBack { to: id(1), from: None }]);
    let rotated = suspended.rotate(secret(3), DAY, START).unwrap();
    let promoted = EventKind::Promoted { new: id(3), old: None, old_expires: None };
    tells(&rotated, 4, START, &[EventKind::Staged { key: id(3) }, promoted]);
}

/// The next transition after a deadline tells of the expired keys first, once.
#[test]
fn expired_keys_are_told_of_by_the_next_transition() {
    let ring = ring(1).rotate(secret(2), MINUTE, START).unwrap().ring.rotate(secret(3), HOUR, START).unwrap().ring;
    let one = ring.stage(secret(4), START.plus(MINUTE)).unwrap();
    tells(&one, 4, START.plus(MINUTE), &[EventKind::Expired { key: id(1) }, EventKind::Staged { key: id(4) }]);
    let other = one.ring.unstage(Duration::ZERO, LATER).unwrap();
    let unstaged = EventKind::Unstaged { key: id(4), expires: None };
    tells(&other, 5, LATER, &[EventKind::Expired { key: id(2) }, unstaged]);
    tells(&other.ring.stage(secret(4), LATER).unwrap(), 6, LATER, &[EventKind::Staged { key: id(4) }]);
}

/// An event names keys by their public ids. No text of a secret is in it, nor in the change or its ring.
#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let text = |n: u32| format!("{n:08x}").repeat(8);
    let change = ring(1).rotate(secret(2), DAY, START).unwrap();
    let printed = format!("{change:?} {:?} {:?}", change.ring.status(START), change.ring.live(START).collect::<Vec<_>>());
    for n in [1, 2] {
        assert!(!printed.contains(&text(n)));
        assert!(printed.contains(&id(n).to_string()));
    }
}
