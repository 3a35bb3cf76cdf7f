//! Broken set-ups are explained, forged deliveries are not, and nothing is said that must not be seen.
#![cfg(feature = "diagnose")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use common::broken;
use hookring::diagnose::{Cause, Diagnosis, Inquiry, MAX_BYTES, MAX_MACS, Retired, explain};
use hookring::testing::Delivery;
use hookring::{
    Carrier, Field, Keyring, Rejection, Request, Secret, SecretFormat, SecretPolicy, SignWith, Timestamp, providers,
};
use serde_json::Value;

fn read(path: &Path) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn folder(name: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files.iter().flat_map(|path| read(path)).collect()
}

/// The samples that came with the format, and our own.
fn all() -> Vec<Value> {
    let mut all = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/broken.json"));
    assert_eq!(all.len(), 14);
    all.extend(folder("examples/broken"));
    all
}

/// The names that are accepted; none if nothing may be named.
fn accepted(set_up: &Value) -> Vec<&str> {
    match &set_up["cause"] {
        Value::Null => Vec::new(),
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        name => vec![name.as_str().unwrap()],
    }
}

/// The set-ups whose provider is compiled in, with their diagnoses.
static DIAGNOSED: LazyLock<Vec<(Value, Diagnosis)>> = LazyLock::new(|| {
    let with = |set_up: Value| broken::diagnose(&set_up).map(|diagnosis| (set_up, diagnosis));
    all().into_iter().filter_map(with).collect()
});

#[test]
fn every_broken_set_up_is_explained() {
    let mut wrong = Vec::new();
    let (mut seen, mut covered) = (0, BTreeSet::new());
    for (set_up, diagnosis) in DIAGNOSED.iter() {
        let (accepted, cause) = (accepted(set_up), diagnosis.cause());
        assert!(!diagnosis.is_accepted(), "{} is not broken", set_up["id"]);
        seen += 1;
        match &cause {
            None if accepted.is_empty() => {}
            Some(cause) if accepted.contains(&cause.as_str()) => {
                covered.extend(cause.split('+').map(str::to_owned));
                assert!(diagnosis.say().trim_end_matches(" (not proven)").ends_with('.'), "{}", diagnosis.say());
            }
            _ => wrong.push(format!("{}: {cause:?} instead of {accepted:?}", set_up["id"])),
        }
        assert!(diagnosis.macs() <= MAX_MACS && diagnosis.bytes() <= MAX_BYTES);
    }
    assert!(seen >= 150, "only {seen} set-ups were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = Cause::ALL.iter().filter(|cause| !covered.contains(cause.as_str())).collect();
    assert!(missing.is_empty(), "no set-up for {missing:?}");
}

#[test]
fn an_accepted_delivery_has_no_finding() {
    // The conformance tests read one secret without its prefix, and take one provider for either of its two schemes.
    let two_ways = |id: &str| id == "standard-webhooks-sdk-valid-no-whsec-prefix" || id.starts_with("hook0-");
    let (mut seen, mut refused) = (0, Vec::<String>::new());
    for vector in [folder("tests/vectors"), folder("tests/cases")].concat().iter().filter(|one| one["expect"] == "valid") {
        let Some(diagnosis) = broken::diagnose(vector) else { continue };
        if !diagnosis.is_accepted() {
            refused.push(vector["id"].as_str().unwrap().to_owned());
            continue;
        }
        assert!(diagnosis.findings().is_empty(), "{}: {}", vector["id"], diagnosis.findings()[0]);
        assert_eq!((diagnosis.cause(), diagnosis.to_string().as_str()), (None, "The delivery is accepted."));
        seen += 1;
    }
    refused.retain(|id| !two_ways(id));
    assert!(refused.is_empty(), "{refused:?}");
    assert!(seen >= 150, "only {seen} deliveries were looked at");
}

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const GITHUB: [(&str, &str); 1] =
    [("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")];

/// The commonest mistake: a framework has read the body. No header has to announce one.
#[test]
fn an_empty_body_is_said_without_a_proof() {
    let inquiry = |headers: &[(&str, &str)], body: &[u8]| {
        Inquiry::new(providers::GITHUB, headers, body, NOW).secret("It's a Secret to Everybody", SecretFormat::Utf8).run()
    };
    for more in [None, Some(("Content-Length", "13")), Some(("Content-Length", "0"))] {
        let diagnosis = inquiry(&GITHUB.into_iter().chain(more).collect::<Vec<_>>(), b"");
        assert_eq!(diagnosis.cause().as_deref(), Some("body.empty"), "{more:?}");
        assert!(!diagnosis.first().unwrap().is_proven() && diagnosis.say().ends_with(" (not proven)"), "{diagnosis}");
        assert!(diagnosis.to_string().starts_with("body.empty: The body is empty") && diagnosis.to_string().ends_with(')'));
    }
    let changed = inquiry(&GITHUB, b"Hello, World!\n");
    assert!(changed.first().unwrap().is_proven() && changed.say().ends_with('.'), "{changed}");
}

#[test]
fn a_lost_prefix_is_not_called_a_part_of_the_key() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let now = Timestamp::from_unix_secs(1_614_265_330);
    let diagnosis = Inquiry::new(providers::STANDARD_WEBHOOKS, &headers, b"{\"test\": 2432232314}", now)
        .secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretFormat::Whsec)
        .run();
    let say = "secret.prefix: The configured secret lacks the prefix `whsec_`: configure it with the prefix.";
    assert_eq!(diagnosis.to_string(), say);
}

