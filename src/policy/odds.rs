//! The chance of every rule to refuse a secret that is random, computed from the rules themselves.
//!
//! Each is an upper bound, and below 2^-30 for each rule and each usual form of a secret.

use alloc::vec::Vec;
use std::println;

use super::alphabet::{Alphabet, BIT};
use super::describe::{Reading, describe};
use super::judge::{GATE, Rules};
use super::{Level, encoded, placeholder};

/// A form of random secrets: `length` characters of an alphabet that carry a key of `bits`.
struct Form {
    name: &'static str,
    level: Level,
    alphabet: &'static str,
    length: i32,
    bits: f64,
    /// How many bytes the policy decodes it to.
    decoded: i32,
}

const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const FORMS: [Form; 9] = [
    Form { name: "strict, 64 hex", level: Level::Strict, alphabet: HEX, length: 64, bits: 256., decoded: 32 },
    Form { name: "strict, 43 base64", level: Level::Strict, alphabet: BASE64, length: 43, bits: 256., decoded: 32 },
    Form { name: "strict, 86 base64", level: Level::Strict, alphabet: BASE64, length: 86, bits: 512., decoded: 64 },
    Form { name: "strict, 52 base32", level: Level::Strict, alphabet: BASE32, length: 52, bits: 256., decoded: 39 },
    Form { name: "provider, 32 hex", level: Level::Provider, alphabet: HEX, length: 32, bits: 128., decoded: 16 },
    Form { name: "provider, 22 base64", level: Level::Provider, alphabet: BASE64, length: 22, bits: 128., decoded: 16 },
    Form { name: "provider, 32 base64", level: Level::Provider, alphabet: BASE64, length: 32, bits: 192., decoded: 24 },
    Form { name: "provider, 43 base64", level: Level::Provider, alphabet: BASE64, length: 43, bits: 256., decoded: 32 },
    Form { name: "provider, 26 base32", level: Level::Provider, alphabet: BASE32, length: 26, bits: 128., decoded: 19 },
];

impl Form {
    fn size(&self) -> f64 {
        self.alphabet.len() as f64
    }

    /// Each part at each place, in either case.
    fn placeholder(&self) -> f64 {
        let letters = |letter: u8| self.alphabet.bytes().filter(|byte| byte.eq_ignore_ascii_case(&letter)).count() as f64;
        let here = |part: &&str| part.bytes().map(|letter| letters(letter) / self.size()).product::<f64>();
        let places = |part: &&str| f64::from(self.length) - part.len() as f64 + 1.;
        placeholder::PARTS.iter().map(|part| here(part) * places(part).max(0.)).sum()
    }

