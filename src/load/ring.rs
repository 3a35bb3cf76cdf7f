//! A ring from the environment: a current secret, and a previous one until its deadline.

use alloc::vec::Vec;
use std::ffi::OsString;

use zeroize::Zeroizing;

use super::env::{lookup, secret, value};
use super::{Form, LoadError, LoadErrors, LoadOrigin, LoadProblem};
use crate::encoding::SecretFormat;
use crate::keyring::{Change, Keyring, MAX_GRACE};
use crate::policy::SecretPolicy;
use crate::secret::Secret;
use crate::time::{Timestamp, Unit, parse};

/// The names of the environment variables that a ring is read from.
///
/// ```
/// use hookring::RingFromEnv;
/// const DVS: RingFromEnv<'static> = RingFromEnv::new("DVS_WEBHOOK_SECRET_CURRENT")
///     .previous("DVS_WEBHOOK_SECRET_PREVIOUS", "DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL");
/// # let _ = DVS;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingFromEnv<'n> {
    current: &'n str,
    previous: Option<Previous<'n>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Previous<'n> {
    secret: &'n str,
    until: &'n str,
}

impl<'n> RingFromEnv<'n> {
    /// The variable of the current secret, which has to be set.
    #[must_use]
    pub const fn new(current: &'n str) -> Self {
        Self { current, previous: None }
    }

    /// The variables of the previous secret and of the time until which it is accepted, in RFC 3339
    /// (`2026-09-21T14:13:20Z`) or Unix seconds. No previous secret, or an empty one, means that there is none; with one,
    /// the time has to be set.
    #[must_use]
    pub const fn previous(self, secret: &'n str, until: &'n str) -> Self {
        Self { previous: Some(Previous { secret, until }), ..self }
    }
}

impl Keyring {
    /// Reads a ring from the environment: for processes that get their secrets anew at every start.
    ///
    /// The previous secret is accepted until its deadline, which is a point in time and not a span: a span would begin
    /// again with every restart. Once it has passed, the secret is not taken any more, which the events say; the
    /// variables may then be removed.
    ///
    /// ```no_run
    /// use hookring::{Keyring, RingFromEnv, SecretFormat, SecretPolicy, Timestamp};
    ///
    /// let names = RingFromEnv::new("DVS_WEBHOOK_SECRET_CURRENT")
    ///     .previous("DVS_WEBHOOK_SECRET_PREVIOUS", "DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL");
    /// let ring = Keyring::from_env(&names, SecretFormat::Utf8, &SecretPolicy::strict(), Timestamp::now())?.ring;
    /// # Ok::<(), hookring::LoadErrors>(())
    /// ```
    ///
    /// Each process makes a ring of its own, of generation 1: across processes compare the ids of the keys. For rings
    /// that are rotated while they are in use, and that remember revoked keys, see [`KeyringStore`](crate::KeyringStore).
    ///
    /// # Errors
    ///
    /// [`LoadErrors`] has every problem at once. A weak or malformed previous secret is one even after its deadline, so
    /// that a configuration is good or bad at any time of day.
    ///
    /// # Security
    ///
    /// As for [`Secret::from_env`]. Without a store there is no memory of revoked keys: whoever sets the environment can
    /// bring one back.
    pub fn from_env(
        names: &RingFromEnv<'_>,
        format: SecretFormat,
        policy: &SecretPolicy,
        now: Timestamp,
    ) -> Result<Change<Secret>, LoadErrors> {
        load(&lookup, names, Form { format, policy }, now)
    }
}

