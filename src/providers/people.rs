//! Identity, hiring and personal data.

use super::forms::{TIME_DOT_BODY, body_signed, seconds, stamped, timed};
use crate::encoding::Encoding;
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// WorkOS: `WorkOS-Signature: t=<milliseconds>, v1=<hex>[, v1=…]` over `time.body`, 180 s back, 300 s ahead.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. Source: Node SDK 8.13.0.
pub const WORKOS: Scheme<'static> = Scheme::new(
    "workos",
    Algorithm::HmacSha256,
    Place::Header("workos-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"]).blank_after()),
    Encoding::Hex,
    TIME_DOT_BODY,
)
.timestamp(Source::Tag("t"), Unit::Millis)
.tolerance(seconds(180), seconds(300));

/// Onfido: `X-SHA2-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 6.2.0.
pub const ONFIDO: Scheme<'static> = body_signed("onfido", "x-sha2-signature", Grammar::Whole, Encoding::Hex);

/// Checkr: `X-Checkr-Signature: <hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Source: official examples, with
/// a printed vector.
pub const CHECKR: Scheme<'static> = body_signed("checkr", "x-checkr-signature", Grammar::Whole, Encoding::Hex);

/// Fingerprint: `fpjs-event-signature: v1=<hex>[,v1=…]` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: the list may hold several. Source: Node SDK 6.13.1.
pub const FINGERPRINT: Scheme<'static> =
    body_signed("fingerprint", "fpjs-event-signature", Grammar::Tagged(Tagged::new(',', '=', &["v1"])), Encoding::Hex);

/// Ory Polis (BoxyHQ): `BoxyHQ-Signature: t=<milliseconds>,s=<hex>[,s=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Newer versions call the header
/// `Ory-Polis-Signature`. Without a secret it is there but empty, and refused. Source: sender code.
pub const ORY_POLIS: Scheme<'static> = stamped("ory-polis", "boxyhq-signature", "t", &["s"])
    .timestamp(Source::Tag("t"), Unit::Millis)
    .alias(&[("boxyhq-signature", "ory-polis-signature")]);

/// Logto: `logto-signature-sha-256: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Logto docs.
pub const LOGTO: Scheme<'static> = body_signed("logto", "logto-signature-sha-256", Grammar::Whole, Encoding::Hex);

/// Dynamic: `x-dynamic-signature-256: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Dynamic docs.
pub const DYNAMIC: Scheme<'static> =
    body_signed("dynamic", "x-dynamic-signature-256", Grammar::Prefix("sha256="), Encoding::Hex);

/// Terra: `terra-signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: the list may hold several. Source: Node SDK 2.1.0.
pub const TERRA: Scheme<'static> = stamped("terra", "terra-signature", "t", &["v1"]);

/// Deel: `x-deel-signature: <hex>` over `POST` and the body, without separator.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Deel docs.
pub const DEEL: Scheme<'static> = Scheme::new(
    "deel",
    Algorithm::HmacSha256,
    Place::Header("x-deel-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Lit("POST"), Part::Body],
);

/// Ashby: `Ashby-Signature: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Ashby docs.
pub const ASHBY: Scheme<'static> = body_signed("ashby", "ashby-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Lusha: `X-Lusha-Signature: <hex>` and `X-Lusha-Timestamp` (seconds) over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: Lusha docs.
pub const LUSHA: Scheme<'static> =
    timed("lusha", "x-lusha-signature", Grammar::Whole, Encoding::Hex, TIME_DOT_BODY, "x-lusha-timestamp", Unit::Seconds);

/// Every row of this file.
pub(super) const PEOPLE: &[Scheme<'static>] =
    &[WORKOS, ONFIDO, CHECKR, FINGERPRINT, ORY_POLIS, LOGTO, DYNAMIC, TERRA, DEEL, ASHBY, LUSHA];
