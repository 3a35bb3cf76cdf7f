//! What a ring remembers: revoked keys up to a bound, expired keys not at all, a forgotten next key.

use hookring::{EventKind, MAX_TOMBSTONES, Refused};

use super::*;

#[test]
fn a_revoked_key_never_returns_and_an_expired_one_may() {
    let rotated = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let revoked = rotated.revoke(id(1), START).unwrap().ring;
    for later in [START, START.plus(HOUR), START.plus(400 * DAY)] {
        assert_eq!(revoked.stage(secret(1), later).unwrap_err(), Refused::WasRevoked);
    }
    assert_eq!(rotated.stage(secret(1), START.plus(HOUR).minus(Duration::from_millis(1))).unwrap_err(), Refused::SameKey);
    let again = rotated.stage(secret(1), START.plus(HOUR)).unwrap().ring;
    assert_eq!(again.next().unwrap().id(), id(1));
    assert_eq!(again.promote(HOUR, START.plus(HOUR)).unwrap().ring.current().unwrap().id(), id(1));
}

/// Revocation is remembered through every other transition.
#[test]
fn nothing_but_the_bound_makes_a_ring_forget() {
    let later = START.plus(HOUR);
    let revoked = ring(1).rotate(secret(2), DAY, START).unwrap().ring.revoke(id(1), START).unwrap().ring;
    let staged = revoked.stage(secret(3), START).unwrap().ring;
    let promoted = staged.promote(DAY, START).unwrap().ring;
    let rings = [
        staged.unstage(DAY, later).unwrap().ring,
        promoted.rollback(later).unwrap().ring.unstage(DAY, later).unwrap().ring,
        promoted.rotate(secret(4), DAY, later).unwrap().ring,
        promoted.replace_compromised(secret(4), later).unwrap().ring,
        promoted.rebase_clock(START.minus(DAY)).ring,
        promoted.without_expired(START.plus(10 * DAY)),
        promoted,
    ];
    for ring in rings {
        assert_eq!(ring.stage(secret(1), START.plus(HOUR)).unwrap_err(), Refused::WasRevoked, "{ring:?}");
    }
}

#[test]
fn the_oldest_tombstone_goes_when_there_are_too_many() {
    let most = u32::try_from(MAX_TOMBSTONES).unwrap();
    let bury = |ring: &Keyring, n: u32| ring.stage(secret(n), START).unwrap().ring.revoke(id(n), START).unwrap();
    let mut ring = ring(0);
    for n in 1..=most {
        let change = bury(&ring, n);
        assert_eq!(change.events.len(), 1);
        ring = change.ring;
    }
    assert_eq!(ring.stage(secret(1), START).unwrap_err(), Refused::WasRevoked);

    let change = bury(&ring, most + 1);
    let kinds: Vec<_> = change.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Revoked { key: id(most + 1), role: Role::Next }, EventKind::TombstoneDropped { key: id(1) }]);
    let ring = change.ring;
    assert!(ring.stage(secret(1), START).is_ok(), "forgotten, and the event said so");
    for kept in [2, most, most + 1] {
        assert_eq!(ring.stage(secret(kept), START).unwrap_err(), Refused::WasRevoked);
    }

    // A compromise buries several at once, and drops as many.
    let two = ring.rotate(secret(most + 2), DAY, START).unwrap().ring;
    let change = two.replace_compromised(secret(most + 3), START).unwrap();
    let dropped = |event: &hookring::Event| match event.kind {
        EventKind::TombstoneDropped { key } => Some(key),
        _ => None,
    };
    assert_eq!(change.events.iter().filter_map(dropped).collect::<Vec<_>>(), [id(2), id(3)]);
    assert_eq!(change.ring.stage(secret(4), START).unwrap_err(), Refused::WasRevoked);
}

#[test]
fn a_status_page_lists_the_last_sixteen_revoked_keys() {
    let bury = |ring: Keyring, n: u32| ring.stage(secret(n), START).unwrap().ring.revoke(id(n), START).unwrap().ring;
    let ring = (1..=20).fold(ring(0), bury);
    assert_eq!(ring.status(START).revoked, (5..=20).rev().map(id).collect::<Vec<_>>());
}

#[test]
fn a_key_that_was_staged_for_thirty_days_was_forgotten() {
    let staged = ring(1).stage(secret(2), START.plus(HOUR)).unwrap().ring;
    let limit = START.plus(HOUR).plus(30 * DAY);
    assert_eq!(staged.status(limit).forgotten_next(), None);
    let page = staged.status(limit.plus(Duration::from_millis(1)));
    let forgotten = page.forgotten_next().unwrap();
    assert_eq!((forgotten.id, forgotten.role, forgotten.since), (id(2), Role::Next, START.plus(HOUR)));
    let promoted = staged.promote(DAY, limit).unwrap().ring;
    assert_eq!(promoted.status(limit.plus(HOUR)).forgotten_next(), None);
    // A key that was rolled back counts from then.
    let back = promoted.rollback(limit).unwrap().ring;
    assert_eq!(back.status(limit.plus(30 * DAY)).forgotten_next(), None);
    assert!(back.status(limit.plus(31 * DAY)).forgotten_next().is_some());
}

#[test]
fn a_status_page_says_what_the_ring_does() {
    let labelled = Secret::parse("abc", SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
    let ring = Keyring::new(labelled.labelled("first").unwrap(), START).ring;
    let later = START.plus(HOUR);
    let ring = ring.rotate(secret(2), DAY, later).unwrap().ring.stage(secret(3), later.plus(HOUR)).unwrap().ring;
    let page = ring.status(later.plus(DAY));
    assert_eq!((page.generation, page.as_of, page.lineage, page.origin), (3, later.plus(HOUR), ring.lineage(), ring.origin()));
    let keys: Vec<_> = page.keys.iter().map(|key| (key.id, key.role, key.since, key.expires_at)).collect();
    assert_eq!(keys, [(id(2), Role::Current, later, None), (id(3), Role::Next, later.plus(HOUR), None)]);
    let page = ring.status(later.plus(DAY).minus(Duration::from_millis(1)));
    let old = page.key(Role::Previous).unwrap();
    assert_eq!((old.label.as_deref(), old.since, old.expires_at), (Some("first"), later, Some(later.plus(DAY))));
    assert!(!format!("{page:?}").contains("abc"));
}

/// Dropping expired keys wipes them: nobody else holds them any more.
#[test]
fn expired_material_is_let_go() {
    let old = secret(1);
    let ring: Keyring = Keyring::new(Arc::clone(&old), START).ring.rotate(secret(2), HOUR, START).unwrap().ring;
    assert_eq!(Arc::strong_count(&old), 2);
    let same = ring.without_expired(START.plus(HOUR).minus(Duration::from_millis(1)));
    assert_eq!(Arc::strong_count(&old), 2);
    let purged = ring.without_expired(START.plus(HOUR));
    assert!(ring.same_version(&purged) && ring.same_version(&same));
    drop((ring, same));
    assert_eq!(Arc::strong_count(&old), 1);
    assert_eq!(live(&purged, START), [(id(2), Role::Current, None)]);
    // A transition does the same.
    let old = secret(2);
    let purged: Keyring = Keyring::new(Arc::clone(&old), START).ring.rotate(secret(3), HOUR, START).unwrap().ring;
    let staged = purged.stage(secret(4), START.plus(HOUR)).unwrap().ring;
    drop(purged);
    assert_eq!((Arc::strong_count(&old), staged.live(START).count()), (1, 2));
}
