//! Public keys: who may sign, who may verify, and how much work a hostile delivery causes.
#![cfg(all(feature = "ed25519", feature = "std"))]

use std::time::Duration;

use hookring::{
    FanOut, KeyError, Keyring, Message, PublicKey, PublicKeyFormat, Rejection, Request, Role, Secret, SecretFormat, SetupError,
    SharedKeyring, SignWith, Signer, SigningKey, SigningKeyFormat, Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const BODY: &[u8] = br#"{"type":"ping"}"#;
/// RFC 8032, section 7.1, test 1: seed and public key.
const SEED: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn message() -> Message<'static> {
    Message::new(BODY).id("msg_1")
}

fn signed(ring: &Keyring<SigningKey>, with: SignWith) -> Vec<(String, String)> {
    let signer = Signer::new(providers::STANDARD_WEBHOOKS_V1A, ring.clone(), with).unwrap();
    let headers = signer.sign(&message(), NOW).unwrap();
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn verdict(ring: &Keyring<PublicKey>, headers: &[(String, String)], body: &[u8]) -> Result<Role, Rejection> {
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS_V1A, ring.clone()).unwrap();
    verifier.verify_at(Request::new(&headers, body), NOW).map(|verified| verified.role())
}

#[test]
fn a_rotation_of_key_pairs_loses_no_delivery() {
    let (old, new) =
        (SigningKey::generate(SigningKeyFormat::Whsk).unwrap(), SigningKey::generate(SigningKeyFormat::Whsk).unwrap());
    let (old_public, new_public) = (old.public_key(), new.public_key());
    assert_eq!(old.id(), old_public.id(), "pages of senders and receivers can be compared");

    let sender = Keyring::new(old, NOW).ring;
    let under_way = signed(&sender, SignWith::Current);
    let sender = sender.rotate(new, Duration::from_secs(3600), NOW).unwrap().ring;
    let receiver = Keyring::new(old_public, NOW).ring;
    let both = signed(&sender, SignWith::AllLive);
    assert_eq!(verdict(&receiver, &both, BODY), Ok(Role::Current), "the receiver does not know the new key yet");
    assert_eq!(verdict(&receiver, &signed(&sender, SignWith::Current), BODY), Err(Rejection::Mismatch));

    let receiver = receiver.rotate(new_public, Duration::from_secs(3600), NOW).unwrap().ring;
    assert_eq!(verdict(&receiver, &under_way, BODY), Ok(Role::Previous));
    assert_eq!(verdict(&receiver, &both, BODY), Ok(Role::Current));
    assert_eq!(verdict(&receiver, &both, b"{}"), Err(Rejection::Mismatch));

    let shared = SharedKeyring::new(receiver.clone());
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS_V1A, shared.clone()).unwrap();
    let old = receiver.live(NOW).find(|live| live.role == Role::Previous).unwrap().key.id();
    shared.replace(receiver.revoke(old, NOW).unwrap().ring).unwrap();
    assert!(verifier.verify_at(Request::new(&under_way, BODY), NOW).is_err());
}

/// More than two candidates are refused before anything is checked; with five keys that makes ten checks at most.
#[test]
fn two_signatures_are_looked_at_and_three_are_not() {
    let key = SigningKey::parse(SEED, SigningKeyFormat::Whsk).unwrap();
    let receiver = Keyring::new(key.public_key(), NOW).ring;
    let headers = signed(&Keyring::new(key, NOW).ring, SignWith::Current);
    let good = headers.iter().find(|(name, _)| name == "webhook-signature").unwrap().1.clone();
    let other = format!("v1a,{}==", "A".repeat(86));
    for (entries, wanted) in [
        (vec![&good], Ok(Role::Current)),
        (vec![&other, &good], Ok(Role::Current)),
        (vec![&other, &other], Err(Rejection::Mismatch)),
        (vec![&good, &other, &other], Err(Rejection::TooMany)),
    ] {
        let list = entries.iter().map(|entry| entry.as_str()).collect::<Vec<_>>().join(" ");
        let mut headers = headers.clone();
        headers.iter_mut().find(|(name, _)| name == "webhook-signature").unwrap().1 = format!("v1,xyz {list}");
        assert_eq!(verdict(&receiver, &headers, BODY), wanted, "{list}");
    }
}

