//! Secrets on their way in leave nothing behind in freed memory: files, the environment, texts that are refused, tokens.
//!
//! A test binary of its own, because it replaces the allocator: every block is searched when it is freed. The environment
//! itself and the caller's copies are beyond what a library can wipe.

#[path = "support/searching.rs"]
mod searching;

use core::hint::black_box;
use core::time::Duration;
use std::collections::HashSet;

use base64ct::{Base64, Encoding as _};
use hookring::*;
use searching::{all_wiped, finds};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const TEXT: &str = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab91";
const OTHER: &str = "Xk2_zQ9vLr7-Wd4TfYb1GhNc8MpSaJe6";
const KEY: [u8; 32] = *b"\xd9\x01\x7c\x3e\xaa\x52\x18\xf4\x66\x0b\x91\xc5\x2d\x73\xe8\x4f\x3a\xbe\x07\x5d\xf2\x89\x14\xc0\x6e\xb3\x48\x9d\x25\xfa\x61\x87";
const ANY: SecretPolicy = SecretPolicy::dangerous_any_strength();
const NO_HEADERS: [(&str, &str); 0] = [];

#[test]
fn a_planted_copy_is_found() {
    assert_eq!(finds(&[TEXT.as_bytes()], || drop(black_box(TEXT.to_owned()))), (1, 1));
    assert_eq!(finds(&[TEXT.as_bytes()], || drop(black_box(OTHER.to_owned()))), (0, 1));
    // Eight bytes in the middle of a block are enough.
    assert_eq!(finds(&[TEXT.as_bytes()], || drop(black_box(format!("before {} after", &TEXT[9..17])))).0, 1);
}

#[test]
fn m4_a_file_that_was_read() {
    let path = std::env::temp_dir().join(format!("hookring-wiping-{}", std::process::id()));
    for (contents, good) in [
        (format!("{TEXT}\n"), true),
        (format!("{TEXT}\n\n"), false),
        (format!(" {TEXT}"), false),
        (TEXT.repeat(200), false),
        (format!("{TEXT}\u{85}"), false),
    ] {
        std::fs::write(&path, contents).unwrap();
        all_wiped(&[TEXT.as_bytes()], || {
            assert_eq!(Secret::from_file(&path, SecretFormat::Utf8, &ANY).is_ok(), good);
        });
    }
    // Not Unicode.
    std::fs::write(&path, [TEXT.as_bytes(), b"\xff"].concat()).unwrap();
    all_wiped(&[TEXT.as_bytes()], || assert!(Secret::from_file(&path, SecretFormat::Utf8, &ANY).is_err()));
    std::fs::remove_file(path).unwrap();
}

/// Cargo sets this variable for every test, so nothing has to change the environment of a process with threads.
#[test]
fn a_variable_that_was_read() {
    let name = "CARGO_PKG_DESCRIPTION";
    let value = std::env::var(name).unwrap();
    all_wiped(&[value.as_bytes()], || drop(Secret::from_env(name, SecretFormat::Utf8, &ANY).unwrap()));
    for format in [SecretFormat::Hex, SecretFormat::Base64, SecretFormat::Whsec] {
        all_wiped(&[value.as_bytes()], || assert!(Secret::from_env(name, format, &ANY).is_err()));
    }
    let ring = RingFromEnv::new(name).previous(name, "CARGO_PKG_NAME");
    all_wiped(&[value.as_bytes()], || {
        assert!(Keyring::from_env(&ring, SecretFormat::Utf8, &ANY, NOW).is_err(), "one key twice, until no time");
    });
}

