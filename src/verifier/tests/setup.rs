//! What can be wrong with a verifier is found when it is built, and what it needs of a request before any MAC.

use super::*;
use crate::message::{RequestView, Write};
use crate::replay::Scope;

const HOUR: Duration = Duration::from_secs(3600);

fn secrets() -> Keyring {
    ring(1, SecretFormat::Utf8)
}

fn refusal(builder: VerifierBuilder<'_>) -> Option<SetupError> {
    let one = builder.build(secrets()).map(drop);
    assert_eq!(builder.build_per_tenant().map(drop), one);
    one.err()
}

#[test]
fn a_tolerance_needs_a_time() {
    let (timed, timeless) = (Verifier::builder(providers::STRIPE), Verifier::builder(providers::GITHUB));
    assert_eq!(refusal(timeless.tolerance(HOUR, HOUR)), Some(SetupError::NoTimestampToCheck));
    assert_eq!(refusal(timeless.dangerous_accept_any_age()), Some(SetupError::NoTimestampToCheck));
    assert_eq!(refusal(timeless), None);
    let window = |builder: VerifierBuilder<'_>| builder.build(secrets()).unwrap().window();
    let five_minutes = Duration::from_secs(300);
    assert_eq!(window(timed), Some((five_minutes, five_minutes)));
    assert_eq!(window(timed.tolerance(HOUR, Duration::ZERO)), Some((HOUR, Duration::ZERO)));
    assert_eq!(window(timed.dangerous_accept_any_age()), None);
    let both = timed.tolerance(HOUR, HOUR).dangerous_accept_any_age();
    assert_eq!(refusal(both), Some(SetupError::ToleranceOfAnyAge));
    assert_eq!(window(timeless), None);
}

/// Each bound is inclusive, and by how much it is exceeded is reported.
#[test]
fn a_delivery_is_fresh_up_to_both_bounds() {
    let (past, future) = (Duration::from_secs(60), Duration::from_secs(5));
    let verifier = Verifier::builder(providers::STRIPE).tolerance(past, future).build(secrets()).unwrap();
    let headers = signed(providers::STRIPE, &secrets());
    let verdict = |now: Timestamp| verifier.verify_at(Request::new(&headers, BODY), now).map(drop);
    let moment = Duration::from_millis(1);
    assert_eq!((verdict(NOW), verdict(NOW.plus(past)), verdict(NOW.minus(future))), (Ok(()), Ok(()), Ok(())));
    assert_eq!(verdict(NOW.plus(past + moment)), Err(Rejection::TooOld { by: moment }));
    assert_eq!(verdict(NOW.minus(future + moment)), Err(Rejection::TooNew { by: moment }));
}

