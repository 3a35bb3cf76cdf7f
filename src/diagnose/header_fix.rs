//! The headers as the sender wrote them, where they arrive renamed, missing, joined, cut or written in another way.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::alt::{Alt, Change};
use super::framing::{Fragment, Framing, Framings};
use super::moment;
use super::needs::{Need, is_ordinary, needs};
use super::signature_text::{cuts, repairs};
use crate::error::Field;
use crate::scheme::{Grammar, Scheme, Source, Unit};
use crate::time::Timestamp;

/// How many seconds around the receiver's clock are tried for a timestamp that did not arrive.
const AROUND: i64 = 330;

pub(super) fn headers<'s>(framing: &Framing<'s>, now: Timestamp, out: &mut Framings<'s>) {
    let needs = needs(framing);
    let missing: Vec<&Need> = needs.iter().filter(|need| framing.header(&need.name).is_none_or(<[u8]>::is_empty)).collect();
    if !missing.is_empty() {
        renamed(framing, &needs, &missing, out);
        absent(framing, &missing, now, out);
    }
    repeated(framing, &needs, out);
    for need in &needs {
        for at in framing.lines(&need.name) {
            let Some((name, value)) = framing.headers.get(at) else { continue };
            let Ok(text) = core::str::from_utf8(value) else { continue };
            if need.field == Field::Signature {
                signature(framing, name, at, text, out);
            } else {
                plain(framing, need, at, text, out);
            }
        }
    }
}

/// Letters and digits only, without what proxies put in front of names.
fn essence(name: &str) -> String {
    let lower: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut rest = lower.as_str();
    for front in ["http", "xamznremapped", "xoriginal", "xforwarded", "xproxy", "original", "forwarded", "x"] {
        rest = rest.strip_prefix(front).unwrap_or(rest);
    }
    rest.to_string()
}

/// How well a header could replace a missing one: by its name, then by what its value looks like. Zero: not at all.
fn likeness(need: &Need, name: &str, value: &str, scheme: &Scheme<'_>) -> u32 {
    let (wanted, here) = (essence(&need.name), essence(name));
    let alike = if wanted == here {
        100
    } else if here.contains(&wanted) || wanted.contains(&here) && here.len() >= 4 {
        60
    } else {
        common_words(&need.name, name)
    };
    let fits = match need.field {
        Field::Signature => !super::signature_text::located(scheme, value).is_empty() && value.len() >= 20,
        Field::Timestamp => moment::read(value.as_bytes()).is_some(),
        Field::Id => (4..=256).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic()),
        _ => need.value.as_deref().is_none_or(|wanted| wanted == value),
    };
    match (alike, fits) {
        (0, true) if need.field == Field::Signature || need.field == Field::Timestamp => 1,
        (alike, true) => alike,
        (100 | 60, false) => 50,
        _ => 0,
    }
}

fn common_words(a: &str, b: &str) -> u32 {
    let words =
        |name: &str| -> Vec<String> { name.to_ascii_lowercase().split(['-', '_', '.']).map(ToString::to_string).collect() };
    let (a, b) = (words(a), words(b));
    let shared = a.iter().filter(|word| word.len() > 2 && b.contains(word)).count();
    u32::try_from(shared).unwrap_or(0).saturating_mul(10)
}

/// Other headers in place of the missing ones, all at once.
fn renamed<'s>(framing: &Framing<'s>, needs: &[Need], missing: &[&Need], out: &mut Framings<'s>) {
    for chosen in stand_ins(framing, needs, missing) {
        if chosen.is_empty() {
            continue;
        }
        let mut changed = framing.clone();
        let mut names = Vec::new();
        for (name, at) in &chosen {
            if let Some((old, value)) = framing.headers.get(*at) {
                changed.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                names.push(format!("`{old}` instead of `{name}`"));
                changed.headers.push((name.clone(), value.clone()));
            }
        }
        let say = format!("A header arrives under another name: {}. Pass it on under its own name.", names.join(", "));
        let constants: Vec<&&Need> = missing.iter().filter(|need| chosen.iter().all(|(name, _)| *name != need.name)).collect();
        fill(&mut changed, &constants);
        out.add(Cause::HeaderRenamed, &say, changed);
    }
}

