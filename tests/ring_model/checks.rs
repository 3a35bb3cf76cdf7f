//! The invariants, checked on every state and on every transition of any machine.

use std::collections::BTreeMap;

use hookring::{MAX_LIVE, Refused, Role};

use crate::machine::{Alive, Grace, Machine, Op, SLACK, View};

/// How often each check failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Violations(BTreeMap<&'static str, u64>);

impl Violations {
    pub(crate) fn require(&mut self, holds: bool, name: &'static str) {
        if !holds {
            *self.0.entry(name).or_default() += 1;
        }
    }

    pub(crate) fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

pub(crate) const NO_KEY_TWICE: &str = "I1 no key twice";
pub(crate) const REVOKED_IS_GONE: &str = "I2 a revoked key is never held";
pub(crate) const BOUND: &str = "I3 live keys within the bound";
pub(crate) const GENERATION: &str = "I4 generation grows by one";
pub(crate) const TIME: &str = "I5 the time of the last transition is right and never falls";
pub(crate) const DEADLINE: &str = "I6 a deadline never moves";
pub(crate) const NOTHING_LOST: &str = "I7 no accepted key is lost";
pub(crate) const NO_REVIVAL: &str = "I8 a dead key stays dead";
pub(crate) const INVERSE: &str = "I9 promote undoes rollback";
pub(crate) const CLOCK: &str = "C refused if and only if the clock is wrong";
pub(crate) const MEMORY: &str = "R revoked keys are remembered, and only revoked ones";
pub(crate) const DROPPING: &str = "W dropping expired keys is not a transition";
pub(crate) const LINEAGE: &str = "L other content has other lineage";
pub(crate) const MODEL: &str = "M as the model says";

fn holds(keys: &[Alive], wanted: u8) -> bool {
    keys.iter().any(|(key, _, _)| *key == wanted)
}

fn roles(keys: &[Alive]) -> Vec<(u8, Role)> {
    let mut roles: Vec<_> = keys.iter().map(|(key, role, _)| (*key, *role)).collect();
    roles.sort_by_key(|(key, _)| *key);
    roles
}

/// I1, I2, I3 and I8, with the clock at each of `times`.
pub(crate) fn state(machine: &impl Machine, view: &View, times: &[i64], found: &mut Violations) {
    let keys = &view.keys;
    found.require(keys.iter().enumerate().all(|(i, (key, _, _))| !holds(&keys[i + 1..], *key)), NO_KEY_TWICE);
    found.require(keys.iter().all(|(key, _, _)| view.revoked & (1 << key) == 0), REVOKED_IS_GONE);
    for time in times {
        let live = machine.live(*time);
        found.require(live.len() <= MAX_LIVE, BOUND);
        found.require(live.iter().all(|(key, _, _)| holds(keys, *key)), NO_REVIVAL);
    }
}

/// One attempt at an operation.
pub(crate) struct Attempt<'a, M> {
    pub(crate) before: &'a M,
    pub(crate) view: &'a View,
    pub(crate) op: Op,
    pub(crate) now: i64,
}

impl<M: Machine> Attempt<'_, M> {
    /// Everything that must hold between a machine and its successor.
    pub(crate) fn done(&self, after: &M, new: &View, found: &mut Violations) {
        if self.op == Op::WithoutExpired {
            return self.dropped(after, new, found);
        }
        let Self { before, view: old, op, now } = self;
        let time = if *op == Op::RebaseClock { *now } else { old.as_of.max(*now) };
        found.require(new.generation == old.generation + 1, GENERATION);
        found.require(new.as_of == time && (new.as_of >= old.as_of || *op == Op::RebaseClock), TIME);

        let deadlines = |(key, _, until): &Alive| {
            let then = old.keys.iter().find(|(held, role, _)| held == key && *role == Role::Previous);
            until.is_none() || then.is_none_or(|(_, _, before)| before == until)
        };
        found.require(new.keys.iter().all(deadlines), DEADLINE);

        let accepted = before.live(*now);
        let kept = |(key, role, _): &Alive| holds(&new.keys, *key) || self.may_lose(*key, *role);
        found.require(accepted.iter().all(kept), NOTHING_LOST);
        let accepted = if *op == Op::RebaseClock { old.keys.clone() } else { accepted };
        let known = |(key, _, _): &Alive| holds(&accepted, *key) || op.newcomer() == Some(*key);
        found.require(new.keys.iter().all(known), NO_REVIVAL);

        let killed = match op {
            Op::Revoke(key) => 1 << key,
            Op::ReplaceCompromised(_) => accepted.iter().fold(0, |all, (key, _, _)| all | 1 << key),
            _ => 0,
        };
        found.require(new.revoked == old.revoked | killed, MEMORY);
        found.require(op.newcomer().is_none_or(|key| old.revoked & (1 << key) == 0), REVOKED_IS_GONE);
        found.require(!self.clock_is_wrong(), CLOCK);

        if *op == Op::Rollback && old.key(Role::Current).is_some() {
            let again = after.apply(Op::Promote(Grace::TwoUnits), *now);
            found.require(again.is_ok_and(|again| roles(&again.view().keys) == roles(&accepted)), INVERSE);
        }
    }

    pub(crate) fn refused(&self, why: Refused, found: &mut Violations) {
        found.require(matches!(why, Refused::ClockWentBack { .. }) == self.clock_is_wrong(), CLOCK);
    }

    /// Whether the operation says itself that this key dies.
    fn may_lose(&self, key: u8, role: Role) -> bool {
        match self.op {
            Op::Promote(Grace::Zero) | Op::Rotate(_, Grace::Zero) => role == Role::Current,
            Op::Unstage(Grace::Zero) => role == Role::Next,
            Op::Revoke(revoked) => revoked == key,
            Op::ReplaceCompromised(_) => true,
            _ => false,
        }
    }

    fn clock_is_wrong(&self) -> bool {
        let any_clock = matches!(self.op, Op::Revoke(_) | Op::ReplaceCompromised(_) | Op::RebaseClock | Op::WithoutExpired);
        let no_grace_is_that_long = self.op.grace() != Some(Grace::TooLong);
        !any_clock && no_grace_is_that_long && self.view.as_of - self.now > SLACK
    }

    fn dropped(&self, after: &M, new: &View, found: &mut Violations) {
        let same = after.lineage() == self.before.lineage()
            && (new.generation, new.as_of, new.revoked) == (self.view.generation, self.view.as_of, self.view.revoked);
        let from = self.now.max(self.view.as_of);
        let verdicts = (0..4).map(|later| from + later * crate::machine::UNIT);
        found.require(same && verdicts.into_iter().all(|time| after.live(time) == self.before.live(time)), DROPPING);
        found.require(after.live(self.view.as_of) == self.before.live(from), DROPPING);
    }
}
