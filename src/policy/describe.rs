//! How short a text can be described: the one measure behind all rules about structure.
//!
//! The language of descriptions has four sentences: "this character"; "repeat the last *n* characters from *d* places
//! back, each moved by the same step", which covers repeats, alphabets, counters and keyboard walks alike; "this word";
//! "a letter that usually comes next". Each has a price in bits, and the prices are those of a prefix code, so at most
//! 2^k texts have a description of k bits. That makes the chance that a *random* text has a short one a simple quotient:
//! see `GATE` in `judge.rs`. No pattern has to be assessed on its own.

use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::alphabet::{Alphabet, BIT, log2, times};
use super::language;
use super::step;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Text of any kind; words are found in lower-case text only.
    Text,
    /// Lower-case prose: letters that usually follow each other are cheap, so the others are dearer.
    Prose,
    /// Bytes of a key.
    Bytes,
}

/// A description: its price and what it says about how many characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Description {
    // First, so that the least description is the cheapest.
    pub(super) price: u32,
    /// Characters that are repeats, runs or walks.
    pub(super) copied: u32,
    /// Characters that had to be named one by one.
    pub(super) literals: u32,
}

/// What each kind of sentence costs, without its details.
pub(super) struct Prices {
    pub(super) literal: u32,
    pub(super) copy: u32,
    pub(super) word: Option<u32>,
    pub(super) likely: Option<u32>,
}

impl Reading {
    /// The sum of 2^-price over the kinds is below 1: that is what makes it a code.
    pub(super) const fn prices(self) -> Prices {
        const fn eighths(eighths: u32) -> u32 {
            (BIT / 8).saturating_mul(eighths)
        }
        match self {
            Self::Text => Prices { literal: eighths(2), copy: eighths(32), word: Some(eighths(28)), likely: None },
            Self::Prose => {
                Prices { literal: eighths(15), copy: eighths(36), word: Some(eighths(28)), likely: Some(eighths(6)) }
            }
            Self::Bytes => Prices { literal: eighths(2), copy: eighths(22), word: None, likely: None },
        }
    }

    /// What a character of the text carries; and for bytes what it takes to say from which to which they go.
    fn character(self, text: &[u8]) -> (u32, u32) {
        if self != Self::Bytes {
            return (Alphabet::of(text).exact().saturating_add(1), 0);
        }
        let (least, most) = text.iter().fold((u8::MAX, 0), |(least, most), byte| (least.min(*byte), most.max(*byte)));
        (log2(u32::from(most.saturating_sub(least)).saturating_add(1)).saturating_add(1), 16 * BIT)
    }
}

/// Runs and moved repeats are looked for at distances up to this; plain repeats at any.
const NEAR: usize = 4;

/// The cheapest description that one pass from the end to the start finds.
pub(super) fn describe(text: &[u8], reading: Reading) -> Description {
    let prices = reading.prices();
    let (character, range) = reading.character(text);
    let literal = prices.literal.saturating_add(character);
    let mut repeats = Repeats::new(text);
    let mut runs = Runs::new(text, reading);
    // The best description of the last k characters, for k from 0 on.
    let mut best: Vec<Description> = Vec::with_capacity(text.len().saturating_add(1));
    best.push(Description::default());
    for at in (0..text.len()).rev() {
        let tail = text.get(at..).unwrap_or_default();
        let after = |length: usize| best.get(tail.len().saturating_sub(length)).copied().unwrap_or_default();
        let mut cheapest = after(1).plus(literal, 0, 1);
        let mut offer = |other: Description| cheapest = cheapest.min(other);
        // All copies have two characters or more.
        let copy = |distance, step, length: usize| {
            let details = number(distance).saturating_add(number(length.saturating_sub(1))).saturating_add(step);
            after(length).plus(prices.copy.saturating_add(details), u32::try_from(length).unwrap_or(u32::MAX), 0)
        };
        repeats.at(at).for_each(|(distance, length)| offer(copy(distance, step::SAME, length)));
        runs.at(at, |distance, step, length| offer(copy(distance, step, length)));
        if let Some(price) = prices.word {
            language::words_at(tail)
                .for_each(|(length, details)| offer(after(length).plus(price.saturating_add(details), 0, 0)));
        }
        if let Some((price, details)) = prices.likely.zip(likely_at(text, at)) {
            offer(after(1).plus(price.saturating_add(details), 0, 0));
        }
        best.push(cheapest);
    }
    best.last().copied().unwrap_or_default().plus(range, 0, 0)
}

