//! Processing a delivery once, however many copies of it arrive.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::time::Duration;

use crate::error::SetupError;
use crate::keyring::CLOCK_SLACK;
use crate::replay::{Claim, ClaimToken, ReplayKey, ReplayStore, Scope};
use crate::verifier::{Verified, Verifier};

const LONGEST_LEASE: Duration = Duration::from_secs(24 * 3600);
const LONGEST_KEEP: Duration = Duration::from_secs(400 * 24 * 3600);

/// Runs a handler once for all copies of a delivery: claim, work, commit.
///
/// ```
/// use core::time::Duration;
/// use hookring::{Guard, Keyring, MemoryReplayStore, Message, Outcome, Scope, Secret, SecretFormat, SignWith, Signer};
/// use hookring::{Timestamp, Verifier, providers};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// # let signed = Signer::new(providers::STRIPE, ring.clone(), SignWith::Current)?.sign(&Message::new(b"{}"), Timestamp::now())?;
/// # let headers: Vec<_> = signed.iter().collect();
/// let verifier = Verifier::new(providers::STRIPE, ring)?;
/// let store = MemoryReplayStore::new(100_000, 64 << 20);
/// let guard = Guard::new(store, &verifier, Scope::new("billing")?, Duration::from_secs(60))?;
///
/// for expected in [200, 200] {
///     let verified = verifier.verify(&headers, b"{}")?;
///     let outcome = guard.process(verified, async |body: &[u8; 2]| Ok::<_, std::io::Error>(body.len())).await;
///     assert_eq!(outcome.status(), expected);
/// }
/// # let outcome = guard.process(verifier.verify(&headers, b"{}")?, async |_| Ok::<_, std::io::Error>(0)).await;
/// assert!(matches!(outcome, Outcome::Duplicate));
/// # Ok(())
/// # }
/// ```
///
/// # Which constructor
///
/// - [`Guard::new`]: deliveries are told apart by their signed content, which has a timestamp. A copy is acceptable only
///   within the verifier's tolerance, so that is how long it is remembered.
/// - [`Guard::with_keep`]: deliveries are told apart by an id, signed or read from the body, or have no timestamp. Retries
///   come under the same id with new timestamps, so each is remembered for the sender's whole retry schedule. Only this
///   guard has [`process_event`](Guard::process_event):
///
/// ```compile_fail
/// # async fn f<S: hookring::ReplayStore>(store: S, verifier: hookring::Verifier, verified: hookring::Verified<&[u8]>) {
/// use hookring::{Guard, Scope};
/// let guard = Guard::new(store, &verifier, Scope::new("billing").unwrap(), core::time::Duration::from_secs(60)).unwrap();
/// let _ = guard.process_event("evt_1", verified, async |_| Ok::<_, std::io::Error>(())).await;
/// # }
/// ```
///
/// The counterpart that compiles:
///
/// ```
/// # async fn f<S: hookring::ReplayStore>(store: S, verified: hookring::Verified<&[u8]>) {
/// use hookring::{Guard, Scope};
/// use core::time::Duration;
/// let three_days = Duration::from_secs(3 * 24 * 3600);
/// let guard = Guard::with_keep(store, Scope::new("billing").unwrap(), Duration::from_secs(60), three_days).unwrap();
/// let _ = guard.process_event("evt_1", verified, async |_| Ok::<_, std::io::Error>(())).await;
/// # }
/// ```
///
/// # Guarantee
///
/// No delivery is lost: only what was committed is answered as a duplicate, and a handler that fails, is cancelled or
/// crashes leaves the delivery to a retry. Two handlers never hold one delivery at once. A handler may run **again** for
/// the same delivery if its process dies between its effect and the commit, or if it outlives its lease. For exactly one
/// effect, write it in the transaction that commits the claim, with `PostgresReplayStore::commit_in` (feature `postgres`).
///
/// # Lease
///
/// Longer than the slowest handler and the store's own time-outs. If a process dies, its deliveries wait that long for their
/// next try. A handler that may take longer makes the calls of [`ReplayStore`] itself, and renews.
pub struct Guard<R, K = Kept> {
    store: R,
    scope: Scope,
    lease: Duration,
    keep: Duration,
    /// How long a delivery is remembered whose copies are acceptable at any age.
    ageless: Duration,
    kind: PhantomData<fn() -> K>,
}

/// Marks a [`Guard`] that remembers for the verifier's tolerance.
#[derive(Clone, Copy, Debug)]
pub struct Windowed(());

/// Marks a [`Guard`] that remembers for as long as its caller chose.
#[derive(Clone, Copy, Debug)]
pub struct Kept(());

