//! The manual: how to do things, why they are as they are, and what shows it.
//!
//! - Guide: [`receiver`], [`sender`], [`rotate`], [`store`], [`once`], [`tenants`], [`edge`].
//! - In operation: [`runbooks`], [`observability`].
//! - Why: [`design`], [`performance`], [`threat_model`], [`left_out`]. What was measured: [`assurance`].
//! - For whom: [`systems`].
//! - What changed: [`changelog`].
//! - Against others: [`interop`] with the providers' SDKs, the [`league`] table, [`migration`].
//!
//! Every snippet is compiled and run by the tests.

macro_rules! pages {
    ($($name:ident)*) => {$(
        pub mod $name {
            #![doc = include_str!(concat!("docs/", stringify!($name), ".md"))]
        }
    )*};
}

pages! {
    receiver sender rotate store once tenants edge runbooks observability design performance threat_model assurance systems
    left_out interop league migration changelog
}
