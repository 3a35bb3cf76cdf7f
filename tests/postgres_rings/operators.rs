//! Two operators rotate one ring a thousand times while the server is killed twice in the middle of a transaction.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use hookring::{Event, EventKind, KeyId, Replaced, SharedKeyring, Swapped};
use tokio_postgres::NoTls;

use super::*;

const EACH: u32 = 500;
const GRACE: Duration = Duration::from_secs(40 * 60);

/// What both share.
struct Scene {
    store: Store,
    /// Seconds since the start. It moves by some minutes with every rotation.
    clock: AtomicI64,
    done: AtomicUsize,
    /// Every deadline that anybody has ever seen.
    seen: Mutex<Vec<(KeyId, Timestamp)>>,
}

#[derive(Default)]
struct Account {
    events: Vec<Event>,
    conflicts: usize,
    lost_answers: usize,
}

/// `behind`: how many seconds the clock of this operator is off.
async fn operate(scene: Arc<Scene>, first: u32, behind: i64) -> Account {
    let mut account = Account::default();
    let shared = SharedKeyring::new(load(&scene.store, "a").await.unwrap().unwrap());
    let wait = || tokio::time::sleep(Duration::from_millis(20));
    for n in first..first + EACH {
        let new = Arc::new(secret(n));
        let now = |clock: i64| START.plus(Duration::from_secs((clock - behind).unsigned_abs()));
        'again: loop {
            let Ok(Some(ring)) = load(&scene.store, "a").await else {
                wait().await;
                continue;
            };
            let now = now(scene.clock.fetch_add(900 + i64::from(n % 7) * 240, Ordering::Relaxed));
            let deadlines = ring.status(ring.as_of()).keys.into_iter().filter_map(|key| Some((key.id, key.expires_at?)));
            scene.seen.lock().unwrap().extend(deadlines);
            let change = ring.rotate(Arc::clone(&new), GRACE, now).unwrap();
            loop {
                match scene.store.swap("a", ring.generation(), &change).await {
                    Ok(Swapped::Stored) => break 'again account.took(&scene, &shared, change),
                    Ok(Swapped::Conflict { .. }) => {
                        account.conflicts += 1;
                        break;
                    }
                    // Nothing is known. The same call again finds out.
                    Err(_) => {
                        account.lost_answers += 1;
                        wait().await;
                    }
                }
            }
        }
    }
    account
}

impl Account {
    fn took(&mut self, scene: &Scene, shared: &SharedKeyring, change: Change) {
        self.events.extend(&change.events);
        scene.done.fetch_add(1, Ordering::Relaxed);
        // The other operator's may be older by now, never a fork.
        assert_eq!(shared.replace(change.ring), Ok(Replaced::Newer));
    }
}

/// Kills the server while a change is stored and not committed. Gives what never came to be.
async fn disaster(scene: &Scene, url: &str, server: &Arc<Mutex<Server>>, n: u32) -> u64 {
    loop {
        let (ring, mut client) = (load(&scene.store, "a").await.unwrap().unwrap(), scene.store.pool().0.get().await.unwrap());
        let change = ring.rotate(secret(n), Duration::ZERO, ring.as_of()).unwrap();
        let transaction = client.transaction().await.unwrap();
        if scene.store.swap_in(&transaction, "a", ring.generation(), &change).await.unwrap() != Swapped::Stored {
            continue;
        }
        let server = Arc::clone(server);
        // Both operators wait for the row by now; their transactions die with this one.
        tokio::time::sleep(Duration::from_millis(100)).await;
        tokio::task::spawn_blocking(move || {
            let mut server = server.lock().unwrap();
            server.kill9();
            server.restart();
        })
        .await
        .unwrap();
        assert!(transaction.commit().await.is_err());
        // It recovers without what was not committed.
        let (fresh, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        fresh.simple_query("SELECT 1").await.unwrap();
        return change.ring.generation();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_and_two_deaths_of_the_server_lose_nothing() {
    let Some(server) = Server::postgres() else { return };
    let url = server.postgres_url();
    let store = store(database::open(&url, 8).await);
    let created = first(0);
    assert_eq!(store.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    let followed = SharedKeyring::new(created.ring.clone());
    let watcher = tokio::spawn(follow(store.clone(), url.clone(), Arc::clone(&followed)));

    let scene = Scene { store, clock: AtomicI64::new(1000), done: AtomicUsize::new(0), seen: Mutex::default() };
    let (scene, server) = (Arc::new(scene), Arc::new(Mutex::new(server)));
    let operators = [(1, 0), (1 + EACH, 200)].map(|(first, behind)| tokio::spawn(operate(Arc::clone(&scene), first, behind)));
    for (death, at) in [(0, 300), (1, 700)] {
        while scene.done.load(Ordering::Relaxed) < at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        disaster(&scene, &url, &server, 50_000 + death).await;
    }
    let mut accounts = Vec::new();
    for operator in operators {
        accounts.push(operator.await.unwrap());
    }

    // No rotation is lost, and none is there twice.
    let store = &scene.store;
    let last = load(store, "a").await.unwrap().unwrap();
    assert_eq!(last.generation(), u64::from(2 * EACH + 1));

    // The audit trail is what the operators did, in the order of generations; nothing of what was not committed.
    let mut told = created.events.clone();
    accounts.iter().for_each(|account| told.extend(&account.events));
    told.sort_by_key(|event| event.generation);
    let history: Vec<_> =
        store.history("a", None, u32::MAX).await.unwrap().into_iter().rev().map(|entry| entry.event).collect();
    assert_eq!(history, told);
    let mut staged: Vec<_> = history
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Staged { key } => Some(key),
            _ => None,
        })
        .collect();
    staged.sort();
    let mut all: Vec<_> = (1..=2 * EACH).map(|n| hookring::Key::id(&secret(n))).collect();
    all.sort();
    assert_eq!(staged, all, "each key was put in exactly once");

    // No deadline was moved: whatever anybody saw is what the trail says, and keys expired when they should.
    let mut deadlines = BTreeMap::new();
    for event in &history {
        match event.kind {
            EventKind::Promoted { old: Some(key), old_expires: Some(time), .. } => {
                assert_eq!(time, event.at.plus(GRACE));
                assert_eq!(deadlines.insert(key, time), None);
            }
            EventKind::Expired { key } => assert!(deadlines[&key] <= event.at),
            _ => {}
        }
    }
    let seen = std::mem::take(&mut *scene.seen.lock().unwrap());
    assert!(seen.iter().all(|(key, time)| deadlines[key] == *time));

    // A process that only follows has the last one.
    while !followed.load().same_version(&last) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    watcher.abort();
    let sum = |of: fn(&Account) -> usize| accounts.iter().map(of).sum::<usize>();
    println!(
        "postgresql rings: {} rotations by 2 operators, server killed twice in mid-transaction: {} conflicts, {} lost answers, \
         0 rotations lost; {} events in the trail, equal to what was done; {} deadlines seen, 0 moved",
        2 * EACH,
        sum(|account| account.conflicts),
        sum(|account| account.lost_answers),
        history.len(),
        seen.len(),
    );
}

/// As the documentation says to do it.
async fn follow(store: Store, url: String, ring: Arc<SharedKeyring>) {
    let rings = [("a".to_owned(), ring)];
    loop {
        if let Ok((client, mut connection)) = tokio_postgres::connect(&url, NoTls).await {
            let watching = store.watch(&client, |cx| connection.poll_message(cx), &rings, |_, _| ());
            let _ = tokio::time::timeout(Duration::from_secs(10), watching).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
