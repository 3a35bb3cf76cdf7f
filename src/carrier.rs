//! Where a secret stands that is presented as it is.

use crate::error::SchemeError;
use crate::headers::is_token;

/// Where a presented secret stands in a request, for [`BearerVerifier::carried_by`](crate::BearerVerifier::carried_by).
///
/// Real providers are in [`providers::tokens`](crate::providers::tokens).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier<'a> {
    /// `Authorization: Bearer`, blanks, the secret. The word may be in any letter case (RFC 6750; RFC 9110, section 11.4).
    Bearer,
    /// The whole value of this header.
    Header(&'a str),
    /// `Authorization: Basic`, blanks, the base64 of user name, colon and secret (RFC 7617). The secret may hold colons.
    Basic {
        /// The user name, if it must be this one. It is not a secret: senders show it.
        user: Option<&'a str>,
    },
    /// The value of this query parameter, percent-decoded. It then stands in the logs of every hop.
    Query(&'a str),
}

impl Carrier<'_> {
    /// Whether names are such as HTTP allows.
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
