//! Why a ring does not change.

use core::time::Duration;

/// Why a keyring refuses a transition. Nothing was changed and nothing was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A next key is staged already.
    #[error("a next key is staged already: promote, unstage or revoke it first")]
    NextIsTaken,
    /// There is no next key.
    #[error("no next key is staged")]
    NothingStaged,
    /// There is no live key that was current before.
    #[error("no live previous key to go back to: stage it again instead")]
    NoPrevious,
    /// The ring holds this key already, or one with the same id.
    #[error("the ring holds this key already")]
    SameKey,
    /// The key was revoked and must never come back; or a revoked key had its label, which keeps naming that key.
    #[error("the key, or one of the same label, was revoked from this ring and cannot return")]
    WasRevoked,
    /// The stored hash that enters the ring is not that of the plaintext that was given with it.
    #[error("the stored hash is not that of the given secret")]
    WrongPlaintext,
    /// More than five live keys.
    #[error("the ring has five live keys already: wait for a deadline or revoke one")]
    TooManyLive,
    /// A grace of more than 30 days.
    #[error("a grace is at most 30 days")]
    GraceTooLong,
    /// The ring holds no key with this id.
    #[error("the ring holds no key with this id")]
    UnknownKey,
    /// The second of two transitions was not made on the ring of the first.
    #[error("the second transition was not made on the ring of the first")]
    AnotherRing,
    /// The clock is more than five minutes behind the last transition.
    #[error("the clock is {} s behind the last transition: set it right, or rebase the ring if the ring is wrong", behind.as_secs())]
    ClockWentBack {
        /// How far.
        behind: Duration,
    },
}

impl Refused {
    /// A stable label for metrics and answers of an API, such as `"was_revoked"`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NextIsTaken => "next_is_taken",
            Self::NothingStaged => "nothing_staged",
            Self::NoPrevious => "no_previous",
            Self::SameKey => "same_key",
            Self::WasRevoked => "was_revoked",
            Self::WrongPlaintext => "wrong_plaintext",
            Self::TooManyLive => "too_many_live",
            Self::GraceTooLong => "grace_too_long",
            Self::UnknownKey => "unknown_key",
            Self::AnotherRing => "another_ring",
            Self::ClockWentBack { .. } => "clock_went_back",
        }
    }
}

/// Why a secret cannot be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// A purpose or an id is empty: two different things would get one secret.
    #[error("a purpose or an id is empty")]
    EmptyPart,
    /// The HMAC refused the key.
    #[error("the secret cannot be derived")]
    Unusable,
}

/// Why a shared ring is not replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The offered ring is older than the held one: a lagging replica must not bring back a revoked key.
    #[error("the offered ring has generation {offered}, older than the held {held}")]
    Older {
        /// Generation of the ring in use.
        held: u64,
        /// Generation of the ring that was offered.
        offered: u64,
    },
    /// The same generation with another history: two operators changed the same ring at once, without compare-and-swap.
    #[error("two different rings of generation {generation}: load the stored one")]
    Forked {
        /// Their generation.
        generation: u64,
    },
}
