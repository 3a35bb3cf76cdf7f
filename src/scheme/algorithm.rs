//! The algorithms that a scheme can have.

use crate::key::Curve;
use crate::mac::Hash;
use crate::names::names;

/// The algorithm of a scheme. Fixed by the scheme, never read from a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 (RFC 2104, FIPS 180-4).
    HmacSha256,
    /// HMAC with SHA-384 (RFC 2104, FIPS 180-4).
    HmacSha384,
    /// HMAC with SHA-512 (RFC 2104, FIPS 180-4).
    HmacSha512,
    /// HMAC with SHA-1 (RFC 2104, FIPS 180-4), for providers that sign with nothing better. The known attacks on SHA-1 find
    /// collisions and do not reach HMAC (RFC 6151 says why for MD5, and it holds here too), but do not choose it for a
    /// scheme of your own.
    #[cfg(feature = "sha1")]
    HmacSha1,
    /// Ed25519 (RFC 8032), verified strictly: keys and signatures of small order are refused.
    #[cfg(feature = "ed25519")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5); a signature is the ASN.1 text of its two numbers, in base64.
    #[cfg(feature = "p256")]
    EcdsaP256,
}

names!(Algorithm {
    HmacSha256 = "hmac-sha256",
    HmacSha384 = "hmac-sha384",
    HmacSha512 = "hmac-sha512",
    #[cfg(feature = "sha1")]
    HmacSha1 = "hmac-sha1",
    #[cfg(feature = "ed25519")]
    Ed25519 = "ed25519",
    #[cfg(feature = "p256")]
    EcdsaP256 = "ecdsa-p256",
});

impl Algorithm {
    /// The hash under the HMAC. A scheme with a public key has none, and nothing asks for it.
    pub(crate) const fn hash(self) -> Hash {
        match self {
            Self::HmacSha256 => Hash::Sha256,
            Self::HmacSha384 => Hash::Sha384,
            Self::HmacSha512 => Hash::Sha512,
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => Hash::Sha1,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => Hash::Sha256,
            #[cfg(feature = "p256")]
            Self::EcdsaP256 => Hash::Sha256,
        }
    }

    /// The curve, if it signs with a private key.
    pub(crate) const fn curve(self) -> Option<Curve> {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => Some(Curve::Ed25519),
            #[cfg(feature = "p256")]
            Self::EcdsaP256 => Some(Curve::P256),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha384 => "HMAC-SHA384",
            Self::HmacSha512 => "HMAC-SHA512",
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => "HMAC-SHA1",
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => "Ed25519",
            #[cfg(feature = "p256")]
            Self::EcdsaP256 => "ECDSA on P-256 with SHA-256",
        }
    }
}
