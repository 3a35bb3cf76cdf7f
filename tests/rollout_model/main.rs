//! The fleet model on the real types: every interleaving of the named rollout orders, and of fleets that follow the oracle.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may stop at the first surprise"
)]

mod courier;
mod follow;
mod orders;
mod world;
