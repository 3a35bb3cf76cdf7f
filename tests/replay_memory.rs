//! The store in memory under a clock of the test's: each end of a lease and of a keep, each fence, each bound.
#![cfg(feature = "std")]

#[path = "support/deliveries.rs"]
mod deliveries;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use deliveries::{Pair, scope};
use hookring::{Claim, ClaimToken, MemoryReplayError, MemoryReplayStore, ReplayKey, ReplayStore};

const LEASE: Duration = Duration::from_secs(60);
const KEEP: Duration = Duration::from_secs(3600);
const MOMENT: Duration = Duration::from_nanos(1);

/// A store, and the hand that moves its clock.
struct Bench {
    store: MemoryReplayStore,
    nanos: Arc<AtomicU64>,
}

impl Bench {
    fn new(capacity: usize) -> Self {
        let nanos = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&nanos);
        let read = move || Duration::from_nanos(clock.load(Ordering::SeqCst));
        Self { store: MemoryReplayStore::with_clock(capacity, usize::MAX, read), nanos }
    }

    fn at(&self, time: Duration) -> &MemoryReplayStore {
        self.nanos.store(u64::try_from(time.as_nanos()).unwrap(), Ordering::SeqCst);
        &self.store
    }
}

/// So many keys that differ.
fn keys(count: usize) -> Vec<ReplayKey> {
    let pair = Pair::with_id();
    (0..count).map(|n| pair.key(&format!("msg_{n}"))).collect()
}

async fn fresh(store: &MemoryReplayStore, key: ReplayKey) -> ClaimToken {
    match store.claim(key, LEASE).await.unwrap() {
        Claim::Fresh(token) => token,
        other => panic!("{other:?}"),
    }
}

async fn done(store: &MemoryReplayStore, key: ReplayKey) -> ClaimToken {
    let token = fresh(store, key).await;
    assert_eq!(store.commit(token, KEEP).await, Ok(true));
    token
}

#[tokio::test]
async fn a_claim_is_held_up_to_the_end_of_its_lease() {
    let (bench, key) = (Bench::new(10), keys(1)[0]);
    let first = fresh(bench.at(Duration::ZERO), key).await;
    assert_eq!(first.key(), key);
    for time in [Duration::ZERO, LEASE / 2, LEASE - MOMENT] {
        let held = Claim::InProgress { retry_after: LEASE - time };
        assert_eq!(bench.at(time).claim(key, LEASE).await, Ok(held));
    }
    let second = fresh(bench.at(LEASE), key).await;
    assert_eq!(second.key(), key);
    assert!(second.fence() > first.fence());
    assert_eq!(bench.store.len(), 1);
}

#[tokio::test]
async fn what_is_done_is_done_up_to_the_end_of_its_keep() {
    let (bench, key) = (Bench::new(10), keys(1)[0]);
    let token = done(bench.at(Duration::ZERO), key).await;
    for time in [Duration::ZERO, LEASE, KEEP - MOMENT] {
        assert_eq!(bench.at(time).claim(key, LEASE).await, Ok(Claim::Done));
    }
    // Its own token neither opens it again nor shortens it.
    let store = bench.at(LEASE);
    assert_eq!(store.renew(token, Duration::ZERO).await, Ok(false));
    store.release(token).await.unwrap();
    store.abandon(token);
    assert_eq!(store.claim(key, LEASE).await, Ok(Claim::Done));
    // The answer to the first commit may have been lost.
    assert_eq!(store.commit(token, KEEP).await, Ok(true));
    assert_eq!(bench.at(LEASE + KEEP - MOMENT).claim(key, LEASE).await, Ok(Claim::Done));
    let _ = fresh(bench.at(LEASE + KEEP), key).await;
}

#[tokio::test]
async fn a_renewed_claim_lasts_from_then_on() {
    let (bench, key) = (Bench::new(10), keys(1)[0]);
    let token = fresh(bench.at(Duration::ZERO), key).await;
    assert_eq!(bench.at(LEASE / 2).renew(token, LEASE).await, Ok(true));
    // The end that it had before counts no more.
    assert_eq!((bench.at(LEASE).purge(), bench.store.len()), (0, 1));
    let held = Claim::InProgress { retry_after: LEASE / 2 };
    assert_eq!(bench.store.claim(key, LEASE).await, Ok(held));
    // It ran out, but nobody claimed it since: the work was not repeated.
    assert_eq!(bench.at(LEASE * 2).commit(token, KEEP).await, Ok(true));
    assert_eq!(bench.store.claim(key, LEASE).await, Ok(Claim::Done));
}

