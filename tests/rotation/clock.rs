//! Clocks that are wrong, in both directions.

use hookring::{CLOCK_SLACK, MAX_GRACE, Refused};

use super::*;

const MILLI: Duration = Duration::from_millis(1);

/// A clock that jumps back neither revives a key nor makes one live longer than its grace.
#[test]
fn jumping_back_revives_nothing() {
    let rotated = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let by_1 = signed(&ring(1), START);
    // Two hours later there is another transition, and then the clock is put back to the first.
    let ring = rotated.stage(secret(3), START.plus(2 * HOUR)).unwrap().ring;
    for back in [START, START.minus(DAY), Timestamp::from_unix_millis(i64::MIN)] {
        assert_eq!(verify(&ring, &by_1, back), Err(Rejection::Mismatch));
        assert_eq!(ring.live(back).count(), 2);
    }
    // Without a transition in between the ring cannot know better, and the deadline is still the same instant.
    assert_eq!(verify(&rotated, &by_1, START.minus(DAY)), Ok(Role::Previous));
    assert_eq!(verify(&rotated, &by_1, START.plus(HOUR)), Err(Rejection::Mismatch));
}

#[test]
fn transitions_need_a_clock_that_is_right_within_five_minutes() {
    let ring = ring(1).rotate(secret(2), DAY, START).unwrap().ring.stage(secret(3), START).unwrap().ring;
    let plain = ring.unstage(DAY, START).unwrap().ring;
    let edge = START.minus(CLOCK_SLACK);
    let wrong = edge.minus(MILLI);
    let refused = Refused::ClockWentBack { behind: CLOCK_SLACK + MILLI };
    assert_eq!(ring.promote(DAY, wrong).unwrap_err(), refused);
    assert_eq!(ring.unstage(DAY, wrong).unwrap_err(), refused);
    assert_eq!(plain.stage(secret(4), wrong).unwrap_err(), refused);
    assert_eq!(plain.rotate(secret(4), DAY, wrong).unwrap_err(), refused);
    assert_eq!(plain.rollback(wrong).unwrap_err(), refused);

    // Within the slack the ring stamps its own time, so the deadline is as if the clock were right.
    let slow = ring.promote(DAY, edge).unwrap();
    let right = ring.promote(DAY, START).unwrap();
    assert!(slow.ring.same_version(&right.ring));
    assert_eq!(slow.events, right.events);
    assert_eq!(slow.ring.as_of(), START);
    assert_eq!(live(&slow.ring, edge), live(&right.ring, START));
}

#[test]
fn revocations_work_under_any_clock() {
    let ring = ring(1).rotate(secret(2), DAY, START).unwrap().ring;
    for wrong in [START.minus(400 * DAY), Timestamp::from_unix_millis(i64::MIN)] {
        let revoked = ring.revoke(id(1), wrong).unwrap();
        assert_eq!((revoked.ring.as_of(), revoked.events[0].at), (START, START));
        let replaced = ring.replace_compromised(secret(3), wrong).unwrap();
        assert_eq!(live(&replaced.ring, wrong), [(id(3), Role::Current, None)]);
        assert_eq!(replaced.ring.as_of(), START);
    }
}

/// A transition under a clock far in the future blocks later ones. The repair drops what is dead by the wrong time, so
/// nothing comes back to life.
#[test]
fn rebasing_repairs_a_ring_from_the_future() {
    let future = START.plus(365 * DAY);
    let rotated = ring(1).rotate(secret(2), DAY, START).unwrap().ring;
    let by_1 = signed(&ring(1), START);
    let poisoned = rotated.rotate(secret(3), DAY, future).unwrap().ring;
    assert!(matches!(poisoned.stage(secret(4), START), Err(Refused::ClockWentBack { .. })));
    assert_eq!(verify(&poisoned, &by_1, START), Err(Rejection::Mismatch));

    let repaired = poisoned.rebase_clock(START.plus(HOUR)).ring;
    assert_eq!(repaired.as_of(), START.plus(HOUR));
    assert_eq!(repaired.generation(), poisoned.generation() + 1);
    assert_eq!(verify(&repaired, &by_1, START), Err(Rejection::Mismatch), "dead is dead");
    assert_eq!(live(&repaired, START)[1], (id(2), Role::Previous, Some(future.plus(DAY))), "deadlines stay");
    assert!(repaired.stage(secret(4), START.plus(HOUR)).is_ok());
    // What lives too long because of it is ended by hand.
    assert!(repaired.revoke(id(2), START.plus(HOUR)).is_ok());
}

#[test]
fn setting_the_clock_forward_and_back_revives_nothing() {
    let rotated = ring(1).rotate(secret(2), HOUR, START).unwrap().ring;
    let forward = rotated.rebase_clock(START.plus(2 * HOUR)).ring;
    assert_eq!(forward.live(START).count(), 1);
    let back = forward.rebase_clock(START).ring;
    assert_eq!(live(&back, START), [(id(2), Role::Current, None)]);
}

#[test]
fn graces_are_bounded_and_round_up() {
    let staged = ring(1).stage(secret(2), START).unwrap().ring;
    let too_long = MAX_GRACE + Duration::from_nanos(1);
    assert_eq!(staged.promote(too_long, START).unwrap_err(), Refused::GraceTooLong);
    assert_eq!(staged.unstage(too_long, START).unwrap_err(), Refused::GraceTooLong);
    assert_eq!(ring(1).rotate(secret(2), Duration::MAX, START).unwrap_err(), Refused::GraceTooLong);
    let deadline = |grace| live(&staged.promote(grace, START).unwrap().ring, START).get(1).and_then(|(_, _, until)| *until);
    assert_eq!(deadline(MAX_GRACE), Some(START.plus(30 * DAY)));
    assert_eq!(deadline(Duration::from_nanos(1)), Some(START.plus(MILLI)), "a deadline is never earlier than promised");
    assert_eq!(deadline(Duration::ZERO), None);
}

/// Nothing overflows at the ends of time.
#[test]
fn the_ends_of_time_do_not_panic() {
    for end in [i64::MIN, i64::MAX].map(Timestamp::from_unix_millis) {
        let ring: Keyring = Keyring::new(secret(1), end).ring;
        for now in [i64::MIN, 0, i64::MAX].map(Timestamp::from_unix_millis) {
            let _ = ring.rotate(secret(2), MAX_GRACE, now).map(|change| change.ring.status(now));
            let _ = ring.rebase_clock(now).ring.without_expired(end).status(end).forgotten_next();
            assert_eq!(ring.live(now).count(), 1);
        }
    }
}
