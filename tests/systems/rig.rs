//! What the systems share: servers on loopback, a clock that is moved, and foreign senders in the shell.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hookring::{Secret, SecretFormat, SecretPolicy, Timestamp};
use tokio::process::Command;

use crate::servers::{Server, postgres_or_skip};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// A clock that stands still until it is moved on. It starts with the real time, which `date` in a script shows.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(Timestamp::now().unix_millis())))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) -> Timestamp {
        self.0.store(self.now().plus(by).unix_millis(), Ordering::SeqCst);
        self.now()
    }

    /// The time for a script, in seconds.
    pub(crate) fn secs(&self) -> String {
        self.now().unix_secs().to_string()
    }
}

/// Serves on a free port until the test's runtime ends; gives the base URL.
pub(crate) async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// Runs a script of a foreign sender; gives what it printed, without the last line break.
///
/// `curl` prints the status in a line of its own after the body.
pub(crate) async fn sh(variables: &[(&str, &str)], script: &str) -> String {
    let prelude = r#"set -euo pipefail; curl() { command curl -sS -w '\n%{http_code}' "$@"; }; "#;
    let mut command = Command::new("bash");
    command.arg("-c").arg(format!("{prelude}{script}")).envs(variables.iter().copied());
    let output = command.output().await.expect("bash is installed");
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').into()
}

/// Runs a script that ends with `curl`: the status, and the body before it.
pub(crate) async fn curl(variables: &[(&str, &str)], script: &str) -> (u16, String) {
    let out = sh(variables, script).await;
    let (body, status) = out.rsplit_once('\n').unwrap_or(("", &out));
    (status.parse().unwrap_or_else(|_| panic!("no status: {out:?}")), body.into())
}

/// A new secret, as the documents make one.
pub(crate) async fn openssl_rand() -> String {
    sh(&[], "openssl rand -hex 32").await
}

/// A secret whose key is its text, under the rule for secrets of our own.
pub(crate) fn secret(text: &str) -> Arc<Secret> {
    Arc::new(Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap())
}

/// One PostgreSQL for all tests that run at the same time; each uses a schema of its own.
pub(crate) struct Postgres {
    pub(crate) url: String,
    _server: Option<Server>,
}

impl Postgres {
    pub(crate) fn start() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(postgres) = running.upgrade() {
            return Some(postgres);
        }
        let (url, server) = postgres_or_skip()?;
        let postgres = Arc::new(Self { url, _server: server });
        *running = Arc::downgrade(&postgres);
        Some(postgres)
    }
}

/// An example of the crate as a program. Examples are built with the tests, but not if a single test is asked for.
pub(crate) fn example(name: &str) -> PathBuf {
    static BUILD: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILD.lock();
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let example = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !example.exists() {
        let mut build = std::process::Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--all-features", "--example", name, "--manifest-path"]);
        build.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).arg("--target-dir").arg(profile.parent().unwrap());
        assert!(build.status().unwrap().success());
    }
    example
}
