//! The manual: how to do things, why they are as they are, and what shows it.
//!
//! - Guide: [`receiver`], [`sender`], [`rotate`], [`store`], [`once`], [`tenants`], [`edge`].
//! - In operation: [`runbooks`].
//! - Why: [`design`], [`threat_model`].
//!
//! Every snippet is compiled and run by the tests.

macro_rules! pages {
    ($($name:ident)*) => {$(
        pub mod $name {
            #![doc = include_str!(concat!("docs/", stringify!($name), ".md"))]
        }
    )*};
}

pages! { receiver sender rotate store once tenants edge runbooks design threat_model }
