//! DSentr: one secret in the environment, from which every workflow has its trigger URL and its signing key.

#[path = "../../examples/dsentr/app.rs"]
mod app;
#[path = "../../examples/dsentr/counts.rs"]
mod counts;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hookring::{EventKind, Keyring, Secret, SecretFormat, SharedKeyring};

use crate::rig::{Clock, DAY, HOUR, curl, example, openssl_rand, secret, serve, sh};
use app::{App, Workflow};
use counts::Counts;

/// User, workflow and salt of the example, as the shell writes them.
const IDS: [[u8; 16]; 3] = [*b"user-0000000001-", *b"workflow-000001-", *b"salt-0000000001-"];
const IDS_TEXT: &str = "user-0000000001-workflow-000001-salt-0000000001-";

/// What DSentr computes from its variable, done by openssl.
const TOKEN: &str = r#"TOKEN=$(printf %s "$IDS" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -binary | openssl base64 -A | tr '+/' '-_' | tr -d =); "#;
const KEY: &str =
    r#"KEY=$(printf %ssigning "$IDS" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -binary | od -An -v -tx1 | tr -d ' \n'); "#;
/// A signed trigger as DSentr's users send it.
const SIGNED: &str = r#"
SIG=$(printf %s "$TS.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" | sed 's/.* //')
curl -X POST -H "Content-Type: application/json" -H "X-DSentr-Timestamp: $TS" -H "X-DSentr-Signature: v1=$SIG" \
  -d "$BODY" "$URL/api/workflows/2/trigger/$TOKEN""#;
const UNSIGNED: &str = r#"curl -X POST -H "Content-Type: application/json" -d "$BODY" "$URL/api/workflows/$ID/trigger/$TOKEN""#;

