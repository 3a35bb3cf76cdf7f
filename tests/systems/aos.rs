//! AOS Policy API: one secret per approval request, a hash of it in PostgreSQL, receivers that hold two.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use hookring::postgres::PostgresKeyringStore;
use hookring::{
    AeadSeal, Change, Due, EventKind, HashError, Keyring, KeyringStore as _, Message, PresentedKey as _, Refused, Request,
    Role, Schedule, Secret, SecretFormat, SecretPolicy, SetupError, Sha256Hash, SignError, SignWith, Signer, Swapped,
    Timestamp, Verifier, minimum_grace, providers,
};
use serde_json::{Value, json};

use crate::database::{self, Database};
use crate::hook::{self, Hook, Sender};
use crate::rig::{Clock, DAY, HOUR, Postgres, curl, openssl_rand, secret, serve, sh};

/// The sender of the document.
const SIGNED: &str = r#"
SIG=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl -X POST -H "Content-Type: application/json" -H "X-Webhook-Signature: sha256=$SIG" -d "$BODY" "$URL""#;
const BODY: &str = r#"{"decision": "approved", "request": 7}"#;

fn ring(text: &str, clock: &Clock) -> Keyring {
    Keyring::new(secret(text), clock.now()).ring
}

/// S1.1, S1.2, S1.4, S1.13, S1.16, S1.17, S1.18, X6, X8.
#[tokio::test]
async fn receivers_accept_both_secrets_until_the_deadline() {
    let (clock, old, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    let hook = Hook::start(providers::GENERIC_SHA256, ring(&old, &clock), &clock).await;
    let send =
        async |secret: &str, script: &str| curl(&[("SECRET", secret), ("BODY", BODY), ("URL", &hook.url)], script).await.0;
    assert_eq!([send(&old, SIGNED).await, send(&new, SIGNED).await], [200, 401]);
    let events = hook.change(|ring| ring.rotate(secret(&new), 7 * DAY, clock.now()));
    let deadline = clock.now().plus(7 * DAY);
    assert!(matches!(events[1].kind, EventKind::Promoted { old_expires: Some(at), .. } if at == deadline), "{events:?}");
    assert_eq!([send(&old, SIGNED).await, send(&new, SIGNED).await], [200, 200]);
    let (rejected, accepted) = (("signature_mismatch", None), |role| ("accepted", Some(role)));
    let of_both = [accepted(Role::Previous), accepted(Role::Current)];
    assert_eq!(hook.verdicts(), [vec![accepted(Role::Current), rejected], of_both.to_vec()].concat());
    assert_eq!(hook.bodies(), [BODY; 3]);

    // The header has to begin with exactly `sha256=`, and what crashes the sample in the document is answered like a forgery.
    let unsigned = r#"curl -X POST -d "$BODY" "$URL""#;
    assert_eq!(curl(&[("BODY", BODY), ("URL", &hook.url)], unsigned).await, (401, "invalid signature".into()));
    for header in
        ["sha256:$SIG", "SHA256=$SIG", "sha1=$SIG", "$SIG", "sha256=", "sha256=$SIG$SIG", r"sha256=$(printf '\xc3\xa9')"]
    {
        assert_eq!(send(&new, &SIGNED.replace("sha256=$SIG", header)).await, 401, "{header}");
    }
    let changed = SIGNED.replace(r#"-d "$BODY""#, r#"-d "$BODY ""#);
    assert_eq!(send(&new, &changed).await, 401, "one more blank");
    // The key is the text of the secret, not what its hexadecimal digits decode to.
    let decoded = SIGNED.replace(r#"-hmac "$SECRET""#, r#"-mac HMAC -macopt "hexkey:$SECRET""#);
    assert_eq!(send(&new, &decoded).await, 401);
    assert_eq!(hook.bodies(), [""; 0], "no handler has run");

    clock.advance(7 * DAY - Duration::from_secs(1));
    assert_eq!(send(&old, SIGNED).await, 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!([send(&old, SIGNED).await, send(&new, SIGNED).await], [401, 200]);
}

/// S1.3: nobody believes in a protection against replays that the scheme does not have.
#[test]
fn the_scheme_has_no_timestamp_and_says_so() {
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let ring = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), now).ring;
    let fresh = Verifier::builder(providers::GENERIC_SHA256).tolerance(HOUR, HOUR).build(ring.clone());
    assert_eq!(fresh.unwrap_err(), SetupError::NoTimestampToCheck);
    let signed = Signer::new(providers::GENERIC_SHA256, ring.clone(), SignWith::Current).unwrap();
    let signed = signed.sign(&Message::new(b"{}"), now).unwrap();
    let headers: Vec<_> = signed.iter().collect();
    let verified = Verifier::new(providers::GENERIC_SHA256, ring).unwrap();
    let verified = verified.verify_at(Request::new(&headers, b"{}"), now.plus(300 * DAY)).unwrap();
    assert_eq!((verified.timestamp(), verified.id()), (None, None));
}

/// The database of the service, and what `psql` needs to reach it.
struct Db {
    database: Database,
    options: String,
    postgres: Arc<Postgres>,
}

/// The ids of the two requests in the table.
const REQUESTS: [&str; 2] = ["7d0c1f0e-4a9b-4e0a-9a53-0a3d2c1b4e5f", "8e1d2f1f-5bac-4f1b-8b64-1b4e3d2c5f60"];

impl Db {
    async fn start() -> Option<Self> {
        let postgres = Postgres::start()?;
        let database = database::open(&postgres.url, 4).await;
        let row = database.0.get().await.unwrap().query_one("SHOW search_path", &[]).await.unwrap();
        let options = format!("-c search_path={}", row.get::<_, String>(0));
        let db = Self { database, options, postgres };
        let rows =
            REQUESTS.map(|id| format!("INSERT INTO approval_requests (id, tenant_id) VALUES ('{id}', 'acme');")).concat();
        let table = "CREATE TABLE approval_requests (
            id uuid PRIMARY KEY, tenant_id text NOT NULL, webhook_url text, webhook_secret_hash text,
            updated_at timestamptz NOT NULL DEFAULT now()
        );";
        db.database.0.get().await.unwrap().batch_execute(&(table.to_owned() + &rows)).await.unwrap();
        Some(db)
    }

    /// A script with `psql`.
    async fn sql(&self, secret: &str, script: &str) -> String {
        let variables =
            [("DB", self.postgres.url.as_str()), ("PGOPTIONS", &self.options), ("SECRET", secret), ("REQUEST", REQUESTS[0])];
        sh(&variables, script).await
    }
}

/// Steps 1 and 2 of the document.
const UPDATE_HASH: &str = r#"
HASH=$(echo -n $SECRET | sha256sum | cut -d' ' -f1)
psql -qX -v ON_ERROR_STOP=1 "$DB" -c "UPDATE approval_requests SET webhook_secret_hash = '$HASH', updated_at = now() WHERE id = '$REQUEST'""#;

/// The API of the document's step 4: a test delivery, signed with the secret that the caller shows.
async fn test_delivery(
    State(database): State<Database>,
    Path(id): Path<String>,
    Json(order): Json<Value>,
) -> (StatusCode, String) {
    let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
    let client = database.0.get().await.unwrap();
    let query = "SELECT webhook_secret_hash FROM approval_requests WHERE id::text = $1 AND tenant_id = $2";
    let row = client.query_opt(query, &[&id, &text("tenant_id")]).await.unwrap();
    let Some(stored) = row.and_then(|row| row.get::<_, Option<String>>(0)) else {
        return (StatusCode::NOT_FOUND, "no webhook".into());
    };
    // The hash only answers whether this is the registered secret. It could not sign: there is no signer over hashes.
    let registered = Sha256Hash::parse_hex(&stored).unwrap();
    let shown = Secret::parse(&text("webhook_secret"), SecretFormat::Utf8, &SecretPolicy::strict());
    let Some(shown) = shown.ok().filter(|shown| registered.matches(shown.reveal().as_bytes())) else {
        return (StatusCode::UNAUTHORIZED, "not the registered secret".into());
    };
    let body = json!({"test": true, "requested_by": text("requested_by")}).to_string();
    let ring = Keyring::new(shown, Timestamp::now()).ring;
    let signer = Signer::new(providers::GENERIC_SHA256, ring, SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(body.as_bytes()), Timestamp::now()).unwrap();
    (StatusCode::OK, hook::post(&text("webhook_url"), &signed, body.as_bytes()).await.to_string())
}

/// S1.5, S1.6, S1.7, S1.10, S1.11, S1.14, S1.24, X1: the hashed column, written by the document's shell and read by us.
#[tokio::test]
async fn the_hashed_column_guards_the_sender() {
    let Some(db) = Db::start().await else { return };
    let (clock, old, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    db.sql(&old, UPDATE_HASH).await;
    // What the shell has stored is what we would store.
    let hash = sh(&[("SECRET", &old)], "echo -n $SECRET | sha256sum | cut -d' ' -f1").await;
    assert_eq!(Sha256Hash::of(&secret(&old)).unwrap().to_hex(), hash);

    let hook = Hook::start(providers::GENERIC_SHA256, ring(&old, &clock), &clock).await;
    let api = serve(axum::Router::new().route("/api/requests/{id}/test", post(test_delivery)).with_state(db.database.clone()));
    let api = api.await;
    let order = async |id: &str, tenant: &str, secret: &str| {
        // The secret stands on standard input and in no argument.
        let order = json!({"webhook_url": hook.url, "webhook_secret": secret, "tenant_id": tenant, "requested_by": "ops"});
        let url = format!("{api}/api/requests/{id}/test");
        let script = r#"curl -X POST -H "Content-Type: application/json" -d @- "$API" <<<"$ORDER""#;
        curl(&[("API", &url), ("ORDER", &order.to_string())], script).await
    };
    let delivered = |status: u16| (200, status.to_string());
    assert_eq!(order(REQUESTS[0], "acme", &old).await, delivered(200));
    assert_eq!(order(REQUESTS[0], "acme", &new).await, (401, "not the registered secret".into()));
    assert_eq!(order(REQUESTS[1], "acme", &old).await.0, 404, "each request has a secret of its own");
    assert_eq!(order(REQUESTS[0], "other", &old).await.0, 404, "and belongs to a tenant");

    // Step 2 before the receiver knows the new secret: the test delivery says so. Then it does.
    db.sql(&new, UPDATE_HASH).await;
    assert_eq!(order(REQUESTS[0], "acme", &old).await.0, 401);
    assert_eq!(order(REQUESTS[0], "acme", &new).await, delivered(401));
    hook.change(|ring| ring.stage(secret(&new), clock.now()));
    assert_eq!(order(REQUESTS[0], "acme", &new).await, delivered(200));
    assert_eq!(hook.verdicts().last(), Some(&("accepted", Some(Role::Next))));
}

/// X1b: the hash of a secret over 64 bytes is its HMAC key, so a reader of the column could sign. It is not stored.
#[tokio::test]
async fn a_hash_that_is_the_hmac_key_is_not_stored() {
    let long = format!("whsec_{}", openssl_rand().await);
    let (clock, script) = (Clock::new(), SIGNED.replace(r#"-hmac "$SECRET""#, r#"-mac HMAC -macopt "hexkey:$HASH""#));
    let hook = Hook::start(providers::GENERIC_SHA256, ring(&long, &clock), &clock).await;
    let script = format!("HASH=$(echo -n $SECRET | sha256sum | cut -d' ' -f1); {script}");
    let forged = curl(&[("SECRET", &long), ("BODY", BODY), ("URL", &hook.url)], &script).await;
    assert_eq!(forged.0, 200, "this is the danger, not a fault: HMAC is made like this");
    assert_eq!(Sha256Hash::of(&secret(&long)).unwrap_err(), HashError::HashIsTheHmacKey { bytes: 70, maximum: 64 });
}

/// S1.9, S1.12, S1.14, X3: first the receivers, then a test delivery, then the sender; and the document's order beside it.
#[tokio::test]
async fn a_test_delivery_with_the_new_secret_goes_before_it() {
    let (clock, old, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    let sender = Sender::new(providers::GENERIC_SHA256, ring(&old, &clock), &clock);
    let hooks = [
        Hook::start(providers::GENERIC_SHA256, ring(&old, &clock), &clock).await,
        Hook::start(providers::GENERIC_SHA256, ring(&old, &clock), &clock).await,
    ];
    sender.change(|ring| ring.stage(secret(&new), clock.now()));
    hooks[0].change(|ring| ring.stage(secret(&new), clock.now()));
    let probes = [sender.probe(&hooks[0].url, BODY).await, sender.probe(&hooks[1].url, BODY).await];
    assert_eq!(probes, [200, 401], "the second receiver has not installed it: do not promote");
    for hook in &hooks {
        assert_eq!(sender.send(&hook.url, BODY).await, Ok(200), "nothing is lost meanwhile");
    }
    hooks[1].change(|ring| ring.stage(secret(&new), clock.now()));
    assert_eq!(sender.probe(&hooks[1].url, BODY).await, 200);
    sender.change(|ring| ring.promote(HOUR, clock.now()));
    for hook in &hooks {
        assert_eq!(sender.send(&hook.url, BODY).await, Ok(200));
        assert_eq!(hook.verdicts().last(), Some(&("accepted", Some(Role::Next))));
    }
    // The rollback plan of the checklist: one call, and nothing is lost either.
    sender.change(|ring| ring.rollback(clock.now()));
    for hook in &hooks {
        assert_eq!(sender.send(&hook.url, BODY).await, Ok(200));
    }

    // As written, step 2 (the sender changes) comes before step 3 (receivers are told): every delivery between is lost.
    let sender = Sender::new(providers::GENERIC_SHA256, ring(&old, &clock), &clock);
    let hook = Hook::start(providers::GENERIC_SHA256, ring(&old, &clock), &clock).await;
    sender.change(|ring| ring.rotate(secret(&new), 7 * DAY, clock.now()));
    assert_eq!(sender.send(&hook.url, BODY).await, Ok(401));
}

/// S1.19, S1.20, S1.21, S1.23, X16: everything stops, nothing but the secrets is thrown away, and it starts again.
#[tokio::test]
async fn emergency_stop_and_restart() {
    let Some(db) = Db::start().await else { return };
    let (clock, leaked, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    let hook = Hook::start(providers::GENERIC_SHA256, ring(&leaked, &clock), &clock).await;
    let set_url = format!("psql -qX \"$DB\" -c \"UPDATE approval_requests SET webhook_url = '{}'\"", hook.url);
    db.sql("", &set_url).await;

    // All webhooks of the service, each with its ring.
    let senders =
        [&leaked, &openssl_rand().await].map(|text| Sender::new(providers::GENERIC_SHA256, ring(text, &clock), &clock));
    assert_eq!(senders[0].send(&hook.url, BODY).await, Ok(200));
    let leaked_id = secret(&leaked).id();
    let accepted_before: Vec<_> = hook.take().into_iter().filter(|verdict| verdict.is_accepted()).collect();
    assert_eq!(accepted_before.len(), 1, "for the investigation: what was accepted, and under which key");
    assert_eq!(accepted_before[0].key.as_ref().unwrap().to_string(), leaked_id.to_string());

    // Stop: no sender signs, and the receiver refuses what an attacker signs.
    for sender in &senders {
        let current = sender.ring.load().current().unwrap().id();
        sender.change(|ring| ring.revoke(current, clock.now()));
        assert_eq!(sender.send(&hook.url, BODY).await, Err(SignError::NoCurrentKey), "keep the message, do not send unsigned");
        assert!(sender.status(clock.now()).is_suspended());
    }
    hook.change(|ring| ring.revoke(leaked_id, clock.now()));
    let forged = async |secret: &str| curl(&[("SECRET", secret), ("BODY", BODY), ("URL", &hook.url)], SIGNED).await.0;
    assert_eq!(forged(&leaked).await, 500, "no key is live");

    // The addresses are still there: the document's own way, webhook_url = NULL, would have to ask every tenant again.
    let urls = db.sql("", r#"psql -qXAt "$DB" -c "SELECT DISTINCT webhook_url FROM approval_requests""#).await;
    assert_eq!(urls, hook.url);

    // Restart with a secret that went out of band. The leaked one never comes back, by nobody's mistake.
    hook.change(|ring| ring.replace_compromised(secret(&new), clock.now()));
    assert_eq!([forged(&leaked).await, forged(&new).await], [401, 200]);
    let events = senders[0].change(|ring| ring.replace_compromised(secret(&new), clock.now()));
    assert!(matches!(events.last().unwrap().kind, EventKind::Replaced { new: key } if key == secret(&new).id()));
    assert_eq!(senders[0].send(&hook.url, BODY).await, Ok(200));
    let again = senders[0].ring.load().rotate(secret(&leaked), HOUR, clock.now());
    assert_eq!(again.unwrap_err(), Refused::WasRevoked);
}

/// S1.15, S1.22, X9: the document's audit query shows one hash per request; the trail shows what happened.
#[tokio::test]
async fn the_audit_query_and_the_trail() {
    let Some(db) = Db::start().await else { return };
    let (clock, texts) = (Clock::new(), [openssl_rand().await, openssl_rand().await, openssl_rand().await]);
    let store =
        PostgresKeyringStore::new(db.database.clone(), Arc::new(AeadSeal::new(Secret::generate(SecretFormat::Hex).unwrap())));
    let owner = format!("acme/{}", REQUESTS[0]);
    let mut change: Change = Keyring::new(secret(&texts[0]), clock.now());
    let mut generation = 0;
    for text in &texts {
        if generation > 0 {
            change = change.ring.rotate(secret(text), DAY, clock.advance(30 * DAY)).unwrap();
        }
        db.sql(text, UPDATE_HASH).await;
        assert_eq!(store.swap(&owner, generation, &change).await.unwrap(), Swapped::Stored);
        generation = change.ring.generation();
    }
    let ring = change.ring;

    // The last 20 by time of change: one row per request, and its former hashes are gone.
    let query =
        r#"psql -qXAt "$DB" -c "SELECT id, webhook_secret_hash FROM approval_requests ORDER BY updated_at DESC LIMIT 20""#;
    let rows = db.sql("", query).await;
    assert_eq!(rows.lines().count(), 2);
    let hash = |text: &str| Sha256Hash::of(&secret(text)).unwrap().to_hex();
    assert!(rows.contains(&hash(&texts[2])) && !rows.contains(&hash(&texts[0])), "{rows}");

    // The trail has every change, newest first, with ids instead of material, and says who and when.
    let trail = store.history(&owner, None, 20).await.unwrap();
    let promoted: Vec<_> = trail
        .iter()
        .filter_map(|entry| match entry.event.kind {
            EventKind::Promoted { new, old, .. } => Some((new, old)),
            _ => None,
        })
        .collect();
    let id = |n: usize| secret(&texts[n]).id();
    assert_eq!(promoted, [(id(2), Some(id(1))), (id(1), Some(id(0)))]);
    assert!(trail.iter().any(|entry| entry.event.kind == EventKind::Expired { key: id(0) }), "{trail:?}");
    let user = db.sql("", r#"psql -qXAt "$DB" -c "SELECT session_user""#).await;
    assert!(trail.iter().all(|entry| entry.stored_by == user));

    // Step 5: the old secret ends before its time, and the line for the log names tenant and event.
    let done = ring.revoke(id(1), clock.now()).unwrap();
    assert_eq!(store.swap(&owner, generation, &done).await.unwrap(), Swapped::Stored);
    let line = json!({"tenant": "acme", "ticket": "SEC-12", "event": done.events[0]}).to_string();
    let logged = sh(&[("LINE", &line)], "logger --no-act --socket-errors=off -s -t aos-webhook \"$LINE\" 2>&1").await;
    assert!(logged.contains("aos-webhook") && logged.contains(&id(1).to_string()), "{logged}");
    assert!(texts.iter().all(|text| !logged.contains(text.as_str())));

    // And the ring itself is in no column as plain text.
    let dump = db.sql("", r#"psql -qXAt "$DB" -c "SELECT * FROM hookring_ring" -c "SELECT * FROM hookring_event""#).await;
    let sealed = |text: &str| !dump.contains(text) && !dump.contains(&hex::encode(text));
    assert!(texts.iter().all(|text| sealed(text)));
}

/// S1.8, S1.23: production 90 days with 7 of notice, staging 30 with 3, development on demand.
#[test]
fn schedules_of_the_environments() {
    let last = Timestamp::from_unix_secs(1_790_000_000);
    let due = |schedule: Schedule, days: u32| schedule.due(last, last.plus(DAY * days));
    for (schedule, rotate, notice) in [(Schedule::days(90, 7), 90, 7), (Schedule::days(30, 3), 30, 3)] {
        let schedule = schedule.unwrap();
        let at = last.plus(DAY * rotate);
        assert!(matches!(due(schedule, rotate - notice - 1), Due::Nothing { until: Some(_) }));
        assert_eq!(due(schedule, rotate - notice), Due::NotifyAndStage { rotate_at: at });
        assert_eq!(due(schedule, rotate), Due::Rotate { overdue: Duration::ZERO });
    }
    assert_eq!(due(Schedule::on_demand(), 100_000), Due::Nothing { until: None });
    // The notice is time enough for receivers that install by hand, and the transition for what is under way.
    assert!(minimum_grace(HOUR, HOUR, Duration::from_secs(60)) < 7 * DAY);
}
