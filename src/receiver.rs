//! Receiving deliveries over HTTP: method, limits, keys, proof and answer, for any framework on the crate `http`.
//!
//! [`axum`](crate::axum) and [`tower`](crate::tower) are thin layers over the [`Receiver`] of this module.

mod body;
mod endpoint;
mod proof;
mod refusal;
mod tenants;
mod watch;

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error;
use core::fmt;
use core::future::Future;
use core::time::Duration;

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use http_body::Body;

pub use endpoint::Endpoint;
pub use proof::{Admitted, Proof, Received};
pub use refusal::{Refusal, UnknownTenant};
pub use tenants::{Lookup, last_segment, segment};

use crate::bearer::BearerVerifier;
use crate::error::Rejection;
use crate::hashed::PresentedKey;
use crate::key::VerifyKey;
use crate::keyring::KeySource;
use crate::time::Timestamp;
use crate::verdict::Verdict;
use crate::verifier::{Verified, Verifier};
use tenants::{AnyLookup, ByPart};
use watch::Watch;

/// The longest body, unless configured: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1 << 20;
/// The longest time that a body may take, unless configured: 30 seconds.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Verifies HTTP requests of one endpoint, or of many tenants, before a handler sees them.
///
/// `P` is what it yields: [`Verified<Bytes>`] of schemes that sign, [`Admitted`] of presented secrets, [`Received`] of
/// tenants that differ. Cheap to clone; limits are per value, so one route may have others than the next.
///
/// What happens, in this order: the method is looked at, the tenant looked up, the head verified as far as it goes, the
/// body read up to the limit and hashed as it comes, the verdict given. The first failure is the answer:
///
/// | status | when |
/// |---|---|
/// | 401 | missing, malformed, wrong or stale signature or token; wrong method; unknown tenant. One text for all |
/// | 404 | unknown tenant, if [so configured](Receiver::unknown_tenant) |
/// | 413 | body beyond the limit, declared or chunked |
/// | 408 | body not complete in time |
/// | 400 | body that breaks off |
/// | 500 | no live key, or one of the wrong kind: a [fault of ours](Rejection::is_our_fault), so that senders try again |
/// | 503 | too many slow checks, or the look-up of the tenant failed; with `Retry-After` |
///
/// ```
/// use hookring::receiver::{Receiver, last_segment};
/// use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, providers};
///
/// // One endpoint.
/// let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// let receiver = Receiver::new(Verifier::new(providers::GITHUB, ring.clone())?)
///     .body_limit(25 << 20); // GitHub sends up to 25 MB; the default is 1 MiB
///
/// // Many: the last segment of the path says whose keys count.
/// let shared = Verifier::builder(providers::GITHUB).build_per_tenant()?;
/// let receiver = Receiver::per_tenant(last_segment, move |tenant: String| {
///     let found = (tenant == "acme").then(|| shared.with_keys(ring.clone())); // a query in real life
///     async move { Ok::<_, std::io::Error>(found) }
/// });
/// # let _: Receiver = receiver;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// At most the limit and one piece of a body are held in memory, and nothing beyond the limit is hashed. Where headers
/// alone decide, the body is not read. Trailers are dropped, because nothing signs them.
#[must_use]
pub struct Receiver<P = Verified<Bytes>> {
    keys: Keys<P>,
    methods: Arc<[Method]>,
    limit: usize,
    timeout: Option<Duration>,
    unknown: UnknownTenant,
    hook: Option<Arc<Hook>>,
    clock: Option<Arc<dyn Fn() -> Timestamp + Send + Sync>>,
}

type Hook = dyn Fn(&Parts, &Verdict) + Send + Sync;

enum Keys<P> {
    One(Endpoint<P>),
    PerTenant(Arc<dyn AnyLookup<P>>),
}

impl Receiver {
    /// A receiver of one endpoint whose sender signs.
    pub fn new<S: KeySource + 'static>(verifier: Verifier<S>) -> Self
    where
        S::Key: VerifyKey,
    {
        Self::of(Keys::One(verifier.into()))
    }
}

impl Receiver<Admitted> {
    /// A receiver of one endpoint whose sender presents a secret: `Authorization: Bearer`, and `?token=` if the verifier
    /// [allows it](BearerVerifier::allow_query). Slow hashes are checked on a thread for blocking work.
    pub fn bearer<S: KeySource + 'static>(verifier: BearerVerifier<S>) -> Self
    where
        S::Key: PresentedKey,
    {
        Self::of(Keys::One(verifier.into()))
    }
}

impl<P: 'static> Receiver<P> {
    /// A receiver of many tenants. `part` takes the tenant from the head of the request (see [`last_segment`] and
    /// [`segment`]), `find` looks it up: `Ok(None)` is an unknown tenant, an error is answered with 503.
    ///
    /// Tenants may have different schemes. With `Receiver<Received>` some may sign and others present a secret; then
    /// `find` returns an [`Endpoint`].
    pub fn per_tenant<T, I, F, Fut, N, E>(part: T, find: F) -> Self
    where
        T: Fn(&Parts) -> Option<I> + Send + Sync + 'static,
        I: 'static,
        F: Fn(I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<N>, E>> + Send + 'static,
        N: Into<Endpoint<P>> + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Self::with_lookup(ByPart { part, find })
    }

    /// A receiver of many tenants with a [`Lookup`] of one's own.
    pub fn with_lookup(lookup: impl Lookup<P>) -> Self {
        Self::of(Keys::PerTenant(Arc::new(lookup)))
    }
}

