//! A thousand rotations by an impatient operator under a restless clock.

use std::collections::BTreeMap;

use hookring::{CLOCK_SLACK, MAX_LIVE, Refused};

use super::*;

/// Numbers that look random and are the same in every run.
struct Restless(u64);

impl Restless {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn every_key_keeps_the_deadline_it_was_given() {
    let mut random = Restless(20);
    let mut ring = ring(0);
    let mut clock = START;
    // What the operator was promised, by their own arithmetic.
    let mut promised: BTreeMap<KeyId, Timestamp> = BTreeMap::new();
    let (mut rotations, mut refusals, mut wrong_clocks, mut most) = (0_u32, 0_u32, 0_u32, 0);
    while rotations < 1000 {
        // Mostly forward, at times back, and at times back again.
        clock = match random.below(4) {
            0 => clock.minus(Duration::from_millis(random.below(150_000))),
            _ => clock.plus(Duration::from_millis(random.below(3_600_000))),
        };
        let time = clock.max(ring.as_of());
        promised.retain(|_, until| time < *until);
        let grace = Duration::from_millis(1 + random.below(4 * 3_600_000));
        let old = ring.current().unwrap().id();
        match ring.rotate(secret(rotations + 1), grace, clock) {
            Ok(change) => {
                ring = change.ring;
                promised.insert(old, time.plus(grace));
                rotations += 1;
            }
            Err(Refused::TooManyLive) => {
                assert_eq!(promised.len() + 1, MAX_LIVE);
                refusals += 1;
            }
            Err(why) => {
                let behind = ring.as_of().since(clock);
                assert!(behind > CLOCK_SLACK);
                assert_eq!(why, Refused::ClockWentBack { behind });
                wrong_clocks += 1;
            }
        }
        let found: BTreeMap<_, _> = live(&ring, clock).iter().filter_map(|(id, _, until)| Some((*id, (*until)?))).collect();
        assert_eq!(found, promised);
        assert_eq!(ring.current().unwrap().id(), id(rotations));
        most = most.max(found.len() + 1);
    }
    println!("1000 rotations, {refusals} refused because five keys lived, {wrong_clocks} because of the clock");
    assert_eq!(most, MAX_LIVE);
    assert!(refusals > 0 && wrong_clocks > 0);
    assert_eq!(ring.generation(), 1001);
}

/// Thirty rotations an hour apart: each delivery is accepted until its own key's deadline, to the millisecond.
#[test]
fn each_delivery_lives_as_long_as_its_key() {
    let mut ring = ring(0);
    let mut deliveries: Vec<(Delivery, Timestamp)> = Vec::new();
    for n in 1..=30 {
        let now = START.plus(HOUR * n);
        let grace = HOUR * (n % 4) + MINUTE;
        deliveries.push((signed(&ring, now), now.plus(grace)));
        ring = ring.rotate(secret(n), grace, now).unwrap().ring;
        for (delivery, until) in &deliveries {
            let last = until.minus(Duration::from_millis(1));
            assert_eq!(verify(&ring, delivery, last).is_ok(), now < *until);
            assert_eq!(verify(&ring, delivery, *until), Err(Rejection::Mismatch));
        }
    }
}
