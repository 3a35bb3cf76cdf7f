//! What a guard does with whatever a store says, what it refuses to be built from, and for how long it remembers.
#![cfg(feature = "std")]

#[path = "support/deliveries.rs"]
mod deliveries;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, atomic::AtomicBool};
use std::time::Duration;

use deliveries::{Pair, scope};
use hookring::{
    Claim, ClaimToken, Guard, MemoryReplayError, MemoryReplayStore, Outcome, ReplayKey, ReplayStore, Scope, SetupError,
    Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const DAYS: Duration = Duration::from_secs(3 * 86_400);

/// Says what it is told to say, and remembers what it was asked.
#[derive(Default)]
struct Scripted {
    claim: Option<Claim>,
    commit: Option<bool>,
    asked: Mutex<Vec<(&'static str, Duration)>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Down;

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

impl Scripted {
    fn note(&self, what: &'static str, time: Duration) {
        self.asked.lock().unwrap().push((what, time));
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().iter().map(|(what, _)| *what).collect()
    }
}

impl ReplayStore for Scripted {
    type Error = Down;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Down> {
        self.note("claim", lease);
        let fresh = Claim::Fresh(ClaimToken::new(key, 1, 0));
        match self.claim {
            Some(Claim::Fresh(_)) => Ok(fresh),
            other => other.ok_or(Down),
        }
    }
    async fn renew(&self, _: ClaimToken, lease: Duration) -> Result<bool, Down> {
        self.note("renew", lease);
        Err(Down)
    }
    async fn commit(&self, _: ClaimToken, keep: Duration) -> Result<bool, Down> {
        self.note("commit", keep);
        self.commit.ok_or(Down)
    }
    async fn release(&self, _: ClaimToken) -> Result<(), Down> {
        self.note("release", Duration::ZERO);
        Err(Down)
    }
    fn abandon(&self, _: ClaimToken) {
        self.note("abandon", Duration::ZERO);
    }
}

fn fresh() -> Option<Claim> {
    Some(Claim::Fresh(ClaimToken::new(Pair::with_id().key("any"), 1, 0)))
}

/// Runs a handler once. What came out, whether the handler ran, and what the store was asked.
async fn run(store: Scripted, works: bool) -> (Outcome<u8, &'static str, Down>, bool, Vec<&'static str>) {
    let (pair, ran) = (Pair::with_id(), AtomicBool::new(false));
    let guard = Guard::with_keep(store, scope("endpoint"), MINUTE, DAYS).unwrap();
    let work = async |_: &[u8]| {
        ran.store(true, Ordering::SeqCst);
        if works { Ok(7) } else { Err("no") }
    };
    let outcome = guard.process(pair.verified("msg_1"), work).await;
    let asked = guard.store().asked();
    (outcome, ran.into_inner(), asked)
}

#[tokio::test]
async fn every_answer_of_a_store_has_its_outcome() {
    let busy = |millis| Some(Claim::InProgress { retry_after: Duration::from_millis(millis) });
    let (outcome, ran, asked) = run(Scripted { claim: Some(Claim::Done), ..Scripted::default() }, true).await;
    assert_eq!((outcome, ran, asked), (Outcome::Duplicate, false, vec!["claim"]));

    for (millis, seconds) in [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (59_500, 60)] {
        let (outcome, ran, asked) = run(Scripted { claim: busy(millis), ..Scripted::default() }, true).await;
        assert_eq!((outcome.status(), outcome.code(), ran, asked), (503, "in_progress", false, vec!["claim"]));
        assert_eq!(outcome.retry_after_secs(), Some(seconds), "{millis} ms");
    }

    let (outcome, ran, asked) = run(Scripted { claim: fresh(), commit: Some(true), ..Scripted::default() }, true).await;
    assert_eq!((outcome.status(), outcome.code(), outcome.retry_after_secs()), (200, "processed", None));
    assert_eq!((outcome, ran, asked), (Outcome::Processed(7), true, vec!["claim", "commit"]));

    // Somebody else may have done it too: the sender must not believe that all is well.
    let (outcome, ..) = run(Scripted { claim: fresh(), commit: Some(false), ..Scripted::default() }, true).await;
    assert_eq!((outcome.status(), outcome.code()), (500, "lease_lost"));
    assert_eq!(outcome, Outcome::LeaseLost(7));

    // A handler that failed is `Failed`, also if its claim cannot be released.
    let (outcome, ran, asked) = run(Scripted { claim: fresh(), ..Scripted::default() }, false).await;
    assert_eq!((outcome.status(), outcome.code()), (500, "failed"));
    assert_eq!((outcome, ran, asked), (Outcome::Failed("no"), true, vec!["claim", "release"]));
}

/// R6: a store that is down never lets a delivery through, and never says that one was processed.
#[tokio::test]
async fn a_store_that_is_down_is_neither_open_nor_silent() {
    let (outcome, ran, asked) = run(Scripted::default(), true).await;
    assert_eq!((outcome.status(), outcome.code(), ran), (503, "store_unavailable", false));
    assert_eq!((outcome, asked), (Outcome::StoreUnavailable { error: Down, worked: None }, vec!["claim"]));

    // It went down while the handler worked: the effect is there, and whether it is remembered is not known.
    let (outcome, ran, asked) = run(Scripted { claim: fresh(), ..Scripted::default() }, true).await;
    assert_eq!((outcome.status(), ran), (503, true));
    assert_eq!((outcome, asked), (Outcome::StoreUnavailable { error: Down, worked: Some(7) }, vec!["claim", "commit"]));
}

/// R5: a handler that is dropped or panics tells the store, and nothing is committed.
#[tokio::test]
async fn an_unfinished_handler_abandons_its_claim() {
    let pair = Pair::with_id();
    let store = Scripted { claim: fresh(), commit: Some(true), ..Scripted::default() };
    let guard = Arc::new(Guard::with_keep(store, scope("endpoint"), MINUTE, DAYS).unwrap());

    let never = guard.process(pair.verified("msg_1"), async |_: &[u8]| std::future::pending::<Result<(), &str>>().await);
    assert!(tokio::time::timeout(Duration::from_millis(20), never).await.is_err());
    assert_eq!(guard.store().asked(), ["claim", "abandon"]);

    let (theirs, verified) = (Arc::clone(&guard), pair.verified("msg_1"));
    let panics = tokio::spawn(async move {
        let work = async |body: &[u8]| if body.is_empty() { Ok(()) } else { std::panic::resume_unwind(Box::new("on purpose")) };
        let _: Outcome<(), &str, _> = theirs.process(verified, work).await;
    });
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(guard.store().asked(), ["claim", "abandon", "claim", "abandon"]);
}

/// R1: as long as a copy could be accepted, from the earliest clock to the latest, it is remembered.
#[tokio::test]
async fn what_is_remembered_outlives_what_is_accepted() {
    let kept = async |guard: &Guard<Scripted, hookring::Windowed>, pair: &Pair| {
        assert_eq!(guard.process(pair.verified(""), async |_: &[u8]| Ok::<_, &str>(())).await.code(), "processed");
        guard.store().asked.lock().unwrap().last().copied().unwrap()
    };
    let store = || Scripted { claim: fresh(), commit: Some(true), ..Scripted::default() };
    let pair = Pair::new(providers::STRIPE);
    let guard = Guard::new(store(), &pair.verifier, scope("endpoint"), MINUTE).unwrap();
    // 300 s each way and five minutes for clocks that differ.
    assert_eq!((guard.keep(), kept(&guard, &pair).await), (Duration::from_secs(900), ("commit", Duration::from_secs(900))));
    // A lease is never longer than what is kept.
    let slow = Guard::new(store(), &pair.verifier, scope("endpoint"), Duration::from_secs(3600)).unwrap();
    assert_eq!(slow.keep(), Duration::from_secs(3600));

    // A keep that is too short for the verifier of a delivery is made long enough.
    let short = Guard::with_keep(store(), scope("endpoint"), MINUTE, MINUTE).unwrap();
    assert_eq!(short.process(pair.verified(""), async |_: &[u8]| Ok::<_, &str>(())).await.code(), "processed");
    assert_eq!(short.store().asked.lock().unwrap()[1], ("commit", Duration::from_secs(900)));

    // Nor is a delivery forgotten after a tolerance that its own verifier does not have.
    let year = Duration::from_secs(400 * 86_400);
    assert_eq!(kept(&guard, &Pair::new(providers::GITHUB)).await, ("commit", year));
    let kept_by_id = Guard::with_keep(store(), scope("endpoint"), MINUTE, DAYS).unwrap();
    let verified = Pair::new(providers::GITHUB).verified("");
    assert_eq!(kept_by_id.process(verified, async |_: &[u8]| Ok::<_, &str>(())).await.code(), "processed");
    assert_eq!(kept_by_id.store().asked.lock().unwrap()[1], ("commit", DAYS), "what the caller said");
}

#[test]
fn a_guard_without_a_window_is_not_built() {
    let store = || MemoryReplayStore::new(10, usize::MAX);
    let ring = || hookring::Keyring::new(hookring::Secret::generate(hookring::SecretFormat::Utf8).unwrap(), NOW).ring;
    let refusal = |verifier: &Verifier| Guard::new(store(), verifier, scope("endpoint"), MINUTE).map(drop).unwrap_err();
    // GitHub signs no time. Stripe does, unless any age is accepted. Standard Webhooks signs an id.
    assert_eq!(refusal(&Verifier::new(providers::GITHUB, ring()).unwrap()), SetupError::NoWindow);
    let any_age = Verifier::builder(providers::STRIPE).dangerous_accept_any_age().build(ring()).unwrap();
    assert_eq!(refusal(&any_age), SetupError::NoWindow);
    assert_eq!(refusal(&Pair::with_id().verifier), SetupError::NeedsKeep);

    let with = |lease, keep| Guard::with_keep(store(), scope("endpoint"), lease, keep).map(drop);
    assert_eq!(with(Duration::ZERO, DAYS), Err(SetupError::BadLease));
    assert_eq!(with(Duration::from_secs(86_401), DAYS), Err(SetupError::BadLease));
    assert_eq!(with(MINUTE, Duration::from_secs(59)), Err(SetupError::BadKeep));
    assert_eq!(with(MINUTE, Duration::from_secs(401 * 86_400)), Err(SetupError::BadKeep));
    assert_eq!(with(MINUTE, MINUTE), Ok(()));
    assert_eq!(Scope::new(""), Err(SetupError::BadScope));
    assert_eq!(Scope::new(&"x".repeat(257)), Err(SetupError::BadScope));
}

/// R7: a store that is full of entries that count refuses more, and forgets none; what has run out makes room.
#[tokio::test]
async fn a_full_memory_forgets_nothing() {
    let time = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&time);
    let store = MemoryReplayStore::with_clock(100, usize::MAX, move || Duration::from_secs(clock.load(Ordering::SeqCst)));
    let pair = Pair::with_id();
    let guard = Guard::with_keep(&store, scope("endpoint"), MINUTE, DAYS).unwrap();
    let process = async |n: u32| guard.process(pair.verified(&format!("msg_{n}")), async |_: &[u8]| Ok::<_, &str>(())).await;
    for n in 0..100 {
        assert_eq!(process(n).await.code(), "processed");
    }
    for n in 100..200 {
        let outcome = process(n).await;
        let full = MemoryReplayError::Full { capacity: 100 };
        assert_eq!(outcome, Outcome::StoreUnavailable { error: full, worked: None });
        assert_eq!(outcome.status(), 503);
    }
    for n in 0..100 {
        assert_eq!(process(n).await.code(), "duplicate");
    }
    time.store(DAYS.as_secs(), Ordering::SeqCst);
    for n in 100..200 {
        assert_eq!(process(n).await.code(), "processed");
    }
    assert_eq!(store.len(), 100);
}

/// The clock of the process may do what it likes: leases and keeps run by the store's own.
#[tokio::test]
async fn a_retry_is_recognised_whatever_the_receivers_clock_says() {
    let (store, pair) = (MemoryReplayStore::new(10, usize::MAX), Pair::with_id());
    let guard = Guard::with_keep(store, scope("endpoint"), MINUTE, DAYS).unwrap();
    for (seconds, expected) in [(-290, "processed"), (0, "duplicate"), (290, "duplicate")] {
        let received = Timestamp::from_unix_millis(NOW.unix_millis() + 1000 * seconds);
        let verified = pair.deliver("msg_1", NOW, received).unwrap();
        assert_eq!(guard.process(verified, async |_: &[u8]| Ok::<_, &str>(())).await.code(), expected);
    }
}
