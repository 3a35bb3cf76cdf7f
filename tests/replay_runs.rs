//! Every store through a run in which everything goes wrong, judged by a checker that knows nothing of stores.
//!
//! Some thousand deliveries, each sent one to four times in random order to 64 workers; handlers fail, panic, are cancelled or
//! outlive their lease; the server is killed with `kill -9` twice; the receiver's clock jumps. The histories stay in the
//! target directory as `tmp/history-*.txt`. `HOOKRING_DELIVERIES` sets another number than 2,000.

#[path = "support/checker.rs"]
mod checker;
#[cfg(feature = "postgres")]
#[path = "support/database.rs"]
mod database;
#[path = "support/deliveries.rs"]
mod deliveries;
#[path = "support/random.rs"]
mod random;
#[path = "support/run.rs"]
mod run;
#[cfg(any(feature = "postgres", feature = "redis"))]
#[path = "support/servers.rs"]
mod servers;

use std::collections::HashMap;
#[cfg(any(feature = "postgres", feature = "redis"))]
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use checker::{Fault, Report, judge};
use hookring::{Claim, ClaimToken, MemoryReplayError, MemoryReplayStore, ReplayKey, ReplayStore};
use run::{ByGuard, History, Size};

fn full_size() -> Size {
    let deliveries = std::env::var("HOOKRING_DELIVERIES").ok().map_or(2_000, |text| text.parse().unwrap());
    Size { deliveries, workers: 64, lease: Duration::from_millis(600), seed: 42 }
}

