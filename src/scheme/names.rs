//! Every header of a scheme has one purpose, under its own name and under its alternative one.

use super::text::same_header;
use super::{Part, Place, Scheme, Source};
use crate::error::SchemeError;

impl Scheme<'_> {
    pub(super) const fn check_names(&self) -> Result<(), SchemeError> {
        let mut at = 0_usize;
        while let Some(name) = self.header_at(at) {
            // A signature cannot sign itself, nor an alternative name belong to two headers.
            if self.uses(name) > 1 || (self.is_place(name) && (signs(self.parts, name) || signs(self.or_parts, name))) {
                return Err(SchemeError::HeaderUsedTwice);
            }
            at = at.saturating_add(1);
        }
        let mut rest = self.alias;
        while let [(_, other), tail @ ..] = rest {
            if self.uses(other) > 0 || has_alternative(tail, other) {
                return Err(SchemeError::HeaderUsedTwice);
            }
            rest = tail;
        }
        Ok(())
    }

    /// The names of the headers of which each has one purpose, in their order, without those that only sign.
    const fn header_at(&self, at: usize) -> Option<&str> {
        let (mut skip, mut rest) = match self.place {
            Place::Header(ref name) => (at, core::slice::from_ref(name)),
            Place::Each(names) => (at, names),
            _ => (at, &[] as &[&str]),
        };
        while let [name, tail @ ..] = rest {
            if skip == 0 {
                return Some(name);
            }
            skip = skip.saturating_sub(1);
            rest = tail;
        }
        let single = [
            match self.timestamp {
                Some((source, _)) => header_of(source),
                None => None,
            },
            match self.twin {
                Some(source) => header_of(source),
                None => None,
            },
            self.id,
        ];
        let mut rest = single.as_slice();
        while let [name, tail @ ..] = rest {
            if let Some(name) = name {
                if skip == 0 {
                    return Some(name);
                }
                skip = skip.saturating_sub(1);
            }
            rest = tail;
        }
        let mut rest = self.require;
        while let [(name, _), tail @ ..] = rest {
            if skip == 0 {
                return Some(name);
            }
            skip = skip.saturating_sub(1);
            rest = tail;
        }
        None
    }

    /// For how many purposes a header of this name is read.
    const fn uses(&self, name: &str) -> usize {
        let mut count = if self.is_numbered(name) { 1 } else { 0_usize };
        let mut at = 0_usize;
        while let Some(other) = self.header_at(at) {
            if same_header(name, other) {
                count = count.saturating_add(1);
            }
            at = at.saturating_add(1);
        }
        count
    }

    const fn is_place(&self, name: &str) -> bool {
        let mut rest = match self.place {
            Place::Header(ref place) => core::slice::from_ref(place),
            Place::Each(names) => names,
            _ => return self.is_numbered(name),
        };
        while let [place, tail @ ..] = rest {
            if same_header(place, name) {
                return true;
            }
            rest = tail;
        }
        false
    }

    /// Whether this is the stem and a number.
    const fn is_numbered(&self, name: &str) -> bool {
        let Place::Numbered { stem, .. } = self.place else { return false };
        let (mut stem, mut name) = (stem.as_bytes(), name.as_bytes());
        while let ([a, more_stem @ ..], [b, more_name @ ..]) = (stem, name) {
            if !a.eq_ignore_ascii_case(b) {
                return false;
            }
            (stem, name) = (more_stem, more_name);
        }
        let digits = !name.is_empty();
        while let [digit, tail @ ..] = name {
            if !digit.is_ascii_digit() {
                return false;
            }
            name = tail;
        }
        stem.is_empty() && digits
    }
}

const fn header_of(source: Source<'_>) -> Option<&str> {
    if let Source::Header(name) = source { Some(name) } else { None }
}

const fn has_alternative(aliases: &[(&str, &str)], name: &str) -> bool {
    let mut rest = aliases;
    while let [(_, other), tail @ ..] = rest {
        if same_header(other, name) {
            return true;
        }
        rest = tail;
    }
    false
}

/// Whether this header is among the signed parts.
const fn signs(parts: &[Part<'_>], name: &str) -> bool {
    let mut rest = parts;
    while let [part, tail @ ..] = rest {
        if let Part::Header(signed) = part {
            if same_header(signed, name) {
                return true;
            }
        }
        rest = tail;
    }
    false
}
