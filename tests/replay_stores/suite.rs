//! What every store has to do, step by step. Nothing here asserts how long something took.

use std::time::Duration;

use hookring::{Claim, ClaimToken, ReplayKey, ReplayStore};

use crate::deliveries::Pair;
use crate::once;

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// Over before anybody waits long for it.
pub(crate) const SHORT: Duration = Duration::from_millis(40);

/// What a store does with the claim of a handler that was cancelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancelled {
    IsFree,
    WaitsForTheLease,
}

/// Runs everything, and says so.
pub(crate) async fn run<S: ReplayStore + Clone + 'static>(name: &str, store: S, cancelled: Cancelled) {
    claims_exclude_each_other(&store).await;
    done_stays_done(&store).await;
    released_is_free(&store).await;
    a_stale_token_is_refused(&store).await;
    a_renewed_claim_lasts(&store).await;
    what_is_kept_runs_out(&store).await;
    a_late_commit_is_one_or_none(&store).await;
    one_of_many_gets_it(&store).await;
    let deliveries = once::run(&store, cancelled).await;
    println!("{name}: 8 rules of claims and {deliveries} of deliveries hold");
}

/// A key that no other test uses.
pub(crate) fn key() -> ReplayKey {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    Pair::with_id().key(&format!("msg_{}_{n}", std::process::id()))
}

#[track_caller]
pub(crate) fn fresh(claim: Claim) -> ClaimToken {
    match claim {
        Claim::Fresh(token) => token,
        other => panic!("{other:?} is not fresh"),
    }
}

pub(crate) async fn is_fresh<S: ReplayStore>(store: &S, key: ReplayKey) -> ClaimToken {
    fresh(store.claim(key, LONG).await.unwrap())
}

pub(crate) async fn is_done<S: ReplayStore>(store: &S, key: ReplayKey) {
    assert_eq!(store.claim(key, LONG).await.unwrap(), Claim::Done);
}

pub(crate) async fn is_held<S: ReplayStore>(store: &S, key: ReplayKey) {
    let claim = store.claim(key, LONG).await.unwrap();
    assert!(matches!(claim, Claim::InProgress { retry_after } if retry_after <= LONG), "{claim:?}");
}

/// Claims again and again until the one before has run out.
pub(crate) async fn when_free<S: ReplayStore>(store: &S, key: ReplayKey) -> ClaimToken {
    loop {
        match store.claim(key, LONG).await.unwrap() {
            Claim::Fresh(token) => return token,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// A key whose entry has run out, and one whose entry has not.
pub(crate) async fn expired_and_live<S: ReplayStore>(store: &S) -> (ReplayKey, ReplayKey) {
    let (gone, stays) = (key(), key());
    let _ = fresh(store.claim(gone, SHORT).await.unwrap());
    let token = is_fresh(store, stays).await;
    assert!(store.commit(token, LONG).await.unwrap());
    tokio::time::sleep(3 * SHORT).await;
    (gone, stays)
}

async fn claims_exclude_each_other<S: ReplayStore>(store: &S) {
    let (one, two) = (key(), key());
    let token = is_fresh(store, one).await;
    assert_eq!(token.key(), one);
    let claim = store.claim(one, LONG).await.unwrap();
    assert!(
        matches!(claim, Claim::InProgress { retry_after } if retry_after > Duration::ZERO && retry_after <= LONG),
        "{claim:?}"
    );
    let _ = is_fresh(store, two).await;
}

async fn done_stays_done<S: ReplayStore>(store: &S) {
    let key = key();
    let token = is_fresh(store, key).await;
    assert!(store.commit(token, LONG).await.unwrap());
    is_done(store, key).await;
    // An answer that was lost: the same call says the same.
    assert!(store.commit(token, LONG).await.unwrap());
    // Nothing else that its holder might still do changes that.
    store.release(token).await.unwrap();
    store.abandon(token);
    assert!(!store.renew(token, LONG).await.unwrap());
    is_done(store, key).await;
}

async fn released_is_free<S: ReplayStore>(store: &S) {
    let key = key();
    let first = is_fresh(store, key).await;
    store.release(first).await.unwrap();
    let second = is_fresh(store, key).await;
    assert!(second.fence() > first.fence(), "{} then {}", first.fence(), second.fence());
    stale(store, first).await;
    is_held(store, key).await;
    store.release(second).await.unwrap();
    store.release(second).await.unwrap();
    let _ = is_fresh(store, key).await;
}

/// Does everything with a token that is not valid any more.
async fn stale<S: ReplayStore>(store: &S, token: ClaimToken) {
    assert!(!store.commit(token, LONG).await.unwrap(), "a stale token committed");
    assert!(!store.renew(token, LONG).await.unwrap(), "a stale token renewed");
    store.release(token).await.unwrap();
    store.abandon(token);
}

async fn a_stale_token_is_refused<S: ReplayStore>(store: &S) {
    let key = key();
    let slow = fresh(store.claim(key, SHORT).await.unwrap());
    let quick = when_free(store, key).await;
    assert!(quick.fence() > slow.fence(), "{} then {}", slow.fence(), quick.fence());
    stale(store, slow).await;
    is_held(store, key).await;
    assert!(store.commit(quick, LONG).await.unwrap());
    stale(store, slow).await;
    is_done(store, key).await;
    // Nor one that was made up.
    let other = ClaimToken::new(key, quick.fence() + 1, quick.nonce());
    stale(store, other).await;
    is_done(store, key).await;
}

async fn a_renewed_claim_lasts<S: ReplayStore>(store: &S) {
    let lease = Duration::from_millis(400);
    loop {
        let key = key();
        let token = fresh(store.claim(key, lease).await.unwrap());
        // On a machine that stalls, the lease may be over before it can be renewed.
        if store.renew(token, LONG).await.unwrap() {
            tokio::time::sleep(lease + SHORT).await;
            is_held(store, key).await;
            assert!(store.commit(token, LONG).await.unwrap());
            return is_done(store, key).await;
        }
    }
}

async fn what_is_kept_runs_out<S: ReplayStore>(store: &S) {
    let key = key();
    let token = is_fresh(store, key).await;
    assert!(store.commit(token, SHORT).await.unwrap());
    let again = when_free(store, key).await;
    assert!(again.fence() > token.fence());
    stale(store, token).await;
}

/// After the lease and before anybody else: the store may take it or not, and has to mean it.
async fn a_late_commit_is_one_or_none<S: ReplayStore>(store: &S) {
    let key = key();
    let token = fresh(store.claim(key, SHORT).await.unwrap());
    tokio::time::sleep(3 * SHORT).await;
    if store.commit(token, LONG).await.unwrap() {
        is_done(store, key).await;
    } else {
        let _ = is_fresh(store, key).await;
    }
}

async fn one_of_many_gets_it<S: ReplayStore + Clone + 'static>(store: &S) {
    for _ in 0..10 {
        let key = key();
        let claims: Vec<_> = (0..64)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.claim(key, LONG).await.unwrap() })
            })
            .collect();
        let mut holders = 0;
        for claim in claims {
            holders += usize::from(matches!(claim.await.unwrap(), Claim::Fresh(_)));
        }
        assert_eq!(holders, 1);
    }
}
