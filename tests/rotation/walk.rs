//! One ring from its first key through a rotation, a rotation that fails, and the deadlines.

use super::*;

#[test]
fn t1_to_t5() {
    // t1: one key.
    let t1 = START;
    let first = ring(1);
    let by_1 = signed(&first, t1);
    assert_eq!(verify(&first, &by_1, t1), Ok(Role::Current));

    // t2: the next key is staged. It verifies, and does not sign.
    let t2 = t1.plus(HOUR);
    let staged = first.stage(secret(2), t2).unwrap().ring;
    let by_2 = probe(&staged, t2);
    assert_eq!(signed(&staged, t2), by_1);
    assert_eq!(verify(&first, &by_2, t2), Err(Rejection::Mismatch));
    assert_eq!(verify(&staged, &by_2, t2), Ok(Role::Next));
    assert_eq!(verify(&staged, &by_1, t2), Ok(Role::Current));

    // t3: it is promoted. What the old key signed is still under way.
    let t3 = t2.plus(HOUR);
    let promoted = staged.promote(DAY, t3).unwrap().ring;
    let dies_1 = t3.plus(DAY);
    assert_eq!(signed(&promoted, t3), by_2);
    assert_eq!(verify(&promoted, &by_1, t3), Ok(Role::Previous));
    assert_eq!(verify(&promoted, &by_2, t3), Ok(Role::Current));

    // t4: a rotation fails: first it is refused, then it is done and taken back.
    let t4 = t3.plus(HOUR);
    assert!(promoted.rotate(secret(2), DAY, t4).is_err());
    assert_eq!(signed(&promoted, t4), by_2);
    let rotated = promoted.rotate(secret(3), DAY, t4).unwrap().ring;
    let by_3 = signed(&rotated, t4);
    let back = rotated.rollback(t4.plus(MINUTE)).unwrap().ring;
    assert_eq!(signed(&back, t4), by_2);
    assert_eq!(verify(&back, &by_3, t4), Ok(Role::Next), "it is under way");
    let failed = back.unstage(HOUR, t4.plus(MINUTE)).unwrap().ring;
    let dies_3 = t4.plus(MINUTE).plus(HOUR);
    for by in [&by_1, &by_2, &by_3] {
        assert!(verify(&failed, by, t4.plus(MINUTE)).is_ok());
    }

    // t5: the deadlines. Each key has its own, and the failed rotation moved none.
    for (by, dies) in [(&by_3, dies_3), (&by_1, dies_1)] {
        let last = dies.minus(Duration::from_millis(1));
        assert_eq!(verify(&failed, by, last), Ok(Role::Previous));
        assert_eq!(verify(&failed, by, dies), Err(Rejection::Mismatch));
    }
    let t5 = dies_1;
    assert_eq!(live(&failed, t5), [(id(2), Role::Current, None)]);
    assert_eq!(verify(&failed, &by_2, t5), Ok(Role::Current));
}

#[test]
fn zero_grace_kills_at_once_and_cannot_be_rolled_back() {
    let before = ring(1);
    let by_1 = signed(&before, START);
    let after = before.rotate(secret(2), Duration::ZERO, START).unwrap().ring;
    assert_eq!(live(&after, START), [(id(2), Role::Current, None)]);
    assert_eq!(verify(&after, &by_1, START), Err(Rejection::Mismatch));
    assert_eq!(after.rollback(START).unwrap_err(), hookring::Refused::NoPrevious);
    assert!(after.stage(secret(1), START).is_ok(), "it was not revoked");
}

#[test]
fn promote_is_the_inverse_of_rollback() {
    let rotated = ring(1).rotate(secret(2), DAY, START).unwrap().ring;
    let later = START.plus(HOUR);
    let again = rotated.rollback(later).unwrap().ring.promote(DAY, later).unwrap().ring;
    assert_eq!(live(&again, later), [(id(2), Role::Current, None), (id(1), Role::Previous, Some(later.plus(DAY)))]);
}

/// Rolling back goes to the key that signed last, past one that was staged and taken back since.
#[test]
fn rollback_never_promotes_a_key_that_was_only_staged() {
    let rotated = ring(1).rotate(secret(2), DAY, START).unwrap().ring;
    let unstaged = rotated.stage(secret(3), START).unwrap().ring.unstage(DAY, START).unwrap().ring;
    let roles: Vec<_> = unstaged.live(START).map(|live| live.key.id()).collect();
    assert_eq!(roles, [id(2), id(3), id(1)], "the newest previous key is the one that was taken back");
    let back = unstaged.rollback(START).unwrap().ring;
    assert_eq!(back.current().unwrap().id(), id(1));
    assert_eq!(back.next().unwrap().id(), id(2));

    let only_unstaged = ring(1).stage(secret(2), START).unwrap().ring.unstage(DAY, START).unwrap().ring;
    assert_eq!(only_unstaged.rollback(START).unwrap_err(), hookring::Refused::NoPrevious);
}

#[test]
fn a_suspended_ring_verifies_and_does_not_sign() {
    let rotated = ring(1).rotate(secret(2), DAY, START).unwrap().ring;
    let by_1 = signed(&ring(1), START);
    let by_2 = signed(&rotated, START);
    let suspended = rotated.revoke(id(2), START).unwrap().ring;
    assert!(suspended.current().is_none());
    assert!(suspended.status(START).is_suspended());
    let signer = Signer::new(providers::GENERIC_SHA256, suspended.clone(), SignWith::Current).unwrap();
    assert_eq!(signer.sign(&Message::new(BODY), START).unwrap_err(), hookring::SignError::NoCurrentKey);
    assert_eq!(verify(&suspended, &by_2, START), Err(Rejection::Mismatch));
    assert_eq!(verify(&suspended, &by_1, START), Ok(Role::Previous));

    // Three ways out.
    let rolled_back = suspended.rollback(START).unwrap().ring;
    assert_eq!(live(&rolled_back, START), [(id(1), Role::Current, None)]);
    let rotated = suspended.rotate(secret(3), HOUR, START).unwrap().ring;
    assert_eq!(rotated.current().unwrap().id(), id(3));
    assert_eq!(verify(&rotated, &by_1, START.plus(DAY).minus(MINUTE)), Ok(Role::Previous), "its deadline is its own");
    let staged = suspended.stage(secret(3), START).unwrap().ring;
    assert!(
        Signer::new(providers::GENERIC_SHA256, staged.clone(), SignWith::Current)
            .unwrap()
            .sign(&Message::new(BODY), START)
            .is_err()
    );
    assert_eq!(staged.promote(HOUR, START).unwrap().ring.current().unwrap().id(), id(3));
}

/// Nothing left means our fault, and never "accept".
#[test]
fn without_a_live_key_nothing_is_accepted() {
    let by_1 = signed(&ring(1), START);
    let empty = ring(1).revoke(id(1), START).unwrap().ring;
    let expired = ring(1).rotate(secret(2), HOUR, START).unwrap().ring.revoke(id(2), START).unwrap().ring;
    for (ring, now) in [(empty, START), (expired, START.plus(HOUR))] {
        let why = verify(&ring, &by_1, now).unwrap_err();
        assert_eq!((why, why.status(), why.code()), (Rejection::NoLiveKey, 500, "no_live_key"));
        assert_eq!(ring.live(now).count(), 0);
    }
}
