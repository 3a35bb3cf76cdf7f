//! Question: does the time of a verification tell an attacker anything about the keys?
//!
//! Command: `cargo bench --bench constant_time` (`HOOKRING_BENCH_QUICK=1` for a tenth of the samples)
//!
//! The method of dudect (Reparaz, Balasch and Verbauwhede, 2017): two classes of input, chosen at random per sample, and a
//! Welch t-test on their times, with the slowest samples cropped at several percentiles. |t| above 4.5 means that the classes can
//! be told apart. A deliberately leaky comparison runs through the same harness and must be caught.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a bench may panic")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookring::{
    Keyring, Message, Request, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers,
};

const LIMIT: f64 = 4.5;

fn main() {
    let samples = if std::env::var_os("HOOKRING_BENCH_QUICK").is_some() { 100_000 } else { 1_000_000 };
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let body = [b'x'; 64];
    let (old, new, foreign) = (secret("old"), secret("new"), secret("foreign"));
    let ring: Keyring = Keyring::new(old.clone(), now).ring;
    let ring = ring.rotate(new.clone(), Duration::from_secs(60), now).expect("a rotation").ring;
    let verifier = Verifier::new(providers::GITHUB, ring).expect("a verifier");
    let sign = |secret: &Arc<Secret>| {
        let signer = Signer::new(providers::GITHUB, Keyring::<Secret>::new(secret.clone(), now).ring, SignWith::Current)
            .expect("a signer");
        signer.sign(&Message::new(&body), now).expect("signed").iter().next().expect("a header").1.to_owned()
    };
    let flipped = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).expect("ASCII")
    };
    let (of_old, of_new, of_none) = (sign(&old), sign(&new), sign(&foreign));
    let verify = |signature: &String| {
        let headers = [("x-hub-signature-256", signature.as_str())];
        black_box(verifier.verify_at(Request::new(&headers, black_box(&body)), now).is_ok());
    };

    let mut worst = 0.0_f64;
    let mut report = |name: &str, t: f64| {
        println!("{name:<58} t = {t:8.2}");
        worst = worst.max(t.abs());
    };
    report("verify: current matches / previous matches", welch(samples, &of_new, &of_old, verify));
    let (first, last) = (flipped(&of_new, 7), flipped(&of_new, of_new.len() - 1));
    report("verify: first byte of the right tag wrong / last byte", welch(samples, &first, &last, verify));
    report("verify: nearly right / wholly wrong", welch(samples, &last, &of_none, verify));
    let (first, last) = (flipped(&of_old, 7), flipped(&of_old, of_old.len() - 1));
    report("verify: first byte of the previous key's tag / last byte", welch(samples, &first, &last, verify));

    let wanted = of_new.as_bytes().to_vec();
    let leaky = |signature: &String| {
        // What `==` on text does, made slow enough for a coarse clock.
        black_box(signature.as_bytes().iter().zip(&wanted).take_while(|(a, b)| black_box(a == b)).count());
    };
    let (first, last) = (flipped(&of_new, 7), flipped(&of_new, of_new.len() - 1));
    let caught = welch(samples, &first, &last, leaky);
    println!("{:<58} t = {caught:8.2}", "leaky twin: first byte wrong / last byte");
    assert!(caught.abs() > LIMIT, "the harness does not notice a leak");
    println!("\nworst |t| of the real code: {worst:.2}; limit {LIMIT}");
    assert!(worst < LIMIT, "the classes can be told apart");
}

fn secret(name: &str) -> Arc<Secret> {
    let text = format!("{name}: a secret for a benchmark, 32 bytes or more");
    Arc::new(Secret::parse(&text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).expect("a secret"))
}

/// The largest |t| over several crops, with its sign.
fn welch<T: Clone>(samples: usize, a: &T, b: &T, run: impl Fn(&T)) -> f64 {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut times: [Vec<f64>; 2] = [Vec::with_capacity(samples), Vec::with_capacity(samples)];
    let inputs = [a.clone(), b.clone()];
    for _ in 0..samples {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let class = (random >> 33) as usize & 1;
        // Both inputs are touched, so that neither is warmer than the other.
        black_box(&inputs);
        let start = Instant::now();
        run(black_box(&inputs[class]));
        times[class].push(start.elapsed().as_nanos() as f64);
    }
    let mut all: Vec<f64> = times.concat();
    all.sort_by(f64::total_cmp);
    let crops = [0.5, 0.75, 0.9, 0.99];
    let ts = crops.map(|share| {
        let most = all[((all.len() as f64 * share) as usize).min(all.len() - 1)];
        let [a, b] = times.each_ref().map(|class| moments(class.iter().copied().filter(|time| *time <= most)));
        (a.0 - b.0) / (a.1 / a.2 + b.1 / b.2).sqrt()
    });
    ts.into_iter().filter(|t| t.is_finite()).fold(0.0, |worst: f64, t| if t.abs() > worst.abs() { t } else { worst })
}

/// Mean, variance and number.
fn moments(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let (mut n, mut mean, mut sum) = (0.0, 0.0, 0.0);
    for value in values {
        n += 1.0;
        let delta: f64 = value - mean;
        mean += delta / n;
        sum += delta * (value - mean);
    }
    (mean, sum / (n - 1.0_f64).max(1.0), n)
}
