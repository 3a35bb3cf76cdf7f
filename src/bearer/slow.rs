//! Slow checks: how many run at once, and which tokens need not be checked again.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::hashed::PresentedKey;
use crate::key::Fingerprint;
use crate::keyring::{Keyring, Lineage, Live};
use crate::mac::{self, MacKey};
use crate::time::Timestamp;

/// This many stored keys are remembered, over all rings.
const MAX_REMEMBERED: usize = 1024;

/// A MAC of the token that matched. On the heap, so that moving it leaves no unwiped copy behind.
type Tag = Box<Zeroizing<[u8; 32]>>;

pub(super) struct Slow {
    at_once: u16,
    running: AtomicU16,
    /// Random, and drawn when it is first needed. Without randomness nothing is remembered.
    key: OnceLock<Option<Box<MacKey>>>,
    memory: Mutex<Memory>,
}

/// What matched, by the fingerprint of the stored key.
#[derive(Default)]
struct Memory {
    matched: BTreeMap<[u8; 32], Matched>,
    clock: u64,
}

struct Matched {
    tag: Tag,
    /// The ring that the stored key belongs to.
    origin: Lineage,
    /// Its place in the order of arrival.
    at: u64,
}

/// The permission to compute; given back when it is dropped, also by a panic in a check that is not ours.
pub(super) struct Slot<'s>(&'s AtomicU16);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

impl Slow {
    pub(super) fn new(at_once: u16) -> Self {
        Self { at_once, running: AtomicU16::new(0), key: OnceLock::new(), memory: Mutex::default() }
    }

    pub(super) const fn at_once(&self) -> u16 {
        self.at_once
    }

    /// A slot, unless all are taken.
    pub(super) fn enter(&self) -> Option<Slot<'_>> {
        let one_more = |running: u16| running.checked_add(1).filter(|more| *more <= self.at_once);
        self.running.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more).ok()?;
        Some(Slot(&self.running))
    }

    /// The live key that this token matched before. Forgets what was remembered of keys that left this ring.
    pub(super) fn recall<'r, K: PresentedKey>(
        &self,
        ring: &'r Keyring<K>,
        token: &[u8],
        now: Timestamp,
    ) -> Option<Live<'r, K>> {
        let keys = ring.live(now).filter(|live| live.key.is_slow());
        let mut keys: Vec<_> = keys.map(|live| (live.key.fingerprint(), live)).collect();
        let tags: Vec<Option<Tag>> = {
            let mut memory = self.memory();
            memory.keep_only(ring.origin(), keys.iter().map(|(key, _)| key));
            keys.iter().map(|(key, _)| memory.matched.get(key.as_bytes()).map(|matched| matched.tag.clone())).collect()
        };
        let is_this = |key: &Fingerprint, tag: &Tag| self.tag(key, token).is_some_and(|again| again.ct_eq(&***tag).into());
        let known = keys.iter().zip(&tags).position(|((key, _), tag)| tag.as_ref().is_some_and(|tag| is_this(key, tag)))?;
        Some(keys.swap_remove(known).1)
    }

    pub(super) fn remember<K: PresentedKey>(&self, ring: &Keyring<K>, key: &Fingerprint, token: &[u8]) {
        if let Some(tag) = self.tag(key, token) {
            self.memory().add(key, tag, ring.origin());
        }
    }

    /// The stored key is part of what is authenticated, so that the same token under two keys has two tags.
    fn tag(&self, key: &Fingerprint, token: &[u8]) -> Option<Tag> {
        let mac_key = self.key.get_or_init(|| {
            let mut random = Zeroizing::new([0; 32]);
            getrandom::fill(random.as_mut()).ok()?;
            MacKey::new(random.as_ref())
        });
        Some(Box::new(mac::tag(mac_key.as_ref()?, &[key.as_bytes(), token])))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Forgets the keys of the ring of this origin, except these.
    fn keep_only<'k>(&mut self, origin: Lineage, live: impl Iterator<Item = &'k Fingerprint> + Clone) {
        let is_live = |key: &[u8; 32]| live.clone().any(|live| live.as_bytes() == key);
        self.matched.retain(|key, matched| matched.origin != origin || is_live(key));
    }

    fn add(&mut self, key: &Fingerprint, tag: Tag, origin: Lineage) {
        if self.matched.len() >= MAX_REMEMBERED && !self.matched.contains_key(key.as_bytes()) {
            let oldest = self.matched.iter().min_by_key(|(_, matched)| matched.at).map(|(key, _)| *key);
            oldest.map(|key| self.matched.remove(&key));
        }
        self.clock = self.clock.wrapping_add(1);
        self.matched.insert(*key.as_bytes(), Matched { tag, origin, at: self.clock });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    struct Stored(usize);

    impl Key for Stored {
        fn fingerprint(&self) -> Fingerprint {
            Fingerprint::of_record("test", &self.0.to_be_bytes())
        }
    }

    impl PresentedKey for Stored {
        fn matches(&self, _: &[u8]) -> bool {
            false
        }
        fn is_slow(&self) -> bool {
            true
        }
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let slow = Slow::new(1);
        let now = Timestamp::from_unix_secs(1);
        let rings: Vec<_> = (0..=MAX_REMEMBERED).map(|n| Keyring::new(Stored(n), now).ring).collect();
        for (n, ring) in rings.iter().enumerate() {
            slow.remember(ring, &Stored(n).fingerprint(), b"token");
        }
        assert_eq!(slow.memory().matched.len(), MAX_REMEMBERED);
        assert!(slow.recall(&rings[0], b"token", now).is_none());
        for ring in &rings[1..] {
            assert!(slow.recall(ring, b"token", now).is_some());
            assert!(slow.recall(ring, b"other", now).is_none());
        }
    }

    #[test]
    fn a_key_that_left_its_ring_is_forgotten_not_only_unused() {
        let slow = Slow::new(1);
        let now = Timestamp::from_unix_secs(1);
        let ring = Keyring::new(Stored(1), now).ring;
        slow.remember(&ring, &Stored(1).fingerprint(), b"token");
        let rotated = ring.rotate(Stored(2), core::time::Duration::ZERO, now).unwrap().ring;
        assert!(slow.recall(&rotated, b"token", now).is_none());
        assert!(slow.memory().matched.is_empty());
        assert!(slow.recall(&ring, b"token", now).is_none());
    }

    #[test]
    fn slots_are_counted_and_given_back() {
        let slow = Slow::new(2);
        let (one, two) = (slow.enter(), slow.enter());
        assert!(one.is_some() && two.is_some() && slow.enter().is_none());
        drop(one);
        let three = slow.enter();
        assert!(three.is_some() && slow.enter().is_none());
        drop((two, three));
        assert_eq!(slow.running.load(Ordering::Relaxed), 0);
        assert!(Slow::new(0).enter().is_none());
        let widest = Slow::new(u16::MAX);
        widest.running.store(u16::MAX, Ordering::Relaxed);
        assert!(widest.enter().is_none());
    }
}
