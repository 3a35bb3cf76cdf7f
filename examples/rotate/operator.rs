//! Reads the status pages, asks `rollout::next`, and does what it says to one process at a time.

use std::time::Duration;

use hookring::Duty;
use hookring::rollout::{self, Missing, Step};

use crate::fleet::{DRAIN, Fleet};

/// What happened when.
pub(crate) struct Entry {
    pub(crate) second: u64,
    pub(crate) what: String,
    pub(crate) in_flight: usize,
}

#[derive(Default)]
pub(crate) struct Operator {
    pub(crate) log: Vec<Entry>,
    last: String,
    /// Every other receiver is promoted while the old key drains. That keeps both keys, so it may be done at any time once
    /// all senders have changed; the old key then expires by itself.
    pub(crate) promotes_early: bool,
}

impl Operator {
    /// Stages the second secret on the first receiver; the rest follows from that.
    pub(crate) fn begin(&mut self, fleet: &mut Fleet) {
        let new = fleet.key('B');
        fleet.change(false, 0, |ring, now| ring.stage(new, now));
        self.note(fleet, "the new secret is staged on one receiver");
    }

    /// Goes on until there is nothing left to do.
    pub(crate) fn follow(&mut self, fleet: &mut Fleet, most: u64) {
        let end = fleet.second() + most;
        while !matches!(self.step(fleet), Step::Idle) {
            assert!(fleet.second() < end, "the rotation does not end");
        }
        self.note(fleet, "done");
    }

    /// One step on one process, and some time for deliveries.
    pub(crate) fn step(&mut self, fleet: &mut Fleet) -> Step {
        let step = rollout::next(&fleet.pages(), DRAIN, fleet.now());
        let what = label(&step);
        if what != self.last {
            self.note(fleet, what);
        }
        self.act(fleet, &step);
        fleet.run(5);
        step
    }

    fn act(&self, fleet: &mut Fleet, step: &Step) {
        let grace = DRAIN + Duration::from_secs(60);
        match step {
            Step::Wait { missing: Missing::Key(_), at, .. } | Step::Rejecting { at, .. } => {
                let new = fleet.key('B');
                one(fleet, at, |fleet, sender, at| fleet.change(sender, at, |ring, now| ring.stage(new, now)));
            }
            Step::Promote { at, .. } => {
                one(fleet, at, |fleet, sender, at| fleet.change(sender, at, |ring, now| ring.promote(grace, now)));
            }
            Step::RollBack { at, .. } | Step::GraceTooShort { at, .. } => {
                one(fleet, at, |fleet, sender, at| fleet.change(sender, at, |ring, now| ring.rollback(now)));
            }
            Step::Drop { key, at, .. } => one(fleet, at, |fleet, sender, at| {
                fleet.change(sender, at, |ring, now| {
                    let is_current = ring.current().is_some_and(|current| current.id() == *key);
                    if is_current { ring.promote(Duration::ZERO, now) } else { ring.unstage(Duration::ZERO, now) }
                });
            }),
            Step::Drain { .. } if self.promotes_early => {
                let staged = |at: &usize| fleet.receivers[*at].ring.load().next().is_some();
                if let Some(at) = (0..fleet.receivers.len()).step_by(2).find(staged) {
                    fleet.change(false, at, |ring, now| ring.promote(grace, now));
                }
            }
            Step::Idle | Step::Drain { .. } => {}
            other => panic!("not expected in this story: {other}"),
        }
    }

    pub(crate) fn note(&mut self, fleet: &Fleet, what: &str) {
        let [current, next, previous] = fleet.total.accepted;
        let deliveries = current + next + previous;
        println!(
            "  {:>5} s {what:<24} {deliveries:>12} {:>9} {current:>8} {next:>6} {previous:>9} {:>9}",
            fleet.second(),
            fleet.in_flight(),
            fleet.total.rejected
        );
        self.log.push(Entry { second: fleet.second(), what: what.to_owned(), in_flight: fleet.in_flight() });
        self.last = what.to_owned();
    }
}

/// Does something to the first of the named processes; pages list senders before receivers.
fn one(fleet: &mut Fleet, at: &[usize], act: impl FnOnce(&mut Fleet, bool, usize)) {
    if let Some(first) = at.first() {
        let senders = fleet.senders.len();
        if *first < senders { act(fleet, true, *first) } else { act(fleet, false, *first - senders) }
    }
}

pub(crate) const fn label(step: &Step) -> &'static str {
    match step {
        Step::Idle => "idle",
        Step::Wait { duty: Duty::Receiver, .. } => "stage on receivers",
        Step::Wait { .. } => "stage on senders",
        Step::Promote { duty: Duty::Receiver, .. } => "promote on receivers",
        Step::Promote { .. } => "promote on senders",
        Step::RollBack { .. } => "roll senders back",
        Step::Drain { .. } => "drain",
        Step::Drop { duty: Duty::Receiver, .. } => "drop on receivers",
        Step::Drop { .. } => "drop on senders",
        _ => "other",
    }
}
