//! Connections for tests that use PostgreSQL, each test in a schema of its own.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use deadpool_postgres::{Manager, ManagerConfig, PoolError, RecyclingMethod};
use hookring::postgres::{MIGRATION_1, Pool};
use tokio_postgres::{Config, NoTls};

use crate::servers::unique;

/// A pool over deadpool.
#[derive(Clone)]
pub(crate) struct Database(pub(crate) deadpool_postgres::Pool);

impl Pool for Database {
    type Client = deadpool_postgres::Client;
    type Error = PoolError;

    async fn get(&self) -> Result<Self::Client, Self::Error> {
        self.0.get().await
    }

    fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client {
        held
    }
}

/// A pool whose connections see a fresh schema with the tables in it.
pub(crate) async fn open(url: &str, connections: usize) -> Database {
    open_with(url, connections, "").await
}

/// The same with further options of the server for these connections.
pub(crate) async fn open_with(url: &str, connections: usize, options: &str) -> Database {
    let schema = format!("hookring_{}", unique());
    let mut config: Config = url.parse().unwrap();
    let (client, connection) = config.connect(NoTls).await.unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema}; {MIGRATION_1}")).await.unwrap();
    // Twice is as good as once.
    client.batch_execute(MIGRATION_1).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();

    config.options(format!("-c search_path={schema} {options}"));
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    Database(deadpool_postgres::Pool::builder(manager).max_size(connections).build().unwrap())
}
