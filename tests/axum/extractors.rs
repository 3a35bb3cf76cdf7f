//! What handlers can take, and what they answer by themselves.

use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post as route_post;
use axum::{Json as Answer, Router};
use hookring::axum::{By, Json};
use hookring::receiver::{Receiver, Refusal};
use hookring::{Guard, MemoryReplayStore, Message, Outcome, Scope, Verified, Verifier, providers};
use serde_json::{Value, json};

use crate::server::{SECRET, github, post, ring, send, serve, signature, signed};

async fn json_hook(delivery: Verified<Json<Value>>) -> String {
    let raw = delivery.body().raw().len();
    format!("{} {raw}", delivery.into_body().value["n"])
}

#[tokio::test]
async fn json_is_read_after_it_was_verified() {
    let address = serve(Router::new().route("/hook", route_post(json_hook)).with_state(github())).await;
    let good = br#"{"n":7, "confidential":"x"}"#;
    let answer = post(address, &signature(good), good).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "7 27"));
    let broken = br#"{"confidential":"the-merger"#;
    let answer = post(address, &signature(broken), broken).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, "not the expected JSON"));
    // Not authentic: whether it is JSON is not said.
    for body in [good.as_slice(), broken] {
        assert_eq!(post(address, &signature(b"other"), body).await.status, 401);
    }
}

#[test]
fn a_json_error_does_not_quote_the_body() {
    let refusal = Refusal::BadJson { line: 1, column: 30 };
    assert_eq!(format!("{refusal:?}"), "Refusal(bad_json: authentic, but not the expected JSON at line 1 column 30)");
}

#[derive(Clone)]
struct Github(Receiver);
#[derive(Clone)]
struct Stripe(Receiver);

impl AsRef<Receiver> for Github {
    fn as_ref(&self) -> &Receiver {
        &self.0
    }
}

impl AsRef<Receiver> for Stripe {
    fn as_ref(&self) -> &Receiver {
        &self.0
    }
}

#[derive(Clone)]
struct App {
    github: Github,
    stripe: Stripe,
    greeting: &'static str,
}

impl FromRef<App> for Github {
    fn from_ref(app: &App) -> Self {
        app.github.clone()
    }
}

impl FromRef<App> for Stripe {
    fn from_ref(app: &App) -> Self {
        app.stripe.clone()
    }
}

impl FromRef<App> for &'static str {
    fn from_ref(app: &App) -> Self {
        app.greeting
    }
}

#[tokio::test]
async fn several_receivers_in_one_state() {
    async fn of_github(State(greeting): State<&'static str>, By { delivery, .. }: By<Github>) -> String {
        format!("{greeting} {}", delivery.scheme())
    }
    async fn of_stripe(By { delivery, .. }: By<Stripe, Verified<Json<Value>>>) -> String {
        format!("{} {}", delivery.scheme(), delivery.body().value["n"])
    }
    let stripe = Stripe(Receiver::new(Verifier::new(providers::STRIPE, ring()).unwrap()));
    let app = Router::new().route("/github", route_post(of_github)).route("/stripe", route_post(of_stripe)).with_state(App {
        github: Github(github()),
        stripe,
        greeting: "hello",
    });
    let address = serve(app).await;
    let body = br#"{"n":1}"#;
    let of_stripe = signed(providers::STRIPE, SECRET, &Message::new(body));
    assert_eq!(send(address, "POST", "/github", &signature(body), body).await.body, "hello github");
    assert_eq!(send(address, "POST", "/stripe", &of_stripe, body).await.body, "stripe 1");
    assert_eq!(send(address, "POST", "/stripe", &signature(body), body).await.status, 401);
    assert_eq!(send(address, "POST", "/github", &of_stripe, body).await.status, 401);
}

/// `Result<_, Refusal>` in a handler: the answers are the application's.
#[tokio::test]
async fn answers_of_ones_own() {
    async fn hook(Path(id): Path<String>, delivery: Result<Verified<Bytes>, Refusal>) -> Response {
        match delivery {
            Ok(_) => (StatusCode::ACCEPTED, Answer(json!({ "executionId": id }))).into_response(),
            Err(why) => {
                let status = StatusCode::from_u16(why.status()).unwrap();
                (status, Answer(json!({ "error": "Unauthorized" }))).into_response()
            }
        }
    }
    let address = serve(Router::new().route("/hook/{id}", route_post(hook)).with_state(github())).await;
    let answer = send(address, "POST", "/hook/7", &signature(b"{}"), b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (202, r#"{"executionId":"7"}"#));
    let answer = send(address, "POST", "/hook/7", "", b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (401, r#"{"error":"Unauthorized"}"#));
}

/// A proof from the receiver is remembered under the same key as one from the verifier: the whole way to a guard.
#[tokio::test]
async fn a_guard_takes_json_and_bytes() {
    let verifier = Verifier::new(providers::STRIPE, ring()).unwrap();
    let guard = Guard::new(
        MemoryReplayStore::new(100, 100_000),
        &verifier,
        Scope::new("a").unwrap(),
        core::time::Duration::from_secs(60),
    );
    let guard = std::sync::Arc::new(guard.unwrap());
    let for_json = std::sync::Arc::clone(&guard);
    let json = route_post(async move |delivery: Verified<Json<Value>>| {
        let outcome = for_json.process(delivery, async |json| Ok::<_, ()>(json.value["n"].to_string())).await;
        outcome.code().to_owned()
    });
    let bytes = route_post(async move |delivery: Verified<Bytes>| {
        let outcome: Outcome<_, (), _> = guard.process(delivery, async |_| Ok(())).await;
        outcome.code().to_owned()
    });
    let receiver = Receiver::new(verifier.clone());
    let app = Router::new().route("/json", json).route("/bytes", bytes).with_state(receiver);
    let address = serve(app).await;
    let body = br#"{"n":1}"#;
    let headers = signed(providers::STRIPE, SECRET, &Message::new(body));
    assert_eq!(send(address, "POST", "/json", &headers, body).await.body, "processed");
    assert_eq!(send(address, "POST", "/bytes", &headers, body).await.body, "duplicate");
    assert_eq!(send(address, "POST", "/json", &headers, body).await.body, "duplicate");
}

/// Schemes that sign the URL work below a nested router when the prefix is part of the public address.
#[tokio::test]
async fn signed_urls_below_a_nested_router() {
    let verifier = Verifier::builder(providers::HUBSPOT_V3).public_url("https://hooks.example/api").build(ring()).unwrap();
    let inner = Router::new().route("/hook", route_post(crate::server::accept)).with_state(Receiver::new(verifier));
    let address = serve(Router::new().nest("/api", inner)).await;
    let message = Message::new(b"{}").method("POST").url("https://hooks.example/api/hook?a=1&b=%2F");
    let headers = signed(providers::HUBSPOT_V3, SECRET, &message);
    assert_eq!(send(address, "POST", "/api/hook?a=1&b=%2F", &headers, b"{}").await.status, 202);
    assert_eq!(send(address, "POST", "/api/hook?b=%2F&a=1", &headers, b"{}").await.status, 401);
}