impl Description {
    const fn plus(self, price: u32, copied: u32, literals: u32) -> Self {
        Self {
            price: self.price.saturating_add(price),
            copied: self.copied.saturating_add(copied),
            literals: self.literals.saturating_add(literals),
        }
    }
}

fn likely_at(text: &[u8], at: usize) -> Option<u32> {
    let previous = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    language::likely(previous, *text.get(at)?)
}

/// What it takes to write a number from 1 on (Elias gamma): small ones are cheap.
fn number(value: usize) -> u32 {
    times(2 * BIT, value.checked_ilog2().unwrap_or(0) as usize).saturating_add(BIT)
}

/// Stretches at near distances in which every character follows from an earlier one by the same step.
struct Runs {
    /// Each character, and its place on the keyboard.
    text: Zeroizing<Vec<(u8, u8)>>,
    in_order: fn(u8) -> Option<u32>,
    /// By distance, and for each in the order of characters and on the keyboard: the stretch that starts here.
    open: [[Stretch; 2]; NEAR],
}

/// Characters in a row that have the same difference from those a distance before them.
#[derive(Clone, Copy, Default)]
struct Stretch {
    difference: u8,
    length: usize,
}

impl Stretch {
    fn extend(&mut self, from: u8, to: u8) {
        let difference = to.wrapping_sub(from);
        self.length = if difference == self.difference { self.length.saturating_add(1) } else { 1 };
        self.difference = difference;
    }
}

impl Runs {
    fn new(text: &[u8], reading: Reading) -> Self {
        let in_order = if reading == Reading::Bytes { step::in_bytes } else { step::in_text };
        let key = |byte: u8| if reading == Reading::Bytes { 0 } else { step::key(byte) };
        let text = text.iter().map(|byte| (*byte, key(*byte))).collect();
        Self { text: Zeroizing::new(text), in_order, open: Default::default() }
    }

    /// Moves on to `at`, which must be one before the last, and offers the stretches that start there.
    fn at(&mut self, at: usize, mut offer: impl FnMut(usize, u32, usize)) {
        let Some((before, [(to, to_key), ..])) = self.text.split_at_checked(at) else { return };
        for ((distance, [order, keyboard]), (from, from_key)) in (1..).zip(&mut self.open).zip(before.iter().rev()) {
            let keys: fn(u8) -> Option<u32> = step::on_keyboard;
            for (stretch, from, to, price) in [(order, from, to, self.in_order), (keyboard, from_key, to_key, keys)] {
                stretch.extend(*from, *to);
                if let Some(price) = price(stretch.difference).filter(|_| stretch.length > 1) {
                    offer(distance, price, stretch.length);
                }
            }
        }
    }
}

/// Plain repeats of four or more characters, of their last earlier occurrence.
struct Repeats<'t> {
    text: &'t [u8],
    /// For each place, how far back the last earlier place is that probably starts with the same four characters.
    back: Vec<u16>,
    /// Distance and length of the longest known repeat at the place after this one.
    next: (usize, usize),
}

/// Bits of the table that finds earlier occurrences.
const TABLE: u32 = 10;
/// A repeat is compared no further than this, unless it continues the next one.
const COMPARED: usize = 64;

