//! The layer around any service: bodies that do everything a body can do, with nothing but `http` types.

#![cfg(feature = "tower")]

mod bodies;
mod hyper_server;
mod layer;
mod script;
