//! The keys that are tried, ready to compute with.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Inquiry;
use super::keys::{KeyAlt, keys};
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::asymmetric::PublicKey;
use crate::mac::MacKey;

/// A key, ready to be tried.
pub(super) enum Checker {
    Mac(Box<MacKey>),
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    Public(Box<PublicKey>),
}

impl Checker {
    pub(super) const fn mac(&self) -> Option<&MacKey> {
        match self {
            Self::Mac(key) => Some(key),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Self::Public(_) => None,
        }
    }
}

pub(super) struct Prepared {
    pub(super) alt: KeyAlt,
    pub(super) checker: Checker,
}

/// How many MACs a check with a public key counts for.
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub(super) const MACS_OF_A_CHECK: usize = 20;

pub(super) fn prepared(inquiry: &Inquiry<'_>) -> Vec<Prepared> {
    let mac = |alt: KeyAlt| Some(Prepared { checker: Checker::Mac(MacKey::new(&alt.bytes)?), alt });
    let keys = keys(&inquiry.secrets).into_iter().filter_map(mac);
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    let keys = {
        let public = |(alt, key)| Prepared { alt, checker: Checker::Public(Box::new(key)) };
        keys.chain(super::public::public_keys(&inquiry.public_keys).into_iter().map(public))
    };
    keys.collect()
}
