//! Bodies that come in pieces: the same verdict as on the whole, on the ring of the end.

extern crate std;

use std::sync::Mutex;

use super::*;
use crate::replay::Scope;

const HOUR: Duration = Duration::from_secs(3600);

/// A ring that any other may take the place of.
struct Changing(Mutex<Keyring>);

impl Changing {
    fn to(&self, ring: &Keyring) {
        *self.0.lock().unwrap() = ring.clone();
    }
}

impl KeySource for Changing {
    type Key = Secret;
    fn ring(&self) -> Keyring {
        self.0.lock().unwrap().clone()
    }
}

fn linear() -> Scheme<'static> {
    providers::all().iter().copied().find(|scheme| scheme.name() == "linear").unwrap()
}

#[test]
fn every_cut_gives_the_verdict_on_the_whole() {
    for scheme in [providers::SLACK, providers::STANDARD_WEBHOOKS, providers::GITHUB] {
        let ring = ring(2, scheme.key_format());
        let (headers, scope) = (signed(scheme, &ring), Scope::new("endpoint").unwrap());
        let plain = verifier(scheme, ring.clone());
        let digesting = Verifier::builder(scheme).digest_content().build(ring).unwrap();
        let whole = plain.verify_at(Request::new(&headers, BODY), NOW).unwrap();
        for at in 0..=BODY.len() {
            let stream = |verifier: &Verifier| {
                let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
                stream.update(&BODY[..at]);
                stream.update(&BODY[at..]);
                stream.finish(NOW).unwrap()
            };
            let (plain, digested) = (stream(&plain), stream(&digesting));
            assert_eq!((plain.key(), plain.id(), plain.timestamp()), (whole.key(), whole.id(), whole.timestamp()));
            assert_eq!(plain.body().len, BODY.len() as u64);
            // Without a digest only a signed id tells deliveries apart.
            assert_eq!(plain.replay_key(&scope), whole.id().map(|_| whole.replay_key(&scope)));
            assert_eq!(digested.replay_key(&scope), Some(whole.replay_key(&scope)));
        }
        let mut other = plain.begin(Request::new(&headers, ()), NOW).unwrap();
        other.update(b"{}");
        assert_eq!(other.finish(NOW).map(drop), Err(Rejection::Mismatch), "{}", scheme.name());
        let nothing = plain.begin(Request::new(&headers, ()), NOW).unwrap();
        assert_eq!(nothing.finish(NOW).map(drop), Err(Rejection::Mismatch), "{}", scheme.name());
    }
}

#[test]
fn a_scheme_that_reads_its_body_cannot_stream() {
    let ring = ring(1, SecretFormat::Utf8);
    let (verifier, headers) = (verifier(linear(), ring.clone()), signed(linear(), &ring));
    assert_eq!(verifier.begin(Request::new(&headers, ()), NOW).map(drop), Err(Rejection::NeedsWholeBody));
    #[cfg(feature = "http-body")]
    assert!(!verifier.can_stream() && super::verifier(providers::SLACK, ring).can_stream());
}

/// What the head decides is decided before the body is read, and freshness at its end.
#[test]
fn a_stream_is_refused_at_its_begin_or_at_its_end() {
    let ring = ring(1, SecretFormat::Utf8);
    let (slack, headers) = (verifier(providers::SLACK, ring.clone()), signed(providers::SLACK, &ring));
    let mut late = slack.begin(Request::new(&headers, ()), NOW).unwrap();
    late.update(BODY);
    assert_eq!(
        late.finish(NOW.plus(Duration::from_secs(301))).map(drop),
        Err(Rejection::TooOld { by: Duration::from_secs(1) })
    );
    let suspended = verifier(providers::SLACK, ring.revoke(ring.current().unwrap().id(), NOW).unwrap().ring);
    assert_eq!(suspended.begin(Request::new(&headers, ()), NOW).map(drop), Err(Rejection::NoLiveKey));

    let parts = [SignedPart::Method, SignedPart::Header("x-event"), SignedPart::Lit("."), SignedPart::Body];
    let place = Place::Header("x-signature");
    let ours = Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, &parts);
    let (ours, headers) = (verifier(ours, ring), Pairs::from([("x-signature".to_owned(), "00".repeat(32))]));
    assert_eq!(ours.begin(Request::new(&headers, ()), NOW).map(drop), Err(Rejection::NeedsRequestLine));
    let missing = Err(Rejection::Missing(Field::Header));
    assert_eq!(ours.begin(Request::new(&headers, ()).method("POST"), NOW).map(drop), missing, "before the body");
    let parts = [SignedPart::Body, SignedPart::Header("x-event")];
    let ours = Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, &parts);
    let ours = verifier(ours, self::ring(1, SecretFormat::Utf8));
    assert_eq!(ours.begin(Request::new(&headers, ()), NOW).map(drop), missing, "after the body");
}

#[test]
fn how_far_it_came_is_shown() {
    let ring = ring(1, SecretFormat::Utf8);
    let (verifier, headers) = (verifier(providers::SLACK, ring.clone()), signed(providers::SLACK, &ring));
    let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
    stream.update(b"12345");
    assert_eq!(format!("{stream:?}"), "Stream { len: 5, .. }");
}

