//! No random secret is refused: 20,000 of each format, half of them by each policy. `HOOKRING_DEEP=1` makes it a million
//! for each policy, best with `--release`.

use hookring::SecretFormat::{self, Base64, Hex, Utf8, Whsec};
use hookring::{Secret, SecretPolicy};

const LOWER_HEX: &[u8] = b"0123456789abcdef";
const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
const STANDARD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// SplitMix64: the same secrets in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.next() as usize % alphabet.len()])).collect()
    }

    /// Base64 of random bytes: the last character has fewer bits than the others.
    fn base64(&mut self, bytes: usize) -> String {
        let mut text = self.text(STANDARD, bytes * 8 / 6);
        let left = bytes * 8 % 6;
        if left > 0 {
            text.push(char::from(STANDARD[(self.next() as usize % (1 << left)) << (6 - left)]));
            text.push_str(if left == 2 { "==" } else { "=" });
        }
        text
    }
}

fn none_refused(policy: &SecretPolicy, format: SecretFormat, mut make: impl FnMut(&mut Random) -> String) {
    let deep = std::env::var_os("HOOKRING_DEEP").is_some();
    let mut random = Random(2026);
    for _ in 0..if deep { 1_000_000 } else { 10_000 } {
        let text = make(&mut random);
        if let Err(error) = Secret::parse(&text, format, policy) {
            panic!("{text} was refused: {error}");
        }
    }
}

#[test]
fn strict_hex() {
    none_refused(&SecretPolicy::strict(), Hex, |random| random.text(LOWER_HEX, 64));
}

#[test]
fn strict_hex_as_text() {
    none_refused(&SecretPolicy::strict(), Utf8, |random| random.text(LOWER_HEX, 64));
}

#[test]
fn strict_base64() {
    none_refused(&SecretPolicy::strict(), Base64, |random| random.base64(32));
}

#[test]
fn strict_base64url_as_text() {
    none_refused(&SecretPolicy::strict(), Utf8, |random| random.text(URL, 43));
}

#[test]
fn strict_whsec() {
    none_refused(&SecretPolicy::strict(), Whsec, |random| format!("whsec_{}", random.base64(32)));
}

#[test]
fn strict_other_alphabets() {
    let mut turn = 0;
    none_refused(&SecretPolicy::strict(), Utf8, |random| {
        turn += 1;
        match turn % 3 {
            0 => random.text(BASE32, 52),
            1 => random.text(BASE62, 43),
            _ => random.text(UPPER_HEX, 64),
        }
    });
}

#[test]
fn provider_hex_as_text() {
    none_refused(&SecretPolicy::provider(), Utf8, |random| random.text(LOWER_HEX, 32));
}

#[test]
fn provider_hex() {
    none_refused(&SecretPolicy::provider(), Hex, |random| random.text(UPPER_HEX, 32));
}

#[test]
fn provider_base64() {
    none_refused(&SecretPolicy::provider(), Base64, |random| random.base64(16));
}

#[test]
fn provider_whsec() {
    none_refused(&SecretPolicy::provider(), Whsec, |random| format!("whsec_{}", random.base64(24)));
}

#[test]
fn provider_other_alphabets() {
    let printable: Vec<u8> = (b'!'..=b'~').collect();
    let mut turn = 0;
    none_refused(&SecretPolicy::provider(), Utf8, |random| {
        turn += 1;
        match turn % 5 {
            0 => random.text(BASE32, 26),
            1 => random.text(BASE62, 22),
            2 => random.text(URL, 22),
            // `whsec_` in the middle of a text is not what this test is about.
            3 => random.text(&printable, 20).replace("whsec_", "whsec-"),
            _ => [8, 4, 4, 4, 12].map(|length| random.text(LOWER_HEX, length)).join("-"),
        }
    });
}
