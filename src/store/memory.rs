//! Rings in memory, for tests and for processes that get their rings anew at every start.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{KeyringStore, Swapped};
use crate::key::Key;
use crate::keyring::{Change, Event, Keyring};
use crate::secret::Secret;

/// Rings in memory. They are lost when the process ends.
pub struct MemoryKeyringStore<K: Key = Secret> {
    rings: Mutex<BTreeMap<String, Record<K>>>,
}

struct Record<K: Key> {
    ring: Keyring<K>,
    history: Vec<Event>,
}

/// Why a ring was not given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryKeyringError {
    /// The stored ring is older than the caller accepts.
    #[error("the stored ring has generation {found}, older than the accepted {minimum}")]
    Older {
        /// The stored generation.
        found: u64,
        /// The least that the caller accepts.
        minimum: u64,
    },
}

impl<K: Key> Default for MemoryKeyringStore<K> {
    fn default() -> Self {
        Self { rings: Mutex::default() }
    }
}

impl<K: Key> MemoryKeyringStore<K> {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every event of an owner's ring, oldest first.
    #[must_use]
    pub fn history(&self, owner: &str) -> Vec<Event> {
        self.lock().get(owner).map(|record| record.history.clone()).unwrap_or_default()
    }

    /// No panic can happen while the lock is held, so a poisoned one still holds valid entries.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Record<K>>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load_now(&self, owner: &str, minimum: u64) -> Result<Option<Keyring<K>>, MemoryKeyringError> {
        let Some(ring) = self.lock().get(owner).map(|record| record.ring.clone()) else { return Ok(None) };
        let found = ring.generation();
        // As from any store: when the ring was made does not tell when its reader took it.
        if found < minimum { Err(MemoryKeyringError::Older { found, minimum }) } else { Ok(Some(ring.with_taken(None))) }
    }

    fn swap_now(&self, owner: &str, expected: u64, change: &Change<K>) -> Swapped {
        let mut rings = self.lock();
        let held = rings.get(owner).map(|record| &record.ring);
        // Of a call whose answer was lost.
        if held.is_some_and(|ring| ring.same_version(&change.ring)) {
            return Swapped::Stored;
        }
        let found = held.map_or(0, Keyring::generation);
        if found != expected || held.is_some_and(|ring| Some(ring.lineage()) != change.parent()) {
            return Swapped::Conflict { found };
        }
        match rings.get_mut(owner) {
            Some(record) => {
                record.ring = change.ring.clone();
                record.history.extend_from_slice(&change.events);
            }
            None => {
                rings.insert(owner.into(), Record { ring: change.ring.clone(), history: change.events.clone() });
            }
        }
        Swapped::Stored
    }
}

impl<K: Key> KeyringStore<K> for MemoryKeyringStore<K> {
    type Error = MemoryKeyringError;

    async fn load(&self, owner: &str, min_generation: u64) -> Result<Option<Keyring<K>>, Self::Error> {
        self.load_now(owner, min_generation)
    }

    async fn swap(&self, owner: &str, expected: u64, change: &Change<K>) -> Result<Swapped, Self::Error> {
        Ok(self.swap_now(owner, expected, change))
    }
}

impl<K: Key> fmt::Debug for MemoryKeyringStore<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryKeyringStore").field("owners", &self.lock().len()).finish()
    }
}
