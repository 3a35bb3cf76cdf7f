//! Question: how long do the everyday calls take on this machine, in nanoseconds?
//!
//! Command: `cargo bench --bench verify` (`-- FILTER` for a few; a second run is compared with the first)
//!
//! For people who change the code. Ratios to the floor, which do not depend on the machine, are in `ratios.rs`.
//!
//! Last run: 2026-12-01, AMD EPYC with SHA extensions, 2 cores that some fifteen other busy processes shared, which makes
//! these means about four times what they are on an idle machine. Compare columns, not machines.
//!
//! | in µs | 256 bytes | 4 KiB | 64 KiB |
//! |---|---|---|---|
//! | github, one key / two | 2.1 / 2.1 | 12 / 12 | 181 / 170 |
//! | stripe, one key / two | 2.4 / 2.2 | 13 / 13 | 154 / 147 |
//! | standard webhooks, one key / two | 2.0 / 1.7 | 13 / 13 | 196 / 149 |
//! | sign with one key / two | | 13 / 12 | |
//! | bearer, two secrets / a SHA-256 | 1.5 / 0.9 (48 bytes) | | |
//!
//! A second key cannot be seen beside the noise of such a machine.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hookring::{
    BearerVerifier, Keyring, Message, Request, Scheme, Secret, SecretFormat, SecretPolicy, Sha256Hash, SignWith, Signer,
    Timestamp, Verifier, providers,
};
use http::HeaderMap;

const SIZES: [usize; 3] = [256, 4096, 65_536];
const TEXTS: [&str; 2] =
    ["8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab91", "45c48cce2e2d7fbdea1afc51c7c6ad26d3d9446802a44259"];

fn secret(n: usize) -> Secret {
    let text = TEXTS.get(n).expect("two secrets");
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).expect("a secret")
}

/// One key, or two in a rotation.
fn ring(keys: usize, now: Timestamp) -> Keyring {
    let ring: Keyring = Keyring::new(secret(0), now).ring;
    if keys == 1 { ring } else { ring.rotate(secret(1), Duration::from_secs(86_400), now).expect("a rotation").ring }
}

/// The headers of a message signed with the older key.
fn signed(scheme: Scheme<'_>, body: &[u8], now: Timestamp) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let signer = Signer::new(scheme, ring(1, now), SignWith::Current).expect("a signer");
    signer.sign(&Message::new(body).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"), now).expect("signed").apply(&mut headers);
    headers
}

fn verify(bench: &mut Criterion) {
    let now = Timestamp::now();
    for scheme in [providers::GITHUB, providers::STRIPE, providers::STANDARD_WEBHOOKS] {
        let mut group = bench.benchmark_group(format!("verify, {}", scheme.name()));
        for size in SIZES {
            let body = vec![b'x'; size];
            let headers = signed(scheme, &body, now);
            group.throughput(Throughput::Bytes(size as u64));
            for keys in [1, 2] {
                let verifier = Verifier::new(scheme, ring(keys, now)).expect("a verifier");
                group.bench_with_input(BenchmarkId::new(format!("keys: {keys}"), size), &body, |bench, body| {
                    let run = || verifier.verify_at(Request::new(black_box(&headers), black_box(body)), now).is_ok();
                    assert!(run());
                    bench.iter(run);
                });
            }
        }
    }
}

fn sign(bench: &mut Criterion) {
    let now = Timestamp::now();
    let body = vec![b'x'; 4096];
    let message = Message::new(&body).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W");
    for (name, with) in [("with one key", SignWith::Current), ("with two keys", SignWith::AllLive)] {
        let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring(2, now), with).expect("a signer");
        bench.bench_function(&format!("sign 4 KiB {name}"), |bench| bench.iter(|| signer.sign(black_box(&message), now)));
    }
}

fn present(bench: &mut Criterion) {
    let now = Timestamp::now();
    let text = TEXTS.first().expect("a text");
    let secrets = BearerVerifier::new(ring(2, now), 0);
    bench.bench_function("bearer, two secrets", |bench| bench.iter(|| secrets.check_token(black_box(text.as_bytes()), now)));
    let hash = Sha256Hash::of(&secret(0)).expect("a hash");
    let hashes = BearerVerifier::new(Keyring::new(hash, now).ring, 0);
    bench.bench_function("bearer, a SHA-256", |bench| bench.iter(|| hashes.check_token(black_box(text.as_bytes()), now)));
}

criterion_group!(all, verify, sign, present);
criterion_main!(all);
