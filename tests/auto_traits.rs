//! Which threads may hold what: the auto traits of the public types, and what can be a trait object.

use core::panic::{RefUnwindSafe, UnwindSafe};
use hookring::*;

const fn everywhere<T: Send + Sync + Unpin + 'static>() {}
const fn borrowed<T: Send + Sync + Unpin>() {}
const fn copy<T: Copy>() {}
const fn clone<T: Clone>() {}
const fn unwinds<T: UnwindSafe + RefUnwindSafe>() {}
const fn error<T: core::error::Error + Send + Sync + Copy + Eq + 'static>() {}

#[test]
fn owned_types_go_everywhere() {
    everywhere::<Secret>();
    everywhere::<SecretPolicy>();
    everywhere::<Keyring>();
    everywhere::<Change>();
    everywhere::<Event>();
    everywhere::<Status>();
    everywhere::<SharedKeyring>();
    everywhere::<MemoryKeyringStore>();
    everywhere::<Derivation>();
    everywhere::<Derived<Keyring>>();
    everywhere::<LoadError>();
    everywhere::<LoadErrors>();
    everywhere::<RingFromEnv<'static>>();
    everywhere::<SnapshotError<core::fmt::Error>>();
    #[cfg(feature = "aead")]
    everywhere::<AeadSeal>();
    everywhere::<Schedule>();
    everywhere::<Scheme<'static>>();
    everywhere::<Signer>();
    everywhere::<SignedHeaders>();
    everywhere::<Verifier>();
    everywhere::<Verifier<NoKeys>>();
    everywhere::<Verified<Vec<u8>>>();
    everywhere::<Verified<Streamed>>();
    everywhere::<VerifierBuilder<'static>>();
    everywhere::<Verdict>();
    everywhere::<KeyName>();
    #[cfg(feature = "http-body")]
    {
        everywhere::<receiver::Receiver>();
        everywhere::<receiver::Endpoint<receiver::Received>>();
        everywhere::<receiver::Refusal>();
        everywhere::<receiver::Admitted>();
    }
    everywhere::<Name>();
    everywhere::<Scope>();
    everywhere::<ReplayKey>();
    borrowed::<Message<'_>>();
    borrowed::<Stream<'_, Keyring>>();
    borrowed::<Live<'_, Secret>>();
}

#[test]
fn small_values_are_copied_and_rings_cloned() {
    copy::<Timestamp>();
    copy::<KeyId>();
    copy::<Fingerprint>();
    copy::<Lineage>();
    copy::<Role>();
    copy::<ReplayKey>();
    copy::<Scheme<'_>>();
    copy::<Message<'_>>();
    copy::<Request<'_, &[u8]>>();
    clone::<Keyring>();
    clone::<Verifier>();
    clone::<Verifier<NoKeys>>();
}

#[test]
fn handlers_may_catch_panics_around_them() {
    unwinds::<Secret>();
    unwinds::<Keyring>();
    unwinds::<Signer>();
    unwinds::<Verifier>();
    unwinds::<Verified<Vec<u8>>>();
}

#[test]
fn errors_are_small_values() {
    error::<Rejection>();
    error::<SecretError>();
    error::<SchemeError>();
    error::<SetupError>();
    error::<SignError>();
    error::<Refused>();
    error::<DeriveError>();
    error::<ReplaceError>();
    error::<MemoryKeyringError>();
    error::<BadSchedule>();
    assert!(size_of::<Rejection>() <= 24);
    assert!(size_of::<SecretError>() <= 24);
}

#[test]
fn headers_are_a_trait_object() {
    let mut map = http::HeaderMap::new();
    map.append("x-hub-signature-256", http::HeaderValue::from_static("sha256=00"));
    let pairs = [("X-Hub-Signature-256", "sha256=00")];
    let objects: [&dyn Headers; 3] = [&pairs, &map, &pairs.to_vec()];
    let secret = Secret::generate(SecretFormat::Utf8).unwrap();
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let verifier = Verifier::new(providers::GITHUB, Keyring::new(secret, now).ring);
    for headers in objects {
        let verdict = verifier.as_ref().map(|verifier| verifier.verify_at(Request::new(headers, b"{}"), now).err());
        assert_eq!(verdict, Ok(Some(Rejection::Malformed(Field::Signature))));
    }
}
