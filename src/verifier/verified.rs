//! The proof that a delivery is authentic: it can only be made by verifying.

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use sha2::{Digest, Sha256};

use super::Setup;
use crate::error::Rejection;
use crate::key::{Key, KeyId};
use crate::keyring::{Keyring, Live, Role};
use crate::mac::DIGEST_BLOCK;
use crate::replay::{ReplayKey, Scope, What};
use crate::scheme::{Content, Half};
use crate::small::Small;
use crate::time::Timestamp;

/// A delivery that was signed with a live key and is fresh. The body that a handler uses comes out of it.
///
/// It cannot be made by hand:
///
/// ```compile_fail
/// let forged = hookring::Verified { body: b"{}" };
/// ```
#[derive(Clone)]
#[must_use = "the verified body comes out of this"]
pub struct Verified<B> {
    evidence: Evidence,
    body: B,
    /// How the bytes that were verified are read from the body; `None` if it does not hold them.
    raw: Option<Raw<B>>,
}

type Raw<B> = fn(&B) -> &[u8];

/// Everything that was found out about a delivery, besides its body.
#[derive(Clone)]
pub(super) struct Evidence {
    pub(super) matched: Matched,
    pub(super) sent: Option<Timestamp>,
    pub(super) told: Told,
    pub(super) setup: Arc<Setup>,
}

/// The key that matched.
#[derive(Clone)]
pub(super) struct Matched {
    id: KeyId,
    label: Option<Arc<str>>,
    role: Role,
    pub(super) expires: Option<Timestamp>,
    generation: u64,
}

impl Matched {
    pub(super) fn of<K: Key>(live: &Live<'_, K>, ring: &Keyring<K>) -> Self {
        Self {
            id: live.key.id(),
            label: live.key.label().cloned(),
            role: live.role,
            expires: live.expires_at,
            generation: ring.generation(),
        }
    }
}

/// How a delivery is distinguished from others: what its replay key is made from.
#[derive(Clone)]
pub(super) enum Told {
    /// By the id that was signed.
    Id(Small),
    /// By its signed content, of which the body is still to come.
    Around(Around),
    /// By the digest of its signed content.
    Digest([u8; 32]),
}

impl Told {
    pub(super) fn id(id: &[u8]) -> Self {
        Self::Id(Small::new(id))
    }

    /// The same once the body is not there any more.
    fn without_body(self, body: &[u8]) -> Self {
        match self {
            Self::Around(around) => Self::Digest(around.digest(body)),
            other => other,
        }
    }
}

/// What is signed before and after the body.
#[derive(Clone)]
pub(super) struct Around {
    text: Small,
    /// How much of it stands before.
    before: u32,
}

impl Around {
    pub(super) fn of(content: &Content<'_, '_>) -> Result<Self, Rejection> {
        let mut text = Small::EMPTY;
        content.write_half(Half::BeforeBody, &mut |part| text.push(part))?;
        // Headers are bounded to a few KiB, so the length fits.
        let before = u32::try_from(text.as_bytes().len()).unwrap_or(u32::MAX);
        content.write_half(Half::AfterBody, &mut |part| text.push(part))?;
        Ok(Self { text, before })
    }

    pub(super) fn halves(&self) -> (&[u8], &[u8]) {
        let before = usize::try_from(self.before).unwrap_or(usize::MAX);
        self.text.as_bytes().split_at_checked(before).unwrap_or_default()
    }

    /// Of the whole content.
    fn digest(&self, body: &[u8]) -> [u8; 32] {
        let (before, after) = self.halves();
        let hash = Sha256::new_with_prefix(DIGEST_BLOCK).chain_update(before).chain_update(body).chain_update(after);
        hash.finalize().into()
    }
}

impl<B> Verified<B> {
    /// A proof around something that is not the bytes which were verified.
    pub(super) const fn apart(evidence: Evidence, body: B) -> Self {
        Self { evidence, body, raw: None }
    }

