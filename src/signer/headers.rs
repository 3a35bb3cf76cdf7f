//! The headers that a signed message is sent with.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::headers::Name;
use crate::scheme::Signatures;

/// The headers to send with a message.
///
/// # Security
///
/// For a scheme without a timestamp a signature can be used again by whoever sees it. `Debug` therefore shows names only,
/// and [`SignedHeaders::apply`] marks the values as sensitive.
#[derive(Clone)]
pub struct SignedHeaders(Box<[(Name, String)]>);

impl SignedHeaders {
    pub(super) fn new(signatures: &Signatures<'_>) -> Option<Self> {
        let mut headers = Vec::with_capacity(signatures.count());
        signatures.write(&mut |name, value| headers.push((name.clone(), value)))?;
        Some(Self(headers.into()))
    }

    /// Names (in lower case) and values.
    ///
    /// # Security
    ///
    /// The values are credentials until the signature is too old for the receiver; for a scheme without a timestamp until
    /// the key is no longer valid. Do not log them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Puts the headers into a map, replacing those of the same name. Values are marked as sensitive, which keeps them
    /// out of `Debug` and out of HPACK's table.
    #[cfg(feature = "http")]
    pub fn apply(&self, map: &mut http::HeaderMap) {
        for (name, value) in &self.0 {
            // Names and values consist of visible ASCII and spaces, as the scheme was checked to.
            if let Ok(mut value) = http::HeaderValue::from_str(value) {
                value.set_sensitive(true);
                map.insert(name.as_http().clone(), value);
            }
        }
    }
}

impl fmt::Debug for SignedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name.as_str())).finish()
    }
}
