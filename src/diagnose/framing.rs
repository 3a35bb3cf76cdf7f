//! Everything of a delivery but its body and key: the scheme, the headers, the method and the URL, as they may have been.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::alt::{Alt, Change};
use super::{Cause, Inquiry};
use crate::error::Rejection;
use crate::headers::Headers;
use crate::message::RequestView;
use crate::scheme::{Candidates, Content, Offered, Part, Rules, Scheme, Source, in_each_item};
use crate::url::path_and_query;

/// A part of the signed content, perhaps a text in place of another part.
#[derive(Clone, Debug)]
pub(super) enum Piece<'s> {
    Part(Part<'s>),
    Lit(String),
}

/// A scheme whose parts may have been exchanged.
#[derive(Clone, Debug)]
pub(super) struct Shape<'s> {
    /// Its own parts are not looked at.
    pub(super) base: Scheme<'s>,
    pub(super) pieces: Vec<Piece<'s>>,
}

impl<'s> Shape<'s> {
    pub(super) fn of(scheme: &Scheme<'s>) -> Self {
        Self { base: *scheme, pieces: scheme.parts.iter().map(|part| Piece::Part(*part)).collect() }
    }

    /// Hands the scheme to `run`, with its pieces as parts.
    pub(super) fn with<T>(&self, run: impl FnOnce(&Scheme<'_>) -> T) -> T {
        let parts: Vec<Part<'_>> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Part(part) => *part,
                Piece::Lit(text) => Part::Lit(text),
            })
            .collect();
        let scheme: Scheme<'_> = self.base;
        run(&Scheme { parts: &parts, ..scheme })
    }

    pub(super) fn rules(&self) -> Option<Rules> {
        self.with(|scheme| Rules::new(scheme).ok())
    }

    /// The same without any look at the time.
    pub(super) fn untimed(mut self) -> Self {
        self.base.timestamp = None;
        self.base.twin = None;
        self.base.window = None;
        self
    }

    pub(super) fn has(&self, wanted: fn(&Part<'_>) -> bool) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Part(part) if wanted(part)))
    }
}

pub(super) type Header = (String, Vec<u8>);

/// A signature of which only a piece arrived: its text, and what surrounds it in the header.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fragment {
    pub(super) header: usize,
    pub(super) before: String,
    pub(super) text: String,
    pub(super) after: String,
}

#[derive(Clone, Debug)]
pub(super) struct Framing<'s> {
    pub(super) shape: Shape<'s>,
    pub(super) headers: Vec<Header>,
    pub(super) method: Option<String>,
    /// The whole public URL.
    pub(super) url: Option<String>,
    pub(super) fragment: Option<Fragment>,
    /// The timestamp that the sender signed, where the scheme no longer reads it.
    pub(super) sent: Option<Vec<u8>>,
}

/// What one framing and one body come to: the signed content, and the signatures that are offered.
pub(super) struct Frame {
    /// One, or two for a scheme whose senders differ in it.
    pub(super) contents: Vec<Vec<u8>>,
    pub(super) candidates: Candidates,
}

impl<'s> Framing<'s> {
    pub(super) fn of(inquiry: &Inquiry<'s>) -> Self {
        Self {
            shape: Shape::of(&inquiry.scheme),
            headers: inquiry.headers.clone(),
            method: inquiry.method.clone(),
            url: inquiry.url(),
            fragment: None,
            sent: None,
        }
    }

