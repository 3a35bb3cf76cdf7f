//! A seal with a key of your own, for where there is no key service: XChaCha20-Poly1305.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::future::{Future, ready};

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::{Zeroize as _, Zeroizing};

use crate::key::KeyId;
use crate::mac::tag;
use crate::secret::Secret;
use crate::snapshot::Seal;
use crate::stack;

/// Seals rings under a secret that is kept somewhere else than the rings: XChaCha20-Poly1305, with a random nonce for
/// each blob and a key that is made from the secret.
///
/// The secret itself can be rotated: everything new is sealed under the current one, and blobs under an older one can be
/// opened until they have been sealed again.
///
/// ```
/// use hookring::{AeadSeal, Secret, SecretFormat};
/// # let (this_year, last_year) = (Secret::generate(SecretFormat::Hex)?, Secret::generate(SecretFormat::Hex)?);
/// // In real life: `Secret::from_file` or `Secret::from_env`, with `SecretPolicy::strict()`.
/// let seal = AeadSeal::new(this_year).also_open(last_year);
/// # let _ = seal;
/// # Ok::<(), hookring::SecretError>(())
/// ```
///
/// # Security
///
/// The secret has to be random. From a passphrase, whoever reads the database finds it by guessing; there is no slow hash
/// in between. Use it for nothing else: it is not a signing secret.
///
/// Each blob starts with eight bytes that name its key. They tell nothing about a random secret.
pub struct AeadSeal {
    current: Secret,
    older: Vec<Secret>,
}

/// Why a blob cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AeadError {
    /// The blob was sealed under a secret that this seal was not given.
    #[error("sealed under the key {key}, which is not at hand: give its secret to `also_open`")]
    UnknownKey {
        /// Names the key; see [`AeadSeal::key_id`].
        key: KeyId,
    },
    /// The blob ends before its content begins.
    #[error("the sealed part is cut short")]
    Truncated,
    /// The blob, or what it is bound to, is not what was sealed.
    #[error("the sealed part, or the envelope that it is bound to, was changed")]
    Tampered,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The content is longer than the cipher can take, which does not happen with rings.
    #[error("the cipher refused its input")]
    Unusable,
}

const ID: usize = 8;
const NONCE: usize = 24;
const TAG: usize = 16;

impl AeadSeal {
    /// Seals and opens under this secret.
    #[must_use]
    pub const fn new(current: Secret) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Opens what was sealed under an older secret as well. It seals nothing any more.
    #[must_use]
    pub fn also_open(mut self, older: Secret) -> Self {
        self.older.push(older);
        self
    }

    /// Names the key that everything new is sealed under, as [`AeadError::UnknownKey`] names the missing one.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        name(&self.current)
    }

    fn seal_now(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, AeadError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| AeadError::NoRandomness)?;
        // Of the final size at once, and encrypted in place, so that the plain bytes are in no other buffer.
        let size = [ID, NONCE, plain.len(), TAG].iter().try_fold(0_usize, |sum, part| sum.checked_add(*part));
        let mut blob = Vec::with_capacity(size.ok_or(AeadError::Unusable)?);
        blob.extend_from_slice(&name(&self.current).to_bytes());
        blob.extend_from_slice(&nonce);
        let start = blob.len();
        blob.extend_from_slice(plain);
        let content = blob.get_mut(start..).ok_or(AeadError::Unusable)?;
        match cipher(&self.current).encrypt_inout_detached(&nonce.into(), associated, (&mut *content).into()) {
            Ok(tag) => {
                blob.extend_from_slice(&tag);
                Ok(blob)
            }
            Err(_) => {
                content.zeroize();
                Err(AeadError::Unusable)
            }
        }
    }

    fn open_now(&self, associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AeadError> {
        let (id, rest) = sealed.split_first_chunk::<ID>().ok_or(AeadError::Truncated)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(AeadError::Truncated)?;
        let (content, tag) = rest.split_last_chunk::<TAG>().ok_or(AeadError::Truncated)?;
        let key = KeyId::from_bytes(*id);
        let mut known = core::iter::once(&self.current).chain(&self.older);
        let secret = known.find(|secret| name(secret) == key).ok_or(AeadError::UnknownKey { key })?;
        let mut plain = Zeroizing::new(vec![0; content.len()]);
        plain.copy_from_slice(content);
        cipher(secret)
            .decrypt_inout_detached(&(*nonce).into(), associated, plain.as_mut_slice().into(), &(*tag).into())
            .map_err(|_| AeadError::Tampered)?;
        Ok(plain)
    }
}

