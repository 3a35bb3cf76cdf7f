//! Providers whose signed content has to be computed: sorted forms, chosen headers, texts in JSON.
//!
//! The functions are strict and bounded, but unlike all other rows they allocate: at most about the length of the body and
//! of the URL.

mod form;
mod json;
mod lists;
mod url;

use super::forms::{seconds, stamped};
use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Covers, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

/// What the function of a row reads and the row cannot declare: a made-up delivery needs it.
pub(crate) struct Reads {
    /// The name of the row.
    pub(crate) scheme: &'static str,
    /// Whether it reads the fields of a form.
    pub(crate) form: bool,
    /// Headers, with values that will do.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

pub(crate) const READS: &[Reads] = &[
    Reads { scheme: "twilio", form: true, headers: FORM },
    Reads { scheme: "plivo", form: true, headers: FORM },
    Reads { scheme: "mandrill", form: true, headers: &[] },
    Reads { scheme: "mercado-pago", form: false, headers: &[("x-request-id", "sample-request")] },
    Reads {
        scheme: "contentful",
        form: false,
        headers: &[("x-contentful-signed-headers", "x-contentful-signed-headers,x-contentful-timestamp")],
    },
];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];

/// `Body=xDigits1` and `Body=x&Digits=1` sign alike: every byte counts, but not which field it belongs to.
const RUN_TOGETHER: Covers<'static> = Covers::Only("the URL, and the names and values of the form run together");

/// Twilio: `X-Twilio-Signature: <base64>`, HMAC-SHA1 over the URL and the sorted fields of the form.
///
/// Confidence A. Not covered: time, id, other headers, and **where the name of a field ends and its value begins**. With
/// `bodySHA256` in the query the URL alone is signed, and the body must have that hash. The port may or may not have been
/// signed, so both are tried. Rotation: a secondary token becomes the primary one; put both into the ring. Source: its docs
/// and SDKs.
#[cfg(feature = "sha1")]
pub const TWILIO: Scheme<'static> = Scheme::new(
    "twilio",
    Algorithm::HmacSha1,
    Place::Header("x-twilio-signature"),
    Grammar::Whole,
    Encoding::Base64,
    &[Part::With(url::without_port), Part::With(form::twilio)],
)
.or_signed(&[Part::With(url::with_port), Part::With(form::twilio)])
.covers(RUN_TOGETHER)
.reads_url();

/// Braintree: the form field `bt_signature`, `<public key>|<hex>[&…]`, HMAC-SHA1 over the form field `bt_payload`.
///
/// Confidence A. Not covered: everything but `bt_payload`. The secret is the private key; the key is its SHA-1. A line feed
/// after the payload may or may not have been signed, so both are tried. Never answer its challenge before you know who asks:
/// it signs the text of the caller under the same key. Rotation: keys are used side by side, named by their public key. Source:
/// its SDK.
#[cfg(feature = "sha1")]
pub const BRAINTREE: Scheme<'static> = Scheme::new(
    "braintree",
    Algorithm::HmacSha1,
    Place::Form("bt_signature"),
    Grammar::Tagged(Tagged::any_tag('&', '|')),
    Encoding::Hex,
    &[Part::Form("bt_payload")],
)
.or_signed(&[Part::Form("bt_payload"), Part::Lit("\n")])
.secret_format(SecretFormat::Sha1OfText)
.covers(Covers::Only("the form field bt_payload"));

/// Plivo, version 3: `X-Plivo-Signature-V3: <base64>[,<base64>…]` over the URL with its query sorted, the sorted fields of the
/// form, and `X-Plivo-Signature-V3-Nonce`.
///
/// Confidence A. Not covered: time, id, other headers, and **where the name of a field ends and its value begins**. The
/// secret is the auth token. Rotation: the list has room for several. Source: its SDK.
pub const PLIVO: Scheme<'static> = Scheme::new(
    "plivo",
    Algorithm::HmacSha256,
    Place::Header("x-plivo-signature-v3"),
    Grammar::List { between: ',', prefix: "" },
    Encoding::Base64,
    &[Part::With(form::plivo), Part::Lit("."), Part::Header("x-plivo-signature-v3-nonce")],
)
.covers(RUN_TOGETHER)
.reads_url();

/// Mercado Pago: `x-signature: ts=<seconds or milliseconds>,v1=<hex>` over `data.id` of the query, `x-request-id` and the
/// time, 300 s both ways.
///
/// Confidence A. **Not covered: the body**: fetch the object by its id. Missing parts are left out of the content. The id may
/// have been signed in lower case, so both are tried. QR code notifications are not signed. Rotation: no overlap documented.
/// Source: its SDK.
pub const MERCADO_PAGO: Scheme<'static> = Scheme::new(
    "mercado-pago",
    Algorithm::HmacSha256,
    Place::Header("x-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"])),
    Encoding::Hex,
    &[Part::With(lists::mercado_pago), Part::Lit("ts:"), Part::Timestamp, Part::Lit(";")],
)
.or_signed(&[Part::With(lists::mercado_pago_lower), Part::Lit("ts:"), Part::Timestamp, Part::Lit(";")])
.timestamp(Source::Tag("ts"), Unit::SecondsOrMillis)
.covers(Covers::Only("data.id of the query, x-request-id and the time, not the body"))
.reads_target();

