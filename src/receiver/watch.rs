//! Exactly one verdict per request, whatever way it ends.

use super::Hook;
use super::refusal::Refusal;
use crate::verdict::Verdict;

/// The code of a request that was dropped before its verdict: the client went away, or the server gave up.
const ABANDONED: &str = "abandoned";

/// Gives the verdict when it is dropped.
pub(super) struct Watch<'h> {
    hook: Option<&'h Hook>,
    verdict: Verdict,
    /// Whether the verdict is the verifier's own, with all that it knows.
    full: bool,
}

impl<'h> Watch<'h> {
    pub(super) fn new(hook: Option<&'h Hook>) -> Self {
        Self { hook, verdict: Verdict::of_code(ABANDONED), full: false }
    }

    /// From now on it is known whose keys count.
    pub(super) fn expect(&mut self, verdict: Verdict) {
        self.verdict = Verdict { code: self.verdict.code, ..verdict };
    }

    /// The verifier has judged.
    pub(super) fn learn(&mut self, verdict: Verdict) {
        self.verdict = verdict;
        self.full = true;
    }

    pub(super) fn end(mut self, refusal: Option<&Refusal>) {
        if let (Some(refusal), false) = (refusal, self.full) {
            self.verdict.code = refusal.code();
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "tracing")]
        self.verdict.record();
        if let Some(hook) = self.hook {
            hook(&self.verdict);
        }
    }
}
