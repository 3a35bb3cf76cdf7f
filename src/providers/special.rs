//! Providers whose schemes use a form that hardly any other does.

use core::time::Duration;

use super::forms::{ID_TIME_BODY, STANDARD_LIST};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Covers, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// DocuSign Connect: `X-DocuSign-Signature-1: <base64>`, `-2`, … up to 100, over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: every key has a header of its own, so adding a key
/// adds a header. Source: its docs, "Validate HMAC", and its code examples.
pub const DOCUSIGN: Scheme<'static> = Scheme::new(
    "docusign",
    Algorithm::HmacSha256,
    Place::Numbered { stem: "x-docusign-signature-", last: 100 },
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
);

/// Box: `Box-Signature-Primary` and `Box-Signature-Secondary` (base64) over `body time`, 600 s back, 0 s ahead.
///
/// Confidence A. Not covered: id (the delivery id header), other headers. The time is RFC 3339 with an offset, in
/// `Box-Delivery-Timestamp`; version and algorithm headers are pinned. Rotation: two keys always sign, renew one at a time.
/// The `\u` escapes of the body are signed as they are. Source: its docs and its SDKs.
pub const BOX: Scheme<'static> = Scheme::new(
    "box",
    Algorithm::HmacSha256,
    Place::Each(&["box-signature-primary", "box-signature-secondary"]),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body, Part::Timestamp],
)
.timestamp(Source::Header("box-delivery-timestamp"), Unit::Rfc3339)
.tolerance(Duration::from_secs(600), Duration::ZERO)
.require(&[("box-signature-version", "1"), ("box-signature-algorithm", "HmacSHA256")]);

/// Hookdeck: `X-Hookdeck-Signature: <base64>`, and `X-Hookdeck-Signature-2` while a secret is rotated, over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: the second header carries the signature of the other
/// secret. Source: its SDK.
pub const HOOKDECK: Scheme<'static> = Scheme::new(
    "hookdeck",
    Algorithm::HmacSha256,
    Place::Each(&["x-hookdeck-signature", "x-hookdeck-signature-2"]),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
);

/// Recurly: `recurly-signature: <milliseconds>,<hex>[,<hex>…]` over `time.body`, 300 s both ways.
///
/// Confidence B. Not covered: id, other headers. Rotation: one signature per live key. Source: its docs and its Ruby
/// client.
pub const RECURLY: Scheme<'static> = Scheme::new(
    "recurly",
    Algorithm::HmacSha256,
    Place::Header("recurly-signature"),
    Grammar::List { between: ',', prefix: "" },
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::FirstItem, Unit::Millis);

/// Persona: `Persona-Signature: t=<seconds>,v1=<hex>[ t=<seconds>,v1=<hex>]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: a whole group per live secret, after a space; all groups
/// must name the same time. Source: its docs, "Best practices"; the two groups from a secondary source.
pub const PERSONA: Scheme<'static> = Scheme::new(
    "persona",
    Algorithm::HmacSha256,
    Place::Header("persona-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"]).group(' ')),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Hookdeck Outpost: `x-outpost-signature: v0=<hex>[,<hex>…]`, one prefix and then a list, over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: the previous secret signs for 24 hours more. The key
/// is the text of the whole `whsec_<hex>` secret. An installation may have configured another header, encoding or
/// content. Source: its configuration reference.
pub const OUTPOST: Scheme<'static> = Scheme::new(
    "outpost",
    Algorithm::HmacSha256,
    Place::Header("x-outpost-signature"),
    Grammar::List { between: ',', prefix: "v0=" },
    Encoding::Hex,
    &[Part::Body],
);

