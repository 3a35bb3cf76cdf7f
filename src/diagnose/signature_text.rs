//! Reads a signature out of a header value that is not written as its scheme demands.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::text::{base64_any, html_decoded, percent_decoded};
use crate::encoding::{Encoding, decode_exact, encode};
use crate::scheme::{Grammar, Scheme, Source};

/// A header value that can be read, and what had to be changed for it.
#[derive(Debug)]
pub(super) struct Repair {
    pub(super) causes: Vec<Cause>,
    pub(super) value: String,
}

/// A part of a signature, with what surrounds it.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) before: String,
    pub(super) text: String,
    pub(super) after: String,
}

/// Every way in which the value could be meant, the simple ones first.
pub(super) fn repairs(scheme: &Scheme<'_>, value: &str) -> Vec<Repair> {
    let mut all = Vec::new();
    let mut add = |causes: &[Cause], value: String| {
        if all.iter().all(|known: &Repair| known.value != value) {
            all.push(Repair { causes: causes.to_vec(), value });
        }
    };
    if is_fine(scheme, value.trim()) && (!needs_time(scheme) || has_time(scheme, value.trim())) {
        // Readable as it is; but a list may be joined wrongly, so that its good entry is not the one that is read.
        joined(scheme, value, &mut |piece| add(&[Cause::HeaderJoined], piece));
        return all;
    }
    for text in unwrapped(value) {
        if is_fine(scheme, &text) && (!needs_time(scheme) || has_time(scheme, &text)) {
            add(&[Cause::HeaderWrapped], text);
        }
    }
    joined(scheme, value, &mut |piece| add(&[Cause::HeaderJoined], piece));
    let mut texts = Vec::from([(Vec::new(), value.trim().to_string())]);
    texts.extend(unwrapped(value).into_iter().map(|text| (Vec::from([Cause::HeaderWrapped]), text)));
    for (first, text) in texts {
        for decoded in decoded_texts(&text) {
            if is_fine(scheme, &decoded) {
                add(&with(&first, Cause::HeaderEncoding), decoded);
            }
        }
        for (causes, rebuilt) in rebuilt(scheme, &text) {
            let all = causes.into_iter().fold(first.clone(), |sum, cause| with(&sum, cause));
            add(&all, rebuilt);
        }
    }
    all
}

fn with(causes: &[Cause], more: Cause) -> Vec<Cause> {
    let mut all = causes.to_vec();
    if !all.contains(&more) {
        all.push(more);
    }
    all
}

/// Whether the grammar finds a signature of the right length.
fn is_fine(scheme: &Scheme<'_>, value: &str) -> bool {
    located(scheme, value).iter().any(|entry| decodes(scheme, entry))
}

fn decodes(scheme: &Scheme<'_>, entry: &str) -> bool {
    let mut room = [0; crate::mac::MAX_TAG];
    let width = super::width(scheme);
    room.get_mut(..width).is_some_and(|room| decode_exact(entry.as_bytes(), scheme.encoding, room))
}

/// The entries that the grammar finds in a value.
pub(super) fn located<'v>(scheme: &Scheme<'_>, value: &'v str) -> Vec<&'v str> {
    match scheme.grammar {
        Grammar::Whole => Vec::from([value]),
        Grammar::Prefix(prefix) => value.strip_prefix(prefix).into_iter().collect(),
        Grammar::OptionalPrefix(prefix) => Vec::from([value.strip_prefix(prefix).unwrap_or(value)]),
        Grammar::List { between, prefix } => {
            let skip = usize::from(matches!(scheme.timestamp, Some((Source::FirstItem, _))));
            value.strip_prefix(prefix).map_or_else(Vec::new, |list| list.split(between).map(str::trim).skip(skip).collect())
        }
        Grammar::Tagged(tagged) => value
            .split(|c| c == tagged.between || Some(c) == tagged.group)
            .filter_map(|item| item.trim().split_once(tagged.pair))
            .filter(|(tag, _)| tagged.any_tag || tagged.accept.contains(&tag.trim()))
            .map(|(_, entry)| entry)
            .collect(),
    }
}

