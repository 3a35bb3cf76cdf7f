//! What a signer signs, its verifier accepts: every scheme, whole and streamed, with one key and with several.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking and has small numbers"
)]

use std::sync::Arc;
use std::time::Duration;

use hookring::{
    Headers, Keyring, Message, Rejection, Request, Role, Scheme, Secret, SecretFormat, SecretPolicy, SetupError, SignError,
    SignWith, Signer, Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://hooks.example.com";
/// Holds what Linear reads from the body.
const BODY: &[u8] = br#"{"webhookTimestamp":1790000000000,"text":"caf\u00e9 \r\n\u0000"}"#;

/// The schemes that need nothing but a body, an id, a method and a URL.
fn schemes() -> impl Iterator<Item = Scheme<'static>> {
    providers::ALL.iter().copied().filter(|scheme| scheme.signs_any_body() || scheme.name() == "linear")
}

fn secret(n: usize) -> Arc<Secret> {
    let text = format!("{:064x}", 0x9e37_79b9_7f4a_7c15_u128 * (n as u128 + 1));
    Arc::new(Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap())
}

/// Current is key 0, the others are previous.
fn ring(keys: usize) -> Keyring {
    let oldest: Keyring = Keyring::new(secret(keys - 1), NOW).ring;
    (0..keys - 1).rev().fold(oldest, |ring, n| ring.rotate(secret(n), HOUR, NOW).unwrap().ring)
}

fn alone(n: usize) -> Keyring {
    Keyring::new(secret(n), NOW).ring
}

fn verifier(scheme: Scheme<'_>, ring: Keyring) -> Verifier {
    let builder = Verifier::builder(scheme);
    let builder = if scheme.signs_url() { builder.public_url(URL) } else { builder };
    builder.build(ring).unwrap()
}

fn sign(scheme: Scheme<'_>, ring: Keyring, with: SignWith, body: &[u8]) -> Vec<(String, String)> {
    let url = format!("{URL}/in?a=1");
    let message = Message::new(body).id("msg_1").method("POST").url(&url);
    let signed = Signer::new(scheme, ring, with).unwrap().sign(&message, NOW).unwrap();
    signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn whole(scheme: Scheme<'_>, ring: Keyring, headers: &dyn Headers, body: &[u8]) -> Result<Role, Rejection> {
    let request = Request::new(headers, body).method("POST").target("/in?a=1");
    verifier(scheme, ring).verify_at(request, NOW).map(|verified| verified.role())
}

fn streamed(scheme: Scheme<'_>, ring: Keyring, headers: &dyn Headers, body: &[u8]) -> Result<Role, Rejection> {
    let verifier = verifier(scheme, ring);
    let mut stream = verifier.begin(Request::new(headers, ()).method("POST").target("/in?a=1"), NOW)?;
    body.chunks(3).for_each(|chunk| stream.update(chunk));
    stream.finish(NOW).map(|verified| verified.role())
}

#[test]
fn one_key() {
    for scheme in schemes() {
        let bodies: [&[u8]; 3] = [BODY, b"", &[0xff; 1000]];
        for body in if scheme.name() == "linear" { &bodies[..1] } else { &bodies } {
            let headers = sign(scheme, alone(0), SignWith::Current, body);
            let name = scheme.name();
            assert_eq!(whole(scheme, alone(0), &headers, body), Ok(Role::Current), "{name}");
            assert_eq!(whole(scheme, alone(1), &headers, body), Err(Rejection::Mismatch), "{name}");
            let stream = streamed(scheme, alone(0), &headers, body);
            let wanted = if scheme.can_stream() { Ok(Role::Current) } else { Err(Rejection::NeedsWholeBody) };
            assert_eq!(stream, wanted, "{name}");
            if scheme.can_stream() {
                assert_eq!(streamed(scheme, alone(1), &headers, body), Err(Rejection::Mismatch), "{name}");
            }
        }
    }
}

/// A sender in a rotation signs with all its keys: whoever knows any one of them accepts.
#[test]
fn several_keys() {
    let mut several = 0;
    for scheme in schemes() {
        if !scheme.carries_several() {
            let refused = Signer::new(scheme, ring(2), SignWith::AllLive).map(drop);
            assert_eq!(refused, Err(SetupError::OneSignatureOnly), "{}", scheme.name());
            continue;
        }
        several += 1;
        // Two headers carry two signatures; a list carries as many as there are live keys.
        let places = if matches!(scheme.name(), "box" | "hookdeck") { 2 } else { 5 };
        let message = Message::new(BODY);
        let refused = Signer::new(scheme, ring(3), SignWith::AllLive).unwrap().sign(&message, NOW).map(drop);
        assert!(places > 2 || refused == Err(SignError::TooManyKeys), "{}: {refused:?}", scheme.name());
        for keys in 1..=places {
            let headers = sign(scheme, ring(keys), SignWith::AllLive, BODY);
            for n in 0..keys {
                assert_eq!(whole(scheme, alone(n), &headers, BODY), Ok(Role::Current), "{}: key {n} of {keys}", scheme.name());
            }
            assert_eq!(whole(scheme, alone(keys), &headers, BODY), Err(Rejection::Mismatch), "{}", scheme.name());
        }
    }
    assert!(several >= 4);
}

/// A receiver in a rotation knows several keys: each role is told.
#[test]
fn several_keys_at_the_receiver() {
    let staged = ring(2).stage(secret(9), NOW).unwrap().ring;
    for scheme in schemes() {
        for (n, role) in [(0, Role::Current), (1, Role::Previous), (9, Role::Next)] {
            let headers = sign(scheme, alone(n), SignWith::Current, BODY);
            assert_eq!(whole(scheme, staged.clone(), &headers, BODY), Ok(role), "{}", scheme.name());
        }
    }
}

/// A test delivery is signed with the staged key and with no other.
#[test]
fn probing_the_next_key() {
    let staged = alone(0).stage(secret(1), NOW).unwrap().ring;
    let signer = Signer::new(providers::GENERIC_SHA256, staged.clone(), SignWith::Current).unwrap();
    let probe = signer.probe_next(&Message::new(BODY), NOW).unwrap();
    let headers: Vec<_> = probe.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(whole(providers::GENERIC_SHA256, staged, &headers, BODY), Ok(Role::Next));
    assert_eq!(whole(providers::GENERIC_SHA256, alone(1), &headers, BODY), Ok(Role::Current));
    assert_eq!(whole(providers::GENERIC_SHA256, alone(0), &headers, BODY), Err(Rejection::Mismatch));
}
