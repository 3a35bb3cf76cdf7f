//! What a proof says about its delivery.

use super::*;
use crate::key::KeyId;
use crate::replay::Scope;

const HOUR: Duration = Duration::from_secs(3600);

fn scope() -> Scope {
    Scope::new("endpoint").unwrap()
}

fn proof(verifier: &Verifier, headers: &Pairs) -> Verified<&'static [u8]> {
    verifier.verify_at(Request::new(headers, BODY), NOW).unwrap()
}

#[test]
fn the_key_that_matched_is_told() {
    let named = secret(0, SecretFormat::Utf8).labelled("stripe-2026").unwrap();
    let first = Keyring::new(named, NOW).ring;
    let ring = first.rotate(secret(4, SecretFormat::Utf8), HOUR, NOW).unwrap().ring;
    let verifier = verifier(providers::STRIPE, ring.clone());

    let old = proof(&verifier, &signed(providers::STRIPE, &first));
    assert_eq!((old.key(), old.key_label()), (KeyId::of_label("stripe-2026"), Some("stripe-2026")));
    assert_eq!((old.role(), old.key_expires_at()), (Role::Previous, Some(NOW.plus(HOUR))));
    let new = proof(&verifier, &signed(providers::STRIPE, &ring));
    assert_eq!((new.key(), new.key_label()), (ring.current().unwrap().id(), None));
    assert_eq!((new.role(), new.key_expires_at()), (Role::Current, None));
    assert_eq!((old.generation(), new.generation()), (ring.generation(), ring.generation()));
    assert!(ring.generation() > 1);
}

#[test]
fn what_is_signed_is_told_and_nothing_else() {
    let of = |scheme: Scheme<'_>| {
        let ring = ring(1, scheme.key_format());
        proof(&verifier(scheme, ring.clone()), &signed(scheme, &ring))
    };
    let told = |scheme| {
        let proof = of(scheme);
        (String::from(proof.scheme()), proof.timestamp(), proof.id().map(String::from), proof.window())
    };
    let window = Some((Duration::from_secs(300), Duration::from_secs(300)));
    assert_eq!(told(providers::STANDARD_WEBHOOKS), ("standard-webhooks".into(), Some(NOW), Some("msg_1".into()), window));
    assert_eq!(told(providers::STRIPE), ("stripe".into(), Some(NOW), None, window));
    assert_eq!(told(providers::GITHUB), ("github".into(), None, None, None));
}

#[test]
fn the_body_comes_out_of_its_proof() {
    let ring = ring(1, SecretFormat::Whsec);
    let verified = proof(&verifier(providers::STANDARD_WEBHOOKS, ring.clone()), &signed(providers::STANDARD_WEBHOOKS, &ring));
    assert_eq!((*verified.body(), verified.clone().into_body()), (BODY, BODY));
    let parsed = verified.clone().try_map(|body| core::str::from_utf8(body)).unwrap();
    assert_eq!((parsed.body().as_bytes(), parsed.id(), parsed.key()), (BODY, Some("msg_1"), verified.key()));
    assert_eq!(verified.clone().try_map(|_| Err::<(), _>("not JSON")).map(drop), Err("not JSON"));
}

