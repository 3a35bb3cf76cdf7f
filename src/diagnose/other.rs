//! Other schemes of the catalogue, and other algorithms under the same scheme.

use alloc::format;

use super::Cause;
use super::framing::{Framing, Framings, Shape};
use super::needs::needs_of;
use crate::error::Field;
use crate::scheme::{Algorithm, Grammar, Scheme};

/// Algorithms that a sender may have been set to.
const ALGORITHMS: &[Algorithm] = &[Algorithm::HmacSha256, Algorithm::HmacSha1, Algorithm::HmacSha512, Algorithm::HmacSha384];

/// The names of hashes in prefixes such as `sha256=`.
const NAMES: [(&str, &str); 4] = [("sha256", "sha1"), ("sha256", "sha512"), ("sha1", "sha256"), ("sha512", "sha256")];

pub(super) fn algorithms<'s>(framing: &Framing<'s>, out: &mut Framings<'s>) {
    let own = framing.shape.base.algorithm;
    for algorithm in ALGORITHMS {
        if *algorithm == own {
            continue;
        }
        let say = format!(
            "The sender signs with {}, the scheme says {}: set the sender to the same algorithm.",
            algorithm.name(),
            own.name()
        );
        let mut shape = framing.shape.clone();
        shape.base.algorithm = *algorithm;
        out.add(Cause::Algorithm, &say, framing.with_shape(shape.clone()));
        if let Grammar::Prefix(prefix) | Grammar::OptionalPrefix(prefix) = shape.base.grammar {
            for (from, to) in NAMES {
                if !prefix.contains(from) {
                    continue;
                }
                for prefix in ["sha1=", "sha256=", "sha384=", "sha512=", "hmac-sha1=", "hmac-sha512=", "hmac-sha256="] {
                    if prefix.contains(to) || prefix.contains("sha384") {
                        shape.base.grammar = Grammar::Prefix(prefix);
                        out.add(Cause::Algorithm, &say, framing.with_shape(shape.clone()));
                    }
                }
            }
        }
    }
}

/// The schemes whose own headers the delivery could have.
pub(super) fn schemes<'s>(framing: &Framing<'s>, catalogue: &[&'s Scheme<'s>], out: &mut Framings<'s>) {
    for other in catalogue.iter().copied() {
        if other.name() == framing.shape.base.name() {
            continue;
        }
        let mut signature = needs_of(other, &|name| name.into()).into_iter().filter(|need| need.field == Field::Signature);
        let in_body = matches!(other.place, crate::scheme::Place::Json(_) | crate::scheme::Place::Form(_));
        let renamed = other.alias.iter().any(|(_, alias)| framing.header(alias).is_some());
        if in_body || renamed || signature.any(|need| framing.header(&need.name).is_some()) {
            let say = format!(
                "The delivery is one of the scheme `{}`: configure that instead of `{}`.",
                other.name(),
                framing.shape.base.name()
            );
            out.add(Cause::SchemeOther, &say, framing.with_shape(Shape::of(other)));
        }
    }
}
