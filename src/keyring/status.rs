//! The status page that a process publishes about its ring, for monitoring and for `rollout::next`.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Keyring, Lineage, Live, Role};
use crate::key::{Key, KeyId};
use crate::time::Timestamp;

/// A key that has been staged for longer than this was probably forgotten.
const FORGOTTEN: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many of the newest revoked ids a page lists.
const RECENTLY_REVOKED: usize = 16;

/// What a process does with its ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Duty {
    /// Unknown: the page is of the ring alone.
    Ring,
    /// Signs with the current key.
    Sender,
    /// Signs with every live key.
    DualSender,
    /// Verifies.
    Receiver,
}

/// The state of a ring in one process, without key material: fit for a health page.
///
/// Two processes agree if and only if generation and lineage of their pages agree.
///
/// With the feature `serde` ids and lineages are text, duties and roles are in snake case, and times are Unix milliseconds.
/// Names do not change, and fields may be added, so that pages of processes with different versions of this crate can be
/// compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Status {
    /// What the process does with the ring.
    pub duty: Duty,
    /// When the page was made.
    pub at: Timestamp,
    /// The generation of the ring.
    pub generation: u64,
    /// The history of the ring.
    pub lineage: Lineage,
    /// The history of its first generation: pages with the same origin are about the same ring.
    pub origin: Lineage,
    /// The time of the last transition.
    pub as_of: Timestamp,
    /// When the process took this ring; `None` if that is not known. See [`Status::with_taken_at`].
    pub taken_at: Option<Timestamp>,
    /// The live keys: current, next, then previous from the newest to the oldest.
    pub keys: Vec<KeyStatus>,
    /// The ids of the keys that were revoked last, newest first, at most 16.
    pub revoked: Vec<KeyId>,
}

/// One key of a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyStatus {
    /// Its public name.
    pub id: KeyId,
    /// Its label, if it has one.
    pub label: Option<String>,
    /// Its role.
    pub role: Role,
    /// Since when it has this role.
    pub since: Timestamp,
    /// When it expires, if it is a previous one.
    pub expires_at: Option<Timestamp>,
    /// Whether it is the next key because of a rollback: it has signed before.
    #[cfg_attr(feature = "serde", serde(default))]
    pub returned: bool,
}

impl Status {
    pub(crate) fn of<K: Key>(ring: &Keyring<K>, duty: Duty, now: Timestamp) -> Self {
        let inner = &*ring.0;
        let since = |live: &Live<'_, K>| match live.role {
            Role::Current => inner.current.as_ref().map(|held| held.since),
            Role::Next => inner.next.as_ref().map(|held| held.since),
            Role::Previous => inner.previous.iter().find(|old| core::ptr::eq(&*old.key, live.key)).map(|old| old.since),
        };
        let page = |live: Live<'_, K>| KeyStatus {
            id: live.key.id(),
            label: live.key.label().map(|label| String::from(&**label)),
            role: live.role,
            since: since(&live).unwrap_or(inner.as_of),
            expires_at: live.expires_at,
            returned: live.role == Role::Next && inner.next.as_ref().is_some_and(|held| held.returned),
        };
        Self {
            duty,
            at: now,
            generation: inner.generation,
            lineage: inner.lineage,
            origin: inner.origin,
            as_of: inner.as_of,
            taken_at: inner.taken,
            keys: ring.live(now).map(page).collect(),
            revoked: inner.tombstones.iter().rev().take(RECENTLY_REVOKED).map(|dead| dead.id).collect(),
        }
    }

    /// The page with the time at which the process took this ring: when it started, or when it last replaced the ring.
    ///
    /// A ring knows when it was made, not when a process took it. A sender that took it later signed with its old key until
    /// then, so the drain is counted from its arrival. [`SharedKeyring`](crate::SharedKeyring) stamps the rings that it
    /// takes ([`replace_at`](crate::SharedKeyring::replace_at) with a clock of yours), and a ring that this process made
    /// was taken when it was made. Only a page of a ring that was [opened](crate::Keyring::open) and is used without a
    /// `SharedKeyring` has to be stamped with this.
    #[must_use]
    pub const fn with_taken_at(mut self, at: Timestamp) -> Self {
        self.taken_at = Some(at);
        self
    }

    /// The key in this role; for previous keys the newest.
    #[must_use]
    pub fn key(&self, role: Role) -> Option<&KeyStatus> {
        self.keys.iter().find(|key| key.role == role)
    }

    /// The next key, if it has been staged for more than 30 days: promote or unstage it.
    ///
    /// A staged key is accepted already, so a forgotten one widens what an attacker may have found.
    #[must_use]
    pub fn forgotten_next(&self) -> Option<&KeyStatus> {
        self.key(Role::Next).filter(|next| self.at.since(next.since) > FORGOTTEN)
    }

    /// Whether the ring has no current key: it verifies with what is left and signs nothing.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.key(Role::Current).is_none()
    }
}
