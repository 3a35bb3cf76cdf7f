//! `src/docs/systems.md` has every requirement of the five systems, and every test that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../src/docs/systems.md");

/// How many requirements each system has, and how many contradictions there are.
const SYSTEMS: [(&str, usize); 6] = [("S0.", 19), ("S1.", 24), ("S2.", 21), ("S3.", 15), ("S4.", 16), ("X", 16)];

struct Row {
    id: String,
    kind: String,
    answer: String,
    tests: Vec<String>,
}

fn rows(page: &str) -> Vec<Row> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let is_id = |id: &str| id.starts_with(['S', 'X']) && id.contains(|c: char| c.is_ascii_digit());
    let rows = page.lines().filter(|line| line.starts_with("| ")).map(cells).filter(|cells| is_id(&cells[0]));
    rows.map(|cells| {
        let [id, _, kind, answer, tests] =
            <[String; 5]>::try_from(cells).unwrap_or_else(|cells| panic!("not five cells: {cells:?}"));
        let tests = tests.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| !name.is_empty());
        Row { id, kind, answer, tests: tests.collect() }
    })
    .collect()
}

/// Whether there is a test of this name: a function under `#[test]` or `#[tokio::test]` in the file that its path means.
fn exists(test: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (path, function) = test.rsplit_once("::").unwrap_or(("", test));
    let path = path.replace("::", "/");
    let files = [format!("tests/{path}.rs"), format!("tests/{path}/main.rs"), format!("{path}.rs"), format!("{path}/tests.rs")];
    let text = files.iter().find_map(|file| fs::read_to_string(root.join(file)).ok()).unwrap_or_default();
    let mut before = "";
    text.lines().any(|line| {
        let line = line.trim();
        let is_it = ["fn ", "async fn "].iter().any(|start| line.starts_with(&format!("{start}{function}(")));
        let found = is_it && (before.starts_with("#[test]") || before.starts_with("#[tokio::test"));
        before = line;
        found
    })
}

/// What is wrong with a page.
fn faults(page: &str) -> Vec<String> {
    let rows = rows(page);
    let mut faults = Vec::new();
    let mut wanted: BTreeSet<String> =
        SYSTEMS.iter().flat_map(|(system, last)| (1..=*last).map(move |n| format!("{system}{n}"))).collect();
    wanted.insert("X1b".into());
    for row in &rows {
        let id = &row.id;
        if !wanted.remove(id) {
            faults.push(format!("{id} is there twice, or is no requirement"));
        }
        match row.kind.as_str() {
            "Lib" | "Hook" if row.tests.is_empty() => faults.push(format!("{id} has no test")),
            "Lib" | "Hook" => {}
            "Doc" => {
                // The heading that a link into the page leads to.
                let anchor = row.answer.split("(#").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
                let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-") == anchor;
                if anchor.is_empty() || !page.lines().any(|line| line.starts_with('#') && heading(line)) {
                    faults.push(format!("{id} is answered nowhere"));
                }
            }
            kind => faults.push(format!("{id} is {kind:?}")),
        }
        faults.extend(row.tests.iter().filter(|test| !exists(test)).map(|test| format!("{id} names {test}")));
    }
    faults.extend(wanted.iter().map(|id| format!("{id} is missing")));
    faults
}

#[test]
fn every_requirement_has_a_test_that_exists() {
    assert_eq!(faults(PAGE), [""; 0]);
    assert_eq!(rows(PAGE).len(), 112);
}

/// Whoever adds a test to a system adds it to the table, or the table grows stale.
#[test]
fn every_test_of_the_systems_is_named() {
    let named: BTreeSet<_> = rows(PAGE).into_iter().flat_map(|row| row.tests).collect();
    for system in ["dsentr", "aos", "playbook", "osigu", "quantgov"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/systems/{system}.rs"));
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]" || pair[0].starts_with("#[tokio::test")) {
            let function = pair[1].trim_start_matches("async ").trim_start_matches("fn ").split('(').next().unwrap();
            assert!(named.contains(&format!("systems::{system}::{function}")), "{system}::{function} stands in no row");
        }
    }
}

/// The check itself finds what it is for.
#[test]
fn a_bad_page_is_found() {
    let without = |text: &str, by: &str| {
        assert!(PAGE.contains(text), "{text}");
        faults(&PAGE.replacen(text, by, 1))
    };
    let row = PAGE.lines().find(|line| line.starts_with("| S2.7 ")).unwrap();
    assert_eq!(without(row, ""), ["S2.7 is missing"]);
    assert_eq!(without(row, &format!("{row}\n{row}")), ["S2.7 is there twice, or is no requirement"]);
    assert_eq!(
        without("systems::osigu::routine_and_exposure", "systems::osigu::no_such"),
        ["S3.2 names systems::osigu::no_such"]
    );
    // A helper is no test.
    assert_eq!(without("systems::osigu::routine_and_exposure", "systems::osigu::send"), ["S3.2 names systems::osigu::send"]);
    assert_eq!(without("| S4.2 | generated with the trigger | Lib |", "| S4.2 | generated | Out |"), ["S4.2 is \"Out\""]);
    assert_eq!(without("## Whether to pause", "## Pausing"), ["S2.10 is answered nowhere"]);
    let untested = row.rsplit_once(" | `").unwrap().0.to_owned() + " | |";
    assert_eq!(without(row, &untested), ["S2.7 has no test"]);
}
