//! The parts of a ring, for storing it and for making it again: the one way into a ring besides the transitions.

#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Held, Inner, Keyring, Lineage, MAX_LIVE, MAX_TOMBSTONES, Retired, Tombstone};
use crate::key::Key;
use crate::time::Timestamp;

/// Everything that makes a ring.
pub(crate) struct Record<K> {
    pub(crate) generation: u64,
    pub(crate) as_of: Timestamp,
    pub(crate) lineage: Lineage,
    pub(crate) origin: Lineage,
    /// Current, next, then previous from the oldest to the newest.
    pub(crate) keys: Vec<(Place, Arc<K>)>,
    /// Oldest first.
    pub(crate) tombstones: Arc<Vec<Tombstone>>,
}

/// The place of a key in its ring.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Current { since: Timestamp },
    Next { since: Timestamp, returned: bool },
    Previous { since: Timestamp, expires: Timestamp, can_roll_back: bool },
}

impl<K: Key> Record<K> {
    pub(crate) fn of(ring: &Keyring<K>) -> Self {
        let inner = &*ring.0;
        let current = inner.current.iter().map(|held| (Place::Current { since: held.since }, Arc::clone(&held.key)));
        let next =
            inner.next.iter().map(|held| (Place::Next { since: held.since, returned: held.returned }, Arc::clone(&held.key)));
        let previous = inner.previous.iter().map(|old| {
            let place = Place::Previous { since: old.since, expires: old.expires, can_roll_back: old.can_roll_back };
            (place, Arc::clone(&old.key))
        });
        Self {
            generation: inner.generation,
            as_of: inner.as_of,
            lineage: inner.lineage,
            origin: inner.origin,
            keys: current.chain(next).chain(previous).collect(),
            tombstones: Arc::clone(&inner.tombstones),
        }
    }

    /// The ring, if no transition could object to it: at most one current and next key and five in all, no key twice,
    /// none that was revoked.
    pub(crate) fn into_ring(self) -> Option<Keyring<K>> {
        let fits = self.generation > 0 && self.keys.len() <= MAX_LIVE && self.tombstones.len() <= MAX_TOMBSTONES;
        let mut inner = Inner {
            generation: self.generation,
            as_of: self.as_of,
            current: None,
            next: None,
            previous: Vec::new(),
            tombstones: self.tombstones,
            lineage: self.lineage,
            origin: self.origin,
            taken: None,
        };
        for (place, key) in self.keys {
            inner.may_enter(&*key).ok()?;
            let displaced = match place {
                Place::Current { since } => inner.current.replace(Held::new(key, since)).is_some(),
                Place::Next { since, returned } => inner.next.replace(Held { key, since, returned }).is_some(),
                Place::Previous { since, expires, can_roll_back } => {
                    inner.previous.push(Retired { key, since, expires, can_roll_back });
                    false
                }
            };
            if displaced {
                return None;
            }
        }
        fits.then(|| Keyring(Arc::new(inner)))
    }
}
