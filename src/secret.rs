//! Key material: made from a text or generated, wiped on drop, shown by one method.

#[cfg(test)]
mod tests;
mod text;
#[cfg(feature = "diagnose")]
pub(crate) use text::decode as key_bytes;

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

use crate::encoding::SecretFormat;
use crate::error::{Rejection, SecretError};
use crate::key::{Curve, Fingerprint, Key, Shown, SignKey, VerifyKey, labelled_key, sealed};
use crate::mac::{self, Hash, MAX_KEYS, MacKey, Macs};
use crate::policy::SecretPolicy;
use crate::stack;
use text::{check_surface, decode};

/// A signing secret.
///
/// It has no `Clone`, `Display`, `PartialEq` or `Serialize`; `Debug` shows its label or [`KeyId`](crate::KeyId), never the
/// text. [`Secret::reveal`] is the only way to the text, so an audit is one search. Rings share it as `Arc<Secret>`.
///
/// ```
/// use hookring::{Secret, SecretFormat, SecretPolicy};
/// let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretFormat::Whsec, &SecretPolicy::provider())?;
/// assert!(format!("{secret:?}").starts_with("Secret("));
/// # Ok::<(), hookring::SecretError>(())
/// ```
///
/// # Security
///
/// The text, the decoded key and the precomputed HMAC states are wiped when it is dropped, and what making it left on the
/// stack is overwritten (16 KiB). That is best effort: it cannot reach copies that the caller made, the environment block of
/// the process, swap, or registers. Memory is not locked.
pub struct Secret {
    text: Zeroizing<Box<str>>,
    format: SecretFormat,
    key: Box<MacKey>,
    key_len: usize,
    fingerprint: Fingerprint,
    /// The fingerprint of the secret that this one was derived from, or its own.
    revocable: Fingerprint,
    derived: bool,
    label: Option<Arc<str>>,
}

impl Secret {
    /// Makes a secret from its text.
    ///
    /// Nothing is trimmed or guessed: a text that is not exactly a secret of this format is an error that names the rule.
    ///
    /// # Errors
    ///
    /// [`SecretError`]: empty, line break, surrounding whitespace, byte order mark, a marker before `whsec_`, wrong encoding,
    /// or weaker than the policy allows. No error holds a part of the text.
    pub fn parse(text: &str, format: SecretFormat, policy: &SecretPolicy) -> Result<Self, SecretError> {
        stack::wiped(|| {
            check_surface(text, format)?;
            let key = decode(text, format)?;
            policy.check(text, &key, format)?;
            Self::from_checked(Zeroizing::new(text.into()), format, &key)
        })
    }

    /// Makes a new secret of 32 random bytes from the operating system.
    ///
    /// `Utf8` and `Hex` give 64 hexadecimal digits, as `openssl rand -hex 32` does; with `Utf8` the digits themselves are
    /// the key.
    ///
    /// # Errors
    ///
    /// [`SecretError::NoRandomness`] if the operating system has none. There is no fallback.
    #[cfg(feature = "std")]
    pub fn generate(format: SecretFormat) -> Result<Self, SecretError> {
        stack::wiped(|| Self::drawn(format))
    }

    #[cfg(feature = "std")]
    fn drawn(format: SecretFormat) -> Result<Self, SecretError> {
        use base64ct::Base64;
        use text::{V1_WHSEC, WHSEC};

        let mut random = Zeroizing::new([0_u8; 32]);
        getrandom::fill(random.as_mut()).map_err(|_| SecretError::NoRandomness)?;
        // Each of these allocates the size of its text at once, so that no unwiped copy is left behind.
        let text = Zeroizing::new(match format {
            SecretFormat::Base64Url => Base64UrlUnpadded::encode_string(random.as_ref()),
            SecretFormat::Base64 | SecretFormat::Whsec | SecretFormat::V1Whsec => Base64::encode_string(random.as_ref()),
            // Texts, and with `sha1` the one that is hashed to a key.
            _ => hex::encode(&random[..]),
        });
        let prefix = match format {
            SecretFormat::Whsec => WHSEC,
            SecretFormat::V1Whsec => V1_WHSEC,
            _ => "",
        };
        // Likewise.
        let mut whole = Zeroizing::new(alloc::string::String::with_capacity(prefix.len().saturating_add(text.len())));
        whole.push_str(prefix);
        whole.push_str(&text);
        Self::parse(&whole, format, &SecretPolicy::dangerous_any_strength())
    }

