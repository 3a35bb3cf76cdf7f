//! What a key gives to a snapshot, and how it is made again from it.

use alloc::sync::Arc;

use super::codec::{Reader, Sink};
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::asymmetric::PublicKey;
#[cfg(feature = "ed25519")]
use crate::asymmetric::{SigningKey, SigningKeyFormat};
use crate::encoding::SecretFormat;
#[cfg(feature = "bcrypt")]
use crate::hashed::BcryptHash;
use crate::hashed::Sha256Hash;
use crate::key::{Key, Labelled};
use crate::secret::Secret;

/// A key that can be stored in a sealed ring. Closed: implemented by [`Secret`], [`Sha256Hash`], `BcryptHash`, and with their
/// features by `PublicKey` and `SigningKey`.
///
/// The format is the same for every kind. A ring of hashes holds nothing that signs, so it needs less secrecy; seal it
/// nevertheless, because whoever can change it can plant a hash or make a revoked one valid again.
pub trait StoredKey: Key + sealed::Stored {}

pub(crate) mod sealed {
    use super::{Labelled, Reader, Sink};

    /// The form of a key in a snapshot. To make another kind of key storable: a `KIND` of its own, and these two.
    #[expect(unnameable_types, private_interfaces, private_bounds, reason = "this is how the trait is sealed")]
    pub trait Stored: Labelled {
        /// Is in the clear part of the envelope. Never used twice: 1 secrets, 2 SHA-256 hashes, 3 bcrypt
        /// hashes, 4 public keys, 5 private signing keys.
        const KIND: u8;
        /// Writes everything but the label; `None` if the key must not be stored.
        fn write(&self, out: &mut impl Sink) -> Option<()>;
        /// Reads what `write` wrote, without a label; `None` for anything else.
        fn read(from: &mut Reader<'_>) -> Option<Self>;
    }
}

impl StoredKey for Secret {}

#[expect(private_interfaces, private_bounds, reason = "the trait is sealed")]
impl sealed::Stored for Secret {
    const KIND: u8 = 1;

    fn write(&self, out: &mut impl Sink) -> Option<()> {
        // It would come back without its master, and so escape the revocation of that.
        if self.is_derived() {
            return None;
        }
        out.put(&[code(self.format())]);
        out.text(self.reveal())
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let byte = from.byte()?;
        let format = SecretFormat::ALL.iter().find(|format| code(**format) == byte)?;
        Self::restored(from.text()?, *format).ok()
    }
}

impl StoredKey for Sha256Hash {}

#[expect(private_interfaces, private_bounds, reason = "the trait is sealed")]
impl sealed::Stored for Sha256Hash {
    const KIND: u8 = 2;

    fn write(&self, out: &mut impl Sink) -> Option<()> {
        out.text(&self.to_hex())
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let text = from.text()?;
        // Upper case would be a second spelling.
        Self::parse_hex(text).ok().filter(|hash| hash.to_hex() == text)
    }
}

#[cfg(feature = "bcrypt")]
impl StoredKey for BcryptHash {}

#[cfg(feature = "bcrypt")]
#[expect(private_interfaces, private_bounds, reason = "the trait is sealed")]
impl sealed::Stored for BcryptHash {
    const KIND: u8 = 3;

    fn write(&self, out: &mut impl Sink) -> Option<()> {
        out.text(self.as_str())
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Self::parse(from.text()?).ok()
    }
}

#[cfg(any(feature = "ed25519", feature = "p256"))]
impl StoredKey for PublicKey {}

#[cfg(any(feature = "ed25519", feature = "p256"))]
#[expect(private_interfaces, private_bounds, reason = "the trait is sealed")]
impl sealed::Stored for PublicKey {
    const KIND: u8 = 4;

    fn write(&self, out: &mut impl Sink) -> Option<()> {
        let (curve, text) = self.stored();
        out.put(&[curve]);
        out.text(&text)
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let curve = from.byte()?;
        let text = from.text()?;
        // Another spelling of the same key would be a second form.
        Self::restored(curve, text).filter(|key| key.stored().1 == text)
    }
}

#[cfg(feature = "ed25519")]
impl StoredKey for SigningKey {}

#[cfg(feature = "ed25519")]
#[expect(private_interfaces, private_bounds, reason = "the trait is sealed")]
impl sealed::Stored for SigningKey {
    const KIND: u8 = 5;

    fn write(&self, out: &mut impl Sink) -> Option<()> {
        out.text(self.reveal())
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Self::parse(from.text()?, SigningKeyFormat::Whsk).ok()
    }
}

/// The codes are part of the format: add, never change.
const fn code(format: SecretFormat) -> u8 {
    match format {
        SecretFormat::Utf8 => 1,
        SecretFormat::Hex => 2,
        SecretFormat::Base64 => 3,
        SecretFormat::Base64Url => 4,
        SecretFormat::Whsec => 5,
        SecretFormat::V1Whsec => 6,
        SecretFormat::HtmlText => 7,
        #[cfg(feature = "sha1")]
        SecretFormat::Sha1OfText => 8,
    }
}

/// The label of a key, as a text that may be empty. Labels themselves never are.
pub(super) fn label(key: &impl Key) -> &str {
    key.label().map(Arc::as_ref).unwrap_or_default()
}
