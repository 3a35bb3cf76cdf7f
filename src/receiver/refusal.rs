//! Why a request does not reach the handler, and what is answered.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error;
use core::fmt;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::body::Trouble;
use crate::error::Rejection;

/// Why a request was not handed to the handler.
///
/// `Display` and `Debug` are fit for a log. What is answered is [`Refusal::response`]: one text for all 401s, whatever the
/// reason. A handler that wants another form takes a `Result<_, Refusal>`, or a layer outside finds the refusal in the
/// extensions of the response.
#[derive(Clone)]
#[non_exhaustive]
pub enum Refusal {
    /// Not authentic, not fresh, or not to be judged; see [`Rejection`].
    Rejected(Rejection),
    /// The body is longer than the limit of the receiver. What was beyond was not read. Status 413 (RFC 9110, section 15.5.14).
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body was not complete within the time-out. Status 408 (RFC 9110, section 15.5.9).
    BodyTooSlow,
    /// The body ended with an error, or consists of empty pieces. Status 400.
    BodyBroken,
    /// The path names no tenant, or one that has no endpoint. Status 401 or 404, as configured.
    UnknownTenant(UnknownTenant),
    /// The look-up of the tenant failed, with the source of the error. Status 503 (RFC 9110, section 15.6.4), so that
    /// senders try again.
    LookupFailed(Arc<dyn Error + Send + Sync>),
    /// The delivery is authentic, but its body is not the JSON that the handler takes. Status 400.
    BadJson {
        /// The line at which reading ended, counted from 1.
        line: usize,
        /// The column at which reading ended.
        column: usize,
    },
}

/// What to answer for a tenant that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownTenant {
    /// 401, with the same text as for a bad signature.
    ///
    /// The text tells nobody which tenants exist; the time may: a look-up that finds nothing needs no body. Where that
    /// matters, let the look-up return an [`Endpoint`](super::Endpoint) with a random secret for a tenant that does not exist.
    #[default]
    Unauthorized,
    /// 404.
    NotFound,
}

impl Refusal {
    pub(super) const fn of_body(trouble: Trouble, limit: usize) -> Self {
        match trouble {
            Trouble::TooLarge => Self::BodyTooLarge { limit },
            Trouble::TooSlow => Self::BodyTooSlow,
            Trouble::Broken => Self::BodyBroken,
        }
    }

    pub(super) fn of_lookup(error: Box<dyn Error + Send + Sync>) -> Self {
        Self::LookupFailed(error.into())
    }

    /// A stable label for metrics; that of the [`Rejection`] if there is one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rejected(why) => why.code(),
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::BodyBroken => "body_broken",
            Self::UnknownTenant(_) => "unknown_tenant",
            Self::LookupFailed(_) => "lookup_failed",
            Self::BadJson { .. } => "bad_json",
        }
    }

    /// Whether something of ours has to be fixed: see [`Rejection::is_our_fault`]; also a look-up that failed.
    #[must_use]
    pub const fn is_our_fault(&self) -> bool {
        match self {
            Self::Rejected(why) => why.is_our_fault(),
            Self::LookupFailed(_) => true,
            _ => false,
        }
    }

    /// The HTTP status to answer: that of the [`Rejection`], or 408, 413 or 503 (RFC 9110, sections 15.5.9, 15.5.14 and
    /// 15.6.4), 400 for a body that cannot be read, and 401 or 404 for an unknown tenant, as configured.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Rejected(why) => why.status(),
            Self::BodyTooLarge { .. } => 413,
            Self::BodyTooSlow => 408,
            Self::BodyBroken | Self::BadJson { .. } => 400,
            Self::UnknownTenant(UnknownTenant::Unauthorized) => 401,
            Self::UnknownTenant(UnknownTenant::NotFound) => 404,
            Self::LookupFailed(_) => 503,
        }
    }

    /// The text to answer: one for all 401s.
    #[must_use]
    pub const fn public_message(&self) -> &'static str {
        match self {
            Self::Rejected(why) => why.public_message(),
            Self::BodyTooLarge { .. } => "body too large",
            Self::BodyTooSlow => "body not complete in time",
            Self::BodyBroken => "body not readable",
            Self::UnknownTenant(UnknownTenant::Unauthorized) => Rejection::Mismatch.public_message(),
            Self::UnknownTenant(UnknownTenant::NotFound) => "not found",
            Self::LookupFailed(_) => Rejection::Busy.public_message(),
            Self::BadJson { .. } => "not the expected JSON",
        }
    }

    /// The value of the `Retry-After` header in seconds (RFC 9110, section 10.2.3); `None` for answers without one.
    #[must_use]
    pub const fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::Rejected(Rejection::Busy) => Some(1),
            Self::LookupFailed(_) => Some(10),
            _ => None,
        }
    }

    /// The answer. The refusal goes along in its extensions, for layers that write answers of their own.
    #[must_use]
    pub fn response<B: From<&'static str>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.public_message()));
        *response.status_mut() = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if let Some(seconds) = self.retry_after_secs() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<Rejection> for Refusal {
    fn from(why: Rejection) -> Self {
        Self::Rejected(why)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(why) => why.fmt(f),
            Self::BodyTooLarge { limit } => write!(f, "the body is longer than {limit} bytes"),
            Self::BodyTooSlow => f.write_str("the body was not complete in time"),
            Self::BodyBroken => f.write_str("the body ended with an error"),
            Self::UnknownTenant(_) => f.write_str("the tenant is unknown"),
            Self::LookupFailed(_) => f.write_str("the look-up of the tenant failed"),
            Self::BadJson { line, column } => write!(f, "authentic, but not the expected JSON at line {line} column {column}"),
        }
    }
}

/// Without the error of a look-up: it is the application's, and may hold anything. It is the [source](Error::source).
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({}: {self})", self.code())
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::LookupFailed(error) => Some(&**error),
            _ => None,
        }
    }
}
