//! Signed contents as texts with placeholders.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::{SchemeConfigError, Wrong};
use crate::scheme::Part;

/// A part that owns its text.
#[derive(Clone, Debug)]
pub(super) enum Owned {
    Lit(String),
    Body,
    Timestamp,
    Id,
    Method,
    Url,
    Header(String),
    Json(String),
    JsonOrEmpty(String),
    Form(String),
}

impl Owned {
    pub(super) fn lend(&self) -> Part<'_> {
        match self {
            Self::Lit(text) => Part::Lit(text),
            Self::Body => Part::Body,
            Self::Timestamp => Part::Timestamp,
            Self::Id => Part::Id,
            Self::Method => Part::Method,
            Self::Url => Part::Url,
            Self::Header(name) => Part::Header(name),
            Self::Json(path) => Part::Json(path),
            Self::JsonOrEmpty(path) => Part::JsonOrEmpty(path),
            Self::Form(name) => Part::Form(name),
        }
    }

    fn named(placeholder: &str) -> Option<Self> {
        let (kind, of) = placeholder.split_once(':').map_or((placeholder, None), |(kind, of)| (kind, Some(of.to_owned())));
        Some(match (kind, of) {
            ("body", None) => Self::Body,
            ("timestamp", None) => Self::Timestamp,
            ("id", None) => Self::Id,
            ("method", None) => Self::Method,
            ("url", None) => Self::Url,
            ("header", Some(name)) => Self::Header(name),
            ("json", Some(path)) => Self::Json(path),
            ("json?", Some(path)) => Self::JsonOrEmpty(path),
            ("form", Some(name)) => Self::Form(name),
            _ => return None,
        })
    }
}

/// Reads a template. A literal brace is written twice.
pub(super) fn parse(text: &str, field: &str) -> Result<Vec<Owned>, SchemeConfigError> {
    let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let wrong = || SchemeConfigError::new(field, Wrong::Template(text.len().saturating_sub(rest.len()).saturating_add(at)));
        let (plain, tail) = rest.split_at_checked(at).ok_or_else(wrong)?;
        literal.push_str(plain);
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            literal.push_str(tail.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let (placeholder, after) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')).ok_or_else(wrong)?;
        let part = Owned::named(placeholder).ok_or_else(wrong)?;
        if !literal.is_empty() {
            parts.push(Owned::Lit(core::mem::take(&mut literal)));
        }
        parts.push(part);
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Owned::Lit(literal));
    }
    Ok(parts)
}

/// The reverse of [`parse`].
pub(super) fn write(parts: &[Part<'_>], field: &str) -> Result<String, SchemeConfigError> {
    let mut text = String::new();
    for part in parts {
        let (kind, of) = match *part {
            Part::Lit(literal) => {
                text.push_str(&literal.replace('{', "{{").replace('}', "}}"));
                continue;
            }
            Part::Body => ("body", ""),
            Part::Timestamp => ("timestamp", ""),
            Part::Id => ("id", ""),
            Part::Method => ("method", ""),
            Part::Url => ("url", ""),
            Part::Header(name) => ("header:", name),
            Part::Json(path) => ("json:", path),
            Part::JsonOrEmpty(path) => ("json?:", path),
            Part::Form(name) => ("form:", name),
            Part::With(_) => return Err(SchemeConfigError::new(field, Wrong::Function)),
        };
        text.extend(["{", kind, of, "}"]);
    }
    Ok(text)
}
