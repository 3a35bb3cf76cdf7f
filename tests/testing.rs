//! Deliveries made for tests: any scheme, any time, signed anew, and kept in files.

use hookring::testing::{Delivery, DeliveryError};
use hookring::{
    Keyring, Rejection, Scheme, Secret, SecretFormat, SecretPolicy, SetupError, SignError, SignWith, Timestamp, Verifier,
    providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const LONG_AGO: Timestamp = Timestamp::from_unix_secs(1_600_000_000);

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap()
}

fn ring(text: &str) -> Keyring {
    Keyring::new(secret(text), NOW).ring
}

fn verify(scheme: Scheme<'_>, delivery: &Delivery, text: &str, now: Timestamp) -> Result<(), Rejection> {
    let builder = Verifier::builder(scheme);
    let builder = if scheme.signs_url() { builder.public_url(delivery.origin()) } else { builder };
    builder.build(ring(text)).unwrap().verify_at(delivery.request(), now).map(drop)
}

#[test]
fn a_sample_of_every_scheme_at_any_time() {
    let all = providers::all().iter().chain(providers::unconfirmed::all());
    for scheme in all.filter(|scheme| !scheme.has_public_key() && !matches!(scheme.name(), "hygraph" | "hook0")) {
        for now in [NOW, LONG_AGO] {
            let sample = Delivery::sample(scheme, now);
            let signed = sample.signed(*scheme, &ring("a secret of the tests 8e2f60c1"), SignWith::Current, now).unwrap();
            let (name, text) = (scheme.name(), "a secret of the tests 8e2f60c1");
            assert_eq!(verify(*scheme, &signed, text, now), Ok(()), "{name}");
            assert!(verify(*scheme, &signed, "another secret of the tests 1f0", now).is_err(), "{name}");
            if scheme.has_timestamp() {
                let late = now.plus(core::time::Duration::from_secs(3000));
                assert!(matches!(verify(*scheme, &signed, text, late), Err(Rejection::TooOld { .. })), "{name}");
            }
            let shown = format!("{signed:?}");
            assert!(!shown.contains("sample.created") && !shown.contains("msg_sample"), "{shown}");
        }
    }
}

/// Signing anew replaces what an earlier signature put there, under either set of names, and keeps the id.
#[test]
fn signed_anew() {
    let captured = Delivery::new("POST", "https://hooks.example.com/in?a=1#part")
        .header("Content-Type", "application/json")
        .header("webhook-id", "msg_of_theirs")
        .header("Webhook-Timestamp", "1600000000")
        .header("webhook-signature", "v1,6qXjQHlrcUxOpR8lVx7sEWq0InvxOhXg23/Hln91olI=")
        .body("{}");
    let (old, new) = ("the old secret of the tests", "the new secret of the tests");
    let once = captured.signed(providers::SVIX, &ring(old), SignWith::Current, LONG_AGO).unwrap();
    let twice = once.clone().signed(providers::SVIX, &ring(new), SignWith::Current, NOW).unwrap();
    for delivery in [&once, &twice] {
        let names: Vec<_> = delivery.headers().map(|(name, _)| name).collect();
        assert_eq!(names, ["Content-Type", "svix-id", "svix-timestamp", "svix-signature"]);
        assert!(delivery.headers().any(|(_, value)| value == "msg_of_theirs"));
    }
    assert_eq!(verify(providers::SVIX, &twice, new, NOW), Ok(()));
    assert_eq!(verify(providers::SVIX, &twice, old, NOW), Err(Rejection::Mismatch));
    assert_eq!((twice.origin(), twice.target()), ("https://hooks.example.com", "/in?a=1"));
    assert_eq!((twice.method(), twice.content()), ("POST", b"{}".as_slice()));
}

/// A fragment is never sent, so nobody can verify it; and a URL in a query is a part of that query.
#[test]
fn a_url_is_signed_as_it_is_sent() {
    let text = "a secret of the tests 8e2f60c1";
    for (url, target) in [
        ("https://hooks.example.com/in?a=1#part", "/in?a=1"),
        ("https://hooks.example.com/in?next=https://a.test/x#/y?z", "/in?next=https://a.test/x"),
        ("https://hooks.example.com#part", ""),
    ] {
        let sign = |url: &str| {
            let delivery = Delivery::new("POST", url).body("{}");
            delivery.signed(providers::SQUARE, &ring(text), SignWith::Current, NOW).unwrap()
        };
        let signed = sign(url);
        assert_eq!((signed.origin(), signed.target()), ("https://hooks.example.com", target));
        assert_eq!(verify(providers::SQUARE, &signed, text, NOW), Ok(()), "{url}");
        assert!(signed.headers().eq(sign(url.split('#').next().unwrap()).headers()), "{url}");
    }
    assert_eq!(Delivery::new("POST", "/in?next=https://a.test/x").target(), "/in?next=https://a.test/x");
}

#[test]
fn what_cannot_be_signed() {
    let text = "a secret of the tests 8e2f60c1";
    let empty = || Delivery::new("POST", "https://hooks.example.com");
    let sign = |delivery: Delivery, scheme, with| delivery.signed(scheme, &ring(text), with, NOW).map(drop).unwrap_err();
    let several = DeliveryError::Setup(SetupError::OneSignatureOnly);
    assert_eq!(sign(empty(), providers::GITHUB, SignWith::AllLive), several);
    assert_eq!(sign(Delivery::sample(&providers::MAILGUN, NOW), providers::MAILGUN, SignWith::AllLive), several);
    let field = DeliveryError::Sign(SignError::MissingBodyField);
    assert_eq!(sign(empty(), providers::LINEAR, SignWith::Current), field);
    assert_eq!(sign(empty().body("{}"), providers::MAILGUN, SignWith::Current), field);
    let header = DeliveryError::Sign(SignError::MissingHeader);
    // Its content takes the environment from the signature header, which only the provider writes.
    assert_eq!(sign(Delivery::sample(&providers::HYGRAPH, NOW), providers::HYGRAPH, SignWith::Current), header);
    assert_eq!(sign(empty(), providers::NEXTCLOUD_TALK, SignWith::Current), header);
}

