//! The field cases and the vectors as questions that can be put to any peer.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// One delivery and what should become of it.
pub struct Question {
    /// The number of the case, or the name of the vector.
    pub name: String,
    pub is_case: bool,
    /// For hookring: the line of the conformance contract.
    pub contract: Value,
    /// For the others; `None` if no peer could be asked.
    pub line: Option<Value>,
    pub may_accept: bool,
    pub may_refuse: bool,
}

pub fn vectors(folder: &Path) -> Vec<Question> {
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("vectors").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("vectors");
        let vectors: Vec<Value> = serde_json::from_str(&text).expect("a list");
        all.extend(vectors.into_iter().map(vector));
    }
    all
}

fn vector(vector: Value) -> Question {
    let request = &vector["request"];
    let pair = |pair: &Value| json!([pair[0], STANDARD.encode(pair[1].as_str().unwrap_or_default())]);
    let line = json!({
        "do": "verify",
        "provider": vector["provider"],
        "secrets": list(&vector["secrets"]).iter().map(|secret| secret["value"].clone()).collect::<Vec<_>>(),
        "method": request["method"],
        "url": request["url"],
        "headers": list(&request["headers"]).iter().map(pair).collect::<Vec<_>>(),
        "body_base64": request["body_base64"],
        "now_unix": vector["now_unix"],
    });
    let valid = vector["expect"] == "valid";
    let name = vector["id"].as_str().unwrap_or("?").to_owned();
    Question { name, is_case: false, contract: vector, line: Some(line), may_accept: valid, may_refuse: !valid }
}

pub fn cases(file: &Path) -> Vec<Question> {
    let text = std::fs::read_to_string(file).expect("cases");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let mut all = Vec::new();
    for case in &cases {
        let variants = list(&case["given"]["variants"]);
        if variants.is_empty() {
            all.extend(delivery(case, &case["given"], &case["expect"]));
        }
        for variant in &variants {
            let expect = variant.get("expect").unwrap_or(&case["expect"]);
            all.extend(delivery(case, &merged(&case["given"], variant), expect));
        }
    }
    all
}

/// The fields of a variant in place of those of its case; a body is replaced as a whole.
fn merged(base: &Value, variant: &Value) -> Value {
    let mut merged = base.as_object().cloned().unwrap_or_default();
    let fields: Map<_, _> = variant.as_object().cloned().unwrap_or_default();
    if fields.contains_key("body_base64") {
        merged.remove("body_generated");
    }
    merged.remove("variants");
    merged.extend(fields);
    Value::Object(merged)
}

/// `None` for step lists and properties, which are about more than one delivery.
fn delivery(case: &Value, given: &Value, expect: &Value) -> Option<Question> {
    let outcomes: Vec<&str> = match expect["outcome"].as_str()? {
        "any_of" => expect["any_of"].as_array()?.iter().filter_map(Value::as_str).collect(),
        "accept" => vec!["accept"],
        "reject" | "config_error" => vec!["reject"],
        _ => return None,
    };
    if given.get("steps").is_some() {
        return None;
    }
    let may_accept = outcomes.iter().any(|outcome| outcome.starts_with("accept"));
    let may_refuse = outcomes.iter().any(|outcome| !outcome.starts_with("accept"));
    let name = case["n"].to_string();
    let mut contract = given.clone();
    contract["id"] = case["n"].clone();
    Some(Question { name, is_case: true, line: line(given), contract, may_accept, may_refuse })
}

/// `None` for what no peer has: other schemes, secrets from files, windows that cannot be set.
fn line(given: &Value) -> Option<Value> {
    let provider = match given["scheme"].as_str()? {
        "standard" => "standard-webhooks",
        known @ ("github" | "stripe" | "slack") => known,
        _ => return None,
    };
    let config = &given["config"];
    // Five minutes both ways is the default everywhere; another window has to be set.
    let window = (config["tolerance_past_s"].as_u64().unwrap_or(300), config["tolerance_future_s"].as_u64().unwrap_or(300));
    let now = given["now_unix"].as_i64().unwrap_or(1_790_000_000);
    let mut secrets = Vec::new();
    for secret in list(&given["secrets"]) {
        let encoding = secret["encoding"].as_str().unwrap_or("whsec");
        if secret.get("source").is_some() || (provider == "standard-webhooks" && encoding != "whsec") {
            return None;
        }
        // Which secrets still live is known to whoever calls a peer.
        if secret["expires_at"].as_i64().is_none_or(|deadline| now < deadline) {
            secrets.push(secret["value"].clone());
        }
    }
    let body = body(given);
    if config["max_body_bytes"].as_u64().is_some_and(|limit| body.len() as u64 > limit) {
        return None;
    }
    let mut line = json!({
        "do": "verify",
        "provider": provider,
        "secrets": secrets,
        "method": given["method"].as_str().unwrap_or("POST"),
        "url": given["url"].as_str().unwrap_or("https://hooks.example.com/in"),
        "headers": headers(given),
        "body_base64": STANDARD.encode(body),
        "now_unix": now,
    });
    if window != (300, 300) {
        line["tolerance"] = json!(window.0);
    }
    Some(line)
}

fn headers(given: &Value) -> Vec<Value> {
    let mut headers = Vec::new();
    for header in list(&given["headers"]).iter().chain(&list(&given["extra_headers"])) {
        let value = header["value_base64"].as_str().map(str::to_owned);
        let value = value.unwrap_or_else(|| STANDARD.encode(header["value"].as_str().unwrap_or_default()));
        headers.push(json!([header["name"], value]));
    }
    let made = &given["headers_generated"];
    let several = if made.is_object() { vec![made.clone()] } else { list(made) };
    for made in several {
        let text = |name: &str| made[name].as_str().unwrap_or_default();
        let count = usize::try_from(made["count"].as_u64().unwrap_or_default()).expect("a small number");
        let last = made["last"].as_str();
        let value = std::iter::repeat_n(text("item"), count).chain(last).collect::<Vec<_>>().join(text("separator"));
        headers.push(json!([made["name"], STANDARD.encode(value)]));
    }
    headers
}

fn body(given: &Value) -> Vec<u8> {
    let made = &given["body_generated"];
    if !made.is_object() {
        return STANDARD.decode(given["body_base64"].as_str().unwrap_or_default()).expect("base64");
    }
    let piece = |text: &str, raw: &str| match made[raw].as_str() {
        Some(raw) => STANDARD.decode(raw).expect("base64"),
        None => made[text].as_str().unwrap_or_default().as_bytes().to_vec(),
    };
    let byte = made["repeat_byte"].as_u64().or_else(|| made["byte"].as_u64()).unwrap_or_default();
    let count = usize::try_from(made["count"].as_u64().unwrap_or_default()).expect("a small number");
    [piece("prefix", "prefix_base64"), vec![u8::try_from(byte).expect("a byte"); count], piece("suffix", "suffix_base64")]
        .concat()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}