/// Contentful: `x-contentful-signature: <hex>` over method, path, the headers that `x-contentful-signed-headers` names, and
/// the body, 30 s back, 300 s ahead.
///
/// Confidence A. Not covered: id, headers that are not named. The list must name itself and `x-contentful-timestamp`
/// (milliseconds). To sign, give the named headers and the list with [`Message::headers`](crate::Message::headers). Rotation:
/// no overlap documented. Source: its SDK.
pub const CONTENTFUL: Scheme<'static> = Scheme::new(
    "contentful",
    Algorithm::HmacSha256,
    Place::Header("x-contentful-signature"),
    Grammar::Whole,
    Encoding::Hex,
    &[
        Part::Method,
        Part::Lit("\n"),
        Part::With(url::contentful_path),
        Part::Lit("\n"),
        Part::With(lists::contentful_headers),
        Part::Lit("\n"),
        Part::Body,
    ],
)
.timestamp(Source::Header("x-contentful-timestamp"), Unit::Millis)
.tolerance(seconds(30), seconds(300))
.reads_target();

/// Hook0, version 1, and Coinbase CDP: `X-Hook0-Signature: t=<seconds>,h=<names>,v1=<hex>` over time, names, values of the
/// named headers and body, 300 s both ways.
///
/// Confidence B. Not covered: id, headers that are not named, and where the last value ends and the body begins if there are
/// dots in them. Version 0 is not looked at: both are made with one key, and a signature of version 1 is one of version 0 over
/// a longer body. Only verified: a signer cannot name the headers. Rotation: no overlap documented. Source: its conformance
/// file, and the docs of Coinbase.
pub const HOOK0: Scheme<'static> = Scheme::new(
    "hook0",
    Algorithm::HmacSha256,
    Place::Header("x-hook0-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["v1"]).keep(&["h"])),
    Encoding::Hex,
    &[Part::Timestamp, Part::Lit("."), Part::With(lists::hook0_headers), Part::Body],
)
.timestamp(Source::Tag("t"), Unit::Seconds);

/// Hook0, version 0: `X-Hook0-Signature: t=<seconds>,v0=<hex>` over `time.body`, 300 s both ways.
///
/// Confidence B. Not covered: id, other headers. Only for a sender that never signs version 1 with this key: see
/// [`HOOK0`]. Rotation: no overlap documented. Source: its conformance file.
pub const HOOK0_V0: Scheme<'static> = stamped("hook0-v0", "x-hook0-signature", "t", &["v0"]);

/// Hygraph: `gcms-signature: sign=<base64>, env=<environment>, t=<milliseconds>` over a JSON text of body, environment and
/// time, 300 s both ways.
///
/// Confidence A. Not covered: id, other headers. Only verified: a signer cannot name the environment. The body has to be
/// UTF-8. Rotation: no overlap documented. Source: its SDK.
pub const HYGRAPH: Scheme<'static> = Scheme::new(
    "hygraph",
    Algorithm::HmacSha256,
    Place::Header("gcms-signature"),
    Grammar::Tagged(Tagged::new(',', '=', &["sign"]).keep(&["env"]).blank_after()),
    Encoding::Base64,
    &[
        Part::Lit("{\"Body\":"),
        Part::With(json::body_as_string),
        Part::Lit(",\"EnvironmentName\":"),
        Part::With(json::environment_as_string),
        Part::Lit(",\"TimeStamp\":"),
        Part::Timestamp,
        Part::Lit("}"),
    ],
)
.timestamp(Source::Tag("t"), Unit::Millis);

const ITEM: &str = "notificationItems";

/// Adyen payment webhooks: `additionalData.hmacSignature` (base64) in each item of the JSON body, over eight fields of it.
///
/// Confidence A. **Not covered: everything but those fields**, such as the reason, and where one ends and the next begins.
/// Every item has to be signed; a missing field counts as empty. No time, and nothing signs which items belong together:
/// remember each under an [`event_key`](crate::Verified::event_key) of `pspReference` and `eventCode`, because items of an
/// old batch can be sent alone or in another one. Rotation: no overlap documented. Source: its SDK.
pub const ADYEN_STANDARD: Scheme<'static> = Scheme::new(
    "adyen-standard",
    Algorithm::HmacSha256,
    Place::Json("NotificationRequestItem.additionalData.hmacSignature"),
    Grammar::Whole,
    Encoding::Base64,
    &[
        Part::JsonOrEmpty("NotificationRequestItem.pspReference"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.originalReference"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.merchantAccountCode"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.merchantReference"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.amount.value"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.amount.currency"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.eventCode"),
        Part::Lit(":"),
        Part::JsonOrEmpty("NotificationRequestItem.success"),
    ],
)
.each_item(ITEM)
.secret_format(SecretFormat::Hex)
.covers(Covers::Only(
    "pspReference, originalReference, merchantAccountCode, merchantReference, amount, eventCode and success of each item",
));

/// Every row of this file that is as certain as the others.
pub(super) const COMPUTED: &[Scheme<'static>] = &[
    #[cfg(feature = "sha1")]
    TWILIO,
    #[cfg(feature = "sha1")]
    BRAINTREE,
    PLIVO,
    MERCADO_PAGO,
    CONTENTFUL,
    HOOK0,
    HOOK0_V0,
    HYGRAPH,
    ADYEN_STANDARD,
];

#[cfg(feature = "sha1")]
pub(super) mod unconfirmed {
    use super::form;
    use crate::encoding::Encoding;
    use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme};

    /// Mandrill: `X-Mandrill-Signature: <base64>`, HMAC-SHA1 over the URL and the sorted fields of the form.
    ///
    /// Confidence C~. Not covered: time, id, other headers, and **where the name of a field ends and its value begins**.
    /// Rotation: no overlap documented. Source: third-party Python client django-anymail 15.2.
    pub const MANDRILL: Scheme<'static> = Scheme::new(
        "mandrill",
        Algorithm::HmacSha1,
        Place::Header("x-mandrill-signature"),
        Grammar::Whole,
        Encoding::Base64,
        &[Part::Url, Part::With(form::sorted_fields)],
    )
    .covers(super::RUN_TOGETHER);
}
