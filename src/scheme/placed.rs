//! Puts a signature into a body, for the schemes that keep it there. Only senders and tests need it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::field::{self, Fault};
use super::json;
use super::rules::{GrammarRule, PlaceRule, Rules};

/// Replaces the signature in a body, which must hold its field: a JSON text whose content is replaced. A form gets the field
/// if it has none.
pub(crate) fn place(rules: &Rules, body: &mut Vec<u8>, signature: &str) -> Result<(), Fault> {
    let prefix = match &rules.grammar {
        GrammarRule::Prefix { text, .. } => text,
        _ => "",
    };
    let text = [prefix, signature].concat();
    match &rules.place {
        PlaceRule::Headers => Err(Fault::Missing),
        PlaceRule::Json(path) => {
            let old = json::scalar(body, path)?;
            replace(body, range_of(body, old), &text)
        }
        PlaceRule::Form(name) => match field::form_raw(body, name) {
            Ok(old) => replace(body, range_of(body, old), &encoded(&text)),
            Err(Fault::Missing) => {
                let joint = if body.is_empty() { "" } else { "&" };
                body.extend_from_slice([joint, name, "=", &encoded(&text)].concat().as_bytes());
                Ok(())
            }
            Err(fault) => Err(fault),
        },
    }
}

/// Where a piece of a text stands in it.
fn range_of(whole: &[u8], piece: &[u8]) -> Option<core::ops::Range<usize>> {
    let start = piece.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    Some(start..start.checked_add(piece.len())?)
}

fn replace(body: &mut Vec<u8>, range: Option<core::ops::Range<usize>>, text: &str) -> Result<(), Fault> {
    let range = range.filter(|range| range.end <= body.len()).ok_or(Fault::Missing)?;
    body.splice(range, text.bytes());
    Ok(())
}

/// Percent-encoded, but for letters, digits and the four marks that need it nowhere.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
