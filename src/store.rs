//! Where rings are kept: a trait for databases, and an implementation in memory.

#[cfg(feature = "std")]
mod memory;

use core::future::Future;

use crate::key::Key;
use crate::keyring::{Change, Keyring};
use crate::secret::Secret;

#[cfg(feature = "std")]
pub use memory::{MemoryKeyringError, MemoryKeyringStore};

/// A store of rings, one per owner (an endpoint, a tenant), with compare-and-swap on generation and history.
///
/// The one order to change a ring in: compute the change, [`swap`](Self::swap) it in, then publish the ring with
/// [`SharedKeyring::replace`](crate::SharedKeyring::replace). A conflict means that the change was not made from the stored
/// ring, as when another operator was faster: load again and decide again.
///
/// A store should keep rings of secrets sealed: [`Keyring::seal`] gives the bytes for its column, [`Keyring::open`] takes
/// them back. A ring that cannot be opened is an error of the store and never `None`.
pub trait KeyringStore<K: Key = Secret>: Send + Sync {
    /// Why the store failed. Neither a missing ring nor a conflict is a failure.
    type Error: core::error::Error + Send + Sync + 'static;

    /// The ring of an owner; `None` if there is none.
    ///
    /// `min_generation` is the least generation that the caller accepts, 0 for any: a store that was restored from a
    /// backup, or an old row put back by an attacker, must not make a revoked key valid again.
    ///
    /// # Errors
    ///
    /// The store's own, and a ring older than `min_generation`.
    fn load(&self, owner: &str, min_generation: u64) -> impl Future<Output = Result<Option<Keyring<K>>, Self::Error>> + Send;

    /// Stores the ring of a change and its events in one transaction, if the owner's ring still has the generation
    /// `expected`, 0 for an owner without a ring, and is the one that the change was made from: its lineage is
    /// [`Change::parent`]. Of two transitions in a row, therefore, each is stored.
    ///
    /// # Errors
    ///
    /// The store's own. If the answer was lost on its way, the change may be stored: make the same call again, or load. A
    /// change that is stored already is `Stored`, and its events are not stored twice.
    fn swap(&self, owner: &str, expected: u64, change: &Change<K>)
    -> impl Future<Output = Result<Swapped, Self::Error>> + Send;
}

/// A store behind a pointer.
macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<K: Key, S: KeyringStore<K> + ?Sized> KeyringStore<K> for $pointer {
            type Error = S::Error;

            fn load(
                &self,
                owner: &str,
                min_generation: u64,
            ) -> impl Future<Output = Result<Option<Keyring<K>>, Self::Error>> + Send {
                (**self).load(owner, min_generation)
            }

            fn swap(
                &self,
                owner: &str,
                expected: u64,
                change: &Change<K>,
            ) -> impl Future<Output = Result<Swapped, Self::Error>> + Send {
                (**self).swap(owner, expected, change)
            }
        }
    )+};
}

forward!(&S, alloc::sync::Arc<S>);

/// What became of a change that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a conflict means that nothing was stored"]
pub enum Swapped {
    /// It is stored: publish the ring now.
    Stored,
    /// The owner's ring has another generation, or the expected one with another history. Nothing was stored.
    Conflict {
        /// The generation found; 0 if the owner has no ring.
        found: u64,
    },
}
