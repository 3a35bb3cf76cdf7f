//! Every command on the page of figures names a script, a part of a script or a test program that exists.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../src/docs/assurance.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `(line, command, date)` of every row.
fn rows(page: &str) -> Vec<(&str, &str, &str)> {
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| claim"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        (line, cells[2].trim_matches('`'), cells[3].trim_end_matches(" |"))
    })
    .collect()
}

/// Why a command cannot be run.
fn fault(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split(' ').skip_while(|word| word.contains('=')).collect();
    let is_file = |path: String| root().join(path).is_file();
    match words[..] {
        ["cargo", "test" | "bench", ..] => {
            let name = |flag: &str| words.iter().position(|word| *word == flag).map(|at| words[at + 1]);
            let test = name("--test").map(|name| ["tests/", name, ".rs"].concat());
            let folder = name("--test").map(|name| ["tests/", name, "/main.rs"].concat());
            let bench = name("--bench").map(|name| ["benches/", name, ".rs"].concat());
            let unit = name("--lib").map(|part| ["src/verifier/tests/", part, ".rs"].concat());
            let found = [test, folder, bench, unit].into_iter().flatten().any(is_file);
            (!found).then(|| format!("{command}: no such program"))
        }
        [script, ref parts @ ..] if script.starts_with(".ci/") => match fs::read_to_string(root().join(script)) {
            Err(_) => Some(format!("{script}: no such script")),
            Ok(text) => {
                let is_program = |part: &str| is_file(format!("tests/{part}.rs")) || is_file(format!("tests/{part}/main.rs"));
                let known = |part: &str| part.parse::<u32>().is_ok() || text.contains(&format!("{part}()")) || is_program(part);
                let missing = parts.iter().find(|part| !known(part));
                missing.map(|part| format!("{script}: no part {part}"))
            }
        },
        _ => Some(format!("{command}: neither a script nor a test")),
    }
}

#[test]
fn every_figure_can_be_reproduced() {
    let rows = rows(PAGE);
    assert!(rows.len() >= 5, "{} rows", rows.len());
    for (line, command, date) in rows {
        assert_eq!(fault(command), None, "{line}");
        let digits = date.split('-').filter(|part| part.parse::<u16>().is_ok()).count();
        assert!(date.len() == 10 && digits == 3, "{line}: {date} is no date");
    }
}

#[test]
fn commands_of_nothing_are_seen() {
    for bad in [
        ".ci/nothing",
        ".ci/portability moon",
        "cargo test --test nothing",
        "X=1 cargo bench --bench nothing",
        "cargo test --lib nothing",
        "make it so",
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
    for good in [".ci/fuzz 600", ".ci/portability wasm", "cargo test --test rotation", "cargo bench --bench ratios"] {
        assert_eq!(fault(good), None, "{good}");
    }
}
