//! Sign and verify webhook deliveries with secrets that can be rotated at any time.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod derive;
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
pub mod rollout;
mod schedule;
pub mod scheme;
mod secret;
#[cfg(feature = "std")]
mod share;
mod signer;
mod small;
mod store;
mod time;
mod verifier;

pub use derive::{Derivation, Derived};
pub use encoding::SecretFormat;
pub use error::{DeriveError, Field, Refused, Rejection, ReplaceError, SchemeError, SecretError, SetupError, SignError};
pub use headers::{Headers, Name};
pub use key::{Fingerprint, Key, KeyId, VerifyKey};
pub use keyring::{
    CLOCK_SLACK, Change, Event, EventKind, KeySource, KeyStatus, Keyring, Lineage, Live, MAX_GRACE, MAX_LIVE, MAX_TOMBSTONES,
    Part, Role, Status,
};
pub use message::{Message, Request, RequestView, Write};
pub use policy::SecretPolicy;
pub use replay::{ReplayKey, Scope};
pub use schedule::{BadSchedule, Due, Schedule, minimum_grace, minimum_lead};
pub use scheme::Scheme;
pub use secret::Secret;
#[cfg(feature = "std")]
pub use share::{Replaced, SharedKeyring};
pub use signer::{SignWith, SignedHeaders, Signer};
pub use store::{KeyringStore, Swapped};
#[cfg(feature = "std")]
pub use store::{MemoryKeyringStore, MemoryStoreError};
pub use time::Timestamp;
pub use verifier::{NoKeys, Stream, Streamed, Verified, Verifier, VerifierBuilder};
