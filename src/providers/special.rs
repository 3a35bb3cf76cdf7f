//! Providers whose schemes use a form that hardly any other does.

use core::time::Duration;

use super::{STANDARD_GRAMMAR, STANDARD_PARTS};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Covers, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// DocuSign Connect: `X-DocuSign-Signature-1: <base64>`, `-2`, … up to 100, one per key, over the body.
///
/// No timestamp and no id are signed. Adding a key at DocuSign adds a header, so a rotation loses nothing: add, deploy,
/// remove. Confidence C. Source: DocuSign docs, "Validate HMAC", and its code examples.
pub const DOCUSIGN: Scheme<'static> = Scheme::new(
    "docusign",
    Algorithm::HmacSha256,
    Place::Numbered { stem: "x-docusign-signature-", last: 100 },
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
);

/// Box: `Box-Signature-Primary` and `Box-Signature-Secondary` (base64) over body and timestamp, 600 s past and none ahead.
///
/// The time is RFC 3339 with an offset in `Box-Delivery-Timestamp`. Version and algorithm headers are pinned; the delivery
/// id is not signed. Both keys always sign: renew one at a time. The body must be the bytes received: its `\u` escapes are
/// signed as they are. Confidence A. Source: Box docs and its SDKs.
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

/// Hookdeck: `X-Hookdeck-Signature: <base64>` over the body, and during a rotation a second one in `X-Hookdeck-Signature-2`.
///
/// No timestamp and no id are signed. Confidence A. Source: Hookdeck docs and its SDK.
pub const HOOKDECK: Scheme<'static> = Scheme::new(
    "hookdeck",
    Algorithm::HmacSha256,
    Place::Each(&["x-hookdeck-signature", "x-hookdeck-signature-2"]),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
);

/// Recurly: `recurly-signature: <milliseconds>,<hex>[,<hex>…]` over `timestamp.body`, 300 s both ways.
///
/// While keys rotate there is one signature per key. Confidence B. Source: Recurly docs, and its Ruby client.
pub const RECURLY: Scheme<'static> = Scheme::new(
    "recurly",
    Algorithm::HmacSha256,
    Place::Header("recurly-signature"),
    Grammar::List { between: ',', prefix: "" },
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::FirstItem, Unit::Millis);

/// Persona: `Persona-Signature: t=<seconds>,v1=<hex>`, and during a rotation a second such group after a blank.
///
/// Over `timestamp.body`, 300 s. All groups must name the same time. Confidence C. Source: Persona docs, "Best practices".
pub const PERSONA: Scheme<'static> = Scheme::new(
    "persona",
    Algorithm::HmacSha256,
    Place::Header("persona-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"]).group(' ')),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Hookdeck Outpost: `x-outpost-signature: v0=<hex>[,<hex>…]` over the body: one prefix, then a list.
///
/// No timestamp and no id are signed. The key is the text of the whole `whsec_<hex>` secret. The previous secret signs for
/// 24 hours more. Header, encoding and content can be configured there: this is the default. Confidence C. Source:
/// Outpost's configuration reference.
pub const OUTPOST: Scheme<'static> = Scheme::new(
    "outpost",
    Algorithm::HmacSha256,
    Place::Header("x-outpost-signature"),
    Grammar::List { between: ',', prefix: "v0=" },
    Encoding::Hex,
    &[Part::Body],
);

/// TabaPay: `X-HMAC-Signature: t=<seconds>,v1=<hex>[,v2=<hex>]` over `timestamp.body`, 300 s.
///
/// `v2` is not a version but the *previous* secret, which signs for 48 hours more. Confidence C. Source: TabaPay docs,
/// "Webhook signature headers".
pub const TABAPAY: Scheme<'static> = Scheme::new(
    "tabapay",
    Algorithm::HmacSha256,
    Place::Header("x-hmac-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1", "v2"]).emit_previous("v2")),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Orb: `X-Orb-Signature: v1=<hex>[ v1=<hex>…]` over `v1:timestamp:body`, 300 s both ways.
