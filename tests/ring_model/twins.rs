//! Rings that are wrong in one way each: the model with one rule changed.

use hookring::{Refused, Role};

use crate::checks;
use crate::machine::{Alive, Grace, Machine, Op, View};
use crate::model::{Model, Place};

/// What a twin does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A later rotation gives all previous keys its own deadline.
    DeadlineReset,
    /// There is one place for a previous key; what was there is gone.
    SinglePreviousSlot,
    /// A clock that jumps back is believed.
    NoFloor,
    /// A revoked key may be staged again.
    RevokedReturns,
    /// Any number of keys may live.
    NoBound,
    /// A full ring drops its oldest key to make room.
    EvictsOldest,
    /// Dropping expired keys counts as a transition.
    PurgeIsATransition,
    /// Dropping expired keys changes the lineage: two processes that do it at different times look forked.
    PurgeForks,
    /// Dropping expired keys drops those that are about to expire as well.
    PurgeTakesTooMuch,
    /// Rolling back drops the key that failed, while deliveries signed with it are under way.
    RollbackDropsFailed,
    /// Rolling back takes the newest previous key, even one that was only ever staged.
    RollbackToUnstaged,
    /// Taking a staged key back counts as revoking it.
    UnstageBuries,
    /// A key still lives at the instant of its deadline.
    AliveAtDeadline,
    /// A revocation is refused if the clock is wrong.
    RevokeNeedsClock,
    /// A transition under any clock is done.
    NoClockCheck,
    /// A clock that is a little behind is stamped as it is.
    StampsRawClock,
    /// Repairing the time does not first drop what is dead by it.
    RebaseRevives,
    /// Promotion forgets what was revoked.
    ForgetsRevoked,
    /// The lineage says how many transitions there were, not which.
    EmptyLineage,
}

/// Every fault, and the check that must find it.
pub(crate) const ALL: [(Fault, &str); 19] = [
    (Fault::DeadlineReset, checks::DEADLINE),
    (Fault::SinglePreviousSlot, checks::NOTHING_LOST),
    (Fault::NoFloor, checks::NO_REVIVAL),
    (Fault::RevokedReturns, checks::REVOKED_IS_GONE),
    (Fault::NoBound, checks::BOUND),
    (Fault::EvictsOldest, checks::NOTHING_LOST),
    (Fault::PurgeIsATransition, checks::DROPPING),
    (Fault::PurgeForks, checks::DROPPING),
    (Fault::PurgeTakesTooMuch, checks::DROPPING),
    (Fault::RollbackDropsFailed, checks::INVERSE),
    (Fault::RollbackToUnstaged, checks::MODEL),
    (Fault::UnstageBuries, checks::MEMORY),
    (Fault::AliveAtDeadline, checks::MODEL),
    (Fault::RevokeNeedsClock, checks::CLOCK),
    (Fault::NoClockCheck, checks::CLOCK),
    (Fault::StampsRawClock, checks::TIME),
    (Fault::RebaseRevives, checks::NO_REVIVAL),
    (Fault::ForgetsRevoked, checks::MEMORY),
    (Fault::EmptyLineage, checks::LINEAGE),
];

#[derive(Clone)]
pub(crate) struct Twin {
    model: Model,
    fault: Fault,
}

impl Twin {
    pub(crate) fn new(fault: Fault) -> Self {
        let model = Model::new(0, 0);
        let (bound, floor) = (if fault == Fault::NoBound { 99 } else { model.bound }, fault != Fault::NoFloor);
        Self { model: Model { bound, floor, ..model }, fault }
    }

