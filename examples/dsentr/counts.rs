//! Counters by label: they stand for the metrics of a service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

impl Counts {
    pub(crate) fn count(&self, label: String) {
        let mut counts = self.lock();
        let count = counts.entry(label).or_default();
        *count = count.saturating_add(1);
    }

    /// One line for each label.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lock().iter().map(|(label, count)| format!("{label}: {count}\n")).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
