//! Which keys are valid, in which role and until when: an immutable value.

mod draft;
mod event;
mod lineage;
mod record;
mod status;
#[cfg(test)]
mod tests;
mod transitions;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use event::{Change, Event, EventKind};
pub use lineage::{BadLineage, Lineage};
pub(crate) use record::{Place, Record};
pub use status::{Duty, KeyStatus, Status};

use crate::error::Refused;
use crate::key::{Fingerprint, Identity, Key, KeyId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The role of a key in its ring. With the feature `serde` it is the text of [`Role::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Role {
    /// Signs, and verifies.
    Current,
    /// Verifies already, does not sign yet.
    Next,
    /// Verifies until its deadline, signs no more.
    Previous,
}

impl Role {
    /// A stable label for metrics: `"current"`, `"next"`, `"previous"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Next => "next",
            Self::Previous => "previous",
        }
    }
}

/// A live key, as [`Keyring::live`] lists it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Live<'r, K> {
    /// Its role.
    pub role: Role,
    /// The key.
    pub key: &'r K,
    /// When it expires; `None` for the current and the next key.
    pub expires_at: Option<Timestamp>,
}

impl<K> Clone for Live<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Live<'_, K> {}

/// The keys of one endpoint: one current, at most one next, and previous ones that each expire at their own deadline.
///
/// A ring is a value that never changes. A transition gives a new ring and the events that led to it, or refuses and
/// loses nothing. Cloning is cheap and never copies a key.
///
/// ```
/// use core::time::Duration;
/// use hookring::{Keyring, Role, Secret, SecretFormat, Timestamp};
///
/// let now = Timestamp::from_unix_secs(1_790_000_000);
/// let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, now).ring;
/// let change = ring.rotate(Secret::generate(SecretFormat::Utf8)?, Duration::from_secs(24 * 3600), now)?;
///
/// let roles: Vec<Role> = change.ring.live(now).map(|live| live.role).collect();
/// assert_eq!(roles, [Role::Current, Role::Previous]);
/// let tomorrow = now.plus(Duration::from_secs(24 * 3600));
/// assert_eq!(change.ring.live(tomorrow).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Keyring<K: Key = Secret>(Arc<Inner<K>>);

pub(crate) struct Inner<K> {
    generation: u64,
    /// The time of the last transition: the ring knows that at least this much time has passed.
    as_of: Timestamp,
    current: Option<Held<K>>,
    next: Option<Held<K>>,
    /// Oldest first.
    previous: Vec<Retired<K>>,
    /// Oldest first. Shared between generations, because it can be long.
    tombstones: Arc<Vec<Tombstone>>,
    lineage: Lineage,
    /// The lineage of the first generation.
    origin: Lineage,
    /// Since when this process has the ring, if it is known. Not part of the ring: it is neither stored nor compared.
    taken: Option<Timestamp>,
}

/// A key and the time since when it has its role.
struct Held<K> {
    key: Arc<K>,
    since: Timestamp,
    /// Whether a rollback made it next: it has signed before.
    returned: bool,
}

impl<K> Held<K> {
    const fn new(key: Arc<K>, since: Timestamp) -> Self {
        Self { key, since, returned: false }
    }
}

/// A previous key.
struct Retired<K> {
    key: Arc<K>,
    since: Timestamp,
    expires: Timestamp,
    /// Whether it was current before. A key that was unstaged is not one to roll back to, although it may have signed
    /// before a rollback made it next.
    can_roll_back: bool,
}

/// What is remembered of a revoked key: enough to refuse it, nothing that could sign.
#[derive(Clone, Copy)]
pub(crate) struct Tombstone {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) id: KeyId,
}

impl<K> Clone for Held<K> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), since: self.since, returned: self.returned }
    }
}

impl<K> Clone for Retired<K> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), since: self.since, expires: self.expires, can_roll_back: self.can_roll_back }
    }
}

