//! Keys are equal if HMAC cannot tell them apart, whatever their texts.

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::Refused;
use sha2::{Digest as _, Sha256};

use super::*;

fn parse(text: &str, format: SecretFormat) -> Secret {
    Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn hex(key: &[u8]) -> Secret {
    parse(&hex::encode(key), SecretFormat::Hex)
}

fn mac(key: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(b"hookring");
    hex::encode(mac.finalize().into_bytes())
}

#[track_caller]
fn same(one: Secret, other: Secret) {
    assert_eq!(one.id(), other.id());
    let ring = Keyring::new(one, START).ring;
    assert_eq!(ring.stage(other, START).unwrap_err(), Refused::SameKey);
}

#[track_caller]
fn different(one: Secret, other: Secret) {
    assert_ne!(one.id(), other.id());
    assert!(Keyring::new(one, START).ring.stage(other, START).is_ok());
}

/// RFC 2104 pads a key of less than 64 bytes with zeros.
#[test]
fn zeros_at_the_end_are_nothing() {
    let padded = [b"abc".as_slice(), &[0]].concat();
    assert_eq!(mac(b"abc"), "5c70059288faa4c15350e13c136a0b81b9a07ecdd22a0dc26fb2532bf06244f8");
    assert_eq!(mac(&padded), mac(b"abc"));
    same(parse("abc", SecretFormat::Utf8), hex(&padded));
    same(hex(&padded), hex(&[b"abc".as_slice(), &[0; 61]].concat()));
    // The 65th byte makes it a long key.
    let long = [b"abc".as_slice(), &[0; 62]].concat();
    assert_ne!(mac(&long), mac(b"abc"));
    different(hex(&padded), hex(&long));
    // Zeros in front are another key.
    different(hex(b"abc"), hex(b"\0abc"));
}

/// RFC 2104 hashes a key of more than 64 bytes.
#[test]
fn a_long_key_is_its_hash() {
    let long = "0123456789abcdef".repeat(5);
    let hashed = Sha256::digest(&long);
    assert_eq!(hex::encode(hashed), "d3facc8a61d205c90d339ff6caea3098e076f4b2fb25ebf1cc0d6becafab7fa0");
    assert_eq!(mac(long.as_bytes()), "16b30ffd066c7fcff8653d7538fe8a2dd9291120e86ba43b0a3466d0dd68811b");
    assert_eq!(mac(&hashed), mac(long.as_bytes()));
    same(parse(&long, SecretFormat::Utf8), hex(&hashed));

    // 64 bytes are not yet long.
    let block = "0123456789abcdef".repeat(4);
    let hashed = Sha256::digest(&block);
    assert_eq!(mac(block.as_bytes()), "9204943b9a130d935aecd33189fac7673df3e0e784c031aa0e93a3caa04c34da");
    assert_eq!(mac(&hashed), "f39488fe44f3292d1d3132f95e4e917acb478f738ad4ee7827f85533c49ae578");
    different(parse(&block, SecretFormat::Utf8), hex(&hashed));
}

/// The same bytes from other texts, and the same text as other bytes.
#[test]
fn formats_do_not_hide_a_key() {
    let key = [0x61_u8; 32];
    same(hex(&key), parse(&"a".repeat(32), SecretFormat::Utf8));
    same(
        parse(&"61".repeat(32), SecretFormat::Hex),
        parse("whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=", SecretFormat::Whsec),
    );
    different(parse(&"61".repeat(32), SecretFormat::Hex), parse(&"61".repeat(32), SecretFormat::Utf8));
}

/// A revoked key does not return in another spelling.
#[test]
fn a_tombstone_knows_the_key_in_every_spelling() {
    let ring = Keyring::new(parse("abc", SecretFormat::Utf8), START).ring;
    let revoked = ring.revoke(ring.current().unwrap().id(), START).unwrap().ring;
    assert_eq!(revoked.stage(hex(b"abc\0\0"), START).unwrap_err(), Refused::WasRevoked);
    let renamed = hex(b"abc\0").labelled("new-name").unwrap();
    assert_eq!(revoked.stage(renamed, START).unwrap_err(), Refused::WasRevoked);
}

/// A label names a key in events and status pages, so it names one key of a ring.
#[test]
fn one_label_is_one_key_and_a_new_label_is_not_a_new_key() {
    let ring = Keyring::new(hex(b"one").labelled("stripe").unwrap(), START).ring;
    assert_eq!(ring.stage(hex(b"two").labelled("stripe").unwrap(), START).unwrap_err(), Refused::SameKey);
    assert_eq!(ring.stage(hex(b"one").labelled("stripe-2").unwrap(), START).unwrap_err(), Refused::SameKey);
    assert_eq!(ring.stage(hex(b"one"), START).unwrap_err(), Refused::SameKey);
    assert!(ring.stage(hex(b"two").labelled("stripe-2").unwrap(), START).is_ok());
    // A label is free again once its key is gone.
    let rotated = ring.rotate(hex(b"two").labelled("stripe-2").unwrap(), Duration::ZERO, START).unwrap().ring;
    assert!(rotated.stage(hex(b"three").labelled("stripe").unwrap(), START).is_ok());
}

/// Who reads pages and the audit trail would take the new key for the revoked one, and so would the rollout oracle.
#[test]
fn the_label_of_a_revoked_key_names_no_other() {
    let ring = Keyring::new(hex(b"one").labelled("stripe").unwrap(), START).ring;
    let named = |key: &[u8], label: &str| hex(key).labelled(label).unwrap();
    let revoked = ring.revoke(ring.current().unwrap().id(), START).unwrap().ring;
    for refused in [
        revoked.stage(named(b"two", "stripe"), START),
        revoked.rotate(named(b"two", "stripe"), Duration::ZERO, START),
        revoked.replace_compromised(named(b"two", "stripe"), START),
    ] {
        assert_eq!(refused.unwrap_err(), Refused::WasRevoked);
    }
    for ring in [ring, revoked] {
        let page = ring.replace_compromised(named(b"two", "stripe-2026-12"), START).unwrap().ring.status(START);
        assert_eq!(page.keys.len(), 1);
        assert!(page.keys.iter().all(|key| !page.revoked.contains(&key.id)), "{page:?}");
    }
}
