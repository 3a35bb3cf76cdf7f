//! Requests of somebody who wants a receiver to work: made from an honest one, the same for the same seed.

extern crate alloc;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Headers and body.
pub(crate) type Raw = (Vec<(String, Vec<u8>)>, Vec<u8>);

/// A small generator of numbers (xorshift64*, Vigna 2014), so that a find can be repeated.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }

    fn of<'p, T>(&mut self, list: &'p [T]) -> &'p T {
        &list[self.below(list.len())]
    }
}

const PIECES: [&[u8]; 14] =
    [b"v1=", b"t=1790000000", b"v1,", b"sha256=", b",", b" ", b";", b"=", b"\xff", b"\0", b"%2c", b"\t", b"aa", b"v0="];

/// The length of everything that a sender chose.
pub(crate) fn size((headers, body): &Raw) -> usize {
    headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() + body.len()
}

/// One to three blows at an honest request.
pub(crate) fn hostile(dice: &mut Dice, honest: &Raw) -> Raw {
    let mut raw = honest.clone();
    for _ in 0..=dice.below(3) {
        strike(dice, &mut raw);
    }
    raw
}

fn strike(dice: &mut Dice, (headers, body): &mut Raw) {
    let most = 1 << (4 + dice.below(11));
    if headers.is_empty() || dice.below(4) == 0 {
        *body = filler(dice, most);
        return;
    }
    let at = dice.below(headers.len());
    let value = &mut headers[at].1;
    match dice.below(7) {
        // The list again and again, joined by each separator there is.
        0 => {
            let joint = *dice.of(&[b",", b" ", b";", b"&"]);
            let one = [value.as_slice(), joint].concat();
            *value = one.iter().copied().cycle().take(one.len().max(most)).collect();
        }
        // Many good-looking signatures.
        1 => {
            let tags = (0..dice.below(200)).map(|n| format!(",v1={n:064x} v1,{n:A>43}="));
            value.extend(tags.collect::<String>().into_bytes());
        }
        // Grammar without sense.
        2 => *value = (0..most / 4).flat_map(|_| dice.of(&PIECES).to_vec()).collect(),
        3 => *value = filler(dice, most),
        4 => {
            let end = dice.below(value.len() + 1);
            value.truncate(end);
        }
        // The same line many times.
        5 => {
            let line = headers[at].clone();
            let times = dice.below(40);
            headers.extend(core::iter::repeat_n(line, times));
        }
        _ => drop(headers.remove(at)),
    }
}

/// Bytes that are slow to read for somebody: deep, repeated, escaped, or without any form.
fn filler(dice: &mut Dice, most: usize) -> Vec<u8> {
    let unit: &[u8] = dice.of::<&[u8]>(&[b"[", b"{\"a\":", b"\"\\u0041", b"a=b&", b"{\"webhookTimestamp\":1},", b"%41", b"x"]);
    let mut bytes: Vec<u8> = unit.iter().copied().cycle().take(most).collect();
    for _ in 0..dice.below(8) {
        let at = dice.below(bytes.len());
        bytes[at] = dice.below(256) as u8;
    }
    bytes
}
