//! Question: what does a verification cost beside the one MAC that nobody can avoid?
//!
//! Command: `cargo bench --bench ratios` (set `HOOKRING_BENCH_QUICK=1` for a short run; for the portable body
//! `--no-default-features --features std,http`)
//!
//! Every figure is a ratio to the *floor* of the same run and size: the `hmac` crate, cached key, clone–update–verify over
//! the bytes that the scheme signs. All cases run interleaved in many small batches, and the median counts, so that a noisy
//! machine disturbs both sides alike. A delivery has eleven ordinary headers besides its own.
//!
//! Last run: 2026-12-01, AMD EPYC with SHA extensions, 2 cores, busy, Rust 1.95.
//!
//! | | 0.25 KiB | 1 KiB | 4 KiB | 64 KiB |
//! |---|---|---|---|---|
//! | floor, in ns | 279 | 703 | 2395 | 36320 |
//! | one key, github | 1.44 | 1.16 | 1.04 | 1.01 |
//! | one key, stripe | 1.81 | 1.31 | 1.09 | 1.01 |
//! | one key, standard webhooks | 2.16 | 1.46 | 1.13 | 1.02 |
//! | two keys, matched current | 1.57 | 1.22 | 1.06 | 1.00 |
//! | two keys, matched previous | 1.57 | 1.23 | 1.06 | 1.00 |
//! | two keys, forged | 1.45 | 1.18 | 1.05 | 1.00 |
//! | five keys, matched last | 2.13 | 1.66 | 1.43 | 1.35 |
//! | one key, 16 forged signatures | 4.64 | 2.46 | 1.42 | 1.03 |
//! | one key, 17 forged signatures | 1.24 | 0.49 | 0.14 | 0.01 |
//! | two keys, replay key with its digest | 2.19 | 1.51 | 1.18 | 1.06 |
//! | two keys, replay key hashed on demand | 3.02 | 2.40 | 2.12 | 2.01 |
//! | two keys, streamed in 8 KiB chunks | 2.50 | 1.59 | 1.18 | 1.04 |
//! | two keys, streamed with replay digest | 2.92 | 1.80 | 1.27 | 1.07 |
//! | dual signing | 3.06 | 1.83 | 1.24 | 1.04 |
//! | sign_each for 60 keys, per key | 0.79 | 0.48 | 0.33 | 0.28 |
//! | without `simd`: one key, github | 1.80 | 1.32 | 1.10 | 1.02 |
//! | without `simd`: two keys, matched previous | 2.75 | 2.33 | 2.09 | 2.01 |
//!
//! A second key costs a few per cent, whichever one matches; what is left beside the MAC is 90 ns for a body signed alone and
//! 280 ns where id, time and base64 are read as well.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::{
    FanOut, Keyring, Message, Request, Scheme, Scope, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp,
    Verifier, providers,
};
use http::HeaderMap;
use sha2::Sha256;

const SIZES: [(&str, usize); 5] =
    [("0.25 KiB", 256), ("1 KiB", 1024), ("4 KiB", 4096), ("64 KiB", 65_536), ("1 MiB", 1_048_576)];
const SCOPE: &str = "bench";
const ENDPOINTS: u8 = 60;

struct Case<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
    nanos: Vec<f64>,
}

fn secret(n: u8) -> Arc<Secret> {
    let text: String = (0..64_u8).map(|i| char::from(b"0123456789abcdef"[usize::from((i * 7 + n * 3 + i / 5) % 16)])).collect();
    Arc::new(Secret::parse(&text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).expect("a secret"))
}

/// A ring with one current and `keys - 1` previous keys.
fn ring(keys: u8, now: Timestamp) -> Keyring {
    let grace = Duration::from_secs(86_400);
    (1..keys).fold(Keyring::new(secret(0), now).ring, |ring, n| ring.rotate(secret(n), grace, now).expect("a rotation").ring)
}

