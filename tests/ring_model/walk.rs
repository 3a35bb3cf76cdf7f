//! The breadth-first walk: every operation in every state with every clock value, a machine beside the model.

use std::collections::{HashMap, HashSet, VecDeque};

use hookring::MAX_LIVE;

use crate::checks::{self, Attempt, Violations};
use crate::machine::{Alive, Machine, Op, SLACK, UNIT, View};
use crate::model::Model;

/// How far a walk goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many different keys there are.
    pub(crate) keys: u8,
    /// Clock values are 0 to this, in units.
    pub(crate) last: i64,
    /// States of this generation are looked at, and not left.
    pub(crate) generations: u64,
    /// Take two states as one if they differ in the names of keys only, and try one key of each kind.
    pub(crate) names_do_not_matter: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) states: u64,
    pub(crate) transitions: u64,
    pub(crate) refusals: u64,
    /// How many states had as many live keys as may be.
    pub(crate) full: u64,
    pub(crate) violations: Violations,
}

/// A machine, and the model as long as the machine did what the model says.
struct Pair<M> {
    machine: M,
    model: Option<Model>,
    view: View,
}

pub(crate) fn walk<M: Machine>(machine: M, bounds: Bounds) -> Report {
    let mut walk = Walk { bounds, seen: HashSet::new(), todo: VecDeque::new(), report: Report::default() };
    let view = machine.view();
    walk.add(Pair { machine, model: Some(Model::new(0, 0)), view });
    while let Some(pair) = walk.todo.pop_front() {
        walk.step(&pair);
    }
    walk.report
}

type Hidden = (Vec<bool>, Vec<i64>);

struct Walk<M> {
    bounds: Bounds,
    seen: HashSet<(View, Option<Hidden>)>,
    todo: VecDeque<Pair<M>>,
    report: Report,
}

impl<M: Machine> Walk<M> {
    fn add(&mut self, pair: Pair<M>) {
        let name = if self.bounds.names_do_not_matter { nameless(&pair.view) } else { pair.view.clone() };
        if !self.seen.insert((name, pair.model.as_ref().map(hidden))) {
            return;
        }
        self.report.states += 1;
        self.report.full += u64::from(pair.view.keys.len() == MAX_LIVE);
        let grid = 0..=self.bounds.last + 2;
        let brink = pair.view.keys.iter().filter_map(|(_, _, until)| *until).flat_map(|until| [until - 1, until]);
        let times: Vec<i64> = grid.map(|time| time * UNIT).chain(brink).collect();
        checks::state(&pair.machine, &pair.view, &times, &mut self.report.violations);
        if let Some(model) = &pair.model {
            let same = times.iter().all(|time| model.live(*time) == pair.machine.live(*time));
            self.report.violations.require(same, checks::MODEL);
        }
        if pair.view.generation < self.bounds.generations {
            self.todo.push_back(pair);
        }
    }

    fn step(&mut self, pair: &Pair<M>) {
        let ops = Op::all(self.keys(&pair.view).into_iter());
        let mut lineages = HashMap::new();
        for time in 0..=self.bounds.last {
            ops.iter().for_each(|op| self.attempt(pair, *op, time * UNIT, &mut lineages));
        }
        // The slack leads to no further state, because the ring stamps its own time.
        let at_the_edge = |op: &&Op| **op != Op::RebaseClock;
        for now in [pair.view.as_of - SLACK, pair.view.as_of - SLACK - 1] {
            ops.iter().filter(at_the_edge).for_each(|op| self.attempt(pair, *op, now, &mut lineages));
        }
        for until in pair.view.keys.iter().filter_map(|(_, _, until)| *until) {
            self.attempt(pair, Op::WithoutExpired, until - 1, &mut lineages);
        }
        // A ring is a value: no attempt changes the one it was made on.
        self.report.violations.require(pair.machine.view() == pair.view, checks::MODEL);
    }

    fn attempt(&mut self, pair: &Pair<M>, op: Op, now: i64, lineages: &mut HashMap<[u8; 32], View>) {
        let attempt = Attempt { before: &pair.machine, view: &pair.view, op, now };
        let found = &mut self.report.violations;
        let expected = pair.model.as_ref().map(|model| model.apply(op, now));
        match pair.machine.apply(op, now) {
            Err(why) => {
                self.report.refusals += 1;
                attempt.refused(why, found);
                let same = expected.is_none_or(|expected| expected.is_err_and(|wanted| wanted == why));
                found.require(same, checks::MODEL);
            }
            Ok(machine) => {
                self.report.transitions += 1;
                let view = machine.view();
                attempt.done(&machine, &view, found);
                if op != Op::WithoutExpired {
                    let first = lineages.entry(machine.lineage()).or_insert_with(|| view.clone());
                    found.require(*first == view && machine.lineage() != pair.machine.lineage(), checks::LINEAGE);
                }
                let model = expected.as_ref().and_then(|expected| expected.as_ref().ok());
                let model = model.filter(|model| model.view() == view).cloned();
                found.require(model.is_some() || expected.is_none(), checks::MODEL);
                self.add(Pair { machine, model, view });
            }
        }
    }

    /// The keys to try: all, or those that are held, one that was revoked, and one that the ring has never seen.
    fn keys(&self, view: &View) -> Vec<u8> {
        let all = 0..self.bounds.keys;
        if !self.bounds.names_do_not_matter {
            return all.collect();
        }
        let held = |key: &u8| view.keys.iter().any(|(held, _, _)| held == key);
        let revoked = |key: &u8| view.revoked & (1 << key) != 0;
        let dead = all.clone().find(|key| revoked(key) && !held(key));
        let fresh = all.clone().find(|key| !revoked(key) && !held(key));
        all.filter(held).chain(dead).chain(fresh).collect()
    }
}

/// The same state with keys numbered in their order, revoked ones last. Generations do not matter either.
fn nameless(view: &View) -> View {
    let place = |wanted: u8| view.keys.iter().position(|(key, _, _)| *key == wanted);
    let held = view.keys.iter().zip(0..).map(|((_, role, until), name)| (name, *role, *until)).collect::<Vec<_>>();
    let revoked = (0..32).filter(|key| view.revoked & (1 << key) != 0);
    let mut next = held.len();
    let revoked = revoked.fold(0, |all, key| {
        all | 1
            << place(key).unwrap_or_else(|| {
                next += 1;
                next - 1
            })
    });
    View { generation: 0, as_of: view.as_of, keys: held, revoked }
}

/// What cannot be seen from outside: which of the previous keys, newest first, rollback may choose, and the deadlines of
/// keys that are dead and still held, which is so only after the clock was set forward.
fn hidden(model: &Model) -> Hidden {
    let choosable = |(key, _, _): &Alive| model.keys.iter().any(|(held, place)| held == key && place.was_current());
    let dead = model.keys.iter().filter_map(|(_, place)| place.until().filter(|until| *until <= model.as_of));
    (model.view().keys.iter().map(choosable).collect(), dead.collect())
}
