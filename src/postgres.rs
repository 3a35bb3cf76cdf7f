//! Rings and processed deliveries in PostgreSQL, through tokio-postgres 0.7 and any pool of its connections.
//!
//! The tables are made by [`MIGRATION_1`]; run it with the tool that runs your own migrations, or once by hand. Their names
//! are not qualified, so the `search_path` of the connections says in which schema they are.

mod replay;
mod rings;
mod trail;

use core::future::Future;

pub use replay::{CommitError, PostgresReplayError, PostgresReplayStore};
pub use rings::{PostgresKeyringError, PostgresKeyringStore, Resealed, StoredRing};
pub use tokio_postgres;
use tokio_postgres::types::{ToSql, Type};
pub use trail::{AuditCursor, AuditEntry, BadAuditCursor};

/// Creates the tables, the sequence and the index. May be run again.
///
/// Run it as the owner of the schema, not as the application. The application's role needs `SELECT, INSERT, UPDATE` on
/// `hookring_ring`, `SELECT, INSERT` and nothing more on `hookring_event`, `SELECT, INSERT, UPDATE, DELETE` on
/// `hookring_replay`, and `USAGE` on the sequence `hookring_fence`.
pub const MIGRATION_1: &str = include_str!("postgres/migrations/0001.sql");

/// Parameters go with their types, so that no statement has to be prepared first: poolers in transaction mode do not know
/// prepared ones.
type Parameter<'p> = (&'p (dyn ToSql + Sync), Type);

/// Where connections come from: a few lines over any pool.
///
/// ```
/// struct Database(deadpool_postgres::Pool);
///
/// impl hookring::postgres::Pool for Database {
///     type Client = deadpool_postgres::Client;
///     type Error = deadpool_postgres::PoolError;
///
///     async fn get(&self) -> Result<Self::Client, Self::Error> {
///         self.0.get().await
///     }
///
///     fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client {
///         held
///     }
/// }
/// ```
pub trait Pool: Send + Sync {
    /// A connection that is held, and goes back to the pool when it is dropped.
    type Client: Send;
    /// Why there is none.
    type Error: core::error::Error + Send + Sync + 'static;

    /// Takes a connection.
    ///
    /// # Errors
    ///
    /// The pool's own.
    fn get(&self) -> impl Future<Output = Result<Self::Client, Self::Error>> + Send;

    /// The client of a connection that is held.
    fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client;
}

impl<P: Pool + ?Sized> Pool for alloc::sync::Arc<P> {
    type Client = P::Client;
    type Error = P::Error;

    fn get(&self) -> impl Future<Output = Result<Self::Client, Self::Error>> + Send {
        (**self).get()
    }

    fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client {
        P::client(held)
    }
}
