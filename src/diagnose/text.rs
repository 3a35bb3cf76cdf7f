//! Small transformations of texts that several dimensions of the search share.

use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::{self, Plus};

/// Decodes `%41`; `None` if there is none or one is malformed. `plus` says whether `+` is a space.
pub(super) fn percent_decoded(text: &[u8], plus: bool) -> Option<Vec<u8>> {
    let plus = if plus { Plus::Space } else { Plus::Itself };
    encoding::percent_decoded(text, plus).collect::<Option<Vec<u8>>>().filter(|decoded| decoded != text)
}

/// Percent-encodes everything but letters, digits and what `keep` names.
pub(super) fn percent_encoded(text: &[u8], keep: &[u8], plus: bool, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' if plus => out.push('+'),
            b if b.is_ascii_alphanumeric() || keep.contains(b) => out.push(char::from(*b)),
            b => {
                out.push('%');
                let digits = hex::encode([*b]);
                out.push_str(&if upper { digits.to_ascii_uppercase() } else { digits });
            }
        }
    }
    out
}

/// Decodes the HTML entities that templates write.
pub(super) fn html_decoded(text: &str) -> String {
    let mut out = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    for (digits, plain) in [
        ("34", "\""),
        ("38", "&"),
        ("39", "'"),
        ("43", "+"),
        ("47", "/"),
        ("60", "<"),
        ("61", "="),
        ("62", ">"),
        ("96", "`"),
        ("36", "$"),
    ] {
        for zeros in ["", "0"] {
            out = out.replace(&alloc::format!("&#{zeros}{digits};"), plain);
        }
    }
    for (digits, plain) in [
        ("22", "\""),
        ("24", "$"),
        ("26", "&"),
        ("27", "'"),
        ("2b", "+"),
        ("2f", "/"),
        ("3c", "<"),
        ("3d", "="),
        ("3e", ">"),
        ("60", "`"),
    ] {
        out = out.replace(&alloc::format!("&#x{digits};"), plain);
        out = out.replace(&alloc::format!("&#x{};", digits.to_ascii_uppercase()), plain);
    }
    for (name, plain) in [("&plus;", "+"), ("&sol;", "/"), ("&equals;", "="), ("&dollar;", "$"), ("&nbsp;", " ")] {
        out = out.replace(name, plain);
    }
    out.replace("&amp;", "&")
}

/// Writes the HTML entities of `&`, `<`, `>`, and of quotes in the given spelling.
pub(super) fn html_encoded(text: &str, double: &str, single: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', double).replace('\'', single)
}

/// Base64 in either alphabet, with or without padding, spaces and line breaks anywhere.
pub(super) fn base64_any(text: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let engine = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let plain: Vec<u8> = text
        .iter()
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    if plain.is_empty() {
        return None;
    }
    engine.decode(&plain).ok().filter(|bytes| !bytes.is_empty())
}

/// Replaces every occurrence.
pub(super) fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match rest.strip_prefix(from) {
            Some(after) if !from.is_empty() => {
                out.extend_from_slice(to);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// All orders of the pairs, unless there are more than `most`.
pub(super) fn orders(pairs: &[&str], most: usize, found: &mut dyn FnMut(String)) {
    if pairs.len() < 2 || pairs.len() > most {
        return;
    }
    let mut left = Vec::from([(Vec::new(), pairs.to_vec())]);
    while let Some((done, rest)) = left.pop() {
        if rest.is_empty() {
            found(done.join("&"));
        }
        for at in 0..rest.len() {
            let (mut done, mut rest) = (done.clone(), rest.clone());
            done.push(rest.remove(at));
            left.push((done, rest));
        }
    }
}
