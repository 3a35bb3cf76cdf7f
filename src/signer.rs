//! Signing: a message and a ring give headers.

mod fan_out;
mod headers;
mod prepared;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

pub use fan_out::FanOut;
pub use headers::SignedHeaders;

use crate::error::{SetupError, SignError};
use crate::key::SignKey;
use crate::key::sealed::Signs as _;
use crate::keyring::{Duty, KeySource, Keyring, Role, Status};
use crate::message::Message;
use crate::scheme::{PlaceRule, Rules, Scheme};
use crate::time::Timestamp;
use prepared::Prepared;

/// With which keys of its ring a [`Signer`] signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignWith {
    /// With the current key.
    #[default]
    Current,
    /// With every live key, so that a receiver that knows any one of them accepts: current, next, then previous.
    ///
    /// Only for schemes that carry several signatures; for others it is an error when the signer is built.
    AllLive,
}

impl SignWith {
    /// Whether a key in this role signs.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        role == Role::Current || self == Self::AllLive
    }
}

/// Signs outgoing messages.
///
/// ```
/// use hookring::{Keyring, Message, Secret, SecretFormat, SignWith, Signer, Timestamp, providers};
///
/// let now = Timestamp::now();
/// let ring = Keyring::new(Secret::generate(SecretFormat::Whsec)?, now).ring;
/// let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring, SignWith::Current)?;
///
/// let message = Message::new(br#"{"type":"ping"}"#).id("msg_1");
/// for (name, value) in signer.sign(&message, now)?.iter() {
///     println!("{name}: {value}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Sign at each attempt, not when the message is queued: receivers refuse old timestamps, and a retry should use the key
/// that is current then.
pub struct Signer<S = Keyring> {
    rules: Arc<Rules>,
    keys: S,
    with: SignWith,
}

impl<S: Clone> Clone for Signer<S> {
    fn clone(&self) -> Self {
        Self { rules: Arc::clone(&self.rules), keys: self.keys.clone(), with: self.with }
    }
}

impl<S> fmt::Debug for Signer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.rules.name).field("with", &self.with).finish_non_exhaustive()
    }
}

impl<S: KeySource> Signer<S>
where
    S::Key: SignKey,
{
    /// A signer of this scheme.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: the scheme is wrong, carries one signature only but should sign with all live keys, keeps its
    /// signature in the body, or needs keys of another kind.
    pub fn new(scheme: Scheme<'_>, keys: S, with: SignWith) -> Result<Self, SetupError> {
        let rules = rules_for(scheme, with)?;
        if rules.curve != S::Key::CURVE {
            return Err(SetupError::WrongKeyKind);
        }
        Ok(Self { rules: Arc::new(rules), keys, with })
    }

    /// Signs a message.
    ///
    /// # Errors
    ///
    /// [`SignError::NoCurrentKey`] while the ring is suspended; otherwise a part that the scheme signs is missing or
    /// unfit.
    pub fn sign(&self, message: &Message<'_>, now: Timestamp) -> Result<SignedHeaders, SignError> {
        let ring = self.keys.ring();
        ring.current().ok_or(SignError::NoCurrentKey)?;
        self.sign_with(&ring, |role| self.with.covers(role), message, now)
    }

    /// Signs a test delivery with the next key only, to see that the receiver knows it before it is promoted.
    ///
    /// # Errors
    ///
    /// [`SignError::NothingStaged`] without a next key; otherwise as [`Signer::sign`].
    pub fn probe_next(&self, message: &Message<'_>, now: Timestamp) -> Result<SignedHeaders, SignError> {
        let ring = self.keys.ring();
        ring.next().ok_or(SignError::NothingStaged)?;
        self.sign_with(&ring, |role| role == Role::Next, message, now)
    }

    /// The status page of this sender, for monitoring and for [`rollout::next`](crate::rollout::next).
    ///
    /// The page of a ring that came from a store should say when this process took it: publish the ring through a
    /// [`SharedKeyring`](crate::SharedKeyring), or add [`Status::with_taken_at`]. Where the time is missing and matters,
    /// `rollout::next` answers [`Blocked::NotStamped`](crate::rollout::Blocked::NotStamped).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        let duty = if self.with == SignWith::AllLive { Duty::DualSender } else { Duty::Sender };
        Status::of(&self.keys.ring(), duty, now)
    }

    fn sign_with(
        &self,
        ring: &Keyring<S::Key>,
        wanted: impl Fn(Role) -> bool,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<SignedHeaders, SignError> {
        let prepared = Prepared::new(&self.rules, message, now)?;
        let keys: Vec<_> = ring.live(now).filter(|live| wanted(live.role)).collect();
        let mut signatures = Vec::with_capacity(keys.len());
        prepared.sign(keys.iter().map(|live| live.key), &mut |text| signatures.push(text))?;
        let signatures: Vec<_> = keys.iter().map(|live| live.role == Role::Previous).zip(signatures).collect();
        prepared.headers(&signatures)
    }
}

/// The signatures of these keys as text, for whoever puts them into the body.
pub(crate) fn body_signatures<'k, K: SignKey>(
    rules: &Rules,
    keys: impl IntoIterator<Item = &'k K>,
    message: &Message<'_>,
    now: Timestamp,
) -> Result<Vec<String>, SignError> {
    let mut signatures = Vec::new();
    Prepared::new(rules, message, now)?.sign(keys, &mut |text| signatures.push(text))?;
    Ok(signatures)
}

/// The prepared scheme, if one can sign with it.
fn rules_for(scheme: Scheme<'_>, with: SignWith) -> Result<Rules, SetupError> {
    let rules = Rules::new(&scheme)?;
    if with == SignWith::AllLive && !rules.carries_several {
        return Err(SetupError::OneSignatureOnly);
    }
    if !matches!(rules.place, PlaceRule::Headers) {
        return Err(SetupError::SignatureInBody);
    }
    Ok(rules)
}
