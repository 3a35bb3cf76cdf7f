//! The conformance contract: one JSON object in, one JSON object out, whatever comes in.

use serde_json::Value;

use super::json::bad_input;
use super::outcome::Outcome;
use super::{bearer, cases, vectors};

/// The answer to one line: `{"id", "outcome", "code", "role"}`.
pub(crate) fn answer(line: &[u8]) -> String {
    let input: Value = serde_json::from_slice(line).unwrap_or_default();
    outcome(&input).to_json(input.get("id").unwrap_or(&Value::Null)).to_string()
}

/// The same with `cause` and `say`: why it was rejected, if something explains it.
#[cfg(feature = "diagnose")]
pub(crate) fn explained(line: &[u8]) -> String {
    use super::broken;
    use super::outcome::Verdict;

    let input: Value = serde_json::from_slice(line).unwrap_or_default();
    let outcome = outcome(&input);
    let mut answer = outcome.to_json(input.get("id").unwrap_or(&Value::Null));
    let diagnosis = if outcome.verdict == Verdict::Unsupported { None } else { broken::diagnose(&input) };
    let diagnosis = diagnosis.filter(|diagnosis| !diagnosis.is_accepted());
    if let Some(fields) = answer.as_object_mut() {
        let cause = diagnosis.as_ref().and_then(hookring::diagnose::Diagnosis::cause);
        fields.insert("cause".to_owned(), cause.into());
        fields.insert("say".to_owned(), diagnosis.map(|diagnosis| diagnosis.say()).into());
    }
    answer.to_string()
}

/// A vector names its provider, a field case its scheme; a whole case has the delivery under `given`.
fn outcome(input: &Value) -> Outcome {
    if input.get("provider").is_some() {
        return vectors::run(input);
    }
    let given = input.get("given").unwrap_or(input);
    match given.get("scheme").and_then(Value::as_str) {
        _ if !given.is_object() => bad_input(),
        Some("bearer") => bearer::run(given),
        _ => cases::run(given),
    }
}
