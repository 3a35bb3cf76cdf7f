//! The five systems, end to end: real sockets, a real PostgreSQL, and `curl` and `openssl` as foreign senders.
//!
//! One file for each system. `S…` and `X…` in comments are the requirements of `src/docs/systems.md`.

#![cfg(unix)]

mod aos;
#[path = "../support/database.rs"]
mod database;
mod dsentr;
mod hook;
mod osigu;
mod playbook;
mod quantgov;
mod rig;
#[path = "../support/servers.rs"]
mod servers;
