//! What a keyring may hold, and how a key is named without being shown.

use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use sha2::{Digest, Sha256};

use crate::mac::{self, MacKey};

/// The public name of a key: eight bytes, shown as 16 hexadecimal digits.
///
/// The same key has the same id in every process, so status pages can be compared. With the feature `serde` it is a text:
/// the 16 digits.
///
/// # Security
///
/// The id of an unlabelled [`Secret`](crate::Secret) is a keyed fingerprint of it. For a strong secret it tells nothing;
/// for a guessable one it lets anybody who sees it test guesses offline. Give such a secret a public name with
/// [`Secret::labelled`](crate::Secret::labelled), and the id is made from that instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The eight bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0
    }

    /// An id from its eight bytes, as a store returns them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Reads the 16 hexadecimal digits that `Display` writes; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The id of a key that carries a public label.
    pub(crate) fn of_label(label: &str) -> Self {
        Self::first_of(
            &Sha256::new().chain_update(b"\xFFhookring key label, version 1\0").chain_update(label).finalize().into(),
        )
    }

    /// The first eight bytes of a tag.
    pub(crate) fn first_of(tag: &[u8; 32]) -> Self {
        let mut id = [0; 8];
        id.iter_mut().zip(tag).for_each(|(to, from)| *to = *from);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;

    /// As [`KeyId::parse`].
    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        Self::parse(text).ok_or(BadKeyId)
    }
}

/// A text that is not a [`KeyId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a key is 16 hexadecimal digits")]
#[non_exhaustive]
pub struct BadKeyId;

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A public label of a key: 1 to 64 visible ASCII characters.
pub(crate) fn public_label(label: &str) -> Option<Arc<str>> {
    let fine = (1..=64).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_graphic());
    fine.then(|| label.into())
}

/// All 32 bytes of a key's identity. Equality inside a keyring uses it; only eight of the bytes are ever shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a key that computes MACs: an HMAC under it over a fixed text.
    ///
    /// Keys that are the same to HMAC (`k` and `k` with zero bytes after it, or a long key and its hash; RFC 2104) have
    /// the same fingerprint, which a comparison of texts would miss.
    pub(crate) fn of_mac_key(key: &MacKey) -> Self {
        Self(*mac::tag(key, &[b"\xFFhookring key id, version 1"]))
    }

    /// Of a stored record that is not itself a key, such as a password hash: `kind` names the form, `record` is what is
    /// stored. It identifies the record, not the secret behind it.
    #[must_use]
    pub fn of_record(kind: &str, record: &[u8]) -> Self {
        let kind_len = u64::try_from(kind.len()).unwrap_or(u64::MAX).to_be_bytes();
        let hash = Sha256::new().chain_update(b"\xFFhookring stored key, version 1\0").chain_update(kind_len);
        Self(hash.chain_update(kind).chain_update(record).finalize().into())
    }

    /// The public part.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::first_of(&self.0)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({}…)", self.id())
    }
}

/// What a [`Keyring`](crate::Keyring) may hold: a secret, a public key, or a stored hash of a presented secret.
pub trait Key: Send + Sync + 'static {
    /// The identity of the key; see [`Fingerprint`].
    fn fingerprint(&self) -> Fingerprint;

    /// The public name of the key: made from its label if it has one, else a part of its fingerprint.
    ///
    /// # Security
    ///
    /// An implementation that gives a part of the fingerprint although there is a label publishes what the label is there
    /// to hide: whoever sees it can test guesses of the key offline.
    fn id(&self) -> KeyId {
        self.label().map_or_else(|| self.fingerprint().id(), |label| KeyId::of_label(label))
    }

    /// A public label that the operator gave, if any.
    fn label(&self) -> Option<&Arc<str>> {
        None
    }

    /// The fingerprint under which the key is remembered as revoked: that of the master of a derived key.
    fn revocable(&self) -> Fingerprint {
        self.fingerprint()
    }
}

/// What `Debug` shows of a key: its label, or else its id.
pub(crate) struct Shown<'k, K>(pub(crate) &'k K);

impl<K: Key> fmt::Display for Shown<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.label() {
            Some(label) => f.write_str(label),
            None => write!(f, "{}", self.0.id()),
        }
    }
}

/// A key of this crate, whose label can be set.
pub(crate) trait Labelled: Sized {
    fn with_label(self, label: Option<Arc<str>>) -> Self;
}

