//! Stored forms of a secret that is *presented*, as a bearer token is: they can say whether it is the one, and nothing else.

#[cfg(feature = "bcrypt")]
mod bcrypt;
mod sha256;

use alloc::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

#[cfg(feature = "bcrypt")]
pub use bcrypt::BcryptHash;
pub use sha256::Sha256Hash;

use crate::error::Refused;
use crate::key::Key;
use crate::keyring::{Change, Keyring};
use crate::secret::Secret;
use crate::time::Timestamp;

/// A key that a presented secret is checked against: a [`Secret`] itself, or a stored hash of one.
///
/// A hash cannot compute a MAC, so a ring of hashes has no signer and no verifier; it has a
/// [`BearerVerifier`](crate::BearerVerifier). What a hash can do for a sender is to guard it: sign with the plaintext in
/// hand only if it is the one that was registered.
///
/// ```
/// use hookring::{PresentedKey, Secret, SecretFormat, SecretPolicy, Sha256Hash};
///
/// let registered = Sha256Hash::parse_hex("f9e08a27ae4fcd545e7870af6b99e3f77f7e078a9b188e5981ea237c7a8484fe")?;
/// let in_hand = "b65170fc2c6be445d9423eb48512a9be288aa99d346f14fcd3306486e55fc923";
/// let secret = Secret::parse(in_hand, SecretFormat::Utf8, &SecretPolicy::strict())?;
/// assert!(registered.matches(secret.reveal().as_bytes()), "do not sign: another secret is registered");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Other hashes
///
/// The trait is open. Whatever the hash, the identity of the key is that of the stored record, and the check must refuse an
/// empty text, compare in constant time and never panic. Rings of other hashes cannot be sealed, because
/// [`StoredKey`](crate::StoredKey) is closed: keep them in a [`KeyringStore`](crate::KeyringStore) of your own. This is
/// argon2:
///
/// ```
/// use argon2::Argon2;
/// use hookring::{Fingerprint, Key, PresentedKey};
/// use subtle::ConstantTimeEq as _;
///
/// struct Argon2Hash {
///     salt: [u8; 16],
///     hash: [u8; 32],
/// }
///
/// impl Key for Argon2Hash {
///     fn fingerprint(&self) -> Fingerprint {
///         Fingerprint::of_record("argon2id", &[self.salt.as_slice(), &self.hash].concat())
///     }
/// }
///
/// impl PresentedKey for Argon2Hash {
///     fn matches(&self, presented: &[u8]) -> bool {
///         let mut hash = [0; 32];
///         let computed = Argon2::default().hash_password_into(presented, &self.salt, &mut hash);
///         computed.is_ok() && !presented.is_empty() && bool::from(hash.ct_eq(&self.hash))
///     }
///     fn is_slow(&self) -> bool {
///         true
///     }
/// }
/// ```
pub trait PresentedKey: Key {
    /// Whether this is the secret.
    ///
    /// # Security
    ///
    /// Any bytes must give an answer, in a time that does not depend on how many of them are right.
    fn matches(&self, presented: &[u8]) -> bool;

    /// Whether a check costs so much that only few may run at once, as with password hashes.
    ///
    /// On an async runtime a slow check belongs on a thread for blocking work (`spawn_blocking`).
    fn is_slow(&self) -> bool {
        false
    }
}

impl PresentedKey for Secret {
    /// Whether this is the text of the secret: what [`Secret::reveal`] shows, not the bytes it decodes to.
    fn matches(&self, presented: &[u8]) -> bool {
        // Hashes are compared, so that neither the length nor a common start of the texts can be measured.
        digest_eq(&digest(self.reveal().as_bytes()), presented)
    }
}

/// Whether this is the SHA-256 of the presented text. No hash matches an empty text.
fn digest_eq(hash: &[u8; 32], presented: &[u8]) -> bool {
    bool::from(hash.ct_eq(&digest(presented))) && !presented.is_empty()
}

/// SHA-256, computed where it lies: a hasher that is moved to be finished leaves the text behind, unwiped.
#[inline(never)]
fn digest(text: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(text);
    let mut hash = [0; 32];
    hasher.finalize_into_reset((&mut hash).into());
    hash
}

/// # Stored hashes
impl<K: PresentedKey> Keyring<K> {
    /// Stages a stored hash, with the secret it was made from in hand.
    ///
    /// Two bcrypt hashes of one secret have different salts and therefore different ids: [`Keyring::stage`] cannot see
    /// that a rotation to the same secret changes nothing. This tries the plaintext against the live keys.
    ///
    /// With a slow hash this takes as long as a check of every live key.
    ///
    /// # Errors
    ///
    /// [`Refused::WrongPlaintext`] if `new` is not a hash of the plaintext, [`Refused::SameKey`] if a live key is one too;
    /// otherwise as [`Keyring::stage`]. Of a revoked salted hash only the record is remembered, so its secret is not
    /// recognised in a new hash.
    ///
    /// ```
    /// use hookring::{Keyring, Refused, Secret, SecretFormat, Sha256Hash, Timestamp};
    /// let now = Timestamp::from_unix_secs(1_790_000_000);
    /// let (old, new) = (Secret::generate(SecretFormat::Utf8)?, Secret::generate(SecretFormat::Utf8)?);
    /// let ring = Keyring::new(Sha256Hash::of(&old)?, now).ring;
    /// assert!(ring.stage_presented(Sha256Hash::of(&new)?, &new, now).is_ok());
    /// assert_eq!(ring.stage_presented(Sha256Hash::of(&old)?, &old, now).unwrap_err(), Refused::SameKey);
    /// assert_eq!(ring.stage_presented(Sha256Hash::of(&old)?, &new, now).unwrap_err(), Refused::WrongPlaintext);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stage_presented(&self, new: impl Into<Arc<K>>, plaintext: &Secret, now: Timestamp) -> Result<Change<K>, Refused> {
        let new = new.into();
        let text = plaintext.reveal().as_bytes();
        if !new.matches(text) {
            return Err(Refused::WrongPlaintext);
        }
        // The refusals that cost nothing come before the checks that may cost a second.
        let change = self.stage(new, now)?;
        if self.live(now).any(|live| live.key.matches(text)) { Err(Refused::SameKey) } else { Ok(change) }
    }
}
