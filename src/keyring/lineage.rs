//! A chain of hashes over the history of a ring: two rings with equal lineage went through the same transitions.

use core::fmt;
use core::str::FromStr;

use sha2::{Digest, Sha256};

use super::Inner;
use crate::key::Key;
use crate::time::Timestamp;

/// Names the history of a ring. Equal for two rings that went through the same transitions, whatever expired keys one of
/// them has dropped; so two rings of one generation with different lineage are a fork.
///
/// Made from public ids, roles and deadlines only, so it may be shown on health pages. With the feature `serde` it is a
/// text: the 64 hexadecimal digits that `Display` writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lineage([u8; 32]);

impl Lineage {
    pub(super) const NONE: Self = Self([0; 32]);

    /// The lineage of a ring that was just made from one with this lineage.
    pub(super) fn next<K: Key>(before: &Self, ring: &Inner<K>) -> Self {
        let mut hash = Sha256::new_with_prefix(b"\xFFhookring lineage, version 1\0");
        hash.update(before.0);
        hash.update(ring.generation.to_be_bytes());
        hash.update(ring.as_of.unix_millis().to_be_bytes());
        let mut entry = |role: u8, key: &K, at: Timestamp| {
            hash.update([role]);
            hash.update(key.id().to_bytes());
            hash.update(at.unix_millis().to_be_bytes());
        };
        ring.current.iter().for_each(|held| entry(0, &held.key, held.since));
        ring.next.iter().for_each(|held| entry(1, &held.key, held.since));
        ring.previous.iter().for_each(|old| entry(2, &old.key, old.expires));
        // Only the newest can be new.
        hash.update(u64::try_from(ring.tombstones.len()).unwrap_or(u64::MAX).to_be_bytes());
        ring.tombstones.iter().rev().take(super::MAX_LIVE).for_each(|dead| hash.update(dead.id.to_bytes()));
        Self(hash.finalize().into())
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Lineage {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Lineage {
    /// The first eight bytes: enough to tell rings apart in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lineage(")?;
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

impl FromStr for Lineage {
    type Err = BadLineage;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, BadLineage> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadLineage)?;
        Ok(Self(bytes))
    }
}

/// A text that is not a [`Lineage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lineage is 64 hexadecimal digits")]
#[non_exhaustive]
pub struct BadLineage;