///
/// The time in `X-Orb-Timestamp` has no offset and is UTC: `2026-09-21T14:13:20.123456`. Confidence A. Source: Orb's SDKs.
pub const ORB: Scheme<'static> = Scheme::new(
    "orb",
    Algorithm::HmacSha256,
    Place::Header("x-orb-signature"),
    Grammar::Tagged(Tagged::new(' ', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Lit("v1:"), Part::Timestamp, Part::Lit(":"), Part::Body],
)
.timestamp(Source::Header("x-orb-timestamp"), Unit::IsoUtc);

/// Metronome: `Metronome-Webhook-Signature: <hex>` over date, line feed and body, 300 s both ways.
///
/// The time in `X-Metronome-Date` is an HTTP date. Confidence A.
/// Source: Metronome's SDKs.
pub const METRONOME: Scheme<'static> = Scheme::new(
    "metronome",
    Algorithm::HmacSha256,
    Place::Header("metronome-webhook-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("\n"), Part::Body],
)
.timestamp(Source::Header("x-metronome-date"), Unit::HttpDate);

/// Retell AI: `X-Retell-Signature: v=<milliseconds>,d=<hex>` over body and timestamp, 300 s both ways.
///
/// `v` is the time, not a version. The secret is the API key. Confidence A. Source: Retell's SDKs.
pub const RETELL: Scheme<'static> = Scheme::new(
    "retell",
    Algorithm::HmacSha256,
    Place::Header("x-retell-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["d"])),
    Encoding::Hex,
    &[Part::Body, Part::Timestamp],
)
.timestamp(Source::Tag("v"), Unit::Millis);

/// Nextcloud Talk bots: `X-Nextcloud-Talk-Signature: <hex>` over the header `X-Nextcloud-Talk-Random` and the body.
///
/// No timestamp. Copies are told by the whole signed content. Confidence C. Source: Nextcloud Talk docs,
/// "Bots and webhooks".
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
    STANDARD_GRAMMAR,
    Encoding::Base64,
    STANDARD_PARTS,
)
.id("webhook-id")
.timestamp(Source::Header("webhook-timestamp"), Unit::Seconds);

/// Polar: Standard Webhooks, but the key is the text of the `polar_whs_…` secret. 300 s both ways, the id is signed.
///
/// Confidence A. Source: Polar's SDK.
pub const POLAR: Scheme<'static> = STANDARD_TEXT.named("polar");

/// BigCommerce: Standard Webhooks, but the key is the text of the app's client secret. 300 s both ways, the id is signed.
///
/// Confidence C. Source: BigCommerce docs, "Webhooks overview".
pub const BIGCOMMERCE: Scheme<'static> = STANDARD_TEXT.named("bigcommerce");

/// Increase: Standard Webhooks, but the key is the text of the secret. 300 s both ways, the id is signed.
///
/// Its SDK reads a secret that is passed to one call, and not to the client, as base64: if yours does not match, try
/// [`SecretFormat::Base64`]. Confidence A. Source: Increase's SDK.
pub const INCREASE: Scheme<'static> = STANDARD_TEXT.named("increase");

/// Supabase auth hooks: Standard Webhooks with a secret that is written `v1,whsec_<base64>`. 300 s both ways.
///
/// Supabase lists several secrets with `|` between them: put each into the ring by itself. Confidence C. Source: Supabase
/// docs, "Auth hooks".
pub const SUPABASE: Scheme<'static> = STANDARD_TEXT.named("supabase").secret_format(SecretFormat::V1Whsec);

/// Mailgun: the signature stands in the JSON body, `signature.signature` (hex), over `signature.timestamp` and
/// `signature.token`, 300 s.
///
/// **The event itself is not signed**: whoever saw one delivery can put another event beside its signature while the time
/// is fresh. Remember the token against that. Confidence C. Source: Mailgun docs, "Securing webhooks".
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

/// OpenNode: the signature is the form field `hashed_order` (hex) over the field `id`.
///
/// **Only the charge id is signed**: ask OpenNode for status and amount. No timestamp. The secret is the API key.
/// Confidence A. Source: OpenNode's SDK.
pub const OPENNODE: Scheme<'static> = Scheme::new(
    "opennode",
    Algorithm::HmacSha256,
    Place::Form("hashed_order"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Form("id")],
)
.covers(Covers::Only("the form field id, not status and amount"));

