//! A ring in the making: what the transitions are composed of.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Change, Event, EventKind, Held, Inner, Keyring, Lineage, MAX_LIVE, MAX_TOMBSTONES, Retired, Role, Tombstone};
use crate::error::Refused;
use crate::key::{Key, KeyId};
use crate::time::Timestamp;

/// The successor of a ring. Events are collected while it changes and stamped at the end.
pub(super) struct Draft<K: Key> {
    pub(super) inner: Inner<K>,
    pub(super) events: Vec<EventKind>,
}

impl<K: Key> Draft<K> {
    /// Begins a new ring.
    pub(super) fn first(current: Arc<K>, now: Timestamp) -> Self {
        let event = EventKind::Created { key: current.id() };
        let inner = Inner {
            generation: 1,
            as_of: now,
            current: Some(Held::new(current, now)),
            next: None,
            previous: Vec::new(),
            tombstones: Arc::default(),
            lineage: Lineage::NONE,
            origin: Lineage::NONE,
            taken: Some(now),
        };
        Self { inner, events: Vec::from([event]) }
    }

    /// Begins with the ring as it is, without the keys that have expired by now.
    pub(super) fn after(ring: &Inner<K>, now: Timestamp) -> Self {
        let now = ring.clock(now);
        let (live, dead): (Vec<_>, Vec<_>) = ring.previous.iter().cloned().partition(|old| now < old.expires);
        Self {
            inner: Inner {
                generation: ring.generation.saturating_add(1),
                as_of: now,
                current: ring.current.clone(),
                next: ring.next.clone(),
                previous: live,
                tombstones: Arc::clone(&ring.tombstones),
                lineage: ring.lineage,
                origin: ring.origin,
                // What the transition changes is stamped with its time; the rest the process has had since then.
                taken: ring.taken,
            },
            events: dead.iter().map(|old| EventKind::Expired { key: old.key.id() }).collect(),
        }
    }

    pub(super) fn done(mut self) -> Change<K> {
        let inner = &mut self.inner;
        let before = inner.lineage;
        let lineage = Lineage::next(&before, inner);
        inner.lineage = lineage;
        if inner.generation == 1 {
            inner.origin = lineage;
        }
        let (at, generation) = (inner.as_of, inner.generation);
        let events = self.events.into_iter().map(|kind| Event { at, generation, kind }).collect();
        let parent = (generation > 1).then_some(before);
        Change { ring: Keyring(Arc::new(self.inner)), events, parent }
    }

    pub(super) fn is_new(&self, key: &K) -> Result<(), Refused> {
        self.inner.may_enter(key)
    }

    pub(super) fn stage(&mut self, key: Arc<K>) -> Result<(), Refused> {
        if self.inner.next.is_some() {
            return Err(Refused::NextIsTaken);
        }
        self.is_new(&key)?;
        // Promotion keeps the number of live keys, so the bound is needed only here.
        if self.inner.held().count() >= MAX_LIVE {
            return Err(Refused::TooManyLive);
        }
        self.events.push(EventKind::Staged { key: key.id() });
        self.inner.next = Some(Held::new(key, self.inner.as_of));
        Ok(())
    }

    pub(super) fn promote(&mut self, grace: Duration) -> Result<(), Refused> {
        let next = self.inner.next.take().ok_or(Refused::NothingStaged)?;
        let new = next.key.id();
        let (old, old_expires) = match self.inner.current.take() {
            Some(current) => (Some(current.key.id()), self.retire(current, grace, true)),
            None => (None, None),
        };
        self.events.push(EventKind::Promoted { new, old, old_expires });
        self.inner.current = Some(Held::new(next.key, self.inner.as_of));
        Ok(())
    }

    /// Makes a key previous; without grace it is dropped. The deadline is computed here and never again.
    pub(super) fn retire(&mut self, held: Held<K>, grace: Duration, can_roll_back: bool) -> Option<Timestamp> {
        let since = self.inner.as_of;
        let expires = (!grace.is_zero()).then(|| since.plus(grace))?;
        self.inner.previous.push(Retired { key: held.key, since, expires, can_roll_back });
        Some(expires)
    }

    /// Adds a key that was current before the ring was made, unless it has expired by now.
    pub(super) fn keep(&mut self, key: Arc<K>, expires: Timestamp) {
        let (since, id) = (self.inner.as_of, key.id());
        if since < expires {
            self.events.push(EventKind::Kept { key: id, expires });
            self.inner.previous.push(Retired { key, since, expires, can_roll_back: true });
        } else {
            self.events.push(EventKind::Expired { key: id });
        }
    }

    pub(super) fn rollback(&mut self) -> Result<(), Refused> {
        if self.inner.next.is_some() {
            return Err(Refused::NextIsTaken);
        }
        let newest = self.inner.previous.iter().rposition(|old| old.can_roll_back).ok_or(Refused::NoPrevious)?;
        let back = self.inner.previous.remove(newest);
        let since = self.inner.as_of;
        let failed = self.inner.current.take();
        self.events.push(EventKind::RolledBack { to: back.key.id(), from: failed.as_ref().map(|held| held.key.id()) });
        self.inner.next = failed.map(|held| Held { key: held.key, since, returned: true });
        self.inner.current = Some(Held::new(back.key, since));
        Ok(())
    }

    pub(super) fn revoke(&mut self, id: KeyId) -> Result<(), Refused> {
        let inner = &mut self.inner;
        let (key, role) = if let Some(held) = inner.current.take_if(|held| held.key.id() == id) {
            (held.key, Role::Current)
        } else if let Some(held) = inner.next.take_if(|held| held.key.id() == id) {
            (held.key, Role::Next)
        } else {
            let at = inner.previous.iter().position(|old| old.key.id() == id).ok_or(Refused::UnknownKey)?;
            (inner.previous.remove(at).key, Role::Previous)
        };
        self.bury(&key, role);
        Ok(())
    }

    pub(super) fn revoke_all(&mut self) {
        let inner = &mut self.inner;
        let current = inner.current.take().map(|held| (held.key, Role::Current));
        let next = inner.next.take().map(|held| (held.key, Role::Next));
        let previous: Vec<_> = inner.previous.drain(..).map(|old| (old.key, Role::Previous)).collect();
        current.into_iter().chain(next).chain(previous).for_each(|(key, role)| self.bury(&key, role));
    }

    fn bury(&mut self, key: &Arc<K>, role: Role) {
        let dead = Tombstone { fingerprint: key.fingerprint(), id: key.id() };
        self.events.push(EventKind::Revoked { key: dead.id, role });
        let tombstones = Arc::make_mut(&mut self.inner.tombstones);
        if tombstones.len() >= MAX_TOMBSTONES {
            self.events.push(EventKind::TombstoneDropped { key: tombstones.remove(0).id });
        }
        tombstones.push(dead);
    }
}
