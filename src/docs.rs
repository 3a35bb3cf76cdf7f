//! The manual: how to do things, why they are as they are, and what shows it.
//!
//! - In operation: [`observability`].
//! - What it was made for: [`systems`].
//!
//! Every snippet is compiled and run by the tests.

macro_rules! pages {
    ($($name:ident)*) => {$(
        #[doc = include_str!(concat!("docs/", stringify!($name), ".md"))]
        pub mod $name {}
    )*};
}

pages! { observability systems }
