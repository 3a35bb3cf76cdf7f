//! The table of a run, the list of known disagreements, and the page that shows both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::exchange::{Direction, EACH, Tally};

/// Which SDK, in which language, and which provider.
pub(crate) type Who = (String, String, String);

pub(crate) struct Row {
    pub(crate) who: Who,
    pub(crate) version: String,
    /// The SDK does not sign, so its documented recipe did.
    pub(crate) recipe: bool,
    pub(crate) tallies: Vec<(Direction, Tally)>,
}

impl Row {
    fn cell(&self, direction: Direction) -> String {
        let Some((_, tally)) = self.tallies.iter().find(|(other, _)| *other == direction) else { return "–".to_owned() };
        match tally.cannot {
            Some(_) => "–".to_owned(),
            None if tally.agreed == tally.done => tally.done.to_string(),
            None => format!("{}, and {} below", tally.agreed, tally.done - tally.agreed),
        }
    }

    pub(crate) fn markdown(&self) -> String {
        let (sdk, language, provider) = &self.who;
        let star = if self.recipe { "*" } else { "" };
        let [ours, theirs, rotation, tampered] = Direction::ALL.map(|direction| self.cell(direction));
        format!(
            "| `{sdk}` | {language} | {} | `{provider}` | {ours} | {theirs}{star} | {rotation} | {tampered} |",
            self.version
        )
    }
}

/// A disagreement: who, in which direction, about which kind of body.
type Key = (Who, &'static str, String);

struct Known {
    who: Vec<Who>,
    direction: &'static str,
    kinds: Vec<String>,
    right: String,
    why: String,
}

/// `disagreements.json`, in its order.
pub(crate) struct List(Vec<Known>);

impl List {
    pub(crate) fn read(text: &str) -> Self {
        let items: Vec<Value> = serde_json::from_str(text).expect("the list of disagreements is JSON");
        Self(items.iter().map(known).collect())
    }

    fn keys(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for known in &self.0 {
            for kind in &known.kinds {
                keys.extend(known.who.iter().map(|who| (who.clone(), known.direction, kind.clone())));
            }
        }
        keys
    }
}

fn known(item: &Value) -> Known {
    let text = |name: &str| item[name].as_str().unwrap_or_else(|| panic!("{item} has no {name}")).to_owned();
    let list = |name: &str| item[name].as_array().unwrap_or_else(|| panic!("{item} has no list {name}"));
    let at =
        |who: &Value, n: usize| who[n].as_str().unwrap_or_else(|| panic!("{who} is no SDK, language and scheme")).to_owned();
    let direction = text("direction");
    Known {
        who: list("who").iter().map(|who| (at(who, 0), at(who, 1), at(who, 2))).collect(),
        direction: Direction::ALL.iter().map(|one| one.as_str()).find(|one| *one == direction).expect("a direction"),
        kinds: list("kinds").iter().map(|kind| kind.as_str().expect("a text").to_owned()).collect(),
        right: text("right"),
        why: text("why"),
    }
}

/// What is not as the list says: disagreements that it does not hold, and those that are none any more.
///
/// A rare one need not be there in other deliveries than those that the list was made of.
pub(crate) fn differences(rows: &[Row], list: &List, same_deliveries: bool) -> Vec<String> {
    let mut seen: BTreeMap<Key, String> = BTreeMap::new();
    let mut ran = BTreeSet::new();
    for row in rows {
        for (direction, tally) in &row.tallies {
            ran.insert((row.who.clone(), direction.as_str()));
            for (kind, (count, said)) in &tally.disagreed {
                seen.insert((row.who.clone(), direction.as_str(), kind.clone()), format!("{count} times, at first: {said}"));
            }
        }
    }
    let known = list.keys();
    let unlisted = seen.iter().filter(|(key, _)| !known.contains(key)).map(|(key, said)| format!("unlisted: {key:?}: {said}"));
    let gone = known.iter().filter(|(who, direction, _)| ran.contains(&(who.clone(), direction)));
    let gone =
        gone.filter(|key| same_deliveries && !seen.contains_key(key)).map(|key| format!("listed, but they agree: {key:?}"));
    unlisted.chain(gone).collect()
}

/// `src/docs/interop.md`.
pub(crate) fn page(rows: &[Row], list: &List) -> String {
    let mut page = format!(
        "hookring against the providers' own SDKs, in both directions.\n\n\
         Written by `.ci/interop`, which installs the SDKs of the providers at pinned versions. It fails when a row of this page changes or\n\
         when the two sides disagree in a way that is not listed below.\n\n\
         For each SDK and provider:\n\n\
         - {EACH} random deliveries signed by hookring and verified by the SDK;\n\
         - {EACH} signed by the SDK and verified by hookring;\n\
         - {EACH} signed by hookring with an old and a new key and verified by an SDK that knows one of them;\n\
         - {EACH} tampered with (body, signature, its spelling, secret, timestamp, age, URL), which both must refuse.\n\n\
         Bodies are ASCII, Unicode, with CRLF, with NUL, empty, of 1 MiB, with a byte order mark, and not UTF-8, as far as the provider's\n\
         format has them. What is compared is the verdict on the signature: an SDK that then fails to read the body as JSON has accepted it.\n\
         `*`: the SDK cannot sign, so the provider's documented recipe did, written in the SDK's language. `–`: hookring does not sign this\n\
         scheme, or it carries one signature only.\n\n\
         | SDK | language | version | scheme | ours, accepted by them | theirs, accepted by us | ours with two keys, accepted with either | tampered, refused by both |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for row in rows {
        page.push_str(&row.markdown());
        page.push('\n');
    }
    page.push_str("\n# Where they disagree\n\n| direction | bodies or change | right | why | SDKs |\n|---|---|---|---|---|\n");
    for Known { who, direction, kinds, right, why } in &list.0 {
        let who: Vec<_> = who.iter().map(|(sdk, language, provider)| format!("`{sdk}` {language} (`{provider}`)")).collect();
        writeln!(page, "| {direction} | {} | {right} | {why} | {} |", kinds.join(", "), who.join(", ")).expect("written");
    }
    page
}
