//! Stores whose line stalls, breaks, talks nonsense or has no connection left, and servers that refuse to write.
//!
//! Whatever happens, the caller gets an error value in the time that it set, a handler does not run without a claim, nothing
//! is reported as processed that is not remembered, and after the fault a retry is processed or was.
#![cfg(all(feature = "postgres", feature = "redis"))]

#[path = "support/database.rs"]
mod database;
#[path = "support/deliveries.rs"]
mod deliveries;
#[path = "store_faults/postgres.rs"]
mod postgres;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "store_faults/redis.rs"]
mod redis;
#[path = "support/servers.rs"]
mod servers;

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hookring::{Guard, Outcome, ReplayStore};

use crate::deliveries::{Pair, scope};
use crate::proxy::{FAULTS, Fault, Proxy};

/// How long a caller waits for a store: hookring has no timer of its own.
const PATIENCE: Duration = Duration::from_millis(600);
const LEASE: Duration = Duration::from_millis(900);
const KEEP: Duration = Duration::from_secs(3600);

/// One delivery, whose handler sets the fault that the commit meets.
struct Scene<'s, S> {
    guard: Guard<&'s S, hookring::Kept>,
    proxy: &'s Proxy,
    runs: AtomicU32,
}

impl<S: ReplayStore> Scene<'_, S> {
    /// `None`: the caller gave up waiting.
    async fn process(&self, id: &str, then: Option<Fault>) -> Option<Outcome<(), Infallible, S::Error>> {
        let work = |_: &'static [u8]| async move {
            self.runs.fetch_add(1, Ordering::SeqCst);
            if let Some(fault) = then {
                self.proxy.set(fault);
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, self.guard.process(Pair::with_id().verified(id), work)).await.ok()
    }

    /// As senders do: again and again, until the answer is 2xx.
    async fn retried(&self, id: &str) -> bool {
        for _ in 0..40 {
            match self.process(id, None).await {
                Some(outcome) if outcome.status() == 200 => return true,
                other => println!("{id}: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }
}

/// Every fault, met by the claim and met by the commit.
async fn lose_nothing<S: ReplayStore>(store: &S, proxy: &Proxy) {
    for fault in FAULTS {
        let guard = Guard::with_keep(store, scope("endpoint"), LEASE, KEEP).unwrap();
        let scene = Scene { guard, proxy, runs: AtomicU32::new(0) };
        let (claimed, committed) =
            (format!("{fault:?}-claim-{}", servers::unique()), format!("{fault:?}-commit-{}", servers::unique()));

        proxy.set(fault);
        if fault == Fault::Trickles {
            assert!(scene.retried(&claimed).await, "slow is not broken");
            continue;
        }
        let outcome = scene.process(&claimed, None).await;
        assert!(matches!(outcome, None | Some(Outcome::StoreUnavailable { worked: None, .. })), "{fault:?}: {outcome:?}");
        assert_eq!(scene.runs.load(Ordering::SeqCst), 0, "{fault:?}: the handler ran without a claim");
        proxy.set(Fault::None);
        assert!(scene.retried(&claimed).await, "{fault:?}: lost");
        assert!(scene.runs.swap(0, Ordering::SeqCst) >= 1, "{fault:?}: reported as processed, and was not");

        let outcome = scene.process(&committed, Some(fault)).await;
        let unsure = matches!(outcome, None | Some(Outcome::StoreUnavailable { .. } | Outcome::InProgress { .. }));
        assert!(unsure, "{fault:?}: {outcome:?}");
        proxy.set(Fault::None);
        assert!(scene.retried(&committed).await, "{fault:?}: lost");
        assert!(scene.runs.load(Ordering::SeqCst) >= 1, "{fault:?}: reported as processed, and was not");
    }
}

/// A server that answers, and says no.
async fn refuses<S: ReplayStore>(store: &S, proxy: &Proxy, why: &str) {
    let guard = Guard::with_keep(store, scope("endpoint"), LEASE, KEEP).unwrap();
    let scene = Scene { guard, proxy, runs: AtomicU32::new(0) };
    let outcome = scene.process(&servers::unique(), None).await;
    assert!(matches!(outcome, Some(Outcome::StoreUnavailable { worked: None, .. })), "{why}: {outcome:?}");
    assert_eq!(scene.runs.load(Ordering::SeqCst), 0, "{why}");
}

/// After the fault, without a new store.
async fn works_again<S: ReplayStore>(store: &S, proxy: &Proxy) {
    let guard = Guard::with_keep(store, scope("endpoint"), LEASE, KEEP).unwrap();
    let scene = Scene { guard, proxy, runs: AtomicU32::new(0) };
    assert!(scene.retried(&servers::unique()).await);
}
