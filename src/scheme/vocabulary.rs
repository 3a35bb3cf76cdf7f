//! What a scheme is put together from: the parts of its signed content, and where its timestamp is read.

use crate::error::Rejection;
use crate::message::{RequestView, Write};

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
