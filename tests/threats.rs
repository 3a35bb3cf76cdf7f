//! The threat model names a test for every threat, and the test exists; so do the changes that `.ci/mutants` tries on the code.

use hookring::{
    Keyring, Message, Request, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The threats of the model: a letter for the boundary and how many there are.
const ROWS: &[(char, usize)] = &[('V', 17), ('R', 11), ('K', 15), ('S', 8), ('M', 8), ('A', 4)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `(id, what stands in the last column)`.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let lines = page.lines().filter(|line| line.starts_with("| ")).map(cells);
    let rows = lines.filter(|cells| cells.len() == 6 && cells[1].len() > 1 && cells[1][1..].parse::<usize>().is_ok());
    rows.map(|cells| (cells[1].clone(), named(&cells[4]))).collect()
}

/// Every function with a test attribute, as `file::name`.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("src"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let file = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                let mut is_test = false;
                for line in fs::read_to_string(&path).unwrap().lines().map(str::trim) {
                    is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                    let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                    if let Some(name) = name.filter(|_| std::mem::take(&mut is_test)) {
                        found.insert(format!("{file}::{}", name.split('(').next().unwrap()));
                    }
                }
            }
        }
    }
    found
}

/// What a row says that is wrong.
fn faults(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows = rows(page);
    let mut faults = Vec::new();
    for id in ROWS.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}"))) {
        match rows.get(&id) {
            None => faults.push(format!("{id}: no row")),
            Some(named) if named.is_empty() => faults.push(format!("{id}: no test")),
            Some(named) => {
                let is_there = |name: &str| match name.split_once("::") {
                    Some(_) => tests.contains(name),
                    // Not a test program: a bench or a script, which is a file.
                    None => root().join(name).is_file() || root().join(format!("benches/{name}.rs")).is_file(),
                };
                let missing = named.iter().filter(|name| name.as_str() != "Scheme" && !is_there(name));
                faults.extend(missing.map(|name| format!("{id}: there is no {name}")));
            }
        }
    }
    faults
}

#[test]
fn every_threat_has_a_test_that_exists() {
    let page = include_str!("../src/docs/threat_model.md");
    let faults = faults(page, &tests());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_missing_row_and_a_missing_test_are_seen() {
    let page = include_str!("../src/docs/threat_model.md");
    let tests = tests();
    let without = page.replace("| K3 |", "| K99 |");
    assert!(faults(&without, &tests).contains(&"K3: no row".to_owned()));
    let renamed = page.replace("walk.rs::without_a_live_key", "walk.rs::with_a_live_key");
    assert!(faults(&renamed, &tests).iter().any(|fault| fault.starts_with("V4: there is no")));
}

/// Rows that no change of the code can break, as the page says.
const WITHOUT_CODE: [&str; 8] = ["R9", "K6", "K9", "K10", "K15", "M5", "M7", "M8"];

/// What is wrong with a list of changes: rows without one, code that is no longer there, tests that the row does not name.
fn faults_of_mutants(page: &str, mutants: &serde_json::Value) -> Vec<String> {
    let rows = rows(page);
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for mutant in mutants.as_array().unwrap() {
        let [id, file, find, replace, test] =
            ["id", "file", "find", "replace", "test"].map(|key| mutant[key].as_str().unwrap());
        seen.insert(id);
        let code = fs::read_to_string(root().join(file)).unwrap_or_default();
        if code.matches(find).count() != 1 || find == replace {
            faults.push(format!("{id}: {file} does not hold this exactly once: {find}"));
        }
        // `--lib module::name` or `--test program module::name`, perhaps with a setting of cargo before it.
        let name = test.rsplit([' ', ':']).next().unwrap();
        let place = match test.split(' ').collect::<Vec<_>>()[..] {
            ["--lib", _] => "src/".to_owned(),
            ["--test", program, _] | ["--config", _, "--test", program, _] => format!("tests/{program}"),
            _ => "?".to_owned(),
        };
        let is_it = |named: &String| named.starts_with(&place) && named.ends_with(&format!("::{name}"));
        if !rows.get(id).is_some_and(|named| named.iter().any(is_it)) {
            faults.push(format!("{id}: the row does not name {test}"));
        }
    }
    for id in rows.keys().filter(|id| seen.contains(id.as_str()) == WITHOUT_CODE.contains(&id.as_str())) {
        faults.push(format!("{id}: a change if there is code, and none if there is not"));
    }
    faults
}

fn mutants() -> serde_json::Value {
    serde_json::from_str(include_str!("data/mutants.json")).unwrap()
}

#[test]
fn every_row_with_code_has_a_change_that_still_applies() {
    let faults = faults_of_mutants(include_str!("../src/docs/threat_model.md"), &mutants());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_change_that_no_longer_applies_is_seen() {
    let page = include_str!("../src/docs/threat_model.md");
    let mut stale = mutants();
    stale[0]["find"] = "this is not in the file".into();
    stale[1]["test"] = "--lib encoding::tests::another".into();
    stale[2]["id"] = "K6".into();
    let faults = faults_of_mutants(page, &stale);
    for wanted in ["V1: src/mac.rs does not", "V2: the row does not name", "K6: a change if", "V3: a change if"] {
        assert!(faults.iter().any(|fault| fault.starts_with(wanted)), "{wanted}: {faults:#?}");
    }
}

/// What the documentation warns of is true: GitHub signs any body, and this one is a Stripe delivery of another body.
#[test]
fn r9_one_secret_under_two_schemes_collides() {
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let secret = Secret::parse("0f3a9c62b85d17e4a1c07b5de92f8846", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let ring: Keyring = Keyring::new(secret, now).ring;
    let signer = Signer::new(providers::GITHUB, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(b"1790000000.{}"), now).unwrap();
    let (_, value) = signed.iter().next().unwrap();
    let forged = [("stripe-signature", value.replace("sha256=", "t=1790000000,v1="))];
    let verifier = Verifier::new(providers::STRIPE, ring).unwrap();
    assert!(verifier.verify_at(Request::new(&forged, b"{}"), now).is_ok());
}
