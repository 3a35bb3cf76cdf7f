//! Presented secrets: where a token may stand, who is let in, and that slow checks are bounded and not repeated.

#![cfg(feature = "std")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hookring::{
    BearerVerifier, Carrier, Derivation, Derived, Field, Fingerprint, Headers, Key, KeySource, Keyring, PresentedKey,
    Rejection, Role, Secret, SecretFormat, SecretPolicy, SetupError, Sha256Hash, SharedKeyring, Timestamp, redact_query,
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const TOKEN: &str = "tst_wMtghbytOpYJCBFDnWSZrXHl4cyJxiwQDMkAJD5C";
const NO_HEADERS: [(&str, &str); 0] = [];

const MISSING: Rejection = Rejection::Missing(Field::Token);
const AMBIGUOUS: Rejection = Rejection::Ambiguous(Field::Token);
const MISMATCH: Rejection = Rejection::TokenMismatch;

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn over(text: &str) -> BearerVerifier {
    BearerVerifier::new(Keyring::new(secret(text), NOW).ring, 0)
}

/// The verdict on one `Authorization` line.
fn line(value: &str) -> Result<Role, Rejection> {
    role(&over(TOKEN), &[("Authorization", value)], None)
}

fn role<S>(verifier: &BearerVerifier<S>, headers: &(impl Headers + ?Sized), query: Option<&str>) -> Result<Role, Rejection>
where
    S: KeySource,
    S::Key: PresentedKey,
{
    verifier.check_at(headers, query, NOW).map(|presented| presented.role())
}

#[test]
fn the_authorization_header() {
    let cases = [
        ("bearer", format!("bearer {TOKEN}"), Ok(Role::Current)),
        ("Bearer", format!("Bearer {TOKEN}"), Ok(Role::Current)),
        ("BEARER + 2 blanks", format!("BEARER  {TOKEN}"), Ok(Role::Current)),
        ("blanks around", format!(" \tBearer {TOKEN} \t"), Ok(Role::Current)),
        ("Basic", format!("Basic {TOKEN}"), Err(MISSING)),
        ("scheme alone", "Bearer".into(), Err(MISSING)),
        ("scheme and blanks", "Bearer   ".into(), Err(MISSING)),
        ("no blank", format!("Bearer{TOKEN}"), Err(MISSING)),
        ("tab for a blank", format!("Bearer\t{TOKEN}"), Err(MISSING)),
        ("no scheme", TOKEN.into(), Err(MISSING)),
        ("longer scheme", format!("Bearers {TOKEN}"), Err(MISSING)),
        ("empty", String::new(), Err(MISSING)),
        ("short", "Bear".into(), Err(MISSING)),
        ("token in other case", "Bearer TST_WmTGHBYToPyjcbfdNwszRxhL4CYjXIWqdmKajd5c".into(), Err(MISMATCH)),
        ("comma", format!("Bearer {TOKEN},"), Err(MISMATCH)),
        ("two tokens", format!("Bearer {TOKEN} {TOKEN}"), Err(MISMATCH)),
        ("a part", format!("Bearer {}", &TOKEN[..20]), Err(MISMATCH)),
        ("quoted", format!("Bearer \"{TOKEN}\""), Err(MISMATCH)),
        ("not ASCII", "Bearer é€".into(), Err(MISMATCH)),
        ("too long", format!("Bearer {}", "x".repeat(4097)), Err(MISMATCH)),
        ("far too long", format!("Bearer {}", "x".repeat(1 << 20)), Err(MISMATCH)),
    ];
    for (what, value, wanted) in cases {
        assert_eq!(line(&value), wanted, "{what}");
    }
}

#[test]
fn headers_that_are_there_twice_or_not_at_all() {
    let verifier = over(TOKEN);
    let good = format!("Bearer {TOKEN}");
    let twice = [("Authorization", good.as_str()), ("authorization", good.as_str())];
    let mixed = [("Authorization", "Basic YTpi"), ("Authorization", good.as_str())];
    assert_eq!(role(&verifier, &twice, None), Err(AMBIGUOUS));
    assert_eq!(role(&verifier, &mixed, None), Err(AMBIGUOUS));
    assert_eq!(role(&verifier, &NO_HEADERS, None), Err(MISSING));
    assert_eq!(role(&verifier, &[("Proxy-Authorization", good.as_str())], None), Err(MISSING));
    assert_eq!(role(&verifier, &[("Authorization", b"Bearer \xff\xfe\0".as_slice())], None), Err(MISMATCH));
}

