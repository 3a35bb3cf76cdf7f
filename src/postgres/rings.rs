//! Rings in PostgreSQL: sealed, replaced by compare-and-swap, with the audit trail in the same statement.

mod error;
mod statements;
mod watch;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use error::PostgresKeyringError;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row, Transaction};

use super::trail::{self, AuditCursor, AuditEntry, Columns};
use super::{Parameter, Pool};
use crate::error::ReplaceError;
use crate::keyring::{Change, Event, EventKind, Keyring, Lineage, Place, Record};
use crate::share::{Replaced, SharedKeyring};
use crate::snapshot::{Seal, StoredKey};
use crate::store::{KeyringStore, Swapped};
use crate::time::Timestamp;

/// Keeps the ring of every owner in PostgreSQL, sealed, and the audit trail of all changes.
///
/// Rings of [`Secret`](crate::Secret)s and of stored hashes alike. An owner is an endpoint, a tenant or a workflow: 1 to
/// 1024 bytes of text.
///
/// ```no_run
/// # use hookring::postgres::{Pool, PostgresKeyringStore};
/// # async fn rotate<P: Pool>(pool: P, seal: hookring::AeadSeal) -> Result<(), Box<dyn std::error::Error>> {
/// use hookring::{Keyring, KeyringStore as _, Secret, SecretFormat, Swapped, Timestamp};
/// use std::time::Duration;
///
/// let store = PostgresKeyringStore::new(pool, seal);
/// let ring: Keyring = store.load("workflow-23", 0).await?.ok_or("no such workflow")?;
/// let new = Secret::generate(SecretFormat::Utf8)?;
/// let change = ring.rotate(new, Duration::from_secs(24 * 3600), Timestamp::now())?;
/// match store.swap("workflow-23", ring.generation(), &change).await? {
///     Swapped::Stored => println!("publish it: {:?}", change.ring),
///     Swapped::Conflict { found } => println!("another operator made generation {found}: load and decide again"),
/// }
/// for entry in store.history("workflow-23", None, 20).await? {
///     println!("{} {} {:?}", entry.stored_at, entry.stored_by, entry.event.kind);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Guarantee
///
/// - **No lost update.** A ring is replaced only if it is the one that the change was computed from, by generation and by
///   history. Ring and events are stored by one statement: both or neither, also if the server is killed in the middle.
/// - **Repeatable.** If the answer of [`swap`](KeyringStore::swap) was lost with the connection, make the same call again:
///   a change that is stored already is `Stored`.
/// - **Durable.** With `fsync` on and `synchronous_commit` not `off`, as they are by default, a crash loses nothing that was
///   answered. A failover to an *asynchronous* standby may lose the last changes: processes that hold a newer ring say so
///   ([`ReplaceError::Older`], or [`ReplaceError::Forked`] once somebody has changed the old one), and keep theirs.
///
/// # Security
///
/// The seal is bound to the owner, so a row that was copied to another owner does not open. What an attacker who can write
/// to the table can still do is to put back an older row of the same owner. Three things protect against it: the least
/// generation of [`load`](KeyringStore::load), for a process that knows one; [`refresh`](Self::refresh), which never goes
/// back; and the audit trail: a ring older than its own newest event is an error. Give the application's role nothing but
/// `SELECT` and `INSERT` on `hookring_event`, and the third protects against that role too.
pub struct PostgresKeyringStore<P, S> {
    pool: P,
    seal: S,
}

/// What can be seen of a stored ring without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredRing {
    /// Whose it is.
    pub owner: String,
    /// Its generation.
    pub generation: u64,
    /// Its history, to be compared with the health pages of processes ([`Status`](crate::Status)).
    pub lineage: Lineage,
    /// When it was stored, by the clock of the server.
    pub stored_at: Timestamp,
}

/// What became of a ring that was to be sealed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "after a conflict the old material is still in the database"]
pub enum Resealed {
    /// It is. The events of the keys that were left out went to the audit trail.
    Done(Vec<Event>),
    /// Somebody changed the ring meanwhile. Nothing was stored: try again.
    Conflict,
}

/// The result of a call that opens rings.
type Answer<T, P, S> = Result<T, PostgresKeyringError<<P as Pool>::Error, <S as Seal>::Error>>;

