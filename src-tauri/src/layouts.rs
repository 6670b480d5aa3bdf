//! Maps while they form: the window looks at them, and can halt one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kindred_engine::monitor::Monitor;

use crate::messages::{JobId, MapRequest};

/// The window looks eight times a second.
const KEEP_EVERY: Duration = Duration::from_millis(60);
/// How soon a halted layout hears that its job was cancelled.
const LISTEN_EVERY: Duration = Duration::from_millis(100);

#[derive(Default)]
pub(crate) struct Layouts {
    forming: Mutex<Vec<Forming>>,
    /// Told whenever one is halted or goes on.
    changed: Condvar,
}

struct Forming {
    job: JobId,
    request: MapRequest,
    positions: Vec<f32>,
    kept_at: Option<Instant>,
    is_paused: bool,
}

/// A layout that is forming, until this is dropped.
pub(crate) struct Entry<'a> {
    layouts: &'a Layouts,
    job: JobId,
}

impl Layouts {
    pub(crate) fn begin(&self, job: JobId, request: MapRequest) -> Entry<'_> {
        let forming = Forming {
            job: job.clone(),
            request,
            positions: Vec::new(),
            kept_at: None,
            is_paused: false,
        };
        self.lock().push(forming);
        Entry { layouts: self, job }
    }

    /// The latest positions of the layout that is forming for `request`.
    pub(crate) fn latest(&self, request: &MapRequest) -> Option<Vec<f32>> {
        let forming = self.lock();
        forming.iter().rfind(|forming| forming.request == *request).map(|f| f.positions.clone())
    }

    /// Halts a layout or lets it go on; one that has ended is left in peace.
    pub(crate) fn pause(&self, job: &JobId, is_paused: bool) {
        for forming in self.lock().iter_mut().filter(|forming| forming.job == *job) {
            forming.is_paused = is_paused;
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Forming>> {
        // Each change is a single step, so a panic elsewhere leaves the list whole.
        self.forming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry<'_> {
    /// Keeps the positions to be looked at, now and then, and waits while the layout is halted.
    pub(crate) fn show(&self, positions: &[f32], monitor: &dyn Monitor) {
        let mut all = self.layouts.lock();
        if let Some(forming) = all.iter_mut().find(|forming| forming.job == self.job)
            && forming.kept_at.is_none_or(|kept_at| kept_at.elapsed() >= KEEP_EVERY)
        {
            forming.positions.clear();
            forming.positions.extend_from_slice(positions);
            forming.kept_at = Some(Instant::now());
        }
        let is_halted = |all: &[Forming]| all.iter().any(|f| f.job == self.job && f.is_paused);
        while is_halted(&all) && !monitor.is_cancelled() {
            let waited = self.layouts.changed.wait_timeout(all, LISTEN_EVERY);
            all = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.layouts.lock().retain(|forming| forming.job != self.job);
    }
}

#[cfg(test)]
mod tests {
    use kindred_engine::monitor::Silent;

    use super::*;
    use crate::messages::MapMethod;

    #[test]
    fn a_layout_is_seen_halted_and_forgotten() {
        let layouts = Layouts::default();
        let request = MapRequest { method: MapMethod::Umap, dims: 2, model: None };
        let job = JobId("a".to_owned());
        let entry = layouts.begin(job.clone(), request.clone());
        entry.show(&[1.0, 2.0], &Silent);
        assert_eq!(layouts.latest(&request), Some(vec![1.0, 2.0]), "it can be looked at");
        let other = MapRequest { dims: 3, ..request.clone() };
        assert_eq!(layouts.latest(&other), None, "another map is not forming");
        layouts.pause(&job, true);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| entry.show(&[3.0, 4.0], &Silent));
            std::thread::sleep(Duration::from_millis(30));
            assert!(!waiting.is_finished(), "a halted layout waits");
            layouts.pause(&job, false);
            waiting.join().expect("it goes on");
        });
        drop(entry);
        assert_eq!(layouts.latest(&request), None, "what has ended is not forming");
    }
}
