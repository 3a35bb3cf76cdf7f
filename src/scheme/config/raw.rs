//! The fields of a configuration, as they are written.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::template;
use super::{SchemeConfigError, Wrong};
use crate::scheme::grammar::ANY_TAG;
use crate::scheme::{Covers, Grammar, Place, Scheme, Source};

/// The value with this name.
pub(super) fn named<T: FromStr>(field: &'static str, name: &str) -> Result<T, SchemeConfigError> {
    let known = match field {
        "algorithm" => "hmac-sha256, hmac-sha384, hmac-sha512, or one whose feature is on: hmac-sha1, ed25519, ecdsa-p256",
        "encoding" => "hex, hex-upper, base64, base64url, base64url-padded",
        "secret_format" => "utf8, hex, base64, base64url, whsec, v1-whsec, html-text, sha1-of-text (feature sha1)",
        _ => "seconds, millis, seconds-or-millis, rfc3339, iso-utc, http-date",
    };
    name.parse().map_err(|_| SchemeConfigError::new(field, Wrong::OneOf(known)))
}

fn utf8() -> String {
    "utf8".to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) algorithm: String,
    pub(super) encoding: String,
    #[serde(default = "utf8")]
    pub(super) secret_format: String,
    pub(super) signed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) or_signed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) require: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) alias: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) covers: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<String>,
    pub(super) signature: RawSignature,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<RawTimestamp>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSignature {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefix: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) prefix_optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numbered: Option<RawNumbered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<RawTags>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNumbered {
    pub(super) stem: String,
    pub(super) last: u8,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTags {
    pub(super) between: char,
    pub(super) pair: char,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) accept: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) any: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<char>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) emit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) emit_previous: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) blank_after: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) strongest_only: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) bare_too: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTimestamp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) first_item: bool,
    pub(super) unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) past_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) future_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) also_in: Option<RawSource>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) first_item: bool,
}

/// All sources that are named, of which one should be.
macro_rules! sources {
    ($raw:expr) => {
        [
            $raw.header.as_deref().map(Source::Header),
            $raw.tag.as_deref().map(Source::Tag),
            $raw.json.as_deref().map(Source::Json),
            $raw.form.as_deref().map(Source::Form),
            $raw.first_item.then_some(Source::FirstItem),
        ]
    };
}

impl RawTimestamp {
    pub(super) fn sources(&self) -> [Option<Source<'_>>; 5] {
        sources!(self)
    }
}

impl RawSource {
    pub(super) fn sources(&self) -> [Option<Source<'_>>; 5] {
        sources!(self)
    }

    fn of(source: &Source<'_>) -> Self {
        let mut raw = Self::default();
        match *source {
            Source::Header(name) => raw.header = Some(name.to_owned()),
            Source::Tag(tag) => raw.tag = Some(tag.to_owned()),
            Source::Json(path) => raw.json = Some(path.to_owned()),
            Source::Form(name) => raw.form = Some(name.to_owned()),
            Source::FirstItem => raw.first_item = true,
        }
        raw
    }
}

impl Raw {
    /// A scheme as it would be written.
    pub(super) fn of(scheme: &Scheme<'_>) -> Result<Self, SchemeConfigError> {
        let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let or_signed = template::write(scheme.or_parts, "or_signed")?;
        let fraction = |side: Duration| side.subsec_nanos() != 0;
        match scheme.window {
            Some((past, _)) if fraction(past) => return Err(SchemeConfigError::new("timestamp.past_seconds", Wrong::Fraction)),
            Some((_, future)) if fraction(future) => {
                return Err(SchemeConfigError::new("timestamp.future_seconds", Wrong::Fraction));
            }
            _ => {}
        }
        Ok(Self {
            name: scheme.name.to_owned(),
            algorithm: scheme.algorithm.as_str().to_owned(),
            encoding: scheme.encoding.as_str().to_owned(),
            secret_format: scheme.secret.as_str().to_owned(),
            signed: template::write(scheme.parts, "signed")?,
            or_signed: (!scheme.or_parts.is_empty()).then_some(or_signed),
            id: scheme.id.map(str::to_owned),
            require: pairs(scheme.require),
            alias: pairs(scheme.alias),
            covers: if let Covers::Only(what) = scheme.covers { Some(what.to_owned()) } else { None },
            items: scheme.items.map(str::to_owned),
            signature: RawSignature::of(scheme),
            timestamp: scheme.timestamp.as_ref().map(|(source, unit)| {
                let RawSource { header, tag, json, form, first_item } = RawSource::of(source);
                RawTimestamp {
                    header,
                    tag,
                    json,
                    form,
                    first_item,
                    unit: unit.as_str().to_owned(),
                    past_seconds: scheme.window.map(|(past, _)| past.as_secs()),
                    future_seconds: scheme.window.map(|(_, future)| future.as_secs()),
                    also_in: scheme.twin.as_ref().map(RawSource::of),
                }
            }),
        })
    }
}

impl RawSignature {
    fn of(scheme: &Scheme<'_>) -> Self {
        let mut raw = Self::default();
        match scheme.place {
            Place::Header(name) => raw.header = Some(name.to_owned()),
            Place::Each(names) => raw.headers = Some(names.iter().map(|name| (*name).to_owned()).collect()),
            Place::Numbered { stem, last } => raw.numbered = Some(RawNumbered { stem: stem.to_owned(), last }),
            Place::Json(path) => raw.json = Some(path.to_owned()),
            Place::Form(name) => raw.form = Some(name.to_owned()),
        }
        match scheme.grammar {
            Grammar::Whole => {}
            Grammar::Prefix(text) => raw.prefix = Some(text.to_owned()),
            Grammar::OptionalPrefix(text) => (raw.prefix, raw.prefix_optional) = (Some(text.to_owned()), true),
            Grammar::List { between, prefix } => {
                raw.list = Some(between);
                raw.prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
            }
            Grammar::Tagged(tagged) => {
                let first = if tagged.any_tag { ANY_TAG } else { tagged.accept.first().copied().unwrap_or_default() };
                raw.tags = Some(RawTags {
                    between: tagged.between,
                    pair: tagged.pair,
                    accept: tagged.accept.iter().map(|tag| (*tag).to_owned()).collect(),
                    any: tagged.any_tag,
                    group: tagged.group,
                    emit: (tagged.emit != first).then(|| tagged.emit.to_owned()),
                    emit_previous: tagged.emit_previous.map(str::to_owned),
                    blank_after: tagged.blank,
                    strongest_only: tagged.strongest,
                    bare_too: tagged.bare,
                });
            }
        }
        raw
    }
}