    fn from_checked(text: Zeroizing<Box<str>>, format: SecretFormat, key: &[u8]) -> Result<Self, SecretError> {
        let mac_key = MacKey::new(key).ok_or(SecretError::Empty)?;
        let fingerprint = Fingerprint::of_mac_key(&mac_key);
        Ok(Self {
            text,
            format,
            key: mac_key,
            key_len: key.len(),
            fingerprint,
            revocable: fingerprint,
            derived: false,
            label: None,
        })
    }

    /// HMAC-SHA256 of a recipe under another secret. It has the label of that secret: without one, its id would let anybody
    /// test guesses of that secret just as well.
    pub(crate) fn derived(master: &Self, recipe: &[u8]) -> Option<Self> {
        stack::wiped(|| {
            let key = mac::tag(&master.key, &[recipe]);
            let text = Zeroizing::new(Base64UrlUnpadded::encode_string(key.as_slice()).into_boxed_str());
            let secret = Self::from_checked(text, SecretFormat::Base64Url, key.as_slice()).ok()?;
            Some(Self { revocable: master.revocable, derived: true, label: master.label.clone(), ..secret })
        })
    }

    /// Makes a secret from a text that was a secret before. No policy: a rule that came later must not make what is
    /// stored unreadable.
    pub(crate) fn restored(text: &str, format: SecretFormat) -> Result<Self, SecretError> {
        stack::wiped(|| {
            check_surface(text, format)?;
            Self::from_checked(Zeroizing::new(text.into()), format, &decode(text, format)?)
        })
    }

    /// The key's MAC states.
    #[cfg(feature = "aead")]
    pub(crate) const fn mac_key(&self) -> &MacKey {
        &self.key
    }

    /// Whether it was derived from a master secret.
    pub(crate) const fn is_derived(&self) -> bool {
        self.derived
    }

    /// The text of the secret, exactly as it was given: for showing it once to its owner, or for sealing it.
    ///
    /// # Security
    ///
    /// The only way to read the text. Every copy is the responsibility of the caller.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// How the text becomes key bytes.
    #[must_use]
    pub const fn format(&self) -> SecretFormat {
        self.format
    }

    /// Length of the key in bytes, after decoding.
    #[must_use]
    pub const fn key_len(&self) -> usize {
        self.key_len
    }
}

labelled_key!(Secret, SecretError);

impl Key for Secret {
    fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }

    fn revocable(&self) -> Fingerprint {
        self.revocable
    }
}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl sealed::Material for Secret {
    const PUBLIC: bool = false;
    fn mac_key(&self) -> Option<&MacKey> {
        Some(&self.key)
    }
    fn fits(&self, curve: Option<Curve>) -> bool {
        curve.is_none()
    }
    fn verifies(&self, _content: &[u8], _signature: &[u8]) -> bool {
        false
    }
}

impl VerifyKey for Secret {}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl sealed::Signs for Secret {
    const CURVE: Option<Curve> = None;

    /// The message is hashed once for every [`MAX_KEYS`] keys.
    fn sign_each<'k>(
        keys: &mut dyn Iterator<Item = &'k Self>,
        hash: Hash,
        content: sealed::Content<'_>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Rejection> {
        let mut keys = keys.peekable();
        while keys.peek().is_some() {
            let mut macs = Macs::new(hash);
            macs.start(keys.by_ref().take(MAX_KEYS).map(|key| &*key.key), false);
            content(&mut |part| macs.update(part))?;
            macs.finish().iter().for_each(&mut *out);
        }
        Ok(())
    }
}

impl SignKey for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", Shown(self))
    }
}
