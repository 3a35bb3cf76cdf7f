//! Which secrets the policies refuse, and that they refuse no random one.

use hookring::SecretFormat::{self, Base64, Hex, Utf8, Whsec};
use hookring::{Secret, SecretError, SecretPolicy};

fn check(text: &str, format: SecretFormat, policy: &SecretPolicy) -> Result<(), SecretError> {
    Secret::parse(text, format, policy).map(|_| ())
}

/// Lines of format, tab, text.
fn lines(data: &'static str) -> impl Iterator<Item = (SecretFormat, &'static str)> {
    data.lines().filter(|line| !line.starts_with("# ")).map(|line| {
        let (format, text) = line.split_once('\t').unwrap();
        let formats = [("Utf8", Utf8), ("Hex", Hex), ("Base64", Base64), ("Whsec", Whsec)];
        (formats.iter().find(|(name, _)| *name == format).unwrap().1, text)
    })
}

fn weak() -> impl Iterator<Item = (SecretFormat, &'static str)> {
    lines(include_str!("data/weak_secrets.txt"))
}

#[test]
fn strict_refuses_all_weak_secrets_however_long() {
    let passed: Vec<_> = weak().filter(|(format, text)| check(text, *format, &SecretPolicy::strict()).is_ok()).collect();
    assert!(passed.is_empty(), "{passed:#?}");
    assert!(weak().count() >= 200);
    for (format, text) in weak() {
        let bare = text.trim_start_matches("whsec_").trim_end_matches('=');
        assert!(bare.len() >= if format == Hex { 64 } else { 43 }, "{text}");
    }
}

#[test]
fn provider_refuses_what_is_a_stand_in_too() {
    let provider = SecretPolicy::provider();
    for text in [
        "development_secret",
        "changeme",
        "changemechangemechangemechangemechangeme",
        &"a".repeat(64),
        &"0".repeat(64),
        &"0123456789abcdef".repeat(4),
        "xK9#mQ2$",
        "dev-secret",
        "Dev-Secret",
        "password",
        "passwordpasswordpassword",
        "password1234567890password",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz",
        "00000000000000000000000000000001",
        "my-secret-key-0000000000000000",
        "your-webhook-secret-here",
        "whsec_changeme",
        "whsec_placeholderplaceholder",
        "secretsecretsecretsecretsecret",
        "test_secret_test_secret_test_secret",
        "6ad050d561cd25ee",
    ] {
        assert!(check(text, Utf8, &provider).is_err(), "{text}");
    }
    for (format, text) in [
        (Hex, "000102030405060708090a0b0c0d0e0f"),
        (Hex, "70617373776f726470617373776f7264"),
        (Hex, "6ad050d561cd25ee"),
        (Base64, "c2VjcmV0c2VjcmV0c2VjcmV0"),
        (Base64, "AAAAAAAAAAAAAAAAAAAAAA=="),
        (Whsec, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="),
    ] {
        assert!(check(text, format, &provider).is_err(), "{text}");
    }
}

#[test]
fn provider_accepts_what_providers_issue() {
    for (format, text) in lines(include_str!("data/provider_secrets.txt")) {
        assert_eq!(check(text, format, &SecretPolicy::provider()), Ok(()), "{text}");
    }
}

#[test]
fn strict_accepts_random_secrets_in_every_dress() {
    let strict = SecretPolicy::strict();
    for (format, text) in [
        (Utf8, "7073db85a7c213e856e407817a5db05573565ca18c88eec9102dede5a23ac5ea"),
        (Utf8, "b395c950db4b69a36c3876b8702d579308a91848d992c0640b9d3b6c7477a045"),
        (Hex, "b395c950db4b69a36c3876b8702d579308a91848d992c0640b9d3b6c7477a045"),
        (Hex, "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"),
        (Whsec, "whsec_5uEG2cliNmKmFxb6WuOMim2i5pLqmaPFuIwesFTc4WA="),
        (Utf8, "whsec_5uEG2cliNmKmFxb6WuOMim2i5pLqmaPFuIwesFTc4WA="),
        (Base64, "5uEG2cliNmKmFxb6WuOMim2i5pLqmaPFuIwesFTc4WA"),
        (Utf8, "t587rDxI5vR1Z2YTcATceg-NVlFLx-dyROT6oY-kiYY"),
        (Utf8, "hookring-production-webhook-signing-secret-b395c950db4b69a36c3876b8702d579308a91848d992c0640b9d3b6c7477a045"),
        (Utf8, "prod-webhook-signing-secret-t587rDxI5vR1Z2YTcATceg-NVlFLx-dyROT6oY-kiYY"),
        // Base64 of 64 random hexadecimal digits.
        (Base64, "YjM5NWM5NTBkYjRiNjlhMzZjMzg3NmI4NzAyZDU3OTMwOGE5MTg0OGQ5OTJjMDY0MGI5ZDNiNmM3NDc3YTA0NQ=="),
        (Utf8, "U6vHNkqDeM7PZy2XfW9hQgLrJtBcAa4E8sRnY3wKTx5"),
        (Utf8, "QX3TJ5ZKN7VW2RMLC6YBA4HGEUDPSOF7I3XQK5TZNJ2WVRMCLB6Y"),
        (Utf8, "v{9Q#k;W2x]Lm<8&Zt@4Rp!7Yh^3Nc*6Bf%5Gj+Ud>Ts(1"),
    ] {
        assert_eq!(check(text, format, &strict), Ok(()), "{text}");
    }
    assert_eq!(
        check("6ad050d561cd25ee79202acc54e25103", Utf8, &strict),
        Err(SecretError::TooShort { bits: 128, minimum: 256 })
    );
    assert_eq!(check("6ad050d561cd25ee79202acc54e25103", Hex, &strict), Err(SecretError::TooShort { bits: 128, minimum: 256 }));
}

#[test]
fn denied_words() {
    let random = "b395c950db4b69a36c3876b8702d579308a91848d992c0640b9d3b6c7477a045";
    let policy = SecretPolicy::strict().deny("Northwind").deny("tiny").deny(random);
    let placeholder = Err(SecretError::Placeholder);
    assert_eq!(check(&format!("x-northWIND-{random}"), Utf8, &policy), placeholder);
    assert_eq!(check(&random.to_uppercase(), Utf8, &policy), placeholder);
    assert_eq!(check("TINY", Utf8, &policy), placeholder);
    assert_eq!(check("whsec_tiny", Utf8, &policy), placeholder);
    let other = "7073db85a7c213e856e407817a5db05573565ca18c88eec9102dede5a23ac5ea";
    assert_eq!(check(&format!("tiny-{other}"), Utf8, &policy), Ok(()));
    // A placeholder is named as such even where it is too short as well, and in an encoding.
    for text in ["dev-secret", "DEV-SECRET", "changeme", "xxChangeMexx"] {
        assert_eq!(check(text, Utf8, &SecretPolicy::strict()), placeholder, "{text}");
    }
    assert_eq!(check(&format!("dev-secret-{other}"), Utf8, &policy), Ok(()));
    assert_eq!(check("bm9ydGh3aW5kLTdiMmU5ZDQxYzBmNi1rN1FkM0xtOXhXMnBWNXRS", Base64, &policy), placeholder);
    // The words may be names of customers.
    assert_eq!(format!("{policy:?}"), "SecretPolicy { level: Strict, denied: 3 }");
}

#[test]
fn any_strength_refuses_only_the_empty_secret_and_denied_words() {
    let any = SecretPolicy::dangerous_any_strength();
    for text in ["x", "changeme", "dev-secret", "aaaa"] {
        assert_eq!(check(text, Utf8, &any), Ok(()));
    }
    assert!(check("", Utf8, &any).is_err());
    assert!(check("whsec_", Whsec, &any).is_err());
    assert_eq!(check("aaaa", Utf8, &any.deny("AAAA")), Err(SecretError::Placeholder));
}

#[test]
fn the_longest_secrets_are_judged_like_others() {
    let mut state = 1_u64;
    let mut digit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from_digit((state >> 60) as u32, 16).unwrap()
    };
    let random: String = (0..4096).map(|_| digit()).collect();
    assert_eq!(check(&random, Utf8, &SecretPolicy::strict()), Ok(()));
    assert_eq!(check(&random, Hex, &SecretPolicy::strict()), Ok(()));
    let (half, _) = random.split_at(2048);
    assert!(matches!(check(&half.repeat(2), Utf8, &SecretPolicy::strict()), Err(SecretError::Repetitive { percent: 50 })));
}

