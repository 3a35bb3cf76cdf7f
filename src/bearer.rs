//! Checking a secret that is presented as it is: `Authorization: Bearer`, optionally `?token=`, another header, Basic
//! credentials or a piece of the path.

mod carried;
mod presented;
mod query;
mod slow;
#[cfg(test)]
mod tests;
mod token;

use alloc::sync::Arc;
use core::fmt;

use subtle::{Choice, ConditionallySelectable};

pub use presented::Presented;
pub use query::redact_query;

use crate::carrier::Carrier;
use crate::error::{Field, Rejection, SetupError};
use crate::hashed::PresentedKey;
use crate::headers::{Headers, Name};
use crate::key::{Identity, Key};
use crate::keyring::{Duty, KeySource, Keyring, Live, Status};
use crate::time::Timestamp;
use crate::verifier::NoKeys;
use carried::{Carried, Found};
use slow::Slow;

/// The name of the scheme in verdicts and replay keys.
pub(crate) const BEARER: &str = "bearer";
/// Longer tokens are refused unread: no secret is longer.
const MAX_TOKEN: usize = 4096;

/// Checks secrets that are presented as bearer tokens, over a ring of secrets or of their stored hashes.
///
/// ```
/// use core::time::Duration;
/// use hookring::{BearerVerifier, Keyring, Rejection, Role, Secret, SecretFormat, SharedKeyring, Sha256Hash, Timestamp};
///
/// let now = Timestamp::now();
/// let secret = Secret::generate(SecretFormat::Base64Url)?;
/// let ring = SharedKeyring::new(Keyring::new(Sha256Hash::of(&secret)?, now).ring);
/// let verifier = BearerVerifier::new(ring.clone(), 0);
///
/// let headers = [("authorization", format!("Bearer {}", secret.reveal()))];
/// assert_eq!(verifier.check(&headers, None)?.role(), Role::Current);
///
/// // The secret is rotated; for an hour the old one is still accepted.
/// let new = Secret::generate(SecretFormat::Base64Url)?;
/// ring.replace(ring.load().rotate(Sha256Hash::of(&new)?, Duration::from_secs(3600), now)?.ring)?;
/// assert_eq!(verifier.check(&headers, None)?.role(), Role::Previous);
/// assert_eq!(verifier.check(&[("authorization", "Bearer guess")], None), Err(Rejection::TokenMismatch));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What is accepted
///
/// One `Authorization` line: `Bearer` in any letter case, one or more spaces, the token. The token is compared as it is.
/// Another scheme, or the scheme alone, is no token. With [`BearerVerifier::allow_query`] a token may come in the query
/// instead, but not in both. [`BearerVerifier::carried_by`] takes it from another place altogether.
///
/// # Slow hashes
///
/// A bcrypt check takes a third of a second of a core, so whoever can send requests could occupy every core. At most
/// `slow_at_once` checks compute at the same time; beyond that the answer is [`Rejection::Busy`] at once, nothing waits.
/// What matched is remembered, as a MAC under a random key of this verifier, for as long as its stored key is live: a
/// caller that keeps presenting the same secret costs one slow check per process, and is served while others get `Busy`.
/// Keep the verifier, therefore, and share it (cloning shares); do not make one per request. On an async runtime run
/// [`BearerVerifier::check`] over slow hashes with `spawn_blocking`.
///
/// # Security
///
/// A token proves who sends, nothing about the body: whoever sees one request can send others. Prefer signatures
/// ([`Verifier`](crate::Verifier)) where the sender can make them.
///
/// All live keys that are not slow are always tried, in constant time. Slow ones are tried until one matches, so only
/// somebody who holds a secret can measure which one it is.
pub struct BearerVerifier<S = Keyring> {
    shared: Arc<Shared>,
    carried: Carried,
    query: Option<Arc<str>>,
    keys: S,
}

/// What clones and tenants share.
struct Shared {
    authorization: Name,
    slow: Slow,
}