/// What became of a delivery, and what to answer.
///
/// | outcome | status | the sender |
/// |---|---|---|
/// | `Processed` | 200 | is done |
/// | `Duplicate` | 200 | is done |
/// | `InProgress` | 503 with `Retry-After` | retries |
/// | `Failed` | 500 | retries |
/// | `LeaseLost` | 500 | retries |
/// | `StoreUnavailable` | 503 | retries |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the answer to the sender is in here"]
pub enum Outcome<T, E, X> {
    /// The handler succeeded, and copies are duplicates from now on.
    Processed(T),
    /// It was processed before. The handler did not run.
    Duplicate,
    /// A copy is being processed. The handler did not run.
    InProgress {
        /// When the lease of that one ends.
        retry_after: Duration,
    },
    /// The handler failed. The delivery is free for a retry.
    Failed(E),
    /// The handler succeeded, but took longer than its lease: another one may have run meanwhile, or may still be running.
    LeaseLost(T),
    /// The store could not be asked.
    StoreUnavailable {
        /// Why.
        error: X,
        /// `None` if the handler did not run; otherwise what it returned: it succeeded, and it is not known whether that
        /// is remembered.
        worked: Option<T>,
    },
}

impl<T, E, X> Outcome<T, E, X> {
    /// The HTTP status to answer: 2xx only if the delivery is remembered as processed.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Processed(_) | Self::Duplicate => 200,
            Self::Failed(_) | Self::LeaseLost(_) => 500,
            Self::InProgress { .. } | Self::StoreUnavailable { .. } => 503,
        }
    }

    /// The value of a `Retry-After` header (RFC 9110, section 10.2.3) in whole seconds, at least one; `None` for outcomes
    /// without one.
    #[must_use]
    pub const fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::InProgress { retry_after } => {
                let up = retry_after.as_secs().saturating_add((retry_after.subsec_nanos() > 0) as u64);
                Some(if up == 0 { 1 } else { up })
            }
            _ => None,
        }
    }

    /// A stable label for metrics, such as `"duplicate"`. Watch `in_progress` and `lease_lost`: they mean that the lease
    /// is too short, or that senders retry a delivery that no handler finishes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Processed(_) => "processed",
            Self::Duplicate => "duplicate",
            Self::InProgress { .. } => "in_progress",
            Self::Failed(_) => "failed",
            Self::LeaseLost(_) => "lease_lost",
            Self::StoreUnavailable { .. } => "store_unavailable",
        }
    }
}

impl<R: ReplayStore> Guard<R, Windowed> {
    /// A guard for the deliveries of this verifier, which are remembered for as long as it accepts copies: its tolerance
    /// both ways and five minutes for clocks that differ. A delivery that came through another verifier is remembered for
    /// as long as that one accepts copies, or for 400 days if it accepts any age.
    ///
    /// # Errors
    ///
    /// [`SetupError::NoWindow`] if the scheme signs no timestamp, or the verifier accepts any age.
    /// [`SetupError::NeedsKeep`] if the scheme signs an id: retries come under the same id long after the tolerance.
    /// [`SetupError::BadLease`].
    pub fn new<S>(store: R, verifier: &Verifier<S>, scope: Scope, lease: Duration) -> Result<Self, SetupError> {
        if verifier.signs_id() {
            return Err(SetupError::NeedsKeep);
        }
        let window = verifier.window().ok_or(SetupError::NoWindow)?;
        Self::checked(store, scope, lease, window_keep(window).max(lease), LONGEST_KEEP)
    }
}

impl<R: ReplayStore> Guard<R, Kept> {
    /// A guard that remembers what was processed for `keep`: at least the sender's whole retry schedule, and the verifier's
    /// tolerance both ways. For a scheme without a timestamp a copy is acceptable for as long as its key is valid, and
    /// `keep` is the only protection against it.
    ///
    /// # Errors
    ///
    /// [`SetupError::BadLease`] and [`SetupError::BadKeep`].
    pub fn with_keep(store: R, scope: Scope, lease: Duration, keep: Duration) -> Result<Self, SetupError> {
        Self::checked(store, scope, lease, keep, keep)
    }

    /// Processes an event whose id the caller read from the *verified* body, as with Stripe and Slack: retries that were
    /// signed anew are duplicates too. An id from an unsigned header must not be used: whoever leaves it out or changes it
    /// gets a copy processed again.
    ///
    /// Otherwise as [`Guard::process`].
    pub async fn process_event<B, T, E, Fut>(
        &self,
        event_id: &str,
        verified: Verified<B>,
        work: impl FnOnce(B) -> Fut,
    ) -> Outcome<T, E, R::Error>
    where
        Fut: Future<Output = Result<T, E>>,
    {
        let (key, keep) = (verified.event_key(&self.scope, event_id), self.keep_for(&verified));
        self.run(key, keep, move || work(verified.into_body())).await
    }

