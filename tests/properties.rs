//! What holds for every input, tried on random ones.
//!
//! `PROPTEST_CASES` raises the number of cases; the default keeps the file quick.

#[path = "support/plain.rs"]
mod plain;

use hookring::*;
use plain::plain;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const TARGET: &str = "/hook?a=1";
const KEYS: [&str; 2] = ["first-key-of-the-ring-0123456789", "other-key-of-the-ring-9876543210"];

/// Fewer cases than usual, unless the environment says otherwise.
fn cases(few: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(few);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

type Pairs = Vec<(String, Vec<u8>)>;

/// A ring of two keys. The text of each is also the material, whatever format the scheme has.
fn ring(format: SecretFormat) -> Keyring {
    let secret = |text: &str| {
        let text = match format {
            SecretFormat::Whsec => format!("whsec_{}", text.replace('-', "+")),
            SecretFormat::V1Whsec => format!("v1,whsec_{}", text.replace('-', "+")),
            SecretFormat::Base64 => text.replace('-', "+"),
            SecretFormat::Hex => hex::encode(text),
            _ => text.to_owned(),
        };
        Secret::parse(&text, format, &SecretPolicy::provider()).unwrap()
    };
    let ring = Keyring::new(secret(KEYS[0]), NOW).ring;
    ring.rotate(secret(KEYS[1]), core::time::Duration::from_secs(3600), NOW).unwrap().ring
}

fn verifier(scheme: &Scheme<'_>) -> Verifier {
    let builder = Verifier::builder(*scheme);
    let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
    builder.build(ring(scheme.key_format())).unwrap()
}

fn sign_at(scheme: &Scheme<'_>, id: &str, body: &[u8], now: Timestamp) -> Option<Pairs> {
    let with = if scheme.carries_several() { SignWith::AllLive } else { SignWith::Current };
    sign_with(scheme, with, id, body, now)
}

fn sign_with(scheme: &Scheme<'_>, with: SignWith, id: &str, body: &[u8], now: Timestamp) -> Option<Pairs> {
    let signer = Signer::new(*scheme, ring(scheme.key_format()), with).unwrap();
    let message = Message::new(body).id(id).method("POST").url("https://a.example/hook?a=1");
    let signed = signer.sign(&message, now).ok()?;
    Some(signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect())
}

fn verify(verifier: &Verifier, headers: &Pairs, body: &[u8]) -> Result<(), Rejection> {
    verifier.verify_at(Request::new(headers, body).method("POST").target(TARGET), NOW).map(|_| ())
}

fn schemes() -> impl Strategy<Value = &'static Scheme<'static>> {
    select(plain())
}

/// Any body, and for schemes that read one, a body with a time in it.
fn body_for(scheme: &Scheme<'_>, bytes: Vec<u8>) -> Vec<u8> {
    if scheme.name() == "linear" {
        let text: String = bytes.iter().map(|b| char::from(b'a' + b % 26)).collect();
        format!("{{\"text\":\"{text}\",\"webhookTimestamp\":{}}}", NOW.unix_millis()).into_bytes()
    } else {
        bytes
    }
}

fn ids() -> impl Strategy<Value = String> {
    "[!-~]{1,40}".prop_filter("the separator", |id| !id.contains('.'))
}

/// The same bytes, one of them changed.
fn flipped(value: &[u8], at: Index, by: u8) -> Vec<u8> {
    let mut value = value.to_vec();
    let at = at.index(value.len());
    value[at] ^= by;
    value
}

/// A value without what does not matter in it: blanks, which separator stands between items, and which of two tags for a
/// signature (TabaPay).
fn spelled(value: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = value.iter().filter(|byte| !matches!(byte, b',' | b';' | b' ' | b'\t')).copied().collect();
    String::from_utf8_lossy(&text).replace("v2=", "v1=").into_bytes()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_flipped_byte_of_the_body_is_rejected(
        scheme in schemes(), bytes in vec(any::<u8>(), 1..200), at in any::<Index>(), by in 1_u8..
    ) {
        let body = body_for(scheme, bytes);
        let headers = sign_at(scheme, "msg_1", &body, NOW).unwrap();
        let verifier = verifier(scheme);
        prop_assert_eq!(verify(&verifier, &headers, &body), Ok(()));
        prop_assert!(verify(&verifier, &headers, &flipped(&body, at, by)).is_err(), "{}", scheme.name());
        prop_assert_eq!(verify(&verifier, &headers, &body[1..]), Err(Rejection::Mismatch));
        prop_assert_eq!(verify(&verifier, &headers, &[&body[..], &[by]].concat()), Err(Rejection::Mismatch));
    }

    /// A timestamp or an id whose byte is changed, and a single signature likewise, is never accepted as if it had not
    /// been: either it is rejected, or the change does not change what the bytes say (letter case of hexadecimal digits,
    /// blanks around a value, another separator or another tag of the same scheme).
    #[test]
    fn a_flipped_byte_of_a_header_is_rejected(
        scheme in schemes(), bytes in vec(any::<u8>(), 0..50), which in any::<Index>(), at in any::<Index>(), by in 1_u8..
    ) {
        let body = body_for(scheme, bytes);
        // One signature: of several, one may be damaged.
        let mut headers = sign_with(scheme, SignWith::Current, "msg_1", &body, NOW).unwrap();
        let which = which.index(headers.len());
        let (name, value) = headers[which].clone();
        let verifier = verifier(scheme);
        prop_assert_eq!(verify(&verifier, &headers, &body), Ok(()), "{}", scheme.name());
        let damaged = flipped(&value, at, by);
        headers[which].1 = damaged.clone();
        let same = spelled(&damaged).eq_ignore_ascii_case(&spelled(&value));
        let verdict = verify(&verifier, &headers, &body);
        prop_assert!(verdict.is_err() || same, "{} {name}: {}", scheme.name(), damaged.escape_ascii());
    }

    /// Case does not matter for hexadecimal digits, and for nothing else.
    #[test]
    fn case_matters_for_base64_and_ids(at in any::<Index>(), scheme in select(&[providers::STANDARD_WEBHOOKS, providers::SVIX])) {
        for name in ["-id", "-signature"] {
            let mut headers = sign_at(&scheme, "msg_1", b"{}", NOW).unwrap();
            let (_, value) = headers.iter_mut().find(|(n, _)| n.ends_with(name)).unwrap();
            let only = value.split(|b| *b == b' ').next().unwrap().to_vec();
            *value = only;
            let letters: Vec<usize> = (0..value.len()).filter(|n| value[*n].is_ascii_alphabetic()).collect();
            value[letters[at.index(letters.len())]] ^= 0x20;
            let verdict = verify(&verifier(&scheme), &headers, b"{}");
            prop_assert!(verdict.is_err());
        }
    }

    /// The same text, cut into id, time and body at different separators: a signature for one cut is good for no other.
    #[test]
    fn different_messages_never_share_their_signed_bytes(
        parts in vec(select(&["a", "1", "23", "", "v0", "1790000000", "b:1", "{}"]), 2..7), cuts in (any::<Index>(), any::<Index>())
    ) {
        let rows = [(providers::STANDARD_WEBHOOKS, "."), (providers::SVIX, "."), (providers::STRIPE, "."),
            (providers::OSIGU_DVS, "."), (providers::DSENTR, "."), (providers::SLACK, ":")];
        for (scheme, joint) in rows {
            let cut = |at: Index| {
                let at = at.index(parts.len());
                let id = if scheme.has_id() { parts[..at].join(joint) } else { String::new() };
                let time = if scheme.has_id() { parts[at].to_owned() } else { parts[..=at].join(joint) };
                (id, time, parts[at + 1..].join(joint))
            };
            let (ours, theirs) = (cut(cuts.0), cut(cuts.1));
            prop_assume!(ours != theirs);
            let Ok(seconds) = ours.1.parse() else { continue };
            let Some(headers) = sign_at(&scheme, &ours.0, ours.2.as_bytes(), Timestamp::from_unix_secs(seconds)) else { continue };
            let builder = Verifier::builder(scheme).dangerous_accept_any_age();
            let verifier = builder.build(ring(scheme.key_format())).unwrap();
            if headers.iter().any(|(_, value)| *value == ours.1.as_bytes() || value.starts_with(format!("t={},", ours.1).as_bytes())) {
                prop_assert_eq!(verify(&verifier, &headers, ours.2.as_bytes()), Ok(()), "{}", scheme.name());
            }
            // The same signature on the other message, with headers that no signer of ours would write.
            let tampered: Pairs = headers.iter().map(|(name, value)| {
                let value = match name {
                    name if name.ends_with("-id") => theirs.0.clone().into_bytes(),
                    name if name.ends_with("timestamp") => theirs.1.clone().into_bytes(),
                    _ => String::from_utf8(value.clone()).unwrap().replace(&format!("t={},", ours.1), &format!("t={},", theirs.1)).into(),
                };
                (name.clone(), value)
            }).collect();
            prop_assert!(verify(&verifier, &tampered, theirs.2.as_bytes()).is_err(), "{}: {ours:?} {theirs:?}", scheme.name());
        }
    }

    #[test]
    fn order_junk_and_unknown_entries_do_not_matter(
        junk in vec("[ -+--<>-~]{0,12}", 0..6), unknown in vec("(v0|v1a|V1|v2|sha1|foo)", 0..6),
        broken in 0_usize..4, order in any::<u64>(), keep in any::<Index>(), blanks in any::<bool>(),
    ) {
        for (scheme, between, pair) in [(providers::STRIPE, ",", "="), (providers::STANDARD_WEBHOOKS, " ", ",")] {
            let mut headers = sign_at(&scheme, "msg_1", b"body", NOW).unwrap();
            let (name, value) = headers.iter_mut().find(|(name, _)| name.ends_with("-signature")).unwrap();
            let text = String::from_utf8(value.clone()).unwrap();
            let (signatures, others): (Vec<_>, Vec<_>) = text.split(between).partition(|item| item.starts_with("v1"));
            let one = signatures[keep.index(signatures.len())].to_owned();
            let of_tag = |tag: &String| one.replacen("v1", tag, 1);
            let mut items: Vec<String> = others.into_iter().map(String::from).collect();
            items.push(one.clone());
            items.extend(unknown.iter().map(of_tag));
            items.extend((0..broken).map(|n| format!("v1{pair}{}", &one[3..3 + n * 9])));
            let known = |item: &str| item.split_once(pair).is_some_and(|(tag, _)| matches!(tag.trim(), "v1" | "t"));
            items.extend(junk.iter().filter(|item| !item.contains(between) && !known(item)).cloned());
            // A shuffle that needs no source of randomness.
            let mut state = order;
            for at in (1..items.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                items.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
            }
            let joint = if blanks { format!("{between} ") } else { between.to_owned() };
            *value = items.join(&joint).into_bytes();
            let (name, shown) = (name.clone(), items.join(&joint));
            prop_assert_eq!(verify(&verifier(&scheme), &headers, b"body"), Ok(()), "{}: {}", name, shown);
            prop_assert_eq!(verify(&verifier(&scheme), &headers, b"Body"), Err(Rejection::Mismatch), "{}: {}", name, shown);
        }
    }

    #[test]
    fn hostile_bytes_give_a_verdict(
        values in vec(prop_oneof![
            vec(any::<u8>(), 0..80),
            "[tv01=,. :a-f\"{}\\\\%+-]{0,120}".prop_map(String::into_bytes),
            "(t=[0-9]{0,20},)?(v1=|sha256=|v0=|v1,)[0-9a-fA-F+/=]{60,90}".prop_map(String::into_bytes),
            "[0-9]{0,25}".prop_map(String::into_bytes),
            (0_usize..20_000).prop_map(|n| vec![b'0'; n]),
        ], 4),
        repeat in any::<bool>(), body in vec(any::<u8>(), 0..60), target in any::<String>(), method in any::<String>(),
    ) {
        for scheme in plain() {
            let mut headers = sign_at(scheme, "msg_1", &body_for(scheme, body.clone()), NOW).unwrap();
            headers.iter_mut().zip(&values).for_each(|((_, value), hostile)| value.clone_from(hostile));
            if repeat {
                headers.extend_from_within(..);
            }
            let verifier = verifier(scheme);
            prop_assert!(verify(&verifier, &headers, &body).is_err());
            let request = Request::new(&headers, &body).method(&method).target(&target);
            prop_assert!(verifier.verify_at(request, NOW).is_err());
            if let Ok(stream) = verifier.begin(Request::new(&headers, ()).method(&method).target(&target), NOW) {
                prop_assert!(stream.finish(NOW).is_err());
            }
        }
    }

    #[test]
    fn a_stream_in_any_pieces_is_the_whole(
        scheme in schemes(), body in vec(any::<u8>(), 0..600), cuts in vec(1_usize..130, 1..8), damage in any::<bool>()
    ) {
        prop_assume!(scheme.can_stream());
        let headers = sign_at(scheme, "msg_1", &body, NOW).unwrap();
        let builder = Verifier::builder(*scheme).digest_content();
        let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
        let verifier = builder.build(ring(scheme.key_format())).unwrap();
        let body = if damage { [&body[..], b"."].concat() } else { body };
        let head = Request::new(&headers, ()).method("POST").target(TARGET);
        let mut stream = verifier.begin(head, NOW).unwrap();
        let (mut rest, mut cuts) = (&body[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            stream.update(piece);
            rest = tail;
        }
        let scope = Scope::new("endpoint").unwrap();
        let streamed = stream.finish(NOW).map(|proof| (proof.replay_key(&scope), proof.body().len, proof.key()));
        let whole = verifier.verify_at(Request::new(&headers, &body).method("POST").target(TARGET), NOW);
        let whole = whole.map(|proof| (Some(proof.replay_key(&scope)), proof.body().len() as u64, proof.key()));
        prop_assert_eq!(whole.is_err(), damage);
        prop_assert_eq!(streamed, whole);
    }

    #[test]
    fn any_text_is_a_secret_or_an_error_that_does_not_repeat_it(
        before in prop_oneof![any::<String>(), "(v1,)?(whsec_)?[0-9a-fA-F]{0,64}", "(v1,)?(whsec_)?[A-Za-z0-9+/=_-]{0,64}"],
        after in prop_oneof![any::<String>(), "[0-9A-Za-z+/]{0,64}={0,3}[\n ]?"],
        strict in any::<bool>(),
    ) {
        use SecretFormat::{Base64, Base64Url, Hex, Utf8, Whsec};
        // Not a part of any fixed message.
        let marker = "Zq7Xk9Vw";
        let text = [before.as_str(), marker, &after].concat();
        let policy = if strict { SecretPolicy::strict() } else { SecretPolicy::dangerous_any_strength() };
        for text in [&text, &before, &after] {
            for format in [Utf8, Hex, Base64, Base64Url, Whsec] {
                match Secret::parse(text, format, &policy) {
                    Ok(secret) => {
                        prop_assert_eq!(secret.reveal(), text);
                        prop_assert!(secret.key_len() > 0);
                        let shown = format!("{secret:?} {secret:#?}");
                        prop_assert!(!shown.contains(&marker[..4]));
                    }
                    Err(error) => {
                        let shown = format!("{error} {error:?} {error:#?}");
                        prop_assert!(!marker.as_bytes().windows(4).any(|p| shown.as_bytes().windows(4).any(|w| w == p)), "{shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn ids_are_signed_and_told(id in ids(), body in vec(any::<u8>(), 0..20)) {
        let scheme = providers::STANDARD_WEBHOOKS;
        let headers = sign_at(&scheme, &id, &body, NOW).unwrap();
        let verified = verifier(&scheme);
        let verified = verified.verify_at(Request::new(&headers, &body), NOW).unwrap();
        prop_assert_eq!(verified.id(), Some(id.as_str()));
        prop_assert!(sign_at(&scheme, &[&id, "."].concat(), &body, NOW).is_none());
        prop_assert!(sign_at(&scheme, &[&id, " "].concat(), &body, NOW).is_none());
    }
}
