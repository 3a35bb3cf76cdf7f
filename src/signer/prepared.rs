//! A message ready to be signed: timestamp and id are fixed, so every key signs the same bytes.

use alloc::string::String;

use super::SignedHeaders;
use crate::encoding::encode;
use crate::error::{Field, Rejection, SignError};
use crate::key::SignKey;
use crate::message::{Message, RequestView, Said};
use crate::scheme::{Content, Names, Rules, Signatures, in_body};
use crate::time::{self, Timestamp};
use crate::url;

pub(super) struct Prepared<'r, 'm> {
    rules: &'r Rules,
    names: &'r Names,
    message: &'m Message<'m>,
    timestamp: Option<String>,
    id: Option<&'m str>,
}

impl<'r, 'm> Prepared<'r, 'm> {
    pub(super) fn new(rules: &'r Rules, message: &'m Message<'m>, now: Timestamp) -> Result<Self, SignError> {
        let names = rules.names.first().ok_or(SignError::Unbuildable)?;
        let id = match (&names.id, message.id) {
            (None, _) => None,
            (Some(_), None) => return Err(SignError::MissingId),
            (Some(_), Some(id)) if rules.id_is_fine(id.as_bytes()) => Some(id),
            (Some(_), Some(_)) => return Err(SignError::InvalidId),
        };
        Ok(Self { rules, names, message, timestamp: timestamp(rules, message, now)?, id })
    }

    /// Hands the encoded signature of each key to `out`, in order.
    pub(super) fn sign<'k, K: SignKey>(
        &self,
        keys: impl IntoIterator<Item = &'k K>,
        out: &mut dyn FnMut(String),
    ) -> Result<(), SignError> {
        let message = self.message;
        let content = Content {
            rules: self.rules,
            names: self.names,
            view: RequestView {
                method: message.method,
                url: message.url.map(|url| (url::without_fragment(url), "")),
                headers: &message.headers,
                target: message.url.map(url::target),
                timestamp: self.timestamp.as_deref().map(str::as_bytes),
                id: self.id.map(str::as_bytes),
                body: message.body,
                said: Said { version: self.rules.written_version(), ..Said::default() },
            },
        };
        let signed = K::sign_each(&mut keys.into_iter(), self.rules.hash, &|write| content.write(write), &mut |signature| {
            out(encode(signature, self.rules.encoding));
        });
        signed.map_err(|why| self.missing(why))
    }

    /// The headers with these signatures, each marked whether its key is a previous one.
    pub(super) fn headers(&self, signatures: &[(bool, String)]) -> Result<SignedHeaders, SignError> {
        let (rules, names, id) = (self.rules, self.names, self.id);
        let signatures = Signatures { rules, names, timestamp: self.timestamp.as_deref(), id, signatures };
        SignedHeaders::new(&signatures).ok_or(SignError::TooManyKeys)
    }

    fn missing(&self, why: Rejection) -> SignError {
        match why {
            Rejection::NeedsRequestLine if self.rules.signs_method && self.message.method.is_none() => SignError::MissingMethod,
            Rejection::NeedsRequestLine => SignError::MissingUrl,
            Rejection::Missing(Field::Header) | Rejection::Ambiguous(Field::Header) => SignError::MissingHeader,
            Rejection::Missing(Field::Body) | Rejection::Malformed(Field::Body) | Rejection::Ambiguous(Field::Body) => {
                SignError::MissingBodyField
            }
            _ => SignError::Unbuildable,
        }
    }
}

/// The text of the timestamp: now, or what the body says if the scheme keeps it there.
fn timestamp(rules: &Rules, message: &Message<'_>, now: Timestamp) -> Result<Option<String>, SignError> {
    let Some((source, unit)) = &rules.timestamp else { return Ok(None) };
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