/// The time in a signed body is read once the signature was found good: what is no time is malformed, and not a mismatch.
#[test]
fn a_time_in_the_body_has_to_be_one() {
    let linear = providers::all().iter().copied().find(|scheme| scheme.name() == "linear").unwrap();
    let (ring, verifier) = (secrets(), verifier(linear, secrets()));
    let key = ring.current().unwrap();
    let sign = |body: &[u8]| {
        let tag = hex::encode(*crate::mac::tag(crate::key::sealed::Material::mac_key(key).unwrap(), &[body]));
        Pairs::from([("linear-signature".to_owned(), tag)])
    };
    let verdict = |body: &'static [u8]| verifier.verify_at(Request::new(&sign(body), body), NOW).map(drop);
    assert_eq!(verdict(BODY), Ok(()));
    assert_eq!(verdict(br#"{"webhookTimestamp":"soon"}"#), Err(Rejection::Malformed(Field::Timestamp)));
    assert_eq!(verdict(b"{}"), Err(Rejection::Missing(Field::Timestamp)));
}

/// At this moment, by the clock of the machine.
#[cfg(feature = "std")]
#[test]
fn a_delivery_is_verified_at_the_moment_of_the_call() {
    let ring = Keyring::new(secret(0, SecretFormat::Utf8), Timestamp::now()).ring;
    let verifier = verifier(providers::STRIPE, ring.clone());
    let signer = Signer::new(providers::STRIPE, ring, SignWith::Current).unwrap();
    for (sent, wanted) in [(Timestamp::now(), Ok(BODY)), (Timestamp::now().minus(HOUR), Err(()))] {
        let signed = signer.sign(&Message::new(BODY), sent).unwrap();
        let headers: Vec<_> = signed.iter().collect();
        assert_eq!(verifier.verify(&headers, BODY).map(Verified::into_body).map_err(|_| ()), wanted);
    }
}

#[test]
fn a_public_url_is_for_schemes_that_sign_it() {
    let (with, without) = (Verifier::builder(providers::HUBSPOT_V3), Verifier::builder(providers::GITHUB));
    assert_eq!(refusal(with), Some(SetupError::NeedsPublicUrl));
    let place = Place::Header("x-signature");
    let nameless = Scheme::new("", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, &[SignedPart::Body]);
    assert_eq!(refusal(Verifier::builder(nameless)), Some(SetupError::Scheme(crate::error::SchemeError::NoName)));
    assert_eq!(refusal(with.public_url("hooks.example")), Some(SetupError::BadPublicUrl));
    assert_eq!(refusal(with.public_url("https://hooks.example")), None);
    assert_eq!(refusal(without.public_url("https://hooks.example")), Some(SetupError::UrlNotSigned));
}

#[test]
fn names_are_shown_and_no_keys() {
    let github = verifier(providers::GITHUB, secrets());
    assert_eq!(format!("{github:?}"), "Verifier { scheme: \"github\", .. }");
    assert_eq!(&**github.scheme_name(), "github");
    let shared = Verifier::builder(providers::GITHUB).build_per_tenant().unwrap();
    assert_eq!(format!("{:?}", shared.keys), "NoKeys");
}

#[test]
fn whether_an_id_is_signed() {
    assert!(verifier(providers::STANDARD_WEBHOOKS, ring(1, SecretFormat::Whsec)).signs_id());
    assert!(!verifier(providers::STRIPE, secrets()).signs_id());
}

#[test]
fn the_page_is_that_of_the_ring() {
    let ring = ring(3, SecretFormat::Utf8);
    let verifier = verifier(providers::GITHUB, ring.clone());
    let status = verifier.status(NOW);
    assert_eq!((status.duty, status.generation, status.keys.len()), (Duty::Receiver, ring.generation(), 3));
    assert_eq!(verifier.generation(), ring.generation());
    assert!(ring.generation() > 1);
}

/// A function part that writes the target and the body.
fn target_and_body(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    out(view.target().unwrap_or_default().as_bytes());
    out(view.body());
    Ok(())
}

#[test]
fn what_the_scheme_signs_of_the_request_line_has_to_be_there() {
    let place = Place::Header("x-signature");
    let of = |parts| Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, parts);
    let headers: Pairs = [("x-signature".to_owned(), "00".repeat(32))].into();
    let verdict = |scheme: Scheme<'_>, method: Option<&'static str>, target: Option<&'static str>| {
        let mut request = Request::new(&headers, BODY);
        (request.method, request.target) = (method, target);
        verifier(scheme, secrets()).verify_at(request, NOW).map(drop).unwrap_err()
    };
    let (post, path) = (Some("POST"), Some("/hook"));
    let (needs, judged) = (Rejection::NeedsRequestLine, Rejection::Mismatch);
    let (body, method) = ([SignedPart::Body], [SignedPart::Method, SignedPart::Body]);
    let (url, target) = ([SignedPart::Url, SignedPart::Body], [SignedPart::With(target_and_body)]);
    assert_eq!(verdict(of(&body), None, None), judged);
    assert_eq!((verdict(of(&method), None, path), verdict(of(&method), post, None)), (needs, judged));
    assert_eq!((verdict(of(&url), post, None), verdict(of(&url), None, path)), (needs, judged));
    let target = of(&target).reads_target();
    assert_eq!((verdict(target, post, None), verdict(target, None, path)), (needs, judged));
    for (target, wanted) in [("", judged), ("/", judged), ("?a=1", judged), ("hook", Rejection::Malformed(Field::Target))] {
        assert_eq!(verdict(of(&url), None, Some(target)), wanted, "{target:?}");
    }
}

#[test]
fn targets_in_the_absolute_form() {
    for (target, wanted) in [
        ("/a?b=1", "/a?b=1"),
        ("https://h.example/a?b=1", "/a?b=1"),
        ("HTTP://h.example?b=1", "?b=1"),
        ("http://h.example", ""),
        ("ftp://h.example/a", "ftp://h.example/a"),
        ("/login?to=https://h.example/a", "/login?to=https://h.example/a"),
    ] {
        assert_eq!(path_and_query(target), wanted, "{target}");
    }
}

/// A tenant's verifier is the shared one with the keys of the tenant, and so is a copy of it.
#[test]
fn tenants_and_copies_share_the_setup() {
    let shared = Verifier::builder(providers::GITHUB).digest_content().build_per_tenant().unwrap();
    let (ours, theirs) = (ring(1, SecretFormat::Utf8), Keyring::new(secret(400, SecretFormat::Utf8), NOW).ring);
    let headers = signed(providers::GITHUB, &ours);
    let verify = |verifier: &Verifier| verifier.verify_at(Request::new(&headers, BODY), NOW).map(|found| found.role());
    assert_eq!(verify(&shared.with_keys(ours.clone())), Ok(Role::Current));
    assert_eq!(verify(&shared.with_keys(ours.clone()).clone()), Ok(Role::Current));
    assert_eq!(verify(&shared.with_keys(theirs)), Err(Rejection::Mismatch));
    let proof = shared.with_keys(ours).verify_at(Request::new(&headers, BODY), NOW).unwrap();
    assert_eq!(proof.replay_key(&Scope::new("a").unwrap()), proof.clone().replay_key(&Scope::new("a").unwrap()));
}
