//! Other ways to put the signed content together: separators, without the timestamp, without or with another id.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::framing::{Framing, Framings, Piece, Shape};
use super::json::Json;
use super::needs::is_ordinary;
use crate::scheme::Part;

const SEPARATORS: [&str; 19] =
    [".", ":", "", ",", "|", "\n", "-", "_", " ", ";", "/", "&", "\r\n", "\t", "+", "#", "~", "=", "::"];
const METHODS: [&str; 6] = ["POST", "GET", "PUT", "PATCH", "DELETE", "post"];

pub(super) fn contents<'s>(framing: &Framing<'s>, body: &[u8], out: &mut Framings<'s>) {
    if framing.shape.has(|part| matches!(part, Part::With(_))) {
        methods(framing, out);
        return;
    }
    separators(framing, out);
    without_timestamp(framing, out);
    ids(framing, body, out);
    methods(framing, out);
}

/// What a literal part is without its separator: `v0` of `v0:`; `None` if it has none.
fn stem(text: &str) -> Option<&str> {
    let stem = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    (stem.len() < text.len()).then_some(stem)
}

fn separators<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    other_separators(framing, out);
    without_literals(framing, out);
    other_orders(framing, out);
}

fn other_separators<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let say = "The sender puts other characters between the signed parts than the scheme: adjust the sender, or the scheme.";
    let shape = &framing.shape;
    let has_stem = |piece: &Piece<'s>| matches!(piece, Piece::Part(Part::Lit(text)) if stem(text).is_some());
    let literals = shape.pieces.iter().any(has_stem);
    for separator in SEPARATORS {
        let change = |piece: &Piece<'s>| match piece {
            Piece::Part(Part::Lit(text)) => match stem(text) {
                Some(stem) => Piece::Lit(format!("{stem}{separator}")),
                None => piece.clone(),
            },
            other => other.clone(),
        };
        let pieces = if literals { shape.pieces.iter().map(change).collect() } else { joined(&shape.pieces, separator) };
        if !same(&pieces, &shape.pieces) {
            out.add(Cause::ContentSeparator, say, framing.with_shape(Shape { pieces, ..shape.clone() }));
        }
    }
}

const LEFT_OUT: &str = "The sender leaves out a literal part of the signed content, or has its parts in another order.";

fn without_literals<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let shape = &framing.shape;
    let mut add = |pieces: Vec<Piece<'s>>| {
        out.add_rare(Cause::ContentSeparator, LEFT_OUT, framing.with_shape(Shape { pieces, ..shape.clone() }));
    };
    let is_word = |piece: &Piece<'s>| matches!(piece, Piece::Part(Part::Lit(text)) if text.starts_with(char::is_alphanumeric));
    let bare: Vec<Piece<'s>> = shape.pieces.iter().filter(|piece| !is_word(piece)).cloned().collect();
    if bare.len() < shape.pieces.len() && !bare.is_empty() {
        add(bare);
    }
    if let [Piece::Part(Part::Lit(_)), rest @ ..] = shape.pieces.as_slice() {
        let parts: Vec<Piece<'s>> = rest.iter().filter(|piece| !is_literal(piece)).cloned().collect();
        [".", ":", ""].into_iter().for_each(|separator| add(joined(&parts, separator)));
    }
}

/// The parts reversed, and each of them moved to the end and to the beginning, with each usual separator.
fn other_orders<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let shape = &framing.shape;
    let variable: Vec<Piece<'s>> = shape.pieces.iter().filter(|piece| !is_literal(piece)).cloned().collect();
    if variable.len() < 2 {
        return;
    }
    let reversed: Vec<Piece<'s>> = variable.iter().rev().cloned().collect();
    let mut orders = Vec::from([reversed]);
    for at in 0..variable.len() {
        let mut moved = variable.clone();
        let part = moved.remove(at);
        moved.push(part.clone());
        orders.push(moved.clone());
        moved.pop();
        moved.insert(0, part);
        orders.push(moved);
    }
    for order in orders {
        for separator in [".", "", ":"] {
            let pieces = joined(&order, separator);
            if !same(&pieces, &shape.pieces) {
                out.add_rare(Cause::ContentSeparator, LEFT_OUT, framing.with_shape(Shape { pieces, ..shape.clone() }));
            }
        }
    }
}

fn is_literal(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Lit(_) | Piece::Part(Part::Lit(_)))
}

