//! Character sets that a body may have been re-encoded between.

use alloc::string::String;
use alloc::vec::Vec;

use super::Cause;
use super::alt::Alts;

/// What Windows-1252 has where Latin-1 has control characters (0x80 to 0x9F); `\0` where it has nothing.
const CP1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•', '–', '—',
    '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

pub(super) fn charsets(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The body was re-encoded in another character set on the way: verify the raw bytes, not a decoded text.";
    let text = core::str::from_utf8(body).ok();
    if let Some(text) = text {
        for windows in [false, true] {
            // Bytes that were read as Latin-1 and written as UTF-8, once or twice.
            if let Some(once) = single_bytes(text, windows).filter(|bytes| bytes != body) {
                if let Some(twice) = core::str::from_utf8(&once).ok().and_then(|text| single_bytes(text, windows)) {
                    alts.add(Cause::BodyCharset, say, twice);
                }
                alts.add(Cause::BodyCharset, say, once);
            }
        }
        for big in [false, true] {
            for mark in [false, true] {
                let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
                let wide = units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
                alts.add_rare(Cause::BodyCharset, say, wide);
            }
        }
        if !text.is_ascii() {
            alts.add(Cause::BodyCharset, say, composed(text, false).into_bytes());
            alts.add(Cause::BodyCharset, say, composed(text, true).into_bytes());
            let ascii = |c: char| if c.is_ascii() { c } else { '?' };
            alts.add_rare(Cause::BodyCharset, say, text.chars().map(ascii).collect::<String>().into_bytes());
            alts.add_rare(Cause::BodyCharset, say, text.chars().filter(char::is_ascii).collect::<String>().into_bytes());
        }
    }
    // The sender's UTF-8 was written as one of these; or read as one of them and written as UTF-8 again.
    for windows in [false, true] {
        if body.iter().any(|b| !b.is_ascii()) {
            alts.add(Cause::BodyCharset, say, wide_text(body, windows).into_bytes());
        }
    }
    for (mark, big) in [(&b"\xff\xfe"[..], false), (b"\xfe\xff", true), (b"", false), (b"", true)] {
        if let Some(text) = body.strip_prefix(mark).and_then(|bytes| utf16(bytes, big)) {
            alts.add(Cause::BodyCharset, say, text.into_bytes());
        }
    }
}

/// The text in Latin-1 or Windows-1252; `None` if it does not fit.
fn single_bytes(text: &str, windows: bool) -> Option<Vec<u8>> {
    let byte = |c: char| {
        let high = if windows { CP1252.iter().position(|known| *known == c && c != '\0') } else { None };
        match high {
            Some(at) => u8::try_from(at).ok()?.checked_add(0x80),
            None => u8::try_from(u32::from(c)).ok(),
        }
    };
    if text.is_ascii() { None } else { text.chars().map(byte).collect() }
}

fn wide_text(bytes: &[u8], windows: bool) -> String {
    let wide = |byte: &u8| match CP1252.get(usize::from(byte.wrapping_sub(0x80))) {
        Some(c) if windows && *c != '\0' => *c,
        _ => char::from(*byte),
    };
    bytes.iter().map(wide).collect()
}

fn utf16(bytes: &[u8], big: bool) -> Option<String> {
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    if bytes.len() % 2 != 0 || zeros.saturating_mul(4) < bytes.len() || bytes.is_empty() {
        return None;
    }
    let unit = |pair: &[u8]| {
        let pair = *pair.first_chunk()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    String::from_utf16(&bytes.chunks_exact(2).filter_map(unit).collect::<Vec<_>>()).ok()
}

/// Letters with a mark, as one character and as two: the base letter, and the mark.
const MARKED: [(&str, &str, char); 10] = [
    ("ÀÈÌÒÙàèìòùǸǹ", "AEIOUaeiouNn", '\u{300}'),
    ("ÁÉÍÓÚÝáéíóúýĆćŃńŚśŹźĹĺŔŕ", "AEIOUYaeiouyCcNnSsZzLlRr", '\u{301}'),
    ("ÂÊÎÔÛâêîôûŴŵŶŷĈĉĜĝĤĥĴĵŜŝ", "AEIOUaeiouWwYyCcGgHhJjSs", '\u{302}'),
    ("ÃÑÕãñõĨĩŨũ", "ANOanoIiUu", '\u{303}'),
    ("ÄËÏÖÜäëïöüÿŸ", "AEIOUaeiouyY", '\u{308}'),
    ("ÅåŮů", "AaUu", '\u{30a}'),
    ("ÇçŞşŢţ", "CcSsTt", '\u{327}'),
    ("ČčĎďĚěŇňŘřŠšŤťŽž", "CcDdEeNnRrSsTtZz", '\u{30c}'),
    ("ĄąĘęĮįŲų", "AaEeIiUu", '\u{328}'),
    ("ŻżĊċĖėĠġİ", "ZzCcEeGgI", '\u{307}'),
];
/// Greek and Vietnamese letters with a mark, each with its parts.
const MORE: [(&str, &str); 14] = [
    ("ά", "α\u{301}"),
    ("έ", "ε\u{301}"),
    ("ή", "η\u{301}"),
    ("ί", "ι\u{301}"),
    ("ό", "ο\u{301}"),
    ("ύ", "υ\u{301}"),
    ("ώ", "ω\u{301}"),
    ("ọ", "o\u{323}"),
    ("ạ", "a\u{323}"),
    ("ẹ", "e\u{323}"),
    ("ầ", "a\u{302}\u{300}"),
    ("ấ", "a\u{302}\u{301}"),
    ("ễ", "e\u{302}\u{303}"),
    ("ệ", "e\u{323}\u{302}"),
];

/// Unicode composition of the usual European letters, or the reverse of it.
fn composed(text: &str, apart: bool) -> String {
    let mut out = String::from(text);
    let mut change = |whole: &str, parts: &str| {
        out = if apart { out.replace(whole, parts) } else { out.replace(parts, whole) };
    };
    for (whole, parts) in MORE {
        change(whole, parts);
    }
    for (wholes, bases, mark) in MARKED {
        for (whole, base) in wholes.chars().zip(bases.chars()) {
            change(whole.encode_utf8(&mut [0; 4]), &[base, mark].iter().collect::<String>());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(seen: &[u8], signed: &[u8]) {
        let mut alts = Alts::of(seen.to_vec());
        charsets(seen, &mut alts);
        assert!(alts.changed().iter().any(|alt| alt.value == signed), "{seen:?}");
    }

    #[test]
    fn there_and_back() {
        let plain = "Zoë „Łukasz“ 5 €".as_bytes();
        finds("ZoÃ«".as_bytes(), "Zoë".as_bytes());
        finds(&wide_text(plain, true).into_bytes(), plain);
        finds(&wide_text(plain, false).into_bytes(), plain);
        finds(b"Zo\xeb", "Zoë".as_bytes());
        finds("Zoë".as_bytes(), b"Zo\xeb");
        finds(b"\x93\xeb\x94", "“ë”".as_bytes());
        finds("Zo\u{e}e\u{308}".as_bytes(), "Zo\u{e}ë".as_bytes());
        finds("Zoë Ngọc Νέα".as_bytes(), "Zoe\u{308} Ngo\u{323}c Νε\u{301}α".as_bytes());
        finds(b"{\0}\0", b"{}");
        finds(b"{}", b"\xff\xfe{\0}\0");
    }
}
