//! Rings that are replaced while they are read, streams that see it, and the store that they come from.
#![cfg(feature = "std")]

#[path = "../support/numbered.rs"]
mod numbered;
mod replace;
#[path = "../support/ring_store.rs"]
mod ring_store;
mod store;
mod streams;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use hookring::{KeySource, Keyring, Message, Secret, SignWith, Signer, Timestamp, providers};
use numbered::{START, id, ring, secret};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const BODY: &[u8] = br#"{"type":"ping"}"#;

type Delivery = Vec<(String, String)>;

fn signed(keys: impl KeySource<Key = Secret>) -> Delivery {
    let signer = Signer::new(providers::GENERIC_SHA256, keys, SignWith::Current).unwrap();
    let headers = signer.sign(&Message::new(BODY), START).unwrap();
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
