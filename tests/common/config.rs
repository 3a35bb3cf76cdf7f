//! The settings of a field case. What is absent is left to the crate's defaults.

use core::time::Duration;

use hookring::Scheme;
use serde_json::Value;

use super::outcome::Outcome;

/// What applies to a side of the window that a case leaves out.
const DEFAULT_SIDE: Duration = Duration::from_secs(300);

fn setting<'v>(given: &'v Value, name: &str) -> Option<&'v Value> {
    given.get("config")?.get(name).filter(|value| !value.is_null())
}

/// Past and future, if the case sets one of them and the scheme has a time to check.
pub(crate) fn tolerance(given: &Value, scheme: &Scheme<'_>) -> Result<Option<(Duration, Duration)>, Outcome> {
    let side = |name| match setting(given, name) {
        None => Ok(None),
        Some(seconds) => match seconds.as_u64() {
            Some(seconds) => Ok(Some(Duration::from_secs(seconds))),
            None => Err(Outcome::no_set_up("tolerance_invalid")),
        },
    };
    let (past, future) = (side("tolerance_past_s")?, side("tolerance_future_s")?);
    let window = (past.unwrap_or(DEFAULT_SIDE), future.unwrap_or(DEFAULT_SIDE));
    Ok((scheme.has_timestamp() && (past.is_some() || future.is_some())).then_some(window))
}

/// The configured address, or the origin of the given URL.
pub(crate) fn public_url(given: &Value, origin: Option<&str>, scheme: &Scheme<'_>) -> Option<String> {
    let configured = setting(given, "public_base_url").and_then(Value::as_str);
    configured.or(origin).filter(|_| scheme.signs_url()).map(str::to_owned)
}

/// The limit of the layer that reads the body.
pub(crate) fn body_limit(given: &Value) -> Option<usize> {
    usize::try_from(setting(given, "max_body_bytes")?.as_u64()?).ok()
}

pub(crate) fn default_grace(given: &Value) -> Option<Duration> {
    setting(given, "default_grace_s").and_then(Value::as_u64).map(Duration::from_secs)
}
