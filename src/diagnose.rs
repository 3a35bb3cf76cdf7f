//! Says why a delivery was rejected: what would have to change for it to match.
//!
//! For operators and tests, after a rejection; never for the request path. An [`Inquiry`] takes what the receiver has
//! (scheme, configured secrets as raw texts, headers, body, method, URL, and other secrets at hand) and searches for what
//! the sender may have signed instead: another text of the secret, a body before a proxy or parser changed it, another
//! timestamp, URL, scheme or key. Nothing is named on suspicion: each [`Finding`] with [`Finding::is_proven`] was verified,
//! by computing the signature of the changed set-up and finding it in the delivery. Findings that are not proven rest on
//! what is plainly missing or malformed, and say so.
//!
//! ```
//! use hookring::{SecretFormat, Timestamp, diagnose::Inquiry, providers};
//!
//! let headers = [("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")];
//! let diagnosis = Inquiry::new(providers::GITHUB, &headers, b"Hello, World!\n", Timestamp::from_unix_secs(1_790_000_000))
//!     .secret("\"It's a Secret to Everybody\"", SecretFormat::Utf8)
//!     .run();
//! assert_eq!(diagnosis.cause().as_deref(), Some("secret.quotes+body.line-break"));
//! ```
//!
//! # Work
//!
//! One call computes at most [`MAX_MACS`] MACs over at most [`MAX_BYTES`] bytes, whatever it is given; [`Inquiry::budget`]
//! sets less. [`Diagnosis::macs`] and [`Diagnosis::bytes`] say what was used, and [`Diagnosis::is_complete`] whether
//! everything was tried.
//!
//! # Security
//!
//! The output holds names, lengths and times, and never a secret, an expected signature, or a byte of a body: it may be
//! pasted into a ticket. It does tell the reader how the endpoint is configured, so it does not belong in an HTTP answer.
//! A matching key is compared in variable time, which is why this is no substitute for [`Verifier`](crate::Verifier).

mod alt;
mod body;
mod cause;
mod charset;
mod checker;
mod content;
mod explain;
mod finding;
mod foreign;
mod form;
mod framing;
mod given;
mod gzip;
mod header_fix;
mod inquiry;
mod json;
mod json_body;
mod json_print;
mod keys;
mod keys_text;
mod lint;
mod moment;
mod needs;
mod other;
mod presented;
mod prove;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod public;
mod search;
mod signature_text;
mod statics;
mod text;
mod times;
mod url_found;
mod url_parts;
mod url_paths;
mod urls;
mod work;

pub use cause::Cause;
pub use explain::explain;
pub use finding::{Diagnosis, Finding};
pub use given::Retired;
pub use inquiry::Inquiry;
pub use lint::lint;
pub use work::{MAX_BYTES, MAX_MACS};

use given::Given;

/// The length of a signature of this scheme in bytes.
fn width(scheme: &crate::scheme::Scheme<'_>) -> usize {
    if scheme.has_public_key() { 64 } else { scheme.algorithm.hash().tag_len() }
}
