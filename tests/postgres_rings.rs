//! Rings in a real PostgreSQL: two operators, a server that dies, rows that somebody tampers with, and processes that follow.
#![cfg(all(feature = "postgres", feature = "aead"))]

#[path = "support/database.rs"]
mod database;
#[path = "postgres_rings/follow.rs"]
mod follow;
#[path = "postgres_rings/operators.rs"]
mod operators;
#[path = "support/ring_store.rs"]
mod ring_store;
#[path = "postgres_rings/rows.rs"]
mod rows;
#[path = "support/servers.rs"]
mod servers;
#[path = "postgres_rings/tampering.rs"]
mod tampering;

use std::sync::Arc;
use std::time::Duration;

use database::Database;
use hookring::postgres::{PostgresKeyringError, PostgresKeyringStore};
use hookring::{AeadError, AeadSeal, Change, Keyring, KeyringStore, Secret, SecretFormat, SecretPolicy, Timestamp};
use servers::Server;

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

type Store = PostgresKeyringStore<Database, Arc<AeadSeal>>;
type Failure = PostgresKeyringError<deadpool_postgres::PoolError, AeadError>;

/// Different for each number, and strong in every policy.
fn text(n: u32) -> String {
    format!("tst_{n:05}_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum")
}

fn secret(n: u32) -> Secret {
    Secret::parse(&text(n), SecretFormat::Utf8, &SecretPolicy::provider()).unwrap()
}

fn first(n: u32) -> Change {
    Keyring::new(secret(n), START)
}

fn store(database: Database) -> Store {
    PostgresKeyringStore::new(database, Arc::new(AeadSeal::new(secret(90_000))))
}

/// A store in a schema of its own, on a server that lives as long as the second value.
async fn set_up() -> Option<(Store, Option<Server>)> {
    let (url, server) = servers::postgres_or_skip()?;
    Some((store(database::open(&url, 4).await), server))
}

async fn load(store: &Store, owner: &str) -> Result<Option<Keyring>, Failure> {
    KeyringStore::<Secret>::load(store, owner, 0).await
}

/// Plain SQL, as an attacker or an administrator would run it. Returns how many rows it touched.
async fn sql(store: &Store, statement: &str) -> u64 {
    store.pool().0.get().await.unwrap().execute(statement, &[]).await.unwrap()
}
