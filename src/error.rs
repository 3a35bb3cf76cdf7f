//! Every way a call can fail, on one page.
//!
//! Grouped by who has to act: *set-up* (we configured something wrong), *rejections* (a delivery that is not accepted),
//! *signing* and *refusals* (the caller asked for something that must not happen). No variant holds a byte of a secret,
//! a signature or a body, and no foreign type appears, so every `Debug`, `Display` and `source()` is safe to log.

use core::time::Duration;

/// The part of a delivery that a [`Rejection`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The signature, or the list of signatures.
    Signature,
    /// The time of sending.
    Timestamp,
    /// The message id.
    Id,
    /// Another header that the scheme requires or signs.
    Header,
    /// A field inside the body that the scheme declares.
    Body,
    /// The request target (path and query) of a scheme that signs the URL.
    Target,
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::Id => "message id",
            Self::Header => "required header",
            Self::Body => "body field",
            Self::Target => "request target",
        }
    }
}

impl core::fmt::Display for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a delivery was not accepted.
///
/// `Display` is a reason for the operator's log. The sender gets [`Rejection::public_message`], which is the same for
/// every rejection with status 401, so that an attacker learns nothing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// A part that the scheme needs is not there, or no signature has a known version.
    #[error("the {0} is missing")]
    Missing(Field),
    /// A part is there but is not written as the scheme demands.
    #[error("the {0} is malformed")]
    Malformed(Field),
    /// A part that must occur once occurs several times, or two copies disagree.
    #[error("the {0} is ambiguous: it occurs more than once")]
    Ambiguous(Field),
    /// More than 16 signatures of a known version. Refused before any MAC is computed.
    #[error("more than 16 candidate signatures")]
    TooMany,
    /// No live key makes any of the offered signatures: forged, changed on the way, or signed with another secret.
    #[error("no live key matches the signature")]
    Mismatch,
    /// The HTTP method is not the one that the endpoint accepts.
    #[error("wrong HTTP method")]
    WrongMethod,
    /// The delivery is authentic, but was sent longer ago than the tolerance allows.
    #[error("authentic, but too old by {} ms", by.as_millis())]
    TooOld {
        /// How far beyond the tolerance.
        by: Duration,
    },
    /// The delivery is authentic, but dated further in the future than the tolerance allows.
    #[error("authentic, but too new by {} ms", by.as_millis())]
    TooNew {
        /// How far beyond the tolerance.
        by: Duration,
    },
    /// Every key was revoked or has expired. Our fault, so the sender is told to retry (500).
    #[error("the keyring has no live key")]
    NoLiveKey,
    /// Too many slow checks are under way. The sender is told to retry (503).
    #[error("too many slow secret checks are under way")]
    Busy,
    /// The scheme signs the HTTP method or URL, and the caller passed none: use
    /// [`Verifier::verify_at`](crate::Verifier::verify_at) with a [`Request`](crate::Request) that has both. Our fault (500).
    #[error("the scheme signs the method or the URL, and the caller did not pass it")]
    NeedsRequestLine,
    /// The scheme needs the whole body at once, so it cannot be verified as a stream. Our fault (500).
    #[error("this scheme cannot be verified as a stream")]
    NeedsWholeBody,
}

