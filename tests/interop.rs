//! The real SDKs of the providers, in both directions: what one side signs the other accepts, and neither accepts what was
//! tampered with.
//!
//! Runs what is installed and says what is not. `HOOKRING_INTEROP=require` fails if anything is missing, `=write` writes
//! `src/docs/interop.md` anew; `.ci/interop` installs the SDKs and runs this. `HOOKRING_SEED` gives other deliveries,
//! `HOOKRING_INTEROP_ONLY` runs the adapters of one name.

mod common;
#[path = "interop/deliveries.rs"]
mod deliveries;
#[path = "interop/exchange.rs"]
mod exchange;
#[path = "support/random.rs"]
mod random;
#[path = "interop/report.rs"]
mod report;
#[path = "interop/sdk.rs"]
mod sdk;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use exchange::{Direction, Pair};
use hookring::providers;
use report::{List, Row};
use sdk::{Adapter, Sdk};

/// The list of disagreements is complete for the deliveries of this seed.
const SEED: u64 = 1;
/// SDKs that are asked at the same time.
const AT_ONCE: usize = 2;
/// What an SDK verifies and this crate does not, on purpose.
const NOT_OURS: &[&str] = &[];

#[test]
fn sdks_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/interop");
    let installed = std::env::var_os("HOOKRING_INTEROP_DIR").map_or_else(|| root.join("target/interop"), PathBuf::from);
    let mode = std::env::var("HOOKRING_INTEROP").unwrap_or_default();
    let seed = std::env::var("HOOKRING_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED);
    println!("HOOKRING_SEED={seed}");

    let (mut adapters, mut missing) = Adapter::all(&source, &installed);
    if let Ok(only) = std::env::var("HOOKRING_INTEROP_ONLY") {
        adapters.retain(|adapter| adapter.name == only);
        missing.push(format!("all but {only}"));
    }
    let queue = Mutex::new(adapters);
    let (rows, not_run) = (Mutex::new(Vec::new()), Mutex::new(missing));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(adapter) = { queue.lock().unwrap().pop() } {
                    match run(&adapter, seed) {
                        Ok((more, without)) => {
                            rows.lock().unwrap().extend(more);
                            not_run.lock().unwrap().extend(without);
                        }
                        Err(sdk::Died) => not_run.lock().unwrap().push(format!("{}: it does not start", adapter.name)),
                    }
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by(|a, b| a.who.cmp(&b.who));
    let not_run = not_run.into_inner().unwrap();
    for what in &not_run {
        println!("not run: {what}");
    }

    let list = List::read(&std::fs::read_to_string(source.join("disagreements.json")).unwrap());
    let page = report::page(&rows, &list);
    if !rows.is_empty() {
        println!("{page}");
    }
    let differences = report::differences(&rows, &list, seed == SEED);
    for difference in &differences {
        println!("{difference}");
    }
    let path = root.join("src/docs/interop.md");
    if mode == "write" {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(differences.is_empty(), "{} differences from the list of known disagreements", differences.len());
    if mode == "require" {
        assert!(not_run.is_empty(), "something was not run");
    }
    if seed == SEED {
        let written = std::fs::read_to_string(&path).unwrap();
        let is_there = |line: &String| written.lines().any(|other| other == line);
        let changed: Vec<_> = rows.iter().map(Row::markdown).filter(|line| !is_there(line)).collect();
        assert!(changed.is_empty(), "not in src/docs/interop.md, which HOOKRING_INTEROP=write writes: {changed:#?}");
        assert!(!not_run.is_empty() || written == page, "src/docs/interop.md is out of date; HOOKRING_INTEROP=write writes it");
    }
}

/// The rows of one SDK, and what of it cannot be run.
fn run(adapter: &Adapter, seed: u64) -> Result<(Vec<Row>, Vec<String>), sdk::Died> {
    let mut sdk = Sdk::start(adapter)?;
    let (mut rows, mut not_run) = (Vec::new(), Vec::new());
    let facts = sdk.hello["providers"].as_object().cloned().unwrap_or_default();
    let (name, language, version) =
        (sdk.text("sdk").to_owned(), sdk.text("language").to_owned(), sdk.text("version").to_owned());
    for (provider, facts) in &facts {
        let Some(&scheme) = providers::find(provider) else {
            if !NOT_OURS.contains(&provider.as_str()) {
                not_run.push(format!("{name} for {language}: this build has no scheme {provider}"));
            }
            continue;
        };
        let mut pair = Pair { sdk: &mut sdk, provider, scheme, seed };
        let tallies = Direction::ALL.map(|direction| (direction, pair.run(direction)));
        rows.push(Row {
            who: (name.clone(), language.clone(), provider.clone()),
            version: version.clone(),
            recipe: facts["recipe"] == true,
            tallies: tallies.into(),
        });
    }
    Ok((rows, not_run))
}
