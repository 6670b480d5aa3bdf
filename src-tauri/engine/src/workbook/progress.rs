//! Progress of embedding, told when it is on the disk and not before.

use crate::monitor::{Monitor, Stage};

/// Passes everything on but the embedder's own count of embedded texts.
pub(super) struct Committed<'a> {
    monitor: &'a dyn Monitor,
}

impl<'a> Committed<'a> {
    pub(super) fn new(monitor: &'a dyn Monitor) -> Self {
        Self { monitor }
    }
}

impl Monitor for Committed<'_> {
    fn progress(&self, stage: Stage, done: usize, total: usize) {
        if stage != Stage::Embedding {
            self.monitor.progress(stage, done, total);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.monitor.is_cancelled()
    }
}
