//! A receiver of Standard Webhooks on axum, for the example `send`.
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

use axum::Router;
use axum::body::Bytes;
use axum::routing::any;
use hookring::receiver::Receiver;
use hookring::{Keyring, RingFromEnv, SecretPolicy, SharedKeyring, Timestamp, Verified, Verifier, providers};

async fn hook(delivery: Verified<Bytes>) {
    println!("{} bytes, signed with the {} key", delivery.body().len(), delivery.role().as_str());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scheme = providers::STANDARD_WEBHOOKS;
    let names = RingFromEnv::new("HOOKRING_SECRET");
    let ring = match Keyring::from_env(&names, scheme.key_format(), &SecretPolicy::strict(), Timestamp::now()) {
        Ok(change) => SharedKeyring::new(change.ring),
        Err(problems) => {
            eprintln!("not starting:\n{problems}");
            std::process::exit(2);
        }
    };
    let receiver = Receiver::new(Verifier::new(scheme, ring)?);
    let app = Router::new().route("/hook", any(hook)).with_state(receiver);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/hook");
    axum::serve(listener, app).await?;
    Ok(())
}
