//! Cases in which the secret itself is presented.

use hookring::{BearerVerifier, Keyring, Rejection, Secret, SecretFormat, SecretPolicy, Timestamp, redact_query};
use serde_json::Value;

use super::json::{base64, items, text};
use super::labels;
use super::outcome::Outcome;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

pub(crate) fn run(given: &Value) -> Outcome {
    present(given).unwrap_or_else(|outcome| outcome)
}

fn present(given: &Value) -> Result<Outcome, Outcome> {
    let secret = items(given, "secrets")?.first().ok_or_else(|| Outcome::no_set_up("empty_secret"))?;
    let secret = Secret::parse(text(secret, "value")?, SecretFormat::Utf8, &SecretPolicy::provider())
        .map_err(|why| Outcome::config_error(labels::of_secret(why), &why))?;
    let verifier = BearerVerifier::new(Keyring::new(secret, NOW).ring, 1);
    let allowed = given.pointer("/config/query_token") == Some(&Value::Bool(true));
    let verifier = if allowed { verifier.allow_query("token") } else { verifier };

    let mut headers = Vec::new();
    for header in items(given, "headers")? {
        let value = match header.get("value_base64").and_then(Value::as_str) {
            Some(raw) => base64(raw)?,
            None => text(header, "value")?.as_bytes().to_vec(),
        };
        headers.push((text(header, "name")?.to_owned(), value));
    }
    let url = given.get("url").and_then(Value::as_str).unwrap_or_default();
    let query = url.split_once('?').map(|(_, query)| query);
    let mut outcome = match verifier.check_at(&headers, query, NOW) {
        Ok(presented) => Outcome::accept(presented.role(), &presented),
        Err(why) => {
            let meaning = if why == Rejection::Mismatch { Rejection::TokenMismatch } else { why };
            Outcome::reject(&meaning)
        }
    };
    outcome.said.extend([redact_query(url, "token"), format!("{verifier:?}")]);
    Ok(outcome)
}
