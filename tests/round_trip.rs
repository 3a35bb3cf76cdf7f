//! What a signer signs, its verifier accepts: every scheme, whole and streamed, with one key and with several.

use std::sync::Arc;
use std::time::Duration;

use hookring::scheme::Covers;
use hookring::testing::{Delivery, DeliveryError};
use hookring::{
    Keyring, Message, Rejection, Request, Role, Scheme, Secret, SecretFormat, SecretPolicy, SetupError, SignError, SignWith,
    Signer, Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://hooks.example.com";
const BODY: &[u8] = br#"{"webhookTimestamp":1790000000000,"text":"caf\u00e9 \r\n\u0000"}"#;

/// Every scheme with a secret. Hygraph's and Hook0's content takes a text from the signature header, which only they write.
fn schemes() -> impl Iterator<Item = Scheme<'static>> {
    let all = providers::all().iter().chain(providers::unconfirmed::all()).copied();
    all.filter(|scheme| !scheme.has_public_key() && !matches!(scheme.name(), "hygraph" | "hook0"))
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

/// A delivery of this body; one that is made up if the scheme reads fields or further headers.
fn sign(scheme: Scheme<'_>, ring: &Keyring, with: SignWith, body: &[u8]) -> Delivery {
    let own = || Delivery::new("POST", &format!("{URL}/in?a=1")).body(body);
    let delivery = if scheme.signs_any_body() { own() } else { Delivery::sample(&scheme, NOW) };
    delivery.signed(scheme, ring, with, NOW).unwrap_or_else(|why| panic!("{}: {why}", scheme.name()))
}

fn whole(scheme: Scheme<'_>, ring: Keyring, delivery: &Delivery) -> Result<Role, Rejection> {
    verifier(scheme, ring).verify_at(delivery.request(), NOW).map(|verified| verified.role())
}

fn streamed(scheme: Scheme<'_>, ring: Keyring, delivery: &Delivery) -> Result<Role, Rejection> {
    let verifier = verifier(scheme, ring);
    let headers: Vec<_> = delivery.headers().collect();
    let mut stream = verifier.begin(Request::new(&headers, ()).method("POST").target(delivery.target()), NOW)?;
    delivery.content().chunks(3).for_each(|chunk| stream.update(chunk));
    stream.finish(NOW).map(|verified| verified.role())
}

#[test]
fn one_key() {
    for scheme in schemes() {
        let name = scheme.name();
        for body in [BODY, b"", &[0xff; 1000]] {
            let delivery = sign(scheme, &alone(0), SignWith::Current, body);
            assert_eq!(whole(scheme, alone(0), &delivery), Ok(Role::Current), "{name}");
            assert_eq!(whole(scheme, alone(1), &delivery), Err(Rejection::Mismatch), "{name}");
            let stream = streamed(scheme, alone(0), &delivery);
            let wanted = if scheme.can_stream() { Ok(Role::Current) } else { Err(Rejection::NeedsWholeBody) };
            assert_eq!(stream, wanted, "{name}");
            if scheme.can_stream() {
                assert_eq!(streamed(scheme, alone(1), &delivery), Err(Rejection::Mismatch), "{name}");
            }
        }
    }
}

/// A flipped bit anywhere in the body is rejected, unless the scheme says that it does not cover the whole body: then some
/// are accepted, and those that it names are not.
#[test]
fn every_byte_of_the_body_counts() {
    for scheme in schemes() {
        let name = scheme.name();
        let delivery = sign(scheme, &alone(0), SignWith::Current, BODY);
        let verifier = verifier(scheme, alone(0));
        let accepted = (0..delivery.content().len()).filter(|at| {
            let mut body = delivery.content().to_vec();
            body[*at] ^= 1;
            verifier.verify_at(delivery.clone().body(body).request(), NOW).is_ok()
        });
        let accepted = accepted.count();
        match scheme.coverage() {
            Covers::WholeBody => assert_eq!(accepted, 0, "{name}"),
            // Every byte counts; what is not covered is to which field it belongs: see tests/boundaries.rs.
            Covers::Only(what) if what.ends_with("run together") => assert_eq!(accepted, 0, "{name}"),
            _ => assert!((1..=delivery.content().len()).contains(&accepted), "{name}: {accepted}"),
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
        let refused = Delivery::sample(&scheme, NOW).signed(scheme, &ring(3), SignWith::AllLive, NOW).map(drop);
        assert!(places > 2 || refused == Err(DeliveryError::Sign(SignError::TooManyKeys)), "{}: {refused:?}", scheme.name());
        for keys in 1..=places {
            let delivery = sign(scheme, &ring(keys), SignWith::AllLive, BODY);
            for n in 0..keys {
                assert_eq!(whole(scheme, alone(n), &delivery), Ok(Role::Current), "{}: key {n} of {keys}", scheme.name());
            }
            assert_eq!(whole(scheme, alone(keys), &delivery), Err(Rejection::Mismatch), "{}", scheme.name());
        }
    }
    assert!(several >= 40, "only {several} schemes carry several signatures");
}

/// A receiver in a rotation knows several keys: each role is told.
#[test]
fn several_keys_at_the_receiver() {
    let staged = ring(2).stage(secret(9), NOW).unwrap().ring;
    for scheme in schemes() {
        for (n, role) in [(0, Role::Current), (1, Role::Previous), (9, Role::Next)] {
            let delivery = sign(scheme, &alone(n), SignWith::Current, BODY);
            assert_eq!(whole(scheme, staged.clone(), &delivery), Ok(role), "{}", scheme.name());
        }
    }
}

/// A test delivery is signed with the staged key and with no other.
#[test]
fn probing_the_next_key() {
    let staged = alone(0).stage(secret(1), NOW).unwrap().ring;
    let signer = Signer::new(providers::GENERIC_SHA256, staged.clone(), SignWith::Current).unwrap();
    let probe = signer.probe_next(&Message::new(BODY), NOW).unwrap();
    let headers = probe.iter();
    let delivery = headers.fold(Delivery::new("POST", URL).body(BODY), |delivery, (name, value)| delivery.header(name, value));
    assert_eq!(whole(providers::GENERIC_SHA256, staged, &delivery), Ok(Role::Next));
    assert_eq!(whole(providers::GENERIC_SHA256, alone(1), &delivery), Ok(Role::Current));
    assert_eq!(whole(providers::GENERIC_SHA256, alone(0), &delivery), Err(Rejection::Mismatch));
}

/// A sender with private keys, a receiver with the public ones.
#[cfg(feature = "ed25519")]
mod public_keys {
    use super::*;
    use hookring::scheme::Algorithm;
    use hookring::{PublicKey, SigningKey, SigningKeyFormat};

    fn schemes() -> impl Iterator<Item = Scheme<'static>> {
        providers::all().iter().copied().filter(|scheme| scheme.algorithm() == Algorithm::Ed25519)
    }

    fn verify(scheme: Scheme<'_>, key: PublicKey, delivery: &Delivery) -> Result<Role, Rejection> {
        let verifier = Verifier::new(scheme, Keyring::new(key, NOW).ring).unwrap();
        verifier.verify_at(delivery.request(), NOW).map(|verified| verified.role())
    }

    #[test]
    fn every_scheme() {
        let [old, new, other] = [(); 3].map(|()| SigningKey::generate(SigningKeyFormat::Whsk).unwrap());
        let public = [&old, &new, &other].map(SigningKey::public_key);
        let [old_public, new_public, other_public] = public;
        let ring = Keyring::new(old, NOW).ring.rotate(new, HOUR, NOW).unwrap().ring;
        for scheme in schemes() {
            let name = scheme.name();
            let with = if scheme.carries_several() { SignWith::AllLive } else { SignWith::Current };
            let sample = Delivery::sample(&scheme, NOW).body(BODY);
            let delivery = sample.signed(scheme, &ring, with, NOW).unwrap();
            assert_eq!(verify(scheme, new_public.clone(), &delivery), Ok(Role::Current), "{name}");
            assert_eq!(verify(scheme, other_public.clone(), &delivery), Err(Rejection::Mismatch), "{name}");
            let old = if with == SignWith::AllLive { Ok(Role::Current) } else { Err(Rejection::Mismatch) };
            assert_eq!(verify(scheme, old_public.clone(), &delivery), old, "{name}");
            for at in 0..BODY.len() {
                let mut body = BODY.to_vec();
                body[at] ^= 1;
                assert!(verify(scheme, new_public.clone(), &delivery.clone().body(body)).is_err(), "{name}");
            }
        }
        assert!(schemes().count() >= 3);
    }
}
