//! Published vectors: one object of `providers.json` is one delivery to a receiver that holds published secrets.

use core::time::Duration;

use hookring::scheme::{Algorithm, Encoding};
use hookring::{Carrier, Scheme, Secret, SecretFormat, SecretPolicy, Timestamp, providers};
use serde_json::Value;

use super::delivery::{Delivery, Header, Ring, split_url};
use super::json::{bad_input, base64, items, text};
use super::labels;
use super::outcome::Outcome;
use super::ring::{Secrets, ring_of};
use super::tokens::Presentation;

/// Providers that check no age, so that their published vectors are years older than the clock of the vector. The rows
/// themselves keep the default window.
pub(crate) const AGELESS: &[&str] = &["sanity"];

/// The verdict on a vector.
pub(crate) fn run(vector: &Value) -> Outcome {
    if let Some(carrier) = carrier(vector) {
        return presentation(vector, carrier).map_or_else(|outcome| outcome, |presentation| presentation.check());
    }
    delivery(vector).map_or_else(|outcome| outcome, |delivery| delivery.verify())
}

/// Where the provider presents its secret, if it does that instead of signing.
pub(crate) fn carrier(vector: &Value) -> Option<Carrier<'static>> {
    providers::tokens::find(text(vector, "provider").ok()?)
}

/// Reads a vector of such a provider.
pub(crate) fn presentation(vector: &Value, carrier: Carrier<'static>) -> Result<Presentation, Outcome> {
    let now = Timestamp::from_unix_secs(vector.get("now_unix").and_then(Value::as_i64).ok_or_else(bad_input)?);
    let request = vector.get("request").ok_or_else(bad_input)?;
    Ok(Presentation {
        carrier,
        ring: ring_of(secrets(vector, &|given| secret(given, None))?, now)
            .map_err(|why| Outcome::config_error(labels::of_refusal(why), &why))?,
        target: split_url(text(request, "url")?).1.to_owned(),
        headers: items(request, "headers")?.iter().map(header).collect::<Result<_, _>>()?,
        now,
    })
}

/// Reads a vector of a provider that signs; an `Err` is the outcome of a set-up that does not come to verifying.
pub(crate) fn delivery(vector: &Value) -> Result<Delivery, Outcome> {
    let scheme = scheme_of(row(vector)?, vector.get("params"))?;
    let now = Timestamp::from_unix_secs(vector.get("now_unix").and_then(Value::as_i64).ok_or_else(bad_input)?);
    let request = vector.get("request").ok_or_else(bad_input)?;
    let (origin, target) = split_url(text(request, "url")?);
    let ring = ring(vector, &scheme, now)?;
    Ok(Delivery {
        scheme,
        ring,
        tolerance: AGELESS.contains(&scheme.name()).then_some((Duration::MAX, Duration::MAX)),
        public_url: scheme.signs_url().then(|| origin.to_owned()),
        method: Some(text(request, "method")?.to_owned()),
        target: Some(target.to_owned()),
        headers: items(request, "headers")?.iter().map(header).collect::<Result<_, _>>()?,
        body: base64(text(request, "body_base64")?)?,
        body_limit: None,
        now,
    })
}

/// The name of the row. The vectors have one name for both versions of Hook0, and a receiver pins one.
fn row(vector: &Value) -> Result<&str, Outcome> {
    let provider = text(vector, "provider")?;
    let has_v1 = vector.pointer("/request/headers").is_some_and(|headers| headers.to_string().contains("v1="));
    Ok(if provider == "hook0" && !has_v1 { "hook0-v0" } else { provider })
}

