//! What of a key must not be found in memory: its text, its bytes, and the states that HMAC makes of it.

use sha2::block_api::{compress256, compress512};

use crate::searching::elsewhere;

/// The states of HMAC-SHA256 and -SHA512 under a key: after the pads, and after `message` behind the inner one.
fn states(key: &[u8], message: &[u8]) -> Vec<Vec<u8>> {
    let pad = |by: u8, length: usize| -> Vec<u8> {
        let mut block = key.to_vec();
        block.resize(length, 0);
        block.iter().map(|byte| byte ^ by).collect()
    };
    let mut all = Vec::new();
    for by in [0x36, 0x5c] {
        all.push(pad(by, 64)[..key.len()].to_vec());
        // The first 32 bits of the fractional parts of the square roots of the first eight primes (FIPS 180-4).
        let mut state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        compress256(&mut state, &[pad(by, 64).try_into().unwrap()]);
        all.extend(written(&state));
        if by == 0x36 {
            for block in message.chunks_exact(64) {
                compress256(&mut state, &[block.try_into().unwrap()]);
                all.extend(written(&state));
            }
        }
        let mut state = [
            0x6a09e667f3bcc908_u64,
            0xbb67ae8584caa73b,
            0x3c6ef372fe94f82b,
            0xa54ff53a5f1d36f1,
            0x510e527fade682d1,
            0x9b05688c2b3e6c1f,
            0x1f83d9abfb41bd6b,
            0x5be0cd19137e2179,
        ];
        compress512(&mut state, &[pad(by, 128).try_into().unwrap()]);
        all.push(state.iter().flat_map(|word| word.to_ne_bytes()).collect());
    }
    all
}

/// A state of SHA-256 in the order of its words, and in the two registers of the CPU's instructions for it.
fn written(state: &[u32; 8]) -> [Vec<u8>; 3] {
    let bytes = |words: &[usize]| words.iter().flat_map(|at| state[*at].to_ne_bytes()).collect();
    [bytes(&[0, 1, 2, 3, 4, 5, 6, 7]), bytes(&[5, 4, 1, 0]), bytes(&[7, 6, 3, 2])]
}

/// A text, its key, and the states of the key, as what to look for.
pub(crate) fn everything(text: &str, key: &[u8], message: &[u8]) -> Vec<Vec<u8>> {
    elsewhere(|| {
        let mut all = states(key, message);
        all.extend([text.as_bytes().to_vec(), key.to_vec()]);
        all
    })
}

pub(crate) fn slices(all: &[Vec<u8>]) -> Vec<&[u8]> {
    all.iter().map(Vec::as_slice).collect()
}