/// Buildkite: `X-Buildkite-Signature: timestamp=<seconds>,signature=<hex>` over `timestamp.body`, 300 s.
///
/// A webhook sends this or the plain token in `X-Buildkite-Token`, as set up there. Confidence C. Source: Buildkite docs,
/// "Webhooks".
pub const BUILDKITE: Scheme<'static> = Scheme::new(
    "buildkite",
    Algorithm::HmacSha256,
    Place::Header("x-buildkite-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["signature"])),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("timestamp"), Unit::Seconds);

/// WooCommerce: `X-WC-Webhook-Signature: <base64>` over the body.
///
/// The key is the secret's text after its HTML entities are decoded: paste what the settings page shows. The first ping is
/// a form without a signature. No timestamp and no id are signed. Confidence C. Source: WooCommerce's `WC_Webhook`.
pub const WOOCOMMERCE: Scheme<'static> = Scheme::new(
    "woocommerce",
    Algorithm::HmacSha256,
    Place::Header("x-wc-webhook-signature"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
)
.secret_format(SecretFormat::HtmlText);

/// Convoy, simple signatures: `X-Convoy-Signature: <hex>` over the body, which Convoy sends as compact JSON.
///
/// A project chooses hash and encoding: [`Scheme::with_algorithm`], [`Scheme::with_encoding`]. No timestamp and no id are
/// signed. Confidence B. Source: Convoy's signature tests.
pub const CONVOY_SIMPLE: Scheme<'static> = Scheme::new(
    "convoy-simple",
    Algorithm::HmacSha256,
    Place::Header("x-convoy-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Body],
);

/// Convoy, advanced signatures: `X-Convoy-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over `timestamp,body`, 300 s.
///
/// A project chooses hash and encoding: [`Scheme::with_algorithm`], [`Scheme::with_encoding`]. All live secrets sign.
/// Confidence B. Source: Convoy's signature tests.
pub const CONVOY_ADVANCED: Scheme<'static> = Scheme::new(
    "convoy-advanced",
    Algorithm::HmacSha256,
    Place::Header("x-convoy-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit(","), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// WebSub with SHA-256: `X-Hub-Signature: sha256=<hex>` over the body.
///
/// The hub names its method in the header; a receiver pins one here and refuses the others. No timestamp and no id are
/// signed. Confidence C. Source: W3C WebSub, section 8.
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
/// The header names the method; a receiver pins one here and refuses the others. No timestamp and no id are signed.
/// Confidence C. Source: Flux docs, "Generic webhook with HMAC".
pub const FLUX_GENERIC_HMAC: Scheme<'static> = flux("flux-generic-hmac", Algorithm::HmacSha256, "sha256=");
/// [`FLUX_GENERIC_HMAC`] with SHA-512.
pub const FLUX_GENERIC_HMAC_SHA512: Scheme<'static> = flux("flux-generic-hmac-sha512", Algorithm::HmacSha512, "sha512=");

pub(super) const fn flux(name: &'static str, algorithm: Algorithm, prefix: &'static str) -> Scheme<'static> {
    Scheme::new(name, algorithm, Place::Header("x-signature"), Grammar::Prefix(prefix), Encoding::Hex, &[Part::Body])
}

/// Every scheme of this file that is as certain as the others.
pub(super) const ALL: &[Scheme<'static>] = &[
    BIGCOMMERCE,
    BOX,
    BUILDKITE,
    CONVOY_ADVANCED,
    CONVOY_SIMPLE,
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
    WOOCOMMERCE,
];

pub(super) mod unconfirmed {
    use crate::encoding::Encoding;
    use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme};

    /// Framer: `Framer-Signature: sha256=<hex>` over the body and the header `Framer-Webhook-Submission-Id`.
    ///
    /// No timestamp. Nothing marks where the body ends and the submission id begins, so the id is not taken for a message id:
    /// copies are told by the whole signed content. Confidence C~. Source: Framer's help page "Webhooks", as quoted by others.
    pub const FRAMER: Scheme<'static> = Scheme::new(
        "framer",
        Algorithm::HmacSha256,
        Place::Header("framer-signature"),
        Grammar::Prefix("sha256="),
        Encoding::Hex,
        &[Part::Body, Part::Header("framer-webhook-submission-id")],
    );

    pub(in super::super) const ALL: &[Scheme<'static>] = &[FRAMER];
}
