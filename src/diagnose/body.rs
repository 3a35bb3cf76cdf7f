//! What the body may have been before it was changed on its way to the verifier.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::Cause;
use super::alt::{Alt, Alts};
use super::charset::charsets;
use super::form::forms;
use super::json::Json;
use super::json_body::reserialised;
use super::text::{base64_any, replaced};

const BOM: &[u8] = b"\xef\xbb\xbf";
/// Where parsers and proxies cut.
pub(super) const LIMITS: [usize; 25] = [
    128, 256, 500, 512, 1000, 1024, 2000, 2048, 4000, 4096, 8000, 8192, 10_000, 10_240, 16_384, 20_480, 32_768, 65_535, 65_536,
    100_000, 102_400, 131_072, 262_144, 524_288, 1_048_576,
];

/// Longer bodies are tried in the usual ways only: the rest of the work would be spent on copying them.
const MOST_FOR_ALL: usize = 96 << 10;

/// Every body to try, the given one not among them.
pub(super) fn bodies(body: &[u8]) -> Vec<Alt<Vec<u8>>> {
    let mut alts = Alts::of(body.to_vec());
    surface(body, &mut alts);
    wrappers(body, &mut alts);
    if body.len() <= MOST_FOR_ALL {
        charsets(body, &mut alts);
        reserialised(body, &mut alts);
        forms(body, &mut alts);
    } else {
        super::json_body::reserialised_usually(body, &mut alts);
    }
    cuts(body, &mut alts);
    alts.changed()
}

/// Bodies that two changes explain: one of the surface, and another.
pub(super) fn twice(body: &[u8]) -> Vec<Alt<Vec<u8>>> {
    if body.len() > MOST_FOR_ALL {
        return Vec::new();
    }
    let mut alts = Alts::of(body.to_vec());
    let mut first = Alts::of(body.to_vec());
    surface(body, &mut first);
    wrappers(body, &mut first);
    for one in first.changed().into_iter().filter(|alt| alt.common) {
        let mut second = Alts::of(one.value.clone());
        surface(&one.value, &mut second);
        wrappers(&one.value, &mut second);
        charsets(&one.value, &mut second);
        forms(&one.value, &mut second);
        let then = second.changed().into_iter().chain(super::json_body::reserialised_common(&one.value));
        for two in then.filter(|alt| alt.common) {
            alts.push(Alt { changes: super::alt::joined(&one.changes, &two.changes), value: two.value, common: false });
        }
    }
    // The other order: printed anew first, then a line break, another character set and so on.
    let mut inner = super::json_body::reserialised_common(body);
    let mut decoded = Alts::of(body.to_vec());
    charsets(body, &mut decoded);
    inner.extend(decoded.changed().into_iter().filter(|alt| alt.common));
    for one in inner {
        let mut second = Alts::of(one.value.clone());
        surface(&one.value, &mut second);
        charsets(&one.value, &mut second);
        for two in second.changed().into_iter().filter(|alt| alt.common) {
            alts.push(Alt { changes: super::alt::joined(&one.changes, &two.changes), value: two.value, common: false });
        }
    }
    alts.changed().into_iter().filter(|alt| alt.changes.len() > 1).collect()
}

/// Line breaks, byte order marks, whitespace, an empty body and one that is doubled.
fn surface(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    line_breaks(body, alts);
    mark(body, alts);
    blanks(body, alts);
    nothing(body, alts);
    doubled(body, alts);
    let say = "The line breaks in the body were added on the way: treat it as binary.";
    alts.add_rare(Cause::BodyCrlf, say, replaced(&unix(body), b"\n", b""));
}

fn unix(body: &[u8]) -> Vec<u8> {
    replaced(&replaced(body, b"\r\n", b"\n"), b"\r", b"\n")
}

fn line_breaks(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "A line break at the end of the body was added on the way: pass the raw body on.";
    for ending in [&b"\r\n"[..], b"\n", b"\r"] {
        if let Some(shorter) = body.strip_suffix(ending) {
            alts.add(Cause::BodyLineBreak, say, shorter.to_vec());
        }
    }
    let say = "The line break at the end of the body was lost: pass the raw body on, and do not trim it.";
    for ending in [&b"\n"[..], b"\r\n", b"\r"] {
        alts.add(Cause::BodyLineBreak, say, [body, ending].concat());
    }
    let unix = unix(body);
    let say = "The line breaks in the body were changed between LF and CRLF: treat it as binary.";
    alts.add(Cause::BodyCrlf, say, replaced(&unix, b"\n", b"\r\n"));
    alts.add(Cause::BodyCrlf, say, unix.clone());
    alts.add_rare(Cause::BodyCrlf, say, replaced(&unix, b"\n", b"\r"));
    alts.add_rare(Cause::BodyCrlf, say, replaced(body, b"\r\n", b"\r\r\n"));
}

