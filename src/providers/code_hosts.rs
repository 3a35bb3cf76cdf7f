//! Code hosts, build systems and developer tools.

use super::forms::{body_signed, seconds, stamped, timed};
use crate::encoding::Encoding;
use crate::scheme::{Grammar, Part, Scheme, Source, Tagged, Unit};

/// GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body. QuantGov's `hmac` mode is the same.
///
/// Confidence A. Not covered: time, id (`X-GitHub-Delivery`), other headers. Rotation: no overlap documented: one secret per
/// hook, so the receiver keeps both. The older SHA-1 header is ignored. With the form content type the raw form is signed.
/// Source: GitHub docs, "Validating webhook deliveries".
pub const GITHUB: Scheme<'static> = body_signed("github", "x-hub-signature-256", Grammar::Prefix("sha256="), Encoding::Hex);

/// Linear: `Linear-Signature: <hex>` over the body; the time is `webhookTimestamp` (milliseconds) inside it, 60 s both ways.
///
/// Confidence A. Not covered: id (`Linear-Delivery`), other headers. Rotation: no overlap documented. The body has to be
/// whole: it cannot be verified as a stream. Source: Linear docs, "Webhooks", and its SDK.
pub const LINEAR: Scheme<'static> = body_signed("linear", "linear-signature", Grammar::Whole, Encoding::Hex)
    .timestamp(Source::Json("webhookTimestamp"), Unit::Millis)
    .tolerance(seconds(60), seconds(60));

/// Bitbucket: `X-Hub-Signature: sha256=<hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Without a secret the header is
/// absent; `X-Request-UUID` is not signed. Source: the vector that Atlassian publishes.
pub const BITBUCKET: Scheme<'static> = body_signed("bitbucket", "x-hub-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Jira admin webhooks: `X-Hub-Signature: sha256=<hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Connect apps send a JWT
/// instead. Source: the vector that Atlassian publishes.
pub const JIRA: Scheme<'static> = body_signed("jira", "x-hub-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Gitea: `X-Gitea-Signature: <hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Without a secret the header is
/// there but empty, and refused. With the form content type the JSON inside `payload=` is signed, not the raw body.
/// Source: sender code, services/webhook/deliver.go.
pub const GITEA: Scheme<'static> = body_signed("gitea", "x-gitea-signature", Grammar::Whole, Encoding::Hex);

/// Forgejo: `X-Forgejo-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Without a secret the header is
/// there but empty, and refused. Source: sender code, services/webhook/shared/payloader.go.
pub const FORGEJO: Scheme<'static> = body_signed("forgejo", "x-forgejo-signature", Grammar::Whole, Encoding::Hex);

/// Gogs: `X-Gogs-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: sender code.
pub const GOGS: Scheme<'static> = body_signed("gogs", "x-gogs-signature", Grammar::Whole, Encoding::Hex);

/// CircleCI: `circleci-signature: v1=<hex>[,v1=…]` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. The list is one of versions:
/// others than `v1` are skipped. Source: CircleCI docs, outbound webhooks, with vectors.
pub const CIRCLECI: Scheme<'static> =
    body_signed("circleci", "circleci-signature", Grammar::Tagged(Tagged::new(',', '=', &["v1"])), Encoding::Hex);

/// Buildkite: `X-Buildkite-Signature: timestamp=<seconds>,signature=<hex>[,signature=…]` over `time.body`, 300 s both
/// ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. A sender may use a plain token
/// instead: [`tokens`](super::tokens). Source: Buildkite docs.
pub const BUILDKITE: Scheme<'static> = stamped("buildkite", "x-buildkite-signature", "timestamp", &["signature"]);

/// Sentry: `Sentry-Hook-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the client secret.
/// `Sentry-Hook-Timestamp` is not signed. Source: Sentry docs, webhooks.
pub const SENTRY: Scheme<'static> = body_signed("sentry", "sentry-hook-signature", Grammar::Whole, Encoding::Hex);

/// Trigger.dev: `x-trigger-signature-hmacsha256: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 4.8.3.
pub const TRIGGER_DEV: Scheme<'static> =
    body_signed("trigger-dev", "x-trigger-signature-hmacsha256", Grammar::Whole, Encoding::Hex);

/// Cloudflare Stream: `Webhook-Signature: time=<seconds>,sig1=<hex>[,sig1=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. The provider leaves the window to the
/// receiver. Source: Cloudflare docs, using webhooks.
pub const CLOUDFLARE_STREAM: Scheme<'static> = stamped("cloudflare-stream", "webhook-signature", "time", &["sig1"]);

/// ConfigCat: `X-ConfigCat-Webhook-Signature-V1: <base64>[,<base64>]` and `X-ConfigCat-Webhook-Timestamp` (seconds)
/// over `id time body` without separators, 300 s both ways.
///
/// Confidence B. Not covered: other headers. Rotation: while a secondary key exists both sign. The key is the text of
/// the whole `configcat_whsk_…` secret, though it looks like base64. `X-ConfigCat-Webhook-ID` is signed, but nothing marks
/// where it ends and the time begins, so it is not taken for a message id: copies are recognised by the whole signed content.
/// Source: ConfigCat docs, with a printed vector.
pub const CONFIGCAT: Scheme<'static> = timed(
    "configcat",
    "x-configcat-webhook-signature-v1",
    Grammar::List { between: ',', prefix: "" },
    Encoding::Base64,
    &[Part::Header("x-configcat-webhook-id"), Part::Timestamp, Part::Body],
    "x-configcat-webhook-timestamp",
    Unit::Seconds,
);

/// UploadThing: `x-uploadthing-signature: hmac-sha256=<hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node package 7.1.10.
pub const UPLOADTHING: Scheme<'static> =
    body_signed("uploadthing", "x-uploadthing-signature", Grammar::Prefix("hmac-sha256="), Encoding::Hex);

/// Nango: `X-Nango-Hmac-Sha256: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 0.71.10.
pub const NANGO: Scheme<'static> = body_signed("nango", "x-nango-hmac-sha256", Grammar::Whole, Encoding::Hex);

/// ClickUp: `X-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: ClickUp docs, webhook
/// signature.
pub const CLICKUP: Scheme<'static> = body_signed("clickup", "x-signature", Grammar::Whole, Encoding::Hex);

/// PagerDuty v3: `X-PagerDuty-Signature: v1=<hex>[,v1=…]` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: both secrets sign while it lasts. Source: vectors of
/// its Go client.
pub const PAGERDUTY: Scheme<'static> =
    body_signed("pagerduty", "x-pagerduty-signature", Grammar::Tagged(Tagged::new(',', '=', &["v1"])), Encoding::Hex);

/// Every row of this file.
pub(super) const CODE_HOSTS: &[Scheme<'static>] = &[
    GITHUB,
    LINEAR,
    BITBUCKET,
    JIRA,
    GITEA,
    FORGEJO,
    GOGS,
    CIRCLECI,
    BUILDKITE,
    SENTRY,
    TRIGGER_DEV,
    CLOUDFLARE_STREAM,
    CONFIGCAT,
    UPLOADTHING,
    NANGO,
    CLICKUP,
    PAGERDUTY,
];
