//! Reads one declared field of a body, without parsing the rest and without allocating.
//!
//! Bodies are not parsed here: the field of a JSON or form body that a scheme names is found, and nothing else is looked
//! at. A field that occurs twice is an error, because two parsers could choose differently.

use crate::encoding::{Plus, percent_decoded};

/// Why a field was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Malformed,
    Repeated,
}

/// Finds a field of a form body by its name and hands its decoded bytes to `out`, piece by piece.
pub(crate) fn form(body: &[u8], name: &str, out: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    percent_decoded(form_raw(body, name)?, Plus::Space).try_for_each(|byte| {
        out(&[byte.ok_or(Fault::Malformed)?]);
        Ok(())
    })
}

/// Finds a field of a form body that must occur once; its value is still percent-encoded.
pub(crate) fn form_raw<'b>(body: &'b [u8], name: &str) -> Result<&'b [u8], Fault> {
    let mut found = Err(Fault::Missing);
    for pair in body.split(|b| *b == b'&') {
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let (key, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
        if names(key, name) {
            found = if found == Err(Fault::Missing) { Ok(value.get(1..).unwrap_or_default()) } else { Err(Fault::Repeated) };
        }
    }
    found
}

/// Whether the name of a form field, decoded, is this one. Whoever reads the form after us decodes names too, so another
/// spelling of the same name has to count as the same field.
fn names(key: &[u8], name: &str) -> bool {
    percent_decoded(key, Plus::Space).eq(name.bytes().map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn form_fields() {
        let read = |body: &[u8], name| {
            let mut out = Vec::new();
            form(body, name, &mut |piece| out.extend_from_slice(piece)).map(|()| out)
        };
        assert_eq!(read(b"a=1&id=a%2Fb+c&z", "id"), Ok(b"a/b c".to_vec()));
        assert_eq!(read(b"a=1", "id"), Err(Fault::Missing));
        assert_eq!(read(b"id=1&id=1", "id"), Err(Fault::Repeated));
        assert_eq!(read(b"id=%2", "id"), Err(Fault::Malformed));
        assert_eq!(read(b"id=%zz", "id"), Err(Fault::Malformed));
        assert_eq!(read(b"id", "id"), Ok(Vec::new()));
        assert_eq!(read(b"i%64=1", "id"), Ok(b"1".to_vec()));
        assert_eq!(read(b"id=1&%69d=2", "id"), Err(Fault::Repeated));
        assert_eq!(read(b"id=1&idx=2&i=3&%zz=4", "id"), Ok(b"1".to_vec()));
    }
}
