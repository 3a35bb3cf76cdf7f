//! Every way a call can fail.
//!
//! Grouped by who has to act: *set-up* (we configured something wrong), *rejections* (a delivery that is not accepted),
//! *signing* and *refusals* (the caller asked for something that must not happen). No variant holds a byte of a secret,
//! a signature or a body, and no foreign type appears, so every `Debug`, `Display` and `source()` is safe to log.

mod rejection;
mod ring;
mod secret;
mod setup;

pub use rejection::{Field, Rejection};
pub use ring::{DeriveError, Refused, ReplaceError};
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use secret::KeyError;
pub use secret::{HashError, SecretError};
pub use setup::{SchemeError, SetupError, SignError};
