//! Question: what do the same deliveries cost in other crates, with one secret and in a rotation with two?
//!
//! Command: `cargo run --release --manifest-path benches/peers/Cargo.toml [-- --svg FILE]`
//!
//! Every figure is a ratio to the floor of the same run and size: the `hmac` crate, cached key, over the bytes that are
//! signed. With two secrets the delivery is signed with the older one, which a receiver tries last, and `standardwebhooks`
//! and `svix`, which know one secret, are called once for each. `ring` and `aws-lc-rs` are no webhook crates: they compute
//! the bare MAC with a cached key. `async-stripe-webhook` parses the body after a match, so it is measured on a forged
//! signature. Allocations are counted per call.
//!
//! Last run: 2026-11-25, AMD EPYC with SHA extensions, 2 cores, Rust 1.95; ratios, and allocations in brackets.
//!
//! | two secrets, signed with the older | 0.25 KiB | 1 KiB | 4 KiB | 64 KiB |
//! |---|---|---|---|---|
//! | hookring | 2.64 | 1.64 | 1.19 | 1.02 (0) |
//! | webhook-verify 0.1.0 | 5.90 | 3.69 | 2.54 | 2.13 (14) |
//! | standardwebhooks 1.0.1 | 15.99 | 13.24 | 11.85 | 11.55 (12) |
//! | svix 1.99.1 | 16.77 | 13.58 | 11.96 | 11.54 (12) |
//!
//! A second secret costs hookring nothing and every other crate as much again.

mod chart;
mod count;

use std::hint::black_box;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::{Keyring, Message, Scheme, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers};
use http::HeaderMap;
use sha2::Sha256;

#[global_allocator]
static ALLOCATOR: count::Counting = count::Counting;

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=";
pub(crate) const SIZES: [(&str, usize); 4] = [("0.25 KiB", 256), ("1 KiB", 1024), ("4 KiB", 4096), ("64 KiB", 65_536)];

/// Name, ratios by size, allocations per call.
pub(crate) type Row = (&'static str, Vec<f64>, u64);

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).expect("a secret")
}

fn whsec(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Whsec, &SecretPolicy::provider()).expect("a secret")
}

