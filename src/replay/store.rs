//! What a store of processed deliveries does: claim, renew, commit, release.

use core::future::Future;
use core::time::Duration;

use super::ReplayKey;

/// A store that remembers which deliveries are being processed and which are done.
///
/// [`Guard`](crate::Guard) makes the calls in the right order. They are public for those who commit inside a database
/// transaction of their own: claim → work → commit, or release if the work failed.
///
/// # Guarantees
///
/// - **One holder.** While a claim's lease lasts, nobody else gets [`Claim::Fresh`] for its key. `claim` is one atomic
///   step, never a look-up and then a write.
/// - **Fencing.** Once another claim of the key succeeded, the older token neither renews nor commits nor releases.
/// - **Done stays done.** After a successful commit the key is [`Claim::Done`] for `keep`.
/// - **Errors are not answers.** A store that cannot be asked says so; it never answers `Fresh` unchecked.
/// - **One clock.** Leases and keeps run by the store's clock: a client whose clock jumps changes nothing.
///
/// How far these survive a crash differs from store to store and is in its documentation. A store may accept a
/// `commit` or `renew` after the lease has run out as long as nobody claimed the key since: the work was not repeated.
///
/// # For implementers
///
/// A call whose answer was lost may have taken effect. A claim that nobody knows of ends with its lease; the same `commit`
/// made twice should answer `true` twice.
pub trait ReplayStore: Send + Sync {
    /// Why the store could not be asked, or cannot remember more.
    type Error: core::error::Error + Send + Sync + 'static;

    /// Claims a key for `lease`, if it is neither claimed nor done.
    ///
    /// # Errors
    ///
    /// The store's own. Nothing is known then: do not process the delivery, answer 503.
    fn claim(&self, key: ReplayKey, lease: Duration) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// Extends the claim to `lease` from now on. `false`: it is lost, stop working.
    ///
    /// # Errors
    ///
    /// The store's own. The lease may or may not have been extended.
    fn renew(&self, token: ClaimToken, lease: Duration) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Ends the claim: the delivery was processed, and copies are duplicates for `keep`.
    ///
    /// `false`: the lease ran out and the claim is lost. Another worker may be processing the delivery, or have done so.
    ///
    /// # Errors
    ///
    /// The store's own. The delivery may or may not be remembered as processed.
    fn commit(&self, token: ClaimToken, keep: Duration) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Ends the claim: the work failed without an effect, and the next copy may try again at once. Does nothing if the
    /// claim is lost or committed.
    ///
    /// # Errors
    ///
    /// The store's own. Then the lease ends the claim.
    fn release(&self, token: ClaimToken) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Called from a destructor when a handler was cancelled or panicked: it must not block, wait or panic.
    ///
    /// The default does nothing, so the lease ends the claim. A store that can release at once, without waiting for
    /// anything, does so; a claim that is lost or committed must stay as it is.
    #[expect(unused_variables, reason = "the default does nothing")]
    fn abandon(&self, token: ClaimToken) {}
}

/// A store behind a pointer.
macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<S: ReplayStore + ?Sized> ReplayStore for $pointer {
            type Error = S::Error;

            fn claim(&self, key: ReplayKey, lease: Duration) -> impl Future<Output = Result<Claim, Self::Error>> + Send {
                (**self).claim(key, lease)
            }

            fn renew(&self, token: ClaimToken, lease: Duration) -> impl Future<Output = Result<bool, Self::Error>> + Send {
                (**self).renew(token, lease)
            }

            fn commit(&self, token: ClaimToken, keep: Duration) -> impl Future<Output = Result<bool, Self::Error>> + Send {
                (**self).commit(token, keep)
            }

            fn release(&self, token: ClaimToken) -> impl Future<Output = Result<(), Self::Error>> + Send {
                (**self).release(token)
            }

            fn abandon(&self, token: ClaimToken) {
                (**self).abandon(token);
            }
        }
    )+};
}

forward!(&S, alloc::sync::Arc<S>);

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "only `Fresh` allows processing the delivery"]
pub enum Claim {
    /// Nobody processed the delivery or is doing so: it is yours until the lease ends.
    Fresh(ClaimToken),
    /// Another worker is processing it. Answer 503: if that one fails, a later retry has to find the delivery free.
    InProgress {
        /// When that worker's lease ends, unless it is renewed.
        retry_after: Duration,
    },
    /// It was processed. A duplicate is normal, not an attack: answer 200.
    Done,
}

/// Proof of a claim: what [`ReplayStore::commit`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a claim that is neither committed nor released blocks its delivery until the lease ends"]
pub struct ClaimToken {
    key: ReplayKey,
    fence: u64,
    nonce: u64,
}

impl ClaimToken {
    /// A token, for implementers of a store.
    ///
    /// `fence` grows with every claim of a key. `nonce` tells claims apart where the fence alone might not, 0 where it does.
    ///
    /// A store compares it with what it holds: a token that it did not give out proves nothing. Callers get theirs from
    /// [`ReplayStore::claim`].
    pub const fn new(key: ReplayKey, fence: u64, nonce: u64) -> Self {
        Self { key, fence, nonce }
    }

    /// The key that is claimed.
    #[must_use]
    pub const fn key(&self) -> ReplayKey {
        self.key
    }

    /// Grows with every claim of this key. A system that keeps the highest fence it has seen can refuse a worker whose
    /// lease has run out.
    #[must_use]
    pub const fn fence(&self) -> u64 {
        self.fence
    }

    /// Tells claims with the same fence apart.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        self.nonce
    }
}
