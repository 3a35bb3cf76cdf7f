//! Field cases: what stands under `given` is a receiver's set-up and one delivery.

use hookring::{Keyring, Scheme, Secret, SecretFormat, SecretPolicy, Timestamp};
use serde_json::{Map, Value};

use super::config;
use super::delivery::{Delivery, Header, Ring, split_url};
use super::json::{bad_input, base64, items, text};
use super::labels;
use super::outcome::Outcome;
use super::ring::{Secrets, ring_of};
use super::schemes::scheme_of;

/// The clock of cases that do not set one; only schemes without a time do that.
const SOME_TIME: i64 = 1_790_000_000;
/// Generated headers and bodies are at most this long.
const MOST_GENERATED: u64 = 64 << 20;

/// One run of a case.
pub(crate) struct Variant {
    pub(crate) label: String,
    pub(crate) given: Value,
    pub(crate) expect: Value,
}

/// The runs of a case: its variants, or itself if it has none.
pub(crate) fn variants(case: &Value) -> Vec<Variant> {
    let given = case.get("given").cloned().unwrap_or_default();
    let expect = case.get("expect").cloned().unwrap_or_default();
    match given.get("variants").and_then(Value::as_array).filter(|variants| !variants.is_empty()) {
        None => vec![Variant { label: "only".to_owned(), given, expect }],
        Some(variants) => {
            let label = |variant: &Value| variant.get("label").and_then(Value::as_str).unwrap_or("unnamed").to_owned();
            let variant = |variant: &Value| Variant {
                label: label(variant),
                given: merged(&given, variant),
                expect: variant.get("expect").unwrap_or(&expect).clone(),
            };
            variants.iter().map(variant).collect()
        }
    }
}

/// The base with the fields of a variant in place of its own. A body is replaced as a whole, in whichever form it is given.
fn merged(base: &Value, variant: &Value) -> Value {
    let empty = Map::new();
    let fields = variant.as_object().unwrap_or(&empty);
    let mut merged = base.as_object().unwrap_or(&empty).clone();
    if fields.contains_key("body_base64") {
        merged.remove("body_generated");
    }
    merged.remove("variants");
    merged.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(merged)
}

/// The verdict on a delivery. Its variants, if any, are not looked at.
pub(crate) fn run(given: &Value) -> Outcome {
    delivery(given).map_or_else(|outcome| outcome, |delivery| delivery.verify())
}

/// Reads a delivery; an `Err` is the outcome of a set-up that does not come to verifying.
pub(crate) fn delivery(given: &Value) -> Result<Delivery, Outcome> {
    if given.get("steps").is_some() {
        return Err(Outcome::unsupported("steps"));
    }
    let scheme = scheme_of(text(given, "scheme")?)?;
    let now = Timestamp::from_unix_secs(given.get("now_unix").and_then(Value::as_i64).unwrap_or(SOME_TIME));
    request(given, ring(given, &scheme, now)?, now)
}

/// The delivery itself, to a receiver that holds this ring.
pub(crate) fn request(given: &Value, ring: Keyring, now: Timestamp) -> Result<Delivery, Outcome> {
    let scheme = scheme_of(text(given, "scheme")?)?;
    let url = given.get("url").and_then(Value::as_str).map(split_url);
    Ok(Delivery {
        scheme,
        ring: Ring::Secrets(ring),
        tolerance: config::tolerance(given, &scheme)?,
        public_url: config::public_url(given, url.map(|(origin, _)| origin), &scheme),
        method: given.get("method").and_then(Value::as_str).map(str::to_owned),
        target: url.map(|(_, target)| target.to_owned()),
        headers: headers(given)?,
        body: body(given)?,
        body_limit: config::body_limit(given),
        now,
    })
}

