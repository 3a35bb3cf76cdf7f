//! The sender of `examples/send` against a receiver that answers what its script says.

#[path = "support/scripted.rs"]
mod scripted;
#[path = "../examples/send/sender.rs"]
mod sender;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use hookring::{
    Guard, Keyring, MemoryReplayStore, Outcome, Rejection, Replaced, Request, Scope, Secret, SecretFormat, SharedKeyring,
    SignError, Timestamp, Verifier, providers,
};
use scripted::Step::{Answer, HangUp, Silence};
use scripted::{Received, Scripted};
use sender::{ATTEMPTS, Delivery, Sender, asked, back_off};

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
/// Between two attempts, by the clock of these tests.
const STEP: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);
const MESSAGE: (&str, &[u8]) = ("msg_7", br#"{"type":"invoice.paid","amount":1200}"#);

fn secret() -> Arc<Secret> {
    Arc::new(Secret::generate(SecretFormat::Whsec).unwrap())
}

fn ring(secret: &Arc<Secret>) -> Keyring {
    Keyring::new(Arc::clone(secret), START).ring
}

/// Sends under a clock that goes on by [`STEP`] with every pause, and without sleeping. Also tells the pauses.
async fn deliver(
    keys: Arc<SharedKeyring>,
    url: &str,
    at_each_pause: impl Fn(usize),
) -> (Result<Delivery, SignError>, Vec<Duration>) {
    let (clock, pauses) = (Cell::new(START), RefCell::new(Vec::new()));
    let sender = Sender::new(keys, Duration::from_secs(5)).unwrap();
    let pause = async |pause| {
        clock.set(clock.get().plus(STEP));
        pauses.borrow_mut().push(pause);
        at_each_pause(pauses.borrow().len());
    };
    let outcome = sender.deliver(&url.parse().unwrap(), MESSAGE, || clock.get(), pause).await;
    (outcome, pauses.into_inner())
}

/// Sends with one secret.
async fn deliver_once(server: &Scripted) -> (Delivery, Vec<Duration>) {
    let (outcome, pauses) = deliver(SharedKeyring::new(ring(&secret())), &server.url, |_| {}).await;
    (outcome.unwrap(), pauses)
}

/// What a receiver with this secret says of a request `n` attempts after the start.
fn verify(secret: &Arc<Secret>, request: &Received, n: usize) -> Result<(), Rejection> {
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring(secret)).unwrap();
    let now = START.plus(STEP * u32::try_from(n).unwrap());
    let verified = verifier.verify_at(Request::new(&request.headers, &request.body), now)?;
    assert_eq!((verified.id(), verified.timestamp()), (Some(MESSAGE.0), Some(now)));
    assert_eq!(verified.into_body(), MESSAGE.1);
    Ok(())
}

#[tokio::test]
async fn each_attempt_is_signed_anew_under_the_same_id() {
    let server = Scripted::start([Answer(500, ""), Answer(503, ""), HangUp, Answer(429, ""), Answer(202, "")]).await;
    let secret = secret();
    let (outcome, pauses) = deliver(SharedKeyring::new(ring(&secret)), &server.url, |_| {}).await;
    assert_eq!(outcome, Ok(Delivery::Delivered { attempts: 5 }));
    assert_eq!((pauses.len(), server.received().len()), (4, 5));
    for (n, request) in server.received().iter().enumerate() {
        assert_eq!(request.line, "POST /hook HTTP/1.1");
        assert_eq!(verify(&secret, request, n), Ok(()), "attempt {n}");
    }
    // Had the first signature been sent again, its timestamp would be too old by now.
    assert!(matches!(verify(&secret, &server.received()[0], 4), Err(Rejection::TooOld { .. })));
}

/// The answer was lost, not the delivery: the receiver knows the retry by its id, although its signature is another.
#[tokio::test]
async fn a_retry_of_what_arrived_is_a_duplicate() {
    let server = Scripted::start([HangUp, Answer(500, ""), Answer(200, "")]).await;
    let secret = secret();
    let (outcome, _) = deliver(SharedKeyring::new(ring(&secret)), &server.url, |_| {}).await;
    assert_eq!(outcome, Ok(Delivery::Delivered { attempts: 3 }));

    let (store, scope) = (MemoryReplayStore::new(100, 1 << 20), Scope::new("billing").unwrap());
    let guard = Guard::with_keep(store, scope, Duration::from_secs(60), 72 * HOUR).unwrap();
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring(&secret)).unwrap();
    let mut outcomes = Vec::new();
    for (n, request) in (0..).zip(&server.received()) {
        let verified = verifier.verify_at(Request::new(&request.headers, &request.body), START.plus(STEP * n)).unwrap();
        outcomes.push(guard.process(verified, async |_| Ok::<_, std::io::Error>(())).await);
    }
    assert!(matches!(outcomes[..], [Outcome::Processed(()), Outcome::Duplicate, Outcome::Duplicate]), "{outcomes:?}");
}