fn load(
    lookup: &impl Fn(&str) -> Option<OsString>,
    names: &RingFromEnv<'_>,
    form: Form<'_>,
    now: Timestamp,
) -> Result<Change<Secret>, LoadErrors> {
    let mut wrong = Vec::new();
    let current = note(&mut wrong, names.current, secret(lookup, names.current, form));
    let set = |name: &str| value(lookup, name).filter(|text| !text.is_empty());

    let change = match names.previous.filter(|names| set(names.secret).is_some()) {
        None => current.map(|current| Keyring::new(current, now)),
        Some(Previous { secret: name, until }) => {
            let previous = note(&mut wrong, name, secret(lookup, name, form));
            let expires = deadline(set(until), until, now);
            // Whether both are one key is worth knowing even if the deadline is wrong as well, so it is judged first.
            let expires_or_now = *expires.as_ref().unwrap_or(&now);
            let change = current.zip(previous).and_then(|(current, previous)| {
                let change = Keyring::with_previous(current, previous, expires_or_now, now);
                // The deadline was judged by the same rule, so it is not what is refused.
                note(&mut wrong, name, change.map_err(|_| LoadProblem::EqualToCurrent))
            });
            let at = if matches!(expires, Err(LoadProblem::DeadlineMissing { .. })) { name } else { until };
            note(&mut wrong, at, expires).and(change)
        }
    };
    change.ok_or(LoadErrors::new(wrong))
}

/// Reads the deadline of a previous secret. One in the past is fine: the secret has expired.
fn deadline(text: Option<Zeroizing<Vec<u8>>>, name: &str, now: Timestamp) -> Result<Timestamp, LoadProblem> {
    let text = text.ok_or_else(|| LoadProblem::DeadlineMissing { variable: name.into() })?;
    let until = parse(&text, Unit::Seconds).or_else(|| parse(&text, Unit::Rfc3339)).ok_or(LoadProblem::DeadlineMalformed)?;
    let latest = now.plus(MAX_GRACE);
    if until > latest { Err(LoadProblem::DeadlineTooFar { latest }) } else { Ok(until) }
}