/// What stands in the query is read as the verifier reads it, and a part of a token proves nothing.
#[test]
fn presented_tokens_are_read_as_the_verifier_does() {
    let ask = |carrier, headers: &[(&str, &str)], target: &str, secret: &str, format| {
        Inquiry::presented(carrier, headers, NOW).secret(secret, format).target(target).run()
    };
    let query = |target, secret| ask(Carrier::Query("token"), &[], target, secret, SecretFormat::Utf8);
    for target in ["/in?token=a+b/c8e2f", "/in?x=1&token=a%2Bb%2fc8e2f", "/in?t%6fken=a+b/c8e2f"] {
        assert!(query(target, "a+b/c8e2f").is_accepted(), "{target}");
    }
    assert!(!query("/in?token=a+b", "a b").is_accepted());
    let bearer = |value, secret, format| ask(Carrier::Bearer, &[("authorization", value)], "/in", secret, format);
    let cut = bearer("Bearer 0123456789", "0123456789abcdef", SecretFormat::Utf8);
    assert_eq!(cut.cause().as_deref(), Some("header.cut"));
    assert!(!cut.first().unwrap().is_proven());
    // The text is what is presented, whatever it decodes to.
    assert!(bearer("Bearer 0123456789abcdef", "0123456789abcdef", SecretFormat::Hex).is_accepted());
    let twice = [("authorization", "Bearer 0123456789abcdef"); 2];
    let twice = ask(Carrier::Bearer, &twice, "/in", "0123456789abcdef", SecretFormat::Utf8);
    assert!(!twice.is_accepted() && twice.cause().as_deref() == Some("header.joined"), "{twice}");
}

