//! What the application's metrics and its log get to see.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::routing::any;
use hookring::axum::Json;
use hookring::receiver::{Admitted, Received, Receiver};
use hookring::{BearerVerifier, KeyName, Keyring, Message, Role, SharedKeyring, Timestamp, Verified, Verifier, providers};
use serde_json::Value;

use crate::server::{SECRET, Seen, app, post, ring, secret, send, serve, signed};

#[tokio::test]
async fn one_verdict_per_request_with_all_its_labels() {
    let now = Timestamp::now();
    let labelled = secret(SECRET).labelled("stripe-2026").unwrap();
    let shared = SharedKeyring::new(Keyring::new(labelled, now).ring);
    let seen = Seen::default();
    let address = serve(app(seen.watch(Receiver::new(Verifier::new(providers::STRIPE, Arc::clone(&shared)).unwrap())))).await;
    let headers = signed(providers::STRIPE, SECRET, &Message::new(b"{}"));
    assert_eq!(post(address, &headers, b"{}").await.status, 202);
    let new = secret("the new secret, without a label");
    shared.replace(shared.load().rotate(new, core::time::Duration::from_secs(60), now).unwrap().ring).unwrap();
    assert_eq!(post(address, &headers, b"{}").await.status, 202);
    assert_eq!(post(address, "", b"{}").await.status, 401);

    let all = seen.all();
    assert_eq!(all.len(), 3);
    let label = KeyName::Label("stripe-2026".into());
    assert_eq!((all[0].role, all[0].generation, all[0].key.clone()), (Some(Role::Current), Some(1), Some(label.clone())));
    assert_eq!((all[1].role, all[1].generation, all[1].key.clone()), (Some(Role::Previous), Some(2), Some(label)));
    assert!(all[0].skew_ms.is_some_and(|skew| (0..300_000).contains(&skew)), "{:?}", all[0]);
    let labels: Vec<_> = all[2].labels().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(labels.join(" "), "scheme=stripe code=missing_signature role=none key=none generation=2");
}

/// A delivery that is authentic but stale says how stale it is.
#[tokio::test]
async fn the_skew_of_stale_deliveries() {
    let seen = Seen::default();
    let ahead = |secs: i64| Timestamp::from_unix_millis(Timestamp::now().unix_millis() + secs * 1000);
    for secs in [1000, -1000] {
        let receiver = Receiver::new(Verifier::new(providers::STRIPE, ring()).unwrap()).clock(move || ahead(secs));
        let address = serve(app(seen.watch(receiver))).await;
        let headers = signed(providers::STRIPE, SECRET, &Message::new(b"{}"));
        assert_eq!(post(address, &headers, b"{}").await.status, 401);
    }
    let all = seen.all();
    assert_eq!(seen.codes(), ["too_old", "too_new"]);
    assert!(all[0].skew_ms.is_some_and(|skew| (1_000_000..1_300_000).contains(&skew)), "{:?}", all[0]);
    assert!(all[1].skew_ms.is_some_and(|skew| (-1_001_000..-700_000).contains(&skew)), "{:?}", all[1]);
}

/// Nothing that can be printed holds a body or a token.
#[tokio::test]
async fn nothing_printed_holds_a_body_or_a_token() {
    const BODY: &[u8] = br#"{"confidential":"the-merger-closes-on-friday"}"#;
    let text = Arc::new(Mutex::new(Vec::new()));
    let (by_signature, by_token) = (Arc::clone(&text), Arc::clone(&text));
    let bearer = Receiver::bearer(BearerVerifier::new(ring(), 0).allow_query("token"));
    let github = crate::server::github();
    text.lock().unwrap().extend([format!("{bearer:?} {github:#?}")]);
    let json = async move |delivery: Verified<Json<Value>>| {
        by_signature.lock().unwrap().push(format!("{delivery:?} {:?} {delivery:#?}", delivery.body()));
    };
    let token = async move |admitted: Admitted| {
        by_token.lock().unwrap().push(format!("{admitted:?} {:#?}", Received::from(admitted.clone())));
    };
    let app = axum::Router::new().route("/json", any(json).with_state(github)).route("/token", any(token).with_state(bearer));
    let address = serve(app).await;
    assert_eq!(send(address, "POST", "/json", &crate::server::signature(BODY), BODY).await.status, 200);
    assert_eq!(send(address, "POST", &format!("/token?token={SECRET}"), "", BODY).await.status, 200);
    let printed = text.lock().unwrap().join("\n");
    assert_eq!(printed.matches("Admitted").count(), 2, "{printed}");
    for piece in ["merger", "confid", "109, 101, 114", "battery", &SECRET[..8]] {
        assert!(!printed.contains(piece), "{piece} in {printed}");
    }
}

