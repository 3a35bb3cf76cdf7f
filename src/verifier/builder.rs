//! Building verifiers: everything that can be wrong is found here, not at a request.

#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use super::{Setup, Verifier};
use crate::error::SetupError;
use crate::key::VerifyKey;
use crate::key::sealed::Material as _;
use crate::keyring::KeySource;
use crate::scheme::{Rules, Scheme, Text};

/// Builds a [`Verifier`] with more than the defaults.
///
/// ```
/// use core::time::Duration;
/// use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, providers};
///
/// let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// let verifier = Verifier::builder(providers::HUBSPOT_V3)
///     .public_url("https://hooks.example.com")
///     .tolerance(Duration::from_secs(120), Duration::from_secs(30))
///     .build(ring)?;
/// # let _ = verifier;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct VerifierBuilder<'a> {
    scheme: Scheme<'a>,
    public_url: Option<&'a str>,
    tolerance: Option<(Duration, Duration)>,
    any_age: bool,
    digest_content: bool,
}

impl<'a> VerifierBuilder<'a> {
    pub(super) const fn new(scheme: Scheme<'a>) -> Self {
        Self { scheme, public_url: None, tolerance: None, any_age: false, digest_content: false }
    }

    /// The address that senders call, as `https://host` with an optional path in front of every request target.
    ///
    /// Schemes that sign the URL need it, and only they take it. It is configured and never taken from the request: `Host`,
    /// `Forwarded` and an absolute request target are written by whoever sends. What a proxy or a router took off the front
    /// of the path belongs here, so that base and target together are the text that the sender signed.
    pub const fn public_url(mut self, base: &'a str) -> Self {
        self.public_url = Some(base);
        self
    }

    /// How old and how far in the future a delivery may be, each inclusive, to the millisecond. Zero means zero: only a
    /// delivery of this very millisecond is fresh. It replaces the scheme's own tolerance on both sides.
    ///
    /// # Security
    ///
    /// For so long a delivery that somebody saw can be sent again; a replay store has to remember it for at least as long.
    pub const fn tolerance(mut self, past: Duration, future: Duration) -> Self {
        self.tolerance = Some((past, future));
        self
    }

    /// Accepts deliveries of any age: for repairing after an outage, never for an open endpoint.
    ///
    /// # Security
    ///
    /// Whoever once saw a delivery can send it again for as long as its key is valid. Combine it with a replay store.
    pub const fn dangerous_accept_any_age(mut self) -> Self {
        self.any_age = true;
        self
    }

    /// Computes the digest of the signed content beside the MACs, so that [`Verified::replay_key`](crate::Verified::replay_key)
    /// need not read the body again, and streams have a replay key at all.
    ///
    /// One more hash over the body, which costs next to nothing where the CPU has SHA extensions. Schemes that sign an id
    /// do not need it, and pay nothing.
    pub const fn digest_content(mut self) -> Self {
        self.digest_content = true;
        self
    }

    /// The verifier of one endpoint.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: the scheme is wrong, a public URL is missing or not one, a tolerance has nothing to apply to, or a
    /// key of the ring, in whatever role, is of another kind than the scheme needs.
    pub fn build<S: KeySource>(self, keys: S) -> Result<Verifier<S>, SetupError>
    where
        S::Key: VerifyKey,
    {
        let setup = self.setup()?;
        let curve = setup.rules.curve;
        let ring = keys.ring();
        let misfit = ring.live(ring.as_of()).any(|live| !live.key.fits(curve));
        if S::Key::PUBLIC != curve.is_some() || misfit {
            return Err(SetupError::WrongKeyKind);
        }
        Ok(Verifier { setup: Arc::new(setup), keys })
    }

    /// A verifier for many tenants: it has no keys and no `verify`, only [`Verifier::with_keys`].
    ///
    /// # Errors
    ///
    /// As [`VerifierBuilder::build`].
    pub fn build_per_tenant(self) -> Result<Verifier<NoKeys>, SetupError> {
        Ok(Verifier { setup: Arc::new(self.setup()?), keys: NoKeys::new() })
    }

    fn setup(self) -> Result<Setup, SetupError> {
        let mut rules = Rules::new(&self.scheme)?;
        if rules.timestamp.is_none() && (self.tolerance.is_some() || self.any_age) {
            return Err(SetupError::NoTimestampToCheck);
        }
        if self.any_age && self.tolerance.is_some() {
            return Err(SetupError::ToleranceOfAnyAge);
        }
        if self.tolerance.is_some() {
            rules.window = self.tolerance;
        }
        if self.any_age {
            rules.window = None;
        }
        let base_url = match (self.public_url, rules.signs_url) {
            (Some(base), true) => Some(base_url(base)?),
            (None, true) => return Err(SetupError::NeedsPublicUrl),
            (Some(_), false) => return Err(SetupError::UrlNotSigned),
            (None, false) => None,
        };
        Ok(Setup { rules, base_url, digest_content: self.digest_content })
    }
}

/// `http(s)://host` and an optional path, without a slash at the end: the request target brings its own.
fn base_url(text: &str) -> Result<Text, SetupError> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(SetupError::BadPublicUrl)?;
    let fine = text.bytes().all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#');
    if !fine || host.is_empty() || host.starts_with('/') {
        return Err(SetupError::BadPublicUrl);
    }
    Ok(text.strip_suffix('/').unwrap_or(text).into())
}

/// In place of the keys of a verifier that gets them per request.
///
/// It has no `verify`, so a request cannot be verified without saying whose keys count:
///
/// ```compile_fail
/// use hookring::{Verifier, providers};
/// let shared = Verifier::builder(providers::GITHUB).build_per_tenant()?;
/// shared.verify(&[("a", "b")], b"{}");
/// # Ok::<(), hookring::SetupError>(())
/// ```
///
/// The counterpart that compiles:
///
/// ```
/// use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, providers};
/// let shared = Verifier::builder(providers::GITHUB).build_per_tenant()?;
/// let ring_of_tenant = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// assert!(shared.with_keys(&ring_of_tenant).verify(&[("a", "b")], b"{}").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct NoKeys {
    _private: (),
}

impl NoKeys {
    pub(crate) const fn new() -> Self {
        Self { _private: () }
    }
}

impl fmt::Debug for NoKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoKeys")
    }
}

impl Verifier<NoKeys> {
    /// The verifier with the keys of one tenant. Cheap: it shares the prepared scheme, so make one per request.
    ///
    /// # Security
    ///
    /// The keys decide who is believed: find the tenant by what the request names (a path, a host), never by trying the keys
    /// of several tenants, and give the tenant to the [`Scope`](crate::Scope) of a replay store.
    ///
    /// Nothing is looked at here: if the keys are of another kind than the scheme needs, every delivery is a
    /// [`WrongKeyKind`](crate::Rejection::WrongKeyKind), which is answered with 500, so that senders keep it.
    pub fn with_keys<S: KeySource>(&self, keys: S) -> Verifier<S>
    where
        S::Key: VerifyKey,
    {
        Verifier { setup: Arc::clone(&self.setup), keys }
    }
}
