//! How much work a delivery can cause: counted, not timed.

mod batch;
mod bounded;
mod proof;
#[cfg(all(feature = "ed25519", feature = "p256"))]
mod public;
mod setup;
mod streamed;

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::*;
use crate::encoding::{Encoding, SecretFormat};
use crate::keyring::{MAX_LIVE, Role};
use crate::mac::counter;
use crate::message::Message;
use crate::policy::SecretPolicy;
use crate::providers;
use crate::scheme::{Algorithm, Grammar, Part as SignedPart, Place};
use crate::secret::Secret;
use crate::signer::{SignWith, Signer};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = br#"{"webhookTimestamp":1790000000000}"#;

/// The schemes that need nothing but a body, an id, a method and a URL.
fn schemes() -> Vec<Scheme<'static>> {
    let fits = |scheme: &Scheme<'_>| scheme.signs_any_body() || scheme.name() == "linear";
    providers::all().iter().copied().filter(fits).filter(|scheme| !scheme.has_public_key()).collect()
}

fn secret(n: usize, format: SecretFormat) -> Secret {
    let prefix = match format {
        SecretFormat::Whsec => "whsec_",
        SecretFormat::V1Whsec => "v1,whsec_",
        _ => "",
    };
    let text = prefix.to_owned() + &format!("{n:A>32}");
    Secret::parse(&text, format, &SecretPolicy::dangerous_any_strength()).unwrap()
}

/// A ring with so many live keys.
fn ring(keys: usize, format: SecretFormat) -> Keyring {
    let first = Keyring::new(secret(0, format), NOW).ring;
    (1..keys).fold(first, |ring, n| ring.rotate(secret(n * 4, format), Duration::from_secs(3600), NOW).unwrap().ring)
}

type Pairs = Vec<(String, String)>;

