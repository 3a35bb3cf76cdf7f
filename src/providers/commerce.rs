//! Shops, shipping and accounting.

use super::forms::{body_signed, stamped};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme};

/// Shopify: `X-Shopify-Hmac-Sha256: <base64>` over the body.
///
/// Confidence A. Not covered: time (`X-Shopify-Triggered-At`), id, other headers. Rotation: the old secret signs until
/// it is removed; one signature, so the receiver holds both. The key is the client secret of the app. Source: Node SDK
/// 13.1.0 and its tests.
pub const SHOPIFY: Scheme<'static> = body_signed("shopify", "x-shopify-hmac-sha256", Grammar::Whole, Encoding::Base64);

/// WooCommerce: `X-WC-Webhook-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the secret after
/// HTML entities are decoded. The first ping of a new webhook is not signed. Source: sender code, class-wc-webhook.php.
pub const WOOCOMMERCE: Scheme<'static> = body_signed("woocommerce", "x-wc-webhook-signature", Grammar::Whole, Encoding::Base64)
    .secret_format(SecretFormat::HtmlText);

/// Lemon Squeezy: `X-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: official sample.
pub const LEMON_SQUEEZY: Scheme<'static> = body_signed("lemon-squeezy", "x-signature", Grammar::Whole, Encoding::Hex);

/// AfterShip: `aftership-hmac-sha256: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: AfterShip docs.
pub const AFTERSHIP: Scheme<'static> = body_signed("aftership", "aftership-hmac-sha256", Grammar::Whole, Encoding::Base64);

/// AfterShip Returns and Warranty: `as-signature-hmac-sha256: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Older organisations get
/// `am-webhook-signature` instead. Source: AfterShip docs.
pub const AFTERSHIP_RETURNS: Scheme<'static> =
    body_signed("aftership-returns", "as-signature-hmac-sha256", Grammar::Whole, Encoding::Base64);

/// EasyPost: `X-Hmac-Signature: hmac-sha256-hex=<hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the secret in NFKD
/// form, which changes nothing for ASCII. Source: Node SDK 8.9.0.
pub const EASYPOST: Scheme<'static> =
    body_signed("easypost", "x-hmac-signature", Grammar::Prefix("hmac-sha256-hex="), Encoding::Hex);

/// Onfleet: `X-Onfleet-Signature: <hex>` (HMAC-SHA512) over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is hexadecimal. Source:
/// Onfleet docs.
pub const ONFLEET: Scheme<'static> = Scheme::new(
    "onfleet",
    Algorithm::HmacSha512,
    Place::Header("x-onfleet-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Body],
)
.secret_format(SecretFormat::Hex);

/// Flexport: `X-Hub-Signature-256: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Flexport developer
/// docs.
pub const FLEXPORT: Scheme<'static> = body_signed("flexport", "x-hub-signature-256", Grammar::Prefix("sha256="), Encoding::Hex);

/// Fourthwall: `X-Fourthwall-Hmac-SHA256: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Platform apps get
/// `X-Fourthwall-Hmac-Apps-SHA256`. Source: Fourthwall docs, signature verification.
pub const FOURTHWALL: Scheme<'static> = body_signed("fourthwall", "x-fourthwall-hmac-sha256", Grammar::Whole, Encoding::Base64);

/// Oracle Commerce: `X-Oracle-CC-WebHook-Signature: <base64>` (HMAC-SHA512) over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Oracle docs.
pub const ORACLE_COMMERCE: Scheme<'static> = Scheme::new(
    "oracle-commerce",
    Algorithm::HmacSha512,
    Place::Header("x-oracle-cc-webhook-signature"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Body],
);

/// Leaf: `X-Leaf-Signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Leaf docs.
pub const LEAF: Scheme<'static> = body_signed("leaf", "x-leaf-signature", Grammar::Whole, Encoding::Base64);

/// Dub: `Dub-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: possible, no overlap stated. Source: Dub docs.
pub const DUB: Scheme<'static> = body_signed("dub", "dub-signature", Grammar::Whole, Encoding::Hex);

/// Xero: `x-xero-signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Xero sends bad signatures on
/// purpose when a webhook is set up, and wants 401. Source: official sample, SignatureVerifier.cs.
pub const XERO: Scheme<'static> = body_signed("xero", "x-xero-signature", Grammar::Whole, Encoding::Base64);

/// QuickBooks: `intuit-signature: <base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the verifier token
/// of the app. Source: official sample.
pub const QUICKBOOKS: Scheme<'static> = body_signed("quickbooks", "intuit-signature", Grammar::Whole, Encoding::Base64);

/// Billit: `Billit-Signature: t=<seconds>,s=<hex>[,s=…]` over `time.body`, 300 s both ways.
///
/// Confidence C. Not covered: id, other headers. Rotation: no overlap documented. Source: Billit docs.
pub const BILLIT: Scheme<'static> = stamped("billit", "billit-signature", "t", &["s"]);

/// Every row of this file.
pub(super) const COMMERCE: &[Scheme<'static>] = &[
    SHOPIFY,
    WOOCOMMERCE,
    LEMON_SQUEEZY,
    AFTERSHIP,
    AFTERSHIP_RETURNS,
    EASYPOST,
    ONFLEET,
    FLEXPORT,
    FOURTHWALL,
    ORACLE_COMMERCE,
    LEAF,
    DUB,
    XERO,
    QUICKBOOKS,
    BILLIT,
];
