//! The store in memory: compare-and-swap, the least generation, and an audit trail without gaps.

use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;

use hookring::{Change, Event, EventKind, KeyringStore as _, MemoryKeyringStore, MemoryStoreError, SharedKeyring, Swapped};

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

#[test]
fn the_slower_of_two_operators_gets_a_conflict_and_nothing_is_stored() {
    let store = MemoryKeyringStore::new();
    assert!(load(&store, "a").is_none());
    let created = Keyring::new(secret(1), START);
    assert_eq!(swap(&store, "a", 1, &created), Swapped::Conflict { found: 0 });
    assert_eq!(swap(&store, "a", 0, &created), Swapped::Stored);
    assert_eq!(swap(&store, "a", 0, &created), Swapped::Conflict { found: 1 });

    let mine = created.ring.rotate(secret(2), DAY, START).unwrap();
    let theirs = created.ring.rotate(secret(3), DAY, START).unwrap();
    assert_eq!(swap(&store, "a", 1, &theirs), Swapped::Stored);
    assert_eq!(swap(&store, "a", 1, &mine), Swapped::Conflict { found: 2 });
    assert!(load(&store, "a").unwrap().same_version(&theirs.ring));
    assert_eq!(store.history("a"), [created.events.clone(), theirs.events].concat());

    // Load again and decide again.
    let again = load(&store, "a").unwrap().rotate(secret(2), DAY, START).unwrap();
    assert_eq!(swap(&store, "a", 2, &again), Swapped::Stored);
    assert_eq!(load(&store, "a").unwrap().generation(), 3);
}

/// A store that lost its last change went on from the one before, with a revocation. Whoever still holds the lost change
/// has the right generation and the wrong history.
#[test]
fn a_fork_of_the_same_generation_is_a_conflict() {
    let store = MemoryKeyringStore::new();
    let created = Keyring::new(secret(1), START);
    let rotated = created.ring.rotate(secret(2), DAY, START).unwrap();
    assert_eq!((created.parent(), rotated.parent()), (None, Some(created.ring.lineage())));
    assert_eq!(swap(&store, "a", 0, &created), Swapped::Stored);
    assert_eq!(swap(&store, "a", 1, &rotated), Swapped::Stored);
    let lost = rotated.ring.stage(secret(3), START).unwrap();
    let revoked = rotated.ring.revoke(id(1), START).unwrap();
    assert_eq!(swap(&store, "a", 2, &revoked), Swapped::Stored);

    let promoted = lost.ring.promote(DAY, START).unwrap();
    assert_eq!(promoted.parent(), Some(lost.ring.lineage()));
    assert_eq!(swap(&store, "a", 3, &promoted), Swapped::Conflict { found: 3 });
    // A generation that the change was not made from is none either.
    let another = Keyring::new(secret(9), START);
    assert_eq!(swap(&store, "a", 3, &another), Swapped::Conflict { found: 3 });
    assert!(load(&store, "a").unwrap().same_version(&revoked.ring));
    assert_eq!(store.history("a"), [created.events, rotated.events, revoked.events].concat());
}

#[test]
fn owners_do_not_see_each_other() {
    let store = MemoryKeyringStore::new();
    let (one, two) = (Keyring::new(secret(1), START), Keyring::new(secret(2), START));
    assert_eq!(swap(&store, "tenant-1", 0, &one), Swapped::Stored);
    assert_eq!(swap(&store, "tenant-2", 0, &two), Swapped::Stored);
    assert!(load(&store, "tenant-1").unwrap().same_version(&one.ring));
    assert!(load(&store, "tenant-2").unwrap().same_version(&two.ring));
    assert!(load(&store, "tenant-3").is_none());
    assert_eq!(store.history("tenant-2"), two.events);
    assert_eq!(store.history("tenant-3"), []);
    assert_eq!(format!("{store:?}"), "MemoryKeyringStore { owners: 2 }");
}

#[test]
fn a_ring_older_than_the_caller_accepts_is_not_given_out() {
    let store = MemoryKeyringStore::new();
    let created = Keyring::new(secret(1), START);
    let rotated = created.ring.rotate(secret(2), DAY, START).unwrap();
    assert_eq!(swap(&store, "a", 0, &created), Swapped::Stored);
    assert_eq!(swap(&store, "a", 1, &rotated), Swapped::Stored);
    for fine in [0, 1, 2] {
        assert_eq!(now(store.load("a", fine)).unwrap().unwrap().generation(), 2);
    }
    let why = now(store.load("a", 3)).unwrap_err();
    assert_eq!(why, MemoryStoreError::Older { found: 2, minimum: 3 });
    assert_eq!(why.to_string(), "the stored ring has generation 2, older than the accepted 3");
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