impl Rejection {
    /// A stable label for metrics, such as `"signature_mismatch"`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(field) => match field {
                Field::Signature => "missing_signature",
                Field::Timestamp => "missing_timestamp",
                Field::Id => "missing_id",
                Field::Header => "missing_header",
                Field::Body => "missing_body_field",
                Field::Target => "missing_target",
            },
            Self::Malformed(field) => match field {
                Field::Signature => "malformed_signature",
                Field::Timestamp => "malformed_timestamp",
                Field::Id => "malformed_id",
                Field::Header => "malformed_header",
                Field::Body => "malformed_body_field",
                Field::Target => "malformed_target",
            },
            Self::Ambiguous(field) => match field {
                Field::Signature => "ambiguous_signature",
                Field::Timestamp => "ambiguous_timestamp",
                Field::Id => "ambiguous_id",
                Field::Header => "ambiguous_header",
                Field::Body => "ambiguous_body_field",
                Field::Target => "ambiguous_target",
            },
            Self::TooMany => "too_many_signatures",
            Self::Mismatch => "signature_mismatch",
            Self::WrongMethod => "wrong_method",
            Self::TooOld { .. } => "too_old",
            Self::TooNew { .. } => "too_new",
            Self::NoLiveKey => "no_live_key",
            Self::Busy => "busy",
            Self::NeedsRequestLine => "needs_request_line",
            Self::NeedsWholeBody => "needs_whole_body",
        }
    }

    /// The HTTP status to answer: 401, except 500 for our own faults and 503 for [`Rejection::Busy`].
    ///
    /// Senders do not retry a 4xx, so a fault of ours must not look like one.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoLiveKey | Self::NeedsRequestLine | Self::NeedsWholeBody => 500,
            Self::Busy => 503,
            _ => 401,
        }
    }

    /// The text to answer: one for all 401s, and it says nothing about the reason.
    #[must_use]
    pub const fn public_message(&self) -> &'static str {
        match self.status() {
            401 => "invalid signature",
            503 => "busy, try again",
            _ => "temporarily unable to verify",
        }
    }
}

/// Why a [`Secret`](crate::Secret) cannot be made from a text. Names the rule and numbers, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// An empty secret: anyone could compute its MACs.
    #[error("the secret is empty")]
    Empty,
    /// The text decodes to no bytes at all.
    #[error("the secret decodes to nothing")]
    DecodesToNothing,
    /// A line break in or after the text, as `echo`, editors and mounted files leave it.
    #[error("the secret contains a line break: store it without one, for example with `printf %s`")]
    LineBreak,
    /// Blanks before or after the text. They are not trimmed: some keys really end in one.
    #[error("the secret has blanks before or after it: remove them")]
    SurroundingBlanks,
    /// A Unicode byte order mark, as some editors put in front of a file.
    #[error("the secret starts with a byte order mark: save the file without it")]
    ByteOrderMark,
    /// Text before `whsec_`, such as the version marker `v1,`.
    #[error("there is text before `whsec_`: the secret has to start with it")]
    MarkerBeforePrefix,
    /// [`SecretFormat::Whsec`](crate::SecretFormat::Whsec) without its prefix.
    #[error("the secret does not start with `whsec_`: if it is bare base64, use the format Base64")]
    MissingPrefix,
    /// The text is not hexadecimal, or has an odd number of digits.
    #[error("the secret is not hexadecimal: pairs of 0-9, a-f")]
    NotHex,
    /// The text is not canonical standard base64.
    #[error("the secret is not standard base64 in its canonical form")]
    NotBase64,
    /// The text is not canonical URL-safe base64 without padding.
    #[error("the secret is not URL-safe base64 without padding, in its canonical form")]
    NotBase64Url,
    /// Longer than any real secret.
    #[error("the secret has {bytes} bytes, more than {maximum}")]
    TooLong {
        /// Length of the text in bytes.
        bytes: usize,
        /// The most that is accepted.
        maximum: usize,
    },
    /// Too little room for randomness.
    #[error("the secret has room for {bits} bits, {minimum} are needed: generate one with `openssl rand -hex 32`")]
    TooShort {
        /// Length times the bits that one character of its alphabet can carry.
        bits: u32,
        /// What the policy asks for.
        minimum: u32,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The public label of a key is empty, over 64 bytes, or has other characters than visible ASCII.
    #[error("a label is 1 to 64 visible ASCII characters without blanks")]
    BadLabel,
}

