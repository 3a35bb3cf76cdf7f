//! Public keys: they verify and cannot sign.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use core::fmt;

use super::decode_base64;
use crate::error::KeyError;
use crate::key::{Curve, Fingerprint, Key, Shown, VerifyKey, labelled_key, sealed};
use crate::mac::MacKey;
use crate::names::names;

/// Longer texts are refused unread.
const MAX_TEXT: usize = 256;

/// How the text of a public key is read. Always an argument, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublicKeyFormat {
    /// `whpk_` and the standard base64 of the 32 bytes of an Ed25519 key (RFC 8032, section 5.1.5): Standard Webhooks.
    #[cfg(feature = "ed25519")]
    Whpk,
    /// The hexadecimal digits of the 32 bytes of an Ed25519 key: Discord.
    #[cfg(feature = "ed25519")]
    Ed25519Hex,
    /// The standard base64 of the 32 bytes of an Ed25519 key: Telnyx.
    #[cfg(feature = "ed25519")]
    Ed25519Base64,
    /// The standard base64 of a `SubjectPublicKeyInfo` (RFC 5480) of a P-256 key, uncompressed: SendGrid.
    #[cfg(feature = "p256")]
    P256Spki,
}

names!(PublicKeyFormat {
    #[cfg(feature = "ed25519")]
    Whpk = "whpk-ed25519",
    #[cfg(feature = "ed25519")]
    Ed25519Hex = "ed25519-public-hex",
    #[cfg(feature = "ed25519")]
    Ed25519Base64 = "ed25519-public-base64",
    #[cfg(feature = "p256")]
    P256Spki = "ecdsa-p256-spki-base64",
});

#[derive(Clone)]
enum Material {
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519_dalek::VerifyingKey),
    #[cfg(feature = "p256")]
    P256(p256::ecdsa::VerifyingKey),
}

/// The public key of a sender. It verifies the sender's deliveries and cannot sign.
///
/// A ring holds public keys as it holds secrets, so the sender's key rotates like any other:
///
/// ```
/// # #[cfg(feature = "ed25519")] {
/// use std::time::Duration;
/// use hookring::{Keyring, PublicKey, PublicKeyFormat, Timestamp, Verifier, providers};
///
/// let key = PublicKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", PublicKeyFormat::Whpk)?;
/// let verifier = Verifier::new(providers::STANDARD_WEBHOOKS_V1A, Keyring::new(key, Timestamp::now()).ring)?;
/// # let _ = verifier;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A signer cannot have it as its key:
///
/// ```compile_fail
/// use hookring::{Keyring, PublicKey, PublicKeyFormat, SignWith, Signer, Timestamp, providers};
///
/// let key = PublicKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", PublicKeyFormat::Whpk)?;
/// let ring = Keyring::new(key, Timestamp::now()).ring;
/// let signer = Signer::new(providers::STANDARD_WEBHOOKS_V1A, ring, SignWith::Current)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The counterpart that compiles, with the private key:
///
/// ```
/// # #[cfg(feature = "ed25519")] {
/// use hookring::{Keyring, SignWith, Signer, SigningKey, SigningKeyFormat, Timestamp, providers};
///
/// let key = SigningKey::generate(SigningKeyFormat::Whsk)?;
/// let ring = Keyring::new(key, Timestamp::now()).ring;
/// let signer = Signer::new(providers::STANDARD_WEBHOOKS_V1A, ring, SignWith::Current)?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PublicKey {
    material: Material,
    fingerprint: Fingerprint,
    label: Option<Arc<str>>,
}