/// TabaPay: `X-HMAC-Signature: t=<seconds>,v1=<hex>[,v2=<hex>]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: `v2` is not a version but the *previous* secret, which signs
/// for 48 hours more. Source: its docs, "Webhook signature headers".
pub const TABAPAY: Scheme<'static> = Scheme::new(
    "tabapay",
    Algorithm::HmacSha256,
    Place::Header("x-hmac-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1", "v2"]).emit_previous("v2")),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Orb: `X-Orb-Signature: v1=<hex>[ v1=<hex>…]` and `X-Orb-Timestamp` over `v1:time:body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. The time has no offset and is UTC: `2026-09-21T14:13:20.123456`.
/// Rotation: the list has room for several. Source: its SDK.
pub const ORB: Scheme<'static> = Scheme::new(
    "orb",
    Algorithm::HmacSha256,
    Place::Header("x-orb-signature"),
    Grammar::Tagged(Tagged::new(' ', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Lit("v1:"), Part::Timestamp, Part::Lit(":"), Part::Body],
)
.timestamp(Source::Header("x-orb-timestamp"), Unit::IsoUtc);

/// Metronome: `Metronome-Webhook-Signature: <hex>` and `X-Metronome-Date` (an HTTP date) over date, line feed, body,
/// 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. Source: its SDK.
pub const METRONOME: Scheme<'static> = Scheme::new(
    "metronome",
    Algorithm::HmacSha256,
    Place::Header("metronome-webhook-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("\n"), Part::Body],
)
.timestamp(Source::Header("x-metronome-date"), Unit::HttpDate);

/// Retell AI: `X-Retell-Signature: v=<milliseconds>,d=<hex>` over `body time`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. `v` is the time, not a version; the secret is the API key. Rotation:
/// no overlap documented. Source: its SDK.
pub const RETELL: Scheme<'static> = Scheme::new(
    "retell",
    Algorithm::HmacSha256,
    Place::Header("x-retell-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["d"])),
    Encoding::Hex,
    &[Part::Body, Part::Timestamp],
)
.timestamp(Source::Tag("v"), Unit::Millis);

/// Nextcloud Talk bots: `X-Nextcloud-Talk-Signature: <hex>` over `random body`, the first from `X-Nextcloud-Talk-Random`.
///
/// Confidence C. Not covered: time, id, other headers. Copies are recognised by the whole signed content. Rotation: no
/// overlap documented. Source: its docs, "Bots and webhooks".
pub const NEXTCLOUD_TALK: Scheme<'static> = Scheme::new(
    "nextcloud-talk",
    Algorithm::HmacSha256,
    Place::Header("x-nextcloud-talk-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Header("x-nextcloud-talk-random"), Part::Body],
);

/// The framing of Standard Webhooks with a secret that is text, whatever it looks like.
const STANDARD_TEXT: Scheme<'static> = Scheme::new(
    "standard-webhooks-text",
    Algorithm::HmacSha256,
    Place::Header("webhook-signature"),
    STANDARD_LIST,
    Encoding::Base64,
    ID_TIME_BODY,
)
.id("webhook-id")
.timestamp(Source::Header("webhook-timestamp"), Unit::Seconds);

/// Polar: Standard Webhooks, but the key is the text of the `polar_whs_…` secret.
///
/// Confidence A. Not covered: other headers. Rotation: the list has room for several. Source: its SDK.
pub const POLAR: Scheme<'static> = STANDARD_TEXT.named("polar");

/// BigCommerce: Standard Webhooks, but the key is the text of the app's client secret.
///
/// Confidence C. Not covered: other headers. Rotation: the list has room for several. Source: its docs, "Webhooks
/// overview".
pub const BIGCOMMERCE: Scheme<'static> = STANDARD_TEXT.named("bigcommerce");

/// Increase: Standard Webhooks, but the key is the text of the secret.
///
/// Confidence A. Not covered: other headers. Rotation: the list has room for several. Its SDK reads a secret that is
/// passed to one call, and not to the client, as base64: if yours does not match, try [`SecretFormat::Base64`]. Source:
/// its SDK.
pub const INCREASE: Scheme<'static> = STANDARD_TEXT.named("increase");

/// Supabase auth hooks: Standard Webhooks with a secret that is written `v1,whsec_<base64>`.
///
/// Confidence C. Not covered: other headers. Rotation: its settings list several secrets with `|` between them: put
/// each into the ring by itself. Source: its docs, "Auth hooks".
pub const SUPABASE: Scheme<'static> = STANDARD_TEXT.named("supabase").secret_format(SecretFormat::V1Whsec);

/// Mailgun: `signature.signature` (hex) in the JSON body, over `signature.timestamp signature.token`, 300 s both ways.
///
/// Confidence C. **Not covered: the event itself**: whoever saw one delivery can put another event beside its signature
/// while the time is fresh, so remember the token. Rotation: no overlap documented. Source: its docs, "Securing
/// webhooks".
pub const MAILGUN: Scheme<'static> = Scheme::new(
    "mailgun",
    Algorithm::HmacSha256,
    Place::Json("signature.signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Timestamp, Part::Json("signature.token")],
)
.timestamp(Source::Json("signature.timestamp"), Unit::Seconds)
.covers(Covers::Only("signature.timestamp and signature.token, not the event"));

/// OpenNode: the form field `hashed_order` (hex) over the form field `id`.
///
/// Confidence A. **Not covered: everything but the charge id**: ask OpenNode for status and amount. The secret is the
/// API key. Rotation: no overlap documented. Source: its SDK.
pub const OPENNODE: Scheme<'static> = Scheme::new(
    "opennode",
    Algorithm::HmacSha256,
    Place::Form("hashed_order"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Form("id")],
)
.covers(Covers::Only("the form field id, not status and amount"));

/// WebSub with SHA-256: `X-Hub-Signature: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. The hub names its method in the header; a receiver pins one here
/// and refuses the others. Rotation: a new subscription has a new secret. Source: W3C WebSub, section 8.
pub const WEBSUB: Scheme<'static> = websub("websub", Algorithm::HmacSha256, "sha256=");
/// [`WEBSUB`] with SHA-384.
pub const WEBSUB_SHA384: Scheme<'static> = websub("websub-sha384", Algorithm::HmacSha384, "sha384=");
/// [`WEBSUB`] with SHA-512.
pub const WEBSUB_SHA512: Scheme<'static> = websub("websub-sha512", Algorithm::HmacSha512, "sha512=");

