//! Question: what does a replay store cost beside the bare client that does the same by hand?
//!
//! Command: `cargo bench --all-features --bench claims` (set `HOOKRING_BENCH_QUICK=1` for a short run)
//!
//! One claim and its commit, with a fresh key each time. By hand: in memory a `HashMap` behind one lock; in Redis `SET NX PX`
//! and `SET PX`; in PostgreSQL `INSERT … ON CONFLICT DO NOTHING` and `UPDATE`, through the same pool. So the other side has as
//! many round trips and as many writes, and neither leases that can be taken over nor fences. Both sides take turns in many
//! small batches on the same server and connections, and the median counts.
//!
//! Last run: AMD EPYC, 2 cores shared with a load of 20, Redis 7.0 (`appendfsync everysec`), PostgreSQL 15 (default
//! durability), tokio with 2 threads. Trust the ratios, not the rates.
//!
//! | store | workers | hookring, claims/s | bare, claims/s | time of ours / bare |
//! |---|---|---|---|---|
//! | memory | 1 | 246981 | 424532 | 1.69 |
//! | memory | 64 | 232685 | 375777 | 1.74 |
//! | redis | 1 | 13259 | 15961 | 1.20 |
//! | redis | 64 | 35880 | 60396 | 1.67 |
//! | postgresql | 1 | 62 | 69 | 1.10 |
//! | postgresql | 64 | 1200 | 1786 | 1.45 |
//!
//! Conclusion: one worker waits for the network and the disk, so leases and fences cost it 10 to 20 percent. With 64 workers the
//! server's processor is the limit, and a script or a guarded `INSERT` takes about half as much again as the plain command. In
//! memory a claim and its commit take 4 µs.

#[path = "../tests/support/database.rs"]
mod database;
#[path = "../tests/support/servers.rs"]
mod servers;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use database::Database;
use hookring::postgres::PostgresReplayStore;
use hookring::redis::RedisReplayStore;
use hookring::{
    Claim, Keyring, MemoryReplayStore, Message, ReplayKey, ReplayStore, Scope, Secret, SecretFormat, SignWith, Signer,
    Timestamp, Verified, Verifier, providers,
};
use redis::AsyncCommands as _;
use redis::aio::ConnectionManager;
use tokio_postgres::types::Type;

const LEASE: Duration = Duration::from_secs(60);
const KEEP: Duration = Duration::from_secs(3600);

/// Claims and commits one key.
trait Contender: Send + Sync + 'static {
    fn once(&self, key: ReplayKey) -> impl Future<Output = ()> + Send;
}

struct Ours<S>(S);

impl<S: ReplayStore + 'static> Contender for Ours<S> {
    async fn once(&self, key: ReplayKey) {
        let Claim::Fresh(token) = self.0.claim(key, LEASE).await.expect("a claim") else { panic!("not fresh") };
        assert!(self.0.commit(token, KEEP).await.expect("a commit"));
    }
}

#[derive(Default)]
struct Map(Mutex<HashMap<ReplayKey, (Instant, bool)>>);

impl Contender for Map {
    async fn once(&self, key: ReplayKey) {
        assert!(self.0.lock().unwrap().insert(key, (Instant::now() + LEASE, false)).is_none());
        assert!(self.0.lock().unwrap().insert(key, (Instant::now() + KEEP, true)).is_some());
    }
}

struct BareRedis(ConnectionManager);

impl Contender for BareRedis {
    async fn once(&self, key: ReplayKey) {
        let (mut connection, name) = (self.0.clone(), format!("bare:{}", hex::encode(key.as_bytes())));
        let options = redis::SetOptions::default().conditional_set(redis::ExistenceCheck::NX);
        let options = options.with_expiration(redis::SetExpiry::PX(60_000));
        let claimed: Option<String> = connection.set_options(&name, "c", options).await.expect("SET");
        assert!(claimed.is_some());
        let _: () = connection.pset_ex(&name, "d", 3_600_000).await.expect("PSETEX");
    }
}

struct BarePostgres(Database);

