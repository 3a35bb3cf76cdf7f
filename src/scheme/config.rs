//! Schemes from configuration: an operator adds a provider without a release.

mod raw;
mod template;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Covers, Grammar, Part, Place, Scheme, Source, Tagged};
use crate::error::SchemeError;
use crate::headers::is_token;
use raw::{Raw, RawSignature, RawTags, named};

/// A scheme that owns its texts: it is read from TOML, JSON or whatever else `serde` reads, and lends a [`Scheme`].
///
/// | field | meaning |
/// |---|---|
/// | `name` | as in logs and replay keys: never give two schemes one name |
/// | `algorithm` | `hmac-sha256`, `hmac-sha384`, `hmac-sha512`; with their features `hmac-sha1`, `ed25519`, `ecdsa-p256` |
/// | `encoding` | `hex`, `hex-upper`, `base64`, `base64url`, `base64url-padded` |
/// | `secret_format` | `utf8` (default), `hex`, `base64`, `base64url`, `whsec`, `v1-whsec`, `html-text`; `sha1-of-text` |
/// | `signed` | the signed content: text with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`, `{header:name}`, `{json:path}`, `{json?:path}` (may be missing), `{form:name}`; `{{` and `}}` are braces |
/// | `or_signed` | a second content, tried when the first does not match |
/// | `signature` | one of `header`, `headers`, `numbered = { stem, last }`, `json`, `form`; and how it is read: nothing for the whole value, `prefix` (`prefix_optional = true` if it may be missing), `list` (a separator, with `prefix` in front), or `tags` |
/// | `signature.tags` | `between`, `pair`, `accept` (or `any = true`); `group`, `emit`, `emit_previous`, `blank_after`, `strongest_only`, `bare_too` |
/// | `timestamp` | one of `header`, `tag`, `json`, `form`, `first_item = true`; `unit` (`seconds`, `millis`, `seconds-or-millis`, `rfc3339`, `iso-utc`, `http-date`); `past_seconds`, `future_seconds` (300); `also_in` |
/// | `id` | the header of the message id |
/// | `require` | pairs of a header and its value |
/// | `alias` | pairs of a header name of this scheme and its alternative |
/// | `covers` | what is covered, if not the whole body |
/// | `items` | the path of a JSON array whose items are signed one by one |
///
/// Function parts have no such form. Unknown fields, fields that contradict each other and all that [`Scheme::check`] refuses
/// are errors that name the field.
///
/// ```
/// use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, scheme::SchemeConfig};
///
/// let config: SchemeConfig = toml::from_str(r#"
///     name = "acme"
///     algorithm = "hmac-sha256"
///     encoding = "hex"
///     signed = "v1:{timestamp}:{body}"
///
///     [signature]
///     header = "x-acme-signature"
///     prefix = "v1="
///
///     [timestamp]
///     header = "x-acme-time"
///     unit = "seconds"
/// "#)?;
/// let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// let verifier = config.lend(|scheme| Verifier::new(scheme, ring))?;
/// # let _ = verifier;
///
/// let wrong = toml::from_str::<SchemeConfig>(r#"
///     name = "acme"
///     algorithm = "hmac-sha256"
///     encoding = "hex"
///     signed = "{body}"
///     signature = { header = "x-acme-signature" }
///     timestamp = { header = "x-acme-time", unit = "seconds" }
/// "#);
/// assert!(wrong.unwrap_err().to_string().contains("signed: the timestamp is checked but not signed"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct SchemeConfig {
    raw: Raw,
    signed: Vec<template::Owned>,
    or_signed: Vec<template::Owned>,
}

/// Why a configuration is not a scheme, and at which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeConfigError {
    field: String,
    wrong: Wrong,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Scheme(SchemeError),
    /// None of the values that are known, or two fields that exclude each other.
    OneOf(&'static str),
    /// A template that is wrong at this byte.
    Template(usize),
    /// A function part, which has no text.
    Function,
    /// A tolerance that has no whole number of seconds.
    Fraction,
}

impl SchemeConfigError {
    pub(super) fn new(field: &str, wrong: Wrong) -> Self {
        Self { field: field.into(), wrong }
    }

    /// The path of the field, such as `timestamp.header`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for SchemeConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.field)?;
        match &self.wrong {
            Wrong::Scheme(why) => write!(f, "{why}"),
            Wrong::OneOf(known) => write!(f, "has to be one of {known}"),
            Wrong::Template(at) => write!(f, "no placeholder that is known, or a single brace, at byte {at}"),
            Wrong::Function => f.write_str("a function part has no text"),
            Wrong::Fraction => f.write_str("a tolerance has whole seconds here"),
        }
    }
}

impl core::error::Error for SchemeConfigError {}

impl TryFrom<Raw> for SchemeConfig {
    type Error = SchemeConfigError;

