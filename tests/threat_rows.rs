//! One small test for each row of the threat model whose other tests are wide: a name says which row it shows.

use core::time::Duration;

use hookring::scheme::{Algorithm, Encoding, Grammar, Part, Place, Source, Unit};
use hookring::{
    Field, Guard, Keyring, MemoryReplayStore, Message, Rejection, Request, Scheme, SchemeError, Scope, Secret, SecretError,
    SecretFormat, SecretPolicy, SetupError, SignWith, Signer, Timestamp, Verified, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const FIRST: &str = "first-key-of-the-ring-0123456789";
const SECOND: &str = "other-key-of-the-ring-9876543210";

type Pairs = Vec<(String, Vec<u8>)>;

fn ring_of(text: &str, format: SecretFormat) -> Keyring {
    let text = if format == SecretFormat::Whsec { format!("whsec_{}", text.replace('-', "+")) } else { text.to_owned() };
    Keyring::new(Secret::parse(&text, format, &SecretPolicy::provider()).unwrap(), NOW).ring
}

fn signed_with(scheme: Scheme<'_>, key: &str, body: &[u8]) -> Pairs {
    let signer = Signer::new(scheme, ring_of(key, scheme.key_format()), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(body).id("msg_1"), NOW).unwrap();
    signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect()
}

fn signed(scheme: Scheme<'_>, body: &[u8]) -> Pairs {
    signed_with(scheme, FIRST, body)
}

fn verifier(scheme: Scheme<'_>) -> Verifier {
    Verifier::new(scheme, ring_of(FIRST, scheme.key_format())).unwrap()
}

fn verify<'b>(scheme: Scheme<'_>, headers: &Pairs, body: &'b [u8], now: Timestamp) -> Result<Verified<&'b [u8]>, Rejection> {
    verifier(scheme).verify_at(Request::new(headers, body), now)
}

/// With one header replaced.
fn with(pairs: &Pairs, name: &str, value: impl Into<Vec<u8>>) -> Pairs {
    let mut pairs = pairs.clone();
    pairs.iter_mut().find(|(found, _)| found == name).unwrap().1 = value.into();
    pairs
}

fn text(pairs: &Pairs, name: &str) -> String {
    String::from_utf8(pairs.iter().find(|(found, _)| found == name).unwrap().1.clone()).unwrap()
}

fn custom<'a>(parts: &'a [Part<'a>]) -> Scheme<'a> {
    Scheme::new("ours", Algorithm::HmacSha256, Place::Header("x-signature"), Grammar::Whole, Encoding::Hex, parts)
}

fn refusal(scheme: Scheme<'_>) -> SetupError {
    Verifier::new(scheme, ring_of(FIRST, SecretFormat::Utf8)).map(drop).unwrap_err()
}

#[test]
fn v2_every_shorter_signature_is_refused() {
    for (scheme, name, digits) in
        [(providers::GITHUB, "x-hub-signature-256", 64), (providers::SHOPIFY, "x-shopify-hmac-sha256", 44)]
    {
        let good = signed(scheme, b"{}");
        let value = text(&good, name);
        assert!(verify(scheme, &good, b"{}", NOW).is_ok());
        for cut in 0..digits {
            let short = with(&good, name, &value.as_bytes()[..value.len() - digits + cut]);
            assert!(verify(scheme, &short, b"{}", NOW).is_err(), "{} {cut}", scheme.name());
        }
        let long = with(&good, name, format!("{value}00"));
        assert!(verify(scheme, &long, b"{}", NOW).is_err(), "{}", scheme.name());
    }
}

#[test]
fn v5_a_timestamp_that_is_not_signed_is_no_scheme() {
    let stamped = |parts| custom(parts).timestamp(Source::Header("x-timestamp"), Unit::Seconds);
    let unsigned = [Part::Body];
    assert_eq!(refusal(stamped(&unsigned)), SetupError::Scheme(SchemeError::TimestampNotSigned));
    assert_eq!(refusal(custom(&unsigned).tolerance(HOUR, HOUR)), SetupError::Scheme(SchemeError::NoTimestampToCheck));
    let fine = [Part::Timestamp, Part::Lit("."), Part::Body];
    let scheme = stamped(&fine);
    let good = signed(scheme, b"{}");
    assert!(verify(scheme, &good, b"{}", NOW).is_ok());
    let moved = with(&good, "x-timestamp", "1790000001");
    assert_eq!(verify(scheme, &moved, b"{}", NOW).unwrap_err(), Rejection::Mismatch);
}

#[test]
fn v6_two_timestamps_must_be_the_same_bytes() {
    let good = signed(providers::OSIGU_DVS, b"{}");
    assert!(verify(providers::OSIGU_DVS, &good, b"{}", NOW).is_ok());
    for other in ["1790000001", "1790000000.0", "01790000000", "+1790000000", "1790000000 000"] {
        let two = with(&good, "x-dvs-signature-timestamp", other);
        assert_eq!(
            verify(providers::OSIGU_DVS, &two, b"{}", NOW).unwrap_err(),
            Rejection::Ambiguous(Field::Timestamp),
            "{other}"
        );
    }
}

#[test]
fn v8_the_ends_of_time_do_not_come_round() {
    let (first, last) = (Timestamp::from_unix_millis(i64::MIN), Timestamp::from_unix_millis(i64::MAX));
    assert_eq!((last.plus(HOUR), last.plus(Duration::MAX)), (last, last));
    assert_eq!((first.minus(HOUR), Timestamp::from_unix_secs(i64::MAX)), (first, last));
    assert!(last.plus(HOUR) >= last && first.minus(HOUR) <= first);
    // However far the clock and the sender are apart, it is an age and not a moment.
    let good = signed(providers::STRIPE, b"{}");
    for now in [first, last, Timestamp::from_unix_millis(0)] {
        let verdict = verify(providers::STRIPE, &good, b"{}", now).unwrap_err();
        assert!(matches!(verdict, Rejection::TooOld { .. } | Rejection::TooNew { .. }), "{verdict:?}");
    }
}

#[test]
fn v9_an_id_cannot_hold_the_separator() {
    let scheme = providers::STANDARD_WEBHOOKS;
    let signer = Signer::new(scheme, ring_of(FIRST, scheme.key_format()), SignWith::Current).unwrap();
    for bad in ["msg.1", ".", "", "msg 1", "msg\n1"] {
        assert!(signer.sign(&Message::new(b"{}").id(bad), NOW).is_err(), "{bad:?}");
        let pairs = with(&signed(scheme, b"{}"), "webhook-id", bad);
        let verdict = verify(scheme, &pairs, b"{}", NOW).unwrap_err();
        assert!(matches!(verdict, Rejection::Malformed(Field::Id) | Rejection::Missing(Field::Id)), "{bad:?} {verdict:?}");
    }
}

#[test]
fn v10_two_values_where_one_is_allowed_are_ambiguous() {
    let mut pairs = signed(providers::GITHUB, b"{}");
    pairs.insert(0, ("X-Hub-Signature-256".to_owned(), b"sha256=00".to_vec()));
    assert_eq!(verify(providers::GITHUB, &pairs, b"{}", NOW).unwrap_err(), Rejection::Ambiguous(Field::Signature));
    let mut pairs = signed(providers::STANDARD_WEBHOOKS, b"{}");
    pairs.push(("webhook-timestamp".to_owned(), b"1790000000".to_vec()));
    assert_eq!(verify(providers::STANDARD_WEBHOOKS, &pairs, b"{}", NOW).unwrap_err(), Rejection::Ambiguous(Field::Timestamp));
}

#[test]
fn v11_the_message_does_not_choose_the_algorithm() {
    // What GitHub sends beside: HMAC-SHA1, here with the right digest in name only.
    let sha1 = vec![("x-hub-signature".to_owned(), b"sha1=7d38cdd689735b008b3c702edd92eea23791c5f6".to_vec())];
    assert_eq!(verify(providers::GITHUB, &sha1, b"{}", NOW).unwrap_err(), Rejection::Missing(Field::Signature));
    // The right tag under another version, or under none.
    let good = signed(providers::STRIPE, b"{}");
    let value = text(&good, "stripe-signature");
    for version in ["v0=", "v2=", "V1=", "v1a=", "="] {
        let other = with(&good, "stripe-signature", value.replace("v1=", version));
        let verdict = verify(providers::STRIPE, &other, b"{}", NOW).unwrap_err();
        assert_eq!(verdict, Rejection::Missing(Field::Signature), "{version}");
    }
}

#[test]
fn v12_junk_in_a_list_does_not_void_what_is_good() {
    let good = signed(providers::STRIPE, b"{}");
    let value = text(&good, "stripe-signature");
    for junk in ["junk", "=", "v1", "v1=", "v1=zz", "v0=00", "t", ",,", "\u{e9}"] {
        let list = with(&good, "stripe-signature", format!("{junk},{value}"));
        assert!(verify(providers::STRIPE, &list, b"{}", NOW).is_ok(), "{junk}");
    }
}

#[test]
fn v13_a_body_that_was_touched_is_another_body() {
    let body = b"{\"b\": 1, \"a\": \"\\u00e9\"}\n";
    for scheme in [providers::GITHUB, providers::STRIPE, providers::STANDARD_WEBHOOKS] {
        let good = signed(scheme, body);
        assert_eq!(verify(scheme, &good, body, NOW).unwrap().into_body(), body);
        // Without its line break, with another one, re-encoded, sorted.
        let touched: [&[u8]; 4] = [
            &body[..body.len() - 1],
            b"{\"b\": 1, \"a\": \"\\u00e9\"}\r\n",
            b"{\"b\":1,\"a\":\"\xc3\xa9\"}",
            b"{\"a\":\"\\u00e9\",\"b\":1}\n",
        ];
        for touched in touched {
            assert_eq!(verify(scheme, &good, touched, NOW).unwrap_err(), Rejection::Mismatch, "{}", scheme.name());
        }
    }
}

#[test]
fn v15_any_bytes_give_a_verdict() {
    let hostile: [&[u8]; 9] = [b"", b"s", b"\0", b"\xff\xfe", b"=", b",", "sha256=é".as_bytes(), b"t=,v1=", &[b'v'; 65_536]];
    let plain = |scheme: &&Scheme<'_>| !scheme.signs_url() && scheme.signs_any_body() && !scheme.has_public_key();
    for scheme in providers::all().iter().filter(plain) {
        let names: Vec<String> = signed_or_nothing(scheme);
        for value in hostile {
            let pairs: Pairs = names.iter().map(|name| (name.clone(), value.to_vec())).collect();
            assert!(verifier_of(scheme).verify_at(Request::new(&pairs, value), NOW).is_err(), "{}", scheme.name());
        }
    }
}

fn verifier_of(scheme: &Scheme<'_>) -> Verifier {
    let secret = Secret::generate(scheme.key_format()).unwrap();
    Verifier::new(*scheme, Keyring::new(secret, NOW).ring).unwrap()
}

/// The names of the headers that a scheme sends.
fn signed_or_nothing(scheme: &Scheme<'_>) -> Vec<String> {
    let ring = Keyring::new(Secret::generate(scheme.key_format()).unwrap(), NOW).ring;
    let signer = Signer::new(*scheme, ring, SignWith::Current).unwrap();
    let message = Message::new(b"{}").id("msg_1").method("POST").url("https://a.example/");
    let signed = signer.sign(&message, NOW).unwrap();
    signed.iter().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn r2_an_id_that_is_not_signed_is_no_id() {
    let body = [Part::Body];
    assert_eq!(refusal(custom(&body).id("x-delivery")), SetupError::Scheme(SchemeError::IdNotSigned));
    // GitHub's delivery id is not signed: whoever sends a copy under another id sends a copy.
    let scope = Scope::new("endpoint").unwrap();
    let keys = ["72d3162e", "another"].map(|id| {
        let mut pairs = signed(providers::GITHUB, b"{}");
        pairs.push(("x-github-delivery".to_owned(), id.as_bytes().to_vec()));
        verify(providers::GITHUB, &pairs, b"{}", NOW).unwrap().replay_key(&scope)
    });
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn r3_every_spelling_of_a_delivery_has_one_replay_key() {
    let scope = Scope::new("endpoint").unwrap();
    let old = Secret::parse(FIRST, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let new = Secret::parse(SECOND, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let ring = Keyring::new(old, NOW).ring.rotate(new, HOUR, NOW).unwrap().ring;
    let verifier = Verifier::new(providers::STRIPE, ring).unwrap();
    let key = |pairs: &Pairs| verifier.verify_at(Request::new(pairs, b"{}"), NOW).unwrap().replay_key(&scope);
    let [old, new] = [FIRST, SECOND].map(|key| signed_with(providers::STRIPE, key, b"{}"));
    let value = text(&old, "stripe-signature");
    let (time, tag) = value.split_once(',').unwrap();
    let (_, other) = text(&new, "stripe-signature").split_once(',').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let first = key(&old);
    assert_eq!(key(&new), first, "another key");
    for spelling in [
        format!("{time},v1={}", tag[3..].to_uppercase()),
        format!("{tag},{time}"),
        format!("{time}, {tag}"),
        format!("{time},{other},{tag}"),
        format!("v0=00,{time},{tag}"),
    ] {
        assert_eq!(key(&with(&old, "stripe-signature", spelling.as_str())), first, "{spelling}");
    }
}

#[test]
fn r4_an_honest_retry_is_a_new_delivery_and_the_same_event() {
    let scope = Scope::new("endpoint").unwrap();
    let verifier = verifier(providers::STRIPE);
    let ring = ring_of(FIRST, SecretFormat::Utf8);
    let signer = Signer::new(providers::STRIPE, ring, SignWith::Current).unwrap();
    let keys = [0, 1, 60].map(|seconds| {
        let at = NOW.plus(Duration::from_secs(seconds));
        let signed = signer.sign(&Message::new(b"{}"), at).unwrap();
        let pairs: Vec<_> = signed.iter().collect();
        let verified = verifier.verify_at(Request::new(&pairs, b"{}"), at).unwrap();
        (verified.replay_key(&scope), verified.event_key(&scope, "evt_1"))
    });
    assert!(keys[0].0 != keys[1].0 && keys[1].0 != keys[2].0 && keys[0].0 != keys[2].0);
    assert!(keys[0].1 == keys[1].1 && keys[1].1 == keys[2].1);
}

#[tokio::test]
async fn r5_a_handler_that_failed_leaves_the_delivery_to_a_retry() {
    let store = MemoryReplayStore::new(10, usize::MAX);
    let guard = Guard::new(store, &verifier(providers::STRIPE), Scope::new("endpoint").unwrap(), HOUR).unwrap();
    let pairs = signed(providers::STRIPE, b"{}");
    let delivery = || verify(providers::STRIPE, &pairs, b"{}", NOW).unwrap();
    assert_eq!(guard.process(delivery(), async |_| Err::<(), _>("no")).await.code(), "failed");
    assert_eq!(guard.process(delivery(), async |_| Ok::<_, &str>(())).await.code(), "processed");
    assert_eq!(guard.process(delivery(), async |_| Ok::<_, &str>(())).await.code(), "duplicate");
}

#[test]
fn r8_another_endpoint_is_another_delivery() {
    let pairs = signed(providers::STRIPE, b"{}");
    let verified = verify(providers::STRIPE, &pairs, b"{}", NOW).unwrap();
    let keys = ["a", "b", "ab", "a\0"].map(|scope| verified.replay_key(&Scope::new(scope).unwrap()));
    for (n, key) in keys.iter().enumerate() {
        assert!(!keys[..n].contains(key));
    }
}

/// The id of a key is the head of a tag over a text with FF in front, so no signature of a text shows it.
#[test]
fn r10_a_key_id_is_no_signature_of_a_text() {
    let id = ring_of(FIRST, SecretFormat::Utf8).current().unwrap().id().to_string();
    for text in ["hookring key id, version 1", "", "key id"] {
        let value = text_of(&signed(providers::GITHUB, text.as_bytes()));
        assert!(!value.starts_with(&id), "{text}");
    }
    let with_domain = text_of(&signed(providers::GITHUB, b"\xFFhookring key id, version 1"));
    assert!(with_domain.starts_with(&id), "this is where the id comes from, so the check above can fail");
}

fn text_of(pairs: &Pairs) -> String {
    text(pairs, "x-hub-signature-256").trim_start_matches("sha256=").to_owned()
}

#[test]
fn r11_a_delivery_from_the_future_is_refused_apart_from_an_old_one() {
    let pairs = signed(providers::STRIPE, b"{}");
    let at = |now: Timestamp| verify(providers::STRIPE, &pairs, b"{}", now).map(|_| ());
    let (slack, more) = (Duration::from_secs(300), Duration::from_millis(1));
    assert_eq!((at(NOW.plus(slack)), at(NOW.minus(slack))), (Ok(()), Ok(())));
    assert_eq!(at(NOW.plus(slack + more)), Err(Rejection::TooOld { by: more }));
    assert_eq!(at(NOW.minus(slack + more)), Err(Rejection::TooNew { by: more }));
}

/// Random, and too short all the same: no other rule sees that.
#[test]
fn k5_a_short_random_secret_is_too_short() {
    for text in ["Xk2_zQ9vLr7-Wd4T", "q8Zr-3LxVw_Yd0TfKp5s"] {
        let error = Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
        assert!(matches!(error, SecretError::TooShort { minimum: 256, .. }), "{error:?}");
    }
}

#[test]
fn a2_our_own_fault_is_not_the_senders() {
    let ring = ring_of(FIRST, SecretFormat::Utf8);
    let suspended = ring.revoke(ring.current().unwrap().id(), NOW).unwrap().ring;
    let verifier = Verifier::new(providers::GITHUB, suspended).unwrap();
    let why = verifier.verify_at(Request::new(&signed(providers::GITHUB, b"{}"), b"{}"), NOW).map(|_| ()).unwrap_err();
    assert_eq!((why, why.status()), (Rejection::NoLiveKey, 500));
}

#[cfg(feature = "http-body")]
mod over_http {
    use core::convert::Infallible;
    use core::pin::Pin;
    use core::task::{Context, Poll};

    use bytes::Bytes;
    use hookring::receiver::{Receiver, Refusal};
    use http_body::{Body, Frame};

    use super::*;

    /// A body of so many pieces of so many bytes that does not say how long it is.
    struct Pieces(usize, usize);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.0 == 0 {
                return Poll::Ready(None);
            }
            self.0 -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; self.1])))))
        }
    }

    async fn answer(method: &str, pieces: usize) -> Result<usize, Refusal> {
        let body = vec![b'x'; pieces * 100];
        let mut request = http::Request::builder().method(method).uri("/hook");
        for (name, value) in signed(providers::GITHUB, &body) {
            request = request.header(name, value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let receiver = Receiver::new(verifier(providers::GITHUB)).body_limit(1000).clock(|| NOW);
        receiver.receive(&head, Pieces(pieces, 100)).await.map(|verified| verified.into_body().len())
    }

    #[tokio::test]
    async fn v14_a_body_beyond_the_limit_is_cut_off() {
        assert_eq!(answer("POST", 10).await.unwrap(), 1000);
        assert_eq!(answer("POST", 11).await.unwrap_err().code(), "body_too_large");
    }

    #[tokio::test]
    async fn v17_another_method_is_the_same_401() {
        for method in ["GET", "PUT", "HEAD", "post"] {
            let refusal = answer(method, 1).await.unwrap_err();
            assert_eq!((refusal.code(), refusal.status()), ("wrong_method", 401), "{method}");
        }
        assert!(answer("POST", 1).await.is_ok());
    }
}
