//! The portable body: `hmac` once per key.

use core::array::from_fn;

use hmac::{Hmac, Mac};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{DIGEST_BLOCK, Hash, MAX_KEYS, MAX_TAG, MacKey, Tags};

pub(super) struct Portable {
    states: States,
    digest: Option<Sha256>,
}

#[allow(clippy::large_enum_variant, reason = "lives on the stack for one message; boxing would allocate on the hot path")]
enum States {
    Sha256([Option<Hmac<Sha256>>; MAX_KEYS]),
    Sha384([Option<Hmac<Sha384>>; MAX_KEYS]),
    Sha512([Option<Hmac<Sha512>>; MAX_KEYS]),
    #[cfg(feature = "sha1")]
    Sha1([Option<Hmac<Sha1>>; MAX_KEYS]),
}

impl Portable {
    pub(super) fn begin<'k>(hash: Hash, keys: impl Iterator<Item = &'k MacKey>, digest: bool) -> Self {
        let mut keys = keys;
        let states = match hash {
            Hash::Sha256 => States::Sha256(from_fn(|_| keys.next().map(|key| key.sha256.clone()))),
            Hash::Sha384 => States::Sha384(from_fn(|_| keys.next().map(|key| key.sha384.clone()))),
            Hash::Sha512 => States::Sha512(from_fn(|_| keys.next().map(|key| key.sha512.clone()))),
            #[cfg(feature = "sha1")]
            Hash::Sha1 => States::Sha1(from_fn(|_| keys.next().map(|key| key.sha1.clone()))),
        };
        Self { states, digest: digest.then(|| Sha256::new_with_prefix(DIGEST_BLOCK)) }
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        match &mut self.states {
            States::Sha256(states) => states.iter_mut().flatten().for_each(|s| Mac::update(s, part)),
            States::Sha384(states) => states.iter_mut().flatten().for_each(|s| Mac::update(s, part)),
            States::Sha512(states) => states.iter_mut().flatten().for_each(|s| Mac::update(s, part)),
            #[cfg(feature = "sha1")]
            States::Sha1(states) => states.iter_mut().flatten().for_each(|s| Mac::update(s, part)),
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
        tags.digest = self.digest.take().map(|digest| digest.finalize().into());
    }
}

/// Writes the tags in the order of the keys and says how many there are.
fn collect<M: Mac>(states: &mut [Option<M>; MAX_KEYS], out: &mut [[u8; MAX_TAG]; MAX_KEYS]) -> usize {
    let mut count = 0_usize;
    for (state, out) in states.iter_mut().filter_map(Option::take).zip(out.iter_mut()) {
        out.iter_mut().zip(state.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        count = count.saturating_add(1);
    }
    count
}
