//! Tags of one message under several keys, in one pass over the message.
//!
//! The only user of `hmac` and `subtle` on the hot path. A message is fed once; every live key gets its tag. How that is
//! done stays behind this interface, so that a faster body can replace the portable one.

#[cfg(feature = "simd")]
mod lanes;
mod portable;
#[cfg(feature = "simd")]
#[cfg_attr(not(any(target_arch = "x86", target_arch = "x86_64")), path = "mac/no_shani.rs")]
mod shani;

#[cfg(feature = "simd")]
#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;

use hmac::KeyInit;
use hmac::block_api::HmacCore;
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing, optimization_barrier};

use crate::stack;
use portable::{Portable, Running};

/// At most this many keys fit into one pass. Rings have fewer, so that the digest finds room beside them.
pub(crate) const MAX_KEYS: usize = 6;
/// Room for the longest tag.
pub(crate) const MAX_TAG: usize = 64;

/// The hash under the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
    #[cfg(feature = "sha1")]
    Sha1,
}

impl Hash {
    /// Length of a tag in bytes.
    pub(crate) const fn tag_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            #[cfg(feature = "sha1")]
            Self::Sha1 => 20,
        }
    }
}

/// A key with its inner and outer states computed beforehand; all of them are wiped on drop.
pub(crate) struct MacKey {
    sha256: HmacCore<Sha256>,
    sha384: HmacCore<Sha384>,
    sha512: HmacCore<Sha512>,
    #[cfg(feature = "sha1")]
    sha1: HmacCore<Sha1>,
    /// The same two SHA-256 states for the engine that runs several keys in one pass, if this CPU has it.
    #[cfg(feature = "simd")]
    lane: Option<lanes::LaneKey>,
}

impl MacKey {
    /// In a box, so that a key that is moved leaves no copy of it on the stack. HMAC takes keys of any length, so this only
    /// fails if that changed.
    pub(crate) fn new(key: &[u8]) -> Option<Box<Self>> {
        stack::wiped(|| {
            Some(Box::new(Self {
                sha256: HmacCore::new_from_slice(key).ok()?,
                sha384: HmacCore::new_from_slice(key).ok()?,
                sha512: HmacCore::new_from_slice(key).ok()?,
                #[cfg(feature = "sha1")]
                sha1: HmacCore::new_from_slice(key).ok()?,
                #[cfg(feature = "simd")]
                lane: shani::ShaNi::detect().map(|engine| lanes::LaneKey::new(engine, key)),
            }))
        })
    }
}

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) of these parts, one after the other, under one key.
pub(crate) fn tag(key: &MacKey, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut tag = Zeroizing::new([0; 32]);
    let mut mac = Running::of(&key.sha256);
    parts.iter().for_each(|part| mac.update(part));
    mac.finish_into(&mut *tag);
    tag
}

/// A running computation: one message, up to [`MAX_KEYS`] keys, and on demand a plain digest of the same bytes.
pub(crate) struct Macs(Body);

#[expect(clippy::large_enum_variant, reason = "lives on the stack for one message; boxing would allocate on the hot path")]
enum Body {
    Portable(Portable),
    #[cfg(feature = "simd")]
    Lanes(Zeroizing<lanes::Lanes>),
}

impl Macs {
    /// Room for a computation, without keys.
    pub(crate) fn new(hash: Hash) -> Self {
        #[cfg(feature = "simd")]
        if let Some(engine) = shani::ShaNi::detect().filter(|_| hash == Hash::Sha256) {
            return Self(Body::Lanes(Zeroizing::new(lanes::Lanes::new(engine))));
        }
        Self(Body::Portable(Portable::new(hash)))
    }

    /// Starts with a fresh message. Keys beyond [`MAX_KEYS`] are left out; a keyring never has more.
    ///
    /// To be called once, where the computation stays: whoever moves it afterwards leaves the states of the keys behind,
    /// unwiped.
    pub(crate) fn start<'k>(&mut self, keys: impl Iterator<Item = &'k MacKey>, digest: bool) {
        #[cfg(test)]
        let keys = {
            counter::add(digest);
            keys.inspect(|_| counter::add_key())
        };
        match &mut self.0 {
            Body::Portable(body) => stack::wiped_step(|| body.start(keys, digest)),
            // On this CPU every key was made with its lane.
            #[cfg(feature = "simd")]
            Body::Lanes(body) => lanes_step(|| {
                let digest = digest.then(|| lanes::state_after(body.engine(), &DIGEST_BLOCK));
                body.start(keys.filter_map(|key| key.lane.as_ref()), digest);
            }),
        }
    }

    /// Adds the next part of the message.
    #[inline]
    pub(crate) fn update(&mut self, part: &[u8]) {
        #[cfg(test)]
        counter::add_bytes(part.len());
        match &mut self.0 {
            Body::Portable(body) => stack::wiped_step(|| body.update(part)),
            #[cfg(feature = "simd")]
            Body::Lanes(body) => lanes_step(|| body.update(part)),
        }
    }

    /// Ends the message.
    pub(crate) fn finish(&mut self) -> Zeroizing<Tags> {
        let mut tags = Tags::none();
        self.finish_into(&mut tags);
        tags
    }

    /// Ends the message in place, because moving the tags costs a short message several per cent.
    pub(crate) fn finish_into(&mut self, tags: &mut Tags) {
        match &mut self.0 {
            Body::Portable(body) => stack::wiped_step(|| body.finish_into(tags)),
            #[cfg(feature = "simd")]
            Body::Lanes(body) => lanes_step(|| body.finish_into(tags)),
        }
    }
}