#[cfg(feature = "http")]
#[test]
fn header_maps() {
    let mut map = http::HeaderMap::new();
    map.insert(http::header::AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap());
    assert_eq!(role(&over(TOKEN), &map, None), Ok(Role::Current));
    map.append(http::header::AUTHORIZATION, "Bearer other".parse().unwrap());
    assert_eq!(role(&over(TOKEN), &map, None), Err(AMBIGUOUS));
}

#[test]
fn s4_4_the_query_counts_only_where_it_is_allowed() {
    let strict = over(TOKEN);
    let lenient = over(TOKEN).allow_query("token");
    let (good, header) = (format!("token={TOKEN}"), [("Authorization", format!("Bearer {TOKEN}"))]);
    assert_eq!(role(&strict, &NO_HEADERS, Some(&good)), Err(MISSING));
    assert_eq!(role(&strict, &header, Some("token=other&token=other")), Ok(Role::Current));
    assert_eq!(role(&over(TOKEN).allow_query(""), &NO_HEADERS, Some(&format!("={TOKEN}"))), Err(MISSING));

    assert!(!lenient.check_at(&header, None, NOW).unwrap().by_query());
    assert!(lenient.check_at(&NO_HEADERS, Some(&good), NOW).unwrap().by_query());
    let query = |query: &str| role(&lenient, &NO_HEADERS, Some(query));
    assert_eq!(query(&format!("v=2&{good}&w")), Ok(Role::Current));
    assert_eq!(query(&format!("t%6Fken={TOKEN}")), Ok(Role::Current));
    assert_eq!(query(""), Err(MISSING));
    assert_eq!(query("token"), Err(MISSING));
    assert_eq!(query("token="), Err(MISSING));
    assert_eq!(query(&format!("Token={TOKEN}")), Err(MISSING));
    assert_eq!(query(&format!("{good}&{good}")), Err(AMBIGUOUS));
    assert_eq!(query(&format!("{good}&t%6Fken=x")), Err(AMBIGUOUS));
    assert_eq!(query(&format!("{good}%00")), Err(MISMATCH));
    assert_eq!(query(&format!("{good}%20")), Err(MISMATCH));
    assert_eq!(query(&format!("{good}#top")), Err(MISMATCH));
    assert_eq!(query(&format!("token={}", "x".repeat(1 << 20))), Err(MISMATCH));

    assert_eq!(role(&lenient, &header, Some(&good)), Err(AMBIGUOUS));
    assert_eq!(role(&lenient, &header, Some("token=")), Err(AMBIGUOUS));
    assert_eq!(role(&lenient, &header, Some("v=2")), Ok(Role::Current));
    // Another scheme in the header is no token; a gateway may have put it there.
    assert_eq!(role(&lenient, &[("Authorization", "Basic YTpi")], Some(&good)), Ok(Role::Current));
}

#[test]
fn a_plus_is_a_plus_and_decoding_happens_once() {
    let verifier = over("m3/T+9wE+uRk/5yJ0aZc2+PdLh8/Vn==").allow_query("token");
    let cases = [
        ("percent-encoded", "token=m3%2FT%2B9wE%2BuRk%2F5yJ0aZc2%2BPdLh8%2FVn%3D%3D", Ok(Role::Current)),
        ("raw plus", "token=m3/T+9wE+uRk/5yJ0aZc2+PdLh8/Vn%3D%3D", Ok(Role::Current)),
        ("raw everything", "token=m3/T+9wE+uRk/5yJ0aZc2+PdLh8/Vn==", Ok(Role::Current)),
        ("blank for plus", "token=m3/T%209wE%20uRk/5yJ0aZc2%20PdLh8/Vn==", Err(MISMATCH)),
        ("double-encoded", "token=m3%252FT%252B9wE%252BuRk%252F5yJ0aZc2%252BPdLh8%252FVn%253D%253D", Err(MISMATCH)),
        ("bad escape", "token=%zz%", Err(MISMATCH)),
        ("non-UTF-8 escape", "token=%ff%fe", Err(MISMATCH)),
    ];
    for (what, query, wanted) in cases {
        assert_eq!(role(&verifier, &NO_HEADERS, Some(query)), wanted, "{what}");
    }
}

