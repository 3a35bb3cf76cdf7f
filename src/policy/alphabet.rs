//! How much a text can hold: its length times the bits of one character.
//!
//! Information is counted in [`BIT`]s, so that all of the policy is integer arithmetic.

/// One bit. Fractions matter: a character of base62 carries 5.954 bits, and 43 of them just hold a 256-bit key.
pub(super) const BIT: u32 = 1024;

/// The base-2 logarithm in units of 1/[`BIT`], rounded down, by repeated squaring.
pub(super) const fn log2(number: u32) -> u32 {
    let Some(whole) = number.checked_ilog2() else { return 0 };
    // The mantissa, at least 1 and below 2, with 30 binary places.
    let mut mantissa = (number as u64).wrapping_shl(30_u32.saturating_sub(whole));
    let mut result = whole;
    let mut unit = 1;
    while unit < BIT {
        mantissa = mantissa.saturating_mul(mantissa) >> 30;
        result = result.saturating_mul(2);
        if mantissa >> 31 != 0 {
            mantissa >>= 1;
            result = result.saturating_add(1);
        }
        unit = unit.saturating_mul(2);
    }
    result
}

/// Which kinds of characters a text uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Alphabet(u16);

const DIGITS: u16 = 0b0_0000_0001;
const LOWER_HEX: u16 = 0b0_0000_0010;
const LOWER_REST: u16 = 0b0_0000_0100;
const LOWER: u16 = 0b0_0000_0110;
const UPPER_HEX: u16 = 0b0_0000_1000;
const UPPER_REST: u16 = 0b0_0001_0000;
const UPPER: u16 = 0b0_0001_1000;
/// `-` and `_`: base64 for URLs.
const URL: u16 = 0b0_0010_0000;
/// `+` and `/`: standard base64.
const STANDARD: u16 = 0b0_0100_0000;
/// The other 29 printable ASCII characters, with the space.
const OTHER: u16 = 0b0_1000_0000;
/// The other 161 bytes: controls, and the parts of characters that are not ASCII.
const REST: u16 = 0b1_0000_0000;

impl Alphabet {
    /// Of a text without whitespace at its ends, prefix and padding.
    pub(super) fn of(text: &[u8]) -> Self {
        Self(text.iter().fold(0, |kinds, byte| {
            kinds
                | match byte {
                    b'0'..=b'9' => DIGITS,
                    b'a'..=b'f' => LOWER_HEX,
                    b'g'..=b'z' => LOWER_REST,
                    b'A'..=b'F' => UPPER_HEX,
                    b'G'..=b'Z' => UPPER_REST,
                    b'-' | b'_' => URL,
                    b'+' | b'/' => STANDARD,
                    b' '..=b'~' => OTHER,
                    _ => REST,
                }
        }))
    }

    /// Whether no other kinds occur than these.
    fn within(self, kinds: &[u16]) -> bool {
        kinds.iter().fold(self.0, |left, kind| left & !kind) == 0
    }

    pub(super) fn is_hex(self) -> bool {
        self.within(&[DIGITS, LOWER_HEX, UPPER_HEX])
    }

    pub(super) fn is_base64(self) -> bool {
        self.within(&[DIGITS, LOWER, UPPER, STANDARD]) || self.within(&[DIGITS, LOWER, UPPER, URL])
    }

    /// Bits of one character, taking each kind that occurs to be there in full.
    pub(super) fn exact(self) -> u32 {
        let sizes = [10, 6, 20, 6, 20, 2, 2, 29, 161_u32];
        let used = sizes.iter().zip(0..).filter(|(_, kind)| self.0 >> kind & 1 == 1);
        log2(used.map(|(size, _)| size).sum())
    }
}

/// How finely alphabets are told apart.
///
/// A random text can look as if it came from a narrower alphabet than it did. Judging it by that one would refuse it,
/// so an alphabet counts only if a text that just has enough room in a wider one looks like it less than once in 2^30.
/// The shorter the accepted texts are, the fewer alphabets are left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ruler {
    /// For 256 bits: decimal, hexadecimal, one case of letters with digits, letters and digits, base64, printable.
    Fine,
    /// For 128 bits: hexadecimal, printable. (20 printable characters look like base64 once in 2^11.)
    Coarse,
}

