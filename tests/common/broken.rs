//! Broken set-ups: a vector with what else the operator has at hand, put to the diagnosis.

use core::time::Duration;

use hookring::diagnose::{Diagnosis, Inquiry, Retired};
use hookring::{SecretFormat, Timestamp, providers};
use serde_json::Value;

use super::delivery::split_url;
use super::json::{base64, items, text};

/// The diagnosis of a set-up; `None` if its scheme is unknown or it is not one.
pub(crate) fn diagnose(input: &Value) -> Option<Diagnosis> {
    let carrier = super::vectors::carrier(input);
    let scheme = match carrier {
        Some(_) => providers::GENERIC_SHA256,
        None => super::vectors::scheme_of(text(input, "provider").ok()?, input.get("params")).ok()?,
    };
    let request = input.get("request")?;
    let now = Timestamp::from_unix_secs(input.get("now_unix")?.as_i64()?);
    let pair = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
    let headers: Vec<(String, String)> = items(request, "headers").ok()?.iter().map(pair).collect::<Option<_>>()?;
    let body = base64(text(request, "body_base64").ok()?).ok()?;
    let mut inquiry = match carrier {
        Some(carrier) => Inquiry::presented(carrier, &headers, now),
        None => Inquiry::new(scheme, &headers, &body, now),
    };
    if super::vectors::AGELESS.contains(&scheme.name()) {
        inquiry = inquiry.tolerance(Duration::MAX, Duration::MAX);
    }
    if let Ok(method) = text(request, "method") {
        inquiry = inquiry.method(method);
    }
    if let Ok(url) = text(request, "url") {
        let (origin, target) = split_url(url);
        inquiry = inquiry.public_url(origin).target(target);
    }
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    if scheme.has_public_key() {
        return Some(public::keys(inquiry, input).run());
    }
    for (text, format) in items(input, "secrets").ok()?.iter().filter_map(|given| secret(given, scheme.key_format())) {
        inquiry = inquiry.secret(text, format);
    }
    if let Some(also) = input.get("also") {
        inquiry = at_hand(inquiry, also, scheme.key_format());
    }
    Some(inquiry.run())
}

/// A secret as it stands in the input, in the format that its encoding names.
fn secret(given: &Value, own: SecretFormat) -> Option<(&str, SecretFormat)> {
    let value = given.as_str().or_else(|| given.get("value").and_then(Value::as_str))?;
    let format = match given.get("encoding").and_then(Value::as_str).unwrap_or("utf8") {
        "hex" => SecretFormat::Hex,
        "base64" => SecretFormat::Base64,
        "base64url" => SecretFormat::Base64Url,
        // Strictly, where the scheme wants a prefix: without it the secret is not usable.
        "whsec-base64" | "whsec" if matches!(own, SecretFormat::V1Whsec | SecretFormat::Whsec) => own,
        "whsec-base64" | "whsec" if value.contains("whsec_") => SecretFormat::Whsec,
        "sha1-of-utf8" => SecretFormat::Sha1OfText,
        "whsec-base64" | "whsec" => SecretFormat::Base64,
        _ if own == SecretFormat::HtmlText => own,
        _ => SecretFormat::Utf8,
    };
    Some((value, format))
}

/// Other secrets, retired keys and tenants. What they are called is read leniently: operators write such notes by hand.
fn at_hand<'s>(mut inquiry: Inquiry<'s>, also: &Value, own: SecretFormat) -> Inquiry<'s> {
    for given in entries(also.get("other_secrets")) {
        if let Some((text, format)) = secret(given.1, own) {
            inquiry = inquiry.other_secret(text, format, &label(given));
        }
    }
    for given in entries(also.get("retired_keys")) {
        if let Some((text, format)) = secret(given.1, own) {
            inquiry = inquiry.retired_key(text, format, state(given), &label(given));
        }
    }
    for tenant in entries(also.get("tenants")) {
        let inner = tenant.1.get("secrets").or_else(|| tenant.1.get("keys")).or_else(|| tenant.1.get("ring"));
        for given in inner.map_or_else(|| vec![tenant], |inner| entries(Some(inner))) {
            if let Some((text, format)) = secret(given.1, own) {
                inquiry = inquiry.tenant(text, format, &label(tenant));
            }
        }
    }
    inquiry
}