impl<P> Receiver<P> {
    fn of(keys: Keys<P>) -> Self {
        Self {
            keys,
            methods: Arc::new([Method::POST]),
            limit: DEFAULT_BODY_LIMIT,
            timeout: Some(DEFAULT_BODY_TIMEOUT),
            unknown: UnknownTenant::default(),
            hook: None,
            clock: None,
        }
    }

    /// The longest body in bytes; [`DEFAULT_BODY_LIMIT`] unless set. A body of exactly this length is accepted.
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { limit: bytes, ..self }
    }

    /// The longest time that a body may take from its head to its last byte; [`DEFAULT_BODY_TIMEOUT`] unless set.
    ///
    /// `None` waits for as long as the client keeps the connection: only for servers that watch over slow bodies themselves,
    /// as otherwise a few clients that send one byte a minute hold every connection. With a time-out,
    /// [`receive`](Self::receive) needs a Tokio runtime with timers.
    pub fn body_timeout(self, timeout: Option<Duration>) -> Self {
        Self { timeout, ..self }
    }

    /// The methods that are accepted; only `POST` unless set. Any other is answered with 401, like a bad signature; with an
    /// empty list every request is.
    pub fn methods(self, methods: &[Method]) -> Self {
        Self { methods: methods.into(), ..self }
    }

    /// What to answer for an unknown tenant: 401 unless set, the same as for a bad signature.
    ///
    /// # Security
    ///
    /// With 404 anybody can ask which tenants exist; where tenants are named after customers, leave it at 401. Some senders
    /// switch an endpoint off for good on a 404 or 410: during a fault of the look-up answer with an error instead of `None`.
    pub fn unknown_tenant(self, answer: UnknownTenant) -> Self {
        Self { unknown: answer, ..self }
    }

    /// Hands the [`Verdict`] of every request to the application, for its own metrics and logs, with the head of the request:
    /// its path, and whatever a layer in front put into its extensions, such as a request id or the tenant. Called once per
    /// request, also when the client goes away (`"abandoned"`).
    ///
    /// ```
    /// # use hookring::receiver::Receiver;
    /// # use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, providers};
    /// # let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
    /// let receiver = Receiver::new(Verifier::new(providers::GITHUB, ring)?).on_verdict(|head, verdict| {
    ///     println!("{} {}", head.uri.path(), verdict.code);
    /// });
    /// # let _: Receiver = receiver;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// It must not block, and it must not panic: it runs while the request is dropped, where a second panic ends the process.
    ///
    /// # Security
    ///
    /// Nothing in the head is authentic unless the verdict is [accepted](Verdict::is_accepted) and the scheme signs it. The
    /// target of a request may hold a presented secret: see [`redact_query`](crate::redact_query).
    pub fn on_verdict(self, hook: impl Fn(&Parts, &Verdict) + Send + Sync + 'static) -> Self {
        Self { hook: Some(Arc::new(hook)), ..self }
    }

    /// Another clock than the system's: for tests with recorded deliveries.
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Some(Arc::new(clock)), ..self }
    }

    fn now(&self) -> Timestamp {
        self.clock.as_ref().map_or_else(Timestamp::now, |clock| clock())
    }

    /// Receives a request, given as its head and its body.
    ///
    /// The target is path and query of `head.uri`. If a router in front took a prefix off, give the prefix to
    /// [`public_url`](crate::VerifierBuilder::public_url).
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the answer to give.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, or on one without timers, unless the [time-out](Self::body_timeout) is `None`. What a
    /// look-up, a hook or a clock of the application panics with is not caught.
    pub async fn receive<B: Body>(&self, head: &Parts, body: B) -> Result<P, Refusal>
    where
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut watch = Watch::new(self.hook.as_deref(), head);
        let outcome = self.judge(head, body, &mut watch).await;
        watch.end(outcome.as_ref().err());
        outcome
    }

    async fn judge<B: Body>(&self, head: &Parts, body: B, watch: &mut Watch<'_>) -> Result<P, Refusal>
    where
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        if !self.methods.contains(&head.method) {
            return Err(Rejection::WrongMethod.into());
        }
        let endpoint = self.endpoint(head).await?;
        let check = endpoint.check();
        watch.expect(check);
        let mut progress = match check.begin(head, self.now()).await {
            Ok(progress) => progress,
            Err(why) => {
                watch.learn(check.rejected(why));
                return Err(why.into());
            }
        };
        let body = body::read(body, self.limit, self.timeout, |piece| progress.update(piece)).await;
        let body = body.map_err(|trouble| Refusal::of_body(trouble, self.limit))?;
        let (proof, verdict) = progress.finish(body, self.now());
        watch.learn(verdict);
        Ok(proof?)
    }

    async fn endpoint(&self, head: &Parts) -> Result<Endpoint<P>, Refusal> {
        match &self.keys {
            Keys::One(endpoint) => Ok(endpoint.clone()),
            Keys::PerTenant(lookup) => {
                let found = lookup.find(head).await.map_err(Refusal::of_lookup)?;
                found.ok_or(Refusal::UnknownTenant(self.unknown))
            }
        }
    }
}

impl<P> Clone for Keys<P> {
    fn clone(&self) -> Self {
        match self {
            Self::One(endpoint) => Self::One(endpoint.clone()),
            Self::PerTenant(lookup) => Self::PerTenant(Arc::clone(lookup)),
        }
    }
}

impl<P> Clone for Receiver<P> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            methods: Arc::clone(&self.methods),
            limit: self.limit,
            timeout: self.timeout,
            unknown: self.unknown,
            hook: self.hook.clone(),
            clock: self.clock.clone(),
        }
    }
}

impl<P> fmt::Debug for Receiver<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("methods", &self.methods)
            .field("body_limit", &self.limit)
            .field("body_timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