/// However often it was parsed, and whatever it is now.
#[test]
fn a_parsed_body_keeps_its_replay_key() {
    let parse: fn(&'static [u8]) -> Result<&'static [u8], &'static str> = |body| body.strip_prefix(b"{").ok_or("not an object");
    for scheme in [providers::STANDARD_WEBHOOKS, providers::GITHUB] {
        let ring = ring(1, scheme.key_format());
        let verified = proof(&verifier(scheme, ring.clone()), &signed(scheme, &ring));
        let parsed = verified.clone().try_map(parse).unwrap();
        assert_eq!((*parsed.body(), parsed.replay_key(&scope())), (&BODY[1..], verified.replay_key(&scope())));
        assert_eq!(parsed.clone().try_map(parse).map(drop), Err("not an object"));
        let again = parsed.try_map(|body| Ok::<_, ()>(body.len())).unwrap();
        assert_eq!(again.into_body(), BODY.len() - 1);
    }
}

#[cfg(feature = "axum")]
#[test]
fn the_same_bytes_in_another_wrap_are_the_same_proof() {
    let ring = ring(1, SecretFormat::Utf8);
    let verified = proof(&verifier(providers::GITHUB, ring.clone()), &signed(providers::GITHUB, &ring));
    let wrap: fn(&'static [u8]) -> Result<&'static str, core::str::Utf8Error> = core::str::from_utf8;
    let wrapped = verified.clone().try_wrap(wrap).unwrap();
    assert_eq!((wrapped.body().as_bytes(), wrapped.replay_key(&scope())), (BODY, verified.replay_key(&scope())));
    let ring = super::ring(1, SecretFormat::Utf8);
    let signer = Signer::new(providers::GITHUB, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(b"\xFF"), NOW).unwrap();
    let headers: Vec<_> = signed.iter().collect();
    let verified = verifier(providers::GITHUB, ring).verify_at(Request::new(&headers, b"\xFF".as_slice()), NOW).unwrap();
    assert!(verified.try_wrap(wrap).is_err());
}

#[test]
fn a_proof_shows_no_body() {
    let ring = ring(1, SecretFormat::Whsec);
    let verified = proof(&verifier(providers::STANDARD_WEBHOOKS, ring.clone()), &signed(providers::STANDARD_WEBHOOKS, &ring));
    let (key, time) = (verified.key(), verified.timestamp());
    let wanted = format!(
        "Verified {{ scheme: \"standard-webhooks\", key: {key:?}, role: Current, timestamp: {time:?}, id: Some(\"msg_1\"), .. }}"
    );
    assert_eq!(format!("{verified:?}"), wanted);
}

/// The id is what counts where it is signed, and the whole signed content where none is, however it was digested.
#[test]
fn replay_keys() {
    let key = |scheme: Scheme<'_>, digested: bool, id: &str, body: &'static [u8]| {
        let ring = ring(1, scheme.key_format());
        let builder = Verifier::builder(scheme);
        let verifier = if digested { builder.digest_content() } else { builder }.build(ring.clone()).unwrap();
        let signer = Signer::new(scheme, ring, SignWith::Current).unwrap();
        let signed = signer.sign(&Message::new(body).id(id), NOW).unwrap();
        let headers: Vec<_> = signed.iter().collect();
        verifier.verify_at(Request::new(&headers, body), NOW).unwrap().replay_key(&scope())
    };
    let with_id = |id, body| key(providers::STANDARD_WEBHOOKS, false, id, body);
    assert_eq!(with_id("msg_1", b"{}"), with_id("msg_1", b"{\"retry\":1}"));
    assert_ne!(with_id("msg_1", b"{}"), with_id("msg_2", b"{}"));
    for scheme in [providers::GITHUB, providers::STRIPE] {
        let of = |digested, body| key(scheme, digested, "", body);
        assert_eq!(of(false, b"{}"), of(true, b"{}"), "{}", scheme.name());
        assert_ne!(of(false, b"{}"), of(false, b"[]"), "{}", scheme.name());
        assert_ne!(of(true, b"{}"), of(true, b"[]"), "{}", scheme.name());
    }
    assert_ne!(key(providers::GITHUB, false, "", b"{}"), key(providers::STRIPE, false, "", b"{}"));
}

#[test]
fn event_keys() {
    let of = |scheme: Scheme<'_>, name: &str, id: &str| {
        let ring = ring(1, scheme.key_format());
        proof(&verifier(scheme, ring.clone()), &signed(scheme, &ring)).event_key(&Scope::new(name).unwrap(), id)
    };
    let key = of(providers::STRIPE, "endpoint", "evt_1");
    assert_eq!(of(providers::STRIPE, "endpoint", "evt_1"), key);
    assert_ne!(of(providers::STRIPE, "endpoint", "evt_2"), key);
    assert_ne!(of(providers::STRIPE, "another", "evt_1"), key);
    assert_ne!(of(providers::GITHUB, "endpoint", "evt_1"), key);
}
