//! Stored forms of presented secrets: what they accept, what they refuse, and that they rotate like other keys.

#![cfg(feature = "std")]

use std::time::Duration;

use sha2::Digest as _;
use subtle::ConstantTimeEq as _;

use hookring::{
    Fingerprint, HashError, Key, KeyId, Keyring, PresentedKey, Refused, Role, Secret, SecretFormat, SecretPolicy, Sha256Hash,
    Timestamp,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// `SECRET=…; echo -n $SECRET | sha256sum`, run with GNU coreutils 9.
const AOS_SECRET: &str = "3f9a1c7be2d84450a6b1f0c2d3e4f5a69788796a5b4c3d2e1f00112233445566";
const AOS_COLUMN: &str = "38075fe6c004dfc25f3034daa3cec1fb8a055518b9277e7ccb4b775986988e73";

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn generated() -> Secret {
    Secret::generate(SecretFormat::Base64Url).unwrap()
}

fn label(key: &impl Key) -> Option<&str> {
    key.label().map(|label| &**label)
}

#[test]
fn a_secret_matches_its_text_only() {
    let stored = Secret::parse("whsec_YWJjZA==", SecretFormat::Whsec, &SecretPolicy::dangerous_any_strength()).unwrap();
    assert!(stored.matches(b"whsec_YWJjZA=="));
    assert!(!stored.is_slow());
    for other in [b"".as_slice(), b"abcd", b"whsec_YWJjZA", b"WHSEC_YWJjZA==", b"whsec_YWJjZA==\0", b"whsec_YWJjZB==", &[0xff]]
    {
        assert!(!stored.matches(other), "{other:?}");
    }
}

#[test]
fn s1_5_s1_6_the_column_is_read_unchanged() {
    let stored = Sha256Hash::parse_hex(AOS_COLUMN).unwrap();
    assert_eq!(stored.to_hex(), AOS_COLUMN);
    assert!(stored.matches(AOS_SECRET.as_bytes()));
    assert!(!stored.is_slow());
    for other in ["", AOS_COLUMN, &AOS_SECRET[..63], &AOS_SECRET.to_uppercase(), &format!("{AOS_SECRET}\n")] {
        assert!(!stored.matches(other.as_bytes()), "{other:?}");
    }
    assert_eq!(Sha256Hash::of(&secret(AOS_SECRET)).unwrap().to_hex(), AOS_COLUMN);
    assert_eq!(Sha256Hash::parse_hex(&AOS_COLUMN.to_uppercase()).unwrap().to_hex(), AOS_COLUMN);
}

#[test]
fn malformed_sha256_columns() {
    let not_hex = |bytes| HashError::NotSha256Hex { bytes };
    let cases = [
        ("", not_hex(0)),
        (&AOS_COLUMN[1..], not_hex(63)),
        (&format!("{AOS_COLUMN}0"), not_hex(65)),
        (&format!("{AOS_COLUMN}  -"), not_hex(67)),
        (&format!("{AOS_COLUMN}\n"), not_hex(65)),
        (&format!(" {}", &AOS_COLUMN[1..]), not_hex(64)),
        (&format!("0x{}", &AOS_COLUMN[2..]), not_hex(64)),
        (&"é".repeat(32), not_hex(64)),
        // `printf '' | sha256sum`
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", HashError::HashOfNothing),
    ];
    for (column, wanted) in cases {
        assert_eq!(Sha256Hash::parse_hex(column).unwrap_err(), wanted, "{column:?}");
    }
}

/// The reason for the upper limit: the stored hash of a longer secret would verify its signatures.
#[test]
fn x1b_above_64_bytes_the_hash_is_the_hmac_key() {
    let long = format!("whsec_{AOS_SECRET}");
    assert_eq!(long.len(), 70);
    let hash = hex::encode(sha2::Sha256::digest(&long));
    let as_key = Secret::parse(&hash, SecretFormat::Hex, &SecretPolicy::strict()).unwrap();
    assert_eq!(as_key.fingerprint(), secret(&long).fingerprint(), "a database reader could sign");

    let of = |bytes: usize| Sha256Hash::of(&secret(&"x".repeat(bytes))).map(|_| ());
    assert_eq!(Sha256Hash::of(&secret(&long)).unwrap_err(), HashError::HashIsTheHmacKey { bytes: 70, maximum: 64 });
    assert_eq!(of(65), Err(HashError::HashIsTheHmacKey { bytes: 65, maximum: 64 }));
    assert_eq!((of(64), of(32)), (Ok(()), Ok(())));
    assert_eq!(of(31), Err(HashError::TooShort { bytes: 31, minimum: 32 }));
}

#[test]
fn debug_shows_the_name_only() {
    let plain = Sha256Hash::of(&secret(AOS_SECRET)).unwrap();
    assert_eq!(format!("{plain:?}"), format!("Sha256Hash({})", plain.id()));
    assert_ne!(plain.id().to_string(), AOS_COLUMN[..16]);
    let named = plain.labelled("aos-2026").unwrap();
    assert_eq!(format!("{named:?}"), "Sha256Hash(aos-2026)");
    assert_eq!((label(&named), label(&Sha256Hash::parse_hex(AOS_COLUMN).unwrap())), (Some("aos-2026"), None));
    assert_eq!(named.labelled("two words").unwrap_err(), HashError::BadLabel);
    // The label of the secret hides the id of the hash as well.
    let of_named = Sha256Hash::of(&secret(AOS_SECRET).labelled("mine").unwrap()).unwrap();
    assert_eq!(format!("{of_named:?}"), "Sha256Hash(mine)");
}

#[test]
fn hashes_rotate_like_other_keys() {
    let (old, new) = (generated(), generated());
    let ring = Keyring::new(Sha256Hash::of(&old).unwrap(), NOW).ring;
    let ring = ring.rotate(Sha256Hash::of(&new).unwrap(), HOUR, NOW).unwrap().ring;
    let matching = |text: &str, at| ring.live(at).find(|live| live.key.matches(text.as_bytes())).map(|live| live.role);
    assert_eq!(matching(new.reveal(), NOW), Some(Role::Current));
    assert_eq!(matching(old.reveal(), NOW), Some(Role::Previous));
    assert_eq!(matching(old.reveal(), NOW.plus(HOUR)), None);

    assert_eq!(ring.stage(Sha256Hash::of(&old).unwrap(), NOW).unwrap_err(), Refused::SameKey);
    let revoked = ring.revoke(Sha256Hash::of(&old).unwrap().id(), NOW).unwrap().ring;
    assert_eq!(revoked.stage(Sha256Hash::of(&old).unwrap(), NOW).unwrap_err(), Refused::WasRevoked);
}

#[test]
fn staging_with_the_plaintext_in_hand() {
    let (old, new) = (generated(), generated());
    let hash = |of: &Secret| Sha256Hash::of(of).unwrap();
    let ring = Keyring::new(hash(&old), NOW).ring;
    let staged = ring.stage_presented(hash(&new), &new, NOW).unwrap().ring;
    assert!(staged.next().unwrap().matches(new.reveal().as_bytes()));

    let refused =
        |ring: &Keyring<Sha256Hash>, of: &Secret, text: &Secret| ring.stage_presented(hash(of), text, NOW).unwrap_err();
    assert_eq!(refused(&ring, &old, &old), Refused::SameKey);
    assert_eq!(refused(&ring, &new, &old), Refused::WrongPlaintext);
    assert_eq!(refused(&staged, &generated_as(&new), &new), Refused::NextIsTaken);
}

/// The same secret again, as an operator would paste it.
fn generated_as(one: &Secret) -> Secret {
    Secret::parse(one.reveal(), one.format(), &SecretPolicy::strict()).unwrap()
}

/// The trait is open: a hash that this crate does not know, with parameters that are small for the test's sake.
struct Argon2Hash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl Argon2Hash {
    fn compute(text: &[u8], salt: &[u8; 16]) -> Option<[u8; 32]> {
        let params = argon2::Params::new(8, 1, 1, Some(32)).ok()?;
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut hash = [0; 32];
        argon2.hash_password_into(text, salt, &mut hash).ok()?;
        Some(hash)
    }

    fn of(secret: &Secret, salt: [u8; 16]) -> Self {
        Self { hash: Self::compute(secret.reveal().as_bytes(), &salt).unwrap(), salt }
    }
}

impl Key for Argon2Hash {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_record("argon2id", &[self.salt.as_slice(), &self.hash].concat())
    }
}