#[test]
fn every_role_is_told() {
    let [old, new, next] = ["old", "new", "next"].map(|text| format!("{text}-{TOKEN}"));
    let ring = Keyring::new(secret(&old).labelled("2025").unwrap(), NOW).ring;
    let ring = ring.rotate(secret(&new), HOUR, NOW).unwrap().ring.stage(secret(&next), NOW).unwrap().ring;
    let verifier = BearerVerifier::new(ring.clone(), 0);
    let check = |token: &str, at| verifier.check_token(token.as_bytes(), at);

    let previous = check(&old, NOW).unwrap();
    assert_eq!((previous.role(), previous.key_expires_at()), (Role::Previous, Some(NOW.plus(HOUR))));
    assert_eq!((previous.key_label(), previous.generation(), previous.by_query()), (Some("2025"), 3, false));
    let current = check(&new, NOW).unwrap();
    assert_eq!((current.role(), current.key_expires_at(), current.key_label()), (Role::Current, None, None));
    assert_eq!(current.key(), secret(&new).id());
    assert_eq!(check(&next, NOW).unwrap().role(), Role::Next);
    assert_eq!(check(&old, NOW.plus(HOUR)), Err(MISMATCH));
    assert_eq!(check("", NOW), Err(MISSING));
}

/// S4.10: a new secret, and the previous one is invalid at once.
#[test]
fn s4_10_rotation_without_grace_and_a_ring_without_keys() {
    let shared = SharedKeyring::new(Keyring::new(secret(TOKEN), NOW).ring);
    let verifier = BearerVerifier::new(shared.clone(), 0);
    shared.replace(shared.load().rotate(secret("new"), Duration::ZERO, NOW).unwrap().ring).unwrap();
    assert_eq!(verifier.check_token(TOKEN.as_bytes(), NOW), Err(MISMATCH));
    assert_eq!(verifier.check_token(b"new", NOW).unwrap().role(), Role::Current);

    shared.replace(shared.load().revoke(secret("new").id(), NOW).unwrap().ring).unwrap();
    // Our fault, whatever the request looks like.
    assert_eq!(verifier.check_token(b"new", NOW), Err(Rejection::NoLiveKey));
    assert_eq!(role(&verifier, &NO_HEADERS, None), Err(Rejection::NoLiveKey));
}

#[test]
fn answers_say_nothing_and_labels_are_stable() {
    let told = [
        (MISSING, "missing_token", 401),
        (AMBIGUOUS, "ambiguous_token", 401),
        (Rejection::Malformed(Field::Token), "malformed_token", 401),
        (MISMATCH, "token_mismatch", 401),
        (Rejection::Busy, "busy", 503),
        (Rejection::NoLiveKey, "no_live_key", 500),
    ];
    for (rejection, code, status) in told {
        assert_eq!((rejection.code(), rejection.status()), (code, status));
        assert_eq!(rejection.public_message() == Rejection::Mismatch.public_message(), status == 401);
    }
}

/// M1, M3: the token is in no text that a log could catch.
#[test]
fn m1_nothing_shows_the_token() {
    let verifier = over(TOKEN).allow_query("token");
    let url = format!("https://hooks.example.test/h/wf_12?token={TOKEN}&v=2");
    let accepted = verifier.check_at(&NO_HEADERS, url.split_once('?').map(|(_, query)| query), NOW);
    let texts = [
        format!("{verifier:?} {accepted:?} {:?}", secret(TOKEN)),
        format!("{MISMATCH} {MISMATCH:?} {}", MISMATCH.public_message()),
        redact_query(&url, "token"),
    ];
    for text in texts {
        assert!(!text.contains(TOKEN) && !text.contains(&TOKEN[..10]), "{text}");
    }
    assert_eq!(redact_query(&url, "token"), "https://hooks.example.test/h/wf_12?token=REDACTED&v=2");
}

