//! Payments, banking and billing.

use super::forms::{TIME_BODY, TIME_COLON_BODY, TIME_DOT_BODY, body_signed, seconds, stamped, timed};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over `time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers; event ids are in the body. Rotation: one `v1` per live secret while a secret is
/// rolled. The key is the text of the *whole* `whsec_…` secret, never its base64 ([`SecretFormat::Utf8`]). Other tags (`v0`)
/// are skipped. Stripe's own libraries accept any time in the future; this does not. Source: Stripe docs, "Verify webhook
/// signatures".
///
/// [`SecretFormat::Utf8`]: crate::SecretFormat::Utf8
pub const STRIPE: Scheme<'static> = stamped("stripe", "stripe-signature", "t", &["v1"]);

/// Square: `x-square-hmacsha256-signature: <base64>` over `url body` without separator.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. The URL is the one that was
/// registered, byte for byte. Source: Node SDK 46.0.0 and its tests.
pub const SQUARE: Scheme<'static> = Scheme::new(
    "square",
    Algorithm::HmacSha256,
    Place::Header("x-square-hmacsha256-signature"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Url, Part::Body],
);

/// Paddle Billing: `Paddle-Signature: ts=<seconds>;h1=<hex>[;h1=…]` over `time:body`, 5 s back, 300 s ahead.
///
/// Confidence A. Not covered: id, other headers. Rotation: one `h1` per live secret. The 5 s are the provider's; a
/// queue in front of the receiver needs more: [`tolerance`](crate::VerifierBuilder::tolerance). Source: Node and Python
/// SDKs.
pub const PADDLE: Scheme<'static> = Scheme::new(
    "paddle",
    Algorithm::HmacSha256,
    Place::Header("paddle-signature"),
    Grammar::Tagged(Tagged::new(';', '=', &["h1"])),
    Encoding::Hex,
    TIME_COLON_BODY,
)
.timestamp(Source::Tag("ts"), Unit::Seconds)
.tolerance(seconds(5), seconds(300));

/// Adyen platform webhooks: `HmacSignature: <base64>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. The key is hexadecimal. Source:
/// Node library 32.1.0.
pub const ADYEN_PLATFORM: Scheme<'static> =
    body_signed("adyen-platform", "hmacsignature", Grammar::Whole, Encoding::Base64).secret_format(SecretFormat::Hex);

/// Coinbase Commerce: `X-CC-Webhook-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 1.0.4, Python
/// SDK tests.
pub const COINBASE_COMMERCE: Scheme<'static> =
    body_signed("coinbase-commerce", "x-cc-webhook-signature", Grammar::Whole, Encoding::Hex);

/// Razorpay: `X-Razorpay-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id (`x-razorpay-event-id`), other headers. Rotation: retries keep the signature of
/// the old secret. Source: Node SDK 2.9.8.
pub const RAZORPAY: Scheme<'static> = body_signed("razorpay", "x-razorpay-signature", Grammar::Whole, Encoding::Hex);

/// Paystack: `x-paystack-signature: <hex>` (HMAC-SHA512) over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the API secret key.
/// Source: official sample, verifying-transaction.
pub const PAYSTACK: Scheme<'static> = Scheme::new(
    "paystack",
    Algorithm::HmacSha512,
    Place::Header("x-paystack-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Body],
);

/// Mollie: `X-Mollie-Signature: [sha256=]<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: the header may occur several times, once for each
/// secret, and its client takes several secrets. Classic webhooks are not signed at all, and refused. Source: PHP client,
/// SignatureValidator.
pub const MOLLIE: Scheme<'static> =
    body_signed("mollie", "x-mollie-signature", Grammar::Tagged(Tagged::new(',', '=', &["sha256"]).bare_too()), Encoding::Hex);

/// GoCardless: `Webhook-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 10.1.2, Python
/// SDK tests.
pub const GOCARDLESS: Scheme<'static> = body_signed("gocardless", "webhook-signature", Grammar::Whole, Encoding::Hex);

/// Checkout.com: `Cko-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Checkout.com docs,
/// workflows.
pub const CHECKOUT_COM: Scheme<'static> = body_signed("checkout-com", "cko-signature", Grammar::Whole, Encoding::Hex);

