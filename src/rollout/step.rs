//! The answers of `rollout::next`, and their text.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::key::KeyId;
use crate::keyring::Duty;
use crate::time::Timestamp;

/// What is safe next. `Display` is the sentence for the operator.
///
/// `at` lists the processes to act on, as indexes into the pages that were given, and `of` counts all processes of that
/// duty. They may be acted on in any order and one at a time; read the pages again in between or afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Step {
    /// Nothing to do: every sender signs with a key that every receiver keeps, and nothing else is left over.
    Idle,
    /// Some processes are not ready. Give them what they lack, receivers with [`stage`](crate::Keyring::stage), senders too.
    Wait {
        /// What they lack.
        missing: Missing,
        /// Senders or receivers; [`Duty::Ring`] for both.
        duty: Duty,
        /// The processes that lack it.
        at: Vec<usize>,
        /// How many processes with this duty there are.
        of: usize,
        /// From when on a receiver may replace its key instead of holding both, because every delivery under way carries
        /// the new signature too. `None` unless every sender signs with all live keys.
        replace_from: Option<Timestamp>,
    },
    /// Every receiver keeps the key, every sender has it: [`promote`](crate::Keyring::promote).
    Promote {
        /// The key that is to sign.
        key: KeyId,
        /// Senders, or receivers that have no current key.
        duty: Duty,
        /// The processes that have not promoted.
        at: Vec<usize>,
        /// How many processes with this duty there are.
        of: usize,
        /// The grace has to be at least this. On a ring that receivers read as well, add the time that a ring takes to
        /// reach every sender.
        grace: Duration,
    },
    /// A rollback has begun and goes on: [`rollback`](crate::Keyring::rollback) on the other senders.
    RollBack {
        /// The key that is to sign again.
        key: KeyId,
        /// The senders that still sign with the other one.
        at: Vec<usize>,
        /// How many senders there are.
        of: usize,
    },
    /// Nobody signs with the key any more, but deliveries that it signed may be under way.
    Drain {
        /// The key.
        key: KeyId,
        /// When the last of them has had its last attempt.
        until: Timestamp,
    },
    /// No delivery needs the key any more. Where it is current, [`promote`](crate::Keyring::promote) without grace; where it
    /// is next, [`unstage`](crate::Keyring::unstage) without grace.
    Drop {
        /// The key.
        key: KeyId,
        /// Receivers, and after them senders.
        duty: Duty,
        /// The processes that keep it.
        at: Vec<usize>,
        /// How many processes with this duty there are.
        of: usize,
    },
    /// A key expires while deliveries need it: [`rollback`](crate::Keyring::rollback) there keeps both keys without a
    /// deadline. On receivers: if that deadline is also the sender's, bring the lagging senders up to date or roll the ring
    /// back. On senders that sign with all live keys: receivers accept them by this key alone, so give those the current
    /// key first.
    GraceTooShort {
        /// The key.
        key: KeyId,
        /// Receivers or senders.
        duty: Duty,
        /// The processes on which it expires too early.
        at: Vec<usize>,
        /// How many processes with this duty there are.
        of: usize,
        /// The earliest time at which it expires.
        expires: Timestamp,
        /// Until when it is needed, as things stand; `None` if it is the key to stay.
        needed: Option<Timestamp>,
    },
    /// Valid deliveries are being rejected: a sender signs with a key that these receivers do not accept. Give it to them
    /// before anything else; if another key is staged there, unstage that one with a grace first.
    Rejecting {
        /// The key.
        key: KeyId,
        /// The receivers that do not accept it.
        at: Vec<usize>,
        /// How many receivers there are.
        of: usize,
    },
    /// A key was revoked in one place and is held in another: [`revoke`](crate::Keyring::revoke) it. Receivers first, for
    /// that ends the forgeries; deliveries that it signed are rejected, as intended.
    Emergency {
        /// The key.
        key: KeyId,
        /// Receivers, and after them senders.
        duty: Duty,
        /// The processes that hold it.
        at: Vec<usize>,
        /// How many processes with this duty there are.
        of: usize,
    },
    /// No step is safe before a human has decided something.
    Blocked(Blocked),
}

/// What a process has to get before the rotation can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Missing {
    /// A key.
    Key(KeyId),
    /// The newest version of its ring, which other processes have already.
    Generation(u64),
}