#[test]
fn redaction() {
    let cases = [
        ("", ""),
        ("https://h/p", "https://h/p"),
        ("https://h/p?v=2", "https://h/p?v=2"),
        ("https://h/token/p?v=token", "https://h/token/p?v=token"),
        ("/p?a=1&token=S&b=2", "/p?a=1&token=REDACTED&b=2"),
        ("/p?token=S&token=S", "/p?token=REDACTED&token=REDACTED"),
        ("/p?t%6Fken=S&v", "/p?t%6Fken=REDACTED&v"),
        ("/p?TOKEN=S", "/p?TOKEN=REDACTED"),
        ("/p?token=", "/p?token=REDACTED"),
        ("/p?token", "/p?token"),
        ("/p?token=S=S?S;S", "/p?token=REDACTED"),
        ("/p?token=S#S", "/p?token=REDACTED"),
        ("/p?a=1;token=S", "/p?a=1;token=REDACTED"),
        ("/p?a=1?token=S", "/p?a=1?token=REDACTED"),
        ("/p#token=S", "/p#token=REDACTED"),
        ("token=S&v=é", "token=REDACTED&v=é"),
        ("?token=é€%ff", "?token=REDACTED"),
        ("/p?tokens=1&xtoken=2&%=3&%zz=4&to%ken=5", "/p?tokens=1&xtoken=2&%=3&%zz=4&to%ken=5"),
        ("/é?é=1&token=S", "/é?é=1&token=REDACTED"),
    ];
    for (url, wanted) in cases {
        assert_eq!(redact_query(url, "token"), wanted, "{url}");
    }
    assert_eq!(redact_query("/p?schlüssel=S&schl%C3%BCssel=S", "schlüssel"), "/p?schlüssel=REDACTED&schl%C3%BCssel=REDACTED");
}

proptest! {
    #[test]
    fn any_bytes_give_a_verdict(header in prop::collection::vec(any::<u8>(), 0..64), query in "\\PC{0,64}", name in "\\PC{0,8}") {
        let verifier = over(TOKEN).allow_query(&name);
        let headers = [("Authorization", header.as_slice())];
        prop_assert!(verifier.check_at(&headers, Some(&query), NOW).is_err());
        prop_assert!(verifier.check_at(&NO_HEADERS, Some(&query), NOW).is_err());
        prop_assert!(verifier.check_token(&header, NOW).is_err());
        let _ = redact_query(&query, &name);
    }

    /// Whatever stands around it: a token that would be accepted is not in the redacted URL.
    #[test]
    fn what_is_accepted_is_redacted(before in "[a-z=%&;?#+]{0,12}", after in "[a-z=%&;?#+]{0,12}", name in "token|t%6fken|%74oken") {
        let query = format!("{before}&{name}={TOKEN}&{after}");
        let accepted = over(TOKEN).allow_query("token").check_at(&NO_HEADERS, Some(&query), NOW);
        prop_assume!(accepted.is_ok());
        for url in [query.clone(), format!("/p?{query}"), format!("https://h/?{query}#x")] {
            let redacted = redact_query(&url, "token");
            prop_assert!(!redacted.contains(TOKEN), "{}", redacted);
            prop_assert_eq!(redacted, url.replace(TOKEN, "REDACTED"));
        }
    }

    /// A stored hash and the secret itself give the same verdict.
    #[test]
    fn a_hash_and_its_secret_agree(text in "[!-~]{32,64}", presented in "[!-~]{0,64}") {
        let hashed = BearerVerifier::new(Keyring::new(Sha256Hash::of(&secret(&text)).unwrap(), NOW).ring, 0);
        let plain = over(&text);
        for token in [&text, &presented] {
            let verdict = |result: Result<hookring::Presented, Rejection>| result.map(|presented| presented.role());
            prop_assert_eq!(
                verdict(hashed.check_token(token.as_bytes(), NOW)),
                verdict(plain.check_token(token.as_bytes(), NOW))
            );
        }
    }
}

/// Trigger URLs of the form `/{workflow}/{token}` over one master secret.
#[test]
fn derived_url_tokens_follow_their_master() {
    let master = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring);
    let derived = |workflow| {
        let recipe = Derivation::labelled("url token", &[workflow]).unwrap();
        Derived::new(master.clone(), recipe)
    };
    let verifier = BearerVerifier::new(derived("workflow-1"), 0);
    let text = |workflow| derived(workflow).current_token().unwrap();
    let check = |token: &str, at| verifier.check_token(token.as_bytes(), at).map(|presented| presented.role());

    let old = text("workflow-1");
    assert!(old.len() == 43 && old.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    assert_eq!(check(&old, NOW), Ok(Role::Current));
    assert_eq!(check(&text("workflow-2"), NOW), Err(MISMATCH));

    master.replace(master.load().rotate(Secret::generate(SecretFormat::Utf8).unwrap(), HOUR, NOW).unwrap().ring).unwrap();
    assert_eq!(check(&text("workflow-1"), NOW), Ok(Role::Current));
    assert_eq!(check(&old, NOW), Ok(Role::Previous));
    assert_eq!(check(&old, NOW.plus(HOUR)), Err(MISMATCH));
    let leaked = master.load().live(NOW).nth(1).map(|live| live.key.id()).unwrap();
    master.replace(master.load().revoke(leaked, NOW).unwrap().ring).unwrap();
    assert_eq!(check(&old, NOW), Err(MISMATCH));
}

