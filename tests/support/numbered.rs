//! Secrets and rings by their number: the same number always gives the same secret.

use std::sync::Arc;

use hookring::{KeyId, Keyring, Secret, SecretFormat, SecretPolicy, Timestamp};

/// When the tests begin.
pub(crate) const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

pub(crate) fn secret(n: u32) -> Arc<Secret> {
    let text = format!("{n:08x}").repeat(8);
    Arc::new(Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap())
}

pub(crate) fn id(n: u32) -> KeyId {
    secret(n).id()
}

pub(crate) fn ring(n: u32) -> Keyring {
    Keyring::new(secret(n), START).ring
}