#[test]
fn a_url_in_the_query_is_not_taken_for_the_target() {
    let url = "https://hooks.example.com/h?next=https://a/x";
    let delivery = Delivery::new("POST", url).body(*b"{}");
    let secret = Secret::parse("madeup-trello-secret-8e2f", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let signed = delivery.signed(providers::TRELLO, &Keyring::new(secret, NOW).ring, SignWith::Current, NOW).unwrap();
    let headers: Vec<_> = signed.headers().collect();
    let diagnosis = Inquiry::new(providers::TRELLO, &headers, signed.content(), NOW)
        .secret("madeup-trello-secret-8e2f", SecretFormat::Utf8)
        .public_url("https://hooks.example.com")
        .target(signed.target())
        .run();
    assert!(diagnosis.is_accepted(), "{diagnosis}");
}

#[test]
fn labels_are_not_in_debug_output() {
    let inquiry = Inquiry::new(providers::GITHUB, &GITHUB, b"", NOW)
        .other_secret("first-text-8e2f", SecretFormat::Utf8, "label-other")
        .retired_key("second-text-8e2f", SecretFormat::Utf8, Retired::Expired, "label-retired")
        .tenant("third-text-8e2f", SecretFormat::Utf8, "label-tenant");
    let shown = format!("{inquiry:?}");
    assert!(shown.contains("Utf8") && !shown.contains("label") && !shown.contains("8e2f"), "{shown}");
}

/// Deterministic bytes that look random.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn text(&mut self, len: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..len).map(|_| char::from(LETTERS[usize::try_from(self.next() % 62).unwrap()])).collect()
    }
}

/// A vector to a receiver whose secret has nothing to do with it, and whose body was changed now and then.
fn forged(vector: &Value, dice: &mut Dice) -> Value {
    let mut forged = vector.clone();
    for secret in forged["secrets"].as_array_mut().unwrap() {
        let random: String = dice.text(32);
        let value = match secret["encoding"].as_str().unwrap() {
            "hex" => hex::encode(random),
            "base64" => Base64::encode_string(random.as_bytes()),
            "whsec-base64" => format!("whsec_{}", Base64::encode_string(random.as_bytes())),
            _ => random,
        };
        secret["value"] = value.into();
    }
    // That a body is empty is said without a proof.
    if dice.next() % 2 == 0 || forged["request"]["body_base64"] == "" {
        let body = format!("{{\"id\":\"{}\",\"n\":{}}}", dice.text(12), dice.next() % 1000);
        forged["request"]["body_base64"] = Base64::encode_string(body.as_bytes()).into();
    }
    forged
}

#[test]
fn nothing_is_named_for_forged_deliveries() {
    let vectors: Vec<Value> = folder("tests/vectors").into_iter().filter(|vector| vector["expect"] == "valid").collect();
    let most = if std::env::var_os("HOOKRING_DEEP").is_some() { 10_000 } else { 40 };
    let (mut dice, mut seen) = (Dice(0x9e37_79b9_7f4a_7c15), 0);
    let mut at = 0;
    while seen < most {
        let vector = &vectors[at % vectors.len()];
        at += 7;
        let public = vector["secrets"].as_array().unwrap().iter().any(|secret| {
            let encoding = secret["encoding"].as_str().unwrap();
            encoding.contains("public") || encoding.contains("ed25519") || encoding.contains("spki")
        });
        // Another public key of the same curve is tried below.
        if public {
            continue;
        }
        let Some(diagnosis) = broken::diagnose(&forged(vector, &mut dice)) else { continue };
        seen += 1;
        assert_eq!(diagnosis.cause(), None, "{}: {}", vector["id"], diagnosis.say());
        assert!(!diagnosis.is_accepted());
    }
}

/// Pieces of eight characters of what must not be seen.
fn pieces(text: &str) -> Vec<&str> {
    (0..text.len().saturating_sub(7)).filter_map(|at| text.get(at..at + 8)).filter(|piece| !piece.contains("  ")).collect()
}

