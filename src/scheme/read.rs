//! Reading a delivery by the rules of its scheme: signatures, timestamp, id and the signed content.

mod body;
mod candidates;
mod content;
pub(super) mod field;
pub(super) mod json;
mod offered;

pub(crate) use body::{in_body, in_each_item, late_timestamp};
pub(crate) use candidates::Candidates;
pub(crate) use candidates::{MAX_CANDIDATES, MAX_PUBLIC_CANDIDATES};
pub(crate) use content::{Content, Half};
#[cfg(feature = "diagnose")]
pub(crate) use field::form_raw as form_field;
#[cfg(feature = "diagnose")]
pub(crate) use json::scalar as json_field;
pub(crate) use offered::{MAX_VALUE, Offered};