    /// Which key matched.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.evidence.matched.id
    }

    /// The public label of the key, if it has one.
    #[must_use]
    pub fn key_label(&self) -> Option<&str> {
        self.evidence.matched.label.as_deref()
    }

    /// The role of the key: deliveries under [`Role::Previous`] show who still uses the old secret.
    #[must_use]
    pub fn role(&self) -> Role {
        self.evidence.matched.role
    }

    /// When the key expires, if it is a previous one.
    #[must_use]
    pub fn key_expires_at(&self) -> Option<Timestamp> {
        self.evidence.matched.expires
    }

    /// The generation of the ring that was used.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.evidence.matched.generation
    }

    /// When the delivery was sent; `None` if the scheme signs no time.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.evidence.sent
    }

    /// The message id; `None` if the scheme signs none. An id in an unsigned header is never returned.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.evidence.told {
            Told::Id(id) => core::str::from_utf8(id.as_bytes()).ok(),
            _ => None,
        }
    }

    /// The name of the scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.evidence.setup.rules.name
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// The body, out of its proof.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The same proof around something made from the body, such as its parsed form.
    ///
    /// [`Verified::replay_key`] stays what it was. If it is made from the bytes of the body, because the scheme signs no id,
    /// they are digested here, once; [`digest_content`](crate::VerifierBuilder::digest_content) makes that unnecessary.
    ///
    /// # Errors
    ///
    /// Whatever `f` returns.
    pub fn try_map<T, E>(self, f: impl FnOnce(B) -> Result<T, E>) -> Result<Verified<T>, E> {
        let Self { mut evidence, body, raw } = self;
        if let Some(raw) = raw {
            evidence.told = evidence.told.without_body(raw(&body));
        }
        Ok(Verified::apart(evidence, f(body)?))
    }

    /// The replay key of an event whose id the caller read from the verified body, as with Stripe and Slack.
    #[must_use]
    pub fn event_key(&self, scope: &Scope, event_id: &str) -> ReplayKey {
        ReplayKey::of(scope, self.scheme(), What::Event(event_id.as_bytes()))
    }

    /// How long before and after its time of sending the delivery is acceptable; `None` if indefinitely.
    pub(crate) fn window(&self) -> Option<(Duration, Duration)> {
        self.evidence.setup.rules.window
    }

    fn key_of_digest(&self, scope: &Scope, digest: &[u8; 32]) -> ReplayKey {
        ReplayKey::of(scope, self.scheme(), What::Content(digest))
    }
}

impl<B: AsRef<[u8]>> Verified<B> {
    /// A proof around the bytes that were verified.
    pub(super) fn new(evidence: Evidence, body: B) -> Self {
        Self { evidence, body, raw: Some(B::as_ref) }
    }

    /// The same proof around something that holds the same bytes.
    #[cfg(feature = "axum")]
    pub(crate) fn try_wrap<T: AsRef<[u8]>, E>(self, f: impl FnOnce(B) -> Result<T, E>) -> Result<Verified<T>, E> {
        Ok(Verified::new(self.evidence, f(self.body)?))
    }

    /// The key under which to remember this delivery; equal for all its copies, whatever key or spelling signed them.
    ///
    /// Made from the message id if the scheme signs one, so that a re-signed retry is the same delivery. Otherwise from
    /// the signed content, which is hashed when this is called, unless the verifier was built with
    /// [`digest_content`](crate::VerifierBuilder::digest_content); then a retry with a new timestamp is a new delivery, and
    /// for a scheme without a timestamp two honest deliveries of the same body are one.
    #[must_use]
    pub fn replay_key(&self, scope: &Scope) -> ReplayKey {
        match &self.evidence.told {
            Told::Id(id) => ReplayKey::of(scope, self.scheme(), What::SignedId(id.as_bytes())),
            Told::Digest(digest) => self.key_of_digest(scope, digest),
            Told::Around(around) => self.key_of_digest(scope, &around.digest(self.body.as_ref())),
        }
    }
}

impl Verified<super::Streamed> {
    /// The same proof around the body whose pieces went through the stream.
    #[cfg(feature = "http-body")]
    pub(crate) fn with_body<T: AsRef<[u8]>>(self, body: T) -> Verified<T> {
        Verified::new(self.evidence, body)
    }

    /// The key under which to remember this delivery, the same as for a delivery that was verified whole.
    ///
    /// `None` if the scheme signs no id and the verifier was built without
    /// [`digest_content`](crate::VerifierBuilder::digest_content).
    #[must_use]
    pub fn replay_key(&self, scope: &Scope) -> Option<ReplayKey> {
        match &self.evidence.told {
            Told::Id(id) => Some(ReplayKey::of(scope, self.scheme(), What::SignedId(id.as_bytes()))),
            Told::Digest(digest) => Some(self.key_of_digest(scope, digest)),
            Told::Around(_) => None,
        }
    }
}

impl<B> fmt::Debug for Verified<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("scheme", &self.scheme())
            .field("key", &self.key())
            .field("role", &self.role())
            .field("timestamp", &self.timestamp())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