    fn try_from(raw: Raw) -> Result<Self, SchemeConfigError> {
        let signed = template::parse(&raw.signed, "signed")?;
        let or_signed = template::parse(raw.or_signed.as_deref().unwrap_or_default(), "or_signed")?;
        let config = Self { raw, signed, or_signed };
        config.check_names()?;
        config.build(|scheme| {
            scheme.check().map_err(|why| SchemeConfigError::new(config.field_of(&scheme, why), Wrong::Scheme(why)))
        })??;
        Ok(config)
    }
}

impl From<SchemeConfig> for Raw {
    fn from(config: SchemeConfig) -> Self {
        config.raw
    }
}

impl TryFrom<&Scheme<'_>> for SchemeConfig {
    type Error = SchemeConfigError;

    /// The same scheme as a configuration, to start from.
    ///
    /// # Errors
    ///
    /// [`SchemeConfigError`] for a scheme with function parts.
    fn try_from(scheme: &Scheme<'_>) -> Result<Self, SchemeConfigError> {
        Raw::of(scheme)?.try_into()
    }
}

impl SchemeConfig {
    /// Lends the scheme, for as long as it takes to build signers and verifiers.
    ///
    /// # Errors
    ///
    /// Those of `f`. The scheme itself was checked when it was read.
    pub fn lend<T, E: From<SchemeError>>(&self, f: impl FnOnce(Scheme<'_>) -> Result<T, E>) -> Result<T, E> {
        // A configuration that cannot be built was never made.
        self.build(f).map_err(|_| SchemeError::BadGrammar)?
    }

    /// The name of the scheme.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.raw.name
    }

    fn build<R>(&self, f: impl FnOnce(Scheme<'_>) -> R) -> Result<R, SchemeConfigError> {
        let raw = &self.raw;
        let parts: Vec<Part<'_>> = self.signed.iter().map(template::Owned::lend).collect();
        let or_parts: Vec<Part<'_>> = self.or_signed.iter().map(template::Owned::lend).collect();
        let signature = &raw.signature;
        let headers: Vec<&str> = signature.headers.iter().flatten().map(String::as_str).collect();
        let tags = signature.tags.as_ref();
        let accept: Vec<&str> = tags.iter().flat_map(|tags| &tags.accept).map(String::as_str).collect();
        let require: Vec<(&str, &str)> = raw.require.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let alias: Vec<(&str, &str)> = raw.alias.iter().map(|(own, other)| (own.as_str(), other.as_str())).collect();

        let mut scheme = Scheme::new(
            &raw.name,
            named("algorithm", &raw.algorithm)?,
            place(signature, &headers)?,
            grammar(signature, &accept)?,
            named("encoding", &raw.encoding)?,
            &parts,
        )
        .or_signed(&or_parts)
        .secret_format(named("secret_format", &raw.secret_format)?)
        .require(&require)
        .alias(&alias);
        if let Some(timestamp) = &raw.timestamp {
            let unit = named("timestamp.unit", &timestamp.unit)?;
            scheme = scheme.timestamp(source("timestamp", timestamp.sources())?, unit);
            if let Some(twin) = &timestamp.also_in {
                scheme = scheme.timestamp_also_in(source("timestamp.also_in", twin.sources())?);
            }
            if timestamp.past_seconds.is_some() || timestamp.future_seconds.is_some() {
                let side = |seconds: Option<u64>| Duration::from_secs(seconds.unwrap_or(300));
                scheme = scheme.tolerance(side(timestamp.past_seconds), side(timestamp.future_seconds));
            }
        }
        if let Some(id) = &raw.id {
            scheme = scheme.id(id);
        }
        if let Some(covers) = &raw.covers {
            scheme = scheme.covers(Covers::Only(covers));
        }
        if let Some(items) = &raw.items {
            scheme = scheme.each_item(items);
        }
        Ok(f(scheme))
    }

    /// Header names, each under the field where it is; those of `alias` apart, because they rename others.
    fn names(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let raw = &self.raw;
        let numbered = raw.signature.numbered.as_ref().map(|numbered| &numbered.stem);
        let timestamp = raw.timestamp.as_ref();
        let also = timestamp.and_then(|timestamp| timestamp.also_in.as_ref());
        let fields = [
            ("signature.header", raw.signature.header.as_ref()),
            ("signature.numbered.stem", numbered),
            ("timestamp.header", timestamp.and_then(|timestamp| timestamp.header.as_ref())),
            ("timestamp.also_in.header", also.and_then(|also| also.header.as_ref())),
            ("id", raw.id.as_ref()),
        ];
        let one = fields.into_iter().filter_map(|(field, name)| Some((field, name?)));
        let lists = raw.signature.headers.iter().flatten().map(|name| ("signature.headers", name));
        lists.chain(one).chain(raw.require.iter().map(|(name, _)| ("require", name)))
    }

    fn check_names(&self) -> Result<(), SchemeConfigError> {
        let alias = self.raw.alias.iter().flat_map(|(own, other)| [("alias", own), ("alias", other)]);
        match self.names().chain(alias).find(|(_, name)| !is_token(name.as_bytes())) {
            Some((field, _)) => Err(SchemeConfigError::new(field, Wrong::Scheme(SchemeError::BadHeaderName))),
            None => Ok(()),
        }
    }

    /// Where an operator looks for what the check found.
    fn field_of(&self, scheme: &Scheme<'_>, why: SchemeError) -> &'static str {
        match why {
            SchemeError::NoName => "name",
            SchemeError::BodyNotSigned | SchemeError::BodyIsSigned => "covers",
            SchemeError::TimestampNotSigned | SchemeError::IdNotSigned | SchemeError::IdNotSeparated => "signed",
            SchemeError::TimestampHasNoSource
            | SchemeError::NoTimestampToCheck
            | SchemeError::TwinOfSignedBody
            | SchemeError::SourceDoesNotFit => "timestamp",
            SchemeError::IdHasNoSource => "id",
            SchemeError::HeaderUsedTwice => self.repeated().unwrap_or("alias"),
            // The first step that fails is the one that found it.
            _ if scheme.check_place().is_err() || scheme.check_grammar().is_err() => "signature",
            SchemeError::BadPath if scheme.items == Some("") => "items",
            _ if scheme.check_parts().is_err() => "signed",
            _ if scheme.check_sources().is_err() => "timestamp",
            _ => "require",
        }
    }

    /// The field of the first header name that an earlier field has already.
    fn repeated(&self) -> Option<&'static str> {
        let before = |at: usize, name: &str| self.names().take(at).any(|(_, other)| other.eq_ignore_ascii_case(name));
        self.names().enumerate().find(|(at, (_, name))| before(*at, name)).map(|(_, (field, _))| field)
    }
}

fn place<'a>(signature: &'a RawSignature, headers: &'a [&'a str]) -> Result<Place<'a>, SchemeConfigError> {
    let places = [
        signature.header.as_deref().map(Place::Header),
        signature.headers.as_ref().map(|_| Place::Each(headers)),
        signature.numbered.as_ref().map(|numbered| Place::Numbered { stem: &numbered.stem, last: numbered.last }),
        signature.json.as_deref().map(Place::Json),
        signature.form.as_deref().map(Place::Form),
    ];
    only(places).ok_or(SchemeConfigError::new("signature", Wrong::OneOf("header, headers, numbered, json, form")))
}

