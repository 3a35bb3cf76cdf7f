//! The token in the query, and how it is kept out of the user's own log.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::MAX_TOKEN;
use crate::encoding::{Plus, percent_decoded};
use crate::error::{Field, Rejection};

/// A `+` stays a plus: tokens of standard base64 contain it, and no token contains a space.
fn decoded(text: &str) -> impl Iterator<Item = Option<u8>> {
    percent_decoded(text.as_bytes(), Plus::Itself)
}

/// The value of the parameter with this name, still encoded.
pub(super) fn value<'q>(query: &'q str, parameter: &str) -> Result<Option<&'q str>, Rejection> {
    let mut values = query.split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        decoded(name).eq(parameter.bytes().map(Some)).then_some(value)
    });
    let value = values.next();
    if values.next().is_some() { Err(Rejection::Ambiguous(Field::Token)) } else { Ok(value) }
}

/// The token behind an encoded value; `None` if it is no token: a bad escape, not UTF-8, or too long.
pub(super) fn decode(value: &str) -> Option<Zeroizing<Vec<u8>>> {
    // The full capacity at once: growing would leave unwiped copies behind.
    let mut token = Zeroizing::new(Vec::with_capacity(value.len().min(MAX_TOKEN)));
    for byte in decoded(value) {
        if token.len() >= MAX_TOKEN {
            return None;
        }
        token.push(byte?);
    }
    core::str::from_utf8(&token).is_ok().then_some(token)
}

/// The URL with every value of a query parameter replaced by `REDACTED`, for a log.
///
/// Host, path and the other parameters stay as they are. Takes a whole URL, a request target or a bare query.
///
/// ```
/// use hookring::redact_query;
/// let url = "https://hooks.example.test/h/wf_12?token=_X-vMe1GDOUM65nA3RfR&v=2";
/// assert_eq!(redact_query(url, "token"), "https://hooks.example.test/h/wf_12?token=REDACTED&v=2");
/// ```
///
/// # Security
///
/// It replaces too much rather than too little: names are compared decoded and in any letter case, and a value
/// reaches to the next `&`, even across a `#`. It only helps for logs that you write yourself; other hops write theirs.
/// A token in the *path* is not found: log the route instead.
#[must_use]
pub fn redact_query(url: &str, parameter: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for (n, pair) in url.split('&').enumerate() {
        if n > 0 {
            out.push('&');
        }
        match secret_at(pair, parameter) {
            Some(start) => {
                out.push_str(pair.get(..start).unwrap_or_default());
                out.push_str("REDACTED");
            }
            None => out.push_str(pair),
        }
    }
    out
}

/// Where the value of the parameter starts, if this text between two `&` has one.
///
/// A name may begin after a `?`, and after the `#` and `;` that some senders write for it.
fn secret_at(pair: &str, parameter: &str) -> Option<usize> {
    let mut name_at = Some(0);
    for (at, c) in pair.char_indices() {
        match c {
            '?' | '#' | ';' => name_at = Some(at.saturating_add(1)),
            '=' => {
                let name = name_at.take().and_then(|from| pair.get(from..at));
                if name.is_some_and(|name| is_named(name, parameter)) {
                    return Some(at.saturating_add(1));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_named(name: &str, parameter: &str) -> bool {
    let lower = |byte: u8| Some(byte.to_ascii_lowercase());
    decoded(name).map(|byte| byte.map(|byte| byte.to_ascii_lowercase())).eq(parameter.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding() {
        let cases: [(&str, Option<&[u8]>); 12] = [
            ("", Some(b"")),
            ("abc", Some(b"abc")),
            ("a+b", Some(b"a+b")),
            ("a%2Bb%2b", Some(b"a+b+")),
            ("%C3%A9", Some("é".as_bytes())),
            ("é", Some("é".as_bytes())),
            ("%2541", Some(b"%41")),
            ("%", None),
            ("%4", None),
            ("%zz%", None),
            ("%+1", None),
            ("%ff%fe", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(decode(text).as_deref().map(Vec::as_slice), wanted, "{text}");
        }
        assert_eq!(decode(&"x".repeat(MAX_TOKEN)).unwrap().len(), MAX_TOKEN);
        assert_eq!(decode(&"%78".repeat(MAX_TOKEN)).unwrap().len(), MAX_TOKEN);
        assert!(decode(&"x".repeat(MAX_TOKEN + 1)).is_none());
    }

    #[test]
    fn finding() {
        let twice = Err(Rejection::Ambiguous(Field::Token));
        let cases = [
            ("", Ok(None)),
            ("token", Ok(Some(""))),
            ("token=", Ok(Some(""))),
            ("token=a=b", Ok(Some("a=b"))),
            ("x=1&token=a&y", Ok(Some("a"))),
            ("t%6Fken=a", Ok(Some("a"))),
            ("Token=a", Ok(None)),
            ("tokens=a&xtoken=b&toke=c", Ok(None)),
            ("t%6=a&%=b&=c", Ok(None)),
            ("x=1;token=a", Ok(None)),
            ("token=a&token=a", twice),
            ("token=a&t%6fken", twice),
        ];
        for (query, wanted) in cases {
            assert_eq!(value(query, "token"), wanted, "{query}");
        }
    }
}
