//! Sign and verify webhook deliveries, and rotate their secrets without rejecting one valid delivery.
//!
//! New here? Read [`docs`]: how to receive, send, rotate and store, with code that runs.
//!
//! ```
//! use hookring::{Keyring, Message, Secret, SecretFormat, SharedKeyring, SignWith, Signer, Timestamp, Verifier, providers};
//! use std::time::Duration;
//!
//! // One ring for a sender and a receiver; usually each side has its own.
//! let now = Timestamp::now();
//! let ring = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Whsec)?, now).ring);
//! let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring.clone(), SignWith::Current)?;
//! let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring.clone())?;
//!
//! let body = br#"{"type":"ping"}"#;
//! let in_flight = signer.sign(&Message::new(body).id("msg_1"), now)?;
//!
//! // The secret is rotated while the delivery is in flight.
//! let change = ring.load().rotate(Secret::generate(SecretFormat::Whsec)?, Duration::from_secs(86_400), now)?;
//! ring.replace(change.ring)?;
//!
//! let headers: Vec<_> = in_flight.iter().collect();
//! let verified = verifier.verify(&headers, body)?;
//! assert_eq!(verified.role(), hookring::Role::Previous);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The map
//!
//! - **Keys**: a [`Secret`] is made from a text and a [`SecretFormat`] under a [`SecretPolicy`]. A [`Keyring`] holds the
//!   current, the next and the previous ones. Making or changing a ring returns a [`Change`]: the new ring and its audit
//!   events. [`SharedKeyring`] publishes rings to running handlers, [`KeyringStore`] stores them, [`Derived`] derives many
//!   from one, [`Schedule`] says when to rotate, and [`rollout::next`] which step is safe next.
//! - **At start** a process reads its secrets with [`Secret::from_file`], [`Secret::from_env`] or [`Keyring::from_env`], or
//!   opens a ring that was encrypted as one blob ([`Keyring::seal`], [`Keyring::open`], [`Seal`]).
//! - **Schemes**: a [`Scheme`] says which bytes are signed and which headers hold the signature; [`providers`] has those of
//!   real services.
//! - **Senders** make a [`Signer`] from a scheme and a ring, and sign a [`Message`] into [`SignedHeaders`].
//! - **Receivers** make a [`Verifier`] from a scheme and a ring, and get a [`Verified`] body or a [`Rejection`]. Bodies may be
//!   streamed ([`Verifier::begin`]); keys may be chosen per tenant ([`VerifierBuilder::build_per_tenant`]).
//! - **HTTP frameworks**: `receiver` reads, limits and verifies an `http` request; `axum` has extractors and `tower` a layer on
//!   top of it (features of these names).
//! - **Presented secrets** are checked by a [`BearerVerifier`], over secrets or over stored hashes ([`Sha256Hash`],
//!   [`BcryptHash`], your own [`PresentedKey`]) that rotate in the same rings; a [`Carrier`] says where a provider puts them.
//! - **Idempotent processing**: a [`Guard`] runs a handler once for all copies of a delivery, with a [`ReplayStore`] that
//!   remembers them: [`MemoryReplayStore`] on one machine, Redis or PostgreSQL on many.
//! - **Observability**: a [`Verdict`] has the labels of one verification for metrics and logs.
//! - **When it fails**: `diagnose` (feature of this name) says why a delivery was rejected.
//! - **Tests of a receiver** make signed deliveries for any scheme with [`testing::Delivery`].
//!
//! # What it does not do
//!
//! The core has no HTTP, queues, retries, timers, configuration files or logging: time comes in as a value, events and
//! verdicts go out as values. The features `axum`, `tower`, `redis`, `postgres` and `tracing` are adapters. It does not guess
//! the format of a secret or the provider of a request, and does not parse bodies before they are verified. A hash of a secret
//! cannot sign or verify a MAC: a ring of hashes has no such method.
//!
//! # Features
//!
//! | feature | default | for |
//! |---|---|---|
//! | `std` | yes | clock, environment, OS randomness, [`SharedKeyring`]; without it the crate is `no_std` with `alloc` |
//! | `http` | yes | [`Headers`] for `http::HeaderMap`, `SignedHeaders::apply` |
//! | `bcrypt` | yes | stored bcrypt hashes of presented secrets |
//! | `simd` | yes | all keys in one pass where the CPU has SHA extensions (x86, x86-64) |
//! | `axum`, `tower` | no | receivers that verify before a handler sees a body |
//! | `tracing` | no | verdicts as `tracing` events |
//! | `redis`, `postgres` | no | replay stores on these, and rings with an audit trail on PostgreSQL |
//! | `aead` | no | a ready-made [`Seal`], where there is no key management service |
//! | `sha1`, `ed25519`, `p256` | no | schemes with these; `PublicKey` (last two), `SigningKey` (`ed25519`) |
//! | `serde` | no | audit events, status pages, schemes from configuration |
//! | `testing` | no | deliveries recorded and replayed as fixtures |
//! | `diagnose` | no | why a delivery was rejected |
//!
//! Import names one by one. `use hookring::*` also imports the modules `axum`, `tower`, `redis` and `postgres`, which then
//! clash with the crates of these names.
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
mod names;
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
mod stack;
mod store;
pub mod testing;
mod time;
#[cfg(feature = "tower")]
pub mod tower;
mod url;
mod verdict;
mod verifier;

#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use asymmetric::{PublicKey, PublicKeyFormat};
#[cfg(feature = "ed25519")]
pub use asymmetric::{SigningKey, SigningKeyFormat};
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
pub use names::UnknownName;
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
pub use time::{BadTimestamp, Timestamp};
pub use verdict::{KeyName, Verdict};
pub use verifier::{NoKeys, Stream, Streamed, Verified, Verifier, VerifierBuilder};
/// Wiped when it is dropped: what [`Seal`] and [`Derived`] hand over secrets in.
pub use zeroize::Zeroizing;

/// The examples of the README, tested. One of them uses axum.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
