//! Deliveries over real sockets to axum: foreign senders, limits, tenants, tokens, and a rotation under load.

#![cfg(feature = "axum")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking and has small numbers"
)]

mod bearer;
mod bodies;
#[cfg(unix)]
mod commands;
mod extractors;
mod heads;
mod rotation;
mod server;
mod tenants;
mod verdicts;
