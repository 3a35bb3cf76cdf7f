//! A signature scheme as data: which bytes are signed, and how signatures stand in the headers.
//!
//! One type serves the constants in [`providers`](crate::providers) and schemes read from configuration at run time. It
//! borrows everything and is `Copy`; every builder is a `const fn`. [`Scheme::check`] runs when a constant is compiled
//! and again when a signer or verifier is built, so a wrong scheme never meets a request.

mod algorithm;
mod body;
mod boundary;
mod candidates;
mod check;
#[cfg(feature = "serde")]
mod config;
mod content;
mod describe;
mod emit;
mod field;
mod grammar;
mod json;
mod offered;
mod placed;
mod rules;
mod text;

use core::time::Duration;

pub use crate::encoding::Encoding;
use crate::encoding::SecretFormat;
use crate::error::Rejection;
use crate::message::{RequestView, Write};
pub use crate::time::Unit;
pub use algorithm::Algorithm;
#[cfg(feature = "serde")]
pub use config::{SchemeConfig, SchemeConfigError};
pub use grammar::{Grammar, Place, Tagged};

pub(crate) use body::{in_body, in_each_item, late_timestamp};
pub(crate) use candidates::Candidates;
pub(crate) use content::{Content, Half};
pub(crate) use emit::Signatures;
#[cfg(feature = "diagnose")]
pub(crate) use field::form_raw as form_field;
#[cfg(feature = "diagnose")]
pub(crate) use json::scalar as json_field;
pub(crate) use offered::{MAX_VALUE, Offered};
pub(crate) use placed::{edit_items, place};
pub(crate) use rules::{Names, PlaceRule, Rules, Text};

