//! Secrets that are presented as they are: where the token stands, and which text it is.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::alt::{Change, joined};
use super::finding::{Diagnosis, Finding};
use super::keys::{KeyAlt, keys};
use super::text::{base64_any, html_decoded, percent_decoded};
use super::work::Work;
use super::{Cause, Inquiry, statics};
use crate::carrier::Carrier;

/// A token as it may have been meant, and what is wrong about its place or its writing.
struct Token {
    changes: Vec<Change>,
    bytes: Vec<u8>,
}

/// A part of a token that is shorter proves nothing.
const LEAST: usize = 8;

pub(super) fn run(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Diagnosis {
    let mut work = Work::new(inquiry.budget.0, inquiry.budget.1);
    let keys = keys(&inquiry.secrets);
    let mut findings = Vec::new();
    let mut accepted = false;
    for token in tokens(inquiry, carrier) {
        // A token that is a part of the secret was cut on the way: that is judged below.
        for key in keys.iter().filter(|key| key.common) {
            if !work.take(1, token.bytes.len()) || *token.bytes != **key.bytes {
                continue;
            }
            let changes = joined(&token.changes, &key.changes);
            accepted |= changes.is_empty();
            findings.push(Finding { changes, proven: true, rare: !key.common });
        }
    }
    if accepted {
        return Diagnosis { findings: Vec::new(), accepted, work };
    }
    if findings.is_empty() {
        findings.extend(cut(inquiry, carrier, &keys));
    }
    if findings.is_empty() {
        findings.extend(statics::secret(inquiry).or_else(|| missing(inquiry, carrier)).map(|(cause, say)| Finding {
            changes: Vec::from([Change { cause, say }]),
            proven: false,
            rare: true,
        }));
    }
    findings.sort_by_cached_key(Finding::rank);
    findings.dedup_by(|a, b| a.name() == b.name());
    Diagnosis { findings, accepted, work }
}

fn place(carrier: Carrier<'_>) -> String {
    match carrier {
        Carrier::Header(name) => format!("header `{name}`"),
        Carrier::Query(name) => format!("query parameter `{name}`"),
        _ => "header `authorization`".to_string(),
    }
}

/// The values that stand in the place of the token, as texts.
fn values(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Vec<Vec<u8>> {
    let named = |wanted: &str| -> Vec<Vec<u8>> {
        let of = inquiry.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        of.map(|(_, value)| value.trim_ascii().to_vec()).collect()
    };
    match carrier {
        Carrier::Header(name) => named(name),
        Carrier::Query(wanted) => {
            query(inquiry).into_iter().filter(|(name, _)| name == wanted).map(|(_, value)| value).collect()
        }
        _ => named("authorization"),
    }
}

/// The parameters of the target, decoded.
fn query(inquiry: &Inquiry<'_>) -> Vec<(String, Vec<u8>)> {
    let query = inquiry.target.as_deref().and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let decoded = percent_decoded(value.as_bytes(), true).unwrap_or_else(|| value.as_bytes().to_vec());
        Some((name.to_string(), decoded))
    };
    query.split('&').filter_map(pair).collect()
}

/// The token in a value, if it is written as it should be.
fn plain(carrier: Carrier<'_>, value: &[u8]) -> Option<Vec<u8>> {
    let after = |word: &str| {
        let (head, rest) = value.split_at_checked(word.len())?;
        head.eq_ignore_ascii_case(word.as_bytes()).then(|| rest.trim_ascii().to_vec())
    };
    match carrier {
        Carrier::Bearer => after("bearer "),
        Carrier::Basic { .. } => {
            let decoded = base64_any(&after("basic ")?)?;
            let at = decoded.iter().position(|b| *b == b':')?;
            decoded.get(at.saturating_add(1)..).map(<[u8]>::to_vec)
        }
        _ => Some(value.to_vec()),
    }
}

fn tokens(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Vec<Token> {
    let place = place(carrier);
    let mut tokens = Vec::new();
    let mut add = |cause: Option<Cause>, say: &str, bytes: Vec<u8>| {
        let changes = cause.map(|cause| Change { cause, say: say.to_string() }).into_iter().collect();
        tokens.push(Token { changes, bytes });
    };
    for value in values(inquiry, carrier) {
        if let Some(token) = plain(carrier, &value) {
            add(None, "", token);
        }
        let text = String::from_utf8_lossy(&value).to_string();
        let inner = plain(carrier, &value).map_or_else(|| text.clone(), |bytes| String::from_utf8_lossy(&bytes).to_string());
        let say = format!("The word before the token in the {place} is missing, or is one too much.");
        for word in ["Bearer ", "Basic ", "Token ", "token ", "Secret ", "sha256=", "HMAC ", "Bearer: ", "bearer="] {
            for text in [&text, &inner] {
                text.strip_prefix(word).into_iter().for_each(|rest| add(Some(Cause::HeaderPrefix), &say, rest.into()));
            }
        }
        add(Some(Cause::HeaderPrefix), &say, value.clone());
        let say = format!("The token in the {place} is folded, or in quotes or brackets: pass it on as it is.");
        for text in [&text, &inner] {
            let bare = text.trim_matches(|c: char| c.is_whitespace() || "\"'`<>[](){}".contains(c));
            add(Some(Cause::HeaderWrapped), &say, bare.into());
            plain(carrier, bare.as_bytes()).into_iter().for_each(|token| add(Some(Cause::HeaderWrapped), &say, token));
            add(Some(Cause::HeaderWrapped), &say, text.split_ascii_whitespace().collect::<String>().into_bytes());
        }
        let say = format!("Several values were joined in the {place}: pass one on.");
        for separator in [", ", ",", ";", " "] {
            for piece in text.split(separator).chain(inner.split(separator)) {
                let piece = piece.trim();
                let token = plain(carrier, piece.as_bytes()).unwrap_or_else(|| piece.as_bytes().to_vec());
                add(Some(Cause::HeaderJoined), &say, token);
            }
        }
        let say = format!("The token in the {place} is encoded, and has to be written as it is.");
        add(Some(Cause::HeaderEncoding), &say, html_decoded(&inner).into_bytes());
        for decoded in [base64_any(inner.as_bytes()), percent_decoded(inner.as_bytes(), false), hex::decode(&inner).ok()] {
            decoded.into_iter().for_each(|bytes| add(Some(Cause::HeaderEncoding), &say, bytes));
        }
    }
    for (name, value) in &inquiry.headers {
        let say = format!("The token stands in the header `{name}` and is expected in the {place}: pass it on there.");
        for kind in [carrier, Carrier::Bearer, Carrier::Basic { user: None }, Carrier::Header("")] {
            plain(kind, value.trim_ascii()).into_iter().for_each(|token| add(Some(Cause::HeaderRenamed), &say, token));
        }
    }
    for (name, value) in query(inquiry) {
        let say = format!("The token stands in the query parameter `{name}` and is expected in the {place}: pass it on there.");
        add(Some(Cause::HeaderRenamed), &say, value);
    }
    tokens
}

/// A token of which the beginning or the end arrived.
fn cut(inquiry: &Inquiry<'_>, carrier: Carrier<'_>, keys: &[KeyAlt]) -> Option<Finding> {
    let given = || keys.iter().filter(|key| key.changes.is_empty());
    let value = values(inquiry, carrier)
        .into_iter()
        .filter_map(|value| plain(carrier, &value))
        .find(|value| value.len() >= LEAST && given().any(|key| key.bytes.starts_with(value) || key.bytes.ends_with(value)))?;
    let say = format!("The token in the {} is not whole: {} bytes of it arrive.", place(carrier), value.len());
    Some(Finding { changes: Vec::from([Change { cause: Cause::HeaderCut, say }]), proven: true, rare: true })
}

fn missing(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Option<(Cause, String)> {
    let none = values(inquiry, carrier).iter().all(Vec::is_empty);
    none.then(|| (Cause::HeaderMissing, format!("The {} is missing: let it through to the verifier.", place(carrier))))
}
