//! What an accepted token says about its key.

use alloc::sync::Arc;

use crate::key::KeyId;
use crate::keyring::Role;
use crate::time::Timestamp;

/// A token that is the secret behind a live key. It can only be made by checking one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "which key matched, and in which role"]
pub struct Presented {
    pub(super) key: KeyId,
    pub(super) label: Option<Arc<str>>,
    pub(super) role: Role,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) generation: u64,
    pub(super) by_query: bool,
}

impl Presented {
    /// Which key matched.
    #[must_use]
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// The public label of the key, if it has one.
    #[must_use]
    pub fn key_label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The role of the key: tokens under [`Role::Previous`] show who still uses the old secret.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// When the key expires, if it is a previous one.
    #[must_use]
    pub const fn key_expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The generation of the ring that was used.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the token came in the query, so that it is now in the logs of every hop.
    #[must_use]
    pub const fn by_query(&self) -> bool {
        self.by_query
    }
}
