//! How schemes write a time: parsed strictly, written in the form that the provider uses.
//!
//! The signed content always takes the bytes as received; what is parsed here only serves the freshness check.

use core::fmt::{self, Write};

use super::Timestamp;
use crate::names::names;

/// The form in which a scheme writes its timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// Unix seconds: 1 to 11 digits.
    Seconds,
    /// Unix milliseconds: 1 to 14 digits.
    Millis,
    /// Unix seconds up to 11 digits, milliseconds from 12 to 14: for senders that changed from one to the other. Written in
    /// seconds.
    SecondsOrMillis,
    /// RFC 3339 with an offset: `2026-09-21T14:13:20Z`, up to nine decimals.
    Rfc3339,
    /// The ISO 8601 date and time of RFC 3339 without its offset, read as UTC: `2026-09-21T14:13:20.123456`.
    IsoUtc,
    /// HTTP date (RFC 9110, IMF-fixdate): `Mon, 21 Sep 2026 14:13:20 GMT`.
    HttpDate,
}

names!(Unit {
    Seconds = "seconds",
    Millis = "millis",
    SecondsOrMillis = "seconds-or-millis",
    Rfc3339 = "rfc3339",
    IsoUtc = "iso-utc",
    HttpDate = "http-date",
});

/// Reads a timestamp. `None` for anything that is not exactly of the form: no sign, no whitespace, no superfluous zero.
pub(crate) fn parse(text: &[u8], unit: Unit) -> Option<Timestamp> {
    match unit {
        Unit::Seconds => digits(text, 11).map(Timestamp::from_unix_secs),
        Unit::Millis => digits(text, 14).map(Timestamp::from_unix_millis),
        Unit::SecondsOrMillis if text.len() <= 11 => parse(text, Unit::Seconds),
        Unit::SecondsOrMillis => parse(text, Unit::Millis),
        Unit::Rfc3339 => iso(text, true),
        Unit::IsoUtc => iso(text, false),
        Unit::HttpDate => http_date(text),
    }
}

/// Writes a timestamp in the form of the scheme; `None` for times before 1970 or after the year 5138.
pub(crate) fn write(at: Timestamp, unit: Unit, out: &mut impl Write) -> Option<()> {
    let millis = u64::try_from(at.unix_millis()).ok().filter(|m| *m <= LAST)?;
    match unit {
        Unit::Seconds | Unit::SecondsOrMillis => write!(out, "{}", millis / 1000).ok(),
        Unit::Millis => write!(out, "{millis}").ok(),
        Unit::Rfc3339 => rfc3339(at, out).ok(),
        Unit::IsoUtc => {
            let c = Civil::of(at);
            write!(
                out,
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}",
                c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli
            )
            .ok()
        }
        Unit::HttpDate => {
            let c = Civil::of(at);
            let day = DAYS.get(c.weekday)?;
            let month = MONTHS.get(c.month.checked_sub(1)?)?;
            write!(out, "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT", c.day, c.year, c.hour, c.minute, c.second).ok()
        }
    }
}

/// Writes RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339(at: Timestamp, out: &mut impl Write) -> fmt::Result {
    let c = Civil::of(at);
    write!(out, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli)
}

/// 14 digits of milliseconds, in the year 5138: later times could not be read back.
const LAST: u64 = 99_999_999_999_999;
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// 1 to `most` ASCII digits without a leading zero (a single `0` is fine).
fn digits(text: &[u8], most: usize) -> Option<i64> {
    let superfluous_zero = text.len() > 1 && text.first() == Some(&b'0');
    if text.is_empty() || text.len() > most || superfluous_zero {
        return None;
    }
    // 14 digits cannot overflow.
    let mut wrong = false;
    let sum = text.iter().fold(0_i64, |sum, byte| {
        let digit = byte.wrapping_sub(b'0');
        wrong |= digit > 9;
        sum.wrapping_mul(10).wrapping_add(i64::from(digit))
    });
    (!wrong).then_some(sum)
}

fn number(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|d| *d < 10)?;
        sum.checked_mul(10)?.checked_add(i64::from(digit))
    })
}

