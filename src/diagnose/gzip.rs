//! Compressed bodies, in both directions.

use alloc::vec::Vec;

use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

use super::Cause;
use super::alt::Alts;

/// No more is unpacked: a small body can hold gigabytes.
const MOST: usize = 8 << 20;

pub(super) fn compressions(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The body arrives compressed, and the sender signed it uncompressed: decompress it before verifying.";
    let unpacked = gunzip(body)
        .or_else(|| (body.first() == Some(&0x78)).then(|| decompress_to_vec_zlib_with_limit(body, MOST).ok()).flatten())
        .or_else(|| looks_packed(body).then(|| decompress_to_vec_with_limit(body, MOST).ok()).flatten());
    if let Some(plain) = unpacked.filter(|plain| !plain.is_empty()) {
        alts.add(Cause::BodyGzip, say, plain);
        return;
    }
    if body.len() > MOST || body.is_empty() {
        return;
    }
    let say = "The sender signed the compressed body, and it was decompressed on the way: verify the raw body.";
    for level in [6, 9, 1, 0] {
        let packed = compress_to_vec(body, level);
        for (extra, system) in [(0, 3), (2, 255), (0, 255), (2, 3), (4, 3), (0, 0), (4, 255), (0, 10)] {
            alts.add_rare(Cause::BodyGzip, say, gzipped(body, &packed, extra, system));
        }
        alts.add_rare(Cause::BodyGzip, say, compress_to_vec_zlib(body, level));
        alts.add_rare(Cause::BodyGzip, say, packed);
    }
}

/// Raw deflate has no marker, but text is not it.
fn looks_packed(body: &[u8]) -> bool {
    body.len() > 2 && core::str::from_utf8(body).is_err()
}

/// RFC 1952: a header of ten bytes, optional fields, deflate, and eight bytes.
fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = body else { return None };
    let mut rest = rest;
    if flags & 4 != 0 {
        let [low, high, after @ ..] = rest else { return None };
        rest = after.get(usize::from(u16::from_le_bytes([*low, *high]))..)?;
    }
    for bit in [8, 16] {
        if flags & bit != 0 {
            let end = rest.iter().position(|b| *b == 0)?;
            rest = rest.get(end.checked_add(1)?..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    decompress_to_vec_with_limit(rest, MOST).ok()
}

/// Without a time, as libraries write it.
fn gzipped(body: &[u8], packed: &[u8], extra: u8, system: u8) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra, system][..], packed, &crc32(body).to_le_bytes(), &len.to_le_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let body = b"{\"a\":[1,1,1,1,1,1,1,1,1,1,1]}";
        let packed = gzipped(body, &compress_to_vec(body, 6), 0, 3);
        assert_eq!(gunzip(&packed).unwrap(), body);
        let mut alts = Alts::of(packed.clone());
        compressions(&packed, &mut alts);
        assert!(alts.changed().iter().any(|alt| alt.value == body));
    }
}
