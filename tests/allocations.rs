//! A delivery is verified without allocating, whatever it offers.
//!
//! A test binary of its own, because it replaces the allocator. Each thread counts for itself.

#[path = "support/plain.rs"]
mod plain;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::hint::black_box;
use core::time::Duration;
use std::alloc::System;

use hookring::testing::Delivery;
use hookring::*;
use plain::plain;

struct Counting;

thread_local!(static COUNT: Cell<u64> = const { Cell::new(0) });

fn count_one() {
    // The thread may be ending.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; all it does is count and pass on")]
// SAFETY: every call goes to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates on this thread.
fn allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = COUNT.with(Cell::get);
    let result = black_box(work());
    (COUNT.with(Cell::get) - before, result)
}

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = br#"{"type":"invoice.paid","amount":1200,"webhookTimestamp":1790000000000}"#;

/// See [`only_schemes_that_rewrite_their_content_allocate`].
const ALLOCATING: &[&str] = &[
    "adyen-standard",
    "appwrite",
    "braintree",
    "contentful",
    "hubspot-v3",
    "mailgun",
    "mandrill",
    "mercado-pago",
    "opennode",
    "plivo",
    "square",
    "trello",
    "twilio",
];

/// One key, or three in a rotation: the delivery is signed with the one that is now previous.
fn rings(scheme: &Scheme<'_>) -> (Keyring, Vec<Keyring>) {
    let fresh = || Secret::generate(scheme.key_format()).unwrap();
    let one = Keyring::new(fresh().labelled("customer-2026").unwrap(), NOW).ring;
    let two = one.rotate(fresh(), Duration::from_secs(3600), NOW).unwrap().ring;
    let three = two.stage(fresh(), NOW).unwrap().ring;
    (one.clone(), vec![one, two, three])
}