/// A stored key that counts its checks and can stop in one of them.
struct Counted {
    text: String,
    slow: bool,
    checks: Arc<AtomicUsize>,
    /// Two barriers for a token that starts with `wait`: entered, and may go on.
    gate: Arc<(Barrier, Barrier)>,
}

impl Counted {
    fn new(text: &str, slow: bool) -> Self {
        Self { text: text.into(), slow, checks: Arc::default(), gate: Arc::new((Barrier::new(1), Barrier::new(1))) }
    }

    /// With room for this many threads to wait in it, and one that lets them go on.
    fn with_gate(text: &str, threads: usize) -> Self {
        let gate = Arc::new((Barrier::new(threads + 1), Barrier::new(threads + 1)));
        Self { gate, ..Self::new(text, true) }
    }
}

impl Key for Counted {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_record("counted", self.text.as_bytes())
    }
}

impl PresentedKey for Counted {
    fn matches(&self, presented: &[u8]) -> bool {
        self.checks.fetch_add(1, Ordering::SeqCst);
        if presented.starts_with(b"wait") {
            self.gate.0.wait();
            self.gate.1.wait();
        }
        assert!(presented != b"panic", "a bug in a foreign hash");
        presented == self.text.as_bytes()
    }
    fn is_slow(&self) -> bool {
        self.slow
    }
}

fn checks(counter: &AtomicUsize) -> usize {
    counter.swap(0, Ordering::SeqCst)
}

#[test]
fn all_fast_keys_are_tried_and_the_first_match_counts() {
    let keys = ["a", "b", "c"].map(|text| Counted::new(text, false));
    let counters = keys.each_ref().map(|key| Arc::clone(&key.checks));
    let [a, b, c] = keys;
    let ring = Keyring::new(a, NOW).ring.rotate(b, HOUR, NOW).unwrap().ring.stage(c, NOW).unwrap().ring;
    let verifier = BearerVerifier::new(ring, 0);
    for token in ["a", "b", "c", "d"] {
        let found = verifier.check_token(token.as_bytes(), NOW).is_ok();
        assert_eq!(found, token != "d");
        assert_eq!(counters.each_ref().map(|counter| checks(counter)), [1, 1, 1], "{token}");
    }
    assert!(verifier.check_token(&[b'x'; 4097], NOW).is_err());
    assert_eq!(counters.each_ref().map(|counter| checks(counter)), [0, 0, 0], "too long to be looked at");
}

#[test]
fn a_match_of_a_slow_key_is_remembered() {
    let key = Counted::new("good", true);
    let counter = Arc::clone(&key.checks);
    let ring = Keyring::new(key, NOW).ring;
    let verifier = BearerVerifier::new(ring.clone(), 1);
    let check = |token: &str| verifier.check_token(token.as_bytes(), NOW).map(|presented| presented.role());

    assert_eq!((check("good"), checks(&counter)), (Ok(Role::Current), 1));
    assert_eq!((check("good"), checks(&counter)), (Ok(Role::Current), 0));
    // A guess is not remembered, neither as right nor as wrong.
    assert_eq!((check("guess"), checks(&counter)), (Err(MISMATCH), 1));
    assert_eq!((check("guess"), checks(&counter)), (Err(MISMATCH), 1));
    assert_eq!((check("good"), checks(&counter)), (Ok(Role::Current), 0));
    // A clone shares what is remembered; another verifier does not.
    assert!(verifier.clone().check_token(b"good", NOW).is_ok());
    assert_eq!(checks(&counter), 0);
    assert!(BearerVerifier::new(ring, 1).check_token(b"good", NOW).is_ok());
    assert_eq!(checks(&counter), 1);
}

