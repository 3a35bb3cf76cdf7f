//! Why a ring is not loaded or stored.

use crate::error::ReplaceError;
use crate::snapshot::SnapshotError;

/// Why a ring could not be loaded, stored or published. `P` is the error of the pool, `S` that of the seal.
///
/// None of them means that there is no ring, except [`NoRing`](Self::NoRing), which only those calls give that need one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresKeyringError<P: core::error::Error + 'static, S: core::error::Error + 'static> {
    /// The pool gave no connection.
    #[error("no connection: {0}")]
    Pool(#[source] P),
    /// The connection or the server failed. A change may or may not be stored: make the same call again.
    #[error("postgresql: {0}")]
    Postgres(#[source] tokio_postgres::Error),
    /// The ring could not be sealed or opened.
    #[error(transparent)]
    Snapshot(SnapshotError<S>),
    /// The stored ring is older than the caller accepts, or than the newest event of its own audit trail: a backup was
    /// restored, a row was put back or deleted. Find out before you do anything else; keys that were revoked since then
    /// would be valid again. To use the name of a deleted owner again, move its events elsewhere.
    #[error("the stored ring has generation {found}, older than the accepted {minimum}")]
    Older {
        /// The stored generation; 0 if there is no ring.
        found: u64,
        /// The least that is accepted.
        minimum: u64,
    },
    /// The columns of the row are not those of the ring that is sealed in it: somebody edited the row.
    #[error("generation or lineage of the row is not that of its ring")]
    Mixed,
    /// The stored ring is not fit to replace the published one.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// The owner has no ring.
    #[error("the owner has no ring")]
    NoRing,
    /// The database holds something that this version did not write, or a number is beyond what it can hold.
    #[error("postgresql gave an unexpected answer")]
    Unexpected,
}