/// The methods about the name that every kind of key of this crate has. The type has a field `label: Option<Arc<str>>`.
macro_rules! labelled_key {
    ($key:ident, $error:ident) => {
        impl $key {
            /// Gives the key a public name, which then replaces the fingerprint in [`KeyId`](crate::KeyId), logs and status
            /// pages.
            ///
            /// A label names one key, not an endpoint: `stripe-2026-12`. A ring refuses a key with the label of another one
            /// that it holds or that was revoked from it.
            ///
            /// # Errors
            ///
            #[doc = concat!("[`", stringify!($error), "::BadLabel`](crate::", stringify!($error), "::BadLabel)")]
            /// unless it is 1 to 64 visible ASCII characters.
            pub fn labelled(self, label: &str) -> Result<Self, $error> {
                let label = $crate::key::public_label(label).ok_or($error::BadLabel)?;
                Ok($crate::key::Labelled::with_label(self, Some(label)))
            }

            /// The label that [`labelled`](Self::labelled) gave.
            #[must_use]
            pub fn label(&self) -> Option<&str> {
                self.label.as_deref()
            }

            /// The public name of the key.
            #[must_use]
            pub fn id(&self) -> $crate::key::KeyId {
                $crate::key::Key::id(self)
            }
        }

        impl $crate::key::Labelled for $key {
            fn with_label(mut self, label: Option<Arc<str>>) -> Self {
                self.label = label;
                self
            }
        }
    };
}
pub(crate) use labelled_key;

/// How a key that matched is found again in a later version of the ring.
pub(crate) struct Identity {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) revocable: Fingerprint,
}

impl Identity {
    pub(crate) fn of(key: &impl Key) -> Self {
        Self { fingerprint: key.fingerprint(), revocable: key.revocable() }
    }
}

/// A key, or one that is shared already: what [`Keyring::new`](crate::Keyring::new) takes.
///
/// It tells the kind of key from the argument alone, whatever kinds of key there are. Closed: every [`Key`] and every
/// `Arc` of one has it, and nothing else.
pub trait IntoKey: sealed::OneOrShared {
    /// The kind of key.
    type Key: Key;

    /// The key, shared.
    fn into_key(self) -> Arc<Self::Key>;
}

impl<K: Key> IntoKey for K {
    type Key = K;
    fn into_key(self) -> Arc<K> {
        Arc::new(self)
    }
}

impl<K: Key> IntoKey for Arc<K> {
    type Key = K;
    fn into_key(self) -> Self {
        self
    }
}

/// A key that verifies deliveries. Sealed: implemented by [`Secret`](crate::Secret) and, with their features, by
/// `PublicKey`.
pub trait VerifyKey: Key + sealed::Material {}

/// A key that signs messages. Sealed: implemented by [`Secret`](crate::Secret) and, with the feature `ed25519`, by
/// `SigningKey`. Hashes and public keys cannot sign, and do not have it.
pub trait SignKey: Key + sealed::Signs {}

/// The algorithms that sign with a private key and verify with a public one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    #[cfg(feature = "ed25519")]
    Ed25519,
    /// ECDSA with SHA-256.
    #[cfg(feature = "p256")]
    P256,
}

pub(crate) mod sealed {
    use super::{Curve, Key};
    use crate::error::Rejection;
    use crate::mac::{Hash, MacKey};
    use crate::message::Write;

    /// A key or an `Arc` of one.
    #[expect(unnameable_types, reason = "this is how the trait is sealed")]
    pub trait OneOrShared {}
    impl<K: Key> OneOrShared for K {}
    impl<K: Key> OneOrShared for alloc::sync::Arc<K> {}

    /// What a verifier needs of a key.
    #[expect(unnameable_types, private_interfaces, reason = "this is how the trait is sealed")]
    pub trait Material {
        /// Whether keys of this type verify schemes with a public key.
        const PUBLIC: bool;
        /// The key's MAC states, if it is a secret.
        fn mac_key(&self) -> Option<&MacKey>;
        /// Whether this very key verifies a scheme of this curve, or of none.
        fn fits(&self, curve: Option<Curve>) -> bool;
        /// Whether the signature over the content is good; never for a secret.
        fn verifies(&self, content: &[u8], signature: &[u8]) -> bool;
    }

    /// Writes the signed content, as often as it is asked to.
    pub(crate) type Content<'c> = &'c dyn Fn(&mut Write<'_>) -> Result<(), Rejection>;

    /// What a signer needs of keys.
    #[expect(unnameable_types, private_interfaces, reason = "this is how the trait is sealed")]
    pub trait Signs: Sized {
        /// The curve of all keys of this type, if they are not secrets.
        const CURVE: Option<Curve>;
        /// Hands the signature of each key to `out`, in order.
        fn sign_each<'k>(
            keys: &mut dyn Iterator<Item = &'k Self>,
            hash: Hash,
            content: Content<'_>,
            out: &mut dyn FnMut(&[u8]),
        ) -> Result<(), Rejection>;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of somebody else's, with nothing but what the trait asks for.
    struct Own {
        label: Option<Arc<str>>,
    }

    impl Key for Own {
        fn fingerprint(&self) -> Fingerprint {
            Fingerprint::of_record("own", b"guessable")
        }

        fn label(&self) -> Option<&Arc<str>> {
            self.label.as_ref()
        }
    }

    #[test]
    fn a_label_hides_the_fingerprint_of_any_key() {
        let bare = Own { label: None };
        let named = Own { label: public_label("own-2026") };
        assert_eq!(bare.id(), bare.fingerprint().id());
        assert_eq!(named.id(), KeyId::of_label("own-2026"));
        assert_ne!(named.id(), named.fingerprint().id());
        assert_eq!(alloc::format!("{} {}", Shown(&named), Shown(&bare)), alloc::format!("own-2026 {}", bare.id()));
    }
}
