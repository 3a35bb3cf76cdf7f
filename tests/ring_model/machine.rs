//! What the walk knows of a keyring: operations, and what can be seen from outside. The real type, the model and the
//! wrong twins are all machines.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hookring::{KeyId, Keyring, MAX_GRACE, Refused, Role, Secret, SecretFormat, SecretPolicy, Timestamp};

/// One unit of time: longer than the slack, so that every step back by a unit is refused.
pub(crate) const UNIT: i64 = 10 * 60 * 1000;
/// The slack for clocks, in milliseconds.
pub(crate) const SLACK: i64 = 5 * 60 * 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Grace {
    Zero,
    TwoUnits,
    /// One millisecond over 30 days.
    TooLong,
}

impl Grace {
    pub(crate) fn millis(self) -> i64 {
        match self {
            Self::Zero => 0,
            Self::TwoUnits => 2 * UNIT,
            Self::TooLong => 30 * 86_400_000 + 1,
        }
    }

    fn duration(self) -> Duration {
        match self {
            Self::TooLong => MAX_GRACE + Duration::from_millis(1),
            _ => Duration::from_millis(self.millis().unsigned_abs()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Stage(u8),
    Unstage(Grace),
    Promote(Grace),
    Rotate(u8, Grace),
    Rollback,
    Revoke(u8),
    ReplaceCompromised(u8),
    RebaseClock,
    /// Not a transition: the ring without what is dead.
    WithoutExpired,
}

impl Op {
    pub(crate) fn grace(self) -> Option<Grace> {
        match self {
            Self::Unstage(grace) | Self::Promote(grace) | Self::Rotate(_, grace) => Some(grace),
            _ => None,
        }
    }

    /// The key that the operation brings in.
    pub(crate) fn newcomer(self) -> Option<u8> {
        match self {
            Self::Stage(key) | Self::Rotate(key, _) | Self::ReplaceCompromised(key) => Some(key),
            _ => None,
        }
    }

    /// Every operation over these keys.
    pub(crate) fn all(keys: impl Iterator<Item = u8>) -> Vec<Self> {
        use Grace::{TooLong, TwoUnits, Zero};
        let mut all = vec![Self::Rollback, Self::RebaseClock, Self::WithoutExpired];
        for grace in [Zero, TwoUnits, TooLong] {
            all.extend([Self::Unstage(grace), Self::Promote(grace)]);
        }
        for key in keys {
            all.extend([Self::Stage(key), Self::Revoke(key), Self::ReplaceCompromised(key)]);
            all.extend([Zero, TwoUnits].map(|grace| Self::Rotate(key, grace)));
        }
        all
    }
}

/// A live key: which, in which role, until when.
pub(crate) type Alive = (u8, Role, Option<i64>);

/// What is held as of the last transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View {
    pub(crate) generation: u64,
    pub(crate) as_of: i64,
    /// Current, next, then previous from the newest to the oldest.
    pub(crate) keys: Vec<Alive>,
    /// One bit per key.
    pub(crate) revoked: u32,
}

impl View {
    pub(crate) fn key(&self, role: Role) -> Option<u8> {
        self.keys.iter().find(|(_, at, _)| *at == role).map(|(key, _, _)| *key)
    }
}

pub(crate) trait Machine: Clone {
    /// The machine after an operation, with the clock at `now`.
    fn apply(&self, op: Op, now: i64) -> Result<Self, Refused>;
    fn view(&self) -> View;
    fn live(&self, now: i64) -> Vec<Alive>;
    fn lineage(&self) -> [u8; 32];
}

/// The real type with real secrets.
#[derive(Clone)]
pub(crate) struct Real(pub(crate) Keyring);

static SECRETS: OnceLock<Vec<(KeyId, Arc<Secret>)>> = OnceLock::new();

fn secrets() -> &'static [(KeyId, Arc<Secret>)] {
    SECRETS.get_or_init(|| {
        let make = |n: u8| {
            let text = format!("{n:02x}").repeat(32);
            let secret = Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap();
            (secret.id(), Arc::new(secret))
        };
        (1..=12).map(make).collect()
    })
}

fn secret(key: u8) -> Arc<Secret> {
    Arc::clone(&secrets()[usize::from(key)].1)
}

fn number(id: KeyId) -> u8 {
    secrets().iter().zip(0..).find(|((known, _), _)| *known == id).unwrap().1
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

impl Real {
    pub(crate) fn new(key: u8, now: i64) -> Self {
        Self(Keyring::new(secret(key), at(now)).ring)
    }
}

impl Machine for Real {
    fn apply(&self, op: Op, now: i64) -> Result<Self, Refused> {
        let (ring, now) = (&self.0, at(now));
        let change = match op {
            Op::Stage(key) => ring.stage(secret(key), now),
            Op::Unstage(grace) => ring.unstage(grace.duration(), now),
            Op::Promote(grace) => ring.promote(grace.duration(), now),
            Op::Rotate(key, grace) => ring.rotate(secret(key), grace.duration(), now),
            Op::Rollback => ring.rollback(now),
            Op::Revoke(key) => ring.revoke(secrets()[usize::from(key)].0, now),
            Op::ReplaceCompromised(key) => ring.replace_compromised(secret(key), now),
            Op::RebaseClock => Ok(ring.rebase_clock(now)),
            Op::WithoutExpired => return Ok(Self(ring.without_expired(now))),
        };
        change.map(|change| Self(change.ring))
    }

    fn view(&self) -> View {
        let status = self.0.status(self.0.as_of());
        View {
            generation: status.generation,
            as_of: status.as_of.unix_millis(),
            keys: self.live(status.as_of.unix_millis()),
            revoked: status.revoked.iter().fold(0, |all, id| all | 1 << number(*id)),
        }
    }

    fn live(&self, now: i64) -> Vec<Alive> {
        let alive =
            |live: hookring::Live<'_, Secret>| (number(live.key.id()), live.role, live.expires_at.map(Timestamp::unix_millis));
        self.0.live(at(now)).map(alive).collect()
    }

    fn lineage(&self) -> [u8; 32] {
        *self.0.lineage().as_bytes()
    }
}
