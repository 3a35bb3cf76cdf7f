//! Seals of this test: one that is honest about integrity and hides nothing, and the ways a key service fails.

use core::convert::Infallible;
use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::Seal;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The plain bytes and an HMAC over everything: readable, so that a test can also look inside.
pub(crate) struct Stamp;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("changed")
    }
}

impl core::error::Error for Changed {}

fn stamp(associated: &[u8], plain: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"the key of a test").unwrap();
    mac.update(&u64::try_from(associated.len()).unwrap().to_be_bytes());
    mac.update(associated);
    mac.update(plain);
    mac
}

impl Seal for Stamp {
    type Error = Changed;

    async fn seal(&self, associated: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Changed> {
        Ok([plain.as_slice(), &stamp(associated, &plain).finalize().into_bytes()].concat())
    }

    async fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Changed> {
        let (plain, tag) = sealed.split_last_chunk::<32>().ok_or(Changed)?;
        stamp(associated, plain).verify_slice(tag).map_err(|_| Changed)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

/// No seal at all: what the strict reader alone has to withstand.
pub(crate) struct Open;

impl Seal for Open {
    type Error = Infallible;

    async fn seal(&self, _: &[u8], plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Infallible> {
        Ok(plain.to_vec())
    }

    async fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Infallible> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

/// A key service that cannot be reached.
pub(crate) struct Unreachable;

impl Seal for Unreachable {
    type Error = std::io::Error;

    async fn seal(&self, _: &[u8], _: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, std::io::Error> {
        Err(std::io::ErrorKind::TimedOut.into())
    }

    async fn open(&self, _: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, std::io::Error> {
        Err(std::io::ErrorKind::TimedOut.into())
    }
}
