//! Documents, media and planning.

use super::forms::{TIME_COLON_BODY, body_signed, seconds, stamped, stamped_in, timed};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Grammar, Scheme, Source, Unit};

/// Notion: `X-Notion-Signature: sha256=<hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: verifying the endpoint again makes a new token. The
/// key is the verification token, which arrives by POST before anything is signed. Source: Node SDK 5.26.0.
pub const NOTION: Scheme<'static> = body_signed("notion", "x-notion-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Airtable: `X-Airtable-Content-MAC: hmac-sha256=<hex>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. The key is base64
/// (`macSecretBase64`). The delivery is a ping without content. Source: third-party Python client pyairtable 3.5.1.
pub const AIRTABLE: Scheme<'static> =
    body_signed("airtable", "x-airtable-content-mac", Grammar::Prefix("hmac-sha256="), Encoding::Hex)
        .secret_format(SecretFormat::Base64);

/// Sanity: `sanity-webhook-signature: t=<milliseconds>,v1=<base64url>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence B. Not covered: id, other headers. Rotation: no overlap documented. The provider checks no age; here the
/// default applies. Source: vectors of its webhook toolkit.
pub const SANITY: Scheme<'static> = stamped_in(Encoding::Base64Url, "sanity", "sanity-webhook-signature", "t", &["v1"])
    .timestamp(Source::Tag("t"), Unit::Millis);

/// Webflow: `x-webflow-signature: <hex>` and `x-webflow-timestamp` (milliseconds) over `time:body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. Only webhooks that an OAuth app made
/// are signed. Source: Node SDK 3.3.4; the window from its docs.
pub const WEBFLOW: Scheme<'static> = timed(
    "webflow",
    "x-webflow-signature",
    Grammar::Whole,
    Encoding::Hex,
    TIME_COLON_BODY,
    "x-webflow-timestamp",
    Unit::Millis,
);

/// Kontent.ai: `X-Kontent-ai-Signature: <base64>` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Node package 3.0.3.
pub const KONTENT_AI: Scheme<'static> = body_signed("kontent-ai", "x-kontent-ai-signature", Grammar::Whole, Encoding::Base64);

/// Typeform: `Typeform-Signature: sha256=<base64>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Typeform docs, secure
/// your webhooks.
pub const TYPEFORM: Scheme<'static> =
    body_signed("typeform", "typeform-signature", Grammar::Prefix("sha256="), Encoding::Base64);

/// Dropbox: `X-Dropbox-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. The key is the app secret.
/// Source: official sample mdwebhook.
pub const DROPBOX: Scheme<'static> = body_signed("dropbox", "x-dropbox-signature", Grammar::Whole, Encoding::Hex);

/// Datasaur: `X-Datasaur-Signature: <hex>` over the body.
///
/// Confidence B. Not covered: time, id, other headers. Rotation: no overlap documented. Source: Datasaur docs, with a
/// printed vector.
pub const DATASAUR: Scheme<'static> = body_signed("datasaur", "x-datasaur-signature", Grammar::Whole, Encoding::Hex);

/// ElevenLabs: `ElevenLabs-Signature: t=<seconds>,v0=<hex>[,v0=…]` over `time.body`, 1800 s back, 300 s ahead.
///
/// Confidence A. Not covered: id, other headers. Rotation: no overlap documented. Here `v0` is the real version.
/// Source: Node SDK 2.73.0.
pub const ELEVENLABS: Scheme<'static> =
    stamped("elevenlabs", "elevenlabs-signature", "t", &["v0"]).tolerance(seconds(1800), seconds(300));

/// Mux: `Mux-Signature: t=<seconds>,v1=<hex>[,v1=…]` over `time.body`, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Rotation: one `v1` per live secret. Source: Node SDK 15.3.0.
pub const MUX: Scheme<'static> = stamped("mux", "mux-signature", "t", &["v1"]);

/// Cal.com: `X-Cal-Signature-256: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Without a secret the header
/// says `no-secret-provided`, and is refused. Source: sender code, sendPayload.ts.
pub const CAL_COM: Scheme<'static> = body_signed("cal-com", "x-cal-signature-256", Grammar::Whole, Encoding::Hex);

/// Cronofy: `Cronofy-HMAC-SHA256: <base64>[,<base64>]` over the body.
///
/// Confidence A. Not covered: time, id, other headers. Rotation: one signature per active client secret. Source: Node
/// SDK 3.8.4.
pub const CRONOFY: Scheme<'static> =
    body_signed("cronofy", "cronofy-hmac-sha256", Grammar::List { between: ',', prefix: "" }, Encoding::Base64);

/// Asana: `X-Hook-Signature: <hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: a new webhook has a new secret. The secret arrives in
/// a handshake (`X-Hook-Secret`); accept only the one that you started. Source: Asana docs, create webhook.
pub const ASANA: Scheme<'static> = body_signed("asana", "x-hook-signature", Grammar::Whole, Encoding::Hex);

/// SavvyCal: `x-savvycal-signature: sha256=<HEX>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: SavvyCal docs.
pub const SAVVYCAL: Scheme<'static> =
    body_signed("savvycal", "x-savvycal-signature", Grammar::Prefix("sha256="), Encoding::HexUpper);

/// Discourse: `X-Discourse-Event-Signature: sha256=<hex>` over the body.
///
/// Confidence C. Not covered: time, id, other headers. Rotation: no overlap documented. Source: sender code.
pub const DISCOURSE: Scheme<'static> =
    body_signed("discourse", "x-discourse-event-signature", Grammar::Prefix("sha256="), Encoding::Hex);

/// Every row of this file.
pub(super) const CONTENT: &[Scheme<'static>] = &[
    NOTION, AIRTABLE, SANITY, WEBFLOW, KONTENT_AI, TYPEFORM, DROPBOX, DATASAUR, ELEVENLABS, MUX, CAL_COM, CRONOFY, ASANA,
    SAVVYCAL, DISCOURSE,
];
