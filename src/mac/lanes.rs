//! HMAC-SHA256 of one message under several keys in one pass.
//!
//! The keys' running states are lanes: every block of the message is scheduled once and absorbed
//! by all of them. One further lane can be a plain SHA-256 of the message behind a prefix block of
//! its own, because that prefix, like an HMAC key's pad, is exactly one block.

use core::array::from_mut;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing, optimization_barrier};

use super::shani::ShaNi;

/// How many keys fit into one pass.
pub(crate) const MAX_KEYS: usize = 5;
/// The keys and the digest.
const MAX_LANES: usize = 6;
const BLOCK: usize = 64;
/// The last eight bytes of a message's last block hold its length in bits.
const LENGTH_AT: usize = 56;

const INITIAL: [u32; 8] = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// What an outer hash absorbs after the pad: an inner digest (zero here) and the padding of 96
/// bytes in all.
const OUTER_BLOCK: [u32; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 1 << 31, 0, 0, 0, 0, 0, 0, 96 * 8];

/// The state after one block: where a digest lane starts.
pub(crate) fn state_after(engine: ShaNi, block: &[u8; BLOCK]) -> [u32; 8] {
    let mut state = [INITIAL];
    let _ = engine.compress_same(&mut state, block);
    let [state] = state;
    state
}

/// An HMAC key as the two states its pads lead to. Either serves to forge, so they are wiped.
pub(crate) struct LaneKey {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl LaneKey {
    pub(crate) fn new(engine: ShaNi, key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        if key.len() > BLOCK {
            let mut hashed = Sha256::digest(key);
            copy(&mut *block, &hashed);
            hashed.as_mut_slice().zeroize();
        } else {
            copy(&mut *block, key);
        }
        let mut states = Zeroizing::new([INITIAL; 2]);
        for (state, pad) in states.iter_mut().zip([0x36, 0x36 ^ 0x5c]) {
            block.iter_mut().for_each(|byte| *byte ^= pad);
            let _ = engine.compress_same(from_mut(state), &*block);
        }
        let [inner, outer] = *states;
        Self { inner, outer }
    }
}

impl Drop for LaneKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// One message on its way through all lanes.
pub(crate) struct Lanes {
    engine: ShaNi,
    /// The keys' inner states, then the digest's.
    states: [[u32; 8]; MAX_LANES],
    outer: [[u32; 8]; MAX_KEYS],
    keys: usize,
    /// One more than `keys` if there is a digest.
    lanes: usize,
    /// Bytes absorbed or buffered, the pad or prefix block included.
    length: u64,
    buffer: [u8; BLOCK],
}

impl Lanes {
    /// Takes at most [`MAX_KEYS`] keys; an iterator given by reference keeps the others.
    #[inline]
    pub(crate) fn new<'k>(engine: ShaNi, keys: impl IntoIterator<Item = &'k LaneKey>, digest: Option<[u32; 8]>) -> Self {
        let mut states = [[0; 8]; MAX_LANES];
        let mut outer = [[0; 8]; MAX_KEYS];
        let mut count: usize = 0;
        // The slots lead the zip: when they run out, no key has been taken in vain.
        let slots = outer.iter_mut().zip(&mut states);
        for ((outer, state), key) in slots.zip(keys) {
            *state = key.inner;
            *outer = key.outer;
            count = count.wrapping_add(1);
        }
        let keys = count;
        if let (Some(state), Some(digest)) = (states.get_mut(keys), digest) {
            *state = digest;
            count = count.wrapping_add(1);
        }
        Self { engine, states, outer, keys, lanes: count, length: BLOCK as u64, buffer: [0; BLOCK] }
    }

    /// Takes the next piece of the message; only what does not fill a block is copied.
    pub(crate) fn update(&mut self, mut data: &[u8]) {
        let filled = self.filled();
        self.length = self.length.wrapping_add(data.len() as u64);
        if filled > 0 {
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            let Some((head, rest)) = data.split_at_checked(room.len()) else {
                copy(room, data);
                return;
            };
            room.copy_from_slice(head);
            self.absorb_buffer();
            data = rest;
        }
        let rest = absorb(self.engine, &mut self.states, self.lanes, data);
        if !rest.is_empty() {
            copy(&mut self.buffer, rest);
        }
    }

