//! One server, a cluster, and what else may stand under a key.

use std::time::Duration;

use hookring::redis::{RedisReplayError, RedisReplayStore};
use hookring::{Claim, ReplayStore as _};
use redis::aio::{ConnectionLike, ConnectionManager};
use redis::cluster::ClusterClient;
use redis::{AsyncCommands as _, Value};

use crate::servers::{Server, redis_or_skip, redis_says, unique};
use crate::suite::{self, Cancelled, LONG, SHORT, key};

async fn set_up() -> Option<(ConnectionManager, String, Option<Server>)> {
    let (url, server) = redis_or_skip()?;
    let connection = redis::Client::open(url).unwrap().get_connection_manager().await.unwrap();
    Some((connection, format!("hookring_{}:", unique()), server))
}

fn name(prefix: &str, key: hookring::ReplayKey) -> String {
    format!("{prefix}{}", hex::encode(key.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server() {
    let Some((mut connection, prefix, _server)) = set_up().await else { return };
    let store = RedisReplayStore::new(connection.clone(), &prefix);
    suite::run("redis, one server", store.clone(), Cancelled::WaitsForTheLease).await;

    // Nothing needs to be purged: every entry has its end, and is gone after it.
    let (gone, stays) = suite::expired_and_live(&store).await;
    assert!(!connection.exists::<_, bool>(name(&prefix, gone)).await.unwrap());
    assert!(connection.exists::<_, bool>(name(&prefix, stays)).await.unwrap());
    let names: Vec<String> = connection.keys(format!("{prefix}*")).await.unwrap();
    assert!(!names.is_empty());
    for name in names {
        let left: i64 = connection.pttl(&name).await.unwrap();
        assert!(left > 0 || left == -2, "{name} has no end");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_of_three() {
    let Some(nodes) = Server::redis_cluster() else { return };
    let connection = ClusterClient::new(nodes.iter().map(Server::redis_url)).unwrap().get_async_connection().await.unwrap();
    let store = RedisReplayStore::new(connection, "hookring:");
    suite::run("redis, a cluster of three nodes", store.clone(), Cancelled::WaitsForTheLease).await;

    // The keys are spread, so every node did a part.
    for _ in 0..50 {
        let _ = suite::is_fresh(&store, key()).await;
    }
    let sizes: Vec<_> = nodes.iter().map(|node| redis_says(node.port(), "DBSIZE")).collect();
    assert!(sizes.iter().all(|size| size != ":0"), "{sizes:?}");
}

/// Another prefix is another store.
#[tokio::test]
async fn prefixes_do_not_meet() {
    let Some((connection, prefix, _server)) = set_up().await else { return };
    let [one, two] = ["one:", "two:"].map(|end| RedisReplayStore::new(connection.clone(), &format!("{prefix}{end}")));
    let key = key();
    let _ = suite::is_fresh(&one, key).await;
    let _ = suite::is_fresh(&two, key).await;
}

/// Whatever somebody else wrote under the key is an error, and never a claim, a duplicate or a panic.
#[tokio::test]
async fn garbage_is_an_error() {
    let Some((mut connection, prefix, _server)) = set_up().await else { return };
    let store = RedisReplayStore::new(connection.clone(), &prefix);
    let long = "9".repeat(4000);
    for text in ["", "garbage", "c", "c:1", "c:x:y", "d:1:2:3", "x:1:2", "C:1:2", "c:1:2\n", "\0\u{ff}", &long] {
        let key = key();
        let _: () = connection.set(name(&prefix, key), text).await.unwrap();
        let claim = store.claim(key, LONG).await;
        assert!(matches!(claim, Err(RedisReplayError::Redis(_))), "{text:?}: {claim:?}");
        let shown = claim.unwrap_err().to_string();
        assert!(shown.starts_with("redis: ") && !shown.contains(&long), "{shown}");
        // It stays as it was.
        assert_eq!(connection.get::<_, String>(name(&prefix, key)).await.unwrap(), text);
    }
    // A claim without an end, which this store never writes.
    let endless = key();
    let _: () = connection.set(name(&prefix, endless), "c:1:2").await.unwrap();
    assert!(matches!(store.claim(endless, LONG).await, Err(RedisReplayError::Unexpected)));
    // An entry of another type.
    let list = key();
    let _: i64 = connection.lpush(name(&prefix, list), "c:1:2").await.unwrap();
    assert!(matches!(store.claim(list, LONG).await, Err(RedisReplayError::Redis(_))));
    let token = hookring::ClaimToken::new(list, 1, 2);
    assert!(store.commit(token, LONG).await.is_err() && store.renew(token, LONG).await.is_err());
    assert!(store.release(token).await.is_err());
}

/// The answers of something that is not the server we talk to.
#[tokio::test]
async fn strange_answers_are_an_error() {
    let text = |text: &str| Value::BulkString(text.into());
    let answers = [
        Value::Nil,
        Value::Int(3),
        Value::Okay,
        text("fresh"),
        Value::Array(vec![]),
        Value::Array(vec![text("fresh")]),
        Value::Array(vec![text("fresh"), text("-1")]),
        Value::Array(vec![text("fresh"), text("x")]),
        Value::Array(vec![text("busy"), Value::Int(-1)]),
        Value::Array(vec![text("done"), Value::Int(1)]),
        Value::Array(vec![Value::Nil, Value::Nil]),
        Value::Array(vec![Value::Array(vec![]), Value::Int(1)]),
    ];
    for answer in answers {
        let store = RedisReplayStore::new(Stub(answer.clone()), "");
        let key = key();
        let claim = store.claim(key, SHORT).await;
        assert!(matches!(claim, Err(RedisReplayError::Unexpected)), "{answer:?}: {claim:?}");
        let token = hookring::ClaimToken::new(key, 1, 1);
        assert!(store.commit(token, SHORT).await.is_err(), "{answer:?}");
    }
    let store = RedisReplayStore::new(Stub(Value::Array(vec![text("busy"), Value::Int(70)])), "");
    assert_eq!(store.claim(key(), LONG).await.unwrap(), Claim::InProgress { retry_after: Duration::from_millis(70) });
}

/// A connection to something that always says the same.
#[derive(Clone)]
struct Stub(Value);

impl ConnectionLike for Stub {
    fn req_packed_command<'a>(&'a mut self, _: &'a redis::Cmd) -> redis::RedisFuture<'a, Value> {
        let answer = self.0.clone();
        Box::pin(async move { Ok(answer) })
    }

    fn req_packed_commands<'a>(&'a mut self, _: &'a redis::Pipeline, _: usize, _: usize) -> redis::RedisFuture<'a, Vec<Value>> {
        Box::pin(async move { Ok(vec![]) })
    }

    fn get_db(&self) -> i64 {
        0
    }
}
