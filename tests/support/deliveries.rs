//! Signed deliveries for tests of what comes after verifying.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use hookring::scheme::Scheme;
use hookring::{
    Keyring, Message, Rejection, ReplayKey, Request, Scope, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp,
    Verified, Verifier, providers,
};

/// A sender and a receiver that share a ring.
pub(crate) struct Pair {
    pub(crate) signer: Signer,
    pub(crate) verifier: Verifier,
}

pub(crate) const BODY: &[u8] = br#"{"id":"evt_1"}"#;

pub(crate) fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

impl Pair {
    pub(crate) fn new(scheme: Scheme<'_>) -> Self {
        let secret = Secret::parse(&"k3y!".repeat(16), SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
        let ring = Keyring::new(secret, Timestamp::from_unix_secs(1)).ring;
        let signer = Signer::new(scheme, ring.clone(), SignWith::Current).unwrap();
        Self { signer, verifier: Verifier::new(scheme, ring).unwrap() }
    }

    /// Standard Webhooks: a signed id and a timestamp.
    pub(crate) fn with_id() -> Self {
        Self::new(providers::STANDARD_WEBHOOKS)
    }

    /// Sent at one time and received at another.
    pub(crate) fn deliver(&self, id: &str, sent: Timestamp, received: Timestamp) -> Result<Verified<&'static [u8]>, Rejection> {
        let signed = self.signer.sign(&Message::new(BODY).id(id), sent).unwrap();
        let headers: Vec<_> = signed.iter().collect();
        self.verifier.verify_at(Request::new(&headers, BODY), received)
    }

    pub(crate) fn verified(&self, id: &str) -> Verified<&'static [u8]> {
        let now = Timestamp::from_unix_secs(1_790_000_000);
        self.deliver(id, now, now).unwrap()
    }

    pub(crate) fn key(&self, id: &str) -> ReplayKey {
        self.verified(id).replay_key(&scope("endpoint"))
    }
}
