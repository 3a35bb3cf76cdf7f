//! The deliveries of real providers, valid and invalid, against the schemes of this crate.
//!
//! `HOOKRING_VECTORS` names another file of the same form.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking and has small numbers"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::delivery::Delivery;
use common::outcome::Verdict;
use common::vectors;
use hookring::providers;
use hookring::scheme::Covers;
use serde_json::Value;

/// Every vector of the files in `tests/vectors`, or of the file that the environment names.
fn all() -> Vec<Value> {
    let read = |path: &Path| -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    };
    if let Some(path) = std::env::var_os("HOOKRING_VECTORS") {
        return read(Path::new(&path));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files.iter().flat_map(|path| read(path)).collect()
}

fn field<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_default()
}

#[test]
fn every_vector_gets_its_verdict() {
    let vectors = all();
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for vector in &vectors {
        let outcome = vectors::run(vector);
        let wanted = if field(vector, "expect") == "valid" { Verdict::Accept } else { Verdict::Reject };
        let row = table.entry(field(vector, "provider")).or_default();
        let column = match outcome.verdict {
            Verdict::Unsupported => 2,
            verdict if verdict == wanted => 0,
            _ => 1,
        };
        row[column] += 1;
        if column == 1 {
            println!("wrong: {}: {} instead of {wanted:?}, {}", field(vector, "id"), outcome.short(), field(vector, "reason"));
        }
    }
    for (provider, [right, wrong, unsupported]) in &table {
        if right + wrong > 0 {
            println!("{provider}: {right} right, {wrong} wrong");
        } else {
            println!("{provider}: {unsupported} unsupported");
        }
    }
    let total = |column: usize| table.values().map(|row| row[column]).sum::<usize>();
    println!("total {} right, wrong {}, unsupported {}", total(0), total(1), total(2));
    assert!(total(0) > 0 && total(1) == 0);
    if std::env::var_os("HOOKRING_VECTORS").is_none() {
        assert_eq!(total(2), 0, "the shipped vectors are of shipped schemes");
        for scheme in providers::ALL {
            // The variants that a receiver pins are told by the parameters of the provider's vectors.
            let (name, _) = scheme.name().split_once("-sha").unwrap_or((scheme.name(), ""));
            let row = table.get(scheme.name()).or_else(|| table.get(name));
            assert!(row.is_some_and(|row| row[0] >= 2), "{} has too few vectors", scheme.name());
        }
    }
}

/// One bit of the body, one character of a signature, one character of the secret: nothing of it is accepted.
#[test]
fn every_mutation_of_a_valid_vector_is_refused() {
    let mut count = 0;
    for vector in all().iter().filter(|vector| field(vector, "expect") == "valid") {
        let whole = match vectors::delivery(vector) {
            Ok(whole) => whole,
            Err(outcome) if outcome.verdict == Verdict::Unsupported => continue,
            Err(outcome) => panic!("{}: {}", field(vector, "id"), outcome.short()),
        };
        let refused = |changed: &Delivery, what: &str| {
            let verdict = changed.verify().verdict;
            assert_eq!(verdict, Verdict::Reject, "{}: {what}", field(vector, "id"));
        };
        let last = whole.body.len().saturating_sub(1);
        // What is not covered may change; that covered fields may not, the changed signatures below show.
        let covered = whole.scheme.coverage() == Covers::WholeBody;
        for at in [0, last / 2, last].into_iter().filter(|_| covered) {
            let mut changed = delivery_again(vector);
            match changed.body.get_mut(at) {
                Some(byte) => *byte ^= 1,
                None => changed.body.push(b' '),
            }
            refused(&changed, "a changed body");
            count += 1;
        }
        let signatures = with_changed_signature(vector);
        assert!(!signatures.is_empty(), "{}: no signature was found to change", field(vector, "id"));
        for changed in signatures {
            refused(&changed, "a changed signature");
            count += 1;
        }
        let mut other = vector.clone();
        for secret in other["secrets"].as_array_mut().unwrap() {
            let mut text: Vec<char> = secret["value"].as_str().unwrap().chars().collect();
            // Past a prefix, and not at the end, where base64 has bits that must be zero.
            let at = text.len() / 2;
            text[at] = if text[at] == 'A' { 'B' } else { 'A' };
            secret["value"] = text.into_iter().collect::<String>().into();
        }
        refused(&vectors::delivery(&other).unwrap_or_else(|why| panic!("{}: {why:?}", field(vector, "id"))), "another secret");
        count += 1;
    }
    println!("{count} mutations refused");
    assert!(count > 0);
}

fn delivery_again(vector: &Value) -> Delivery {
    vectors::delivery(vector).unwrap()
}

/// The delivery with one character changed at several places of every long run of signature text, all runs at once, so that no other
/// signature of a list can stand in for it.
fn with_changed_signature(vector: &Value) -> Vec<Delivery> {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let changed = |place: usize| {
        let mut delivery = delivery_again(vector);
        let mut any = false;
        let change = |value: &mut [u8]| {
            let (mut start, mut any) = (0, false);
            while start < value.len() {
                let len = value[start..].iter().take_while(|byte| is_text(byte)).count();
                if len >= 27 {
                    let byte = &mut value[start + place * (len - 2) / 7];
                    *byte = if *byte == b'0' { b'1' } else { b'0' };
                    any = true;
                }
                start += len + 1;
            }
            any
        };
        for (name, value) in &mut delivery.headers {
            let name = name.to_ascii_lowercase();
            let other = ["-id", "-delivery", "-type", "-headers", "-timestamp"].iter().any(|end| name.ends_with(end));
            any |= !other && change(value);
        }
        if !any {
            // The signature stands in the body, and no other long text does.
            any = change(&mut delivery.body);
        }
        any.then_some(delivery)
    };
    (0..8).filter_map(changed).collect()
}
