//! Sign and verify webhook deliveries with secrets that can be rotated at any time.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod encoding;
mod error;
mod headers;
mod key;
mod keyring;
mod mac;
mod message;
mod policy;
pub mod providers;
mod replay;
pub mod scheme;
mod secret;
mod signer;
mod small;
mod time;
mod verifier;

pub use encoding::SecretFormat;
pub use error::{Field, Refused, Rejection, SchemeError, SecretError, SetupError, SignError};
pub use headers::{Headers, Name};
pub use key::{Fingerprint, Key, KeyId, VerifyKey};
pub use keyring::{CLOCK_SLACK, Change, Event, EventKind, KeySource, Keyring, Live, MAX_GRACE, MAX_LIVE, Role};
pub use message::{Message, Request, RequestView, Write};
pub use policy::SecretPolicy;
pub use replay::{ReplayKey, Scope};
pub use scheme::Scheme;
pub use secret::Secret;
pub use signer::{SignWith, SignedHeaders, Signer};
pub use time::Timestamp;
pub use verifier::{NoKeys, Stream, Streamed, Verified, Verifier, VerifierBuilder};
