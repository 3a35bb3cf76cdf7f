//! Standard Webhooks and those that send it under their own name.
//!
//! All sign `id.time.body` with HMAC-SHA256, under `whsec_` and base64: only header names and names differ.

use super::forms::{ID_TIME_BODY, STANDARD_LIST, standard, svix};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Place, Scheme, Source, Unit};

/// Standard Webhooks: `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: the sender signs with both keys. The id (`webhook-id`) and the time
/// (`webhook-timestamp`, seconds) are signed, so a re-signed retry can be told from a new message. Source: the Standard
/// Webhooks specification, version 1, and its libraries.
pub const STANDARD_WEBHOOKS: Scheme<'static> = standard("standard-webhooks");

/// Svix: Standard Webhooks under `svix-*` header names; `webhook-*` is accepted as well. 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: the old key signs for 24 hours too. Source: Svix docs, "Verifying
/// payloads", and its SDKs.
pub const SVIX: Scheme<'static> = svix("svix");

/// OpenAI: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. The body has whitespace: re-serialising
/// breaks it. Source: Node SDK 6.49.0.
pub const OPENAI: Scheme<'static> = standard("openai");

/// Replicate: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Its own SDK checks no age; here the
/// window applies. Source: Node SDK 1.4.0.
pub const REPLICATE: Scheme<'static> = standard("replicate");

/// Liveblocks: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Source: Node SDK 3.24.2.
pub const LIVEBLOCKS: Scheme<'static> = standard("liveblocks");

/// Lithic: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Source: Node SDK 0.145.0.
pub const LITHIC: Scheme<'static> = standard("lithic");

/// Dodo Payments: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both
/// ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Source: Node SDK 2.52.0.
pub const DODOPAYMENTS: Scheme<'static> = standard("dodopayments");

/// Whop: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Source: Node SDK 0.0.42.
pub const WHOP: Scheme<'static> = standard("whop");

/// Anthropic: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. Source: Node SDK 1.13.0.
pub const ANTHROPIC: Scheme<'static> = standard("anthropic");

/// Creem: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. The older header is
/// [`CREEM_LEGACY`](super::CREEM_LEGACY). Source: Node SDK 1.13.0.
pub const CREEM: Scheme<'static> = standard("creem");

/// Formbricks: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence C. Not covered: other headers. Rotation: no overlap documented. Source: sender code.
pub const FORMBRICKS: Scheme<'static> = standard("formbricks");

/// SignatureAPI: Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both
/// ways.
///
/// Confidence C. Not covered: other headers. Rotation: no overlap documented. Source: SignatureAPI docs, verify
/// webhooks.
pub const SIGNATUREAPI: Scheme<'static> = standard("signatureapi");

/// GitLab signing token (2026): Standard Webhooks, `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`,
/// 300 s both ways.
///
/// Confidence C. Not covered: other headers. Rotation: no overlap documented. Exactly 32 key bytes. `webhook-id` equals
/// `Idempotency-Key`; `X-Gitlab-Token` may be sent as well. Source: GitLab merge requests 230944 and 231325.
pub const GITLAB_SIGNING_TOKEN: Scheme<'static> = standard("gitlab-signing-token");

/// Resend: as [`SVIX`], `svix-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: as Svix. Source: Node SDK 6.38.0.
pub const RESEND: Scheme<'static> = svix("resend");

/// Clerk: as [`SVIX`], `svix-signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`, 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: as Svix. Source: backend SDK 3.25.0.
pub const CLERK: Scheme<'static> = svix("clerk");

/// Finch: Standard Webhooks under its own header names, `Finch-Signature: v1,<base64>[ v1,<base64>…]` over `id.time.body`,
/// 300 s both ways.
///
/// Confidence A. Not covered: other headers. Rotation: no overlap documented. The secret is base64 without a prefix.
/// Source: Node SDK 10.7.0.
pub const FINCH: Scheme<'static> = Scheme::new(
    "finch",
    Algorithm::HmacSha256,
    Place::Header("finch-signature"),
    STANDARD_LIST,
    Encoding::Base64,
    ID_TIME_BODY,
)
.id("finch-event-id")
.timestamp(Source::Header("finch-timestamp"), Unit::Seconds)
.secret_format(SecretFormat::Base64);

/// Every row of this file.
pub(super) const STANDARD: &[Scheme<'static>] = &[
    STANDARD_WEBHOOKS,
    SVIX,
    OPENAI,
    REPLICATE,
    LIVEBLOCKS,
    LITHIC,
    DODOPAYMENTS,
    WHOP,
    ANTHROPIC,
    CREEM,
    FORMBRICKS,
    SIGNATUREAPI,
    GITLAB_SIGNING_TOKEN,
    RESEND,
    CLERK,
    FINCH,
];