    pub(super) fn frame(&self, rules: &Rules, body: &[u8]) -> Result<Frame, Rejection> {
        // Of a batch the first item stands for all: the proof looks at every one.
        let mut first = None;
        if let Some(path) = &rules.items {
            in_each_item(body, path, &mut |item| {
                first = first.or(Some(item));
                Ok(())
            })?;
        }
        let body = first.unwrap_or(body);
        let mut candidates = Candidates::new(rules);
        let headers: &dyn Headers = &self.headers;
        let offered = Offered::read(rules, headers, Some(body), &mut candidates)?;
        let names = rules.names.get(offered.names).ok_or(Rejection::Mismatch)?;
        let view = RequestView {
            method: self.method.as_deref(),
            url: self.url.as_deref().map(|url| (url, "")),
            headers,
            target: self.url.as_deref().map(path_and_query),
            timestamp: offered.timestamp,
            id: offered.id,
            body,
            said: offered.said,
        };
        let content = Content { rules, names, view };
        let mut contents = Vec::from([Vec::with_capacity(body.len().saturating_add(256))]);
        if let Some(first) = contents.first_mut() {
            content.write(&mut |part| first.extend_from_slice(part))?;
        }
        if !rules.or_parts.is_empty() {
            let mut other = Vec::new();
            content.write_other(&mut |part| other.extend_from_slice(part))?;
            contents.push(other);
        }
        Ok(Frame { contents, candidates })
    }

    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_ascii())
    }

    pub(super) fn header_text(&self, name: &str) -> Option<&str> {
        self.header(name).and_then(|value| core::str::from_utf8(value).ok())
    }

    /// The places of all lines of a header.
    pub(super) fn lines(&self, name: &str) -> Vec<usize> {
        let named = |(at, (known, _)): (usize, &Header)| known.eq_ignore_ascii_case(name).then_some(at);
        self.headers.iter().enumerate().filter_map(named).collect()
    }

    /// The same with another value in one line.
    pub(super) fn with_value(&self, at: usize, value: Vec<u8>) -> Self {
        let mut changed = self.clone();
        if let Some((_, old)) = changed.headers.get_mut(at) {
            *old = value;
        }
        changed
    }

    pub(super) fn with_url(&self, url: String) -> Self {
        Self { url: Some(url), ..self.clone() }
    }

    pub(super) fn with_shape(&self, shape: Shape<'s>) -> Self {
        Self { shape, ..self.clone() }
    }

    /// The timestamp as it is in the delivery, in any form.
    pub(super) fn raw_time(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (source, _) = self.shape.base.timestamp?;
        match source {
            Source::Header(name) => self.header(name).map(<[u8]>::to_vec),
            Source::Tag(_) | Source::FirstItem => self.time_in_signature(),
            Source::Json(path) => crate::scheme::json_field(body, path).ok().map(<[u8]>::to_vec),
            Source::Form(name) => crate::scheme::form_field(body, name).ok().map(<[u8]>::to_vec),
        }
    }

    /// The timestamp inside the signature header.
    fn time_in_signature(&self) -> Option<Vec<u8>> {
        use crate::scheme::{Grammar, Place};
        let Place::Header(name) = self.shape.base.place else { return None };
        let value = self.header_text(name)?;
        match (self.shape.base.grammar, self.shape.base.timestamp?.0) {
            (Grammar::Tagged(tagged), Source::Tag(tag)) => value
                .split(|c| c == tagged.between || Some(c) == tagged.group)
                .filter_map(|item| item.trim().split_once(tagged.pair))
                .find(|(name, _)| name.trim() == tag)
                .map(|(_, text)| text.as_bytes().to_vec()),
            (Grammar::List { between, prefix }, Source::FirstItem) => {
                let list = value.strip_prefix(prefix).unwrap_or(value);
                list.split(between).next().map(|text| text.trim().as_bytes().to_vec())
            }
            _ => None,
        }
    }
}

/// Collects framings. They are not compared: whoever adds one knows that it is new.
#[derive(Default)]
pub(super) struct Framings<'s> {
    pub(super) list: Vec<Alt<Framing<'s>>>,
}

impl<'s> Framings<'s> {
    pub(super) fn add(&mut self, cause: Cause, say: &str, value: Framing<'s>) {
        self.list.push(Alt { changes: Vec::from([Change { cause, say: say.to_string() }]), value, common: true });
    }

    pub(super) fn add_rare(&mut self, cause: Cause, say: &str, value: Framing<'s>) {
        self.list.push(Alt { changes: Vec::from([Change { cause, say: say.to_string() }]), value, common: false });
    }
}

impl Framing<'_> {
    /// Whether the timestamp is read only after the signature was found good, because it is in the signed body.
    pub(super) fn frame_is_late(&self) -> bool {
        matches!(self.shape.base.timestamp, Some((Source::Json(_) | Source::Form(_), _)))
            && !self.shape.has(|part| matches!(part, Part::Timestamp))
    }
}
