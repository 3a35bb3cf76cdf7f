//! Points in time, as values: nothing in the core reads a clock.

mod text;

use core::fmt;
use core::time::Duration;

pub use text::Unit;
pub(crate) use text::{parse, write};

/// A point in time: Unix **milliseconds**, UTC.
///
/// Arithmetic saturates. Deadlines round up, never down, so a key never dies earlier than promised.
///
/// ```
/// use hookring::Timestamp;
/// let t = Timestamp::from_unix_secs(1_790_000_000);
/// assert_eq!(t.unix_millis(), 1_790_000_000_000);
/// assert_eq!(t.to_string(), "2026-09-21T14:13:20.000Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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

impl fmt::Display for Timestamp {
    /// As RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::rfc3339(*self, f)
    }
}