/// What stands beside the signature in a delivery that came through a proxy.
const ORDINARY: [(&str, &str); 11] = [
    ("host", "hooks.example.com"),
    ("user-agent", "GitHub-Hookshot/044aadd"),
    ("content-length", "8192"),
    ("accept", "*/*"),
    ("content-type", "application/json"),
    ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
    ("x-github-event", "issues"),
    ("x-github-hook-id", "292430182"),
    ("x-request-id", "0f7c2b9d"),
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-proto", "https"),
];

/// Headers of a message signed with the key number `n`.
fn signed(scheme: Scheme<'_>, n: u8, body: &[u8], now: Timestamp) -> HeaderMap {
    let signer = Signer::new(scheme, Keyring::new(secret(n), now).ring, SignWith::Current).expect("a signer");
    let mut headers = HeaderMap::new();
    for (name, value) in ORDINARY {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    signer.sign(&Message::new(body).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"), now).expect("signed").apply(&mut headers);
    headers
}

fn list_of(bad: usize, now: Timestamp, body: &[u8]) -> HeaderMap {
    let mut headers = signed(providers::STANDARD_WEBHOOKS, 9, body, now);
    let one = headers["webhook-signature"].to_str().expect("ASCII").to_owned();
    headers.insert("webhook-signature", vec![one; bad].join(" ").parse().expect("a header"));
    headers
}

fn main() {
    let quick = std::env::var_os("HOOKRING_BENCH_QUICK").is_some();
    println!("SHA extensions: {}", if has_sha() { "yes" } else { "no" });
    let mut gross = Vec::new();
    for (label, size) in SIZES {
        let now = Timestamp::now();
        let body: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let (rounds, budget) = if quick { (15, 60_000.0) } else { (101, 200_000.0) };
        let results = measure(cases(&body, now), rounds, budget);
        let floor = results[0].1;
        println!("\n{label}: floor {floor:.0} ns");
        for (name, nanos) in &results[1..] {
            let runs = if name.ends_with("per key") { f64::from(ENDPOINTS) } else { 1.0 };
            println!("ratio {name:<46} {:.3}", nanos / floor / runs);
        }
        if size == 4096 && has_sha() && cfg!(feature = "simd") {
            let of = |wanted: &str| results.iter().find(|(name, _)| name == wanted).expect("a case").1;
            let ratio = of("two keys, matched previous") / of("one key, github");
            println!("two keys / one key: {ratio:.3}");
            if ratio > 1.6 {
                gross.push(format!("two keys cost {ratio:.2} times one key at 4 KiB"));
            }
        }
    }
    assert!(gross.is_empty(), "gross regression: {gross:?}");
}

fn cases<'b>(body: &'b [u8], now: Timestamp) -> Vec<Case<'b>> {
    let mut all = Vec::new();
    let mut case = |name: &str, run: Box<dyn FnMut() + 'b>| all.push(Case { name: name.into(), run, nanos: Vec::new() });

    let floor = Hmac::<Sha256>::new_from_slice(secret(0).reveal().as_bytes()).expect("a key");
    let tag = floor.clone().chain_update(body).finalize().into_bytes();
    case("floor", Box::new(move || floor.clone().chain_update(black_box(body)).verify(&tag).expect("the tag")));

    let verify = |scheme: Scheme<'static>, keys: u8, headers: HeaderMap, good: bool| -> Box<dyn FnMut() + 'b> {
        let verifier = Verifier::new(scheme, ring(keys, now)).expect("a verifier");
        Box::new(move || assert_eq!(verifier.verify(black_box(&headers), black_box(body)).is_ok(), good))
    };
    case("one key, github", verify(providers::GITHUB, 1, signed(providers::GITHUB, 0, body, now), true));
    case("one key, stripe", verify(providers::STRIPE, 1, signed(providers::STRIPE, 0, body, now), true));
    let standard = providers::STANDARD_WEBHOOKS;
    case("one key, standard webhooks", verify(standard, 1, signed(standard, 0, body, now), true));
    let github = providers::GITHUB;
    case("two keys, matched current", verify(github, 2, signed(github, 1, body, now), true));
    case("two keys, matched previous", verify(github, 2, signed(github, 0, body, now), true));
    case("two keys, forged", verify(github, 2, signed(github, 9, body, now), false));
    case("five keys, matched last", verify(github, 5, signed(github, 0, body, now), true));
    case("one key, 16 forged signatures", verify(standard, 1, list_of(16, now, body), false));
    case("one key, 17 forged signatures", verify(standard, 1, list_of(17, now, body), false));

    let headers = signed(github, 0, body, now);
    let scope = Scope::new(SCOPE).expect("a scope");
    let replay_key = |digest: bool| -> Box<dyn FnMut() + 'b> {
        let builder = Verifier::builder(github);
        let verifier = if digest { builder.digest_content() } else { builder }.build(ring(2, now)).expect("a verifier");
        let (headers, scope) = (headers.clone(), scope.clone());
        Box::new(move || {
            let verified = verifier.verify(black_box(&headers), black_box(body)).expect("valid");
            black_box(verified.replay_key(&scope));
        })
    };
    case("two keys, replay key with its digest", replay_key(true));
    case("two keys, replay key hashed on demand", replay_key(false));
    let stream = |digest: bool| -> Box<dyn FnMut() + 'b> {
        let builder = Verifier::builder(github);
        let verifier = if digest { builder.digest_content() } else { builder }.build(ring(2, now)).expect("a verifier");
        let (headers, scope) = (headers.clone(), scope.clone());
        Box::new(move || {
            let mut stream = verifier.begin(Request::new(black_box(&headers), ()), now).expect("a stream");
            black_box(body).chunks(8192).for_each(|chunk| stream.update(chunk));
            let verified = stream.finish(now).expect("valid");
            assert_eq!(verified.replay_key(&scope).is_some(), digest);
        })
    };
    case("two keys, streamed in 8 KiB chunks", stream(false));
    case("two keys, streamed with replay digest", stream(true));

    let signer = Signer::new(standard, ring(2, now), SignWith::AllLive).expect("a signer");
    case("dual signing", Box::new(move || drop(black_box(signer.sign(&Message::new(black_box(body)).id("msg_1"), now)))));

    let rings: Vec<Keyring> = (0..ENDPOINTS).map(|n| Keyring::new(secret(n), now).ring).collect();
    let fan_out = FanOut::new(github, SignWith::Current).expect("a signer");
    case(
        "sign_each for 60 keys, per key",
        Box::new(move || drop(black_box(fan_out.sign_each(&Message::new(black_box(body)), &rings, now)))),
    );
    all
}

/// Runs all cases in turn, a batch each, and gives the median time of one run.
fn measure(mut cases: Vec<Case<'_>>, rounds: usize, budget: f64) -> Vec<(String, f64)> {
    let batches: Vec<u32> = cases
        .iter_mut()
        .map(|case| {
            let start = Instant::now();
            (0..3).for_each(|_| (case.run)());
            let one = start.elapsed().as_nanos() as f64 / 3.0;
            ((budget / one.max(1.0)) as u32).clamp(1, 5000)
        })
        .collect();
    for _ in 0..rounds {
        for (case, batch) in cases.iter_mut().zip(&batches) {
            let start = Instant::now();
            (0..*batch).for_each(|_| (case.run)());
            case.nanos.push(start.elapsed().as_nanos() as f64 / f64::from(*batch));
        }
    }
    let median = |mut nanos: Vec<f64>| {
        nanos.sort_by(f64::total_cmp);
        nanos[nanos.len() / 2]
    };
    cases.into_iter().map(|case| (case.name, median(case.nanos))).collect()
}

fn has_sha() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::is_x86_feature_detected!("sha");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    false
}
