//! Deliveries, set-ups and step lists made from public bug reports: `tests/cases/cases.json`.
//!
//! `HOOKRING_CASES` names another file of the same form.
#![cfg(feature = "bcrypt")]

mod common;
#[path = "field_cases/holders.rs"]
mod holders;
#[cfg(feature = "http-body")]
#[path = "field_cases/http.rs"]
mod http_layer;
#[path = "field_cases/once.rs"]
mod once;
#[path = "field_cases/score.rs"]
mod score;
#[path = "field_cases/steps.rs"]
mod steps;
#[path = "field_cases/storage.rs"]
mod storage;
#[path = "field_cases/stored.rs"]
mod stored;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::outcome::{Outcome, Verdict};
use common::{bearer, cases};
use score::Score;
use serde_json::Value;

/// What the shipped cases may ask for that is not checked here: a limit is for the layer that reads the body, if there is one.
const ELSEWHERE: &[&str] = if cfg!(feature = "http-body") { &[] } else { &["body_size: body limit"] };

#[test]
fn every_case_comes_out_as_expected() {
    let path = std::env::var_os("HOOKRING_CASES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cases.json"), PathBuf::from);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut right, mut wrong, mut explained) = (0, 0, 0);
    let mut pending: BTreeMap<String, usize> = BTreeMap::new();
    for case in &all {
        let name = format!("{} {}", case["n"], case["kind"].as_str().unwrap_or("?"));
        for variant in cases::variants(case) {
            for score in run(&variant.given, &variant.expect) {
                match score {
                    Score::Right => right += 1,
                    Score::Pending(what) => {
                        *pending.entry(format!("{}: {what}", case["kind"].as_str().unwrap_or("?"))).or_default() += 1
                    }
                    Score::Explained(why) => {
                        explained += 1;
                        println!("explained: {name} [{}]: {why}", variant.label);
                    }
                    Score::Wrong(why) => {
                        wrong += 1;
                        println!("wrong: {name} [{}]: {why}", variant.label);
                    }
                }
            }
        }
    }
    for (what, count) in &pending {
        println!("pending: {what} ({count})");
    }
    let waiting: usize = pending.values().sum();
    println!("total {right} right, wrong {wrong}, pending {waiting}, explained {explained}");
    assert!(right > 0 && wrong == 0);
    if std::env::var_os("HOOKRING_CASES").is_none() {
        assert!(pending.keys().all(|what| ELSEWHERE.contains(&what.as_str())), "a case is not run any more");
    }
}

/// One score per delivery or step.
fn run(given: &Value, expect: &Value) -> Vec<Score> {
    if given.get("steps").is_some() {
        return steps::run(given, expect);
    }
    let outcome = if given["scheme"] == "bearer" { bearer::run(given) } else { cases::run(given) };
    #[cfg(feature = "http-body")]
    let outcome = http_layer::read(given, outcome);
    let mut scores = vec![score::of(&outcome, expect)];
    if let Ok(delivery) = cases::delivery(given) {
        if !delivery.is_too_long() {
            scores.extend(holders::others(&delivery, &outcome));
        }
    }
    scores
}

/// Whether nothing was verified because a later layer has to act.
fn belongs_elsewhere(outcome: &Outcome) -> bool {
    outcome.verdict == Verdict::Unsupported
}
