//! Makes up a delivery that has everything a scheme reads.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::Delivery;
use crate::providers::READS;
use crate::scheme::{Part, Place, Scheme, Source};
use crate::time::{self, Timestamp};

const URL: &str = "https://hooks.example.com/in?data.id=123&from=sample";
const FILLER: &str = "sample";

pub(super) fn of(scheme: &Scheme<'_>, now: Timestamp) -> Delivery {
    let fields = Fields::of(scheme, now);
    let reads = READS.iter().find(|reads| reads.scheme == scheme.name());
    let body = match scheme.items {
        _ if !fields.form.is_empty() || reads.is_some_and(|reads| reads.form) => form(&fields.form),
        None => object(&fields.json),
        Some(path) => format!("{{\"{path}\":[{0},{0}]}}", object(&fields.json)),
    };
    let mut delivery = Delivery::new("POST", URL).body(body);
    for (name, value) in reads.into_iter().flat_map(|reads| reads.headers) {
        delivery = delivery.header(name, value);
    }
    for part in scheme.parts {
        if let Part::Header(name) = part {
            delivery = delivery.header(name, FILLER);
        }
    }
    delivery
}

/// The fields of a body that a scheme reads, with values.
struct Fields<'a> {
    json: Vec<(&'a str, String)>,
    form: Vec<(&'a str, String)>,
}

impl<'a> Fields<'a> {
    fn of(scheme: &Scheme<'a>, now: Timestamp) -> Self {
        let mut fields = Self { json: Vec::from([("type", "sample.created".to_string())]), form: Vec::new() };
        match scheme.place {
            Place::Json(path) => fields.json.push((path, String::new())),
            Place::Form(name) => fields.form.push((name, String::new())),
            _ => {}
        }
        for part in scheme.parts {
            match part {
                Part::Json(path) | Part::JsonOrEmpty(path) => fields.json.push((path, FILLER.to_string())),
                Part::Form(name) => fields.form.push((name, FILLER.to_string())),
                _ => {}
            }
        }
        if let Some((source, unit)) = scheme.timestamp {
            let mut text = String::new();
            // A time that cannot be written is noticed when the delivery is signed.
            let _ = time::write(now, unit, &mut text);
            match source {
                Source::Json(path) => fields.json.push((path, text)),
                Source::Form(name) => fields.form.push((name, text)),
                _ => {}
            }
        }
        fields
    }
}

fn form(fields: &[(&str, String)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("&{name}={value}")).collect();
    format!("type=sample.created{}", pairs.concat())
}

/// A JSON object of fields that are named by paths. Names and values are plain words here, so nothing has to be escaped.
fn object(fields: &[(&str, String)]) -> String {
    let mut inner: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    let mut members = Vec::new();
    for (path, value) in fields {
        match path.split_once('.') {
            Some((head, rest)) => inner.entry(head).or_default().push((rest, value.clone())),
            None if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                members.push(format!("\"{path}\":{value}"))
            }
            None => members.push(format!("\"{path}\":\"{value}\"")),
        }
    }
    members.extend(inner.iter().map(|(head, fields)| format!("\"{head}\":{}", object(fields))));
    format!("{{{}}}", members.join(","))
}
