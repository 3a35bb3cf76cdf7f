//! From the text of a secret to its key bytes.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

use crate::encoding::{SecretFormat, decode_secret_base64};
use crate::error::SecretError;
use crate::policy::MAX_TEXT;

/// The prefix of a Standard Webhooks secret.
pub(super) const WHSEC: &str = "whsec_";
/// The prefix of a Supabase one.
pub(super) const V1_WHSEC: &str = "v1,whsec_";

/// The accidents that happen to secrets on their way, each with its own error.
pub(super) fn check_surface(text: &str, format: SecretFormat) -> Result<(), SecretError> {
    if text.len() > MAX_TEXT {
        return Err(SecretError::TooLong { bytes: text.len(), maximum: MAX_TEXT });
    }
    if text.trim().is_empty() {
        return Err(SecretError::Empty);
    }
    if text.starts_with('\u{feff}') {
        return Err(SecretError::ByteOrderMark);
    }
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']) {
        return Err(SecretError::LineBreak);
    }
    if text.trim().len() != text.len() {
        return Err(SecretError::SurroundingBlanks);
    }
    match text.split_once(WHSEC) {
        Some(("v1,", _)) if format == SecretFormat::V1Whsec => Ok(()),
        _ if format == SecretFormat::V1Whsec => Err(SecretError::MissingPrefix),
        Some(("", _)) if matches!(format, SecretFormat::Hex | SecretFormat::Base64 | SecretFormat::Base64Url) => {
            Err(SecretError::UnexpectedPrefix)
        }
        Some(("", _)) => Ok(()),
        // `v1,whsec_…` taken as text would silently be another key. Other text in front may belong to a foreign secret.
        Some((before, _)) if !format.is_text() || before.ends_with(',') => Err(SecretError::MarkerBeforePrefix),
        // Whether a prefix is missing that the format needs is seen when it is decoded.
        _ => Ok(()),
    }
}

/// Decodes into a buffer of the final size, so that no unwiped copy is left behind.
pub(crate) fn decode(text: &str, format: SecretFormat) -> Result<Zeroizing<Box<[u8]>>, SecretError> {
    let key = match format {
        SecretFormat::Utf8 => Zeroizing::new(text.as_bytes().into()),
        SecretFormat::Hex => {
            let mut key = Zeroizing::new(vec![0; text.len() / 2].into_boxed_slice());
            hex::decode_to_slice(text, &mut key).map_err(|_| SecretError::NotHex)?;
            key
        }
        SecretFormat::Base64 => decode_base64(text)?,
        SecretFormat::Base64Url => {
            let mut buffer = Zeroizing::new(vec![0; text.len()]);
            let key = Base64UrlUnpadded::decode(text, &mut buffer).map_err(|_| SecretError::NotBase64Url)?;
            Zeroizing::new(key.into())
        }
        SecretFormat::Whsec => decode_base64(text.strip_prefix(WHSEC).ok_or(SecretError::MissingPrefix)?)?,
        SecretFormat::V1Whsec => decode_base64(text.strip_prefix(V1_WHSEC).ok_or(SecretError::MissingPrefix)?)?,
        SecretFormat::HtmlText => decode_html(text),
        #[cfg(feature = "sha1")]
        SecretFormat::Sha1OfText => {
            use sha1::{Digest as _, Sha1};
            let mut hashed = Sha1::digest(text.as_bytes());
            let key = Zeroizing::new(Box::from(hashed.as_slice()));
            zeroize::Zeroize::zeroize(hashed.as_mut_slice());
            key
        }
    };
    if key.is_empty() { Err(SecretError::DecodesToNothing) } else { Ok(key) }
}

/// Decodes the entities that `wp_specialchars_decode` of WordPress decodes; every other text stays as it is.
fn decode_html(text: &str) -> Zeroizing<Box<[u8]>> {
    const ENTITIES: [(&str, u8); 13] = [
        ("&amp;", b'&'),
        ("&#038;", b'&'),
        ("&#x26;", b'&'),
        ("&lt;", b'<'),
        ("&#060;", b'<'),
        ("&gt;", b'>'),
        ("&#062;", b'>'),
        ("&quot;", b'"'),
        ("&#034;", b'"'),
        ("&#x22;", b'"'),
        ("&#039;", b'\''),
        ("&#39;", b'\''),
        ("&#x27;", b'\''),
    ];
    // Decoding makes a text shorter, so the buffer never grows.
    let mut key = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let found = ENTITIES.iter().find_map(|(entity, byte)| Some((*byte, rest.strip_prefix(entity.as_bytes())?)));
        let (byte, after) = found.unwrap_or((*first, tail));
        key.push(byte);
        rest = after;
    }
    Zeroizing::new(key.as_slice().into())
}

fn decode_base64(text: &str) -> Result<Zeroizing<Box<[u8]>>, SecretError> {
    if text.contains(['-', '_']) {
        return Err(SecretError::UrlSafeBase64);
    }
    let mut buffer = Zeroizing::new(vec![0; text.len()]);
    let key = decode_secret_base64(text, &mut buffer).ok_or(SecretError::NotBase64)?;
    Ok(Zeroizing::new(key.into()))
}
