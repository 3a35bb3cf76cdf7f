//! The table of providers in the documentation is what the rows say.
//!
//! `HOOKRING_REGENERATE=1 cargo test --all-features --test provider_table` writes `src/docs/providers.md` anew, and the list of
//! names in the README between `<!-- providers -->` and `<!-- end of providers -->`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hookring::scheme::Covers;
use hookring::{Carrier, Scheme, providers};

const TABLE: &str = "src/docs/providers.md";
const EVERY_ROW: bool = cfg!(all(feature = "sha1", feature = "ed25519", feature = "p256"));

/// What the source says about a row: its constant, and the documentation of it.
struct Row {
    constant: String,
    docs: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every public constant of a type in `src/providers`.
fn constants(of: &str) -> Vec<Row> {
    let mut files: Vec<_> = fs::read_dir(root().join("src/providers")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let (mut docs, text) = (String::new(), fs::read_to_string(file).unwrap());
        for line in text.lines() {
            if let Some(doc) = line.trim().strip_prefix("///") {
                docs += doc;
            } else if let Some((constant, _)) =
                line.trim().strip_prefix("pub const ").and_then(|rest| rest.split_once(&format!(": {of}<")))
            {
                rows.push(Row { constant: constant.to_owned(), docs: std::mem::take(&mut docs) });
            } else if !line.trim().starts_with("#[") {
                docs.clear();
            }
        }
    }
    rows
}

fn constant_of(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// The mark of confidence in the documentation of a row, or of the row that it refers to.
fn confidence(rows: &[Row], name: &str) -> String {
    let row = |constant: &str| rows.iter().find(|row| row.constant == constant);
    let own = row(&constant_of(name)).unwrap_or_else(|| panic!("{name}: no constant is called like it"));
    let mark =
        |docs: &str| docs.split_once("Confidence ").map(|(_, rest)| rest.chars().take_while(|c| "ABC~".contains(*c)).collect());
    let other = own.docs.split_once("[`").and_then(|(_, rest)| rest.split_once('`')).and_then(|(constant, _)| row(constant));
    let mark: Option<String> = mark(&own.docs).or_else(|| mark(&other?.docs));
    mark.filter(|mark| !mark.is_empty()).unwrap_or_else(|| panic!("{name}: its documentation says no confidence"))
}

/// Text in a cell, as code if it is not empty.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

fn line(scheme: &Scheme<'_>, rows: &[Row]) -> String {
    let text = scheme.describe().to_string();
    let facts: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(": ")).collect();
    let fact = |name: &str| facts.get(name).copied().unwrap_or_default();
    let time = match (fact("timestamp"), fact("tolerance")) {
        (none, _) if none.starts_with("none") => String::new(),
        (time, window) => format!("{}; {window}", time.trim_end_matches(',')),
    };
    let covers = match scheme.coverage() {
        Covers::WholeBody => String::new(),
        Covers::Only(what) => format!(" **Covers only {what}.**"),
        _ => panic!("a new kind of coverage"),
    };
    format!(
        "| `{}` | {} ({}) | {}{covers} | {time} | {} | {} | {} |\n",
        scheme.name(),
        code(fact("signature").trim_start_matches("header ")),
        fact("algorithm"),
        code(fact("signed content")),
        fact("secret"),
        fact("several signatures"),
        confidence(rows, scheme.name()),
    )
}

fn carrier_line(name: &str, carrier: Carrier<'_>, rows: &[Row]) -> String {
    let place = match carrier {
        Carrier::Bearer => "`Authorization: Bearer <secret>`".to_owned(),
        Carrier::Header(header) => format!("`{header}: <secret>`"),
        Carrier::Basic { user: None } => "`Authorization: Basic`, the password; any user name".to_owned(),
        Carrier::Basic { user: Some(user) } => format!("`Authorization: Basic`, the password of `{user}`"),
        Carrier::Query(parameter) => format!("`?{parameter}=<secret>`"),
        _ => panic!("a new kind of carrier"),
    };
    format!("| `{name}` | {place} | {} |\n", confidence(rows, name))
}

const INTRODUCTION: &str = "\
# The table

Generated from the constants: header names, signed content and windows are what the code uses. *Several* says whether one
delivery can carry the signatures of several keys, so that a sender can bridge a rotation; otherwise the receiver does.
";

const HEAD: &str =
    "| name | signature | signed content | time | secret | several | confidence |\n|---|---|---|---|---|---|---|\n";

fn table() -> String {
    let rows = constants("Scheme");
    let mut out = String::from(INTRODUCTION);
    for (title, all) in [("Signatures", providers::all()), ("Unconfirmed signatures", providers::unconfirmed::all())] {
        let mut all: Vec<_> = all.iter().collect();
        all.sort_by_key(|scheme| scheme.name());
        write!(out, "\n## {title}: {}\n\n{HEAD}", all.len()).unwrap();
        out.extend(all.iter().map(|scheme| line(scheme, &rows)));
    }
    let mut all: Vec<_> = providers::tokens::all().to_vec();
    all.sort_by_key(|(name, _)| *name);
    write!(out, "\n## Presented secrets: {}\n\n| name | where | confidence |\n|---|---|---|\n", all.len()).unwrap();
    let rows = constants("Carrier");
    out.extend(all.iter().map(|(name, carrier)| carrier_line(name, *carrier, &rows)));
    out
}

/// The names of all rows in one line, for the README.
fn names() -> String {
    let signed = providers::all().iter().map(|scheme| scheme.name());
    let mut all: Vec<&str> = signed.chain(providers::tokens::all().iter().map(|(name, _)| *name)).collect();
    all.sort_unstable();
    all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What stands between the two marks of the README, and what should.
fn in_readme(readme: &str) -> Option<(String, String)> {
    let (start, end) = ("<!-- providers -->\n", "<!-- end of providers -->");
    let (_, rest) = readme.split_once(start)?;
    let (between, _) = rest.split_once(end)?;
    Some((format!("{start}{between}{end}"), format!("{start}{}\n{end}", names())))
}

#[test]
fn the_documentation_is_current() {
    let (path, readme) = (root().join(TABLE), root().join("README.md"));
    let wanted = table();
    if std::env::var_os("HOOKRING_REGENERATE").is_some() {
        if !EVERY_ROW {
            panic!("regenerate with all features, or rows are lost");
        }
        fs::write(&path, &wanted).unwrap();
        let text = fs::read_to_string(&readme).unwrap();
        if let Some((old, new)) = in_readme(&text) {
            fs::write(&readme, text.replace(&old, &new)).unwrap();
        }
    }
    let found = fs::read_to_string(&path).unwrap();
    if EVERY_ROW {
        assert!(found == wanted, "{TABLE} is not what the rows say: set HOOKRING_REGENERATE=1");
        if let Some((old, new)) = in_readme(&fs::read_to_string(&readme).unwrap()) {
            assert!(old == new, "the README does not name what there is: set HOOKRING_REGENERATE=1");
        }
    }
    // Rows behind features that are off stand in the file too.
    for line in wanted.lines().filter(|line| line.starts_with("| `")) {
        assert!(found.contains(line), "{TABLE} lacks {line}");
    }
}

/// A constant that is in no list would not be checked when it is compiled, nor be found.
#[test]
fn every_constant_is_in_a_list_and_says_what_it_is() {
    let listed: Vec<String> =
        providers::all().iter().chain(providers::unconfirmed::all()).map(|scheme| constant_of(scheme.name())).collect();
    for row in constants("Scheme") {
        assert!(listed.contains(&row.constant) || !EVERY_ROW, "{} is in no list, or called otherwise", row.constant);
        // A variant of another row says only what is different.
        if !row.docs.contains("see [`") && !row.docs.starts_with(" [`") {
            for wanted in ["Confidence ", "Not covered: ", "Rotation: "] {
                assert!(row.docs.contains(wanted), "{}: its documentation lacks {wanted:?}", row.constant);
            }
        }
    }
    let listed: Vec<String> = providers::tokens::all().iter().map(|(name, _)| constant_of(name)).collect();
    let constants: Vec<String> = constants("Carrier").into_iter().map(|row| row.constant).collect();
    assert_eq!(listed, constants);
}

/// A name leads to one row, and finding it gives that row.
#[test]
fn names_are_unique() {
    let mut seen: Vec<&str> =
        providers::all().iter().chain(providers::unconfirmed::all()).map(|scheme| scheme.name()).collect();
    seen.extend(providers::tokens::all().iter().map(|(name, _)| *name));
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
    for scheme in providers::all() {
        assert_eq!(providers::find(scheme.name()).unwrap().describe().to_string(), scheme.describe().to_string());
        assert!(providers::unconfirmed::find(scheme.name()).is_none());
    }
    for scheme in providers::unconfirmed::all() {
        assert!(providers::find(scheme.name()).is_none() && providers::unconfirmed::find(scheme.name()).is_some());
    }
    for (name, carrier) in providers::tokens::all() {
        assert_eq!(providers::tokens::find(name), Some(*carrier));
    }
    assert!(providers::find("").is_none() && providers::find("Stripe").is_none());
}