fn signed(scheme: &Scheme<'_>, ring: &Keyring) -> Vec<(String, String)> {
    let signer = Signer::new(*scheme, ring.clone(), SignWith::Current).unwrap();
    let message = Message::new(BODY).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W").method("POST").url("https://a.example/hook");
    let headers = signer.sign(&message, NOW).unwrap();
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn map_of(pairs: &[(String, String)]) -> http::HeaderMap {
    let pair = |(name, value): &(String, String)| {
        (http::HeaderName::from_bytes(name.as_bytes()).unwrap(), http::HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

fn verifier<S: KeySource<Key = Secret>>(scheme: &Scheme<'_>, keys: S) -> Verifier<S> {
    let builder = Verifier::builder(*scheme);
    if scheme.signs_url() { builder.public_url("https://a.example") } else { builder }.build(keys).unwrap()
}

/// What a handler does with a delivery, signed id included.
fn handle<S: KeySource<Key = Secret>>(verifier: &Verifier<S>, headers: &dyn Headers, body: &[u8]) -> Result<usize, Rejection> {
    let request = Request::new(headers, body).method("POST").target("/hook");
    let verified = verifier.verify_at(request, NOW)?;
    let id = verified.id().map_or(0, str::len);
    black_box((verified.key(), verified.role(), verified.timestamp(), verified.key_label().map(str::len)));
    Ok(id + verified.into_body().len())
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| Box::new(1)).0, 1);
    assert_eq!(allocations(|| vec![0_u8; 10]).0, 1);
    assert_eq!(allocations(|| 1 + 1).0, 0);
    let many = || (0..10_000_u32).for_each(|n| drop(black_box(Box::new(n))));
    assert_eq!(allocations(many).0, 10_000);
    let (elsewhere, _) = allocations(|| std::thread::spawn(many).join().unwrap());
    assert!(elsewhere < 100, "another thread's {elsewhere} allocations were counted");
}

#[test]
fn a_delivery_costs_no_allocation() {
    for scheme in plain() {
        let (signing, verifying) = rings(scheme);
        let pairs = signed(scheme, &signing);
        let map = map_of(&pairs);
        for ring in verifying {
            let keys = ring.live(NOW).count();
            let fixed = verifier(scheme, ring.clone());
            let shared = verifier(scheme, SharedKeyring::new(ring));
            // The first look into a shared ring makes room for this thread's later ones.
            handle(&shared, &map, BODY).unwrap();
            for headers in [&map as &dyn Headers, &pairs, &&pairs[..]] {
                let (count, length) = allocations(|| handle(&fixed, headers, BODY));
                assert!(length.unwrap() >= BODY.len());
                assert_eq!(count, 0, "{} with {keys} keys", scheme.name());
                let (count, length) = allocations(|| handle(&shared, headers, BODY));
                assert!(length.unwrap() >= BODY.len());
                assert_eq!(count, 0, "{} with {keys} keys, shared", scheme.name());
            }
        }
    }
}

/// Every scheme of secrets, on the delivery that its sample is, good and forged. Those that rewrite what they sign (sorted
/// parameters, decoded forms) allocate for it, and stand here by name, so that none joins them unnoticed.
#[test]
fn only_schemes_that_rewrite_their_content_allocate() {
    let mut allocating = Vec::new();
    let all = providers::all().iter().chain(providers::unconfirmed::all());
    let schemes: Vec<_> =
        all.filter(|scheme| !scheme.has_public_key() && !matches!(scheme.name(), "hygraph" | "hook0")).collect();
    for scheme in &schemes {
        let ring = || -> Keyring { Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring };
        let (right, other) = (ring(), ring());
        let sample = Delivery::sample(scheme, NOW).signed(**scheme, &right, SignWith::Current, NOW).unwrap();
        let verify = |ring: &Keyring| {
            let builder = Verifier::builder(**scheme);
            let builder = if scheme.signs_url() { builder.public_url(sample.origin()) } else { builder };
            let verifier = builder.build(ring.clone()).unwrap();
            allocations(|| verifier.verify_at(sample.request(), NOW).map(|verified| verified.into_body().len()))
        };
        let ((good, verdict), (forged, refusal)) = (verify(&right), verify(&other));
        assert_eq!((verdict, refusal), (Ok(sample.content().len()), Err(Rejection::Mismatch)), "{}", scheme.name());
        if good + forged > 0 {
            allocating.push(scheme.name());
        }
    }
    println!("{} schemes, {} of them allocate", schemes.len(), allocating.len());
    allocating.sort_unstable();
    assert!(allocating.iter().all(|name| ALLOCATING.contains(name)), "{allocating:?}");
    // Some of them exist only with this feature.
    assert!(cfg!(not(feature = "sha1")) || allocating == ALLOCATING, "{allocating:?}");
}

#[test]
fn a_forgery_costs_no_allocation() {
    for scheme in plain() {
        let (signing, verifying) = rings(scheme);
        let pairs = signed(scheme, &signing);
        for ring in verifying {
            let verifier = verifier(scheme, ring);
            let map = map_of(&pairs);
            let (count, verdict) = allocations(|| handle(&verifier, &map, &BODY[1..]));
            assert_eq!((count, verdict), (0, Err(Rejection::Mismatch)), "{}", scheme.name());
            let empty = http::HeaderMap::new();
            let (count, verdict) = allocations(|| handle(&verifier, &empty, BODY));
            assert_eq!((count, verdict.is_err()), (0, true), "{}", scheme.name());
        }
    }
}

#[test]
fn many_forged_signatures_cost_no_allocation() {
    let stripe: (_, fn(usize) -> String) = (providers::STRIPE, |n| format!(",v1={n:064x}"));
    let standard: (_, fn(usize) -> String) = (providers::STANDARD_WEBHOOKS, |n| format!(" v1,{n:A>43}="));
    for (scheme, forged) in [stripe, standard] {
        let (signing, verifying) = rings(&scheme);
        for (many, wanted) in [(16, Rejection::Mismatch), (17, Rejection::TooMany), (500, Rejection::TooMany)] {
            let mut pairs = signed(&scheme, &signing);
            let (_, value) = pairs.iter_mut().find(|(name, _)| name.ends_with("-signature")).unwrap();
            let time = if scheme.name() == "stripe" { value.split_once(',').unwrap().0.to_owned() } else { String::new() };
            *value = time + &(0..many).map(|n| forged(n * 20)).collect::<String>();
            let map = map_of(&pairs);
            for ring in &verifying {
                let verifier = verifier(&scheme, ring.clone());
                for headers in [&map as &dyn Headers, &pairs] {
                    let (count, verdict) = allocations(|| handle(&verifier, headers, BODY));
                    assert_eq!((count, verdict), (0, Err(wanted)), "{} {many}", scheme.name());
                }
            }
        }
    }
}
