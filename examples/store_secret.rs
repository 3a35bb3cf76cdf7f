//! Keeps a webhook secret sealed in a database: create, reveal on a dashboard, rotate, restart.
//!
//! `cargo run --example store_secret --features aead`

use std::collections::BTreeMap;
use std::error::Error;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookring::{AeadSeal, Keyring, Secret, SecretFormat, Timestamp};

/// Stands for a table with one row per workflow: the sealed ring and, in a column of its own, its generation.
#[derive(Default)]
struct Table(BTreeMap<String, (Vec<u8>, u64)>);

impl Table {
    async fn save(&mut self, workflow: &str, ring: &Keyring, seal: &AeadSeal) -> Result<usize, Box<dyn Error>> {
        let blob = ring.seal(workflow, seal).await?;
        let stored = blob.len();
        self.0.insert(workflow.into(), (blob, ring.generation()));
        Ok(stored)
    }

    /// No row, a ring, and a row that cannot be opened are three different things; only a ring verifies anything.
    async fn load(&self, workflow: &str, seal: &AeadSeal) -> Result<Option<Keyring>, Box<dyn Error>> {
        let Some((blob, generation)) = self.0.get(workflow) else { return Ok(None) };
        Ok(Some(Keyring::open(workflow, blob, *generation, seal).await?))
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let now = Timestamp::now();
    // In real life `Secret::from_file`: kept apart from the database, or a key service instead.
    let seal = AeadSeal::new(Secret::generate(SecretFormat::Hex)?);
    let mut table = Table::default();

    println!("1. A workflow is created with a secret of its own.");
    let created = Keyring::new(Secret::generate(SecretFormat::Utf8)?, now);
    println!("   stored: {} sealed bytes", table.save("workflow-23", &created.ring, &seal).await?);

    println!("2. Its owner has it shown on the dashboard. The application writes down who did.");
    let ring = table.load("workflow-23", &seal).await?.ok_or("no such workflow")?;
    let shown = ring.current().map(Secret::reveal).ok_or("the ring is suspended")?;
    println!("   {}… ({} characters)", shown.get(..4).unwrap_or_default(), shown.len());

    println!("3. The owner rotates it; here the old secret is invalid at once.");
    let change = ring.rotate(Secret::generate(SecretFormat::Utf8)?, Duration::ZERO, now)?;
    table.save("workflow-23", &change.ring, &seal).await?;
    change.events.iter().for_each(|event| println!("   audit trail: {:?}", event.kind));

    println!("4. The process restarts and finds the ring as it was.");
    let restored = table.load("workflow-23", &seal).await?.ok_or("no such workflow")?;
    assert!(restored.same_version(&change.ring));
    println!("   {restored:?}");

    println!("5. A row that was moved to another workflow does not open.");
    let row = table.0.get("workflow-23").cloned().ok_or("no such workflow")?;
    table.0.insert("workflow-99".into(), row);
    println!("   refused: {}", table.load("workflow-99", &seal).await.err().ok_or("a foreign row was opened")?);
    Ok(())
}

/// Stands for an async runtime. This seal never waits.
fn main() -> Result<(), Box<dyn Error>> {
    let mut run = pin!(run());
    loop {
        if let Poll::Ready(result) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return result;
        }
    }
}
