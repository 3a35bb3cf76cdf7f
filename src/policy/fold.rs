//! The same text in lower case and with blanks for separators, and what it takes to say how it was written.
//!
//! `My-Secret-Key` is `my secret key` and a little more; folding makes words and keyboard walks visible.

use alloc::boxed::Box;

use zeroize::Zeroizing;

use super::alphabet::{BIT, times};

/// What people write instead of a blank.
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

/// The one separator of the text. With several, a blank could not be turned back.
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
