//! Contents that name the headers and parameters they cover.

use super::url;
use crate::error::{Field, Rejection};
use crate::headers::trim;
use crate::message::{RequestView, Write};
use crate::scheme::MAX_VALUE;

/// A list of more names is refused.
const MAX_NAMES: usize = 64;

/// The value of a header, without the whitespace around it, if it occurs at most once. Bounded as that of any other header.
fn at_most_once<'a>(view: &RequestView<'a>, name: &str) -> Result<Option<&'a [u8]>, Rejection> {
    let (mut found, mut lines) = (None, 0_usize);
    view.header(name, &mut |value| {
        found = Some(trim(value));
        lines = lines.saturating_add(1);
    });
    match found {
        _ if lines > 1 => Err(Rejection::Ambiguous(Field::Header)),
        Some(value) if value.len() > MAX_VALUE => Err(Rejection::Malformed(Field::Header)),
        found => Ok(found),
    }
}

/// The value of a header that must occur once.
fn once<'a>(view: &RequestView<'a>, name: &str) -> Result<&'a [u8], Rejection> {
    at_most_once(view, name)?.ok_or(Rejection::Missing(Field::Header))
}

/// The names of a list of header names, each of them once: whoever repeats one has a long value hashed again.
fn names(list: &[u8], between: char) -> Result<impl Iterator<Item = &str> + Clone, Rejection> {
    let list = core::str::from_utf8(list).map_err(|_| Rejection::Malformed(Field::Header))?;
    let names = list.split(between);
    if names.clone().count() > MAX_NAMES {
        return Err(Rejection::Malformed(Field::Header));
    }
    let mut rest = names.clone();
    while let Some(name) = rest.next() {
        if rest.clone().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Rejection::Malformed(Field::Header));
        }
    }
    Ok(names)
}

/// `name:value;name:value…` of the headers that the sender names, in the sender's order.
pub(super) fn contentful_headers(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    const LIST: &str = "x-contentful-signed-headers";
    const TIME: &str = "x-contentful-timestamp";
    let names = names(once(view, LIST)?, ',')?;
    // A time that the list leaves out is checked but not signed.
    if !(names.clone().any(|name| name == LIST) && names.clone().any(|name| name == TIME)) {
        return Err(Rejection::Missing(Field::Timestamp));
    }
    for (n, name) in names.enumerate() {
        out(if n == 0 { b"" } else { b";" });
        out(name.as_bytes());
        out(b":");
        // When signing, the time is not yet among the headers.
        out(if name == TIME { view.timestamp().ok_or(Rejection::Missing(Field::Timestamp))? } else { once(view, name)? });
    }
    Ok(())
}

/// The names of the covered headers, and their values.
pub(super) fn hook0_headers(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    let list = view.tag("h").ok_or(Rejection::Missing(Field::Header))?;
    out(list);
    for name in names(list, ' ')? {
        out(b".");
        out(once(view, name)?);
    }
    out(b".");
    Ok(())
}

/// `id:…;request-id:…;`, each only if it is there.
pub(super) fn mercado_pago(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    id_and_request_id(view, out, |_| {})
}

/// The same with the id in lower case.
pub(super) fn mercado_pago_lower(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    id_and_request_id(view, out, |id| id.make_ascii_lowercase())
}

fn id_and_request_id(view: &RequestView<'_>, out: &mut Write<'_>, change: fn(&mut [u8])) -> Result<(), Rejection> {
    let target = view.target().ok_or(Rejection::NeedsRequestLine)?;
    let mut id = url::query_value(target, "data.id")?.unwrap_or_default();
    let request = at_most_once(view, "x-request-id")?.unwrap_or_default();
    // With the separator in it, an id could pass for an id and a request id.
    if id.contains(&b';') {
        return Err(Rejection::Malformed(Field::Target));
    }
    if request.contains(&b';') {
        return Err(Rejection::Malformed(Field::Header));
    }
    change(&mut id);
    for (name, value) in [("id:", id.as_slice()), ("request-id:", request)] {
        if !value.is_empty() {
            out(name.as_bytes());
            out(value);
            out(b";");
        }
    }
    Ok(())
}
