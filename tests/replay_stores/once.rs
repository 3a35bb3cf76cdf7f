//! Deliveries through a guard on every store: what is a copy, what is not, and what becomes of a handler that fails.

use std::time::Duration;

use hookring::{
    Guard, Keyring, Message, Outcome, ReplayStore, Request, Scope, Secret, SecretFormat, SignWith, Signer, Timestamp, Verified,
    Verifier, providers,
};

use crate::deliveries::{BODY, Pair, scope};
use crate::suite::{Cancelled, LONG};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

/// Runs every rule; returns how many there are.
pub(crate) async fn run<S: ReplayStore + Clone>(store: &S, cancelled: Cancelled) -> usize {
    tenants_do_not_suppress_each_other(store).await;
    a_retry_that_was_signed_anew_is_a_duplicate(store).await;
    every_spelling_of_a_signature_is_one_delivery(store).await;
    an_id_from_the_body_is_one_event(store).await;
    a_failed_handler_leaves_the_delivery_to_the_retry(store).await;
    a_cancelled_handler_too(store, cancelled).await;
    6
}

/// The stores are shared by all tests, so every test has its own endpoints.
fn endpoint(name: &str) -> Scope {
    scope(&format!("{name}-{}-{:?}", std::process::id(), std::thread::current().id()))
}

fn guard<S: ReplayStore + Clone>(store: &S, scope: Scope) -> Guard<S> {
    Guard::with_keep(store.clone(), scope, LONG, LONG).unwrap()
}

/// A handler that works.
async fn process<S: ReplayStore>(guard: &Guard<S>, verified: Verified<&'static [u8]>) -> &'static str {
    let outcome = guard.process(verified, async |_: &[u8]| Ok::<_, &str>(())).await;
    assert!(outcome.status() != 500);
    outcome.code()
}

async fn tenants_do_not_suppress_each_other<S: ReplayStore + Clone>(store: &S) {
    let (pair, one, two) = (Pair::with_id(), guard(store, endpoint("tenant-1")), guard(store, endpoint("tenant-2")));
    let id = format!("msg_tenants_{}", std::process::id());
    for expected in ["processed", "duplicate"] {
        assert_eq!(process(&one, pair.verified(&id)).await, expected);
        assert_eq!(process(&two, pair.verified(&id)).await, expected);
    }
}

async fn a_retry_that_was_signed_anew_is_a_duplicate<S: ReplayStore + Clone>(store: &S) {
    let (pair, guard) = (Pair::with_id(), guard(store, endpoint("retries")));
    for (minutes, expected) in [(0, "processed"), (5, "duplicate"), (60, "duplicate")] {
        let at = NOW.plus(Duration::from_secs(60 * minutes));
        assert_eq!(process(&guard, pair.deliver("msg_retried", at, at).unwrap()).await, expected);
    }
    // Without an id, the timestamp is a part of what tells deliveries apart.
    let (pair, guard) = (Pair::new(providers::STRIPE), Guard::with_keep(store.clone(), endpoint("no id"), LONG, LONG).unwrap());
    for (seconds, expected) in [(0, "processed"), (0, "duplicate"), (1, "processed")] {
        let at = NOW.plus(Duration::from_secs(seconds));
        assert_eq!(process(&guard, pair.deliver("", at, at).unwrap()).await, expected);
    }
}

/// Other case, other order, other key, a second signature: whatever the MAC accepts is the same delivery.
async fn every_spelling_of_a_signature_is_one_delivery<S: ReplayStore + Clone>(store: &S) {
    let secret = |n: u8| {
        let text = format!("tst_{n:03}_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum");
        Secret::parse(&text, SecretFormat::Utf8, &hookring::SecretPolicy::provider()).unwrap()
    };
    let old: Keyring = Keyring::new(secret(1), NOW).ring;
    let both = old.rotate(secret(2), Duration::from_secs(3600), NOW).unwrap().ring;
    let sign = |ring: &Keyring, with| {
        let signer = Signer::new(providers::STRIPE, ring.clone(), with).unwrap();
        let signed = signer.sign(&Message::new(BODY), NOW).unwrap();
        let headers: Vec<_> = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        headers
    };
    let (by_old, by_new) = (sign(&old, SignWith::Current), sign(&both, SignWith::Current));
    let by_both = sign(&both, SignWith::AllLive);
    let change = |headers: &[(String, String)], change: &dyn Fn(&str) -> String| -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.to_uppercase(), change(value))).collect()
    };
    let spellings = [
        change(&by_both, &|text| {
            let mut parts: Vec<_> = text.split(',').collect();
            parts.reverse();
            parts.join(",")
        }),
        change(&by_old, &|text| format!("{text},v1={},v0=ab", "00".repeat(32))),
        change(&by_new, &|text| {
            let (stamp, digits) = text.split_once("v1=").unwrap();
            format!("{stamp}v1={}", digits.to_uppercase())
        }),
    ];
    let (verifier, guard) = (Verifier::new(providers::STRIPE, both).unwrap(), guard(store, endpoint("spellings")));
    let mut expected = "processed";
    for headers in [by_old, by_new, by_both].iter().chain(&spellings) {
        let verified = verifier.verify_at(Request::new(headers, BODY), NOW).unwrap();
        assert_eq!(process(&guard, verified).await, expected, "{headers:?}");
        expected = "duplicate";
    }
}

