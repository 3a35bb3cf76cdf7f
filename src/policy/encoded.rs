//! Looking through encodings: the base64 of a password is a password.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::alphabet::Alphabet;

/// From this length on bytes that are all printable are text. A random key of so many bytes is text less than once in
/// 2^30; and from [`PLAIN`] on if they are all letters, digits, spaces, `-`, `_` and `.`.
pub(super) const PRINTABLE: usize = 22;
/// See [`PRINTABLE`].
pub(super) const PLAIN: usize = 16;
/// Fewer decoded bytes than this are not looked at.
const SHORTEST: usize = 8;

/// The bytes that a text encodes, if it is hexadecimal or else base64.
pub(super) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let alphabet = Alphabet::of(text);
    let width = if alphabet.is_hex() {
        4
    } else if alphabet.is_base64() {
        6
    } else {
        return None;
    };
    unpack(text, width).filter(|bytes| bytes.len() >= SHORTEST)
}

/// Puts digits of 4 or 6 bits together. Bits that do not fill a byte at the end are dropped.
fn unpack(text: &[u8], width: u32) -> Option<Zeroizing<Vec<u8>>> {
    // More than enough at once: growing would leave an unwiped copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut pending, mut have) = (0_u32, 0_u32);
    for byte in text {
        let digit = if width == 4 { hex_digit(*byte)? } else { base64_digit(*byte)? };
        pending = pending.wrapping_shl(width).wrapping_add(digit);
        have = have.saturating_add(width);
        if have >= 8 {
            have = have.saturating_sub(8);
            bytes.push(pending.wrapping_shr(have) as u8);
        }
    }
    Some(bytes)
}

fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

fn base64_digit(byte: u8) -> Option<u32> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' | b'-' => (byte, 62),
        b'/' | b'_' => (byte, 63),
        _ => return None,
    };
    Some(u32::from(byte.saturating_sub(first)).saturating_add(value))
}

/// The text that the bytes are, if they are text that cannot be an accident. A line break at the end, as `echo` leaves
/// it, is not part of it.
pub(super) fn as_text(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let printable = text.len() >= PRINTABLE && text.iter().all(|byte| is_printable(*byte));
    let plain = text.len() >= PLAIN && text.iter().all(|byte| is_plain(*byte));
    (printable || plain).then_some(text)
}

pub(super) fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" -_.".contains(&byte)
}

/// Every other byte, if those between them are all the same: UTF-16 with Latin letters, `s-e-c-r-e-t`.
pub(super) fn without_filler(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let every_other = |from| bytes.iter().skip(from).step_by(2);
    let same = |from| every_other(from).all(|byte| Some(byte) == every_other(from).next());
    let kept = match (same(0), same(1)) {
        (true, false) => 1,
        (false, true) => 0,
        _ => return None,
    };
    (bytes.len() >= 2 * SHORTEST).then(|| Zeroizing::new(every_other(kept).copied().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn text_is_found_in_encodings() {
        let find = |text: &str| decode(text.as_bytes()).and_then(|bytes| as_text(&bytes).map(<[u8]>::to_vec));
        let plain = b"correct horse battery".to_vec();
        assert_eq!(find("636f727265637420686f7273652062617474657279"), Some(plain.clone()));
        assert_eq!(find("Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"), Some(plain.clone()));
        assert_eq!(find("Y29ycmVjdCBob3JzZSBiYXR0ZXJ5Cg"), Some(plain));
        assert_eq!(find("f2dcc48fd0aac9e2b1a0cd2e1b6eb4f5ec28d8a4a2c2a3b8a1b2c3d4e5f6a7b8"), None);
    }

    #[test]
    fn every_digit_has_its_value() {
        let bytes = |text: &str| decode(text.as_bytes()).map(|bytes| bytes.to_vec());
        assert_eq!(bytes("0123456789abcdefABCDEF"), Some(b"\x01\x23\x45\x67\x89\xab\xcd\xef\xAB\xCD\xEF".to_vec()));
        // RFC 4648: both alphabets end with what looks most like each other.
        let all = b"\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a\
            \xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf"
            .to_vec();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        assert_eq!(bytes(&[letters, "+/"].concat()), Some(all.clone()));
        assert_eq!(bytes(&[letters, "-_"].concat()), Some(all));
        assert_eq!(bytes("a text, not an encoding"), None);
        // Eleven digits of base64 are eight bytes and two bits, ten are fewer.
        assert_eq!(bytes("_____-----A").map(|bytes| bytes.len()), Some(8));
        assert_eq!(bytes("_____-----"), None);
        assert_eq!((hex_digit(b'g'), base64_digit(b'=')), (None, None));
    }

    /// The shorter a text, the stricter the look at it: 22 printable characters, or 16 plain ones.
    #[test]
    fn bytes_are_text_from_a_length_on() {
        let is_text = |bytes: &str| as_text(bytes.as_bytes()).is_some();
        assert!(is_text("plain words-1._A") && !is_text("plain words-1.A"));
        assert!(!is_text("plain words, 16!"));
        assert!(is_text("22 bytes: with (marks)") && !is_text("21 bytes: with (mark)"));
        assert!(is_text("tabs\tand\r\nbreaks are text") && !is_text("bells\x07and others are not"));
        assert_eq!(as_text(b"sixteen letters!\n"), None);
        assert_eq!(as_text(b"sixteen-letters.\n"), Some(b"sixteen-letters.".as_slice()));
        assert!(!is_text("fifteen-letters\n"), "the line break does not count");
        for byte in 0..=u8::MAX {
            assert_eq!(is_plain(byte), byte.is_ascii_alphanumeric() || [b' ', b'-', b'_', b'.'].contains(&byte));
            assert_eq!(is_printable(byte), byte.is_ascii_graphic() || [b' ', b'\t', b'\r', b'\n'].contains(&byte));
        }
    }

    #[test]
    fn filler_is_left_out() {
        let kept = |bytes: &[u8]| without_filler(bytes).map(|kept| core::str::from_utf8(&kept).unwrap_or("").to_string());
        assert_eq!(kept(b"p\0a\0s\0s\0w\0o\0r\0d\0").as_deref(), Some("password"));
        assert_eq!(kept(b"\0p\0a\0s\0s\0w\0o\0r\0d").as_deref(), Some("password"));
        assert_eq!(kept(b"s-e-c-r-e-t-w-o-r-d").as_deref(), Some("secretword"));
        assert_eq!(kept(&[0; 32]), None);
        assert_eq!(kept(&[1; 32]), None);
        assert_eq!(kept(b"s-e-c-r-e-t-w-o").as_deref(), None, "15 bytes");
        assert_eq!(kept(b"s-e-c-r-e-t-w-o-").as_deref(), Some("secretwo"));
        assert_eq!(kept(b"s-e-c-r-e-t_w-o-r-d").as_deref(), None);
    }
}
