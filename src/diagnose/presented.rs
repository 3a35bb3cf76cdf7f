//! Secrets that are presented as they are: where the token is, and which text it is.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::alt::{Change, joined};
use super::finding::{Diagnosis, Finding, ranked};
use super::keys::{KeyAlt, keys};
use super::text::{base64_any, html_decoded, percent_decoded};
use super::work::Work;
use super::{Cause, Given, Inquiry, statics};
#[cfg(feature = "std")]
use crate::bearer::BearerVerifier;
use crate::carrier::Carrier;
use crate::encoding::{self, Plus};
#[cfg(feature = "std")]
use crate::keyring::Keyring;

/// A token as it may have been meant, and what is wrong about its place or its writing.
struct Token {
    changes: Vec<Change>,
    bytes: Vec<u8>,
}

/// A shorter part of a token could be one by chance.
const LEAST: usize = 8;

pub(super) fn run(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Diagnosis {
    let mut work = Work::new(inquiry.budget.0, inquiry.budget.1);
    if work.take(inquiry.secrets.len(), 0) && accepts(inquiry, carrier) {
        return Diagnosis { findings: Vec::new(), accepted: true, work };
    }
    if let Some((cause, say)) = repeated(inquiry, carrier) {
        return Diagnosis { findings: Vec::from([Finding::unproven(cause, say)]), accepted: false, work };
    }
    // What is presented is the text, whatever it decodes to.
    let secrets: Vec<Given> = inquiry.secrets.iter().map(Given::as_text).collect();
    let keys = keys(&secrets);
    let mut findings = Vec::new();
    for token in tokens(inquiry, carrier) {
        // A token that is a part of the secret was cut on the way: that is judged below.
        for key in keys.iter().filter(|key| key.common) {
            if !work.take(1, token.bytes.len()) || *token.bytes != **key.bytes {
                continue;
            }
            let changes = joined(&token.changes, &key.changes);
            if !changes.is_empty() {
                findings.push(Finding { changes, proven: true, rare: false });
            }
        }
    }
    if findings.is_empty() {
        let found = cut(inquiry, carrier, &keys).or_else(|| statics::secret(inquiry)).or_else(|| missing(inquiry, carrier));
        findings.extend(found.map(|(cause, say)| Finding::unproven(cause, say)));
    }
    Diagnosis { findings: ranked(findings), accepted: false, work }
}

/// Without the verifier, which needs `std`: whether the only value is one of the configured secrets.
#[cfg(not(feature = "std"))]
fn accepts(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> bool {
    let values = values(inquiry, carrier);
    let [value] = values.as_slice() else { return false };
    let Some(token) = plain(carrier, value) else { return false };
    let configured = inquiry.secrets.iter().filter(|given| given.meaning().is_none());
    configured.filter_map(Given::secret).any(|secret| secret.reveal().as_bytes() == token)
}

/// Whether a verifier with the configured secrets accepts the request.
#[cfg(feature = "std")]
fn accepts(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> bool {
    let query = inquiry.target.as_deref().and_then(|target| target.split_once('?')).map(|(_, query)| query);
    let configured = inquiry.secrets.iter().filter(|given| given.meaning().is_none());
    configured.filter_map(Given::secret).any(|secret| {
        let verifier = BearerVerifier::new(Keyring::new(secret, inquiry.now).ring, 0).carried_by(carrier);
        verifier.is_ok_and(|verifier| verifier.check_at(&inquiry.headers, query, inquiry.now).is_ok())
    })
}

fn place(carrier: Carrier<'_>) -> String {
    match carrier {
        Carrier::Header(name) => format!("header `{name}`"),
        Carrier::Query(name) => format!("query parameter `{name}`"),
        _ => "header `authorization`".to_string(),
    }
}

/// The values in the place of the token, as texts.
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

/// The parameters of the target, decoded as the verifier does it.
fn query(inquiry: &Inquiry<'_>) -> Vec<(String, Vec<u8>)> {
    let query = inquiry.target.as_deref().and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
    let decoded = |text: &str| -> Vec<u8> {
        let bytes: Option<Vec<u8>> = encoding::percent_decoded(text.as_bytes(), Plus::Itself).collect();
        bytes.unwrap_or_else(|| text.as_bytes().to_vec())
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((String::from_utf8_lossy(&decoded(name)).into_owned(), decoded(value)))
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

struct Tokens {
    place: String,
    list: Vec<Token>,
}

impl Tokens {
    fn add(&mut self, cause: Cause, say: &str, bytes: Vec<u8>) {
        let change = Change { cause, say: say.replace("{place}", &self.place) };
        self.list.push(Token { changes: Vec::from([change]), bytes });
    }
}

fn tokens(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> Vec<Token> {
    let mut tokens = Tokens { place: place(carrier), list: Vec::new() };
    for value in values(inquiry, carrier) {
        let plain = plain(carrier, &value);
        tokens.list.extend(plain.clone().map(|bytes| Token { changes: Vec::new(), bytes }));
        let text = String::from_utf8_lossy(&value).into_owned();
        let inner = plain.map_or_else(|| text.clone(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
        prefixed(&value, &text, &inner, &mut tokens);
        wrapped(carrier, &text, &inner, &mut tokens);
        encoded(&inner, &mut tokens);
    }
    elsewhere(inquiry, carrier, &mut tokens);
    tokens.list
}

fn prefixed(value: &[u8], text: &str, inner: &str, tokens: &mut Tokens) {
    let say = "The word before the token in the {place} is missing, or is one too much.";
    for word in ["Bearer ", "Basic ", "Token ", "token ", "Secret ", "sha256=", "HMAC ", "Bearer: ", "bearer="] {
        for text in [text, inner] {
            text.strip_prefix(word).into_iter().for_each(|rest| tokens.add(Cause::HeaderPrefix, say, rest.into()));
        }
    }
    tokens.add(Cause::HeaderPrefix, say, value.to_vec());
}

fn wrapped(carrier: Carrier<'_>, text: &str, inner: &str, tokens: &mut Tokens) {
    let say = "The token in the {place} is folded, or in quotes or brackets: pass it on as it is.";
    for text in [text, inner] {
        let bare = text.trim_matches(|c: char| c.is_whitespace() || "\"'`<>[](){}".contains(c));
        tokens.add(Cause::HeaderWrapped, say, bare.into());
        plain(carrier, bare.as_bytes()).into_iter().for_each(|token| tokens.add(Cause::HeaderWrapped, say, token));
        tokens.add(Cause::HeaderWrapped, say, text.split_ascii_whitespace().collect::<String>().into_bytes());
    }
    let say = "Several values were joined in the {place}: pass one on.";
    for separator in [", ", ",", ";", " "] {
        for piece in text.split(separator).chain(inner.split(separator)) {
            let piece = piece.trim();
            let token = plain(carrier, piece.as_bytes()).unwrap_or_else(|| piece.as_bytes().to_vec());
            tokens.add(Cause::HeaderJoined, say, token);
        }
    }
}

fn encoded(inner: &str, tokens: &mut Tokens) {
    let say = "The token in the {place} is encoded, and has to be written as it is.";
    tokens.add(Cause::HeaderEncoding, say, html_decoded(inner).into_bytes());
    for decoded in [base64_any(inner.as_bytes()), percent_decoded(inner.as_bytes(), false), hex::decode(inner).ok()] {
        decoded.into_iter().for_each(|bytes| tokens.add(Cause::HeaderEncoding, say, bytes));
    }
}

fn elsewhere(inquiry: &Inquiry<'_>, carrier: Carrier<'_>, tokens: &mut Tokens) {
    for (name, value) in &inquiry.headers {
        let say = format!("The token is in the header `{name}` and is expected in the {{place}}: pass it on there.");
        for kind in [carrier, Carrier::Bearer, Carrier::Basic { user: None }, Carrier::Header("")] {
            plain(kind, value.trim_ascii()).into_iter().for_each(|token| tokens.add(Cause::HeaderRenamed, &say, token));
        }
    }
    for (name, value) in query(inquiry) {
        let say = format!("The token is in the query parameter `{name}` and is expected in the {{place}}: pass it on there.");
        tokens.add(Cause::HeaderRenamed, &say, value);
    }
}

/// A token that may occur once and occurs several times.
fn repeated(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> statics::Found {
    let times = values(inquiry, carrier).len();
    let say = || format!("The {} arrives {times} times: pass it on once.", place(carrier));
    (times > 1).then(|| (Cause::HeaderJoined, say()))
}

/// A token of which the beginning or the end arrived.
fn cut(inquiry: &Inquiry<'_>, carrier: Carrier<'_>, keys: &[KeyAlt]) -> statics::Found {
    let given = || keys.iter().filter(|key| key.changes.is_empty());
    let value = values(inquiry, carrier)
        .into_iter()
        .filter_map(|value| plain(carrier, &value))
        .find(|value| value.len() >= LEAST && given().any(|key| key.bytes.starts_with(value) || key.bytes.ends_with(value)))?;
    let say = format!("The token in the {} is not whole: {} bytes of it arrive.", place(carrier), value.len());
    Some((Cause::HeaderCut, say))
}

fn missing(inquiry: &Inquiry<'_>, carrier: Carrier<'_>) -> statics::Found {
    let none = values(inquiry, carrier).iter().all(Vec::is_empty);
    none.then(|| (Cause::HeaderMissing, format!("The {} is missing: let it through to the verifier.", place(carrier))))
}