#[cfg(feature = "testing")]
mod fixtures {
    use super::*;
    use hookring::testing::{Expect, Fixture, Surprise};

    /// The published vectors are fixtures, and come out of a file as they went in.
    #[test]
    fn the_published_vectors_replay() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/providers.json");
        let text = std::fs::read_to_string(path).unwrap();
        let known: Vec<serde_json::Value> = serde_json::from_str::<Vec<_>>(&text).unwrap();
        let known = known.into_iter().filter(|vector: &serde_json::Value| {
            // Fixtures hold secrets, and public keys are none.
            let row = vector["provider"].as_str().and_then(providers::find);
            let ours = row.is_some_and(|scheme| !scheme.has_public_key());
            // Old by years, or with parameters that its row does not have.
            ours && vector["provider"] != "sanity" && vector.get("params").is_none()
        });
        let known: Vec<_> = known.collect();
        let fixtures = Fixture::parse(&serde_json::Value::from(known).to_string()).unwrap();
        assert!(fixtures.len() > 350, "{}", fixtures.len());
        for fixture in fixtures {
            let scheme = *providers::find(fixture.provider()).unwrap();
            assert_eq!(fixture.replay(scheme), Ok(()));
            let [again] = Fixture::parse(&fixture.to_json()).unwrap().try_into().unwrap();
            assert_eq!(again.to_json(), fixture.to_json());
            assert_eq!(again.replay(scheme), Ok(()));
            let shown = format!("{fixture:?} {fixture:#?}");
            assert!(!shown.contains("sha256=") && !shown.contains("whsec_"), "{shown}");
        }
    }

    #[test]
    fn a_surprise_says_which_fixture() {
        let scheme = providers::STRIPE;
        let text = "a secret of the tests 8e2f60c1";
        let delivery = Delivery::sample(&scheme, NOW).signed(scheme, &ring(text), SignWith::Current, NOW).unwrap();
        let fixture = |text, now, expect| Fixture::new("one", "stripe", delivery.clone(), [secret(text)], expect, now);
        assert_eq!(fixture(text, NOW, Expect::Valid).replay(scheme), Ok(()));
        let accepted = fixture(text, NOW, Expect::Invalid).replay(scheme).unwrap_err();
        assert_eq!(accepted.to_string(), "one should be rejected, and was accepted");
        let late = NOW.plus(core::time::Duration::from_secs(301));
        assert_eq!(fixture(text, late, Expect::Invalid).replay(scheme), Ok(()));
        let rejected = fixture(text, late, Expect::Valid).replay(scheme).unwrap_err();
        assert!(matches!(rejected, Surprise::Rejected { ref id, rejection: Rejection::TooOld { .. } } if id == "one"));
        #[cfg(feature = "ed25519")]
        assert_eq!(
            fixture(text, NOW, Expect::Valid).replay(providers::DISCORD).unwrap_err().to_string(),
            "one holds no key for this scheme"
        );
        let two = [secret("the first secret of the tests"), secret(text)];
        assert_eq!(Fixture::new("two", "stripe", delivery, two, Expect::Valid, NOW).replay(scheme), Ok(()));
    }

    /// Every error points at the field.
    #[test]
    fn what_is_no_fixture() {
        let good = serde_json::json!({
            "id": "x", "provider": "github", "now_unix": 1, "expect": "valid",
            "request": { "method": "POST", "url": "https://a.example/", "headers": [["a", "b"]], "body_base64": "e30=" },
            "secrets": [{ "value": "secret", "encoding": "utf8" }],
        });
        assert!(Fixture::parse(&good.to_string()).is_ok());
        let cases = [
            ("/id", serde_json::json!(1), "id"),
            ("/provider", serde_json::Value::Null, "provider"),
            ("/now_unix", serde_json::json!("1"), "now_unix"),
            ("/expect", serde_json::json!("perhaps"), "expect"),
            ("/request/method", serde_json::json!([]), "request.method"),
            ("/request/url", serde_json::json!({}), "request.url"),
            ("/request/headers", serde_json::json!({}), "request.headers"),
            ("/request/headers/0", serde_json::json!(["a"]), "request.headers"),
            ("/request/body_base64", serde_json::json!("?"), "request.body_base64"),
            ("/secrets", serde_json::json!([]), "secrets"),
            ("/secrets/0/value", serde_json::json!(1), "secrets.value"),
            ("/secrets/0/encoding", serde_json::json!("rot13"), "secrets.encoding"),
        ];
        for (pointer, bad, field) in cases {
            let mut value = good.clone();
            *value.pointer_mut(pointer).unwrap() = bad;
            let error = Fixture::parse(&serde_json::json!([good, value]).to_string()).unwrap_err();
            assert_eq!((error.index, error.field), (1, field), "{error}");
        }
        for text in ["", "1", "{", "[1]"] {
            assert!(Fixture::parse(text).is_err(), "{text}");
        }
    }
}
