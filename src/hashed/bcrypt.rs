//! A bcrypt hash of a secret, without the two traps of bcrypt.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use ::bcrypt::{HashParts, non_truncating_hash, non_truncating_verify};

use super::PresentedKey;
use crate::error::HashError;
use crate::key::{Fingerprint, Key, Shown, labelled_key};
use crate::secret::Secret;
use crate::stack;

/// bcrypt reads 72 bytes, and the last of them has to be the NUL that ends the text.
const MAX_TEXT: usize = 71;
const MIN_COST: u32 = 10;
const MAX_COST: u32 = 14;
/// Length of a stored hash, all of it ASCII.
const STORED: usize = 60;

/// A bcrypt hash: for stores that have one. For new stores of random secrets take [`Sha256Hash`](crate::Sha256Hash).
///
/// ```
/// use hookring::{BcryptHash, PresentedKey};
/// let stored = BcryptHash::parse("$2b$10$abcdefghijklmnopqrstuu60fZJPlQSTVGtSJwHK3uMiptKWgxQfG")?;
/// assert!(stored.is_slow());
/// assert!(stored.matches(b"correct horse battery staple, 32+ bytes long"));
/// # Ok::<(), hookring::HashError>(())
/// ```
///
/// # Security
///
/// A check takes about 0.1 s of a core at cost 10, 0.35 s at cost 12 and 1.3 s at cost 14. Check requests with a
/// [`BearerVerifier`](crate::BearerVerifier), which bounds how many run at once.
///
/// bcrypt ignores what follows after 72 bytes, and takes `abc` and `abc`, NUL, `abc` for the same. So neither is ever
/// hashed: a text of more than 71 bytes or with a NUL in it is an error when a hash is made, and does not match when it
/// is presented. A hash that was made elsewhere from such a text therefore matches nothing.
///
/// It cannot sign:
///
/// ```compile_fail,E0271
/// use hookring::{BcryptHash, Keyring, SignWith, Signer, Timestamp, providers};
/// let stored = BcryptHash::parse("$2b$10$abcdefghijklmnopqrstuu60fZJPlQSTVGtSJwHK3uMiptKWgxQfG")?;
/// let ring = Keyring::new(stored, Timestamp::now()).ring;
/// let signer = Signer::new(providers::GITHUB, ring, SignWith::Current)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Nor can it verify signatures:
///
/// ```compile_fail,E0277
/// use hookring::{BcryptHash, Keyring, Timestamp, Verifier, providers};
/// let stored = BcryptHash::parse("$2b$10$abcdefghijklmnopqrstuu60fZJPlQSTVGtSJwHK3uMiptKWgxQfG")?;
/// let ring = Keyring::new(stored, Timestamp::now()).ring;
/// let verifier = Verifier::new(providers::GITHUB, ring)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The counterpart that compiles:
///
/// ```
/// use hookring::{BcryptHash, BearerVerifier, Keyring, Timestamp};
/// let stored = BcryptHash::parse("$2b$10$abcdefghijklmnopqrstuu60fZJPlQSTVGtSJwHK3uMiptKWgxQfG")?;
/// let ring = Keyring::new(stored, Timestamp::now()).ring;
/// let verifier = BearerVerifier::new(ring, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BcryptHash {
    stored: Box<str>,
    cost: u32,
    label: Option<Arc<str>>,
}

impl BcryptHash {
    /// Hashes a secret's text with a new salt, and keeps the label of the secret.
    ///
    /// # Errors
    ///
    /// [`HashError::TooLongForBcrypt`], [`HashError::ContainsNul`], [`HashError::BcryptCost`] outside of 10 to 14, or
    /// [`HashError::NoRandomness`]. The first three are found before anything is hashed.
    pub fn of(secret: &Secret, cost: u32) -> Result<Self, HashError> {
        let text = secret.reveal();
        cost_is_fine(cost)?;
        text_is_fine(text.as_bytes())?;
        // Everything but the salt was checked above.
        let stored = stack::wiped(|| non_truncating_hash(text, cost)).map_err(|_| HashError::NoRandomness)?;
        Ok(Self { stored: stored.into(), cost, label: Key::label(secret).cloned() })
    }

    /// Reads a stored hash: `$2b$` (or `2a`, `2y`, which are the same), a cost from 10 to 14 in two digits, `$`, and 53
    /// characters of salt and hash.
    ///
    /// # Errors
    ///
    /// [`HashError::NotBcrypt`], [`HashError::BcryptVersion`], [`HashError::BcryptCost`] or
    /// [`HashError::BcryptNotCanonical`]. A hash that can be read can be checked: a check has no errors.
    pub fn parse(stored: &str) -> Result<Self, HashError> {
        let (version, cost, rest) = split(stored).ok_or(HashError::NotBcrypt { bytes: stored.len() })?;
        if !matches!(version, [b'2', b'a' | b'b' | b'y']) {
            return Err(HashError::BcryptVersion);
        }
        cost_is_fine(cost)?;
        if !rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/')) {
            return Err(HashError::NotBcrypt { bytes: stored.len() });
        }
        // The only error left is in the unused bits of the last characters.
        stored.parse::<HashParts>().map_err(|_| HashError::BcryptNotCanonical)?;
        Ok(Self { stored: stored.into(), cost, label: None })
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.stored
    }

    /// The cost: two to its power are the rounds.
    #[must_use]
    pub const fn cost(&self) -> u32 {
        self.cost
    }
}

labelled_key!(BcryptHash, HashError);

impl Key for BcryptHash {
    /// Identifies the stored record, not the secret: two hashes of one secret are two keys. See
    /// [`Keyring::stage_presented`](crate::Keyring::stage_presented).
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_record("bcrypt", self.stored.as_bytes())
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

impl PresentedKey for BcryptHash {
    fn matches(&self, presented: &[u8]) -> bool {
        let worth_hashing = !presented.is_empty() && text_is_fine(presented).is_ok();
        worth_hashing && stack::wiped(|| non_truncating_verify(presented, &self.stored)).unwrap_or(false)
    }

    fn is_slow(&self) -> bool {
        true
    }
}

impl fmt::Debug for BcryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BcryptHash({}, cost {})", Shown(self), self.cost)
    }
}

/// Version, cost and the rest of `$vv$cc$…`, if the text has that shape and its right length.
fn split(stored: &str) -> Option<([u8; 2], u32, &[u8])> {
    let bytes = stored.as_bytes();
    if bytes.len() != STORED {
        return None;
    }
    let [b'$', v1, v2, b'$', tens @ b'0'..=b'9', ones @ b'0'..=b'9', b'$', rest @ ..] = bytes else { return None };
    let digit = |b: &u8| u32::from(b.saturating_sub(b'0'));
    Some(([*v1, *v2], digit(tens).saturating_mul(10).saturating_add(digit(ones)), rest))
}

const fn cost_is_fine(cost: u32) -> Result<(), HashError> {
    if MIN_COST <= cost && cost <= MAX_COST {
        Ok(())
    } else {
        Err(HashError::BcryptCost { cost, minimum: MIN_COST, maximum: MAX_COST })
    }
}

fn text_is_fine(text: &[u8]) -> Result<(), HashError> {
    if text.len() > MAX_TEXT {
        return Err(HashError::TooLongForBcrypt { bytes: text.len(), maximum: MAX_TEXT });
    }
    if text.contains(&0) { Err(HashError::ContainsNul) } else { Ok(()) }
}
