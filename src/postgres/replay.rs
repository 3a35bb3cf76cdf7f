//! Deliveries remembered in one table, and committed in the transaction that has their effect.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use super::{Parameter, Pool};
use crate::replay::{Claim, ClaimToken, ReplayKey, ReplayStore};
use crate::time::millis_up;

/// Claims in one statement. An entry that counts is found without a lock, so a copy does not wait for the transaction of
/// the process that is at work. Of two that both saw none, one inserts and the other gets no row.
const CLAIM: &str = "
WITH held AS (
    SELECT done, ends FROM hookring_replay WHERE key = $1 AND ends > clock_timestamp()
), claimed AS (
    INSERT INTO hookring_replay AS old (key, fence, done, ends)
    SELECT $1, nextval('hookring_fence'), false, clock_timestamp() + $2 * interval '1 millisecond'
    WHERE NOT EXISTS (SELECT FROM held)
    ON CONFLICT (key) DO UPDATE SET fence = excluded.fence, done = false, ends = excluded.ends
    WHERE old.ends <= clock_timestamp()
    RETURNING fence
)
SELECT fence, NULL::boolean, NULL::bigint FROM claimed
UNION ALL
SELECT NULL, done, (extract(epoch FROM ends - clock_timestamp()) * 1000)::bigint FROM held";

const RENEW: &str = "
UPDATE hookring_replay SET ends = clock_timestamp() + $3 * interval '1 millisecond'
WHERE key = $1 AND fence = $2 AND NOT done";

/// Run twice, it answers yes twice.
const COMMIT: &str = "
UPDATE hookring_replay SET done = true, ends = clock_timestamp() + $3 * interval '1 millisecond'
WHERE key = $1 AND fence = $2";

const RELEASE: &str = "DELETE FROM hookring_replay WHERE key = $1 AND fence = $2 AND NOT done";

/// Entries that somebody is claiming or committing at this moment are left alone.
const PURGE: &str = "
DELETE FROM hookring_replay WHERE key IN (
    SELECT key FROM hookring_replay WHERE ends <= clock_timestamp() ORDER BY ends LIMIT $1 FOR UPDATE SKIP LOCKED
)";

/// A copy that finds no entry and yet cannot claim came at the very moment in which another one claimed or committed.
const JUST_CLAIMED: Duration = Duration::from_secs(1);

/// Remembers deliveries in PostgreSQL, for any number of processes.
///
/// A handler that writes to the same database has **exactly one effect** per delivery if it commits the claim in its own
/// transaction:
///
/// ```no_run
/// # use hookring::postgres::{Pool, PostgresReplayStore};
/// # async fn handle<P: Pool>(
/// #     store: PostgresReplayStore<P>, client: &mut tokio_postgres::Client, verified: hookring::Verified<&[u8]>,
/// # ) -> Result<u16, Box<dyn std::error::Error>> {
/// use core::time::Duration;
/// use hookring::{Claim, ReplayStore, Scope};
///
/// let key = verified.replay_key(&Scope::new("billing")?);
/// let token = match store.claim(key, Duration::from_secs(60)).await? {
///     Claim::Fresh(token) => token,
///     Claim::Done => return Ok(200),
///     Claim::InProgress { .. } => return Ok(503),
/// };
/// let transaction = client.transaction().await?;
/// transaction.execute("UPDATE account SET credits = credits + 1", &[]).await?;
/// store.commit_in(&transaction, token, Duration::from_secs(3 * 24 * 3600)).await?; // a lost lease is an error here
/// transaction.commit().await?;
/// # Ok(200)
/// # }
/// ```
///
/// # Guarantee
///
/// All of [`ReplayStore`]'s. With `fsync` on and `synchronous_commit` not `off`, as they are by default, a crash of the
/// server loses nothing that was answered: a claim stays claimed and what is done stays done. A failover to an
/// *asynchronous* standby may lose the last transactions; with [`commit_in`](Self::commit_in) the effect is lost together
/// with its mark, so the retry of a sender who was not answered repeats both and the effect is still there once.
///
/// # Clock
///
/// The server's, `clock_timestamp()`.
///
/// # Purge
///
/// Entries that have run out are harmless and take room. Call [`purge`](Self::purge) every few minutes, from any process.
pub struct PostgresReplayStore<P> {
    pool: P,
}

