//! Why a ring cannot be sealed or opened. A ring that is *absent* is not among these: a store says that itself.

use crate::keyring::MAX_TOMBSTONES;

/// Why a ring cannot be sealed, or a sealed one not be opened.
///
/// None of them means that there is no ring. Whoever treats an unreadable ring as a missing one, and a missing one as
/// "not configured", accepts everything the day the key service fails: answer 500, so that senders try again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError<E> {
    /// The blob ends early, or is empty: it was cut on its way to or from the store.
    #[error("the blob is cut short")]
    Truncated,
    /// The blob is something else.
    #[error("the blob is not a sealed ring")]
    NotASnapshot,
    /// The blob was written by a later version of this crate: update this process first.
    #[error("the sealed ring has format {found}, which this version cannot read")]
    UnknownVersion {
        /// Its format.
        found: u16,
    },
    /// The blob is a ring of keys of another kind.
    #[error("the sealed ring holds keys of another kind")]
    WrongKind,
    /// The blob is another owner's: rows were mixed up or swapped.
    #[error("the sealed ring belongs to another owner")]
    WrongOwner,
    /// The blob is older than the caller accepts: a backup was restored, or an old row was put back. Keys that were
    /// revoked since then would be valid again.
    #[error("the sealed ring has generation {found}, older than the accepted {minimum}")]
    Older {
        /// Its generation.
        found: u64,
        /// The least that the caller accepts.
        minimum: u64,
    },
    /// The [`Seal`](crate::Seal) failed: the blob was changed, or the key service is out of reach. Its own error says which.
    #[error("the seal failed: {0}")]
    Seal(#[source] E),
    /// The seal was fine, and what is inside is no ring, or not the one that the envelope announces.
    #[error("what was sealed is not a ring")]
    Corrupt,
    /// An owner is 1 to 1024 bytes: without one, every ring could be put in the place of every other.
    #[error("the owner is empty or longer than 1024 bytes")]
    BadOwner,
    /// The ring holds derived secrets: seal the ring of their masters.
    #[error("the ring holds derived secrets: seal the ring of their masters")]
    Derived,
    /// The ring has more keys or revoked ids than any ring can have.
    #[error("the ring is larger than a ring can be: five keys, {MAX_TOMBSTONES} revoked ones")]
    TooLarge,
}
