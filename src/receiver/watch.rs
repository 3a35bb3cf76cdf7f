//! Exactly one verdict per request, however it ends.

use http::request::Parts;

use super::Hook;
use super::endpoint::Check;
use super::refusal::Refusal;
use crate::verdict::Verdict;

/// The code of a request that was dropped before its verdict: the client went away, or the server gave up.
const ABANDONED: &str = "abandoned";

/// Gives the verdict when it is dropped.
pub(super) struct Watch<'h> {
    hook: Option<&'h Hook>,
    head: &'h Parts,
    verdict: Verdict,
    /// Whether the verdict is the verifier's own, with all that it knows.
    full: bool,
}

impl<'h> Watch<'h> {
    pub(super) fn new(hook: Option<&'h Hook>, head: &'h Parts) -> Self {
        Self { hook, head, verdict: Verdict::of_code(ABANDONED), full: false }
    }

    /// From now on it is known whose keys count.
    pub(super) fn expect<P>(&mut self, check: &dyn Check<P>) {
        self.verdict = check.unfinished(ABANDONED);
    }

    /// The verifier has judged.
    pub(super) fn learn(&mut self, verdict: Verdict) {
        self.verdict = verdict;
        self.full = true;
    }

    pub(super) fn end(mut self, refusal: Option<&Refusal>) {
        if let (Some(refusal), false) = (refusal, self.full) {
            self.verdict.refuse(refusal.code(), refusal.is_our_fault());
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "tracing")]
        self.verdict.record();
        if let Some(hook) = self.hook {
            hook(self.head, &self.verdict);
        }
    }
}
