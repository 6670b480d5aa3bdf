//! How long work tells what it is doing and learns that it should stop.

use crate::error::{Error, Result};

/// A named part of a job, in the order a person meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    ReadingList,
    LoadingModel,
    Embedding,
    FindingTopics,
    NamingTopics,
    Sorting,
    Comparing,
    LayingOut,
    GrowingTree,
    Saving,
    Exporting,
}

/// Listens to a job. Called often: an implementation throttles what it passes on.
pub trait Monitor: Sync {
    /// `done` of `total` units of `stage` are finished.
    fn progress(&self, stage: Stage, done: usize, total: usize);

    /// Whether the person asked to stop. Checked at least every 200 ms of work.
    fn is_cancelled(&self) -> bool;

    /// `Err(Cancelled)` once the person asked to stop, so that `?` ends the job.
    fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Listens to nothing and never stops.
pub struct Silent;

impl Monitor for Silent {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Passes on the wish to stop, but tells nothing: for work inside of work.
pub struct Quiet<'a>(pub &'a dyn Monitor);

impl Monitor for Quiet<'_> {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