fn tell(store: &str, report: &Report, (sends, tries): (usize, usize)) {
    println!(
        "{store}: {} deliveries sent {sends} times in {tries} tries: {} claims granted, {} effects, {} repeated, {} duplicates answered; faults {:?}",
        report.keys,
        report.grants,
        report.effects,
        report.repeats,
        report.duplicates,
        report.faults.iter().map(|(fault, texts)| (fault, texts.len())).collect::<Vec<_>>(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory() {
    let (history, size) = (History::new(), full_size());
    let store = MemoryReplayStore::new(1_000_000, usize::MAX);
    let counts = run::run(ByGuard::new(store, &history, size.lease, true), &history, size, vec![]).await;
    let report = judge(&history.file("memory"), &history.effects(), false);
    tell("memory", &report, counts);
    assert_eq!((report.keys, report.faults.len()), (size.deliveries, 0), "{:?}", report.faults);
}

#[cfg(feature = "redis")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_that_syncs_every_second() {
    let Some(forgotten) = on_redis("everysec").await else { return };
    // What a server that acknowledges before it has synced may forget is measured, not promised.
    println!("redis: {forgotten} claims or done marks were forgotten");
}

#[cfg(feature = "redis")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_that_syncs_always() {
    let Some(forgotten) = on_redis("always").await else { return };
    assert_eq!(forgotten, 0);
}

/// How much a server with an append-only file forgot when it was killed. Nothing may be lost, however it is set up.
#[cfg(feature = "redis")]
async fn on_redis(fsync: &'static str) -> Option<usize> {
    use hookring::redis::RedisReplayStore;
    use servers::Server;

    let (history, size) = (History::new(), full_size());
    let server = Server::redis(fsync)?;
    let client = redis::Client::open(server.redis_url()).unwrap();
    let config = redis::aio::ConnectionManagerConfig::new()
        .set_response_timeout(Some(Duration::from_secs(2)))
        .set_connection_timeout(Some(Duration::from_secs(2)))
        .set_number_of_retries(1)
        .set_min_delay(Duration::from_millis(20));
    let connection = client.get_connection_manager_with_config(config).await.unwrap();
    let store = RedisReplayStore::new(connection, "hookring:");
    let server = Arc::new(Mutex::new(server));
    let disasters = deaths(&server, size);
    let counts = run::run(ByGuard::new(store, &history, size.lease, false), &history, size, disasters).await;
    let report = judge(&history.file(&format!("redis-{fsync}")), &history.effects(), false);
    tell(&format!("redis, appendfsync {fsync}, killed twice"), &report, counts);

    let measured = [Fault::DoneForgotten, Fault::TwoHolders, Fault::StaleCommit, Fault::Unexplained];
    let others: Vec<_> = report.faults.iter().filter(|(fault, _)| !measured.contains(fault)).collect();
    assert_eq!((report.keys, others.len()), (size.deliveries, 0), "{others:?}");
    Some(measured.iter().map(|fault| report.count(*fault)).sum())
}

#[cfg(any(feature = "postgres", feature = "redis"))]
fn deaths(server: &Arc<Mutex<servers::Server>>, size: Size) -> Vec<run::Disaster> {
    let death = || {
        let server = Arc::clone(server);
        let death = move || {
            let mut server = server.lock().unwrap();
            server.kill9();
            server.restart();
        };
        Box::new(death) as Box<dyn FnOnce() + Send>
    };
    vec![(size.deliveries * 2, death()), (size.deliveries, death())]
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use hookring::postgres::{CommitError, PostgresReplayStore};
    use hookring::{Claim, ClaimToken, ReplayStore, Verified};

    use super::database::{Database, open};
    use super::run::{self, Attempt, History, KEEP, Mishap, Recorded, name};
    use super::servers::Server;
    use super::{deaths, full_size, judge, tell};

    /// Claim, then effect and commit in one transaction.
    struct InTransaction {
        store: Recorded<PostgresReplayStore<Database>>,
        database: Database,
    }

    impl InTransaction {
        async fn work(&self, token: ClaimToken, mishap: Mishap, lease: Duration) -> Result<u16, u16> {
            mishap.before_effect(lease).await.map_err(|_| 500_u16)?;
            let mut client = self.database.0.get().await.map_err(|_| 503_u16)?;
            let transaction = client.transaction().await.map_err(|_| 503_u16)?;
            let now = i64::try_from(self.store.history.now()).unwrap();
            let effect = "INSERT INTO effect (key, at) VALUES ($1, $2)";
            transaction.execute(effect, &[&name(token.key()), &now]).await.map_err(|_| 503_u16)?;
            mishap.after_effect(lease).await;
            let asked = self.store.ending(token);
            match self.store.inner.commit_in(&transaction, token, KEEP).await {
                Ok(()) => transaction.commit().await.map_err(|_| 503_u16)?,
                Err(CommitError::LeaseLost) => {
                    self.store.committed(token, asked, false);
                    return Err(500);
                }
                Err(_) => return Err(503),
            }
            self.store.committed(token, asked, true);
            Ok(200)
        }
    }

    impl Attempt for InTransaction {
        async fn process(&self, verified: Verified<&'static [u8]>, mishap: Mishap, lease: Duration) -> Option<u16> {
            let key = verified.replay_key(&super::deliveries::scope("endpoint"));
            let token = match self.store.claim(key, lease).await {
                Ok(Claim::Fresh(token)) => token,
                Ok(Claim::Done) => return Some(200),
                Ok(Claim::InProgress { .. }) | Err(_) => return Some(503),
            };
            match self.work(token, mishap, lease).await {
                Err(500) => {
                    let _ = self.store.release(token).await;
                    Some(500)
                }
                Ok(status) | Err(status) => Some(status),
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        let (history, size) = (History::new(), full_size());
        let Some(server) = Server::postgres() else { return };
        let database = open(&server.postgres_url(), 64).await;
        let client = database.0.get().await.unwrap();
        client.batch_execute("CREATE TABLE effect (key text NOT NULL, at bigint NOT NULL)").await.unwrap();
        drop(client);

        let store = PostgresReplayStore::new(database.clone());
        let store = Recorded { inner: store, history: Arc::clone(&history), abandons: false };
        let server = Arc::new(Mutex::new(server));
        let disasters = deaths(&server, size);
        let attempt = InTransaction { store, database: database.clone() };
        let counts = run::run(attempt, &history, size, disasters).await;

        let client = database.0.get().await.unwrap();
        let rows = client.query("SELECT key || ' ' || at FROM effect", &[]).await.unwrap();
        let effects: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let report = judge(&history.file("postgres"), &effects.join("\n"), true);
        tell("postgresql, killed twice", &report, counts);
        assert_eq!(
            (report.keys, report.effects, report.faults.len()),
            (size.deliveries, size.deliveries, 0),
            "{:?}",
            report.faults
        );
    }
}

/// What can be wrong with a store.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    /// None, to see that the harness itself is not at fault.
    None,
    /// Looks, and then writes.
    LooksThenWrites,
    /// Records the delivery as done when it is claimed.
    DoneWhenClaimed,
    /// Forgets what is done.
    ForgetsDone,
    /// Commits whoever asks.
    IgnoresFence,
    /// Gives every claim the same fence.
    EqualFences,
}

struct Broken {
    flaw: Flaw,
    memory: MemoryReplayStore,
    seen: Mutex<HashMap<ReplayKey, bool>>,
}

impl ReplayStore for Broken {
    type Error = MemoryReplayError;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Self::Error> {
        match self.flaw {
            Flaw::LooksThenWrites => {
                let seen = self.seen.lock().unwrap().get(&key).copied();
                tokio::time::sleep(Duration::from_millis(1)).await;
                let Claim::Fresh(token) = MemoryReplayStore::new(1, 1000).claim(key, lease).await? else { panic!() };
                let fence = u64::try_from(self.seen.lock().unwrap().len()).unwrap();
                match seen {
                    Some(true) => Ok(Claim::Done),
                    Some(false) => Ok(Claim::InProgress { retry_after: lease }),
                    None => {
                        self.seen.lock().unwrap().insert(key, false);
                        Ok(Claim::Fresh(ClaimToken::new(token.key(), fence, 1)))
                    }
                }
            }
            Flaw::DoneWhenClaimed => {
                let claim = self.memory.claim(key, lease).await?;
                if let Claim::Fresh(token) = claim {
                    self.memory.commit(token, run::KEEP).await?;
                }
                Ok(claim)
            }
            Flaw::EqualFences => Ok(match self.memory.claim(key, lease).await? {
                Claim::Fresh(token) => Claim::Fresh(ClaimToken::new(key, 7, token.fence())),
                other => other,
            }),
            _ => self.memory.claim(key, lease).await,
        }
    }

    async fn renew(&self, token: ClaimToken, lease: Duration) -> Result<bool, Self::Error> {
        self.memory.renew(token, lease).await
    }

    async fn commit(&self, token: ClaimToken, keep: Duration) -> Result<bool, Self::Error> {
        match self.flaw {
            Flaw::LooksThenWrites => {
                self.seen.lock().unwrap().insert(token.key(), true);
                Ok(true)
            }
            Flaw::ForgetsDone => {
                self.memory.release(token).await?;
                Ok(true)
            }
            Flaw::IgnoresFence => {
                self.memory.commit(token, keep).await?;
                Ok(true)
            }
            Flaw::EqualFences => self.memory.commit(ClaimToken::new(token.key(), token.nonce(), 0), keep).await,
            _ => self.memory.commit(token, keep).await,
        }
    }

    async fn release(&self, token: ClaimToken) -> Result<(), Self::Error> {
        match self.flaw {
            Flaw::LooksThenWrites => {
                self.seen.lock().unwrap().remove(&token.key());
                Ok(())
            }
            Flaw::EqualFences => self.memory.release(ClaimToken::new(token.key(), token.nonce(), 0)).await,
            _ => self.memory.release(token).await,
        }
    }

    fn abandon(&self, token: ClaimToken) {
        match self.flaw {
            Flaw::LooksThenWrites => drop(self.seen.lock().unwrap().remove(&token.key())),
            Flaw::EqualFences => self.memory.abandon(ClaimToken::new(token.key(), token.nonce(), 0)),
            _ => self.memory.abandon(token),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_stores_are_caught() {
    let expected = [
        (Flaw::None, None),
        (Flaw::LooksThenWrites, Some(Fault::TwoHolders)),
        (Flaw::DoneWhenClaimed, Some(Fault::Lost)),
        (Flaw::ForgetsDone, Some(Fault::DoneForgotten)),
        (Flaw::IgnoresFence, Some(Fault::StaleCommit)),
        (Flaw::EqualFences, Some(Fault::FenceNotHigher)),
    ];
    for (flaw, fault) in expected {
        // The rarest of these faults shows a few times in a run; on a machine that is slow in another way, in the next one.
        let caught = 'seeds: {
            for seed in 7..12 {
                let size = Size { deliveries: 2_000, workers: 64, lease: Duration::from_millis(60), seed };
                let history = History::new();
                let store = Broken { flaw, memory: MemoryReplayStore::new(100_000, usize::MAX), seen: Mutex::default() };
                let counts = run::run(ByGuard::new(store, &history, size.lease, true), &history, size, vec![]).await;
                let report = judge(&history.file(&format!("broken-{flaw:?}")), &history.effects(), false);
                tell(&format!("broken store {flaw:?}"), &report, counts);
                match fault {
                    Some(fault) if report.count(fault) > 0 => break 'seeds true,
                    Some(_) => {}
                    None => break 'seeds !report.faults.is_empty(),
                }
            }
            false
        };
        assert_eq!(caught, fault.is_some(), "{flaw:?}");
    }
}

/// Short histories, each with one fault, and the one beside it without.
#[test]
fn the_checker_sees_every_fault() {
    const GOOD: &str = "# a comment\nplanned k\nfresh k 1 10 20 1000\nending k 1 40\ncommit k 1 40 50 yes\nanswer k 60 200";
    #[track_caller]
    fn check(history: &str, effects: &str, exactly_once: bool, wanted: &[Fault]) {
        let report = judge(history, effects, exactly_once);
        assert_eq!(report.faults.keys().copied().collect::<Vec<_>>(), wanted, "{history}\n{effects}");
    }
    let and = |more: &str| format!("{GOOD}\n{more}");
    check(GOOD, "k 30", true, &[]);
    check(GOOD, "", true, &[Fault::Lost]);
    check(GOOD, "k 70", true, &[Fault::Lost]);
    check(&GOOD.replace("answer", "answer k 25 200\nanswer"), "k 30", true, &[Fault::Lost]);
    check(&and("planned other"), "k 30", true, &[Fault::Lost]);
    check(GOOD, "k 30\nk 35", true, &[Fault::Repeated]);
    check(GOOD, "k 30\nk 35", false, &[Fault::Unexplained]);
    check(GOOD, "k soon", true, &[Fault::Lost, Fault::Unreadable]);
    check(&and("commit k 1 x"), "k 30", true, &[Fault::Unreadable]);

    // A second holder while the first one has it, after its lease, and after it was done.
    let slow =
        GOOD.replace("ending k 1 40\ncommit k 1 40 50 yes", "fresh k 2 AT END 1000").replace("answer", "planned k\nanswer");
    let second = |asked: &str, answered: &str| slow.replace("AT", asked).replace("END", answered);
    check(&second("30", "35"), "k 30", true, &[Fault::TwoHolders]);
    check(&second("1020", "1030"), "k 30", true, &[]);
    check(&second("1020", "1030").replace("fresh k 2", "fresh k 1"), "k 30", true, &[Fault::FenceNotHigher]);
    check(&and("fresh k 2 70 80 1000"), "k 30", true, &[Fault::DoneForgotten]);
    // Its answer is certain to come after the commit was asked for, not that it was granted after it.
    check(&and("fresh k 2 45 80 1000"), "k 30", true, &[]);
    // The first one commits though the second one was granted the key meanwhile.
    let stale = format!("{}\ncommit k 1 1040 1050 yes", second("1020", "1030"));
    check(&stale, "k 30", true, &[Fault::StaleCommit]);
    check(&stale.replace("yes", "no"), "k 30", true, &[]);
    // A claim that did not end explains one more effect, and no more.
    let unfinished = second("1020", "1030");
    check(&unfinished, "k 30\nk 1035", false, &[]);
    check(&unfinished, "k 30\nk 1035\nk 1036\nk 1037", false, &[Fault::Unexplained]);
}
