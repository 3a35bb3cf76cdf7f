//! What a receiver hands to a handler.

use core::fmt;

use bytes::Bytes;

use crate::bearer::Presented;
use crate::verifier::Verified;

/// A request that presented a live secret, with its body.
///
/// # Security
///
/// The token says who sends. It says nothing about the body: whoever sees one request can send others.
#[derive(Clone)]
#[non_exhaustive]
#[must_use]
pub struct Admitted {
    /// Which secret was presented, and how.
    pub presented: Presented,
    /// The raw body.
    pub body: Bytes,
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
pub enum Delivery {
    /// The delivery was signed.
    Signed(Verified<Bytes>),
    /// The request presented a secret.
    Presented(Admitted),
}

impl From<Verified<Bytes>> for Delivery {
    fn from(verified: Verified<Bytes>) -> Self {
        Self::Signed(verified)
    }
}

impl From<Admitted> for Delivery {
    fn from(admitted: Admitted) -> Self {
        Self::Presented(admitted)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Verified<bytes::Bytes> {}
    impl Sealed for super::Admitted {}
    impl Sealed for super::Delivery {}
}

/// What a receiver can yield. Sealed: [`Verified<Bytes>`], [`Admitted`] and [`Delivery`].
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

impl Proof for Delivery {
    fn raw(&self) -> &Bytes {
        match self {
            Self::Signed(verified) => verified.body(),
            Self::Presented(admitted) => &admitted.body,
        }
    }
}