impl Seal for AeadSeal {
    type Error = AeadError;

    fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> impl Future<Output = Result<Vec<u8>, AeadError>> + Send {
        ready(stack::wiped(|| self.seal_now(associated, &plain)))
    }

    fn open(&self, associated: &[u8], sealed: &[u8]) -> impl Future<Output = Result<Zeroizing<Vec<u8>>, AeadError>> + Send {
        ready(stack::wiped(|| self.open_now(associated, sealed)))
    }
}

impl fmt::Debug for AeadSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let older: Vec<KeyId> = self.older.iter().map(name).collect();
        f.debug_struct("AeadSeal").field("key", &self.key_id()).field("older", &older).finish()
    }
}

/// The public name of the key that is made from a secret. Not the id of the secret: that may be a label, and two secrets
/// may carry the same.
fn name(secret: &Secret) -> KeyId {
    KeyId::first_of(&tag(secret.mac_key(), &[b"\xFFhookring name of a sealing key, version 1"]))
}

fn cipher(secret: &Secret) -> XChaCha20Poly1305 {
    let key = tag(secret.mac_key(), &[b"\xFFhookring sealing key, version 1"]);
    XChaCha20Poly1305::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::SecretFormat;
    use crate::policy::SecretPolicy;

    fn secret(text: &str) -> Secret {
        Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
    }

    /// Computed with another implementation: the stored form must not change between versions.
    #[test]
    fn a_blob_of_version_one_opens() {
        let seal = AeadSeal::new(secret("a published sealing secret"));
        let blob = hex::decode(BLOB).unwrap();
        assert_eq!(seal.open_now(b"associated", &blob).unwrap().as_slice(), b"the plain content");
    }

    const BLOB: &str = "350dd0d1bbc9ae4e000102030405060708090a0b0c0d0e0f1011121314151617102a5843496b6bac42d51365194e6d34194f5031f8659eddef049f6c67f7225fb7";

    #[test]
    fn every_change_has_its_error() {
        let seal = AeadSeal::new(secret("one"));
        let blob = seal.seal_now(b"associated", b"plain").unwrap();
        assert_eq!((blob.len(), blob.capacity()), (ID + NONCE + 5 + TAG, ID + NONCE + 5 + TAG));
        for length in 0..blob.len() {
            let wanted = if length < ID + NONCE + TAG { AeadError::Truncated } else { AeadError::Tampered };
            assert_eq!(seal.open_now(b"associated", &blob[..length]).unwrap_err(), wanted, "{length}");
        }
        for at in 0..blob.len() {
            for bit in 0..8 {
                let mut bad = blob.clone();
                bad[at] ^= 1 << bit;
                let error = seal.open_now(b"associated", &bad).unwrap_err();
                assert_eq!(matches!(error, AeadError::UnknownKey { .. }), at < ID, "{at}");
                assert_eq!(error == AeadError::Tampered, at >= ID, "{at}");
            }
        }
        assert_eq!(seal.open_now(b"associate", &blob).unwrap_err(), AeadError::Tampered);
        assert_eq!(seal.open_now(b"", &blob).unwrap_err(), AeadError::Tampered);
        assert_ne!(seal.seal_now(b"associated", b"plain").unwrap(), blob, "a fresh nonce each time");
    }

    #[test]
    fn older_keys_open_and_do_not_seal() {
        let (old, both, new) =
            (AeadSeal::new(secret("old")), AeadSeal::new(secret("new")).also_open(secret("old")), AeadSeal::new(secret("new")));
        let blob = old.seal_now(b"", b"plain").unwrap();
        assert_eq!(both.open_now(b"", &blob).unwrap().as_slice(), b"plain");
        assert_eq!(new.open_now(b"", &blob).unwrap_err(), AeadError::UnknownKey { key: old.key_id() });
        let again = both.seal_now(b"", b"plain").unwrap();
        assert_eq!(new.open_now(b"", &again).unwrap().as_slice(), b"plain");
    }
}
