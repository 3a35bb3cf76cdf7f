//! Which keys live, in which role, until when: an immutable value.

mod event;
mod transitions;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use event::{Change, Event, EventKind};

use crate::error::Refused;
use crate::key::{Fingerprint, Key, KeyId};
use crate::mac::MAX_KEYS;
use crate::secret::Secret;
use crate::time::Timestamp;

/// The role of a key in its ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// When it dies; `None` for the current and the next key.
    pub expires_at: Option<Timestamp>,
}

impl<K> Clone for Live<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Live<'_, K> {}

/// The keys of one endpoint: one current, at most one next, and previous ones that each die at their own deadline.
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
}

/// A key and the time since when it has its role.
struct Held<K> {
    key: Arc<K>,
    since: Timestamp,
}

struct Retired<K> {
    key: Arc<K>,
    since: Timestamp,
    expires: Timestamp,
}

impl<K> Clone for Held<K> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), since: self.since }
    }
}

impl<K> Clone for Retired<K> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), since: self.since, expires: self.expires }
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

/// At most this many keys are live at once.
pub const MAX_LIVE: usize = MAX_KEYS;
/// The longest grace of a previous key.
pub const MAX_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);
/// A transition is refused if the clock is further than this behind the last one.
pub const CLOCK_SLACK: Duration = Duration::from_secs(5 * 60);

impl<K: Key> Keyring<K> {
    /// A ring with one key.
    #[expect(clippy::new_ret_no_self, reason = "a new ring is a change with its event, like every other transition")]
    pub fn new(current: impl Into<Arc<K>>, now: Timestamp) -> Change<K> {
        transitions::create(current.into(), now)
    }

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

    /// Makes `new` the current key and keeps the old one as previous until `now + grace`.
    ///
    /// `grace` is how long deliveries signed with the old key may still be under way. [`Duration::ZERO`] drops the old
    /// key at once.
    ///
    /// # Errors
    ///
    /// [`Refused`]: a next key is staged, the ring holds this key already, five keys are live, the grace is over 30
    /// days, or the clock is far behind the last transition. The ring stays as it is.
    pub fn rotate(&self, new: impl Into<Arc<K>>, grace: Duration, now: Timestamp) -> Result<Change<K>, Refused> {
        transitions::rotate(&self.0, new.into(), grace, now)
    }

    /// Whether this key was revoked, as far as the ring remembers.
    pub(crate) fn was_revoked(&self, _key: &Fingerprint) -> bool {
        false
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

impl<K: Key> Held<K> {
    fn new(key: Arc<K>, since: Timestamp) -> Self {
        Self { key, since }
    }
    fn id(&self) -> KeyId {
        self.key.id()
    }
}
