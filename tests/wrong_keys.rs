//! Keys of another kind than the scheme needs are a fault of ours: refused when a verifier is built, and where it is found
//! only at a delivery, answered so that the sender tries again.
#![cfg(all(feature = "std", feature = "ed25519", feature = "p256"))]

use core::time::Duration;
use std::sync::Arc;

use hookring::{
    KeySource, Keyring, Message, PublicKey, PublicKeyFormat, Rejection, Request, Secret, SecretFormat, SetupError,
    SharedKeyring, SignWith, Signer, SigningKey, SigningKeyFormat, Timestamp, Verifier, VerifyKey, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
/// The key of SendGrid's documentation, on P-256.
const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

fn p256() -> PublicKey {
    PublicKey::parse(P256, PublicKeyFormat::P256Spki).unwrap()
}

/// The verdict on a well-formed delivery of Discord that no key of the ring made.
fn forged<S: KeySource>(verifier: &Verifier<S>) -> Rejection
where
    S::Key: VerifyKey,
{
    by(verifier, &SigningKey::generate(SigningKeyFormat::Whsk).unwrap().into()).unwrap_err()
}

fn by<S: KeySource>(verifier: &Verifier<S>, key: &Arc<SigningKey>) -> Result<(), Rejection>
where
    S::Key: VerifyKey,
{
    let signer = Signer::new(providers::DISCORD, Keyring::new(Arc::clone(key), NOW).ring, SignWith::Current).unwrap();
    let headers: Vec<(String, String)> =
        signer.sign(&Message::new(b"{}"), NOW).unwrap().iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    verifier.verify_at(Request::new(&headers, b"{}"), NOW).map(drop)
}

#[test]
fn every_live_key_is_looked_at_when_a_verifier_is_built() {
    let good = || SigningKey::generate(SigningKeyFormat::Whsk).unwrap().public_key();
    let current = Keyring::new(good(), NOW).ring;
    let refused = |ring: &Keyring<PublicKey>| Verifier::new(providers::DISCORD, ring.clone()).unwrap_err();
    assert!(Verifier::new(providers::DISCORD, current.stage(good(), NOW).unwrap().ring).is_ok());
    assert_eq!(refused(&current.stage(p256(), NOW).unwrap().ring), SetupError::WrongKeyKind);
    assert_eq!(refused(&Keyring::new(p256(), NOW).ring.rotate(good(), HOUR, NOW).unwrap().ring), SetupError::WrongKeyKind);
    assert_eq!(refused(&Keyring::new(p256(), NOW).ring), SetupError::WrongKeyKind);
}

#[test]
fn a_tenant_with_the_wrong_kind_of_keys_is_our_fault() {
    let public = Verifier::builder(providers::DISCORD).build_per_tenant().unwrap();
    let secrets = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), NOW).ring;
    let wrong = [forged(&public.with_keys(&secrets)), forged(&public.with_keys(Keyring::new(p256(), NOW).ring))];
    assert_eq!(wrong, [Rejection::WrongKeyKind; 2]);
    assert_eq!((wrong[0].status(), wrong[0].code(), wrong[0].is_our_fault()), (500, "wrong_key_kind", true));

    // A scheme with secrets, whole and as a stream.
    let shared = Verifier::builder(providers::GITHUB).build_per_tenant().unwrap();
    let verifier = shared.with_keys(Keyring::new(p256(), NOW).ring);
    let headers = [("x-hub-signature-256", format!("sha256={:064x}", 1))];
    let request = Request::new(&headers, b"{}");
    assert_eq!(verifier.verify_at(request, NOW).unwrap_err(), Rejection::WrongKeyKind);
    assert_eq!(verifier.begin(Request::new(&headers, ()), NOW).unwrap_err(), Rejection::WrongKeyKind);
}

#[test]
fn a_ring_that_is_replaced_by_one_of_another_curve_is_our_fault() {
    let good = Arc::new(SigningKey::generate(SigningKeyFormat::Whsk).unwrap());
    let ring = Keyring::new(good.public_key(), NOW).ring;
    let shared = SharedKeyring::new(ring.clone());
    let verifier = Verifier::new(providers::DISCORD, Arc::clone(&shared)).unwrap();
    assert_eq!(forged(&verifier), Rejection::Mismatch);
    shared.replace(ring.rotate(p256(), HOUR, NOW).unwrap().ring).unwrap();
    // What the sender signs with the key that fits is still accepted.
    assert_eq!(by(&verifier, &good), Ok(()));
    assert_eq!(forged(&verifier), Rejection::WrongKeyKind);
}

/// Whose fault it is decides the status, and nothing else does.
#[test]
fn our_faults_are_500() {
    let ours = [Rejection::NoLiveKey, Rejection::WrongKeyKind, Rejection::NeedsRequestLine, Rejection::NeedsWholeBody];
    assert!(ours.iter().all(|why| why.is_our_fault() && why.status() == 500));
    let others = [Rejection::Mismatch, Rejection::TokenMismatch, Rejection::TooMany, Rejection::WrongMethod, Rejection::Busy];
    assert!(others.iter().all(|why| !why.is_our_fault() && why.status() != 500));
}
