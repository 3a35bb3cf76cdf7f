//! An allocator that searches every block when it is freed: for tests that nothing secret is left behind in memory.
//!
//! A test program that mounts this has its allocator replaced. What lives on the stack is beyond it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, RefCell};
use std::alloc::System;
use std::collections::HashSet;

/// How many bytes of a secret in a row are a find.
const PIECE: usize = 8;

type Pieces = HashSet<[u8; PIECE]>;

thread_local! {
    static WATCHED: RefCell<Pieces> = RefCell::default();
    static ON: Cell<bool> = const { Cell::new(false) };
    /// Blocks that held a piece, and all that were searched.
    static COUNTS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// Counts a block that holds a watched piece. Allocates nothing: it runs inside the allocator.
fn search(block: &[u8]) {
    if !ON.try_with(Cell::get).unwrap_or(false) {
        return;
    }
    let _ = WATCHED.try_with(|watched| {
        let Ok(watched) = watched.try_borrow() else { return };
        let hit = block.windows(PIECE).any(|piece| piece.first_chunk().is_some_and(|piece| watched.contains(piece)));
        let (found, searched) = COUNTS.get();
        COUNTS.set((found + u64::from(hit), searched + 1));
    });
}

struct Searching;

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; all it does is read and pass on")]
// SAFETY: every call goes to the system's allocator with the same arguments. `realloc` is the default: a new block, a copy,
// and the old block freed.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised. Zeroed, so that every byte can be read later.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the block is still allocated, has this size, and was zeroed when it was made.
        search(unsafe { core::slice::from_raw_parts(at, layout.size()) });
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// On another stack: what a test itself leaves on its own is moved to the heap with whatever comes to lie there.
pub(crate) fn elsewhere<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

/// How many of the blocks freed by `work` held something of these, and how many were freed.
pub(crate) fn finds(secrets: &[&[u8]], work: impl FnOnce()) -> (u64, u64) {
    WATCHED.set(elsewhere(|| {
        let pieces = secrets.iter().flat_map(|secret| secret.windows(PIECE)).map(|piece| *piece.first_chunk().unwrap());
        // Runs of one byte stand in many blocks.
        pieces.filter(|piece: &[u8; PIECE]| piece.iter().any(|byte| *byte != piece[0])).collect()
    }));
    COUNTS.set((0, 0));
    ON.set(true);
    work();
    ON.set(false);
    COUNTS.get()
}

/// The work is done, something was freed, and none of it held a piece.
#[track_caller]
pub(crate) fn all_wiped(secrets: &[&[u8]], work: impl FnOnce()) {
    let (found, searched) = finds(secrets, work);
    assert!(searched > 0, "nothing was freed");
    assert_eq!(found, 0, "of {searched} freed blocks");
}
