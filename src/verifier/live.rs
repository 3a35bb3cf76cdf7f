//! The keys that one delivery is judged by.

use crate::error::Rejection;
use crate::key::VerifyKey;
use crate::keyring::{Keyring, Live, MAX_LIVE};
use crate::mac::Macs;
use crate::scheme::Rules;
use crate::time::Timestamp;

/// The keys of a ring that are live at one moment, in the order of their roles; at least one.
pub(super) struct LiveKeys<'r, K>([Option<Live<'r, K>>; MAX_LIVE]);

impl<'r, K: VerifyKey> LiveKeys<'r, K> {
    pub(super) fn of(ring: &'r Keyring<K>, rules: &Rules, at: Timestamp) -> Result<Self, Rejection> {
        if K::PUBLIC != rules.curve.is_some() {
            return Err(Rejection::WrongKeyKind);
        }
        let mut keys = [None; MAX_LIVE];
        keys.iter_mut().zip(ring.live(at)).for_each(|(place, live)| *place = Some(live));
        if keys.first().is_none_or(Option::is_none) { Err(Rejection::NoLiveKey) } else { Ok(Self(keys)) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Live<'r, K>> {
        self.0.iter().flatten()
    }

    /// The key at the place that a comparison found.
    pub(super) fn get(&self, place: usize) -> Option<&Live<'r, K>> {
        self.0.get(place).and_then(Option::as_ref)
    }

    /// Starts one MAC for each key, and the digest of the content beside them if it is wanted.
    pub(super) fn start(&self, macs: &mut Macs, digest: bool) {
        macs.start(self.iter().filter_map(|live| live.key.mac_key()), digest);
    }

    /// Something of every key, at its place.
    pub(super) fn map<T>(&self, f: impl Fn(&Live<'r, K>) -> T) -> [Option<T>; MAX_LIVE] {
        self.0.each_ref().map(|live| live.as_ref().map(&f))
    }
}
