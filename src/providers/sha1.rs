//! Providers that sign with HMAC-SHA1.
//!
//! The attacks on SHA-1 find collisions and do not reach HMAC, so these deliveries are not forged that way. Where a
//! provider also signs with SHA-256, use that.

use super::special::{flux, websub};
use crate::encoding::Encoding;
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme};

pub(super) const fn body(
    name: &'static str,
    header: &'static str,
    grammar: Grammar<'static>,
    encoding: Encoding,
) -> Scheme<'static> {
    Scheme::new(name, Algorithm::HmacSha1, Place::Header(header), grammar, encoding, &[Part::Body])
}

/// GitHub's older header: `X-Hub-Signature: sha1=<hex>` over the body. Prefer [`GITHUB`](super::GITHUB).
///
/// Confidence B. Not covered: time, id, other headers. Rotation: one secret per hook, without overlap. Source: its
/// docs.
pub const GITHUB_SHA1: Scheme<'static> = body("github-sha1", "x-hub-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// Intercom: `X-Hub-Signature: sha1=<hex>` over the body; the secret is the app's client secret.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: its docs, "Signed
/// notifications".
pub const INTERCOM: Scheme<'static> = body("intercom", "x-hub-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// WebSub with SHA-1, see [`WEBSUB`](super::WEBSUB).
pub const WEBSUB_SHA1: Scheme<'static> = websub("websub-sha1", Algorithm::HmacSha1, "sha1=");

/// Flux with SHA-1, see [`FLUX_GENERIC_HMAC`](super::FLUX_GENERIC_HMAC).
pub const FLUX_GENERIC_HMAC_SHA1: Scheme<'static> = flux("flux-generic-hmac-sha1", Algorithm::HmacSha1, "sha1=");

/// Trello: `X-Trello-Webhook: <base64>` over `body url`; the secret is the OAuth secret.
///
/// Confidence C. Not covered: time, id, other headers. The URL is the callback URL as it was registered, query
/// included. The probe with `HEAD` is not signed. Rotation: no overlap documented. Source: its docs as quoted by its
/// staff.
pub const TRELLO: Scheme<'static> = Scheme::new(
    "trello",
    Algorithm::HmacSha1,
    Place::Header("x-trello-webhook"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body, Part::Url],
);

/// Appwrite: `X-Appwrite-Webhook-Signature: <base64>` over `url body`.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: its docs, "Webhooks".
pub const APPWRITE: Scheme<'static> = Scheme::new(
    "appwrite",
    Algorithm::HmacSha1,
    Place::Header("x-appwrite-webhook-signature"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Url, Part::Body],
);

/// Segment: `X-Signature: <hex>` over the body of a single event.
///
/// Confidence C. Not covered: time, id, other headers. Of a batch Segment signs the first event only, which leaves the
/// others open to anyone: such a delivery is not accepted here. Rotation: no overlap documented. Source: its docs,
/// "Webhooks".
pub const SEGMENT: Scheme<'static> = body("segment", "x-signature", Grammar::Whole, Encoding::Hex);

/// Unit: `x-unit-signature: <base64>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. It is the raw body that counts, although the SDK parses and
/// writes it again. Rotation: no overlap documented. Source: its SDK.
pub const UNIT: Scheme<'static> = body("unit", "x-unit-signature", Grammar::Whole, Encoding::Base64);

/// MongoDB Atlas alerts: `X-MMS-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: its docs.
pub const MONGODB_ATLAS: Scheme<'static> = body("mongodb-atlas", "x-mms-signature", Grammar::Whole, Encoding::Base64);

/// Autodesk Platform Services: `x-adsk-signature: sha1hash=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: its docs, "Secret
/// token".
pub const AUTODESK_APS: Scheme<'static> = body("autodesk-aps", "x-adsk-signature", Grammar::Prefix("sha1hash="), Encoding::Hex);

/// Expo EAS: `expo-signature: sha1=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: its docs, "Webhooks".
pub const EXPO_EAS: Scheme<'static> = body("expo-eas", "expo-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// Front *rule* webhooks: `X-Front-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Its application webhooks use the same header name with another
/// scheme. Rotation: no overlap documented. Source: its docs, "Rule webhooks".
pub const FRONT_RULE: Scheme<'static> = body("front-rule", "x-front-signature", Grammar::Whole, Encoding::Base64);

/// Every scheme of this file that is as certain as the others.
pub(super) const SHA1: &[Scheme<'static>] = &[
    APPWRITE,
    AUTODESK_APS,
    EXPO_EAS,
    FLUX_GENERIC_HMAC_SHA1,
    FRONT_RULE,
    GITHUB_SHA1,
    INTERCOM,
    MONGODB_ATLAS,
    SEGMENT,
    TRELLO,
    UNIT,
    WEBSUB_SHA1,
];
