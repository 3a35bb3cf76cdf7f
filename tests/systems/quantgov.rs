//! QuantGov: a secret for each workflow, presented or signing, sealed in the database, shown and cut on demand.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use hookring::postgres::PostgresKeyringStore;
use hookring::receiver::{Endpoint, Received, Receiver, Refusal, UnknownTenant, last_segment};
use hookring::{
    AeadSeal, BearerVerifier, EventKind, Keyring, KeyringStore as _, Secret, SecretFormat, Swapped, Timestamp, Verifier,
    providers,
};
use serde_json::{Value, json};

use crate::database::{self, Database};
use crate::rig::{Postgres, curl, serve, sh};
use crate::servers::Server;

/// GitHub's side.
const SIGNED: &str = r#"
SIG="sha256=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')"
curl -X POST "$URL" -H "Content-Type: application/json" -H "X-GitHub-Event: push" -H "X-Hub-Signature-256: $SIG" -d "$BODY""#;
const BEARER: &str = r#"curl -X POST "$URL" -H "Authorization: Bearer $SECRET" -d "$BODY""#;
const QUERY: &str = r#"curl -X POST "$URL?token=$SECRET" -d "$BODY""#;
const BODY: &str = r#"{ "ref": "refs/heads/main",  "after": "é" }"#;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Secret,
    Hmac,
}

type Store = PostgresKeyringStore<Database, AeadSeal>;

/// Engine and console in one process.
#[derive(Clone)]
struct App {
    receiver: Receiver<Received>,
    store: Arc<Store>,
    workflows: Arc<Mutex<HashMap<String, Mode>>>,
    executions: Arc<AtomicU32>,
    log: Arc<Mutex<Vec<&'static str>>>,
}

impl FromRef<App> for Receiver<Received> {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

impl App {
    fn new(store: Store) -> Self {
        let (store, workflows) = (Arc::new(store), Arc::<Mutex<HashMap<_, _>>>::default());
        let log = Arc::<Mutex<Vec<_>>>::default();
        let hmac = Verifier::builder(providers::GITHUB).build_per_tenant().unwrap();
        let bearer = BearerVerifier::per_tenant(1).allow_query("token");
        let (rings, modes, seen) = (Arc::clone(&store), Arc::clone(&workflows), Arc::clone(&log));
        let find = move |id: String| {
            let (rings, modes, hmac, bearer) = (Arc::clone(&rings), Arc::clone(&modes), hmac.clone(), bearer.clone());
            async move {
                // The path is not authentic: it chooses a ring, never a key.
                let Some(mode) = modes.lock().unwrap().get(&id).copied() else { return Ok(None) };
                let ring: Option<Keyring> = rings.load(&id, 0).await.map_err(|error| error.to_string())?;
                Ok::<_, String>(ring.map(|ring| match mode {
                    Mode::Secret => Endpoint::from(bearer.with_keys(ring)),
                    Mode::Hmac => Endpoint::from(hmac.with_keys(ring)),
                }))
            }
        };
        let receiver = Receiver::per_tenant(last_segment, find)
            .unknown_tenant(UnknownTenant::NotFound)
            .on_verdict(move |_, verdict| seen.lock().unwrap().push(verdict.code));
        Self { receiver, store, workflows, executions: Arc::default(), log }
    }

    fn router(self) -> Router {
        Router::new()
            .route("/webhooks/ai/workflows/{id}", any(trigger))
            .route("/console/workflows/{id}/secret", get(reveal))
            .route("/console/workflows/{id}/rotate", post(rotate))
            .with_state(self)
    }

