//! When to rotate, and how long the old key has to stay. Nothing here runs by itself.

use core::time::Duration;

use crate::time::Timestamp;

/// How often a key is rotated, and how long before that the other side is notified and the next key staged.
///
/// ```
/// use core::time::Duration;
/// use hookring::{Due, Schedule, Timestamp};
///
/// let production = Schedule::days(90, 7)?;
/// let last = Timestamp::from_unix_secs(1_790_000_000);
/// let day = |n: u64| last.plus(Duration::from_secs(n * 86_400));
/// assert!(matches!(production.due(last, day(82)), Due::Nothing { .. }));
/// assert!(matches!(production.due(last, day(83)), Due::NotifyAndStage { .. }));
/// assert!(matches!(production.due(last, day(90)), Due::Rotate { .. }));
/// # Ok::<(), hookring::BadSchedule>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule(Option<(Duration, Duration)>);

/// A lead that is not shorter than the period, or a period of zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rotation needs a period, and a lead that is shorter than it")]
#[non_exhaustive]
pub struct BadSchedule;

/// What a schedule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Due {
    /// Nothing yet.
    Nothing {
        /// When there will be; `None` for rotation on demand.
        until: Option<Timestamp>,
    },
    /// Notify the other side and stage the next key.
    NotifyAndStage {
        /// When to rotate.
        rotate_at: Timestamp,
    },
    /// Rotate.
    Rotate {
        /// For how long it has been due.
        overdue: Duration,
    },
}

impl Schedule {
    /// Every so many days, with notice so many days before. A day is 24 hours, whatever the calendar or the time zone.
    ///
    /// # Errors
    ///
    /// [`BadSchedule`] if `every` is zero or `lead` is not shorter.
    pub const fn days(every: u32, lead: u32) -> Result<Self, BadSchedule> {
        if lead >= every {
            return Err(BadSchedule);
        }
        const DAY: u64 = 24 * 3600;
        // A u32 of days fits into a u64 of seconds.
        let (every, lead) = ((every as u64).saturating_mul(DAY), (lead as u64).saturating_mul(DAY));
        Ok(Self(Some((Duration::from_secs(every), Duration::from_secs(lead)))))
    }

    /// Never by the calendar.
    #[must_use]
    pub const fn on_demand() -> Self {
        Self(None)
    }

    /// What is due at `now`, if the last rotation was at `last`.
    #[must_use]
    pub const fn due(&self, last: Timestamp, now: Timestamp) -> Due {
        let Some((every, lead)) = self.0 else { return Due::Nothing { until: None } };
        let rotate_at = last.plus(every);
        let notify_at = rotate_at.minus(lead);
        if now.unix_millis() >= rotate_at.unix_millis() {
            Due::Rotate { overdue: now.since(rotate_at) }
        } else if now.unix_millis() >= notify_at.unix_millis() {
            Due::NotifyAndStage { rotate_at }
        } else {
            Due::Nothing { until: Some(notify_at) }
        }
    }
}

/// The shortest grace that loses no delivery: `rollout + drain + 2 × skew`.
///
/// `drain` is the longest time from signing a delivery to its last attempt, without any error of a clock; `rollout` how
/// long a new ring takes to reach every sender; `skew` how wrong one machine's clock may be, and the one thing that is
/// counted twice. [`rollout::next`](crate::rollout::next) takes `minimum_grace(drain, Duration::ZERO, skew)`. A sender that
/// signs at each attempt has a drain of seconds, one that signs when it queues has that of its whole retry schedule.
#[must_use]
pub const fn minimum_grace(drain: Duration, rollout: Duration, skew: Duration) -> Duration {
    drain.saturating_add(rollout).saturating_add(skew.saturating_mul(2))
}

/// The shortest time that a key has to be staged before it is promoted: `rollout + skew`, where `rollout` is how long a
/// new ring takes to reach every receiver.
#[must_use]
pub const fn minimum_lead(rollout: Duration, skew: Duration) -> Duration {
    rollout.saturating_add(skew)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn day(n: i64) -> Timestamp {
        Timestamp::from_unix_secs(1_790_000_000 + n * 86_400)
    }

    /// The schedules of the AOS Policy API (production, staging, development) and of OSIGU DVS.
    #[test]
    fn the_schedules_of_the_systems() {
        for (every, lead) in [(90, 7), (30, 3), (365, 30)] {
            let schedule = Schedule::days(every, lead).unwrap();
            let (every, lead) = (i64::from(every), i64::from(lead));
            assert_eq!(schedule.due(day(0), day(0)), Due::Nothing { until: Some(day(every - lead)) });
            assert_eq!(schedule.due(day(0), day(every - lead)), Due::NotifyAndStage { rotate_at: day(every) });
            assert_eq!(schedule.due(day(0), day(every)), Due::Rotate { overdue: Duration::ZERO });
            assert_eq!(schedule.due(day(0), day(every + 2)), Due::Rotate { overdue: Duration::from_secs(2 * 86_400) });
        }
        assert_eq!(Schedule::on_demand().due(day(0), day(10_000)), Due::Nothing { until: None });
    }

    #[test]
    fn a_lead_is_shorter_than_its_period() {
        assert_eq!(Schedule::days(7, 7), Err(BadSchedule));
        assert_eq!(Schedule::days(0, 0), Err(BadSchedule));
        assert!(Schedule::days(1, 0).is_ok());
    }

    /// The retry schedules of LIFECYCLE: DVS retries for 6.5 minutes, the Standard Webhooks sample for 75 h 35 min.
    #[test]
    fn graces() {
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        assert_eq!(minimum_grace(hour, 5 * minute, minute), hour + 7 * minute);
        let sample = Duration::from_secs(75 * 3600 + 35 * 60);
        assert!(minimum_grace(sample, Duration::ZERO, Duration::ZERO) > 24 * hour);
        assert_eq!(minimum_lead(5 * minute, minute), 6 * minute);
    }
}
