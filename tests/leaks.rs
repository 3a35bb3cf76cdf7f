//! Nothing that can be printed holds a byte of a secret, of an expected signature or of a body.
//!
//! Everything public is printed in every way there is, and searched for pieces of what must not be seen, in every usual
//! spelling.

#[path = "support/plain.rs"]
mod plain;

use core::error::Error;
use core::fmt::{Debug, Display};
use core::time::Duration;
use std::collections::HashMap;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use hookring::scheme::{Algorithm, Encoding, Grammar, Part as SignedPart, Place};
use hookring::*;
use plain::plain;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const BODY: &[u8] = br#"{"confidential":"the-merger-closes-on-friday","webhookTimestamp":1790000000000}"#;

const UTF8: &str = "correct-horse-battery-staple-0123";
const HEX: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f1e2d3c4b5a69788796a5b4c3d2e1f0";
const BASE64: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQZ+/xkVb1u8=";
const BASE64URL: &str = "XkP0rYw2Qb-9dLJ7uVn5sT1mC_aHgEoRzK8iFq3WN6s";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDZ2T1rVYwOmY=";

const V1_WHSEC: &str = "v1,whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDZ2T1rVYwOmY=";

fn secret_of(text: &str, format: SecretFormat) -> Secret {
    Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn all_secrets() -> Vec<(&'static str, Vec<u8>, Secret)> {
    use SecretFormat::{Base64 as B64, Base64Url, Hex, Utf8, Whsec};
    let bytes = |text: &str| Base64::decode_vec(text).unwrap();
    vec![
        (UTF8, UTF8.as_bytes().to_vec(), secret_of(UTF8, Utf8)),
        (HEX, hex::decode(HEX).unwrap(), secret_of(HEX, Hex)),
        (BASE64, bytes(BASE64), secret_of(BASE64, B64)),
        (BASE64URL, Base64UrlUnpadded::decode_vec(BASE64URL).unwrap(), secret_of(BASE64URL, Base64Url)),
        (WHSEC, bytes(&WHSEC[6..]), secret_of(WHSEC, Whsec)),
    ]
}

/// What must not be seen: pieces of it, each with the name of what it is a piece of.
#[derive(Default)]
struct Scanner(HashMap<Vec<u8>, String>);

/// The length of a piece of text, and of a list of numbers (about four of them).
const PIECE: usize = 8;
const LIST_PIECE: usize = 12;

impl Scanner {
    /// All keys, and the body.
    fn new() -> Self {
        let mut scanner = Self::default();
        for (text, key, _) in all_secrets() {
            scanner.text(text, "secret");
            scanner.bytes(&key, "key");
        }
        scanner.text(core::str::from_utf8(&BODY[..44]).unwrap(), "body");
        scanner.bytes(&BODY[..44], "body");
        scanner
    }

    fn text(&mut self, text: &str, what: &str) {
        // Of `whsec_` only what follows is secret.
        self.pieces(text.trim_start_matches("whsec_"), PIECE, what);
    }

    fn pieces(&mut self, text: &str, len: usize, what: &str) {
        for piece in dense(text).windows(len) {
            self.0.insert(piece.to_vec(), what.to_owned());
        }
    }

    /// Hexadecimal in both cases, base64 in both alphabets, lists of numbers in base 10 and 16, escaped text.
    fn bytes(&mut self, bytes: &[u8], what: &str) {
        self.text(&hex::encode(bytes), &format!("{what} in hex"));
        self.text(&hex::encode_upper(bytes), &format!("{what} in HEX"));
        self.text(&Base64::encode_string(bytes), &format!("{what} in base64"));
        self.text(&Base64UrlUnpadded::encode_string(bytes), &format!("{what} in base64url"));
        self.text(&bytes.escape_ascii().to_string(), &format!("{what} escaped"));
        for list in [format!("{bytes:?}"), format!("{bytes:x?}"), format!("{bytes:02x?}"), format!("{bytes:02X?}")] {
            self.pieces(list.trim_matches(['[', ']']), LIST_PIECE, &format!("{what} as a list"));
        }
    }

    fn find(&self, printed: &str) -> Option<String> {
        let dense = dense(printed);
        let mut pieces = dense.windows(PIECE).chain(dense.windows(LIST_PIECE));
        pieces.find_map(|piece| self.0.get(piece)).map(|what| format!("{what}: {printed}"))
    }

    #[track_caller]
    fn clean(&self, printed: &str) {
        assert_eq!(self.find(printed), None);
    }

    #[track_caller]
    fn debug(&self, value: &dyn Debug) {
        for printed in [format!("{value:?}"), format!("{value:#?}"), format!("{value:x?}"), format!("{value:02X?}")] {
            assert!(!printed.is_empty());
            self.clean(&printed);
        }
    }

    #[track_caller]
    fn display(&self, value: &dyn Display) {
        self.clean(&value.to_string());
        self.clean(&format!("{value:#}"));
    }

    #[track_caller]
    fn error(&self, error: &(dyn Error + 'static)) {
        let mut cause = Some(error);
        while let Some(error) = cause {
            self.debug(&error);
            self.display(&error);
            cause = error.source();
        }
    }
}

/// `{:#?}` spreads lists over lines.
fn dense(text: &str) -> Vec<u8> {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// A scanner that also knows the signatures under every key of a message.
fn scanner_for(signed: &SignedHeaders) -> Scanner {
    let mut scanner = Scanner::new();
    // The length of the shortest signature there is, SHA-1.
    let decoded = |text: &str| {
        let bytes = hex::decode(text).ok().or_else(|| Base64::decode_vec(text).ok());
        bytes.or_else(|| Base64UrlUnpadded::decode_vec(text.trim_end_matches('=')).ok()).filter(|bytes| bytes.len() >= 20)
    };
    for (name, value) in signed.iter() {
        for item in value.split([' ', ',', ';']) {
            let after_tag = item.split_once('=').map_or(item, |(_, value)| value);
            if let Some((text, bytes)) = [item, after_tag].iter().find_map(|text| Some((text, decoded(text)?))) {
                scanner.text(text, &format!("value of {name}"));
                scanner.bytes(&bytes, &format!("value of {name}"));
            }
        }
    }
    scanner
}

fn ring_of(format: SecretFormat) -> Keyring {
    let (text, other) = match format {
        SecretFormat::Whsec => (WHSEC, "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="),
        SecretFormat::V1Whsec => (V1_WHSEC, "v1,whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="),
        SecretFormat::Hex => (HEX, "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"),
        SecretFormat::Base64 => (BASE64, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="),
        _ => (UTF8, "another-secret-that-is-long-enough"),
    };
    let ring = Keyring::new(secret_of(other, format), NOW).ring;
    ring.rotate(secret_of(text, format), HOUR, NOW).unwrap().ring
}

#[test]
fn the_scanner_finds_a_planted_leak() {
    struct Derives<'a>(#[allow(dead_code, reason = "printed")] &'a [u8]);
    impl Debug for Derives<'_> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.debug_list().entries(self.0).finish()
        }
    }
    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);
    impl Display for Outer {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("outer")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    let scanner = Scanner::new();
    for (text, key, _) in all_secrets() {
        let pieces = [
            text.to_owned(),
            format!("… {} …", &text[8..20]),
            hex::encode(&key),
            hex::encode_upper(&key[4..]),
            Base64::encode_string(&key),
            Base64UrlUnpadded::encode_string(&key),
            format!("{:?}", Derives(&key)),
            format!("{:#?}", Derives(&key[..6])),
            format!("{key:x?}"),
            key.escape_ascii().to_string(),
        ];
        for leak in pieces {
            assert!(scanner.find(&leak).is_some(), "not found: {leak}");
        }
    }
    assert!(scanner.find(&format!("{:?}", BODY.to_vec())).is_some());
    assert!(scanner.find(&format!("{:?}", core::str::from_utf8(BODY).unwrap())).is_some());
    assert_eq!(scanner.find("Secret(0123456789abcdef)"), None);

    let leaky = std::panic::catch_unwind(|| {
        let mut scanner = Scanner::new();
        scanner.text("invaliddigit", "the cause");
        scanner.error(&Outer("x".parse::<u8>().unwrap_err()));
    });
    assert!(leaky.is_err(), "the chain of causes was not walked");
}

#[test]
fn secrets_and_rings() {
    let scanner = Scanner::new();
    let mut ring = Keyring::new(secret_of(UTF8, SecretFormat::Utf8), NOW).ring;
    for (_, _, secret) in all_secrets() {
        scanner.debug(&secret);
        scanner.debug(&secret.id());
        scanner.display(&secret.id());
        scanner.debug(&Key::fingerprint(&secret));
        scanner.debug(&SecretPolicy::strict());
        let recipe = Derivation::labelled("signing", &["tenant"]).unwrap();
        let derived = recipe.secret(&secret).unwrap();
        let mut of_derived = Scanner::default();
        of_derived.text(derived.reveal(), "derived secret");
        of_derived.bytes(&Base64UrlUnpadded::decode_vec(derived.reveal()).unwrap(), "derived key");
        of_derived.debug(&derived);
        scanner.debug(&derived);
        scanner.debug(&recipe);
        let change = Keyring::new(secret, NOW);
        let lazily = Derived::new(change.ring.clone(), recipe);
        scanner.debug(&lazily);
        of_derived.debug(&lazily);
        of_derived.debug(&lazily.ring());
        scanner.debug(&change);
    }
    let mut changes = Vec::new();
    for (_, _, secret) in all_secrets().into_iter().skip(1) {
        let change = ring.rotate(secret, HOUR, NOW).unwrap();
        ring = change.ring.clone();
        changes.push(change);
    }
    changes.push(ring.rollback(NOW).unwrap());
    changes.push(changes.last().unwrap().ring.unstage(HOUR, NOW).unwrap());
    let current = ring.current().unwrap().id();
    changes.push(ring.revoke(current, NOW).unwrap());
    changes.push(ring.rebase_clock(NOW));
    changes.push(ring.replace_compromised(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).unwrap());
    for change in &changes {
        scanner.debug(change);
        scanner.debug(&change.events);
        scanner.debug(&change.ring);
        scanner.debug(&change.ring.status(NOW));
        scanner.debug(&change.ring.live(NOW).collect::<Vec<_>>());
        scanner.debug(&change.ring.lineage());
        scanner.display(&change.ring.lineage());
        let shared = SharedKeyring::new(change.ring.clone());
        scanner.debug(&shared);
    }
    scanner.debug(&MemoryKeyringStore::<Secret>::new());
    scanner.error(&ring.stage(secret_of(UTF8, SecretFormat::Utf8), NOW).unwrap_err());
    scanner.error(&ring.promote(HOUR, NOW).unwrap_err());
    scanner.error(&changes[changes.len() - 3].ring.stage(secret_of(WHSEC, SecretFormat::Whsec), NOW).unwrap_err());
    let shared = SharedKeyring::new(ring.clone());
    scanner.error(&shared.replace(changes[0].ring.clone()).unwrap_err());
}

#[test]
fn refused_secrets() {
    use SecretFormat::{Base64 as B64, Base64Url, Hex, Utf8, Whsec};
    let mut scanner = Scanner::new();
    let damage: [&dyn Fn(&str) -> String; 9] = [
        &|text| format!("{text}\n"),
        &|text| format!(" {text}"),
        &|text| format!("\u{feff}{text}"),
        &|text| format!("v1,whsec_{text}"),
        &|text| format!("{text}?"),
        &|text| text.replacen(text.chars().nth(3).unwrap(), "é", 1),
        &|text| text.repeat(200),
        &|text| text[..text.len() - 1].to_owned(),
        &|text| text[..9].to_owned(),
    ];
    let mut seen = Vec::new();
    for (text, _, _) in all_secrets() {
        for damage in damage {
            let damaged = damage(text);
            scanner.text(&damaged[damaged.len() - 9..], "damaged secret");
            for format in [Utf8, Hex, B64, Base64Url, Whsec] {
                if let Err(error) = Secret::parse(&damaged, format, &SecretPolicy::strict()) {
                    scanner.error(&error);
                    seen.push(core::mem::discriminant(&error));
                }
            }
        }
        let error = secret_of(text, if text == WHSEC { Whsec } else { Utf8 }).labelled(&format!("{text} ")).unwrap_err();
        scanner.error(&error);
        assert_eq!(error, SecretError::BadLabel);
    }
    seen.sort_by_key(|kind| format!("{kind:?}"));
    seen.dedup();
    assert!(seen.len() >= 8, "only {} kinds of error were reached", seen.len());
}

/// Signs and verifies under every provider, and prints everything on the way.
#[test]
fn deliveries_of_every_provider() {
    for scheme in plain() {
        let ring = ring_of(scheme.key_format());
        let with = if scheme.carries_several() { SignWith::AllLive } else { SignWith::Current };
        let signer = Signer::new(*scheme, ring.clone(), with).unwrap();
        let url = "https://a.example/hook?token=correct-horse-battery-staple-0123";
        let message = Message::new(BODY).id("msg_1").method("POST").url(url);
        let signed = signer.sign(&message, NOW).unwrap();
        let scanner = scanner_for(&signed);
        assert!(scanner.0.values().any(|what| what.starts_with("value of")), "{}: no signature found", scheme.name());
        let mut map = http::HeaderMap::new();
        signed.apply(&mut map);
        scanner.debug(&map);
        scanner.debug(&signer);
        scanner.debug(&signed);
        scanner.debug(&message);
        scanner.debug(scheme);
        scanner.debug(&signer.status(NOW));

        let mut builder = Verifier::builder(*scheme);
        if scheme.signs_url() {
            builder = builder.public_url("https://a.example");
        }
        scanner.debug(&builder);
        let verifier = builder.build(ring.clone()).unwrap();
        scanner.debug(&verifier);
        let request = |body| Request::new(&map, body).method("POST").target("/hook?token=correct-horse-battery-staple-0123");
        scanner.debug(&request(BODY));
        let verified = verifier.verify_at(request(BODY), NOW).unwrap();
        let scope = Scope::new("endpoint").unwrap();
        scanner.debug(&verified);
        scanner.debug(&verified.replay_key(&scope));
        scanner.debug(&verified.event_key(&scope, "evt_1"));
        scanner.debug(&verified.key());
        scanner.debug(&verified.try_map(|body| Ok::<_, ()>(body.to_vec())).unwrap());

        let late = NOW.plus(48 * HOUR);
        let changed = [BODY, b" "].concat();
        let mut rejections = vec![verifier.verify_at(request(&changed), NOW).unwrap_err()];
        rejections.extend(verifier.verify_at(request(BODY), late).err());
        rejections.extend(verifier.verify_at(request(BODY), NOW.minus(HOUR)).err());
        rejections.extend(verifier.verify_at(Request::new(&map, BODY), NOW).err());
        for (name, value) in &map {
            let mut broken = map.clone();
            broken.append(name.clone(), value.clone());
            rejections.extend(verifier.verify_at(Request::new(&broken, BODY), NOW).err());
            broken.insert(name.clone(), http::HeaderValue::from_bytes(&[value.as_bytes(), b"x"].concat()).unwrap());
            rejections.extend(verifier.verify_at(Request::new(&broken, BODY), NOW).err());
            broken.remove(name);
            rejections.extend(verifier.verify_at(Request::new(&broken, BODY), NOW).err());
        }
        assert!(!rejections.is_empty());
        for rejection in rejections {
            scanner.error(&rejection);
            scanner.clean(rejection.code());
            scanner.clean(rejection.public_message());
        }
        if scheme.can_stream() {
            let head = Request::new(&map, ()).method("POST").target("/hook?token=correct-horse-battery-staple-0123");
            let mut stream = verifier.begin(head, NOW).unwrap();
            stream.update(BODY);
            scanner.debug(&stream);
            let streamed = stream.finish(NOW).unwrap();
            scanner.debug(&streamed);
            scanner.debug(streamed.body());
            let mut stream = verifier.begin(head, NOW).unwrap();
            stream.update(&BODY[1..]);
            scanner.error(&stream.finish(NOW).unwrap_err());
        }
    }
}

/// A function part of a scheme is handed a view of the request; printing that must be harmless too.
#[test]
fn what_a_function_part_sees() {
    fn part(view: &RequestView<'_>, out: &mut Write<'_>) -> Result<(), Rejection> {
        Scanner::new().debug(view);
        assert_eq!(view.body(), BODY);
        out(view.body());
        Ok(())
    }
    let parts = [SignedPart::With(part), SignedPart::Body];
    let ours =
        Scheme::new("ours", Algorithm::HmacSha512, Place::Header("x-signature"), Grammar::Whole, Encoding::Base64, &parts);
    let ring = ring_of(SecretFormat::Utf8);
    let signed = Signer::new(ours, ring.clone(), SignWith::Current).unwrap().sign(&Message::new(BODY), NOW).unwrap();
    let headers: Vec<_> = signed.iter().collect();
    let verifier = Verifier::new(ours, ring).unwrap();
    scanner_for(&signed).debug(&verifier.verify_at(Request::new(&headers, BODY), NOW).unwrap());
}

/// The texts of all errors are fixed but for numbers, so a scan of each kind covers every value.
#[test]
fn every_rejection_has_one_answer() {
    use Field::{Body, Header, Id, Signature, Target, Timestamp as Time};
    let mut all = vec![Rejection::TooMany, Rejection::Mismatch, Rejection::WrongMethod, Rejection::NoLiveKey, Rejection::Busy];
    all.extend([Rejection::NeedsRequestLine, Rejection::NeedsWholeBody, Rejection::TooManyItems, Rejection::WrongKeyKind]);
    all.extend([Rejection::TooOld { by: HOUR }, Rejection::TooNew { by: HOUR }]);
    for field in [Signature, Time, Id, Header, Body, Target] {
        all.extend([Rejection::Missing(field), Rejection::Malformed(field), Rejection::Ambiguous(field)]);
    }
    let scanner = Scanner::new();
    let mut codes: Vec<&str> = all.iter().map(Rejection::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len(), "codes are distinct");
    for rejection in &all {
        scanner.error(rejection);
        let answers: [(u16, &str); 3] =
            [(401, "invalid signature"), (500, "temporarily unable to verify"), (503, "busy, try again")];
        assert!(answers.contains(&(rejection.status(), rejection.public_message())), "{rejection:?}");
    }
}

/// What receives, stores and records: each with a secret, a token or a body inside.
#[test]
fn what_receives_checks_and_remembers() {
    let scanner = Scanner::new();
    let scope = || Scope::new("endpoint").unwrap();
    let ring = ring_of(SecretFormat::Utf8);
    let verifier = Verifier::new(providers::STRIPE, ring.clone()).unwrap();
    let signer = Signer::new(providers::STRIPE, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(BODY), NOW).unwrap();
    let scanner_of_signed = scanner_for(&signed);
    let pairs: Vec<_> = signed.iter().collect();

    for (body, now) in [(BODY, NOW), (&BODY[1..], NOW), (BODY, NOW.plus(HOUR))] {
        let outcome = verifier.verify_at(Request::new(&pairs, body), now);
        let verdict = verifier.verdict(&outcome, now);
        scanner_of_signed.debug(&outcome);
        scanner_of_signed.debug(&verdict);
        scanner_of_signed.debug(&verdict.labels().collect::<Vec<_>>());
        let stream = verifier.begin(Request::new(&pairs, ()), now);
        scanner_of_signed.debug(&stream.map(|mut stream| {
            stream.update(body);
            stream
        }));
    }
    let tokens = BearerVerifier::new(ring.clone(), 1).allow_query("token");
    scanner.debug(&tokens);
    for token in [UTF8, HEX, ""] {
        let query = format!("token={token}");
        let outcome = tokens.check_at(&[("x", "y")], Some(&query), NOW);
        scanner.debug(&outcome);
        scanner.debug(&tokens.verdict(&outcome));
        scanner.clean(&redact_query(&format!("https://a.example/hook?{query}"), "token"));
    }
    let guard = Guard::with_keep(MemoryReplayStore::new(10, usize::MAX), scope(), HOUR, HOUR).unwrap();
    scanner.debug(&guard);
    scanner.debug(guard.store());
    scanner.debug(&FanOut::new(providers::STRIPE, SignWith::AllLive).unwrap());
    let hash = Sha256Hash::of(&secret_of(UTF8, SecretFormat::Utf8)).unwrap();
    scanner.debug(&hash);
    scanner.error(&Sha256Hash::of(&secret_of(&HEX.repeat(2), SecretFormat::Utf8)).unwrap_err());
    scanner.error(&Sha256Hash::parse_hex(UTF8).unwrap_err());
    let path = std::env::temp_dir().join(format!("hookring-leaks-{}", std::process::id()));
    std::fs::write(&path, format!("{UTF8}\n\n")).unwrap();
    scanner.error(&Secret::from_file(&path, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err());
    std::fs::remove_file(path).unwrap();
    #[cfg(feature = "bcrypt")]
    {
        scanner.debug(&BcryptHash::of(&secret_of(UTF8, SecretFormat::Utf8), 10).unwrap());
        scanner.error(&BcryptHash::of(&secret_of(&HEX.repeat(2), SecretFormat::Utf8), 10).unwrap_err());
        scanner.error(&BcryptHash::parse(UTF8).unwrap_err());
    }
    #[cfg(feature = "http-body")]
    {
        use hookring::receiver::{Endpoint, Receiver};
        scanner.debug(&Receiver::new(verifier.clone()));
        scanner.debug(&Receiver::bearer(tokens.clone()));
        scanner.debug(&Endpoint::<Verified<bytes::Bytes>>::from(verifier.clone()));
    }
    #[cfg(feature = "aead")]
    scanner.debug(&AeadSeal::new(secret_of(HEX, SecretFormat::Hex)).also_open(secret_of(BASE64, SecretFormat::Base64)));
}

/// What can be serialized of a ring: pages and events.
#[cfg(feature = "serde")]
#[test]
fn pages_and_events_as_json() {
    let scanner = Scanner::new();
    let mut change = Keyring::new(secret_of(UTF8, SecretFormat::Utf8), NOW);
    for (_, _, secret) in all_secrets().into_iter().skip(1) {
        for page in [change.ring.status(NOW), Verifier::new(providers::GITHUB, change.ring.clone()).unwrap().status(NOW)] {
            scanner.clean(&serde_json::to_string_pretty(&page).unwrap());
        }
        scanner.clean(&serde_json::to_string(&change.events).unwrap());
        change = change.ring.rotate(secret, HOUR, NOW).unwrap();
    }
    let revoked = change.ring.revoke(change.ring.current().unwrap().id(), NOW).unwrap();
    scanner.clean(&serde_json::to_string(&(revoked.events, revoked.ring.status(NOW))).unwrap());
}

#[cfg(feature = "ed25519")]
#[test]
fn private_keys_of_signers() {
    let key = SigningKey::generate(SigningKeyFormat::Whsk).unwrap();
    let mut scanner = Scanner::default();
    scanner.text(key.reveal().trim_start_matches("whsk_"), "private key");
    let seed = Base64::decode_vec(key.reveal().trim_start_matches("whsk_")).unwrap();
    scanner.bytes(&seed[..32], "private key");
    scanner.debug(&key);
    scanner.debug(&key.public_key());
    scanner.display(&key.id());
    scanner.error(&SigningKey::parse(&format!("{}!", key.reveal()), SigningKeyFormat::Whsk).unwrap_err());
    let ring: Keyring<SigningKey> = Keyring::new(key, NOW).ring;
    scanner.debug(&ring);
    scanner.debug(&ring.status(NOW));
}

#[cfg(all(feature = "postgres", feature = "aead"))]
#[test]
fn stores_that_hold_a_seal() {
    struct NoDatabase;
    impl postgres::Pool for NoDatabase {
        type Client = Box<tokio_postgres::Client>;
        type Error = std::io::Error;
        async fn get(&self) -> Result<Self::Client, Self::Error> {
            Err(std::io::ErrorKind::NotConnected.into())
        }
        fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client {
            held
        }
    }
    let seal = AeadSeal::new(secret_of(HEX, SecretFormat::Hex));
    Scanner::new().debug(&postgres::PostgresKeyringStore::new(NoDatabase, seal));
}

/// A recorded delivery shows what a test needs to tell, and nothing of its keys.
#[cfg(feature = "testing")]
#[test]
fn recorded_deliveries() {
    let delivery = testing::Delivery::sample(&providers::STRIPE, NOW);
    let ring = ring_of(SecretFormat::Utf8);
    let signed = delivery.signed(providers::STRIPE, &ring, SignWith::Current, NOW).unwrap();
    Scanner::new().debug(&signed);
}
