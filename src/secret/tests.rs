//! What becomes a secret, what is refused, and how a secret is named.

use alloc::vec::Vec;

use super::*;
use crate::message::Write;

const ANY: SecretPolicy = SecretPolicy::dangerous_any_strength();

#[track_caller]
fn refuses(text: &str, format: SecretFormat, wanted: SecretError) {
    assert_eq!(Secret::parse(text, format, &ANY).unwrap_err(), wanted, "{text:?}");
}

#[test]
fn each_accident_has_its_own_error() {
    use SecretFormat::{Base64, Hex, Utf8, Whsec};
    for format in [Utf8, Hex, Base64, Whsec] {
        refuses("", format, SecretError::Empty);
        refuses("   ", format, SecretError::Empty);
        refuses("\n", format, SecretError::Empty);
        refuses("whsec_YWJj\n", format, SecretError::LineBreak);
        refuses("whsec_YW\r\nJj", format, SecretError::LineBreak);
        refuses(" whsec_YWJj", format, SecretError::SurroundingBlanks);
        refuses("whsec_YWJj\t", format, SecretError::SurroundingBlanks);
        refuses("whsec_YWJj\u{a0}", format, SecretError::SurroundingBlanks);
        refuses("\u{feff}whsec_YWJj", format, SecretError::ByteOrderMark);
        refuses("v1,whsec_YWJj", format, SecretError::MarkerBeforePrefix);
    }
    refuses("abc", Hex, SecretError::NotHex);
    refuses("0xab", Hex, SecretError::NotHex);
    refuses("YW Jj", Base64, SecretError::NotBase64);
    refuses("YWJ_", Base64, SecretError::UrlSafeBase64);
    refuses("YWJ+", SecretFormat::Base64Url, SecretError::NotBase64Url);
    refuses("YWJjZB==", Base64, SecretError::NotBase64);
    refuses("whsec_YWJ_", Whsec, SecretError::UrlSafeBase64);
    for format in [Hex, Base64, SecretFormat::Base64Url] {
        refuses("whsec_YWJj", format, SecretError::UnexpectedPrefix);
    }
    refuses("YWJj", Whsec, SecretError::MissingPrefix);
    refuses("whsec_", Whsec, SecretError::DecodesToNothing);
    refuses(&"x".repeat(4097), Utf8, SecretError::TooLong { bytes: 4097, maximum: 4096 });
    assert_eq!(Secret::parse(&"x".repeat(4096), Utf8, &ANY).unwrap().key_len(), 4096);
}

/// `v1,whsec_…` as text would be another key than the one that is meant; a foreign secret may have the letters anywhere.
#[test]
fn a_prefix_with_something_in_front_is_an_accident_unless_the_secret_is_any_text() {
    use SecretFormat::{Base64, Hex, Utf8, Whsec};
    for format in [Hex, Base64, Whsec] {
        refuses("abcdwhsec_YWJj", format, SecretError::MarkerBeforePrefix);
    }
    refuses("abcd,whsec_YWJj", Utf8, SecretError::MarkerBeforePrefix);
    for text in ["abcdwhsec_YWJj", "whsec_YWJj", "wh,sec_"] {
        assert_eq!(Secret::parse(text, Utf8, &ANY).unwrap().key_len(), text.len());
    }
}

#[test]
fn four_formats_of_the_same_key_are_the_same_key() {
    let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
    let abcd = id("abcd", SecretFormat::Utf8);
    assert_eq!(id("61626364", SecretFormat::Hex), abcd);
    assert_eq!(id("61626364".to_uppercase().as_str(), SecretFormat::Hex), abcd);
    assert_eq!(id("YWJjZA==", SecretFormat::Base64), abcd);
    assert_eq!(id("YWJjZA", SecretFormat::Base64), abcd);
    assert_eq!(id("whsec_YWJjZA==", SecretFormat::Whsec), abcd);
    assert_ne!(id("whsec_YWJjZA==", SecretFormat::Utf8), abcd);
    assert_ne!(id("61626364", SecretFormat::Utf8), abcd);
}

#[test]
fn prefixes_and_entities_are_decoded_and_nothing_else() {
    let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
    let of = |text: &str| id(text, SecretFormat::Utf8);
    assert_eq!(id("v1,whsec_YWJjZA==", SecretFormat::V1Whsec), of("abcd"));
    refuses("whsec_YWJj", SecretFormat::V1Whsec, SecretError::MissingPrefix);
    refuses("v2,whsec_YWJj", SecretFormat::V1Whsec, SecretError::MissingPrefix);
    refuses("v1,whsec_", SecretFormat::V1Whsec, SecretError::DecodesToNothing);
    refuses("v1,whsec_YWJ_", SecretFormat::V1Whsec, SecretError::UrlSafeBase64);
    for (text, wanted) in [
        ("a&amp;b&lt;&gt;&quot;&#039;", "a&b<>\"'"),
        ("&amp;lt;", "&lt;"),
        ("&nbsp; & &amp", "&nbsp; & &amp"),
        ("plain é", "plain é"),
    ] {
        assert_eq!(id(text, SecretFormat::HtmlText), of(wanted), "{text}");
    }
}

#[cfg(feature = "sha1")]
#[test]
fn a_text_may_be_hashed_to_a_key() {
    let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
    // FIPS 180-4, "abc".
    assert_eq!(id("abc", SecretFormat::Sha1OfText), id("a9993e364706816aba3e25717850c26c9cd0d89d", SecretFormat::Hex));
}

