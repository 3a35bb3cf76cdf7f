//! What became of a verification, as values with stable names: for metrics, alerts and logs.

use alloc::borrow::Cow;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

#[cfg(feature = "std")]
use crate::bearer::{BEARER, BearerVerifier, Presented};
use crate::error::Rejection;
#[cfg(feature = "std")]
use crate::hashed::PresentedKey;
use crate::key::{KeyId, VerifyKey};
use crate::keyring::{KeySource, Role};
use crate::time::Timestamp;
use crate::verifier::{Verified, Verifier};

/// The code of what was accepted.
const ACCEPTED: &str = "accepted";

/// What became of one delivery: labels for a counter, and the skew of the sender's clock.
///
/// The [receivers](crate::receiver) hand one to the application for every request, also for those that never came to be
/// verified; with a [`Verifier`] of your own, ask it for [`Verifier::verdict`]. Nothing in it is secret: it holds no byte of
/// a signature, a token or a body. What to alert on is in [`docs::observability`](crate::docs::observability).
///
/// ```
/// use hookring::{Keyring, Request, Secret, SecretFormat, Timestamp, Verifier, providers};
///
/// let now = Timestamp::now();
/// let verifier = Verifier::new(providers::GITHUB, Keyring::new(Secret::generate(SecretFormat::Utf8)?, now).ring)?;
/// let headers = [("X-Hub-Signature-256", "sha256=00")];
///
/// let outcome = verifier.verify_at(Request::new(&headers, b"{}"), now);
/// let verdict = verifier.verdict(&outcome, now);
/// assert_eq!((verdict.code, verdict.is_accepted()), ("malformed_signature", false));
/// let labels: Vec<_> = verdict.labels().map(|(name, value)| format!("{name}={value}")).collect();
/// assert_eq!(labels.join(" "), "scheme=github code=malformed_signature role=none key=none generation=1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The name of the scheme; `"bearer"` for presented tokens. `None` if it was not yet known whose keys count.
    pub scheme: Option<Arc<str>>,
    /// `"accepted"`, a [`Rejection::code`], or the code of what a receiver refused before.
    pub code: &'static str,
    /// The role of the key that matched.
    pub role: Option<Role>,
    /// Which key matched.
    pub key: Option<KeyName>,
    /// How much older than its receipt the delivery says it is, in milliseconds; negative if it comes from the future.
    /// Known only of deliveries that are authentic and signed their time, so also of those that are too old or too new.
    pub skew_ms: Option<i64>,
    /// The generation of the ring that was used. Of what was not accepted: of the ring at the moment at which the verdict was
    /// made, which is another one if it was replaced during the upload.
    pub generation: Option<u64>,
    our_fault: bool,
}

/// How a key is named in metrics: by the label that the operator gave it, otherwise by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyName {
    /// The public label. It replaces the id, which would let anybody test guesses of a guessable secret.
    Label(Arc<str>),
    /// The id of a key without label.
    Id(KeyId),
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => f.write_str(label),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl Verdict {
    /// Whether the delivery was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.code == ACCEPTED
    }

    /// Whether something of ours has to be fixed: a key, the set-up, or the look-up of tenants. See
    /// [`Rejection::is_our_fault`].
    #[must_use]
    pub const fn is_our_fault(&self) -> bool {
        self.our_fault
    }

    /// Name and value of every label, always in the same order; `"none"` where there is nothing. [`Verdict::skew_ms`] is no
    /// label but a measurement: put it into a histogram.
    ///
    /// The number of values is small: schemes and codes are fixed, and a ring has at most five live keys. A later version may
    /// have more labels.
    pub fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let none = || Cow::Borrowed("none");
        [
            ("scheme", self.scheme.as_deref().map_or_else(none, Cow::Borrowed)),
            ("code", Cow::Borrowed(self.code)),
            ("role", self.role.map_or_else(none, |role| Cow::Borrowed(role.as_str()))),
            ("key", self.key.as_ref().map_or_else(none, |key| Cow::Owned(key.to_string()))),
            ("generation", self.generation.map_or_else(none, |n| Cow::Owned(n.to_string()))),
        ]
        .into_iter()
    }

    /// Records the verdict as one `tracing` event with target `hookring`: the fields are those of this type, and no others.
    /// An absent value is an absent field. Accepted is `INFO`, what is our own fault is `ERROR`, the rest is `WARN`.
    ///
    /// Receivers do it by themselves where the feature is on.
    #[cfg(feature = "tracing")]
    pub fn record(&self) {
        macro_rules! record {
            ($level:expr) => {
                tracing::event!(
                    target: "hookring",
                    $level,
                    scheme = self.scheme.as_deref(),
                    code = self.code,
                    role = self.role.map(Role::as_str),
                    key = self.key.as_ref().map(tracing::field::display),
                    skew_ms = self.skew_ms,
                    generation = self.generation,
                )
            };
        }
        if self.is_accepted() {
            record!(tracing::Level::INFO);
        } else if self.our_fault {
            record!(tracing::Level::ERROR);
        } else {
            record!(tracing::Level::WARN);
        }
    }

    /// Of a request of which only this is known.
    pub(crate) const fn of_code(code: &'static str) -> Self {
        Self { scheme: None, code, role: None, key: None, skew_ms: None, generation: None, our_fault: false }
    }

    /// Of a request that was refused for a reason of which the verifier knows nothing.
    #[cfg(feature = "http-body")]
    pub(crate) const fn refuse(&mut self, code: &'static str, our_fault: bool) {
        (self.code, self.our_fault) = (code, our_fault);
    }
}