const QUOTES: [char; 14] = ['"', '\'', '`', '<', '>', '[', ']', '(', ')', '{', '}', '“', '”', '\\'];

/// Without folds, quotes and brackets.
fn unwrapped(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let quoted = value.trim().strip_prefix("b'").unwrap_or(value.trim());
    for text in [
        value.replace(['\r', '\n', '\t'], ""),
        value.split(['\r', '\n']).map(str::trim).collect::<String>(),
        value.split(['\r', '\n', '\t']).map(str::trim).collect::<Vec<_>>().join(" "),
        value.split_ascii_whitespace().collect::<String>(),
        quoted.trim_matches(QUOTES).trim().to_string(),
        quoted.replace(QUOTES, ""),
        quoted.trim_matches([',', ';', ' ', '.']).to_string(),
        quoted.replace(QUOTES, "").split_ascii_whitespace().collect::<String>(),
        // A fold in the middle of an item of a list that is separated by spaces.
        folded(value),
    ] {
        let text = text.trim().to_string();
        if text != value.trim() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Whitespace is removed, except before an item that starts with a tag.
fn folded(value: &str) -> String {
    let mut out = String::new();
    for word in value.split_ascii_whitespace() {
        if word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.get(..4).is_some_and(|head| head.contains([',', '=']))
            && !out.is_empty()
        {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn decoded_texts(value: &str) -> Vec<String> {
    let mut texts = Vec::from([html_decoded(value), value.replace(' ', "+")]);
    texts.extend(percent_decoded(value.as_bytes(), false).and_then(|bytes| String::from_utf8(bytes).ok()));
    texts.extend(base64_any(value.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok()));
    texts.retain(|text| text != value);
    texts
}

/// One of several values that were joined: each piece by itself, and pieces from a separator on.
fn joined(scheme: &Scheme<'_>, value: &str, found: &mut dyn FnMut(String)) {
    for separator in [", ", ",", "; ", ";", " ", "\n", "|"] {
        let pieces: Vec<&str> = value.split(separator).map(str::trim).filter(|piece| !piece.is_empty()).collect();
        if pieces.len() < 2 || pieces.len() > 16 {
            continue;
        }
        for from in 0..pieces.len() {
            for to in (from.saturating_add(1)..=pieces.len()).filter(|to| *to > from && to.saturating_sub(from) < pieces.len())
            {
                let text = pieces.get(from..to).unwrap_or_default().join(separator);
                // A piece of one list is not a value by itself: it would have lost its timestamp.
                if is_fine(scheme, &text) && (!needs_time(scheme) || time_text(scheme, &text).is_some()) {
                    found(text);
                }
            }
        }
        // Pieces of a list whose items are separated in another way.
        if let Some(text) = relisted(scheme, &pieces).filter(|text| text != value && is_fine(scheme, text)) {
            found(text);
        }
    }
}

fn relisted(scheme: &Scheme<'_>, pieces: &[&str]) -> Option<String> {
    let between = match scheme.grammar {
        Grammar::Tagged(tagged) => tagged.between,
        Grammar::List { between, .. } => between,
        _ => return None,
    };
    Some(pieces.join(between.to_string().as_str()))
}

const fn needs_time(scheme: &Scheme<'_>) -> bool {
    matches!(scheme.timestamp, Some((Source::Tag(_) | Source::FirstItem, _)))
}

/// Whether the timestamp is where the scheme reads it.
fn has_time(scheme: &Scheme<'_>, value: &str) -> bool {
    match (scheme.grammar, scheme.timestamp) {
        (Grammar::Tagged(tagged), Some((Source::Tag(tag), _))) => value
            .split(|c| c == tagged.between || Some(c) == tagged.group)
            .filter_map(|item| item.trim().split_once(tagged.pair))
            .any(|(name, _)| name.trim() == tag),
        _ => true,
    }
}

/// The timestamp in the value, under its tag or in its place, or anything that looks like one.
fn time_text<'v>(scheme: &Scheme<'_>, value: &'v str) -> Option<&'v str> {
    if let (Grammar::Tagged(tagged), Some((Source::Tag(tag), _))) = (scheme.grammar, scheme.timestamp) {
        let items = value.split(|c| c == tagged.between || Some(c) == tagged.group);
        let mut pairs = items.filter_map(|item| item.trim().split_once(tagged.pair));
        if let Some((_, text)) = pairs.find(|(name, _)| name.trim() == tag) {
            return Some(text);
        }
    }
    let digits = |word: &&str| (9..=14).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    value.split(|c: char| !c.is_ascii_alphanumeric()).find(digits)
}

/// Runs of characters that could be an encoded signature.
fn runs(value: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for piece in value.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c))) {
        let bare = piece.trim_end_matches('=');
        // `tag=signature`: the last sign of equality that is not padding separates them.
        let start = bare.rfind('=').map_or(0, |at| at.saturating_add(1));
        if let Some(run) = piece.get(start..).filter(|run| run.len() >= 8) {
            all.push(run);
            if let Some(run) = run
                .strip_prefix("0x")
                .or_else(|| run.get(3..).filter(|_| run.starts_with("v1_") || run.starts_with("v0_") || run.starts_with("v1-")))
            {
                all.push(run);
            }
        }
        if start > 0 && piece.len() >= 8 {
            all.push(piece);
        }
    }
    all
}

/// The bytes of a signature of this length, in whatever encoding.
fn tag_of(run: &str, width: usize) -> Option<Vec<u8>> {
    let fits = |bytes: &Vec<u8>| bytes.len() == width;
    if let Ok(bytes) = hex::decode(run) {
        return Some(bytes).filter(fits);
    }
    let inner = base64_any(run.as_bytes())?;
    if fits(&inner) {
        return Some(inner);
    }
    // Base64 of the hexadecimal text.
    core::str::from_utf8(&inner).ok().and_then(|text| hex::decode(text).ok()).filter(fits)
}

/// Writes signatures that were found as the scheme writes them.
fn rebuilt(scheme: &Scheme<'_>, value: &str) -> Vec<(Vec<Cause>, String)> {
    let mut found = Vec::new();
    let fine = located(scheme, value);
    let width = super::width(scheme);
    for run in runs(value) {
        let Some(tag) = tag_of(run, width).or_else(|| hex_of_text(run, width)) else { continue };
        let encoded = encode(&tag, scheme.encoding);
        let strict = decodes(scheme, run);
        let mut causes = Vec::new();
        if !fine.iter().any(|entry| *entry == run || entry.trim() == run) {
            causes.push(Cause::HeaderPrefix);
        }
        if !strict {
            causes.push(Cause::HeaderEncoding);
        }
        if let Some(text) = written(scheme, &encoded, time_text(scheme, value)) {
            found.push((causes, text));
        }
    }
    found
}

/// Hexadecimal of the text of the signature.
fn hex_of_text(run: &str, width: usize) -> Option<Vec<u8>> {
    let text = String::from_utf8(hex::decode(run).ok()?).ok()?;
    tag_of(&text, width)
}

/// A header value with one signature.
fn written(scheme: &Scheme<'_>, signature: &str, time: Option<&str>) -> Option<String> {
    Some(match scheme.grammar {
        Grammar::Whole => signature.to_string(),
        Grammar::Prefix(prefix) | Grammar::OptionalPrefix(prefix) => format!("{prefix}{signature}"),
        Grammar::List { between, prefix } => match scheme.timestamp {
            Some((Source::FirstItem, _)) => format!("{prefix}{}{between}{signature}", time?),
            _ => format!("{prefix}{signature}"),
        },
        Grammar::Tagged(tagged) => match scheme.timestamp {
            Some((Source::Tag(tag), _)) => {
                format!("{tag}{}{}{}{}{}{signature}", tagged.pair, time?, tagged.between, tagged.emit, tagged.pair)
            }
            _ => format!("{}{}{signature}", tagged.emit, tagged.pair),
        },
    })
}

/// The least characters of a signature that prove anything: 48 bits and more.
const LEAST: usize = 12;

/// Pieces of signatures that are too short, each where the grammar expects a whole one.
pub(super) fn cuts(scheme: &Scheme<'_>, value: &str) -> Vec<Cut> {
    let width = super::width(scheme);
    let whole = match scheme.encoding {
        Encoding::Hex | Encoding::HexUpper => width.saturating_mul(2),
        _ => width.saturating_mul(4).div_ceil(3),
    };
    let mut found = Vec::new();
    let value = value.trim();
    let mut entries = located(scheme, value);
    if entries.iter().all(|entry| decodes(scheme, entry)) {
        entries = runs(value);
    }
    for entry in entries {
        let text = entry.trim().trim_end_matches(['=', '.', '…']);
        let fits = text.bytes().all(|b| match scheme.encoding {
            Encoding::Hex | Encoding::HexUpper => b.is_ascii_hexdigit(),
            _ => b.is_ascii_alphanumeric() || b"+/-_".contains(&b),
        });
        if text.len() < LEAST || text.len() >= whole || !fits {
            continue;
        }
        if let Some((before, after)) = value.split_once(text) {
            found.push(Cut { before: before.to_string(), text: text.to_string(), after: after.trim_matches('=').to_string() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{GITHUB, SLACK, STANDARD_WEBHOOKS, STRIPE};

    const HEX: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[track_caller]
    fn repairs_to(scheme: &Scheme<'_>, value: &str, causes: &[Cause], wanted: &str) {
        let all = repairs(scheme, value);
        let found = all.iter().find(|repair| repair.value == wanted).unwrap_or_else(|| panic!("{value}: {all:?}"));
        assert_eq!(found.causes, causes, "{value}");
    }

    #[test]
    fn header_values_are_repaired() {
        let plain = format!("sha256={HEX}");
        let base64 = "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc=";
        repairs_to(&GITHUB, HEX, &[Cause::HeaderPrefix], &plain);
        repairs_to(&GITHUB, &format!("SHA256={HEX}"), &[Cause::HeaderPrefix], &plain);
        repairs_to(&GITHUB, &format!("\"{plain}\""), &[Cause::HeaderWrapped], &plain);
        repairs_to(&GITHUB, &format!("sha256={}\r\n {}", &HEX[..30], &HEX[30..]), &[Cause::HeaderWrapped], &plain);
        repairs_to(&GITHUB, &format!("{plain}, {plain}"), &[Cause::HeaderJoined], &plain);
        repairs_to(&GITHUB, &format!("sha256={base64}"), &[Cause::HeaderEncoding], &plain);
        repairs_to(&GITHUB, base64, &[Cause::HeaderPrefix, Cause::HeaderEncoding], &plain);
        repairs_to(&SLACK, &plain, &[Cause::HeaderPrefix], &format!("v0={HEX}"));
        repairs_to(&STRIPE, &format!("t=1790000000,v0={HEX}"), &[Cause::HeaderPrefix], &format!("t=1790000000,v1={HEX}"));
        repairs_to(&STRIPE, &format!("t=1790000000;v1={HEX}"), &[Cause::HeaderJoined], &format!("t=1790000000,v1={HEX}"));
        let url = "v1,dXEH6g6yUJ_CESIczphLijdXC211hsIsRvQ3nIsEPhc";
        repairs_to(&STANDARD_WEBHOOKS, url, &[Cause::HeaderEncoding], &format!("v1,{base64}"));
        repairs_to(&STANDARD_WEBHOOKS, base64, &[Cause::HeaderPrefix], &format!("v1,{base64}"));
        repairs_to(&STANDARD_WEBHOOKS, &format!("v1,{base64}, v1,{base64}"), &[Cause::HeaderJoined], &format!("v1,{base64}"));
        repairs_to(&STANDARD_WEBHOOKS, &format!("v1,{HEX}"), &[Cause::HeaderEncoding], &format!("v1,{base64}"));
    }
}