/// Where a timestamp is read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Source<'a> {
    /// In a header of its own.
    Header(&'a str),
    /// Under this tag of the signature header.
    Tag(&'a str),
    /// The first item of the signature list.
    FirstItem,
    /// In a field of the signed JSON body, named by its path with dots.
    Json(&'a str),
    /// In a field of the signed form body.
    Form(&'a str),
}

/// A part of the signed content.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Part<'a> {
    /// This text.
    Lit(&'a str),
    /// The raw body.
    Body,
    /// The timestamp, byte for byte as received.
    Timestamp,
    /// The message id.
    Id,
    /// The HTTP method.
    Method,
    /// The public URL.
    Url,
    /// The value of another header.
    Header(&'a str),
    /// The value of a field of the JSON body.
    Json(&'a str),
    /// The same, but empty if the field is missing or `null`.
    JsonOrEmpty(&'a str),
    /// The value of a field of the form body.
    Form(&'a str),
    /// Whatever this function writes: for schemes that sort parameters and the like. It sees the whole body. It must write
    /// every byte that the scheme promises to cover, and it may allocate.
    With(fn(&RequestView<'_>, &mut Write<'_>) -> Result<(), Rejection>),
}

/// What a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Covers<'a> {
    /// The whole body.
    WholeBody,
    /// Only what is named here. A verified delivery of such a scheme says nothing about the rest of its body.
    Only(&'a str),
}

/// A signature scheme.
///
/// ```
/// use hookring::scheme::{Algorithm, Encoding, Grammar, Part, Place, Scheme, Source, Unit};
///
/// const OURS: Scheme<'static> = Scheme::new(
///     "ours",
///     Algorithm::HmacSha256,
///     Place::Header("x-ours-signature"),
///     Grammar::Whole,
///     Encoding::Hex,
///     &[Part::Timestamp, Part::Lit("."), Part::Body],
/// )
/// .timestamp(Source::Header("x-ours-timestamp"), Unit::Seconds);
///
/// // A wrong scheme does not compile:
/// const _: () = assert!(OURS.check().is_ok());
/// ```
///
/// A scheme that checks a timestamp without signing it is refused at compile time:
///
/// ```compile_fail
/// use hookring::scheme::{Algorithm, Encoding, Grammar, Part, Place, Scheme, Source, Unit};
///
/// const WRONG: Scheme<'static> = Scheme::new(
///     "wrong",
///     Algorithm::HmacSha256,
///     Place::Header("x-ours-signature"),
///     Grammar::Whole,
///     Encoding::Hex,
///     &[Part::Body],
/// )
/// .timestamp(Source::Header("x-ours-timestamp"), Unit::Seconds);
/// const _: () = assert!(WRONG.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scheme<'a> {
    pub(crate) name: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) place: Place<'a>,
    pub(crate) grammar: Grammar<'a>,
    pub(crate) encoding: Encoding,
    pub(crate) parts: &'a [Part<'a>],
    pub(crate) or_parts: &'a [Part<'a>],
    pub(crate) items: Option<&'a str>,
    pub(crate) reads_url: bool,
    pub(crate) reads_target: bool,
    pub(crate) reads_method: bool,
    pub(crate) timestamp: Option<(Source<'a>, Unit)>,
    pub(crate) twin: Option<Source<'a>>,
    pub(crate) window: Option<(Duration, Duration)>,
    pub(crate) id: Option<&'a str>,
    pub(crate) secret: SecretFormat,
    pub(crate) require: &'a [(&'a str, &'a str)],
    pub(crate) alias: &'a [(&'a str, &'a str)],
    pub(crate) covers: Covers<'a>,
}

/// The tolerance of a scheme with a timestamp that names no other: five minutes, past and future.
pub(crate) const DEFAULT_WINDOW: Duration = Duration::from_secs(300);

impl<'a> Scheme<'a> {
    /// A scheme without timestamp and id, for secrets that are used as text.
    #[must_use]
    pub const fn new(
        name: &'a str,
        algorithm: Algorithm,
        place: Place<'a>,
        grammar: Grammar<'a>,
        encoding: Encoding,
        parts: &'a [Part<'a>],
    ) -> Self {
        Self {
            name,
            algorithm,
            place,
            grammar,
            encoding,
            parts,
            or_parts: &[],
            items: None,
            reads_url: false,
            reads_target: false,
            reads_method: false,
            timestamp: None,
            twin: None,
            window: None,
            id: None,
            secret: SecretFormat::Utf8,
            require: &[],
            alias: &[],
            covers: Covers::WholeBody,
        }
    }

    /// Reads a timestamp there; it has to be among the signed parts.
    #[must_use]
    pub const fn timestamp(mut self, from: Source<'a>, unit: Unit) -> Self {
        self.timestamp = Some((from, unit));
        self
    }

    /// The timestamp stands in a second place too; both must be byte for byte the same. Not for a time that is signed as a
    /// part of the body only.
    #[must_use]
    pub const fn timestamp_also_in(mut self, from: Source<'a>) -> Self {
        self.twin = Some(from);
        self
    }

    /// How old and how far in the future a delivery may be, each inclusive. Default: 300 seconds both ways.
    #[must_use]
    pub const fn tolerance(mut self, past: Duration, future: Duration) -> Self {
        self.window = Some((past, future));
        self
    }

    /// Reads the message id from this header; it has to be among the signed parts, with a literal between it and a body, a
    /// number or another header.
    #[must_use]
    pub const fn id(mut self, header: &'a str) -> Self {
        self.id = Some(header);
        self
    }

    /// How the provider's secrets become key bytes.
    #[must_use]
    pub const fn secret_format(mut self, format: SecretFormat) -> Self {
        self.secret = format;
        self
    }

    /// Headers that must be there with exactly these values, such as a version. They are written when signing.
    #[must_use]
    pub const fn require(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.require = headers;
        self
    }

    /// The same scheme under other header names: pairs of a name of this scheme and its alternative. A delivery uses
    /// either all of the first or all of the second; when signing, the first are written.
    #[must_use]
    pub const fn alias(mut self, names: &'a [(&'a str, &'a str)]) -> Self {
        self.alias = names;
        self
    }

    /// A second content that may have been signed instead, for providers whose senders differ in it. It is tried when the
    /// first does not match, so a forged delivery costs twice as much. Signers write the first.
    #[must_use]
    pub const fn or_signed(mut self, parts: &'a [Part<'a>]) -> Self {
        self.or_parts = parts;
        self
    }

    /// The body is a batch: every item of this JSON array is signed by itself, and all paths are paths within an item. The
    /// body around the items is not covered, which [`covers`](Self::covers) has to say. A
    /// delivery is accepted if every item is, and refused if it has none or more than 16.
    ///
    /// # Security
    ///
    /// Nothing signs which items stand together: whoever saw a batch can send each of its items alone, or items of several
    /// batches in one. [`Verified::replay_key`](crate::Verified::replay_key) tells whole batches apart, whatever the order of
    /// their items, and cannot tell that an item was there before. Process items one by one, each under an
    /// [`event_key`](crate::Verified::event_key) of what its signature covers.
    #[must_use]
    pub const fn each_item(mut self, path: &'a str) -> Self {
        self.items = Some(path);
        self
    }

    /// A function part reads the public URL.
    #[must_use]
    pub const fn reads_url(mut self) -> Self {
        self.reads_url = true;
        self
    }

    /// A function part reads path and query of the request.
    #[must_use]
    pub const fn reads_target(mut self) -> Self {
        self.reads_target = true;
        self
    }

    /// A function part reads the HTTP method.
    #[must_use]
    pub const fn reads_method(mut self) -> Self {
        self.reads_method = true;
        self
    }

    /// Says that the signature does not cover the whole body.
    #[must_use]
    pub const fn covers(mut self, covers: Covers<'a>) -> Self {
        self.covers = covers;
        self
    }

    /// The same scheme under another name.
    #[must_use]
    pub const fn named(mut self, name: &'a str) -> Self {
        self.name = name;
        self
    }

    /// The name, as in the catalogue: `"github"`.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// How the provider's secrets become key bytes.
    #[must_use]
    pub const fn key_format(&self) -> SecretFormat {
        self.secret
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether deliveries are verified with a public key, so that the ring holds `PublicKey`s.
    #[must_use]
    pub const fn has_public_key(&self) -> bool {
        self.algorithm.curve().is_some()
    }

    /// What the signature covers.
    #[must_use]
    pub const fn coverage(&self) -> Covers<'a> {
        self.covers
    }

    /// Whether the deliveries carry a signed timestamp, so that replays can be told by age.
    #[must_use]
    pub const fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Whether the deliveries carry a signed message id.
    #[must_use]
    pub const fn has_id(&self) -> bool {
        self.id.is_some()
    }

    /// Whether one delivery can carry the signatures of several keys, so that a sender may sign with all of them.
    #[must_use]
    pub const fn carries_several(&self) -> bool {
        matches!(self.grammar, Grammar::List { .. } | Grammar::Tagged(_))
            || matches!(self.place, Place::Each(_) | Place::Numbered { .. })
    }

    /// Whether every message that has a body, an id, a method and a URL can be signed: nothing is read from the body or from
    /// further headers, and the signature stands in headers.
    #[must_use]
    pub const fn signs_any_body(&self) -> bool {
        let mut rest = self.parts;
        while let [part, tail @ ..] = rest {
            if matches!(part, Part::Header(_) | Part::Json(_) | Part::JsonOrEmpty(_) | Part::Form(_) | Part::With(_)) {
                return false;
            }
            rest = tail;
        }
        !self.reads_body()
    }

    /// Whether the signature or the timestamp stands in the body.
    const fn reads_body(&self) -> bool {
        matches!(self.place, Place::Json(_) | Place::Form(_))
            || matches!(self.timestamp, Some((Source::Json(_) | Source::Form(_), _)))
    }

    /// Whether the URL is signed, so that a verifier needs the public one.
    #[must_use]
    pub const fn signs_url(&self) -> bool {
        let mut rest = self.parts;
        while let [part, tail @ ..] = rest {
            if matches!(part, Part::Url) {
                return true;
            }
            rest = tail;
        }
        self.reads_url
    }

    /// Whether a delivery can be verified while its body streams in: the body is signed once, nothing is read from it, and the
    /// key is a secret.
    #[must_use]
    pub const fn can_stream(&self) -> bool {
        let mut bodies = 0_u8;
        let mut rest = self.parts;
        while let [part, tail @ ..] = rest {
            match part {
                Part::Body => bodies = bodies.saturating_add(1),
                Part::Json(_) | Part::JsonOrEmpty(_) | Part::Form(_) | Part::With(_) => return false,
                _ => {}
            }
            rest = tail;
        }
        bodies == 1 && self.or_parts.is_empty() && !self.reads_body() && !self.has_public_key()
    }
}
