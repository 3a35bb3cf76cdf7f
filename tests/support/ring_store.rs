//! What every store of rings has to do, whatever it keeps them in.

use std::sync::Arc;
use std::time::Duration;

use hookring::{Change, Event, Keyring, KeyringStore, Refused, Secret, SecretFormat, SecretPolicy, Swapped, Timestamp};

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// A store, and the way to its audit trail, which is each store's own.
pub(crate) trait Audited: KeyringStore<Secret> {
    /// Oldest first.
    async fn events(&self, owner: &str) -> Vec<Event>;
}

fn secret(n: u32) -> Arc<Secret> {
    let text = format!("tst_{n:05}_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum");
    Arc::new(Secret::parse(&text, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap())
}

fn first(n: u32) -> Change {
    Keyring::new(secret(n), START)
}

async fn swap(store: &impl KeyringStore<Secret>, owner: &str, expected: u64, change: &Change) -> Swapped {
    store.swap(owner, expected, change).await.unwrap()
}

async fn load(store: &impl KeyringStore<Secret>, owner: &str) -> Option<Keyring> {
    store.load(owner, 0).await.unwrap()
}

/// Owners are named after the part, so that all parts can run on one store.
pub(crate) async fn suite<S: Audited>(store: &S) {
    the_slower_one_gets_a_conflict(store).await;
    the_same_call_again_says_the_same(store).await;
    a_fork_is_a_conflict(store).await;
    owners_are_apart(store).await;
    an_older_ring_is_not_given_out(store).await;
    two_transitions_are_one_change(store).await;
    nothing_happens_before_it_is_awaited(store).await;
    a_store_behind_a_pointer_is_one(&store, "ref").await;
}

async fn the_slower_one_gets_a_conflict<S: Audited>(store: &S) {
    assert!(load(store, "slow").await.is_none());
    let created = first(1);
    assert_eq!(swap(store, "slow", 1, &created).await, Swapped::Conflict { found: 0 });
    assert!(store.events("slow").await.is_empty());
    assert_eq!(swap(store, "slow", 0, &created).await, Swapped::Stored);
    assert_eq!(swap(store, "slow", 0, &first(2)).await, Swapped::Conflict { found: 1 });

    let mine = created.ring.rotate(secret(2), HOUR, START).unwrap();
    let theirs = created.ring.rotate(secret(3), HOUR, START).unwrap();
    // From a generation that is not stored yet.
    let far = theirs.ring.rotate(secret(9), HOUR, START).unwrap();
    assert_eq!(swap(store, "slow", 2, &far).await, Swapped::Conflict { found: 1 });
    assert_eq!(swap(store, "slow", 1, &theirs).await, Swapped::Stored);
    assert_eq!(swap(store, "slow", 1, &mine).await, Swapped::Conflict { found: 2 });
    assert!(load(store, "slow").await.unwrap().same_version(&theirs.ring));
    assert_eq!(store.events("slow").await, [created.events, theirs.events].concat());

    // Load again and decide again.
    let again = load(store, "slow").await.unwrap().rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(swap(store, "slow", 2, &again).await, Swapped::Stored);
    assert_eq!(load(store, "slow").await.unwrap().generation(), 3);
}

/// The answer was lost: what is stored already is stored, and not logged twice.
async fn the_same_call_again_says_the_same<S: Audited>(store: &S) {
    let created = first(1);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    for _ in 0..3 {
        assert_eq!(swap(store, "again", 0, &created).await, Swapped::Stored);
    }
    for _ in 0..3 {
        assert_eq!(swap(store, "again", 1, &rotated).await, Swapped::Stored);
    }
    assert_eq!(store.events("again").await, [created.events.clone(), rotated.events].concat());
    // Once somebody has gone on from it, it is history.
    assert_eq!(swap(store, "again", 0, &created).await, Swapped::Conflict { found: 2 });
}

/// A store that lost its last change went on from the one before, with a revocation. Whoever still holds the lost change
/// has the right generation and the wrong history.
async fn a_fork_is_a_conflict<S: Audited>(store: &S) {
    let created = first(1);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!((created.parent(), rotated.parent()), (None, Some(created.ring.lineage())));
    assert_eq!(swap(store, "fork", 0, &created).await, Swapped::Stored);
    assert_eq!(swap(store, "fork", 1, &rotated).await, Swapped::Stored);
    let lost = rotated.ring.stage(secret(3), START).unwrap();
    let revoked = rotated.ring.revoke(secret(1).id(), START).unwrap();
    assert_eq!(swap(store, "fork", 2, &revoked).await, Swapped::Stored);

    let promoted = lost.ring.promote(HOUR, START).unwrap();
    assert_eq!(swap(store, "fork", 3, &promoted).await, Swapped::Conflict { found: 3 });
    assert_eq!(swap(store, "fork", 2, &lost).await, Swapped::Conflict { found: 3 });
    // A ring that was not made from this one.
    assert_eq!(swap(store, "fork", 3, &first(9)).await, Swapped::Conflict { found: 3 });
    assert!(load(store, "fork").await.unwrap().same_version(&revoked.ring));
    assert_eq!(store.events("fork").await, [created.events, rotated.events, revoked.events].concat());
}

async fn owners_are_apart<S: Audited>(store: &S) {
    let (one, two) = (first(1), first(2));
    assert_eq!(swap(store, "tenant-1", 0, &one).await, Swapped::Stored);
    assert_eq!(swap(store, "tenant-2", 0, &two).await, Swapped::Stored);
    assert!(load(store, "tenant-1").await.unwrap().same_version(&one.ring));
    assert!(load(store, "tenant-2").await.unwrap().same_version(&two.ring));
    assert!(load(store, "tenant-3").await.is_none());
    assert_eq!(store.events("tenant-2").await, two.events);
    assert!(store.events("tenant-3").await.is_empty());
}

async fn an_older_ring_is_not_given_out<S: Audited>(store: &S) {
    let created = first(1);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(swap(store, "old", 0, &created).await, Swapped::Stored);
    assert_eq!(swap(store, "old", 1, &rotated).await, Swapped::Stored);
    for fine in [0, 1, 2] {
        assert_eq!(store.load("old", fine).await.unwrap().unwrap().generation(), 2);
    }
    let why = store.load("old", 3).await.map(|_| ()).unwrap_err();
    assert_eq!(why.to_string(), "the stored ring has generation 2, older than the accepted 3");
    // When it was made says nothing of when its reader took it.
    assert_eq!(load(store, "old").await.unwrap().status(START).taken_at, None);
}

/// After a leak: back to the key before, and the new one is dead, with nothing in between that could be stored alone.
async fn two_transitions_are_one_change<S: Audited>(store: &S) {
    let created = first(1);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(swap(store, "two", 0, &created).await, Swapped::Stored);
    assert_eq!(swap(store, "two", 1, &rotated).await, Swapped::Stored);
    let both = |ring: &Keyring| ring.rollback(START).unwrap().and_then(|ring| ring.revoke(secret(2).id(), START));
    let change = both(&rotated.ring).unwrap();
    assert_eq!((change.ring.generation(), change.parent()), (4, Some(rotated.ring.lineage())));
    for _ in 0..2 {
        assert_eq!(swap(store, "two", 2, &change).await, Swapped::Stored);
    }
    let ring = load(store, "two").await.unwrap();
    assert!(ring.same_version(&change.ring) && ring.next().is_none());
    assert_eq!(ring.current().map(|key| key.id()), Some(secret(1).id()));
    let generations: Vec<u64> = store.events("two").await.iter().map(|event| event.generation).collect();
    assert_eq!(generations, [1, 2, 2, 3, 4]);
    // A ring that goes its own way in between is not a second step.
    let strange = rotated.ring.rollback(START).unwrap().and_then(|_| rotated.ring.revoke(secret(1).id(), START));
    assert_eq!(strange.map(|_| ()), Err(Refused::AnotherRing));
    let refused = rotated.ring.rollback(START).unwrap().and_then(|ring| ring.revoke(secret(9).id(), START));
    assert_eq!(refused.map(|_| ()), Err(Refused::UnknownKey));
}

async fn nothing_happens_before_it_is_awaited<S: Audited>(store: &S) {
    let change = first(1);
    drop(store.swap("lazy", 0, &change));
    assert!(load(store, "lazy").await.is_none());
}

async fn a_store_behind_a_pointer_is_one(store: impl KeyringStore<Secret>, owner: &str) {
    assert_eq!(swap(&Arc::new(store), owner, 0, &first(1)).await, Swapped::Stored);
}