impl<S: KeySource> BearerVerifier<S>
where
    S::Key: PresentedKey,
{
    /// A verifier over a ring.
    ///
    /// `slow_at_once` is how many slow checks may compute at the same time, over all clones: less than the number of
    /// cores. It has no meaning for keys that are not slow; zero refuses every slow check with [`Rejection::Busy`].
    pub fn new(keys: S, slow_at_once: u16) -> Self {
        Self { shared: Shared::new(slow_at_once), carried: Carried::Bearer, query: None, keys }
    }

    /// Checks a request at this moment. `query` is the part after the `?`, still percent-encoded.
    ///
    /// # Errors
    ///
    /// [`Rejection`], with the status to answer and a reason for the log. See [`BearerVerifier::check_at`].
    pub fn check(&self, headers: &(impl Headers + ?Sized), query: Option<&str>) -> Result<Presented, Rejection> {
        self.check_at(headers, query, Timestamp::now())
    }

    /// Checks a request at a given time.
    ///
    /// # Errors
    ///
    /// [`Rejection::Missing`] or [`Rejection::Ambiguous`] of [`Field::Token`]; [`Rejection::TokenMismatch`], also for a
    /// token in the query that is not percent-encoded UTF-8; [`Rejection::NoLiveKey`]; [`Rejection::Busy`].
    pub fn check_at(
        &self,
        headers: &(impl Headers + ?Sized),
        query: Option<&str>,
        now: Timestamp,
    ) -> Result<Presented, Rejection> {
        self.identify(headers, query, now).map(|(presented, _)| presented)
    }

    /// As `check_at`, and gives also what finds the key again once the body has arrived.
    pub(crate) fn identify(
        &self,
        headers: &(impl Headers + ?Sized),
        query: Option<&str>,
        now: Timestamp,
    ) -> Result<(Presented, Identity), Rejection> {
        let ring = self.live_ring(now)?;
        let in_header = self.carried.find(&headers, &self.shared.authorization)?;
        let in_query = match (self.query.as_deref(), query) {
            (Some(parameter), Some(query)) => query::value(query, parameter)?,
            _ => None,
        };
        match (in_header, in_query) {
            (Some(_), Some(_)) => Err(Rejection::Ambiguous(Field::Token)),
            (Some(Found::Plain(token)), None) => self.judge(&ring, token, false, now),
            (Some(Found::Decoded { room, from }), None) => self.judge(&ring, room.get(from..).unwrap_or_default(), false, now),
            (Some(Found::NotOurs), None) => Err(Rejection::TokenMismatch),
            (None, Some(value)) => {
                let token = query::decode(value).ok_or(Rejection::TokenMismatch)?;
                self.judge(&ring, &token, true, now)
            }
            (None, None) => Err(Rejection::Missing(Field::Token)),
        }
    }

    /// Checks a token that the caller took from elsewhere, such as a segment of the path, already decoded.
    ///
    /// ```
    /// use hookring::{BearerVerifier, Derivation, Derived, Keyring, Secret, SecretFormat, Timestamp};
    ///
    /// // Trigger URLs whose last segment is derived from one master: nothing to store per workflow.
    /// let now = Timestamp::now();
    /// let master = Keyring::new(Secret::generate(SecretFormat::Utf8)?, now).ring;
    /// let tokens = Derived::new(master, Derivation::labelled("url token", &["workflow-23"])?);
    /// let url = format!("https://hooks.example/workflow-23/{}", *tokens.current_token().ok_or("suspended")?);
    ///
    /// let verifier = BearerVerifier::new(tokens, 0);
    /// let segment = url.rsplit('/').next().unwrap_or_default();
    /// assert!(verifier.check_token(segment.as_bytes(), now).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A token in a URL is in the logs of every hop, in browser histories and in `Referer` headers. Log the route
    /// (`/{workflow}/{token}`), not the path.
    ///
    /// # Errors
    ///
    /// [`Rejection::Missing`] for an empty token, [`Rejection::TokenMismatch`], [`Rejection::NoLiveKey`] or
    /// [`Rejection::Busy`].
    pub fn check_token(&self, token: &[u8], now: Timestamp) -> Result<Presented, Rejection> {
        self.judge(&self.live_ring(now)?, token, false, now).map(|(presented, _)| presented)
    }

    /// The status page of this receiver, for monitoring and for [`rollout::next`](crate::rollout::next).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        Status::of(&self.keys.ring(), Duty::Receiver, now)
    }

    /// The generation of the ring of this moment.
    pub(crate) fn generation(&self) -> u64 {
        self.keys.ring().generation()
    }

    /// Whether the key that matched is still in the ring, or left it only because its deadline passed.
    #[cfg(feature = "http-body")]
    pub(crate) fn still_counts(&self, presented: &Presented, key: &Identity, now: Timestamp) -> bool {
        let ran_out = presented.expires_at.is_some_and(|expires| expires <= now);
        self.keys.ring().still_counts(key, ran_out)
    }

    /// Whether a check may take a large part of a second.
    #[cfg(feature = "http-body")]
    pub(crate) fn is_slow(&self, now: Timestamp) -> bool {
        self.keys.ring().live(now).any(|live| live.key.is_slow())
    }

    /// The header that the token comes in, if it comes in one.
    #[cfg(feature = "http-body")]
    pub(crate) fn header(&self) -> Option<&Name> {
        self.carried.header(&self.shared.authorization)
    }

    /// The ring of this moment; an error if it has no live key, so that nobody can be accepted.
    fn live_ring(&self, now: Timestamp) -> Result<Keyring<S::Key>, Rejection> {
        let ring = self.keys.ring();
        if ring.live(now).next().is_none() { Err(Rejection::NoLiveKey) } else { Ok(ring) }
    }

    fn judge(
        &self,
        ring: &Keyring<S::Key>,
        token: &[u8],
        by_query: bool,
        now: Timestamp,
    ) -> Result<(Presented, Identity), Rejection> {
        if token.is_empty() {
            return Err(Rejection::Missing(Field::Token));
        }
        if token.len() > MAX_TOKEN {
            return Err(Rejection::TokenMismatch);
        }
        let live = match try_fast(ring, token, now) {
            Some(live) => live,
            None => self.try_slow(ring, token, now)?,
        };
        let presented = Presented {
            key: live.key.id(),
            label: live.key.label().cloned(),
            role: live.role,
            expires_at: live.expires_at,
            generation: ring.generation(),
            by_query,
        };
        Ok((presented, Identity::of(live.key)))
    }

    fn try_slow<'r>(&self, ring: &'r Keyring<S::Key>, token: &[u8], now: Timestamp) -> Result<Live<'r, S::Key>, Rejection> {
        let slow = &self.shared.slow;
        let mut keys = ring.live(now).filter(|live| live.key.is_slow()).peekable();
        if keys.peek().is_none() {
            return Err(Rejection::TokenMismatch);
        }
        // A caller who was accepted before needs no slot, so that a flood of guesses does not lock out honest callers.
        if let Some(known) = slow.recall(ring, token, now) {
            return Ok(known);
        }
        let _slot = slow.enter().ok_or(Rejection::Busy)?;
        let live = keys.find(|live| live.key.matches(token)).ok_or(Rejection::TokenMismatch)?;
        // That took long enough for the key to have been revoked.
        if !self.keys.ring().holds(&live.key.fingerprint()) {
            return Err(Rejection::TokenMismatch);
        }
        slow.remember(ring, &live.key.fingerprint(), token);
        Ok(live)
    }
}

