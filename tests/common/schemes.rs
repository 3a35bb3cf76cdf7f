//! The schemes of the field cases: four are providers, three are built here as a user of the crate would.

use hookring::scheme::{Algorithm, Encoding, Grammar, Part, Place, Source, Unit};
use hookring::{Scheme, providers};

use super::outcome::Outcome;

pub(crate) fn scheme_of(name: &str) -> Result<Scheme<'static>, Outcome> {
    Ok(match name {
        "github" => providers::GITHUB,
        "stripe" => providers::STRIPE,
        "standard" => providers::STANDARD_WEBHOOKS,
        "slack" => providers::SLACK,
        "hex_bare" => bare("hex_bare", &[Part::Body]),
        "ts_dot_body_hex" => bare("ts_dot_body_hex", &[Part::Timestamp, Part::Lit("."), Part::Body])
            .timestamp(Source::Header("X-Timestamp"), Unit::Seconds),
        "method_url_body_hex" => {
            bare("method_url_body_hex", &[Part::Method, Part::Lit("\n"), Part::Url, Part::Lit("\n"), Part::Body])
        }
        other => return Err(Outcome::unsupported(format!("scheme {other}"))),
    })
}

/// A bare hexadecimal signature in `X-Signature`.
fn bare(name: &'static str, parts: &'static [Part<'static>]) -> Scheme<'static> {
    Scheme::new(name, Algorithm::HmacSha256, Place::Header("X-Signature"), Grammar::Whole, Encoding::Hex, parts)
}
