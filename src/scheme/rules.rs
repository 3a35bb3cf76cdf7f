//! A scheme, checked and prepared: everything owned, header names ready for look-up.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::RangeFrom;
use core::time::Duration;

use super::boundary;
use super::read::{MAX_CANDIDATES, MAX_PUBLIC_CANDIDATES};
use super::{DEFAULT_WINDOW, Encoding, Grammar, Part, Place, Scheme, Source, Tagged, Unit};
use crate::error::{Rejection, SchemeError};
use crate::headers::Name;
use crate::key::Curve;
use crate::mac::Hash;
use crate::message::{RequestView, Write};

/// A scheme as a verifier or signer holds it.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) name: Arc<str>,
    pub(crate) hash: Hash,
    pub(crate) curve: Option<Curve>,
    /// Length of a decoded signature.
    pub(crate) width: usize,
    /// With more candidates a delivery is refused.
    pub(crate) most: usize,
    pub(crate) encoding: Encoding,
    pub(crate) place: PlaceRule,
    pub(crate) grammar: GrammarRule,
    pub(crate) parts: Box<[PartRule]>,
    /// A second content that may have been signed; empty if there is none.
    pub(crate) or_parts: Box<[PartRule]>,
    /// The place of the items of a batch, which are signed one by one.
    pub(crate) items: Option<Text>,
    pub(crate) timestamp: Option<(SourceRule, Unit)>,
    pub(crate) twin: Option<SourceRule>,
    /// Past and future; `None` if any age is accepted or there is no timestamp.
    pub(crate) window: Option<(Duration, Duration)>,
    /// The scheme's own header names, then its aliases.
    pub(crate) names: Box<[Names]>,
    /// What an id must not contain, because it marks where the id begins or ends in the signed content.
    pub(crate) id_stops: Box<[u8]>,
    pub(crate) signs_url: bool,
    pub(crate) signs_method: bool,
    pub(crate) reads_target: bool,
    pub(crate) can_stream: bool,
    pub(crate) carries_several: bool,
}

pub(crate) type Text = Box<str>;

#[derive(Debug)]
pub(crate) enum PlaceRule {
    /// In the headers `Names::signature`.
    Headers,
    Json(Text),
    Form(Text),
}

#[derive(Debug)]
pub(crate) enum GrammarRule {
    Whole,
    Prefix { text: Text, optional: bool },
    List { between: u8, prefix: Text },
    Tagged(TaggedRule),
}

#[derive(Debug)]
pub(crate) struct TaggedRule {
    pub(crate) between: u8,
    pub(crate) pair: u8,
    pub(crate) group: Option<u8>,
    pub(crate) accept: Box<[Text]>,
    pub(crate) emit: Text,
    pub(crate) emit_previous: Option<Text>,
    pub(crate) blank: bool,
    pub(crate) any_tag: bool,
    pub(crate) strongest: bool,
    pub(crate) bare: bool,
    pub(crate) keep: Box<[Text]>,
}

#[derive(Debug)]
pub(crate) enum SourceRule {
    /// In the header `Names::timestamp` or `Names::twin`.
    Header,
    Tag(Text),
    FirstItem,
    Json(Text),
    Form(Text),
}

impl SourceRule {
    pub(crate) const fn in_body(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_))
    }
}

#[derive(Debug)]
pub(crate) enum PartRule {
    Lit(Text),
    Body,
    Timestamp,
    Id,
    Method,
    Url,
    /// The header at this place of `Names::parts`.
    Header(usize),
    Json(Text),
    JsonOrEmpty(Text),
    Form(Text),
    With(fn(&RequestView<'_>, &mut Write<'_>) -> Result<(), Rejection>),
}

/// One set of header names.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) signature: Box<[Name]>,
    pub(crate) timestamp: Option<Name>,
    pub(crate) twin: Option<Name>,
    pub(crate) id: Option<Name>,
    pub(crate) parts: Box<[Name]>,
    pub(crate) required: Box<[(Name, Text)]>,
}