/// Revolut: `Revolut-Signature: v1=<hex>[,v1=…]` and `Revolut-Request-Timestamp` (milliseconds) over `v1.time.body`,
/// 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: the old secret signs too for a period that the account sets,
/// at most 7 days. Source: Revolut developer docs.
pub const REVOLUT: Scheme<'static> = timed(
    "revolut",
    "revolut-signature",
    Grammar::Tagged(Tagged::new(',', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Lit("v1."), Part::Timestamp, Part::Lit("."), Part::Body],
    "revolut-request-timestamp",
    Unit::Millis,
);

/// Cashfree: `x-webhook-signature: <base64>` and `x-webhook-timestamp` (milliseconds) over `time body` without
/// separator, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. One page of the provider writes a dot
/// between them; its SDK does not. Source: Node SDK.
pub const CASHFREE: Scheme<'static> =
    timed("cashfree", "x-webhook-signature", Grammar::Whole, Encoding::Base64, TIME_BODY, "x-webhook-timestamp", Unit::Millis);

/// Coinify: `x-coinify-webhook-signature: <hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Coinify docs, with a
/// printed vector.
pub const COINIFY: Scheme<'static> = body_signed("coinify", "x-coinify-webhook-signature", Grammar::Whole, Encoding::Hex);

/// Modern Treasury: `X-Signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node SDK 3.3.0.
pub const MODERN_TREASURY: Scheme<'static> = body_signed("modern-treasury", "x-signature", Grammar::Whole, Encoding::Hex);

/// Creem, old header: `creem-signature: <hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. New endpoints send Standard
/// Webhooks: [`CREEM`](super::CREEM). Source: Node SDK 1.13.0.
pub const CREEM_LEGACY: Scheme<'static> = body_signed("creem-legacy", "creem-signature", Grammar::Whole, Encoding::Hex);

/// Coinflow: `Coinflow-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: Coinflow docs.
pub const COINFLOW: Scheme<'static> = stamped("coinflow", "coinflow-signature", "t", &["v1"]);

/// Airwallex: `x-signature: <hex>` and `x-timestamp` (milliseconds) over `time body` without separator, 300 s both
/// ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: official Java sample.
pub const AIRWALLEX: Scheme<'static> =
    timed("airwallex", "x-signature", Grammar::Whole, Encoding::Hex, TIME_BODY, "x-timestamp", Unit::Millis);

/// JustiFi: `Justifi-Signature: <hex>` and `Justifi-Timestamp` (RFC 3339) over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: JustiFi docs.
pub const JUSTIFI: Scheme<'static> =
    timed("justifi", "justifi-signature", Grammar::Whole, Encoding::Hex, TIME_DOT_BODY, "justifi-timestamp", Unit::Rfc3339);

/// Strike: `X-Webhook-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Strike docs.
pub const STRIKE: Scheme<'static> = body_signed("strike", "x-webhook-signature", Grammar::Whole, Encoding::Hex);

/// BTCPay Server: `BTCPay-Sig: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: sender code,
/// WebhookSender.cs.
pub const BTCPAY: Scheme<'static> = body_signed("btcpay", "btcpay-sig", Grammar::Prefix("sha256="), Encoding::Hex);

/// Lago: `X-Lago-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. `X-Lago-Signature-Algorithm`
/// must say `hmac`; it never chooses. Source: sender code, app/models/webhook.rb.
pub const LAGO: Scheme<'static> = body_signed("lago", "x-lago-signature", Grammar::Whole, Encoding::Base64)
    .require(&[("x-lago-signature-algorithm", "hmac")]);

/// Rewardful: `X-Rewardful-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Rewardful docs, signed
/// webhooks.
pub const REWARDFUL: Scheme<'static> = body_signed("rewardful", "x-rewardful-signature", Grammar::Whole, Encoding::Hex);

/// Every row of this file.
pub(super) const PAYMENTS: &[Scheme<'static>] = &[
    STRIPE,
    SQUARE,
    PADDLE,
    ADYEN_PLATFORM,
    COINBASE_COMMERCE,
    RAZORPAY,
    PAYSTACK,
    MOLLIE,
    GOCARDLESS,
    CHECKOUT_COM,
    REVOLUT,
    CASHFREE,
    COINIFY,
    MODERN_TREASURY,
    CREEM_LEGACY,
    COINFLOW,
    AIRWALLEX,
    JUSTIFI,
    STRIKE,
    BTCPAY,
    LAGO,
    REWARDFUL,
];
