//! The table of providers in the documentation is what the rows say.
//!
//! `HOOKRING_REGENERATE=1 cargo test --all-features --test provider_table` writes `src/docs/providers.md`, and the list of
//! names in the README between `<!-- providers -->` and `<!-- end of providers -->`.

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

/// What a scheme says about itself, by the name of the fact.
fn fact<'t>(text: &'t str, name: &str) -> &'t str {
    let mut facts = text.lines().filter_map(|line| line.split_once(": "));
    facts.find(|(found, _)| *found == name).map(|(_, value)| value).unwrap_or_default()
}

/// The feature that a scheme needs; empty for those that are always there.
fn feature(scheme: &Scheme<'_>) -> &'static str {
    let text = scheme.describe().to_string();
    match fact(&text, "algorithm").split(',').next() {
        Some("HMAC-SHA1") => "sha1",
        Some("Ed25519") => "ed25519",
        Some(algorithm) if algorithm.starts_with("ECDSA") => "p256",
        _ => "",
    }
}

fn line(scheme: &Scheme<'_>, rows: &[Row]) -> String {
    let text = scheme.describe().to_string();
    let fact = |name: &str| fact(&text, name);
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
        "| `{}` | {} ({}) | {}{covers} | {time} | {} | {} | {} | {} |\n",
        scheme.name(),
        code(fact("signature").trim_start_matches("header ")),
        fact("algorithm"),
        code(fact("signed content")),
        fact("secret"),
        fact("several signatures"),
        code(feature(scheme)),
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

Every provider that this crate knows: which header holds the signature, which bytes are signed, how the secret is written.
Generated from the constants, so header names, signed content and time windows are what the code uses.

- *Several*: whether one delivery can carry the signatures of several keys, so that a sender can sign with the old and the
  new secret during a rotation. Where it cannot, the receiver has to hold both.
- *Feature*: the cargo feature that the row needs; empty for rows that are always there.
- *Confidence*: the evidence for the row, as explained above.
";

const HEAD: &str = "| name | signature | signed content | time | secret | several | feature | confidence |\n|---|---|---|---|---|---|---|---|\n";

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

/// Names separated by commas, in lines of at most 120 columns.
fn list(names: Vec<String>) -> String {
    let mut lines = vec![String::new()];
    for (n, name) in names.iter().enumerate() {
        let word = format!("{name}{}", if n + 1 < names.len() { "," } else { "" });
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = word,
            Some(line) if line.len() + 1 + word.len() <= 120 => *line += &format!(" {word}"),
            _ => lines.push(word),
        }
    }
    lines.join("\n")
}

/// The names of all rows, for the README: folded, because there are many.
fn names() -> String {
    let named = |scheme: &Scheme<'_>| match feature(scheme) {
        "" => format!("`{}`", scheme.name()),
        feature => format!("`{}` ({feature})", scheme.name()),
    };
    let mut signed: Vec<_> = providers::all().iter().collect();
    signed.sort_by_key(|scheme| scheme.name());
    let signed: Vec<String> = signed.into_iter().map(named).collect();
    let mut presented: Vec<String> = providers::tokens::all().iter().map(|(name, _)| format!("`{name}`")).collect();
    presented.sort_unstable();
    format!(
        "<details>\n<summary>{} signature schemes and {} presented secrets</summary>\n\n\
         Signature schemes; a name in brackets is the cargo feature that the scheme needs:\n\n{}\n\n\
         Presented secrets, checked with `BearerVerifier`:\n\n{}\n\n</details>",
        signed.len(),
        presented.len(),
        list(signed),
        list(presented),
    )
}

/// What is between the two marks of the README, and what should be.
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
    // The file also has the rows of features that are off.
    for line in wanted.lines().filter(|line| line.starts_with("| `")) {
        assert!(found.contains(line), "{TABLE} lacks {line}");
    }
}

/// With features off, exactly the rows that are marked with them are missing.
#[test]
fn rows_are_marked_with_their_feature() {
    let file = fs::read_to_string(root().join(TABLE)).unwrap();
    let available = |feature: &str| match feature {
        "" => true,
        "`sha1`" => cfg!(feature = "sha1"),
        "`ed25519`" => cfg!(feature = "ed25519"),
        "`p256`" => cfg!(feature = "p256"),
        other => panic!("no such feature: {other}"),
    };
    let mut marked = 0;
    for row in file.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        // Presented secrets need no feature.
        let [name, .., feature, _] = cells[..] else { panic!("{row}") };
        if cells.len() < 8 {
            continue;
        }
        let name = name.trim_matches('`');
        let found = providers::find(name).or_else(|| providers::unconfirmed::find(name)).is_some();
        assert_eq!(found, available(feature), "{name}: {feature:?}");
        marked += usize::from(!feature.is_empty());
    }
    assert!(marked > 10, "{marked}");
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
