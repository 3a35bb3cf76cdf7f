//! What a transition returns: the new ring, and what happened, without a byte of key material.

use alloc::vec::Vec;
use core::fmt;

use super::{Keyring, Lineage, Role};
use crate::error::Refused;
use crate::key::{Key, KeyId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// A new ring and the events that led to it. Store both together, then publish the ring.
#[must_use = "store the ring and its events, then publish the ring"]
#[non_exhaustive]
pub struct Change<K: Key = Secret> {
    /// The ring after the transition.
    pub ring: Keyring<K>,
    /// What happened, in order, for the audit trail.
    pub events: Vec<Event>,
    pub(super) parent: Option<Lineage>,
}

impl<K: Key> Change<K> {
    /// The history of the ring that the transition was made on; `None` for a new ring.
    ///
    /// A store replaces the ring of this history and no other: after a failover that lost a change, another one can have
    /// the same generation.
    #[must_use]
    pub const fn parent(&self) -> Option<Lineage> {
        self.parent
    }
}

impl<K: Key> Change<K> {
    /// This transition and another one on its ring as one change, to be stored by one
    /// [`swap`](crate::KeyringStore::swap): both or neither.
    ///
    /// The ring's generation grows by two, and each event keeps its own.
    ///
    /// ```
    /// # use hookring::{Keyring, Secret, SecretFormat, Timestamp};
    /// # let now = Timestamp::from_unix_secs(1_790_000_000);
    /// # let new = || Secret::generate(SecretFormat::Utf8);
    /// # let ring: Keyring = Keyring::new(new()?, now).ring.rotate(new()?, core::time::Duration::from_secs(60), now)?.ring;
    /// // The new key has leaked: back to the old one, and the new one is revoked.
    /// let leaked = ring.current().ok_or("suspended")?.id();
    /// let change = ring.rollback(now)?.and_then(|ring| ring.revoke(leaked, now))?;
    /// assert_eq!((change.ring.generation(), change.parent()), (4, Some(ring.lineage())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Why the second transition is refused, and [`Refused::AnotherRing`] if it was not made on the ring that was given.
    pub fn and_then(self, second: impl FnOnce(&Keyring<K>) -> Result<Self, Refused>) -> Result<Self, Refused> {
        let Self { ring: between, mut events, parent } = self;
        let Self { ring, events: more, parent: made_on } = second(&between)?;
        if made_on != Some(between.lineage()) {
            return Err(Refused::AnotherRing);
        }
        events.extend(more);
        Ok(Self { ring, events, parent })
    }
}

impl<K: Key> fmt::Debug for Change<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("ring", &self.ring).field("events", &self.events).finish()
    }
}

/// One entry of the audit trail. Operator, ticket and reason are the caller's to add.
///
/// With the feature `serde` kinds are in snake case, ids are text and times are Unix milliseconds. The names of fields and
/// kinds do not change. Kinds and fields may be added, so readers ignore fields that they do not know, and keep entries of
/// kinds that they do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The generation of the ring after the transition.
    pub generation: u64,
    /// What.
    pub kind: EventKind,
}

/// What happened to a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum EventKind {
    /// The ring was made with this key.
    Created {
        /// Its current key.
        key: KeyId,
    },
    /// The ring was made with this previous key as well.
    Kept {
        /// The previous key.
        key: KeyId,
        /// Until when it verifies.
        expires: Timestamp,
    },
    /// A key was staged: it verifies and does not sign yet.
    Staged {
        /// The next key.
        key: KeyId,
    },
    /// The next key was taken back before it became current.
    Unstaged {
        /// The key.
        key: KeyId,
        /// Until when it still verifies; `None` if it was dropped at once.
        expires: Option<Timestamp>,
    },
    /// The next key became current.
    Promoted {
        /// The new current key.
        new: KeyId,
        /// The key that was current.
        old: Option<KeyId>,
        /// Until when the old key verifies; `None` if it was dropped at once.
        old_expires: Option<Timestamp>,
    },
    /// The previous key became current again, and the current one next.
    RolledBack {
        /// The current key from now on.
        to: KeyId,
        /// The key that was current, now next.
        from: Option<KeyId>,
    },
    /// A key was revoked: it is invalid at once and cannot return.
    Revoked {
        /// The key.
        key: KeyId,
        /// The role it had.
        role: Role,
    },
    /// After a compromise every held key was revoked and this one became current.
    Replaced {
        /// The new current key.
        new: KeyId,
    },
    /// A previous key expired at its deadline and was dropped.
    Expired {
        /// The key.
        key: KeyId,
    },
    /// The record of the oldest revoked key was dropped to make room. It could be staged again from now on.
    TombstoneDropped {
        /// The key.
        key: KeyId,
    },
    /// The time of the last transition was set to the clock, because it was wrong.
    ClockRebased {
        /// What it was.
        from: Timestamp,
    },
}

impl EventKind {
    /// A stable label for metrics and for the audit trail, such as `"promoted"`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Kept { .. } => "kept",
            Self::Staged { .. } => "staged",
            Self::Unstaged { .. } => "unstaged",
            Self::Promoted { .. } => "promoted",
            Self::RolledBack { .. } => "rolled_back",
            Self::Revoked { .. } => "revoked",
            Self::Replaced { .. } => "replaced",
            Self::Expired { .. } => "expired",
            Self::TombstoneDropped { .. } => "tombstone_dropped",
            Self::ClockRebased { .. } => "clock_rebased",
        }
    }
}
