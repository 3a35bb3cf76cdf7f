//! The forms that most providers share. A row that is in one of them is one line.

use core::time::Duration;

use crate::encoding::{Encoding, SecretFormat};
use crate::scheme::{Algorithm, Grammar, Part, Place, Scheme, Source, Tagged, Unit};

pub(super) const TIME_DOT_BODY: &[Part<'static>] = &[Part::Timestamp, Part::Lit("."), Part::Body];
pub(super) const TIME_COLON_BODY: &[Part<'static>] = &[Part::Timestamp, Part::Lit(":"), Part::Body];
pub(super) const TIME_BODY: &[Part<'static>] = &[Part::Timestamp, Part::Body];
pub(super) const ID_TIME_BODY: &[Part<'static>] = &[Part::Id, Part::Lit("."), Part::Timestamp, Part::Lit("."), Part::Body];
/// `v1,<base64>[ v1,<base64>…]`
pub(super) const STANDARD_LIST: Grammar<'static> = Grammar::Tagged(Tagged::new(' ', ',', &["v1"]));

pub(super) const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// HMAC-SHA256 over the body and nothing else.
pub(super) const fn body_signed(
    name: &'static str,
    header: &'static str,
    grammar: Grammar<'static>,
    encoding: Encoding,
) -> Scheme<'static> {
    Scheme::new(name, Algorithm::HmacSha256, Place::Header(header), grammar, encoding, &[Part::Body])
}

/// `t=<seconds>,v1=<hex>` in one header, over `time.body`.
pub(super) const fn stamped(
    name: &'static str,
    header: &'static str,
    time: &'static str,
    signatures: &'static [&'static str],
) -> Scheme<'static> {
    stamped_in(Encoding::Hex, name, header, time, signatures)
}

/// The same in another encoding.
pub(super) const fn stamped_in(
    encoding: Encoding,
    name: &'static str,
    header: &'static str,
    time: &'static str,
    signatures: &'static [&'static str],
) -> Scheme<'static> {
    let grammar = Grammar::Tagged(Tagged::new(',', '=', signatures));
    Scheme::new(name, Algorithm::HmacSha256, Place::Header(header), grammar, encoding, TIME_DOT_BODY)
        .timestamp(Source::Tag(time), Unit::Seconds)
}

/// Signature and time in a header each.
pub(super) const fn timed(
    name: &'static str,
    header: &'static str,
    grammar: Grammar<'static>,
    encoding: Encoding,
    parts: &'static [Part<'static>],
    time: &'static str,
    unit: Unit,
) -> Scheme<'static> {
    Scheme::new(name, Algorithm::HmacSha256, Place::Header(header), grammar, encoding, parts)
        .timestamp(Source::Header(time), unit)
}

/// Standard Webhooks, version 1.
pub(super) const fn standard(name: &'static str) -> Scheme<'static> {
    let place = Place::Header("webhook-signature");
    Scheme::new(name, Algorithm::HmacSha256, place, STANDARD_LIST, Encoding::Base64, ID_TIME_BODY)
        .id("webhook-id")
        .timestamp(Source::Header("webhook-timestamp"), Unit::Seconds)
        .secret_format(SecretFormat::Whsec)
}

/// The same under `svix-*` header names, with `webhook-*` accepted as well.
pub(super) const fn svix(name: &'static str) -> Scheme<'static> {
    let place = Place::Header("svix-signature");
    Scheme::new(name, Algorithm::HmacSha256, place, STANDARD_LIST, Encoding::Base64, ID_TIME_BODY)
        .id("svix-id")
        .timestamp(Source::Header("svix-timestamp"), Unit::Seconds)
        .secret_format(SecretFormat::Whsec)
        .alias(&[("svix-id", "webhook-id"), ("svix-timestamp", "webhook-timestamp"), ("svix-signature", "webhook-signature")])
}
