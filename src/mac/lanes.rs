//! HMAC-SHA256 of one message under several keys in one pass.
//!
//! The keys' running states are lanes: every block of the message is scheduled once and absorbed
//! by all of them. One further lane can be a plain SHA-256 of the message behind a prefix block of
//! its own, because that prefix, like an HMAC key's pad, is exactly one block.

#[cfg(test)]
mod tests;

use core::array::from_mut;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing, optimization_barrier};

use super::shani::ShaNi;
use super::{Hash, MAX_KEYS, Tags};

/// Six keys, or five and the digest.
const MAX_LANES: usize = MAX_KEYS;
const BLOCK: usize = 64;
/// The last eight bytes of a message's last block hold its length in bits.
const LENGTH_AT: usize = 56;

const INITIAL: [u32; 8] = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The state after one block: where a digest lane starts.
pub(crate) fn state_after(engine: ShaNi, block: &[u8; BLOCK]) -> [u32; 8] {
    let mut state = [INITIAL];
    let _ = engine.compress_same(&mut state, block);
    let [state] = state;
    state
}

/// An HMAC key as the two states its pads lead to. Either serves to forge, so they are wiped.
pub(crate) struct LaneKey {
    inner: Zeroizing<[u32; 8]>,
    outer: Zeroizing<[u32; 8]>,
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
        Self { inner: Zeroizing::new(inner), outer: Zeroizing::new(outer) }
    }
}

/// One message on its way through all lanes. Its states serve to forge, so whoever holds it keeps it in [`Zeroizing`].
pub(crate) struct Lanes {
    engine: ShaNi,
    /// The keys' inner states, then the digest's.
    states: [[u32; 8]; MAX_LANES],
    outer: [[u32; 8]; MAX_LANES],
    keys: usize,
    /// One more than `keys` if there is a digest.
    lanes: usize,
    /// Bytes absorbed or buffered, the pad or prefix block included.
    length: u64,
    /// What waits for the rest of its block, then zeros: short parts are gathered here.
    buffer: [u8; BLOCK],
}

impl Lanes {
    /// Lanes that no key has been taken into.
    #[inline]
    pub(crate) const fn new(engine: ShaNi) -> Self {
        Self {
            engine,
            states: [[0; 8]; MAX_LANES],
            outer: [[0; 8]; MAX_LANES],
            keys: 0,
            lanes: 0,
            length: BLOCK as u64,
            buffer: [0; BLOCK],
        }
    }

    pub(crate) const fn engine(&self) -> ShaNi {
        self.engine
    }

    /// Takes as many keys as there are lanes; an iterator given by reference keeps the others. To be called once, where the
    /// lanes stay: whoever moves them afterwards leaves the states behind, unwiped.
    #[inline]
    pub(crate) fn start<'k>(&mut self, keys: impl IntoIterator<Item = &'k LaneKey>, digest: Option<[u32; 8]>) {
        // The slots lead the zip: when they run out, no key has been taken in vain.
        let room = MAX_LANES.wrapping_sub(usize::from(digest.is_some()));
        for ((outer, state), key) in self.outer.iter_mut().zip(&mut self.states).take(room).zip(keys) {
            *state = *key.inner;
            *outer = *key.outer;
            self.keys = self.keys.wrapping_add(1);
        }
        self.lanes = self.keys;
        if let (Some(state), Some(digest)) = (self.states.get_mut(self.keys), digest) {
            *state = digest;
            self.lanes = self.lanes.wrapping_add(1);
        }
    }

    /// Takes the next piece of the message; only what does not fill a block is copied.
    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        let filled = self.filled();
        self.length = self.length.wrapping_add(data.len() as u64);
        match self.buffer.get_mut(filled..) {
            Some(room) if data.len() < room.len() => copy(room, data),
            _ => self.absorb_from(filled, data),
        }
    }

    /// Takes a piece that fills the block that was begun.
    fn absorb_from(&mut self, filled: usize, mut data: &[u8]) {
        if filled != 0 {
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            if let Some((head, rest)) = data.split_at_checked(room.len()) {
                room.copy_from_slice(head);
                data = rest;
            }
            self.absorb_buffer();
            self.buffer = [0; BLOCK];
        }
        let rest = absorb(self.engine, &mut self.states, self.lanes, data);
        copy(&mut self.buffer, rest);
    }

    /// Ends the message.
    pub(crate) fn finish_into(&mut self, tags: &mut Tags) {
        let filled = self.filled();
        if let Some(end) = self.buffer.get_mut(filled) {
            *end = 0x80;
        }
        if filled >= LENGTH_AT {
            self.absorb_buffer();
            self.buffer = [0; BLOCK];
        }
        if let Some(bits) = self.buffer.last_chunk_mut() {
            *bits = self.length.wrapping_mul(8).to_be_bytes();
        }
        self.absorb_buffer();

        tags.digest = if self.lanes > self.keys { self.states.get(self.keys).map(to_bytes) } else { None };
        tags.len = Hash::Sha256.tag_len();
        tags.count = self.keys;
        match self.keys {
            1 => self.outer_hashes::<1>(tags),
            2 => self.outer_hashes::<2>(tags),
            3 => self.outer_hashes::<3>(tags),
            4 => self.outer_hashes::<4>(tags),
            5 => self.outer_hashes::<5>(tags),
            MAX_LANES => self.outer_hashes::<MAX_LANES>(tags),
            _ => {}
        }
    }

    /// Turns the inner digests of the first `N` lanes into tags.
    fn outer_hashes<const N: usize>(&mut self, tags: &mut Tags) {
        if let (Some(outer), Some(inner)) = (self.outer.first_chunk_mut::<N>(), self.states.first_chunk::<N>()) {
            self.engine.compress_outer(outer, inner);
            for (tag, state) in tags.bytes.iter_mut().filter_map(|row| row.first_chunk_mut()).zip(outer) {
                *tag = to_bytes(state);
            }
        }
    }

    /// How many bytes wait in the buffer.
    #[inline]
    fn filled(&self) -> usize {
        (self.length % 64) as usize
    }

    fn absorb_buffer(&mut self) {
        absorb(self.engine, &mut self.states, self.lanes, &self.buffer);
    }
}

impl Zeroize for Lanes {
    #[inline]
    fn zeroize(&mut self) {
        // Plain stores kept alive by the barrier: volatile ones go word by word, which costs a
        // short message as much as a compression. Lanes that were not used hold nothing.
        self.states.iter_mut().zip(&mut self.outer).take(self.lanes).for_each(|(state, outer)| {
            *state = [0; 8];
            *outer = [0; 8];
        });
        self.buffer = [0; BLOCK];
        optimization_barrier(self);
    }
}

/// Absorbs the whole blocks of `data` into the first `lanes` states and returns what is left.
fn absorb<'a>(engine: ShaNi, states: &mut [[u32; 8]; MAX_LANES], lanes: usize, data: &'a [u8]) -> &'a [u8] {
    fn first<'a, const N: usize>(engine: ShaNi, states: &mut [[u32; 8]; MAX_LANES], data: &'a [u8]) -> &'a [u8] {
        states.first_chunk_mut::<N>().map_or(data, |states| engine.compress_same(states, data))
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
