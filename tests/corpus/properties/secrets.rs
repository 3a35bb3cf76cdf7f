use hookring::SecretFormat::{Base64, Base64Url, Hex, Utf8, Whsec};
use hookring::{Key as _, Secret, SecretPolicy};

/// Any text is a secret that keeps its text and identity, or an error; a policy only ever refuses more.
pub(crate) fn secrets(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for format in [Utf8, Hex, Base64, Base64Url, Whsec] {
        let any = Secret::parse(&text, format, &SecretPolicy::dangerous_any_strength());
        let provider = Secret::parse(&text, format, &SecretPolicy::provider());
        let strict = Secret::parse(&text, format, &SecretPolicy::strict());
        assert!(any.is_ok() || (provider.is_err() && strict.is_err()));
        if let Ok(secret) = any {
            assert!(secret.reveal() == text && secret.key_len() > 0);
            let again = Secret::parse(secret.reveal(), format, &SecretPolicy::dangerous_any_strength()).unwrap();
            assert_eq!(again.fingerprint(), secret.fingerprint());
        }
    }
}
