//! Secrets that are presented: `Authorization: Bearer`, and `?token=` where it is allowed.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::routing::any;
use base64ct::{Base64, Encoding as _};
use hookring::providers::tokens;
use hookring::receiver::{Admitted, Receiver};
use hookring::{
    BcryptHash, BearerVerifier, Carrier, Derivation, Derived, KeySource, Keyring, Role, Secret, SecretFormat, Sha256Hash,
    SharedKeyring, Timestamp,
};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::server::{Body, SECRET, Seen, answer, head, parts, ring, secret, send, serve};

async fn hook(admitted: Admitted) -> String {
    let (presented, body) = (admitted.presented(), admitted.body());
    format!("{} {} {}", presented.role().as_str(), presented.by_query(), String::from_utf8_lossy(body))
}

fn app(receiver: Receiver<Admitted>) -> Router {
    Router::new().route("/hook", any(hook)).with_state(receiver)
}

#[tokio::test]
async fn header_and_query() {
    let seen = Seen::default();
    let verifier = BearerVerifier::new(ring(), 0).allow_query("token");
    let address = serve(app(seen.watch(Receiver::bearer(verifier)))).await;
    let header = format!("Authorization: Bearer {SECRET}\r\n");
    let query = format!("/hook?v=2&token={SECRET}");
    for (target, headers, wanted) in [
        ("/hook", header.as_str(), "current false hi"),
        (&query, "", "current true hi"),
        (&query, &header, "invalid signature"),
        ("/hook", "", "invalid signature"),
        ("/hook?token=guess", "", "invalid signature"),
        ("/hook", "Authorization: Bearer guess\r\n", "invalid signature"),
        ("/hook", "Authorization: Basic Zm9v\r\n", "invalid signature"),
    ] {
        assert_eq!(send(address, "POST", target, headers, b"hi").await.body, wanted, "{target} {headers}");
    }
    assert_eq!(send(address, "GET", "/hook", &header, b"").await.status, 401);
    let all = seen.all();
    assert_eq!(all[0].scheme.as_deref(), Some("bearer"));
    let codes: Vec<_> = all.iter().map(|verdict| verdict.code).collect();
    let wanted = [
        "accepted",
        "accepted",
        "ambiguous_token",
        "missing_token",
        "token_mismatch",
        "token_mismatch",
        "missing_token",
        "wrong_method",
    ];
    assert_eq!(codes, wanted);
    assert!(all.iter().all(|verdict| !format!("{verdict:?}").contains(SECRET)));
}

#[tokio::test]
async fn the_query_is_off_by_default_and_get_can_be_allowed() {
    let receiver = Receiver::bearer(BearerVerifier::new(ring(), 0));
    let address = serve(app(receiver.clone())).await;
    assert_eq!(send(address, "POST", &format!("/hook?token={SECRET}"), "", b"").await.status, 401);
    let address = serve(app(receiver.methods(&[http::Method::GET, http::Method::POST]))).await;
    assert_eq!(send(address, "GET", "/hook", &format!("Authorization: Bearer {SECRET}\r\n"), b"").await.status, 200);
}

/// The body has its limit here too.
#[tokio::test]
async fn the_body_is_limited() {
    let address = serve(app(Receiver::bearer(BearerVerifier::new(ring(), 0)).body_limit(10))).await;
    let header = format!("Authorization: Bearer {SECRET}\r\n");
    assert_eq!(send(address, "POST", "/hook", &header, b"0123456789").await.status, 200);
    assert_eq!(send(address, "POST", "/hook", &header, b"01234567890").await.status, 413);
}

/// Slow hashes do not stand in the way of other requests: this runtime has one thread, and answers while they compute.
#[tokio::test]
async fn slow_hashes_do_not_block_the_server() {
    let now = Timestamp::now();
    let secret = Secret::generate(SecretFormat::Base64Url).unwrap();
    let stored = BcryptHash::of(&secret, 10).unwrap();
    let slow = Receiver::bearer(BearerVerifier::new(Keyring::new(stored, now).ring, 1));
    let fast = Receiver::bearer(BearerVerifier::new(Keyring::new(Sha256Hash::of(&secret).unwrap(), now).ring, 0));
    let app = Router::new().route("/slow", any(hook).with_state(slow)).route("/fast", any(hook).with_state(fast));
    let address = serve(app).await;
    let header = format!("Authorization: Bearer {}\r\n", secret.reveal());
    // Guesses keep the one slot taken; whoever comes meanwhile is told to try again.
    let guesses: Vec<_> = (0..8)
        .map(|n| {
            tokio::spawn(
                async move { send(address, "POST", "/slow", &format!("Authorization: Bearer guess{n}\r\n"), b"").await },
            )
        })
        .collect();
    assert_eq!(send(address, "POST", "/fast", &header, b"").await.status, 200);
    let mut statuses = Vec::new();
    for guess in guesses {
        let answer = guess.await.unwrap();
        if answer.status == 503 {
            assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
        }
        statuses.push(answer.status);
    }
    assert!(statuses.contains(&401), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 503)), "{statuses:?}");
    assert_eq!(send(address, "POST", "/slow", &header, b"").await.status, 200);
}