#[test]
fn nothing_is_said_that_must_not_be_seen() {
    // What sentences say anyway, and so may be in a secret too.
    const SAID: &[&str] = &["whsec_", "v1,whsec_", "pdl_ntfset_", "Bearer "];
    for (set_up, diagnosis) in DIAGNOSED.iter() {
        let said = format!("{}\n{diagnosis:?}", diagnosis.say()).replace("true", "").replace("false", "");
        let mut hidden: Vec<String> = Vec::new();
        let headers = set_up["request"]["headers"].as_array().unwrap();
        let names: String = headers.iter().map(|header| header[0].as_str().unwrap().to_lowercase() + "\n").collect();
        let also = set_up["also"].as_object().into_iter().flatten().flat_map(|(_, list)| list.as_array().unwrap().iter());
        let nested = also.clone().filter_map(|entry| entry["secrets"].as_array()).flatten();
        for secret in set_up["secrets"].as_array().unwrap().iter().chain(also.clone()).chain(nested) {
            let value = secret["value"].as_str().unwrap_or_default();
            hidden.push(SAID.iter().fold(value.to_owned(), |value, known| value.replace(known, "\n")));
        }
        for header in headers {
            if header[1].as_str().unwrap().len() > 24 {
                hidden.push(header[1].as_str().unwrap().to_owned());
            }
        }
        let body = Base64::decode_vec(set_up["request"]["body_base64"].as_str().unwrap()).unwrap();
        hidden.push(String::from_utf8_lossy(&body).replace("timestamp", "\n").replace("example", "\n"));
        for text in hidden {
            for piece in pieces(&text).into_iter().filter(|piece| !names.contains(&piece.to_lowercase())) {
                assert!(!said.contains(piece), "{}: {piece:?} is in {said}", set_up["id"]);
            }
        }
    }
}

#[test]
fn work_is_bounded() {
    let headers = [("X-Hub-Signature-256", format!("sha256={}", "0".repeat(64)))];
    let text = format!("[{}]", vec!["{\"name\":\"Zoë\",\"n\":1.5}"; 12_000].join(","));
    let inquiry = || {
        Inquiry::new(providers::GITHUB, &headers, text.as_bytes(), Timestamp::from_unix_secs(1_790_000_000))
            .secret("a-secret-that-did-not-sign-this", SecretFormat::Utf8)
    };
    let large = inquiry().run();
    assert!(large.macs() <= MAX_MACS && large.bytes() <= MAX_BYTES && !large.is_complete());
    assert!(large.macs() > 50 && large.first().is_none());
    let none = inquiry().budget(3, u64::MAX).run();
    assert!(none.macs() <= 3 && !none.is_complete());
    let short = Inquiry::new(providers::GITHUB, &headers, b"{}", Timestamp::from_unix_secs(1_790_000_000))
        .secret("a-secret-that-did-not-sign-this", SecretFormat::Utf8)
        .run();
    assert!(short.is_complete() && short.macs() > 1000, "{}", short.macs());
}

#[test]
fn hostile_headers_and_bodies_only_give_an_answer() {
    let mut dice = Dice(42);
    let bodies = [&b"\xff\xfe{"[..], b"%%%=&=", b"{\"a\":", b""];
    for (n, scheme) in providers::all().iter().enumerate().step_by(12) {
        let name = scheme.describe().to_string();
        let header = name.split("header ").nth(1).and_then(|rest| rest.split([':', '\n', ',']).next()).unwrap_or("x-signature");
        for value in ["", "=", "v1=,t=", ",,,;;;", "t=9999999999999999999,v1=zz", "\u{7f}é", &dice.text(9000)] {
            let headers = [(header.trim().to_owned(), value.as_bytes().to_vec()), ("\u{e9}".to_owned(), vec![0xff, 0])];
            {
                let body = bodies[n % bodies.len()];
                let inquiry = Inquiry::new(*scheme, &headers, body, Timestamp::from_unix_secs(i64::MAX))
                    .secret("\u{feff}\"", SecretFormat::Utf8)
                    .public_url("https://a")
                    .target("//\u{e9}?%")
                    .budget(200, 1 << 20);
                assert!(!inquiry.run().is_accepted());
            }
        }
    }
}

#[test]
fn rejections_are_explained_by_name_and_length() {
    let headers = [("Stripe-Signature", "t=1790000000")];
    let text = explain(&Rejection::Missing(Field::Signature), providers::STRIPE, &Request::new(&headers, b"{}"));
    assert!(text.contains("`stripe-signature` is there, with 12 bytes") && text.contains("signed content: {timestamp}.{body}"));
    assert!(!text.contains("1790000000"));
}