/// RFC 2104: a key is padded with zeros to the block, and a longer one is hashed first.
#[test]
fn keys_that_are_equal_to_hmac_have_equal_fingerprints() {
    use sha2::{Digest as _, Sha256};
    let of = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
    assert_eq!(of("616263", SecretFormat::Hex), of("61626300", SecretFormat::Hex));
    let long = "0123456789abcdef".repeat(5);
    let hashed = hex::encode(Sha256::digest(&long));
    assert_eq!(of(&long, SecretFormat::Utf8), of(&hashed, SecretFormat::Hex));
    let block = "0123456789abcdef".repeat(4);
    assert_ne!(of(&block, SecretFormat::Utf8), of(&hex::encode(Sha256::digest(&block)), SecretFormat::Hex));
}

#[test]
fn a_label_replaces_the_fingerprint() {
    let plain = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
    let fingerprint = plain.id();
    let named = plain.labelled("stripe-2026").unwrap();
    assert_ne!(named.id(), fingerprint);
    assert_eq!(named.id(), crate::key::KeyId::of_label("stripe-2026"));
    assert_eq!(alloc::format!("{named:?}"), "Secret(stripe-2026)");
    for bad in ["", "a b", "a\n", "é", &"x".repeat(65)] {
        let secret = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
        assert_eq!(secret.labelled(bad).unwrap_err(), SecretError::BadLabel, "{bad:?}");
    }
}

#[test]
fn a_secret_shows_its_text_through_one_door() {
    let secret = Secret::parse("whsec_YWJjZA==", SecretFormat::Whsec, &ANY).unwrap();
    assert_eq!((secret.reveal(), secret.format(), secret.key_len()), ("whsec_YWJjZA==", SecretFormat::Whsec, 4));
    assert_eq!((secret.id(), secret.label()), (secret.fingerprint().id(), None));
    assert_eq!(alloc::format!("{secret:?}"), alloc::format!("Secret({})", secret.id()));
    assert_eq!((secret.is_derived(), secret.revocable()), (false, secret.fingerprint()));
}

/// It is revoked with its master and goes by the master's name, through any number of steps.
#[test]
fn a_derived_secret_hangs_on_its_first_master() {
    let master = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap().labelled("master").unwrap();
    let child = Secret::derived(&master, b"one").unwrap();
    let grandchild = Secret::derived(&child, b"two").unwrap();
    for derived in [&child, &grandchild] {
        assert!(derived.is_derived());
        assert_eq!(derived.revocable(), master.fingerprint());
        assert_eq!(derived.label(), Some("master"));
        assert_eq!((derived.format(), derived.key_len()), (SecretFormat::Base64Url, 32));
    }
    assert_ne!(child.fingerprint(), master.fingerprint());
    assert_ne!(child.fingerprint(), grandchild.fingerprint());
}

#[test]
fn a_secret_is_for_schemes_with_secrets() {
    use super::sealed::Material as _;
    let secret = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
    assert!(secret.fits(None) && !secret.verifies(b"", b""));
    #[cfg(feature = "ed25519")]
    assert!(!secret.fits(Some(Curve::Ed25519)));
}

/// More keys than fit into one pass, as a sender to many endpoints may have.
#[test]
fn each_of_many_keys_signs_in_its_turn() {
    use super::sealed::{Material, Signs as _};
    let secrets: Vec<_> =
        (0..MAX_KEYS + 2).map(|n| Secret::parse(&alloc::format!("{n:k>32}"), SecretFormat::Utf8, &ANY).unwrap()).collect();
    let mut tags = Vec::new();
    fn content(out: &mut Write<'_>) -> Result<(), Rejection> {
        out(b"what do ya want ");
        out(b"for nothing?");
        Ok(())
    }
    fn refused(_: &mut Write<'_>) -> Result<(), Rejection> {
        Err(Rejection::NeedsRequestLine)
    }
    Secret::sign_each(&mut secrets.iter(), Hash::Sha256, &content, &mut |tag| tags.push(tag.to_vec())).unwrap();
    let alone = |secret: &Secret| {
        let mut macs = Macs::new(Hash::Sha256);
        macs.start(Material::mac_key(secret).into_iter(), false);
        macs.update(b"what do ya want for nothing?");
        macs.finish().iter().next().map(<[u8]>::to_vec)
    };
    assert_eq!(tags.iter().cloned().map(Some).collect::<Vec<_>>(), secrets.iter().map(alone).collect::<Vec<_>>());
    assert_ne!(tags.first(), tags.last());
    let unsigned = Secret::sign_each(&mut secrets.iter(), Hash::Sha256, &refused, &mut |_| panic!("a tag of nothing"));
    assert_eq!(unsigned, Err(Rejection::NeedsRequestLine));
}

#[cfg(feature = "std")]
#[test]
fn generated_secrets_have_the_form_of_their_format() {
    for (format, len) in [
        (SecretFormat::Utf8, 64),
        (SecretFormat::Hex, 64),
        (SecretFormat::Base64, 44),
        (SecretFormat::Base64Url, 43),
        (SecretFormat::Whsec, 50),
        (SecretFormat::V1Whsec, 53),
        (SecretFormat::HtmlText, 64),
    ] {
        let one = Secret::generate(format).unwrap();
        let two = Secret::generate(format).unwrap();
        assert_eq!(one.reveal().len(), len);
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(one.key_len(), if format.is_text() { 64 } else { 32 });
        assert!(Secret::parse(one.reveal(), format, &SecretPolicy::strict()).is_ok());
    }
    #[cfg(feature = "sha1")]
    assert_eq!(Secret::generate(SecretFormat::Sha1OfText).map(|one| (one.reveal().len(), one.key_len())), Ok((64, 20)));
}
