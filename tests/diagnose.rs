//! Broken set-ups are explained, forged deliveries are not, and nothing is said that must not be seen.
#![cfg(feature = "diagnose")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use base64ct::{Base64, Encoding as _};
use common::broken;
use hookring::diagnose::{Cause, Diagnosis, Inquiry, MAX_BYTES, MAX_MACS, explain};
use hookring::{Field, Rejection, Request, SecretFormat, Timestamp, providers};
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
                assert!(diagnosis.say().ends_with('.'), "{}", diagnosis.say());
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
    // That a body is empty is said without a proof, where the headers announce JSON.
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
        Inquiry::new(&providers::GITHUB, &headers, text.as_bytes(), Timestamp::from_unix_secs(1_790_000_000))
            .secret("a-secret-that-did-not-sign-this", SecretFormat::Utf8)
    };
    let large = inquiry().run();
    assert!(large.macs() <= MAX_MACS && large.bytes() <= MAX_BYTES && !large.is_complete());
    assert!(large.macs() > 50 && large.first().is_none());
    let none = inquiry().budget(3, u64::MAX).run();
    assert!(none.macs() <= 3 && !none.is_complete());
    let short = Inquiry::new(&providers::GITHUB, &headers, b"{}", Timestamp::from_unix_secs(1_790_000_000))
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
                let inquiry = Inquiry::new(scheme, &headers, body, Timestamp::from_unix_secs(i64::MAX))
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
    let text = explain(&Rejection::Missing(Field::Signature), &providers::STRIPE, &Request::new(&headers, b"{}"));
    assert!(text.contains("`stripe-signature` is there, with 12 bytes") && text.contains("signed content: {timestamp}.{body}"));
    assert!(!text.contains("1790000000"));
}
