//! Names of the values of enums, as configurations write them: one list for an enum gives them all.

use core::error::Error;
use core::fmt;

/// A text that is not the name of any value of an enum. Holds the known names and not the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName {
    known: &'static [&'static str],
}

impl UnknownName {
    pub(crate) const fn new(known: &'static [&'static str]) -> Self {
        Self { known }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of ")?;
        self.known.iter().enumerate().try_for_each(|(n, name)| write!(f, "{}{name}", if n == 0 { "" } else { ", " }))
    }
}

impl Error for UnknownName {}

/// Gives an enum without data `ALL`, `as_str`, `Display` and `FromStr`. A variant that is not in the list does not compile.
macro_rules! names {
    ($type:ident { $($(#[$condition:meta])* $variant:ident = $name:literal,)+ }) => {
        impl $type {
            /// All values, those of features that are on included.
            pub const ALL: &'static [Self] = &[$($(#[$condition])* Self::$variant,)+];

            /// The name, as configurations write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(#[$condition])* Self::$variant => $name,)+
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::names::UnknownName;

            /// Reads the name that [`as_str`](Self::as_str) gives, and no other spelling of it.
            fn from_str(name: &str) -> Result<Self, Self::Err> {
                const KNOWN: &[&str] = &[$($(#[$condition])* $name,)+];
                let found = Self::ALL.iter().find(|value| value.as_str() == name);
                found.copied().ok_or(const { $crate::names::UnknownName::new(KNOWN) })
            }
        }
    };
}
pub(crate) use names;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::{Encoding, SecretFormat};
    use core::str::FromStr;

    #[track_caller]
    fn there_and_back<T: FromStr<Err = UnknownName> + fmt::Display + fmt::Debug + PartialEq>(all: &[T]) {
        for (n, value) in all.iter().enumerate() {
            let name = alloc::format!("{value}");
            assert_eq!(name.parse::<T>().as_ref(), Ok(value));
            assert!(name.to_uppercase().parse::<T>().is_err(), "{name}");
            assert!(all[..n].iter().all(|other| alloc::format!("{other}") != name), "{name} twice");
        }
    }

    #[test]
    fn every_name_is_read_back() {
        there_and_back(Encoding::ALL);
        there_and_back(SecretFormat::ALL);
        there_and_back(crate::time::Unit::ALL);
        there_and_back(crate::scheme::Algorithm::ALL);
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        there_and_back(crate::asymmetric::PublicKeyFormat::ALL);
        let error = "rot13".parse::<Encoding>().unwrap_err();
        assert_eq!(alloc::format!("{error}"), "not one of hex, hex-upper, base64, base64url, base64url-padded");
        assert_eq!(alloc::format!("{:>5}", Encoding::Hex), "  hex");
    }
}