/// The keys are shared, not copied.
impl<K> Clone for Inner<K> {
    fn clone(&self) -> Self {
        Self {
            current: self.current.clone(),
            next: self.next.clone(),
            previous: self.previous.clone(),
            tombstones: Arc::clone(&self.tombstones),
            ..*self
        }
    }
}

impl<K: Key> Clone for Keyring<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Key> fmt::Debug for Keyring<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |key: &K| key.label().map_or_else(|| alloc::format!("{}", key.id()), |label| label.as_ref().into());
        let inner = &self.0;
        f.debug_struct("Keyring")
            .field("generation", &inner.generation)
            .field("current", &inner.current.as_ref().map(|held| name(&held.key)))
            .field("next", &inner.next.as_ref().map(|held| name(&held.key)))
            .field("previous", &inner.previous.iter().map(|retired| (name(&retired.key), retired.expires)).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// At most this many keys are live at once: one current, one next, and the rest previous.
pub const MAX_LIVE: usize = 5;
/// The longest grace of a previous key: 30 days.
pub const MAX_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);
/// A transition is refused if the clock is further than this behind the last one: five minutes.
pub const CLOCK_SLACK: Duration = Duration::from_secs(5 * 60);
/// This many revoked keys are remembered by a ring. The next one makes it forget the oldest, with an event.
pub const MAX_TOMBSTONES: usize = 4096;

impl<K: Key> Keyring<K> {
    /// The live keys: current, next, then previous from the newest to the oldest. At most five.
    ///
    /// A previous key is live while `max(now, time of the last transition)` is before its deadline, so a clock that
    /// jumps back does not revive it.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = Live<'_, K>> {
        let inner = &*self.0;
        let now = inner.clock(now);
        let current = inner.current.iter().map(|held| Live { role: Role::Current, key: &*held.key, expires_at: None });
        let next = inner.next.iter().map(|held| Live { role: Role::Next, key: &*held.key, expires_at: None });
        let previous = inner.previous.iter().rev().filter(move |retired| now < retired.expires);
        let previous = previous.map(|old| Live { role: Role::Previous, key: &*old.key, expires_at: Some(old.expires) });
        current.chain(next).chain(previous)
    }

    /// The key that signs; `None` while the ring is suspended because its current key was revoked.
    #[must_use]
    pub fn current(&self) -> Option<&K> {
        self.0.current.as_ref().map(|held| &*held.key)
    }

    /// The key that was staged to become current.
    #[must_use]
    pub fn next(&self) -> Option<&K> {
        self.0.next.as_ref().map(|held| &*held.key)
    }

    /// Grows by one with every transition.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.generation
    }

    /// The time of the last transition.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.0.as_of
    }

    /// Names the history of the ring.
    #[must_use]
    pub fn lineage(&self) -> Lineage {
        self.0.lineage
    }

    /// The lineage of the first generation: rings with the same origin are versions of one ring.
    #[must_use]
    pub fn origin(&self) -> Lineage {
        self.0.origin
    }

    /// Whether both are the same version of the same ring.
    #[must_use]
    pub fn same_version(&self, other: &Self) -> bool {
        self.generation() == other.generation() && self.lineage() == other.lineage()
    }

    /// The ring without keys that have expired by `now`, so that their memory is wiped. Not a transition: the generation and
    /// the verdicts stay as they are.
    #[must_use]
    pub fn without_expired(&self, now: Timestamp) -> Self {
        transitions::without_expired(self, now)
    }

    /// The status page of the ring, for monitoring: ids, roles and times, no material.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        Status::of(self, Duty::Ring, now)
    }

    /// The same ring with other keys made from its own. A key for which there is none is left out.
    pub(crate) fn map_keys(&self, make: impl Fn(&K) -> Option<Arc<K>>) -> Self {
        let inner = &*self.0;
        let held = |held: &Held<K>| Some(Held { key: make(&held.key)?, since: held.since, returned: held.returned });
        let retired = |old: &Retired<K>| Some(Retired { key: make(&old.key)?, ..*old });
        Self(Arc::new(Inner {
            current: inner.current.as_ref().and_then(held),
            next: inner.next.as_ref().and_then(held),
            previous: inner.previous.iter().filter_map(retired).collect(),
            tombstones: Arc::clone(&inner.tombstones),
            ..*inner
        }))
    }

    /// Since when this process has the ring: a ring that it made since the process made it, one from a store since
    /// [`SharedKeyring`](crate::SharedKeyring) took it.
    #[cfg(feature = "std")]
    pub(crate) fn taken(&self) -> Option<Timestamp> {
        self.0.taken
    }

    /// The same ring with another time of arrival.
    #[cfg(feature = "std")]
    pub(crate) fn with_taken(self, taken: Option<Timestamp>) -> Self {
        if self.0.taken == taken { self } else { Self(Arc::new(Inner { taken, ..(*self.0).clone() })) }
    }

    /// Whether both are the very same value, not only the same version.
    #[cfg(any(feature = "std", test))]
    pub(crate) fn is_same_value(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    #[cfg(feature = "std")]
    pub(crate) fn from_inner(inner: Arc<Inner<K>>) -> Self {
        Self(inner)
    }

    #[cfg(feature = "std")]
    pub(crate) fn inner(&self) -> &Arc<Inner<K>> {
        &self.0
    }

    #[cfg(feature = "std")]
    pub(crate) fn into_inner(self) -> Arc<Inner<K>> {
        self.0
    }

    /// Whether a key that matched when a body began still counts at its end. One whose deadline passed meanwhile does, and
    /// may be gone from the ring; a revoked one does not.
    pub(crate) fn still_counts(&self, key: &Identity, ran_out: bool) -> bool {
        let was_revoked = || self.0.tombstones.iter().any(|dead| dead.fingerprint == key.revocable);
        self.holds(&key.fingerprint) || (ran_out && !was_revoked())
    }

    /// Whether it depends on the time which keys are live.
    pub(crate) fn has_deadlines(&self) -> bool {
        !self.0.previous.is_empty()
    }

    /// Whether the ring holds this key in any role, live or not.
    pub(crate) fn holds(&self, key: &Fingerprint) -> bool {
        self.0.held().any(|held| held.fingerprint() == *key)
    }
}

