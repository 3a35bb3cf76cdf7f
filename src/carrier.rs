//! Where a presented secret is in a request.

use crate::error::SchemeError;
use crate::headers::is_token;

/// Where a presented secret is in a request, for [`BearerVerifier::carried_by`](crate::BearerVerifier::carried_by).
///
/// Real providers are in [`providers::tokens`](crate::providers::tokens).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier<'a> {
    /// `Authorization: Bearer`, spaces, the secret. The word may be in any letter case (RFC 6750; RFC 9110, section 11.4).
    Bearer,
    /// The whole value of this header.
    Header(&'a str),
    /// `Authorization: Basic`, spaces, the base64 of user name, colon and secret (RFC 7617). The secret may hold colons.
    Basic {
        /// The user name, if it must be this one. It is not a secret: senders show it.
        user: Option<&'a str>,
    },
    /// The value of this query parameter, percent-decoded. RFC 6750 (section 2.3) advises against it, because the secret is
    /// then in the logs of every hop: only for senders that can do nothing else.
    Query(&'a str),
}

impl Carrier<'_> {
    /// Whether the names are valid in HTTP.
    ///
    /// # Errors
    ///
    /// [`SchemeError::BadHeaderName`]; [`SchemeError::BadText`] for an empty parameter or a user name with a colon.
    pub const fn check(&self) -> Result<(), SchemeError> {
        match self {
            Self::Header(name) if !is_token(name.as_bytes()) => Err(SchemeError::BadHeaderName),
            Self::Query(parameter) if parameter.is_empty() => Err(SchemeError::BadText),
            Self::Basic { user: Some(user) } => {
                let mut rest = user.as_bytes();
                while let [byte, tail @ ..] = rest {
                    if *byte == b':' || byte.is_ascii_control() {
                        return Err(SchemeError::BadText);
                    }
                    rest = tail;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
