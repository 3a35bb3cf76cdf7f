//! Messages, calls, social networks and support.

use super::forms::{TIME_BODY, TIME_COLON_BODY, body_signed, seconds, stamped, timed};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Unit};

/// Slack: `X-Slack-Signature: v0=<hex>` and `X-Slack-Request-Timestamp` (seconds) over `v0:time:body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: regenerating the signing secret is immediate on Slack's side.
/// Source: Slack docs, "Verifying requests from Slack".
pub const SLACK: Scheme<'static> = timed(
    "slack",
    "x-slack-signature",
    Grammar::Prefix("v0="),
    Encoding::Hex,
    &[Part::Lit("v0:"), Part::Timestamp, Part::Lit(":"), Part::Body],
    "x-slack-request-timestamp",
    Unit::Seconds,
);

/// HubSpot v3: `X-HubSpot-Signature-v3: <base64>` and `X-HubSpot-Request-Timestamp` (milliseconds) over
/// `method url body time` without separators, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. Needs the public URL when the verifier is
/// built, and method and target of each request. Source: HubSpot docs, "Validating requests", and its Node SDK.
pub const HUBSPOT_V3: Scheme<'static> = timed(
    "hubspot-v3",
    "x-hubspot-signature-v3",
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Method, Part::Url, Part::Body, Part::Timestamp],
    "x-hubspot-request-timestamp",
    Unit::Millis,
);

/// Zoom: `x-zm-signature: v0=<hex>` and `x-zm-request-timestamp` (seconds) over `v0:time:body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Answer `endpoint.url_validation` only
/// after verifying: the answer is a MAC of the caller's text under the same key. Source: official sample.
pub const ZOOM: Scheme<'static> = timed(
    "zoom",
    "x-zm-signature",
    Grammar::Prefix("v0="),
    Encoding::Hex,
    &[Part::Lit("v0:"), Part::Timestamp, Part::Lit(":"), Part::Body],
    "x-zm-request-timestamp",
    Unit::Seconds,
);

/// Meta (Facebook, WhatsApp, Instagram): `X-Hub-Signature-256: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the app secret; the
/// older SHA-1 header is ignored. Source: official Node SDK of WhatsApp.
pub const META: Scheme<'static> = body_signed("meta", "x-hub-signature-256", Grammar::Prefix("sha256="), Encoding::Hex);

/// X (Twitter): `x-twitter-webhooks-signature: sha256=<base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the consumer secret,
/// which also signs the CRC challenge. Source: official docs, quickstart.
pub const X_TWITTER: Scheme<'static> =
    body_signed("x-twitter", "x-twitter-webhooks-signature", Grammar::Prefix("sha256="), Encoding::Base64);

/// Twitch EventSub: `Twitch-Eventsub-Message-Signature: sha256=<hex>` and `Twitch-Eventsub-Message-Timestamp` (RFC
/// 3339) over `id time body` without separators, 600 s back, 300 s ahead.
///
/// Confidence B. Not covered: other headers. Rotation: no overlap documented. The id is signed:
/// `Twitch-Eventsub-Message-Id`. Source: Twitch docs; vector of a third-party client.
pub const TWITCH: Scheme<'static> = timed(
    "twitch",
    "twitch-eventsub-message-signature",
    Grammar::Prefix("sha256="),
    Encoding::Hex,
    &[Part::Id, Part::Timestamp, Part::Body],
    "twitch-eventsub-message-timestamp",
    Unit::Rfc3339,
)
.tolerance(seconds(600), seconds(300))
.id("twitch-eventsub-message-id");

/// LINE: `X-Line-Signature: <base64>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 11.0.0, Python
/// SDK tests.
pub const LINE: Scheme<'static> = body_signed("line", "x-line-signature", Grammar::Whole, Encoding::Base64);

/// Viber: `X-Viber-Content-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the auth token.
/// Source: Node SDK 1.0.18.
pub const VIBER: Scheme<'static> = body_signed("viber", "x-viber-content-signature", Grammar::Whole, Encoding::Hex);

/// Microsoft Teams outgoing webhooks: `Authorization: HMAC <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is base64. Source:
/// Microsoft docs, add an outgoing webhook.
pub const MS_TEAMS: Scheme<'static> =
    body_signed("ms-teams", "authorization", Grammar::Prefix("HMAC "), Encoding::Base64).secret_format(SecretFormat::Base64);

