//! Secrets from the environment and from files, read once at start: a process whose secrets are bad must not start.
//!
//! Every problem is reported at once, with the variable or file, the rule and what to do, and never with the value.

mod env;
mod error;
mod file;
mod ring;

pub use error::{LoadError, LoadErrors, LoadOrigin, LoadProblem};
pub use ring::RingFromEnv;

use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::secret::Secret;

/// A secret from bytes that need not be text.
fn parse(bytes: &[u8], form: Form<'_>) -> Result<Secret, LoadProblem> {
    let text = core::str::from_utf8(bytes).map_err(|_| LoadProblem::NotUnicode)?;
    Secret::parse(text, form.format, form.policy).map_err(LoadProblem::Secret)
}

/// What a secret has to look like.
#[derive(Clone, Copy)]
struct Form<'p> {
    format: SecretFormat,
    policy: &'p SecretPolicy,
}
