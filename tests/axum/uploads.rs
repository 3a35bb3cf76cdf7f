//! What happens to a key while a body comes in, for the schemes that need the whole body: the same as for a stream.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hookring::receiver::Receiver;
use hookring::scheme::{Algorithm, Covers, Encoding, Grammar, Part, Place, Scheme};
use hookring::{Keyring, Message, SharedKeyring, SignWith, Signer, Timestamp, Verifier, VerifyKey};

use crate::server::{Body, parts, secret};

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const TEXTS: [&str; 3] = ["the first secret of the sender", "a new secret of the sender", "the one after that, not yet in use"];

const PLAIN: Scheme<'static> = scheme(&[Part::Body]);
/// Its signers write the first content.
const EITHER: Scheme<'static> = scheme(&[Part::Body]).or_signed(&[Part::Lit("v2."), Part::Body]);
const FIELD: Scheme<'static> = scheme(&[Part::Json("a"), Part::Body]);
const BATCH: Scheme<'static> =
    Scheme::new("batch", Algorithm::HmacSha256, Place::Json("sig"), Grammar::Whole, Encoding::Hex, &[Part::Json("v")])
        .covers(Covers::Only("v"))
        .each_item("items");

const fn scheme(parts: &'static [Part<'static>]) -> Scheme<'static> {
    Scheme::new("ours", Algorithm::HmacSha256, Place::Header("x-signature"), Grammar::Whole, Encoding::Hex, parts)
}

fn ring(text: &str) -> Keyring {
    Keyring::new(secret(text), START).ring
}

fn signature(scheme: Scheme<'_>, text: &str, body: &str) -> String {
    let signer = Signer::new(scheme, ring(text), SignWith::Current).unwrap();
    signer.sign(&Message::new(body.as_bytes()), START).unwrap().iter().next().unwrap().1.to_owned()
}

/// A delivery of such a scheme: the value of its header, and its body.
fn delivery(scheme: Scheme<'_>, text: &str) -> (String, String) {
    if scheme.name() == "batch" {
        let body = format!(r#"{{"items":[{{"v":"x","sig":"{}"}}]}}"#, signature(PLAIN, text, "x"));
        return (String::new(), body);
    }
    let body = r#"{"a":"1"}"#;
    (signature(scheme, text, body), body.to_owned())
}

/// The code for a delivery that began at `START`, while `meanwhile` changed the ring, and ended at `end`.
async fn code<K: VerifyKey>(
    scheme: Scheme<'_>,
    before: &Keyring<K>,
    head: &http::request::Parts,
    body: &str,
    meanwhile: impl FnOnce(&Keyring<K>) -> Keyring<K> + Unpin,
    end: Timestamp,
) -> &'static str {
    let shared = SharedKeyring::new(before.clone());
    let clock = Arc::new(AtomicI64::new(START.unix_millis()));
    let time = Arc::clone(&clock);
    let receiver = Receiver::new(Verifier::new(scheme, Arc::clone(&shared)).unwrap())
        .clock(move || Timestamp::from_unix_millis(time.load(Ordering::Relaxed)));
    let body = Body::of(body, || {
        // One that has dropped what is dead is another value of the same version.
        let _ = shared.replace(meanwhile(&shared.load()));
        clock.store(end.unix_millis(), Ordering::Relaxed);
    });
    receiver.receive(head, body).await.map_or_else(|refusal| refusal.code(), |_| "accepted")
}

#[tokio::test]
async fn a_deadline_during_the_upload_loses_no_whole_body() {
    let [first, second, third] = TEXTS;
    let old = secret(first).id();
    let before = ring(first).rotate(secret(second), HOUR, START).unwrap().ring;
    let end = START.plus(HOUR);
    for scheme in [EITHER, FIELD, BATCH] {
        assert!(!scheme.can_stream());
        let (value, body) = delivery(scheme, first);
        let head = parts("/hook", &[("x-signature", &value)]);
        let unchanged = |ring: &Keyring| ring.clone();
        let staged = |ring: &Keyring| ring.stage(secret(third), end).unwrap().ring;
        let revoked = |ring: &Keyring| ring.revoke(old, START).unwrap().ring;
        let name = scheme.name();
        assert_eq!(code(scheme, &before, &head, &body, unchanged, START).await, "accepted", "{name}");
        assert_eq!(code(scheme, &before, &head, &body, unchanged, end).await, "accepted", "{name}: the deadline passed");
        assert_eq!(code(scheme, &before, &head, &body, staged, end).await, "accepted", "{name}: dropped after its deadline");
        assert_eq!(code(scheme, &before, &head, &body, revoked, START).await, "signature_mismatch", "{name}");
        assert_eq!(code(scheme, &before, &head, &body, revoked, end).await, "signature_mismatch", "{name}");

        // A key that comes meanwhile counts, because nothing was computed before the body was there.
        let (value, body) = delivery(scheme, third);
        let head = parts("/hook", &[("x-signature", &value)]);
        assert_eq!(code(scheme, &before, &head, &body, staged, START).await, "accepted", "{name}: staged meanwhile");
        assert_eq!(code(scheme, &before, &head, &body, unchanged, START).await, "signature_mismatch", "{name}");
    }
}

#[cfg(feature = "ed25519")]
#[tokio::test]
async fn a_deadline_during_the_upload_loses_no_delivery_of_a_public_key() {
    use hookring::{SigningKey, providers};

    let keys = [1, 2].map(|_| Arc::new(SigningKey::generate(hookring::SigningKeyFormat::Whsk).unwrap()));
    let public = |n: usize| keys[n].public_key();
    let before = Keyring::new(public(0), START).ring.rotate(public(1), HOUR, START).unwrap().ring;
    let signer = Signer::new(providers::DISCORD, Keyring::new(Arc::clone(&keys[0]), START).ring, SignWith::Current).unwrap();
    let end = START.plus(HOUR);
    let headers = signer.sign(&Message::new(b"{}"), end).unwrap();
    let headers: Vec<_> = headers.iter().collect();
    let head = parts("/hook", &headers);
    let scheme = providers::DISCORD.tolerance(Duration::from_secs(60), Duration::from_secs(60));
    assert_eq!(code(scheme, &before, &head, "{}", Clone::clone, end).await, "accepted", "fresh at its end");
    assert_eq!(code(scheme, &before, &head, "{}", Clone::clone, START).await, "too_new");
    let old = public(0).id();
    let revoked = |ring: &Keyring<_>| ring.revoke(old, START).unwrap().ring;
    assert_eq!(code(scheme, &before, &head, "{}", revoked, end).await, "signature_mismatch");
}
