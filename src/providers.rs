//! Schemes of real providers, as constants.
//!
//! A provider is one constant and its vectors. A wrong one does not compile: [`Scheme::check`] runs over [`ALL`].
//! Header names collide between providers, so a scheme is never detected: the endpoint names its own.

#[cfg(feature = "sha1")]
mod sha1;
mod special;

use core::time::Duration;

use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// `X-Webhook-Signature: sha256=<hex>` over the body: AOS Policy API and many others.
///
/// No timestamp and no id are signed: a replay is bounded only by the life of the key. The key is the text of the secret
/// (64 hexadecimal *characters*, not 32 bytes). One signature: during a rotation the receiver holds both secrets.
pub const GENERIC_SHA256: Scheme<'static> = Scheme::new(
    "generic-sha256",
    Algorithm::HmacSha256,
    Place::Header("x-webhook-signature"),
    Grammar::Prefix("sha256="),
    Encoding::Hex,
    &[Part::Body],
);

/// OSIGU DVS: `X-DVS-Signature: t=<seconds>,v1=<hex>` over `timestamp.body`, 300 s.
///
/// The time stands in `X-DVS-Signature-Timestamp` too, and the two must agree. The event id header is not signed.
/// The sender signs with the new secret at once; receivers keep the previous one for 24 hours.
pub const OSIGU_DVS: Scheme<'static> = Scheme::new(
    "osigu-dvs",
    Algorithm::HmacSha256,
    Place::Header("x-dvs-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds)
.timestamp_also_in(Source::Header("x-dvs-signature-timestamp"));

/// DSentr: `X-DSentr-Signature: v1=<hex>` (the `v1=` may be missing) and `X-DSentr-Timestamp` over `timestamp.body`.
///
/// Default 300 s; DSentr lets a workflow choose 60 to 3600 s: [`VerifierBuilder::tolerance`](crate::VerifierBuilder::tolerance).
pub const DSENTR: Scheme<'static> = Scheme::new(
    "dsentr",
    Algorithm::HmacSha256,
    Place::Header("x-dsentr-signature"),
    Grammar::OptionalPrefix("v1="),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Header("x-dsentr-timestamp"), Unit::Seconds);

/// GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body. QuantGov's `hmac` mode is the same.
///
/// No timestamp; `X-GitHub-Delivery` is not signed. The older SHA-1 header is ignored. One secret per hook, without
/// overlap: the receiver keeps both during a rotation.
/// Source: GitHub docs, "Validating webhook deliveries".
pub const GITHUB: Scheme<'static> = Scheme::new(
    "github",
    Algorithm::HmacSha256,
    Place::Header("x-hub-signature-256"),
    Grammar::Prefix("sha256="),
    Encoding::Hex,
    &[Part::Body],
);

#[cfg(feature = "sha1")]
pub use sha1::*;
pub use special::*;

/// Providers whose official pages were seen as quotations only. They stand outside the promise of stability: a row changes
/// when the page says otherwise.
pub mod unconfirmed {
    #[cfg(feature = "sha1")]
    pub use super::sha1::unconfirmed::*;
    pub use super::special::unconfirmed::*;
}

const STANDARD_PARTS: &[Part<'static>] = &[Part::Id, Part::Lit("."), Part::Timestamp, Part::Lit("."), Part::Body];
const STANDARD_GRAMMAR: Grammar<'static> = Grammar::Tagged(Tagged::new(' ', ',', &["v1"]));

/// Standard Webhooks: `webhook-signature: v1,<base64>[ v1,<base64>…]` over `id.timestamp.body`, 300 s both ways.
///
/// The id is signed, so a re-signed retry can be told from a new message. During a rotation the sender signs with both
/// keys. Source: the Standard Webhooks specification, version 1.
pub const STANDARD_WEBHOOKS: Scheme<'static> = Scheme::new(
    "standard-webhooks",
    Algorithm::HmacSha256,
    Place::Header("webhook-signature"),
    STANDARD_GRAMMAR,
    Encoding::Base64,
    STANDARD_PARTS,
)
.id("webhook-id")
.timestamp(Source::Header("webhook-timestamp"), Unit::Seconds)
.secret_format(SecretFormat::Whsec);

/// Svix: Standard Webhooks under `svix-*` header names; `webhook-*` is accepted as well.
///
/// The old key signs for 24 hours after a rotation. Source: Svix docs, "Verifying payloads".
pub const SVIX: Scheme<'static> = Scheme::new(
    "svix",
    Algorithm::HmacSha256,
    Place::Header("svix-signature"),
    STANDARD_GRAMMAR,
    Encoding::Base64,
    STANDARD_PARTS,
)
.id("svix-id")
.timestamp(Source::Header("svix-timestamp"), Unit::Seconds)
.secret_format(SecretFormat::Whsec)
.alias(&[("svix-id", "webhook-id"), ("svix-timestamp", "webhook-timestamp"), ("svix-signature", "webhook-signature")]);

/// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over `timestamp.body`, 300 s.
///
/// The key is the text of the *whole* `whsec_…` secret, never its base64 ([`SecretFormat::Utf8`]). While a secret is
/// rolled, one `v1` per live secret. Other tags (`v0`) are skipped. Event ids stand in the body.
/// Source: Stripe docs, "Verify webhook signatures".
pub const STRIPE: Scheme<'static> = Scheme::new(
    "stripe",
    Algorithm::HmacSha256,
    Place::Header("stripe-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"])),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Slack: `X-Slack-Signature: v0=<hex>` and `X-Slack-Request-Timestamp` over `v0:timestamp:body`, 300 s.
///
/// Regenerating the signing secret is immediate on Slack's side. Source: Slack docs, "Verifying requests from Slack".
pub const SLACK: Scheme<'static> = Scheme::new(
    "slack",
    Algorithm::HmacSha256,
    Place::Header("x-slack-signature"),
    Grammar::Prefix("v0="),
    Encoding::Hex,
    &[Part::Lit("v0:"), Part::Timestamp, Part::Lit(":"), Part::Body],
)
.timestamp(Source::Header("x-slack-request-timestamp"), Unit::Seconds);

/// HubSpot v3: `X-HubSpot-Signature-v3: <base64>` and `X-HubSpot-Request-Timestamp` (milliseconds) over
/// `method url body timestamp` without separators, 300 s.
///
/// Needs the public URL when the verifier is built, and method and target of each request.
/// Source: HubSpot docs, "Validating requests", and its Node SDK.
pub const HUBSPOT_V3: Scheme<'static> = Scheme::new(
    "hubspot-v3",
    Algorithm::HmacSha256,
    Place::Header("x-hubspot-signature-v3"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::Method, Part::Url, Part::Body, Part::Timestamp],
)
.timestamp(Source::Header("x-hubspot-request-timestamp"), Unit::Millis);

/// Linear: `Linear-Signature: <hex>` over the body; the time is `webhookTimestamp` (milliseconds) inside it, 60 s.
///
/// The header `Linear-Delivery` is not signed. The body has to be whole: it cannot be verified as a stream.
/// Source: Linear docs, "Webhooks", and its SDK.
pub const LINEAR: Scheme<'static> = Scheme::new(
    "linear",
    Algorithm::HmacSha256,
    Place::Header("linear-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[Part::Body],
)
.timestamp(Source::Json("webhookTimestamp"), Unit::Millis)
.tolerance(Duration::from_secs(60), Duration::from_secs(60));

/// The schemes of this file.
const HERE: &[Scheme<'static>] =
    &[GENERIC_SHA256, OSIGU_DVS, DSENTR, GITHUB, STANDARD_WEBHOOKS, SVIX, STRIPE, SLACK, HUBSPOT_V3, LINEAR];

const GROUPS: &[&[Scheme<'static>]] = &[
    HERE,
    special::ALL,
    special::unconfirmed::ALL,
    #[cfg(feature = "sha1")]
    sha1::ALL,
    #[cfg(feature = "sha1")]
    sha1::unconfirmed::ALL,
];

/// Every scheme of this module.
pub const ALL: &[Scheme<'static>] = &joined::<{ total(GROUPS) }>(GROUPS);

const fn total(groups: &[&[Scheme<'static>]]) -> usize {
    let (mut rest, mut sum) = (groups, 0_usize);
    while let [group, tail @ ..] = rest {
        sum = sum.saturating_add(group.len());
        rest = tail;
    }
    sum
}

const fn joined<const N: usize>(groups: &[&[Scheme<'static>]]) -> [Scheme<'static>; N] {
    let mut all = [GENERIC_SHA256; N];
    let (mut room, mut rest) = (all.as_mut_slice(), groups);
    let mut group: &[Scheme<'static>] = &[];
    while let [place, places @ ..] = room {
        while let ([], [next, tail @ ..]) = (group, rest) {
            (group, rest) = (next, tail);
        }
        if let [scheme, more @ ..] = group {
            *place = *scheme;
            group = more;
        }
        room = places;
    }
    all
}

/// The scheme with this name, such as `"stripe"`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scheme<'static>> {
    ALL.iter().find(|scheme| scheme.name() == name)
}

const _: () = {
    let mut rest = ALL;
    while let [scheme, tail @ ..] = rest {
        assert!(scheme.check().is_ok(), "a provider row contradicts itself");
        rest = tail;
    }
};