impl Rules {
    pub(crate) fn new(scheme: &Scheme<'_>) -> Result<Self, SchemeError> {
        scheme.check()?;
        let mut names = Vec::from([Names::new(scheme, &|name| name)?]);
        if !scheme.alias.is_empty() {
            let other = |name| {
                let renamed = scheme.alias.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
                renamed.map_or(name, |(_, other)| *other)
            };
            names.push(Names::new(scheme, &other)?);
        }
        // The headers that parts sign are numbered through both contents.
        let mut header = 0_usize..;
        let curve = scheme.algorithm.curve();
        let timed = scheme.timestamp.is_some();
        let unit = scheme.timestamp.map(|(_, unit)| unit);
        Ok(Self {
            name: scheme.name.into(),
            hash: scheme.algorithm.hash(),
            curve,
            // Two numbers of 32 bytes, on either curve.
            width: if curve.is_some() { 64 } else { scheme.algorithm.hash().tag_len() },
            most: if curve.is_some() { MAX_PUBLIC_CANDIDATES } else { MAX_CANDIDATES },
            encoding: scheme.encoding,
            place: match scheme.place {
                Place::Json(path) => PlaceRule::Json(path.into()),
                Place::Form(name) => PlaceRule::Form(name.into()),
                _ => PlaceRule::Headers,
            },
            grammar: grammar_rule(&scheme.grammar)?,
            parts: part_rules(scheme.parts, &mut header),
            or_parts: part_rules(scheme.or_parts, &mut header),
            items: scheme.items.map(Into::into),
            timestamp: scheme.timestamp.map(|(source, unit)| (source_rule(&source), unit)),
            twin: scheme.twin.map(|source| source_rule(&source)),
            window: timed.then(|| scheme.window.unwrap_or((DEFAULT_WINDOW, DEFAULT_WINDOW))),
            names: names.into(),
            id_stops: boundary::stops(scheme.parts, unit).chain(boundary::stops(scheme.or_parts, unit)).collect(),
            signs_url: scheme.signs_url(),
            signs_method: scheme.signs_method(),
            reads_target: scheme.reads_target,
            can_stream: scheme.can_stream(),
            carries_several: scheme.carries_several(),
        })
    }

    /// Whether the timestamp is read only after the signature was found good: it is in the body, and signed with it.
    pub(crate) fn reads_timestamp_late(&self) -> bool {
        let written_apart = self.parts.iter().chain(&self.or_parts).any(|p| matches!(p, PartRule::Timestamp));
        self.timestamp.as_ref().is_some_and(|(source, _)| source.in_body()) && !written_apart
    }

    /// The tag under which a signer writes.
    pub(crate) fn written_version(&self) -> Option<&str> {
        if let GrammarRule::Tagged(tagged) = &self.grammar { Some(&tagged.emit) } else { None }
    }

    /// Whether the scheme signs a message id.
    pub(crate) fn signs_id(&self) -> bool {
        self.names.iter().any(|names| names.id.is_some())
    }

    /// Whether an id may be signed: 1 to 256 visible ASCII characters without the separators around it.
    pub(crate) fn id_is_fine(&self, id: &[u8]) -> bool {
        // Every byte is judged: that is faster than to stop at the first bad one.
        let fine = |b: &u8| self.id_stops.iter().fold(b.is_ascii_graphic(), |fine, stop| fine & (b != stop));
        (1..=256).contains(&id.len()) && id.iter().fold(true, |all, b| all & fine(b))
    }
}

