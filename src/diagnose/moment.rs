//! Timestamps in whatever form they come.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::time::{Timestamp, Unit, parse};

/// How a text writes a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Seconds,
    Millis,
    /// Microseconds or nanoseconds.
    Finer,
    /// Anything that is not just digits.
    Words,
}

impl Form {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "Unix seconds",
            Self::Millis => "Unix milliseconds",
            Self::Finer => "Unix microseconds or nanoseconds",
            Self::Words => "a date in words",
        }
    }
}

/// Reads a time in any of the usual forms; digits are judged by how many there are.
pub(super) fn read(text: &[u8]) -> Option<(Timestamp, Form)> {
    let text = core::str::from_utf8(text).ok()?.trim_matches(|c: char| c.is_whitespace() || "\"'<>[]()".contains(c));
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let value: i64 = text.parse().ok()?;
        return Some(match text.len() {
            0..=11 => (Timestamp::from_unix_secs(value), Form::Seconds),
            12..=14 => (Timestamp::from_unix_millis(value), Form::Millis),
            15..=17 => (Timestamp::from_unix_millis(value / 1000), Form::Finer),
            _ => (Timestamp::from_unix_millis(value / 1_000_000), Form::Finer),
        });
    }
    if let Some((whole, fraction)) = text.split_once('.') {
        if [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())) {
            let seconds: i64 = whole.parse().ok()?;
            let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
            let millis = seconds.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
            return Some((Timestamp::from_unix_millis(millis), Form::Words));
        }
    }
    let spaced = text.replacen(' ', "T", 1);
    let with_zone = format!("{spaced}Z");
    let tries = [
        (text, Unit::Rfc3339),
        (text, Unit::IsoUtc),
        (text, Unit::HttpDate),
        (spaced.as_str(), Unit::Rfc3339),
        (with_zone.as_str(), Unit::Rfc3339),
    ];
    let found = tries.iter().find_map(|(text, unit)| parse(text.as_bytes(), *unit));
    found.or_else(|| compact(text)).map(|at| (at, Form::Words))
}

/// `20260921T141320Z`, and RFC 3339 with an offset that lacks its colon.
fn compact(text: &str) -> Option<Timestamp> {
    if let Some((head, tail)) = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at)) {
        if let Some(at) = parse(format!("{head}:{tail}").as_bytes(), Unit::Rfc3339) {
            return Some(at);
        }
    }
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, len: usize| digits.iter().skip(from).take(len).collect::<String>();
    if digits.len() != 14 || !text.contains('T') {
        return None;
    }
    let written = format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 2), part(12, 2));
    parse(written.as_bytes(), Unit::Rfc3339)
}

/// Every usual way to write this time, with the form of each. The likely ones come first.
pub(super) fn spellings(at: Timestamp) -> Vec<(String, Form)> {
    let (millis, secs) = (at.unix_millis(), at.unix_secs());
    let iso = at.to_string();
    let second = iso.get(..19).unwrap_or_default();
    let milli = iso.get(..23).unwrap_or_default();
    let mut date = String::new();
    let _ = crate::time::write(at, Unit::HttpDate, &mut date);
    let rest = millis.rem_euclid(1000);
    let words = |text: String| (text, Form::Words);
    Vec::from([
        (secs.to_string(), Form::Seconds),
        (millis.to_string(), Form::Millis),
        (secs.saturating_mul(1000).to_string(), Form::Millis),
        words(format!("{second}Z")),
        words(format!("{milli}Z")),
        words(format!("{second}+00:00")),
        words(second.to_string()),
        words(date),
        words(milli.to_string()),
        words(format!("{secs}.{rest:03}")),
        words(format!("{secs}.0")),
        words(format!("{second}.000Z")),
        words(format!("{milli}+00:00")),
        words(format!("{milli}000Z")),
        words(format!("{milli}000000Z")),
        words(format!("{milli}000")),
        words(format!("{milli}000+00:00")),
        words(second.replace('T', " ")),
        words(format!("{} UTC", second.replace('T', " "))),
        words(format!("{}+00:00", second.replace('T', " "))),
        words(format!("{}Z", second.replace('T', " "))),
        words(format!("{}Z", second.replace(['-', ':'], ""))),
        words(format!("{second}+0000")),
        words(format!("{second}.0Z")),
        words(format!("{second}.000000Z")),
        words(format!("{second}.000+00:00")),
        (millis.saturating_mul(1000).to_string(), Form::Finer),
        (millis.saturating_mul(1_000_000).to_string(), Form::Finer),
        words(format!("{secs}.000")),
        words(format!("{second}z")),
        words(format!("\"{secs}\"")),
        words(format!("0{secs}")),
        words(format!(" {secs}")),
    ])
}

/// The form of a scheme's own unit.
pub(super) const fn form_of(unit: Unit) -> Form {
    match unit {
        Unit::Seconds => Form::Seconds,
        Unit::Millis => Form::Millis,
        _ => Form::Words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms() {
        let at = Timestamp::from_unix_millis(1_790_000_000_123);
        for (text, form) in spellings(at) {
            let (read, found) = read(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.unix_secs(), at.unix_secs(), "{text}");
            assert!(form == found || form == Form::Words, "{text}");
        }
    }
}
