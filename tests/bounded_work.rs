//! A hostile request makes the verifier allocate no more than three times what an honest request of its size does.
//!
//! The other half of the work, what is hashed and read, is counted in `src/verifier/tests/bounded.rs`. A test binary of its
//! own, because it replaces the allocator. Each thread counts for itself.

#![allow(clippy::cast_possible_truncation, reason = "small numbers")]

#[path = "support/hostile.rs"]
mod hostile;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::hint::black_box;
use std::alloc::System;

use hookring::{Keyring, Message, Request, Scheme, Secret, SignWith, Signer, Timestamp, Verifier, providers};
use hostile::{Dice, Raw, hostile, size};

struct Counting;

thread_local!(static BYTES: Cell<usize> = const { Cell::new(0) });

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; all it does is count and pass on")]
// SAFETY: every call goes to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // The thread may be ending.
        let _ = BYTES.try_with(|bytes| bytes.set(bytes.get() + layout.size()));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocated<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = BYTES.get();
    let result = black_box(work());
    (BYTES.get() - before, result)
}

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

/// The schemes that need nothing but a secret, a body, an id, a method and a URL.
fn plain() -> Vec<&'static Scheme<'static>> {
    let all = providers::all().iter().filter(|scheme| scheme.signs_any_body() || scheme.name() == "linear");
    all.filter(|scheme| !scheme.has_public_key()).collect()
}

fn honest(scheme: &Scheme<'_>, ring: &Keyring, pad: usize) -> Raw {
    let signer = Signer::new(*scheme, ring.clone(), SignWith::Current).unwrap();
    let body = format!("{{\"webhookTimestamp\":1790000000000,\"pad\":\"{}\"}}", "x".repeat(pad));
    let message = Message::new(body.as_bytes()).id("msg_1").method("POST").url("https://a.example/hook");
    let signed = signer.sign(&message, NOW).unwrap();
    (signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect(), body.into_bytes())
}

fn cost(verifier: &Verifier, (headers, body): &Raw) -> (usize, bool) {
    let request = || Request::new(headers, body.as_slice()).method("POST").target("/hook");
    allocated(|| verifier.verify_at(request(), NOW).is_ok())
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocated(|| vec![0_u8; 100]).0, 100);
    assert_eq!(allocated(|| 1).0, 0);
}

#[test]
fn hostile_requests_allocate_at_most_three_times_as_much_as_an_honest_one() {
    let rounds = if std::env::var_os("HOOKRING_DEEP").is_some() { 100_000 } else { 10_000 };
    let prepared: Vec<_> = plain()
        .into_iter()
        .map(|scheme| {
            let ring = Keyring::new(Secret::generate(scheme.key_format()).unwrap(), NOW).ring;
            let builder = Verifier::builder(*scheme);
            let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
            let (seed, verifier) = (honest(scheme, &ring, 100), builder.build(ring.clone()).unwrap());
            assert!(cost(&verifier, &seed).1, "{}", scheme.name());
            (scheme, ring, verifier, seed)
        })
        .collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut worst, mut most) = (String::from("none allocated"), 0);
    for round in 0..rounds {
        let (scheme, ring, verifier, seed) = &prepared[round % prepared.len()];
        let raw = hostile(&mut dice, seed);
        let (bytes, _) = cost(verifier, &raw);
        if bytes == 0 {
            continue;
        }
        let of_equal_size = honest(scheme, ring, size(&raw).saturating_sub(size(seed)) + 100);
        let (dear, good) = cost(verifier, &of_equal_size);
        assert!(good);
        assert!(bytes <= 3 * dear, "{} in round {round}: {bytes} bytes, honest {dear}", scheme.name());
        if bytes > most {
            (worst, most) = (format!("{}: {bytes} bytes, honest {dear}", scheme.name()), bytes);
        }
    }
    println!("{rounds} hostile requests over {} schemes; most allocated: {worst}", prepared.len());
}