/// A worker in a process of its own, stopped when it goes out of scope.
struct Worker {
    process: Child,
    /// Kept open, so that the worker can write its log.
    _log: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn worker(secret: Option<&str>) -> Command {
    let mut command = Command::new(example("dsentr"));
    command.env_remove("WEBHOOK_SECRET").envs(secret.map(|secret| ("WEBHOOK_SECRET", secret)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(secret: &str) -> Worker {
    let mut process = worker(Some(secret)).spawn().unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(process.stdout.take().unwrap());
    log.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
    Worker { process, _log: log, url }
}

/// S0.4, S0.6, S0.7, S0.8, S0.12, S0.16, X7, X14.
#[tokio::test]
async fn it_refuses_to_start_without_a_strong_secret() {
    let good = openssl_rand().await;
    let changed = format!("{}ChangeMe", &good[..56]);
    for (value, rule) in [
        (None, "not set"),
        (Some(""), "the secret is empty"),
        (Some("   "), "the secret is empty"),
        (Some("dev-secret"), "placeholder"),
        (Some(changed.as_str()), "placeholder"),
        (Some(&good[..32]), "room for 128 bits, 256 are needed"),
        (Some(&good[..63]), "room for 252 bits, 256 are needed"),
        (Some(&"abcdefg".repeat(10)), "7 different characters, 8 are needed"),
    ] {
        let output = worker(value).output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{value:?}");
        assert!(err.starts_with("not starting: WEBHOOK_SECRET: ") && err.contains(rule), "{value:?}: {err}");
        let shows = value.is_some_and(|value| !value.trim().is_empty() && err.contains(value));
        assert!(!shows, "the value shows: {err}");
    }
    drop(start(&good));
}

/// S0.1, S0.2, S0.3, S0.9: two workers of one environment, and one of another.
#[tokio::test]
async fn one_secret_gives_trigger_urls_and_signing_keys_on_all_workers() {
    let (staging, production) = (openssl_rand().await, openssl_rand().await);
    let workers = [start(&staging), start(&staging)];
    let health = |url: &str| format!("command curl -sS {url}/health");
    let page = sh(&[], &health(&workers[0].url)).await;
    assert_eq!(page, format!("current {}", secret(&staging).id()));
    assert_eq!(page, sh(&[], &health(&workers[1].url)).await);
    let other = start(&production);
    assert_ne!(page, sh(&[], &health(&other.url)).await, "an environment has a secret of its own");

    for worker in &workers {
        let body = r#"{ "b": 1.0,  "a": "é" }"#; // must not be parsed and written again before it is verified
        let with = |id: &'static str, secret: &str| {
            [("WEBHOOK_SECRET", secret), ("IDS", IDS_TEXT), ("URL", &worker.url), ("BODY", body), ("ID", id)]
                .map(|(n, v)| (n, v.to_owned()))
        };
        let run = async |id: &'static str, secret: &str, script: &str| {
            let variables = with(id, secret);
            let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            curl(&variables, script).await
        };
        let signed = format!("{TOKEN}{KEY}TS=$(date +%s); {SIGNED}");
        let unsigned = format!("{TOKEN}{UNSIGNED}");
        assert_eq!(run("1", &staging, &unsigned).await.0, 200, "the URL is enough for this workflow");
        assert_eq!(run("2", &staging, &signed).await.0, 200);
        let refused = (401, "invalid signature".to_owned());
        assert_eq!(run("2", &staging, &unsigned).await, refused, "this workflow wants a signature");
        assert_eq!(run("1", &production, &unsigned).await, refused, "the token of another environment");
        assert_eq!(run("3", &staging, &unsigned).await, refused, "no such workflow");
        let key_of_production = format!("{TOKEN}WEBHOOK_SECRET={production}; {KEY}TS=$(date +%s); {SIGNED}");
        assert_eq!(run("2", &staging, &key_of_production).await, refused, "right URL, wrong key");
        let stale = format!("{TOKEN}{KEY}TS=$(( $(date +%s) - 301 )); {SIGNED}");
        assert_eq!(run("2", &staging, &stale).await, refused);
        let absurd = format!("{TOKEN}{KEY}TS=-99999999999; {SIGNED}");
        assert_eq!(run("2", &staging, &absurd).await, refused);
        let changed = format!("{TOKEN}{KEY}TS=$(date +%s); {}", SIGNED.replace(r#"-d "$BODY""#, r#"-d "$BODY ""#));
        assert_eq!(run("2", &staging, &changed).await, refused, "one more blank");
    }
}

/// S0.13, S0.18: the maintenance window of the document. It works, and everything from before it is refused.
#[tokio::test]
async fn a_restart_with_a_new_secret_kills_every_url_and_key() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let script = format!("{TOKEN}{UNSIGNED}");
    for (running, sender, expected) in [(&old, &old, 200), (&new, &old, 401), (&new, &new, 200)] {
        let worker = start(running);
        let variables =
            [("WEBHOOK_SECRET", sender.as_str()), ("IDS", IDS_TEXT), ("URL", &worker.url), ("BODY", "{}"), ("ID", "1")];
        assert_eq!(curl(&variables, &script).await.0, expected);
    }
}

/// A service in this process, so that its ring can be rotated and its clock moved.
struct Service {
    ring: Arc<SharedKeyring>,
    clock: Clock,
    url: String,
}

impl Service {
    async fn start(first: &str) -> Self {
        Self::remembering(100_000, first).await
    }

    async fn remembering(deliveries: usize, first: &str) -> Self {
        let clock = Clock::new();
        let ring = SharedKeyring::new(Keyring::new(secret(first), clock.now()).ring);
        let workflows =
            [("1", false), ("2", true)].map(|(id, signed)| (id.into(), Workflow::new(&ring, IDS, signed, deliveries).unwrap()));
        let time = clock.clone();
        let app = App {
            master: ring.clone(),
            workflows: Arc::new(workflows.into_iter().collect()),
            clock: Arc::new(move || time.now()),
            counts: Counts::default(),
        };
        Self { url: serve(app::router(app)).await, ring, clock }
    }

    /// The lines of the health page that begin like this.
    async fn page(&self, start: &str) -> Vec<String> {
        let page = sh(&[("URL", &self.url)], "command curl -sS $URL/health").await;
        page.lines().filter(|line| line.starts_with(start)).map(Into::into).collect()
    }

    async fn send(&self, secret: &str, script: &str) -> u16 {
        let ts = self.clock.secs();
        let variables =
            [("WEBHOOK_SECRET", secret), ("IDS", IDS_TEXT), ("URL", &self.url), ("BODY", "{}"), ("ID", "1"), ("TS", &ts)];
        curl(&variables, script).await.0
    }

    /// By the URL alone, and signed.
    async fn both(&self, secret: &str) -> [u16; 2] {
        [self.send(secret, &format!("{TOKEN}{UNSIGNED}")).await, self.send(secret, &format!("{TOKEN}{KEY}{SIGNED}")).await]
    }
}

/// S0.11, S0.13, S0.14, S0.15, S0.18: the same rotation without a restart and without a lost trigger.
#[tokio::test]
async fn a_rotation_with_grace_loses_no_trigger() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let service = Service::start(&old).await;
    assert_eq!(service.both(&old).await, [200, 200]);
    assert_eq!(service.both(&new).await, [401, 401]);

    let change = service.ring.load().rotate(secret(&new), DAY, service.clock.now()).unwrap();
    // For the ticket: what happened, when and to which keys; ticket and operator are the caller's own fields.
    let mut entry = serde_json::to_value(change.events.last().unwrap()).unwrap();
    entry["ticket"] = "OPS-4711".into();
    assert!(matches!(change.events.last().unwrap().kind, EventKind::Promoted { new: key, .. } if key == secret(&new).id()));
    let entry = entry.to_string();
    assert!(entry.contains("OPS-4711") && !entry.contains(&old) && !entry.contains(&new), "{entry}");
    service.ring.replace(change.ring).unwrap();

    service.clock.advance(Duration::from_secs(1));
    assert_eq!([service.both(&old).await, service.both(&new).await], [[200, 200]; 2], "both, at once, without a restart");
    // Who still uses the URL of before, and has to be given the new one.
    assert_eq!(service.page("1 by its").await, ["1 by its current URL: 2", "1 by its previous URL: 1"]);
    service.clock.advance(DAY - HOUR);
    assert_eq!(service.both(&old).await, [200, 200]);
    service.clock.advance(HOUR);
    assert_eq!(
        (service.both(&old).await, service.both(&new).await),
        ([401, 401], [200, 200]),
        "the old ones died by themselves"
    );
}

/// S0.10: a secret that was shown on a screen.
#[tokio::test]
async fn a_disclosed_secret_is_replaced_at_once() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let service = Service::start(&old).await;
    let change = service.ring.load().rotate(secret(&new), Duration::ZERO, service.clock.now()).unwrap();
    service.ring.replace(change.ring).unwrap();
    assert_eq!((service.both(&old).await, service.both(&new).await), ([401, 401], [200, 200]));
}

/// S0.17, X2, X14: our own fault is told from a sender's, and nothing unsigned is accepted.
#[tokio::test]
async fn without_a_secret_the_answer_is_500() {
    let only = openssl_rand().await;
    let service = Service::start(&only).await;
    assert_eq!(service.both(&only).await, [200, 200]);
    let change = service.ring.load().revoke(secret(&only).id(), service.clock.now()).unwrap();
    service.ring.replace(change.ring).unwrap();
    assert_eq!(service.both(&only).await, [500, 500]);
    assert_eq!(service.send("nobody's", &format!("{TOKEN}{UNSIGNED}")).await, 500);
    assert_eq!(service.page("refused").await, ["refused: no_live_key: 3"]);
}

/// S0.5, S0.12: what we make has the form of what the vault workflow makes, and its value goes in as it is.
#[tokio::test]
async fn generated_secrets_have_the_form_of_the_vault_workflow() {
    // vault kv put dsentr/staging/webhook SECRET=$(openssl rand -hex 32), without the vault.
    let put = sh(&[], "put() { echo \"$1\"; }; put SECRET=$(openssl rand -hex 32)").await;
    let stored = put.strip_prefix("SECRET=").unwrap();
    drop(start(stored));
    let ours = Secret::generate(SecretFormat::Utf8).unwrap();
    let form = |text: &str| (text.len(), text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    assert_eq!(form(ours.reveal()), form(stored));
    drop(start(ours.reveal()));
}

/// S2.20 on the system that answers copies with 401 today: they are normal, and the workflow runs once.
#[tokio::test]
async fn a_copy_of_a_trigger_is_answered_like_the_first() {
    let only = openssl_rand().await;
    let service = Service::start(&only).await;
    for _ in 0..3 {
        assert_eq!(service.send(&only, &format!("{TOKEN}{KEY}{SIGNED}")).await, 200);
    }
    assert_eq!(service.page("2 ran").await, ["2 ran: 1"]);
}

/// S2.4 on the system that lets a request through when its replay check fails: no door opens, and the sender comes again.
#[tokio::test]
async fn a_replay_check_that_fails_lets_nothing_through() {
    let only = openssl_rand().await;
    let service = Service::remembering(1, &only).await;
    let signed = format!("{TOKEN}{KEY}{SIGNED}");
    assert_eq!(service.send(&only, &signed).await, 200);
    service.clock.advance(Duration::from_secs(1));
    assert_eq!(service.send(&only, &signed).await, 503, "there is no room to remember another one");
    assert_eq!(service.page("2 ran").await, ["2 ran: 1"]);
}
