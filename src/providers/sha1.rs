//! Providers that sign with HMAC-SHA1.
//!
//! HMAC is not reached by the attacks on SHA-1 (they find collisions), so these deliveries are not forged that way. Where a
//! provider also signs with SHA-256, use that.

use super::special::{flux, websub};
use crate::encoding::Encoding;
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme};

const fn body(name: &'static str, header: &'static str, grammar: Grammar<'static>, encoding: Encoding) -> Scheme<'static> {
    Scheme::new(name, Algorithm::HmacSha1, Place::Header(header), grammar, encoding, &[Part::Body])
}

/// GitHub's older header: `X-Hub-Signature: sha1=<hex>` over the body. Prefer [`GITHUB`](super::GITHUB).
///
/// No timestamp and no id are signed. One secret per hook, without overlap. Confidence B. Source: GitHub docs.
pub const GITHUB_SHA1: Scheme<'static> = body("github-sha1", "x-hub-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// Intercom: `X-Hub-Signature: sha1=<hex>` over the body; the secret is the app's client secret.
///
/// No timestamp and no id are signed. Confidence C. Source: Intercom docs, "Signed notifications".
pub const INTERCOM: Scheme<'static> = body("intercom", "x-hub-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// WebSub with SHA-1, see [`WEBSUB`](super::WEBSUB).
pub const WEBSUB_SHA1: Scheme<'static> = websub("websub-sha1", Algorithm::HmacSha1, "sha1=");

/// Flux with SHA-1, see [`FLUX_GENERIC_HMAC`](super::FLUX_GENERIC_HMAC).
pub const FLUX_GENERIC_HMAC_SHA1: Scheme<'static> = flux("flux-generic-hmac-sha1", Algorithm::HmacSha1, "sha1=");

/// Trello: `X-Trello-Webhook: <base64>` over body and URL; the secret is the OAuth secret.
///
/// The URL is the callback URL as it was registered, query included. No timestamp and no id are signed. The probe with
/// `HEAD` is not signed. Confidence C. Source: Trello docs, "Webhook signatures".
pub const TRELLO: Scheme<'static> = Scheme::new(
    "trello",
    Algorithm::HmacSha1,
    Place::Header("x-trello-webhook"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body, Part::Url],
);

/// Appwrite: `X-Appwrite-Webhook-Signature: <base64>` over URL and body.
///
/// No timestamp and no id are signed. Confidence C. Source: Appwrite docs, "Webhooks".
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
/// Of a batch Segment signs the first event only, which leaves the others open to anyone: such a delivery is not accepted
/// here. No timestamp and no id are signed. Confidence C. Source: Segment docs, "Webhooks".
pub const SEGMENT: Scheme<'static> = body("segment", "x-signature", Grammar::Whole, Encoding::Hex);

/// Unit: `x-unit-signature: <base64>` over the body. The raw body, although its SDK parses and writes it again.
///
/// No timestamp and no id are signed. Confidence A. Source: Unit docs and its SDK.
pub const UNIT: Scheme<'static> = body("unit", "x-unit-signature", Grammar::Whole, Encoding::Base64);

/// MongoDB Atlas alerts: `X-MMS-Signature: <base64>` over the body.
///
/// No timestamp and no id are signed. Confidence C. Source: Atlas docs, "Third-party alert settings".
pub const MONGODB_ATLAS: Scheme<'static> = body("mongodb-atlas", "x-mms-signature", Grammar::Whole, Encoding::Base64);

/// Autodesk Platform Services: `x-adsk-signature: sha1hash=<hex>` over the body.
///
/// No timestamp and no id are signed. Confidence C. Source: Autodesk docs, "Secret token".
pub const AUTODESK_APS: Scheme<'static> = body("autodesk-aps", "x-adsk-signature", Grammar::Prefix("sha1hash="), Encoding::Hex);

/// Expo EAS: `expo-signature: sha1=<hex>` over the body.
///
/// No timestamp and no id are signed. Confidence C. Source: Expo docs, "Webhooks".
pub const EXPO_EAS: Scheme<'static> = body("expo-eas", "expo-signature", Grammar::Prefix("sha1="), Encoding::Hex);

/// Front *rule* webhooks: `X-Front-Signature: <base64>` over the body.
///
/// Front's application webhooks use the same header name with another scheme. No timestamp and no id are signed.
/// Confidence C. Source: Front docs, "Rule webhooks".
pub const FRONT_RULE: Scheme<'static> = body("front-rule", "x-front-signature", Grammar::Whole, Encoding::Base64);

/// Every scheme of this file that is as certain as the others.
pub(super) const ALL: &[Scheme<'static>] = &[
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

pub(super) mod unconfirmed {
    use super::body;
    use crate::encoding::Encoding;
    use crate::scheme::{Grammar, Scheme};

    /// Vercel: `x-vercel-signature: <hex>` over the body.
    ///
    /// The secret is that of the account's webhook, or the client secret of an integration. No timestamp and no id are
    /// signed. Confidence C~. Source: copies of Vercel's sample.
    pub const VERCEL: Scheme<'static> = body("vercel", "x-vercel-signature", Grammar::Whole, Encoding::Hex);

    pub(in super::super) const ALL: &[Scheme<'static>] = &[VERCEL];
}