impl<S: KeySource> Verifier<S>
where
    S::Key: VerifyKey,
{
    /// The outcome of a verification as labels. `outcome` is what this verifier returned, `now` the time it was given.
    #[must_use]
    pub fn verdict<B>(&self, outcome: &Result<Verified<B>, Rejection>, now: Timestamp) -> Verdict {
        match outcome {
            Ok(verified) => Verdict {
                role: Some(verified.role()),
                key: Some(named(verified.key(), verified.key_label().map(Arc::from))),
                skew_ms: verified.timestamp().map(|sent| now.unix_millis().saturating_sub(sent.unix_millis())),
                ..self.about(ACCEPTED, verified.generation())
            },
            Err(why) => self.rejected(why),
        }
    }

    pub(crate) fn rejected(&self, why: &Rejection) -> Verdict {
        let about = self.about(why.code(), self.generation());
        Verdict { skew_ms: self.skew(why), our_fault: why.is_our_fault(), ..about }
    }

    /// Of a delivery of which only is known whose keys count.
    pub(crate) fn about(&self, code: &'static str, generation: u64) -> Verdict {
        Verdict { scheme: Some(Arc::clone(self.scheme_name())), generation: Some(generation), ..Verdict::of_code(code) }
    }

    /// What a rejection says about the clock: how far beyond the tolerance, and so how far.
    fn skew(&self, why: &Rejection) -> Option<i64> {
        let (past, future) = self.window()?;
        let millis = |by: Duration, side| i64::try_from(by.saturating_add(side).as_millis()).unwrap_or(i64::MAX);
        match why {
            Rejection::TooOld { by } => Some(millis(*by, past)),
            Rejection::TooNew { by } => Some(millis(*by, future).saturating_neg()),
            _ => None,
        }
    }
}

#[cfg(feature = "std")]
impl<S: KeySource> BearerVerifier<S>
where
    S::Key: PresentedKey,
{
    /// The outcome of a check as labels. `outcome` is what this verifier returned.
    #[must_use]
    pub fn verdict(&self, outcome: &Result<Presented, Rejection>) -> Verdict {
        match outcome {
            Ok(presented) => Verdict {
                role: Some(presented.role()),
                key: Some(named(presented.key(), presented.key_label().map(Arc::from))),
                ..self.about(ACCEPTED, presented.generation())
            },
            Err(why) => Verdict { our_fault: why.is_our_fault(), ..self.about(why.code(), self.generation()) },
        }
    }

    /// Of a request of which only is known whose keys count.
    pub(crate) fn about(&self, code: &'static str, generation: u64) -> Verdict {
        Verdict { scheme: Some(BEARER.into()), generation: Some(generation), ..Verdict::of_code(code) }
    }
}

fn named(id: KeyId, label: Option<Arc<str>>) -> KeyName {
    label.map_or(KeyName::Id(id), KeyName::Label)
}
