//! The portable body: `hmac` once per key.

use core::array::from_fn;

use hmac::EagerHash;
use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore as _, UpdateCore as _};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroize as _;

use super::{DIGEST_BLOCK, Hash, MAX_KEYS, MAX_TAG, MacKey, Tags};

pub(super) struct Portable {
    states: States,
    digest: Option<Sha256>,
}

#[allow(clippy::large_enum_variant, reason = "lives on the stack for one message; boxing would allocate on the hot path")]
enum States {
    Sha256(Keys<Sha256>),
    Sha384(Keys<Sha384>),
    Sha512(Keys<Sha512>),
    #[cfg(feature = "sha1")]
    Sha1(Keys<Sha1>),
}

type Keys<D> = [Option<Running<D>>; MAX_KEYS];

/// A MAC on its way through a message. `hmac`'s own type for it can only be finished by moving it, which would leave a copy of
/// the states behind; this one is finished where it lies, and wiped there by its parts.
pub(super) struct Running<D: EagerHash> {
    core: HmacCore<D>,
    buffer: Buffer<HmacCore<D>>,
}

impl<D: EagerHash> Running<D> {
    pub(super) fn of(key: &HmacCore<D>) -> Self {
        Self { core: key.clone(), buffer: Buffer::<HmacCore<D>>::default() }
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        let core = &mut self.core;
        self.buffer.digest_blocks(part, |blocks| core.update_blocks(blocks));
    }

    pub(super) fn finish_into(&mut self, tag: &mut [u8]) {
        let mut computed = Output::<HmacCore<D>>::default();
        self.core.finalize_fixed_core(&mut self.buffer, &mut computed);
        tag.iter_mut().zip(&computed).for_each(|(to, from)| *to = *from);
        computed.as_mut_slice().zeroize();
    }
}

impl Portable {
    /// Without keys.
    pub(super) fn new(hash: Hash) -> Self {
        let states = match hash {
            Hash::Sha256 => States::Sha256(from_fn(|_| None)),
            Hash::Sha384 => States::Sha384(from_fn(|_| None)),
            Hash::Sha512 => States::Sha512(from_fn(|_| None)),
            #[cfg(feature = "sha1")]
            Hash::Sha1 => States::Sha1(from_fn(|_| None)),
        };
        Self { states, digest: None }
    }

    /// To be called once, where it stays.
    pub(super) fn start<'k>(&mut self, keys: impl Iterator<Item = &'k MacKey>, digest: bool) {
        match &mut self.states {
            States::Sha256(states) => take(states, keys.map(|key| &key.sha256)),
            States::Sha384(states) => take(states, keys.map(|key| &key.sha384)),
            States::Sha512(states) => take(states, keys.map(|key| &key.sha512)),
            #[cfg(feature = "sha1")]
            States::Sha1(states) => take(states, keys.map(|key| &key.sha1)),
        }
        // `None` is not assigned: what is moved with it is whatever the states above left on the stack.
        if digest {
            self.digest = Some(Sha256::new_with_prefix(DIGEST_BLOCK));
        }
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        match &mut self.states {
            States::Sha256(states) => states.iter_mut().flatten().for_each(|s| s.update(part)),
            States::Sha384(states) => states.iter_mut().flatten().for_each(|s| s.update(part)),
            States::Sha512(states) => states.iter_mut().flatten().for_each(|s| s.update(part)),
            #[cfg(feature = "sha1")]
            States::Sha1(states) => states.iter_mut().flatten().for_each(|s| s.update(part)),
        }
        if let Some(digest) = &mut self.digest {
            Digest::update(digest, part);
        }
    }

    pub(super) fn finish_into(&mut self, tags: &mut Tags) {
        (tags.count, tags.len) = match &mut self.states {
            States::Sha256(states) => (collect(states, &mut tags.bytes), Hash::Sha256.tag_len()),
            States::Sha384(states) => (collect(states, &mut tags.bytes), Hash::Sha384.tag_len()),
            States::Sha512(states) => (collect(states, &mut tags.bytes), Hash::Sha512.tag_len()),
            #[cfg(feature = "sha1")]
            States::Sha1(states) => (collect(states, &mut tags.bytes), Hash::Sha1.tag_len()),
        };
        tags.digest = self.digest.as_mut().map(|digest| digest.finalize_reset().into());
    }
}

/// The slots lead the zip: when they run out, no key has been taken in vain.
fn take<'k, D: EagerHash + 'k>(states: &mut Keys<D>, keys: impl Iterator<Item = &'k HmacCore<D>>) {
    states.iter_mut().zip(keys).for_each(|(state, key)| *state = Some(Running::of(key)));
}

/// Writes the tags in the order of the keys and says how many there are.
fn collect<D: EagerHash>(states: &mut Keys<D>, out: &mut [[u8; MAX_TAG]; MAX_KEYS]) -> usize {
    let mut count = 0_usize;
    for (state, out) in states.iter_mut().flatten().zip(out.iter_mut()) {
        state.finish_into(out);
        count = count.saturating_add(1);
    }
    count
}
