//! The three forms of event, and the answer to them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookring::{KeySource, Rejection, Request, Secret, Timestamp, Verifier};
use serde_json::{Value, json};

/// What the three forms of event have in common.
#[derive(Debug)]
pub(crate) struct Incoming<'e> {
    method: &'e str,
    /// Path and query as they were sent. Only payload 2.0 has them; in the others the query is decoded and sorted.
    target: Option<String>,
    /// In any letter case, and every value of a repeated header.
    headers: Vec<(&'e str, &'e str)>,
    body: Cow<'e, [u8]>,
}

impl<'e> Incoming<'e> {
    /// `None` if it is no such event: that is not the sender's fault.
    pub(crate) fn read(event: &'e Value) -> Option<Self> {
        let text = |path: &str| event.pointer(path).and_then(Value::as_str);
        let target = text("/rawPath").zip(text("/rawQueryString"));
        Some(Self {
            method: text("/httpMethod").or_else(|| text("/requestContext/http/method"))?,
            target: target.map(|(path, query)| if query.is_empty() { path.into() } else { format!("{path}?{query}") }),
            headers: headers(event)?,
            body: match (event.get("body").unwrap_or(&Value::Null), event.get("isBase64Encoded").and_then(Value::as_bool)) {
                (Value::Null, _) => Cow::Borrowed(b""),
                (Value::String(body), Some(true)) => Cow::Owned(STANDARD.decode(body).ok()?),
                (Value::String(body), _) => Cow::Borrowed(body.as_bytes()),
                _ => return None,
            },
        })
    }
}

/// `headers` has only the last of several values where `multiValueHeaders` exists: two signatures would look like one.
fn headers(event: &Value) -> Option<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    if let Some(Value::Object(headers)) = event.get("multiValueHeaders") {
        for (name, values) in headers {
            for value in values.as_array()? {
                found.push((name.as_str(), value.as_str()?));
            }
        }
    } else {
        for (name, value) in event.get("headers")?.as_object()? {
            found.push((name.as_str(), value.as_str()?));
        }
    }
    Some(found)
}

/// The answer to an event. `work` gets the body only if it is authentic.
pub(crate) fn answer<S: KeySource<Key = Secret>>(
    verifier: &Verifier<S>,
    event: &Value,
    now: Timestamp,
    work: impl FnOnce(&[u8]),
) -> Result<Value, &'static str> {
    let incoming = Incoming::read(event).ok_or("not an event of API Gateway or ALB")?;
    let mut request = Request::new(&incoming.headers, &*incoming.body).method(incoming.method);
    if let Some(target) = &incoming.target {
        request = request.target(target);
    }
    let verified = if incoming.method == "POST" { verifier.verify_at(request, now) } else { Err(Rejection::WrongMethod) };
    let (status, text) = match verified {
        Ok(verified) => {
            work(verified.into_body());
            (202, "accepted")
        }
        Err(rejection) => {
            eprintln!("rejected: {}", rejection.code()); // a label for metrics; the sender is not told
            (rejection.status(), rejection.public_message())
        }
    };
    Ok(json!({"statusCode": status, "isBase64Encoded": false, "body": text}))
}