/// The scheme of a provider, with what its senders let a project choose.
pub(crate) fn scheme_of(provider: &str, params: Option<&Value>) -> Result<Scheme<'static>, Outcome> {
    let find = |name: &str| {
        let found = providers::find(name).or_else(|| providers::unconfirmed::find(name));
        found.copied().ok_or_else(|| Outcome::unsupported("unknown_scheme"))
    };
    let param = |name| params.and_then(|params| params.get(name)).and_then(Value::as_str).map(str::to_ascii_lowercase);
    let hash = param("hash");
    if matches!(provider, "websub" | "flux-generic-hmac") {
        // The method stands in the header too: a scheme for each.
        let suffix = hash.filter(|hash| hash != "sha256").map(|hash| format!("-{hash}")).unwrap_or_default();
        return find(&format!("{provider}{suffix}"));
    }
    if !matches!(provider, "convoy-simple" | "convoy-advanced") {
        return find(provider);
    }
    let hash = match hash.as_deref() {
        None | Some("sha256") => Algorithm::HmacSha256,
        Some("sha512") => Algorithm::HmacSha512,
        Some(_) => return Err(Outcome::unsupported("unknown_hash")),
    };
    let encoding = match param("encoding").as_deref() {
        None | Some("hex") => Encoding::Hex,
        Some("base64") => Encoding::Base64,
        Some(_) => return Err(Outcome::unsupported("unknown_encoding")),
    };
    Ok(if provider == "convoy-simple" {
        providers::convoy_simple(hash, encoding)
    } else {
        providers::convoy_advanced(hash, encoding)
    })
}

fn header(pair: &Value) -> Result<Header, Outcome> {
    let at = |place| pair.get(place).and_then(Value::as_str).ok_or_else(bad_input);
    Ok((at(0)?.to_owned(), at(1)?.as_bytes().to_vec()))
}

fn ring(vector: &Value, scheme: &Scheme<'_>, now: Timestamp) -> Result<Ring, Outcome> {
    let refused = |why| Outcome::config_error(labels::of_refusal(why), &why);
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    if scheme.has_public_key() {
        return ring_of(secrets(vector, &public_key)?, now).map(Ring::PublicKeys).map_err(refused);
    }
    ring_of(secrets(vector, &|given| secret(given, Some(scheme)))?, now).map(Ring::Secrets).map_err(refused)
}

/// The first secret is the current one, the others are previous ones that still live.
fn secrets<K>(vector: &Value, read: &dyn Fn(&Value) -> Result<K, Outcome>) -> Result<Secrets<K>, Outcome> {
    let mut secrets = items(vector, "secrets")?.iter().map(read);
    let current = secrets.next().ok_or_else(|| Outcome::no_set_up("empty_secret"))??;
    let previous = secrets.map(|secret| Ok((secret?, None))).collect::<Result<_, Outcome>>()?;
    Ok(Secrets { current, next: Vec::new(), previous })
}

#[cfg(any(feature = "ed25519", feature = "p256"))]
fn public_key(given: &Value) -> Result<hookring::PublicKey, Outcome> {
    use hookring::{PublicKey, PublicKeyFormat};
    let format = text(given, "encoding")?.parse::<PublicKeyFormat>();
    let format = format.map_err(|_| Outcome::unsupported("unknown_encoding"))?;
    PublicKey::parse(text(given, "value")?, format).map_err(|why| Outcome::config_error("bad_key", &why))
}

/// Published secrets are toys, so any strength will do. A presented secret is text.
fn secret(given: &Value, scheme: Option<&Scheme<'_>>) -> Result<Secret, Outcome> {
    let value = text(given, "value")?;
    let format = match text(given, "encoding")? {
        "utf8" if scheme.is_some_and(|scheme| scheme.key_format() == SecretFormat::HtmlText) => SecretFormat::HtmlText,
        "utf8" | "token" => SecretFormat::Utf8,
        "hex" => SecretFormat::Hex,
        "base64" => SecretFormat::Base64,
        "whsec-base64" if value.starts_with("whsec_") => SecretFormat::Whsec,
        #[cfg(feature = "sha1")]
        "sha1-of-utf8" => SecretFormat::Sha1OfText,
        // Elsewhere the marker `v1,` is a mistake.
        "whsec-base64" if scheme.is_some_and(|scheme| scheme.key_format() == SecretFormat::V1Whsec) => SecretFormat::V1Whsec,
        "whsec-base64" if value.contains("whsec_") => SecretFormat::Whsec,
        "whsec-base64" => SecretFormat::Base64,
        _ => return Err(Outcome::unsupported("unknown_encoding")),
    };
    Secret::parse(value, format, &SecretPolicy::dangerous_any_strength())
        .map_err(|why| Outcome::config_error(labels::of_secret(why), &why))
}