/// Without a slot for slow checks everybody is told to try again.
#[tokio::test]
async fn busy_is_503() {
    let secret = Secret::generate(SecretFormat::Base64Url).unwrap();
    let ring = Keyring::new(BcryptHash::of(&secret, 10).unwrap(), Timestamp::now()).ring;
    let address = serve(app(Receiver::bearer(BearerVerifier::new(ring, 0)))).await;
    let answer = send(address, "POST", "/hook", &format!("Authorization: Bearer {}\r\n", secret.reveal()), b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "busy, try again"));
    assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
}

/// As with signatures: a secret that is revoked while the body comes in lets nobody in.
#[tokio::test]
async fn a_secret_revoked_during_the_upload_is_refused() {
    let shared = SharedKeyring::new(ring());
    let begun = Arc::new(Notify::new());
    let tell = Arc::clone(&begun);
    let receiver = Receiver::bearer(BearerVerifier::new(Arc::clone(&shared), 0)).clock(move || {
        tell.notify_one();
        Timestamp::now()
    });
    let address = serve(app(receiver)).await;
    for (rotation, wanted) in [("none", 200), ("with grace", 200), ("at once", 401)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let headers = format!("Authorization: Bearer {SECRET}\r\nContent-Length: 2\r\n");
        stream.write_all(&head("POST", "/hook", &headers)).await.unwrap();
        stream.write_all(b"h").await.unwrap();
        begun.notified().await;
        // One thread: the head was judged before the task gave way.
        let (now, old) = (Timestamp::now(), shared.load());
        let change = match rotation {
            "with grace" => Some(old.rotate(secret("a new secret of the sender"), Duration::from_secs(60), now)),
            "at once" => {
                let id = old.live(now).find(|live| live.role == Role::Previous).unwrap().key.id();
                Some(old.revoke(id, now))
            }
            _ => None,
        };
        if let Some(change) = change {
            shared.replace(change.unwrap().ring).unwrap();
        }
        stream.write_all(b"i").await.unwrap();
        assert_eq!(answer(&mut stream).await.status, wanted, "{rotation}");
        // The second reading of the clock.
        begun.notified().await;
    }
}

/// The code for a token that was presented at `START`, while `meanwhile` changed the ring that its key is in.
async fn uploaded<S: KeySource<Key = Secret> + 'static>(
    keys: S,
    token: &str,
    shared: &Arc<SharedKeyring>,
    meanwhile: impl FnOnce(&Keyring) -> Keyring + Send + Unpin,
    end: Timestamp,
) -> &'static str {
    let clock = Arc::new(AtomicI64::new(START.unix_millis()));
    let time = Arc::clone(&clock);
    let receiver =
        Receiver::bearer(BearerVerifier::new(keys, 0)).clock(move || Timestamp::from_unix_millis(time.load(Ordering::Relaxed)));
    let body = Body::new(|| {
        let ring = meanwhile(&shared.load());
        // One that has dropped what is dead is another value of the same version.
        let _ = shared.replace(ring);
        clock.store(end.unix_millis(), Ordering::Relaxed);
    });
    let head = parts("/hook", &[("authorization", format!("Bearer {token}").as_str())]);
    receiver.receive(&head, body).await.map_or_else(|refusal| refusal.code(), |_| "accepted")
}

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// As with signatures: a deadline that passes during the upload loses no delivery, and excuses no revoked secret.
#[tokio::test]
async fn a_deadline_during_the_upload_does_not_save_a_revoked_secret() {
    let old = secret(SECRET);
    let id = old.id();
    let ring = Keyring::new(old, START).ring.rotate(secret("a new secret of the sender"), HOUR, START).unwrap().ring;
    let recipe = || Derivation::labelled("url token", &["workflow-23"]).unwrap();
    let derived_text = Derived::new(Keyring::new(secret(SECRET), START).ring, recipe()).current_token().unwrap();
    type Meanwhile = fn(&Keyring, hookring::KeyId) -> Keyring;
    let revoked: Meanwhile = |ring, id| ring.revoke(id, START).unwrap().ring;
    let unchanged: Meanwhile = |ring, _| ring.clone();
    let dropped: Meanwhile = |ring, _| ring.stage(secret("the one after that, not yet in use"), START.plus(HOUR)).unwrap().ring;
    for (meanwhile, end, wanted) in [
        (unchanged, START, "accepted"),
        (unchanged, START.plus(HOUR), "accepted"),
        (dropped, START.plus(HOUR), "accepted"),
        (revoked, START, "token_mismatch"),
        (revoked, START.plus(HOUR), "token_mismatch"),
        (revoked, START.plus(24 * HOUR), "token_mismatch"),
    ] {
        let shared = SharedKeyring::new(ring.clone());
        let code = uploaded(Arc::clone(&shared), SECRET, &shared, |ring| meanwhile(ring, id), end).await;
        assert_eq!(code, wanted, "at {end:?}");
        let shared = SharedKeyring::new(ring.clone());
        let derived = Derived::new(Arc::clone(&shared), recipe());
        let code = uploaded(derived, &derived_text, &shared, |ring| meanwhile(ring, id), end).await;
        assert_eq!(code, wanted, "derived, at {end:?}");
    }
}

