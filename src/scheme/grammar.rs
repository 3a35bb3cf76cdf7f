//! Where signatures are in a delivery, and how a header value is read as signatures.

/// Where signatures are.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Place<'a> {
    /// In one header.
    Header(&'a str),
    /// In several headers, one signature each: the current key in the first.
    Each(&'a [&'a str]),
    /// In headers that are a stem and a number from 1: `x-signature-1`, `x-signature-2`, …
    Numbered {
        /// The name up to the number.
        stem: &'a str,
        /// The highest number, at most 100.
        last: u8,
    },
    /// In a field of the JSON body, named by its path with dots.
    Json(&'a str),
    /// In a field of the form body.
    Form(&'a str),
}

/// How a header value is read as signatures.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Grammar<'a> {
    /// The value is the signature.
    Whole,
    /// A fixed text and the signature: `sha256=…`.
    Prefix(&'a str),
    /// The same, but senders may leave the text out. It is written when signing.
    OptionalPrefix(&'a str),
    /// Signatures with a separator between them, after a text that occurs once, in front of the list (often empty).
    List {
        /// The separator.
        between: char,
        /// The text in front of the list.
        prefix: &'a str,
    },
    /// Items that consist of a tag and a value: `t=…,v1=…`.
    Tagged(Tagged<'a>),
}

/// The tag that is written where any will do.
pub(super) const ANY_TAG: &str = "key";

/// The grammar of a list of tagged items. Items with other tags than the scheme names are skipped.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<'a> {
    pub(crate) between: char,
    pub(crate) pair: char,
    pub(crate) group: Option<char>,
    pub(crate) accept: &'a [&'a str],
    pub(crate) emit: &'a str,
    pub(crate) emit_previous: Option<&'a str>,
    pub(crate) blank: bool,
    pub(crate) any_tag: bool,
    pub(crate) strongest: bool,
    pub(crate) bare: bool,
    pub(crate) keep: &'a [&'a str],
}

impl<'a> Tagged<'a> {
    /// Items separated by `between`, each a tag and a value separated by `pair`; `accept` are the tags that hold a
    /// signature, and the first of them is written when signing.
    #[must_use]
    pub const fn new(between: char, pair: char, accept: &'a [&'a str]) -> Self {
        let emit = if let [first, ..] = accept { first } else { "" };
        Self {
            between,
            pair,
            group: None,
            accept,
            emit,
            emit_previous: None,
            blank: false,
            any_tag: false,
            strongest: false,
            bare: false,
            keep: &[],
        }
    }

    /// The same where every tag holds a signature: it names a key, as the sender counts them. `key` is written when signing,
    /// unless [`emit`](Self::emit) says another.
    #[must_use]
    pub const fn any_tag(between: char, pair: char) -> Self {
        let mut tagged = Self::new(between, pair, &[]);
        tagged.any_tag = true;
        tagged.emit(ANY_TAG)
    }

    /// Of the accepted tags only the first that occurs counts, in the order of `accept`: a right signature of a weaker
    /// version does not rescue a wrong one of a stronger version.
    ///
    /// # Security
    ///
    /// Whoever sends a delivery chooses its tags, and can leave the stronger one out. All versions that are accepted have to
    /// sign the same content, or contents that cannot be the same text; otherwise accept one.
    #[must_use]
    pub const fn strongest_only(mut self) -> Self {
        self.strongest = true;
        self
    }

    /// An item without a tag is a signature too. For encodings that do not use the `pair` character.
    #[must_use]
    pub const fn bare_too(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Further tags whose values function parts read, at most two: see [`RequestView::tag`](crate::RequestView::tag). One
    /// that occurs twice is malformed.
    #[must_use]
    pub const fn keep(mut self, tags: &'a [&'a str]) -> Self {
        self.keep = tags;
        self
    }

    /// The tag that is written when signing, instead of the first accepted one.
    #[must_use]
    pub const fn emit(mut self, tag: &'a str) -> Self {
        self.emit = tag;
        self
    }

    /// Whole lists may follow each other, separated by this. Their timestamps must agree.
    #[must_use]
    pub const fn group(mut self, separator: char) -> Self {
        self.group = Some(separator);
        self
    }

    /// When signing with several keys, previous keys sign under this tag.
    #[must_use]
    pub const fn emit_previous(mut self, tag: &'a str) -> Self {
        self.emit_previous = Some(tag);
        self
    }

    /// Writes a space after each separator. Whitespace around items is always skipped when reading.
    #[must_use]
    pub const fn blank_after(mut self) -> Self {
        self.blank = true;
        self
    }
}