async fn an_id_from_the_body_is_one_event<S: ReplayStore + Clone>(store: &S) {
    let (pair, guard) = (Pair::new(providers::STRIPE), guard(store, endpoint("events")));
    for (seconds, id, expected) in [(0, "evt_1", "processed"), (400, "evt_1", "duplicate"), (400, "evt_2", "processed")] {
        let at = NOW.plus(Duration::from_secs(seconds));
        let verified = pair.deliver("", at, at).unwrap();
        let outcome = guard.process_event(id, verified, async |_: &[u8]| Ok::<_, &str>(())).await;
        assert_eq!(outcome.code(), expected, "{id} after {seconds} s");
    }
}

async fn a_failed_handler_leaves_the_delivery_to_the_retry<S: ReplayStore + Clone>(store: &S) {
    let (pair, guard) = (Pair::with_id(), guard(store, endpoint("failures")));
    for _ in 0..3 {
        let outcome = guard.process(pair.verified("msg_1"), async |_: &[u8]| Err::<(), _>("no")).await;
        assert!(matches!(outcome, Outcome::Failed("no")) && outcome.status() == 500);
    }
    // A copy that arrives while the handler runs is told to come again.
    let copy = pair.verified("msg_1");
    let outcome = guard
        .process(pair.verified("msg_1"), async |_: &[u8]| {
            let second = guard.process(copy, async |_: &[u8]| Ok::<_, &str>(())).await;
            assert!(second.status() == 503 && second.retry_after_secs().is_some_and(|seconds| (1..=600).contains(&seconds)));
            Ok::<_, &str>(())
        })
        .await;
    assert_eq!(outcome.code(), "processed");
    assert_eq!(process(&guard, pair.verified("msg_1")).await, "duplicate");
}

async fn a_cancelled_handler_too<S: ReplayStore + Clone>(store: &S, cancelled: Cancelled) {
    let pair = Pair::with_id();
    let guard = Guard::with_keep(store.clone(), endpoint("cancelled"), Duration::from_secs(2), LONG).unwrap();
    let (started, mut starts) = tokio::sync::mpsc::channel(1);
    let work = guard.process(pair.verified("msg_1"), async |_: &[u8]| {
        started.send(()).await.unwrap();
        std::future::pending::<Result<(), &str>>().await
    });
    tokio::select! {
        _ = work => panic!("it never ends"),
        _ = starts.recv() => {}
    }
    if cancelled == Cancelled::IsFree {
        assert_eq!(process(&guard, pair.verified("msg_1")).await, "processed");
        return;
    }
    // The lease ends it; no retry is told that it was processed before it was.
    loop {
        match process(&guard, pair.verified("msg_1")).await {
            "processed" => break,
            code => assert_eq!(code, "in_progress"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
