//! The JSON texts that a sender may have had before a parser and a printer on the way changed them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::alt::{Alt, Alts};
use super::json::Json;
use super::json_print::{ESCAPES, LAYOUTS, Order, Style};

const SAY: &str = "The JSON of the body was parsed and printed again: verify the raw bytes before any parser reads them.";

/// Only the usual layouts, in the order that is there.
pub(super) fn reserialised_usually(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let Some(tree) = Json::parse(body).filter(Json::is_container) else { return };
    for layout in LAYOUTS.iter().take(3) {
        for escapes in ESCAPES.iter().take(3) {
            add(alts, true, Style { layout: *layout, order: Order::Kept, escapes: *escapes }.print(&tree));
        }
    }
}

/// In longer bodies only the style is varied, not the values.
const MOST_FOR_VALUES: usize = 64 << 10;

/// Adds the ways in which the sender may have printed this body; the usual ones are marked as common.
pub(super) fn reserialised(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let Some(tree) = Json::parse(body) else { return };
    if let Json::Text(inner) = &tree {
        // A text that holds JSON: encoded twice.
        alts.add(
            Cause::BodyJsonReserialised,
            "The JSON of the body was encoded twice: verify the raw bytes.",
            inner.clone().into_bytes(),
        );
        return;
    }
    if !tree.is_container() {
        return;
    }
    for (n, layout) in LAYOUTS.iter().enumerate() {
        for (o, order) in
            [Order::Kept, Order::Sorted, Order::ByLength, Order::SortedNoCase, Order::Reversed].into_iter().enumerate()
        {
            for (e, escapes) in ESCAPES.iter().enumerate() {
                if alts.is_full() {
                    return;
                }
                // Rare layouts with rare orders and rare escapes are left out.
                if usize::from(n > 5).saturating_add(usize::from(o > 1)).saturating_add(usize::from(e > 4)) > 1 {
                    continue;
                }
                let printed = Style { layout: *layout, order, escapes: *escapes }.print(&tree);
                let common = n < 4 && o < 2 && e < 5;
                add(alts, common, printed.clone());
                if common {
                    add(alts, false, [printed.as_slice(), b"\n"].concat());
                }
            }
        }
    }
    if body.len() <= MOST_FOR_VALUES {
        other_values(&tree, alts);
    }
    let [layout, ..] = LAYOUTS;
    let [escapes, ..] = ESCAPES;
    let twice = Style { layout, order: Order::Kept, escapes };
    if let Ok(text) = String::from_utf8(body.to_vec()) {
        let say = "The sender encoded the JSON of the body twice, and it was decoded once on the way: verify the raw bytes.";
        alts.add_rare(Cause::BodyJsonReserialised, say, twice.print(&Json::Text(text)));
    }
}

fn add(alts: &mut Alts<Vec<u8>>, common: bool, value: Vec<u8>) {
    if common {
        alts.add(Cause::BodyJsonReserialised, SAY, value);
    } else {
        alts.add_rare(Cause::BodyJsonReserialised, SAY, value);
    }
}

/// Numbers and empty containers that a parser changed, in the usual styles.
fn other_values(tree: &Json, alts: &mut Alts<Vec<u8>>) {
    for value in number_trees(tree).into_iter().chain(emptied_trees(tree)).chain(shaped_trees(tree)) {
        printed(&value, alts);
    }
}

/// How a number may have been spelt, from the spelling that is there now.
const SPELLINGS: [fn(&str) -> Option<String>; 10] = [
    // 19.0 for 19, in every place.
    |text| is_integer(text).then(|| format!("{text}.0")),
    // 19 for 19.0.
    |text| text.strip_suffix(".0").map(ToString::to_string),
    // 129.90 for 129.9: prices.
    |text| (decimals(text) == Some(1)).then(|| format!("{text}0")),
    // Prices, integers too.
    |text| match decimals(text) {
        Some(1) => Some(format!("{text}0")),
        None if is_integer(text) => Some(format!("{text}.00")),
        _ => None,
    },
    |text| text.contains('.').then(|| text.trim_end_matches('0').trim_end_matches('.').to_string()),
    // 17 digits, as PHP wrote before 7.1.
    |text| decimals(text).and_then(|_| seventeen(text)),
    // 1e-05 of Python, 1e-5 of JavaScript, 0.00001 written out.
    |text| text.contains(['e', 'E']).then(|| text.replace(['e', 'E'], "e").replace("e-0", "e-").replace("e+0", "e+")),
    |text| exponent(text),
    |text| text.contains('e').then(|| text.replace('e', "E")),
    |text| text.contains('E').then(|| text.replace('E', "e")),
];

fn number_trees(tree: &Json) -> Vec<Json> {
    let mut trees = Vec::new();
    for spell in SPELLINGS {
        trees.push(respelt(tree, &mut |text, _| spell(text)));
    }
    // One number alone, or every integer next to a fraction.
    let mut count = 0_usize;
    respelt(tree, &mut |text, _| {
        count = count.saturating_add(usize::from(is_integer(text)));
        None
    });
    for chosen in 0..count.min(24) {
        trees.push(respelt(tree, &mut |text, at| (at == chosen).then(|| format!("{text}.0"))));
    }
    trees.push(tree.clone().map(&mut |value| {
        match value {
            Json::List(items) if items.iter().any(|item| matches!(item, Json::Bare(text) if decimals(text).is_some())) => {
                Json::List(
                    items
                        .into_iter()
                        .map(|item| match item {
                            Json::Bare(text) if is_integer(&text) => Json::Bare(format!("{text}.0")),
                            other => other,
                        })
                        .collect(),
                )
            }
            other => other,
        }
    }));
    trees.retain(|changed| changed != tree);
    trees
}