impl Names {
    fn new<'a>(scheme: &Scheme<'a>, rename: &dyn Fn(&'a str) -> &'a str) -> Result<Self, SchemeError> {
        let prepare = |name: &'a str| Name::new(rename(name)).ok_or(SchemeError::BadHeaderName);
        let in_header = |source: Option<Source<'a>>| match source {
            Some(Source::Header(name)) => prepare(name).map(Some),
            _ => Ok(None),
        };
        let signature: Result<Vec<Name>, SchemeError> = match scheme.place {
            Place::Header(name) => core::iter::once(name).map(prepare).collect(),
            Place::Each(names) => names.iter().copied().map(prepare).collect(),
            Place::Numbered { stem, last } => {
                let stem = rename(stem);
                (1..=last).map(|n| Name::new(&format!("{stem}{n}")).ok_or(SchemeError::BadHeaderName)).collect()
            }
            Place::Json(_) | Place::Form(_) => Ok(Vec::new()),
        };
        let parts = scheme.parts.iter().chain(scheme.or_parts);
        let parts: Result<Vec<Name>, SchemeError> =
            parts.filter_map(|p| if let Part::Header(name) = p { Some(prepare(name)) } else { None }).collect();
        let required: Result<Vec<(Name, Text)>, SchemeError> =
            scheme.require.iter().map(|(name, value)| Ok((prepare(name)?, Text::from(*value)))).collect();
        Ok(Self {
            signature: signature?.into(),
            timestamp: in_header(scheme.timestamp.map(|(source, _)| source))?,
            twin: in_header(scheme.twin)?,
            id: scheme.id.map(prepare).transpose()?,
            parts: parts?.into(),
            required: required?.into(),
        })
    }
}

fn grammar_rule(grammar: &Grammar<'_>) -> Result<GrammarRule, SchemeError> {
    let byte = |c: char| u8::try_from(c).map_err(|_| SchemeError::BadGrammar);
    Ok(match grammar {
        Grammar::Whole => GrammarRule::Whole,
        Grammar::Prefix(text) => GrammarRule::Prefix { text: (*text).into(), optional: false },
        Grammar::OptionalPrefix(text) => GrammarRule::Prefix { text: (*text).into(), optional: true },
        Grammar::List { between, prefix } => GrammarRule::List { between: byte(*between)?, prefix: (*prefix).into() },
        Grammar::Tagged(Tagged {
            between,
            pair,
            group,
            accept,
            emit,
            emit_previous,
            blank,
            any_tag,
            strongest,
            bare,
            keep,
        }) => GrammarRule::Tagged(TaggedRule {
            between: byte(*between)?,
            pair: byte(*pair)?,
            group: group.map(byte).transpose()?,
            accept: accept.iter().map(|tag| Text::from(*tag)).collect(),
            emit: (*emit).into(),
            emit_previous: emit_previous.map(Into::into),
            blank: *blank,
            any_tag: *any_tag,
            strongest: *strongest,
            bare: *bare,
            keep: keep.iter().map(|tag| Text::from(*tag)).collect(),
        }),
    })
}

fn source_rule(source: &Source<'_>) -> SourceRule {
    match source {
        Source::Header(_) => SourceRule::Header,
        Source::Tag(tag) => SourceRule::Tag((*tag).into()),
        Source::FirstItem => SourceRule::FirstItem,
        Source::Json(path) => SourceRule::Json((*path).into()),
        Source::Form(name) => SourceRule::Form((*name).into()),
    }
}

fn part_rules(parts: &[Part<'_>], header: &mut RangeFrom<usize>) -> Box<[PartRule]> {
    let rule = |part: &Part<'_>| match part {
        Part::Lit(text) => PartRule::Lit((*text).into()),
        Part::Body => PartRule::Body,
        Part::Timestamp => PartRule::Timestamp,
        Part::Id => PartRule::Id,
        Part::Method => PartRule::Method,
        Part::Url => PartRule::Url,
        Part::Header(_) => PartRule::Header(header.next().unwrap_or_default()),
        Part::Json(path) => PartRule::Json((*path).into()),
        Part::JsonOrEmpty(path) => PartRule::JsonOrEmpty((*path).into()),
        Part::Form(name) => PartRule::Form((*name).into()),
        Part::With(function) => PartRule::With(*function),
    };
    parts.iter().map(rule).collect()
}
