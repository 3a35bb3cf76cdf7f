//! The inside of a snapshot: numbers in big-endian, texts with their length in front, one spelling for each ring.

use alloc::sync::Arc;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::stored::{StoredKey, label};
use crate::key::{Fingerprint, KeyId, public_label};
use crate::keyring::{Lineage, MAX_LIVE, MAX_TOMBSTONES, Place, Record, Tombstone};
use crate::time::Timestamp;

/// Where encoded bytes go.
pub(crate) trait Sink {
    /// Adds bytes.
    fn put(&mut self, bytes: &[u8]);

    /// Adds a text; `None` if it is too long to have come from a key.
    fn text(&mut self, text: &str) -> Option<()> {
        self.put(&u16::try_from(text.len()).ok()?.to_be_bytes());
        self.put(text.as_bytes());
        Some(())
    }
}

/// Only counts.
struct Length(usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }
}

impl Sink for Zeroizing<Vec<u8>> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Encodes into a buffer of exactly the right size: one that grows would leave unwiped copies behind.
pub(super) fn encode<K: StoredKey>(ring: &Record<K>) -> Option<Zeroizing<Vec<u8>>> {
    let mut length = Length(0);
    write(ring, &mut length)?;
    let mut out = Zeroizing::new(Vec::with_capacity(length.0));
    write(ring, &mut out)?;
    Some(out)
}

fn write<K: StoredKey>(ring: &Record<K>, out: &mut impl Sink) -> Option<()> {
    let time = |at: Timestamp| at.unix_millis().to_be_bytes();
    out.put(&ring.generation.to_be_bytes());
    out.put(&time(ring.as_of));
    out.put(ring.lineage.as_bytes());
    out.put(ring.origin.as_bytes());
    out.put(&[u8::try_from(ring.keys.len()).ok()?]);
    for (place, key) in &ring.keys {
        match *place {
            Place::Current { since } => {
                out.put(&[CURRENT]);
                out.put(&time(since));
            }
            Place::Next { since, returned } => {
                out.put(&[if returned { RETURNED } else { NEXT }]);
                out.put(&time(since));
            }
            Place::Previous { since, expires, can_roll_back } => {
                out.put(&[if can_roll_back { SIGNED } else { UNSIGNED }]);
                out.put(&time(since));
                out.put(&time(expires));
            }
        }
        out.text(label(&**key))?;
        key.write(out)?;
    }
    out.put(&u16::try_from(ring.tombstones.len()).ok()?.to_be_bytes());
    for dead in &*ring.tombstones {
        out.put(dead.fingerprint.as_bytes());
        out.put(&dead.id.to_bytes());
    }
    Some(())
}

const CURRENT: u8 = 0;
const NEXT: u8 = 1;
/// A previous key that was current before.
const SIGNED: u8 = 2;
/// A previous key that was only staged before.
const UNSIGNED: u8 = 3;
/// A next key that was current before.
const RETURNED: u8 = 4;

/// Decodes; `None` for anything that `encode` would not have written.
pub(super) fn decode<K: StoredKey>(bytes: &[u8]) -> Option<Record<K>> {
    let mut from = Reader(bytes);
    let generation = u64::from_be_bytes(from.array()?);
    let as_of = from.time()?;
    let lineage = Lineage::from_bytes(from.array()?);
    let origin = Lineage::from_bytes(from.array()?);
    let count = usize::from(from.byte()?);
    if count > MAX_LIVE {
        return None;
    }
    let mut keys = Vec::with_capacity(count);
    let mut last = CURRENT;
    for _ in 0..count {
        let role = from.byte()?;
        let since = from.time()?;
        let place = match role {
            CURRENT => Place::Current { since },
            NEXT | RETURNED => Place::Next { since, returned: role == RETURNED },
            SIGNED | UNSIGNED => Place::Previous { since, expires: from.time()?, can_roll_back: role == SIGNED },
            _ => return None,
        };
        // Previous keys of both kinds are in the order of their retirement.
        let rank = if role == RETURNED { NEXT } else { role.min(SIGNED) };
        if rank < last {
            return None;
        }
        last = rank;
        let label = match from.text()? {
            "" => None,
            label => Some(public_label(label)?),
        };
        keys.push((place, Arc::new(K::read(&mut from)?.with_label(label))));
    }
    let count = usize::from(u16::from_be_bytes(from.array()?));
    if count > MAX_TOMBSTONES {
        return None;
    }
    let mut tombstones = Vec::with_capacity(count);
    for _ in 0..count {
        let fingerprint = Fingerprint::from_bytes(from.array()?);
        tombstones.push(Tombstone { fingerprint, id: KeyId::from_bytes(from.array()?) });
    }
    let tombstones = Arc::new(tombstones);
    from.0.is_empty().then_some(Record { generation, as_of, lineage, origin, keys, tombstones })
}

