//! Where a message id begins and ends in the signed content.
//!
//! A sender signs one text. If that text can be cut into id, body and time in two ways, one signature is good for two
//! deliveries, and the second has an id that no replay store has seen. So an id is at the end of the content or has
//! literals around it, and does not hold the byte of a literal that tells where it ends.

use super::{Part, Unit};

/// Whether every id of this content has one beginning and one end. Function parts are trusted to see to theirs.
pub(super) const fn is_clear(parts: &[Part<'_>], unit: Option<Unit>) -> bool {
    let mut before: &[Part<'_>] = &[];
    let mut rest = parts;
    let mut at = 0_usize;
    while let [part, tail @ ..] = rest {
        if matches!(part, Part::Id) {
            let open_before = is_open(before, unit);
            let touches_before = !matches!(before, [] | [.., Part::With(_)]) && !ends_in_text(before);
            if touches_before || !starts_fixed(tail, unit) || (open_before && any_free(tail)) {
                return false;
            }
        }
        at = at.saturating_add(1);
        before = parts.split_at(at).0;
        rest = tail;
    }
    true
}

/// The bytes that an id of this content must not hold: the first of the literal after it, and, if what precedes the id has
/// no end of its own, the last of the literal before it.
pub(super) fn stops<'a>(parts: &'a [Part<'_>], unit: Option<Unit>) -> impl Iterator<Item = u8> + 'a {
    let ids = parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Id));
    ids.flat_map(move |(at, _)| {
        let (before, rest) = parts.split_at_checked(at).unwrap_or((parts, &[]));
        let after = if let Some(Part::Lit(text)) = rest.get(1) { text.bytes().next() } else { None };
        let last = if let Some(Part::Lit(text)) = before.last() { text.bytes().next_back() } else { None };
        after.into_iter().chain(last.filter(|_| is_open(before, unit)))
    })
}

const fn ends_in_text(before: &[Part<'_>]) -> bool {
    matches!(before, [.., Part::Lit(text)] if !text.is_empty())
}

/// Whether it is fixed how this begins, or there is nothing. A time that is text begins with the year or the day; a number
/// can lose digits to the id before it.
const fn starts_fixed(after: &[Part<'_>], unit: Option<Unit>) -> bool {
    match after {
        [] | [Part::With(_), ..] => true,
        [Part::Lit(text), ..] => !text.is_empty(),
        [Part::Timestamp, ..] => matches!(unit, Some(Unit::Rfc3339 | Unit::IsoUtc | Unit::HttpDate)),
        _ => false,
    }
}

/// Whether something in here can hold any text, so that its end is not seen from the front.
const fn is_open(before: &[Part<'_>], unit: Option<Unit>) -> bool {
    let mut rest = before;
    while let [part, tail @ ..] = rest {
        let open = match part {
            Part::Lit(_) | Part::With(_) | Part::Id => false,
            // A number ends where the digits end. A time that is text may have digits and dots at its end.
            Part::Timestamp => {
                let digits = matches!(unit, Some(Unit::Seconds | Unit::Millis | Unit::SecondsOrMillis));
                match tail {
                    [Part::Lit(text), ..] => match text.as_bytes() {
                        [first, ..] => first.is_ascii_digit() || (!digits && *first == b'.'),
                        [] => true,
                    },
                    _ => true,
                }
            }
            _ => true,
        };
        if open {
            return true;
        }
        rest = tail;
    }
    false
}

/// Whether something in here can hold any text.
const fn any_free(parts: &[Part<'_>]) -> bool {
    let mut rest = parts;
    while let [part, tail @ ..] = rest {
        if !matches!(part, Part::Lit(_) | Part::With(_) | Part::Id | Part::Timestamp) {
            return true;
        }
        rest = tail;
    }
    false
}
