//! Why a delivery is not accepted.

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
    /// A secret that is presented as it is, as a bearer token.
    Token,
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
            Self::Token => "token",
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
    /// A part that the scheme needs is missing, or no signature has a known version.
    #[error("the {0} is missing")]
    Missing(Field),
    /// A part is there but not in the form that the scheme requires.
    #[error("the {0} is malformed")]
    Malformed(Field),
    /// A part that must occur once occurs several times, or two copies disagree.
    #[error("the {0} is ambiguous: it occurs more than once")]
    Ambiguous(Field),
    /// More signatures of a known version than are looked at: 16, or 2 where the scheme has a public key. Refused before any of
    /// them is checked.
    #[error("more candidate signatures than are looked at: 16, or 2 of a public key")]
    TooMany,
    /// A batch of more than 16 items. Refused before any of them is checked.
    #[error("more than 16 items in the batch")]
    TooManyItems,
    /// No live key makes any of the offered signatures: forged, changed on the way, or signed with another secret.
    #[error("no live key matches the signature")]
    Mismatch,
    /// The presented token is not the secret behind any live key.
    #[error("no live key matches the token")]
    TokenMismatch,
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
    /// Every key was revoked or has expired. Our fault, so it is answered with 500 and the sender retries.
    #[error("the keyring has no live key")]
    NoLiveKey,
    /// No key matches, and a live key is of another kind than the scheme needs: a secret for a public key, or a key on another
    /// curve. Our fault (500).
    #[error("the keyring holds a key of another kind than the scheme needs")]
    WrongKeyKind,
    /// Too many slow checks are under way. Answered with 503, so that the sender retries.
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
                Field::Token => "missing_token",
            },
            Self::Malformed(field) => match field {
                Field::Signature => "malformed_signature",
                Field::Timestamp => "malformed_timestamp",
                Field::Id => "malformed_id",
                Field::Header => "malformed_header",
                Field::Body => "malformed_body_field",
                Field::Target => "malformed_target",
                Field::Token => "malformed_token",
            },
            Self::Ambiguous(field) => match field {
                Field::Signature => "ambiguous_signature",
                Field::Timestamp => "ambiguous_timestamp",
                Field::Id => "ambiguous_id",
                Field::Header => "ambiguous_header",
                Field::Body => "ambiguous_body_field",
                Field::Target => "ambiguous_target",
                Field::Token => "ambiguous_token",
            },
            Self::TooMany => "too_many_signatures",
            Self::TooManyItems => "too_many_items",
            Self::Mismatch => "signature_mismatch",
            Self::TokenMismatch => "token_mismatch",
            Self::WrongMethod => "wrong_method",
            Self::TooOld { .. } => "too_old",
            Self::TooNew { .. } => "too_new",
            Self::NoLiveKey => "no_live_key",
            Self::WrongKeyKind => "wrong_key_kind",
            Self::Busy => "busy",
            Self::NeedsRequestLine => "needs_request_line",
            Self::NeedsWholeBody => "needs_whole_body",
        }
    }

    /// The HTTP status to answer: 401, except 500 for our own faults and 503 for [`Rejection::Busy`].
    ///
    /// Many senders do not repeat a delivery that was answered with a 4xx, and some switch the endpoint off after a few, so a
    /// fault of ours must not look like one. What a sender does is in its documentation.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            _ if self.is_our_fault() => 500,
            Self::Busy => 503,
            _ => 401,
        }
    }

    /// Whether the fault is in our own keys or set-up and has to be repaired here: those with status 500.
    #[must_use]
    pub const fn is_our_fault(&self) -> bool {
        matches!(self, Self::NoLiveKey | Self::WrongKeyKind | Self::NeedsRequestLine | Self::NeedsWholeBody)
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
