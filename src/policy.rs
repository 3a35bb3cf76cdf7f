//! How strong a secret has to be.
//!
//! Four rules, each with a chance below 2^-30 to refuse a secret that *is* random; `policy/odds.rs` computes the chances:
//!
//! 1. it is not a placeholder (`placeholder.rs`);
//! 2. it has room for enough bits: its length times the bits of one character of its alphabet (`alphabet.rs`);
//! 3. it has enough different characters;
//! 4. it has no short description (`describe.rs`, `judge.rs`), read as it is, folded to lower case (`fold.rs`), and decoded
//!    (`encoded.rs`). Decoded bytes that are text have to meet all four rules themselves.

mod alphabet;
mod describe;
mod encoded;
mod fold;
mod judge;
mod language;
#[cfg(test)]
mod odds;
mod placeholder;
mod step;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use self::alphabet::Ruler;
use self::judge::{Judge, Rules, bare};
use crate::encoding::SecretFormat;
use crate::error::SecretError;

/// Longer texts are refused unread: no real secret is so long, and all later work is bounded by it.
pub(crate) const MAX_TEXT: usize = 4096;
/// Text encoded in text encoded in text. Every layer makes the text longer, so more of them have no room for anything.
const LAYERS: u8 = 3;

/// How strong a secret has to be.
///
/// A policy finds accidents: placeholders, short texts, repeats, keyboard walks, words, encoded words. It cannot measure
/// randomness, which is a property of how a secret was made and not of its text: the hash of a password passes. Use
/// `Secret::generate` or `openssl rand -hex 32`.
///
/// A random secret is not refused, whatever it looks like: each rule has a chance below 2^-30 to do so.
///
/// | | [`strict`](Self::strict) | [`provider`](Self::provider) |
/// |---|---|---|
/// | bits of room | 256 | 128 |
/// | so random hexadecimal digits | 64 | 32 |
/// | random base64 | 43 | 22 |
/// | different characters | 8 | 6 |
/// | at most half of it repeats, runs and keyboard walks | yes | yes |
/// | prose | about 100 characters | allowed |
///
/// Texts over 4096 bytes are refused by every policy.
#[derive(Clone)]
pub struct SecretPolicy {
    level: Level,
    denied: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Strict,
    Provider,
    Any,
}

impl Level {
    const fn rules(self) -> Option<Rules> {
        match self {
            Self::Strict => Some(Rules { bits: 256, ruler: Ruler::Fine, distinct: 8, prose: false }),
            // 32 random hexadecimal digits have fewer than 8 different ones once in 2^25.
            Self::Provider => Some(Rules { bits: 128, ruler: Ruler::Coarse, distinct: 6, prose: true }),
            Self::Any => None,
        }
    }
}

impl SecretPolicy {
    /// For secrets that we choose ourselves: room for 256 bits, and nothing that a person made up.
    #[must_use]
    pub const fn strict() -> Self {
        Self { level: Level::Strict, denied: Vec::new() }
    }

    /// For secrets that others chose and we cannot make longer: room for 128 bits, not obviously a placeholder.
    #[must_use]
    pub const fn provider() -> Self {
        Self { level: Level::Provider, denied: Vec::new() }
    }

    /// Refuses nothing but an empty secret and words added by [`deny`](Self::deny): for published test vectors, and for
    /// weak secrets that one cannot change.
    ///
    /// # Security
    ///
    /// Whoever guesses the secret forges deliveries, and can test guesses against any delivery that was seen.
    #[must_use]
    pub const fn dangerous_any_strength() -> Self {
        Self { level: Level::Any, denied: Vec::new() }
    }

    /// Denies one more word, whatever its ASCII case.
    ///
    /// Of 8 characters and more it is denied anywhere in a secret. A shorter one is denied only if it is the whole
    /// secret, because random text contains every short word now and then.
    #[must_use]
    pub fn deny(mut self, part: &str) -> Self {
        self.denied.push(part.into());
        self
    }

    /// Checks a secret as it was given and as it was decoded.
    pub(crate) fn check(&self, text: &str, key: &[u8], format: SecretFormat) -> Result<(), SecretError> {
        if text.len() > MAX_TEXT {
            return Err(SecretError::TooLong { bytes: text.len(), maximum: MAX_TEXT });
        }
        if text.is_empty() || key.is_empty() {
            return Err(SecretError::Empty);
        }
        let text = text.as_bytes();
        let Some(rules) = self.level.rules() else { return self.check_words(text) };
        self.check_text(text, &Judge::of(rules, text, key, format), LAYERS)
    }

    /// The rules for a text, and for what it is the encoding of.
    fn check_text(&self, text: &[u8], judge: &Judge, layers: u8) -> Result<(), SecretError> {
        self.check_words(text)?;
        let text = bare(text);
        judge.text(text)?;
        let Some(layers) = layers.checked_sub(1) else { return Ok(()) };
        if let Some(rest) = encoded::without_filler(text) {
            return self.check_text(&rest, judge, layers);
        }
        let Some(bytes) = encoded::decode(text) else { return Ok(()) };
        let rest = encoded::without_filler(&bytes);
        let bytes = rest.as_ref().unwrap_or(&bytes);
        match encoded::as_text(bytes) {
            Some(inner) => self.check_text(inner, judge, layers),
            None => judge.bytes(bytes),
        }
    }

    /// Words that are denied only as the whole text are looked for with and without the prefix.
    fn check_words(&self, text: &[u8]) -> Result<(), SecretError> {
        let built_in = self.level != Level::Any && placeholder::is_placeholder(text, bare(text));
        let added = self.denied.iter().any(|word| placeholder::is_denied(text, bare(text), word));
        if built_in || added { Err(SecretError::Placeholder) } else { Ok(()) }
    }
}

/// Shows how many words were added, but not which: they may be names of customers.
impl fmt::Debug for SecretPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretPolicy").field("level", &self.level).field("denied", &self.denied.len()).finish()
    }
}
