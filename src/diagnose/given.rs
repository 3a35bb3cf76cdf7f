//! A secret as it is configured: the raw text, before anything is made of it.

use alloc::string::{String, ToString};
use core::fmt;

use zeroize::Zeroizing;

use super::Cause;
use super::keys::{KeyBytes, key_of};
use crate::encoding::SecretFormat;
use crate::error::SecretError;
use crate::policy::SecretPolicy;
use crate::secret::Secret;

/// Why a key is no longer, or not yet, one that the receiver accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retired {
    /// Its deadline has passed.
    Expired,
    /// It is staged and not live here yet.
    Next,
    /// It was revoked.
    Revoked,
}

/// Whose secret it is.
#[derive(Clone)]
pub(super) enum Origin {
    Configured,
    Other(String),
    Retired(Retired, String),
    Tenant(String),
}

pub(super) struct Given {
    pub(super) text: Zeroizing<String>,
    pub(super) format: SecretFormat,
    pub(super) origin: Origin,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the label: a caller who mixed up two texts has put the secret there.
        f.debug_struct("Given").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Given {
    pub(super) fn new(text: &str, format: SecretFormat, origin: Origin) -> Self {
        Self { text: Zeroizing::new(text.to_string()), format, origin }
    }

    /// The same text, to be used as it is.
    pub(super) fn as_text(&self) -> Self {
        Self::new(&self.text, SecretFormat::Utf8, self.origin.clone())
    }

    /// The key, if the text is one that a keyring takes.
    pub(super) fn usable_key(&self) -> Option<KeyBytes> {
        self.refusal().is_none().then(|| key_of(&self.text, self.format)).flatten()
    }

    /// The secret, if a keyring takes the text.
    pub(super) fn secret(&self) -> Option<Secret> {
        Secret::parse(&self.text, self.format, &SecretPolicy::dangerous_any_strength()).ok()
    }

    /// Why a keyring does not take the text.
    pub(super) fn refusal(&self) -> Option<SecretError> {
        Secret::parse(&self.text, self.format, &SecretPolicy::dangerous_any_strength()).err()
    }

    pub(super) fn meaning(&self) -> Option<(Cause, String)> {
        self.origin.meaning()
    }
}

impl Origin {
    /// What it means that this key matches; `None` for one that the receiver is configured with.
    pub(super) fn meaning(&self) -> Option<(Cause, String)> {
        use alloc::format;
        let named =
            |label: &str| if label.is_empty() { "another secret at hand".to_string() } else { format!("the secret `{label}`") };
        match self {
            Origin::Configured => None,
            Origin::Other(label) => Some((
                Cause::SecretOther,
                format!(
                    "The delivery is signed with {}: it belongs to another endpoint or environment, or the secrets were swapped.",
                    named(label)
                ),
            )),
            Origin::Retired(Retired::Expired, label) => Some((
                Cause::KeyExpired,
                format!(
                    "The delivery is signed with {}, which has expired here: the sender has to take over the current one.",
                    named(label)
                ),
            )),
            Origin::Retired(Retired::Next, label) => Some((
                Cause::KeyNext,
                format!(
                    "The delivery is signed with {}, which is not live here yet: stage it before the sender uses it.",
                    named(label)
                ),
            )),
            Origin::Retired(Retired::Revoked, label) => Some((
                Cause::KeyRevoked,
                format!(
                    "The delivery is signed with {}, which was revoked: if the sender is not an attacker, give it the current one.",
                    named(label)
                ),
            )),
            Origin::Tenant(label) => Some((
                Cause::KeyOtherTenant,
                format!(
                    "The delivery is signed with the secret of tenant `{label}`: it was sent to, or looked up for, the wrong tenant."
                ),
            )),
        }
    }
}
