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
use crate::key::{Curve, Fingerprint, Key, Labelled as _, Shown, SignKey, labelled_key, sealed};
use crate::mac::Hash;
use crate::names::names;
use crate::stack;

/// How the text of a private key is read and written. Always an argument, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningKeyFormat {
    /// `whsk_` and the standard base64 of an Ed25519 seed (RFC 8032, section 5.1.5), or of the seed and its public key:
    /// Standard Webhooks.
    Whsk,
}

names!(SigningKeyFormat {
    Whsk = "whsk-ed25519",
});

/// The prefix of a Standard Webhooks private key.
const WHSK: &str = "whsk_";
/// The text is as long as the base64 of 64 bytes and the prefix.
const MAX_TEXT: usize = 96;

/// The private Ed25519 key of a sender: it signs, and its [`PublicKey`] is given to receivers.
///
/// Like a [`Secret`](crate::Secret) it has no `Clone`, `Display` or `PartialEq`, and is wiped when it is dropped. It has the
/// same [`KeyId`](crate::KeyId) as its public key, so the status pages of senders and receivers can be compared.
///
/// ```
/// use hookring::{Keyring, Message, SignWith, Signer, SigningKey, SigningKeyFormat, Timestamp, Verifier, providers};
///
/// let now = Timestamp::now();
/// let key = SigningKey::generate(SigningKeyFormat::Whsk)?;
/// let public = key.public_key();
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
    /// Wiped by its own `Drop`. In a box, so that a key that is moved leaves no copy of it on the stack.
    key: Box<ed25519_dalek::SigningKey>,
    public: PublicKey,
    label: Option<Arc<str>>,
}

impl SigningKey {
    /// Reads a private key from its text. Nothing is trimmed or guessed.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: the text is not of this format, or the halves of the key do not belong together.
    pub fn parse(text: &str, format: SigningKeyFormat) -> Result<Self, KeyError> {
        let SigningKeyFormat::Whsk = format;
        stack::wiped(|| Self::read(text))
    }

    fn read(text: &str) -> Result<Self, KeyError> {
        let base64 = text.strip_prefix(WHSK).ok_or(KeyError::MissingPrefix)?;
        if text.len() > MAX_TEXT {
            return Err(KeyError::TooLong { bytes: text.len(), maximum: MAX_TEXT });
        }
        let mut room = Zeroizing::new(vec![0; base64.len()]);
        let bytes = decode_base64(base64, &mut room)?;
        let key = match (<&[u8; 32]>::try_from(bytes), <&[u8; 64]>::try_from(bytes)) {
            (Ok(seed), _) => Box::new(ed25519_dalek::SigningKey::from_bytes(seed)),
            (_, Ok(pair)) => Box::new(ed25519_dalek::SigningKey::from_keypair_bytes(pair).map_err(|_| KeyError::HalvesDiffer)?),
            _ => return Err(KeyError::WrongLength { bytes: bytes.len() }),
        };
        let public = PublicKey::of_ed25519(key.verifying_key())?;
        Ok(Self { text: Zeroizing::new(text.into()), key, public, label: None })
    }

    /// Makes a new key from the random numbers of the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoRandomness`] if the operating system has none. There is no fallback.
    #[cfg(feature = "std")]
    pub fn generate(format: SigningKeyFormat) -> Result<Self, KeyError> {
        let SigningKeyFormat::Whsk = format;
        stack::wiped(Self::drawn)
    }

    #[cfg(feature = "std")]
    fn drawn() -> Result<Self, KeyError> {
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
        Self::read(&text)
    }

    /// The key that receivers get, with the same label.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public.clone().with_label(self.label.clone())
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
    /// The only way to read the text. Every copy is the responsibility of the caller.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

labelled_key!(SigningKey, KeyError);

impl Key for SigningKey {
    fn fingerprint(&self) -> Fingerprint {
        self.public.fingerprint()
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl sealed::Signs for SigningKey {
    const CURVE: Option<Curve> = Some(Curve::Ed25519);

    /// The content is put together once for all keys.
    fn sign_each<'k>(
        keys: &mut dyn Iterator<Item = &'k Self>,
        _hash: Hash,
        content: sealed::Content<'_>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Rejection> {
        let signed = gathered(content)?;
        keys.for_each(|key| out(&stack::wiped(|| key.key.sign(&signed).to_bytes())));
        Ok(())
    }
}

/// The content in one allocation of its length: a buffer that grows leaves copies behind.
fn gathered(content: sealed::Content<'_>) -> Result<Vec<u8>, Rejection> {
    let mut length = 0_usize;
    content(&mut |part| length = length.saturating_add(part.len()))?;
    let mut whole = Vec::with_capacity(length);
    content(&mut |part| whole.extend_from_slice(part))?;
    Ok(whole)
}

impl SignKey for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", Shown(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_gathered_without_growing() {
        let parts: Vec<Vec<u8>> = (0..200_u8).map(|n| vec![n; usize::from(n)]).collect();
        let whole = gathered(&|write| {
            parts.iter().for_each(|part| write(part));
            Ok(())
        });
        let whole = whole.unwrap();
        assert_eq!(whole, parts.concat());
        assert_eq!(whole.capacity(), whole.len());
        assert_eq!(gathered(&|_| Err(Rejection::NeedsWholeBody)), Err(Rejection::NeedsWholeBody));
    }
}