#[test]
fn a_huge_secret_is_refused_at_once() {
    let huge = "7073db85a7c213e8".repeat(10 << 16);
    for policy in [SecretPolicy::strict(), SecretPolicy::provider(), SecretPolicy::dangerous_any_strength()] {
        assert_eq!(check(&huge, Utf8, &policy), Err(SecretError::TooLong { bytes: huge.len(), maximum: 4096 }));
    }
}

/// With its numbers blotted out, every message is one of a fixed set, so none holds a part of the secret.
#[test]
fn no_error_shows_the_secret() {
    let blot = |text: String| text.chars().map(|char| if char.is_ascii_digit() { '#' } else { char }).collect::<String>();
    let mut messages = Vec::new();
    for (format, text) in weak().chain([(Utf8, "xK9#mQ2$"), (Utf8, "")]) {
        for policy in [SecretPolicy::strict(), SecretPolicy::provider()] {
            if let Err(error) = check(text, format, &policy) {
                assert!(text.is_empty() || !format!("{error} {error:?}").contains(text));
                messages.push(blot(error.to_string()).replace("##", "#").replace("##", "#"));
            }
        }
    }
    messages.sort();
    messages.dedup();
    let expected = [
        "# % of the secret is repeats, runs or keyboard walks: generate one, `openssl rand -hex #` or `Secret::generate`, or let the provider issue one",
        "the secret has # different characters, # are needed: generate one, `openssl rand -hex #` or `Secret::generate`, or let the provider issue one",
        "the secret has room for # bits, # are needed: generate one, `openssl rand -hex #` or `Secret::generate`, or let the provider issue one",
        "the secret is a placeholder or contains a denied word: generate one, `openssl rand -hex #` or `Secret::generate`, or let the provider issue one",
        "the secret is empty",
        "words, repeats and runs leave the secret about # bits, # are needed: generate one, `openssl rand -hex #` or `Secret::generate`, or let the provider issue one",
    ];
    assert_eq!(messages, expected);
}
