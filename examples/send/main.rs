//! Sends a webhook: signed at each attempt, retried as the receiver asks, under both secrets while they rotate.
//!
//! The example `receive` is a receiver for it:
//!
//! ```text
//! export HOOKRING_SECRET=whsec_$(openssl rand -base64 32)
//! cargo run --features axum --example receive
//! ```
//!
//! and in another shell, with the same `HOOKRING_SECRET`:
//!
//! ```text
//! cargo run --example send -- http://127.0.0.1:3000/hook
//! ```
//!
//! For `https` give reqwest one of its TLS features.

mod sender;

use std::error::Error;
use std::time::Duration;

use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, Timestamp};
use sender::Sender;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: send URL")?.parse()?;
    let secret = Secret::from_env("HOOKRING_SECRET", SecretFormat::Whsec, &SecretPolicy::strict())?;
    let sender = Sender::new(Keyring::new(secret, Timestamp::now()).ring, Duration::from_secs(15))?;
    let message = ("msg_1", br#"{"type":"invoice.paid"}"#.as_slice());
    let outcome = sender.deliver(&url, message, Timestamp::now, tokio::time::sleep).await?;
    println!("{outcome:?}");
    Ok(())
}