/// A cursor over the text of a date.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }
    fn expect(&mut self, literal: &[u8]) -> Option<()> {
        (self.take(literal.len())? == literal).then_some(())
    }
    /// A number of exactly `n` digits within a range.
    fn number(&mut self, n: usize, range: core::ops::RangeInclusive<i64>) -> Option<i64> {
        number(self.take(n)?).filter(|v| range.contains(v))
    }
    /// One of a list of names of three letters; gives its place.
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let word = self.take(3)?;
        names.iter().position(|n| n.as_bytes() == word).and_then(|i| i64::try_from(i).ok())
    }
}

fn iso(text: &[u8], with_offset: bool) -> Option<Timestamp> {
    let mut r = Reader(text);
    let year = r.number(4, 1970..=9999)?;
    r.expect(b"-")?;
    let month = r.number(2, 1..=12)?;
    r.expect(b"-")?;
    let day = r.number(2, 1..=days_in(year, month))?;
    r.expect(b"T")?;
    let hour = r.number(2, 0..=23)?;
    r.expect(b":")?;
    let minute = r.number(2, 0..=59)?;
    r.expect(b":")?;
    let second = r.number(2, 0..=60)?; // 60: a leap second, read as the next second
    let mut milli = 0;
    if r.0.first() == Some(&b'.') {
        r.take(1)?;
        let n = r.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let decimals = r.take(n).filter(|d| (1..=9).contains(&d.len()))?;
        let mut three = [b'0'; 3];
        three.iter_mut().zip(decimals).for_each(|(to, from)| *to = *from);
        milli = number(&three)?;
    }
    let offset_minutes = if with_offset { offset(&mut r)? } else { 0 };
    if !r.0.is_empty() {
        return None;
    }
    unix_millis(year, month, day, hour, minute, second, milli, offset_minutes)
}

/// `Z`, or `+hh:mm`, or `-hh:mm`; in minutes east of UTC.
fn offset(r: &mut Reader<'_>) -> Option<i64> {
    let sign = match r.take(1)? {
        b"Z" => return Some(0),
        b"+" => 1_i64,
        b"-" => -1,
        _ => return None,
    };
    let hours = r.number(2, 0..=23)?;
    r.expect(b":")?;
    let minutes = r.number(2, 0..=59)?;
    sign.checked_mul(hours.checked_mul(60)?.checked_add(minutes)?)
}

fn http_date(text: &[u8]) -> Option<Timestamp> {
    let mut r = Reader(text);
    let weekday = r.name(&DAYS)?;
    r.expect(b", ")?;
    let day = r.number(2, 1..=31)?;
    r.expect(b" ")?;
    let month = r.name(&MONTHS)?.checked_add(1)?;
    r.expect(b" ")?;
    let year = r.number(4, 1970..=9999)?;
    r.expect(b" ")?;
    let hour = r.number(2, 0..=23)?;
    r.expect(b":")?;
    let minute = r.number(2, 0..=59)?;
    r.expect(b":")?;
    let second = r.number(2, 0..=60)?;
    r.expect(b" GMT")?;
    if !r.0.is_empty() || day > days_in(year, month) {
        return None;
    }
    let at = unix_millis(year, month, day, hour, minute, second, 0, 0)?;
    let right_day = i64::try_from(Civil::of(at).weekday).ok()? == weekday || second == 60;
    right_day.then_some(at)
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[expect(clippy::too_many_arguments, reason = "the fields of a date; grouping them would only hide their order")]
fn unix_millis(y: i64, m: i64, d: i64, hour: i64, minute: i64, second: i64, milli: i64, offset: i64) -> Option<Timestamp> {
    let minutes = days_since_1970(y, m, d)?.checked_mul(1440)?.checked_add(hour.checked_mul(60)?)?;
    let minutes = minutes.checked_add(minute)?.checked_sub(offset)?;
    let seconds = minutes.checked_mul(60)?.checked_add(second)?;
    Some(Timestamp::from_unix_millis(seconds.checked_mul(1000)?.checked_add(milli)?))
}

/// Days from 1970-01-01 in the Gregorian calendar. Years start in March here, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let y = if month <= 2 { year.checked_sub(1)? } else { year };
    let month_from_march = month.checked_add(9)?.checked_rem(12)?;
    let day_of_year = month_from_march.checked_mul(153)?.checked_add(2)?.checked_div(5)?.checked_add(day)?.checked_sub(1)?;
    let leap_days = (y / 4).checked_sub(y / 100)?.checked_add(y / 400)?;
    y.checked_mul(365)?.checked_add(leap_days)?.checked_add(day_of_year)?.checked_sub(719_468)
}

