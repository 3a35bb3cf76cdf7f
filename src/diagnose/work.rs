//! How much one diagnosis may compute.

/// The most MACs that one diagnosis computes.
pub const MAX_MACS: u64 = 60_000;
/// The most bytes that it computes them over: 256 MiB.
pub const MAX_BYTES: u64 = 256 << 20;

/// What was computed, and what may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) macs: u64,
    pub(super) bytes: u64,
    pub(super) most_macs: u64,
    pub(super) most_bytes: u64,
    pub(super) cut_short: bool,
}

impl Work {
    pub(super) const fn new(most_macs: u64, most_bytes: u64) -> Self {
        Self { macs: 0, bytes: 0, most_macs, most_bytes, cut_short: false }
    }

    /// Whether this much more may be computed; counts it if so.
    pub(super) fn take(&mut self, macs: usize, bytes: usize) -> bool {
        let more = |sum: u64, more: usize| sum.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
        let (macs, bytes) = (more(self.macs, macs), more(self.bytes, bytes));
        if macs > self.most_macs || bytes > self.most_bytes {
            self.cut_short = true;
            return false;
        }
        (self.macs, self.bytes) = (macs, bytes);
        true
    }
}