impl PublicKey {
    /// Reads a public key from its text. Nothing is trimmed or guessed.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: the text is not of this format, or its bytes are not a key, or one under which anybody can sign.
    pub fn parse(text: &str, format: PublicKeyFormat) -> Result<Self, KeyError> {
        if text.len() > MAX_TEXT {
            return Err(KeyError::TooLong { bytes: text.len(), maximum: MAX_TEXT });
        }
        let mut room = vec![0; text.len()];
        match format {
            #[cfg(feature = "ed25519")]
            PublicKeyFormat::Whpk => {
                let text = text.strip_prefix("whpk_").ok_or(KeyError::MissingPrefix)?;
                Self::ed25519(decode_base64(text, &mut room)?)
            }
            #[cfg(feature = "ed25519")]
            PublicKeyFormat::Ed25519Base64 => Self::ed25519(decode_base64(text, &mut room)?),
            #[cfg(feature = "ed25519")]
            PublicKeyFormat::Ed25519Hex => {
                let room = room.get_mut(..text.len() / 2).unwrap_or_default();
                hex::decode_to_slice(text, room).map_err(|_| KeyError::NotHex)?;
                Self::ed25519(room)
            }
            #[cfg(feature = "p256")]
            PublicKeyFormat::P256Spki => Self::p256(decode_base64(text, &mut room)?),
        }
    }

    #[cfg(feature = "ed25519")]
    fn ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::WrongLength { bytes: bytes.len() })?;
        Self::of_ed25519(ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAKey)?)
    }

    #[cfg(feature = "ed25519")]
    pub(super) fn of_ed25519(key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        let fingerprint = Fingerprint::of_record("ed25519 public key", key.as_bytes());
        Ok(Self { material: Material::Ed25519(key), fingerprint, label: None })
    }

    #[cfg(feature = "p256")]
    fn p256(bytes: &[u8]) -> Result<Self, KeyError> {
        // RFC 5480: a sequence of the algorithm (id-ecPublicKey with prime256v1) and a bit string of 65 bytes.
        const FRONT: [u8; 26] = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
            0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        Self::of_point(bytes.strip_prefix(&FRONT).ok_or(KeyError::NotAKey)?)
    }

    /// An uncompressed point of P-256.
    #[cfg(feature = "p256")]
    fn of_point(point: &[u8]) -> Result<Self, KeyError> {
        if point.len() != 65 {
            return Err(KeyError::WrongLength { bytes: point.len() });
        }
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::NotAKey)?;
        Ok(Self { material: Material::P256(key), fingerprint: Fingerprint::of_record("p256 public key", point), label: None })
    }

    /// The number of the curve in a snapshot, and the bytes of the key in hexadecimal digits.
    pub(crate) fn stored(&self) -> (u8, String) {
        match &self.material {
            #[cfg(feature = "ed25519")]
            Material::Ed25519(key) => (1, hex::encode(key.as_bytes())),
            #[cfg(feature = "p256")]
            Material::P256(key) => (2, hex::encode(key.to_encoded_point(false).as_bytes())),
        }
    }

    pub(crate) fn restored(curve: u8, digits: &str) -> Option<Self> {
        let bytes = hex::decode(digits).ok()?;
        match curve {
            #[cfg(feature = "ed25519")]
            1 => Self::ed25519(&bytes).ok(),
            #[cfg(feature = "p256")]
            2 => Self::of_point(&bytes).ok(),
            _ => None,
        }
    }

    const fn curve(&self) -> Curve {
        match self.material {
            #[cfg(feature = "ed25519")]
            Material::Ed25519(_) => Curve::Ed25519,
            #[cfg(feature = "p256")]
            Material::P256(_) => Curve::P256,
        }
    }
}

labelled_key!(PublicKey, KeyError);

impl Key for PublicKey {
    fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl sealed::Material for PublicKey {
    const PUBLIC: bool = true;

    fn mac_key(&self) -> Option<&MacKey> {
        None
    }

    fn fits(&self, curve: Option<Curve>) -> bool {
        curve == Some(self.curve())
    }

    fn verifies(&self, content: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            #[cfg(feature = "ed25519")]
            Material::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(content, &signature).is_ok()),
            #[cfg(feature = "p256")]
            Material::P256(key) => {
                use p256::ecdsa::signature::Verifier as _;
                p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(content, &signature).is_ok())
            }
        }
    }
}

impl VerifyKey for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", Shown(self))
    }
}
