//! The private key of a sender.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use super::{PublicKey, decode_base64};
use crate::error::{KeyError, Rejection};
use crate::key::{Curve, Fingerprint, Key, KeyId, SignKey, sealed};
use crate::mac::Hash;

/// The prefix of a Standard Webhooks private key.
const WHSK: &str = "whsk_";
/// The text is as long as the base64 of 64 bytes and the prefix.
const MAX_TEXT: usize = 96;

/// The private Ed25519 key of a sender: it signs, and its [`PublicKey`] is given to receivers.
///
/// Like a [`Secret`](crate::Secret) it has no `Clone`, `Display` or `PartialEq`, and is wiped when it is dropped. It has the
/// same [`KeyId`] as its public key, so the pages of senders and receivers can be compared.
///
/// ```
/// use hookring::{Keyring, Message, SignWith, Signer, SigningKey, Timestamp, Verifier, providers};
///
/// let now = Timestamp::now();
/// let key = SigningKey::generate()?;
/// let public = key.public_key()?;
/// let signer = Signer::new(providers::STANDARD_WEBHOOKS_V1A, Keyring::new(key, now).ring, SignWith::Current)?;
/// let verifier = Verifier::new(providers::STANDARD_WEBHOOKS_V1A, Keyring::new(public, now).ring)?;
///
/// let signed = signer.sign(&Message::new(b"{}").id("msg_1"), now)?;
/// let headers: Vec<_> = signed.iter().collect();
/// verifier.verify(&headers, b"{}")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SigningKey {
    text: Zeroizing<Box<str>>,
    /// Wiped by its own `Drop`.
    key: ed25519_dalek::SigningKey,
    fingerprint: Fingerprint,
    label: Option<Arc<str>>,
}

impl SigningKey {
    /// Reads `whsk_` and the base64 of a 32-byte seed, or of seed and public key, 64 bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: the text is not of this format, or the halves of the key do not belong together.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let base64 = text.strip_prefix(WHSK).ok_or(KeyError::MissingPrefix)?;
        if text.len() > MAX_TEXT {
            return Err(KeyError::WrongLength { bytes: text.len() });
        }
        let mut room = Zeroizing::new(vec![0; base64.len()]);
        let bytes = decode_base64(base64, &mut room)?;
        let key = match (<&[u8; 32]>::try_from(bytes), <&[u8; 64]>::try_from(bytes)) {
            (Ok(seed), _) => ed25519_dalek::SigningKey::from_bytes(seed),
            (_, Ok(pair)) => ed25519_dalek::SigningKey::from_keypair_bytes(pair).map_err(|_| KeyError::HalvesDiffer)?,
            _ => return Err(KeyError::WrongLength { bytes: bytes.len() }),
        };
        let fingerprint = Key::fingerprint(&PublicKey::of_ed25519(key.verifying_key())?);
        Ok(Self { text: Zeroizing::new(text.into()), key, fingerprint, label: None })
    }

    /// Makes a new key from the random numbers of the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoRandomness`] if the operating system has none. There is no fallback.
    #[cfg(feature = "std")]
    pub fn generate() -> Result<Self, KeyError> {
        use zeroize::Zeroize as _;

        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| KeyError::NoRandomness)?;
        let mut pair = ed25519_dalek::SigningKey::from_bytes(&seed).to_keypair_bytes();
        let mut digits = Zeroizing::new([0_u8; 88]);
        let encoded = Base64::encode(&pair, digits.as_mut()).map_err(|_| KeyError::NotBase64);
        pair.zeroize();
        // Exactly the right size at once: growing would leave an unwiped copy behind.
        let mut text = Zeroizing::new(alloc::string::String::with_capacity(MAX_TEXT));
        text.push_str(WHSK);
        text.push_str(encoded?);
        Self::parse(&text)
    }

    /// Gives the key a public name, which then replaces the fingerprint in [`KeyId`], logs and status pages.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadLabel`] unless it is 1 to 64 visible ASCII characters.
    pub fn labelled(mut self, label: &str) -> Result<Self, KeyError> {
        self.label = Some(crate::key::public_label(label).ok_or(KeyError::BadLabel)?);
        Ok(self)
    }

    /// The key that receivers get, with the same label.
    ///
    /// # Errors
    ///
    /// None for a key that could be made; the type says so because reading public keys can fail.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        let key = PublicKey::of_ed25519(self.key.verifying_key())?;
        match self.label.as_deref() {
            Some(label) => key.labelled(label),
            None => Ok(key),
        }
    }

    /// `whpk_` and the base64 of the public key, as receivers are given it.
    #[must_use]
    pub fn public_text(&self) -> alloc::string::String {
        alloc::format!("whpk_{}", Base64::encode_string(self.key.verifying_key().as_bytes()))
    }

    /// The text of the private key, exactly as it was given.
    ///
    /// # Security
    ///
    /// The only way out. Whoever calls it answers for every copy.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The public name of the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        Key::id(self)
    }
}

impl Key for SigningKey {
    fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn id(&self) -> KeyId {
        self.label.as_deref().map_or_else(|| self.fingerprint.id(), KeyId::of_label)
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl sealed::Signs for SigningKey {
    const CURVE: Option<Curve> = Some(Curve::Ed25519);

    /// The content is put together once, in an allocation of its length.
    fn sign_each<'k>(
        keys: &mut dyn Iterator<Item = &'k Self>,
        _hash: Hash,
        content: sealed::Content<'_>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Rejection> {
        let mut signed = Vec::new();
        content(&mut |part| signed.extend_from_slice(part))?;
        keys.for_each(|key| out(&key.key.sign(&signed).to_bytes()));
        Ok(())
    }
}

impl SignKey for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label.as_deref() {
            Some(label) => write!(f, "SigningKey({label})"),
            None => write!(f, "SigningKey({})", self.fingerprint.id()),
        }
    }
}
