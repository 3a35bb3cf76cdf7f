//! A ring that was sealed and opened is the same ring; a blob that is not exactly what was sealed is an error of its own.

#[cfg(feature = "aead")]
mod aead;
mod damage;
mod outage;
mod round_trip;
mod seals;

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, Timestamp};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// None of the seals here ever waits for something.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => panic!("a seal waited"),
    }
}

fn secret(n: u8) -> Secret {
    Secret::parse(&text(n), SecretFormat::Utf8, &SecretPolicy::provider()).unwrap()
}

/// Different for each number, and strong in every policy.
fn text(n: u8) -> String {
    format!("tst_{n:03}_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum")
}

/// Every role at once: current, next, a previous key that was current and one that was only staged, two revoked keys.
fn every_role() -> Keyring {
    let ring = Keyring::new(secret(1), NOW).ring;
    let ring = ring.stage(secret(2), NOW).unwrap().ring;
    let ring = ring.unstage(6 * HOUR, NOW).unwrap().ring;
    let ring = ring.rotate(secret(3), 12 * HOUR, NOW.plus(HOUR)).unwrap().ring;
    let ring = ring.stage(secret(4), NOW.plus(HOUR)).unwrap().ring;
    let ring = ring.revoke(secret(4).id(), NOW.plus(HOUR)).unwrap().ring;
    let labelled = secret(5).labelled("public-name").unwrap();
    let ring = ring.stage(labelled, NOW.plus(HOUR)).unwrap().ring;
    let ring = ring.promote(24 * HOUR, NOW.plus(HOUR)).unwrap().ring;
    let ring = ring.stage(secret(6), NOW.plus(2 * HOUR)).unwrap().ring;
    ring.revoke(secret(3).id(), NOW.plus(2 * HOUR)).unwrap().ring
}
