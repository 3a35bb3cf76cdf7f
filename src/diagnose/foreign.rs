//! Signatures that no scheme of this crate verifies, and that are recognised all the same: plain hashes with the secret in
//! the message, and JSON Web Tokens.
//!
//! They are named so that an operator who configured the wrong scheme does not get "nothing explains it".

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::framing::Framing;
use super::text::base64_any;

/// A part of the hashed text.
#[derive(Clone, Copy)]
enum Piece {
    Secret,
    Method,
    Url,
    Body,
    Header(&'static str),
}

/// A scheme that hashes a text with the secret in it.
struct PlainHash {
    name: &'static str,
    header: &'static str,
    pieces: &'static [Piece],
}

/// Sources: HubSpot docs, "Validating requests"; Cloudinary docs, "Notification signatures"; Lark docs, "Event subscription".
const PLAIN: [PlainHash; 4] = [
    PlainHash { name: "hubspot-v1", header: "x-hubspot-signature", pieces: &[Piece::Secret, Piece::Body] },
    PlainHash {
        name: "hubspot-v2",
        header: "x-hubspot-signature",
        pieces: &[Piece::Secret, Piece::Method, Piece::Url, Piece::Body],
    },
    PlainHash {
        name: "cloudinary",
        header: "x-cld-signature",
        pieces: &[Piece::Body, Piece::Header("x-cld-timestamp"), Piece::Secret],
    },
    PlainHash {
        name: "lark",
        header: "x-lark-signature",
        pieces: &[Piece::Header("x-lark-request-timestamp"), Piece::Header("x-lark-nonce"), Piece::Secret, Piece::Body],
    },
];

/// How many hashes [`scheme`] computes for one key at most, for the account of the work.
pub(super) const MOST_HASHES: usize = 12;

/// The name of the foreign scheme that this key signed the delivery with.
pub(super) fn scheme(framing: &Framing<'_>, body: &[u8], key: &[u8]) -> Option<String> {
    let plain = PLAIN.iter().find(|plain| {
        let Some(value) = framing.header_text(plain.header) else { return false };
        let mut text = Vec::new();
        for piece in plain.pieces {
            match piece {
                Piece::Secret => text.extend_from_slice(key),
                Piece::Method => text.extend_from_slice(framing.method.as_deref().unwrap_or("POST").as_bytes()),
                Piece::Url => text.extend_from_slice(framing.url.as_deref().unwrap_or_default().as_bytes()),
                Piece::Body => text.extend_from_slice(body),
                Piece::Header(name) => text.extend_from_slice(framing.header(name).unwrap_or_default()),
            }
        }
        hashes(&text).iter().any(|hash| hex::encode(hash).eq_ignore_ascii_case(value))
    });
    plain.map(|plain| String::from(plain.name)).or_else(|| token(framing, key))
}

fn hashes(text: &[u8]) -> [Vec<u8>; 2] {
    [Sha256::digest(text).to_vec(), Sha1::digest(text).to_vec()]
}

/// A JSON Web Token with HS256 or HS512 under this key, in any header (RFC 7519).
fn token(framing: &Framing<'_>, key: &[u8]) -> Option<String> {
    for (name, value) in &framing.headers {
        let text = core::str::from_utf8(value).ok()?;
        let text = text.rsplit(' ').next().unwrap_or_default();
        let Some((signed, signature)) = text.rsplit_once('.').filter(|(signed, _)| signed.starts_with("eyJ")) else { continue };
        let Some(signature) = base64_any(signature.as_bytes()) else { continue };
        let mut short = Hmac::<Sha256>::new_from_slice(key).ok()?;
        short.update(signed.as_bytes());
        let mut long = Hmac::<Sha512>::new_from_slice(key).ok()?;
        long.update(signed.as_bytes());
        if short.verify_slice(&signature).is_ok() || long.verify_slice(&signature).is_ok() {
            return Some(format!("a JSON Web Token in the header {name}"));
        }
    }
    None
}

/// Whether one of these signatures is a plain hash of the signed content with the key before or after it.
pub(super) fn is_plain_hash<'c>(content: &[u8], key: &[u8], mut candidates: impl Iterator<Item = &'c [u8]>) -> bool {
    let before = hashes(&[key, content].concat());
    let after = hashes(&[content, key].concat());
    candidates.any(|candidate| before.iter().chain(&after).any(|hash| hash == candidate))
}
