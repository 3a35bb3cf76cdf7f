//! The same text in lower case and with spaces for separators, and what it takes to say how it was written.
//!
//! `My-Secret-Key` is `my secret key` and a little more; folding makes words and keyboard walks visible.

use alloc::boxed::Box;

use zeroize::Zeroizing;

use super::alphabet::{BIT, times};

/// What people write instead of a space.
const SEPARATORS: [u8; 8] = *b" -_.+/,:";

pub(super) struct Folded {
    pub(super) text: Zeroizing<Box<[u8]>>,
    /// What it takes to get the original back.
    pub(super) price: u32,
}

/// Folds a text.
pub(super) fn fold(text: &[u8]) -> Folded {
    let separator = separator(text);
    let fold_byte = |byte: &u8| if Some(*byte) == separator { b' ' } else { byte.to_ascii_lowercase() };
    let folded: Box<[u8]> = text.iter().map(fold_byte).collect();
    // Three bits say which separator it was.
    Folded { text: Zeroizing::new(folded), price: price_of_case(text).saturating_add(3 * BIT) }
}

/// The one separator of the text. With several, a space could not be turned back.
fn separator(text: &[u8]) -> Option<u8> {
    let mut found = SEPARATORS.iter().filter(|separator| text.contains(separator));
    found.next().copied().filter(|_| found.next().is_none())
}

/// Two bits say how: mostly lower case, mostly upper case, or one bit for each letter.
fn price_of_case(text: &[u8]) -> u32 {
    let upper = text.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let lower = text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    // The usual case costs an eighth of a bit, the other one four bits: 2^-1/8 + 2^-4 < 1.
    let mostly = |usual, other| times(BIT / 8, usual).saturating_add(times(4 * BIT, other));
    let each = times(BIT, upper.saturating_add(lower));
    mostly(lower, upper).min(mostly(upper, lower)).min(each).saturating_add(2 * BIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> (&'static str, u32) {
        let Folded { text, price } = fold(text.as_bytes());
        let known = ["my secret", "my secret-key", "my/secret-key", "secret", "se7", "cret", "77", " "];
        (known.into_iter().find(|known| known.as_bytes() == &**text).unwrap_or("?"), price * 8 / BIT)
    }

    /// In eighths of a bit: three bits for the separator, two for how the case is given, and then the case.
    #[test]
    fn folding_costs_what_it_hides() {
        let base = 8 * (3 + 2);
        for (text, wanted, case) in [
            ("77", "77", 0),
            ("secret", "secret", 6),
            ("SECRET", "secret", 6),
            // One of another case: four bits instead of one for each.
            ("cret", "cret", 4),
            ("CRET", "cret", 4),
            ("Cret", "cret", 4 * 8),
            ("Secret", "secret", 5 + 4 * 8),
            ("sECRET", "secret", 5 + 4 * 8),
            ("SeCrEt", "secret", 6 * 8),
            ("se7", "se7", 2),
            ("my-Secret", "my secret", 7 + 4 * 8),
            ("my secret", "my secret", 8),
            ("MY_SECRET", "my secret", 8),
            // With two separators each stays what it is.
            ("my secret-key", "my secret-key", 11),
            ("my/secret-key", "my/secret-key", 11),
        ] {
            assert_eq!(folded(text), (wanted, base + case), "{text}");
        }
        for separator in SEPARATORS {
            assert_eq!(fold(&[separator]).text.as_ref(), b" ");
        }
    }
}
