//! What can be said without a matching signature: what is plainly missing, malformed or cut off.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::finding::Finding;
use super::framing::Framing;
use super::json::Json;
use super::moment::{Form, form_of, read};
use super::needs::needs;
use super::signature_text::located;
use super::{Cause, Inquiry};
use crate::error::{Field, SecretError};
use crate::scheme::{Part, Source};

pub(super) fn findings(inquiry: &Inquiry<'_>) -> Vec<Finding> {
    let framing = Framing::of(inquiry);
    let found = secret(inquiry)
        .or_else(|| missing(&framing))
        .or_else(|| cut(&framing))
        .or_else(|| time(&framing, &inquiry.body))
        .or_else(|| body(&framing, &inquiry.body));
    found.map(|(cause, say)| Finding::unproven(cause, say)).into_iter().collect()
}

pub(super) type Found = Option<(Cause, String)>;

/// A secret that no keyring takes is broken, whatever the delivery is.
pub(super) fn secret(inquiry: &Inquiry<'_>) -> Found {
    let mut configured = inquiry.secrets.iter().filter(|given| given.meaning().is_none());
    let why = configured.find_map(super::Given::refusal)?;
    Some((cause_of(why)?, format!("The secret is not usable: {why}.")))
}

pub(super) const fn cause_of(why: SecretError) -> Option<Cause> {
    Some(match why {
        SecretError::LineBreak => Cause::SecretLineBreak,
        SecretError::SurroundingBlanks => Cause::SecretBlanks,
        SecretError::ByteOrderMark => Cause::SecretBom,
        SecretError::MarkerBeforePrefix | SecretError::MissingPrefix | SecretError::UnexpectedPrefix => Cause::SecretPrefix,
        SecretError::Empty
        | SecretError::DecodesToNothing
        | SecretError::NotHex
        | SecretError::NotBase64
        | SecretError::UrlSafeBase64
        | SecretError::NotBase64Url => Cause::SecretTruncated,
        _ => return None,
    })
}

fn missing(framing: &Framing<'_>) -> Found {
    let needs = needs(framing);
    let need = needs.iter().find(|need| framing.lines(&need.name).is_empty())?;
    Some((
        Cause::HeaderMissing,
        format!("The header `{}` ({}) is missing: let it through to the verifier.", need.name, need.field),
    ))
}

/// A header that holds the beginning of what the scheme expects.
fn cut(framing: &Framing<'_>) -> Found {
    let needs = needs(framing);
    let need = needs.iter().find(|need| need.field == Field::Signature)?;
    let value = framing.header_text(&need.name)?;
    let entries = located(&framing.shape.base, value);
    let longest = entries.iter().map(|entry| entry.trim().len()).max().unwrap_or(0);
    let least = super::width(&framing.shape.base);
    (longest < least && value.len() < least.saturating_mul(2)).then(|| {
        let say = format!(
            "The header `{}` holds {} bytes, too few for a signature: it is cut off or empty. A sender without a secret may send it so.",
            need.name,
            value.len()
        );
        (Cause::HeaderCut, say)
    })
}

fn time(framing: &Framing<'_>, body: &[u8]) -> Found {
    let (source, unit) = framing.shape.base.timestamp?;
    let raw = framing.raw_time(body);
    let Some(raw) = raw else {
        let place = if matches!(source, Source::Tag(_) | Source::FirstItem) { "signature header" } else { "body" };
        return Some((Cause::HeaderMissing, format!("The timestamp that the scheme keeps in the {place} is missing.")));
    };
    if crate::time::parse(&raw, unit).is_some() {
        return None;
    }
    let form = read(&raw).map(|(_, form)| form);
    let wanted = form_of(unit);
    let cause =
        if matches!(form, None | Some(Form::Words)) || wanted == Form::Words { Cause::TimeText } else { Cause::TimeUnit };
    let seen = form.map_or_else(|| "no known form".to_string(), |form| form.name().to_string());
    Some((
        cause,
        format!("The timestamp is written as {seen} ({} bytes), and the scheme demands {}.", raw.len(), wanted.name()),
    ))
}

fn body(framing: &Framing<'_>, body: &[u8]) -> Found {
    if !framing.shape.has(|part| matches!(part, Part::Body | Part::With(_))) {
        return None;
    }
    let announced = framing.header_text("content-length").and_then(|text| text.parse::<usize>().ok());
    if body.is_empty() {
        let say = match announced {
            Some(1..) => "The body is empty, though the headers announce one: something read it before the verifier.",
            _ => "The body is empty: if the sender sent one, something read it before the verifier.",
        };
        return Some((Cause::BodyEmpty, say.to_string()));
    }
    if let Some(announced) = announced.filter(|len| *len > body.len()) {
        let say = format!("The body has {} bytes, and the headers announce {announced}: its end was lost.", body.len());
        return Some((Cause::BodyTruncated, say));
    }
    let starts = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let ends = matches!(body.trim_ascii_end().last(), Some(b'}' | b']'));
    if starts && Json::parse(body).is_none() && (!ends || super::body::LIMITS.contains(&body.len())) {
        let say =
            format!("The JSON of the body ends too early, after {} bytes: its end was lost. Look for a limit.", body.len());
        return Some((Cause::BodyTruncated, say));
    }
    None
}
