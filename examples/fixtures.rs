//! Keeps a captured delivery as a fixture, and replays a file of fixtures: the test of a receiver that needs no sender.
//!
//! ```text
//! cargo run --example fixtures --features testing
//! cargo run --example fixtures --features testing -- tests/vectors/others.json
//! ```
//!
//! Without an argument it shows the whole way: a delivery as it came in, signed anew with a secret made for the test, so that
//! the file holds no secret that is in use, then read back and replayed. With a file it replays every fixture in it.

use hookring::testing::{Delivery, Expect, Fixture};
use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SignWith, Timestamp, providers};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let text = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => {
            let text = record()?;
            println!("{text}");
            text
        }
    };
    let (mut right, mut unknown) = (0_u32, 0_u32);
    for fixture in Fixture::parse(&text)? {
        let name = fixture.provider();
        match providers::find(name).or_else(|| providers::unconfirmed::find(name)) {
            Some(scheme) => match fixture.replay(*scheme) {
                Ok(()) => right = right.saturating_add(1),
                Err(surprise) => println!("{surprise}"),
            },
            None => unknown = unknown.saturating_add(1),
        }
    }
    println!("{right} as expected, {unknown} of other schemes");
    Ok(())
}

/// What came in over the wire becomes a file for the repository.
fn record() -> Result<String, Error> {
    let captured = Delivery::new("POST", "https://hooks.example.com/stripe")
        .header("Content-Type", "application/json")
        .header("Stripe-Signature", "t=1759999997,v1=a3c86b749f2113d0b6eaf3c545363c370da988035ac2f2a7208963f376f3ea7c")
        .body(r#"{"id":"evt_1","type":"invoice.paid"}"#);

    let now = Timestamp::from_unix_secs(1_790_000_000);
    let for_tests = || Secret::parse("whsec_made_up_for_this_file_8e2f60c1", SecretFormat::Utf8, &SecretPolicy::provider());
    let ring = Keyring::new(for_tests()?, now).ring;
    let delivery = captured.signed(providers::STRIPE, &ring, SignWith::Current, now)?;
    Ok(Fixture::new("invoice-paid", "stripe", delivery, [for_tests()?], Expect::Valid, now).to_json())
}
