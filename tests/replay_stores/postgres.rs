//! PostgreSQL: the purge, a commit together with the caller's data, and a table that is not ours.

use hookring::ReplayStore as _;
use hookring::postgres::{CommitError, PostgresReplayError, PostgresReplayStore};

use crate::database::{self, Database};
use crate::servers::{Server, postgres_or_skip};
use crate::suite::{self, Cancelled, LONG, key};

async fn set_up() -> Option<(PostgresReplayStore<Database>, Option<Server>)> {
    let (url, server) = postgres_or_skip()?;
    Some((PostgresReplayStore::new(database::open(&url, 16).await), server))
}

async fn sql(store: &PostgresReplayStore<Database>, statement: &str) -> u64 {
    store.pool().0.get().await.unwrap().execute(statement, &[]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server() {
    let Some((store, _server)) = set_up().await else { return };
    suite::run("postgresql", store.clone(), Cancelled::WaitsForTheLease).await;

    // The purge takes what has run out, as many as it is told, and nothing else.
    while store.purge(1000).await.unwrap() > 0 {}
    let mut kept = Vec::new();
    for _ in 0..5 {
        kept.push(suite::expired_and_live(&store).await.1);
    }
    let purged = [store.purge(2).await.unwrap(), store.purge(2).await.unwrap(), store.purge(2).await.unwrap()];
    assert_eq!((purged, store.purge(2).await.unwrap()), ([2, 2, 1], 0));
    for key in kept {
        suite::is_done(&store, key).await;
    }
}

/// The effect of a handler and the mark that it is done are one thing: both or neither.
#[tokio::test]
async fn a_commit_in_the_transaction_of_the_handler() {
    let Some((store, _server)) = set_up().await else { return };
    sql(&store, "CREATE TABLE effect (n int)").await;
    let count = async || -> i64 {
        store.pool().0.get().await.unwrap().query_one("SELECT count(*) FROM effect", &[]).await.unwrap().get(0)
    };
    let (mut client, key) = (store.pool().0.get().await.unwrap(), key());

    // Rolled back: neither.
    let token = suite::is_fresh(&store, key).await;
    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO effect VALUES (1)", &[]).await.unwrap();
    store.commit_in(&transaction, token, LONG).await.unwrap();
    // A copy that arrives now does not wait for the transaction.
    suite::is_held(&store, key).await;
    transaction.rollback().await.unwrap();
    suite::is_held(&store, key).await;
    assert_eq!(count().await, 0);

    // Committed: both.
    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO effect VALUES (2)", &[]).await.unwrap();
    store.commit_in(&transaction, token, LONG).await.unwrap();
    transaction.commit().await.unwrap();
    suite::is_done(&store, key).await;
    assert_eq!(count().await, 1);

    // Lost meanwhile: the transaction cannot be committed by somebody who looks at the result.
    let key = suite::key();
    let slow = suite::fresh(store.claim(key, suite::SHORT).await.unwrap());
    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO effect VALUES (3)", &[]).await.unwrap();
    let quick = suite::when_free(&store, key).await;
    assert!(matches!(store.commit_in(&transaction, slow, LONG).await, Err(CommitError::LeaseLost)));
    drop(transaction);
    assert!(store.commit(quick, LONG).await.unwrap());
    assert_eq!(count().await, 1);
}

/// Whatever is in the table, or instead of it, is an error and never a claim or a panic.
#[tokio::test]
async fn garbage_is_an_error() {
    let Some((store, _server)) = set_up().await else { return };
    let held = key();
    let _ = suite::is_fresh(&store, held).await;
    assert_eq!(sql(&store, "UPDATE hookring_replay SET ends = 'infinity'").await, 1);
    let claim = store.claim(held, LONG).await;
    assert!(matches!(claim, Err(PostgresReplayError::Postgres(_))), "{claim:?}");

    sql(&store, "ALTER SEQUENCE hookring_fence MINVALUE -10 RESTART -5").await;
    assert!(matches!(store.claim(key(), LONG).await, Err(PostgresReplayError::Unexpected)));
    sql(&store, "ALTER SEQUENCE hookring_fence RESTART 1000").await;
    let _ = suite::is_fresh(&store, key()).await;

    // A table of the same name that is not ours, and none.
    for change in ["ALTER TABLE hookring_replay ALTER done TYPE text", "DROP TABLE hookring_replay"] {
        sql(&store, change).await;
        let claim = store.claim(held, LONG).await;
        assert!(matches!(claim, Err(PostgresReplayError::Postgres(_))), "{claim:?}");
        assert!(claim.unwrap_err().to_string().starts_with("postgresql: "));
        let token = hookring::ClaimToken::new(held, 999_999, 0);
        assert!(store.renew(token, LONG).await.is_err() && store.release(token).await.is_err());
        assert!(!matches!(store.commit(token, LONG).await, Ok(true)));
    }
}
