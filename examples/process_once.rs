//! A delivery arrives three times. The first handler crashes in the middle, the retry finishes, the third is a duplicate.
//!
//! `cargo run --example process_once`

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookring::{
    Guard, Keyring, MemoryReplayStore, Message, Scope, Secret, SecretFormat, SignWith, Signer, Timestamp, Verified, Verifier,
    providers,
};

const BODY: &[u8] = br#"{"type":"invoice.paid","invoice":"inv_7"}"#;

/// What the handler leaves behind. Each step asks whether it was done, so a retry goes on where the last try ended.
#[derive(Default)]
struct Books {
    credits: Vec<&'static str>,
    letters: Vec<&'static str>,
}

async fn handle(books: Arc<Mutex<Books>>, power_cut: bool) -> Result<(), &'static str> {
    let invoice = "inv_7"; // from the verified body
    {
        let mut books = books.lock().map_err(|_| "no books")?;
        if !books.credits.contains(&invoice) {
            books.credits.push(invoice);
            println!("   credited {invoice}");
        }
    }
    assert!(!power_cut, "the power fails between the two steps");
    books.lock().map_err(|_| "no books")?.letters.push(invoice);
    println!("   letter sent for {invoice}");
    Ok(())
}

/// What a web framework does with a request: a task of its own, so that a crash ends the request and nothing else.
async fn request(guard: Arc<Guard<MemoryReplayStore>>, verified: Verified<&'static [u8]>, books: Arc<Mutex<Books>>, cut: bool) {
    let task = tokio::spawn(async move {
        let outcome = guard.process(verified, |_body| handle(books, cut)).await;
        (outcome.code(), outcome.status())
    });
    match task.await {
        Ok((code, status)) => println!("   {code}: answered with {status}"),
        Err(_) => println!("   crashed: no answer, so the sender will retry"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let ring = Keyring::new(Secret::generate(SecretFormat::Whsec)?, Timestamp::now()).ring;
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring.clone(), SignWith::Current)?;
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring)?;

    // In real life a store in Redis or PostgreSQL. The lease is longer than the slowest handler; what was processed is
    // remembered for longer than the sender retries.
    let store = MemoryReplayStore::new(100_000, 64 << 20);
    let (lease, keep) = (Duration::from_secs(60), Duration::from_secs(3 * 24 * 3600));
    let guard = Arc::new(Guard::with_keep(store, Scope::new("billing")?, lease, keep)?);
    let books = Arc::new(Mutex::new(Books::default()));

    for (what, cut) in [("the first delivery", true), ("the retry, signed anew", false), ("one more copy", false)] {
        println!("{what}:");
        let signed = signer.sign(&Message::new(BODY).id("msg_1"), Timestamp::now())?;
        let headers: Vec<_> = signed.iter().collect();
        request(guard.clone(), verifier.verify(&headers, BODY)?, books.clone(), cut).await;
    }

    let books = books.lock().map_err(|_| "no books")?;
    assert_eq!((books.credits.len(), books.letters.len()), (1, 1));
    println!("one credit, one letter");
    Ok(())
}
