//! A fleet of processes with real rings, what is under way, and the moves of operators who do what the oracle says.

use std::time::Duration;

use hookring::rollout::{Missing, Step};
use hookring::{Duty, Keyring, Role, SharedKeyring, SignWith, Signer, Status, Timestamp, Verifier, providers};

use crate::courier::{Courier, SETS, Set, tick};

/// How long a delivery is under way, in ticks.
pub(crate) const DRAIN: i64 = 2;
/// How long a process may lag behind a ring that was published.
pub(crate) const LAG: i64 = 1;

pub(crate) const fn ticks(n: i64) -> Duration {
    Duration::from_secs(n.unsigned_abs())
}

#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) duty: Duty,
    pub(crate) ring: Keyring,
}

/// A ring that a process takes at this time.
fn taken(ring: &Keyring, at: i64) -> Keyring {
    SharedKeyring::new_at(ring.clone(), tick(at)).load()
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) processes: Vec<Process>,
    /// The ring that all of them read, if they share one.
    pub(crate) store: Option<Keyring>,
    /// For how many ticks a delivery with these signatures is still under way.
    pub(crate) under_way: [u8; SETS],
}

impl World {
    pub(crate) fn new(courier: &Courier, parts: &[Duty], shared: bool) -> Self {
        // Rings that are made at different times have different origins.
        let ring = |at: i64| Keyring::new(courier.key(1), tick(at)).ring;
        let one = ring(-100);
        let process = |(i, duty): (usize, &Duty)| {
            let ring = if shared { taken(&one, -50) } else { ring(-100 - i64::try_from(i).unwrap()) };
            Process { duty: *duty, ring }
        };
        let processes = parts.iter().enumerate().map(process).collect();
        let mut under_way = [0; SETS];
        under_way[1] = u8::try_from(DRAIN).unwrap();
        Self { now: 0, processes, store: shared.then_some(one), under_way }
    }

    pub(crate) fn at(&self) -> Timestamp {
        tick(self.now)
    }

    pub(crate) fn is_sender(&self, i: usize) -> bool {
        self.processes[i].duty != Duty::Receiver
    }

    pub(crate) fn page(&self, i: usize) -> Status {
        let Process { duty, ring } = &self.processes[i];
        match duty {
            Duty::Receiver => Verifier::new(providers::GITHUB, ring).unwrap().status(self.at()),
            Duty::DualSender => Signer::new(providers::STANDARD_WEBHOOKS, ring, SignWith::AllLive).unwrap().status(self.at()),
            _ => Signer::new(providers::GITHUB, ring, SignWith::Current).unwrap().status(self.at()),
        }
    }

    pub(crate) fn pages(&self) -> Vec<Status> {
        (0..self.processes.len()).map(|i| self.page(i)).collect()
    }

    /// What a sender would sign with now.
    pub(crate) fn signs(&self, courier: &Courier, i: usize) -> Set {
        let Process { duty, ring, .. } = &self.processes[i];
        match ring.current() {
            None => 0,
            Some(_) if *duty == Duty::DualSender => courier.live(ring, self.at()),
            Some(current) => courier.set_of(current.id()),
        }
    }

    /// The first delivery that some receiver would refuse.
    pub(crate) fn refused(&self, courier: &mut Courier) -> Option<(Set, usize)> {
        let alive = (1..SETS).filter(|set| self.under_way[*set] > 0);
        let mut pairs = alive.flat_map(|set| (0..self.processes.len()).map(move |i| (u8::try_from(set).unwrap(), i)));
        pairs.find(|(set, i)| !self.is_sender(*i) && !courier.accepts(*set, &self.processes[*i].ring, self.at()))
    }

    pub(crate) fn signed(&self, set: Set) -> Self {
        let mut world = self.clone();
        world.under_way[usize::from(set)] = u8::try_from(DRAIN).unwrap();
        world
    }

    pub(crate) fn later(&self) -> Self {
        let mut world = self.clone();
        world.now += 1;
        world.under_way.iter_mut().for_each(|left| *left = left.saturating_sub(1));
        world
    }

    /// Process `i` with another ring, or the ring that all share, published.
    pub(crate) fn with_ring(&self, i: usize, ring: Keyring) -> Self {
        let mut world = self.clone();
        match &mut world.store {
            Some(store) => *store = ring,
            None => world.processes[i] = Process { ring, ..world.processes[i].clone() },
        }
        world
    }