/// The key that is not slow and matches. Every one of them is tried; only at the end does the result become a branch.
fn try_fast<'r, K: PresentedKey>(ring: &'r Keyring<K>, token: &[u8], now: Timestamp) -> Option<Live<'r, K>> {
    let mut found = Choice::from(0);
    let mut which = 0_u8;
    for (live, place) in ring.live(now).zip(0_u8..).filter(|(live, _)| !live.key.is_slow()) {
        let hit = Choice::from(u8::from(live.key.matches(token)));
        which = u8::conditional_select(&which, &place, hit & !found);
        found |= hit;
    }
    if bool::from(found) { ring.live(now).nth(usize::from(which)) } else { None }
}

impl<S> BearerVerifier<S> {
    /// Also accepts the token as the value of this query parameter. Off by default: without it, queries are ignored.
    ///
    /// The parameter's name is given decoded. Names and values of the query are percent-decoded once, and a `+` stays a plus.
    ///
    /// One parameter is read: a second call replaces the name of the first, and an empty name allows nothing again. After
    /// [`carried_by`](Self::carried_by) with [`Carrier::Query`] that parameter is the one which is replaced; with an empty name
    /// there is no place left, and every request is refused.
    ///
    /// ```
    /// use hookring::{BearerVerifier, Field, Keyring, Rejection, Secret, SecretFormat, Timestamp};
    ///
    /// let secret = Secret::generate(SecretFormat::Base64Url)?;
    /// let query = format!("v=2&token={}", secret.reveal());
    /// let header = [("Authorization", format!("Bearer {}", secret.reveal()))];
    /// let none: [(&str, &str); 0] = [];
    ///
    /// let strict = BearerVerifier::new(Keyring::new(secret, Timestamp::now()).ring, 0);
    /// assert_eq!(strict.check(&none, Some(&query)), Err(Rejection::Missing(Field::Token)));
    /// let lenient = strict.clone().allow_query("token");
    /// assert!(lenient.check(&none, Some(&query))?.by_query());
    /// assert_eq!(lenient.check(&header, Some(&query)), Err(Rejection::Ambiguous(Field::Token)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// URLs are logged by every hop: proxies, load balancers, the server itself, monitoring. Each of those logs then
    /// holds the secret. Allow it only for senders that can do nothing else, give them a secret of their own, watch
    /// [`Presented::by_query`], and pass what you log yourself through [`redact_query`].
    #[must_use]
    pub fn allow_query(self, parameter: &str) -> Self {
        Self { query: (!parameter.is_empty()).then(|| parameter.into()), ..self }
    }
}

