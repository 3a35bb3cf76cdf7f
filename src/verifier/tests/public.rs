//! Public keys: a signature of one of them over the very content, and keys that fit the scheme.

use super::*;
use crate::asymmetric::{PublicKey, SigningKey, SigningKeyFormat};
use crate::replay::Scope;

type Pair = (Keyring<SigningKey>, Keyring<PublicKey>);

fn pair() -> Pair {
    let private = SigningKey::generate(SigningKeyFormat::Whsk).unwrap();
    let public = private.public_key();
    (Keyring::new(private, NOW).ring, Keyring::new(public, NOW).ring)
}

fn headers(scheme: Scheme<'_>, ring: &Keyring<SigningKey>) -> Pairs {
    let signer = Signer::new(scheme, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(BODY).id("msg_1"), NOW).unwrap();
    signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn only_a_signature_of_the_key_over_the_content_counts() {
    for scheme in [providers::DISCORD, providers::STANDARD_WEBHOOKS_V1A] {
        let ((private, public), (_, stranger)) = (pair(), pair());
        let headers = headers(scheme, &private);
        let verify = |ring: &Keyring<PublicKey>, body: &'static [u8], now: Timestamp| {
            Verifier::new(scheme, ring.clone()).unwrap().verify_at(Request::new(&headers, body), now)
        };
        let verified = verify(&public, BODY, NOW).unwrap();
        assert_eq!((verified.key(), verified.timestamp()), (public.current().unwrap().id(), Some(NOW)));
        assert_eq!(verified.id(), (scheme.name() != "discord").then_some("msg_1"));
        assert_eq!(verify(&public, b"{}", NOW).map(drop), Err(Rejection::Mismatch));
        assert_eq!(verify(&stranger, BODY, NOW).map(drop), Err(Rejection::Mismatch));
        let late = verify(&public, BODY, NOW.plus(Duration::from_secs(301))).map(drop);
        assert_eq!(late, Err(Rejection::TooOld { by: Duration::from_secs(1) }));
        let scope = Scope::new("endpoint").unwrap();
        assert_eq!(verified.replay_key(&scope), verify(&public, BODY, NOW).unwrap().replay_key(&scope));
    }
}

#[test]
fn keys_of_another_kind_are_found_when_the_verifier_is_built() {
    let wrong = Some(SetupError::WrongKeyKind);
    let (_, public) = pair();
    assert_eq!(Verifier::new(providers::DISCORD, ring(1, SecretFormat::Utf8)).err(), wrong);
    assert_eq!(Verifier::new(providers::GITHUB, public.clone()).err(), wrong);
    assert_eq!(Verifier::new(providers::SENDGRID, public.clone()).err(), wrong, "another curve");
    assert!(Verifier::new(providers::DISCORD, public).is_ok());
}
