//! Strict hexadecimal and base64 (RFC 4648), and how the text of a secret is read.
//!
//! Decoding is for the *sender's* text, which the sender knows: it need not run in constant time, so the faster `base64`
//! does it. Our own tags are encoded only when we sign, where they are public. Secrets go through `base64ct`.

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use base64ct::Encoding as _;

use crate::names::names;

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal (RFC 4648, section 8): read in either case, written in lower case.
    Hex,
    /// Hexadecimal (RFC 4648, section 8): read in either case, written in upper case.
    HexUpper,
    /// Standard base64 with padding (RFC 4648, section 4), in its one canonical spelling.
    Base64,
    /// URL-safe base64 (RFC 4648, section 5) without padding, in its one canonical spelling.
    Base64Url,
    /// URL-safe base64 (RFC 4648, section 5): read with or without its padding, written with it.
    Base64UrlPadded,
}

names!(Encoding {
    Hex = "hex",
    HexUpper = "hex-upper",
    Base64 = "base64",
    Base64Url = "base64url",
    Base64UrlPadded = "base64url-padded",
});

/// How the text of a secret becomes key bytes. Always an argument, never guessed: the same text gives different keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretFormat {
    /// The bytes of the text itself, whatever it looks like: GitHub, Slack, Stripe (with its `whsec_`), most others.
    Utf8,
    /// Hexadecimal digits (RFC 4648, section 8), decoded.
    Hex,
    /// Standard base64 (RFC 4648, section 4), decoded; padding may be missing.
    Base64,
    /// URL-safe base64 (RFC 4648, section 5) without padding, decoded: what [`Derivation`](crate::Derivation) gives.
    Base64Url,
    /// `whsec_` and then standard base64 (RFC 4648, section 4), decoded without the prefix: Standard Webhooks, Svix.
    Whsec,
    /// `v1,whsec_` and then standard base64 (RFC 4648, section 4), decoded without the prefix: Supabase auth hooks.
    V1Whsec,
    /// Text in which the five HTML entities of quotes, `&`, `<` and `>` are decoded first: WooCommerce, whose pages show
    /// and store a secret in that form.
    HtmlText,
    /// The SHA-1 (FIPS 180-4) of the text: Braintree.
    #[cfg(feature = "sha1")]
    Sha1OfText,
}

names!(SecretFormat {
    Utf8 = "utf8",
    Hex = "hex",
    Base64 = "base64",
    Base64Url = "base64url",
    Whsec = "whsec",
    V1Whsec = "v1-whsec",
    HtmlText = "html-text",
    #[cfg(feature = "sha1")]
    Sha1OfText = "sha1-of-text",
});

impl SecretFormat {
    /// Whether any text may be a secret of this format.
    pub(crate) const fn is_text(self) -> bool {
        match self {
            Self::Utf8 | Self::HtmlText => true,
            #[cfg(feature = "sha1")]
            Self::Sha1OfText => true,
            Self::Hex | Self::Base64 | Self::Base64Url | Self::Whsec | Self::V1Whsec => false,
        }
    }
}

/// Decodes text to exactly `out.len()` bytes; `false` for any other length, alphabet or spelling.
pub(crate) fn decode_exact(text: &[u8], encoding: Encoding, out: &mut [u8]) -> bool {
    let wanted = out.len();
    match encoding {
        // The length first: `const_hex` would take off a `0x`.
        Encoding::Hex | Encoding::HexUpper => text.len() / 2 == wanted && const_hex::decode_to_slice(text, out).is_ok(),
        Encoding::Base64 => STANDARD.decode_slice(text, out) == Ok(wanted),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode_slice(text, out) == Ok(wanted),
        Encoding::Base64UrlPadded if text.ends_with(b"=") => URL_SAFE.decode_slice(text, out) == Ok(wanted),
        Encoding::Base64UrlPadded => URL_SAFE_NO_PAD.decode_slice(text, out) == Ok(wanted),
    }
}

/// How many bytes a text of this length decodes to, if it can be decoded.
#[cfg(feature = "p256")]
fn decoded_len(text: &[u8], encoding: Encoding) -> Option<usize> {
    match encoding {
        Encoding::Hex | Encoding::HexUpper => Some(text.len() / 2),
        Encoding::Base64 | Encoding::Base64Url | Encoding::Base64UrlPadded => {
            let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
            text.len().checked_sub(padding)?.checked_mul(3).map(|sextets| sextets / 4)
        }
    }
}

/// Decodes an ECDSA signature in ASN.1 (DER) to its two numbers; `false` for any other form.
#[cfg(feature = "p256")]
pub(crate) fn decode_ecdsa(text: &[u8], encoding: Encoding, out: &mut [u8]) -> bool {
    // Two numbers of at most 33 bytes, each with two bytes in front, and two bytes in front of both.
    let mut der = [0; 72];
    let Some(der) = decoded_len(text, encoding).and_then(|len| der.get_mut(..len)) else { return false };
    if !decode_exact(text, encoding, der) {
        return false;
    }
    let Ok(signature) = p256::ecdsa::Signature::from_der(der) else { return false };
    let numbers = signature.to_bytes();
    let fits = out.len() == numbers.len();
    if fits {
        out.copy_from_slice(&numbers);
    }
    fits
}

/// What a `+` in percent-encoded text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// A space, as in forms (the URL Standard, section 5.1).
    Space,
    /// A plus, as in paths (RFC 3986).
    #[cfg(any(feature = "std", feature = "diagnose", test))]
    Itself,
}

