//! Reads the secrets of a service at start, and refuses to start with bad ones: `startup [dsentr]`.
//!
//! Without an argument the variables are those of OSIGU DVS, with `dsentr` the one of DSentr. Exits with 0 if the service
//! can start, with 2 and one line for each problem if it must not.
//!
//! ```text
//! DVS_WEBHOOK_SECRET_CURRENT=$(openssl rand -hex 32) cargo run --example startup
//! ```

use std::process::ExitCode;

use hookring::{Keyring, RingFromEnv, SecretFormat, SecretPolicy, Timestamp};

const DVS: RingFromEnv<'static> =
    RingFromEnv::new("DVS_WEBHOOK_SECRET_CURRENT").previous("DVS_WEBHOOK_SECRET_PREVIOUS", "DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL");
const DSENTR: RingFromEnv<'static> = RingFromEnv::new("WEBHOOK_SECRET");

fn main() -> ExitCode {
    let names = if std::env::args().nth(1).as_deref() == Some("dsentr") { DSENTR } else { DVS };
    let now = Timestamp::now();
    match Keyring::from_env(&names, SecretFormat::Utf8, &SecretPolicy::strict(), now) {
        Ok(change) => {
            // Ids may be shown: compare them between processes and environments.
            println!("starting with generation {}", change.ring.generation());
            for key in change.ring.status(now).keys {
                let until = key.expires_at.map_or(String::new(), |at| format!(" until {at}"));
                println!("  {} key {}{until}", key.role.as_str(), key.id);
            }
            for event in &change.events {
                println!("  audit trail: {:?}", event.kind);
            }
            ExitCode::SUCCESS
        }
        Err(problems) => {
            eprintln!("not starting, the webhook secrets are not usable:");
            for problem in &problems {
                eprintln!("  {problem}");
            }
            ExitCode::from(2)
        }
    }
}