/// Why no step is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Blocked {
    /// There is no page of a sender.
    NoSender,
    /// There is no page of a receiver.
    NoReceiver,
    /// Two histories of one ring: load the stored one everywhere.
    Fork {
        /// The generation that exists twice.
        generation: u64,
    },
    /// Two different keys are being introduced at once: unstage one.
    TwoStaged {
        /// One.
        one: KeyId,
        /// The other.
        other: KeyId,
    },
    /// A process has to get a key, but another one is staged there: unstage that.
    SlotTaken {
        /// The key in the way.
        key: KeyId,
        /// Where.
        at: Vec<usize>,
    },
    /// A ring was published that neither senders nor receivers can take first: publish one that holds both keys.
    NoOrder {
        /// Its generation.
        generation: u64,
    },
    /// These senders do not say since when they have their rings, so it is not known until when they signed with another
    /// key: publish rings through [`SharedKeyring`](crate::SharedKeyring), or stamp the pages with
    /// [`with_taken_at`](crate::Status::with_taken_at).
    NotStamped {
        /// Their pages.
        at: Vec<usize>,
    },
    /// No sender has a current key and none is staged: stage a new one, on receivers first.
    Suspended,
}

impl Step {
    /// A stable label for metrics, such as `"drain"`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Wait { .. } => "wait",
            Self::Promote { .. } => "promote",
            Self::RollBack { .. } => "roll_back",
            Self::Drain { .. } => "drain",
            Self::Drop { .. } => "drop",
            Self::GraceTooShort { .. } => "grace_too_short",
            Self::Rejecting { .. } => "rejecting",
            Self::Emergency { .. } => "emergency",
            Self::Blocked(..) => "blocked",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |at: &[usize], of: &usize, duty: Duty| alloc::format!("{} of {of} {}", at.len(), plural(duty));
        match self {
            Self::Idle => f.write_str("idle"),
            Self::Wait { missing, duty, at, of, replace_from } => {
                write!(f, "wait: {} {missing}", some(at, of, *duty))?;
                match replace_from {
                    Some(from) => write!(f, " (they may replace the old one from {from} on)"),
                    None => Ok(()),
                }
            }
            Self::Promote { key, duty, at, of, grace } => {
                write!(f, "promote {key}: {} to go, grace at least {} s", some(at, of, *duty), seconds_up(*grace))
            }
            Self::RollBack { key, at, of } => write!(f, "roll back to {key}: {} to go", some(at, of, Duty::Sender)),
            Self::Drain { key, until } => write!(f, "drain until {until}: deliveries signed with {key} may be under way"),
            Self::Drop { key, duty, at, of } => write!(f, "drop {key}: {} keep it", some(at, of, *duty)),
            Self::GraceTooShort { key, duty: Duty::Sender, at, of, expires, .. } => {
                write!(f, "grace too short: {key} expires at {expires} on {}, ", some(at, of, Duty::Sender))?;
                f.write_str("and receivers accept nothing else of theirs: give them the current key before, or roll back there")
            }
            Self::GraceTooShort { key, duty, at, of, expires, needed } => {
                write!(f, "grace too short: {key} expires at {expires} on {}, ", some(at, of, *duty))?;
                match needed {
                    Some(until) => write!(f, "needed until {until}: roll back there"),
                    None => f.write_str("but is the key to stay: roll back there"),
                }
            }
            Self::Rejecting { key, at, of } => {
                write!(f, "rejecting: give {key} to {} first, a sender signs with it", some(at, of, Duty::Receiver))
            }
            Self::Emergency { key, duty: Duty::Receiver, at, of } => {
                write!(f, "emergency: receivers first: revoke {key} on {}", some(at, of, Duty::Receiver))
            }
            Self::Emergency { key, duty, at, of } => write!(f, "emergency: revoke {key} on {}", some(at, of, *duty)),
            Self::Blocked(why) => write!(f, "blocked: {why}"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "lack key {key}"),
            Self::Generation(generation) => write!(f, "have not taken generation {generation}"),
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSender => f.write_str("no page of a sender"),
            Self::NoReceiver => f.write_str("no page of a receiver"),
            Self::Fork { generation } => write!(f, "fork at generation {generation}"),
            Self::TwoStaged { one, other } => write!(f, "{one} and {other} are being introduced at once: unstage one"),
            Self::SlotTaken { key, at } => write!(f, "{key} is staged on {} where another key is to go: unstage it", at.len()),
            Self::NoOrder { generation } => {
                write!(f, "generation {generation} drops a key that others still sign with: publish one with both keys")
            }
            Self::NotStamped { at } => {
                write!(f, "{} senders do not say when they took their ring: stamp their pages, `taken_at`", at.len())
            }
            Self::Suspended => f.write_str("no sender has a key to sign with: stage a new one, receivers first"),
        }
    }
}

/// Whole seconds, rounded up: a shorter grace than the drain would be wrong.
const fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs().saturating_add((duration.subsec_nanos() > 0) as u64)
}

const fn plural(duty: Duty) -> &'static str {
    match duty {
        Duty::Sender | Duty::DualSender => "senders",
        Duty::Receiver => "receivers",
        Duty::Ring => "processes",
    }
}
