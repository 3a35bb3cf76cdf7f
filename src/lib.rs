//! Sign and verify webhook deliveries with secrets that can be rotated at any time without rejecting one valid delivery.
//!
//! ```
//! use hookring::{Keyring, Message, Secret, SecretFormat, SharedKeyring, SignWith, Signer, Timestamp, Verifier, providers};
//! use std::time::Duration;
//!
//! // One ring for a sender and a receiver; in real life each side has its own.
//! let now = Timestamp::now();
//! let ring = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Whsec)?, now).ring);
//! let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring.clone(), SignWith::Current)?;
//! let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring.clone())?;
//!
//! let body = br#"{"type":"ping"}"#;
//! let under_way = signer.sign(&Message::new(body).id("msg_1"), now)?;
//!
//! // The secret is rotated while the delivery is under way.
//! let change = ring.load().rotate(Secret::generate(SecretFormat::Whsec)?, Duration::from_secs(86_400), now)?;
//! ring.replace(change.ring)?;
//!
//! let headers: Vec<_> = under_way.iter().collect();
//! let verified = verifier.verify(&headers, body)?;
//! assert_eq!(verified.role(), hookring::Role::Previous);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The map
//!
//! - **Keys**: a [`Secret`] is made from a text and a [`SecretFormat`] under a [`SecretPolicy`]. A [`Keyring`] holds the
//!   current, the next and the previous ones; its transitions return a [`Change`]. [`SharedKeyring`] publishes rings to
//!   running handlers, [`KeyringStore`] keeps them, [`Derived`] makes many from one, [`Schedule`] says when to rotate.
//! - **At start** a process reads its secrets with [`Secret::from_file`], [`Secret::from_env`] or [`Keyring::from_env`], or
//!   opens a ring that was sealed as one blob ([`Keyring::seal`], [`Keyring::open`], [`Seal`]).
//! - **Schemes**: a [`Scheme`] says which bytes are signed and how signatures stand in headers; [`providers`] has those of
//!   real services.
//! - **Senders** make a [`Signer`] of a scheme and a ring, and sign a [`Message`] into [`SignedHeaders`].
//! - **Receivers** make a [`Verifier`] of a scheme and a ring, and get a [`Verified`] body or a [`Rejection`]. Bodies may
//!   stream ([`Verifier::begin`]); keys may be chosen per tenant ([`VerifierBuilder::build_per_tenant`]).
//! - **Presented secrets** are checked by a [`BearerVerifier`], over secrets or over stored hashes ([`Sha256Hash`],
//!   [`BcryptHash`], your own [`PresentedKey`]) that rotate in the same rings; a [`Carrier`] says where a provider puts them.
//! - **Tests of a receiver** make signed deliveries for any scheme with [`testing::Delivery`].
//! - **Once**: a [`Guard`] runs a handler once for all copies of a delivery, with a [`ReplayStore`] that remembers it:
//!   [`MemoryReplayStore`] on one machine, Redis or PostgreSQL on many.
//!
//! # What it does not do
//!
//! No HTTP, queues, retries, timers, configuration files or logging: time comes in as a value, events and verdicts go out as
//! values. It does not guess the format of a secret or the provider of a request, and does not parse bodies. A hash of a
//! secret cannot sign or verify: a ring of hashes has no such method.
//!
//! # Features
//!
//! `std` (default): the clock, the environment, OS randomness, [`SharedKeyring`]. `http` (default): [`Headers`] for
//! `http::HeaderMap`. `bcrypt` (default): stored bcrypt hashes. `aead`: a ready-made [`Seal`], where there is no key service.
//! `sha1`, `ed25519`, `p256`: schemes with these, and `PublicKey` and `SigningKey` with the latter two.
//! `serde`: audit events, status pages, and schemes from configuration. `redis`, `postgres`: stores on these, with an audit trail in the latter. Without `std` the crate is `no_std` with `alloc`.
#![no_std]
// Nothing that comes from outside may make the library panic. Tests may: that is how they fail.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::std_instead_of_core,
        clippy::std_instead_of_alloc,
        clippy::alloc_instead_of_core,
    )
)]
#![cfg_attr(test, allow(clippy::type_complexity, reason = "tables of cases"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(any(feature = "ed25519", feature = "p256"))]
mod asymmetric;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "std")]
mod bearer;
mod carrier;
mod derive;
#[cfg(feature = "diagnose")]
pub mod diagnose;
#[cfg(any(doc, doctest))]
pub mod docs;
mod encoding;
mod error;
mod guard;
mod hashed;
mod headers;
mod key;
mod keyring;
#[cfg(feature = "std")]
mod load;
mod mac;
mod message;
mod policy;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod providers;
#[cfg(feature = "http-body")]
pub mod receiver;
#[cfg(feature = "redis")]
pub mod redis;
mod replay;
pub mod rollout;
mod schedule;
pub mod scheme;
#[cfg(feature = "aead")]
mod seal_aead;
mod secret;
#[cfg(feature = "serde")]
mod serial;
#[cfg(feature = "std")]
mod share;
mod signer;
mod small;
mod snapshot;
mod store;
pub mod testing;
mod time;
#[cfg(feature = "tower")]
pub mod tower;
mod verdict;
mod verifier;

#[cfg(feature = "ed25519")]
pub use asymmetric::SigningKey;
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use asymmetric::{PublicKey, PublicKeyFormat};
#[cfg(feature = "std")]
pub use bearer::{BearerVerifier, Presented, redact_query};
pub use carrier::Carrier;
pub use derive::{Derivation, Derived};
pub use encoding::SecretFormat;
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use error::KeyError;
pub use error::{
    DeriveError, Field, HashError, Refused, Rejection, ReplaceError, SchemeError, SecretError, SetupError, SignError,
};
pub use guard::{Guard, Kept, Outcome, Windowed};
#[cfg(feature = "bcrypt")]
pub use hashed::BcryptHash;
pub use hashed::{PresentedKey, Sha256Hash};
pub use headers::{Headers, Name};
pub use key::{BadKeyId, Fingerprint, IntoKey, Key, KeyId, SignKey, VerifyKey};
pub use keyring::{
    BadLineage, CLOCK_SLACK, Change, Duty, Event, EventKind, KeySource, KeyStatus, Keyring, Lineage, Live, MAX_GRACE, MAX_LIVE,
    MAX_TOMBSTONES, Role, Status,
};
#[cfg(feature = "std")]
pub use load::{LoadError, LoadErrors, LoadOrigin, LoadProblem, RingFromEnv};
pub use message::{Message, Request, RequestView, Write};
pub use policy::SecretPolicy;
pub use replay::{Claim, ClaimToken, ReplayKey, ReplayStore, Scope};
#[cfg(feature = "std")]
pub use replay::{MemoryReplayError, MemoryReplayStore};
pub use schedule::{BadSchedule, Due, Schedule, minimum_grace, minimum_lead};
pub use scheme::Scheme;
#[cfg(feature = "aead")]
pub use seal_aead::{AeadError, AeadSeal};
pub use secret::Secret;
#[cfg(feature = "std")]
pub use share::{Replaced, SharedKeyring};
pub use signer::{FanOut, SignWith, SignedHeaders, Signer};
pub use snapshot::{Seal, SnapshotError, StoredKey};
pub use store::{KeyringStore, Swapped};
#[cfg(feature = "std")]
pub use store::{MemoryKeyringError, MemoryKeyringStore};
pub use time::Timestamp;
pub use verdict::{KeyName, Verdict};
pub use verifier::{NoKeys, Stream, Streamed, Verified, Verifier, VerifierBuilder};

/// The examples of the README, tested.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