fn signed(scheme: Scheme<'_>, secret: Secret, body: &[u8], now: Timestamp) -> HeaderMap {
    let signer = Signer::new(scheme, Keyring::new(secret, now).ring, SignWith::Current).expect("a signer");
    let mut headers = HeaderMap::new();
    signer.sign(&Message::new(body).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"), now).expect("signed").apply(&mut headers);
    headers
}

fn main() {
    let mut rows: Vec<Row> = Vec::new();
    for (n, (label, size)) in SIZES.iter().enumerate() {
        let body = "x".repeat(*size);
        let measured = measure(cases(&body));
        let floor = measured[0].1;
        println!("\n{label}: floor {floor:.0} ns");
        for (at, (name, nanos, allocations)) in measured.into_iter().enumerate() {
            println!("{name:<52} {:6.2}  {allocations} allocations", nanos / floor);
            if n == 0 {
                rows.push((name, Vec::new(), allocations));
            }
            rows[at].1.push(nanos / floor);
        }
    }
    let mut arguments = std::env::args().skip_while(|argument| argument != "--svg").skip(1);
    if let Some(path) = arguments.next() {
        std::fs::write(path, chart::draw(&rows)).expect("the chart is written");
    }
}

type Case<'b> = (&'static str, Box<dyn FnMut() + 'b>);

fn cases(body: &str) -> Vec<Case<'_>> {
    let now = Timestamp::now();
    let bytes = body.as_bytes();
    let mut all: Vec<Case<'_>> = Vec::new();

    let mac = Hmac::<Sha256>::new_from_slice(b"0123456789abcdef0123456789abcdef").expect("a key");
    let tag = mac.clone().chain_update(bytes).finalize().into_bytes();
    all.push(("hmac, bare MAC (the floor)", Box::new(move || mac.clone().chain_update(black_box(bytes)).verify(&tag).expect("right"))));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"0123456789abcdef0123456789abcdef");
    all.push(("ring, bare MAC", Box::new(move || ring::hmac::verify(&key, black_box(bytes), &tag).expect("right"))));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"0123456789abcdef0123456789abcdef");
    all.push(("aws-lc-rs, bare MAC", Box::new(move || aws_lc_rs::hmac::verify(&key, black_box(bytes), &tag).expect("right"))));

    let headers = signed(providers::STANDARD_WEBHOOKS, whsec(OLD), bytes, now);
    let one = Verifier::new(providers::STANDARD_WEBHOOKS, Keyring::new(whsec(OLD), now).ring).expect("a verifier");
    let h = headers.clone();
    all.push(("hookring, Standard Webhooks, one secret", Box::new(move || drop(one.verify(black_box(&h), black_box(bytes)).expect("valid")))));
    let peer = standardwebhooks::Webhook::new(OLD).expect("a secret");
    let h = headers.clone();
    all.push(("standardwebhooks, one secret", Box::new(move || peer.verify(black_box(bytes), black_box(&h)).expect("valid"))));
    let peer = svix::webhooks::Webhook::new(OLD).expect("a secret");
    let h = headers.clone();
    all.push(("svix, one secret", Box::new(move || peer.verify(black_box(bytes), black_box(&h)).expect("valid"))));
    let peer = webhook_verify::Secret::new(OLD);
    let h = headers.clone();
    let standard = || webhook_verify::Provider::StandardWebhooks;
    all.push((
        "webhook-verify, Standard Webhooks, one secret",
        Box::new(move || webhook_verify::verify(standard(), black_box(&h), black_box(bytes), &peer, Default::default()).expect("valid")),
    ));

    let ring: Keyring = Keyring::new(whsec(OLD), now).ring;
    let ring = ring.rotate(whsec(NEW), Duration::from_secs(3600), now).expect("a rotation").ring;
    let two = Verifier::new(providers::STANDARD_WEBHOOKS, ring).expect("a verifier");
    let h = headers.clone();
    all.push(("hookring, Standard Webhooks, two secrets", Box::new(move || drop(two.verify(black_box(&h), black_box(bytes)).expect("valid")))));
    let peers = [NEW, OLD].map(|text| standardwebhooks::Webhook::new(text).expect("a secret"));
    let h = headers.clone();
    all.push((
        "standardwebhooks, two secrets",
        Box::new(move || assert!(peers.iter().any(|peer| peer.verify(black_box(bytes), black_box(&h)).is_ok()))),
    ));
    let peers = [NEW, OLD].map(|text| svix::webhooks::Webhook::new(text).expect("a secret"));
    let h = headers.clone();
    all.push(("svix, two secrets", Box::new(move || assert!(peers.iter().any(|peer| peer.verify(black_box(bytes), black_box(&h)).is_ok())))));
    let peers = [NEW, OLD].map(webhook_verify::Secret::new);
    all.push((
        "webhook-verify, Standard Webhooks, two secrets",
        Box::new(move || {
            webhook_verify::verify_any(standard(), black_box(&headers), black_box(bytes), &peers, Default::default()).expect("valid");
        }),
    ));

    let text = "8f742231b10e8888abcd99yyyzzz85a5";
    let headers = signed(providers::SLACK, secret(text), bytes, now);
    let value = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    let (signature, time) = (value("x-slack-signature"), value("x-slack-request-timestamp"));
    let slack = Verifier::new(providers::SLACK, Keyring::new(secret(text), now).ring).expect("a verifier");
    all.push(("hookring, Slack, one secret", Box::new(move || drop(slack.verify(black_box(&headers), black_box(bytes)).expect("valid")))));
    let peer = slack_morphism::signature_verifier::SlackEventSignatureVerifier::new(&text.to_owned().into());
    all.push(("slack-morphism, one secret", Box::new(move || peer.verify(&signature, black_box(body), &time).expect("valid"))));

    let headers = signed(providers::STRIPE, secret("another secret"), bytes, now);
    let signature = headers["stripe-signature"].to_str().expect("ASCII").to_owned();
    let stripe = Verifier::new(providers::STRIPE, Keyring::new(secret(text), now).ring).expect("a verifier");
    all.push(("hookring, Stripe, forged", Box::new(move || assert!(stripe.verify(black_box(&headers), black_box(bytes)).is_err()))));
    all.push((
        "async-stripe-webhook, forged",
        Box::new(move || assert!(stripe_webhook::Webhook::construct_event(black_box(body), &signature, text).is_err())),
    ));
    all
}

/// Interleaved batches; the median time of a run, and its allocations.
fn measure(mut cases: Vec<Case<'_>>) -> Vec<(&'static str, f64, u64)> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    let batches: Vec<u32> = cases
        .iter_mut()
        .map(|(_, run)| {
            let start = Instant::now();
            (0..4).for_each(|_| run());
            (800_000 / (start.elapsed().as_nanos() as u32).max(1)).clamp(1, 2000)
        })
        .collect();
    for _ in 0..101 {
        for (n, (_, run)) in cases.iter_mut().enumerate() {
            let start = Instant::now();
            (0..batches[n]).for_each(|_| run());
            times[n].push(start.elapsed().as_nanos() as f64 / f64::from(batches[n]));
        }
    }
    let allocations: Vec<u64> = cases.iter_mut().map(|(_, run)| count::during(run)).collect();
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let names: Vec<&'static str> = cases.iter().map(|(name, _)| *name).collect();
    names.into_iter().zip(&mut times).zip(allocations).map(|((name, times), n)| (name, median(times), n)).collect()
}
