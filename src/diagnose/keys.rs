//! What the bytes of a key could have been: the configured text as another text, or read in another way.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::alt::{Alt, Alts, Change, Size, joined};
use super::keys_text::{cut_texts, repaired_texts, shell_expanded, without_words};
use super::text::base64_any;
use super::{Cause, Given};
use crate::encoding::SecretFormat;

pub(super) type KeyBytes = Zeroizing<Vec<u8>>;

/// A key that may have signed. `plain`: the configured text as it is, perhaps in another format.
#[derive(Debug)]
pub(super) struct KeyAlt {
    pub(super) changes: Vec<Change>,
    pub(super) bytes: KeyBytes,
    pub(super) common: bool,
    /// The format in which the unchanged text was read, for schemes that differ in nothing but that.
    pub(super) plain: Option<SecretFormat>,
}

/// The key of a text in a format, without the checks of its surface.
pub(super) fn key_of(text: &str, format: SecretFormat) -> Option<KeyBytes> {
    crate::secret::key_bytes(text, format).ok().map(|key| Zeroizing::new(key.to_vec()))
}

/// All keys to try: the configured ones first, then those with one change, other keys at hand, and those with two changes.
pub(super) fn keys(given: &[Given]) -> Vec<KeyAlt> {
    let mut list = Keys { list: Vec::new() };
    let configured = || given.iter().filter(|secret| secret.meaning().is_none());
    for secret in configured() {
        if let Some(bytes) = secret.usable_key() {
            list.push(Vec::new(), bytes, true, Some(secret.format));
        }
    }
    for secret in configured() {
        one_change(secret, &mut list);
    }
    for other in given {
        let Some((cause, say)) = configured().find_map(|own| same_but(&own.text, &other.text)).or_else(|| other.meaning())
        else {
            continue;
        };
        if let Some(bytes) = other.usable_key() {
            list.push(Vec::from([Change { cause, say }]), bytes, true, None);
        }
    }
    for secret in configured() {
        two_changes(secret, &mut list);
    }
    list.list
}

/// Whether another secret at hand is the configured one before an accident that cannot be undone from what it left.
fn same_but(own: &str, other: &str) -> Option<(Cause, String)> {
    const LEAST: usize = 4;
    if own == other {
        return None;
    }
    let said = |what: &str| format!("The secret at hand that matches is the configured one {what}: store it as it is there.");
    if own.eq_ignore_ascii_case(other) {
        return Some((Cause::SecretCase, said("in another letter case")));
    }
    let part = own.len() >= LEAST && (other.starts_with(own) || other.ends_with(own));
    if shell_expanded(other) == own || without_words(other) == own || part && own.len() < other.len() {
        return Some((
            Cause::SecretTruncated,
            said("before a part of it was lost, perhaps to a shell that took `$` for a variable"),
        ));
    }
    None
}

struct Keys {
    list: Vec<KeyAlt>,
}

impl Keys {
    fn push(&mut self, changes: Vec<Change>, bytes: KeyBytes, common: bool, plain: Option<SecretFormat>) {
        if !bytes.is_empty() && self.list.iter().all(|known| *known.bytes != *bytes) {
            self.list.push(KeyAlt { changes, bytes, common, plain });
        }
    }
}

fn one_change(secret: &Given, list: &mut Keys) {
    for alt in repaired_texts(&secret.text) {
        if let Some(bytes) = key_of(&alt.value, secret.format) {
            list.push(alt.changes, bytes, alt.common, None);
        }
    }
    for reading in readings(&secret.text, secret.format) {
        let (bytes, format) = reading.value;
        list.push(reading.changes, bytes, reading.common, format);
    }
    for alt in cut_texts(&secret.text) {
        if let Some(bytes) = key_of(&alt.value, secret.format) {
            list.push(alt.changes, bytes, alt.common, None);
        }
    }
}

/// Two accidents to one secret: quotes and a line break, a line break and another format, and so on.
fn two_changes(secret: &Given, list: &mut Keys) {
    // Only an accident that is undone can hide a second one: what it added is gone then.
    let undone = |alt: &Alt<String>| alt.common && alt.value.len() < secret.text.len();
    for first in repaired_texts(&secret.text).into_iter().filter(undone) {
        for second in repaired_texts(&first.value).into_iter().filter(|alt| alt.common) {
            if let Some(bytes) = key_of(&second.value, secret.format) {
                list.push(joined(&first.changes, &second.changes), bytes, false, None);
            }
        }
        for second in readings(&first.value, secret.format) {
            list.push(joined(&first.changes, &second.changes), second.value.0, false, None);
        }
    }
}

