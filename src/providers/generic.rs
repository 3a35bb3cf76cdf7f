//! Schemes that belong to a piece of software rather than to one service.

use super::forms::{TIME_DOT_BODY, body_signed, stamped, timed};
use crate::encoding::Encoding;
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// `X-Webhook-Signature: sha256=<hex>` over the body: AOS Policy API, Cursor, Flinks and many others.
///
/// Confidence C. Not covered: time, id, other headers: a replay is bounded only by the life of the key. Rotation: the
/// receiver holds both secrets. The key is the text of the secret (64 hexadecimal *characters*, not 32 bytes). Source: the
/// documents of those that use it.
pub const GENERIC_SHA256: Scheme<'static> =
    body_signed("generic-sha256", "x-webhook-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// OSIGU DVS: `X-DVS-Signature: t=<seconds>,v1=<hex>` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id (the event id header), other headers. Rotation: the sender signs with the new secret at
/// once; receivers keep the previous one for 24 hours. The time is in `X-DVS-Signature-Timestamp` too, and the two must
/// agree. Source: OSIGU docs.
pub const OSIGU_DVS: Scheme<'static> =
    stamped("osigu-dvs", "x-dvs-signature", "t", &["v1"]).timestamp_also_in(Source::Header("x-dvs-signature-timestamp"));

/// DSentr: `X-DSentr-Signature: v1=<hex>` (the `v1=` may be missing) and `X-DSentr-Timestamp` (seconds) over `time.body`,
/// 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: the receiver holds both secrets. A workflow may choose 60 to
/// 3600 s: [`VerifierBuilder::tolerance`](crate::VerifierBuilder::tolerance). Source: DSentr docs.
pub const DSENTR: Scheme<'static> = timed(
    "dsentr",
    "x-dsentr-signature",
    Grammar::OptionalPrefix("v1="),
    Encoding::Hex,
    TIME_DOT_BODY,
    "x-dsentr-timestamp",
    Unit::Seconds,
);

/// Convoy, simple: `X-Convoy-Signature: <hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: one signature, so the receiver holds both secrets. What is
/// signed is compact JSON, as it is sent. A project may have chosen another hash and encoding: [`convoy_simple`]. Source:
/// vectors of the sender.
pub const CONVOY_SIMPLE: Scheme<'static> = convoy_simple(Algorithm::HmacSha256, Encoding::Hex);

/// Convoy, advanced: `X-Convoy-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over `time,body`, 300 s both ways.
///
/// Confidence B. Not covered: id, other headers. Rotation: one `v1` per live secret. Other tags (`v2`) are skipped. A project
/// may have chosen another hash and encoding: [`convoy_advanced`]. Source: vectors of the sender.
pub const CONVOY_ADVANCED: Scheme<'static> = convoy_advanced(Algorithm::HmacSha256, Encoding::Hex);

/// [`CONVOY_SIMPLE`] for a project that has chosen this hash and this encoding.
#[must_use]
pub const fn convoy_simple(hash: Algorithm, encoding: Encoding) -> Scheme<'static> {
    let place = Place::Header("x-convoy-signature");
    Scheme::new("convoy-simple", hash, place, Grammar::Whole, encoding, &[Part::Body])
}

/// [`CONVOY_ADVANCED`] for a project that has chosen this hash and this encoding.
#[must_use]
pub const fn convoy_advanced(hash: Algorithm, encoding: Encoding) -> Scheme<'static> {
    let (place, grammar) = (Place::Header("x-convoy-signature"), Grammar::Tagged(Tagged::new(',', '=', &["v1"])));
    Scheme::new("convoy-advanced", hash, place, grammar, encoding, &[Part::Timestamp, Part::Lit(","), Part::Body])
        .timestamp(Source::Tag("t"), Unit::Seconds)
}

/// Every row of this file.
pub(super) const GENERIC: &[Scheme<'static>] = &[GENERIC_SHA256, OSIGU_DVS, DSENTR, CONVOY_SIMPLE, CONVOY_ADVANCED];
