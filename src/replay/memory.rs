//! Deliveries remembered in memory, within bounds.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use core::fmt;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Claim, ClaimToken, ReplayKey, ReplayStore};

/// As many as four bits can tell apart: enough that threads rarely meet at one lock.
const SHARDS: usize = 16;

/// An upper estimate of what one entry takes, both indexes and their growth included. A test measures it.
const ENTRY_BYTES: usize = 512;

/// How many entries that have run out are dropped with each claim: more than one, so that the store shrinks.
const SWEEP: usize = 4;

/// Remembers deliveries in the memory of one process.
///
/// # Guarantee
///
/// All of [`ReplayStore`]'s for as long as the process runs; when it ends everything is forgotten, so a delivery that was
/// processed before a restart is processed again if it is sent again. For one process only: two of them do not know of
/// each other.
///
/// A handler that is cancelled or panics releases its claim at once.
///
/// # Bounds
///
/// It holds at most the given number of entries and bytes. When it is full of entries that still count, a claim is
/// [`MemoryReplayError::Full`]: it forgets nothing that is live and accepts nothing unchecked. There is no background
/// thread; entries that have run out are dropped by later claims.
///
/// ```
/// use hookring::MemoryReplayStore;
/// let store = MemoryReplayStore::new(1_000_000, 256 << 20);
/// assert_eq!(store.capacity(), 524_288);
/// ```
pub struct MemoryReplayStore {
    shards: [Mutex<Shard>; SHARDS],
    /// Entries in all shards, those about to be inserted included.
    held: AtomicUsize,
    capacity: usize,
    fence: AtomicU64,
    /// Monotonic time since some fixed moment.
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<ReplayKey, Entry>,
    /// The same entries by the time they run out, so that dropping needs no search.
    by_end: BTreeSet<(Duration, ReplayKey)>,
}

#[derive(Clone, Copy)]
struct Entry {
    fence: u64,
    done: bool,
    ends: Duration,
}

/// Why a delivery cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryReplayError {
    /// The store is full of entries that still count. Give it more room, or remember for a shorter time.
    #[error("the replay store is full: {capacity} entries that still count")]
    Full {
        /// How many entries it holds.
        capacity: usize,
    },
}

impl MemoryReplayStore {
    /// An empty store that holds at most `max_entries` and takes at most about `max_bytes` of memory: its
    /// [`capacity`](Self::capacity) is the smaller one of `max_entries` and `max_bytes / 512`.
    ///
    /// A busy endpoint needs its deliveries per second times the seconds they are kept. Nothing is allocated in advance. A
    /// store without room for one entry, as with a zero or fewer than 512 bytes, answers every claim with
    /// [`MemoryReplayError::Full`]: look at the capacity at start if the numbers come from configuration.
    #[must_use]
    pub fn new(max_entries: usize, max_bytes: usize) -> Self {
        let start = Instant::now();
        Self::with_clock(max_entries, max_bytes, move || start.elapsed())
    }

