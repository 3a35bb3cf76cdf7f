//! A bare SHA-256 of a secret, as `sha256sum` writes it.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use sha2::{Digest as _, Sha256};

use super::{PresentedKey, digest, digest_eq};
use crate::error::HashError;
use crate::key::{Fingerprint, Key, Shown, labelled_key};
use crate::secret::Secret;

/// The block of SHA-256. HMAC hashes longer keys first (RFC 2104).
const MAX_TEXT: usize = 64;
/// The least text that can have room for 256 bits.
const MIN_TEXT: usize = 32;

/// The SHA-256 of a secret's text: the stored form of a strong random secret that is presented.
///
/// Reads and writes what `printf %s "$SECRET" | sha256sum` prints in its first column.
///
/// ```
/// use hookring::{BearerVerifier, Keyring, Sha256Hash, Timestamp};
/// let stored = Sha256Hash::parse_hex("38075fe6c004dfc25f3034daa3cec1fb8a055518b9277e7ccb4b775986988e73")?;
/// let verifier = BearerVerifier::new(Keyring::new(stored, Timestamp::now()).ring, 0);
/// let headers = [("Authorization", "Bearer 3f9a1c7be2d84450a6b1f0c2d3e4f5a69788796a5b4c3d2e1f00112233445566")];
/// assert!(verifier.check(&headers, None).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// It has no salt and costs nothing to compute, so it protects only what cannot be guessed: texts of less than 32 bytes are
/// refused, and a human's password belongs in a slow hash. The [`KeyId`](crate::KeyId) is made from the hash and lets
/// anybody test guesses of a guessable secret offline; give such a key a public name with [`Sha256Hash::labelled`].
///
/// It cannot sign:
///
/// ```compile_fail,E0271
/// use hookring::{Keyring, Secret, SecretFormat, Sha256Hash, SignWith, Signer, Timestamp, providers};
/// let secret = Secret::generate(SecretFormat::Utf8)?;
/// let ring = Keyring::new(Sha256Hash::of(&secret)?, Timestamp::now()).ring;
/// let signer = Signer::new(providers::GITHUB, ring, SignWith::Current)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The counterpart that compiles:
///
/// ```
/// use hookring::{Keyring, Secret, SecretFormat, Sha256Hash, SignWith, Signer, Timestamp, providers};
/// let secret = Secret::generate(SecretFormat::Utf8)?;
/// let ring = Keyring::new(secret, Timestamp::now()).ring;
/// let signer = Signer::new(providers::GITHUB, ring, SignWith::Current)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Nor can it verify signatures:
///
/// ```compile_fail,E0277
/// use hookring::{Keyring, Secret, SecretFormat, Sha256Hash, Timestamp, Verifier, providers};
/// let secret = Secret::generate(SecretFormat::Utf8)?;
/// let ring = Keyring::new(Sha256Hash::of(&secret)?, Timestamp::now()).ring;
/// let verifier = Verifier::new(providers::GITHUB, ring)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The counterpart that compiles:
///
/// ```
/// use hookring::{Keyring, Secret, SecretFormat, Sha256Hash, Timestamp, Verifier, providers};
/// let secret = Secret::generate(SecretFormat::Utf8)?;
/// let ring = Keyring::new(secret, Timestamp::now()).ring;
/// let verifier = Verifier::new(providers::GITHUB, ring)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sha256Hash {
    hash: [u8; 32],
    label: Option<Arc<str>>,
}

impl Sha256Hash {
    /// The hash of a secret's text, with the label of the secret.
    ///
    /// # Errors
    ///
    /// [`HashError::HashIsTheHmacKey`] for texts over 64 bytes and [`HashError::TooShort`] for texts under 32.
    ///
    /// # Security
    ///
    /// HMAC-SHA256 replaces a key of more than 64 bytes by its SHA-256. The stored hash of such a secret would be its
    /// HMAC key, and a reader of the store could sign. The limit counts the text in every format, to be simple.
    pub fn of(secret: &Secret) -> Result<Self, HashError> {
        let bytes = secret.reveal().len();
        if bytes > MAX_TEXT {
            return Err(HashError::HashIsTheHmacKey { bytes, maximum: MAX_TEXT });
        }
        if bytes < MIN_TEXT {
            return Err(HashError::TooShort { bytes, minimum: MIN_TEXT });
        }
        let hash = digest(secret.reveal().as_bytes());
        Ok(Self { hash, label: Key::label(secret).cloned() })
    }

    /// Reads a stored hash: 64 hexadecimal digits in either case, and nothing around them.
    ///
    /// # Errors
    ///
    /// [`HashError::NotSha256Hex`], or [`HashError::HashOfNothing`] for the hash of an empty text.
    ///
    /// # Security
    ///
    /// What was hashed elsewhere cannot be checked: whether it was long enough, or so long that the hash is the HMAC key.
    pub fn parse_hex(text: &str) -> Result<Self, HashError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| HashError::NotSha256Hex { bytes: text.len() })?;
        if hash == <[u8; 32]>::from(Sha256::digest(b"")) {
            return Err(HashError::HashOfNothing);
        }
        Ok(Self { hash, label: None })
    }

    /// The 64 hexadecimal digits to store, in lower case.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.hash)
    }
}

labelled_key!(Sha256Hash, HashError);

impl Key for Sha256Hash {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_record("sha256", &self.hash)
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

impl PresentedKey for Sha256Hash {
    fn matches(&self, presented: &[u8]) -> bool {
        digest_eq(&self.hash, presented)
    }
}

impl fmt::Debug for Sha256Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Hash({})", Shown(self))
    }
}