/// A body that never comes.
struct Never;

impl http_body::Body for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

/// The hook can tell requests apart: it sees the head, also of a request that nobody waited for.
#[tokio::test]
async fn the_hook_sees_the_head() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    let receiver = crate::server::github().on_verdict(move |head, verdict| {
        let id = head.extensions.get::<u32>().copied();
        list.lock().unwrap().push((head.uri.path().to_owned(), id, verdict.code, verdict.is_our_fault()));
    });
    let mut head = crate::server::parts("/acme", &[]);
    head.extensions.insert(7_u32);
    assert!(receiver.receive(&head, String::new()).await.is_err());
    let head = crate::server::parts("/other", &[("x-hub-signature-256", &format!("sha256={:064x}", 1))]);
    tokio::select! {
        biased;
        _ = receiver.receive(&head, Never) => panic!("the body has no end"),
        () = core::future::ready(()) => {}
    }
    let no_keys = {
        let ring = ring();
        let id = ring.current().unwrap().id();
        Receiver::new(Verifier::new(providers::GITHUB, ring.revoke(id, Timestamp::now()).unwrap().ring).unwrap())
    };
    let list = Arc::clone(&seen);
    let no_keys = no_keys.on_verdict(move |head, verdict| {
        list.lock().unwrap().push((head.uri.path().to_owned(), None, verdict.code, verdict.is_our_fault()));
    });
    assert!(no_keys.receive(&head, String::new()).await.is_err());
    let wanted = [
        ("/acme".to_owned(), Some(7), "missing_signature", false),
        ("/other".to_owned(), None, "abandoned", false),
        ("/other".to_owned(), None, "no_live_key", true),
    ];
    assert_eq!(*seen.lock().unwrap(), wanted);
}

/// Every code of a receiver stands on the page that says what to alert on.
#[test]
fn the_page_names_every_code() {
    let page = include_str!("../../src/docs/observability.md");
    for code in [
        "accepted",
        "body_too_large",
        "body_too_slow",
        "body_broken",
        "unknown_tenant",
        "lookup_failed",
        "abandoned",
        "signature_mismatch",
        "token_mismatch",
        "no_live_key",
        "wrong_key_kind",
        "needs_request_line",
        "needs_whole_body",
        "too_old",
        "too_new",
    ] {
        assert!(page.contains(code), "{code}");
    }
}

#[cfg(feature = "tracing")]
mod tracing_events {
    use core::fmt::{self, Write as _};

    use tracing::field::{Field, Visit};
    use tracing::{Event, Level, Subscriber};
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;
    use crate::server::github;

    type Lines = Arc<Mutex<Vec<(Level, String)>>>;

    /// Writes events of our target down, with all their fields.
    struct Collect(Lines);

    struct Fields(String);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            write!(self.0, "{}={value:?} ", field.name()).unwrap();
        }
    }

    impl<S: Subscriber> Layer<S> for Collect {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            if event.metadata().target() == "hookring" {
                let mut fields = Fields(String::new());
                event.record(&mut fields);
                self.0.lock().unwrap().push((*event.metadata().level(), fields.0));
            }
        }
    }

    #[test]
    fn a_verdict_is_recorded_with_exactly_its_fields() {
        let lines = Lines::default();
        let seen = Seen::default();
        let subscriber = Registry::default().with(Collect(Arc::clone(&lines)));
        // A runtime of one thread, so that everything happens below this subscriber.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(async {
                let address = serve(app(seen.watch(github()))).await;
                let headers = signed(providers::GITHUB, SECRET, &Message::new(b"{}"));
                assert_eq!(post(address, &headers, b"{}").await.status, 202);
                assert_eq!(post(address, "", b"{}").await.status, 401);
            });
        });
        let key = seen.all()[0].key.clone().unwrap();
        let wanted = [
            (Level::INFO, format!("scheme=\"github\" code=\"accepted\" role=\"current\" key={key} generation=1 ")),
            (Level::WARN, "scheme=\"github\" code=\"missing_signature\" generation=1 ".to_owned()),
        ];
        assert_eq!(*lines.lock().unwrap(), wanted);
    }
}