type Reading = (KeyBytes, Option<SecretFormat>);

impl Size for Reading {
    fn size(&self) -> usize {
        self.0.len()
    }
}

/// The same text read in other ways.
fn readings(text: &str, format: SecretFormat) -> Vec<Alt<Reading>> {
    let mut alts: Alts<Reading> = Alts::empty();
    let bare = text.strip_prefix("v1,").unwrap_or(text);
    let (bare, marked) = bare.strip_prefix("whsec_").map_or((bare, false), |rest| (rest, true));
    let said = |how: &str| format!("The sender reads the secret as {how}, the receiver as {}: {}", name(format), advice(how));
    let mut add = |cause: Cause, how: &str, bytes: Option<Vec<u8>>, plain: Option<SecretFormat>| {
        if let Some(bytes) = bytes {
            alts.add(cause, &said(how), (Zeroizing::new(bytes), plain));
        }
    };
    add(Cause::SecretAsUtf8, "text", Some(text.as_bytes().to_vec()), Some(SecretFormat::Utf8));
    if marked {
        let cause = if matches!(format, SecretFormat::Utf8) { Cause::SecretPrefix } else { Cause::SecretAsUtf8 };
        add(cause, "text without its prefix", Some(bare.as_bytes().to_vec()), None);
    }
    let hex_text = bare.strip_prefix("0x").unwrap_or(bare);
    add(Cause::SecretAsHex, "hexadecimal", hex::decode(hex_text).ok(), Some(SecretFormat::Hex));
    // Without `-` and `_` both alphabets read the same; what lacks its padding was most likely meant as base64url.
    let url_like = bare.contains(['-', '_']) || (!bare.contains(['+', '/', '=']) && bare.len() % 4 != 0);
    let base64 = if marked {
        (Cause::SecretAsWhsec, "`whsec_` and base64", Some(SecretFormat::Whsec))
    } else if url_like {
        (Cause::SecretAsBase64Url, "base64url", Some(SecretFormat::Base64Url))
    } else {
        (Cause::SecretAsBase64, "base64", Some(SecretFormat::Base64))
    };
    if marked && url_like && bare.contains(['-', '_']) {
        add(Cause::SecretAsBase64Url, "base64url", base64_any(bare.as_bytes()), Some(SecretFormat::Base64Url));
    }
    add(base64.0, base64.1, base64_any(bare.as_bytes()), base64.2);
    if marked {
        // Decoders that take any alphabet swallow the prefix too.
        add(Cause::SecretAsBase64Url, "base64url together with its prefix", base64_any(text.as_bytes()), None);
    }
    add(Cause::SecretAsBase64, "base64, leniently", lenient_base64(text), None);
    alts.all()
}

/// What decoders do that skip foreign characters and stop at the padding.
fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    let head = text.split('=').next().unwrap_or_default();
    let known: String = head.chars().filter(|c| c.is_ascii_alphanumeric() || "+/-_".contains(*c)).collect();
    let whole = known.len() % 4;
    let usable = if whole == 1 { known.get(..known.len().saturating_sub(1)).unwrap_or_default() } else { &known };
    base64_any(usable.as_bytes())
}

pub(super) fn name(format: SecretFormat) -> String {
    match format {
        SecretFormat::Utf8 => "text".to_string(),
        SecretFormat::Hex => "hexadecimal".to_string(),
        SecretFormat::Base64 => "base64".to_string(),
        SecretFormat::Base64Url => "base64url".to_string(),
        SecretFormat::Whsec => "`whsec_` and base64".to_string(),
        SecretFormat::V1Whsec => "`v1,whsec_` and base64".to_string(),
        SecretFormat::HtmlText => "text with HTML entities".to_string(),
        SecretFormat::Sha1OfText => "the SHA-1 of its text".to_string(),
    }
}

fn advice(how: &str) -> &'static str {
    match how {
        "text" => "configure the format Utf8.",
        "hexadecimal" => "configure the format Hex.",
        "base64" | "base64, leniently" => "configure the format Base64.",
        "base64url" => "configure the format Base64Url.",
        "`whsec_` and base64" => "configure the format Whsec.",
        _ => "store it in the form that the sender uses.",
    }
}
