//! The transitions of a ring, as functions from one ring to the next.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::{CLOCK_SLACK, Change, Event, EventKind, Held, Inner, Keyring, MAX_GRACE, MAX_LIVE, Retired, Role};
use crate::error::Refused;
use crate::key::Key;
use crate::time::Timestamp;

/// A ring in the making. Events are collected while it changes and stamped at the end.
struct Draft<K: Key> {
    inner: Inner<K>,
    events: Vec<EventKind>,
}

impl<K: Key> Draft<K> {
    /// The successor of a ring, without the keys that are dead by now.
    fn after(ring: &Inner<K>, now: Timestamp) -> Self {
        let now = ring.clock(now);
        let (live, dead): (Vec<_>, Vec<_>) = ring.previous.iter().cloned().partition(|retired| now < retired.expires);
        Self {
            inner: Inner {
                generation: ring.generation.saturating_add(1),
                as_of: now,
                current: ring.current.clone(),
                next: ring.next.clone(),
                previous: live,
            },
            events: dead.iter().map(|retired| EventKind::Expired { key: retired.key.id(), role: Role::Previous }).collect(),
        }
    }

    fn done(self) -> Change<K> {
        let Inner { generation, as_of, .. } = self.inner;
        let events = self.events.into_iter().map(|kind| Event { at: as_of, generation, kind }).collect();
        Change { ring: Keyring(Arc::new(self.inner)), events }
    }

    fn stage(&mut self, key: Arc<K>) -> Result<(), Refused> {
        if self.inner.next.is_some() {
            return Err(Refused::NextIsTaken);
        }
        let same = |held: &K| held.fingerprint() == key.fingerprint() || held.id() == key.id();
        if self.inner.held().any(same) {
            return Err(Refused::SameKey);
        }
        if self.inner.held().count() >= MAX_LIVE {
            return Err(Refused::TooManyLive);
        }
        let held = Held::new(key, self.inner.as_of);
        self.events.push(EventKind::Staged { key: held.id() });
        self.inner.next = Some(held);
        Ok(())
    }

    fn promote(&mut self, grace: Duration) -> Result<(), Refused> {
        let now = self.inner.as_of;
        let Some(next) = self.inner.next.take() else { return Ok(()) };
        let old = self.inner.current.take();
        let old_expires = (!grace.is_zero() && old.is_some()).then(|| now.plus(grace));
        self.events.push(EventKind::Promoted { new: next.id(), old: old.as_ref().map(Held::id), old_expires });
        if let (Some(old), Some(expires)) = (old, old_expires) {
            self.inner.previous.push(Retired { key: old.key, since: now, expires });
        }
        self.inner.current = Some(Held::new(next.key, now));
        Ok(())
    }
}

pub(super) fn create<K: Key>(current: Arc<K>, now: Timestamp) -> Change<K> {
    let current = Held::new(current, now);
    let events = Vec::from([EventKind::Created { key: current.id() }]);
    Draft { inner: Inner { generation: 1, as_of: now, current: Some(current), next: None, previous: Vec::new() }, events }
        .done()
}

pub(super) fn rotate<K: Key>(ring: &Inner<K>, new: Arc<K>, grace: Duration, now: Timestamp) -> Result<Change<K>, Refused> {
    clock_is_fine(ring, now)?;
    grace_is_fine(grace)?;
    let mut draft = Draft::after(ring, now);
    draft.stage(new)?;
    draft.promote(grace)?;
    Ok(draft.done())
}

/// A wrong clock must not write deadlines.
fn clock_is_fine<K>(ring: &Inner<K>, now: Timestamp) -> Result<(), Refused> {
    let behind = ring.as_of.since(now);
    if behind > CLOCK_SLACK { Err(Refused::ClockWentBack { behind }) } else { Ok(()) }
}

fn grace_is_fine(grace: Duration) -> Result<(), Refused> {
    if grace > MAX_GRACE { Err(Refused::GraceTooLong) } else { Ok(()) }
}
