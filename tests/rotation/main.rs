//! The life of a ring as its operator sees it: rotations, the clock, what is refused, what is remembered, what is told.

mod arrival;
mod clock;
mod equality;
mod events;
mod memory;
#[path = "../support/numbered.rs"]
mod numbered;
mod refusals;
mod thousand;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use hookring::{
    KeyId, Keyring, Message, Rejection, Request, Role, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp,
    Verifier, providers,
};
use numbered::{START, id, ring, secret};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const BODY: &[u8] = br#"{"type":"ping"}"#;

/// The live keys with their roles and deadlines.
fn live(ring: &Keyring, now: Timestamp) -> Vec<(KeyId, Role, Option<Timestamp>)> {
    ring.live(now).map(|live| (live.key.id(), live.role, live.expires_at)).collect()
}

type Delivery = Vec<(String, String)>;

fn signed(ring: &Keyring, now: Timestamp) -> Delivery {
    let signer = Signer::new(providers::GENERIC_SHA256, ring.clone(), SignWith::Current).unwrap();
    own(&signer.sign(&Message::new(BODY), now).unwrap())
}

fn probe(ring: &Keyring, now: Timestamp) -> Delivery {
    let signer = Signer::new(providers::GENERIC_SHA256, ring.clone(), SignWith::Current).unwrap();
    own(&signer.probe_next(&Message::new(BODY), now).unwrap())
}

fn own(headers: &hookring::SignedHeaders) -> Delivery {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The role of the key that a delivery was signed with.
fn verify(ring: &Keyring, delivery: &Delivery, now: Timestamp) -> Result<Role, Rejection> {
    let verifier = Verifier::new(providers::GENERIC_SHA256, ring.clone()).unwrap();
    verifier.verify_at(Request::new(delivery, BODY), now).map(|verified| verified.role())
}
