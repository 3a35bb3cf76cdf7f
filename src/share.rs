//! A ring that running handlers read while it is replaced.

use alloc::sync::Arc;
use core::fmt;

use arc_swap::ArcSwap;

use crate::error::ReplaceError;
use crate::key::Key;
use crate::keyring::{Inner, KeySource, Keyring};
use crate::secret::Secret;
use crate::time::Timestamp;

/// A keyring that is replaced without a restart, and without a lock for its readers.
///
/// Share it as `Arc<SharedKeyring>`, which is a [`KeySource`]. A message is signed or verified with the ring of the moment
/// it is asked for; once [`SharedKeyring::replace`] has returned, no verification that begins accepts a revoked key.
///
/// ```
/// use core::time::Duration;
/// use hookring::{Keyring, Replaced, Secret, SecretFormat, SharedKeyring, Timestamp, Verifier, providers};
///
/// let now = Timestamp::now();
/// let shared = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Utf8)?, now).ring);
/// let verifier = Verifier::new(providers::GITHUB, shared.clone())?;
///
/// // Compute, store ring and events, then publish.
/// let change = shared.load().rotate(Secret::generate(SecretFormat::Utf8)?, Duration::from_secs(86_400), now)?;
/// assert_eq!(shared.replace(change.ring)?, Replaced::Newer);
/// # let _ = verifier;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// A process that has just started has no memory of what it held before. Load its first ring from the primary store, or
/// with a minimum generation; see [`KeyringStore::load`](crate::KeyringStore::load).
pub struct SharedKeyring<K: Key = Secret> {
    cell: ArcSwap<Inner<K>>,
}

/// What became of a ring that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replaced {
    /// It was newer and is in use now.
    Newer,
    /// It is the same version as the held one.
    Unchanged,
}

impl<K: Key> SharedKeyring<K> {
    /// Shares a ring, which this process has from now on.
    ///
    /// Reads the clock for [`Status::taken_at`](crate::Status::taken_at) and nothing else; see
    /// [`new_at`](Self::new_at).
    pub fn new(ring: Keyring<K>) -> Arc<Self> {
        Self::new_at(ring, Timestamp::now())
    }

    /// The same for a caller with a clock of its own.
    pub fn new_at(ring: Keyring<K>, now: Timestamp) -> Arc<Self> {
        Arc::new(Self { cell: ArcSwap::new(ring.with_taken(Some(now)).into_inner()) })
    }

    /// The ring of this moment.
    pub fn load(&self) -> Keyring<K> {
        Keyring::from_inner(self.cell.load_full())
    }

    /// Publishes a ring.
    ///
    /// The same version without its expired keys ([`Keyring::without_expired`]) may be published too; it is `Unchanged`.
    ///
    /// Whatever begins after this has returned uses the new ring. What began before may still end with the old one, except
    /// that a body that is still streaming is not accepted under a key that was revoked meanwhile.
    ///
    /// A newer ring is stamped with the clock, for [`Status::taken_at`](crate::Status::taken_at); see
    /// [`replace_at`](Self::replace_at).
    ///
    /// # Errors
    ///
    /// [`ReplaceError::Older`] and [`ReplaceError::Forked`]; the held ring stays in use, and its deadlines still pass.
    pub fn replace(&self, ring: Keyring<K>) -> Result<Replaced, ReplaceError> {
        self.replace_at(ring, Timestamp::now())
    }

    /// The same for a caller with a clock of its own.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn replace_at(&self, ring: Keyring<K>, now: Timestamp) -> Result<Replaced, ReplaceError> {
        replace_in(&self.cell, ring, now)
    }
}

impl<K: Key> KeySource for SharedKeyring<K> {
    type Key = K;
    fn ring(&self) -> Keyring<K> {
        self.load()
    }
}

impl<K: Key> fmt::Debug for SharedKeyring<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyring").field(&self.load()).finish()
    }
}

/// A place for one value that can be swapped if it is still the expected one.
trait Cell<T> {
    fn get(&self) -> Arc<T>;
    /// Whether it was.
    fn swap_if(&self, expected: &Arc<T>, new: Arc<T>) -> bool;
}

impl<T> Cell<T> for ArcSwap<T> {
    fn get(&self) -> Arc<T> {
        self.load_full()
    }
    fn swap_if(&self, expected: &Arc<T>, new: Arc<T>) -> bool {
        Arc::ptr_eq(&self.compare_and_swap(expected, new), expected)
    }
}

/// Decides on the ring that is held at the moment of the swap, however many replace at once.
fn replace_in<K: Key>(cell: &impl Cell<Inner<K>>, mut offered: Keyring<K>, now: Timestamp) -> Result<Replaced, ReplaceError> {
    loop {
        let held = Keyring::from_inner(cell.get());
        let verdict = compare(&held, &offered)?;
        offered = offered.with_taken(if verdict == Replaced::Newer { Some(now) } else { held.taken() });
        if cell.swap_if(held.inner(), Arc::clone(offered.inner())) {
            return Ok(verdict);
        }
    }
}

fn compare<K: Key>(held: &Keyring<K>, offered: &Keyring<K>) -> Result<Replaced, ReplaceError> {
    let (old, new) = (held.generation(), offered.generation());
    if new > old {
        Ok(Replaced::Newer)
    } else if new < old {
        Err(ReplaceError::Older { held: old, offered: new })
    } else if held.lineage() == offered.lineage() {
        Ok(Replaced::Unchanged)
    } else {
        Err(ReplaceError::Forked { generation: new })
    }
}

#[cfg(test)]
mod tests;
