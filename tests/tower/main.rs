//! The layer around any service: bodies that do everything a body can do, with nothing but `http` types.

#![cfg(feature = "tower")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking and has small numbers"
)]

mod bodies;
mod hyper_server;
mod layer;
mod script;