fn grammar<'a>(signature: &'a RawSignature, accept: &'a [&'a str]) -> Result<Grammar<'a>, SchemeConfigError> {
    let wrong = || SchemeConfigError::new("signature", Wrong::OneOf("prefix, list (with prefix), tags, or nothing of them"));
    if signature.prefix_optional && (signature.prefix.is_none() || signature.list.is_some()) {
        return Err(wrong());
    }
    Ok(match (&signature.prefix, signature.list, &signature.tags) {
        (None, None, None) => Grammar::Whole,
        (Some(prefix), None, None) if signature.prefix_optional => Grammar::OptionalPrefix(prefix),
        (Some(prefix), None, None) => Grammar::Prefix(prefix),
        (prefix, Some(between), None) => Grammar::List { between, prefix: prefix.as_deref().unwrap_or_default() },
        (None, None, Some(tags)) => Grammar::Tagged(tagged(tags, accept)),
        _ => return Err(wrong()),
    })
}

fn tagged<'a>(tags: &'a RawTags, accept: &'a [&'a str]) -> Tagged<'a> {
    let mut tagged = Tagged::new(tags.between, tags.pair, accept);
    if tags.any {
        tagged = Tagged { accept, ..Tagged::any_tag(tags.between, tags.pair) };
    }
    tagged.group = tags.group;
    tagged.emit = tags.emit.as_deref().unwrap_or(tagged.emit);
    tagged.emit_previous = tags.emit_previous.as_deref();
    tagged.blank = tags.blank_after;
    tagged.strongest = tags.strongest_only;
    tagged.bare = tags.bare_too;
    tagged
}

fn source<'a>(field: &str, sources: [Option<Source<'a>>; 5]) -> Result<Source<'a>, SchemeConfigError> {
    only(sources).ok_or_else(|| SchemeConfigError::new(field, Wrong::OneOf("header, tag, json, form, first_item")))
}

/// The one that is there, if there is exactly one.
fn only<T, const N: usize>(all: [Option<T>; N]) -> Option<T> {
    let mut found = all.into_iter().flatten();
    found.next().filter(|_| found.next().is_none())
}
