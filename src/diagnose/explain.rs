//! What a rejection means for this request, without any secret.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::needs::needs_of;
use crate::error::{Field, Rejection};
use crate::headers::{Headers, Name};
use crate::message::Request;
use crate::scheme::Scheme;

/// Says what a rejection is about: which header or field was expected, and what was there, by name and length.
///
/// Needs no secret and computes no MAC; for a mismatch it can only say what to look at. To search for the cause, use
/// [`Inquiry`](super::Inquiry).
///
/// ```
/// use hookring::{Field, Rejection, Request, diagnose, providers};
/// let headers = [("X-Slack-Signature", "v0=00")];
/// let text = diagnose::explain(&Rejection::Missing(Field::Timestamp), providers::SLACK, &Request::new(&headers, b""));
/// assert!(text.contains("`x-slack-request-timestamp` is not there"));
/// ```
#[must_use]
pub fn explain<B>(why: &Rejection, scheme: Scheme<'_>, request: &Request<'_, B>) -> String {
    let mut text = format!("{}: {why}.", scheme.name());
    let field = match why {
        Rejection::Missing(field) | Rejection::Malformed(field) | Rejection::Ambiguous(field) => Some(*field),
        Rejection::TooMany => Some(Field::Signature),
        _ => None,
    };
    match (field, why) {
        (Some(field), _) => {
            let needs = needs_of(&scheme, &|name| name.to_string());
            for need in needs.iter().filter(|need| need.field == field) {
                text.push_str(&format!(" {}", presence(request.headers, &need.name)));
            }
            if needs.iter().all(|need| need.field != field) {
                text.push_str(" It is in the signature header or in the body.");
            }
            text.push_str(&format!("\nExpected:\n{}", scheme.describe()));
        }
        (None, Rejection::Mismatch) => {
            text.push_str(
                " The headers are as the scheme demands. Compare the secret and its format, and make sure that the raw body",
            );
            text.push_str(if scheme.signs_url() {
                " and the public URL are what the sender signed."
            } else {
                " is what the sender signed."
            });
        }
        (None, Rejection::TooOld { .. }) => {
            text.push_str(
                " The signature is good: the delivery was delayed or sent again, or the clock of this machine is ahead.",
            );
        }
        (None, Rejection::TooNew { .. }) => {
            text.push_str(" The signature is good: the clock of this machine is behind, or the sender's is ahead.");
        }
        (None, Rejection::NeedsRequestLine) => text.push_str(" Pass method and target in the Request."),
        _ => {}
    }
    text
}

/// Which lines of a header there are, by length.
fn presence(headers: &dyn Headers, name: &str) -> String {
    let mut lengths: Vec<usize> = Vec::new();
    if let Some(prepared) = Name::new(name) {
        headers.each(&prepared, &mut |value| lengths.push(value.len()));
    }
    match lengths.as_slice() {
        [] => format!("The header `{name}` is not there."),
        [0] => format!("The header `{name}` is there and empty."),
        [one] => format!("The header `{name}` is there, with {one} bytes."),
        several => format!("The header `{name}` is there {} times.", several.len()),
    }
}