/// Goes on after a problem, so that all of them are found.
fn note<T>(wrong: &mut Vec<LoadError>, variable: &str, result: Result<T, LoadProblem>) -> Option<T> {
    result.map_err(|problem| wrong.push(LoadError::new(LoadOrigin::Variable(variable.into()), problem))).ok()
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use core::time::Duration;

    use super::*;
    use crate::error::SecretError;
    use crate::keyring::{EventKind, Role};

    const NAMES: RingFromEnv<'static> = RingFromEnv::new("CURRENT").previous("PREVIOUS", "UNTIL");
    const NEW: &str = "tst_61zLxqE8qOGEzLb7C74_bc5dVh1si5cb9xEUIha1";
    const OLD: &str = "tst_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum";
    const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn load(set: &[(&str, &str)]) -> Result<Change<Secret>, LoadErrors> {
        let policy = SecretPolicy::provider();
        let lookup = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        super::load(&lookup, &NAMES, Form { format: SecretFormat::Utf8, policy: &policy }, NOW)
    }

    #[track_caller]
    fn refuses(set: &[(&str, &str)], wanted: &[(&str, LoadProblem)]) {
        let errors = load(set).unwrap_err();
        let found: Vec<_> = errors.iter().map(|error| (error.origin().to_string(), error.problem().clone())).collect();
        let wanted: Vec<_> = wanted.iter().map(|(name, problem)| (String::from(*name), problem.clone())).collect();
        assert_eq!(found, wanted);
        assert_eq!(errors.to_string().lines().count(), wanted.len(), "one line each");
        // What a `main` that returns it prints.
        assert_eq!(alloc::format!("{errors:?}"), alloc::format!("\n{errors}"));
        for (_, value) in set.iter().filter(|(name, value)| *name != "UNTIL" && !value.is_empty()) {
            assert!(!alloc::format!("{errors} {errors:?}").contains(value), "{value:?} shows");
        }
    }

    #[track_caller]
    fn roles(change: &Change<Secret>) -> Vec<(Role, &str, Option<Timestamp>)> {
        change.ring.live(NOW).map(|live| (live.role, live.key.reveal(), live.expires_at)).collect()
    }

    #[test]
    fn current_alone_and_with_previous() {
        for set in [&[("CURRENT", NEW)][..], &[("CURRENT", NEW), ("PREVIOUS", "")], &[("CURRENT", NEW), ("UNTIL", "never")]] {
            let change = load(set).unwrap();
            assert_eq!(roles(&change), [(Role::Current, NEW, None)]);
            assert_eq!(change.events.len(), 1);
        }
        let until = NOW.plus(HOUR);
        for text in ["1790003600", "2026-09-21T15:13:20Z", "2026-09-21T17:13:20+02:00"] {
            let change = load(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", text)]).unwrap();
            assert_eq!(roles(&change), [(Role::Current, NEW, None), (Role::Previous, OLD, Some(until))]);
            assert_eq!(change.ring.live(until).count(), 1, "dead at its deadline");
            assert_eq!(change.ring.generation(), 1);
        }
    }

    #[test]
    fn a_previous_secret_whose_deadline_has_passed_is_not_taken() {
        for text in ["1790000000", "1789999999", "0", "2026-09-21T14:13:20Z"] {
            let change = load(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", text)]).unwrap();
            assert_eq!(roles(&change), [(Role::Current, NEW, None)]);
            assert!(matches!(change.events.as_slice(), [created, expired]
                if matches!(created.kind, EventKind::Created { .. }) && matches!(expired.kind, EventKind::Expired { .. })));
        }
    }

    #[test]
    fn every_rule_has_its_problem() {
        let weak = |text: &str| {
            let form = (SecretFormat::Utf8, SecretPolicy::provider());
            LoadProblem::Secret(Secret::parse(text, form.0, &form.1).unwrap_err())
        };
        let missing = || LoadProblem::DeadlineMissing { variable: "UNTIL".into() };
        let soon = ("UNTIL", "1790003600");
        refuses(&[], &[("CURRENT", LoadProblem::Missing)]);
        refuses(&[("CURRENT", "")], &[("CURRENT", LoadProblem::Secret(SecretError::Empty))]);
        refuses(&[("CURRENT", "hunter2")], &[("CURRENT", weak("hunter2"))]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", "hunter2"), soon], &[("PREVIOUS", weak("hunter2"))]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", "   "), soon], &[("PREVIOUS", weak("   "))]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", NEW), soon], &[("PREVIOUS", LoadProblem::EqualToCurrent)]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", NEW), ("UNTIL", "0")], &[("PREVIOUS", LoadProblem::EqualToCurrent)]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", OLD)], &[("PREVIOUS", missing())]);
        refuses(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", "")], &[("PREVIOUS", missing())]);
        for text in ["tomorrow", "24h", " 1790003600", "1790003600\n", "1790003600000", "2026-09-21", "2026-09-21 15:13:20Z"] {
            refuses(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", text)], &[("UNTIL", LoadProblem::DeadlineMalformed)]);
        }
        let latest = NOW.plus(MAX_GRACE);
        let far = LoadProblem::DeadlineTooFar { latest };
        refuses(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", "1792592001")], &[("UNTIL", far)]);
        assert!(load(&[("CURRENT", NEW), ("PREVIOUS", OLD), ("UNTIL", "1792592000")]).is_ok());
    }

    #[test]
    fn all_problems_are_found_at_once() {
        refuses(
            &[("CURRENT", ""), ("PREVIOUS", "a\nb"), ("UNTIL", "soon")],
            &[
                ("CURRENT", LoadProblem::Secret(SecretError::Empty)),
                ("PREVIOUS", LoadProblem::Secret(SecretError::LineBreak)),
                ("UNTIL", LoadProblem::DeadlineMalformed),
            ],
        );
        refuses(
            &[("CURRENT", NEW), ("PREVIOUS", NEW), ("UNTIL", "soon")],
            &[("PREVIOUS", LoadProblem::EqualToCurrent), ("UNTIL", LoadProblem::DeadlineMalformed)],
        );
        refuses(
            &[("PREVIOUS", OLD)],
            &[("CURRENT", LoadProblem::Missing), ("PREVIOUS", LoadProblem::DeadlineMissing { variable: "UNTIL".into() })],
        );
    }
}