/// Changes spellings; the second argument counts the integers.
fn respelt(tree: &Json, spell: &mut dyn FnMut(&str, usize) -> Option<String>) -> Json {
    let mut integers = 0_usize;
    tree.clone().map(&mut |value| match value {
        Json::Bare(text) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            let at = integers;
            if is_integer(&text) {
                integers = integers.saturating_add(1);
            }
            match spell(&text, if is_integer(&text) { at } else { usize::MAX }) {
                Some(changed) => Json::Bare(changed),
                None => Json::Bare(text),
            }
        }
        other => other,
    })
}

/// PHP and others turn `{}` into `[]`: some or all of the empty lists may have been objects, and the other way round.
fn emptied_trees(tree: &Json) -> Vec<Json> {
    let mut trees = Vec::new();
    for (from, to) in [(Json::List(Vec::new()), Json::Object(Vec::new())), (Json::Object(Vec::new()), Json::List(Vec::new()))] {
        let mut count = 0_u32;
        tree.clone().map(&mut |value| {
            count = count.saturating_add(u32::from(value == from));
            value
        });
        let subsets = 1_u32.checked_shl(count.min(4)).unwrap_or(1);
        for subset in 1..subsets {
            let mut at = 0_u32;
            trees.push(tree.clone().map(&mut |value| {
                if value != from {
                    return value;
                }
                let chosen = subset.checked_shr(at.min(3)).unwrap_or(0) & 1 == 1;
                at = at.saturating_add(1);
                if chosen { to.clone() } else { value }
            }));
        }
    }
    trees
}

/// Members with `null` left out, and integer names first as JavaScript orders them.
fn shaped_trees(tree: &Json) -> Vec<Json> {
    let without_null = tree.clone().map(&mut |value| match value {
        Json::Object(members) => {
            Json::Object(members.into_iter().filter(|(_, value)| *value != Json::Bare("null".into())).collect())
        }
        other => other,
    });
    let integers_first = tree.clone().map(&mut |value| match value {
        Json::Object(mut members) => {
            members.sort_by_key(|(name, _)| name.parse::<u32>().map_or(u64::MAX, u64::from));
            Json::Object(members)
        }
        other => other,
    });
    let mut trees = Vec::from([without_null, integers_first]);
    trees.retain(|changed| changed != tree);
    trees
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// How many decimals a plain fraction has.
fn decimals(text: &str) -> Option<usize> {
    let (whole, fraction) = text.split_once('.')?;
    (is_integer(whole) && is_integer(fraction) && !fraction.starts_with('-')).then_some(fraction.len())
}

/// With 17 significant digits, trailing zeros off.
fn seventeen(text: &str) -> Option<String> {
    let value: f64 = text.parse().ok()?;
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
    let places = 17_usize.saturating_sub(if whole == "0" { 0 } else { whole.len() });
    Some(format!("{value:.places$}").trim_end_matches('0').to_string())
}

/// A small or large number with an exponent, as Python writes it.
fn exponent(text: &str) -> Option<String> {
    let value: f64 = text.parse().ok()?;
    let small = value != 0.0 && value.abs() < 1e-4;
    if !small && value.abs() < 1e16 {
        return None;
    }
    let written = format!("{value:e}");
    let (mantissa, power) = written.split_once('e')?;
    let power: i32 = power.parse().ok()?;
    Some(format!("{mantissa}e{}{:02}", if power < 0 { '-' } else { '+' }, power.unsigned_abs()))
}

/// A tree in the usual styles.
pub(super) fn printed(tree: &Json, alts: &mut Alts<Vec<u8>>) {
    for layout in LAYOUTS.iter().take(4) {
        for order in [Order::Kept, Order::Sorted] {
            for escapes in ESCAPES.iter().take(5) {
                add(alts, false, Style { layout: *layout, order, escapes: *escapes }.print(tree));
            }
        }
    }
}

/// The common forms only, for a second step.
pub(super) fn reserialised_common(body: &[u8]) -> Vec<Alt<Vec<u8>>> {
    let mut alts = Alts::of(body.to_vec());
    reserialised(body, &mut alts);
    alts.changed().into_iter().filter(|alt| alt.common).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(seen: &str, signed: &str) {
        let mut alts = Alts::of(seen.as_bytes().to_vec());
        reserialised(seen.as_bytes(), &mut alts);
        assert!(alts.changed().iter().any(|alt| alt.value == signed.as_bytes()), "{seen} from {signed}");
    }

    #[test]
    fn what_parsers_and_printers_change() {
        finds(r#"{"a":1,"b":[1,2.5]}"#, r#"{"a":1,"b":[1.0,2.5]}"#);
        finds(r#"{"a":1,"b":2}"#, r#"{"a": 1.0, "b": 2}"#);
        finds(r#"{"a":129.9}"#, r#"{"a":129.90}"#);
        finds(r#"{"a":[],"b":[]}"#, r#"{"a":{},"b":[]}"#);
        finds(r#"{"a":0.1}"#, r#"{"a":0.10000000000000001}"#);
        finds(r#"{"a":0.00001}"#, r#"{"a":1e-05}"#);
        finds(r#"{"b":"é","a":1}"#, r#"{"a": 1, "b": "\u00e9"}"#);
        finds(r#"{"a":null,"b":1}"#, r#"{"b":1}"#);
        finds(r#""{\"a\":1}""#, r#"{"a":1}"#);
    }
}
