//! Points in time, as values: nothing in the core reads a clock.

mod text;

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

pub use text::Unit;
pub(crate) use text::{parse, write};

/// A point in time: Unix **milliseconds**, UTC.
///
/// Arithmetic saturates. Deadlines round up, never down, so a key never expires earlier than promised.
///
/// `Display` and `Debug` write RFC 3339 in UTC, and `FromStr` reads it. With the feature `serde` it is an integer: Unix
/// milliseconds.
///
/// ```
/// use hookring::Timestamp;
/// let t = Timestamp::from_unix_secs(1_790_000_000);
/// assert_eq!(t.unix_millis(), 1_790_000_000_000);
/// assert_eq!(t.to_string(), "2026-09-21T14:13:20.000Z");
/// assert_eq!("2026-09-21T16:13:20+02:00".parse(), Ok(t));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From Unix seconds.
    #[must_use]
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// As Unix milliseconds.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// As whole Unix seconds, rounded down.
    #[must_use]
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The clock of this machine. A clock before 1970 gives 1970.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        Self::from(std::time::SystemTime::now()).max(Self(0))
    }

    /// This time plus a duration; a part of a millisecond counts as a whole one.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis_up(duration)))
    }

    /// This time minus a duration; a part of a millisecond counts as a whole one.
    #[must_use]
    pub const fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis_up(duration)))
    }

    /// How long after `earlier` this is; zero if it is not after.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        if self.0 > earlier.0 { Duration::from_millis(self.0.abs_diff(earlier.0)) } else { Duration::ZERO }
    }
}

/// Whole milliseconds, rounded up.
pub(crate) const fn millis_up(duration: Duration) -> i64 {
    let whole = duration.as_millis();
    let up = if duration.subsec_nanos() % 1_000_000 == 0 { whole } else { whole.saturating_add(1) };
    if up > i64::MAX as u128 { i64::MAX } else { up as i64 }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    /// In whole milliseconds, rounded down; also for times before 1970.
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => Self(0).minus(before.duration()),
        }
    }
}

/// A text that is not RFC 3339 with an offset, between 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time in RFC 3339, such as 2026-09-21T14:13:20Z")]
#[non_exhaustive]
pub struct BadTimestamp;

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    /// Reads RFC 3339 with its offset and up to nine decimals, of which three count.
    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        parse(text.as_bytes(), Unit::Rfc3339).ok_or(BadTimestamp)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl fmt::Display for Timestamp {
    /// As RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::rfc3339(*self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_as_it_is_read() {
        let time = Timestamp::from_unix_millis(1_790_000_000_123);
        assert_eq!(alloc::format!("{time} {time:?}"), "2026-09-21T14:13:20.123Z Timestamp(2026-09-21T14:13:20.123Z)");
        assert_eq!("2026-09-21T14:13:20.123Z".parse(), Ok(time));
        for bad in ["", "1790000000", "2026-09-21T14:13:20", "2026-09-21 14:13:20Z", " 2026-09-21T14:13:20Z"] {
            assert_eq!(bad.parse::<Timestamp>(), Err(BadTimestamp), "{bad:?}");
        }
        for end in [i64::MIN, i64::MAX] {
            assert!(alloc::format!("{:?}", Timestamp::from_unix_millis(end)).starts_with("Timestamp("));
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_time_of_the_system_is_rounded_down() {
        let epoch = std::time::UNIX_EPOCH;
        let after = |nanos| Timestamp::from(epoch + Duration::from_nanos(nanos)).unix_millis();
        assert_eq!([after(0), after(999_999), after(1_000_000)], [0, 0, 1]);
        assert_eq!(Timestamp::from(epoch - Duration::from_nanos(1)).unix_millis(), -1);
        assert_eq!(Timestamp::from(epoch - Duration::from_millis(2)).unix_millis(), -2);
        assert!(Timestamp::now() > Timestamp::from_unix_secs(1_700_000_000));
    }
}