/// The members of a list, or of an object by name.
fn entries(value: Option<&Value>) -> Vec<(&str, &Value)> {
    match value {
        Some(Value::Array(items)) => items.iter().map(|item| ("", item)).collect(),
        Some(Value::Object(members)) if !members.contains_key("value") => {
            let mut all = Vec::new();
            for (name, value) in members {
                match value {
                    Value::Array(items) => all.extend(items.iter().map(|item| (name.as_str(), item))),
                    one => all.push((name.as_str(), one)),
                }
            }
            all
        }
        Some(one @ (Value::Object(_) | Value::String(_))) => vec![("", one)],
        _ => Vec::new(),
    }
}

fn label((name, given): (&str, &Value)) -> String {
    let named = ["label", "name", "tenant", "id", "key_id"].iter().find_map(|field| given.get(field).and_then(Value::as_str));
    named.unwrap_or(name).to_owned()
}

/// What is written beside the secret says why it is not live: a field for it, or else anything.
fn state((name, given): (&str, &Value)) -> Retired {
    let (mut told, mut words) = (String::new(), name.to_lowercase());
    for (field, value) in given.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
        if matches!(field.as_str(), "state" | "status" | "role" | "reason" | "why" | "kind" | "cause") {
            told.push_str(&value);
        }
        if !matches!(field.as_str(), "value" | "encoding") && value != "null" && value != "false" {
            words.push_str(&format!(" {} {value}", field.to_lowercase()));
        }
    }
    kind(&told).or_else(|| kind(&words)).unwrap_or(Retired::Expired)
}

fn kind(words: &str) -> Option<Retired> {
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["revok", "compromis", "leak", "tombstone"]) {
        Some(Retired::Revoked)
    } else if says(&["expir", "retire", "previous", "old"]) {
        Some(Retired::Expired)
    } else if says(&["next", "stage", "upcoming", "pending", "future", "not_before", "activ", "starts"]) {
        Some(Retired::Next)
    } else {
        None
    }
}

#[cfg(any(feature = "ed25519", feature = "p256"))]
mod public {
    use hookring::PublicKeyFormat;
    use hookring::diagnose::Inquiry;
    use serde_json::Value;

    use super::{entries, label, state};

    /// Public keys instead of secrets, with what else is at hand.
    pub(super) fn keys<'s>(mut inquiry: Inquiry<'s>, input: &Value) -> Inquiry<'s> {
        for given in entries(input.get("secrets")).into_iter().filter_map(|given| key(given.1)) {
            inquiry = inquiry.public_key(given.0, given.1);
        }
        let also = |name: &str| entries(input.get("also").and_then(|also| also.get(name)));
        for given in also("other_secrets") {
            if let Some((text, format)) = key(given.1) {
                inquiry = inquiry.other_public_key(text, format, &label(given));
            }
        }
        for given in also("retired_keys") {
            if let Some((text, format)) = key(given.1) {
                inquiry = inquiry.retired_public_key(text, format, state(given), &label(given));
            }
        }
        for tenant in also("tenants") {
            for given in tenant.1.get("secrets").map_or_else(|| vec![tenant], |inner| entries(Some(inner))) {
                if let Some((text, format)) = key(given.1) {
                    inquiry = inquiry.tenant_public_key(text, format, &label(tenant));
                }
            }
        }
        inquiry
    }

    fn key(given: &Value) -> Option<(&str, PublicKeyFormat)> {
        let text = given.get("value")?.as_str()?;
        let format = given.get("encoding")?.as_str()?.parse().ok()?;
        Some((text, format))
    }
}
