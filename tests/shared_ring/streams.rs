//! What happens to a key while a body streams in: revoked is refused, run out is accepted.

use hookring::{Derivation, Derived, Rejection, Request, Role, SharedKeyring, Verifier, VerifyKey};

use super::*;

/// What the operator does between the beginning and the end of a body.
type Meanwhile<'a> = &'a dyn Fn(&Keyring) -> Keyring;

/// The verdict on a delivery signed with the current key of `signer`, received by `before`, which then changes.
fn stream(signer: &Keyring, before: &Keyring, meanwhile: Meanwhile<'_>, end: Timestamp) -> Result<(Role, u64), Rejection> {
    let shared = SharedKeyring::new(before.clone());
    let direct = over(&signed(signer.clone()), &shared, Arc::clone(&shared), before, meanwhile, end);

    // Secrets that are derived from those keys fare alike.
    let recipe = || Derivation::labelled("signing", &["workflow-23"]).unwrap();
    let shared = SharedKeyring::new(before.clone());
    let derived = Derived::new(Arc::clone(&shared), recipe());
    let by_derived = signed(Derived::new(signer.clone(), recipe()));
    assert_eq!(over(&by_derived, &shared, derived, before, meanwhile, end), direct);
    direct
}

fn over<S: KeySource>(
    by: &Delivery,
    shared: &SharedKeyring,
    keys: S,
    before: &Keyring,
    meanwhile: Meanwhile<'_>,
    end: Timestamp,
) -> Result<(Role, u64), Rejection>
where
    S::Key: VerifyKey,
{
    let verifier = Verifier::new(providers::GENERIC_SHA256, keys).unwrap();
    let (head, tail) = BODY.split_at(5);
    let mut stream = verifier.begin(Request::new(by, ()), START)?;
    stream.update(head);
    shared.replace(meanwhile(before)).unwrap();
    stream.update(tail);
    stream.finish(end).map(|verified| (verified.role(), verified.generation()))
}

fn unchanged(ring: &Keyring) -> Keyring {
    ring.clone()
}

#[test]
fn a_key_that_is_revoked_meanwhile_is_refused() {
    let before = ring(1).rotate(secret(2), HOUR, START).unwrap().ring.stage(secret(3), START).unwrap().ring;
    let revoke = |n: u32| move |ring: &Keyring| ring.revoke(id(n), START).unwrap().ring;
    let replace = |ring: &Keyring| ring.replace_compromised(secret(9), START).unwrap().ring;
    for n in 1..=3 {
        assert!(stream(&ring(n), &before, &unchanged, START).is_ok());
        assert_eq!(stream(&ring(n), &before, &revoke(n), START), Err(Rejection::Mismatch));
        assert!(stream(&ring(n), &before, &revoke(n % 3 + 1), START).is_ok(), "another key was revoked");
        assert_eq!(stream(&ring(n), &before, &replace, START), Err(Rejection::Mismatch));
    }
    // Also if its deadline has passed by the end of the body.
    for end in [START.plus(HOUR), START.plus(DAY)] {
        assert_eq!(stream(&ring(1), &before, &revoke(1), end), Err(Rejection::Mismatch));
    }
}

/// Deadlines are judged when the body begins, so a slow body does not lose its delivery.
#[test]
fn a_key_that_runs_out_meanwhile_is_accepted() {
    let before = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let end = START.plus(HOUR);
    let purged = |ring: &Keyring| ring.without_expired(end);
    let staged = |ring: &Keyring| ring.stage(secret(3), end).unwrap().ring;
    for meanwhile in [&unchanged as Meanwhile<'_>, &purged, &staged] {
        assert_eq!(stream(&ring(1), &before, meanwhile, end), Ok((Role::Previous, 2)));
    }
    // A body that begins at the deadline is too late.
    let shared = SharedKeyring::new(before);
    let verifier = Verifier::new(providers::GENERIC_SHA256, shared).unwrap();
    let by = signed(ring(1));
    let mut stream = verifier.begin(Request::new(&by, ()), end).unwrap();
    stream.update(BODY);
    assert_eq!(stream.finish(end).unwrap_err(), Rejection::Mismatch);
}

#[test]
fn a_key_that_is_dropped_without_grace_meanwhile_is_refused() {
    let cut = |ring: &Keyring| ring.rotate(secret(2), Duration::ZERO, START).unwrap().ring;
    let twice = |ring: &Keyring| cut(ring).rotate(secret(3), DAY, START).unwrap().ring;
    for meanwhile in [&cut as Meanwhile<'_>, &twice] {
        for end in [START, START.plus(365 * DAY)] {
            assert_eq!(stream(&ring(1), &ring(1), meanwhile, end), Err(Rejection::Mismatch));
        }
    }
    let staged = ring(1).stage(secret(2), START).unwrap().ring;
    let unstage = |ring: &Keyring| ring.unstage(Duration::ZERO, START).unwrap().ring;
    assert_eq!(stream(&ring(2), &staged, &unstage, START), Err(Rejection::Mismatch));
}

/// The proof tells of the ring that the body began under.
#[test]
fn a_rotation_meanwhile_changes_nothing() {
    let rotate = |ring: &Keyring| ring.rotate(secret(2), HOUR, START).unwrap().ring;
    assert_eq!(stream(&ring(1), &ring(1), &rotate, START), Ok((Role::Current, 1)));
    let rotated = rotate(&ring(1));
    let back = |ring: &Keyring| ring.rollback(START).unwrap().ring;
    assert_eq!(stream(&ring(1), &rotated, &back, START), Ok((Role::Previous, 2)));
    assert_eq!(stream(&ring(2), &rotated, &back, START), Ok((Role::Current, 2)));
    // A key that came only after the body began cannot have been tried.
    assert_eq!(stream(&ring(2), &ring(1), &rotate, START), Err(Rejection::Mismatch));
}
