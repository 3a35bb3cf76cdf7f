//! A receiver of GitHub deliveries on axum: `HOOKRING_SECRET` signs, the body is limited, the verdicts are printed.
//!
//! ```text
//! export HOOKRING_SECRET="It's a Secret to Everybody"
//! cargo run --example axum_receiver --features axum
//! ```
//!
//! and in another shell, where the secret is exported too:
//!
//! ```text
//! signature=$(printf 'Hello, World!' | openssl dgst -sha256 -hmac "$HOOKRING_SECRET" | sed 's/.* //')
//! curl -d 'Hello, World!' -H "X-Hub-Signature-256: sha256=$signature" -w '%{http_code}\n' http://127.0.0.1:3000/github # 202
//! curl -d 'Hello, Mars!' -H "X-Hub-Signature-256: sha256=$signature" -w '%{http_code}\n' http://127.0.0.1:3000/github # 401
//! curl -d 'Hello, World!' -w '%{http_code}\n' http://127.0.0.1:3000/github # 401
//! head -c 2000000 /dev/zero | curl --data-binary @- -H "X-Hub-Signature-256: sha256=$signature" -w '%{http_code}\n' http://127.0.0.1:3000/github # 413
//! ```

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::any;
use hookring::receiver::Receiver;
use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SharedKeyring, Timestamp, Verdict, Verified, Verifier, providers};

/// Runs only for deliveries that are authentic: the body comes out of the proof.
async fn hook(delivery: Verified<Bytes>) -> (StatusCode, String) {
    (StatusCode::ACCEPTED, format!("{} bytes, signed with the {} key\n", delivery.body().len(), delivery.role().as_str()))
}

/// Without a secret, or with an empty one, there is no application: the process does not start.
pub(crate) fn app(secret: &str, on_verdict: fn(&Parts, &Verdict)) -> Result<Router, Box<dyn std::error::Error>> {
    // The label is in the metrics instead of a fingerprint: GitHub lets people choose guessable secrets.
    let secret = Secret::parse(secret, SecretFormat::Utf8, &SecretPolicy::provider())?.labelled("github-1")?;
    // To rotate while the server runs, keep this handle and `replace` the ring in it.
    let ring = SharedKeyring::new(Keyring::new(secret, Timestamp::now()).ring);
    let receiver = Receiver::new(Verifier::new(providers::GITHUB, ring)?).on_verdict(on_verdict);
    // `any`, not `post`: whatever is no POST gets the same 401 as a bad signature.
    Ok(Router::new().route("/github", any(hook)).with_state(receiver))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("HOOKRING_SECRET").map_err(|_| "HOOKRING_SECRET is not set")?;
    let app = app(&secret, |_, verdict| {
        let labels: Vec<_> = verdict.labels().map(|(name, value)| format!("{name}={value}")).collect();
        println!("{}", labels.join(" "));
    })?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}/github", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
