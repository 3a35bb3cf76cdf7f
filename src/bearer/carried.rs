//! Where a verifier looks for the token.

use alloc::sync::Arc;
use alloc::vec::Vec;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::token;
use crate::carrier::Carrier;
use crate::error::{Rejection, SchemeError, SetupError};
use crate::headers::{Headers, Name};

/// A [`Carrier`], prepared.
#[derive(Clone, Debug)]
pub(super) enum Carried {
    Bearer,
    Header(Arc<Name>),
    Basic {
        user: Option<Arc<str>>,
    },
    /// In the query, and not in a header.
    Query,
}

/// A token from a header.
pub(super) enum Found<'a> {
    Plain(&'a [u8]),
    /// Decoded for this, and wiped afterwards; the token starts at `from`.
    Decoded {
        room: Zeroizing<Vec<u8>>,
        from: usize,
    },
    /// The header holds something that cannot be the secret: no credentials, or those of another user.
    NotOurs,
}

impl Carried {
    /// The carrier that replaces this one, and the query parameter that is read, given the one that is read so far.
    pub(super) fn replaced(
        &self,
        carrier: Carrier<'_>,
        query: Option<Arc<str>>,
    ) -> Result<(Self, Option<Arc<str>>), SetupError> {
        carrier.check().map_err(SetupError::Scheme)?;
        // The parameter of a former carrier goes with it; one that was allowed beside the carrier stays.
        let query = query.filter(|_| !matches!(self, Self::Query));
        Ok(match carrier {
            Carrier::Bearer => (Self::Bearer, query),
            Carrier::Header(name) => {
                let name = Name::new(name).ok_or(SetupError::Scheme(SchemeError::BadHeaderName))?;
                (Self::Header(Arc::new(name)), query)
            }
            Carrier::Basic { user } => (Self::Basic { user: user.map(Arc::from) }, query),
            Carrier::Query(_) if query.is_some() => return Err(SetupError::TwoQueryParameters),
            Carrier::Query(parameter) => (Self::Query, Some(parameter.into())),
        })
    }

    /// The header that is read.
    #[cfg(feature = "http-body")]
    pub(super) fn header<'n>(&'n self, authorization: &'n Name) -> Option<&'n Name> {
        match self {
            Self::Bearer | Self::Basic { .. } => Some(authorization),
            Self::Header(name) => Some(name),
            Self::Query => None,
        }
    }

    pub(super) fn find<'a>(&self, headers: &'a dyn Headers, authorization: &Name) -> Result<Option<Found<'a>>, Rejection> {
        Ok(match self {
            Self::Bearer => token::after_word(headers, authorization, "Bearer")?.map(Found::Plain),
            Self::Header(name) => token::value(headers, name)?.map(Found::Plain),
            Self::Basic { user } => {
                token::after_word(headers, authorization, "Basic")?.map(|text| credentials(text, user.as_deref()))
            }
            Self::Query => None,
        })
    }
}

fn credentials<'a>(text: &[u8], wanted: Option<&str>) -> Found<'a> {
    let Some((room, colon)) = token::basic(text) else { return Found::NotOurs };
    let user = room.get(..colon).unwrap_or_default();
    let ours = wanted.is_none_or(|wanted| bool::from(user.ct_eq(wanted.as_bytes())));
    if ours { Found::Decoded { room, from: colon.saturating_add(1) } } else { Found::NotOurs }
}