/// A key whose time ran out under way was good when the delivery began; one that left the ring otherwise is not believed.
#[test]
fn a_key_may_run_out_under_way_but_not_be_taken_away() {
    let first = ring(1, SecretFormat::Utf8);
    let both = ring(2, SecretFormat::Utf8);
    let headers = signed(providers::GITHUB, &first);
    let end = NOW.plus(HOUR);
    let finish = |later: &Keyring, at: Timestamp| {
        let verifier = Verifier::new(providers::GITHUB, Changing(Mutex::new(both.clone()))).unwrap();
        let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
        stream.update(BODY);
        verifier.keys.to(later);
        stream.finish(at).map(drop)
    };
    let without = both.without_expired(end);
    assert_eq!(finish(&both, end), Ok(()));
    assert_eq!(finish(&without, end), Ok(()));
    assert_eq!(finish(&without, end.minus(Duration::from_millis(1))), Err(Rejection::Mismatch));
    let revoked = both.revoke(first.current().unwrap().id(), NOW).unwrap().ring;
    assert_eq!(finish(&revoked, end), Err(Rejection::Mismatch));
}

/// What no body could make good is refused before the body is read.
#[cfg(feature = "http-body")]
#[test]
fn a_head_is_judged_by_itself() {
    let ring = ring(1, SecretFormat::Utf8);
    let checked = |verifier: &Verifier, headers: &Pairs| verifier.begin_whole(Request::new(headers, ()), NOW).map(drop);
    let (linear_verifier, good) = (verifier(linear(), ring.clone()), signed(linear(), &ring));
    assert_eq!(checked(&linear_verifier, &good), Ok(()));
    assert_eq!(checked(&linear_verifier, &Pairs::new()), Err(Rejection::Missing(Field::Signature)));
    let parts = [SignedPart::Json("id"), SignedPart::Header("x-event")];
    let place = Place::Header("x-signature");
    let ours = Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, &parts);
    let ours = verifier(ours.covers(crate::scheme::Covers::Only("id")), ring.clone());
    let signature = ("x-signature".to_owned(), "00".repeat(32));
    let event = ("x-event".to_owned(), "push".to_owned());
    assert_eq!(checked(&ours, &[signature.clone(), event].into()), Ok(()));
    assert!(checked(&ours, &[signature.clone()].into()).is_err());
    let parts = [SignedPart::Method, SignedPart::Body];
    let method = Scheme::new("ours", Algorithm::HmacSha256, place, Grammar::Whole, Encoding::Hex, &parts);
    assert_eq!(
        checked(&verifier(method, self::ring(1, SecretFormat::Utf8)), &[signature].into()),
        Err(Rejection::NeedsRequestLine)
    );
    let suspended = ring.revoke(ring.current().unwrap().id(), NOW).unwrap().ring;
    assert_eq!(checked(&verifier(linear(), suspended), &good), Err(Rejection::NoLiveKey));
}

/// As for a stream, and a key that came meanwhile counts too: nothing was computed before the body was there.
#[cfg(feature = "http-body")]
#[test]
fn a_whole_body_is_judged_by_the_rings_of_its_begin_and_of_its_end() {
    let first = ring(1, SecretFormat::Utf8);
    let both = ring(2, SecretFormat::Utf8);
    let [old, new] = [&first, &both].map(|ring| signed(linear(), ring));
    let end = NOW.plus(HOUR);
    let finish = |headers: &Pairs, begun: &Keyring, later: &Keyring, body: &'static [u8], at: Timestamp| {
        let keys = Changing(Mutex::new(begun.clone()));
        let verifier = Verifier::builder(linear()).dangerous_accept_any_age().build(keys).unwrap();
        let whole = verifier.begin_whole(Request::new(headers, ()), NOW).unwrap();
        verifier.keys.to(later);
        whole.finish(Request::new(headers, body), at).map(|verified| (verified.role(), verified.into_body()))
    };
    let mismatch = Err(Rejection::Mismatch);
    assert_eq!(finish(&old, &first, &first, BODY, NOW), Ok((Role::Current, BODY)));
    let _ = counter::take();
    assert_eq!(finish(&old, &first, &first, b"{}", NOW), mismatch);
    assert_eq!(counter::take(), (1, 1), "a forgery is computed once unless the ring changed");
    assert_eq!(finish(&new, &first, &both, BODY, NOW), Ok((Role::Current, BODY)), "it came meanwhile");
    assert_eq!(finish(&new, &first, &first, BODY, NOW), mismatch);
    // It ran out meanwhile, and is still there or not; or it went before its time.
    let without = both.without_expired(end);
    assert_eq!(finish(&old, &both, &both, BODY, end), Ok((Role::Previous, BODY)));
    assert_eq!(finish(&old, &both, &without, BODY, end), Ok((Role::Previous, BODY)));
    assert_eq!(finish(&old, &both, &without, BODY, end.minus(Duration::from_millis(1))), mismatch);
    let revoked = both.revoke(first.current().unwrap().id(), NOW).unwrap().ring;
    assert_eq!(finish(&old, &both, &revoked, BODY, end), mismatch);
}

/// The pieces that went through a stream, put together again by the receiver.
#[cfg(feature = "http-body")]
#[test]
fn a_streamed_body_has_the_replay_key_of_the_whole() {
    let ring = ring(1, SecretFormat::Utf8);
    let (verifier, headers) = (verifier(providers::GITHUB, ring.clone()), signed(providers::GITHUB, &ring));
    let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
    stream.update(BODY);
    let (verified, scope) = (stream.finish(NOW).unwrap().with_body(BODY), Scope::new("endpoint").unwrap());
    let whole = verifier.verify_at(Request::new(&headers, BODY), NOW).unwrap();
    assert_eq!((*verified.body(), verified.replay_key(&scope)), (BODY, whole.replay_key(&scope)));
}