#[test]
fn a_remembered_match_counts_only_while_its_key_is_live() {
    let (old, new) = (Counted::new("old", true), Counted::new("new", true));
    let (of_old, of_new) = (Arc::clone(&old.checks), Arc::clone(&new.checks));
    let old = Arc::new(old);
    let before = Keyring::new(Arc::clone(&old), NOW).ring;
    let shared = SharedKeyring::new(before.clone());
    let verifier = BearerVerifier::new(shared.clone(), 1);
    let check = |token: &str, at| verifier.check_token(token.as_bytes(), at).map(|presented| presented.role());

    assert_eq!(check("old", NOW), Ok(Role::Current));
    shared.replace(before.rotate(new, HOUR, NOW).unwrap().ring).unwrap();
    // The key only has another role now.
    assert_eq!(check("old", NOW), Ok(Role::Previous));
    assert_eq!((checks(&of_old), checks(&of_new)), (1, 0));

    // Its deadline passes: the memory does not outlive it.
    assert_eq!(check("old", NOW.plus(HOUR)), Err(MISMATCH));
    assert_eq!((checks(&of_old), checks(&of_new)), (0, 1));
    // It was dropped and not only passed over: the next time the key is asked again.
    assert_eq!(check("old", NOW), Ok(Role::Previous));
    assert_eq!(checks(&of_old), 1);

    shared.replace(shared.load().revoke(old.id(), NOW).unwrap().ring).unwrap();
    assert_eq!(check("old", NOW), Err(MISMATCH));
    assert_eq!(checks(&of_old), 0);
}

#[test]
fn slow_checks_beyond_the_bound_are_busy_and_known_callers_are_not() {
    let key = Counted::with_gate("good", 2);
    let (counter, gate) = (Arc::clone(&key.checks), Arc::clone(&key.gate));
    let verifier = BearerVerifier::new(Keyring::new(key, NOW).ring, 2);
    assert!(verifier.check_token(b"good", NOW).is_ok());
    checks(&counter);

    thread::scope(|scope| {
        let guesses = ["wait-1", "wait-2"].map(|token| {
            let verifier = &verifier;
            scope.spawn(move || verifier.check_token(token.as_bytes(), NOW))
        });
        gate.0.wait();
        // Both slots are taken now, until the gate opens.
        assert_eq!(verifier.check_token(b"guess", NOW), Err(Rejection::Busy));
        assert_eq!(verifier.clone().check_token(b"guess", NOW), Err(Rejection::Busy));
        assert_eq!(checks(&counter), 2);
        assert!(verifier.check_token(b"good", NOW).is_ok(), "who was let in before needs no slot");
        gate.1.wait();
        for guess in guesses {
            assert_eq!(guess.join().unwrap(), Err(MISMATCH));
        }
    });
    assert_eq!(verifier.check_token(b"guess", NOW), Err(MISMATCH));
}

#[test]
fn zero_slots_refuse_every_slow_check() {
    let verifier = BearerVerifier::new(Keyring::new(Counted::new("good", true), NOW).ring, 0);
    assert_eq!(verifier.check_token(b"good", NOW), Err(Rejection::Busy));
    // What is no token never takes a slot.
    assert_eq!(verifier.check_token(b"", NOW), Err(MISSING));
    assert_eq!(verifier.check_token(&[b'x'; 4097], NOW), Err(MISMATCH));
}

#[test]
fn fast_keys_come_first_and_need_no_slot() {
    let (slow, fast) = (Counted::new("slow", true), Counted::new("fast", false));
    let counter = Arc::clone(&slow.checks);
    let ring = Keyring::new(slow, NOW).ring.stage(fast, NOW).unwrap().ring;
    let verifier = BearerVerifier::new(ring, 0);
    assert_eq!(verifier.check_token(b"fast", NOW).unwrap().role(), Role::Next);
    assert_eq!(checks(&counter), 0);
    assert_eq!(verifier.check_token(b"slow", NOW), Err(Rejection::Busy));
}

#[test]
fn a_key_that_is_revoked_during_its_check_is_not_accepted() {
    let key = Arc::new(Counted::with_gate("wait-good", 1));
    let shared = SharedKeyring::new(Keyring::new(Arc::clone(&key), NOW).ring);
    let verifier = BearerVerifier::new(shared.clone(), 1);
    thread::scope(|scope| {
        let check = scope.spawn(|| verifier.check_token(b"wait-good", NOW));
        key.gate.0.wait();
        shared.replace(shared.load().replace_compromised(Counted::new("new", true), NOW).unwrap().ring).unwrap();
        key.gate.1.wait();
        assert_eq!(check.join().unwrap(), Err(MISMATCH));
    });
    assert_eq!(verifier.check_token(b"new", NOW).unwrap().role(), Role::Current);
}

#[test]
fn a_panic_in_a_foreign_hash_gives_its_slot_back() {
    let verifier = BearerVerifier::new(Keyring::new(Counted::new("good", true), NOW).ring, 1);
    let panicked = thread::scope(|scope| scope.spawn(|| verifier.check_token(b"panic", NOW)).join());
    assert!(panicked.is_err());
    assert!(verifier.check_token(b"good", NOW).is_ok());
}

