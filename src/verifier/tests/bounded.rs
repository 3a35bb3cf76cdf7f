//! A hostile request never costs more than three times what the dearest honest request of its size costs.

extern crate std;

use std::collections::HashMap;
use std::println;

use super::*;
use crate::headers::{Headers, Name};

#[path = "../../../tests/support/hostile.rs"]
mod hostile;

use hostile::{Dice, Raw, hostile, size};

/// Headers that count how many bytes they hand out.
struct Counted<'h>(&'h [(String, Vec<u8>)], core::cell::Cell<usize>);

impl Headers for Counted<'_> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        self.0.each(name, &mut |value| {
            self.1.set(self.1.get() + value.len());
            f(value);
        });
    }
}

/// What a request made the verifier do.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// Blocks that a hash absorbed, four for each MAC beside the message.
    compressions: usize,
    /// Bytes of headers handed out and bytes hashed, once for each key.
    touched: usize,
}

impl Work {
    fn most(self, other: Self) -> Self {
        Self { compressions: self.compressions.max(other.compressions), touched: self.touched.max(other.touched) }
    }

    /// Per mille of what an honest request costs.
    fn of(self, honest: Self) -> usize {
        let ratio = |of: usize, honest: usize| (of * 1000).checked_div(honest).unwrap_or(if of == 0 { 0 } else { usize::MAX });
        ratio(self.compressions, honest.compressions).max(ratio(self.touched, honest.touched))
    }
}

fn work(verifier: &Verifier, (headers, body): &Raw) -> (bool, Work) {
    let _ = (counter::take(), counter::take_bytes());
    let counted = Counted(headers, Default::default());
    let request = Request::new(&counted, body.as_slice()).method("POST").target("/hook");
    let good = verifier.verify_at(request, NOW).is_ok();
    let ((_, macs), bytes) = (counter::take(), counter::take_bytes());
    let compressions = bytes / 64 + macs as usize * 4;
    (good, Work { compressions, touched: counted.1.get() + bytes })
}

/// An honest request of about this size, signed with as many keys as the scheme can carry.
fn honest(scheme: Scheme<'_>, ring: &Keyring, wanted: usize) -> Raw {
    // Some schemes carry two signatures and no third.
    let all = Signer::new(scheme, ring.clone(), SignWith::AllLive);
    let signer = all.or_else(|_| Signer::new(scheme, ring.clone(), SignWith::Current)).unwrap();
    let body = format!("{{\"webhookTimestamp\":1790000000000,\"pad\":\"{}\"}}", "x".repeat(wanted));
    let message = Message::new(body.as_bytes()).id("msg_1").method("POST").url("https://a.example/hook");
    let one = || Signer::new(scheme, ring.clone(), SignWith::Current).unwrap().sign(&message, NOW);
    let signed = signer.sign(&message, NOW).or_else(|_| one()).unwrap();
    let headers = signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    (headers, body.into_bytes())
}

/// The size of the honest request to compare with: rounded down, so that few have to be made.
fn rounded(size: usize) -> usize {
    let step = if size < 2048 { 64 } else { 1024 };
    size / step * step
}

fn dearest(scheme: Scheme<'_>, ring: &Keyring, verifier: &Verifier, size_of_hostile: usize) -> Work {
    let empty = size(&honest(scheme, ring, 0));
    let (good, dear) = work(verifier, &honest(scheme, ring, size_of_hostile.saturating_sub(empty)));
    assert!(good, "{}: an honest request was refused", scheme.name());
    dear
}

#[test]
fn the_counter_counts_bytes_for_every_key() {
    let ring = ring(3, SecretFormat::Utf8);
    let verifier = verifier(providers::GITHUB, ring.clone());
    let raw = honest(providers::GITHUB, &ring, 1000);
    let (good, work) = work(&verifier, &raw);
    assert!(good);
    assert_eq!(work.touched, 3 * raw.1.len() + raw.0[0].1.len());
    assert_eq!(work.compressions, 3 * raw.1.len() / 64 + 12);
    assert_eq!(
        work.of(Work { compressions: work.compressions, touched: work.touched / 4 }),
        4000.max(work.touched * 1000 / (work.touched / 4))
    );
}

#[test]
fn hostile_requests_cost_at_most_three_times_an_honest_one() {
    let rounds = if std::env::var_os("HOOKRING_DEEP").is_some() { 100_000 } else { 10_000 };
    let schemes = schemes();
    let prepared: Vec<_> = schemes
        .iter()
        .map(|scheme| {
            let ring = ring(3, scheme.key_format());
            (*scheme, verifier(*scheme, ring.clone()), honest(*scheme, &ring, 100), ring)
        })
        .collect();
    let mut known: HashMap<(usize, usize), Work> = HashMap::new();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut worst = (0, String::new());
    let mut worked = 0;
    for round in 0..rounds {
        let which = round % prepared.len();
        let (scheme, verifier, honest, ring) = &prepared[which];
        let raw = hostile(&mut dice, honest);
        let (_, cost) = work(verifier, &raw);
        worked += usize::from(cost.compressions > 0);
        let size = rounded(size(&raw));
        let dear = *known
            .entry((which, size))
            .or_insert_with(|| dearest(*scheme, ring, verifier, size).most(dearest(*scheme, ring, verifier, 0)));
        let ratio = cost.of(dear);
        if ratio > worst.0 {
            worst = (ratio, format!("{} in round {round}: {cost:?}, honest {dear:?}", scheme.name()));
        }
    }
    println!(
        "{rounds} hostile requests over {} schemes, {worked} reached a MAC; worst {} per mille: {}",
        prepared.len(),
        worst.0,
        worst.1
    );
    assert!(worked > rounds / 20, "only {worked} reached a MAC");
    assert!(worst.0 <= 3000, "{worst:?}");
}
