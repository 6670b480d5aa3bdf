//! Downloads that are under way. They belong to no workbook: they go on when
//! another one is opened, and each model is fetched once at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::models::download::TransferMonitor;
use kindred_engine::sentence;
use tauri::ipc::Channel;

use crate::messages::DownloadProgress;

/// Ten messages a second are enough for a bar.
const SEND_EVERY: Duration = Duration::from_millis(100);
/// A speed from less time than this would jump about.
const SPEED_AFTER: Duration = Duration::from_millis(500);
/// How long a download may take to stop.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Downloads {
    /// By model: whether it is asked to stop.
    running: Mutex<BTreeMap<String, Arc<AtomicBool>>>,
    ended: Condvar,
}

impl Downloads {
    /// Enters a download. Dropping what comes back takes it out.
    pub(crate) fn begin(
        &self,
        model: &str,
        channel: Channel<DownloadProgress>,
    ) -> EngineResult<Download<'_>> {
        let mut running = self.locked();
        if running.contains_key(model) {
            return Err(EngineError::Invalid(sentence!(
                "This model is being downloaded already. Wait for it, or pause it."
            )));
        }
        let stop = Arc::new(AtomicBool::new(false));
        running.insert(model.to_owned(), Arc::clone(&stop));
        Ok(Download {
            downloads: self,
            model: model.to_owned(),
            stop,
            channel,
            state: Mutex::new(State::default()),
        })
    }

    /// Asks a download to stop and waits until it has.
    pub(crate) fn stop(&self, model: &str) {
        let running = self.locked();
        if let Some(stop) = running.get(model) {
            stop.store(true, Ordering::Relaxed);
        }
        let waited =
            self.ended.wait_timeout_while(running, PATIENCE, |running| running.contains_key(model));
        if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            tracing::warn!(model, "a download takes long to stop");
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AtomicBool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One download, which tells the window how far it is.
pub(crate) struct Download<'a> {
    downloads: &'a Downloads,
    model: String,
    stop: Arc<AtomicBool>,
    channel: Channel<DownloadProgress>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    began: Option<(Instant, u64)>,
    sent_at: Option<Instant>,
    is_retrying: bool,
}

impl TransferMonitor for Download<'_> {
    fn progress(&self, done: u64, total: Option<u64>, is_retrying: bool) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // What was there before says nothing of the speed, nor does a pause of the server.
        if is_retrying != state.is_retrying {
            state.began = None;
        }
        let (began, done_then) = *state.began.get_or_insert((now, done));
        let is_done = total == Some(done);
        let is_due = state.sent_at.is_none_or(|sent_at| now - sent_at >= SEND_EVERY)
            || is_retrying != state.is_retrying
            || is_done;
        state.is_retrying = is_retrying;
        if !is_due {
            return;
        }
        state.sent_at = Some(now);
        let elapsed = now - began;
        let per_second = (elapsed >= SPEED_AFTER && !is_retrying)
            .then(|| done.saturating_sub(done_then) as f64 / elapsed.as_secs_f64());
        let left = total.map(|total| total.saturating_sub(done) as f64);
        let progress = DownloadProgress {
            done: done as f64,
            total: total.map(|total| total as f64),
            per_second,
            seconds_left: per_second
                .filter(|&speed| speed > 0.0)
                .and_then(|speed| Some(left? / speed)),
            is_retrying,
        };
        if self.channel.send(progress).is_err() {
            // The window is gone.
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Download<'_> {
    fn drop(&mut self) {
        self.downloads.locked().remove(&self.model);
        self.downloads.ended.notify_all();
    }
}