impl Contender for BarePostgres {
    async fn once(&self, key: ReplayKey) {
        let key = key.as_bytes().as_slice();
        for statement in [
            "INSERT INTO bare VALUES ($1, false, clock_timestamp() + interval '1 minute') ON CONFLICT DO NOTHING",
            "UPDATE bare SET done = true, ends = clock_timestamp() + interval '1 hour' WHERE key = $1",
        ] {
            let client = self.0.0.get().await.expect("a connection");
            assert_eq!(client.execute_typed(statement, &[(&key, Type::BYTEA)]).await.expect("a row"), 1);
        }
    }
}

/// Gives keys that were never used before.
struct Keys {
    verified: Verified<&'static [u8]>,
    scope: Scope,
    given: u64,
}

impl Keys {
    fn new() -> Self {
        let now = Timestamp::now();
        let ring = Keyring::new(Secret::generate(SecretFormat::Utf8).expect("a secret"), now).ring;
        let signer = Signer::new(providers::GITHUB, ring.clone(), SignWith::Current).expect("a signer");
        let signed = signer.sign(&Message::new(b"{}"), now).expect("signed");
        let headers: Vec<_> = signed.iter().collect();
        let verified =
            Verifier::new(providers::GITHUB, ring).expect("a verifier").verify(&headers, &b"{}"[..]).expect("verified");
        Self { verified, scope: Scope::new(&servers::unique()).expect("a scope"), given: 0 }
    }

    fn take(&mut self, count: usize) -> Vec<ReplayKey> {
        (0..count)
            .map(|_| {
                self.given += 1;
                self.verified.event_key(&self.scope, &self.given.to_string())
            })
            .collect()
    }
}

/// Claims per second.
async fn batch<C: Contender>(contender: &Arc<C>, keys: Vec<ReplayKey>, workers: usize) -> f64 {
    let (count, each) = (keys.len() as f64, keys.len().div_ceil(workers));
    let start = Instant::now();
    let tasks: Vec<_> = keys
        .chunks(each)
        .map(|chunk| {
            let (contender, chunk) = (Arc::clone(contender), chunk.to_vec());
            tokio::spawn(async move {
                for key in chunk {
                    contender.once(key).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a batch");
    }
    count / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn compare<A: Contender, B: Contender>(name: &str, ours: A, bare: B, per_batch: [usize; 2], keys: &mut Keys) {
    let (ours, bare) = (Arc::new(ours), Arc::new(bare));
    let rounds = if std::env::var_os("HOOKRING_BENCH_QUICK").is_some() { 5 } else { 31 };
    for (workers, count) in [1, 64].into_iter().zip(per_batch) {
        let (mut of_ours, mut of_bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=rounds {
            let a = batch(&ours, keys.take(count), workers).await;
            let b = batch(&bare, keys.take(count), workers).await;
            // The first warms both up.
            if round > 0 {
                of_ours.push(a);
                of_bare.push(b);
                ratios.push(b / a);
            }
        }
        println!("| {name} | {workers} | {:.0} | {:.0} | {:.2} |", median(of_ours), median(of_bare), median(ratios));
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut keys = Keys::new();
    println!("| store | workers | hookring, claims/s | bare, claims/s | time of ours / bare |");
    println!("|---|---|---|---|---|");
    compare("memory", Ours(MemoryReplayStore::new(10_000_000, usize::MAX)), Map::default(), [10_000, 10_000], &mut keys).await;
    if let Some((url, _server)) = servers::redis_or_skip() {
        let connection = redis::Client::open(url).unwrap().get_connection_manager().await.unwrap();
        let ours = Ours(RedisReplayStore::new(connection.clone(), &format!("bench_{}:", servers::unique())));
        compare("redis", ours, BareRedis(connection), [300, 3000], &mut keys).await;
    }
    if let Some((url, _server)) = servers::postgres_or_skip() {
        let database = database::open(&url, 16).await;
        let table = "CREATE TABLE bare (key bytea PRIMARY KEY, done boolean NOT NULL, ends timestamptz NOT NULL); \
                     CREATE INDEX ON bare (ends)";
        database.0.get().await.unwrap().batch_execute(table).await.unwrap();
        let ours = Ours(PostgresReplayStore::new(database.clone()));
        compare("postgresql", ours, BarePostgres(database), [50, 500], &mut keys).await;
    }
}