#[test]
fn tenants_share_the_bound_and_do_not_share_secrets() {
    let keys = [Counted::with_gate("a", 1), Counted::new("b", true)];
    let [of_a, of_b] = keys.each_ref().map(|key| Arc::clone(&key.checks));
    let gate = Arc::clone(&keys[0].gate);
    let [a, b] = keys.map(|key| Keyring::new(key, NOW).ring);
    let shared = BearerVerifier::per_tenant(1).allow_query("token");
    let check = |ring: &Keyring<Counted>, token: &str| {
        shared.with_keys(ring).check_at(&NO_HEADERS, Some(&format!("token={token}")), NOW).map(|presented| presented.role())
    };

    assert_eq!((check(&a, "a"), check(&b, "b")), (Ok(Role::Current), Ok(Role::Current)));
    assert_eq!((check(&a, "a"), check(&b, "b")), (Ok(Role::Current), Ok(Role::Current)));
    assert_eq!((checks(&of_a), checks(&of_b)), (1, 1), "each is remembered beside the other");
    assert_eq!((check(&a, "b"), check(&b, "a")), (Err(MISMATCH), Err(MISMATCH)));

    thread::scope(|scope| {
        let guess = scope.spawn(|| check(&a, "wait"));
        gate.0.wait();
        assert_eq!(check(&b, "guess"), Err(Rejection::Busy));
        assert_eq!(check(&b, "b"), Ok(Role::Current));
        gate.1.wait();
        assert_eq!(guess.join().unwrap(), Err(MISMATCH));
    });
}

/// The whole way with the real hash: a DVS-like store, rotated, checked by many threads.
#[cfg(feature = "bcrypt")]
#[test]
fn bcrypt_behind_a_bearer_verifier() {
    use hookring::BcryptHash;
    let (old, new) = (Secret::generate(SecretFormat::Base64Url).unwrap(), Secret::generate(SecretFormat::Base64Url).unwrap());
    let ring = Keyring::new(BcryptHash::of(&old, 10).unwrap(), NOW).ring;
    let ring = ring.rotate(BcryptHash::of(&new, 10).unwrap(), HOUR, NOW).unwrap().ring;
    let verifier = BearerVerifier::new(ring, 1);
    assert_eq!(verifier.check_token(new.reveal().as_bytes(), NOW).unwrap().role(), Role::Current);
    assert_eq!(verifier.check_token(old.reveal().as_bytes(), NOW).unwrap().role(), Role::Previous);
    thread::scope(|scope| {
        for _ in 0..4 {
            // Remembered: with one slot, some of these would be busy otherwise.
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(verifier.check_token(old.reveal().as_bytes(), NOW).is_ok());
                }
            });
        }
    });
    let long = [b'x'; 72];
    assert_eq!(verifier.check_token(&long, NOW), Err(MISMATCH));
}