    /// Processes the delivery of a key that the caller made, as for a streamed body
    /// ([`Verified::replay_key`](Verified::replay_key)).
    ///
    /// Otherwise as [`Guard::process`].
    ///
    /// # Security
    ///
    /// The delivery is not seen here, so it is remembered for [`keep`](Self::keep) and no longer, whatever its verifier
    /// tolerates. A keep that is shorter than the tolerance both ways lets a late copy be processed again.
    pub async fn process_key<T, E, Fut>(&self, key: ReplayKey, work: impl FnOnce() -> Fut) -> Outcome<T, E, R::Error>
    where
        Fut: Future<Output = Result<T, E>>,
    {
        self.run(key, self.keep, work).await
    }
}

impl<R: ReplayStore, K> Guard<R, K> {
    fn checked(store: R, scope: Scope, lease: Duration, keep: Duration, ageless: Duration) -> Result<Self, SetupError> {
        if lease < Duration::from_millis(1) || lease > LONGEST_LEASE {
            return Err(SetupError::BadLease);
        }
        if keep < lease || keep > LONGEST_KEEP {
            return Err(SetupError::BadKeep);
        }
        Ok(Self { store, scope, lease, keep, ageless, kind: PhantomData })
    }

    /// Processes a delivery, unless a copy of it was processed or is being processed.
    ///
    /// The body goes to `work`, and the claim is committed after it has succeeded; answer with [`Outcome::status`]. If this
    /// future is dropped or `work` panics, the claim is left to the end of its lease, or released at once by a store that
    /// can ([`ReplayStore::abandon`]).
    pub async fn process<B: AsRef<[u8]>, T, E, Fut>(
        &self,
        verified: Verified<B>,
        work: impl FnOnce(B) -> Fut,
    ) -> Outcome<T, E, R::Error>
    where
        Fut: Future<Output = Result<T, E>>,
    {
        let (key, keep) = (verified.replay_key(&self.scope), self.keep_for(&verified));
        self.run(key, keep, move || work(verified.into_body())).await
    }

    /// The store, for those who make its calls themselves.
    pub const fn store(&self) -> &R {
        &self.store
    }

    /// The endpoint or tenant.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// How long a handler may take.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        self.lease
    }

    /// How long what was processed is remembered: longer if copies of a delivery are acceptable for longer.
    #[must_use]
    pub const fn keep(&self) -> Duration {
        self.keep
    }

    /// Never shorter than copies of this delivery are acceptable, whichever verifier it came through, except that nothing
    /// is remembered for more than 400 days.
    fn keep_for<B>(&self, verified: &Verified<B>) -> Duration {
        verified.window().map_or(self.ageless, |window| self.keep.max(window_keep(window).min(LONGEST_KEEP)))
    }

    async fn run<T, E, Fut>(&self, key: ReplayKey, keep: Duration, work: impl FnOnce() -> Fut) -> Outcome<T, E, R::Error>
    where
        Fut: Future<Output = Result<T, E>>,
    {
        let token = match self.store.claim(key, self.lease).await {
            Ok(Claim::Fresh(token)) => token,
            Ok(Claim::InProgress { retry_after }) => return Outcome::InProgress { retry_after },
            Ok(Claim::Done) => return Outcome::Duplicate,
            Err(error) => return Outcome::StoreUnavailable { error, worked: None },
        };
        let unfinished = Unfinished { store: &self.store, token };
        let result = work().await;
        // From here on the effect is there: even if this is cancelled, the claim must not be given away at once.
        core::mem::forget(unfinished);
        match result {
            Ok(value) => match self.store.commit(token, keep).await {
                Ok(true) => Outcome::Processed(value),
                Ok(false) => Outcome::LeaseLost(value),
                Err(error) => Outcome::StoreUnavailable { error, worked: Some(value) },
            },
            Err(error) => {
                // If it cannot be released now, its lease ends it.
                let _ = self.store.release(token).await;
                Outcome::Failed(error)
            }
        }
    }
}

/// From the earliest copy that is accepted to the last one, and some more because clocks differ.
const fn window_keep((past, future): (Duration, Duration)) -> Duration {
    past.saturating_add(future).saturating_add(CLOCK_SLACK)
}

/// A claim whose work is under way. Dropped only if the work is cancelled or panics.
struct Unfinished<'g, R: ReplayStore> {
    store: &'g R,
    token: ClaimToken,
}

impl<R: ReplayStore> Drop for Unfinished<'_, R> {
    fn drop(&mut self) {
        self.store.abandon(self.token);
    }
}

impl<R: Clone, K> Clone for Guard<R, K> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), scope: self.scope.clone(), kind: PhantomData, ..*self }
    }
}

impl<R, K> fmt::Debug for Guard<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("scope", &self.scope)
            .field("lease", &self.lease)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
