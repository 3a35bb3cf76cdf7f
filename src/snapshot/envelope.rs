//! The outside of a snapshot: what can be known of it without a key. All of it is bound to the seal.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::SnapshotError;
use super::codec::Reader;

/// The first byte is no text, and the line break shows a transfer in text mode.
const MAGIC: &[u8; 8] = b"\x89hkring\n";
const VERSION: u16 = 1;
const MAX_OWNER: usize = 1024;
/// Far more than the largest ring and the overhead of any seal.
const MAX_SEALED: usize = 1 << 20;

/// The clear part in front of the sealed one: magic, version, kind of keys, generation, owner, length of the plain ring.
///
/// Its bytes are the associated data of the seal. The length of the sealed part follows it; that one is not known before
/// sealing, and needs no protection, because it has to be exactly the rest of the blob.
pub(super) struct Envelope {
    pub(super) kind: u8,
    pub(super) generation: u64,
    pub(super) owner: [u8; 32],
    pub(super) plain: u32,
}

/// The parts of a blob.
pub(super) struct Split<'b> {
    pub(super) envelope: Envelope,
    /// The bytes of the envelope, which the seal is bound to.
    pub(super) associated: &'b [u8],
    pub(super) sealed: &'b [u8],
}

/// The owner as it is in the envelope, which must not name a customer in clear.
pub(super) fn owner_digest<E>(owner: &str) -> Result<[u8; 32], SnapshotError<E>> {
    if owner.is_empty() || owner.len() > MAX_OWNER {
        return Err(SnapshotError::BadOwner);
    }
    Ok(Sha256::new().chain_update(b"\xFFhookring owner of a sealed ring, version 1\0").chain_update(owner).finalize().into())
}

impl Envelope {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let parts: [&[u8]; 6] = [
            MAGIC,
            &VERSION.to_be_bytes(),
            &[self.kind],
            &self.generation.to_be_bytes(),
            &self.owner,
            &self.plain.to_be_bytes(),
        ];
        parts.concat()
    }

    /// Splits a blob.
    pub(super) fn split<E>(blob: &[u8]) -> Result<Split<'_>, SnapshotError<E>> {
        let cut = || SnapshotError::Truncated;
        let mut from = Reader(blob);
        let magic = from.take(blob.len().min(MAGIC.len())).ok_or_else(cut)?;
        if !MAGIC.starts_with(magic) {
            return Err(SnapshotError::NotASnapshot);
        }
        if magic.len() < MAGIC.len() {
            return Err(cut());
        }
        let found = u16::from_be_bytes(from.array().ok_or_else(cut)?);
        if found != VERSION {
            return Err(SnapshotError::UnknownVersion { found });
        }
        let envelope = Self {
            kind: from.byte().ok_or_else(cut)?,
            generation: u64::from_be_bytes(from.array().ok_or_else(cut)?),
            owner: from.array().ok_or_else(cut)?,
            plain: u32::from_be_bytes(from.array().ok_or_else(cut)?),
        };
        let associated = blob.get(..blob.len().saturating_sub(from.0.len())).ok_or_else(cut)?;
        let length = usize::try_from(u32::from_be_bytes(from.array().ok_or_else(cut)?)).map_err(|_| SnapshotError::Corrupt)?;
        let sealed = from.0;
        if length > MAX_SEALED || sealed.len() > length {
            return Err(SnapshotError::Corrupt);
        }
        if sealed.len() < length {
            return Err(cut());
        }
        Ok(Split { envelope, associated, sealed })
    }

    /// Puts a blob together.
    pub(super) fn join<E>(associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SnapshotError<E>> {
        let length = u32::try_from(sealed.len()).ok().filter(|_| sealed.len() <= MAX_SEALED).ok_or(SnapshotError::TooLarge)?;
        Ok([associated, &length.to_be_bytes(), sealed].concat())
    }
}