impl PresentedKey for Argon2Hash {
    fn matches(&self, presented: &[u8]) -> bool {
        !presented.is_empty() && Self::compute(presented, &self.salt).is_some_and(|hash| hash.ct_eq(&self.hash).into())
    }
    fn is_slow(&self) -> bool {
        true
    }
}

#[test]
fn argon2_joins() {
    let (old, new) = (generated(), generated());
    let ring = Keyring::new(Argon2Hash::of(&old, [1; 16]), NOW).ring;
    // Another salt: another record, the same secret. Only the plaintext tells.
    assert!(ring.stage(Argon2Hash::of(&old, [2; 16]), NOW).is_ok());
    assert_eq!(ring.stage_presented(Argon2Hash::of(&old, [2; 16]), &old, NOW).unwrap_err(), Refused::SameKey);
    let ring = ring.stage_presented(Argon2Hash::of(&new, [2; 16]), &new, NOW).unwrap().ring;

    let verifier = hookring::BearerVerifier::new(ring, 1);
    assert_eq!(verifier.check_token(old.reveal().as_bytes(), NOW).unwrap().role(), Role::Current);
    assert_eq!(verifier.check_token(new.reveal().as_bytes(), NOW).unwrap().role(), Role::Next);
    assert_eq!(verifier.check_token(b"guess", NOW), Err(hookring::Rejection::TokenMismatch));
}