/// For each missing header the place of one that may replace it, in all likely combinations.
fn stand_ins(framing: &Framing<'_>, needs: &[Need], missing: &[&Need]) -> Vec<Vec<(String, usize)>> {
    let free = |name: &str| !is_ordinary(name) && needs.iter().all(|need| !need.name.eq_ignore_ascii_case(name));
    let candidates = |need: &Need| {
        let mut list: Vec<(u32, usize)> = Vec::new();
        for (at, (name, value)) in framing.headers.iter().enumerate().filter(|(_, (name, _))| free(name)) {
            let score = likeness(need, name, &String::from_utf8_lossy(value), &framing.shape.base);
            if score > 0 {
                list.push((score, at));
            }
        }
        list.sort_by(|a, b| b.cmp(a));
        list.truncate(6);
        list
    };
    let mut ways: Vec<Vec<(String, usize)>> = Vec::from([Vec::new()]);
    for need in missing {
        let list = candidates(need);
        let mut longer = Vec::new();
        for chosen in &ways {
            for (_, at) in list.iter().filter(|(_, at)| chosen.iter().all(|(_, taken)| taken != at)).take(4) {
                let mut chosen = chosen.clone();
                chosen.push((need.name.clone(), *at));
                longer.push(chosen);
            }
        }
        // A required constant that did not arrive can be put in: it is known.
        if longer.is_empty() && need.value.is_some() {
            longer.clone_from(&ways);
        }
        ways = longer;
        ways.truncate(24);
    }
    ways
}

fn fill(framing: &mut Framing<'_>, constants: &[&&Need]) {
    for need in constants {
        if let Some(value) = &need.value {
            framing.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&need.name));
            framing.headers.push((need.name.clone(), value.clone().into_bytes()));
        }
    }
}

/// Headers that did not arrive at all, where their value can be found out: constants, and times around now.
fn absent<'s>(framing: &Framing<'s>, missing: &[&Need], now: Timestamp, out: &mut Framings<'s>) {
    if missing.iter().any(|need| need.value.is_none() && need.field != Field::Timestamp) {
        return;
    }
    let mut filled = framing.clone();
    fill(&mut filled, &missing.iter().collect::<Vec<_>>());
    let names: Vec<&str> = missing.iter().map(|need| need.name.as_str()).collect();
    let say = format!("The header `{}` did not arrive: let it through. All else is right.", names.join("`, `"));
    let times: Vec<&&Need> = missing.iter().filter(|need| need.field == Field::Timestamp).collect();
    if times.is_empty() {
        out.add(Cause::HeaderMissing, &say, filled);
        return;
    }
    let Some((_, unit)) = framing.shape.base.timestamp else { return };
    let twin = filled.raw_time(&[]).filter(|_| framing.shape.base.twin.is_some());
    let mut put = |text: &[u8], common: bool| {
        let mut changed = filled.clone();
        for need in &times {
            changed.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&need.name));
            changed.headers.push((need.name.clone(), text.to_vec()));
        }
        if common { out.add(Cause::HeaderMissing, &say, changed) } else { out.add_rare(Cause::HeaderMissing, &say, changed) }
    };
    if let Some(text) = twin {
        put(&text, true);
        return;
    }
    for away in 0..=AROUND {
        for sign in [-1_i64, 1] {
            let at = Timestamp::from_unix_secs(now.unix_secs().saturating_add(away.saturating_mul(sign)));
            let mut text = String::new();
            match unit {
                Unit::Rfc3339 => text.push_str(&format!("{}Z", at.to_string().get(..19).unwrap_or_default())),
                Unit::IsoUtc => text.push_str(at.to_string().get(..19).unwrap_or_default()),
                _ => drop(crate::time::write(at, unit, &mut text)),
            }
            put(text.as_bytes(), false);
        }
    }
}

/// Lines that may occur once and occur several times.
fn repeated<'s>(framing: &Framing<'s>, needs: &[Need], out: &mut Framings<'s>) {
    for need in needs {
        let lines = framing.lines(&need.name);
        if lines.len() < 2 {
            continue;
        }
        let say = format!("The header `{}` arrives {} times: pass it on once.", need.name, lines.len());
        for kept in &lines {
            let mut changed = framing.clone();
            let mut at = 0_usize;
            changed.headers.retain(|_| {
                let keep = at == *kept || !lines.contains(&at);
                at = at.saturating_add(1);
                keep
            });
            out.add(Cause::HeaderJoined, &say, changed);
        }
    }
}

