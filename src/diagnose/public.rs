//! Public keys among the keys that are tried.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::Cause;
use super::alt::Change;
use super::given::Origin;
use super::keys::KeyAlt;
use super::keys_text::repaired_texts;
use crate::asymmetric::{PublicKey, PublicKeyFormat};

/// A public key as it is configured.
pub(super) struct PublicGiven {
    pub(super) text: String,
    pub(super) format: PublicKeyFormat,
    pub(super) origin: Origin,
}

const FORMATS: &[(PublicKeyFormat, Cause)] = &[
    #[cfg(feature = "ed25519")]
    (PublicKeyFormat::Ed25519Hex, Cause::SecretAsHex),
    #[cfg(feature = "ed25519")]
    (PublicKeyFormat::Ed25519Base64, Cause::SecretAsBase64),
    #[cfg(feature = "ed25519")]
    (PublicKeyFormat::Whpk, Cause::SecretPrefix),
    #[cfg(feature = "p256")]
    (PublicKeyFormat::P256Spki, Cause::SecretAsBase64),
];

/// The configured keys, then their texts with one change, and other keys at hand.
pub(super) fn public_keys(given: &[PublicGiven]) -> Vec<(KeyAlt, PublicKey)> {
    let mut list: Vec<(KeyAlt, PublicKey)> = Vec::new();
    let mut add = |changes: Vec<Change>, text: &str, format: PublicKeyFormat| {
        if let Ok(key) = PublicKey::parse(text, format) {
            let bytes = Zeroizing::new(format!("{format:?}{text}").into_bytes());
            list.push((KeyAlt { changes, bytes, common: true, plain: None }, key));
        }
    };
    for one in given {
        match one.origin.meaning() {
            Some((cause, say)) => add(Vec::from([Change { cause, say }]), &one.text, one.format),
            None => add(Vec::new(), &one.text, one.format),
        }
    }
    for one in given.iter().filter(|one| one.origin.meaning().is_none()) {
        for alt in repaired_texts(&one.text).into_iter().filter(|alt| alt.common) {
            add(alt.changes, &alt.value, one.format);
        }
        for (format, cause) in FORMATS {
            let say = format!("The public key is written in another format: configure {format:?}.");
            add(Vec::from([Change { cause: *cause, say }]), &one.text, *format);
        }
    }
    list
}
