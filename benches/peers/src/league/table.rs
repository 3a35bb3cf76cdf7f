//! The scores, and the page that shows them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::questions::Question;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Score {
    Right,
    Wrong,
    Crashed,
    Unsupported,
}

pub struct Row {
    who: String,
    language: String,
    version: String,
    counts: BTreeMap<Score, usize>,
    /// By number or name: how often, and what it did.
    failed: Vec<(String, &'static str)>,
}

impl Row {
    pub fn new(who: &str, language: &str, version: &str) -> Self {
        let counts = BTreeMap::new();
        Self { who: who.to_owned(), language: language.to_owned(), version: version.to_owned(), counts, failed: Vec::new() }
    }

    pub fn add(&mut self, question: &Question, score: Score, answer: &Value) {
        *self.counts.entry(score).or_default() += 1;
        let what = match score {
            Score::Right | Score::Unsupported => return,
            Score::Crashed => "crashed",
            Score::Wrong if answer["outcome"] == "accept" => "accepted what must be refused",
            Score::Wrong => "refused what must be accepted",
        };
        println!("{} {}: {} {what}: {}", self.who, self.language, question.name, answer["why"]);
        let name = if question.is_case { question.name.clone() } else { format!("`{}`", question.name) };
        self.failed.push((name, what));
    }

    pub fn is_clean(&self) -> bool {
        self.failed.is_empty()
    }

    fn count(&self, score: Score) -> usize {
        self.counts.get(&score).copied().unwrap_or_default()
    }

    fn failures(&self) -> String {
        let mut parts = Vec::new();
        for what in ["accepted what must be refused", "refused what must be accepted", "crashed"] {
            let mut names: Vec<(&str, usize)> = Vec::new();
            for (name, _) in self.failed.iter().filter(|(_, other)| *other == what) {
                match names.last_mut().filter(|(last, _)| *last == name) {
                    Some((_, count)) => *count += 1,
                    None => names.push((name, 1)),
                }
            }
            let names: Vec<_> =
                names.iter().map(|(name, n)| if *n > 1 { format!("{name} ({n})") } else { (*name).to_owned() }).collect();
            if !names.is_empty() {
                parts.push(format!("{what}: {}", names.join(", ")));
            }
        }
        parts.join("; ")
    }
}

pub fn page(rows: &[Row], cases: usize, all: usize) -> String {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output().expect("date").stdout;
    let date = String::from_utf8_lossy(&date).trim().to_owned();
    let mut page = format!(
        "Which deliveries other crates, the providers' SDKs and hookring get right.\n\n\
         Run on {date} by `.ci/league`: {cases} deliveries of the field cases, which were made from public bug reports\n\
         (`tests/cases/cases.json`), and {vectors} published or recomputed deliveries of providers (`tests/vectors`). They are this project's\n\
         own test vectors and cases, so hookring passes what it supports by construction. The table shows coverage and where peers differ;\n\
         *wrong* includes differences of policy, such as a limit that a peer does not have.\n\n\
         The same rules hold for all:\n\n\
         - A delivery is accepted or refused. Which error is reported does not count, and a refused set-up is a refusal.\n\
         - Defaults, unless a case sets a window that is not five minutes. A peer whose window cannot be set is then not asked.\n\
         - A peer that takes one secret is asked once with each valid secret.\n\
         - What a peer does not claim to do is unsupported: other providers, bearer tokens, secrets from files, body limits.\n\
         - A crash is a panic, the death of the process, or an exception of the language itself (`TypeError`, `IndexError`,\n\
         \x20 `UnicodeDecodeError`, …) instead of a verdict. Rust peers are built without overflow checks, as in a release.\n\
         - Signature verification only: a peer that then fails to read the body as JSON has accepted it.\n\n\
         Numbers are field cases, with how many of their deliveries in brackets; names are vectors.\n\n\
         | who | language | version | right | wrong | crashed | unsupported | where it failed |\n\
         |---|---|---|---|---|---|---|---|\n",
        vectors = all - cases
    );
    for row in rows {
        let [right, wrong, crashed, unsupported] =
            [Score::Right, Score::Wrong, Score::Crashed, Score::Unsupported].map(|score| row.count(score));
        let (who, language, version, failures) = (&row.who, &row.language, &row.version, row.failures());
        writeln!(page, "| `{who}` | {language} | {version} | {right} | {wrong} | {crashed} | {unsupported} | {failures} |")
            .expect("written");
    }
    page.push_str(include_str!("notes.md"));
    page
}