    /// The same with a clock of the caller's, for tests: the time since some fixed moment, which must not go back.
    #[must_use]
    pub fn with_clock(max_entries: usize, max_bytes: usize, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            shards: Default::default(),
            held: AtomicUsize::new(0),
            capacity: max_entries.min(max_bytes / ENTRY_BYTES),
            fence: AtomicU64::new(0),
            clock: Box::new(clock),
        }
    }

    /// How many entries fit within both bounds.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many entries are held, those included that have run out and were not yet dropped.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops every entry that has run out, for callers who want the memory back while no deliveries come in. Returns how
    /// many.
    pub fn purge(&self) -> usize {
        let now = (self.clock)();
        self.shards.iter().map(|shard| self.sweep(&mut lock(shard), now, usize::MAX)).fold(0, usize::saturating_add)
    }

    /// Keys are digests, so any four bits spread them evenly.
    fn shard(&self, key: ReplayKey) -> MutexGuard<'_, Shard> {
        let [first, ..] = *key.as_bytes();
        let [zeroth, ..] = &self.shards;
        lock(self.shards.get(usize::from(first >> 4)).unwrap_or(zeroth))
    }

    /// Drops up to `most` entries that have run out.
    fn sweep(&self, shard: &mut Shard, now: Duration, most: usize) -> usize {
        let dropped = (0..most).take_while(|_| shard.drop_ended(now)).count();
        self.held.fetch_sub(dropped, Ordering::Relaxed);
        dropped
    }

    /// Takes room for one entry before it is inserted, so that all shards together never hold more than allowed.
    fn reserve(&self) -> bool {
        let more = |held: usize| (held < self.capacity).then(|| held.saturating_add(1));
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn claim_now(&self, key: ReplayKey, lease: Duration) -> Result<Claim, MemoryReplayError> {
        if let Some(claim) = self.try_claim(key, lease) {
            return Ok(claim);
        }
        // Full: what has run out in other shards makes room, if anything does.
        self.purge();
        self.try_claim(key, lease).ok_or(MemoryReplayError::Full { capacity: self.capacity })
    }

    /// `None` if there is no room.
    fn try_claim(&self, key: ReplayKey, lease: Duration) -> Option<Claim> {
        let mut shard = self.shard(key);
        let now = (self.clock)();
        match shard.entries.get(&key) {
            Some(entry) if entry.ends > now => {
                let retry_after = entry.ends.saturating_sub(now);
                return Some(if entry.done { Claim::Done } else { Claim::InProgress { retry_after } });
            }
            Some(_) => {}
            None => {
                self.sweep(&mut shard, now, SWEEP);
                if !self.reserve() {
                    return None;
                }
            }
        }
        let fence = self.fence.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        shard.put(key, Entry { fence, done: false, ends: now.saturating_add(lease) });
        Some(Claim::Fresh(ClaimToken::new(key, fence, 0)))
    }

    /// Sets the end of a claim that is still this token's, or of its own commit.
    fn extend(&self, token: ClaimToken, commit: bool, by: Duration) -> bool {
        let mut shard = self.shard(token.key());
        let ends = (self.clock)().saturating_add(by);
        match shard.entries.get(&token.key()) {
            Some(entry) if entry.fence == token.fence() && (commit || !entry.done) => {
                shard.put(token.key(), Entry { fence: token.fence(), done: commit, ends });
                true
            }
            _ => false,
        }
    }

    fn release_now(&self, token: ClaimToken) {
        let mut shard = self.shard(token.key());
        if let Some(&Entry { fence, done: false, ends }) = shard.entries.get(&token.key()) {
            if fence == token.fence() {
                shard.entries.remove(&token.key());
                shard.by_end.remove(&(ends, token.key()));
                self.held.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

impl Shard {
    /// Drops the entry that runs out first, if it has.
    fn drop_ended(&mut self, now: Duration) -> bool {
        match self.by_end.first() {
            Some(&(ends, key)) if ends <= now => {
                self.by_end.pop_first();
                self.entries.remove(&key);
                true
            }
            _ => false,
        }
    }

    /// Inserts or replaces.
    fn put(&mut self, key: ReplayKey, entry: Entry) {
        if let Some(old) = self.entries.insert(key, entry) {
            self.by_end.remove(&(old.ends, key));
        }
        self.by_end.insert((entry.ends, key));
    }
}

/// Nothing panics while a lock is held unless memory runs out, so a poisoned lock still holds valid entries.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ReplayStore for MemoryReplayStore {
    type Error = MemoryReplayError;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Self::Error> {
        self.claim_now(key, lease)
    }

    async fn renew(&self, token: ClaimToken, lease: Duration) -> Result<bool, Self::Error> {
        Ok(self.extend(token, false, lease))
    }

    async fn commit(&self, token: ClaimToken, keep: Duration) -> Result<bool, Self::Error> {
        Ok(self.extend(token, true, keep))
    }

    async fn release(&self, token: ClaimToken) -> Result<(), Self::Error> {
        self.release_now(token);
        Ok(())
    }

    fn abandon(&self, token: ClaimToken) {
        self.release_now(token);
    }
}

impl fmt::Debug for MemoryReplayStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayStore").field("len", &self.len()).field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
