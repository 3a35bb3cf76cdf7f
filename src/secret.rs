//! Key material: made from a text or generated, wiped on drop, shown through one door.

mod text;
#[cfg(feature = "diagnose")]
pub(crate) use text::decode as key_bytes;

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::{Zeroizing, zeroize_stack};

use crate::encoding::SecretFormat;
use crate::error::{Rejection, SecretError};
use crate::key::{Curve, Fingerprint, Key, KeyId, SignKey, VerifyKey, public_label, sealed};
use crate::mac::{Hash, MAX_KEYS, MacKey, Macs, Tags};
use crate::policy::SecretPolicy;
use text::{check_surface, decode};

/// A signing secret.
///
/// It has no `Clone`, `Display`, `PartialEq` or `Serialize`; `Debug` shows its label or [`KeyId`], never the text.
/// [`Secret::reveal`] is the one door to the text, so an audit is one search. Rings share it as `Arc<Secret>`.
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
/// The text, the decoded key and the precomputed HMAC states are wiped when it is dropped. That is best effort: it cannot
/// reach copies that the caller made, the environment block of the process, swap, or what the compiler spilled to the
/// stack. Memory is not locked.
pub struct Secret {
    text: Zeroizing<Box<str>>,
    format: SecretFormat,
    /// In a box, so that a secret that is moved leaves no copy of it on the stack.
    key: Box<MacKey>,
    key_len: usize,
    fingerprint: Fingerprint,
    /// The fingerprint of the secret that this one was derived from.
    master: Option<Fingerprint>,
    label: Option<Arc<str>>,
}

impl Secret {
    /// Makes a secret from its text.
    ///
    /// Nothing is trimmed or guessed: a text that is not exactly a secret of this format is an error that names the rule.
    ///
    /// # Errors
    ///
    /// [`SecretError`]: empty, line break, surrounding blanks, byte order mark, a marker before `whsec_`, wrong encoding,
    /// or weaker than the policy allows. No error holds a part of the text.
    pub fn parse(text: &str, format: SecretFormat, policy: &SecretPolicy) -> Result<Self, SecretError> {
        check_surface(text, format)?;
        let key = decode(text, format)?;
        policy.check(text, &key, format)?;
        Self::from_checked(Zeroizing::new(text.into()), format, &key)
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
        use base64ct::Base64;
        use text::{V1_WHSEC, WHSEC};

        let mut random = Zeroizing::new([0_u8; 32]);
        getrandom::fill(random.as_mut()).map_err(|_| SecretError::NoRandomness)?;
        let mut digits = Zeroizing::new([0_u8; 64]);
        let text = match format {
            SecretFormat::Utf8 | SecretFormat::Hex | SecretFormat::HtmlText => {
                hex::encode_to_slice(*random, digits.as_mut()).map_err(|_| SecretError::NotHex)?;
                core::str::from_utf8(digits.as_ref()).map_err(|_| SecretError::NotHex)?
            }
            SecretFormat::Base64Url => {
                Base64UrlUnpadded::encode(random.as_ref(), digits.as_mut()).map_err(|_| SecretError::NotBase64Url)?
            }
            SecretFormat::Base64 | SecretFormat::Whsec | SecretFormat::V1Whsec => {
                Base64::encode(random.as_ref(), digits.as_mut()).map_err(|_| SecretError::NotBase64)?
            }
            #[cfg(feature = "sha1")]
            SecretFormat::Sha1OfText => {
                hex::encode_to_slice(*random, digits.as_mut()).map_err(|_| SecretError::NotHex)?;
                core::str::from_utf8(digits.as_ref()).map_err(|_| SecretError::NotHex)?
            }
        };
        let prefix = match format {
            SecretFormat::Whsec => WHSEC,
            SecretFormat::V1Whsec => V1_WHSEC,
            _ => "",
        };
        // Exactly the right size at once: growing would leave an unwiped copy behind.
        let mut whole = Zeroizing::new(alloc::string::String::with_capacity(prefix.len().saturating_add(text.len())));
        whole.push_str(prefix);
        whole.push_str(text);
        Self::parse(&whole, format, &SecretPolicy::dangerous_any_strength())
    }

    fn from_checked(text: Zeroizing<Box<str>>, format: SecretFormat, key: &[u8]) -> Result<Self, SecretError> {
        let prepared = prepare(key);
        zeroize_stack::<STACK>();
        let (mac_key, fingerprint) = prepared.ok_or(SecretError::Empty)?;
        Ok(Self { text, format, key: mac_key, key_len: key.len(), fingerprint, master: None, label: None })
    }

