//! Providers that sign with a private key.

use crate::encoding::Encoding;
use crate::scheme::{Algorithm, Grammar, Place, Scheme, Source, Unit};
#[cfg(feature = "ed25519")]
use crate::scheme::{Part, Tagged};

/// Standard Webhooks, asymmetric: `webhook-signature: v1a,<base64>[ v1a,<base64>…]`, Ed25519 over `id.time.body`, 300 s both
/// ways.
///
/// Confidence B. Not covered: other headers. Entries under `v1` are skipped. The key is written `whpk_<base64>`
/// ([`PublicKeyFormat::Whpk`](crate::PublicKeyFormat)). Rotation: both keys sign for a while. Source: its specification and
/// the tests of Svix.
#[cfg(feature = "ed25519")]
pub const STANDARD_WEBHOOKS_V1A: Scheme<'static> = Scheme::new(
    "standard-webhooks-v1a",
    Algorithm::Ed25519,
    Place::Header("webhook-signature"),
    Grammar::Tagged(Tagged::new(' ', ',', &["v1a"])),
    Encoding::Base64,
    super::forms::ID_TIME_BODY,
)
.id("webhook-id")
.timestamp(Source::Header("webhook-timestamp"), Unit::Seconds);

/// Discord: `X-Signature-Ed25519: <hex>` and `X-Signature-Timestamp` (seconds), Ed25519 over `time body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Discord sends bad signatures on purpose and expects 401. The key is
/// hexadecimal ([`PublicKeyFormat::Ed25519Hex`](crate::PublicKeyFormat)). Rotation: no overlap documented. Source: its SDK.
#[cfg(feature = "ed25519")]
pub const DISCORD: Scheme<'static> = Scheme::new(
    "discord",
    Algorithm::Ed25519,
    Place::Header("x-signature-ed25519"),
    Grammar::Whole,
    Encoding::Hex,
    super::forms::TIME_BODY,
)
.timestamp(Source::Header("x-signature-timestamp"), Unit::Seconds);

/// Telnyx: `telnyx-signature-ed25519: <base64>` and `telnyx-timestamp` (seconds), Ed25519 over `time|body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. The key is base64
/// ([`PublicKeyFormat::Ed25519Base64`](crate::PublicKeyFormat)). Rotation: no overlap documented. Source: its SDK.
#[cfg(feature = "ed25519")]
pub const TELNYX: Scheme<'static> = Scheme::new(
    "telnyx",
    Algorithm::Ed25519,
    Place::Header("telnyx-signature-ed25519"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Timestamp, Part::Lit("|"), Part::Body],
)
.timestamp(Source::Header("telnyx-timestamp"), Unit::Seconds);

/// SendGrid event webhook: `X-Twilio-Email-Event-Webhook-Signature: <base64>` and `…-Timestamp` (seconds), ECDSA on P-256
/// over `time body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. The body ends with a line break that is signed. Only verified. The key is
/// [`PublicKeyFormat::P256Spki`](crate::PublicKeyFormat). Rotation: no overlap documented. Source: its SDK.
#[cfg(feature = "p256")]
pub const SENDGRID: Scheme<'static> = Scheme::new(
    "sendgrid",
    Algorithm::EcdsaP256,
    Place::Header("x-twilio-email-event-webhook-signature"),
    Grammar::Whole,
    Encoding::Base64,
    super::forms::TIME_BODY,
)
.timestamp(Source::Header("x-twilio-email-event-webhook-timestamp"), Unit::Seconds);

/// Every row of this file.
pub(super) const PUBLIC_KEY: &[Scheme<'static>] = &[
    #[cfg(feature = "ed25519")]
    STANDARD_WEBHOOKS_V1A,
    #[cfg(feature = "ed25519")]
    DISCORD,
    #[cfg(feature = "ed25519")]
    TELNYX,
    #[cfg(feature = "p256")]
    SENDGRID,
];
