//! A signature scheme as data: which bytes are signed, and how signatures are written in the headers.
//!
//! One type serves the constants in [`providers`](crate::providers) and schemes read from configuration at run time. It
//! borrows everything and is `Copy`; every builder is a `const fn`. [`Scheme::check`] runs when a constant is compiled
//! and again when a signer or verifier is built, so a wrong scheme never meets a request.

mod algorithm;
mod boundary;
mod check;
#[cfg(feature = "serde")]
mod config;
mod describe;
mod grammar;
mod names;
mod queries;
mod read;
mod rules;
mod text;
mod vocabulary;
mod write;

use core::time::Duration;

pub use crate::encoding::Encoding;
use crate::encoding::SecretFormat;
pub use crate::time::Unit;
pub use algorithm::Algorithm;
#[cfg(feature = "serde")]
pub use config::{SchemeConfig, SchemeConfigError};
pub use grammar::{Grammar, Place, Tagged};
pub use vocabulary::{Covers, Part, Source};

pub(crate) use read::{Candidates, Content, Half, MAX_VALUE, Offered, in_body, in_each_item, late_timestamp};
#[cfg(feature = "diagnose")]
pub(crate) use read::{form_field, json_field};
pub(crate) use rules::{Names, PlaceRule, Rules, Text};
pub(crate) use write::{Signatures, edit_items, place};

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

    /// The timestamp is in a second place too; both must be byte for byte the same. Not for a time that is signed as a
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
    ///
    /// # Security
    ///
    /// A signature of either content is good, so the scheme covers only what both cover, and no text may be the first content
    /// of one delivery and the second of another. Where two versions of a provider differ in a fixed text, make two schemes.
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
    /// Nothing signs which items belong together: whoever saw a batch can send each of its items alone, or items of several
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
    ///
    /// # Security
    ///
    /// Whoever sees a delivery can change what is not covered and send it again; nothing in the crate notices. Read nothing
    /// from such a body but what the scheme names here, or fetch the object from the provider by its id.
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
}