    /// HMAC-SHA256 of a recipe under another secret. Carries that secret's label: its id would be an oracle likewise.
    pub(crate) fn derived(master: &Self, recipe: &[u8]) -> Option<Self> {
        let mut macs = Macs::begin(Hash::Sha256, core::iter::once(&*master.key), false);
        macs.update(recipe);
        let mut tags = Tags::none();
        macs.finish_into(&mut tags);
        let key = tags.iter().next()?;
        let mut buffer = Zeroizing::new([0_u8; 64]);
        let text = Base64UrlUnpadded::encode(key, buffer.as_mut()).ok()?;
        let secret = Self::from_checked(Zeroizing::new(text.into()), SecretFormat::Base64Url, key).ok()?;
        Some(Self { master: Some(master.master.unwrap_or(master.fingerprint)), label: master.label.clone(), ..secret })
    }

    /// Makes a secret from a text that was a secret before. No policy: a rule that came later must not make what is
    /// stored unreadable.
    pub(crate) fn restored(text: &str, format: SecretFormat) -> Result<Self, SecretError> {
        check_surface(text, format)?;
        Self::from_checked(Zeroizing::new(text.into()), format, &decode(text, format)?)
    }

    /// The key's MAC states.
    #[cfg(feature = "aead")]
    pub(crate) const fn mac_key(&self) -> &MacKey {
        &self.key
    }

    /// Whether it was derived from a master secret.
    pub(crate) const fn is_derived(&self) -> bool {
        self.master.is_some()
    }

    /// Gives the key a public name, which then replaces the fingerprint in [`KeyId`], logs and status pages.
    ///
    /// A label names one key, not an endpoint: `stripe-2026-12`. A ring refuses a key with the label of another one that it
    /// holds or that was revoked from it.
    ///
    /// # Errors
    ///
    /// [`SecretError::BadLabel`] unless it is 1 to 64 visible ASCII characters.
    pub fn labelled(mut self, label: &str) -> Result<Self, SecretError> {
        self.label = Some(public_label(label).ok_or(SecretError::BadLabel)?);
        Ok(self)
    }

    /// The text of the secret, exactly as it was given: for showing it once to its owner, or for sealing it.
    ///
    /// # Security
    ///
    /// The only way out. Whoever calls it answers for every copy.
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

    /// The public name of the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        Key::id(self)
    }
}

impl Key for Secret {
    fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn id(&self) -> KeyId {
        self.label.as_deref().map_or_else(|| self.fingerprint.id(), KeyId::of_label)
    }

    fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }

    fn revocable(&self) -> Fingerprint {
        self.master.unwrap_or(self.fingerprint)
    }
}

/// More than the functions that prepare a key use of the stack. What they leave there would end up in the gaps of whatever
/// is moved over it next.
const STACK: usize = 16_384;

/// The states of a key and its fingerprint, in a frame of its own that can be wiped afterwards.
#[inline(never)]
fn prepare(key: &[u8]) -> Option<(Box<MacKey>, Fingerprint)> {
    let key = Box::new(MacKey::new(key)?);
    let fingerprint = Fingerprint::of_mac_key(&key);
    Some((key, fingerprint))
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

    /// The message is hashed once for every five keys.
    fn sign_each<'k>(
        keys: &mut dyn Iterator<Item = &'k Self>,
        hash: Hash,
        content: sealed::Content<'_>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Rejection> {
        let mut keys = keys.peekable();
        while keys.peek().is_some() {
            let mut macs = Macs::begin(hash, keys.by_ref().take(MAX_KEYS).map(|key| &*key.key), false);
            content(&mut |part| macs.update(part))?;
            macs.finish().iter().for_each(&mut *out);
        }
        Ok(())
    }
}

