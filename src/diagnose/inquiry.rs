//! What a diagnosis is given.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::finding::Diagnosis;
use super::framing::Header;
use super::given::{Given, Origin, Retired};
use super::presented;
#[cfg(any(feature = "ed25519", feature = "p256"))]
use super::public::PublicGiven;
use super::search;
use super::work::{MAX_BYTES, MAX_MACS};
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::asymmetric::PublicKeyFormat;
use crate::carrier::Carrier;
use crate::encoding::SecretFormat;
use crate::providers;
use crate::scheme::{DEFAULT_WINDOW, Scheme};
use crate::time::Timestamp;
use crate::url::path_and_query;

/// A rejected delivery and everything that is known about its receiver.
///
/// `Debug` shows neither secrets and their labels nor bodies nor header values.
pub struct Inquiry<'s> {
    pub(super) scheme: Scheme<'s>,
    pub(super) headers: Vec<Header>,
    pub(super) body: Vec<u8>,
    pub(super) now: Timestamp,
    pub(super) secrets: Vec<Given>,
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    pub(super) public_keys: Vec<PublicGiven>,
    pub(super) method: Option<String>,
    pub(super) target: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) tolerance: Option<(Duration, Duration)>,
    pub(super) catalogue: Vec<&'s Scheme<'s>>,
    pub(super) budget: (u64, u64),
    /// Where a secret is presented as it is; the scheme is then not looked at.
    pub(super) carrier: Option<Carrier<'s>>,
}

impl<'s> Inquiry<'s> {
    /// A delivery as it was received: all of its headers, and the raw body.
    #[must_use]
    pub fn new<N: AsRef<str>, V: AsRef<[u8]>>(scheme: Scheme<'s>, headers: &[(N, V)], body: &[u8], now: Timestamp) -> Self {
        Self {
            scheme,
            headers: headers.iter().map(|(name, value)| (name.as_ref().to_string(), value.as_ref().to_vec())).collect(),
            body: body.to_vec(),
            now,
            secrets: Vec::new(),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            public_keys: Vec::new(),
            method: None,
            target: None,
            public_url: None,
            tolerance: None,
            catalogue: providers::all().iter().chain(providers::unconfirmed::all()).collect(),
            budget: (MAX_MACS, MAX_BYTES),
            carrier: None,
        }
    }

    /// A request that presents its secret as it is, with all of its headers.
    #[must_use]
    pub fn presented<N: AsRef<str>, V: AsRef<[u8]>>(carrier: Carrier<'s>, headers: &[(N, V)], now: Timestamp) -> Self {
        Self { carrier: Some(carrier), ..Self::new(providers::GENERIC_SHA256, headers, b"", now) }
    }

    /// A secret that the receiver is configured with: the raw text, as it is in the configuration. It need not be one
    /// that [`Secret::parse`](crate::Secret::parse) takes.
    #[must_use]
    pub fn secret(mut self, text: &str, format: SecretFormat) -> Self {
        self.secrets.push(Given::new(text, format, Origin::Configured));
        self
    }

    /// A public key that the receiver is configured with: the raw text.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    #[must_use]
    pub fn public_key(mut self, text: &str, format: PublicKeyFormat) -> Self {
        self.public_keys.push(PublicGiven { text: text.to_string(), format, origin: Origin::Configured });
        self
    }

    /// Another public key at hand. When it matches, `label` is printed: never pass a secret in it.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    #[must_use]
    pub fn other_public_key(mut self, text: &str, format: PublicKeyFormat, label: &str) -> Self {
        self.public_keys.push(PublicGiven { text: text.to_string(), format, origin: Origin::Other(label.to_string()) });
        self
    }

    /// A public key that is no longer, or not yet, accepted. When it matches, `label` is printed: never pass a secret in it.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    #[must_use]
    pub fn retired_public_key(mut self, text: &str, format: PublicKeyFormat, why: Retired, label: &str) -> Self {
        self.public_keys.push(PublicGiven { text: text.to_string(), format, origin: Origin::Retired(why, label.to_string()) });
        self
    }

    /// A public key of another tenant. When it matches, `name` is printed: never pass a secret in it.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    #[must_use]
    pub fn tenant_public_key(mut self, text: &str, format: PublicKeyFormat, name: &str) -> Self {
        self.public_keys.push(PublicGiven { text: text.to_string(), format, origin: Origin::Tenant(name.to_string()) });
        self
    }

    /// Another secret at hand: of another provider or environment. When it matches, `label` is printed: never pass a secret
    /// in it.
    #[must_use]
    pub fn other_secret(mut self, text: &str, format: SecretFormat, label: &str) -> Self {
        self.secrets.push(Given::new(text, format, Origin::Other(label.to_string())));
        self
    }

    /// A key of this endpoint that is no longer, or not yet, accepted. When it matches, `label` is printed: never pass a
    /// secret in it.
    #[must_use]
    pub fn retired_key(mut self, text: &str, format: SecretFormat, why: Retired, label: &str) -> Self {
        self.secrets.push(Given::new(text, format, Origin::Retired(why, label.to_string())));
        self
    }

    /// A secret of another tenant. When it matches, `name` is printed: never pass a secret in it.
    #[must_use]
    pub fn tenant(mut self, text: &str, format: SecretFormat, name: &str) -> Self {
        self.secrets.push(Given::new(text, format, Origin::Tenant(name.to_string())));
        self
    }

    /// The HTTP method as received.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_string());
        self
    }

    /// The request target as received: path and query.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = Some(target.to_string());
        self
    }

    /// The public base URL that the receiver is configured with.
    #[must_use]
    pub fn public_url(mut self, base: &str) -> Self {
        self.public_url = Some(base.to_string());
        self
    }

    /// The tolerance that the receiver is configured with, if it is not the scheme's own.
    #[must_use]
    pub fn tolerance(mut self, past: Duration, future: Duration) -> Self {
        self.tolerance = Some((past, future));
        self
    }

    /// The schemes that are tried instead of the given one: without this, all of [`providers`].
    #[must_use]
    pub fn catalogue(mut self, schemes: &'s [Scheme<'s>]) -> Self {
        self.catalogue = schemes.iter().collect();
        self
    }

    /// Less work than [`MAX_MACS`] MACs over [`MAX_BYTES`] bytes. More is not possible.
    #[must_use]
    pub fn budget(mut self, macs: u64, bytes: u64) -> Self {
        self.budget = (macs.min(MAX_MACS), bytes.min(MAX_BYTES));
        self
    }

    /// Searches. Takes milliseconds for a small body, and up to about a second within the bounds.
    #[must_use]
    pub fn run(&self) -> Diagnosis {
        if let Some(carrier) = self.carrier {
            return presented::run(self, carrier);
        }
        search::run(self)
    }

    /// The whole URL, as a verifier puts it together.
    pub(super) fn url(&self) -> Option<String> {
        let base = self.public_url.as_deref()?;
        let path = path_and_query(self.target.as_deref().unwrap_or_default());
        Some([base.strip_suffix('/').unwrap_or(base), path].concat())
    }

    /// How old and how new a delivery may be.
    pub(super) fn window(&self) -> Option<(Duration, Duration)> {
        self.scheme.timestamp?;
        Some(self.tolerance.or(self.scheme.window).unwrap_or((DEFAULT_WINDOW, DEFAULT_WINDOW)))
    }
}

impl fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry")
            .field("scheme", &self.scheme.name())
            .field("headers", &self.headers.len())
            .field("body_len", &self.body.len())
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}
