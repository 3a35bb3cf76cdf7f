//! What a keyring is meant to do, written a second time: no code in common with the crate, keys are numbers, and the
//! whole ring is one list of keys with what each of them may do.

use std::time::Duration;

use hookring::{Refused, Role};

use super::machine::{Alive, Grace, Machine, Op, SLACK, View};

/// At most this many keys live at once.
pub(crate) const BOUND: usize = 5;

/// What a key of the model may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Current,
    Next,
    /// Dies at `until`. Only a key that has been current can be gone back to, the one that `left` last first.
    Previous {
        until: i64,
        left: u32,
        was_current: bool,
    },
}

impl Place {
    pub(crate) fn until(self) -> Option<i64> {
        if let Self::Previous { until, .. } = self { Some(until) } else { None }
    }

    pub(crate) fn was_current(self) -> bool {
        matches!(self, Self::Previous { was_current: true, .. })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) keys: Vec<(u8, Place)>,
    pub(crate) revoked: u32,
    pub(crate) generation: u64,
    pub(crate) as_of: i64,
    pub(crate) bound: usize,
    /// Whether a clock that jumped back is not believed when keys are judged.
    pub(crate) floor: bool,
    /// A number that stands for everything that happened so far.
    pub(crate) history: u64,
}

impl Model {
    pub(crate) fn new(key: u8, now: i64) -> Self {
        Self { keys: vec![(key, Place::Current)], revoked: 0, generation: 1, as_of: now, bound: BOUND, floor: true, history: 0 }
    }

    pub(crate) fn find(&self, wanted: impl Fn(Place) -> bool) -> Option<usize> {
        self.keys.iter().position(|(_, place)| wanted(*place))
    }

    fn is_dead(place: Place, time: i64) -> bool {
        place.until().is_some_and(|until| until <= time)
    }

    fn bury_the_dead(&mut self, time: i64) {
        self.keys.retain(|(_, place)| !Self::is_dead(*place, time));
    }

    fn newcomer(&self, key: u8) -> Result<(), Refused> {
        match () {
            () if self.keys.iter().any(|(held, _)| *held == key) => Err(Refused::SameKey),
            () if self.revoked & (1 << key) != 0 => Err(Refused::WasRevoked),
            () => Ok(()),
        }
    }

    fn stage(&mut self, key: u8) -> Result<(), Refused> {
        if self.find(|place| place == Place::Next).is_some() {
            return Err(Refused::NextIsTaken);
        }
        self.newcomer(key)?;
        if self.keys.len() >= self.bound {
            return Err(Refused::TooManyLive);
        }
        self.keys.push((key, Place::Next));
        Ok(())
    }

    /// Ends the use of the key at this index.
    fn leave(&mut self, index: usize, grace: Grace, was_current: bool) {
        let left = 1 + self
            .keys
            .iter()
            .map(|(_, place)| if let Place::Previous { left, .. } = place { *left } else { 0 })
            .max()
            .unwrap_or(0);
        match grace {
            Grace::Zero => {
                self.keys.remove(index);
            }
            _ => self.keys[index].1 = Place::Previous { until: self.as_of + grace.millis(), left, was_current },
        }
    }

    fn promote(&mut self, grace: Grace) -> Result<(), Refused> {
        let next = self.find(|place| place == Place::Next).ok_or(Refused::NothingStaged)?;
        let (promoted, _) = self.keys[next];
        if let Some(current) = self.find(|place| place == Place::Current) {
            self.leave(current, grace, true);
        }
        self.place(promoted, Place::Current);
        Ok(())
    }

    fn place(&mut self, key: u8, place: Place) {
        self.keys.iter_mut().filter(|(held, _)| *held == key).for_each(|(_, at)| *at = place);
    }

