//! Is this scheme sound? One `const fn`, run by the compiler for constants and by the builders for all others.

use super::text::{contains, has, header, separator, visible, visible_trimmed};
use super::{Covers, Encoding, Grammar, Part, Place, Scheme, Source, Tagged, boundary};
use crate::error::SchemeError;

impl Scheme<'_> {
    /// Checks the scheme against itself.
    ///
    /// # Errors
    ///
    /// [`SchemeError`]: a body, timestamp or id that is read but not signed, an invalid header name, a grammar that
    /// contradicts itself, and so on.
    pub const fn check(&self) -> Result<(), SchemeError> {
        if self.name.is_empty() {
            return Err(SchemeError::NoName);
        }
        if let Err(e) = self.check_place() {
            return Err(e);
        }
        if let Err(e) = self.check_grammar() {
            return Err(e);
        }
        if let Err(e) = self.check_parts() {
            return Err(e);
        }
        if let Err(e) = self.check_sources() {
            return Err(e);
        }
        if let Err(e) = self.check_further_headers() {
            return Err(e);
        }
        self.check_names()
    }

    pub(super) const fn check_place(&self) -> Result<(), SchemeError> {
        match self.place {
            Place::Header(name) => header(name),
            Place::Each(names) => {
                if names.is_empty() || names.len() > 16 {
                    return Err(SchemeError::BadPlace);
                }
                let mut rest = names;
                while let [name, tail @ ..] = rest {
                    if let Err(e) = header(name) {
                        return Err(e);
                    }
                    rest = tail;
                }
                Ok(())
            }
            Place::Numbered { stem, last } => {
                if last == 0 || last > 100 {
                    Err(SchemeError::BadPlace)
                } else {
                    header(stem)
                }
            }
            Place::Json(path) | Place::Form(path) => {
                if path.is_empty() {
                    Err(SchemeError::BadPath)
                } else if matches!(self.grammar, Grammar::Whole | Grammar::Prefix(_) | Grammar::Tagged(_)) {
                    Ok(())
                } else {
                    Err(SchemeError::BadGrammar)
                }
            }
        }
    }

    pub(super) const fn check_grammar(&self) -> Result<(), SchemeError> {
        match self.grammar {
            Grammar::Whole => Ok(()),
            Grammar::Prefix(text) | Grammar::OptionalPrefix(text) => {
                if text.is_empty() {
                    Err(SchemeError::BadGrammar)
                } else {
                    visible(text)
                }
            }
            Grammar::List { between, prefix } => {
                if !separator(between) {
                    Err(SchemeError::BadGrammar)
                } else {
                    visible(prefix)
                }
            }
            Grammar::Tagged(tagged) => {
                let padded = matches!(self.encoding, Encoding::Base64 | Encoding::Base64UrlPadded) && tagged.pair == '=';
                if tagged.bare && (padded || tagged.any_tag) { Err(SchemeError::BadGrammar) } else { check_tagged(&tagged) }
            }
        }
    }

    pub(super) const fn check_parts(&self) -> Result<(), SchemeError> {
        if let Err(e) = self.check_content(self.parts) {
            return Err(e);
        }
        let reads = self.reads_url || self.reads_target || self.reads_method;
        if reads && !has!(self.parts, Part::With(_)) && !has!(self.or_parts, Part::With(_)) {
            return Err(SchemeError::NothingReads);
        }
        match self.items {
            Some(path) if path.is_empty() => return Err(SchemeError::BadPath),
            // Items have no time and no second content of their own: no provider needs them.
            Some(_) if self.timestamp.is_some() || !self.or_parts.is_empty() => return Err(SchemeError::SourceDoesNotFit),
            _ => {}
        }
        // The second content promises the same as the first.
        if self.or_parts.is_empty() { Ok(()) } else { self.check_content(self.or_parts) }
    }

    const fn check_content(&self, parts: &[Part<'_>]) -> Result<(), SchemeError> {
        let mut body = false;
        let mut timestamp = false;
        let mut id = false;
        let mut function = false;
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            match *part {
                Part::Body => body = true,
                Part::Timestamp => timestamp = true,
                Part::Id => id = true,
                Part::With(_) => function = true,
                Part::Header(name) => {
                    if let Err(e) = header(name) {
                        return Err(e);
                    }
                }
                Part::Json(path) | Part::JsonOrEmpty(path) | Part::Form(path) => {
                    if path.is_empty() {
                        return Err(SchemeError::BadPath);
                    }
                }
                Part::Lit(_) | Part::Method | Part::Url => {}
            }
            rest = tail;
        }
        // A function part is trusted to write what the provider signs: the body, the time and the id among it.
        let in_signed_body = matches!(self.timestamp, Some((Source::Json(_) | Source::Form(_), _))) && body;
        match self.covers {
            // What surrounds the items of a batch is not signed.
            Covers::WholeBody if self.items.is_some() || (!body && !function) => return Err(SchemeError::BodyNotSigned),
            Covers::Only(_) if body && self.items.is_none() => return Err(SchemeError::BodyIsSigned),
            _ => {}
        }
        if self.timestamp.is_some() && !timestamp && !function && !in_signed_body {
            return Err(SchemeError::TimestampNotSigned);
        }
        if timestamp && self.timestamp.is_none() {
            return Err(SchemeError::TimestampHasNoSource);
        }
        if self.id.is_some() && !id && !function {
            return Err(SchemeError::IdNotSigned);
        }
        if id && self.id.is_none() {
            return Err(SchemeError::IdHasNoSource);
        }
        let unit = match self.timestamp {
            Some((_, unit)) => Some(unit),
            None => None,
        };
        if boundary::is_clear(parts, unit) { Ok(()) } else { Err(SchemeError::IdNotSeparated) }
    }

    pub(super) const fn check_sources(&self) -> Result<(), SchemeError> {
        if self.timestamp.is_none() && (self.window.is_some() || self.twin.is_some()) {
            return Err(SchemeError::NoTimestampToCheck);
        }
        if let Some((source, _)) = self.timestamp {
            if let Err(e) = self.check_source(&source) {
                return Err(e);
            }
        }
        let in_body = matches!(self.timestamp, Some((Source::Json(_) | Source::Form(_), _)));
        match self.twin {
            // Such a time is read when the signature was found good, and by then nothing is compared.
            Some(_) if in_body && !has!(self.parts, Part::Timestamp) && !has!(self.or_parts, Part::Timestamp) => {
                Err(SchemeError::TwinOfSignedBody)
            }
            Some(twin) => self.check_source(&twin),
            None => Ok(()),
        }
    }

    const fn check_source(&self, source: &Source<'_>) -> Result<(), SchemeError> {
        match *source {
            Source::Header(name) => header(name),
            Source::Tag(tag) => match self.grammar {
                Grammar::Tagged(tagged) => {
                    if let Err(e) = visible_trimmed(tag) {
                        return Err(e);
                    }
                    let taken = tagged.any_tag || contains(tagged.accept, tag) || !readable(&tagged, tag);
                    if taken || self.reads_signature_in_body() { Err(SchemeError::BadGrammar) } else { Ok(()) }
                }
                _ => Err(SchemeError::SourceDoesNotFit),
            },
            Source::FirstItem => {
                if matches!(self.grammar, Grammar::List { .. }) {
                    Ok(())
                } else {
                    Err(SchemeError::SourceDoesNotFit)
                }
            }
            Source::Json(path) | Source::Form(path) => {
                if path.is_empty() {
                    Err(SchemeError::BadPath)
                } else {
                    Ok(())
                }
            }
        }
    }

    const fn check_further_headers(&self) -> Result<(), SchemeError> {
        if let Some(name) = self.id {
            if let Err(e) = header(name) {
                return Err(e);
            }
        }
        let mut rest = self.require;
        while let [(name, value), tail @ ..] = rest {
            if let Err(e) = header(name) {
                return Err(e);
            }
            if let Err(e) = visible_trimmed(value) {
                return Err(e);
            }
            rest = tail;
        }
        let mut rest = self.alias;
        while let [(name, other), tail @ ..] = rest {
            if let Err(e) = header(name) {
                return Err(e);
            }
            if let Err(e) = header(other) {
                return Err(e);
            }
            rest = tail;
        }
        Ok(())
    }

    const fn reads_signature_in_body(&self) -> bool {
        matches!(self.place, Place::Json(_) | Place::Form(_))
    }
}

