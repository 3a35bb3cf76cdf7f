//! Any text is a secret that keeps its text and identity, or an error; a policy only ever refuses more.
#![no_main]

use hookring::SecretFormat::{Base64, Base64Url, Hex, Utf8, Whsec};
use hookring::{Key, Secret, SecretPolicy};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for format in [Utf8, Hex, Base64, Base64Url, Whsec] {
        let any = Secret::parse(text, format, &SecretPolicy::dangerous_any_strength());
        let strict = Secret::parse(text, format, &SecretPolicy::strict());
        assert!(any.is_ok() || strict.is_err());
        if let Ok(secret) = any {
            assert!(secret.reveal() == text && secret.key_len() > 0);
            let again = Secret::parse(secret.reveal(), format, &SecretPolicy::dangerous_any_strength()).unwrap();
            assert_eq!(again.fingerprint(), secret.fingerprint());
        }
    }
});
