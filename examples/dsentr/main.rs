//! A service after DSentr: one environment variable gives every workflow its trigger URL and its signing key.
//!
//! ```text
//! WEBHOOK_SECRET=$(openssl rand -hex 32) cargo run --example dsentr
//! ```
//!
//! Without the variable, or with a weak secret in it, it does not start.

mod app;
mod counts;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use app::{App, Workflow};
use counts::Counts;
use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SharedKeyring, Timestamp};

/// User, workflow and salt: in a real service a row of its database.
const IDS: [[u8; 16]; 3] = [*b"user-0000000001-", *b"workflow-000001-", *b"salt-0000000001-"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let policy = SecretPolicy::strict();
    match Secret::from_env("WEBHOOK_SECRET", SecretFormat::Utf8, &policy) {
        Ok(secret) => match serve(secret).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Err(problem) => {
            eprintln!("not starting: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn serve(secret: Secret) -> Result<(), Box<dyn Error>> {
    let master = SharedKeyring::new(Keyring::new(secret, Timestamp::now()).ring);
    let workflows =
        [("1", false), ("2", true)].map(|(id, signed)| Ok((id.into(), Workflow::new(&master, IDS, signed, 100_000)?)));
    let workflows = Arc::new(workflows.into_iter().collect::<Result<_, Box<dyn Error>>>()?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app::router(App { master, workflows, clock: Arc::new(Timestamp::now), counts: Counts::default() }))
        .await?;
    Ok(())
}
