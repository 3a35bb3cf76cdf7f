//! How strong a secret has to be.

use alloc::vec::Vec;

use crate::encoding::SecretFormat;
use crate::error::SecretError;

/// How strong a secret has to be.
#[derive(Clone, Debug)]
pub struct SecretPolicy {
    min_bits: u32,
    deny: Vec<alloc::boxed::Box<str>>,
}

impl SecretPolicy {
    /// For secrets that we choose ourselves: room for 256 bits.
    #[must_use]
    pub const fn strict() -> Self {
        Self { min_bits: 256, deny: Vec::new() }
    }

    /// For secrets that others chose: room for 128 bits.
    #[must_use]
    pub const fn provider() -> Self {
        Self { min_bits: 128, deny: Vec::new() }
    }

    /// Refuses nothing but an empty secret: for published test vectors.
    #[must_use]
    pub const fn dangerous_any_strength() -> Self {
        Self { min_bits: 0, deny: Vec::new() }
    }

    pub(crate) fn check(&self, _text: &str, key: &[u8], _format: SecretFormat) -> Result<(), SecretError> {
        let bits = u32::try_from(key.len()).unwrap_or(u32::MAX).saturating_mul(8);
        if bits < self.min_bits { Err(SecretError::TooShort { bits, minimum: self.min_bits }) } else { Ok(()) }
    }
}