/// What is wrong with a [`Scheme`](crate::Scheme). The same check runs at compile time for constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// A scheme needs a name.
    #[error("the scheme has no name")]
    NoName,
    /// A header name is empty or has characters that HTTP does not allow in one.
    #[error("a header name is not a valid HTTP field name")]
    BadHeaderName,
    /// One header is used for two things.
    #[error("one header name is used for two purposes")]
    HeaderUsedTwice,
    /// The body is not among the signed parts, and the scheme does not say so with [`Covers`](crate::scheme::Covers).
    #[error("the body is not signed: say so with `covers` if that is how the provider works")]
    BodyNotSigned,
    /// The scheme says that the body is not wholly covered, but signs it.
    #[error("the body is signed, so `covers` must be left alone")]
    BodyIsSigned,
    /// A timestamp is read but not signed: anyone could rewrite it.
    #[error("the timestamp is checked but not signed")]
    TimestampNotSigned,
    /// A timestamp is signed, but the scheme does not say where to read it.
    #[error("the timestamp is signed but has no source")]
    TimestampHasNoSource,
    /// A tolerance without a timestamp would promise replay protection that is not there.
    #[error("a tolerance is set but there is no timestamp to check")]
    NoTimestampToCheck,
    /// An id is read but not signed: anyone could rewrite it.
    #[error("the message id is read but not signed")]
    IdNotSigned,
    /// An id is signed, but the scheme does not say where to read it.
    #[error("the message id is signed but has no source")]
    IdHasNoSource,
    /// A source reads a tag or an item of the signature header, and the grammar has none.
    #[error("a source does not fit the grammar of the signature header")]
    SourceDoesNotFit,
    /// Tag names, separators or the emitted tag contradict each other.
    #[error("the grammar contradicts itself: tags, separators or the emitted tag")]
    BadGrammar,
    /// No place for a signature, or more than 100 numbered ones, or more than 16 listed ones.
    #[error("the place of the signature is empty or too large")]
    BadPlace,
    /// A path to a body field is empty.
    #[error("the path of a body field is empty")]
    BadPath,
    /// A literal or a value contains characters that cannot stand in a header.
    #[error("a text that becomes part of a header has characters that cannot stand there")]
    BadText,
}

/// Why a signer, verifier, guard or scope cannot be built. Found when it is built, never at the first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The scheme is wrong.
    #[error("the scheme is wrong: {0}")]
    Scheme(#[from] SchemeError),
    /// The scheme signs the URL, which a receiver behind a proxy cannot know: give the public base URL.
    #[error("the scheme signs the URL: set `public_url` to the address that the sender calls")]
    NeedsPublicUrl,
    /// Not `http://host…` or `https://host…` in visible ASCII, or it has a query or fragment.
    #[error("the public URL is not `https://host` with an optional path")]
    BadPublicUrl,
    /// The scheme does not sign the URL.
    #[error("the scheme does not sign the URL, so a public URL has no effect")]
    UrlNotSigned,
    /// A tolerance for a scheme without a signed timestamp.
    #[error("the scheme has no signed timestamp, so there is nothing to tolerate")]
    NoTimestampToCheck,
    /// A key of another kind than the scheme's algorithm.
    #[error("the key is of another kind than the scheme needs")]
    WrongKeyKind,
    /// Signing with all live keys needs a scheme that carries several signatures.
    #[error("the scheme carries one signature only, so it cannot sign with all live keys")]
    OneSignatureOnly,
    /// The signature stands in the body, which the caller writes.
    #[error("the signature of this scheme stands in the body, so headers cannot carry it")]
    SignatureInBody,
    /// The scheme cannot be verified as a stream.
    #[error("this scheme cannot be verified as a stream")]
    CannotStream,
    /// A scope is 1 to 256 bytes.
    #[error("a scope is 1 to 256 bytes: the endpoint or the tenant")]
    BadScope,
    /// Copies of a delivery are acceptable for ever, because the scheme signs no time or the verifier accepts any age: say
    /// how long to remember, with [`Guard::with_keep`](crate::Guard::with_keep).
    #[error("no signed timestamp bounds how long a copy is acceptable: say how long to remember, `with_keep`")]
    NoWindow,
    /// The scheme signs an id, and a sender's retries are signed anew under the same id for hours or days: say how long,
    /// with [`Guard::with_keep`](crate::Guard::with_keep).
    #[error("the sender retries under the same signed id: remember it for his whole retry schedule, `with_keep`")]
    NeedsKeep,
    /// A lease is 1 ms to one day.
    #[error("a lease is 1 ms to one day: longer than the slowest handler")]
    BadLease,
    /// What was processed is remembered for at least the lease, and for at most 400 days.
    #[error("what was processed is remembered for at least the lease and at most 400 days")]
    BadKeep,
}

