//! The library behind the page: a captured request goes in, verdict and explanation come out, both as bytes in memory.
//!
//! The page calls [`take`] for room, writes the question there, calls [`judge`], reads the answer, and gives both back.
//! Nothing else crosses: the module imports no function, so it reaches neither clock nor network.
#![no_std]

extern crate alloc;

mod http;
mod judge;
mod list;
mod samples;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

#[cfg(target_family = "wasm")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Bytes that the page owns until it gives them back: the address in the upper half, the length in the lower one.
fn hand_out(bytes: Vec<u8>) -> u64 {
    let bytes = Box::leak(bytes.into_boxed_slice());
    ((bytes.as_mut_ptr() as usize as u64) << 32) | (bytes.len() as u64 & 0xffff_ffff)
}

/// What [`hand_out`] handed out.
fn taken_back(handle: u64) -> Box<[u8]> {
    let (at, len) = ((handle >> 32) as usize as *mut u8, (handle & 0xffff_ffff) as usize);
    // SAFETY: the page passes only handles that `hand_out` returned, each once: `playground.js` has one function that does so.
    // They came from a leaked boxed slice of this length, and the memory of a wasm module has 32-bit addresses.
    #[allow(unsafe_code, reason = "memory that is shared with the page cannot be given back otherwise")]
    unsafe {
        Box::from_raw(core::ptr::slice_from_raw_parts_mut(at, len))
    }
}

// SAFETY of the four names: they are unique, as the module links nothing else that exports.

/// Room for so many bytes, zeroed.
#[allow(unsafe_code, reason = "an exported name")]
#[unsafe(no_mangle)]
pub extern "C" fn take(len: u32) -> u64 {
    hand_out(vec![0; len as usize])
}

/// Wipes and frees what [`take`], [`judge`] or [`lists`] returned.
#[allow(unsafe_code, reason = "an exported name")]
#[unsafe(no_mangle)]
pub extern "C" fn give(handle: u64) {
    let mut bytes = taken_back(handle);
    bytes.fill(0);
    core::hint::black_box(&bytes);
}

/// Judges a question, which is used up: one line of JSON, then the raw request. Returns the answer as JSON.
#[allow(unsafe_code, reason = "an exported name")]
#[unsafe(no_mangle)]
pub extern "C" fn judge(question: u64) -> u64 {
    let mut question = taken_back(question);
    let answer = judge::answer(&question);
    question.fill(0);
    core::hint::black_box(&question);
    hand_out(serde_json::to_vec(&answer).unwrap_or_default())
}

/// The providers and the sample deliveries, as JSON.
#[allow(unsafe_code, reason = "an exported name")]
#[unsafe(no_mangle)]
pub extern "C" fn lists() -> u64 {
    hand_out(serde_json::to_vec(&list::lists()).unwrap_or_default())
}
