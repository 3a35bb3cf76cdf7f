//! The manual: how to do things, why they are as they are, and what shows it.
//!
//! - Guide: [`receiver`], [`sender`], [`rotate`], [`store`], [`once`], [`tenants`], [`edge`].
//! - In operation: [`runbooks`], [`observability`].
//! - Why: [`design`], [`threat_model`], [`left_out`]. What was measured: [`assurance`].
//! - For whom: [`systems`].
//!
//! Every snippet is compiled and run by the tests.

macro_rules! pages {
    ($($name:ident)*) => {$(
        pub mod $name {
            #![doc = include_str!(concat!("docs/", stringify!($name), ".md"))]
        }
    )*};
}

pages! { left_out receiver sender rotate store once tenants edge runbooks observability design threat_model assurance systems }
