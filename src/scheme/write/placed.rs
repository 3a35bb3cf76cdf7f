//! Puts a signature into a body, for the schemes that keep it there. Only senders and tests need it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::emit::value;
use crate::scheme::read::field::{self, Fault};
use crate::scheme::read::json;
use crate::scheme::rules::{PlaceRule, Rules};

/// Replaces the signatures in a body, which must hold their field: a JSON text whose content is replaced. A form gets the
/// field if it has none. `None` if there are more signatures than the grammar has room for.
pub(crate) fn place(rules: &Rules, body: &mut Vec<u8>, signatures: &[(bool, String)]) -> Option<Result<(), Fault>> {
    // A signature that is in the body has its time elsewhere.
    let text = value(rules, "", signatures)?;
    Some(match &rules.place {
        PlaceRule::Headers => Err(Fault::Missing),
        PlaceRule::Json(path) => {
            json::scalar(body, path).map(|old| range_of(body, old)).and_then(|at| replace(body, at, &text))
        }
        PlaceRule::Form(name) => match field::form_raw(body, name) {
            Ok(old) => replace(body, range_of(body, old), &encoded(&text)),
            Err(Fault::Missing) => {
                let between = if body.is_empty() { "" } else { "&" };
                body.extend_from_slice([between, name, "=", &encoded(&text)].concat().as_bytes());
                Ok(())
            }
            Err(fault) => Err(fault),
        },
    })
}

/// Does something with every item of a batch, whose text it may change. An item that is not reached stays as it is.
pub(crate) fn edit_items<E>(
    body: &mut Vec<u8>,
    path: &str,
    edit: &mut dyn FnMut(&mut Vec<u8>) -> Result<(), E>,
) -> Result<Result<(), Fault>, E> {
    let mut places = Vec::new();
    let read = json::items::<Fault>(body, path, &mut |item| {
        places.push(range_of(body, item).ok_or(Fault::Missing)?);
        Ok(())
    });
    if read.is_err() {
        return Ok(read);
    }
    // From the last to the first, so that the places before stay true.
    for place in places.into_iter().rev() {
        let Some(mut item) = body.get(place.clone()).map(<[u8]>::to_vec) else { return Ok(Err(Fault::Missing)) };
        edit(&mut item)?;
        body.splice(place, item);
    }
    Ok(Ok(()))
}

/// The position of a piece of a text in it.
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
