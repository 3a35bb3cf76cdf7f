//! Telling a delivery from its copies: the key under which it is remembered, and the stores that remember it.

#[cfg(feature = "std")]
mod memory;
mod store;

use alloc::boxed::Box;
use core::fmt;

use sha2::{Digest, Sha256};

#[cfg(feature = "std")]
pub use memory::{MemoryReplayError, MemoryReplayStore};
pub use store::{Claim, ClaimToken, ReplayStore};

use crate::error::SetupError;

/// The endpoint or tenant that a delivery belongs to.
///
/// Required and framed into every [`ReplayKey`], so that the same bytes for two tenants are two deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope(Box<str>);

impl Scope {
    /// A scope of 1 to 256 bytes.
    ///
    /// # Errors
    ///
    /// [`SetupError::BadScope`] if it is empty or longer.
    pub fn new(name: &str) -> Result<Self, SetupError> {
        if (1..=256).contains(&name.len()) { Ok(Self(name.into())) } else { Err(SetupError::BadScope) }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Under which a delivery is remembered: equal for all copies of it, whatever key or spelling signed them.
///
/// Made only from a [`Verified`](crate::Verified) delivery, so nobody can fill a store with unauthenticated keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The 32 bytes, for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Hashes scope, scheme and what identifies the delivery, each with its length in front.
    pub(crate) fn of(scope: &Scope, scheme: &str, what: What<'_>) -> Self {
        let (kind, bytes) = match what {
            What::SignedId(id) => (b"signed id", id),
            What::Content(digest) => (b"content  ", digest.as_slice()),
            What::Event(id) => (b"event id ", id),
        };
        let mut hash = Sha256::new_with_prefix(b"\xFFhookring replay key, version 1\0");
        for part in [scope.0.as_bytes(), scheme.as_bytes(), kind, bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

/// What identifies a delivery.
pub(crate) enum What<'a> {
    /// A message id that was signed: a re-signed retry is the same delivery.
    SignedId(&'a [u8]),
    /// The digest of the signed content.
    Content(&'a [u8; 32]),
    /// An id that the caller read from the verified body.
    Event(&'a [u8]),
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplayKey(")?;
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}
