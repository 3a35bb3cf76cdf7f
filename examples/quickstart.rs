//! The whole life of a secret in one minute: sign, verify, rotate, tamper, expire.
//!
//! `cargo run --example quickstart`

use std::error::Error;
use std::time::Duration;

use hookring::{
    Keyring, Message, Rejection, Request, Secret, SecretFormat, SharedKeyring, SignWith, Signer, Timestamp, Verifier, providers,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn main() -> Result<(), Box<dyn Error>> {
    // Time is always passed in; here it stands still until the story moves it on.
    let noon = Timestamp::from_unix_secs(1_790_000_000);

    println!("1. A sender and a receiver share a secret.");
    let secret = Secret::generate(SecretFormat::Whsec)?;
    println!("   in logs it appears as {secret:?}, never as text");
    let shared = SharedKeyring::new(Keyring::new(secret, noon).ring);
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, shared.clone(), SignWith::Current)?;
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, shared.clone())?;

    println!("\n2. The sender signs a message.");
    let body = br#"{"type":"invoice.paid","amount":1200}"#;
    let before = signer.sign(&Message::new(body).id("msg_1"), noon)?;
    for (name, value) in before.iter() {
        println!("   {name}: {value}");
    }

    println!("\n3. The receiver verifies it. The body comes out of the proof.");
    let check = |headers: &[(&str, &str)], body: &'static [u8], now| verifier.verify_at(Request::new(&headers, body), now);
    let headers: Vec<_> = before.iter().collect();
    let verified = check(&headers, body, noon)?;
    println!("   accepted: id {:?}, key {} ({})", verified.id(), verified.key(), verified.role().as_str());

    println!("\n4. The secret is rotated; the old one stays good for 24 hours.");
    let change = shared.load().rotate(Secret::generate(SecretFormat::Whsec)?, DAY, noon)?;
    for event in &change.events {
        println!("   audit trail: {:?}", event.kind);
    }
    shared.replace(change.ring)?; // store ring and events first, then publish

    println!("\n5. Messages under both secrets are accepted, the one that was under way as well.");
    let old = check(&headers, body, noon.plus(Duration::from_secs(60)))?;
    println!("   signed before the rotation: accepted, key {} ({})", old.key(), old.role().as_str());
    let after = signer.sign(&Message::new(body).id("msg_2"), noon)?;
    let new = check(&after.iter().collect::<Vec<_>>(), body, noon)?;
    println!("   signed after the rotation:  accepted, key {} ({})", new.key(), new.role().as_str());

    println!("\n6. A changed body is refused.");
    let tampered = check(&headers, br#"{"type":"invoice.paid","amount":9900}"#, noon).err();
    println!("   refused: {}", tampered.ok_or("a forgery was accepted")?);

    println!("\n7. An old delivery is refused, though it is authentic.");
    let stale = check(&headers, body, noon.plus(HOUR)).err();
    println!("   refused: {}", stale.ok_or("a stale delivery was accepted")?);

    println!("\n8. A day later the old secret has expired by itself.");
    let tomorrow = noon.plus(DAY);
    let (this_morning, last) = (shared.load().live(tomorrow).count(), check(&headers, body, tomorrow).err());
    println!("   live keys: {this_morning}; the old delivery: {}", last.ok_or("an expired key was accepted")?);
    assert_eq!(last, Some(Rejection::Mismatch));
    println!("\nNo valid delivery was rejected on the way.");
    Ok(())
}