impl<'t> Repeats<'t> {
    fn new(text: &'t [u8]) -> Self {
        let mut last: Vec<u16> = vec![0; 1 << TABLE];
        let places = (1_u16..).zip(text.windows(4));
        let back = places.map(|(place, four)| {
            let word = four.first_chunk().map_or(0, |four| u32::from_be_bytes(*four));
            let slot = word.wrapping_mul(0x9E37_79B1) >> (32 - TABLE);
            let earlier = last.get_mut(slot as usize).map_or(0, |last| core::mem::replace(last, place));
            if earlier == 0 { 0 } else { place.saturating_sub(earlier) }
        });
        Self { text, back: back.collect(), next: (0, 0) }
    }

    fn at(&mut self, at: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let found = self.back.get(at).map_or(0, |back| usize::from(*back));
        let (distance, length) = self.next;
        let continued = self.repeats_for(at, distance, 1);
        let longer = (distance, if continued > 0 { length.saturating_add(1) } else { 0 });
        let other = (found, self.repeats_for(at, found, COMPARED));
        self.next = [other, longer].into_iter().max_by_key(|(_, length)| *length).unwrap_or_default();
        [longer, other].into_iter().filter(|(_, length)| *length >= 4)
    }

    /// How far the text from here on is as it is from `distance` back, up to `most`.
    fn repeats_for(&self, at: usize, distance: usize, most: usize) -> usize {
        let earlier = at.checked_sub(distance).filter(|_| distance > 0);
        let pairs = self.text.get(at..).zip(earlier.and_then(|earlier| self.text.get(earlier..)));
        pairs.map_or(0, |(here, there)| here.iter().zip(there).take(most).take_while(|(a, b)| a == b).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Price in units, copied and literal characters.
    fn found(text: &[u8], reading: Reading) -> (u32, u32, u32) {
        let Description { price, copied, literals } = describe(text, reading);
        (price, copied, literals)
    }

    /// A literal of these characters, among which the text may choose.
    fn literal(reading: Reading, size: u32) -> u32 {
        reading.prices().literal + log2(size) + 1
    }

    /// In bits: a copy of `length` characters from `distance` back.
    fn copy(reading: Reading, distance: u32, length: u32) -> u32 {
        let number = |value: u32| (2 * value.ilog2() + 1) * BIT;
        reading.prices().copy + number(distance) + number(length - 1)
    }

    #[test]
    fn numbers_are_cheap_if_they_are_small() {
        let bits = [1, 2, 3, 4, 7, 8, 4095, 4096].map(|value| number(value) / BIT);
        assert_eq!(bits, [1, 3, 3, 5, 5, 7, 23, 25]);
        assert_eq!(number(0), BIT);
    }

    #[test]
    fn what_follows_no_rule_is_named_character_by_character() {
        use Reading::{Bytes, Prose, Text};
        assert_eq!(found(b"", Text), (0, 0, 0));
        assert_eq!(found(b"7z", Text), (2 * literal(Text, 30), 0, 2));
        assert_eq!(found(b"zq", Prose), (2 * literal(Prose, 20), 0, 2));
        // Two bytes say in which range the others are. One that comes again is not yet a run.
        assert_eq!(found(&[200, 9, 200], Bytes), (16 * BIT + 3 * literal(Bytes, 192), 0, 3));
        assert_eq!(found(&[], Bytes), (16 * BIT, 0, 0));
    }

    #[test]
    fn a_run_is_its_start_and_one_copy() {
        use Reading::{Bytes, Text};
        let step = step::in_text(1).unwrap();
        assert_eq!(found(b"zzzzzzzzz", Text), (literal(Text, 20) + copy(Text, 1, 8) + step::SAME, 8, 1));
        assert_eq!(found(b"abcdefghi", Text), (literal(Text, 26) + copy(Text, 1, 8) + step, 8, 1));
        assert_eq!(found(b"ihgfedcba", Text), (literal(Text, 26) + copy(Text, 1, 8) + step, 8, 1));
        assert_eq!(found(b"qwertyuio", Text), (literal(Text, 26) + copy(Text, 1, 8) + step, 8, 1), "a row of the keyboard");
        assert_eq!(found(b"a0b1c2d3e4f5", Text), (2 * literal(Text, 16) + copy(Text, 2, 10) + step, 10, 2));
        assert_eq!(found(b"aei", Text), (3 * literal(Text, 26), 0, 3), "too far apart");
        // Bytes may count by any number, and keys of the keyboard mean nothing to them.
        let counter: Vec<u8> = (0..9).map(|n| n * 28).collect();
        let step = step::in_bytes(28).unwrap();
        assert_eq!(found(&counter, Bytes), (16 * BIT + literal(Bytes, 225) + copy(Bytes, 1, 8) + step, 8, 1));
        assert_eq!(found(b"qwertyui", Bytes).1, 0);
    }

    #[test]
    fn a_repeat_is_a_copy_from_any_distance() {
        use Reading::Text;
        let literal = literal(Text, 30);
        let twice = found(b"x7k2m9w4x7k2m9w4", Text);
        assert_eq!(twice, (8 * literal + copy(Text, 8, 8) + step::SAME, 8, 8));
        let part = found(b"x7k2m9w4q7k2mz", Text);
        assert_eq!(part, (10 * literal + copy(Text, 8, 4) + step::SAME, 4, 10), "from the middle");
        assert_eq!(found(b"x7k2m9w4x7k", Text), (11 * literal, 0, 11), "three characters are none");
        // The last occurrence is the cheapest.
        let again = found(b"x7k2m9w4z3h8v6r1x7k2q5n9x7k2", Text);
        assert_eq!(again, (20 * literal + copy(Text, 16, 4) + copy(Text, 8, 4) + 2 * step::SAME, 8, 20));
    }

    /// However long it is, and the character before it is not part of it.
    #[test]
    fn a_long_repeat_is_one_copy() {
        let mut state = 1_u32;
        let mut character = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"ghjkmnpqrvwxz2689BCDFGHJKLNPQRVWXZ"[(state >> 16) as usize % 34]
        };
        let once: Vec<u8> = (0..150).map(|_| character()).collect();
        let alone = describe(&once, Reading::Text);
        let twice = describe(&[once.as_slice(), b"#", &once].concat(), Reading::Text);
        let size = 20 + 10 + 6 + 20;
        assert_eq!((alone.copied, alone.literals, alone.price), (0, 150, 150 * literal(Reading::Text, size)));
        let price = 151 * literal(Reading::Text, size + 29) + copy(Reading::Text, 151, 150) + step::SAME;
        assert_eq!((twice.copied, twice.literals, twice.price), (150, 151, price));
    }

    #[test]
    fn words_and_likely_letters_have_their_prices() {
        use Reading::{Prose, Text};
        let word = |reading: Reading, spelled: u32| reading.prices().word.unwrap() + 9 * BIT + 2 * spelled * BIT;
        assert_eq!(found(b"password", Text), (word(Text, 0), 0, 0));
        assert_eq!(found(b"p@55w0rd", Text), (word(Text, 4), 0, 0));
        assert_eq!(found(b"xpasswordx", Text), (word(Text, 0) + 2 * literal(Text, 26), 0, 2));
        assert_eq!(found(b"password", Reading::Bytes).2, 8, "bytes are no words");
        let likely = |bits: u32| Prose.prices().likely.unwrap() + bits * BIT;
        // After nothing `t` and `s` are likely and less so, `o` still is, `z` is not. In prose `h` follows `t`.
        assert_eq!(found(b"t", Prose), (likely(2), 0, 0));
        assert_eq!(found(b"s", Prose), (likely(3), 0, 0));
        assert_eq!(found(b"o", Prose), (likely(4), 0, 0));
        assert_eq!(found(b"z", Prose), (literal(Prose, 20), 0, 1));
        assert_eq!(found(b"the", Prose), (3 * likely(2), 0, 0));
        assert_eq!(found(b"the", Text), (word(Text, 0), 0, 0));
    }
}
