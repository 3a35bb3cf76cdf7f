//! The timestamp that was signed, where it is not the text that arrived.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::framing::{Framing, Framings, Piece, Shape};
use super::moment::{Form, form_of, read, spellings};
use crate::scheme::Part;

pub(super) fn times<'s>(framing: &Framing<'s>, body: &[u8], out: &mut Framings<'s>) {
    let Some((_, unit)) = framing.shape.base.timestamp else { return };
    if !framing.shape.has(|part| matches!(part, Part::Timestamp)) {
        return;
    }
    let Some(raw) = framing.raw_time(body) else { return };
    let Ok(raw_text) = core::str::from_utf8(&raw) else { return };
    let seen = read(&raw);
    // As it arrived, but in another form than the scheme's: it could not even be read.
    if crate::time::parse(&raw, unit).is_none() {
        let form = seen.map_or(Form::Words, |(_, form)| form);
        let cause = if form == Form::Words || form_of(unit) == Form::Words { Cause::TimeText } else { Cause::TimeUnit };
        let say = format!(
            "The timestamp arrives as {} ({} bytes), the scheme wants {}: adjust the sender.",
            form.name(),
            raw.len(),
            form_of(unit).name()
        );
        out.add(cause, &say, put(framing, raw_text.to_string(), &raw));
    }
    let Some((at, form)) = seen else { return };
    let mut known = Vec::from([raw_text.to_string()]);
    for (text, signed) in spellings(at) {
        if known.contains(&text) {
            continue;
        }
        known.push(text.clone());
        let numbers = signed != Form::Words && form != Form::Words;
        let cause = if numbers { Cause::TimeUnit } else { Cause::TimeText };
        let say = format!(
            "The sender signs the timestamp as {}, and the delivery carries it as {}: they have to be the same text.",
            signed.name(),
            form.name()
        );
        out.add(cause, &say, put(framing, text, &raw));
    }
    let say = "The timestamp was cut or changed in the delivery: pass its header on as it is.";
    for text in mended(raw_text) {
        if !known.contains(&text) {
            known.push(text.clone());
            out.add_rare(Cause::TimeText, say, put(framing, text, &raw));
        }
    }
}

/// Without what was added to the text, and with one digit more.
fn mended(text: &str) -> Vec<String> {
    let inner = text.trim_matches(|c: char| c.is_whitespace() || "\"'<>[]()".contains(c));
    let mut all = Vec::from([
        inner.to_string(),
        text.replace(' ', ""),
        text.replace(' ', "+"),
        text.to_ascii_lowercase(),
        text.to_ascii_uppercase(),
    ]);
    // A fraction with its zeros off, or with fewer digits.
    if let Some((head, zone)) = text.rfind(['Z', '+']).and_then(|at| text.split_at_checked(at)) {
        all.push(format!("{}{zone}", head.trim_end_matches('0').trim_end_matches('.')));
        if let Some((second, fraction)) = head.split_once('.') {
            all.extend([3, 6].iter().filter_map(|digits| Some(format!("{second}.{}{zone}", fraction.get(..*digits)?))));
            all.extend([3, 6, 7, 9].iter().map(|digits| format!("{second}.{fraction:0<digits$}{zone}")));
        }
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        all.extend((0..10).map(|digit| format!("{text}{digit}")));
    }
    all
}

/// The framing with this text signed in place of the timestamp.
fn put<'s>(framing: &Framing<'s>, text: String, raw: &[u8]) -> Framing<'s> {
    let change = |piece: &Piece<'s>| match piece {
        Piece::Part(Part::Timestamp) => Piece::Lit(text.clone()),
        other => other.clone(),
    };
    let pieces = framing.shape.pieces.iter().map(change).collect();
    let mut changed = framing.with_shape(Shape { pieces, base: framing.shape.base }.untimed());
    changed.sent = Some(raw.to_vec());
    changed
}