#[test]
fn keys_and_schemes_of_different_kinds_are_found_at_the_start() {
    let secret = || Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring;
    let private = || Keyring::new(SigningKey::generate(SigningKeyFormat::Whsk).unwrap(), NOW).ring;
    let public = || Keyring::new(SigningKey::generate(SigningKeyFormat::Whsk).unwrap().public_key(), NOW).ring;
    let wrong = Some(SetupError::WrongKeyKind);
    assert_eq!(Verifier::new(providers::DISCORD, secret()).err(), wrong);
    assert_eq!(Verifier::new(providers::GITHUB, public()).err(), wrong);
    assert_eq!(Signer::new(providers::DISCORD, secret(), SignWith::Current).err(), wrong);
    assert_eq!(Signer::new(providers::GITHUB, private(), SignWith::Current).err(), wrong);
    assert_eq!(FanOut::new(providers::DISCORD, SignWith::Current).err(), wrong);
    assert_eq!(Verifier::builder(providers::DISCORD).digest_content().build(public()).err(), None, "it is digested anyway");
    #[cfg(feature = "p256")]
    {
        assert_eq!(Verifier::new(providers::SENDGRID, public()).err(), wrong, "another curve");
        assert_eq!(Signer::new(providers::SENDGRID, private(), SignWith::Current).err(), wrong);
    }
    // Keys that come per request cannot be checked at the start: they are a fault of ours, not of the sender.
    let shared = Verifier::builder(providers::STANDARD_WEBHOOKS_V1A).build_per_tenant().unwrap();
    let headers = signed(&private(), SignWith::Current);
    let verdict = shared.with_keys(secret()).verify_at(Request::new(&headers, BODY), NOW).map(drop);
    assert_eq!(verdict, Err(Rejection::WrongKeyKind));
}

#[test]
fn texts_of_keys() {
    let public = |text: &str, format| PublicKey::parse(text, format);
    let key = SigningKey::parse(SEED, SigningKeyFormat::Whsk).unwrap();
    let hexadecimal = public(PUBLIC, PublicKeyFormat::Ed25519Hex).unwrap();
    assert_eq!(key.id(), hexadecimal.id());
    assert_eq!(public(&key.public_text(), PublicKeyFormat::Whpk).unwrap().id(), key.id());
    assert_eq!(public(&key.public_text()[5..], PublicKeyFormat::Ed25519Base64).unwrap().id(), key.id());
    let again = SigningKey::generate(SigningKeyFormat::Whsk).unwrap();
    assert_eq!(SigningKey::parse(again.reveal(), SigningKeyFormat::Whsk).unwrap().id(), again.id());
    assert!(again.reveal().starts_with("whsk_") && again.reveal().len() == 93);

    for (text, format, wanted) in [
        ("1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", PublicKeyFormat::Whpk, KeyError::MissingPrefix),
        ("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4", PublicKeyFormat::Whpk, KeyError::NotBase64),
        ("whpk_AAAA", PublicKeyFormat::Whpk, KeyError::WrongLength { bytes: 3 }),
        ("zz", PublicKeyFormat::Ed25519Hex, KeyError::NotHex),
        ("d75", PublicKeyFormat::Ed25519Hex, KeyError::NotHex),
        ("d75a", PublicKeyFormat::Ed25519Hex, KeyError::WrongLength { bytes: 2 }),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", PublicKeyFormat::Ed25519Base64, KeyError::Weak),
        ("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", PublicKeyFormat::Ed25519Base64, KeyError::NotAKey),
    ] {
        assert_eq!(public(text, format).err(), Some(wanted), "{text}");
    }
    let halves = format!("whsk_{}", "A".repeat(86) + "==");
    assert_eq!(SigningKey::parse(&halves, SigningKeyFormat::Whsk).err(), Some(KeyError::HalvesDiffer));
    assert_eq!(SigningKey::parse(PUBLIC, SigningKeyFormat::Whsk).err(), Some(KeyError::MissingPrefix));
    // Of a text that is too long nothing is decoded: the error speaks of the text.
    let long = format!("whsk_{}", "A".repeat(92));
    assert_eq!(SigningKey::parse(&long, SigningKeyFormat::Whsk).err(), Some(KeyError::TooLong { bytes: 97, maximum: 96 }));
    let long = public(&"A".repeat(257), PublicKeyFormat::Ed25519Base64).err();
    assert_eq!(long, Some(KeyError::TooLong { bytes: 257, maximum: 256 }));
    assert_eq!(SigningKey::parse("whsk_AAAA", SigningKeyFormat::Whsk).err(), Some(KeyError::WrongLength { bytes: 3 }));
    assert_eq!(hexadecimal.clone().labelled("a b").err(), Some(KeyError::BadLabel));

    let named = key.labelled("sender-2026").unwrap();
    assert_eq!(format!("{named:?} {:?}", named.public_key()), "SigningKey(sender-2026) PublicKey(sender-2026)");
    assert!(!format!("{again:?}").contains(&again.reveal()[5..]));
}

