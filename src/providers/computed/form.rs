//! Contents that sort the fields of a form.

use alloc::vec::Vec;

#[cfg(feature = "sha1")]
use super::url;
use crate::encoding::{Plus, percent_decoded};
use crate::error::{Field, Rejection};
use crate::message::{RequestView, Write};

/// A form with more fields is refused.
const MAX_FIELDS: usize = 1000;

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// The decoded names and values of a form or a query, in the order of their bytes.
pub(super) fn sorted(text: &[u8], of: Field) -> Result<Fields, Rejection> {
    let decoded = |text: &[u8]| percent_decoded(text, Plus::Space).collect::<Option<Vec<u8>>>().ok_or(Rejection::Malformed(of));
    let mut fields = Vec::new();
    for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        if fields.len() == MAX_FIELDS {
            return Err(Rejection::Malformed(of));
        }
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
        fields.push((decoded(name)?, decoded(value.get(1..).unwrap_or_default())?));
    }
    fields.sort_unstable();
    Ok(fields)
}

fn write(fields: &Fields, out: &mut Write<'_>) {
    for (name, value) in fields {
        out(name);
        out(value);
    }
}

/// Every name and its value, without anything between them.
#[cfg(feature = "sha1")]
pub(super) fn sorted_fields(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    write(&sorted(view.body(), Field::Body)?, out);
    Ok(())
}

/// The same with each pair of name and value once; or nothing, if the query says what the hash of the body is and it is that.
#[cfg(feature = "sha1")]
pub(super) fn twilio(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    use sha2::{Digest as _, Sha256};

    let target = view.target().ok_or(Rejection::NeedsRequestLine)?;
    if let Some(hash) = url::query_value(target, "bodySHA256")? {
        let mut wanted = [0; 32];
        hex::decode_to_slice(hash, &mut wanted).map_err(|_| Rejection::Malformed(Field::Target))?;
        // Neither of the two is a secret.
        let same = Sha256::digest(view.body()).as_slice() == wanted;
        return if same { Ok(()) } else { Err(Rejection::Mismatch) };
    }
    let mut fields = sorted(view.body(), Field::Body)?;
    fields.dedup();
    write(&fields, out);
    Ok(())
}

/// The URL, `?` and the sorted query, `.`, the sorted fields of the form; `?` is also written before fields without a query.
pub(super) fn plivo(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    let (base, target) = view.url().ok_or(Rejection::NeedsRequestLine)?;
    // When signing, all of the URL is in the first piece.
    let (before, path, query) = match (target.split_once('?'), base.split_once('?')) {
        (Some((path, query)), _) => (base, path, query),
        (None, Some((base, query))) => (base, target, query),
        (None, None) => (base, target, ""),
    };
    let query = sorted(query.as_bytes(), Field::Target)?;
    let fields = sorted(view.body(), Field::Body)?;
    out(before.as_bytes());
    out(path.as_bytes());
    if !query.is_empty() || !fields.is_empty() {
        out(b"?");
    }
    for (n, (name, value)) in query.iter().enumerate() {
        out(if n == 0 { b"" } else { b"&" });
        out(name);
        out(b"=");
        out(value);
    }
    if !query.is_empty() && !fields.is_empty() {
        out(b".");
    }
    write(&fields, out);
    Ok(())
}
