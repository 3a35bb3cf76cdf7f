//! Many secrets from one master: a secret per workflow and purpose, with the roles and deadlines of the master's keys.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::error::DeriveError;
use crate::keyring::{KeySource, Keyring};
use crate::secret::Secret;

/// What a derived secret is for: a recipe that gives the same secret for the same master, in every process.
///
/// The secret is HMAC-SHA256 (RFC 2104, FIPS 180-4) of the recipe under the master's key. Its text is 43 characters of
/// URL-safe base64 (RFC 4648, section 5) without padding, so it can be used in a path or a query unchanged; its key bytes
/// are the 32 bytes behind the text ([`SecretFormat::Base64Url`](crate::SecretFormat::Base64Url)).
///
/// ```
/// use hookring::Derivation;
/// let signing = Derivation::labelled("signing", &["tenant-7", "workflow-23"])?;
/// let url_token = Derivation::labelled("url token", &["tenant-7", "workflow-23"])?;
/// # let _ = (signing, url_token);
/// # Ok::<(), hookring::DeriveError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Derivation(Vec<u8>);

impl Derivation {
    /// A purpose and the ids it is for, each framed with its length, so that no two lists give the same secret.
    ///
    /// # Errors
    ///
    /// [`DeriveError::EmptyPart`] if the purpose or an id is empty.
    pub fn labelled(purpose: &str, ids: &[&str]) -> Result<Self, DeriveError> {
        let mut recipe = Vec::from(b"\xFFhookring derived secret, version 1\0".as_slice());
        for part in core::iter::once(&purpose).chain(ids) {
            if part.is_empty() {
                return Err(DeriveError::EmptyPart);
            }
            recipe.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            recipe.extend_from_slice(part.as_bytes());
        }
        Ok(Self(recipe))
    }

    /// Ids of 16 bytes each (UUIDs in their binary form) one after the other, and then a text: the form of the existing
    /// DSentr system. For new systems use [`Derivation::labelled`].
    ///
    /// # Security
    ///
    /// Unambiguous only as long as one master is always used with the same number of ids.
    ///
    /// # Errors
    ///
    /// [`DeriveError::EmptyPart`] without ids.
    pub fn fixed_width(ids: &[[u8; 16]], text: &str) -> Result<Self, DeriveError> {
        if ids.is_empty() {
            return Err(DeriveError::EmptyPart);
        }
        Ok(Self([ids.as_flattened(), text.as_bytes()].concat()))
    }

    /// The secret that this recipe gives for a master.
    ///
    /// # Errors
    ///
    /// [`DeriveError::Unusable`], which does not happen with the HMAC in use.
    pub fn secret(&self, master: &Secret) -> Result<Secret, DeriveError> {
        Secret::derived(master, &self.0).ok_or(DeriveError::Unusable)
    }
}

impl fmt::Debug for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Derivation").field(&self.0.len()).finish()
    }
}

/// The ring of derived secrets over the ring of their masters.
///
/// It is a [`KeySource`], so a signer or verifier takes it like any other ring. It is never computed once and kept: when
/// the master ring is rotated, the next message already uses the new derived secret, and the old one verifies as long as
/// the old master does.
///
/// ```
/// use hookring::{Derivation, Derived, Keyring, Secret, SecretFormat, SharedKeyring, Timestamp, Verifier, providers};
///
/// let master = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring);
/// let recipe = Derivation::labelled("signing", &["workflow-23"])?;
/// let verifier = Verifier::new(providers::DSENTR, Derived::new(master.clone(), recipe))?;
/// # let _ = verifier;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With `std` the last derived ring is kept until the master ring changes, so that deriving costs nothing per message.
/// That keeps one version of the master ring in memory until the next message.
pub struct Derived<S> {
    master: S,
    recipe: Derivation,
    #[cfg(feature = "std")]
    last: arc_swap::ArcSwapOption<(Keyring, Keyring)>,
}

impl<S: KeySource<Key = Secret>> Derived<S> {
    /// Derived secrets of this recipe.
    pub fn new(master: S, recipe: Derivation) -> Self {
        Self {
            master,
            recipe,
            #[cfg(feature = "std")]
            last: arc_swap::ArcSwapOption::empty(),
        }
    }

    /// The text of the derived secret that is current: 43 characters of URL-safe base64, to be shown to its owner, or put
    /// into a URL. `None` while the master ring is suspended.
    ///
    /// # Security
    ///
    /// This is the secret itself, as with [`Secret::reveal`]. What is returned is wiped when it is dropped; further copies
    /// are the responsibility of the caller. It signs nothing for other recipes, and the master cannot be computed from it.
    #[must_use]
    pub fn current_token(&self) -> Option<Zeroizing<String>> {
        self.ring().current().map(|secret| Zeroizing::new(secret.reveal().into()))
    }
}

impl<S: KeySource<Key = Secret>> KeySource for Derived<S> {
    type Key = Secret;

    #[cfg(feature = "std")]
    fn ring(&self) -> Keyring {
        let master = self.master.ring();
        if let Some(last) = self.last.load().as_ref().filter(|last| last.0.is_same_value(&master)) {
            return last.1.clone();
        }
        let derived = master.derive(&self.recipe.0);
        self.last.store(Some(Arc::new((master, derived.clone()))));
        derived
    }

    #[cfg(not(feature = "std"))]
    fn ring(&self) -> Keyring {
        self.master.ring().derive(&self.recipe.0)
    }
}

impl<S> fmt::Debug for Derived<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived").field("recipe", &self.recipe).finish_non_exhaustive()
    }
}

impl Keyring {
    /// The ring of the secrets that a recipe gives for the keys of this one, in the same roles and with the same times.
    fn derive(&self, recipe: &[u8]) -> Self {
        self.map_keys(|master| Secret::derived(master, recipe).map(Arc::new))
    }
}
