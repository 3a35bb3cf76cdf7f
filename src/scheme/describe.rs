//! A scheme in words, for a runbook.

use core::fmt;

use super::{Covers, DEFAULT_WINDOW, Encoding, Grammar, Part, Place, Scheme, Source, Unit};
use crate::encoding::SecretFormat;

impl<'a> Scheme<'a> {
    /// Prints header names, signed content, encoding and tolerance, a line each.
    ///
    /// ```
    /// let text = hookring::providers::STRIPE.describe().to_string();
    /// assert!(text.contains("signed content: {timestamp}.{body}"));
    /// ```
    #[must_use]
    pub const fn describe(&self) -> impl fmt::Display + 'a {
        Description(*self)
    }
}

struct Description<'a>(Scheme<'a>);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = &self.0;
        writeln!(f, "scheme: {}", scheme.name)?;
        writeln!(f, "algorithm: {}, {}", scheme.algorithm.name(), encoding(scheme.encoding))?;
        f.write_str("signature: ")?;
        place(f, scheme)?;
        f.write_str("\nsigned content: ")?;
        scheme.parts.iter().try_for_each(|part| write_part(f, part))?;
        if !scheme.or_parts.is_empty() {
            f.write_str(" or ")?;
            scheme.or_parts.iter().try_for_each(|part| write_part(f, part))?;
        }
        if let Some(path) = scheme.items {
            write!(f, ", of each item of the JSON array {path}")?;
        }
        if let Some((source, unit)) = &scheme.timestamp {
            write!(f, "\ntimestamp: {} in ", unit_name(*unit))?;
            write_source(f, source)?;
            if let Some(twin) = &scheme.twin {
                f.write_str(", the same in ")?;
                write_source(f, twin)?;
            }
            let (past, future) = scheme.window.unwrap_or((DEFAULT_WINDOW, DEFAULT_WINDOW));
            write!(f, "\ntolerance: {} s past, {} s future", past.as_secs(), future.as_secs())?;
        } else {
            f.write_str("\ntimestamp: none, so a replay cannot be told by its age")?;
        }
        match scheme.id {
            Some(name) => write!(f, "\nmessage id: header {name}, signed")?,
            None => f.write_str("\nmessage id: none signed")?,
        }
        for (name, value) in scheme.require {
            write!(f, "\nrequired: {name}: {value}")?;
        }
        for (name, other) in scheme.alias {
            write!(f, "\nalternative: {other} for {name}")?;
        }
        if let Covers::Only(what) = scheme.covers {
            write!(f, "\nnot covered: everything but {what}")?;
        }
        let several = if scheme.carries_several() { "yes" } else { "no" };
        write!(f, "\nsecret: {}\nseveral signatures: {several}", secret(scheme.secret))
    }
}

fn place(f: &mut fmt::Formatter<'_>, scheme: &Scheme<'_>) -> fmt::Result {
    match scheme.place {
        Place::Header(name) => write!(f, "header {name}: ")?,
        Place::Each(names) => {
            f.write_str("headers ")?;
            for (n, name) in names.iter().enumerate() {
                write!(f, "{}{name}", if n == 0 { "" } else { ", " })?;
            }
            f.write_str(": ")?;
        }
        Place::Numbered { stem, last } => write!(f, "headers {stem}1 to {stem}{last}: ")?,
        Place::Json(path) => write!(f, "JSON field {path} of the body: ")?,
        Place::Form(name) => write!(f, "form field {name} of the body: ")?,
    }
    match scheme.grammar {
        Grammar::Whole => f.write_str("<signature>"),
        Grammar::Prefix(text) => write!(f, "{text}<signature>"),
        Grammar::OptionalPrefix(text) => write!(f, "[{text}]<signature>"),
        Grammar::List { between, prefix } => {
            f.write_str(prefix)?;
            if matches!(scheme.timestamp, Some((Source::FirstItem, _))) {
                write!(f, "<timestamp>{between}")?;
            }
            write!(f, "<signature>[{between}<signature>]…")
        }
        Grammar::Tagged(tagged) => {
            if let Some((Source::Tag(tag), _)) = scheme.timestamp {
                write!(f, "{tag}{}<timestamp>{}", tagged.pair, tagged.between)?;
            }
            let emit = if tagged.any_tag { "<key>" } else { tagged.emit };
            let (open, close) = if tagged.bare { ("[", "]") } else { ("", "") };
            write!(f, "{open}{emit}{}{close}<signature>[{}…]", tagged.pair, tagged.between)
        }
    }
}

fn write_part(f: &mut fmt::Formatter<'_>, part: &Part<'_>) -> fmt::Result {
    match part {
        Part::Lit(text) => write!(f, "{}", text.escape_debug()),
        Part::Body => f.write_str("{body}"),
        Part::Timestamp => f.write_str("{timestamp}"),
        Part::Id => f.write_str("{id}"),
        Part::Method => f.write_str("{method}"),
        Part::Url => f.write_str("{url}"),
        Part::Header(name) => write!(f, "{{header {name}}}"),
        Part::Json(path) => write!(f, "{{json {path}}}"),
        Part::JsonOrEmpty(path) => write!(f, "{{json {path}, may be missing}}"),
        Part::Form(name) => write!(f, "{{form {name}}}"),
        Part::With(_) => f.write_str("{by a function}"),
    }
}

fn write_source(f: &mut fmt::Formatter<'_>, source: &Source<'_>) -> fmt::Result {
    match source {
        Source::Header(name) => write!(f, "header {name}"),
        Source::Tag(tag) => write!(f, "item {tag} of the signature header"),
        Source::FirstItem => f.write_str("the first item of the signature header"),
        Source::Json(path) => write!(f, "JSON field {path} of the body"),
        Source::Form(name) => write!(f, "form field {name} of the body"),
    }
}

const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "hex",
        Encoding::HexUpper => "hex, written in upper case",
        Encoding::Base64 => "base64",
        Encoding::Base64Url => "base64url without padding",
        Encoding::Base64UrlPadded => "base64url, padding optional",
    }
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "Unix seconds",
        Unit::Millis => "Unix milliseconds",
        Unit::SecondsOrMillis => "Unix seconds or milliseconds",
        Unit::Rfc3339 => "RFC 3339",
        Unit::IsoUtc => "ISO 8601 without offset, UTC,",
        Unit::HttpDate => "HTTP date",
    }
}

const fn secret(format: SecretFormat) -> &'static str {
    match format {
        SecretFormat::Utf8 => "its text is the key",
        SecretFormat::Hex => "hex",
        SecretFormat::Base64 => "base64",
        SecretFormat::Base64Url => "base64url without padding",
        SecretFormat::Whsec => "whsec_ and base64",
        SecretFormat::V1Whsec => "v1,whsec_ and base64",
        SecretFormat::HtmlText => "its text is the key, HTML entities decoded",
        #[cfg(feature = "sha1")]
        SecretFormat::Sha1OfText => "the SHA-1 of its text is the key",
    }
}
