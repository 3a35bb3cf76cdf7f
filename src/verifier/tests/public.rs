//! Public keys: a signature of one of them over the very content, and keys that fit the scheme.

use super::*;
use crate::asymmetric::{PublicKey, SigningKey, SigningKeyFormat};
use crate::replay::Scope;

type Pair = (Keyring<SigningKey>, Keyring<PublicKey>);

fn pair() -> Pair {
    let private = SigningKey::generate(SigningKeyFormat::Whsk).unwrap();
    let public = private.public_key();
    (Keyring::new(private, NOW).ring, Keyring::new(public, NOW).ring)
}

fn headers(scheme: Scheme<'_>, ring: &Keyring<SigningKey>) -> Pairs {
    let signer = Signer::new(scheme, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(BODY).id("msg_1"), NOW).unwrap();
    signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn only_a_signature_of_the_key_over_the_content_counts() {
    for scheme in [providers::DISCORD, providers::STANDARD_WEBHOOKS_V1A] {
        let ((private, public), (_, stranger)) = (pair(), pair());
        let headers = headers(scheme, &private);
        let verify = |ring: &Keyring<PublicKey>, body: &'static [u8], now: Timestamp| {
            Verifier::new(scheme, ring.clone()).unwrap().verify_at(Request::new(&headers, body), now)
        };
        let verified = verify(&public, BODY, NOW).unwrap();
        assert_eq!((verified.key(), verified.timestamp()), (public.current().unwrap().id(), Some(NOW)));
        assert_eq!(verified.id(), (scheme.name() != "discord").then_some("msg_1"));
        assert_eq!(verify(&public, b"{}", NOW).map(drop), Err(Rejection::Mismatch));
        assert_eq!(verify(&stranger, BODY, NOW).map(drop), Err(Rejection::Mismatch));
        let late = verify(&public, BODY, NOW.plus(Duration::from_secs(301))).map(drop);
        assert_eq!(late, Err(Rejection::TooOld { by: Duration::from_secs(1) }));
        let scope = Scope::new("endpoint").unwrap();
        assert_eq!(verified.replay_key(&scope), verify(&public, BODY, NOW).unwrap().replay_key(&scope));
    }
}

#[test]
fn keys_of_another_kind_are_found_when_the_verifier_is_built() {
    let wrong = Some(SetupError::WrongKeyKind);
    let (_, public) = pair();
    assert_eq!(Verifier::new(providers::DISCORD, ring(1, SecretFormat::Utf8)).err(), wrong);
    assert_eq!(Verifier::new(providers::GITHUB, public.clone()).err(), wrong);
    assert_eq!(Verifier::new(providers::SENDGRID, public.clone()).err(), wrong, "another curve");
    assert!(Verifier::new(providers::DISCORD, public).is_ok());
}

/// A scheme of one's own may sign the method and take its time from the body.
#[test]
fn the_time_in_a_signed_body_is_judged_after_its_signature() {
    let place = Place::Header("x-signature");
    let of = |parts| {
        Scheme::new("ours", Algorithm::Ed25519, place, Grammar::Whole, Encoding::Hex, parts)
            .timestamp(crate::scheme::Source::Json("webhookTimestamp"), crate::scheme::Unit::Millis)
    };
    let (private, public) = pair();
    let scheme = of(&[SignedPart::Method, SignedPart::Body]);
    let verdict = |body: &'static [u8], method: Option<&'static str>| {
        let signer = Signer::new(of(&[SignedPart::Method, SignedPart::Body]), private.clone(), SignWith::Current).unwrap();
        let signed = signer.sign(&Message::new(body).method("POST"), NOW).unwrap();
        let headers: Vec<_> = signed.iter().collect();
        let mut request = Request::new(&headers, body);
        request.method = method;
        Verifier::new(scheme, public.clone()).unwrap().verify_at(request, NOW).map(|verified| verified.timestamp())
    };
    assert_eq!(verdict(BODY, Some("POST")), Ok(Some(NOW)));
    assert_eq!(verdict(BODY, Some("PUT")), Err(Rejection::Mismatch));
    assert_eq!(verdict(BODY, None), Err(Rejection::NeedsRequestLine));

    let headers = Pairs::from([("x-signature".to_owned(), "00".repeat(64))]);
    let parts = [SignedPart::Header("x-event"), SignedPart::Body];
    let other = Verifier::new(of(&parts), public).unwrap().verify_at(Request::new(&headers, BODY), NOW);
    assert_eq!(other.map(drop), Err(Rejection::Missing(Field::Header)));
}

/// Tenants' keys are not looked at before they are used: then one of another curve is the receiver's fault.
#[test]
fn a_tenants_key_of_another_curve_is_no_forgery() {
    const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    let (private, _) = pair();
    let headers = headers(providers::DISCORD, &private);
    let tenants = Verifier::builder(providers::DISCORD).build_per_tenant().unwrap();
    let other = PublicKey::parse(P256, crate::asymmetric::PublicKeyFormat::P256Spki).unwrap();
    let verdict = |ring: Keyring<PublicKey>| tenants.with_keys(ring).verify_at(Request::new(&headers, BODY), NOW).map(drop);
    let misfit = Keyring::new(other, NOW).ring;
    assert_eq!(verdict(misfit.clone()), Err(Rejection::WrongKeyKind));
    assert_eq!(verdict(misfit.stage(private.current().unwrap().public_key(), NOW).unwrap().ring), Ok(()));
}