    /// All sets of the kinds of characters that the alphabet has, with the chance that a text stays within them.
    fn subsets(&self) -> Vec<(Vec<u8>, f64)> {
        let mut kinds: Vec<(Alphabet, Vec<u8>)> = Vec::new();
        for byte in self.alphabet.bytes() {
            let kind = Alphabet::of(&[byte]);
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, bytes)) => bytes.push(byte),
                None => kinds.push((kind, [byte].into())),
            }
        }
        let chosen =
            |set: u32| kinds.iter().zip(0..).filter(move |(_, number)| set >> number & 1 == 1).map(|((_, bytes), _)| bytes);
        let all = (1_u32..).take_while(|set| set >> kinds.len() == 0);
        all.map(|set| {
            let size: usize = chosen(set).map(Vec::len).sum();
            let one_of_each = chosen(set).filter_map(|bytes| bytes.first()).copied();
            let text = one_of_each.chain(chosen(set).flatten().copied().cycle()).take(self.length as usize).collect();
            (text, (size as f64 / self.size()).powi(self.length))
        })
        .collect()
    }

    /// Texts that seem to come from an alphabet that is too narrow for them.
    fn too_short(&self, rules: Rules) -> f64 {
        let short = |text: &[u8]| rules.ruler.room(text) < rules.bits * BIT;
        self.subsets().iter().filter(|(text, _)| short(text)).map(|(_, chance)| chance).sum()
    }

    /// How the number of different characters grows with each one more.
    fn too_few_distinct(&self, rules: Rules) -> f64 {
        let mut chances = [1., 0., 0., 0., 0., 0., 0., 0., 0.];
        for _ in 0..self.length {
            let before = chances;
            let mut fewer = 0.;
            for ((now, before), distinct) in chances.iter_mut().zip(before).zip(0..) {
                let seen = f64::from(distinct);
                *now = before * seen / self.size() + fewer * (self.size() - seen + 1.) / self.size();
                fewer = before;
            }
        }
        chances.iter().take(rules.distinct).sum()
    }

    /// Four readings (as it is, folded, folded as prose, decoded), each with the chance that the gate leaves. The gate is
    /// set by the kinds of characters that occur, so each set of kinds counts; and by the length of the text, which may
    /// have some bits more than the key.
    fn short_description(&self) -> f64 {
        let sets: f64 = self.subsets().iter().map(|(_, chance)| chance).sum();
        let spare = (f64::from(self.length) * self.size().log2() - self.bits).max(f64::from(self.length % 4));
        4. * sets * (spare - f64::from(GATE / BIT)).exp2()
    }

    /// The decoded bytes look like text, with or without a line break; or half of the text or bytes looks like filler.
    fn decoded_is_text(&self) -> f64 {
        let classes: [(usize, fn(u8) -> bool); 2] =
            [(encoded::PRINTABLE, encoded::is_printable), (encoded::PLAIN, encoded::is_plain)];
        let text = classes.iter().map(|(shortest, is_in)| {
            let with =
                |last: fn(u8) -> bool, length: usize| if length >= *shortest { self.all_decoded(*is_in, last) } else { 0. };
            with(*is_in, self.decoded as usize) + with(|byte| byte == b'\n', self.decoded as usize - 1)
        });
        let filler = self.size().powi(1 - self.length / 2) + 256_f64.powi(1 - self.decoded / 2);
        text.sum::<f64>() + 2. * filler
    }

    /// The chance that all decoded bytes are of a class, and the last of its own class.
    fn all_decoded(&self, is_in: fn(u8) -> bool, is_last: fn(u8) -> bool) -> f64 {
        let share = |class: fn(u8) -> bool| (0..=u8::MAX).filter(|byte| class(*byte)).count() as f64 / 256.;
        if self.alphabet != BASE32 {
            return share(is_in).powi(self.decoded - 1) * share(is_last);
        }
        // Base32 is decoded as base64, and that does not give all bytes alike: try all groups of four characters.
        let values: Vec<u32> = self
            .alphabet
            .bytes()
            .filter_map(|byte| BASE64.bytes().position(|other| other == byte))
            .map(|value| value as u32)
            .collect();
        let pairs = || values.iter().flat_map(|one| values.iter().map(move |two| one << 6 | two));
        let group = |is_last: fn(u8) -> bool| {
            let triples = pairs().flat_map(|high| pairs().map(move |low| (high << 12 | low).to_be_bytes()));
            let fits = |bytes: &[u8; 4]| is_in(bytes[1]) && is_in(bytes[2]) && is_last(bytes[3]);
            triples.filter(fits).count() as f64 / self.size().powi(4)
        };
        let pair = pairs().filter(|pair| is_last((pair >> 4) as u8)).count() as f64 / self.size().powi(2);
        match self.length % 4 {
            0 => group(is_in).powi(self.length / 4 - 1) * group(is_last),
            _ => group(is_in).powi(self.length / 4) * pair,
        }
    }
}

#[test]
fn every_rule_refuses_random_secrets_less_than_once_in_2_to_30() {
    println!("log2 of the chance    placeholder  too short  distinct  structure  encoded      any");
    for form in FORMS {
        let Some(rules) = form.level.rules() else { continue };
        let chances = [
            form.placeholder(),
            form.too_short(rules),
            form.too_few_distinct(rules),
            form.short_description(),
            form.decoded_is_text(),
        ];
        let [placeholder, short, distinct, structure, encoded] = chances.map(f64::log2);
        let any = chances.iter().sum::<f64>().log2();
        println!("{:22}{placeholder:11.1}{short:11.1}{distinct:10.1}{structure:11.1}{encoded:9.1}{any:9.1}", form.name);
        assert!(chances.iter().all(|chance| *chance < (-30_f64).exp2()), "{}", form.name);
        assert!(any < -30., "{}", form.name);
    }
}

/// The chance of the structure rule rests on this: descriptions are a prefix code, so the sum of 2^-price is at most 1.
#[test]
fn descriptions_are_a_code() {
    for reading in [Reading::Text, Reading::Prose, Reading::Bytes] {
        let prices = reading.prices();
        let kinds = [Some(prices.literal), Some(prices.copy), prices.word, prices.likely];
        let sum: f64 = kinds.iter().flatten().map(|price| (-f64::from(*price) / f64::from(BIT)).exp2()).sum();
        assert!(sum <= 1. && sum > 0.95, "{reading:?}: {sum}");
    }
    for (reading, letters, length) in
        [(Reading::Text, b'0'..=b'9', 4), (Reading::Prose, b'a'..=b'z', 3), (Reading::Bytes, 0..=3, 6)]
    {
        let mut texts: Vec<Vec<u8>> = [Vec::new()].into();
        for _ in 0..length {
            let longer =
                |text: &Vec<u8>| letters.clone().map(|letter| [text.as_slice(), &[letter]].concat()).collect::<Vec<_>>();
            texts = texts.iter().flat_map(longer).collect();
        }
        let sum: f64 = texts.iter().map(|text| (-f64::from(describe(text, reading).price) / f64::from(BIT)).exp2()).sum();
        assert!(sum <= 1., "{reading:?}: {sum}");
    }
}
