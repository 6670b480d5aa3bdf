//! Something worked out of a workbook's state, kept until the state changes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Holds one result. Only those who want this very result wait for it.
pub(super) struct Cache<T> {
    slot: Mutex<Option<Slot<T>>>,
}

struct Slot<T> {
    key: u64,
    result: Arc<OnceLock<Arc<T>>>,
}

impl<T> Cache<T> {
    pub(super) fn new() -> Self {
        Self { slot: Mutex::new(None) }
    }

    /// The result for the state numbered `key`: the one at hand, or what
    /// `build` makes. Whoever asks for the same meanwhile waits and shares it.
    pub(super) fn get(&self, key: u64, build: impl FnOnce() -> T) -> Arc<T> {
        let result = {
            let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            match &*slot {
                Some(kept) if kept.key == key => Arc::clone(&kept.result),
                // Somebody was slower than a change: theirs is not worth keeping.
                Some(kept) if kept.key > key => Arc::default(),
                _ => Arc::clone(&slot.insert(Slot { key, result: Arc::default() }).result),
            }
        };
        Arc::clone(result.get_or_init(|| Arc::new(build())))
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
        assert_eq!(
            *cache.get(1, || "late"),
            "late",
            "a late asker gets what belongs to its own state"
        );
        assert_eq!(*cache.get(2, || "again"), "second", "and does not push out what is newer");
    }
}
