//! Rings that are replaced while they are read, streams that see it, and the store that they come from.
#![cfg(feature = "std")]
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, has small numbers, and always has std"
)]

mod replace;
#[path = "../support/ring_store.rs"]
mod ring_store;
mod store;
mod streams;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use hookring::{
    KeyId, KeySource, Keyring, Message, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, providers,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = br#"{"type":"ping"}"#;

type Delivery = Vec<(String, String)>;

/// The same secret for the same number.
fn secret(n: u32) -> Arc<Secret> {
    let text = format!("{n:08x}").repeat(8);
    Arc::new(Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap())
}

fn id(n: u32) -> KeyId {
    secret(n).id()
}

fn ring(n: u32) -> Keyring {
    Keyring::new(secret(n), START).ring
}

fn signed(keys: impl KeySource<Key = Secret>) -> Delivery {
    let signer = Signer::new(providers::GENERIC_SHA256, keys, SignWith::Current).unwrap();
    let headers = signer.sign(&Message::new(BODY), START).unwrap();
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
