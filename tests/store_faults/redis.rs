//! Redis behind a bad line, full, and with no place for another client.

use std::time::Duration;

use hookring::redis::RedisReplayStore;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::proxy::Proxy;
use crate::servers::{Server, redis_says};
use crate::{lose_nothing, refuses, works_again};

async fn connect(port: u16) -> ConnectionManager {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(Duration::from_millis(200)))
        .set_response_timeout(Some(Duration::from_millis(200)));
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/")).unwrap();
    client.get_connection_manager_with_config(config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_lines() {
    let Some(server) = Server::redis("everysec") else { return };
    let proxy = Proxy::to(server.port()).await;
    lose_nothing(&RedisReplayStore::new(connect(proxy.port()).await, "hookring:"), &proxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_full() {
    let Some(server) = Server::redis("everysec") else { return };
    let proxy = Proxy::to(server.port()).await;
    let store = RedisReplayStore::new(connect(proxy.port()).await, "hookring:");
    assert_eq!(redis_says(server.port(), "CONFIG SET maxmemory 1"), "+OK");
    refuses(&store, &proxy, "full").await;
    assert_eq!(redis_says(server.port(), "CONFIG SET maxmemory 0"), "+OK");
    works_again(&store, &proxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone() {
    let Some(mut server) = Server::redis("always") else { return };
    let proxy = Proxy::to(server.port()).await;
    let store = RedisReplayStore::new(connect(proxy.port()).await, "hookring:");
    server.kill9();
    refuses(&store, &proxy, "gone").await;
    server.restart();
    works_again(&store, &proxy).await;
}
