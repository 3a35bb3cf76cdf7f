//! Keys of schemes that sign with a private key and verify with a public one.

mod public;
#[cfg(feature = "ed25519")]
mod signing;

pub use public::{PublicKey, PublicKeyFormat};
#[cfg(feature = "ed25519")]
pub use signing::{SigningKey, SigningKeyFormat};

use base64ct::{Base64, Encoding as _};

use crate::error::KeyError;

/// Decodes standard base64 with its padding into a buffer of at least its length.
fn decode_base64<'o>(text: &str, room: &'o mut [u8]) -> Result<&'o [u8], KeyError> {
    Base64::decode(text, room).map_err(|_| KeyError::NotBase64)
}
