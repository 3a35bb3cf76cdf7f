use hookring::SecretFormat::{self, Base64, Base64Url, Hex, HtmlText, Utf8, V1Whsec, Whsec};
use hookring::{Key as _, Secret, SecretPolicy};

const FORMATS: &[SecretFormat] = &[
    Utf8,
    Hex,
    Base64,
    Base64Url,
    Whsec,
    V1Whsec,
    HtmlText,
    #[cfg(feature = "sha1")]
    SecretFormat::Sha1OfText,
];

/// Any text is a secret that keeps its text and identity, or an error; a policy only ever refuses more.
pub(crate) fn secrets(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for format in FORMATS {
        let any = Secret::parse(&text, *format, &SecretPolicy::dangerous_any_strength());
        let provider = Secret::parse(&text, *format, &SecretPolicy::provider());
        let strict = Secret::parse(&text, *format, &SecretPolicy::strict());
        assert!(any.is_ok() || (provider.is_err() && strict.is_err()));
        assert!(provider.is_ok() || strict.is_err(), "{format:?}: strict takes what provider refuses");
        let denied = [SecretPolicy::dangerous_any_strength(), SecretPolicy::provider()].map(|policy| policy.deny(&text));
        assert!(text.is_empty() || denied.iter().all(|policy| Secret::parse(&text, *format, policy).is_err()));
        if let Ok(secret) = any {
            assert!(secret.reveal() == text && secret.key_len() > 0 && secret.format() == *format);
            let again = Secret::parse(secret.reveal(), *format, &SecretPolicy::dangerous_any_strength()).unwrap();
            assert_eq!(again.fingerprint(), secret.fingerprint());
            let shown = format!("{secret:?}");
            assert!(text.len() < 8 || !shown.contains(&*text), "{shown}");
        }
    }
}
