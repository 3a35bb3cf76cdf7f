//! Deliveries: really signed, really verified, each pair of signatures and accepted keys once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hookring::{
    KeyId, Keyring, Message, Request, Secret, SecretFormat, SecretPolicy, SignWith, SignedHeaders, Signer, Timestamp, Verifier,
    providers,
};

/// A set of keys: bit 0 for A, bit 1 for B, bit 2 for C.
pub(crate) type Set = u8;
pub(crate) const A: Set = 1;
pub(crate) const B: Set = 2;
pub(crate) const AB: Set = 3;
pub(crate) const SETS: usize = 8;

pub(crate) fn show(set: Set) -> String {
    let names: Vec<&str> = ["A", "B", "C"].into_iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, n)| n).collect();
    format!("{{{}}}", names.join(","))
}

pub(crate) const fn tick(n: i64) -> Timestamp {
    Timestamp::from_unix_secs(1_790_000_000 + n)
}

pub(crate) struct Courier {
    pub(crate) keys: Vec<Arc<Secret>>,
    ids: Vec<KeyId>,
    signed: HashMap<Set, SignedHeaders>,
    verdicts: HashMap<(Set, Set), bool>,
}

const BODY: &[u8] = br#"{"type":"ping"}"#;

impl Courier {
    pub(crate) fn new() -> Self {
        let secret = |n: u8| {
            let text = format!("{n:064x}");
            Arc::new(Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap())
        };
        let keys: Vec<_> = (1..=3).map(secret).collect();
        let ids = keys.iter().map(|key| key.id()).collect();
        Self { keys, ids, signed: HashMap::new(), verdicts: HashMap::new() }
    }

    pub(crate) fn key(&self, set: Set) -> Arc<Secret> {
        Arc::clone(&self.keys[set.trailing_zeros() as usize])
    }

    pub(crate) fn set_of(&self, id: KeyId) -> Set {
        1 << self.ids.iter().position(|known| *known == id).unwrap()
    }

    /// What a receiver with this ring accepts, and a sender with it may sign with.
    pub(crate) fn live(&self, ring: &Keyring, now: Timestamp) -> Set {
        ring.live(now).map(|live| self.set_of(live.key.id())).fold(0, |set, key| set | key)
    }

    /// Whether a receiver with this ring accepts a delivery with these signatures.
    pub(crate) fn accepts(&mut self, delivery: Set, ring: &Keyring, now: Timestamp) -> bool {
        let accepted = self.live(ring, now);
        if let Some(verdict) = self.verdicts.get(&(delivery, accepted)) {
            return *verdict;
        }
        let keys: Vec<_> = self.keys.iter().enumerate().filter(|(i, _)| delivery >> i & 1 == 1).map(|(_, key)| key).collect();
        let headers = self.signed.entry(delivery).or_insert_with(|| {
            let mut ring = Keyring::new(Arc::clone(keys[0]), tick(0)).ring;
            for key in &keys[1..] {
                ring = ring.rotate(Arc::clone(key), Duration::from_secs(9), tick(0)).unwrap().ring;
            }
            let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring, SignWith::AllLive).unwrap();
            signer.sign(&Message::new(BODY).id("msg_1"), tick(0)).unwrap()
        });
        let headers: Vec<(&str, &str)> = headers.iter().collect();
        let verifier = Verifier::builder(providers::STANDARD_WEBHOOKS).dangerous_accept_any_age().build(ring).unwrap();
        let verdict = verifier.verify_at(Request::new(&headers, BODY), now).is_ok();
        self.verdicts.insert((delivery, accepted), verdict);
        verdict
    }

    /// How many pairs were really verified.
    pub(crate) fn verified(&self) -> usize {
        self.verdicts.len()
    }
}