/// A secret in another place than `Authorization: Bearer` is looked for there and nowhere else.
#[test]
fn carriers() {
    use Carrier::{Basic, Header, Query};
    let secret = "a secret: of 32 characters or so";
    let basic = |user: &str| format!("Basic {}", Base64::encode_string(format!("{user}:{secret}").as_bytes()));
    let missing = Err(Rejection::Missing(Field::Token));
    let twice = Err(Rejection::Ambiguous(Field::Token));
    let wrong = Err(Rejection::TokenMismatch);
    type Pairs<'a> = Vec<(&'a str, String)>;
    type Case<'a> = (Carrier<'a>, Pairs<'a>, Option<String>, Result<Role, Rejection>);
    let own: fn(&str) -> Pairs<'static> = |value| vec![("X-Hook-Token", value.to_owned())];
    let auth: fn(String) -> Pairs<'static> = |value| vec![("authorization", value)];
    let ok = Ok(Role::Current);
    let cases: Vec<Case<'_>> = vec![
        (Header("x-hook-token"), own(secret), None, ok),
        (Header("X-Hook-Token"), own(&format!("  {secret}\t")), None, ok),
        (Header("x-hook-token"), own(""), None, missing),
        (Header("x-hook-token"), vec![], Some(format!("token={secret}")), missing),
        (Header("x-hook-token"), auth(format!("Bearer {secret}")), None, missing),
        (Header("x-hook-token"), own(&secret[1..]), None, wrong),
        (Header("x-hook-token"), own(&format!("Bearer {secret}")), None, wrong),
        (Header("x-hook-token"), [own(secret), own(secret)].concat(), None, twice),
        (Header("authorization"), auth(secret.to_owned()), None, ok),
        (Header("authorization"), auth(format!("Bearer {secret}")), None, wrong),
        (Basic { user: None }, auth(basic("anyone")), None, ok),
        (Basic { user: None }, auth(basic("")), None, ok),
        (Basic { user: Some("hooks") }, auth(basic("hooks")), None, ok),
        (Basic { user: Some("hooks") }, auth(basic("hooks").replace("Basic ", "BASIC   ")), None, ok),
        (Basic { user: Some("hooks") }, auth(basic("Hooks")), None, wrong),
        (Basic { user: Some("hooks") }, auth(basic("")), None, wrong),
        (Basic { user: None }, auth(basic("a:b")), None, wrong),
        (Basic { user: None }, auth(format!("Bearer {secret}")), None, missing),
        (Basic { user: None }, auth("Basic".to_owned()), None, missing),
        (Basic { user: None }, auth("Basic ????".to_owned()), None, wrong),
        (Basic { user: None }, auth("Basic dXNlcg==".to_owned()), None, wrong),
        (Basic { user: None }, auth("Basic dXNlcjo=".to_owned()), None, missing),
        (Basic { user: None }, auth(format!("Basic {}", "A".repeat(100_000))), None, wrong),
        (Basic { user: None }, [auth(basic("a")), auth(basic("a"))].concat(), None, twice),
        (Query("key"), vec![], Some(format!("key={}", secret.replace(' ', "%20"))), ok),
        (Query("key"), auth(format!("Bearer {secret}")), None, missing),
        (Query("key"), vec![], Some(format!("token={secret}")), missing),
    ];
    for (carrier, headers, query, wanted) in cases {
        let secret = Secret::parse(secret, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
        let verifier = BearerVerifier::new(Keyring::new(secret, NOW).ring, 0).carried_by(carrier).unwrap();
        let verdict = verifier.check_at(&headers, query.as_deref(), NOW);
        assert_eq!(verdict.as_ref().map(|presented| presented.role()).map_err(|why| *why), wanted, "{carrier:?} {headers:?}");
        assert_eq!(verdict.is_ok_and(|presented| presented.by_query()), wanted.is_ok() && matches!(carrier, Query(_)));
    }
    for bad in [Header(""), Header("a b"), Header("a:"), Query(""), Basic { user: Some("a:b") }, Basic { user: Some("a\n") }] {
        let ring = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring;
        assert!(matches!(BearerVerifier::new(ring, 0).carried_by(bad), Err(SetupError::Scheme(_))), "{bad:?}");
    }
}

/// The parameter of a carrier goes when another carrier replaces it.
#[test]
fn a_replaced_carrier_leaves_nothing_behind() {
    let ring = Keyring::new(secret(TOKEN), NOW).ring;
    let verifier = BearerVerifier::new(ring, 0).carried_by(Carrier::Query("key")).unwrap();
    let query = format!("key={TOKEN}");
    assert!(verifier.check_at(&NO_HEADERS, Some(&query), NOW).is_ok());
    let verifier = verifier.carried_by(Carrier::Bearer).unwrap();
    assert_eq!(verifier.check_at(&NO_HEADERS, Some(&query), NOW), Err(Rejection::Missing(Field::Token)));
    let verifier = verifier.allow_query("key").carried_by(Carrier::Header("x-token")).unwrap();
    assert!(verifier.check_at(&NO_HEADERS, Some(&query), NOW).is_ok(), "what was allowed beside it stays");
    assert_eq!(verifier.carried_by(Carrier::Query("token")).unwrap_err(), SetupError::TwoQueryParameters);
}

/// What a proof says is what the page of the receiver says.
#[test]
fn a_proof_and_the_status_name_the_same_key() {
    let ring = Keyring::new(secret(TOKEN).labelled("2026").unwrap(), NOW).ring;
    let verifier = BearerVerifier::new(ring.clone(), 0);
    let presented = verifier.check_token(TOKEN.as_bytes(), NOW).unwrap();
    assert_eq!(presented.key(), ring.current().unwrap().id());
    assert_eq!((presented.key_label(), presented.key_expires_at(), presented.generation()), (Some("2026"), None, 1));
    assert_eq!((verifier.status(NOW).keys, verifier.status(NOW).duty), (ring.status(NOW).keys, hookring::Duty::Receiver));
}
