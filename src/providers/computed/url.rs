//! Contents that take the URL apart.

use alloc::vec::Vec;

use crate::encoding::{Plus, percent_decoded};
use crate::error::{Field, Rejection};
use crate::message::{RequestView, Write};
#[cfg(feature = "sha1")]
use crate::url;

/// The URL without a port.
#[cfg(feature = "sha1")]
pub(super) fn without_port(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    write(view, out, |_, _| "")
}

/// The URL with its port, or with the usual one of its scheme.
#[cfg(feature = "sha1")]
pub(super) fn with_port(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    write(view, out, |before, port| match port {
        "" if before.starts_with("https://") => ":443",
        "" => ":80",
        port => port,
    })
}

#[cfg(feature = "sha1")]
fn write<'a>(view: &RequestView<'a>, out: &mut Write<'_>, port: fn(&'a str, &'a str) -> &'a str) -> Result<(), Rejection> {
    let (base, target) = view.url().ok_or(Rejection::NeedsRequestLine)?;
    let (before, own, after) = around_port(base);
    for piece in [before, port(before, own), after, target] {
        out(piece.as_bytes());
    }
    Ok(())
}

/// What is before the port of a URL, the port with its colon (empty if there is none), and what is after it.
#[cfg(feature = "sha1")]
fn around_port(url: &str) -> (&str, &str, &str) {
    let (scheme, authority, after) = url::parts(url);
    // A colon before `@` belongs to a password, one before `]` to an IPv6 address.
    let host = authority.rfind(['@', ']']).map_or(0, |at| at.saturating_add(1));
    let colon = authority.get(host..).and_then(|host| host.find(':'));
    let port = colon.and_then(|at| authority.get(host.saturating_add(at)..)).unwrap_or_default();
    let before = scheme.len().saturating_add(authority.len()).saturating_sub(port.len());
    (url.get(..before).unwrap_or_default(), port, after)
}

/// The decoded value of a query parameter that may occur once.
pub(super) fn query_value(target: &str, name: &str) -> Result<Option<Vec<u8>>, Rejection> {
    let decoded = |text: &str| {
        percent_decoded(text.as_bytes(), Plus::Space).collect::<Option<Vec<u8>>>().ok_or(Rejection::Malformed(Field::Target))
    };
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut found = None;
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decoded(key)? == name.as_bytes() {
            if found.is_some() {
                return Err(Rejection::Ambiguous(Field::Target));
            }
            found = Some(decoded(value)?);
        }
    }
    Ok(found)
}

/// The path as `encodeURI` writes it (ECMA-262), and the query escaped as one text before that, so escaped twice.
pub(super) fn contentful_path(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    let target = view.target().ok_or(Rejection::NeedsRequestLine)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b);
    let kept = |b: u8| unreserved(b) || b";,/?:@&=+$#".contains(&b);
    for byte in path.bytes() {
        if kept(byte) { out(&[byte]) } else { escape(b"%", byte, out) }
    }
    // A second `?` ends the query there.
    let query = query.split('?').next().unwrap_or_default();
    if !query.is_empty() {
        out(b"?");
    }
    for byte in query.bytes() {
        if unreserved(byte) { out(&[byte]) } else { escape(b"%25", byte, out) }
    }
    Ok(())
}

fn escape(percent: &[u8], byte: u8, out: &mut Write<'_>) {
    let mut digits = [0; 2];
    let _ = hex::encode_to_slice([byte], &mut digits);
    digits.make_ascii_uppercase();
    out(percent);
    out(&digits);
}
