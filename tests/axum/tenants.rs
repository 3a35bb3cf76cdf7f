//! Whose keys count is looked up by the path.

use core::time::Duration;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use hookring::receiver::{Endpoint, Lookup, Received, Receiver, UnknownTenant, last_segment, segment};
use hookring::{BearerVerifier, Keyring, Message, SharedKeyring, Timestamp, Verifier, providers};
use http::request::Parts;

use crate::server::{SECRET, Seen, accept, ring, secret, send, serve, signature, signed};

const OTHER: &str = "the secret of the other tenant 42";

/// Two tenants with one scheme, and a store that can fail.
fn tenants() -> Receiver {
    let shared = Verifier::builder(providers::GITHUB).build_per_tenant().unwrap();
    Receiver::per_tenant(segment(1), move |tenant: String| {
        let found = match tenant.as_str() {
            "acme" => Ok(Some(shared.with_keys(ring()))),
            "other" => Ok(Some(shared.with_keys(Keyring::new(secret(OTHER), Timestamp::now()).ring))),
            "down" => Err(io::Error::other("postgres://user:password@db is down")),
            _ => Ok(None),
        };
        async move {
            tokio::task::yield_now().await;
            found
        }
    })
}

fn app(receiver: Receiver) -> Router {
    Router::new().route("/hooks/{tenant}", any(accept)).with_state(receiver)
}

#[tokio::test]
async fn every_tenant_has_its_own_keys() {
    let seen = Seen::default();
    let address = serve(app(seen.watch(tenants()))).await;
    let of_other = signed(providers::GITHUB, OTHER, &Message::new(b"{}"));
    for (tenant, headers, wanted) in [
        ("acme", &signature(b"{}"), 202),
        ("other", &of_other, 202),
        ("other", &signature(b"{}"), 401),
        ("acme", &of_other, 401),
        ("nobody", &signature(b"{}"), 401),
        ("%FF", &signature(b"{}"), 401),
        ("down", &signature(b"{}"), 503),
    ] {
        // axum itself refuses a path that is no UTF-8 only where a handler asks for it.
        let answer = send(address, "POST", &format!("/hooks/{tenant}"), headers, b"{}").await;
        assert_eq!(answer.status, wanted, "{tenant}");
        assert!(!answer.body.contains("password"));
        if wanted == 401 {
            assert_eq!(answer.body, "invalid signature");
        }
        if wanted == 503 {
            assert!(answer.head.contains("retry-after: 10"), "{}", answer.head);
        }
    }
    let codes = [
        "accepted",
        "accepted",
        "signature_mismatch",
        "signature_mismatch",
        "unknown_tenant",
        "unknown_tenant",
        "lookup_failed",
    ];
    assert_eq!(seen.codes(), codes);
    let schemes: Vec<_> = seen.all().iter().map(|verdict| verdict.scheme.as_deref().map(str::to_owned)).collect();
    assert_eq!(schemes[0].as_deref(), Some("github"));
    assert_eq!(schemes[4], None);
}

#[tokio::test]
async fn unknown_tenants_as_configured() {
    let address = serve(app(tenants().unknown_tenant(UnknownTenant::NotFound))).await;
    let answer = send(address, "POST", "/hooks/nobody", &signature(b"{}"), b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (404, "not found"));
    assert_eq!(send(address, "POST", "/hooks/acme", &signature(b"{}"), b"{}").await.status, 202);
    // The method is looked at first: a GET finds out nothing.
    assert_eq!(send(address, "GET", "/hooks/nobody", "", b"").await.status, 401);
}

/// A tenant whose keys are all gone is our fault, not the sender's.
#[tokio::test]
async fn no_live_key_is_500() {
    let now = Timestamp::now();
    let ring = SharedKeyring::new(ring());
    let address = serve(app(Receiver::new(Verifier::new(providers::GITHUB, Arc::clone(&ring)).unwrap()))).await;
    assert_eq!(send(address, "POST", "/hooks/a", &signature(b"{}"), b"{}").await.status, 202);
    let current = ring.load().current().map(hookring::Key::id).unwrap();
    ring.replace(ring.load().revoke(current, now).unwrap().ring).unwrap();
    let answer = send(address, "POST", "/hooks/a", &signature(b"{}"), b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, "temporarily unable to verify"));
}

/// One scheme per trigger: some sign as GitHub, some as Stripe, some present a secret.
#[tokio::test]
async fn every_tenant_has_its_own_scheme() {
    async fn hook(delivery: Received) -> String {
        match delivery {
            Received::Signed(verified) => format!("{} {}", verified.scheme(), verified.body().len()),
            Received::Presented(admitted) => format!("{} {}", admitted.presented().role().as_str(), admitted.body().len()),
            _ => "?".to_owned(),
        }
    }
    let receiver: Receiver<Received> = Receiver::per_tenant(last_segment, |tenant: String| async move {
        Ok::<_, io::Error>(match tenant.as_str() {
            "github" => Some(Endpoint::from(Verifier::new(providers::GITHUB, ring()).map_err(io::Error::other)?)),
            "stripe" => Some(Verifier::new(providers::STRIPE, ring()).map_err(io::Error::other)?.into()),
            "token" => Some(BearerVerifier::new(ring(), 0).into()),
            _ => None,
        })
    });
    let address = serve(Router::new().route("/{tenant}", any(hook)).with_state(receiver)).await;
    let stripe = signed(providers::STRIPE, SECRET, &Message::new(b"{}"));
    let token = format!("Authorization: Bearer {SECRET}\r\n");
    for (tenant, headers, wanted) in [
        ("github", &signature(b"{}"), "github 2"),
        ("stripe", &stripe, "stripe 2"),
        ("token", &token, "current 2"),
        ("github", &token, "invalid signature"),
        ("token", &stripe, "invalid signature"),
        ("nobody", &token, "invalid signature"),
    ] {
        assert_eq!(send(address, "POST", &format!("/{tenant}"), headers, b"{}").await.body, wanted, "{tenant}");
    }
}

/// A look-up of one's own sees the whole head.
struct ByHost;

impl Lookup<hookring::Verified<axum::body::Bytes>> for ByHost {
    type Error = io::Error;

    async fn find(&self, head: &Parts) -> Result<Option<Endpoint>, io::Error> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let known = head.headers.get("host").is_some_and(|host| host == "a");
        let verifier = Verifier::new(providers::GITHUB, ring()).map_err(io::Error::other)?;
        Ok(known.then(|| verifier.into()))
    }
}

#[tokio::test]
async fn a_look_up_of_ones_own() {
    let address = serve(app(Receiver::with_lookup(ByHost))).await;
    assert_eq!(send(address, "POST", "/hooks/a", &signature(b"{}"), b"{}").await.status, 202);
    let request =
        format!("POST /hooks/a HTTP/1.1\r\nHost: b\r\nConnection: close\r\n{}Content-Length: 2\r\n\r\n{{}}", signature(b"{}"));
    assert_eq!(crate::server::raw(address, request.as_bytes()).await.status, 401);
}