fn signed(scheme: Scheme<'_>, ring: &Keyring) -> Pairs {
    let signer = Signer::new(scheme, ring.clone(), SignWith::Current).unwrap();
    let message = Message::new(BODY).id("msg_1").method("POST").url("https://a.example/hook");
    signer.sign(&message, NOW).unwrap().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn verifier(scheme: Scheme<'_>, ring: Keyring) -> Verifier {
    let builder = Verifier::builder(scheme);
    if scheme.signs_url() { builder.public_url("https://a.example") } else { builder }.build(ring).unwrap()
}

/// The verdict, and how many MACs it cost.
fn cost(verifier: &Verifier, headers: &Pairs, body: &[u8], now: Timestamp) -> (Result<(), Rejection>, u32) {
    let _ = counter::take();
    let request = Request::new(headers, body).method("POST").target("/hook");
    let verdict = verifier.verify_at(request, now).map(|_| ());
    let (passes, macs) = counter::take();
    assert!(passes <= 1, "the message was read {passes} times");
    (verdict, macs)
}

#[test]
fn one_mac_per_live_key_whatever_the_verdict() {
    for scheme in &schemes() {
        for keys in 1..=MAX_LIVE {
            let ring = ring(keys, scheme.key_format());
            let wanted = u32::try_from(keys).unwrap();
            let (verifier, headers) = (verifier(*scheme, ring.clone()), signed(*scheme, &ring));
            assert_eq!(cost(&verifier, &headers, BODY, NOW), (Ok(()), wanted), "{}", scheme.name());
            assert_eq!(cost(&verifier, &headers, b"{}", NOW), (Err(Rejection::Mismatch), wanted), "{}", scheme.name());
            if scheme.has_timestamp() {
                let late = NOW.plus(Duration::from_secs(3000));
                let (verdict, macs) = cost(&verifier, &headers, BODY, late);
                assert!(matches!(verdict, Err(Rejection::TooOld { .. })), "{}", scheme.name());
                assert_eq!(macs, wanted, "{}: freshness is judged after the MAC", scheme.name());
            }
        }
    }
}

#[test]
fn expired_keys_cost_nothing() {
    let verifier = verifier(providers::GITHUB, ring(4, SecretFormat::Utf8));
    let headers = signed(providers::GITHUB, &ring(4, SecretFormat::Utf8));
    assert_eq!(cost(&verifier, &headers, BODY, NOW), (Ok(()), 4));
    assert_eq!(cost(&verifier, &headers, BODY, NOW.plus(Duration::from_secs(3600))), (Ok(()), 1));
}

#[test]
fn sixteen_signatures_cost_as_much_as_one_and_seventeen_nothing() {
    type Forge = fn(usize) -> String;
    let rows: [(Scheme<'_>, Forge, &str); 2] = [
        (providers::STRIPE, |n| format!("v1={n:064x}"), ","),
        (providers::STANDARD_WEBHOOKS, |n| format!("v1,{:A>43}=", n * 20), " "),
    ];
    for (scheme, forge, between) in rows {
        for keys in 1..=MAX_LIVE {
            let ring = ring(keys, scheme.key_format());
            let verifier = verifier(scheme, ring.clone());
            let good = signed(scheme, &ring);
            let with = |many: usize, keep: bool| {
                let mut headers = good.clone();
                let (_, value) = headers.iter_mut().find(|(name, _)| name.ends_with("-signature")).unwrap();
                let kept = value.split(between).filter(|item| keep || !item.starts_with("v1")).map(String::from);
                let items: Vec<String> = kept.chain((0..many).map(forge)).collect();
                *value = items.join(between);
                headers
            };
            let all = u32::try_from(keys).unwrap();
            for (many, keep, wanted) in [
                (1, false, (Err(Rejection::Mismatch), all)),
                (16, false, (Err(Rejection::Mismatch), all)),
                (15, true, (Ok(()), all)),
                (16, true, (Err(Rejection::TooMany), 0)),
                (17, false, (Err(Rejection::TooMany), 0)),
                (100, false, (Err(Rejection::TooMany), 0)),
                (5000, true, (Err(Rejection::TooMany), 0)),
            ] {
                assert_eq!(cost(&verifier, &with(many, keep), BODY, NOW), wanted, "{} {many}", scheme.name());
            }
            // The same in as many header lines.
            let mut lines = with(0, true);
            let name = lines.iter().find(|(name, _)| name.ends_with("-signature")).unwrap().0.clone();
            for n in 0..15 {
                lines.push((name.clone(), forge(n)));
            }
            assert_eq!(cost(&verifier, &lines, BODY, NOW), (Ok(()), all), "{}", scheme.name());
            lines.push((name, forge(15)));
            assert_eq!(cost(&verifier, &lines, BODY, NOW), (Err(Rejection::TooMany), 0), "{}", scheme.name());
        }
    }
}

/// Whatever the headers alone decide costs no MAC.
#[test]
fn what_headers_decide_costs_nothing() {
    for scheme in &schemes() {
        let ring = ring(2, scheme.key_format());
        let (verifier, good) = (verifier(*scheme, ring.clone()), signed(*scheme, &ring));
        for at in 0..good.len() {
            let damaged: [(&str, fn(&str) -> String); 4] = [
                ("oversize", |value| format!("{value}{}", "x".repeat(9000))),
                ("empty", |_| String::new()),
                ("cut", |value| value.chars().take(1).collect::<String>() + "?"),
                ("not text", |_| "\u{0}\u{7f}é".into()),
            ];
            for (name, damage) in damaged {
                let mut headers = good.clone();
                headers[at].1 = damage(&headers[at].1);
                let (verdict, macs) = cost(&verifier, &headers, BODY, NOW);
                // An id may be any visible text, and then only the MAC can tell.
                let is_id = good[at].0.ends_with("-id") && name == "cut";
                assert!(verdict.is_err(), "{} {} {name}", scheme.name(), good[at].0);
                assert!(macs == 0 || is_id, "{} {} {name}: {verdict:?}", scheme.name(), good[at].0);
            }
            let mut headers = good.clone();
            headers.remove(at);
            let (verdict, macs) = cost(&verifier, &headers, BODY, NOW);
            assert!(verdict.is_err() && macs == 0, "{} without {}", scheme.name(), good[at].0);
        }
        assert_eq!(cost(&verifier, &Pairs::new(), BODY, NOW).1, 0, "{}", scheme.name());
    }
}

#[test]
fn a_ring_without_live_keys_costs_nothing() {
    let ring = ring(1, SecretFormat::Utf8);
    let id = ring.current().unwrap().id();
    let headers = signed(providers::GITHUB, &ring);
    let verifier = verifier(providers::GITHUB, ring.revoke(id, NOW).unwrap().ring);
    assert_eq!(cost(&verifier, &headers, BODY, NOW), (Err(Rejection::NoLiveKey), 0));
}

/// A replay key that has to be digested early does not make a second pass over the message, and asking for one no MAC.
#[test]
fn a_replay_key_costs_no_mac() {
    let parts = [SignedPart::Json("webhookTimestamp"), SignedPart::Body];
    let ours = Scheme::new("ours", Algorithm::HmacSha512, Place::Header("x-signature"), Grammar::Whole, Encoding::Hex, &parts);
    for scheme in [ours, providers::GITHUB, providers::STANDARD_WEBHOOKS] {
        let ring = ring(3, scheme.key_format());
        let (verifier, headers) = (verifier(scheme, ring.clone()), signed(scheme, &ring));
        let _ = counter::take();
        let verified = verifier.verify_at(Request::new(&headers, BODY), NOW).unwrap();
        assert_eq!(counter::take(), (1, 3));
        let _ = verified.replay_key(&crate::replay::Scope::new("endpoint").unwrap());
        assert_eq!(counter::take(), (0, 0));
    }
}

/// Beside the MACs there is one more hash of the message: where it was asked for, or where the content cannot be written again,
/// and never where an id is signed.
#[test]
fn only_what_needs_a_digest_pays_for_one() {
    let linear = providers::all().iter().copied().find(|scheme| scheme.name() == "linear").unwrap();
    for (scheme, asked, wanted) in [
        (providers::GITHUB, false, 0),
        (providers::GITHUB, true, 1),
        (providers::STANDARD_WEBHOOKS, false, 0),
        (providers::STANDARD_WEBHOOKS, true, 0),
        (linear, false, 1),
        (linear, true, 1),
    ] {
        let ring = ring(2, scheme.key_format());
        let builder = Verifier::builder(scheme);
        let verifier = if asked { builder.digest_content() } else { builder }.build(ring.clone()).unwrap();
        let headers = signed(scheme, &ring);
        let _ = counter::take_digests();
        assert!(verifier.verify_at(Request::new(&headers, BODY), NOW).is_ok());
        assert_eq!(counter::take_digests(), wanted, "{} {asked}", scheme.name());
        if scheme.name() != "linear" {
            assert!(verifier.begin(Request::new(&headers, ()), NOW).is_ok());
            assert_eq!(counter::take_digests(), wanted, "{} {asked}, in pieces", scheme.name());
        }
    }
}

/// The second content is computed only where there is one and the first did not match.
#[test]
fn a_second_content_costs_a_second_pass_if_the_first_was_not_signed() {
    let [first, second] = [[SignedPart::Body, SignedPart::Lit(".1")], [SignedPart::Body, SignedPart::Lit(".2")]];
    let place = Place::Header("x-signature");
    let of = |parts| Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, parts);
    let ring = ring(2, SecretFormat::Utf8);
    let either = verifier(of(&first).or_signed(&second), ring.clone());
    for (headers, body, verdict, cost) in [
        (signed(of(&first), &ring), BODY, Ok(()), (1, 2)),
        (signed(of(&second), &ring), BODY, Ok(()), (2, 4)),
        (signed(of(&first), &ring), b"{}", Err(Rejection::Mismatch), (2, 4)),
    ] {
        let _ = counter::take();
        assert_eq!(either.verify_at(Request::new(&headers, body), NOW).map(|_| ()), verdict);
        assert_eq!(counter::take(), cost);
    }
}

#[test]
fn a_stream_costs_one_mac_per_key_too() {
    let ring = ring(3, SecretFormat::Utf8);
    let (verifier, headers) = (verifier(providers::SLACK, ring.clone()), signed(providers::SLACK, &ring));
    let _ = counter::take();
    let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
    BODY.chunks(5).for_each(|chunk| stream.update(chunk));
    assert!(stream.finish(NOW).is_ok());
    assert_eq!(counter::take(), (1, 3));
    assert!(verifier.begin(Request::new(&Pairs::new(), ()), NOW).is_err());
    assert_eq!(counter::take(), (0, 0));
}

/// A batch costs one MAC per key and item, and one with too many items nothing.
#[test]
fn a_batch_with_too_many_items_costs_nothing() {
    let scheme = Scheme::new(
        "ours",
        Algorithm::HmacSha256,
        Place::Json("sig"),
        Grammar::Whole,
        Encoding::Hex,
        &[SignedPart::Json("id")],
    )
    .each_item("items")
    .covers(crate::scheme::Covers::Only("id of each item"));
    let ring = ring(3, SecretFormat::Utf8);
    let plain = Scheme::new("p", Algorithm::HmacSha256, Place::Header("x"), Grammar::Whole, Encoding::Hex, &[SignedPart::Body]);
    let signer = Signer::new(plain, ring.clone(), SignWith::Current).unwrap();
    let signature = signer.sign(&Message::new(b"a"), NOW).unwrap().iter().next().unwrap().1.to_owned();
    let verifier = verifier(scheme, ring);
    for (items, wanted, macs) in
        [(1, Ok(()), 3), (16, Ok(()), 48), (17, Err(Rejection::TooManyItems), 0), (1000, Err(Rejection::TooManyItems), 0)]
    {
        let items = alloc::vec![format!(r#"{{"id":"a","sig":"{signature}"}}"#); items].join(",");
        let _ = counter::take();
        let verdict = verifier.verify_at(Request::new(&Pairs::new(), format!(r#"{{"items":[{items}]}}"#)), NOW).map(drop);
        assert_eq!((verdict, counter::take().1), (wanted, macs));
    }
}