    /// Whether process `i` has not taken the ring that was published.
    pub(crate) fn lags(&self, i: usize) -> bool {
        self.store.as_ref().is_some_and(|store| !store.same_version(&self.processes[i].ring))
    }

    pub(crate) fn take(&self, i: usize) -> Self {
        let mut world = self.clone();
        let ring = taken(self.store.as_ref().unwrap(), self.now);
        world.processes[i] = Process { ring, ..world.processes[i].clone() };
        world
    }

    /// Does what the oracle says to process `i`: all the ways there are, none if it does not apply any more.
    pub(crate) fn apply(&self, courier: &Courier, step: &Step, i: usize) -> Vec<Self> {
        let (now, ring) = (self.at(), self.store.as_ref().unwrap_or(&self.processes[i].ring));
        let has = |role: Role, id| ring.live(now).any(|live| live.role == role && live.key.id() == id);
        // Whoever publishes a ring gives it time to arrive.
        let grace = ticks(DRAIN + if self.store.is_some() { LAG } else { 0 });
        let changes = match step {
            Step::Wait { missing: Missing::Key(key), duty, replace_from, .. } => {
                let new = courier.key(courier.set_of(*key));
                let replace = replace_from.is_some_and(|from| from <= now) && *duty == Duty::Receiver;
                let replaced = replace.then(|| ring.rotate(new.clone(), Duration::ZERO, now).ok()).flatten();
                vec![ring.stage(new, now).ok(), replaced]
            }
            Step::Rejecting { key, .. } => vec![ring.stage(courier.key(courier.set_of(*key)), now).ok()],
            Step::Promote { key, .. } if has(Role::Next, *key) => {
                let at_once = self.store.is_none().then(|| ring.promote(Duration::ZERO, now).ok()).flatten();
                vec![ring.promote(grace, now).ok(), at_once]
            }
            Step::RollBack { key, .. } if has(Role::Previous, *key) => vec![ring.rollback(now).ok()],
            Step::GraceTooShort { key, .. } if has(Role::Previous, *key) => vec![ring.rollback(now).ok()],
            Step::Drop { key, .. } if has(Role::Current, *key) => vec![ring.promote(Duration::ZERO, now).ok()],
            Step::Drop { key, .. } if has(Role::Next, *key) => vec![ring.unstage(Duration::ZERO, now).ok()],
            Step::Emergency { key, .. } => vec![ring.revoke(*key, now).ok()],
            _ => vec![],
        };
        changes.into_iter().flatten().map(|change| self.with_ring(i, change.ring)).collect()
    }

    /// Two worlds with the same name behave alike from now on: times are relative, and whatever is older than the drain
    /// is as good as any other old time, except for which came first.
    pub(crate) fn name(&self, courier: &Courier) -> Vec<u8> {
        let age = |at: Timestamp| u8::try_from(tick(self.now).since(at).as_secs().min(DRAIN.unsigned_abs() + 1)).unwrap();
        let left = |at: Timestamp| u8::try_from(at.since(tick(self.now)).as_secs()).unwrap();
        let mut order: Vec<Timestamp> = Vec::new();
        let mut name = Vec::new();
        let pages = self.pages();
        for (i, page) in pages.iter().enumerate() {
            let current = page.key(Role::Current).map(|key| key.since).filter(|_| self.is_sender(i));
            order.extend(current);
        }
        order.sort_unstable();
        order.dedup();
        let mut ring = |page: &Status, taken: Timestamp| {
            for key in &page.keys {
                let rank = order.iter().position(|at| *at == key.since).map_or(9, |at| at as u8);
                let rank = if key.role == Role::Current && page.duty != Duty::Receiver { rank } else { 9 };
                name.extend([key.role as u8, courier.set_of(key.id), age(key.since), rank, key.expires_at.map_or(0, left)]);
            }
            let marked = page.key(Role::Current).is_some() && page.key(Role::Next).is_some_and(|next| next.returned);
            name.extend([255, u8::from(marked), age(page.as_of), age(taken), page.revoked.len() as u8]);
        };
        for page in &pages {
            ring(page, page.taken_at.filter(|_| self.store.is_some()).unwrap_or(page.as_of));
        }
        if let Some(store) = &self.store {
            ring(&store.status(self.at()), store.as_of());
            name.extend((0..self.processes.len()).map(|i| u8::from(self.lags(i))));
        }
        name.extend(self.under_way);
        name
    }
}
