//! What the acceptance tests and the conformance runner share.
//!
//! `vectors` and `cases` read two formats into a [`delivery::Delivery`]; verifying it gives an [`outcome::Outcome`].
#![allow(dead_code, reason = "each crate that mounts this uses a part of it")]

pub(crate) mod bearer;
#[cfg(feature = "diagnose")]
pub(crate) mod broken;
pub(crate) mod cases;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod delivery;
pub(crate) mod json;
pub(crate) mod labels;
pub(crate) mod outcome;
pub(crate) mod ring;
pub(crate) mod schemes;
#[cfg(test)]
pub(crate) mod tampered;
pub(crate) mod tokens;
pub(crate) mod vectors;