/// A cursor that cannot leave its bytes.
pub(crate) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(*head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = u16::from_be_bytes(self.array()?);
        core::str::from_utf8(self.take(usize::from(length))?).ok()
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.array().map(i64::from_be_bytes).map(Timestamp::from_unix_millis)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use core::time::Duration;

    use super::*;
    use crate::encoding::SecretFormat;
    use crate::key::Key as _;
    use crate::keyring::Keyring;
    use crate::policy::SecretPolicy;
    use crate::secret::Secret;

    fn secret(n: usize) -> Secret {
        let secret = Secret::parse(&format!("secret {n}"), SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength());
        secret.unwrap().labelled(&format!("key-{n}")).unwrap()
    }

    fn ring() -> Keyring {
        let (now, day) = (Timestamp::from_unix_secs(1_790_000_000), Duration::from_secs(86_400));
        let ring = Keyring::new(secret(0), now).ring;
        let ring = ring.rotate(secret(1), day, now).unwrap().ring;
        let ring = ring.revoke(secret(0).id(), now).unwrap().ring;
        let ring = ring.rotate(secret(2), day, now).unwrap().ring;
        ring.stage(secret(3), now).unwrap().ring
    }

    #[test]
    fn the_buffer_has_exactly_the_right_size() {
        let bytes = encode(&Record::of(&ring())).unwrap();
        assert_eq!(bytes.len(), bytes.capacity());
    }

    /// What a seal without integrity lets through: no byte makes the reader panic, and whatever is read writes the same
    /// bytes again, so no ring has two spellings.
    #[test]
    fn the_reader_is_strict() {
        let good = encode(&Record::of(&ring())).unwrap();
        for length in 0..good.len() {
            assert!(decode::<Secret>(&good[..length]).is_none(), "{length}");
        }
        assert!(decode::<Secret>(&[good.as_slice(), &[0]].concat()).is_none());
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.to_vec();
                bad[at] ^= 1 << bit;
                if let Some(read) = decode::<Secret>(&bad) {
                    assert_eq!(*encode(&read).unwrap(), bad, "{at}");
                    let _ = read.into_ring();
                }
            }
        }
    }

    #[test]
    fn a_ring_that_no_transition_makes_is_refused() {
        let whole = || Record::of(&ring());
        assert!(whole().into_ring().is_some());
        let twice = |n: usize| {
            let mut record = whole();
            let (place, key) = &record.keys[n];
            let again = (*place, Arc::clone(key));
            record.keys.push(again);
            record
        };
        for n in 0..3 {
            assert!(twice(n).into_ring().is_none(), "a key twice");
        }
        let changed = |change: fn(&mut Record<Secret>)| {
            let mut record = whole();
            change(&mut record);
            record.into_ring()
        };
        let now = Timestamp::from_unix_secs(0);
        let another = |n| (Place::Previous { since: now, expires: now, can_roll_back: true }, Arc::new(secret(n)));
        assert!(another(0).1.fingerprint() == whole().tombstones[0].fingerprint);
        assert!(changed(|r| r.generation = 0).is_none());
        assert!(changed(|r| r.keys.push((Place::Current { since: r.as_of }, Arc::new(secret(9))))).is_none());
        assert!(changed(|r| r.keys.push((Place::Next { since: r.as_of, returned: false }, Arc::new(secret(9))))).is_none());
        let mut revoked = whole();
        revoked.keys.push(another(0));
        assert!(revoked.into_ring().is_none(), "a revoked key");
        let mut six = whole();
        six.keys.extend([another(7), another(8), another(9)]);
        assert!(six.into_ring().is_none(), "six keys");
    }
}