/// Why PostgreSQL could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresReplayError<E: core::error::Error + 'static> {
    /// The pool gave no connection.
    #[error("no connection: {0}")]
    Pool(#[source] E),
    /// The connection or the server failed.
    #[error("postgresql: {0}")]
    Postgres(#[source] tokio_postgres::Error),
    /// The server answered with something else than the statements return.
    #[error("postgresql gave an unexpected answer")]
    Unexpected,
}

/// Why a claim is not committed in a transaction. Roll it back: dropping it does.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The lease ran out, and somebody else claimed the delivery. Answer 500 or 503.
    #[error("the lease of this claim was lost: roll the transaction back")]
    LeaseLost,
    /// The connection or the server failed.
    #[error("postgresql: {0}")]
    Postgres(#[from] tokio_postgres::Error),
}

impl<P: Pool> PostgresReplayStore<P> {
    /// A store over the connections of this pool, in whose database [`MIGRATION_1`](super::MIGRATION_1) was run.
    pub const fn new(pool: P) -> Self {
        Self { pool }
    }

    /// Commits a claim inside a transaction of the caller: the caller's data and the mark become visible together, or
    /// neither does.
    ///
    /// The entry stays locked until the transaction ends, so do this last.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; the transaction must be rolled back. An error of the later `COMMIT` itself leaves it open whether
    /// both happened or neither: answer 503, and the retry finds out.
    pub async fn commit_in(&self, transaction: &Transaction<'_>, token: ClaimToken, keep: Duration) -> Result<(), CommitError> {
        let mine = transaction.execute_typed(COMMIT, &Parameters::of(token, keep).with_time()).await?;
        if mine == 1 { Ok(()) } else { Err(CommitError::LeaseLost) }
    }

    /// Deletes up to `limit` entries that have run out; returns how many. Repeat while it returns `limit`.
    ///
    /// # Errors
    ///
    /// [`PostgresReplayError`]. Nothing was deleted then.
    pub async fn purge(&self, limit: u32) -> Result<u64, PostgresReplayError<P::Error>> {
        self.execute(PURGE, &[(&i64::from(limit), Type::INT8)]).await
    }

    /// The pool.
    pub const fn pool(&self) -> &P {
        &self.pool
    }

    async fn execute(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<u64, PostgresReplayError<P::Error>> {
        let mut held = self.pool.get().await.map_err(PostgresReplayError::Pool)?;
        P::client(&mut held).execute_typed(statement, parameters).await.map_err(PostgresReplayError::Postgres)
    }
}

impl<P: Pool> ReplayStore for PostgresReplayStore<P> {
    type Error = PostgresReplayError<P::Error>;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Self::Error> {
        let mut held = self.pool.get().await.map_err(PostgresReplayError::Pool)?;
        let (bytes, time) = (key.as_bytes().as_slice(), millis_up(lease));
        let parameters: [Parameter<'_>; 2] = [(&bytes, Type::BYTEA), (&time, Type::INT8)];
        let row = P::client(&mut held).query_typed_opt(CLAIM, &parameters).await.map_err(PostgresReplayError::Postgres)?;
        let Some(row) = row else { return Ok(Claim::InProgress { retry_after: lease.min(JUST_CLAIMED) }) };
        claim_of(&row, key).ok_or(PostgresReplayError::Unexpected)
    }

    async fn renew(&self, token: ClaimToken, lease: Duration) -> Result<bool, Self::Error> {
        Ok(self.execute(RENEW, &Parameters::of(token, lease).with_time()).await? == 1)
    }

    async fn commit(&self, token: ClaimToken, keep: Duration) -> Result<bool, Self::Error> {
        Ok(self.execute(COMMIT, &Parameters::of(token, keep).with_time()).await? == 1)
    }

    async fn release(&self, token: ClaimToken) -> Result<(), Self::Error> {
        self.execute(RELEASE, &Parameters::of(token, Duration::ZERO).without_time()).await.map(|_| ())
    }
}

fn claim_of(row: &Row, key: ReplayKey) -> Option<Claim> {
    let fence: Option<i64> = row.try_get(0).ok()?;
    if let Some(fence) = fence {
        return Some(Claim::Fresh(ClaimToken::new(key, u64::try_from(fence).ok()?, 0)));
    }
    let (done, left): (bool, i64) = (row.try_get(1).ok()?, row.try_get(2).ok()?);
    let retry_after = Duration::from_millis(u64::try_from(left).unwrap_or(0));
    Some(if done { Claim::Done } else { Claim::InProgress { retry_after } })
}

/// What the statements about a claim take.
struct Parameters {
    key: Vec<u8>,
    fence: i64,
    millis: i64,
}

impl Parameters {
    fn of(token: ClaimToken, time: Duration) -> Self {
        // A fence that PostgreSQL did not give matches no entry.
        let fence = i64::try_from(token.fence()).unwrap_or(-1);
        Self { key: token.key().as_bytes().to_vec(), fence, millis: millis_up(time) }
    }

    fn without_time(&self) -> [Parameter<'_>; 2] {
        [(&self.key, Type::BYTEA), (&self.fence, Type::INT8)]
    }

    fn with_time(&self) -> [Parameter<'_>; 3] {
        [(&self.key, Type::BYTEA), (&self.fence, Type::INT8), (&self.millis, Type::INT8)]
    }
}

impl<P: Clone> Clone for PostgresReplayStore<P> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<P> fmt::Debug for PostgresReplayStore<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresReplayStore").finish_non_exhaustive()
    }
}
