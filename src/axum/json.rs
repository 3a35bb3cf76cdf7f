//! A JSON body, read only after it was verified.

use core::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::receiver::Refusal;
use crate::verifier::Verified;

/// A deserialised body beside its raw bytes: a handler takes `Verified<hookring::axum::Json<T>>` as its last argument.
///
/// It is not `axum::Json`, which reads a body that nobody verified; `Verified<axum::Json<T>>` is no extractor.
///
/// The bytes are what was verified. They are kept, because the [replay key](Verified::replay_key) of a scheme without id is
/// made from them: `Verified<Json<T>>` goes into [`Guard::process`](crate::Guard::process) as it is.
#[derive(Clone)]
#[non_exhaustive]
pub struct Json<T> {
    /// What the body says.
    pub value: T,
    raw: Bytes,
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a verified body, whatever its content type.
    pub(super) fn read(verified: Verified<Bytes>) -> Result<Verified<Self>, Refusal> {
        verified.try_wrap(|raw| match serde_json::from_slice(&raw) {
            Ok(value) => Ok(Self { value, raw }),
            // Its text quotes the body, which must not reach a log.
            Err(why) => Err(Refusal::BadJson { line: why.line(), column: why.column() }),
        })
    }
}

impl<T> Json<T> {
    /// The raw body.
    #[must_use]
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json").field("raw_len", &self.raw.len()).finish_non_exhaustive()
    }
}

impl<T> AsRef<[u8]> for Json<T> {
    fn as_ref(&self) -> &[u8] {
        &self.raw
    }
}