/// Why a message cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The ring is suspended: its current key was revoked. Queue the message, never send it unsigned.
    #[error("the keyring has no current key: queue the message, do not send it unsigned")]
    NoCurrentKey,
    /// A test delivery with the next key needs a staged key.
    #[error("no key is staged")]
    NothingStaged,
    /// The scheme signs a message id.
    #[error("the scheme signs a message id, and the message has none")]
    MissingId,
    /// 1 to 256 visible ASCII characters, without the separator that follows it in the signed content.
    #[error("the message id is not 1 to 256 visible ASCII characters without the scheme's separator")]
    InvalidId,
    /// The scheme signs the HTTP method.
    #[error("the scheme signs the method, and the message has none")]
    MissingMethod,
    /// The scheme signs the URL.
    #[error("the scheme signs the URL, and the message has none")]
    MissingUrl,
    /// The scheme signs a further header.
    #[error("the scheme signs a header that the message does not have")]
    MissingHeader,
    /// The scheme signs or reads a field of the body that is missing or is not a plain text or number.
    #[error("the scheme needs a field of the body that is missing or has an unsuitable value")]
    MissingBodyField,
    /// The time cannot be written in the scheme's form.
    #[error("the time cannot be written in the form of the scheme")]
    TimeOutOfRange,
    /// Timestamps inside the body are the caller's to write, and must be within the tolerance.
    #[error("the signed content cannot be built from this message")]
    Unbuildable,
    /// More live keys than the scheme has places for signatures.
    #[error("more live keys than the scheme has places for signatures")]
    TooManyKeys,
}

/// Why a keyring refuses a transition. Nothing was changed and nothing was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A next key is staged already.
    #[error("a next key is staged already: promote, unstage or revoke it first")]
    NextIsTaken,
    /// There is no next key.
    #[error("no next key is staged")]
    NothingStaged,
    /// There is no live key that was current before.
    #[error("no live previous key to go back to: stage it again instead")]
    NoPrevious,
    /// The ring holds this key already, or one with the same id.
    #[error("the ring holds this key already")]
    SameKey,
    /// The key was revoked and must never come back.
    #[error("the key was revoked from this ring and cannot return")]
    WasRevoked,
    /// More than five live keys.
    #[error("the ring has five live keys already: wait for a deadline or revoke one")]
    TooManyLive,
    /// A grace of more than 30 days.
    #[error("a grace is at most 30 days")]
    GraceTooLong,
    /// The ring holds no key with this id.
    #[error("the ring holds no key with this id")]
    UnknownKey,
    /// The clock is more than five minutes behind the last transition.
    #[error("the clock is {} s behind the last transition: set it right, or rebase the ring if the ring is wrong", behind.as_secs())]
    ClockWentBack {
        /// How far.
        behind: Duration,
    },
}

/// Why a secret cannot be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// A purpose or an id is empty: two different things would get one secret.
    #[error("a purpose or an id is empty")]
    EmptyPart,
    /// The HMAC refused the key.
    #[error("the secret cannot be derived")]
    Unusable,
}

/// Why a shared ring is not replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The offered ring is older than the held one: a lagging replica must not bring back a revoked key.
    #[error("the offered ring has generation {offered}, older than the held {held}")]
    Older {
        /// Generation of the ring in use.
        held: u64,
        /// Generation of the ring that was offered.
        offered: u64,
    },
    /// The same generation with another history: two operators changed the same ring at once, without compare-and-swap.
    #[error("two different rings of generation {generation}: load the stored one")]
    Forked {
        /// Their generation.
        generation: u64,
    },
}
