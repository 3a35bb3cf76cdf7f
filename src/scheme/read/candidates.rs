//! The signatures that a delivery offers, as bytes.

use crate::encoding::decode_exact;
#[cfg(feature = "p256")]
use crate::key::Curve;
use crate::mac::MAX_TAG;
use crate::scheme::rules::Rules;

/// More candidates of a known kind are refused before any MAC is computed.
pub(crate) const MAX_CANDIDATES: usize = 16;
/// The same where verifying is slow: with the five keys that may be live this makes ten checks.
pub(crate) const MAX_PUBLIC_CANDIDATES: usize = 2;

/// The signatures of a delivery that could match, decoded, on the stack. Filled in place: it is too large to move about.
pub(crate) struct Candidates {
    tags: Room,
    count: usize,
    width: usize,
}

/// Nearly every delivery offers one or two signatures; only for more is the large room made ready.
#[expect(clippy::large_enum_variant, reason = "the small one is there to be quicker to fill, not to be smaller")]
enum Room {
    Small([[u8; MAX_TAG]; 2]),
    Large([[u8; MAX_TAG]; MAX_CANDIDATES]),
}

impl Candidates {
    pub(crate) const fn new(rules: &Rules) -> Self {
        Self { tags: Room::Small([[0; MAX_TAG]; 2]), count: 0, width: rules.width }
    }

    /// Decodes one entry. A malformed one is left out; it does not void the others.
    pub(super) fn decode(&mut self, text: &[u8], rules: &Rules) {
        let width = self.width;
        let room = self.next_room().and_then(|tag| tag.get_mut(..width));
        let decoded = room.is_some_and(|room| match rules.curve {
            #[cfg(feature = "p256")]
            Some(Curve::P256) => crate::encoding::decode_ecdsa(text, rules.encoding, room),
            _ => decode_exact(text, rules.encoding, room),
        });
        if decoded {
            self.count = self.count.saturating_add(1);
        }
    }

    /// The place of the next tag.
    fn next_room(&mut self) -> Option<&mut [u8; MAX_TAG]> {
        if let Room::Small(held) = &self.tags {
            if self.count >= held.len() {
                let mut tags = [[0; MAX_TAG]; MAX_CANDIDATES];
                tags.iter_mut().zip(held).for_each(|(to, from)| *to = *from);
                self.tags = Room::Large(tags);
            }
        }
        match &mut self.tags {
            Room::Small(tags) => tags.get_mut(self.count),
            Room::Large(tags) => tags.get_mut(self.count),
        }
    }

    /// How many were well formed.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let tags = match &self.tags {
            Room::Small(tags) => tags.as_slice(),
            Room::Large(tags) => tags,
        };
        tags.iter().take(self.count).filter_map(|tag| tag.get(..self.width))
    }
}