impl<S> BearerVerifier<S> {
    /// Takes the secret from this place instead of from `Authorization: Bearer`. The real providers are in
    /// [`providers::tokens`](crate::providers::tokens).
    ///
    /// ```
    /// use hookring::{BearerVerifier, Carrier, Keyring, Secret, SecretFormat, SecretPolicy, Timestamp};
    ///
    /// let secret = Secret::parse("bCk2zr8q:made-up:5Tn1", SecretFormat::Utf8, &SecretPolicy::provider())?;
    /// let ring = Keyring::new(secret, Timestamp::now()).ring;
    /// let verifier = BearerVerifier::new(ring, 0).carried_by(Carrier::Basic { user: Some("hooks") })?;
    /// // base64 of "hooks:bCk2zr8q:made-up:5Tn1"
    /// let headers = [("authorization", "Basic aG9va3M6YkNrMnpyOHE6bWFkZS11cDo1VG4x")];
    /// assert!(verifier.check(&headers, None).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SetupError::Scheme`]: a header name that HTTP does not allow, an empty parameter, a user name with a colon.
    /// [`SetupError::TwoQueryParameters`]: [`Carrier::Query`] where [`allow_query`](Self::allow_query) names one already.
    pub fn carried_by(self, carrier: Carrier<'_>) -> Result<Self, SetupError> {
        let (carried, query) = self.carried.replaced(carrier, self.query)?;
        Ok(Self { carried, query, ..self })
    }
}

impl BearerVerifier<NoKeys> {
    /// A verifier for many tenants: it has no keys and no `check`, only [`BearerVerifier::with_keys`]. The bound on slow
    /// checks is one for all of them.
    ///
    /// ```
    /// use hookring::{BearerVerifier, Keyring, Secret, SecretFormat, Sha256Hash, Timestamp};
    ///
    /// let shared = BearerVerifier::per_tenant(1);
    /// let secret = Secret::generate(SecretFormat::Base64Url)?;
    /// let ring_of_tenant = Keyring::new(Sha256Hash::of(&secret)?, Timestamp::now()).ring;
    /// let headers = [("Authorization", format!("Bearer {}", secret.reveal()))];
    /// assert!(shared.with_keys(&ring_of_tenant).check(&headers, None).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn per_tenant(slow_at_once: u16) -> Self {
        Self { shared: Shared::new(slow_at_once), carried: Carried::Bearer, query: None, keys: NoKeys::new() }
    }

    /// The verifier with the keys of one tenant. Cheap: it shares the bound and what is remembered.
    pub fn with_keys<S: KeySource>(&self, keys: S) -> BearerVerifier<S>
    where
        S::Key: PresentedKey,
    {
        BearerVerifier { shared: Arc::clone(&self.shared), carried: self.carried.clone(), query: self.query.clone(), keys }
    }
}

impl Shared {
    fn new(slow_at_once: u16) -> Arc<Self> {
        Arc::new(Self { authorization: Name::authorization(), slow: Slow::new(slow_at_once) })
    }
}

impl<S: Clone> Clone for BearerVerifier<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            carried: self.carried.clone(),
            query: self.query.clone(),
            keys: self.keys.clone(),
        }
    }
}

impl<S> fmt::Debug for BearerVerifier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerVerifier")
            .field("carried", &self.carried)
            .field("query", &self.query)
            .field("slow_at_once", &self.shared.slow.at_once())
            .finish_non_exhaustive()
    }
}
