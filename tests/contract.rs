//! The conformance runner's answers: the shipped vectors and cases, and lines that are neither.

mod common;

use common::contract;
use serde_json::{Value, json};

const VECTOR: &str = include_str!("vectors/providers.json");
const CASES: &str = include_str!("cases/cases.json");

fn answer(line: &[u8]) -> Value {
    let text = contract::answer(line);
    assert!(!text.contains('\n'), "one line: {text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "id", "outcome", "role"]);
    answer
}

#[track_caller]
fn expect(line: &Value, wanted: &Value) {
    assert_eq!(answer(line.to_string().as_bytes()), *wanted, "{line}");
}

#[test]
fn a_vector_is_answered_with_its_id() {
    let vectors: Vec<Value> = serde_json::from_str(VECTOR).unwrap();
    let first = |verdict: &str| vectors.iter().find(|vector| vector["expect"] == verdict).unwrap();
    let (valid, invalid) = (first("valid"), first("invalid"));
    expect(valid, &json!({ "id": valid["id"], "outcome": "accept", "code": null, "role": "current" }));
    expect(invalid, &json!({ "id": invalid["id"], "outcome": "reject", "code": "signature_mismatch", "role": null }));

    let second = vectors.iter().find(|vector| vector["id"] == "github-sdk-valid-second-of-two-secrets").unwrap();
    expect(second, &json!({ "id": second["id"], "outcome": "accept", "code": null, "role": "previous" }));
    let mut other = valid.clone();
    other["provider"] = json!("nobody");
    expect(&other, &json!({ "id": valid["id"], "outcome": "unsupported", "code": "unknown_scheme", "role": null }));
}

#[test]
fn a_case_is_answered_bare_and_whole() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let given = |kind: &str| cases.iter().find(|case| case["kind"] == kind).unwrap()["given"].clone();
    let accepted = json!({ "id": null, "outcome": "accept", "code": null, "role": "current" });
    expect(&given("hex_case"), &accepted);
    expect(&json!({ "given": given("hex_case"), "expect": { "outcome": "reject" } }), &accepted);
    let mut numbered = given("empty_secret");
    numbered["id"] = json!(3);
    expect(&numbered, &json!({ "id": 3, "outcome": "config_error", "code": "empty_secret", "role": null }));
    expect(&given("rotation_order"), &json!({ "id": null, "outcome": "unsupported", "code": "steps", "role": null }));
}

/// Whatever comes in, one answer goes out.
#[test]
fn other_lines_are_bad_input() {
    let bad = json!({ "id": null, "outcome": "config_error", "code": "bad_input", "role": null });
    for line in ["{", "null", "[]", "7", "\"text\"", "{}", "{\"given\":[]}", "{\"provider\":3}", "{\"scheme\":[]}", "{} {}"] {
        assert_eq!(answer(line.as_bytes()), bad, "{line}");
    }
    assert_eq!(answer(&[0xff, 0xfe, b'{']), bad);
    assert_eq!(answer("[".repeat(100_000).as_bytes()), bad);
}

/// Every field of a good input, gone or of another type, one at a time.
#[test]
fn no_field_brings_it_down() {
    let vectors: Vec<Value> = serde_json::from_str(VECTOR).unwrap();
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let mut count = 0;
    for whole in vectors.iter().take(2).chain(cases.iter().filter(|case| case["given"]["scheme"] != "none").take(20)) {
        let object = whole.get("given").unwrap_or(whole);
        for name in object.as_object().unwrap().keys() {
            for other in [json!(null), json!(-1), json!(1e300), json!("é\u{0}"), json!([[]]), json!({ "count": u64::MAX })] {
                let mut changed = object.clone();
                changed[name.as_str()] = other;
                let answer = answer(changed.to_string().as_bytes());
                let known = ["accept", "reject", "unsupported", "config_error"];
                assert!(known.contains(&answer["outcome"].as_str().unwrap()), "{answer}");
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count}");
}