/// The ring of the secrets in their roles.
pub(crate) fn ring(given: &Value, scheme: &Scheme<'_>, now: Timestamp) -> Result<Keyring, Outcome> {
    let (mut current, mut next, mut previous) = (None, Vec::new(), Vec::new());
    for item in items(given, "secrets")? {
        let encoding = item.get("encoding").and_then(Value::as_str);
        let secret = secret(text(item, "value")?, encoding, scheme)?;
        let deadline = item.get("expires_at").and_then(Value::as_i64).map(Timestamp::from_unix_secs);
        match text(item, "role")? {
            "current" if current.is_none() => current = Some(secret),
            "next" => next.push(secret),
            "previous" => previous.push((secret, deadline)),
            _ => return Err(bad_input()),
        }
    }
    let current = current.ok_or_else(|| Outcome::no_set_up("empty_secret"))?;
    ring_of(Secrets { current, next, previous }, now).map_err(|why| Outcome::config_error(labels::of_refusal(why), &why))
}

/// A secret as the crate takes it: nothing is trimmed, whether it came from the environment or from a file.
pub(crate) fn secret(value: &str, encoding: Option<&str>, scheme: &Scheme<'_>) -> Result<Secret, Outcome> {
    let format = match encoding {
        None => scheme.key_format(),
        Some("utf8") => SecretFormat::Utf8,
        Some("whsec") => SecretFormat::Whsec,
        Some("hex") => SecretFormat::Hex,
        Some("base64") => SecretFormat::Base64,
        Some(_) => return Err(Outcome::unsupported("unknown_encoding")),
    };
    Secret::parse(value, format, &SecretPolicy::provider()).map_err(|why| Outcome::config_error(labels::of_secret(why), &why))
}

fn headers(given: &Value) -> Result<Vec<Header>, Outcome> {
    let mut headers = Vec::new();
    for item in items(given, "headers")?.iter().chain(items(given, "extra_headers")?) {
        let value = match item.get("value_base64").and_then(Value::as_str) {
            Some(raw) => base64(raw)?,
            None => text(item, "value")?.as_bytes().to_vec(),
        };
        headers.push((text(item, "name")?.to_owned(), value));
    }
    match given.get("headers_generated") {
        None | Some(Value::Null) => {}
        Some(Value::Array(several)) => {
            for made in several {
                headers.push(generated_header(made)?);
            }
        }
        Some(made) => headers.push(generated_header(made)?),
    }
    Ok(headers)
}

fn generated_header(made: &Value) -> Result<Header, Outcome> {
    let separator = made.get("separator").and_then(Value::as_str).unwrap_or_default();
    let item = text(made, "item")?;
    let last = made.get("last").and_then(Value::as_str);
    let count = count(made, item.len().saturating_add(separator.len()))?;
    let value = core::iter::repeat_n(item, count).chain(last).collect::<Vec<_>>().join(separator);
    Ok((text(made, "name")?.to_owned(), value.into_bytes()))
}

fn body(given: &Value) -> Result<Vec<u8>, Outcome> {
    let Some(made) = given.get("body_generated").filter(|made| !made.is_null()) else {
        return given.get("body_base64").and_then(Value::as_str).map_or_else(|| Ok(Vec::new()), base64);
    };
    let piece = |name: &str, raw: &str| match made.get(raw).and_then(Value::as_str) {
        Some(text) => base64(text),
        None => Ok(made.get(name).and_then(Value::as_str).unwrap_or_default().as_bytes().to_vec()),
    };
    let byte = made.get("repeat_byte").or_else(|| made.get("byte")).and_then(Value::as_u64);
    let byte = byte.and_then(|byte| u8::try_from(byte).ok()).ok_or_else(bad_input)?;
    let middle = vec![byte; count(made, 1)?];
    Ok([piece("prefix", "prefix_base64")?, middle, piece("suffix", "suffix_base64")?].concat())
}

fn count(made: &Value, each: usize) -> Result<usize, Outcome> {
    let count = made.get("count").and_then(Value::as_u64).ok_or_else(bad_input)?;
    let whole = u64::try_from(each).unwrap_or(u64::MAX).saturating_mul(count);
    if whole > MOST_GENERATED {
        return Err(Outcome::unsupported("generated text too long"));
    }
    usize::try_from(count).map_err(|_| bad_input())
}