#[tokio::test]
async fn an_older_token_changes_nothing() {
    let (bench, key) = (Bench::new(10), keys(1)[0]);
    let old = fresh(bench.at(Duration::ZERO), key).await;
    let new = fresh(bench.at(LEASE), key).await;
    let store = &bench.store;
    assert_eq!(store.renew(old, KEEP).await, Ok(false));
    assert_eq!(store.commit(old, KEEP).await, Ok(false));
    store.release(old).await.unwrap();
    store.abandon(old);
    let held = Claim::InProgress { retry_after: LEASE };
    assert_eq!(store.claim(key, LEASE).await, Ok(held));
    assert_eq!(store.commit(new, KEEP).await, Ok(true));
    // Nor does a token whose claim nobody remembers.
    let stranger = ClaimToken::new(keys(2)[1], 1, 0);
    assert_eq!((store.renew(stranger, LEASE).await, store.commit(stranger, KEEP).await), (Ok(false), Ok(false)));
    store.abandon(stranger);
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn a_released_claim_is_free_at_once() {
    let (bench, key) = (Bench::new(1), keys(1)[0]);
    let store = &bench.store;
    let token = fresh(store, key).await;
    store.release(token).await.unwrap();
    assert!(store.is_empty());
    let token = fresh(store, key).await;
    store.abandon(token);
    assert!(store.is_empty());
    // Through a reference and a shared pointer too: that is how guards hold their stores.
    let by_reference: &&MemoryReplayStore = &store;
    let token = fresh(store, key).await;
    ReplayStore::abandon(by_reference, token);
    assert!(store.is_empty());
    let shared = Arc::new(MemoryReplayStore::new(1, usize::MAX));
    let token = fresh(&shared, key).await;
    ReplayStore::abandon(&shared, token);
    assert!(shared.is_empty());
}

#[tokio::test]
async fn purging_drops_what_ran_out_and_nothing_else() {
    let (bench, keys) = (Bench::new(100), keys(40));
    for key in &keys[..30] {
        let _ = fresh(bench.at(Duration::ZERO), *key).await;
    }
    for key in &keys[30..] {
        let _ = done(bench.at(Duration::ZERO), *key).await;
    }
    assert_eq!((bench.store.len(), bench.store.is_empty()), (40, false));
    assert_eq!((bench.at(LEASE - MOMENT).purge(), bench.store.len()), (0, 40));
    assert_eq!((bench.at(LEASE).purge(), bench.store.len()), (30, 10));
    assert_eq!(bench.store.claim(keys[30], LEASE).await, Ok(Claim::Done));
    assert_eq!((bench.at(KEEP).purge(), bench.store.len(), bench.store.is_empty()), (10, 0, true));
}

/// Without a purge too: each claim drops more than it adds, as far as there is something to drop.
#[tokio::test]
async fn claims_make_the_store_smaller() {
    let (bench, keys) = (Bench::new(1000), keys(400));
    for key in &keys[..300] {
        let _ = fresh(bench.at(Duration::ZERO), *key).await;
    }
    for key in &keys[300..] {
        let _ = fresh(bench.at(LEASE), *key).await;
    }
    assert!(bench.store.len() < 200, "{:?}", bench.store);
}

#[tokio::test]
async fn both_bounds_count() {
    let capacity = |entries, bytes| MemoryReplayStore::new(entries, bytes).capacity();
    assert_eq!(capacity(10, usize::MAX), 10);
    assert_eq!((capacity(usize::MAX, 511), capacity(usize::MAX, 512), capacity(usize::MAX, 5200)), (0, 1, 10));
    let (bench, keys) = (Bench::new(2), keys(3));
    let store = &bench.store;
    let full = MemoryReplayError::Full { capacity: 2 };
    let first = fresh(store, keys[0]).await;
    let _ = fresh(store, keys[1]).await;
    assert_eq!(store.claim(keys[2], LEASE).await, Err(full));
    store.release(first).await.unwrap();
    let _ = fresh(store, keys[2]).await;
    assert_eq!(store.claim(keys[0], LEASE).await, Err(full));
    assert_eq!(full.to_string(), "the replay store is full: 2 entries that still count");
    assert_eq!(format!("{store:?}"), "MemoryReplayStore { len: 2, capacity: 2, .. }");
}

/// A claim that has to wait, here for its clock, does not hold up the claims of all other keys.
#[test]
fn claims_of_different_keys_seldom_wait_for_each_other() {
    let (go, wait) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    let (first, wait) = (AtomicBool::new(true), Mutex::new(wait));
    let clock = move || {
        if first.swap(false, Ordering::SeqCst) {
            entered.send(()).unwrap();
            let _ = wait.lock().unwrap().recv();
        }
        Duration::ZERO
    };
    let store = Arc::new(MemoryReplayStore::with_clock(1000, usize::MAX, clock));
    let (told, claimed) = mpsc::channel();
    let claim = |key| {
        let (store, told) = (Arc::clone(&store), told.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let claim = runtime.block_on(store.claim(key, LEASE));
            let _ = told.send(matches!(claim, Ok(Claim::Fresh(_))));
        });
    };
    let keys = keys(40);
    claim(keys[0]);
    inside.recv().unwrap();
    keys[1..].iter().for_each(|key| claim(*key));
    let next = || claimed.recv_timeout(Duration::from_secs(5));
    let at_once = (0..20).map_while(|_| next().ok()).filter(|fresh| *fresh).count();
    go.send(()).unwrap();
    assert_eq!(at_once, 20);
    assert_eq!((0..20).map_while(|_| next().ok()).filter(|fresh| *fresh).count(), 20);
}

#[test]
fn names_are_shown_and_keys_are_cut_short() {
    assert_eq!(scope("endpoint").as_str(), "endpoint");
    assert_eq!(scope(&"x".repeat(256)).as_str().len(), 256);
    let key = keys(1)[0];
    let head: String = key.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(format!("{key:?}"), format!("ReplayKey({head}…)"));
    let token = ClaimToken::new(key, 7, 9);
    assert_eq!((token.key(), token.fence(), token.nonce()), (key, 7, 9));
}
