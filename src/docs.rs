//! The guide: how to do things, why they are as they are, and what was tested or measured.
//!
//! - How to: [`receiver`], [`sender`], [`rotate`], [`store`], [`once`] (idempotent processing), [`tenants`], [`edge`] (without
//!   `std`, WebAssembly).
//! - In operation: [`runbooks`], [`observability`].
//! - Why: [`design`], [`threat_model`], [`performance`], [`left_out`] (providers without a scheme).
//! - Evidence: [`assurance`] (what was measured), [`interop`] (the providers' SDKs), [`league`] (other libraries).
//! - Moving here from another library: [`migration`].
//! - The five systems whose requirements shaped this crate, and the test of each requirement: [`systems`].
//! - What changed: [`changelog`]. The table of providers: [`crate::providers`].
//!
//! Every Rust snippet that is a whole program or a whole example is compiled by the tests, and run unless it needs a server or
//! an environment variable. Fragments, commands and other languages are not.

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