fn mark(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    match body.strip_prefix(BOM) {
        Some(bare) => alts.add(Cause::BodyBom, "A byte order mark was added to the body: read it as bytes.", bare.to_vec()),
        None => {
            let say = "The sender signed a byte order mark before the body, which was removed: pass the raw body on.";
            alts.add(Cause::BodyBom, say, [BOM, body].concat());
        }
    }
}

fn nothing(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The sender signed an empty body, and this one is not: something filled it in.";
    alts.add(Cause::BodyEmpty, say, Vec::new());
    if body.is_empty() || matches!(body, b"{}" | b"[]" | b"null" | b"\"\"") {
        let say = "The body is empty, and the sender signed an empty JSON value: pass the raw body on.";
        for empty in [&b"{}"[..], b"[]", b"null", b"\"\""] {
            alts.add(Cause::BodyEmpty, say, empty.to_vec());
        }
    }
}

fn doubled(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let half = body.len() / 2;
    if let Some((first, second)) = body.split_at_checked(half) {
        if first == second && half > 0 {
            alts.add(
                Cause::BodyDoubled,
                "The body stands there twice: something read it once and appended it.",
                first.to_vec(),
            );
        }
    }
    for between in [&b"\n"[..], b"\r\n", b",", b" ", b"&"] {
        let half = body.len().saturating_sub(between.len()) / 2;
        let parts = body.split_at_checked(half).and_then(|(first, rest)| Some((first, rest.strip_prefix(between)?)));
        if let Some((first, _)) = parts.filter(|(first, second)| first == second && !first.is_empty()) {
            alts.add_rare(
                Cause::BodyDoubled,
                "The body stands there twice: something read it once and appended it.",
                first.to_vec(),
            );
        }
    }
    alts.add_rare(Cause::BodyDoubled, "The sender signed the body twice over.", [body, body].concat());
}

fn blanks(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "Whitespace around the body was added on the way: pass the raw body on.";
    alts.add(Cause::BodyBlanks, say, body.trim_ascii_end().to_vec());
    alts.add(Cause::BodyBlanks, say, body.trim_ascii_start().to_vec());
    alts.add(Cause::BodyBlanks, say, body.trim_ascii().to_vec());
    let say = "Whitespace around the body was lost: pass the raw body on, and do not trim it.";
    let around: [(&[u8], &[u8]); 16] = [
        (b"", b" "),
        (b" ", b""),
        (b" ", b" "),
        (b"", b"\t"),
        (b"\t", b""),
        (b"\n", b""),
        (b"", b"\n\n"),
        (b"\r\n", b""),
        (b"", b"\r\n\r\n"),
        (b"", b"  "),
        (b"  ", b""),
        (b"\n", b"\n"),
        (b"", b" \n"),
        (b"\r\n", b"\r\n"),
        (b"  ", b"  "),
        (b"\t", b"\t"),
    ];
    for (n, (before, after)) in around.into_iter().enumerate() {
        let wider = [before, body, after].concat();
        if n < 6 { alts.add(Cause::BodyBlanks, say, wider) } else { alts.add_rare(Cause::BodyBlanks, say, wider) }
    }
    let say = "Whitespace inside the body was changed: treat it as binary.";
    alts.add_rare(Cause::BodyBlanks, say, replaced(body, b"\t", b"    "));
    alts.add_rare(Cause::BodyBlanks, say, replaced(body, b"\t", b"  "));
    alts.add_rare(Cause::BodyBlanks, say, replaced(body, b"    ", b"\t"));
    alts.add_rare(Cause::BodyBlanks, say, replaced(body, b"\xc2\xa0", b" "));
    let trimmed: Vec<&[u8]> = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).collect();
    alts.add_rare(Cause::BodyBlanks, say, trimmed.join(&b'\n'));
    if body.iter().any(u8::is_ascii_whitespace) && Json::parse(body).is_none() {
        let none: Vec<u8> = body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        alts.add_rare(Cause::BodyBlanks, say, none);
    }
}

