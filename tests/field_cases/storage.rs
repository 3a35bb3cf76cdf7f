//! Steps about a ring that is stored sealed: absent, damaged and present are three different things, and only the last can
//! accept a delivery.

use std::future::ready;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::{Keyring, Seal, Secret, SecretFormat, SecretPolicy, Timestamp};
use serde_json::Value;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::common::cases;
use crate::common::outcome::{Outcome, Verdict};
use crate::score::{Score, check};

/// Stands in for a key service. It authenticates and does not hide, which is enough to be damaged.
struct Service {
    reachable: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the key service cannot open it")]
struct Closed;

impl Service {
    fn tag(associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let mac = Hmac::<Sha256>::new_from_slice(b"the service's key").unwrap();
        mac.chain_update((associated.len() as u64).to_be_bytes())
            .chain_update(associated)
            .chain_update(plain)
            .finalize()
            .into_bytes()
            .to_vec()
    }
}

impl Seal for Service {
    type Error = Closed;

    fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> impl Future<Output = Result<Vec<u8>, Closed>> + Send {
        ready(Ok([Self::tag(associated, &plain), plain.to_vec()].concat()))
    }

    fn open(&self, associated: &[u8], sealed: &[u8]) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, Closed>> + Send {
        let opened = sealed.split_at_checked(32).filter(|(tag, plain)| self.reachable && *tag == Self::tag(associated, plain));
        ready(opened.map(|(_, plain)| Zeroizing::new(plain.to_vec())).ok_or(Closed))
    }
}

/// The futures here are ready at once.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a ready future is pending"),
    }
}

pub(crate) struct Storage {
    owner: String,
    blob: Option<Vec<u8>>,
    service: Service,
}

impl Default for Storage {
    fn default() -> Self {
        Self { owner: String::new(), blob: None, service: Service { reachable: true } }
    }
}

impl Storage {
    pub(crate) fn holds_something(&self) -> bool {
        self.blob.is_some()
    }

    pub(crate) fn step(&mut self, op: &str, step: &Value, at: Timestamp) -> Score {
        let text = |name: &str| step[name].as_str().unwrap_or_default();
        match op {
            "store_encrypted" => {
                let secret = Secret::parse(text("secret"), SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
                self.owner = text("id").to_owned();
                let ring: Keyring = Keyring::new(secret, at).ring;
                self.blob = Some(now(ring.seal(&self.owner, &self.service)).unwrap());
                let opened = now(Keyring::<Secret>::open(&self.owner, self.blob.as_ref().unwrap(), 0, &self.service));
                check(opened.is_ok(), || "what was sealed does not open".to_owned())
            }
            "corrupt" => {
                let blob = self.blob.as_mut().unwrap();
                if text("what").contains("flip") {
                    let last = blob.len() - 1;
                    blob[last] ^= 1;
                } else {
                    // A field that is gone, whichever it is.
                    blob.drain(8..16);
                }
                Score::Right
            }
            "kms" => {
                self.service.reachable = text("state") == "reachable";
                Score::Right
            }
            _ => {
                let opened = now(Keyring::<Secret>::open(&self.owner, self.blob.as_ref().unwrap(), 0, &self.service));
                let outcome = opened
                    .map(|ring| cases::request(step, ring, at).map_or_else(|outcome| outcome, |delivery| delivery.verify()));
                self.score(outcome.map_err(|why| why.to_string()), step["expect"]["outcome"].as_str().unwrap_or("error"))
            }
        }
    }

    /// A ring that cannot be opened is a fault of ours (5xx), never a rejection and never an acceptance.
    fn score(&self, outcome: Result<Outcome, String>, wanted: &str) -> Score {
        match outcome {
            Err(_) => check(wanted.starts_with("error"), || format!("a storage error, not {wanted}")),
            Ok(outcome) => check(wanted.contains(outcome.verdict.as_str()) && outcome.verdict != Verdict::Unsupported, || {
                format!("{}, not {wanted}", outcome.short())
            }),
        }
    }
}
