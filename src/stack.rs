//! Wiping what a computation with secrets leaves on the stack.
//!
//! Values of this crate are wiped where they lie. What the compiler spilled beside them stays, and may get further: the unused
//! room of an enum is moved as it is, at times to the heap, and nobody knows that it has to be wiped there.

use core::hint::black_box;

use zeroize::zeroize_stack;

/// More than anything that makes a key uses; a program for a small device needs this much stack.
const KEY: usize = 16 * 1024;
/// More than one step of a MAC uses; unoptimised it uses more.
const STEP: usize = if cfg!(debug_assertions) { KEY } else { 3 * 1024 };
/// More than what lies between a return address and the room that is overwritten.
const GAP: usize = 256;

/// Does the work, then overwrites the part of the stack that it used. For work that is done once per key, and for what takes
/// so long that this does not count: a private key that signs, a password hash.
pub(crate) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    wiped_by::<KEY, T>(work)
}

/// The same for a step of a MAC, which is part of every delivery.
pub(crate) fn wiped_step<T>(work: impl FnOnce() -> T) -> T {
    wiped_by::<STEP, T>(work)
}

#[inline(never)]
fn wiped_by<const ROOM: usize, T>(work: impl FnOnce() -> T) -> T {
    let done = below_the_gap(work);
    zeroize_stack::<ROOM>();
    done
}

#[inline(never)]
fn below_the_gap<T>(work: impl FnOnce() -> T) -> T {
    let gap = black_box([0_u8; GAP]);
    let done = apart(work);
    black_box(&gap);
    done
}

/// In a frame of its own, which lies where the stack is overwritten.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}
