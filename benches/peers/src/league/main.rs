//! Question: which field cases and published vectors do other crates, and the providers' own SDKs, get right?
//!
//! Command: `.ci/league`, which builds hookring's conformance runner and writes `src/docs/league.md`.
//!
//! The rules are the same for all, hookring included: a delivery is accepted or refused, a set-up error is a refusal, and
//! what a peer does not claim to do is unsupported. A crash is a panic, the death of the process, or an exception of the
//! language itself (`TypeError`, `IndexError`, `UnicodeDecodeError` and their like) instead of a verdict.

mod clock;
mod peers;
mod questions;
#[path = "../../../../tests/interop/sdk.rs"]
mod sdk;
mod table;

use std::path::{Path, PathBuf};

use questions::Question;
use sdk::{Adapter, Sdk};
use serde_json::{Value, json};
use table::{Row, Score};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, name] = arguments.as_slice() {
        assert_eq!(verb, "serve", "league, or league serve NAME");
        return peers::serve(name);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = questions::cases(&root.join("tests/cases/cases.json"));
    all.extend(questions::vectors(&root.join("tests/vectors")));

    let mut rows = Vec::new();
    let conformance = root.join("target/debug/examples/conformance");
    rows.push(hookring(&conformance, &all));
    let itself = std::env::current_exe().expect("this program");
    let mut adapters: Vec<_> = peers::names().map(|name| Adapter::of_program(name, &itself, &["serve", name])).collect();
    let installed = std::env::var_os("HOOKRING_INTEROP_DIR").map_or_else(|| root.join("target/interop"), PathBuf::from);
    let (sdks, missing) = Adapter::all(&root.join("tests/interop"), &installed);
    adapters.extend(sdks);
    for what in &missing {
        println!("not run: {what}");
    }
    for adapter in &adapters {
        match Sdk::start(adapter) {
            Ok(mut sdk) => rows.push(peer(&mut sdk, &all)),
            Err(sdk::Died) => println!("not run: {}: it does not start", adapter.name),
        }
    }
    let page = table::page(&rows, all.iter().filter(|question| question.is_case).count(), all.len());
    println!("{page}");
    if missing.is_empty() {
        std::fs::write(root.join("src/docs/league.md"), &page).expect("the page is written");
    }
    assert!(rows[0].is_clean(), "hookring is wrong somewhere");
}

/// Through its conformance runner, which reads cases and vectors as they are.
fn hookring(program: &Path, all: &[Question]) -> Row {
    let manifest = include_str!("../../../../Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = ")).expect("a version");
    let mut row = Row::new("hookring", "Rust", version.trim_matches('"'));
    let mut process = Sdk::silent(&Adapter::of_program("hookring", program, &[])).expect("the conformance runner starts");
    for question in all {
        let answer = process.ask_or_crash(&question.contract);
        if answer["outcome"] == "unsupported" {
            println!("hookring: {} is unsupported: {}", question.name, answer["code"]);
        }
        row.add(question, score(question, &answer), &answer);
    }
    row
}

fn peer(sdk: &mut Sdk, all: &[Question]) -> Row {
    let mut row = Row::new(sdk.text("sdk"), sdk.text("language"), sdk.text("version"));
    let providers = sdk.hello["providers"].clone();
    for question in all {
        let (score, answer) = match question.line.as_ref().and_then(|line| in_scope(line, &providers)) {
            None => (Score::Unsupported, Value::Null),
            Some(line) => {
                let answer = ask(sdk, &line, &providers);
                (score(question, &answer), answer)
            }
        };
        row.add(question, score, &answer);
    }
    row
}

/// The line as it is put to a peer with these providers.
fn in_scope(line: &Value, providers: &Value) -> Option<Value> {
    let mut line = line.clone();
    let mut provider = line["provider"].as_str()?.to_owned();
    // Svix's libraries read the headers of Standard Webhooks too.
    if provider == "standard-webhooks" && providers.get(&provider).is_none() {
        provider = "svix".to_owned();
    }
    let facts = providers.get(&provider)?;
    if line.get("tolerance").is_some() && facts["settable"] != true {
        return None;
    }
    line["provider"] = json!(provider);
    Some(line)
}

/// A peer that knows one secret is asked with each.
fn ask(sdk: &mut Sdk, line: &Value, providers: &Value) -> Value {
    let provider = line["provider"].as_str().unwrap_or_default();
    let secrets = line["secrets"].as_array().cloned().unwrap_or_default();
    if providers[provider]["several"] == true || secrets.len() < 2 {
        return sdk.ask_or_crash(line);
    }
    let mut answer = Value::Null;
    for secret in secrets {
        let mut line = line.clone();
        line["secrets"] = json!([secret]);
        answer = sdk.ask_or_crash(&line);
        if answer["outcome"] != "reject" {
            break;
        }
    }
    answer
}

fn score(question: &Question, answer: &Value) -> Score {
    match answer["outcome"].as_str().unwrap_or("crash") {
        "unsupported" => Score::Unsupported,
        "accept" if question.may_accept => Score::Right,
        "reject" | "config_error" if question.may_refuse => Score::Right,
        "accept" | "reject" | "config_error" => Score::Wrong,
        _ => Score::Crashed,
    }
}