impl SignKey for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label.as_deref() {
            Some(label) => write!(f, "Secret({label})"),
            None => write!(f, "Secret({})", self.fingerprint.id()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "std")]
    use super::text::is_text;

    const ANY: SecretPolicy = SecretPolicy::dangerous_any_strength();

    #[track_caller]
    fn refuses(text: &str, format: SecretFormat, wanted: SecretError) {
        assert_eq!(Secret::parse(text, format, &ANY).unwrap_err(), wanted, "{text:?}");
    }

    #[test]
    fn each_accident_has_its_own_error() {
        use SecretFormat::{Base64, Hex, Utf8, Whsec};
        for format in [Utf8, Hex, Base64, Whsec] {
            refuses("", format, SecretError::Empty);
            refuses("   ", format, SecretError::Empty);
            refuses("\n", format, SecretError::Empty);
            refuses("whsec_YWJj\n", format, SecretError::LineBreak);
            refuses("whsec_YW\r\nJj", format, SecretError::LineBreak);
            refuses(" whsec_YWJj", format, SecretError::SurroundingBlanks);
            refuses("whsec_YWJj\t", format, SecretError::SurroundingBlanks);
            refuses("whsec_YWJj\u{a0}", format, SecretError::SurroundingBlanks);
            refuses("\u{feff}whsec_YWJj", format, SecretError::ByteOrderMark);
            refuses("v1,whsec_YWJj", format, SecretError::MarkerBeforePrefix);
        }
        refuses("abc", Hex, SecretError::NotHex);
        refuses("0xab", Hex, SecretError::NotHex);
        refuses("YW Jj", Base64, SecretError::NotBase64);
        refuses("YWJ_", Base64, SecretError::NotBase64);
        refuses("YWJjZB==", Base64, SecretError::NotBase64);
        refuses("whsec_YWJ_", Whsec, SecretError::NotBase64);
        refuses("YWJj", Whsec, SecretError::MissingPrefix);
        refuses("whsec_", Whsec, SecretError::DecodesToNothing);
        refuses(&"x".repeat(4097), Utf8, SecretError::TooLong { bytes: 4097, maximum: 4096 });
        assert_eq!(Secret::parse(&"x".repeat(4096), Utf8, &ANY).unwrap().key_len(), 4096);
    }

    /// `v1,whsec_…` as text would be another key than the one that is meant; a foreign secret may have the letters anywhere.
    #[test]
    fn a_prefix_with_something_in_front_is_an_accident_unless_the_secret_is_any_text() {
        use SecretFormat::{Base64, Hex, Utf8, Whsec};
        for format in [Hex, Base64, Whsec] {
            refuses("abcdwhsec_YWJj", format, SecretError::MarkerBeforePrefix);
        }
        refuses("abcd,whsec_YWJj", Utf8, SecretError::MarkerBeforePrefix);
        for text in ["abcdwhsec_YWJj", "whsec_YWJj", "wh,sec_"] {
            assert_eq!(Secret::parse(text, Utf8, &ANY).unwrap().key_len(), text.len());
        }
        refuses("whsec_YWJj", Hex, SecretError::NotHex);
    }

    #[test]
    fn four_formats_of_the_same_key_are_the_same_key() {
        let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
        let abcd = id("abcd", SecretFormat::Utf8);
        assert_eq!(id("61626364", SecretFormat::Hex), abcd);
        assert_eq!(id("61626364".to_uppercase().as_str(), SecretFormat::Hex), abcd);
        assert_eq!(id("YWJjZA==", SecretFormat::Base64), abcd);
        assert_eq!(id("YWJjZA", SecretFormat::Base64), abcd);
        assert_eq!(id("whsec_YWJjZA==", SecretFormat::Whsec), abcd);
        assert_ne!(id("whsec_YWJjZA==", SecretFormat::Utf8), abcd);
        assert_ne!(id("61626364", SecretFormat::Utf8), abcd);
    }

    #[test]
    fn prefixes_and_entities_are_decoded_and_nothing_else() {
        let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
        let of = |text: &str| id(text, SecretFormat::Utf8);
        assert_eq!(id("v1,whsec_YWJjZA==", SecretFormat::V1Whsec), of("abcd"));
        refuses("whsec_YWJj", SecretFormat::V1Whsec, SecretError::MissingPrefix);
        refuses("v2,whsec_YWJj", SecretFormat::V1Whsec, SecretError::MissingPrefix);
        refuses("v1,whsec_", SecretFormat::V1Whsec, SecretError::DecodesToNothing);
        for (text, wanted) in [
            ("a&amp;b&lt;&gt;&quot;&#039;", "a&b<>\"'"),
            ("&amp;lt;", "&lt;"),
            ("&nbsp; & &amp", "&nbsp; & &amp"),
            ("plain é", "plain é"),
        ] {
            assert_eq!(id(text, SecretFormat::HtmlText), of(wanted), "{text}");
        }
    }

    #[cfg(feature = "sha1")]
    #[test]
    fn a_text_may_be_hashed_to_a_key() {
        let id = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
        // FIPS 180-4, "abc".
        assert_eq!(id("abc", SecretFormat::Sha1OfText), id("a9993e364706816aba3e25717850c26c9cd0d89d", SecretFormat::Hex));
    }

    /// RFC 2104: a key is padded with zeros to the block, and a longer one is hashed first.
    #[test]
    fn keys_that_are_equal_to_hmac_have_equal_fingerprints() {
        use sha2::{Digest as _, Sha256};
        let of = |text: &str, format| Secret::parse(text, format, &ANY).unwrap().fingerprint();
        assert_eq!(of("616263", SecretFormat::Hex), of("61626300", SecretFormat::Hex));
        let long = "0123456789abcdef".repeat(5);
        let hashed = hex::encode(Sha256::digest(&long));
        assert_eq!(of(&long, SecretFormat::Utf8), of(&hashed, SecretFormat::Hex));
        let block = "0123456789abcdef".repeat(4);
        assert_ne!(of(&block, SecretFormat::Utf8), of(&hex::encode(Sha256::digest(&block)), SecretFormat::Hex));
    }

    #[test]
    fn a_label_replaces_the_fingerprint() {
        let plain = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
        let fingerprint = plain.id();
        let named = plain.labelled("stripe-2026").unwrap();
        assert_ne!(named.id(), fingerprint);
        assert_eq!(named.id(), KeyId::of_label("stripe-2026"));
        assert_eq!(alloc::format!("{named:?}"), "Secret(stripe-2026)");
        for bad in ["", "a b", "a\n", "é", &"x".repeat(65)] {
            let secret = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
            assert_eq!(secret.labelled(bad).unwrap_err(), SecretError::BadLabel, "{bad:?}");
        }
    }

    #[test]
    fn a_secret_shows_its_text_through_one_door() {
        let secret = Secret::parse("whsec_YWJjZA==", SecretFormat::Whsec, &ANY).unwrap();
        assert_eq!((secret.reveal(), secret.format(), secret.key_len()), ("whsec_YWJjZA==", SecretFormat::Whsec, 4));
        assert_eq!((secret.id(), secret.label()), (secret.fingerprint().id(), None));
        assert_eq!(alloc::format!("{secret:?}"), alloc::format!("Secret({})", secret.id()));
        assert_eq!((secret.is_derived(), secret.revocable()), (false, secret.fingerprint()));
    }

    /// It is revoked with its master and goes by the master's name, through any number of steps.
    #[test]
    fn a_derived_secret_hangs_on_its_first_master() {
        let master = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap().labelled("master").unwrap();
        let child = Secret::derived(&master, b"one").unwrap();
        let grandchild = Secret::derived(&child, b"two").unwrap();
        for derived in [&child, &grandchild] {
            assert!(derived.is_derived());
            assert_eq!(derived.revocable(), master.fingerprint());
            assert_eq!(derived.label().map(|label| &**label), Some("master"));
            assert_eq!((derived.format(), derived.key_len()), (SecretFormat::Base64Url, 32));
        }
        assert_ne!(child.fingerprint(), master.fingerprint());
        assert_ne!(child.fingerprint(), grandchild.fingerprint());
    }

    #[test]
    fn a_secret_is_for_schemes_with_secrets() {
        use super::sealed::Material as _;
        let secret = Secret::parse("guess-me", SecretFormat::Utf8, &ANY).unwrap();
        assert!(secret.fits(None) && !secret.verifies(b"", b""));
        #[cfg(feature = "ed25519")]
        assert!(!secret.fits(Some(Curve::Ed25519)));
    }

    #[cfg(feature = "std")]
    #[test]
    fn generated_secrets_have_the_form_of_their_format() {
        for (format, len) in [
            (SecretFormat::Utf8, 64),
            (SecretFormat::Hex, 64),
            (SecretFormat::Base64, 44),
            (SecretFormat::Base64Url, 43),
            (SecretFormat::Whsec, 50),
            (SecretFormat::V1Whsec, 53),
            (SecretFormat::HtmlText, 64),
        ] {
            let one = Secret::generate(format).unwrap();
            let two = Secret::generate(format).unwrap();
            assert_eq!(one.reveal().len(), len);
            assert_ne!(one.reveal(), two.reveal());
            assert_eq!(one.key_len(), if is_text(format) { 64 } else { 32 });
            assert!(Secret::parse(one.reveal(), format, &SecretPolicy::strict()).is_ok());
        }
        #[cfg(feature = "sha1")]
        assert_eq!(Secret::generate(SecretFormat::Sha1OfText).map(|one| (one.reveal().len(), one.key_len())), Ok((64, 20)));
    }
}
