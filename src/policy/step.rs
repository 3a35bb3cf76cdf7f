//! The constant step from one character to another in a run: nothing, a few places in the alphabet, one key on the keyboard.

use super::alphabet::{BIT, log2};

/// One bit says "the same character".
pub(super) const SAME: u32 = BIT;
/// One bit, and which of ten: three places, a key in the row or a key in the column, each in two directions.
const IN_TEXT: u32 = BIT + log2(10) + 1;
/// One bit, and which of the other differences.
const IN_BYTES: u32 = BIT + log2(255) + 1;

/// What it takes to say a step between bytes of a key, which may count by any number.
pub(super) const fn in_bytes(difference: u8) -> Option<u32> {
    Some(if difference == 0 { SAME } else { IN_BYTES })
}

/// What it takes to say a step between characters; `None` if they are further apart than runs that people write.
pub(super) const fn in_text(difference: u8) -> Option<u32> {
    match difference as i8 {
        0 => Some(SAME),
        -3..=3 => Some(IN_TEXT),
        _ => None,
    }
}

/// What it takes to say a step between places on the keyboard: to the next key in the row or in the column.
pub(super) const fn on_keyboard(difference: u8) -> Option<u32> {
    match (difference as i8).unsigned_abs() {
        1 | ROW => Some(IN_TEXT),
        _ => None,
    }
}

/// Places on the keyboard are numbers, so that a step is a difference. Neither the ends of rows nor characters without a
/// key nor the other shift are one step away from each other.
pub(super) fn key(byte: u8) -> u8 {
    PLACES.get(usize::from(byte)).copied().unwrap_or(0)
}

const ROW: u8 = 16;
const FIRST: u8 = 0x22;
const SHIFTED: u8 = 0x80;

/// A US keyboard.
const ROWS: [(&[u8], &[u8]); 4] = [
    (b"1234567890-=", b"!@#$%^&*()_+"),
    (b"qwertyuiop[]", b"QWERTYUIOP{}"),
    (b"asdfghjkl;'", b"ASDFGHJKL:\""),
    (b"zxcvbnm,./", b"ZXCVBNM<>?"),
];

const PLACES: [u8; 128] = places();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler, which checks both")]
const fn places() -> [u8; 128] {
    let mut places = [0; 128];
    let mut row = 0;
    while row < ROWS.len() {
        let (plain, shifted) = ROWS[row];
        let mut column = 0;
        while column < plain.len() {
            let place = FIRST + row as u8 * ROW + column as u8;
            places[plain[column] as usize] = place;
            places[shifted[column] as usize] = place + SHIFTED;
            column += 1;
        }
        row += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As descriptions are: the sum of 2^-price is at most 1, and hardly less.
    #[test]
    fn the_prices_of_steps_are_a_code() {
        let sum = |prices: &mut dyn Iterator<Item = u32>| prices.map(|price| (-f64::from(price) / f64::from(BIT)).exp2()).sum();
        let places = (0..=u8::MAX).filter_map(in_text);
        let keys = (0..=u8::MAX).filter_map(on_keyboard);
        let text: f64 = sum(&mut places.chain(keys));
        let bytes: f64 = sum(&mut (0..=u8::MAX).filter_map(in_bytes));
        assert!((0.999..=1.).contains(&text) && (0.999..=1.).contains(&bytes), "{text} {bytes}");
        assert_eq!((in_text(0), in_bytes(0), on_keyboard(0)), (Some(BIT), Some(BIT), None));
    }

    #[test]
    fn how_far_people_step() {
        let steps = |price: fn(u8) -> Option<u32>| {
            (i8::MIN..=i8::MAX).filter(|step| price(*step as u8).is_some()).collect::<alloc::vec::Vec<_>>()
        };
        assert_eq!(steps(in_text), [-3, -2, -1, 0, 1, 2, 3]);
        assert_eq!(steps(on_keyboard), [-16, -1, 1, 16]);
        assert_eq!(steps(in_bytes).len(), 256);
    }

    #[test]
    fn places_grow_to_the_right_and_downwards() {
        let [one, two, q, shifted] = [b'1', b'2', b'q', b'Q'].map(key);
        assert_eq!((two, q, shifted), (one + 1, one + ROW, q + SHIFTED));
    }

    #[test]
    fn neighbours_on_the_keyboard() {
        let step = |from, to| on_keyboard(key(to).wrapping_sub(key(from))).is_some();
        for (from, to) in [(b'q', b'w'), (b'W', b'Q'), (b'1', b'q'), (b'z', b'a'), (b'(', b')'), (b'@', b'W')] {
            assert!(step(from, to), "{from} {to}");
        }
        for from in 0..=u8::MAX {
            let steps = (0..=u8::MAX).filter(|to| step(from, *to)).count();
            assert!(steps <= 4, "{from}");
            assert!(key(from) != 0 || steps == 0, "{from}");
            assert!(!step(from, from));
        }
        assert!(!step(b'=', b'q') && !step(b'q', b'W') && !step(b'p', b'a'));
    }
}
