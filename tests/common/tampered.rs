//! A valid vector, changed in ways that must not be accepted.

use hookring::Scheme;
use hookring::scheme::Covers;
use serde_json::Value;

use super::delivery::Delivery;
use super::outcome::{Outcome, Verdict};
use super::tokens::Presentation;
use super::vectors;

/// A vector of a row that is compiled in.
pub(crate) enum Tampered<'v> {
    Signed(&'v Value, Box<Delivery>),
    Presented(Box<Presentation>),
}

impl<'v> Tampered<'v> {
    /// `None` if there is no row for it.
    pub(crate) fn read(vector: &'v Value) -> Option<Self> {
        if let Some(carrier) = vectors::carrier(vector) {
            let presentation = vectors::presentation(vector, carrier).map_err(|why| why.short());
            return Some(Self::Presented(Box::new(presentation.unwrap_or_else(|why| panic!("{why}")))));
        }
        match vectors::delivery(vector) {
            Ok(delivery) => Some(Self::Signed(vector, Box::new(delivery))),
            Err(outcome) if outcome.verdict == Verdict::Unsupported => None,
            Err(outcome) => panic!("{}", outcome.short()),
        }
    }

    /// What the signature covers; a presented secret covers nothing.
    pub(crate) fn covers(&self) -> Option<Covers<'static>> {
        match self {
            Self::Signed(_, delivery) => Some(delivery.scheme.coverage()),
            Self::Presented(_) => None,
        }
    }

    /// With one bit of the body changed, at every byte of a short body and at forty of a long one.
    pub(crate) fn bodies(&self) -> Vec<Outcome> {
        match self {
            Self::Presented(presentation) => vec![presentation.check()],
            Self::Signed(vector, whole) if whole.body.is_empty() => {
                vec![changed(vector, |delivery| delivery.body.push(b' '))]
            }
            Self::Signed(vector, whole) => {
                let step = whole.body.len().div_ceil(40);
                (0..whole.body.len()).step_by(step).map(|at| changed(vector, |delivery| flip(&mut delivery.body, at))).collect()
            }
        }
    }

    /// With one character of every signature changed, so that no other one of a list can stand in for it.
    pub(crate) fn signatures(&self) -> Vec<Outcome> {
        match self {
            Self::Presented(given) => {
                let tokens = (0..3).map(|place| {
                    let mut other = Presentation {
                        ring: given.ring.clone(),
                        headers: given.headers.clone(),
                        target: given.target.clone(),
                        ..**given
                    };
                    match place {
                        0 => {
                            other.headers.iter_mut().for_each(|(_, value)| value.push(b'x'));
                            other.target.push('x');
                        }
                        1 => {
                            other.headers.iter_mut().for_each(|(_, value)| value.truncate(value.len().saturating_sub(1)));
                            other.target.pop();
                        }
                        _ => {
                            other.headers.iter_mut().for_each(|(_, value)| {
                                if let Some(last) = value.last_mut() {
                                    *last ^= 1
                                }
                            });
                            other.target = other.target.replace("token=", "token=A");
                        }
                    }
                    other.check()
                });
                tokens.collect()
            }
            Self::Signed(vector, whole) => (0..8).filter_map(|place| changed_signature(vector, whole, place)).collect(),
        }
    }
}

/// The verdict when every secret is another one.
pub(crate) fn with_another_secret(vector: &Value) -> Outcome {
    let mut other = vector.clone();
    for secret in other["secrets"].as_array_mut().into_iter().flatten() {
        let mut text: Vec<char> = secret["value"].as_str().unwrap_or_default().chars().collect();
        // Past a prefix, and not at the end, where base64 has bits that must be zero.
        let at = text.len() / 2;
        if let Some(c) = text.get_mut(at) {
            *c = if *c == 'A' { 'B' } else { 'A' };
        }
        secret["value"] = text.into_iter().collect::<String>().into();
    }
    vectors::run(&other)
}

fn changed(vector: &Value, change: impl FnOnce(&mut Delivery)) -> Outcome {
    match vectors::delivery(vector) {
        Ok(mut delivery) => {
            change(&mut delivery);
            delivery.verify()
        }
        Err(outcome) => outcome,
    }
}

fn flip(bytes: &mut [u8], at: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
}

/// The signature headers are those that the description of the scheme names; without one the signature stands in the body.
fn changed_signature(vector: &Value, whole: &Delivery, place: usize) -> Option<Outcome> {
    let names = signature_names(&whole.scheme);
    let mut any = false;
    let outcome = changed(vector, |delivery| {
        for (name, value) in &mut delivery.headers {
            any |= is_named(name, &names) && change_runs(value, place);
        }
        if !any && names.is_empty() {
            any = change_runs(&mut delivery.body, place);
        }
    });
    any.then_some(outcome)
}

fn is_named(name: &str, names: &[String]) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    names.iter().any(|known| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(stem))
}

/// Names of signature headers, and stems of numbered ones.
fn signature_names(scheme: &Scheme<'_>) -> Vec<String> {
    let text = scheme.describe().to_string();
    let mut names = Vec::new();
    for line in text.lines() {
        let place = line.strip_prefix("signature: header").map(|rest| rest.strip_prefix('s').unwrap_or(rest));
        if let Some((list, _)) = place.and_then(|rest| rest.split_once(": ")) {
            names.extend(list.split([',', ' ']).map(|name| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()));
            names.extend(list.split([',', ' ']).map(str::to_owned));
        }
        if let Some((other, own)) = line.strip_prefix("alternative: ").and_then(|rest| rest.split_once(" for ")) {
            if names.iter().any(|name| name == own) {
                names.push(other.to_owned());
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Changes a character of every run of text that is long enough to be a signature.
fn change_runs(value: &mut [u8], place: usize) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let (mut start, mut any) = (0, false);
    while start < value.len() {
        let len = value[start..].iter().take_while(|byte| is_text(byte)).count();
        if len >= 26 {
            let byte = &mut value[start + place * (len - 2) / 7];
            *byte = if *byte == b'0' { b'1' } else { b'0' };
            any = true;
        }
        start += len + 1;
    }
    any
}