    /// Ends the message. In place: moving the structs costs a short message several per cent.
    pub(crate) fn finish_into(&mut self, tags: &mut LaneTags) {
        let filled = self.filled();
        let room = self.buffer.get_mut(filled..).unwrap_or_default();
        if let Some((end, padding)) = room.split_first_mut() {
            *end = 0x80;
            padding.fill(0);
        }
        if filled >= LENGTH_AT {
            self.absorb_buffer();
            self.buffer = [0; BLOCK];
        }
        if let Some(bits) = self.buffer.last_chunk_mut() {
            *bits = self.length.wrapping_mul(8).to_be_bytes();
        }
        self.absorb_buffer();

        if let (Some(state), Some(end)) = (self.states.get(self.keys), tags.ends.get_mut(self.keys..self.lanes)) {
            end.fill(to_bytes(state));
        }
        match self.keys {
            1 => self.outer_hashes::<1>(tags),
            2 => self.outer_hashes::<2>(tags),
            3 => self.outer_hashes::<3>(tags),
            4 => self.outer_hashes::<4>(tags),
            MAX_KEYS => self.outer_hashes::<MAX_KEYS>(tags),
            _ => {}
        }
    }

    /// Turns the inner digests of the first `N` lanes into tags.
    fn outer_hashes<const N: usize>(&mut self, tags: &mut LaneTags) {
        let Some(outer) = self.outer.first_chunk_mut::<N>() else {
            return;
        };
        let mut blocks = [OUTER_BLOCK; N];
        for (block, inner) in blocks.iter_mut().zip(&self.states) {
            if let Some(start) = block.first_chunk_mut() {
                *start = *inner;
            }
        }
        self.engine.compress_each(outer, &blocks);
        for (tag, state) in tags.ends.iter_mut().zip(outer) {
            *tag = to_bytes(state);
        }
        blocks = [[0; 16]; N];
        optimization_barrier(&blocks);
    }

    /// How many bytes wait in the buffer.
    fn filled(&self) -> usize {
        (self.length % 64) as usize
    }

    fn absorb_buffer(&mut self) {
        absorb(self.engine, &mut self.states, self.lanes, &self.buffer);
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // Plain stores kept alive by the barrier: volatile ones go word by word, which costs a
        // short message as much as a compression.
        self.states = [[0; 8]; MAX_LANES];
        self.outer = [[0; 8]; MAX_KEYS];
        self.buffer = [0; BLOCK];
        optimization_barrier(self);
    }
}

/// What a message's lanes ended with.
///
/// A tag computed for somebody else's message is a forgery of it, so these are wiped too.
pub(crate) struct LaneTags {
    /// The keys' tags, then the digest.
    ends: [[u8; 32]; MAX_LANES],
    keys: usize,
    lanes: usize,
}

impl LaneTags {
    #[inline]
    pub(crate) fn new(of: &Lanes) -> Self {
        Self { ends: [[0; 32]; MAX_LANES], keys: of.keys, lanes: of.lanes }
    }

    /// One tag per key, in the order of the keys.
    pub(crate) fn tags(&self) -> &[[u8; 32]] {
        self.ends.get(..self.keys).unwrap_or_default()
    }

    /// What the digest lane came to, if there was one.
    pub(crate) fn digest(&self) -> Option<&[u8; 32]> {
        self.ends.get(self.keys..self.lanes)?.first()
    }
}

impl Drop for LaneTags {
    fn drop(&mut self) {
        for end in self.ends.iter_mut().take(self.lanes) {
            *end = [0; 32];
        }
        optimization_barrier(self);
    }
}

/// Absorbs the whole blocks of `data` into the first `lanes` states and returns what is left.
fn absorb<'a>(engine: ShaNi, states: &mut [[u32; 8]; MAX_LANES], lanes: usize, data: &'a [u8]) -> &'a [u8] {
    fn first<'a, const N: usize>(engine: ShaNi, states: &mut [[u32; 8]; MAX_LANES], data: &'a [u8]) -> &'a [u8] {
        match states.first_chunk_mut::<N>() {
            Some(states) => engine.compress_same(states, data),
            None => data,
        }
    }
    if data.len() < BLOCK {
        return data;
    }
    match lanes {
        1 => first::<1>(engine, states, data),
        2 => first::<2>(engine, states, data),
        3 => first::<3>(engine, states, data),
        4 => first::<4>(engine, states, data),
        5 => first::<5>(engine, states, data),
        MAX_LANES => first::<MAX_LANES>(engine, states, data),
        _ => data.chunks_exact(BLOCK).remainder(),
    }
}

/// Copies what both have room for; the callers know that `from` is the shorter one.
fn copy(to: &mut [u8], from: &[u8]) {
    if let Some(to) = to.get_mut(..from.len()) {
        to.copy_from_slice(from);
    }
}

fn to_bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}
