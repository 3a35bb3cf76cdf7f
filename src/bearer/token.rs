//! The token in the `Authorization` header.

use crate::error::{Field, Rejection};
use crate::headers::{Headers, Name, Once, once, trim};

const SCHEME: &[u8] = b"Bearer";

/// The token, if there is one line and it has this scheme: in any letter case, then one or more blanks (RFC 9110,
/// section 11.4).
///
/// Two lines are ambiguous whatever they hold: the next hop may go by the other one.
pub(super) fn in_header<'a>(headers: &'a dyn Headers, name: &Name) -> Result<Option<&'a [u8]>, Rejection> {
    let value = match once(headers, name) {
        Once::Absent => return Ok(None),
        Once::One(value) => value,
        Once::Repeated => return Err(Rejection::Ambiguous(Field::Token)),
    };
    let Some((scheme, rest)) = value.split_at_checked(SCHEME.len()) else { return Ok(None) };
    // Blanks at the end are gone already, so something follows the blank.
    let found = scheme.eq_ignore_ascii_case(SCHEME) && rest.starts_with(b" ");
    Ok(found.then(|| trim(rest)))
}
