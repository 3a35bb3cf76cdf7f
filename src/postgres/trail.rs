//! Events as rows of the audit trail, and back.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Parameter;
use crate::key::KeyId;
use crate::keyring::{Event, EventKind, Role};
use crate::time::Timestamp;

/// An event and what the database adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEntry {
    /// What happened, by the clock of the process that changed the ring.
    pub event: Event,
    /// When it was stored, by the clock of the server.
    pub stored_at: Timestamp,
    /// The database user who stored it. Operator, ticket and reason are the application's to record.
    pub stored_by: String,
    cursor: AuditCursor,
}

impl AuditEntry {
    /// The place of the entry in the trail of its owner, for [`history`](super::PostgresKeyringStore::history).
    #[must_use]
    pub const fn cursor(&self) -> AuditCursor {
        self.cursor
    }
}

/// A place in the audit trail of an owner. `Display` and `FromStr` are for links to the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    pub(super) generation: i64,
    pub(super) place: i16,
}

impl AuditCursor {
    /// Behind every entry.
    pub(super) const END: Self = Self { generation: i64::MAX, place: i16::MAX };
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.generation, self.place)
    }
}

impl FromStr for AuditCursor {
    type Err = BadAuditCursor;

    fn from_str(text: &str) -> Result<Self, BadAuditCursor> {
        let (generation, place) = text.split_once('.').ok_or(BadAuditCursor)?;
        let cursor = generation.parse().ok().zip(place.parse().ok()).map(|(generation, place)| Self { generation, place });
        cursor.ok_or(BadAuditCursor)
    }
}

/// A text that is not the place of an audit entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place in an audit trail")]
#[non_exhaustive]
pub struct BadAuditCursor;

/// What a kind of event has: up to two keys, a role, a time.
struct Flat {
    key: Option<KeyId>,
    other: Option<KeyId>,
    role: Option<Role>,
    time: Option<Timestamp>,
}

impl Flat {
    const fn new(key: Option<KeyId>) -> Self {
        Self { key, other: None, role: None, time: None }
    }

    const fn of(kind: &EventKind) -> Self {
        match *kind {
            EventKind::Created { key } => Self::new(Some(key)),
            EventKind::Kept { key, expires } => Self { time: Some(expires), ..Self::new(Some(key)) },
            EventKind::Staged { key } => Self::new(Some(key)),
            EventKind::Unstaged { key, expires } => Self { time: expires, ..Self::new(Some(key)) },
            EventKind::Promoted { new, old, old_expires } => Self { other: old, time: old_expires, ..Self::new(Some(new)) },
            EventKind::RolledBack { to, from } => Self { other: from, ..Self::new(Some(to)) },
            EventKind::Revoked { key, role } => Self { role: Some(role), ..Self::new(Some(key)) },
            EventKind::Replaced { new } => Self::new(Some(new)),
            EventKind::Expired { key } => Self::new(Some(key)),
            EventKind::TombstoneDropped { key } => Self::new(Some(key)),
            EventKind::ClockRebased { from } => Self { time: Some(from), ..Self::new(None) },
        }
    }
}

/// The columns of several events, for one `unnest`.
#[derive(Default)]
pub(super) struct Columns {
    generation: Vec<i64>,
    at: Vec<i64>,
    kind: Vec<&'static str>,
    key: Vec<Option<String>>,
    other: Vec<Option<String>>,
    role: Vec<Option<&'static str>>,
    time: Vec<Option<i64>>,
}

impl Columns {
    /// `None` if a generation is beyond what the database can hold.
    pub(super) fn of(events: &[Event]) -> Option<Self> {
        let mut columns = Self::default();
        for event in events {
            let flat = Flat::of(&event.kind);
            columns.generation.push(i64::try_from(event.generation).ok()?);
            columns.at.push(event.at.unix_millis());
            columns.kind.push(event.kind.code());
            columns.key.push(flat.key.map(|key| key.to_string()));
            columns.other.push(flat.other.map(|key| key.to_string()));
            columns.role.push(flat.role.map(Role::as_str));
            columns.time.push(flat.time.map(Timestamp::unix_millis));
        }
        Some(columns)
    }

    pub(super) fn parameters(&self) -> [Parameter<'_>; 7] {
        [
            (&self.generation, Type::INT8_ARRAY),
            (&self.at, Type::INT8_ARRAY),
            (&self.kind, Type::TEXT_ARRAY),
            (&self.key, Type::TEXT_ARRAY),
            (&self.other, Type::TEXT_ARRAY),
            (&self.role, Type::TEXT_ARRAY),
            (&self.time, Type::INT8_ARRAY),
        ]
    }
}

/// Reads a row of generation, at, kind, key, other key, role, time, stored at, stored by, place; `None` for anything that
/// [`Columns`] did not write.
pub(super) fn entry(row: &Row) -> Option<AuditEntry> {
    let id = |column: usize| match row.try_get::<_, Option<&str>>(column).ok()? {
        Some(text) => KeyId::parse(text).map(Some),
        None => Some(None),
    };
    let (key, other) = (id(3)?, id(4)?);
    let role: Option<&str> = row.try_get(5).ok()?;
    let time = row.try_get::<_, Option<i64>>(6).ok()?.map(Timestamp::from_unix_millis);
    let kind = match row.try_get(2).ok()? {
        "created" => EventKind::Created { key: key? },
        "kept" => EventKind::Kept { key: key?, expires: time? },
        "staged" => EventKind::Staged { key: key? },
        "unstaged" => EventKind::Unstaged { key: key?, expires: time },
        "promoted" => EventKind::Promoted { new: key?, old: other, old_expires: time },
        "rolled_back" => EventKind::RolledBack { to: key?, from: other },
        "revoked" => {
            let role = [Role::Current, Role::Next, Role::Previous].into_iter().find(|known| role == Some(known.as_str()))?;
            EventKind::Revoked { key: key?, role }
        }
        "replaced" => EventKind::Replaced { new: key? },
        "expired" => EventKind::Expired { key: key? },
        "tombstone_dropped" => EventKind::TombstoneDropped { key: key? },
        "clock_rebased" => EventKind::ClockRebased { from: time? },
        _ => return None,
    };
    let cursor = AuditCursor { generation: row.try_get(0).ok()?, place: row.try_get(9).ok()? };
    let generation = u64::try_from(cursor.generation).ok()?;
    let event = Event { at: Timestamp::from_unix_millis(row.try_get(1).ok()?), generation, kind };
    let stored_at = Timestamp::from_unix_millis(row.try_get(7).ok()?);
    Some(AuditEntry { event, stored_at, stored_by: row.try_get(8).ok()?, cursor })
}
