//! What a receiver asks a verifier of tokens besides its verdict.

extern crate std;

use core::time::Duration;

use super::*;
use crate::encoding::SecretFormat;
use crate::key::Fingerprint;
use crate::policy::SecretPolicy;
use crate::secret::Secret;
use crate::share::SharedKeyring;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

/// A stored key like a salted hash: a record of its own for each of two keys of one text.
struct Salted {
    text: &'static str,
    salt: u8,
    slow: bool,
}

impl Key for Salted {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_record("salted", &[self.salt])
    }
}

impl PresentedKey for Salted {
    fn matches(&self, presented: &[u8]) -> bool {
        presented == self.text.as_bytes()
    }
    fn is_slow(&self) -> bool {
        self.slow
    }
}

fn salted(text: &'static str, salt: u8) -> Salted {
    Salted { text, salt, slow: false }
}

#[test]
fn the_first_of_the_keys_that_match_is_told() {
    let ring = |current, previous, next| {
        let ring = Keyring::new(salted(previous, 1), NOW).ring.rotate(salted(current, 2), HOUR, NOW).unwrap().ring;
        ring.stage(salted(next, 3), NOW).unwrap().ring
    };
    let told = |ring: &Keyring<Salted>| BearerVerifier::new(ring.clone(), 0).check_token(b"good", NOW).map(|found| found.key);
    for (current, previous, next) in [
        ("good", "-", "-"),
        ("-", "good", "-"),
        ("-", "-", "good"),
        ("good", "good", "-"),
        ("-", "good", "good"),
        ("good", "-", "good"),
    ] {
        let ring = ring(current, previous, next);
        let first = ring.live(NOW).find(|live| live.key.text == "good").map(|live| live.key.id());
        assert_eq!(told(&ring).ok(), first, "{current} {previous} {next}");
    }
    assert_eq!(told(&ring("-", "-", "-")), Err(Rejection::TokenMismatch));
}

#[test]
fn the_longest_token_is_the_longest_secret() {
    let text = "k3y!".repeat(MAX_TOKEN / 4);
    let verifier = BearerVerifier::new(Keyring::new(secret(&text), NOW).ring, 0);
    assert!(verifier.check_token(text.as_bytes(), NOW).is_ok());
    assert_eq!(verifier.check_token(&[text.as_bytes(), b"x"].concat(), NOW), Err(Rejection::TokenMismatch));
}

#[test]
fn the_setup_is_shown_and_no_key() {
    let verifier = BearerVerifier::new(Keyring::new(secret("guess-me"), NOW).ring, 3).allow_query("token");
    let shown = alloc::format!("{verifier:?}");
    assert_eq!(shown, "BearerVerifier { carried: Bearer, query: Some(\"token\"), slow_at_once: 3, .. }");
}

#[test]
fn the_generation_is_that_of_the_ring() {
    let shared = SharedKeyring::new(Keyring::new(secret("one"), NOW).ring);
    let verifier = BearerVerifier::new(shared.clone(), 0);
    assert_eq!(verifier.generation(), shared.load().generation());
    for text in ["two", "three", "four"] {
        shared.replace(shared.load().rotate(secret(text), HOUR, NOW).unwrap().ring).unwrap();
        assert_eq!(verifier.generation(), shared.load().generation());
    }
    assert!(verifier.generation() > 1);
}

#[cfg(feature = "http-body")]
mod of_a_receiver {
    use super::*;

    #[test]
    fn a_ring_is_slow_while_a_live_key_is() {
        let slow = Salted { slow: true, ..salted("old", 1) };
        let ring = Keyring::new(slow, NOW).ring.rotate(salted("new", 2), HOUR, NOW).unwrap().ring;
        let verifier = BearerVerifier::new(ring, 1);
        assert!(verifier.is_slow(NOW));
        assert!(!verifier.is_slow(NOW.plus(HOUR)));
    }

    #[test]
    fn the_header_is_where_the_token_stands() {
        let verifier = || BearerVerifier::new(Keyring::new(secret("one"), NOW).ring, 0);
        let name = |carrier| {
            let verifier = verifier().carried_by(carrier).unwrap();
            verifier.header().map(|name| alloc::string::String::from(name.as_http().as_str()))
        };
        assert_eq!(name(Carrier::Bearer).as_deref(), Some("authorization"));
        assert_eq!(name(Carrier::Basic { user: None }).as_deref(), Some("authorization"));
        assert_eq!(name(Carrier::Header("X-Hook-Token")).as_deref(), Some("x-hook-token"));
        assert_eq!(name(Carrier::Query("token")), None);
    }

    /// The body may take long. A key that only expired meanwhile was valid when the head came; one that left otherwise was not.
    #[test]
    fn a_key_may_run_out_under_way_but_not_be_taken_away() {
        let first = Keyring::new(secret("old"), NOW).ring.rotate(secret("new"), HOUR, NOW).unwrap().ring;
        let shared = SharedKeyring::new(first.clone());
        let verifier = BearerVerifier::new(shared.clone(), 0);
        let identify =
            |text: &str| verifier.identify(&[("authorization", alloc::format!("Bearer {text}"))], None, NOW).unwrap();
        let ((old, old_key), (new, new_key)) = (identify("old"), identify("new"));
        let end = NOW.plus(HOUR);
        assert!(verifier.still_counts(&old, &old_key, NOW) && verifier.still_counts(&old, &old_key, end));

        let without = first.without_expired(end);
        let after = |ring: &Keyring, presented: &Presented, key: &Identity, now| {
            BearerVerifier::new(ring.clone(), 0).still_counts(presented, key, now)
        };
        assert!(after(&without, &old, &old_key, end));
        assert!(!after(&without, &old, &old_key, end.minus(Duration::from_millis(1))));
        let revoked = first.revoke(old.key, NOW).unwrap().ring;
        assert!(!after(&revoked, &old, &old_key, end));
        assert!(after(&revoked, &new, &new_key, end));
        assert!(!after(&first.revoke(new.key, NOW).unwrap().ring, &new, &new_key, end));
    }
}