/// A label is free again once its key is gone: the name does not make the key.
#[tokio::test]
async fn another_key_of_the_same_label_does_not_let_the_old_one_in() {
    let named = |text: &str| secret(text).labelled("stripe").unwrap();
    let shared = SharedKeyring::new(Keyring::new(named(SECRET), START).ring);
    let between = || secret("a secret for a moment between the two");
    let meanwhile = |ring: &Keyring| {
        let cut = ring.rotate(between(), Duration::ZERO, START).unwrap().ring;
        cut.rotate(named("a new secret of the sender"), Duration::ZERO, START).unwrap().ring
    };
    assert_eq!(uploaded(Arc::clone(&shared), SECRET, &shared, meanwhile, START).await, "token_mismatch");
}

/// Slow checks run on another thread, which gets the header that the carrier names.
#[tokio::test]
async fn slow_hashes_in_other_headers() {
    let secret = Secret::generate(SecretFormat::Base64Url).unwrap();
    let ring = Keyring::new(BcryptHash::of(&secret, 10).unwrap(), Timestamp::now()).ring;
    let basic = Base64::encode_string(format!("hooks:{}", secret.reveal()).as_bytes());
    for (carrier, target, header) in [
        (Carrier::Bearer, "/hook".into(), format!("Authorization: Bearer {}\r\n", secret.reveal())),
        (tokens::GITLAB_TOKEN, "/hook".into(), format!("X-Gitlab-Token: {}\r\n", secret.reveal())),
        (Carrier::Basic { user: Some("hooks") }, "/hook".into(), format!("Authorization: Basic {basic}\r\n")),
        (Carrier::Query("key"), format!("/hook?key={}", secret.reveal()), String::new()),
    ] {
        let verifier = BearerVerifier::new(ring.clone(), 1).carried_by(carrier).unwrap();
        let address = serve(app(Receiver::bearer(verifier))).await;
        assert_eq!(send(address, "POST", &target, &header, b"").await.status, 200, "{carrier:?}");
        let twice = send(address, "POST", &target, &format!("{header}{header}"), b"").await.status;
        assert_eq!(twice, if header.is_empty() { 200 } else { 401 }, "{carrier:?}");
        assert_eq!(send(address, "POST", "/hook", "X-Gitlab-Token: guess\r\n", b"").await.status, 401, "{carrier:?}");
    }
}

/// A retry of an event is told by its id, within its scope, and not with the events of a scheme that signs.
#[tokio::test]
async fn an_event_of_a_token_is_processed_once() {
    use hookring::{Guard, MemoryReplayStore, Scope};
    let receiver = Receiver::bearer(BearerVerifier::new(ring(), 0));
    let head = parts("/hook", &[("authorization", &format!("Bearer {SECRET}"))]);
    let admitted = receiver.receive(&head, Body::new(|| ())).await.unwrap();
    assert_eq!((admitted.body().as_ref(), admitted.presented().role()), (b"{}".as_slice(), Role::Current));
    let scope = |name| Scope::new(name).unwrap();
    let key = |name, id| admitted.event_key(&scope(name), id);
    assert!(key("a", "evt_1") != key("a", "evt_2") && key("a", "evt_1") != key("b", "evt_1"));
    let guard = Guard::with_keep(MemoryReplayStore::new(10, 10_000), scope("a"), HOUR, HOUR).unwrap();
    for wanted in ["processed", "duplicate"] {
        assert_eq!(guard.process_key(key("a", "evt_1"), async || Ok::<_, ()>(())).await.code(), wanted);
    }
    assert_eq!(admitted.into_body().as_ref(), b"{}");
}