#[test]
fn records_of_different_kinds_are_different_keys() {
    let id = |kind, record: &[u8]| -> KeyId { Fingerprint::of_record(kind, record).id() };
    assert_ne!(id("a", b"bc"), id("ab", b"c"));
    assert_ne!(id("sha256", &[0; 32]), id("bcrypt", &[0; 32]));
}

/// bcrypt is slow, so each test makes few calls, at the lowest cost that is accepted.
#[cfg(feature = "bcrypt")]
mod bcrypt {
    use super::*;
    use hookring::BcryptHash;

    /// These were made with the `crypt` of libxcrypt, as `perl -e 'print crypt($text, "\$2b\$10\$abcdefghijklmnopqrstuu")'`.
    const TEXT: &str = "correct horse battery staple, 32+ bytes long";
    const OF_TEXT: &str = "$2b$10$abcdefghijklmnopqrstuu60fZJPlQSTVGtSJwHK3uMiptKWgxQfG";
    const OF_71: &str = "$2b$10$abcdefghijklmnopqrstuumbPZs6w2qUT64KqFBzDPghLhp5LquFG";
    const OF_ABC: &str = "$2b$10$abcdefghijklmnopqrstuuIKf86pdcwpO2sVQ5UzC4OF.Xfw8WGTS";
    const OF_TAIL_ONE: &str = "$2b$10$abcdefghijklmnopqrstuuIHQ3/JIep/uShO.vbyO89LJnT0PA.sG";
    /// 72 bytes, and then something that bcrypt does not see.
    const HEAD: &str = "k7Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Qd3Z";

    fn parse(stored: &str) -> BcryptHash {
        BcryptHash::parse(stored).unwrap()
    }