    /// Creating a trigger makes its secret. Gives its text.
    async fn create(&self, id: &str, mode: Mode) -> String {
        let change = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), Timestamp::now());
        assert_eq!(self.store.swap(id, 0, &change).await.unwrap(), Swapped::Stored);
        self.workflows.lock().unwrap().insert(id.into(), mode);
        change.ring.current().unwrap().reveal().into()
    }

    /// A new secret; the former one is dead at once. Also when the mode changes: what was presented must not sign.
    async fn cut(&self, id: &str) {
        let ring: Keyring = self.store.load(id, 0).await.unwrap().unwrap();
        let new = Secret::generate(SecretFormat::Utf8).unwrap();
        let change = ring.rotate(new, Duration::ZERO, Timestamp::now()).unwrap();
        assert_eq!(self.store.swap(id, ring.generation(), &change).await.unwrap(), Swapped::Stored);
    }

    fn codes(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

/// Answers in the words of the document; the reason of a refusal is in our log only.
async fn trigger(State(app): State<App>, Path(id): Path<String>, delivery: Result<Received, Refusal>) -> Response {
    let known = app.workflows.lock().unwrap().contains_key(&id);
    let error = |status: u16, text: &str| (StatusCode::from_u16(status).unwrap(), Json(json!({"error": text}))).into_response();
    match delivery {
        Ok(_) => {
            let execution = app.executions.fetch_add(1, Ordering::SeqCst) + 1;
            (StatusCode::ACCEPTED, Json(json!({"executionId": format!("exec-{execution}")}))).into_response()
        }
        // A workflow without a secret is no open door, and not unknown.
        Err(Refusal::UnknownTenant(_)) if known => error(401, "Unauthorized"),
        Err(Refusal::UnknownTenant(_)) => error(404, "Workflow webhook not configured"),
        Err(refusal) if refusal.status() == 401 => error(401, "Unauthorized"),
        Err(refusal) => refusal.into_response(),
    }
}

/// The one place where a secret is shown. A real console asks who is there and writes it down.
async fn reveal(State(app): State<App>, Path(id): Path<String>) -> String {
    let ring: Keyring = app.store.load(&id, 0).await.unwrap().unwrap();
    ring.current().unwrap().reveal().into()
}

async fn rotate(State(app): State<App>, Path(id): Path<String>, Json(order): Json<Value>) -> StatusCode {
    if order["confirm"] != json!(true) {
        return StatusCode::CONFLICT;
    }
    app.cut(&id).await;
    StatusCode::NO_CONTENT
}

/// The service at work.
struct Service {
    app: App,
    url: String,
    _postgres: Option<Arc<Postgres>>,
}

impl Service {
    async fn start() -> Option<Self> {
        let postgres = Postgres::start()?;
        Some(Self { _postgres: Some(Arc::clone(&postgres)), ..Self::over(&postgres.url).await })
    }

    async fn over(url: &str) -> Self {
        let seal = AeadSeal::new(Secret::generate(SecretFormat::Hex).unwrap());
        let app = App::new(PostgresKeyringStore::new(database::open(url, 2).await, seal));
        let url = serve(app.clone().router()).await;
        Self { app, url, _postgres: None }
    }

    fn hook(&self, id: &str) -> String {
        format!("{}/webhooks/ai/workflows/{id}", self.url)
    }

    async fn send(&self, id: &str, secret: &str, script: &str) -> (u16, String) {
        curl(&[("URL", &self.hook(id)), ("SECRET", secret), ("BODY", BODY)], script).await
    }
}

fn unauthorized() -> (u16, String) {
    (401, r#"{"error":"Unauthorized"}"#.into())
}

/// S4.2, S4.5, S4.7, S4.12, S4.13, S4.14, S4.15, X2: the three checks of the document, and a ping.
#[tokio::test]
async fn the_three_checks() {
    let Some(service) = Service::start().await else { return };
    let secret = service.app.create("wf_1", Mode::Hmac).await;
    let not_configured = (404, r#"{"error":"Workflow webhook not configured"}"#.to_owned());
    assert_eq!(service.send("does-not-exist", &secret, SIGNED).await, not_configured);
    assert_eq!(service.send("wf_1", "wrong-secret", SIGNED).await, unauthorized());
    assert_eq!(service.send("wf_1", &secret, SIGNED).await, (202, r#"{"executionId":"exec-1"}"#.into()));

    let ping = SIGNED.replace("Event: push", "Event: ping");
    let body = r#"{"zen":"Keep it logically awesome.","hook_id":42,"hook":{"type":"Repository","active":true}}"#;
    let answer = curl(&[("URL", &service.hook("wf_1")), ("SECRET", &secret), ("BODY", body)], &ping).await;
    assert_eq!(answer.0, 202);
    // A valid header over another body is worth nothing.
    let tampered = SIGNED.replace(r#"-d "$BODY""#, r#"-d "${BODY/main/evil}""#);
    assert_eq!(service.send("wf_1", &secret, &tampered).await, unauthorized());
}

/// S4.1, S4.6, S4.8, S4.16, X2, X10: one answer to everything that is wrong, and the reasons in the log.
#[tokio::test]
async fn every_refusal_looks_the_same() {
    let Some(service) = Service::start().await else { return };
    let secret = service.app.create("wf_1", Mode::Hmac).await;
    service.app.workflows.lock().unwrap().insert("no-secret".into(), Mode::Hmac);
    for (id, script, code) in [
        ("wf_1", SIGNED.replace("$SECRET", "${SECRET}x"), "signature_mismatch"),
        ("wf_1", r#"curl -X POST "$URL" -d "$BODY""#.into(), "missing_signature"),
        ("wf_1", SIGNED.replace("sha256=$(", "$("), "malformed_signature"),
        ("wf_1", SIGNED.replace("-X POST", "-X GET"), "wrong_method"),
        ("wf_1", SIGNED.replace("-X POST", "-X PUT"), "wrong_method"),
        ("wf_1", BEARER.into(), "missing_signature"),
        ("no-secret", SIGNED.into(), "unknown_tenant"),
    ] {
        assert_eq!((service.send(id, &secret, &script).await, service.app.codes()), (unauthorized(), vec![code]), "{script}");
    }
    assert_eq!(service.app.executions.load(Ordering::SeqCst), 0, "no workflow has started");
}

/// S4.4, X13: the default mode. A token in the query is allowed here by the word of the service, and never in a log.
#[tokio::test]
async fn bearer_and_query_token() {
    let Some(service) = Service::start().await else { return };
    let (secret, other) = (service.app.create("wf_1", Mode::Secret).await, service.app.create("wf_2", Mode::Secret).await);
    assert_eq!(service.send("wf_1", &secret, BEARER).await.0, 202);
    assert_eq!(service.send("wf_1", &secret, &BEARER.replace("Bearer", "bearer")).await.0, 202);
    assert_eq!(service.send("wf_1", &secret, QUERY).await.0, 202);
    for (secret, script) in [
        (&secret, r#"curl -X POST "$URL" -d "$BODY""#.to_owned()),
        (&secret, BEARER.replace("$URL", "$URL?token=$SECRET")), // in both places
        (&secret, QUERY.replace("?token=$SECRET", "?token=$SECRET&token=$SECRET")),
        (&secret, BEARER.replace("Bearer $SECRET", "Basic $SECRET")),
        (&secret, QUERY.replace("token=", "secret=")),
        (&secret, SIGNED.into()), // a signature is not what this mode asks for
        (&other, BEARER.into()),  // the secret of another workflow
        (&other, QUERY.into()),
    ] {
        assert_eq!(service.send("wf_1", secret, &script).await, unauthorized(), "{script}");
    }
    let log = format!("{:?}", service.app.codes());
    assert!(log.contains("ambiguous_token") && log.contains("token_mismatch") && !log.contains(secret.as_str()), "{log}");
    assert_eq!(hookring::redact_query(&format!("a=1&token={secret}"), "token"), "a=1&token=REDACTED");
}

/// S4.9, S4.10, S4.16, X4: show the secret as it is; cut it at once, behind a confirmation.
#[tokio::test]
async fn reveal_and_rotate() {
    let Some(service) = Service::start().await else { return };
    let secret = service.app.create("wf_1", Mode::Hmac).await;
    let console = async |script: &str| sh(&[("URL", &format!("{}/console/workflows/wf_1", service.url))], script).await;
    const REVEAL: &str = r#"command curl -sS "$URL/secret""#;
    let revealed = [console(REVEAL).await, console(REVEAL).await];
    assert_eq!(revealed, [secret.clone(), secret.clone()], "showing it changes nothing");

    let rotate = |confirm: &str| {
        format!(r#"curl -X POST "$URL/rotate" -H "Content-Type: application/json" -d '{{"confirm":{confirm}}}'"#)
    };
    assert_eq!(console(&rotate("false")).await.trim(), "409");
    assert_eq!(service.send("wf_1", &secret, SIGNED).await.0, 202, "nothing has happened");
    assert_eq!(console(&rotate("true")).await.trim(), "204");
    let new = console(REVEAL).await;
    assert_ne!(new, secret);
    assert_eq!(service.send("wf_1", &secret, SIGNED).await, unauthorized(), "the former secret is dead at once");
    assert_eq!(service.send("wf_1", &new, SIGNED).await.0, 202);
    let trail = service.app.store.history("wf_1", None, 10).await.unwrap();
    assert!(trail.iter().any(|e| matches!(e.event.kind, EventKind::Promoted { old_expires: None, .. })), "{trail:?}");

    // Going over from presenting a secret to signing with one is a rotation: whoever saw it in a log must not sign.
    let seen = service.app.create("wf_2", Mode::Secret).await;
    assert_eq!(service.send("wf_2", &seen, QUERY).await.0, 202);
    service.app.cut("wf_2").await;
    service.app.workflows.lock().unwrap().insert("wf_2".into(), Mode::Hmac);
    assert_eq!(service.send("wf_2", &seen, SIGNED).await, unauthorized());
}

/// S4.3, S4.1: what is at rest is sealed, bound to its workflow; and a database that is down opens no door.
#[tokio::test]
async fn secrets_at_rest_are_sealed() {
    let Some(mut server) = Server::postgres() else { return };
    let service = Service::over(&server.postgres_url()).await;
    let (secret, other) = (service.app.create("wf_1", Mode::Hmac).await, service.app.create("wf_2", Mode::Hmac).await);
    let pool = service.app.store.pool().0.clone();
    let row = pool.get().await.unwrap().query_one("SELECT ring FROM hookring_ring WHERE owner = 'wf_1'", &[]).await.unwrap();
    let sealed: Vec<u8> = row.get(0);
    assert!(!sealed.windows(8).any(|window| secret.as_bytes().windows(8).any(|part| part == window)));
    // The row of one workflow in the place of another does not open, so nothing is accepted: our fault, not the sender's.
    let swap = "UPDATE hookring_ring SET ring = (SELECT ring FROM hookring_ring WHERE owner = 'wf_1') WHERE owner = 'wf_2'";
    pool.get().await.unwrap().execute(swap, &[]).await.unwrap();
    for secret in [&secret, &other] {
        assert_eq!(service.send("wf_2", secret, SIGNED).await.0, 503);
    }
    assert_eq!(service.send("wf_1", &secret, SIGNED).await.0, 202);
    server.kill9();
    assert_eq!(service.send("wf_1", &secret, SIGNED).await.0, 503);
}

/// S4.11: the portal in front hands on the raw body and the header, and adds its context beside them.
#[tokio::test]
async fn the_portal_hands_on_raw_bytes() {
    let Some(service) = Service::start().await else { return };
    let secret = service.app.create("wf_1", Mode::Hmac).await;
    let forward = |encode: fn(Bytes) -> Vec<u8>| {
        let engine = service.url.clone();
        move |Path(id): Path<String>, headers: HeaderMap, body: Bytes| async move {
            let signature = headers.get("x-hub-signature-256").cloned().unwrap();
            let request = reqwest::Client::new().post(format!("{engine}/webhooks/ai/workflows/{id}"));
            let request = request.header("x-hub-signature-256", signature).header("x-tenant-context", "acme");
            StatusCode::from_u16(request.body(encode(body)).send().await.unwrap().status().as_u16()).unwrap()
        }
    };
    let again = |body: Bytes| serde_json::from_slice::<Value>(&body).unwrap().to_string().into_bytes();
    let portal =
        Router::new().route("/raw/{id}", post(forward(|body| body.to_vec()))).route("/parsed/{id}", post(forward(again)));
    let portal = serve(portal).await;
    for (path, status) in [("raw", 202), ("parsed", 401)] {
        let url = format!("{portal}/{path}/wf_1");
        assert_eq!(curl(&[("URL", &url), ("SECRET", &secret), ("BODY", BODY)], SIGNED).await.0, status, "{path}");
    }
}

/// X12: the document names Stripe as a caller, whose header its one mode does not read. A scheme per trigger does.
#[tokio::test]
async fn another_provider_is_another_scheme() {
    let now = Timestamp::now();
    let ring = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), now).ring;
    let secret = ring.current().unwrap().reveal().to_owned();
    let script = r#"
TS=$(date +%s); SIG=$(printf %s "$TS.$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl -X POST "$URL" -H "Stripe-Signature: t=$TS,v1=$SIG" -d "$BODY""#;
    let receiver = |scheme| Receiver::new(Verifier::new(scheme, ring.clone()).unwrap());
    let accept = async |_: hookring::Verified<Bytes>| StatusCode::ACCEPTED;
    let routes = Router::new()
        .route("/github", post(accept).with_state(receiver(providers::GITHUB)))
        .route("/stripe", post(accept).with_state(receiver(providers::STRIPE)));
    let url = serve(routes).await;
    for (path, script, status) in
        [("github", SIGNED, 202), ("github", script, 401), ("stripe", script, 202), ("stripe", SIGNED, 401)]
    {
        let url = format!("{url}/{path}");
        assert_eq!(curl(&[("URL", &url), ("SECRET", &secret), ("BODY", BODY)], script).await.0, status, "{path}");
    }
}