/// Optimised, the lanes leave nothing on the stack (`tests/wiped/stack.rs`); otherwise every register goes there.
#[cfg(feature = "simd")]
#[inline]
fn lanes_step<T>(work: impl FnOnce() -> T) -> T {
    if cfg!(debug_assertions) { stack::wiped_step(work) } else { work() }
}

/// The block in front of a content digest. Its first byte is FF, so that no text or JSON can begin with it.
pub(crate) const DIGEST_BLOCK: [u8; 64] =
    *b"\xFFhookring signed content, version 1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The tags of a message, in the order of the keys.
///
/// A tag computed for somebody else's message is a forgery of it, so they are only handed out in [`Zeroizing`].
pub(crate) struct Tags {
    pub(crate) bytes: [[u8; MAX_TAG]; MAX_KEYS],
    pub(crate) count: usize,
    pub(crate) len: usize,
    /// SHA-256 of [`DIGEST_BLOCK`] and the message.
    pub(crate) digest: Option<[u8; 32]>,
}

impl Tags {
    /// Room for the tags of a message.
    pub(crate) fn none() -> Zeroizing<Self> {
        Zeroizing::new(Self { bytes: [[0; MAX_TAG]; MAX_KEYS], count: 0, len: 0, digest: None })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.iter().take(self.count).filter_map(|tag| tag.get(..self.len))
    }

    /// Compares every tag with every candidate, without an early exit, and says which key made one of them.
    ///
    /// Each candidate has exactly the length of a tag. Only here does a comparison become a branch.
    pub(crate) fn matching<'c>(&self, candidates: impl Iterator<Item = &'c [u8]> + Clone) -> Option<usize> {
        let mut found = Choice::from(0);
        let mut which = 0_u8;
        for (tag, place) in self.iter().zip(0_u8..) {
            let hit = candidates.clone().fold(Choice::from(0), |hit, candidate| hit | same(tag, candidate));
            which = u8::conditional_select(&which, &place, hit & !found);
            found |= hit;
        }
        bool::from(found).then_some(usize::from(which))
    }
}

impl Zeroize for Tags {
    fn zeroize(&mut self) {
        // Plain stores kept alive by the barrier, and only where something was written.
        self.bytes.iter_mut().take(self.count).for_each(|tag| *tag = [0; MAX_TAG]);
        optimization_barrier(&self.bytes);
    }
}

/// Gathers the differences of all bytes, eight at a time, and judges them once.
fn same(tag: &[u8], candidate: &[u8]) -> Choice {
    let (tag, candidate) = (tag.chunks_exact(8), candidate.chunks_exact(8));
    let rest = tag.remainder().iter().zip(candidate.remainder()).fold(0, |all, (a, b)| all | u64::from(a ^ b));
    let words = tag.zip(candidate).filter_map(|(a, b)| Some((a.first_chunk()?, b.first_chunk()?)));
    let different = words.fold(rest, |all, (a, b)| all | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)));
    different.ct_eq(&0)
}

/// Counts computations, so that tests can prove how much work a hostile request causes.
#[cfg(test)]
pub(crate) mod counter {
    extern crate std;
    use core::cell::Cell;
    std::thread_local!(static COUNT: Cell<(u32, u32)> = const { Cell::new((0, 0)) });
    // Keys of the running pass, and bytes fed to all of them.
    std::thread_local!(static BYTES: Cell<(usize, usize)> = const { Cell::new((0, 0)) });
    std::thread_local!(static DIGESTS: Cell<u32> = const { Cell::new(0) });
    pub(crate) fn add(digest: bool) {
        DIGESTS.with(|c| c.set(c.get() + u32::from(digest)));
        BYTES.with(|c| c.set((0, c.get().1)));
        COUNT.with(|c| c.set((c.get().0 + 1, c.get().1)));
    }
    pub(crate) fn add_key() {
        COUNT.with(|c| c.set((c.get().0, c.get().1 + 1)));
        BYTES.with(|c| c.set((c.get().0 + 1, c.get().1)));
    }
    pub(crate) fn add_bytes(len: usize) {
        BYTES.with(|c| c.set((c.get().0, c.get().1 + len * c.get().0)));
    }
    /// Bytes that were fed since the last call, once for each key.
    pub(crate) fn take_bytes() -> usize {
        BYTES.with(|c| c.replace((0, 0))).1
    }
    /// Messages that were digested beside their MACs since the last call.
    pub(crate) fn take_digests() -> u32 {
        DIGESTS.with(|c| c.replace(0))
    }
    /// Messages and keys since the last call: so many passes, so many MACs.
    pub(crate) fn take() -> (u32, u32) {
        COUNT.with(|c| c.replace((0, 0)))
    }
}