    #[test]
    fn hashes_of_another_implementation_are_read() {
        for version in ["2a", "2b", "2y"] {
            let stored = parse(&OF_TEXT.replace("2b", version));
            assert_eq!((stored.cost(), stored.is_slow()), (10, true));
            assert!(stored.matches(TEXT.as_bytes()), "{version}");
        }
        let stored = parse(OF_TEXT);
        assert_eq!(stored.as_str(), OF_TEXT);
        assert!(!stored.matches(TEXT.to_uppercase().as_bytes()));
        assert!(!stored.matches(b""));
    }

    /// S1: what the bare crate does, and what we do.
    #[test]
    fn s1_what_follows_after_72_bytes_is_not_ignored() {
        let (one, two) = (format!("{HEAD}tail-one"), format!("{HEAD}tail-two"));
        assert_eq!(HEAD.len(), 72);
        assert!(::bcrypt::verify(&two, OF_TAIL_ONE).unwrap(), "the trap");

        // Whoever made this hash from a longer secret has a hash that matches nothing.
        let stored = parse(OF_TAIL_ONE);
        for text in [one.as_str(), &two, HEAD] {
            assert!(!stored.matches(text.as_bytes()), "{text}");
        }
        let refused = |text: &str| BcryptHash::of(&secret(text), 10).unwrap_err();
        assert_eq!(refused(&one), HashError::TooLongForBcrypt { bytes: 80, maximum: 71 });
        assert_eq!(refused(HEAD), HashError::TooLongForBcrypt { bytes: 72, maximum: 71 });
        assert!(parse(OF_71).matches("x".repeat(71).as_bytes()));
    }

    /// S2: what the bare crate does, and what we do.
    #[test]
    fn s2_a_nul_does_not_end_the_secret() {
        assert!(::bcrypt::verify(b"abc\0abc", OF_ABC).unwrap(), "the trap");
        assert!(!parse(OF_ABC).matches(b"abc\0abc"));
        assert!(!parse(OF_ABC).matches(b"abc\0"));
        assert!(!parse(OF_ABC).matches(b"\0"));
        assert!(parse(OF_ABC).matches(b"abc"));
        assert_eq!(BcryptHash::of(&secret("abc\0abc"), 10).unwrap_err(), HashError::ContainsNul);
        let both = secret(&format!("{HEAD}\0"));
        assert_eq!(BcryptHash::of(&both, 10).unwrap_err(), HashError::TooLongForBcrypt { bytes: 73, maximum: 71 });
    }

    /// S3. The bounds of `of` are found before anything is hashed, so a cost of 31 does not take a week.
    #[test]
    fn s3_costs_from_10_to_14() {
        let cost = |cost| HashError::BcryptCost { cost, minimum: 10, maximum: 14 };
        for bad in [0, 4, 9, 15, 31, 99, u32::MAX] {
            assert_eq!(BcryptHash::of(&secret(TEXT), bad).unwrap_err(), cost(bad));
        }
        for bad in [0, 4, 9, 15, 31, 99] {
            let stored = OF_TEXT.replace("$10$", &format!("${bad:02}$"));
            assert_eq!(BcryptHash::parse(&stored).unwrap_err(), cost(bad));
        }
        for good in 10..=14 {
            assert_eq!(parse(&OF_TEXT.replace("$10$", &format!("${good}$"))).cost(), good);
        }
    }

