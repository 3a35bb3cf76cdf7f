//! Whether an outcome is the expected one, in the words of the case format.

use serde_json::Value;

use crate::belongs_elsewhere;
use crate::common::labels::meaning;
use crate::common::outcome::{Outcome, Verdict};

#[derive(Debug)]
pub(crate) enum Score {
    Right,
    Wrong(String),
    /// Another outcome than the case wants, on purpose.
    Explained(&'static str),
    /// Needs something that is not built yet.
    Pending(String),
}

/// Scores the outcome strictly, then its kind, the role that matched, and what must not have been said.
pub(crate) fn of(outcome: &Outcome, expect: &Value) -> Score {
    if belongs_elsewhere(outcome) {
        return Score::Pending(outcome.code().to_owned());
    }
    if let Some(found) = forbidden(&outcome.said, expect) {
        return Score::Wrong(format!("gave away {found:?}"));
    }
    let wanted = expect["outcome"].as_str().unwrap_or("?");
    let fits = match wanted {
        "any_of" => strings(&expect["any_of"]).any(|one| fits(outcome, one)),
        one => fits(outcome, one),
    };
    if !fits {
        return Score::Wrong(format!("{} instead of {wanted} {}", outcome.short(), expect["any_of"]));
    }
    let kind = meaning(outcome.code());
    let kinds: Vec<_> = expect["error_kind"].as_str().into_iter().chain(strings(&expect["error_kind_any_of"])).collect();
    if outcome.verdict != Verdict::Accept && !kinds.is_empty() && !kinds.contains(&kind) {
        return Score::Wrong(format!("the reason is {kind}, not one of {kinds:?}"));
    }
    let role = outcome.role.map(|role| role.as_str());
    match expect["matched"].as_str() {
        Some(wanted) if role != Some(wanted) => Score::Wrong(format!("matched {role:?}, not {wanted}")),
        _ => Score::Right,
    }
}

/// `accept`, `reject`, `config_error`, each perhaps with a colon and a kind.
fn fits(outcome: &Outcome, wanted: &str) -> bool {
    let (verdict, kind) = wanted.split_once(':').map_or((wanted, None), |(verdict, kind)| (verdict, Some(kind)));
    outcome.verdict.as_str() == verdict && kind.is_none_or(|kind| meaning(outcome.code()) == kind)
}

/// Whether a step came out as `ok`, `ok_or_error:kind`, `error:kind` or `error` says.
pub(crate) fn agrees(wanted: &str, error: Option<&str>) -> bool {
    match error {
        None => wanted.starts_with("ok"),
        Some(kind) => wanted.split_once("error:").map_or(wanted.contains("error"), |(_, wanted)| wanted == kind),
    }
}

/// The first text that must not be in what was said, and is.
pub(crate) fn forbidden(said: &[String], expect: &Value) -> Option<String> {
    strings(&expect["forbidden_substrings"]).find(|text| said.iter().any(|said| said.contains(text))).map(str::to_owned)
}

pub(crate) fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Right, or wrong with a reason.
pub(crate) fn check(right: bool, why: impl FnOnce() -> String) -> Score {
    if right { Score::Right } else { Score::Wrong(why()) }
}
