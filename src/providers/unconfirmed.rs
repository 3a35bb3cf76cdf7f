//! Providers whose recipe nobody here could confirm.
//!
//! Their recipe was seen as a quotation or a copy, or in several agreeing secondary sources, but not on the page of the
//! provider itself. They are outside the promise of stability: one may change or be removed in any release.
//! [`providers::find`](super::find) does not find them; [`find`] does.

use super::forms::{body_signed, seconds, stamped, stamped_in, timed};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Unit};

/// Calendly: `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 180 s back, 300 s ahead.
///
/// Confidence C~. Not covered: id, other headers. Rotation: no overlap documented. Source: agreeing secondary sources;
/// header and key from its docs.
pub const CALENDLY: Scheme<'static> =
    stamped("calendly", "calendly-webhook-signature", "t", &["v1"]).tolerance(seconds(180), seconds(300));

/// Heroku: `Heroku-Webhook-Hmac-SHA256: <base64>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: agreeing
/// implementations.
pub const HEROKU: Scheme<'static> = body_signed("heroku", "heroku-webhook-hmac-sha256", Grammar::Whole, Encoding::Base64);

/// Customer.io reporting webhooks: `X-CIO-Signature: <hex>` and `X-CIO-Timestamp` (seconds) over `v0:time:body`, 300 s
/// both ways.
///
/// Confidence C~. Not covered: id, other headers. Rotation: no overlap documented. Campaign actions carry the header
/// too, under a key that the receiver cannot read. Source: its docs as quoted by a client library.
pub const CUSTOMER_IO: Scheme<'static> = timed(
    "customer-io",
    "x-cio-signature",
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Lit("v0:"), Part::Timestamp, Part::Lit(":"), Part::Body],
    "x-cio-timestamp",
    Unit::Seconds,
);

/// Klaviyo: `Klaviyo-Signature: <hex>` and `Klaviyo-Timestamp` (seconds) over `body time` without separator, 300 s both
/// ways.
///
/// Confidence C~. Not covered: id, other headers. Rotation: no overlap documented. Source: its docs; the order from
/// secondary sources.
pub const KLAVIYO: Scheme<'static> = timed(
    "klaviyo",
    "klaviyo-signature",
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Body, Part::Timestamp],
    "klaviyo-timestamp",
    Unit::Seconds,
);

/// MailerSend: `Signature: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: third-party Python
/// client django-anymail 15.2.
pub const MAILERSEND: Scheme<'static> = body_signed("mailersend", "signature", Grammar::Whole, Encoding::Hex);

/// Mailtrap: `Mailtrap-Signature: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: third-party Python
/// client django-anymail 15.2.
pub const MAILTRAP: Scheme<'static> = body_signed("mailtrap", "mailtrap-signature", Grammar::Whole, Encoding::Hex);

/// Squarespace: `Squarespace-Signature: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: possible, no overlap stated. The key is hexadecimal.
/// Source: agreeing secondary sources.
pub const SQUARESPACE: Scheme<'static> =
    body_signed("squarespace", "squarespace-signature", Grammar::Whole, Encoding::Hex).secret_format(SecretFormat::Hex);

/// LaunchDarkly: `X-LD-Signature: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: agreeing secondary
/// sources.
pub const LAUNCHDARKLY: Scheme<'static> = body_signed("launchdarkly", "x-ld-signature", Grammar::Whole, Encoding::Hex);

/// Doppler: `X-Doppler-Signature: sha256=<hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: agreeing secondary
/// sources.
pub const DOPPLER: Scheme<'static> = body_signed("doppler", "x-doppler-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Maxio (Chargify): `X-Chargify-Webhook-Signature-Hmac-Sha-256: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: agreeing secondary
/// sources.
pub const CHARGIFY: Scheme<'static> =
    body_signed("chargify", "x-chargify-webhook-signature-hmac-sha-256", Grammar::Whole, Encoding::Hex);

/// SonarQube: `X-Sonar-Webhook-HMAC-SHA256: <hex>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. Source: agreeing secondary
/// sources.
pub const SONARQUBE: Scheme<'static> = body_signed("sonarqube", "x-sonar-webhook-hmac-sha256", Grammar::Whole, Encoding::Hex);

/// Merge: `X-Merge-Webhook-Signature: <base64url>` over the body.
///
/// Confidence C~. Not covered: time, id, other headers. Rotation: no overlap documented. The padding may be missing.
/// Source: agreeing secondary sources.
pub const MERGE_DEV: Scheme<'static> =
    body_signed("merge-dev", "x-merge-webhook-signature", Grammar::Whole, Encoding::Base64UrlPadded);

/// Shippo: `Shippo-Auth-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence C~. Not covered: id, other headers. Rotation: no overlap documented. Source: agreeing secondary sources.
pub const SHIPPO: Scheme<'static> = stamped("shippo", "shippo-auth-signature", "t", &["v1"]);

/// Knock: `x-knock-signature: t=<milliseconds>,s=<base64>[,s=…]` over `time.body`, 300 s both ways.
///
/// Confidence C~. Not covered: id, other headers. Rotation: no overlap documented. Source: agreeing secondary sources.
pub const KNOCK: Scheme<'static> =
    stamped_in(Encoding::Base64, "knock", "x-knock-signature", "t", &["s"]).timestamp(Source::Tag("t"), Unit::Millis);

/// Framer: `Framer-Signature: sha256=<hex>` over `body id`, the id from `Framer-Webhook-Submission-Id`.
///
/// Confidence C~. Not covered: time, other headers. Nothing marks where the body ends and the submission id begins, so it
/// is not taken for a message id: copies are recognised by the whole signed content. Rotation: no overlap documented.
/// Source: its help page as quoted by others.
pub const FRAMER: Scheme<'static> = Scheme::new(
    "framer",
    Algorithm::HmacSha256,
    Place::Header("framer-signature"),
    Grammar::Prefix("sha256="),
    Encoding::Hex,
    &[Part::Body, Part::Header("framer-webhook-submission-id")],
);

/// Vercel: `x-vercel-signature: <hex>`, HMAC-SHA1 over the body.
///
/// Confidence C~. Not covered: time, id, other headers. The secret is that of the account's webhook, or the client secret of
/// an integration. Rotation: no overlap documented. Source: copies of its sample.
#[cfg(feature = "sha1")]
pub const VERCEL: Scheme<'static> = super::sha1::body("vercel", "x-vercel-signature", Grammar::Whole, Encoding::Hex);

#[cfg(feature = "sha1")]
pub use super::computed::unconfirmed::MANDRILL;

/// Every row of this module.
#[must_use]
pub const fn all() -> &'static [Scheme<'static>] {
    ROWS
}

/// The scheme with this name, such as `"heroku"`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scheme<'static>> {
    ROWS.iter().find(|scheme| scheme.name() == name)
}

const ROWS: &[Scheme<'static>] = &[
    CALENDLY,
    HEROKU,
    CUSTOMER_IO,
    KLAVIYO,
    MAILERSEND,
    MAILTRAP,
    SQUARESPACE,
    LAUNCHDARKLY,
    DOPPLER,
    CHARGIFY,
    SONARQUBE,
    MERGE_DEV,
    SHIPPO,
    KNOCK,
    FRAMER,
    #[cfg(feature = "sha1")]
    MANDRILL,
    #[cfg(feature = "sha1")]
    VERCEL,
];