    #[test]
    fn malformed_stored_hashes() {
        let not_bcrypt = |bytes| HashError::NotBcrypt { bytes };
        let with = |from, to| OF_TEXT.replacen(from, to, 1);
        let cases = [
            (String::new(), not_bcrypt(0)),
            ("$2b$10$".into(), not_bcrypt(7)),
            (OF_TEXT[..59].into(), not_bcrypt(59)),
            (format!("{OF_TEXT}G"), not_bcrypt(61)),
            (format!("{OF_TEXT}\n"), not_bcrypt(61)),
            (format!("{}\n", &OF_TEXT[..59]), not_bcrypt(60)),
            (format!(" {}", &OF_TEXT[..59]), not_bcrypt(60)),
            (with("$2b$", "!2b$"), not_bcrypt(60)),
            (with("$10$", "$10!"), not_bcrypt(60)),
            (with("$10$", "$1a$"), not_bcrypt(60)),
            (with("$10$", "$+9$"), not_bcrypt(60)),
            (with("$10$", "$ 9$"), not_bcrypt(60)),
            (with("$10$", "$10"), not_bcrypt(59)),
            (with("abc", "a-c"), not_bcrypt(60)),
            (with("abc", "a+c"), not_bcrypt(60)),
            (with("abc", "a=c"), not_bcrypt(60)),
            (with("abc", "a$c"), not_bcrypt(60)),
            (with("abc", "é1"), not_bcrypt(60)),
            (with("abc", "€"), not_bcrypt(60)),
            (with("abc", "a\0c"), not_bcrypt(60)),
            (with("$2b$", "$2$b"), not_bcrypt(60)),
            (with("$2b$", "$2x$"), HashError::BcryptVersion),
            (with("$2b$", "$2B$"), HashError::BcryptVersion),
            (with("$2b$", "$1b$"), HashError::BcryptVersion),
            (with("uu60", "uv60"), HashError::BcryptNotCanonical),
            (with("QfG", "QfH"), HashError::BcryptNotCanonical),
            ("x".repeat(60), not_bcrypt(60)),
            ("x".repeat(100_000), not_bcrypt(100_000)),
        ];
        for (stored, wanted) in cases {
            assert_eq!(BcryptHash::parse(&stored).unwrap_err(), wanted, "{stored:?}");
        }
    }

    #[test]
    fn made_and_read_again() {
        let secret = generated();
        let made = BcryptHash::of(&secret, 10).unwrap();
        let again = parse(made.as_str());
        assert_eq!((again.id(), again.fingerprint()), (made.id(), made.fingerprint()));
        assert!(made.as_str().starts_with("$2b$10$"));
        assert!(again.matches(secret.reveal().as_bytes()));
        assert_eq!(format!("{made:?}"), format!("BcryptHash({}, cost 10)", made.id()));
        assert_eq!((label(&made), again.is_slow()), (None, true));
        let named = again.labelled("dvs").unwrap();
        assert_eq!((format!("{named:?}").as_str(), label(&named)), ("BcryptHash(dvs, cost 10)", Some("dvs")));
        assert_eq!(made.labelled("").unwrap_err(), HashError::BadLabel);
    }

    #[test]
    fn s3_13_s3_15_rotation_with_a_grace_of_a_day() {
        let day = Duration::from_secs(24 * 3600);
        let new = generated();
        let ring = Keyring::new(parse(OF_TEXT), NOW).ring;
        let change = ring.stage_presented(BcryptHash::of(&new, 10).unwrap(), &new, NOW).unwrap();
        let ring = change.ring.promote(day, NOW).unwrap().ring;
        let old = |at| ring.live(at).find(|live| live.role == Role::Previous).map(|live| live.key.matches(TEXT.as_bytes()));
        assert_eq!(old(NOW), Some(true));
        assert_eq!(old(NOW.plus(day)), None);
        assert!(ring.current().unwrap().matches(new.reveal().as_bytes()));
        assert_eq!(ring.without_expired(NOW.plus(day)).live(NOW).count(), 1);
    }

    /// Two hashes of one secret have different ids. Staging with the plaintext notices.
    #[test]
    fn a_rotation_to_the_same_secret_is_noticed() {
        let again = parse(&OF_TEXT.replace("2b", "2y"));
        let ring = Keyring::new(parse(OF_TEXT), NOW).ring;
        assert_ne!(again.id(), parse(OF_TEXT).id());
        assert_eq!(ring.stage_presented(again, &secret(TEXT), NOW).unwrap_err(), Refused::SameKey);
        assert_eq!(ring.stage_presented(parse(OF_ABC), &secret(TEXT), NOW).unwrap_err(), Refused::WrongPlaintext);
    }
}