const fn check_tagged(tagged: &Tagged<'_>) -> Result<(), SchemeError> {
    let group_clashes = match tagged.group {
        Some(group) => !separator(group) || group as u32 == tagged.between as u32 || group as u32 == tagged.pair as u32,
        None => false,
    };
    let separators_clash = tagged.between as u32 == tagged.pair as u32 || !separator(tagged.between) || !separator(tagged.pair);
    let too_many_kept = tagged.keep.len() > crate::message::MAX_KEPT;
    if tagged.accept.is_empty() != tagged.any_tag || too_many_kept || group_clashes || separators_clash || tagged.pair == ' ' {
        return Err(SchemeError::BadGrammar);
    }
    let mut rest = tagged.accept;
    while let [tag, tail @ ..] = rest {
        if let Err(e) = visible_trimmed(tag) {
            return Err(e);
        }
        if !readable(tagged, tag) || contains(tail, tag) {
            return Err(SchemeError::BadGrammar);
        }
        rest = tail;
    }
    let mut rest = tagged.keep;
    while let [tag, tail @ ..] = rest {
        if let Err(e) = visible_trimmed(tag) {
            return Err(e);
        }
        if !readable(tagged, tag) || contains(tail, tag) || contains(tagged.accept, tag) {
            return Err(SchemeError::BadGrammar);
        }
        rest = tail;
    }
    if tagged.any_tag {
        if let Err(e) = visible_trimmed(tagged.emit) {
            return Err(e);
        }
    } else if !contains(tagged.accept, tagged.emit) {
        return Err(SchemeError::BadGrammar);
    }
    match tagged.emit_previous {
        Some(tag) if !contains(tagged.accept, tag) => Err(SchemeError::BadGrammar),
        _ => Ok(()),
    }
}

/// Whether a tag is read back as it is written: it holds none of the separators and does not end in a space.
const fn readable(tagged: &Tagged<'_>, tag: &str) -> bool {
    let mut rest = tag.as_bytes();
    while let [byte, tail @ ..] = rest {
        let byte = *byte as u32;
        let is_group = matches!(tagged.group, Some(group) if group as u32 == byte);
        if is_group || byte == tagged.between as u32 || byte == tagged.pair as u32 {
            return false;
        }
        rest = tail;
    }
    true
}
