//! The deliveries of real providers, valid and invalid, against the rows of this crate.
//!
//! `tests/vectors/providers.json` holds deliveries of 202 schemes, `others.json` those of schemes that are not in it.
//! `HOOKRING_VECTORS` names another file of the same form.
#![cfg(feature = "std")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::outcome::{Outcome, Verdict};
use common::tampered::{self, Tampered};
use common::vectors;
use hookring::providers;
use hookring::scheme::Covers;
use serde_json::Value;

/// Schemes of the vectors that have no row, and why.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("sources contradict each other", &["authorize-net", "flutterwave-v3", "flutterwave-v4", "ordergroove"]),
    ("a plain hash with the secret in the message, no MAC", &["hubspot-v1", "hubspot-v2", "lark", "cloudinary"]),
    ("a JSON Web Token in a header", &["qstash", "messagebird", "vonage", "jira-connect", "livekit"]),
];

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
    ["providers.json", "others.json"].iter().flat_map(|name| read(&folder.join(name))).collect()
}

fn field<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_default()
}

/// Names of the rows that are compiled in.
fn shipped() -> BTreeSet<&'static str> {
    let signed = providers::all().iter().chain(providers::unconfirmed::all()).map(|scheme| scheme.name());
    signed.chain(providers::tokens::all().iter().map(|(name, _)| *name)).collect()
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
            println!("{provider}: {right} right, {wrong} wrong, {unsupported} unsupported");
        } else {
            println!("{provider}: {unsupported} unsupported: {}", reason(provider).unwrap_or("needs a feature that is off"));
        }
    }
    let total = |column: usize| table.values().map(|row| row[column]).sum::<usize>();
    println!("total {} right, wrong {}, unsupported {}", total(0), total(1), total(2));
    assert!(total(0) > 0 && total(1) == 0);
    if std::env::var_os("HOOKRING_VECTORS").is_none() {
        for name in shipped() {
            let vectors = table.get(family(name)).map_or(0, |row| row[0]);
            assert!(vectors >= 2, "{name} has too few vectors: {vectors}");
        }
    }
}

/// The id under which the vectors of a row stand: those that only pin a parameter or a version share one.
fn family(name: &str) -> &str {
    ["websub", "flux-generic-hmac", "hook0"].into_iter().find(|family| name.starts_with(family)).unwrap_or(name)
}

fn reason(provider: &str) -> Option<&'static str> {
    LEFT_OUT.iter().find(|(_, ids)| ids.contains(&provider)).map(|(why, _)| *why)
}

/// What is not supported is written down, and what is written down is not supported.
#[test]
fn the_list_of_what_is_left_out_is_current() {
    let shipped = shipped();
    for (_, ids) in LEFT_OUT {
        assert!(ids.iter().all(|id| !shipped.contains(id)), "{ids:?}");
    }
    if cfg!(all(feature = "sha1", feature = "ed25519", feature = "p256")) && std::env::var_os("HOOKRING_VECTORS").is_none() {
        let families: BTreeSet<&str> = shipped.iter().map(|name| family(name)).collect();
        let missing: BTreeSet<_> = all().iter().map(|vector| field(vector, "provider").to_owned()).collect();
        let missing: Vec<_> = missing.iter().filter(|id| !families.contains(id.as_str()) && reason(id).is_none()).collect();
        assert!(missing.is_empty(), "neither a row nor a reason: {missing:?}");
    }
}

/// One bit of the body, one character of the signatures, one of the secrets: nothing of it is accepted. Where a row says that
/// it does not cover the whole body, exactly that is found.
#[test]
fn every_mutation_of_a_valid_vector_is_refused() {
    let (mut count, mut uncovered) = (0, 0);
    for vector in all().iter().filter(|vector| field(vector, "expect") == "valid") {
        let id = field(vector, "id");
        let Some(tampered) = Tampered::read(vector) else { continue };
        let refused = |outcome: Outcome, what: &str| {
            assert!(matches!(outcome.verdict, Verdict::Reject | Verdict::ConfigError), "{id}: {what}: {}", outcome.short());
        };
        let bits = tampered.bodies().len();
        let accepted = tampered.bodies().into_iter().filter(|outcome| outcome.verdict == Verdict::Accept).count();
        match tampered.covers() {
            Some(Covers::WholeBody) => assert_eq!(accepted, 0, "{id}: {accepted} of {bits} bits of the body may change"),
            // Every byte counts; what is not covered is to which field it belongs: see tests/boundaries.rs.
            Some(Covers::Only(what)) if what.ends_with("run together") => assert_eq!(accepted, 0, "{id}"),
            Some(Covers::Only(_)) => assert!(accepted > 0, "{id}: says that it does not cover the whole body, but does"),
            // A presented secret proves nothing about a body.
            _ => assert_eq!(accepted, bits, "{id}"),
        }
        uncovered += accepted;
        let signatures = tampered.signatures();
        assert!(signatures.len() >= 3, "{id}: no signature was found to change");
        count += bits - accepted + signatures.len() + 1;
        signatures.into_iter().for_each(|outcome| refused(outcome, "a changed signature"));
        refused(tampered::with_another_secret(vector), "another secret");
    }
    println!("{count} mutations refused, {uncovered} in what a scheme says that it does not cover");
    assert!(count > 0);
}
