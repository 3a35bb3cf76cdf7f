//! What a receiver hands to a handler.

use core::fmt;

use bytes::Bytes;

use crate::bearer::{BEARER, Presented};
use crate::replay::{ReplayKey, Scope, What};
use crate::verifier::Verified;

/// A request that presented a live secret, with its body.
///
/// # Security
///
/// The token says who sends. It says nothing about the body: whoever sees one request can send others.
#[derive(Clone)]
#[must_use]
pub struct Admitted {
    presented: Presented,
    body: Bytes,
}

impl Admitted {
    pub(super) const fn new(presented: Presented, body: Bytes) -> Self {
        Self { presented, body }
    }

    /// Which secret was presented, and how.
    pub const fn presented(&self) -> &Presented {
        &self.presented
    }

    /// The raw body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The raw body, out of its proof.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The key under which to remember an event whose id the caller read from the body, for
    /// [`Guard::process_key`](crate::Guard::process_key).
    ///
    /// # Security
    ///
    /// Nothing signs the id: it tells the retries of an honest sender apart from new events, and no replay by somebody who
    /// knows the token.
    #[must_use]
    pub fn event_key(&self, scope: &Scope, event_id: &str) -> ReplayKey {
        ReplayKey::of(scope, BEARER, What::Event(event_id.as_bytes()))
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("presented", &self.presented)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What a receiver yields whose tenants differ: some sign, some present a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub enum Received {
    /// The delivery was signed.
    Signed(Verified<Bytes>),
    /// The request presented a secret.
    Presented(Admitted),
}

impl From<Verified<Bytes>> for Received {
    fn from(verified: Verified<Bytes>) -> Self {
        Self::Signed(verified)
    }
}

impl From<Admitted> for Received {
    fn from(admitted: Admitted) -> Self {
        Self::Presented(admitted)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Verified<bytes::Bytes> {}
    impl Sealed for super::Admitted {}
    impl Sealed for super::Received {}
}

/// What a receiver can yield. Sealed: [`Verified<Bytes>`], [`Admitted`] and [`Received`].
#[diagnostic::on_unimplemented(
    message = "a receiver does not yield `{Self}`",
    label = "not one of `Verified<Bytes>`, `Admitted` and `Received`"
)]
pub trait Proof: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The raw body.
    fn raw(&self) -> &Bytes;
}

impl Proof for Verified<Bytes> {
    fn raw(&self) -> &Bytes {
        self.body()
    }
}

impl Proof for Admitted {
    fn raw(&self) -> &Bytes {
        &self.body
    }
}

impl Proof for Received {
    fn raw(&self) -> &Bytes {
        match self {
            Self::Signed(verified) => verified.body(),
            Self::Presented(admitted) => &admitted.body,
        }
    }
}
