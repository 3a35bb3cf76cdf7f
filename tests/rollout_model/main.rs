//! The fleet model on the real types: every interleaving of the named rollout orders, and of fleets that follow the oracle.

mod courier;
mod follow;
mod orders;
mod steps;
mod world;
