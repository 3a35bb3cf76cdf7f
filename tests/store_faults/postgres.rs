//! PostgreSQL behind a bad line, with no connection left, and with nothing but reading allowed.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use hookring::postgres::{MIGRATION_1, PostgresKeyringStore, PostgresReplayStore};
use hookring::{Change, Keyring, KeyringStore as _, Seal, Secret, SecretFormat, Swapped, Timestamp};
use tokio_postgres::NoTls;
use zeroize::Zeroizing;

use crate::database::Database;
use crate::proxy::{FAULTS, Fault, Proxy};
use crate::servers::{Server, unique};
use crate::{PATIENCE, lose_nothing, refuses, works_again};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

/// A pool that asks whether a connection still works before it hands it out, and waits for a short time only.
///
/// Both are needed: after an answer that is no PostgreSQL, tokio-postgres may wait for the rest of a message of a gigabyte, on
/// a connection that looks alive.
async fn pool(url: &str, connections: usize) -> Database {
    let asks = ManagerConfig { recycling_method: RecyclingMethod::Verified };
    let manager = Manager::from_config(url.parse().unwrap(), NoTls, asks);
    let short = Some(Duration::from_millis(300));
    let mut config = PoolConfig::new(connections);
    config.timeouts = Timeouts { wait: short, create: short, recycle: short };
    Database(Pool::builder(manager).config(config).runtime(Runtime::Tokio1).build().unwrap())
}

struct Scene {
    database: Database,
    proxy: Proxy,
    direct: String,
    server: Server,
}

async fn set_up(connections: usize) -> Option<Scene> {
    let server = Server::postgres()?;
    let proxy = Proxy::to(server.port()).await;
    let direct = server.postgres_url();
    let database =
        pool(&direct.replace(&format!("port={}", server.port()), &format!("port={}", proxy.port())), connections).await;
    database.0.get().await.unwrap().batch_execute(MIGRATION_1).await.unwrap();
    Some(Scene { database, proxy, direct, server })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_lines() {
    let Some(scene) = set_up(4).await else { return };
    lose_nothing(&PostgresReplayStore::new(scene.database.clone()), &scene.proxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_connection_left() {
    let Some(scene) = set_up(1).await else { return };
    let store = PostgresReplayStore::new(scene.database.clone());
    let held = scene.database.0.get().await.unwrap();
    refuses(&store, &scene.proxy, "the pool is empty").await;
    drop(held);
    works_again(&store, &scene.proxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_only_reads_and_one_that_is_gone() {
    let Some(mut scene) = set_up(4).await else { return };
    let store = PostgresReplayStore::new(scene.database.clone());
    let set = |to: &'static str| {
        let direct = scene.direct.clone();
        async move {
            let (client, line) = tokio_postgres::connect(&direct, NoTls).await.unwrap();
            let line = tokio::spawn(line);
            client.batch_execute(&format!("ALTER DATABASE postgres SET default_transaction_read_only = {to}")).await.unwrap();
            drop(client);
            line.await.unwrap().unwrap();
        }
    };
    set("on").await;
    // What is set for a database holds for new connections.
    scene.database.0.retain(|_, _| false);
    refuses(&store, &scene.proxy, "read only").await;
    let (client, line) = tokio_postgres::connect(&scene.direct, NoTls).await.unwrap();
    tokio::spawn(line);
    client.batch_execute("SET default_transaction_read_only = off").await.unwrap();
    client.batch_execute("ALTER DATABASE postgres RESET ALL").await.unwrap();
    scene.database.0.retain(|_, _| false);
    scene.server.kill9();
    refuses(&store, &scene.proxy, "gone").await;
    scene.server.restart();
    works_again(&store, &scene.proxy).await;
}

/// Not a seal: it lets the test see that the store hands on what it was given.
struct Open;

impl Seal for Open {
    type Error = std::convert::Infallible;

    async fn seal(&self, _: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Self::Error> {
        Ok(plain.to_vec())
    }

    async fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Self::Error> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

fn secret() -> Secret {
    Secret::generate(SecretFormat::Whsec).unwrap()
}

/// A ring is never taken for absent, and a change is stored whole or not, whatever the line did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rings_over_bad_lines() {
    let Some(scene) = set_up(4).await else { return };
    let store = PostgresKeyringStore::new(scene.database.clone(), Open);
    for fault in FAULTS {
        let owner = unique();
        let born: Change = Keyring::new(secret(), NOW);
        assert_eq!(store.swap(&owner, 0, &born).await.unwrap(), Swapped::Stored);
        let change = born.ring.rotate(secret(), Duration::from_secs(3600), NOW).unwrap();

        scene.proxy.set(fault);
        if fault == Fault::Trickles {
            assert_eq!(again(&store, &owner, &change).await, Swapped::Stored, "slow is not broken");
        } else {
            let loaded: Result<Result<Option<Keyring>, _>, _> = tokio::time::timeout(PATIENCE, store.load(&owner, 0)).await;
            assert!(!matches!(loaded, Ok(Ok(_))), "{fault:?}: {loaded:?}");
            let swapped = tokio::time::timeout(PATIENCE, store.swap(&owner, 1, &change)).await;
            assert!(!matches!(swapped, Ok(Ok(_))), "{fault:?}: {swapped:?}");
        }
        scene.proxy.set(Fault::None);
        // The same call again: stored now, or it was.
        assert_eq!(again(&store, &owner, &change).await, Swapped::Stored, "{fault:?}");
        let ring: Keyring = store.load(&owner, 2).await.unwrap().unwrap();
        assert_eq!((ring.generation(), ring.lineage()), (2, change.ring.lineage()), "{fault:?}");
    }
}

/// Connections that broke meanwhile are noticed when they are used.
async fn again(store: &PostgresKeyringStore<Database, Open>, owner: &str, change: &Change) -> Swapped {
    for _ in 0..10 {
        match tokio::time::timeout(PATIENCE, store.swap(owner, 1, change)).await {
            Ok(Ok(swapped)) => return swapped,
            failed => println!("{failed:?}"),
        }
    }
    panic!("the line works again, and the store does not");
}
