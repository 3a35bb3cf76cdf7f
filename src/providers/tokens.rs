//! Providers that present a secret as it is, instead of signing.
//!
//! Such a delivery proves who sends, and nothing about its body or its age: whoever sees one can send others. Where a provider
//! offers a signature as well, take that. A rotation is bridged as everywhere, by a ring that holds both secrets.
//!
//! ```
//! use hookring::{BearerVerifier, Keyring, Secret, SecretFormat, SecretPolicy, Timestamp, providers::tokens};
//!
//! let secret = Secret::parse("bCk2zr8q-made-up-5Tn1", SecretFormat::Utf8, &SecretPolicy::provider())?;
//! let ring = Keyring::new(secret, Timestamp::now()).ring;
//! let verifier = BearerVerifier::new(ring, 0).carried_by(tokens::GITLAB_TOKEN)?;
//!
//! let headers = [("X-Gitlab-Token", "bCk2zr8q-made-up-5Tn1")];
//! assert!(verifier.check(&headers, None).is_ok());
//! assert!(verifier.check(&[("Authorization", "Bearer bCk2zr8q-made-up-5Tn1")], None).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::carrier::Carrier;

/// GitLab: `X-Gitlab-Token`. Newer versions sign: [`GITLAB_SIGNING_TOKEN`](super::GITLAB_SIGNING_TOKEN).
///
/// Confidence C. Rotation: no overlap documented. Source: GitLab docs, webhooks.
pub const GITLAB_TOKEN: Carrier<'static> = Carrier::Header("x-gitlab-token");

/// Telegram bots: `X-Telegram-Bot-Api-Secret-Token`, 1 to 256 of `A-Z a-z 0-9 _ -`.
///
/// Confidence C. Rotation: each `setWebhook` sets a new one. Source: the sender's code.
pub const TELEGRAM: Carrier<'static> = Carrier::Header("x-telegram-bot-api-secret-token");

/// Cloudflare Notifications: `cf-webhook-auth`.
///
/// Confidence C. Rotation: no overlap documented. Source: Cloudflare docs, configure webhooks.
pub const CLOUDFLARE_NOTIFICATIONS: Carrier<'static> = Carrier::Header("cf-webhook-auth");

/// Buildkite, token: `X-Buildkite-Token`. It can sign instead: [`BUILDKITE`](super::BUILDKITE).
///
/// Confidence C. Rotation: no overlap documented. Source: Buildkite docs.
pub const BUILDKITE_TOKEN: Carrier<'static> = Carrier::Header("x-buildkite-token");

/// `Authorization: Bearer <secret>`.
///
/// Confidence C. Rotation: the receiver holds both secrets. Source: RFC 6750, and the documents of those that use it.
pub const GENERIC_BEARER: Carrier<'static> = Carrier::Bearer;

/// `?token=<secret>`, percent-encoded. The secret is then in the logs of every hop:
/// [`redact_query`](crate::redact_query).
///
/// Confidence C. Rotation: the receiver holds both secrets. Source: the documents of those that use it.
pub const GENERIC_QUERY_TOKEN: Carrier<'static> = Carrier::Query("token");

/// Postmark: `Authorization: Basic`, from the credentials that were written into the webhook URL.
///
/// The ring holds the password; any user name is taken. Confidence C. Rotation: no overlap documented. Source: Postmark
/// docs, webhooks overview.
pub const POSTMARK: Carrier<'static> = Carrier::Basic { user: None };

/// Chargebee: `Authorization: Basic`.
///
/// The ring holds the password; any user name is taken. Confidence A. Rotation: no overlap documented. Source: Node SDK
/// 3.33.0.
pub const CHARGEBEE: Carrier<'static> = Carrier::Basic { user: None };

/// Documenso: `X-Documenso-Secret`. Without a secret the header is there but empty, and refused.
///
/// Confidence C. Rotation: no overlap documented. Source: the sender's code.
pub const DOCUMENSO: Carrier<'static> = Carrier::Header("x-documenso-secret");

/// Okta event hooks: `Authorization: <secret>`, without a word before it.
///
/// Confidence C. Rotation: no overlap documented. Source: Okta docs, event hooks.
pub const OKTA: Carrier<'static> = Carrier::Header("authorization");

/// Brevo: `Authorization: Bearer <secret>`.
///
/// Confidence C. Rotation: no overlap documented. It can be set to Basic instead: [`Carrier::Basic`]. Source: Brevo docs.
pub const BREVO: Carrier<'static> = Carrier::Bearer;

/// Ship24: `Authorization: Bearer <secret>`.
///
/// Confidence C. Rotation: no overlap documented. Source: Ship24 docs.
pub const SHIP24: Carrier<'static> = Carrier::Bearer;

const ALL: &[(&str, Carrier<'static>)] = &[
    ("gitlab-token", GITLAB_TOKEN),
    ("telegram", TELEGRAM),
    ("cloudflare-notifications", CLOUDFLARE_NOTIFICATIONS),
    ("buildkite-token", BUILDKITE_TOKEN),
    ("generic-bearer", GENERIC_BEARER),
    ("generic-query-token", GENERIC_QUERY_TOKEN),
    ("postmark", POSTMARK),
    ("chargebee", CHARGEBEE),
    ("documenso", DOCUMENSO),
    ("okta", OKTA),
    ("brevo", BREVO),
    ("ship24", SHIP24),
];

/// Every row of this module, with its name.
#[must_use]
pub const fn all() -> &'static [(&'static str, Carrier<'static>)] {
    ALL
}

/// Where the provider with this name presents its secret, such as `"telegram"`.
#[must_use]
pub fn find(name: &str) -> Option<Carrier<'static>> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, carrier)| *carrier)
}

const _: () = {
    let mut rest = ALL;
    while let [(_, carrier), tail @ ..] = rest {
        assert!(carrier.check().is_ok(), "a token row contradicts itself");
        rest = tail;
    }
};
