//! One suite over every replay store: memory, one Redis, a Redis cluster of three nodes, PostgreSQL.
#![cfg(feature = "std")]

#[cfg(feature = "postgres")]
#[path = "support/database.rs"]
mod database;
#[path = "support/deliveries.rs"]
mod deliveries;
#[path = "replay_stores/once.rs"]
mod once;
#[cfg(feature = "postgres")]
#[path = "replay_stores/postgres.rs"]
mod postgres;
#[cfg(feature = "redis")]
#[path = "replay_stores/redis.rs"]
mod redis;
#[cfg(any(feature = "postgres", feature = "redis"))]
#[path = "support/servers.rs"]
mod servers;
#[path = "replay_stores/suite.rs"]
mod suite;

use hookring::MemoryReplayStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory() {
    let store = std::sync::Arc::new(MemoryReplayStore::new(10_000, usize::MAX));
    suite::run("memory", store.clone(), suite::Cancelled::IsFree).await;

    // What has run out goes, what counts stays.
    let (gone, stays) = suite::expired_and_live(&store).await;
    let before = store.len();
    let dropped = store.purge();
    assert!(dropped >= 1 && store.len() == before - dropped);
    let _ = suite::is_fresh(&store, gone).await;
    suite::is_done(&store, stays).await;
}
