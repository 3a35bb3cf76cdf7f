//! What a token that was accepted says of its key.

use alloc::sync::Arc;

use crate::key::KeyId;
use crate::keyring::Role;
use crate::time::Timestamp;

/// A token that is the secret behind a live key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "which key matched, and in which role"]
pub struct Presented {
    /// Which key matched.
    pub key: KeyId,
    /// Its public label, if it has one.
    pub label: Option<Arc<str>>,
    /// Its role: tokens under [`Role::Previous`] show who still uses the old secret.
    pub role: Role,
    /// When the key dies, if it is a previous one.
    pub expires_at: Option<Timestamp>,
    /// The generation of the ring that was used.
    pub generation: u64,
    /// Whether the token came in the query, so that it now stands in the logs of every hop.
    pub by_query: bool,
}
