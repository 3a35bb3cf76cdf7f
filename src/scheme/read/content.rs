//! The signed content, written part by part into a MAC: the body is never copied.

use super::offered::{rejection, single};
use super::{field, json};
use crate::error::{Field, Rejection};
use crate::message::{RequestView, Write};
use crate::scheme::rules::{Names, PartRule, Rules};

/// Writes the signed content of one delivery.
pub(crate) struct Content<'r, 'a> {
    pub(crate) rules: &'r Rules,
    pub(crate) names: &'r Names,
    pub(crate) view: RequestView<'a>,
}

/// What is before and after the body in the signed content of a scheme that can stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    BeforeBody,
    AfterBody,
}

impl Content<'_, '_> {
    /// All of it.
    pub(crate) fn write(&self, out: &mut Write<'_>) -> Result<(), Rejection> {
        self.rules.parts.iter().try_for_each(|part| self.part(part, out))
    }

    /// Whether the headers are there that are signed.
    #[cfg(feature = "http-body")]
    pub(crate) fn check_headers(&self) -> Result<(), Rejection> {
        let mut headers = self.rules.parts.iter().filter(|part| matches!(part, PartRule::Header(_)));
        headers.try_for_each(|part| self.part(part, &mut |_| ()))
    }

    /// The second content that may have been signed.
    pub(crate) fn write_other(&self, out: &mut Write<'_>) -> Result<(), Rejection> {
        self.rules.or_parts.iter().try_for_each(|part| self.part(part, out))
    }

    /// One side of the body.
    pub(crate) fn write_half(&self, half: Half, out: &mut Write<'_>) -> Result<(), Rejection> {
        let parts = &self.rules.parts;
        let body = parts.iter().position(|p| matches!(p, PartRule::Body)).unwrap_or(parts.len());
        let (before, after) = parts.split_at_checked(body).unwrap_or((parts, &[]));
        match half {
            Half::BeforeBody => before.iter().try_for_each(|part| self.part(part, out)),
            Half::AfterBody => after.iter().skip(1).try_for_each(|part| self.part(part, out)),
        }
    }

    fn part(&self, part: &PartRule, out: &mut Write<'_>) -> Result<(), Rejection> {
        let view = &self.view;
        match part {
            PartRule::Lit(text) => out(text.as_bytes()),
            PartRule::Body => out(view.body),
            PartRule::Timestamp => out(view.timestamp.ok_or(Rejection::Missing(Field::Timestamp))?),
            PartRule::Id => out(view.id.ok_or(Rejection::Missing(Field::Id))?),
            PartRule::Method => out(view.method.ok_or(Rejection::NeedsRequestLine)?.as_bytes()),
            PartRule::Url => {
                let (base, target) = view.url.ok_or(Rejection::NeedsRequestLine)?;
                out(base.as_bytes());
                out(target.as_bytes());
            }
            PartRule::Header(at) => {
                let name = self.names.parts.get(*at).ok_or(Rejection::Missing(Field::Header))?;
                out(single(view.headers, name, Field::Header)?);
            }
            PartRule::Json(path) => json::decoded(view.body, path, out).map_err(|f| rejection(f, Field::Body))?,
            PartRule::JsonOrEmpty(path) => {
                json::or_empty(view.body, path, out).map_err(|f| rejection(f, Field::Body))?;
            }
            PartRule::Form(name) => field::form(view.body, name, out).map_err(|f| rejection(f, Field::Body))?,
            PartRule::With(function) => function(view, out)?,
        }
        Ok(())
    }
}
