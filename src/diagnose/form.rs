//! Form bodies that a parser on the way decoded, or decoded and encoded again.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::alt::Alts;
use super::json::Json;
use super::text::{orders, percent_decoded, percent_encoded};

const SAY: &str =
    "The form in the body was decoded, or decoded and encoded again: verify the raw bytes before any parser reads them.";

/// What encoders leave as it is, whether a space becomes `+`, and whether digits are in upper case.
const ENCODERS: [(&[u8], bool, bool); 12] = [
    (b"-_.~", true, true),
    (b"-_.~", false, true),
    (b"*-._", true, true),
    (b"-_.", true, true),
    (b"-_.!~*'()", false, true),
    (b"-_.", false, true),
    (b"-_.~", true, false),
    (b"-_.~", false, false),
    (b"-_.", true, false),
    (b"-_.~/", false, true),
    (b"-_.!~*'()", true, true),
    (b"*-._", true, false),
];

/// Names under which services send JSON in a form.
const FIELDS: [&str; 7] = ["payload", "body", "data", "json", "event", "message", "bt_payload"];

type Pairs = Vec<(Vec<u8>, Option<Vec<u8>>)>;

pub(super) fn forms(body: &[u8], alts: &mut Alts<Vec<u8>>) {
    let text = body.trim_ascii();
    if let Some(tree) = Json::parse(text).filter(Json::is_container) {
        wrapped_json(body, text, alts);
        if let Json::Object(members) = &tree {
            let mut pairs = Vec::new();
            members.iter().for_each(|(name, value)| flatten(name, value, &mut pairs));
            encode(&pairs, alts);
        }
        return;
    }
    if !text.contains(&b'=') || text.first() == Some(&b'<') {
        return;
    }
    for plus in [true, false] {
        encode(&split(text, plus), alts);
    }
    if let Ok(whole) = core::str::from_utf8(text) {
        let say = "The fields of the form were put into another order: verify the raw bytes before any parser reads them.";
        let pairs: Vec<&str> = whole.split('&').collect();
        orders(&pairs, 6, &mut |form| alts.add_rare(Cause::BodyFormDecoded, say, form.into_bytes()));
    }
    // The other way round: the sender signed the decoded text, or the one field.
    for plus in [true, false] {
        if let Some(decoded) = percent_decoded(text, plus) {
            alts.add(Cause::BodyFormDecoded, SAY, decoded);
        }
    }
    for (_, value) in split(text, true).into_iter().take(8) {
        if let Some(value) = value.filter(|value| matches!(value.first(), Some(b'{' | b'['))) {
            alts.add(Cause::BodyFormDecoded, "The sender signed the JSON inside the form, not the form.", value);
        }
    }
    let members: Vec<(String, Json)> = split(text, true)
        .into_iter()
        .map(|(name, value)| {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).to_string();
            (text(name), Json::Text(text(value.unwrap_or_default())))
        })
        .collect();
    let mut printed = Alts::empty();
    super::json_body::printed(&Json::Object(members), &mut printed);
    for json in printed.all() {
        alts.add_rare(Cause::BodyFormDecoded, "The sender signed the fields of the form as JSON.", json.value);
    }
}

/// JSON that came as a field of a form, which was taken out of it.
fn wrapped_json(body: &[u8], text: &[u8], alts: &mut Alts<Vec<u8>>) {
    let say = "The JSON was taken out of a form: verify the raw form, before its field is decoded.";
    for field in FIELDS {
        for (keep, plus, upper) in ENCODERS {
            for json in [body, text] {
                let wrapped = format!("{field}={}", percent_encoded(json, keep, plus, upper)).into_bytes();
                if field == "payload" {
                    alts.add(Cause::BodyFormDecoded, say, wrapped);
                } else {
                    alts.add_rare(Cause::BodyFormDecoded, say, wrapped);
                }
            }
        }
        let plain = [field.as_bytes(), b"=", text].concat();
        alts.add_rare(Cause::BodyFormDecoded, say, plain);
    }
}

fn flatten(name: &str, value: &Json, pairs: &mut Pairs) {
    match value {
        Json::Text(text) => pairs.push((name.as_bytes().to_vec(), Some(text.as_bytes().to_vec()))),
        Json::Bare(text) => {
            let text = if text == "null" { "" } else { text };
            pairs.push((name.as_bytes().to_vec(), Some(text.as_bytes().to_vec())));
        }
        Json::List(items) => {
            for item in items {
                flatten(&if item.is_container() { format!("{name}[]") } else { name.to_string() }, item, pairs);
            }
        }
        Json::Object(members) => members.iter().for_each(|(inner, value)| flatten(&format!("{name}[{inner}]"), value, pairs)),
    }
}

fn split(text: &[u8], plus: bool) -> Pairs {
    let decode = |part: &[u8]| percent_decoded(part, plus).unwrap_or_else(|| part.to_vec());
    let pair = |pair: &[u8]| match pair.iter().position(|b| *b == b'=').and_then(|at| pair.split_at_checked(at)) {
        Some((name, value)) => (decode(name), Some(decode(value.get(1..).unwrap_or_default()))),
        None => (decode(pair), None),
    };
    text.split(|b| *b == b'&').map(pair).collect()
}

fn encode(pairs: &Pairs, alts: &mut Alts<Vec<u8>>) {
    let mut sorted = pairs.clone();
    sorted.sort();
    let filled: Pairs = pairs.iter().filter(|(_, value)| value.as_ref().is_some_and(|v| !v.is_empty())).cloned().collect();
    for (n, pairs) in [pairs, &sorted, &filled].into_iter().enumerate() {
        for (keep, plus, upper) in ENCODERS {
            for names_too in [true, false] {
                let part = |bytes: &[u8]| percent_encoded(bytes, keep, plus, upper);
                let name = |bytes: &[u8]| if names_too { part(bytes) } else { String::from_utf8_lossy(bytes).to_string() };
                let written: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| match value {
                        Some(value) => format!("{}={}", name(key), part(value)),
                        None => name(key),
                    })
                    .collect();
                let written = written.join("&").into_bytes();
                if n == 0 {
                    alts.add(Cause::BodyFormDecoded, SAY, written);
                } else {
                    alts.add_rare(Cause::BodyFormDecoded, SAY, written);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(seen: &str, signed: &str) {
        let mut alts = Alts::of(seen.as_bytes().to_vec());
        forms(seen.as_bytes(), &mut alts);
        assert!(alts.changed().iter().any(|alt| alt.value == signed.as_bytes()), "{seen}");
    }

    #[test]
    fn there_and_back() {
        finds("text=a%20b%2fc&x=", "text=a+b%2Fc&x=");
        finds("text=a b/c&x=1", "text=a+b%2Fc&x=1");
        finds("b=1&a=2", "a=2&b=1");
        finds(r#"{"text":"a b","n":1}"#, "text=a+b&n=1");
        finds(r#"{"text":"a b"}"#, "payload=%7B%22text%22%3A%22a+b%22%7D");
        finds("payload=%7B%22a%22%3A1%7D", r#"{"a":1}"#);
        finds("a=1&b=x+y", r#"{"a":"1","b":"x y"}"#);
    }
}