    /// Changes what the model starts from, or what it is asked.
    fn prepare(&self, op: Op, now: i64) -> (Model, i64) {
        let mut model = self.model.clone();
        let mut clock = now;
        match self.fault {
            Fault::RevokedReturns => model.revoked &= !op.newcomer().map_or(0, |key| 1 << key),
            Fault::EvictsOldest if op.newcomer().is_some() && model.keys.len() >= model.bound => {
                let oldest = model.live(now).pop().map(|(key, _, _)| key);
                model.keys.retain(|(key, _)| Some(*key) != oldest);
            }
            Fault::NoClockCheck => clock = now.max(model.as_of),
            Fault::RollbackToUnstaged => model.keys.iter_mut().for_each(|(_, place)| {
                if let Place::Previous { was_current, .. } = place {
                    *was_current = true;
                }
            }),
            _ => {}
        }
        (model, clock)
    }

    /// Changes what comes out.
    fn spoil(&self, after: &mut Model, op: Op, now: i64) {
        let promotes = matches!(op, Op::Promote(_) | Op::Rotate(_, _));
        match self.fault {
            Fault::DeadlineReset if promotes => {
                let reset = after.as_of + Grace::TwoUnits.millis();
                previous(after).for_each(|(until, _)| *until = reset);
            }
            Fault::SinglePreviousSlot if promotes => {
                let newest = previous(after).map(|(_, left)| *left).max();
                after.keys.retain(|(_, at)| !matches!(at, Place::Previous { left, .. } if Some(*left) != newest));
            }
            Fault::RevokedReturns => after.revoked |= self.model.revoked,
            Fault::PurgeIsATransition if op == Op::WithoutExpired => after.generation += 1,
            Fault::PurgeForks if op == Op::WithoutExpired => after.history += 1,
            Fault::PurgeTakesTooMuch if op == Op::WithoutExpired => {
                after.keys.retain(|(_, at)| !matches!(at, Place::Previous { until, .. } if *until <= now + 1));
            }
            Fault::RollbackDropsFailed if op == Op::Rollback => after.keys.retain(|(_, at)| *at != Place::Next),
            Fault::UnstageBuries => {
                if let (Op::Unstage(_), Some(key)) = (op, self.model.view().key(Role::Next)) {
                    after.revoked |= 1 << key;
                    after.keys.retain(|(held, _)| *held != key);
                }
            }
            Fault::StampsRawClock if !matches!(op, Op::WithoutExpired) => after.as_of = now,
            Fault::RebaseRevives if op == Op::RebaseClock => {
                let dead = |(_, at): &&(u8, Place)| at.until().is_some_and(|until| until <= self.model.as_of);
                after.keys.extend(self.model.keys.iter().filter(dead));
            }
            Fault::ForgetsRevoked if promotes => after.revoked = 0,
            Fault::EmptyLineage => after.history = after.generation,
            _ => {}
        }
    }
}

fn previous(model: &mut Model) -> impl Iterator<Item = (&mut i64, &mut u32)> {
    model.keys.iter_mut().filter_map(|(_, place)| match place {
        Place::Previous { until, left, .. } => Some((until, left)),
        _ => None,
    })
}

impl Machine for Twin {
    fn apply(&self, op: Op, now: i64) -> Result<Self, Refused> {
        if self.fault == Fault::RevokeNeedsClock && matches!(op, Op::Revoke(_)) {
            self.model.apply(Op::Stage(31), now).or_else(|why| match why {
                Refused::ClockWentBack { .. } => Err(why),
                _ => Ok(self.model.clone()),
            })?;
        }
        let (model, clock) = self.prepare(op, now);
        let mut after = model.apply(op, clock)?;
        self.spoil(&mut after, op, now);
        Ok(Self { model: after, fault: self.fault })
    }

    fn view(&self) -> View {
        View { keys: self.live(self.model.as_of), ..self.model.view() }
    }

    fn live(&self, now: i64) -> Vec<Alive> {
        let now = if self.fault == Fault::AliveAtDeadline { now.max(self.model.as_of) - 1 } else { now };
        let mut model = self.model.clone();
        model.floor &= self.fault != Fault::AliveAtDeadline;
        model.live(now)
    }

    fn lineage(&self) -> [u8; 32] {
        self.model.lineage()
    }
}
