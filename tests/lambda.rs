//! The receiver of `examples/lambda` over events in the forms of API Gateway (1.0 and 2.0) and ALB.

#[path = "../examples/lambda/event.rs"]
mod event;

use base64ct::{Base64, Encoding as _};
use hookring::scheme::Scheme;
use hookring::{Keyring, Message, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const EVENTS: [&str; 4] = [
    include_str!("data/lambda/rest-v1.json"),
    include_str!("data/lambda/http-v2.json"),
    include_str!("data/lambda/alb.json"),
    include_str!("data/lambda/alb-multi-value.json"),
];

fn events() -> impl Iterator<Item = Value> {
    EVENTS.iter().map(|text| serde_json::from_str(text).unwrap())
}

/// GitHub's own example: the events carry its signature.
fn github() -> Keyring {
    let secret = Secret::parse("It's a Secret to Everybody", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    Keyring::new(secret, NOW).ring
}

/// Status, text and the body that reached the handler.
fn answer(scheme: Scheme<'_>, event: &Value) -> Result<(u64, String, Option<Vec<u8>>), &'static str> {
    let mut got = None;
    let answer = event::answer(&verifier(scheme), event, NOW, |body| got = Some(body.to_vec()))?;
    Ok((answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().into(), got))
}

/// A scheme that signs the URL needs the public one.
fn verifier(scheme: Scheme<'_>) -> Verifier {
    let builder = Verifier::builder(scheme);
    let builder = if scheme.signs_url() { builder.public_url("https://hooks.example") } else { builder };
    builder.build(github()).unwrap()
}

fn accepted(body: &[u8]) -> Result<(u64, String, Option<Vec<u8>>), &'static str> {
    Ok((202, "accepted".into(), Some(body.to_vec())))
}

fn refused() -> Result<(u64, String, Option<Vec<u8>>), &'static str> {
    Ok((401, "invalid signature".into(), None))
}

/// The place of the headers in an event.
fn headers_of(event: &mut Value) -> &mut Value {
    let name = if event.get("multiValueHeaders").is_some() { "multiValueHeaders" } else { "headers" };
    &mut event[name]
}

fn set_header(event: &mut Value, name: &str, values: &[&str]) {
    let multi = event.get("multiValueHeaders").is_some();
    let headers = headers_of(event).as_object_mut().unwrap();
    headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
    if values.is_empty() {
        return;
    }
    headers.insert(name.into(), if multi { json!(values) } else { json!(values.join(",")) });
}

fn set_body(event: &mut Value, body: &[u8]) {
    event["body"] = json!(Base64::encode_string(body));
    event["isBase64Encoded"] = json!(true);
}

#[test]
fn every_form_of_event_is_verified() {
    for event in events() {
        assert_eq!(answer(providers::GITHUB, &event), accepted(b"Hello, World!"), "{event}");
    }
}

#[test]
fn letter_case_does_not_matter_and_bytes_do() {
    for event in events() {
        let name = "x-HUB-signature-256";
        let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let mut shouted = event.clone();
        set_header(&mut shouted, name, &[good]);
        assert_eq!(answer(providers::GITHUB, &shouted), accepted(b"Hello, World!"));

        for body in [b"Hello, World?".as_slice(), b"Hello, World!\n", b""] {
            let mut changed = event.clone();
            set_body(&mut changed, body);
            assert_eq!(answer(providers::GITHUB, &changed), refused(), "{body:?}");
        }
        let mut absent = event.clone();
        set_header(&mut absent, name, &[]);
        assert_eq!(answer(providers::GITHUB, &absent), refused());
    }
}

/// The last of two values must not be taken for the only one: a proxy in front may have looked at the other.
#[test]
fn two_signatures_are_refused_whichever_is_good() {
    let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let bad = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
    for event in events() {
        for two in [[good, bad], [bad, good]] {
            let mut event = event.clone();
            set_header(&mut event, "x-hub-signature-256", &two);
            assert_eq!(answer(providers::GITHUB, &event), refused());
        }
    }
    // In payload 1.0 `headers` still has the good one alone.
    let mut event: Value = serde_json::from_str(EVENTS[0]).unwrap();
    set_header(&mut event, "X-Hub-Signature-256", &[bad, good]);
    assert_eq!(event["headers"]["X-Hub-Signature-256"], good);
    assert_eq!(answer(providers::GITHUB, &event), refused());
}

#[test]
fn bodies_that_are_not_text_and_empty_ones() {
    let bytes: Vec<u8> = (0..=255).collect();
    for body in [bytes.as_slice(), b""] {
        let signer = Signer::new(providers::DSENTR, github(), SignWith::Current).unwrap();
        let signed = signer.sign(&Message::new(body), NOW).unwrap();
        for mut event in events() {
            signed.iter().for_each(|(name, value)| set_header(&mut event, name, &[value]));
            set_body(&mut event, body);
            assert_eq!(answer(providers::DSENTR, &event), accepted(body));
            if body.is_empty() {
                event["body"] = Value::Null;
                assert_eq!(answer(providers::DSENTR, &event), accepted(b""));
            }
        }
    }
}

/// Several signatures in one header, in several lines of one header, and in lines that the gateway joined with a comma.
#[test]
fn multi_value_headers_of_a_scheme_that_carries_several() {
    let other = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring;
    let sign = |ring: &Keyring| {
        let signed = Signer::new(providers::STRIPE, ring, SignWith::Current).unwrap().sign(&Message::new(b"{}"), NOW).unwrap();
        signed.iter().next().unwrap().1.to_owned()
    };
    let (theirs, ours) = (sign(&other), sign(&github()));
    let both = format!("{theirs},{}", ours.split_once(',').unwrap().1);
    for mut event in events() {
        set_body(&mut event, b"{}");
        set_header(&mut event, "Stripe-Signature", &[&both]);
        assert_eq!(answer(providers::STRIPE, &event), accepted(b"{}"));
        set_header(&mut event, "Stripe-Signature", &[&theirs]);
        assert_eq!(answer(providers::STRIPE, &event), refused());
    }
}

/// Payload 2.0 has path and query as they were sent; the others do not, and say so instead of guessing.
#[test]
fn schemes_that_sign_the_url() {
    for (mut event, status) in events().zip([500, 202, 500, 500]) {
        let message = Message::new(b"{}").method("POST").url("https://hooks.example/hooks/github?a=1&b=%20x");
        let signer = Signer::new(providers::HUBSPOT_V3, github(), SignWith::Current).unwrap();
        signer.sign(&message, NOW).unwrap().iter().for_each(|(name, value)| set_header(&mut event, name, &[value]));
        set_body(&mut event, b"{}");
        assert_eq!(answer(providers::HUBSPOT_V3, &event).unwrap().0, status);
    }
}

#[test]
fn only_post_is_accepted() {
    for mut event in events() {
        let method = if event.get("httpMethod").is_some() { "/httpMethod" } else { "/requestContext/http/method" };
        for other in ["GET", "PUT", "post"] {
            *event.pointer_mut(method).unwrap() = json!(other);
            assert_eq!(answer(providers::GITHUB, &event), refused());
        }
    }
}

#[test]
fn what_is_no_such_event_is_an_error_and_no_crash() {
    let mut bad = vec![json!(null), json!([]), json!({"Records": []}), json!("x")];
    for event in events() {
        for (path, value) in [("/body", json!(7)), ("/body", json!({}))] {
            let mut event = event.clone();
            *event.pointer_mut(path).unwrap() = value;
            bad.push(event);
        }
        let mut event = event;
        event["body"] = json!("not base64!");
        event["isBase64Encoded"] = json!(true);
        bad.push(event.clone());
        *headers_of(&mut event) = json!([["x", "y"]]);
        bad.push(event);
    }
    for event in bad {
        assert_eq!(answer(providers::GITHUB, &event), Err("not an event of API Gateway or ALB"), "{event}");
    }
}
