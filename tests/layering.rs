//! Dependencies between modules point down only, and no file grows beyond one sitting.
//!
//! The table is the map of the crate, and this test keeps it true. A new module is added here first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every top-level module and its level. A module may use modules of its own level and below, without cycles.
const LEVELS: &[(u8, &[&str])] = &[
    (0, &["error", "names"]),
    (1, &["encoding", "time", "headers", "small", "carrier", "url", "stack"]),
    (2, &["mac", "policy"]),
    (3, &["asymmetric", "key", "secret", "message"]),
    (4, &["scheme", "providers"]),
    (5, &["keyring", "load", "replay", "share", "derive", "snapshot", "schedule", "rollout", "hashed", "store"]),
    (6, &["signer", "verifier", "bearer", "guard"]),
    (7, &["verdict", "receiver", "testing", "serial", "seal_aead"]),
    (8, &["axum", "tower", "redis", "postgres"]),
    (9, &["diagnose"]),
];
/// They may use everything, and nothing may use them.
const OUTSIDE: &[&str] = &["lib", "docs"];

const MAX_LINES: usize = 400;

fn level(module: &str) -> Option<u8> {
    LEVELS.iter().find(|(_, names)| names.contains(&module)).map(|(level, _)| *level)
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The files of the crate, as their path below `src` with `/` in it, and their text.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The top-level module that a file belongs to: `keyring/draft.rs` counts as `keyring`.
fn top(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Removes comments, the insides of texts, and modules that are compiled for tests only.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if matches!(line.trim(), l if l == "#[cfg(test)]" || l.starts_with("#[cfg(all(test,")) {
            let indent = line.len() - line.trim_start().len();
            let next = lines.peek().copied().unwrap_or_default();
            let is_mod = next.split_whitespace().any(|word| word == "mod");
            if is_mod && next.ends_with('{') {
                let end = format!("{}}}", " ".repeat(indent));
                lines.by_ref().find(|line| *line == end);
            }
            if is_mod && next.ends_with(';') {
                lines.next();
            }
            continue;
        }
        out.push_str(&without_texts(line));
        out.push('\n');
    }
    out
}

/// One line without its comment and without what stands between quotes.
fn without_texts(line: &str) -> String {
    let (mut out, mut quoted, mut chars) = (String::new(), false, line.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => drop(chars.next()),
            '"' => quoted = !quoted,
            '\'' if !quoted && chars.peek() == Some(&'"') => drop(chars.next()),
            '/' if !quoted && chars.peek() == Some(&'/') => break,
            _ if !quoted => out.push(c),
            _ => {}
        }
    }
    out
}

/// The names that follow `crate::` in code, one or several in braces.
fn used(code: &str) -> BTreeSet<String> {
    let ident = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = code[at + "crate::".len()..].trim_start();
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(ident(rest));
            continue;
        };
        let (mut depth, mut item) = (0, String::new());
        for c in list.chars() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => drop(names.insert(ident(std::mem::take(&mut item).trim()))),
                _ if depth == 0 => item.push(c),
                _ => {}
            }
        }
        if !item.trim().is_empty() {
            names.insert(ident(item.trim()));
        }
    }
    names
}

/// What is wrong with the imports of these files.
fn complaints(files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut graph: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files {
        let module = top(file);
        let is_tests = file.ends_with("tests.rs") || file.contains("/tests/");
        if OUTSIDE.contains(&module) || is_tests {
            continue;
        }
        let Some(own) = level(module) else {
            wrong.push(format!("{file}: module `{module}` is not in the table"));
            continue;
        };
        let code = code(text);
        if !file.contains('/') && code.lines().any(|line| line.starts_with("use super::")) {
            wrong.push(format!("{file}: imports from the front page with `super::`"));
        }
        for name in used(&code) {
            match level(&name) {
                Some(theirs) if theirs > own => {
                    wrong.push(format!("{file}: `{module}` (level {own}) uses `{name}` (level {theirs})"));
                }
                Some(_) if name != module => drop(graph.entry(module).or_default().insert(name)),
                Some(_) => {}
                None => wrong.push(format!("{file}: uses `crate::{name}`, which is no module of the table")),
            }
        }
    }
    // Whatever stays after taking away, again and again, the modules that use nothing that is left, is a cycle.
    loop {
        let left: BTreeSet<String> = graph.keys().map(ToString::to_string).collect();
        let before = graph.len();
        graph.retain(|_, uses| uses.iter().any(|name| left.contains(name)));
        if graph.len() == before {
            break;
        }
    }
    if !graph.is_empty() {
        wrong.push(format!("modules of one level use each other in a circle: {graph:?}"));
    }
    wrong
}

#[test]
fn dependencies_point_down() {
    let files = sources();
    assert!(files.len() > 20, "the sources were not found");
    let wrong = complaints(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_upward_import_is_caught() {
    #[track_caller]
    fn check(file: &str, text: &str, wanted: usize) {
        let wrong = complaints(&[(file.to_owned(), text.to_owned())]);
        assert_eq!(wrong.len(), wanted, "{file}: {text:?} gave {wrong:?}");
    }
    check("mac.rs", "use crate::verifier::Verifier;", 1);
    check("mac/lanes.rs", "fn f() { crate::keyring::g() }", 1);
    check("mac.rs", "use crate::{error::Field, keyring::{Role, Live}, signer};", 2);
    check("mac.rs", "use crate::{\n    error::{Field, Rejection},\n    secret::Secret,\n};", 1);
    check("error.rs", "use crate::Secret;", 1);
    check("verifier.rs", "use crate::receiver::Receiver;", 1);
    check("receiver.rs", "use crate::axum::FromRequest;", 1);
    check("redis.rs", "use crate::diagnose::Inquiry;", 1);
    check("nonsense.rs", "", 1);
    check("mac.rs", "use super::error::Field;", 1);
    check("mac.rs", "let url = \"https://a\"; crate::signer::f();", 1);
    check("mac.rs", "#[cfg(test)]\nmod tests {\n    use crate::signer;\n}\nuse crate::signer;", 1);
    check("mac.rs", "#[cfg(test)]\nuse crate::signer;", 1);
    check("mac.rs", "#[cfg(all(test, feature = \"simd\"))]\nmod tests;\nuse crate::signer;", 1);

    check("mac.rs", "use crate::error::Field; use crate::headers::{Name, Headers};", 0);
    check("mac.rs", "/// See [`S`](crate::Signer).\n// crate::signer\nlet a = \"crate::signer\";", 0);
    check("mac.rs", "#[cfg(test)]\nmod tests {\n    use crate::signer;\n    fn f() {\n    }\n}\n", 0);
    check("mac.rs", "#[cfg(test)]\nmod tests;\n", 0);
    check("mac/lanes_tests.rs", "use crate::Secret;", 0);
    check("verifier/tests.rs", "use crate::Secret;", 0);
    check("mac.rs", "pub(crate) fn f() {} mod m { use super::f; }", 0);
    check("lib.rs", "use crate::signer;", 0);
}

#[test]
fn a_circle_within_a_level_is_caught() {
    let files = |back: &str| {
        [("key.rs", "use crate::secret::A;"), ("secret.rs", "use crate::message::B;"), ("message.rs", back)]
            .map(|(file, text)| (file.to_owned(), text.to_owned()))
    };
    assert_eq!(complaints(&files("use crate::key::C;")).len(), 1);
    assert!(complaints(&files("use crate::error::C;")).is_empty());
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .iter()
        .filter_map(|(file, text)| {
            let lines = text.lines().count();
            (lines > MAX_LINES).then(|| format!("{file}: {lines} lines, at most {MAX_LINES}"))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
