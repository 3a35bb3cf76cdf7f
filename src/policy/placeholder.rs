//! Placeholders: texts in the place of a secret that nobody has set.
//!
//! A part that may be anywhere needs at least [`ANYWHERE`] characters: `test` is in one of 8,000 random base64 secrets.
//! Prefixes of providers (`whsec_`, `shpss_`, `polar_whs_` …) must never be added.

/// From this many characters on a part is denied anywhere, a shorter one only as the whole text.
pub(super) const ANYWHERE: usize = 8;

/// Denied as the whole text.
pub(super) const WHOLE: [&str; 3] = ["dev-secret", "dev_secret", "devsecret"];

/// Denied anywhere.
pub(super) const PARTS: [&str; 16] = [
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "replaceme",
    "replace-me",
    "replace_me",
    "placeholder",
    "yoursecret",
    "your-secret",
    "your_secret",
    "your-webhook-secret",
    "your_webhook_secret",
    "insert-secret",
    "insert_secret",
    "development_secret",
];

/// Whether the text is or contains a placeholder of the built-in list; `bare` is the text without prefix and padding.
pub(super) fn is_placeholder(text: &[u8], bare: &[u8]) -> bool {
    WHOLE.iter().any(|whole| is(text, bare, whole)) || PARTS.iter().any(|part| contains(text, part))
}

/// Whether a word that the application added denies the text.
pub(super) fn is_denied(text: &[u8], bare: &[u8], word: &str) -> bool {
    is(text, bare, word) || word.chars().count() >= ANYWHERE && contains(text, word)
}

fn is(text: &[u8], bare: &[u8], word: &str) -> bool {
    [text, bare].iter().any(|text| text.eq_ignore_ascii_case(word.as_bytes()))
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len().max(1)).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}