/// Base64 and compression, in both directions.
fn wrappers(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The body arrives as base64: decode it before verifying.";
    if body.len() >= 4 {
        if let Some(decoded) = base64_any(body) {
            alts.add(Cause::BodyBase64, say, decoded);
        }
        let quoted = body.trim_ascii().strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        if let Some(decoded) = quoted.and_then(base64_any) {
            alts.add(Cause::BodyBase64, say, decoded);
        }
    }
    let say = "The sender signed the body as base64, and it was decoded on the way: verify the raw body.";
    alts.add(Cause::BodyBase64, say, STANDARD.encode(body).into_bytes());
    alts.add_rare(Cause::BodyBase64, say, STANDARD_NO_PAD.encode(body).into_bytes());
    alts.add_rare(Cause::BodyBase64, say, URL_SAFE.encode(body).into_bytes());
    alts.add_rare(Cause::BodyBase64, say, URL_SAFE_NO_PAD.encode(body).into_bytes());
    for width in [76_usize, 64] {
        let encoded = STANDARD.encode(body).into_bytes();
        let lines: Vec<&[u8]> = encoded.chunks(width).collect();
        for line_break in [&b"\n"[..], b"\r\n"] {
            let wrapped = lines.join(line_break);
            alts.add_rare(Cause::BodyBase64, say, [wrapped.as_slice(), line_break].concat());
            alts.add_rare(Cause::BodyBase64, say, wrapped);
        }
    }
    super::gzip::compressions(body, alts);
}

/// Parts of the body: what a limit left of it, and what is missing when only its end was lost.
fn cuts(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The sender signed only the beginning of the body: raise the limit there.";
    for limit in LIMITS {
        if let Some((head, _)) = body.split_at_checked(limit) {
            alts.add_rare(Cause::BodyTruncated, say, head.to_vec());
        }
    }
    for less in 1..=64 {
        if let Some(head) = body.len().checked_sub(less).and_then(|len| body.get(..len)).filter(|head| !head.is_empty()) {
            alts.add_rare(Cause::BodyTruncated, say, head.to_vec());
        }
    }
    let say = "The end of the body was lost: pass the whole body on, and look for a limit or a wrong length.";
    if let Some(closing) = missing_closings(body) {
        for end in closing {
            alts.add_rare(Cause::BodyTruncated, say, [body, &end].concat());
        }
    }
    for first in [b'{', b'['] {
        if body.first() == Some(&b'"') || body.first() == Some(&b'{') {
            alts.add_rare(
                Cause::BodyTruncated,
                "The beginning of the body was lost: pass the whole body on.",
                [&[first][..], body].concat(),
            );
        }
    }
}

/// What may have followed a JSON text whose end was lost, so that all of its brackets are closed.
fn missing_closings(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    const IN_TEXT: [&[u8]; 5] = [b"", b"e", b"s", b"n", b"d"];
    const VALUES: [&[u8]; 19] = [
        b"e", b"ue", b"rue", b"se", b"lse", b"alse", b"l", b"ll", b"ull", b"null", b"true", b"false", b"{}", b"[]", b"\"\"",
        b"0", b"1", b"5", b"3",
    ];
    let (closed, in_text) = open_brackets(body)?;
    let mut ends: Vec<Vec<u8>> = if in_text {
        IN_TEXT.iter().map(|more| [more, &b"\""[..], &closed].concat()).collect()
    } else {
        let plain = [closed.clone(), [&closed[..], b"\n"].concat()];
        plain.into_iter().chain(VALUES.iter().map(|more| [more, &closed[..]].concat())).collect()
    };
    let mut lines = Vec::new();
    for (n, close) in closed.iter().enumerate() {
        // Pretty-printed texts close each bracket on a line of its own.
        lines.push(b'\n');
        lines.extend(core::iter::repeat_n(b' ', closed.len().saturating_sub(n).saturating_sub(1).saturating_mul(2)));
        lines.push(*close);
    }
    ends.push(lines);
    Some(ends)
}

/// What closes the brackets that are still open at the end of a JSON text, and whether it ends within a string.
fn open_brackets(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (mut open, mut in_text, mut escaped) = (Vec::new(), false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop()?;
            }
            _ => {}
        }
    }
    open.reverse();
    (1..=64).contains(&open.len()).then_some((open, in_text))
}
