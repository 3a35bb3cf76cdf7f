//! What is in the body of a delivery: times, and the items of a batch.

use super::field::{self, Fault};
use super::json;
use super::offered::rejection;
use crate::error::{Field, Rejection};
use crate::scheme::rules::{Rules, SourceRule};
use crate::time::{self, Timestamp};

/// Reads a timestamp that is in the body and signed with it. Called once the signature was found good.
pub(crate) fn late_timestamp(rules: &Rules, body: &[u8]) -> Result<Option<Timestamp>, Rejection> {
    let Some((source, unit)) = rules.timestamp.as_ref().filter(|_| rules.reads_timestamp_late()) else { return Ok(None) };
    let text = in_body(source, body)?;
    time::parse(text, *unit).map(Some).ok_or(Rejection::Malformed(Field::Timestamp))
}

/// The text of a timestamp in the body.
pub(crate) fn in_body<'a>(source: &SourceRule, body: &'a [u8]) -> Result<&'a [u8], Rejection> {
    match source {
        SourceRule::Json(path) => json::scalar(body, path),
        SourceRule::Form(name) => field::form_raw(body, name),
        _ => Err(Fault::Missing),
    }
    .map_err(|fault| rejection(fault, Field::Timestamp))
}

/// Hands every item of a batch to `each`.
pub(crate) fn in_each_item<'a>(
    body: &'a [u8],
    path: &str,
    each: &mut dyn FnMut(&'a [u8]) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    struct Why(Rejection);
    impl From<Fault> for Why {
        fn from(fault: Fault) -> Self {
            Self(rejection(fault, Field::Signature))
        }
    }
    json::items(body, path, &mut |item| each(item).map_err(Why)).map_err(|Why(rejection)| rejection)
}