/// Each text as it should be, and damaged in every way that has an error of its own, under every format and policy.
#[test]
fn texts_that_are_refused() {
    let base64 = Base64::encode_string(&KEY);
    let texts = [
        TEXT.to_owned(),
        hex::encode(KEY),
        base64.clone(),
        format!("whsec_{base64}"),
        format!("v1,whsec_{base64}"),
        format!("{TEXT}&amp;{OTHER}&quot;"),
    ];
    let damage: [fn(&str) -> String; 10] = [
        |text| text.to_owned(),
        |text| format!("{text}\n"),
        |text| format!(" {text}"),
        |text| format!("\u{feff}{text}"),
        |text| format!("v1,{text}"),
        |text| format!("{text}?"),
        |text| format!("{text}="),
        |text| text.repeat(200),
        |text| text[..text.len() - 1].to_owned(),
        |text| text[..12].to_owned(),
    ];
    let formats = [
        SecretFormat::Utf8,
        SecretFormat::Hex,
        SecretFormat::Base64,
        SecretFormat::Base64Url,
        SecretFormat::Whsec,
        SecretFormat::V1Whsec,
        SecretFormat::HtmlText,
        #[cfg(feature = "sha1")]
        SecretFormat::Sha1OfText,
    ];
    let (mut refused, mut accepted) = (HashSet::new(), 0);
    for text in &texts {
        for damaged in damage.map(|damage| damage(text)) {
            for format in formats {
                for policy in [SecretPolicy::strict(), SecretPolicy::provider(), ANY] {
                    let mut error = None;
                    // `whsec_` is not secret, and stands in constants.
                    let secret = damaged.trim_start_matches("v1,").trim_start_matches("whsec_");
                    let (found, _) =
                        finds(&[secret.as_bytes(), &KEY], || error = Secret::parse(&damaged, format, &policy).err());
                    assert_eq!(found, 0, "{format:?} {error:?}");
                    match error {
                        Some(error) => drop(refused.insert(core::mem::discriminant(&error))),
                        None => accepted += 1,
                    }
                }
            }
        }
    }
    assert!(refused.len() >= 10 && accepted >= 20, "{} kinds of error, {accepted} accepted", refused.len());
}

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &ANY).unwrap()
}

#[test]
fn a_ring_after_a_compromise() {
    all_wiped(&[TEXT.as_bytes(), OTHER.as_bytes()], || {
        let ring: Keyring = Keyring::new(secret(TEXT), NOW).ring.rotate(secret(OTHER), HOUR, NOW).unwrap().ring;
        let staged = ring.stage(secret("one-more-secret-0123456789"), NOW).unwrap().ring;
        let clean = staged.replace_compromised(Secret::generate(SecretFormat::Hex).unwrap(), NOW).unwrap().ring;
        drop((ring, staged));
        assert_eq!(clean.live(NOW).count(), 1);
        // Refused transitions keep nothing either.
        assert!(clean.rotate(secret(TEXT), HOUR, NOW).is_err());
        assert!(clean.rotate(secret(OTHER), HOUR * 9999, NOW).is_err());
    });
}

/// What is presented is decoded into buffers of our own.
#[test]
fn tokens_that_were_decoded() {
    let token = "Tr0ub4dor&3%made up/0123456789";
    let ring = || Keyring::<Secret>::new(secret(token), NOW).ring;
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let query = format!("v=2&token={encoded}");
    let broken = format!("token={encoded}%zz");
    let basic = [("authorization", format!("Basic {}", Base64::encode_string(format!("hooks:{token}").as_bytes())))];
    all_wiped(&[token.as_bytes(), TEXT.as_bytes()], || {
        let by_query = BearerVerifier::new(ring(), 0).allow_query("token");
        assert!(by_query.check_at(&NO_HEADERS, Some(&query), NOW).is_ok());
        assert!(by_query.check_at(&NO_HEADERS, Some(&broken), NOW).is_err());
        let by_password = BearerVerifier::new(ring(), 0).carried_by(Carrier::Basic { user: Some("hooks") }).unwrap();
        assert!(by_password.check_at(&basic, None, NOW).is_ok());
        assert!(by_password.check_at(&[("authorization", "Basic aG9va3M6OGYxNGU0NWZjZWVh")], None, NOW).is_err());
    });
}

#[cfg(feature = "bcrypt")]
#[test]
fn a_secret_that_was_hashed() {
    let long = TEXT.repeat(2);
    all_wiped(&[TEXT.as_bytes(), OTHER.as_bytes()], || {
        let hash = BcryptHash::of(&secret(OTHER), 10).unwrap();
        assert!(hash.matches(OTHER.as_bytes()) && !hash.matches(TEXT.as_bytes()));
        assert!(BcryptHash::of(&secret(&long), 10).is_err() && Sha256Hash::of(&secret(&long)).is_err());
    });
}
