//! The property `configs` of `tests/corpus/properties`, on inputs that the fuzzer invents.
#![no_main]
#![allow(unused_imports, reason = "one of the properties")]

#[path = "../../tests/corpus/properties/mod.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::configs(data));