pub(super) const fn websub(name: &'static str, algorithm: Algorithm, prefix: &'static str) -> Scheme<'static> {
    let place = Place::Header("x-hub-signature");
    Scheme::new(name, algorithm, place, Grammar::Prefix(prefix), Encoding::Hex, &[Part::Body])
}

/// Flux notification-controller, generic HMAC provider, with SHA-256: `X-Signature: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. The header names the method; a receiver pins one here and
/// refuses the others. Rotation: no overlap documented. Source: its docs, "Generic webhook with HMAC".
pub const FLUX_GENERIC_HMAC: Scheme<'static> = flux("flux-generic-hmac", Algorithm::HmacSha256, "sha256=");
/// [`FLUX_GENERIC_HMAC`] with SHA-512.
pub const FLUX_GENERIC_HMAC_SHA512: Scheme<'static> = flux("flux-generic-hmac-sha512", Algorithm::HmacSha512, "sha512=");

pub(super) const fn flux(name: &'static str, algorithm: Algorithm, prefix: &'static str) -> Scheme<'static> {
    Scheme::new(name, algorithm, Place::Header("x-signature"), Grammar::Prefix(prefix), Encoding::Hex, &[Part::Body])
}

/// Every scheme of this file that is as certain as the others.
pub(super) const SPECIAL: &[Scheme<'static>] = &[
    BIGCOMMERCE,
    BOX,
    DOCUSIGN,
    FLUX_GENERIC_HMAC,
    FLUX_GENERIC_HMAC_SHA512,
    HOOKDECK,
    INCREASE,
    MAILGUN,
    METRONOME,
    NEXTCLOUD_TALK,
    OPENNODE,
    ORB,
    OUTPOST,
    PERSONA,
    POLAR,
    RECURLY,
    RETELL,
    SUPABASE,
    TABAPAY,
    WEBSUB,
    WEBSUB_SHA384,
    WEBSUB_SHA512,
];
