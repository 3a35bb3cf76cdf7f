//! The clock of this process. Peers read the system's, and vectors have a time of their own.

use std::ffi::{c_int, c_long};
use std::sync::atomic::{AtomicI64, Ordering};

/// Unix seconds; zero for the real time.
static NOW: AtomicI64 = AtomicI64::new(0);

pub fn set(unix_seconds: i64) {
    NOW.store(unix_seconds, Ordering::Relaxed);
}

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: c_long,
}

const REALTIME: c_int = 0;
const SYS_CLOCK_GETTIME: c_long = if cfg!(target_arch = "x86_64") { 228 } else { 113 };

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
}

/// Stands in for the function of the C library, through which `std`, `chrono` and `time` read the clock.
///
/// # Safety
///
/// As of the original: `to` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, to: *mut Timespec) -> c_int {
    let now = NOW.load(Ordering::Relaxed);
    if clock == REALTIME && now != 0 && !to.is_null() {
        // SAFETY: not null, and the caller lets it be written.
        unsafe { to.write(Timespec { seconds: now, nanoseconds: 0 }) };
        return 0;
    }
    // SAFETY: the system call of the same name, with the same arguments.
    unsafe { syscall(SYS_CLOCK_GETTIME, clock, to) as c_int }
}
