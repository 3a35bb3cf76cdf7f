//! Reading the inputs. Whatever is missing or of another type is bad input, never a crash.

use base64ct::{Base64, Encoding as _};
use serde_json::Value;

use super::outcome::Outcome;

pub(crate) fn bad_input() -> Outcome {
    Outcome::no_set_up("bad_input")
}

pub(crate) fn text<'v>(object: &'v Value, name: &str) -> Result<&'v str, Outcome> {
    object.get(name).and_then(Value::as_str).ok_or_else(bad_input)
}

/// The items of an array; none if it is absent.
pub(crate) fn items<'v>(object: &'v Value, name: &str) -> Result<&'v [Value], Outcome> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(bad_input()),
    }
}

pub(crate) fn base64(text: &str) -> Result<Vec<u8>, Outcome> {
    Base64::decode_vec(text).map_err(|_| bad_input())
}