fn joined<'s>(parts: &[Piece<'s>], separator: &str) -> Vec<Piece<'s>> {
    let mut pieces = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        if n > 0 && !separator.is_empty() {
            pieces.push(Piece::Lit(separator.to_string()));
        }
        pieces.push(part.clone());
    }
    pieces
}

/// Whether two lists of pieces write the same.
fn same(a: &[Piece<'_>], b: &[Piece<'_>]) -> bool {
    let text = |pieces: &[Piece<'_>]| {
        let one = |piece: &Piece<'_>| match piece {
            Piece::Lit(text) => text.clone(),
            Piece::Part(Part::Lit(text)) => text.to_string(),
            Piece::Part(part) => format!("\u{0}{part:?}\u{0}"),
        };
        pieces.iter().map(one).collect::<String>()
    };
    text(a) == text(b)
}

/// The pieces without one part, and without the separator that goes with it.
fn without<'s>(pieces: &[Piece<'s>], is: fn(&Part<'_>) -> bool) -> Vec<Vec<Piece<'s>>> {
    let found = |piece: &Piece<'s>| matches!(piece, Piece::Part(part) if is(part));
    let Some(at) = pieces.iter().position(found) else { return Vec::new() };
    let separator = |at: usize| pieces.get(at).is_some_and(|piece| matches!(piece, Piece::Part(Part::Lit(_)) | Piece::Lit(_)));
    let keep = |dropped: &[usize]| -> Vec<Piece<'s>> {
        pieces.iter().enumerate().filter(|(n, _)| !dropped.contains(n)).map(|(_, piece)| piece.clone()).collect()
    };
    let (before, after) = (at.wrapping_sub(1), at.saturating_add(1));
    let mut ways = Vec::new();
    if separator(after) {
        ways.push(keep(&[at, after]));
    }
    if at > 0 && separator(before) {
        ways.push(keep(&[at, before]));
        if separator(after) {
            ways.push(keep(&[at, before, after]));
        }
    }
    ways.push(keep(&[at]));
    ways.retain(|way| !way.is_empty());
    ways
}

fn without_timestamp<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let say = "The sender does not sign the timestamp: adjust the sender. A signature without it can be replayed at any time.";
    for pieces in without(&framing.shape.pieces, |part| matches!(part, Part::Timestamp)) {
        let shape = Shape { pieces, base: framing.shape.base }.untimed();
        out.add(Cause::ContentWithoutTimestamp, say, framing.with_shape(shape));
    }
    if framing.shape.has(|part| matches!(part, Part::Timestamp)) && framing.shape.has(|part| matches!(part, Part::Body)) {
        let shape = Shape { pieces: Vec::from([Piece::Part(Part::Body)]), base: framing.shape.base };
        let mut shape = shape.untimed();
        if shape.base.id.is_none() {
            out.add(Cause::ContentWithoutTimestamp, say, framing.with_shape(shape));
        } else {
            shape.base.id = None;
            let mut both = framing.with_shape(shape);
            both.sent = None;
            out.add(Cause::ContentWithoutTimestamp, say, both.clone());
            if let Some(last) = out.list.last_mut() {
                let say = "The sender signs neither the message id nor the timestamp, only the body: adjust the sender.";
                last.changes.push(super::alt::Change { cause: Cause::ContentId, say: say.to_string() });
            }
        }
    }
}

/// Headers that carry an id of their own, or one that a proxy moved.
fn looks_like_id(name: &str, value: &str) -> bool {
    const NOT: [&str; 3] = ["date", "x-forwarded-host", "x-forwarded-proto"];
    let fine = (1..=128).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    fine && !is_ordinary(name) && NOT.iter().all(|known| !name.eq_ignore_ascii_case(known))
}

/// The message id, or a header that is signed as one.
fn is_id(part: &Part<'_>) -> bool {
    match part {
        Part::Id => true,
        Part::Header(name) => name.to_ascii_lowercase().ends_with("-id"),
        _ => false,
    }
}

