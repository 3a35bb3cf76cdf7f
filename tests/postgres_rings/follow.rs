//! Processes that follow the rings of the database.

use core::task::Poll;
use std::sync::Mutex;

use hookring::{Replaced, SharedKeyring, Swapped};
use tokio_postgres::{Config, NoTls};

use super::*;

#[tokio::test]
async fn polling() {
    let Some((store, _server)) = set_up().await else { return };
    let created = first(1);
    let shared = SharedKeyring::new(created.ring.clone());
    assert!(matches!(store.refresh("a", &shared).await, Err(Failure::NoRing)));
    assert_eq!(store.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    assert_eq!(store.refresh("a", &shared).await.unwrap(), Replaced::Unchanged);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(store.swap("a", 1, &rotated).await.unwrap(), Swapped::Stored);
    assert_eq!(store.refresh("a", &shared).await.unwrap(), Replaced::Newer);
    assert!(shared.load().same_version(&rotated.ring));
}

/// Changes arrive without polling, those of other owners do not; what changed before the start is there at once; the end of
/// the connection ends the watch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watching() {
    let Some((url, _server)) = servers::postgres_or_skip() else { return };
    let store = store(database::open(&url, 4).await);
    let changes = [first(1), first(2), first(3)];
    for (owner, change) in ["a", "b", "c"].iter().zip(&changes) {
        assert_eq!(store.swap(owner, 0, change).await.unwrap(), Swapped::Stored);
    }
    let rings: Vec<_> = ["a", "b"]
        .iter()
        .zip(&changes)
        .map(|(owner, change)| ((*owner).to_owned(), SharedKeyring::new(change.ring.clone())))
        .collect();
    // Before anybody listens.
    let early = changes[1].ring.rotate(secret(20), HOUR, START).unwrap();
    assert_eq!(store.swap("b", 1, &early).await.unwrap(), Swapped::Stored);

    let (client, mut connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let (said, mut news) = tokio::sync::mpsc::unbounded_channel();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let watching = tokio::spawn({
        let (store, rings, reports) = (store.clone(), rings.clone(), Arc::clone(&reports));
        async move {
            let report = |owner: &str, news: Result<Replaced, Failure>| {
                reports.lock().unwrap().push((owner.to_owned(), news.unwrap()));
                said.send(()).unwrap();
            };
            store.watch(&client, |cx| connection.poll_message(cx), &rings, report).await
        }
    });
    // One refresh of each at the start.
    for _ in 0..2 {
        news.recv().await.unwrap();
    }
    assert!(rings[1].1.load().same_version(&early.ring));
    let (mut ring, mut foreign) = (changes[0].ring.clone(), changes[2].ring.clone());
    for n in 30..40 {
        let other = foreign.rotate(secret(100 + n), Duration::ZERO, START).unwrap();
        assert_eq!(store.swap("c", foreign.generation(), &other).await.unwrap(), Swapped::Stored);
        let change = ring.rotate(secret(n), Duration::ZERO, START).unwrap();
        assert_eq!(store.swap("a", ring.generation(), &change).await.unwrap(), Swapped::Stored);
        news.recv().await.unwrap();
        assert!(rings[0].1.load().same_version(&change.ring), "{n}");
        (ring, foreign) = (change.ring, other.ring);
    }
    let reports = reports.lock().unwrap().clone();
    let newer = |who: &str| reports.iter().filter(|(owner, news)| owner == who && *news == Replaced::Newer).count();
    assert_eq!((reports.len(), newer("a"), newer("b")), (12, 10, 1), "{reports:?}");

    // An administrator ends the connection: an error, or a plain end.
    let ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN hookring%' AND pid <> pg_backend_pid()";
    store.pool().0.get().await.unwrap().query(ends, &[]).await.unwrap();
    assert!(watching.await.unwrap().is_err());
}

/// A connection that ended before the answer to `LISTEN` ends the watch, too: nobody else would answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ends_before_anybody_listens() {
    let Some((url, _server)) = servers::postgres_or_skip() else { return };
    let store = store(database::open(&url, 4).await);
    assert_eq!(store.swap("a", 0, &first(1)).await.unwrap(), Swapped::Stored);
    let rings = [("a".to_owned(), SharedKeyring::new(first(1).ring))];
    let patience = Duration::from_secs(20);

    let mut named: Config = url.parse().unwrap();
    named.application_name("ends before it listens");
    let (client, mut connection) = named.connect(NoTls).await.unwrap();
    let ends =
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'ends before it listens'";
    assert_eq!(store.pool().0.get().await.unwrap().query(ends, &[]).await.unwrap().len(), 1);
    let watching = store.watch(&client, |cx| connection.poll_message(cx), &rings, |_, _| ());
    assert!(tokio::time::timeout(patience, watching).await.expect("the watch hangs").is_err());

    // Closed without an error.
    let (client, _connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let watching = store.watch(&client, |_| Poll::Ready(None), &rings, |_, _| ());
    assert!(tokio::time::timeout(patience, watching).await.expect("the watch hangs").is_ok());
}
