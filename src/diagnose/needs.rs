//! The headers that a scheme needs, and what each is for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::framing::Framing;
use crate::error::Field;
use crate::scheme::{Part, Place, Scheme, Source};

/// One header that a scheme needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Need {
    pub(super) name: String,
    pub(super) field: Field,
    /// The only value that it may have.
    pub(super) value: Option<String>,
}

/// What the scheme needs under its own names, or under its other ones if more of those are there.
pub(super) fn needs(framing: &Framing<'_>) -> Vec<Need> {
    let scheme = &framing.shape.base;
    let own = needs_of(scheme, &|name| name.to_string());
    if scheme.alias.is_empty() {
        return own;
    }
    let renamed = |name: &str| {
        let other = scheme.alias.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        other.map_or(name, |(_, other)| *other).to_string()
    };
    let other = needs_of(scheme, &renamed);
    let there = |needs: &[Need]| needs.iter().filter(|need| framing.header(&need.name).is_some()).count();
    if there(&other) > there(&own) { other } else { own }
}

pub(super) fn needs_of(scheme: &Scheme<'_>, rename: &dyn Fn(&str) -> String) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut add = |name: &str, field: Field, value: Option<&str>| {
        needs.push(Need { name: rename(name), field, value: value.map(ToString::to_string) });
    };
    match scheme.place {
        Place::Header(name) => add(name, Field::Signature, None),
        Place::Each(names) => names.iter().take(1).for_each(|name| add(name, Field::Signature, None)),
        Place::Numbered { stem, .. } => add(&format!("{stem}1"), Field::Signature, None),
        Place::Json(_) | Place::Form(_) => {}
    }
    for source in [scheme.timestamp.map(|(source, _)| source), scheme.twin].into_iter().flatten() {
        if let Source::Header(name) = source {
            add(name, Field::Timestamp, None);
        }
    }
    if let Some(name) = scheme.id {
        add(name, Field::Id, None);
    }
    for part in scheme.parts {
        if let Part::Header(name) = part {
            add(name, Field::Header, None);
        }
    }
    for (name, value) in scheme.require {
        add(name, Field::Header, Some(value));
    }
    needs
}

/// Headers that no scheme uses for anything of its own.
pub(super) fn is_ordinary(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "host",
        "content-type",
        "content-length",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "cookie",
        "via",
        "origin",
        "referer",
        "cache-control",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}