/// A moment, split for writing.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
    /// 0 is Sunday.
    weekday: usize,
}

impl Civil {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "all operands are bounded: |days| is below 2^37 for any i64 of milliseconds"
    )]
    fn of(at: Timestamp) -> Self {
        let millis = at.unix_millis();
        let days = millis.div_euclid(86_400_000);
        let in_day = millis.rem_euclid(86_400_000);
        // 400-year eras from 0000-03-01; the shifted year starts in March.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: usize::try_from(month).unwrap_or(1),
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            milli: in_day % 1000,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[track_caller]
    fn reads(text: &str, unit: Unit, millis: i64) {
        assert_eq!(parse(text.as_bytes(), unit), Some(Timestamp::from_unix_millis(millis)), "{text}");
    }

    #[track_caller]
    fn refuses(text: &str, unit: Unit) {
        assert_eq!(parse(text.as_bytes(), unit), None, "{text}");
    }

    #[test]
    fn whole_numbers() {
        reads("0", Unit::Seconds, 0);
        reads("1790000000", Unit::Seconds, 1_790_000_000_000);
        reads("99999999999", Unit::Seconds, 99_999_999_999_000);
        reads("99999999999999", Unit::Millis, 99_999_999_999_999);
        for bad in
            ["", "-1", "+5", " 5", "5 ", "05", "00", "1e9", "0x1", "1.0", "123456789012", "٣", "NaN", "9223372036854775808"]
        {
            refuses(bad, Unit::Seconds);
        }
        refuses("123456789012345", Unit::Millis);
        reads("1790000000", Unit::SecondsOrMillis, 1_790_000_000_000);
        reads("1790000000123", Unit::SecondsOrMillis, 1_790_000_000_123);
        refuses("123456789012345", Unit::SecondsOrMillis);
    }

    #[test]
    fn iso_dates() {
        reads("2020-01-01T00:00:00-07:00", Unit::Rfc3339, 1_577_862_000_000);
        reads("2025-10-09T08:53:00+00:00", Unit::Rfc3339, 1_759_999_980_000);
        reads("2024-02-29T23:59:59.123456789Z", Unit::Rfc3339, 1_709_251_199_123);
        reads("2016-12-31T23:59:60Z", Unit::Rfc3339, 1_483_228_800_000);
        reads("2025-10-09T08:53:00.5", Unit::IsoUtc, 1_759_999_980_500);
        for bad in [
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00:00",
            "2025-01-01 00:00:00Z",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00.1234567890Z",
            "2025-01-01T00:00:00z",
            "2025-01-01T00:00:00+0000",
            "2025-01-01T00:00:00Zx",
            "1969-12-31T23:59:59Z",
            "20250101T000000Z",
            "2025-1-01T00:00:00Z",
            "2025-01-01T00:00:00+24:00",
        ] {
            refuses(bad, Unit::Rfc3339);
        }
        refuses("2025-10-09T08:53:00Z", Unit::IsoUtc);
    }

    #[test]
    fn http_dates() {
        reads("Sun, 06 Nov 1994 08:49:37 GMT", Unit::HttpDate, 784_111_777_000);
        for bad in [
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
        ] {
            refuses(bad, Unit::HttpDate);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for unit in [Unit::Seconds, Unit::Millis, Unit::Rfc3339, Unit::IsoUtc, Unit::HttpDate] {
            // Steps that are coprime to days and years, from 1970 to 5138.
            let mut at = 0_i64;
            while at <= 99_999_999_999_999 {
                let mut text = String::new();
                write(Timestamp::from_unix_millis(at), unit, &mut text).unwrap();
                let read = parse(text.as_bytes(), unit).unwrap();
                let exact = matches!(unit, Unit::Millis | Unit::Rfc3339 | Unit::IsoUtc);
                let wanted = if exact { at } else { at / 1000 * 1000 };
                assert_eq!(read.unix_millis(), wanted, "{text}");
                at += 12_345_678_911;
            }
        }
        let mut text = String::new();
        assert!(write(Timestamp::from_unix_millis(-1), Unit::Seconds, &mut text).is_none());
        assert!(write(Timestamp::from_unix_millis(i64::MAX), Unit::Rfc3339, &mut text).is_none());
    }
}