#[cfg(feature = "p256")]
#[test]
fn a_p256_key_is_an_uncompressed_point_of_that_curve() {
    const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    let read = |text: &str| PublicKey::parse(text, PublicKeyFormat::P256Spki).err();
    assert_eq!(read(KEY), None);
    assert_eq!(read(&KEY[..120]), Some(KeyError::WrongLength { bytes: 64 }));
    assert_eq!(read(&KEY.replace("83T4", "84T4")), Some(KeyError::NotAKey));
    assert_eq!(read(&KEY.replace("MFkw", "MFgw")), Some(KeyError::NotAKey));
    assert_eq!(read(""), Some(KeyError::NotAKey));
}

/// Rings of both kinds of key are stored as rings of secrets are.
#[test]
fn rings_of_keys_are_sealed_and_opened() {
    use hookring::{Seal, StoredKey};
    use zeroize::Zeroizing;

    /// Seals nothing: what is tested is what comes back.
    struct Open;
    impl Seal for Open {
        type Error = core::convert::Infallible;
        async fn seal(&self, _associated: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Self::Error> {
            Ok(plain.to_vec())
        }
        async fn open(&self, _associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Self::Error> {
            Ok(Zeroizing::new(sealed.to_vec()))
        }
    }
    fn ready<T>(work: impl Future<Output = T>) -> T {
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        match core::pin::pin!(work).poll(&mut context) {
            core::task::Poll::Ready(value) => value,
            core::task::Poll::Pending => panic!("nothing to wait for"),
        }
    }
    fn restored<K: StoredKey>(ring: &Keyring<K>) -> Keyring<K> {
        let blob = ready(ring.seal("owner", &Open)).unwrap();
        ready(Keyring::open("owner", &blob, ring.generation(), &Open)).unwrap()
    }

    let private = Keyring::new(SigningKey::parse(SEED, SigningKeyFormat::Whsk).unwrap().labelled("sender").unwrap(), NOW).ring;
    let public = Keyring::new(PublicKey::parse(PUBLIC, PublicKeyFormat::Ed25519Hex).unwrap(), NOW).ring;
    let (sender, receiver) = (restored(&private), restored(&public));
    assert_eq!(sender.status(NOW).with_taken_at(NOW), private.status(NOW));
    assert_eq!(receiver.status(NOW).with_taken_at(NOW), public.status(NOW));
    assert_eq!(verdict(&receiver, &signed(&sender, SignWith::Current), BODY), Ok(Role::Current));
    #[cfg(feature = "p256")]
    {
        const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        let ring = Keyring::new(PublicKey::parse(KEY, PublicKeyFormat::P256Spki).unwrap(), NOW).ring;
        assert_eq!(restored(&ring).status(NOW).with_taken_at(NOW), ring.status(NOW));
    }
}