impl Ruler {
    fn characters(self, alphabet: Alphabet) -> u32 {
        match self {
            Self::Fine if alphabet.within(&[DIGITS]) => 10,
            Self::Fine | Self::Coarse if alphabet.is_hex() => 16,
            Self::Fine if alphabet.within(&[DIGITS, LOWER]) || alphabet.within(&[DIGITS, UPPER]) => 36,
            Self::Fine if alphabet.within(&[DIGITS, LOWER, UPPER]) => 62,
            Self::Fine if alphabet.is_base64() => 64,
            Self::Fine | Self::Coarse => 95,
        }
    }

    /// The room of a text.
    pub(super) fn room(self, text: &[u8]) -> u32 {
        let characters = text.iter().filter(|byte| *byte & 0xC0 != 0x80).count();
        times(log2(self.characters(Alphabet::of(text))), characters)
    }
}

/// `count` times `bits`.
pub(super) fn times(bits: u32, count: usize) -> u32 {
    bits.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right_and_never_too_large() {
        for number in 1..=256_u32 {
            let exact = f64::from(number).log2() * f64::from(BIT);
            let ours = f64::from(log2(number));
            assert!(ours <= exact && exact - ours < 1.0001, "{number}: {ours} {exact}");
        }
    }

    #[test]
    fn room_is_judged_by_alphabet() {
        let fine = |text: &str| Ruler::Fine.room(text.as_bytes()) / BIT;
        assert_eq!(fine(&"0a".repeat(32)), 256);
        assert_eq!(fine(&"0A".repeat(16)), 128);
        assert_eq!(fine(&"01".repeat(32)), 212);
        assert_eq!(fine("jz3PXyAI7tUsu9kHsgHRqQbTcjkXUqf3GBs5n5eQKuM"), 256);
        assert_eq!(fine("jz3PXyAI7tUsu9kHsgHRqQbTcjkXUqf3GBs5n5eQKu-"), 258);
        assert_eq!(Ruler::Coarse.room(b"0123456789012345") / BIT, 64);
        assert_eq!(Ruler::Coarse.room("ééé".as_bytes()) / BIT, 19);
        assert_eq!(Alphabet::of(b"0aZ-+ \n").exact(), log2(256 - 26));
    }

    #[test]
    fn each_ruler_knows_its_alphabets() {
        let of = |ruler: Ruler, text: &str| ruler.characters(Alphabet::of(text.as_bytes()));
        for (text, fine, coarse) in [
            ("0189", 10, 16),
            ("09af", 16, 16),
            ("09AF", 16, 16),
            ("09azfg", 36, 95),
            ("09AZFG", 36, 95),
            ("az", 36, 95),
            ("0aZ", 62, 95),
            ("aZ", 62, 95),
            ("0aZ+/", 64, 95),
            ("0aZ-_", 64, 95),
            ("az+", 64, 95),
            ("az-", 64, 95),
            ("0aZ+-", 95, 95),
            ("0a ", 95, 95),
            ("0aZ\n", 95, 95),
        ] {
            assert_eq!((of(Ruler::Fine, text), of(Ruler::Coarse, text)), (fine, coarse), "{text}");
        }
        let is_base64 = |text: &str| Alphabet::of(text.as_bytes()).is_base64();
        assert!(["09", "az", "AZ", "+/", "-_", "aZ0+/", "aZ0-_"].into_iter().all(is_base64));
        assert!(!["+-", "a b", "a=", "a,", "a\n"].into_iter().any(is_base64));
        let is_hex = |text: &str| Alphabet::of(text.as_bytes()).is_hex();
        assert!(
            ["09", "af", "AF", "09afAF"].into_iter().all(is_hex) && !["g", "G", "-", "+", " ", "\n"].into_iter().any(is_hex)
        );
    }

    /// By all kinds that occur, and only by those.
    #[test]
    fn a_character_of_an_exact_alphabet() {
        let sizes = [("5", 10), ("a", 6), ("g", 20), ("A", 6), ("G", 20), ("-", 2), ("_", 2), ("+", 2), ("!", 29), ("\n", 161)];
        for (kind, size) in sizes {
            assert_eq!(Alphabet::of(kind.as_bytes()).exact(), log2(size), "{kind}");
            assert_eq!(Alphabet::of([kind, "gg"].concat().as_bytes()).exact(), log2(if kind == "g" { 20 } else { size + 20 }));
        }
    }
}