#[tokio::test]
async fn another_4xx_and_a_redirect_end_it() {
    for status in [301, 302, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422] {
        let elsewhere = Scripted::start([Answer(200, "")]).await;
        let location: &'static str = format!("Location: {}\r\n", elsewhere.url).leak();
        let server = Scripted::start([Answer(status, location), Answer(200, "")]).await;
        assert_eq!(deliver_once(&server).await, (Delivery::Refused { status }, vec![]));
        assert_eq!((server.received().len(), elsewhere.received().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn it_gives_up_in_the_end() {
    let server = Scripted::start(vec![Answer(502, ""); 10]).await;
    let (outcome, pauses) = deliver_once(&server).await;
    assert_eq!(outcome, Delivery::GaveUp);
    assert_eq!((server.received().len(), pauses.len()), (ATTEMPTS as usize, ATTEMPTS as usize - 1));
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_tried_again() {
    let server = Scripted::start([Silence, Answer(200, "")]).await;
    let sender = Sender::new(ring(&secret()), Duration::from_millis(200)).unwrap();
    let outcome = sender.deliver(&server.url.parse().unwrap(), MESSAGE, || START, async |_| {}).await;
    assert_eq!(outcome, Ok(Delivery::Delivered { attempts: 2 }));

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = sender.deliver(&format!("http://{nobody}/").parse().unwrap(), MESSAGE, || START, async |_| {}).await;
    assert_eq!(outcome, Ok(Delivery::GaveUp));
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let script = [
        Answer(429, "Retry-After: 7777\r\n"),
        Answer(503, "retry-after: Mon, 21 Sep 2026 18:33:20 GMT\r\n"),
        Answer(500, "Retry-After: soon\r\n"),
        Answer(200, ""),
    ];
    let server = Scripted::start(script).await;
    let (outcome, pauses) = deliver_once(&server).await;
    assert_eq!(outcome, Delivery::Delivered { attempts: 4 });
    // The date is 18:33:20, and the second attempt was made at 14:23:20.
    assert_eq!(pauses[..2], [Duration::from_secs(7777), Duration::from_secs(4 * 3600 + 600)]);
    assert!(pauses[2] < Duration::from_secs(20), "nonsense is no pause: {pauses:?}");
}

#[test]
fn a_pause_that_is_asked_for_is_bounded_and_never_negative() {
    let ask = |text: &'static str| {
        let headers = [(reqwest::header::RETRY_AFTER, reqwest::header::HeaderValue::from_static(text))];
        asked(&headers.into_iter().collect(), START)
    };
    assert_eq!(ask("0"), Some(Duration::ZERO));
    assert_eq!(ask("31536000"), Some(24 * HOUR));
    assert_eq!(ask("Mon, 21 Sep 2026 14:13:30 GMT"), Some(Duration::from_secs(10)));
    assert_eq!(ask("Mon, 21 Sep 2020 14:13:30 GMT"), Some(Duration::ZERO));
    assert_eq!([ask(""), ask("-1"), ask("1.5"), ask("99999999999999999999999"), ask("Mon")], [None; 5]);
}

#[tokio::test]
async fn the_pauses_grow_and_are_jittered() {
    for attempt in 1..20 {
        let whole = Duration::from_secs(5).saturating_mul(2_u32.saturating_pow(attempt - 1)).min(HOUR);
        let pauses: Vec<_> = (0..1000).map(|n: u64| back_off(attempt, n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        assert!(pauses.iter().all(|pause| (whole / 2..whole).contains(pause)), "attempt {attempt}");
        let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
        assert!(*most - *least > whole / 3, "attempt {attempt}: {least:?} to {most:?}");
    }
    // And deliveries draw their own.
    let mut drawn = Vec::new();
    for _ in 0..8 {
        let server = Scripted::start([Answer(500, ""), Answer(200, "")]).await;
        drawn.extend(deliver_once(&server).await.1);
    }
    drawn.sort();
    drawn.dedup();
    assert!(drawn.len() > 1, "{drawn:?}");
}

#[tokio::test]
async fn both_secrets_sign_during_a_rotation() {
    let (old, new) = (secret(), secret());
    let shared = SharedKeyring::new(ring(&old));
    let server = Scripted::start([Answer(500, ""), Answer(500, ""), Answer(500, ""), Answer(200, "")]).await;
    // Rotated between the first attempt and the second; twice the step later the old secret is dead.
    let at_each_pause = |n| {
        if n == 1 {
            let change = shared.load().rotate(Arc::clone(&new), 2 * STEP, START.plus(STEP)).unwrap();
            shared.replace(change.ring).unwrap();
        }
    };
    let (outcome, _) = deliver(shared.clone(), &server.url, at_each_pause).await;
    assert_eq!(outcome, Ok(Delivery::Delivered { attempts: 4 }));

    let told: Vec<_> = server
        .received()
        .iter()
        .enumerate()
        .map(|(n, request)| {
            let signatures = request.header("webhook-signature").split(' ').count();
            (signatures, verify(&old, request, n), verify(&new, request, n))
        })
        .collect();
    let no = || Err(Rejection::Mismatch);
    assert_eq!(told, [(1, Ok(()), no()), (2, Ok(()), Ok(())), (2, Ok(()), Ok(())), (1, no(), Ok(()))]);
}

#[tokio::test]
async fn without_a_secret_nothing_is_sent() {
    let secret = secret();
    let shared = SharedKeyring::new(ring(&secret));
    let server = Scripted::start([Answer(500, ""), Answer(200, "")]).await;
    // Leaked between the attempts: the sender must not go on with it, and not go on unsigned.
    let revoke = || shared.replace(shared.load().revoke(secret.id(), START.plus(STEP)).unwrap().ring).unwrap();
    let (outcome, _) = deliver(shared.clone(), &server.url, |_| assert_eq!(revoke(), Replaced::Newer)).await;
    assert_eq!(outcome, Err(SignError::NoCurrentKey));
    assert_eq!((server.received().len(), server.steps_left()), (1, 1));
}
