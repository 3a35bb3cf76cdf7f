//! The rules for one text: room, different characters, structure.

use super::alphabet::{Alphabet, BIT, Ruler, times};
use super::describe::{Description, Reading, describe};
use super::fold::fold;
use super::language::may_be_prose;
use crate::encoding::SecretFormat;
use crate::error::SecretError;

/// A description counts only if it is so much shorter than the secret: random secrets have one with a chance of 2^-40.
pub(super) const GATE: u32 = 40 * BIT;
/// What one character of prose adds, generously. English carries between one and two bits.
const BITS_OF_PROSE: u32 = 2 * BIT;

/// What a policy asks for.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) bits: u32,
    pub(super) ruler: Ruler,
    pub(super) distinct: usize,
    /// Whether prose is taken for what it seems to hold.
    pub(super) prose: bool,
}

/// Judges one secret and the texts in it.
pub(super) struct Judge {
    rules: Rules,
    /// Room of the key bytes.
    key_room: u32,
    /// The logarithm of how many secrets there are of this form. All readings of a secret are one-to-one, so at most 2^k
    /// secrets have a description of k bits in one of them, and a random one has it with a chance of 2^(k - possible).
    possible: u32,
}

impl Judge {
    pub(super) fn of(rules: Rules, text: &[u8], key: &[u8], format: SecretFormat) -> Self {
        let text = bare(text);
        let is_text = format == SecretFormat::Utf8 || format == SecretFormat::HtmlText;
        let key_room = if is_text { u32::MAX } else { times(8 * BIT, key.len()) };
        Self { rules, key_room, possible: times(Alphabet::of(text).exact(), text.len()).min(key_room) }
    }

    /// Judges a text without prefix and padding.
    pub(super) fn text(&self, text: &[u8]) -> Result<(), SecretError> {
        self.room(text)?;
        self.characters(text)?;
        let folded = fold(text);
        if folded.text.as_ref() != text {
            self.structure(describe(text, Reading::Text), text.len())?;
        }
        let with_price = |found: Description| Description { price: found.price.saturating_add(folded.price), ..found };
        self.structure(with_price(describe(&folded.text, Reading::Text)), text.len())?;
        if self.rules.prose || !may_be_prose(&folded.text) {
            Ok(())
        } else {
            self.prose(with_price(describe(&folded.text, Reading::Prose)), &folded.text)
        }
    }

    /// Judges key bytes that are not text.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), SecretError> {
        self.structure(describe(bytes, Reading::Bytes), bytes.len())
    }

    fn room(&self, text: &[u8]) -> Result<(), SecretError> {
        let bits = self.rules.ruler.room(text).min(self.key_room) / BIT;
        let minimum = self.rules.bits;
        if bits < minimum { Err(SecretError::TooShort { bits, minimum }) } else { Ok(()) }
    }

    fn characters(&self, text: &[u8]) -> Result<(), SecretError> {
        let mut seen = [false; 256];
        for byte in text {
            if let Some(seen) = seen.get_mut(usize::from(*byte)) {
                *seen = true;
            }
        }
        let distinct = seen.iter().filter(|seen| **seen).count();
        let minimum = self.rules.distinct;
        if distinct < minimum { Err(SecretError::TooFewDistinct { distinct, minimum }) } else { Ok(()) }
    }

    /// Whether a description is too short to be an accident.
    const fn is_real(&self, found: Description) -> bool {
        found.price <= self.possible.saturating_sub(GATE)
    }

    /// Refuses what is repeated for a half or more, and what has a description that leaves too little to guess.
    fn structure(&self, found: Description, length: usize) -> Result<(), SecretError> {
        if !self.is_real(found) {
            return Ok(());
        }
        let copied = found.copied as usize;
        if copied.saturating_mul(2) >= length {
            let percent = copied.saturating_mul(100).checked_div(length).unwrap_or(100);
            return Err(SecretError::Repetitive { percent: u8::try_from(percent).unwrap_or(100) });
        }
        self.worth(found.price, found.price.saturating_add(GATE))
    }

    /// The same for prose, which is worth less than this simple language can tell.
    fn prose(&self, found: Description, text: &[u8]) -> Result<(), SecretError> {
        self.structure(found, text.len())?;
        if !self.is_real(found) {
            return Ok(());
        }
        let literals = found.literals as usize;
        let of_prose = times(BITS_OF_PROSE, text.len().saturating_sub(literals));
        let worth = of_prose.saturating_add(times(Alphabet::of(text).exact(), literals));
        self.worth(worth, worth)
    }

    /// `bits` is what the error says, `worth` what has to reach the minimum.
    fn worth(&self, bits: u32, worth: u32) -> Result<(), SecretError> {
        let minimum = self.rules.bits;
        let weak = worth < times(BIT, minimum as usize);
        if weak { Err(SecretError::Predictable { bits: bits / BIT, minimum }) } else { Ok(()) }
    }
}

/// The text without what carries nothing in whatever format it is read: the prefix, and the padding of base64.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"v1,whsec_").or_else(|| text.strip_prefix(b"whsec_")).unwrap_or(text);
    let bare = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    // In a shorter text, or with characters that are not base64, `=` is a character like others.
    let is_padded = text.len() >= 24 && text.len() % 4 == 0 && Alphabet::of(bare).is_base64();
    if is_padded { bare } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minimum is reached by exactly as much; a description counts from 40 bits less than the secret on.
    #[test]
    fn bounds_are_inclusive() {
        let rules = Rules { bits: 256, ruler: Ruler::Fine, distinct: 8, prose: false };
        let judge = Judge::of(rules, &b"0a".repeat(32), &[0; 32], SecretFormat::Hex);
        assert_eq!(judge.worth(7 * BIT, 256 * BIT), Ok(()));
        assert_eq!(judge.worth(7 * BIT, 256 * BIT - 1), Err(SecretError::Predictable { bits: 7, minimum: 256 }));
        let found = |price, copied| Description { price, copied, literals: 0 };
        let possible = 256 * BIT;
        assert_eq!(judge.structure(found(possible - 40 * BIT, 32), 64), Err(SecretError::Repetitive { percent: 50 }));
        assert_eq!(judge.structure(found(possible - 40 * BIT + 1, 32), 64), Ok(()));
        assert_eq!(judge.structure(found(possible - 40 * BIT, 31), 64), Ok(()));
        assert_eq!(
            judge.structure(found(possible - 40 * BIT - 1, 31), 64),
            Err(SecretError::Predictable { bits: 215, minimum: 256 })
        );
    }
}
