//! A webhook receiver behind AWS: API Gateway's REST API (payload 1.0), HTTP API and function URLs (payload 2.0), and ALB.
//!
//! Reads one event from standard input and prints the answer, so it can be tried without AWS:
//!
//! `HOOKRING_SECRET=… cargo run --example lambda < tests/data/lambda/http-v2.json`
//!
//! In a function it is `lambda_runtime::run(service_fn(…))` around [`event::answer`]. For a REST API list `*/*` as a binary media
//! type: otherwise bodies that are not UTF-8 arrive changed, and changed bodies do not verify.

mod event;

use std::error::Error;

use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};

fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::from_env("HOOKRING_SECRET", SecretFormat::Utf8, &SecretPolicy::provider())?;
    let verifier = Verifier::new(providers::GITHUB, Keyring::new(secret, Timestamp::now()).ring)?;
    let incoming = serde_json::from_reader(std::io::stdin())?;
    println!("{}", event::answer(&verifier, &incoming, Timestamp::now(), |body| eprintln!("{} bytes", body.len()))?);
    Ok(())
}