/// LinkedIn: `X-LI-Signature: <hex>` over `hmacsha256=body`.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Microsoft docs,
/// LinkedIn webhook validation.
pub const LINKEDIN: Scheme<'static> = Scheme::new(
    "linkedin",
    Algorithm::HmacSha256,
    Place::Header("x-li-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Lit("hmacsha256="), Part::Body],
);

/// TikTok for Developers: `TikTok-Signature: t=<seconds>,s=<hex>[,s=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: TikTok docs.
pub const TIKTOK: Scheme<'static> = stamped("tiktok", "tiktok-signature", "t", &["s"]);

/// Front application webhooks: `X-Front-Signature: <base64>` and `X-Front-Request-Timestamp` (milliseconds) over
/// `time:body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Rule webhooks use the same header
/// name for an SHA-1 signature. Channel calls with GET and DELETE sign the text `undefined` as the body. Source: Front
/// docs, application webhooks.
pub const FRONT: Scheme<'static> = timed(
    "front",
    "x-front-signature",
    Grammar::Whole,
    Encoding::Base64,
    TIME_COLON_BODY,
    "x-front-request-timestamp",
    Unit::Millis,
);

/// Sendbird: `x-sendbird-signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the API token.
/// Source: Sendbird docs.
pub const SENDBIRD: Scheme<'static> = body_signed("sendbird", "x-sendbird-signature", Grammar::Whole, Encoding::Hex);

/// Ably: `X-Ably-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. `X-Ably-Key` names the key and
/// is not signed; the key is the part of the API key after the colon. Source: Ably docs.
pub const ABLY: Scheme<'static> = body_signed("ably", "x-ably-signature", Grammar::Whole, Encoding::Base64);

/// Pusher Channels: `X-Pusher-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: its SDK takes further tokens. `X-Pusher-Key` names the
/// token and is not signed. Source: Node SDK 5.3.4.
pub const PUSHER: Scheme<'static> = body_signed("pusher", "x-pusher-signature", Grammar::Whole, Encoding::Hex);

/// Stream: `X-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. With gzip switched on, the body
/// before compression is signed. Source: Node SDK 9.53.0.
pub const GETSTREAM: Scheme<'static> = body_signed("getstream", "x-signature", Grammar::Whole, Encoding::Hex);

/// Zendesk: `X-Zendesk-Webhook-Signature: <base64>` and `X-Zendesk-Webhook-Signature-Timestamp` (RFC 3339) over `time
/// body` without separator, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. GET and DELETE deliveries have an
/// empty body. Source: Zendesk docs, verifying.
pub const ZENDESK: Scheme<'static> = timed(
    "zendesk",
    "x-zendesk-webhook-signature",
    Grammar::Whole,
    Encoding::Base64,
    TIME_BODY,
    "x-zendesk-webhook-signature-timestamp",
    Unit::Rfc3339,
);

/// Dixa: `X-DIXA-SIGNATURE: t=<milliseconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. The key is hexadecimal. Source: Dixa
/// docs, webhooks security.
pub const DIXA: Scheme<'static> = stamped("dixa", "x-dixa-signature", "t", &["v1"])
    .timestamp(Source::Tag("t"), Unit::Millis)
    .secret_format(SecretFormat::Hex);

/// Surge: `Surge-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: one `v1` per live secret. Source: Surge docs, signature
/// validation.
pub const SURGE: Scheme<'static> = stamped("surge", "surge-signature", "t", &["v1"]);

/// Nylas: `X-Nylas-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: the old secret ends at once. Source: Node SDK 6.11.0.
pub const NYLAS: Scheme<'static> = body_signed("nylas", "x-nylas-signature", Grammar::Whole, Encoding::Hex);

/// Every row of this file.
pub(super) const MESSAGING: &[Scheme<'static>] = &[
    SLACK, HUBSPOT_V3, ZOOM, META, X_TWITTER, TWITCH, LINE, VIBER, MS_TEAMS, LINKEDIN, TIKTOK, FRONT, SENDBIRD, ABLY, PUSHER,
    GETSTREAM, ZENDESK, DIXA, SURGE, NYLAS,
];
