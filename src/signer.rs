//! Signing: a message and a ring give headers.

mod headers;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

pub use headers::SignedHeaders;

use crate::encoding::encode_into;
use crate::error::{Rejection, SetupError, SignError};
use crate::key::sealed::Material;
use crate::keyring::{KeySource, Keyring, Part, Role, Status};
use crate::mac::Macs;
use crate::message::{Message, RequestView};
use crate::scheme::{Content, PlaceRule, Rules, Scheme, Signatures, in_body};
use crate::secret::Secret;
use crate::time::{self, Timestamp};

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

impl<S> fmt::Debug for Signer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.rules.name).field("with", &self.with).finish_non_exhaustive()
    }
}

impl<S: KeySource<Key = Secret>> Signer<S> {
    /// A signer of this scheme.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: the scheme is wrong, carries one signature only but should sign with all live keys, or keeps its
    /// signature in the body.
    pub fn new(scheme: Scheme<'_>, keys: S, with: SignWith) -> Result<Self, SetupError> {
        let rules = Rules::new(&scheme)?;
        if with == SignWith::AllLive && !rules.carries_several {
            return Err(SetupError::OneSignatureOnly);
        }
        if !matches!(rules.place, PlaceRule::Headers) {
            return Err(SetupError::SignatureInBody);
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
        let wanted = |role| role == Role::Current || self.with == SignWith::AllLive;
        self.sign_with(&ring, wanted, message, now)
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

    /// The page of this sender for monitoring and for the rollout oracle.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        let part = if self.with == SignWith::AllLive { Part::DualSender } else { Part::Sender };
        Status::of(&self.keys.ring(), part, now)
    }

    fn sign_with(
        &self,
        ring: &Keyring,
        wanted: impl Fn(Role) -> bool,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<SignedHeaders, SignError> {
        let rules = &*self.rules;
        let names = rules.names.first().ok_or(SignError::Unbuildable)?;
        let timestamp = self.timestamp(message, now)?;
        let id = self.id(message)?;
        let content = Content {
            rules,
            names,
            view: RequestView {
                method: message.method,
                url: message.url.map(|url| (url, "")),
                headers: &message.headers,
                timestamp: timestamp.as_deref().map(str::as_bytes),
                id: id.map(str::as_bytes),
                body: message.body,
            },
        };
        let keys: Vec<_> = ring.live(now).filter(|live| wanted(live.role)).collect();
        let mut macs = Macs::begin(rules.hash, keys.iter().map(|live| live.key.mac_key()), false);
        content.write(&mut |part| macs.update(part)).map_err(|why| self.missing(why, message))?;
        let tags = macs.finish();
        let text = |tag: &[u8]| {
            let mut text = String::new();
            encode_into(tag, rules.encoding, &mut text);
            text
        };
        let previous = keys.iter().map(|live| live.role == Role::Previous);
        let signatures: Vec<(bool, String)> = previous.zip(tags.iter().map(text)).collect();
        let signatures = Signatures { rules, names, timestamp: timestamp.as_deref(), id, signatures: &signatures };
        SignedHeaders::new(&signatures).ok_or(SignError::TooManyKeys)
    }

    /// The text of the timestamp: now, or what the body says if the scheme keeps it there.
    fn timestamp(&self, message: &Message<'_>, now: Timestamp) -> Result<Option<String>, SignError> {
        let Some((source, unit)) = &self.rules.timestamp else { return Ok(None) };
        let mut text = String::new();
        if source.in_body() {
            let found = in_body(source, message.body).map_err(|_| SignError::MissingBodyField)?;
            time::parse(found, *unit).ok_or(SignError::MissingBodyField)?;
            text.push_str(core::str::from_utf8(found).map_err(|_| SignError::MissingBodyField)?);
        } else {
            time::write(now, *unit, &mut text).ok_or(SignError::TimeOutOfRange)?;
        }
        Ok(Some(text))
    }

    fn id<'m>(&self, message: &Message<'m>) -> Result<Option<&'m str>, SignError> {
        if self.rules.names.first().is_none_or(|names| names.id.is_none()) {
            return Ok(None);
        }
        let id = message.id.ok_or(SignError::MissingId)?;
        if self.rules.id_is_fine(id.as_bytes()) { Ok(Some(id)) } else { Err(SignError::InvalidId) }
    }

    fn missing(&self, why: Rejection, message: &Message<'_>) -> SignError {
        use crate::error::Field;
        match why {
            Rejection::NeedsRequestLine if self.rules.signs_method && message.method.is_none() => SignError::MissingMethod,
            Rejection::NeedsRequestLine => SignError::MissingUrl,
            Rejection::Missing(Field::Header) | Rejection::Ambiguous(Field::Header) => SignError::MissingHeader,
            Rejection::Missing(Field::Body) | Rejection::Malformed(Field::Body) | Rejection::Ambiguous(Field::Body) => {
                SignError::MissingBodyField
            }
            _ => SignError::Unbuildable,
        }
    }
}
