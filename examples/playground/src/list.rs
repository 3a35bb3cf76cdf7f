//! What the page offers to choose from.

use alloc::vec::Vec;

use hookring::{SecretFormat, providers, scheme::Scheme};
use serde::Serialize;

use crate::samples::{Sample, samples};

#[derive(Serialize)]
pub struct Lists {
    groups: [Group; 3],
    formats: &'static [(&'static str, &'static str)],
    samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Group {
    label: &'static str,
    providers: Vec<Provider>,
}

#[derive(Serialize)]
struct Provider {
    name: &'static str,
    /// How its secrets are written; none for public keys, whose form is plain from the text.
    format: Option<&'static str>,
    signs_url: bool,
    has_timestamp: bool,
}

/// The forms of a secret, with what they mean.
const FORMATS: &[(&str, &str)] = &[
    ("utf8", "text as it is"),
    ("hex", "hex, decoded"),
    ("base64", "base64, decoded"),
    ("base64url", "base64url, decoded"),
    ("whsec", "whsec_, decoded"),
    ("v1-whsec", "v1,whsec_, decoded"),
    ("html-text", "text with entities"),
    ("sha1", "SHA-1 of the text"),
];

pub fn format(name: &str) -> Option<SecretFormat> {
    Some(match name {
        "utf8" => SecretFormat::Utf8,
        "hex" => SecretFormat::Hex,
        "base64" => SecretFormat::Base64,
        "base64url" => SecretFormat::Base64Url,
        "whsec" => SecretFormat::Whsec,
        "v1-whsec" => SecretFormat::V1Whsec,
        "html-text" => SecretFormat::HtmlText,
        "sha1" => SecretFormat::Sha1OfText,
        _ => return None,
    })
}

fn name_of(wanted: SecretFormat) -> &'static str {
    FORMATS.iter().map(|(name, _)| *name).find(|name| format(name) == Some(wanted)).unwrap_or("utf8")
}

fn provider(scheme: &Scheme<'static>) -> Provider {
    Provider {
        name: scheme.name(),
        format: (!scheme.has_public_key()).then(|| name_of(scheme.key_format())),
        signs_url: scheme.signs_url(),
        has_timestamp: scheme.has_timestamp(),
    }
}

pub fn lists() -> Lists {
    let sorted = |mut providers: Vec<Provider>| {
        providers.sort_unstable_by_key(|provider| provider.name);
        providers
    };
    let token = |(name, _): &(&'static str, _)| Provider { name, format: Some("utf8"), signs_url: false, has_timestamp: false };
    Lists {
        groups: [
            Group { label: "Signed", providers: sorted(providers::all().iter().map(provider).collect()) },
            Group { label: "Presented secrets", providers: sorted(providers::tokens::all().iter().map(token).collect()) },
            Group {
                label: "Signed, recipe not confirmed",
                providers: sorted(providers::unconfirmed::all().iter().map(provider).collect()),
            },
        ],
        formats: FORMATS,
        samples: samples(),
    }
}