    fn unstage(&mut self, grace: Grace) -> Result<(), Refused> {
        let next = self.find(|place| place == Place::Next).ok_or(Refused::NothingStaged)?;
        self.leave(next, grace, false);
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), Refused> {
        if self.find(|place| place == Place::Next).is_some() {
            return Err(Refused::NextIsTaken);
        }
        let used = |(key, place): &(u8, Place)| match place {
            Place::Previous { left, was_current: true, .. } => Some((*left, *key)),
            _ => None,
        };
        let (_, back) = self.keys.iter().filter_map(used).max().ok_or(Refused::NoPrevious)?;
        if let Some(failed) = self.find(|place| place == Place::Current) {
            self.keys[failed].1 = Place::Next;
        }
        self.place(back, Place::Current);
        Ok(())
    }

    fn revoke(&mut self, key: u8) -> Result<(), Refused> {
        let index = self.keys.iter().position(|(held, _)| *held == key).ok_or(Refused::UnknownKey)?;
        self.keys.remove(index);
        self.revoked |= 1 << key;
        Ok(())
    }

    fn replace_compromised(&mut self, key: u8) -> Result<(), Refused> {
        self.newcomer(key)?;
        self.revoked |= self.keys.iter().fold(0, |all, (held, _)| all | 1 << held);
        self.keys = vec![(key, Place::Current)];
        Ok(())
    }

    fn change(&mut self, op: Op) -> Result<(), Refused> {
        match op {
            Op::Stage(key) => self.stage(key),
            Op::Unstage(grace) => self.unstage(grace),
            Op::Promote(grace) => self.promote(grace),
            Op::Rotate(key, grace) => self.stage(key).and_then(|()| self.promote(grace)),
            Op::Rollback => self.rollback(),
            Op::Revoke(key) => self.revoke(key),
            Op::ReplaceCompromised(key) => self.replace_compromised(key),
            Op::RebaseClock | Op::WithoutExpired => Ok(()),
        }
    }

    fn remember(&mut self) {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hash = DefaultHasher::new();
        (self.history, self.generation, self.as_of, self.revoked, &self.view().keys).hash(&mut hash);
        self.history = hash.finish();
    }
}

impl Machine for Model {
    fn apply(&self, op: Op, now: i64) -> Result<Self, Refused> {
        let time = now.max(self.as_of);
        if op == Op::WithoutExpired {
            let mut after = self.clone();
            after.bury_the_dead(time);
            return Ok(after);
        }
        if op.grace() == Some(Grace::TooLong) {
            return Err(Refused::GraceTooLong);
        }
        let works_under_any_clock = matches!(op, Op::Revoke(_) | Op::ReplaceCompromised(_) | Op::RebaseClock);
        let behind = self.as_of - now;
        if behind > SLACK && !works_under_any_clock {
            return Err(Refused::ClockWentBack { behind: Duration::from_millis(behind.unsigned_abs()) });
        }
        let mut after = self.clone();
        after.as_of = if op == Op::RebaseClock { now } else { time };
        after.bury_the_dead(if op == Op::RebaseClock { self.as_of } else { time });
        after.change(op)?;
        after.generation += 1;
        after.remember();
        Ok(after)
    }

    fn view(&self) -> View {
        View { generation: self.generation, as_of: self.as_of, keys: self.live(self.as_of), revoked: self.revoked }
    }

    fn live(&self, now: i64) -> Vec<Alive> {
        let time = if self.floor { now.max(self.as_of) } else { now };
        let order = |(key, place): &(u8, Place)| match place {
            Place::Current => (0, 0, (*key, Role::Current, None)),
            Place::Next => (1, 0, (*key, Role::Next, None)),
            Place::Previous { until, left, .. } => (2, u32::MAX - left, (*key, Role::Previous, Some(*until))),
        };
        let mut keys: Vec<_> = self.keys.iter().filter(|(_, place)| !Self::is_dead(*place, time)).map(order).collect();
        keys.sort_by_key(|(rank, newest_first, _)| (*rank, *newest_first));
        keys.into_iter().map(|(_, _, alive)| alive).collect()
    }

    fn lineage(&self) -> [u8; 32] {
        let mut wide = [0; 32];
        wide[..8].copy_from_slice(&self.history.to_be_bytes());
        wide
    }
}
