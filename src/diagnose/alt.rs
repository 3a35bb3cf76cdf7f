//! What a search tries: a value in place of the given one, and what would have to change for it to be right.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;

/// One difference between the sender's view and the receiver's, with the sentence for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) cause: Cause,
    pub(super) say: String,
}

/// A value in place of the given one. No change: the value as it was given.
#[derive(Clone, Debug)]
pub(super) struct Alt<T> {
    pub(super) changes: Vec<Change>,
    pub(super) value: T,
    /// Whether it is likely enough to be tried together with a second cause.
    pub(super) common: bool,
}

impl<T> Alt<T> {
    pub(super) const fn given(value: T) -> Self {
        Self { changes: Vec::new(), value, common: true }
    }
}

/// Collects values, each once: of two ways to the same value the first, simpler one counts.
#[derive(Debug)]
pub(super) struct Alts<T> {
    list: Vec<Alt<T>>,
    /// How many bytes of values it may still take: a large body must not be copied a thousand times.
    room: usize,
}

/// The most bytes of values that one collection holds.
const ROOM: usize = 48 << 20;

/// How much room a value takes.
pub(super) trait Size {
    fn size(&self) -> usize;
}

impl Size for Vec<u8> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Size for String {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<T: PartialEq + Size> Alts<T> {
    /// Starts with the given value, so that nothing equal to it is taken for a change.
    pub(super) fn of(given: T) -> Self {
        Self { list: Vec::from([Alt::given(given)]), room: ROOM }
    }

    pub(super) const fn empty() -> Self {
        Self { list: Vec::new(), room: ROOM }
    }

    /// Whether nothing more is taken.
    pub(super) const fn is_full(&self) -> bool {
        self.room == 0
    }

    /// Adds a likely value.
    pub(super) fn add(&mut self, cause: Cause, say: &str, value: T) {
        self.push(Alt { changes: Vec::from([Change { cause, say: say.to_string() }]), value, common: true });
    }

    /// Adds a value that is only tried alone.
    pub(super) fn add_rare(&mut self, cause: Cause, say: &str, value: T) {
        self.push(Alt { changes: Vec::from([Change { cause, say: say.to_string() }]), value, common: false });
    }

    pub(super) fn push(&mut self, alt: Alt<T>) {
        if self.room > 0 && self.list.iter().all(|known| known.value != alt.value) {
            self.room = self.room.saturating_sub(alt.value.size());
            self.list.push(alt);
        }
    }

    /// All but the given value.
    pub(super) fn changed(self) -> Vec<Alt<T>> {
        self.list.into_iter().filter(|alt| !alt.changes.is_empty()).collect()
    }

    pub(super) fn all(self) -> Vec<Alt<T>> {
        self.list
    }
}

/// The changes of one step and of the next.
pub(super) fn joined(first: &[Change], second: &[Change]) -> Vec<Change> {
    let mut all = first.to_vec();
    for change in second {
        if all.iter().all(|known| known.cause != change.cause) {
            all.push(change.clone());
        }
    }
    all
}
