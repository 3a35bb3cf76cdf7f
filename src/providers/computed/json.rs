//! Contents that put texts into JSON, byte for byte as `JSON.stringify` does (ECMA-262, QuoteJSONString).

use core::fmt::Write as _;

use crate::error::{Field, Rejection};
use crate::message::{RequestView, Write};

/// The raw body as a JSON string.
pub(super) fn body_as_string(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    quote(view.body(), Field::Body, out)
}

/// The tag `env` of the signature header as a JSON string.
pub(super) fn environment_as_string(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
    quote(view.tag("env").ok_or(Rejection::Missing(Field::Header))?, Field::Header, out)
}

fn quote(text: &[u8], of: Field, out: &mut Write<'_>) -> Result<(), Rejection> {
    let text = core::str::from_utf8(text).map_err(|_| Rejection::Malformed(of))?;
    out(b"\"");
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out(plain.as_bytes());
        let mut tail = tail.chars();
        match tail.next() {
            Some('"') => out(b"\\\""),
            Some('\\') => out(b"\\\\"),
            Some('\u{8}') => out(b"\\b"),
            Some('\u{c}') => out(b"\\f"),
            Some('\n') => out(b"\\n"),
            Some('\r') => out(b"\\r"),
            Some('\t') => out(b"\\t"),
            Some(control) => {
                let mut escaped = alloc::string::String::new();
                let _ = write!(escaped, "\\u{:04x}", u32::from(control));
                out(escaped.as_bytes());
            }
            None => {}
        }
        rest = tail.as_str();
    }
    out(rest.as_bytes());
    out(b"\"");
    Ok(())
}