/// A row without its ring.
struct Head {
    generation: u64,
    lineage: Lineage,
}

impl<P: Pool, S: Seal> PostgresKeyringStore<P, S> {
    /// A store over the connections of this pool, in whose database [`MIGRATION_1`](super::MIGRATION_1) was run.
    pub const fn new(pool: P, seal: S) -> Self {
        Self { pool, seal }
    }

    /// Stores a change inside a transaction of the caller, such as the one that creates the workflow whose ring it is.
    ///
    /// Otherwise as [`KeyringStore::swap`]. Publish the ring only after the transaction was committed.
    ///
    /// # Errors
    ///
    /// [`PostgresKeyringError`]. The transaction must be rolled back: dropping it does.
    pub async fn swap_in<K: StoredKey>(
        &self,
        transaction: &Transaction<'_>,
        owner: &str,
        expected: u64,
        change: &Change<K>,
    ) -> Answer<Swapped, P, S> {
        let ring = change.ring.seal(owner, &self.seal).await.map_err(PostgresKeyringError::Snapshot)?;
        if Self::store(transaction, owner, expected, change, &ring).await? {
            return Ok(Swapped::Stored);
        }
        Self::why_not(transaction, owner, change).await
    }

    /// Up to `limit` entries of the audit trail of an owner, newest first: from the newest one on, or from the one after
    /// the given place on. The next page begins after [`AuditEntry::cursor`] of the last entry of this one.
    ///
    /// One transition has several entries, so a page may end in the middle of it.
    ///
    /// # Errors
    ///
    /// [`PostgresKeyringError::Pool`], [`PostgresKeyringError::Postgres`], and [`PostgresKeyringError::Unexpected`] for entries
    /// that this version does not know.
    pub async fn history(&self, owner: &str, before: Option<AuditCursor>, limit: u32) -> Answer<Vec<AuditEntry>, P, S> {
        let AuditCursor { generation, place } = before.unwrap_or(AuditCursor::END);
        let limit = i64::from(limit);
        let parameters: [Parameter<'_>; 4] =
            [(&owner, Type::TEXT), (&generation, Type::INT8), (&place, Type::INT2), (&limit, Type::INT8)];
        let rows = self.query(statements::HISTORY, &parameters).await?;
        rows.iter().map(|row| trail::entry(row).ok_or(PostgresKeyringError::Unexpected)).collect()
    }

    /// Up to `limit` stored rings in the order of their owners, from the first one after the given owner; `""` begins.
    ///
    /// # Errors
    ///
    /// [`PostgresKeyringError::Pool`], [`PostgresKeyringError::Postgres`] and [`PostgresKeyringError::Unexpected`].
    pub async fn owners(&self, after: &str, limit: u32) -> Answer<Vec<StoredRing>, P, S> {
        let limit = i64::from(limit);
        let rows = self.query(statements::OWNERS, &[(&after, Type::TEXT), (&limit, Type::INT8)]).await?;
        let ring = |row: &Row| {
            let Head { generation, lineage } = head(row)??;
            let stored_at = Timestamp::from_unix_millis(row.try_get(3).ok()?);
            Some(StoredRing { owner: row.try_get(2).ok()?, generation, lineage, stored_at })
        };
        rows.iter().map(|row| ring(row).ok_or(PostgresKeyringError::Unexpected)).collect()
    }

    /// Brings a published ring up to date: for a process that polls, and for the start of one that watches.
    ///
    /// The stored ring is opened only if it is another than the published one, so a call costs one look-up.
    ///
    /// # Errors
    ///
    /// [`PostgresKeyringError::Replace`] if the stored ring is older or a fork, [`PostgresKeyringError::NoRing`] if there is
    /// none, and all others. The published ring stays in use, and its deadlines still pass.
    pub async fn refresh<K: StoredKey>(&self, owner: &str, shared: &SharedKeyring<K>) -> Answer<Replaced, P, S> {
        let rows = self.query(statements::HEAD, &[(&owner, Type::TEXT)]).await?;
        let row = rows.first().ok_or(PostgresKeyringError::Unexpected)?;
        let stored = head(row).ok_or(PostgresKeyringError::Unexpected)?.ok_or(PostgresKeyringError::NoRing)?;
        let held = shared.load();
        let generation = held.generation();
        if stored.generation == generation && stored.lineage == held.lineage() {
            return Ok(Replaced::Unchanged);
        }
        if stored.generation < generation {
            return Err(ReplaceError::Older { held: generation, offered: stored.generation }.into());
        }
        let ring = self.load(owner, generation).await?.ok_or(PostgresKeyringError::NoRing)?;
        Ok(shared.replace(ring)?)
    }

    /// Seals the stored ring of an owner anew, under the newest key of the seal and without keys that have expired by
    /// `now`.
    ///
    /// The generation stays: expired keys verify nothing. Call it for every owner a while after a rotation, so that the
    /// old material leaves the database (backups keep what they have), and after the key of the seal was rotated.
    ///
    /// # Errors
    ///
    /// [`PostgresKeyringError`].
    pub async fn reseal<K: StoredKey>(&self, owner: &str, now: Timestamp) -> Answer<Resealed, P, S> {
        let (old, ring) = self.load_row::<K>(owner, 0).await?.ok_or(PostgresKeyringError::NoRing)?;
        let generation = ring.generation();
        let dead = Record::of(&ring).keys.into_iter().filter_map(|(place, key)| match place {
            Place::Previous { expires, .. } if expires <= now.max(ring.as_of()) => Some(EventKind::Expired { key: key.id() }),
            _ => None,
        });
        let events: Vec<_> = dead.map(|kind| Event { at: now.max(ring.as_of()), generation, kind }).collect();
        let new = ring.without_expired(now).seal(owner, &self.seal).await.map_err(PostgresKeyringError::Snapshot)?;
        let columns = Columns::of(&events).ok_or(PostgresKeyringError::Unexpected)?;
        let first: [Parameter<'_>; 3] = [(&owner, Type::TEXT), (&old, Type::BYTEA), (&new, Type::BYTEA)];
        let parameters: Vec<_> = first.into_iter().chain(columns.parameters()).collect();
        let done = self.query(statements::RESEAL, &parameters).await?;
        Ok(if done.is_empty() { Resealed::Conflict } else { Resealed::Done(events) })
    }

    /// The seal.
    pub const fn seal(&self) -> &S {
        &self.seal
    }

    /// The pool.
    pub const fn pool(&self) -> &P {
        &self.pool
    }

    async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Answer<Vec<Row>, P, S> {
        let mut held = self.pool.get().await.map_err(PostgresKeyringError::Pool)?;
        P::client(&mut held).query_typed(statement, parameters).await.map_err(PostgresKeyringError::Postgres)
    }

    /// Whether the change was stored.
    async fn store<K: StoredKey>(
        client: &impl GenericClient,
        owner: &str,
        expected: u64,
        change: &Change<K>,
        ring: &[u8],
    ) -> Answer<bool, P, S> {
        let number = |generation| i64::try_from(generation).map_err(|_| PostgresKeyringError::Unexpected);
        let (expected, generation) = (number(expected)?, number(change.ring.generation())?);
        let lineage = change.ring.lineage();
        let lineage = lineage.as_bytes().as_slice();
        let columns = Columns::of(&change.events).ok_or(PostgresKeyringError::Unexpected)?;
        let address = watch::address(owner);
        let first: [Parameter<'_>; 5] = [
            (&owner, Type::TEXT),
            (&ring, Type::BYTEA),
            (&generation, Type::INT8),
            (&lineage, Type::BYTEA),
            (&address, Type::TEXT),
        ];
        let parent = change.parent();
        // A new ring comes from none that could be stored.
        let parent = parent.as_ref().map(|parent| parent.as_bytes().as_slice());
        let mut parameters: Vec<_> = first.into_iter().chain(columns.parameters()).collect();
        let statement = if expected == 0 {
            statements::CREATE
        } else {
            let place: [Parameter<'_>; 2] = [(&expected, Type::INT8), (&parent, Type::BYTEA)];
            parameters.extend(place);
            statements::SWAP
        };
        let stored = client.query_typed(statement, &parameters).await.map_err(PostgresKeyringError::Postgres)?;
        Ok(!stored.is_empty())
    }

    /// After nothing was stored: it is stored already, somebody was faster, or the trail is ahead of the change.
    async fn why_not<K: StoredKey>(client: &impl GenericClient, owner: &str, change: &Change<K>) -> Answer<Swapped, P, S> {
        let row =
            client.query_typed_one(statements::HEAD, &[(&owner, Type::TEXT)]).await.map_err(PostgresKeyringError::Postgres)?;
        let (found, minimum) = (head(&row).ok_or(PostgresKeyringError::Unexpected)?, newest_event(&row)?);
        let (generation, lineage) = found.map_or((0, None), |head| (head.generation, Some(head.lineage)));
        if generation == change.ring.generation() && lineage == Some(change.ring.lineage()) {
            return Ok(Swapped::Stored);
        }
        if generation < minimum {
            return Err(PostgresKeyringError::Older { found: generation, minimum });
        }
        Ok(Swapped::Conflict { found: generation })
    }

    /// The ring of a row and the sealed bytes it came from.
    async fn load_row<K: StoredKey>(&self, owner: &str, minimum: u64) -> Answer<Option<(Vec<u8>, Keyring<K>)>, P, S> {
        let rows = self.query(statements::LOAD, &[(&owner, Type::TEXT)]).await?;
        let row = rows.first().ok_or(PostgresKeyringError::Unexpected)?;
        let Some(Head { generation, lineage }) = head(row).ok_or(PostgresKeyringError::Unexpected)? else { return Ok(None) };
        let minimum = minimum.max(newest_event(row)?);
        if generation < minimum {
            return Err(PostgresKeyringError::Older { found: generation, minimum });
        }
        let blob: Vec<u8> = row.try_get(3).map_err(|_| PostgresKeyringError::Unexpected)?;
        let ring = Keyring::open(owner, &blob, minimum, &self.seal).await.map_err(PostgresKeyringError::Snapshot)?;
        if ring.generation() != generation || ring.lineage() != lineage {
            return Err(PostgresKeyringError::Mixed);
        }
        Ok(Some((blob, ring)))
    }
}

impl<P: Pool, S: Seal, K: StoredKey> KeyringStore<K> for PostgresKeyringStore<P, S> {
    type Error = PostgresKeyringError<P::Error, S::Error>;

    async fn load(&self, owner: &str, min_generation: u64) -> Result<Option<Keyring<K>>, Self::Error> {
        Ok(self.load_row(owner, min_generation).await?.map(|(_, ring)| ring))
    }

    async fn swap(&self, owner: &str, expected: u64, change: &Change<K>) -> Result<Swapped, Self::Error> {
        let ring = change.ring.seal(owner, &self.seal).await.map_err(PostgresKeyringError::Snapshot)?;
        let mut held = self.pool.get().await.map_err(PostgresKeyringError::Pool)?;
        let client = P::client(&mut held);
        match Self::store(client, owner, expected, change, &ring).await {
            Ok(true) => return Ok(Swapped::Stored),
            Ok(false) => {}
            // Where the stricter isolation levels are the default, being slower than another one is an error.
            Err(PostgresKeyringError::Postgres(why)) if why.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) => {}
            Err(why) => return Err(why),
        }
        Self::why_not(client, owner, change).await
    }
}

/// Generation and lineage, the first two columns; `Some(None)` if there is no ring.
fn head(row: &Row) -> Option<Option<Head>> {
    let (generation, lineage): (Option<i64>, Option<&[u8]>) = (row.try_get(0).ok()?, row.try_get(1).ok()?);
    let (Some(generation), Some(lineage)) = (generation, lineage) else { return Some(None) };
    let lineage = Lineage::from_bytes(lineage.try_into().ok()?);
    Some(Some(Head { generation: u64::try_from(generation).ok()?, lineage }))
}

/// The third column; 0 without events.
fn newest_event<P, S>(row: &Row) -> Result<u64, PostgresKeyringError<P, S>>
where
    P: core::error::Error + 'static,
    S: core::error::Error + 'static,
{
    let newest: i64 = row.try_get(2).map_err(|_| PostgresKeyringError::Unexpected)?;
    u64::try_from(newest).map_err(|_| PostgresKeyringError::Unexpected)
}

impl<P: Clone, S: Clone> Clone for PostgresKeyringStore<P, S> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), seal: self.seal.clone() }
    }
}

impl<P, S> fmt::Debug for PostgresKeyringStore<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresKeyringStore").finish_non_exhaustive()
    }
}