fn ids<'s>(framing: &Framing<'s>, body: &[u8], out: &mut Framings<'s>) {
    if !framing.shape.has(is_id) {
        return;
    }
    let base = {
        let mut base = framing.shape.base;
        base.id = None;
        base
    };
    let say = "The sender does not sign the message id: adjust the sender.";
    for pieces in without(&framing.shape.pieces, is_id) {
        out.add(Cause::ContentId, say, framing.with_shape(Shape { pieces, base }));
    }
    let say = "The message id differs from the one that was signed: pass the sender's id header on as it is.";
    let put = |id: String| {
        let change = |piece: &Piece<'s>| match piece {
            Piece::Part(part) if is_id(part) => Piece::Lit(id.clone()),
            other => other.clone(),
        };
        framing.with_shape(Shape { pieces: framing.shape.pieces.iter().map(change).collect(), base })
    };
    let mut known: Vec<String> = Vec::new();
    let mut try_id = |id: String, common: bool, out: &mut Framings<'s>| {
        if !known.contains(&id) {
            known.push(id.clone());
            if common { out.add(Cause::ContentId, say, put(id)) } else { out.add_rare(Cause::ContentId, say, put(id)) }
        }
    };
    let as_header = framing.shape.pieces.iter().find_map(|piece| match piece {
        Piece::Part(part @ Part::Header(name)) if is_id(part) => Some(*name),
        _ => None,
    });
    let own = framing.shape.base.id.or(as_header).and_then(|name| framing.header_text(name)).unwrap_or_default().to_string();
    try_id(own.clone(), false, out);
    for (name, value) in &framing.headers {
        if let Some(text) = core::str::from_utf8(value).ok().map(str::trim).filter(|text| looks_like_id(name, text)) {
            try_id(text.to_string(), true, out);
        }
    }
    if let Some(tree) = Json::parse(body) {
        body_ids(&tree, 3, &mut |text| try_id(text, true, out));
    }
    for (n, changed) in spellings_of_id(&own).into_iter().enumerate() {
        try_id(changed, n < 6, out);
    }
    try_id(String::new(), true, out);
}

/// The ids inside a body, outermost first.
fn body_ids(value: &Json, depth: u8, found: &mut dyn FnMut(String)) {
    let Json::Object(members) = value else { return };
    for (name, value) in members {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with("id") || lower.ends_with("key") || lower.ends_with("token") || lower == "uuid" || lower == "event" {
            if let Json::Text(text) | Json::Bare(text) = value {
                found(text.clone());
            }
        }
    }
    if let Some(depth) = depth.checked_sub(1) {
        members.iter().for_each(|(_, value)| body_ids(value, depth, found));
    }
}

fn spellings_of_id(own: &str) -> Vec<String> {
    let mut all = Vec::from([own.to_ascii_lowercase(), own.to_ascii_uppercase(), own.replace('-', "")]);
    for prefix in ["msg_", "evt_", "message_", "id_", "wh_"] {
        all.extend(own.strip_prefix(prefix).map(ToString::to_string));
        all.push(format!("{prefix}{own}"));
    }
    for separator in ['_', '-', ':', '/', '.', ','] {
        all.extend(own.split_once(separator).map(|(_, rest)| rest.to_string()));
        all.extend(own.rsplit_once(separator).map(|(head, _)| head.to_string()));
        all.extend(own.rsplit_once(separator).map(|(_, tail)| tail.to_string()));
    }
    all.push(format!("\"{own}\""));
    all.push(format!("<{own}>"));
    all
}

fn methods<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let say = "The HTTP method differs from the one that was signed: pass on the method that the sender used.";
    let signs = framing.shape.base.reads_method || framing.shape.has(|part| matches!(part, Part::Method));
    if signs {
        let own = framing.method.clone().unwrap_or_default();
        let overridden = framing.header_text("x-http-method-override").map(ToString::to_string);
        let forwarded = framing
            .header_text("x-forwarded-method")
            .or_else(|| framing.header_text("x-original-method"))
            .map(ToString::to_string);
        let cased = [own.to_ascii_lowercase(), own.to_ascii_uppercase(), String::new()];
        let others = METHODS.iter().map(ToString::to_string);
        for method in overridden
            .into_iter()
            .chain(forwarded)
            .chain(others)
            .chain(cased)
            .chain(["HEAD", "get", "put", "Post"].map(String::from))
        {
            if method != own {
                out.add(Cause::Method, say, Framing { method: Some(method), ..framing.clone() });
            }
        }
    }
    let literal = |piece: &Piece<'s>| matches!(piece, Piece::Part(Part::Lit(text)) if METHODS.contains(text));
    if framing.shape.pieces.iter().any(literal) {
        for method in METHODS {
            let change = |piece: &Piece<'s>| if literal(piece) { Piece::Lit(method.to_string()) } else { piece.clone() };
            let pieces: Vec<Piece<'s>> = framing.shape.pieces.iter().map(change).collect();
            if !same(&pieces, &framing.shape.pieces) {
                out.add(Cause::Method, say, framing.with_shape(Shape { pieces, base: framing.shape.base }));
            }
        }
    }
}
