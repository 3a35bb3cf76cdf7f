//! The one order in which a ring is changed: compute, store, publish. With two operators at once.
//!
//! `cargo run --example publish`

use std::error::Error;
use std::time::Duration;

use hookring::{Change, Keyring, KeyringStore, MemoryKeyringStore, Secret, SecretFormat, SharedKeyring, Swapped, Timestamp};

const OWNER: &str = "endpoint-7";
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = MemoryKeyringStore::new(); // in real life a database
    let first: Change = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now());
    assert_eq!(store.swap(OWNER, 0, &first).await?, Swapped::Stored);
    let shared = SharedKeyring::new(first.ring); // what the handlers read

    // Two operators load the same ring and want to rotate it.
    let loaded = store.load(OWNER, 0).await?.ok_or("the owner has a ring")?;
    let ours = loaded.rotate(Secret::generate(SecretFormat::Utf8)?, DAY, Timestamp::now())?;
    let theirs = loaded.rotate(Secret::generate(SecretFormat::Utf8)?, DAY, Timestamp::now())?;

    for (who, change) in [("the first operator", ours), ("the second operator", theirs)] {
        // 1. was computed above; nothing has changed yet. 2. Ring and audit events go into one transaction.
        match store.swap(OWNER, loaded.generation(), &change).await? {
            // 3. Only what is stored is published.
            Swapped::Stored => println!("{who}: stored, published: {:?}", shared.replace(change.ring)?),
            Swapped::Conflict { found } => println!("{who}: generation {found} is there already: load again and decide again"),
        }
    }

    println!("\naudit trail of {OWNER}:");
    for event in store.history(OWNER) {
        println!("  {} generation {}: {:?}", event.at, event.generation, event.kind);
    }
    Ok(())
}
