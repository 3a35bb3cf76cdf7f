//! What a scheme says about itself.

use super::text::has;
use super::{Algorithm, Covers, Grammar, Part, Place, Scheme, Source};
use crate::encoding::SecretFormat;

impl<'a> Scheme<'a> {
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

    /// Whether the deliveries carry a signed timestamp, so that replays can be recognised by their age.
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
    /// further headers, and the signature is in headers.
    #[must_use]
    pub const fn signs_any_body(&self) -> bool {
        let reads = has!(self.parts, Part::Header(_) | Part::Json(_) | Part::JsonOrEmpty(_) | Part::Form(_) | Part::With(_));
        !reads && !self.reads_body()
    }

    /// Whether the signature or the timestamp is in the body.
    const fn reads_body(&self) -> bool {
        matches!(self.place, Place::Json(_) | Place::Form(_))
            || matches!(self.timestamp, Some((Source::Json(_) | Source::Form(_), _)))
    }

    /// Whether the URL is signed, in either content, so that a verifier needs the public one.
    #[must_use]
    pub const fn signs_url(&self) -> bool {
        self.reads_url || has!(self.parts, Part::Url) || has!(self.or_parts, Part::Url)
    }

    /// Whether the HTTP method is signed, in either content.
    pub(super) const fn signs_method(&self) -> bool {
        self.reads_method || has!(self.parts, Part::Method) || has!(self.or_parts, Part::Method)
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
