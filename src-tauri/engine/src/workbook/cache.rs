//! Something worked out of a workbook's state, kept until the state changes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Holds one result. Only those who want this very result wait for it.
pub(super) struct Cache<T> {
    slot: Mutex<Option<(u64, Arc<OnceLock<Arc<T>>>)>>,
}

impl<T> Cache<T> {
    pub(super) fn new() -> Self {
        Self { slot: Mutex::new(None) }
    }

    /// The result for the state numbered `key`: the one at hand, or what
    /// `build` makes. Whoever asks for the same meanwhile waits and shares it.
    pub(super) fn get(&self, key: u64, build: impl FnOnce() -> T) -> Arc<T> {
        let cell = {
            let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            match &*slot {
                Some((kept, cell)) if *kept == key => Arc::clone(cell),
                // Somebody was slower than a change: theirs is not worth keeping.
                Some((kept, _)) if *kept > key => Arc::default(),
                _ => Arc::clone(&slot.insert((key, Arc::default())).1),
            }
        };
        Arc::clone(cell.get_or_init(|| Arc::new(build())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_worked_out_once_per_state() {
        let cache = Cache::new();
        assert_eq!(*cache.get(1, || "first"), "first");
        assert_eq!(*cache.get(1, || "again"), "first", "the same state gives the same result");
        assert_eq!(*cache.get(2, || "second"), "second", "another state is worked out anew");
        assert_eq!(*cache.get(1, || "late"), "late", "a late asker gets what belongs to its own state");
        assert_eq!(*cache.get(2, || "again"), "second", "and does not push out what is newer");
    }
}
