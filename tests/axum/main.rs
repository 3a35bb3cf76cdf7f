//! Deliveries over real sockets to axum: foreign senders, limits, tenants, tokens, and a rotation under load.

#![cfg(feature = "axum")]

mod bearer;
mod bodies;
#[cfg(unix)]
mod commands;
mod extractors;
mod heads;
mod rotation;
mod server;
mod tenants;
mod uploads;
mod verdicts;