impl<K: Key> Inner<K> {
    /// The time that liveness is judged by: never before the last transition.
    fn clock(&self, now: Timestamp) -> Timestamp {
        now.max(self.as_of)
    }

    /// A key that enters the ring must not be in it, nor have been revoked from it. Nor may another key have its name:
    /// status pages and the audit trail would confuse the two.
    fn may_enter(&self, key: &K) -> Result<(), Refused> {
        let (fingerprint, id) = (key.fingerprint(), key.id());
        if self.held().any(|held| held.fingerprint() == fingerprint || held.id() == id) {
            return Err(Refused::SameKey);
        }
        if self.tombstones.iter().any(|dead| dead.fingerprint == fingerprint || dead.id == id) {
            return Err(Refused::WasRevoked);
        }
        Ok(())
    }

    fn held(&self) -> impl Iterator<Item = &K> {
        let current = self.current.iter().chain(&self.next).map(|held| &*held.key);
        current.chain(self.previous.iter().map(|retired| &*retired.key))
    }
}

/// Where a signer or verifier finds its ring: a fixed one, a shared one that is replaced while handlers run, or one that
/// is derived from another.
///
/// The ring is asked for once per message, so a replacement takes effect with the next one.
pub trait KeySource: Send + Sync {
    /// The kind of keys.
    type Key: Key;
    /// The ring of this moment.
    fn ring(&self) -> Keyring<Self::Key>;
}

impl<K: Key> KeySource for Keyring<K> {
    type Key = K;
    fn ring(&self) -> Self {
        self.clone()
    }
}

impl<S: KeySource + ?Sized> KeySource for &S {
    type Key = S::Key;
    fn ring(&self) -> Keyring<S::Key> {
        (**self).ring()
    }
}

impl<S: KeySource + ?Sized> KeySource for Arc<S> {
    type Key = S::Key;
    fn ring(&self) -> Keyring<S::Key> {
        (**self).ring()
    }
}