fn sentence(cause: Cause, name: &str, len: usize) -> String {
    match cause {
        Cause::HeaderWrapped => {
            format!("The value of `{name}` ({len} bytes) is folded, or in quotes or brackets: pass it on as one plain line.")
        }
        Cause::HeaderJoined => format!(
            "The value of `{name}` ({len} bytes) is several values joined into one, or has other separators: pass each on by itself."
        ),
        Cause::HeaderPrefix => {
            format!("The value of `{name}` ({len} bytes) lacks the marker before its signature, or has another one.")
        }
        Cause::HeaderEncoding => {
            format!("The signature in `{name}` ({len} bytes) is written in another encoding than the scheme's.")
        }
        _ => format!("The value of `{name}` ({len} bytes) is not whole: look for a limit on header lengths."),
    }
}

fn signature<'s>(framing: &Framing<'s>, name: &str, at: usize, text: &str, out: &mut Framings<'s>) {
    let scheme = framing.shape.base;
    for repair in repairs(&scheme, text) {
        let changes =
            repair.causes.iter().map(|cause| Change { cause: *cause, say: sentence(*cause, name, text.len()) }).collect();
        out.list.push(Alt { changes, value: framing.with_value(at, repair.value.into_bytes()), common: true });
    }
    for cut in cuts(&scheme, text) {
        let mut changed = framing.clone();
        changed.fragment = Some(Fragment { header: at, before: cut.before, text: cut.text, after: cut.after });
        out.add(Cause::HeaderCut, &sentence(Cause::HeaderCut, name, text.len()), changed);
    }
    // The timestamp inside the header.
    if let (Grammar::Tagged(tagged), Some((Source::Tag(tag), _))) = (scheme.grammar, scheme.timestamp) {
        let known = framing.raw_time(&[]).is_some();
        if !known {
            let say = format!("The item `{tag}` of `{name}` (its timestamp) has another tag.");
            for item in text.split(tagged.between).map(str::trim) {
                if let Some((other, value)) = item.split_once(tagged.pair) {
                    if moment::read(value.as_bytes()).is_some() {
                        let own = format!("{other}{}", tagged.pair);
                        let value = text.replacen(&own, &format!("{tag}{}", tagged.pair), 1);
                        out.add(Cause::HeaderPrefix, &say, framing.with_value(at, value.into_bytes()));
                    }
                }
            }
        }
    }
}

/// Values that are taken as they are: timestamps, ids and the like.
fn plain<'s>(framing: &Framing<'s>, need: &Need, at: usize, text: &str, out: &mut Framings<'s>) {
    let mut known = Vec::from([text.trim().to_string()]);
    let mut add = |cause: Cause, value: String| {
        let value = value.trim().to_string();
        if !value.is_empty() && !known.contains(&value) {
            known.push(value.clone());
            out.add(cause, &sentence(cause, &need.name, text.len()), framing.with_value(at, value.into_bytes()));
        }
    };
    let unquoted = text.trim_matches(|c: char| c.is_whitespace() || "\"'`<>[](){}".contains(c));
    add(Cause::HeaderWrapped, unquoted.to_string());
    add(Cause::HeaderWrapped, text.split(['\r', '\n']).map(str::trim).collect());
    add(Cause::HeaderWrapped, text.split_ascii_whitespace().collect());
    add(Cause::HeaderWrapped, unquoted.split_ascii_whitespace().collect());
    if need.field != Field::Timestamp || moment::read(text.as_bytes()).is_none() {
        for separator in [", ", ",", ";", " ", "|"] {
            let pieces: Vec<&str> = text.split(separator).filter(|piece| !piece.trim().is_empty()).collect();
            if pieces.len() > 1 {
                pieces.iter().take(4).for_each(|piece| add(Cause::HeaderJoined, piece.to_string()));
            }
        }
    }
    if need.field != Field::Timestamp {
        if let Some(decoded) =
            super::text::percent_decoded(text.as_bytes(), false).and_then(|bytes| String::from_utf8(bytes).ok())
        {
            add(Cause::HeaderEncoding, decoded);
        }
    }
    for prefix in ["t=", "ts=", "timestamp=", "id=", "v1=", "v0="] {
        if let Some(rest) = text.trim().strip_prefix(prefix) {
            add(Cause::HeaderPrefix, rest.to_string());
        }
    }
    if let Some(value) = &need.value {
        add(Cause::HeaderCut, value.clone());
    }
}