/// The bytes behind percent-encoded text, decoded once; `None` for a malformed escape.
pub(crate) fn percent_decoded(text: &[u8], plus: Plus) -> impl Iterator<Item = Option<u8>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (first, tail) = rest.split_first()?;
        rest = tail;
        match first {
            b'+' if plus == Plus::Space => Some(Some(b' ')),
            b'%' => {
                let mut byte = [0];
                let escape = tail.split_first_chunk::<2>();
                let escape = escape.filter(|(digits, _)| hex::decode_to_slice(digits, &mut byte).is_ok());
                Some(escape.map(|(_, after)| {
                    rest = after;
                    let [byte] = byte;
                    byte
                }))
            }
            plain => Some(Some(*plain)),
        }
    })
}

/// The text of a tag that is about to be sent.
pub(crate) fn encode(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => const_hex::encode(bytes),
        Encoding::HexUpper => const_hex::encode_upper(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        Encoding::Base64UrlPadded => URL_SAFE.encode(bytes),
    }
}

/// Decodes the base64 of a secret into a buffer of at least three quarters of its length; padding may be left out.
///
/// Runs in constant time for a given length, so that loading a secret does not leak it through caches.
pub(crate) fn decode_secret_base64<'o>(text: &str, out: &'o mut [u8]) -> Option<&'o [u8]> {
    let bare = text.trim_end_matches('=');
    let padding = text.len().saturating_sub(bare.len());
    let canonical = padding == 0 || text.len() % 4 == 0 && padding <= 2;
    if !canonical {
        return None;
    }
    base64ct::Base64Unpadded::decode(bare, out).ok()
}

/// Decodes the base64 of a secret that is presented, in its one canonical spelling, into a buffer of at least three quarters
/// of its length. In constant time for a given length.
#[cfg(feature = "std")]
pub(crate) fn decode_presented_base64<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    base64ct::Base64::decode(text, out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_base64() {
        let text = "awJNJkvSvaTqnMHWo/4fUASs6hEqeCqVCgZpIVI1NJI=";
        let mut out = [0; 32];
        assert!(decode_exact(text.as_bytes(), Encoding::Base64, &mut out));
        for bad in [
            "awJNJkvSvaTqnMHWo/4fUASs6hEqeCqVCgZpIVI1NJJ=",
            "awJNJkvSvaTqnMHWo/4fUASs6hEqeCqVCgZpIVI1NJI==",
            "awJNJkvSvaTqnMHWo/4fUASs6hEqeCqVCgZpIVI1NJI",
            "awJNJkvSvaTqnMHWo_4fUASs6hEqeCqVCgZpIVI1NJI=",
            "awJNJkvSvaTqnMHWo/4f\nUASs6hEqeCqVCgZpIVI1NJI=",
            "awJNJkvSvaTqnMHWo/4fUASs6hEqeCqVCgZpIVI1",
            "",
        ] {
            assert!(!decode_exact(bad.as_bytes(), Encoding::Base64, &mut out), "{bad}");
        }
    }

    #[test]
    fn padding_is_optional_where_a_scheme_says_so() {
        let (mut out, padded) = ([0; 4], Encoding::Base64UrlPadded);
        for good in ["_-8BAg==", "_-8BAg"] {
            assert!(decode_exact(good.as_bytes(), padded, &mut out), "{good}");
            assert_eq!(out, [0xff, 0xef, 1, 2]);
        }
        for bad in ["_-8BAg=", "_-8BAg===", "/+8BAg==", "_-8BAh==", "_-8BAh", "_-8B", ""] {
            assert!(!decode_exact(bad.as_bytes(), padded, &mut out), "{bad}");
        }
        assert!(!decode_exact(b"_-8BAg==", Encoding::Base64Url, &mut out));
        assert_eq!(encode(&out, padded), "_-8BAg==");
    }

    #[test]
    fn percent_escapes_are_decoded_once() {
        for (text, space, itself) in [
            ("", Some(""), Some("")),
            ("a+b", Some("a b"), Some("a+b")),
            ("%2Bc%2b+", Some("+c+ "), Some("+c++")),
            ("%2541", Some("%41"), Some("%41")),
            ("%", None, None),
            ("a%4", None, None),
            ("%+1", None, None),
            ("%zz", None, None),
        ] {
            let read = |plus| percent_decoded(text.as_bytes(), plus).collect::<Option<alloc::vec::Vec<u8>>>();
            assert_eq!(read(Plus::Space).as_deref(), space.map(str::as_bytes), "{text}");
            assert_eq!(read(Plus::Itself).as_deref(), itself.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn hex_in_either_case_and_of_exact_length() {
        let mut out = [0; 2];
        assert!(decode_exact(b"aBCd", Encoding::Hex, &mut out));
        assert_eq!(out, [0xab, 0xcd]);
        for bad in ["abc", "abcde", "abcdef", "ab", "", "zzzz", "ab d", "0xab", "0xabcd", "0Xab", "0x", "0xabc"] {
            assert!(!decode_exact(bad.as_bytes(), Encoding::Hex, &mut out), "{bad}");
        }
    }

    #[test]
    fn secrets_may_lack_padding_but_not_have_false_padding() {
        let mut out = [0; 8];
        assert_eq!(decode_secret_base64("YWJjZA==", &mut out), Some(b"abcd".as_slice()));
        assert_eq!(decode_secret_base64("YWJjZA", &mut out), Some(b"abcd".as_slice()));
        for bad in ["YWJjZA=", "YWJjZA===", "YWJjZB==", "YWJj====", "YW Jj", "="] {
            assert_eq!(decode_secret_base64(bad, &mut out), None, "{bad}");
        }
    }
}
