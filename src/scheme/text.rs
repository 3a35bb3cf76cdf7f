//! Texts of a scheme, compared where it is checked: `const fn`, so without iterators and `==`.

use crate::error::SchemeError;
use crate::headers::is_token;

/// Whether one of these parts is of such a kind. A macro, because a `const fn` cannot call a closure.
macro_rules! has {
    ($parts:expr, $kind:pat) => {{
        let mut rest: &[Part<'_>] = $parts;
        let mut found = false;
        while let [part, tail @ ..] = rest {
            found |= matches!(part, $kind);
            rest = tail;
        }
        found
    }};
}
pub(super) use has;

pub(super) const fn header(name: &str) -> Result<(), SchemeError> {
    if is_token(name.as_bytes()) { Ok(()) } else { Err(SchemeError::BadHeaderName) }
}

/// A separator of a header value: a space, or visible ASCII that no encoding of a signature uses.
pub(super) const fn separator(c: char) -> bool {
    c == ' ' || (c.is_ascii_punctuation() && !matches!(c, '+' | '/' | '_' | '-'))
}

/// Visible ASCII and spaces, but for the first: the beginning of a header value, whose whitespace is trimmed.
pub(super) const fn visible(text: &str) -> Result<(), SchemeError> {
    let mut rest = text.as_bytes();
    if let [b' ', ..] = rest {
        return Err(SchemeError::BadText);
    }
    while let [byte, tail @ ..] = rest {
        if !(byte.is_ascii_graphic() || *byte == b' ') {
            return Err(SchemeError::BadText);
        }
        rest = tail;
    }
    Ok(())
}

/// The same for a whole value, which ends in a visible character too; at least one.
pub(super) const fn visible_trimmed(text: &str) -> Result<(), SchemeError> {
    if let [] | [.., b' '] = text.as_bytes() { Err(SchemeError::BadText) } else { visible(text) }
}

pub(super) const fn same_header(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([], []) => return true,
            ([x, more_a @ ..], [y, more_b @ ..]) if x.eq_ignore_ascii_case(y) => (a, b) = (more_a, more_b),
            _ => return false,
        }
    }
}

pub(super) const fn contains(tags: &[&str], tag: &str) -> bool {
    let mut rest = tags;
    while let [one, tail @ ..] = rest {
        if same_text(one, tag) {
            return true;
        }
        rest = tail;
    }
    false
}

const fn same_text(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([], []) => return true,
            ([x, more_a @ ..], [y, more_b @ ..]) if *x == *y => (a, b) = (more_a, more_b),
            _ => return false,
        }
    }
}
