//! The store in memory: the contract of every store, and an audit trail without gaps.

use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;

use hookring::{Change, Event, EventKind, KeyringStore as _, MemoryKeyringStore, SharedKeyring, Swapped};

use super::ring_store::{Audited, suite};
use super::*;

/// For futures that are ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a store in memory has nothing to wait for"),
    }
}

fn swap(store: &MemoryKeyringStore, owner: &str, expected: u64, change: &Change) -> Swapped {
    now(store.swap(owner, expected, change)).unwrap()
}

fn load(store: &MemoryKeyringStore, owner: &str) -> Option<Keyring> {
    now(store.load(owner, 0)).unwrap()
}

impl Audited for MemoryKeyringStore {
    async fn events(&self, owner: &str) -> Vec<Event> {
        self.history(owner)
    }
}

#[test]
fn it_keeps_the_contract() {
    let store = MemoryKeyringStore::new();
    now(suite(&store));
    assert_eq!(format!("{store:?}"), "MemoryKeyringStore { owners: 8 }");
}

/// Two operators rotate one ring a thousand times each, and publish what they stored. No rotation is lost, none is
/// stored twice, and what the store remembers is what they did.
#[test]
fn two_operators_lose_nothing() {
    const EACH: u32 = 1000;
    let store = MemoryKeyringStore::new();
    let created = Keyring::new(secret(0), START);
    assert_eq!(swap(&store, "a", 0, &created), Swapped::Stored);
    let shared = SharedKeyring::new(created.ring.clone());
    let together = Barrier::new(2);

    let operate = |first: u32| {
        let (mut done, mut conflicts): (Vec<Event>, u32) = (Vec::new(), 0);
        together.wait();
        for n in first..first + EACH {
            let new = secret(n);
            loop {
                let ring = load(&store, "a").unwrap();
                let change = ring.rotate(Arc::clone(&new), Duration::ZERO, START).unwrap();
                // The other operator may well be faster.
                thread::yield_now();
                if swap(&store, "a", ring.generation(), &change) == Swapped::Stored {
                    done.extend(&change.events);
                    // It may be older already, never a fork.
                    let published = shared.replace(change.ring);
                    assert!(!matches!(published, Err(hookring::ReplaceError::Forked { .. })), "{published:?}");
                    break;
                }
                conflicts += 1;
            }
        }
        (done, conflicts)
    };
    let (one, two) = thread::scope(|scope| {
        let (one, two) = (scope.spawn(|| operate(1)), scope.spawn(|| operate(1 + EACH)));
        (one.join().unwrap(), two.join().unwrap())
    });
    println!("2 × {EACH} rotations, {} conflicts", one.1 + two.1);

    let mut audit = [created.events, one.0, two.0].concat();
    audit.sort_by_key(|event| event.generation);
    assert_eq!(store.history("a"), audit);
    let stored = load(&store, "a").unwrap();
    assert_eq!(stored.generation(), u64::from(2 * EACH + 1));
    assert!(shared.load().same_version(&stored));
    let mut staged: Vec<_> = audit
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Staged { key } => Some(key),
            _ => None,
        })
        .collect();
    staged.sort();
    let mut all: Vec<_> = (1..=2 * EACH).map(id).collect();
    all.sort();
    assert_eq!(staged, all, "each key was put in exactly once");
}
