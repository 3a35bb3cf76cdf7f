//! Writing what a delivery carries, the reverse of `read`: into headers, or into the body.

mod emit;
mod placed;

pub(crate) use emit::Signatures;
pub(crate) use placed::{edit_items, place};
