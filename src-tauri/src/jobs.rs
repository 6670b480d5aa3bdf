//! Long work: one job of a kind at a time, cancellable, telling its progress.
//!
//! The window makes the id, so it can cancel before the reply comes. A job
//! that starts again cancels its predecessor and waits for it to end. The
//! entry of a job disappears with its guard, whatever happened.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kindred_engine::monitor::{Monitor, Stage};
use tauri::ipc::Channel;

use crate::messages::{JobId, Progress};

/// Jobs of one kind exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobKind {
    ReadList,
    Embed,
    FindTopics,
    Compare,
    LayOut,
    GrowTree,
    Export,
}

/// Who or what stopped a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Person = 1,
    /// A newer job of the kind, another workbook, or a window that is gone.
    Circumstances = 2,
}

/// Asks a job to stop. The first reason stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct CancelFlag(Arc<AtomicU8>);

impl CancelFlag {
    fn raise(&self, stop: Stop) {
        // A second reason changes nothing, so a failed exchange needs no answer.
        let _ = self.0.compare_exchange(0, stop as u8, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    fn is_by_person(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Stop::Person as u8
    }
}

struct Entry {
    id: JobId,
    kind: JobKind,
    cancel: CancelFlag,
}

#[derive(Default)]
pub(crate) struct Jobs {
    entries: Mutex<Vec<Entry>>,
    /// Told whenever a job ends.
    ended: Condvar,
    read_slot: Mutex<()>,
    embed_slot: Mutex<()>,
    topics_slot: Mutex<()>,
    compare_slot: Mutex<()>,
    map_slot: Mutex<()>,
    tree_slot: Mutex<()>,
    export_slot: Mutex<()>,
}

/// A job that can be cancelled but has to wait for its turn. Dropping it takes
/// the job out of the registry.
pub(crate) struct Announced<'a> {
    jobs: &'a Jobs,
    kind: JobKind,
    cancel: CancelFlag,
}

/// A job that has its turn.
pub(crate) struct Running<'a> {
    cancel: CancelFlag,
    _slot: MutexGuard<'a, ()>,
}

impl Jobs {
    /// Enters a job and cancels its predecessor of the kind. Does not wait.
    pub(crate) fn announce(&self, id: JobId, kind: JobKind) -> Announced<'_> {
        let cancel = CancelFlag::default();
        let mut entries = lock(&self.entries);
        for entry in entries.iter().filter(|entry| entry.kind == kind) {
            entry.cancel.raise(Stop::Circumstances);
        }
        entries.push(Entry { id, kind, cancel: cancel.clone() });
        Announced { jobs: self, kind, cancel }
    }

    /// Asks the job to stop. A job that already ended is left in peace.
    pub(crate) fn cancel(&self, id: &JobId) {
        for entry in lock(&self.entries).iter().filter(|entry| entry.id == *id) {
            entry.cancel.raise(Stop::Person);
        }
    }

    /// Asks all jobs to stop, because what they work on is going away.
    pub(crate) fn cancel_all(&self) {
        for entry in lock(&self.entries).iter() {
            entry.cancel.raise(Stop::Circumstances);
        }
    }

    /// Waits until every job that was asked to stop has ended, but no longer than `patience`.
    pub(crate) fn wait_for_cancelled(&self, patience: Duration) {
        let is_stopping =
            |entries: &mut Vec<Entry>| entries.iter().any(|entry| entry.cancel.is_raised());
        let waited = self.ended.wait_timeout_while(lock(&self.entries), patience, is_stopping);
        let (_entries, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            tracing::warn!(?patience, "a job takes long to stop");
        }
    }
}

impl Announced<'_> {
    /// Waits until the predecessor has ended.
    pub(crate) fn take_turn(&self) -> Running<'_> {
        let slot = match self.kind {
            JobKind::ReadList => &self.jobs.read_slot,
            JobKind::Export => &self.jobs.export_slot,
            JobKind::Embed => &self.jobs.embed_slot,
            JobKind::FindTopics => &self.jobs.topics_slot,
            JobKind::Compare => &self.jobs.compare_slot,
            JobKind::LayOut => &self.jobs.map_slot,
            JobKind::GrowTree => &self.jobs.tree_slot,
        };
        Running { cancel: self.cancel.clone(), _slot: lock(slot) }
    }
}

impl Running<'_> {
    pub(crate) fn monitor(&self, channel: Channel<Progress>) -> ChannelMonitor {
        ChannelMonitor { cancel: self.cancel.clone(), channel, reporter: Mutex::default() }
    }

    pub(crate) fn is_stopped_by_person(&self) -> bool {
        self.cancel.is_by_person()
    }
}

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        lock(&self.jobs.entries).retain(|entry| !Arc::ptr_eq(&entry.cancel.0, &self.cancel.0));
        self.jobs.ended.notify_all();
    }
}

/// Passes what a job tells on to the window, ten times a second and at its end.
pub(crate) struct ChannelMonitor {
    cancel: CancelFlag,
    channel: Channel<Progress>,
    reporter: Mutex<Reporter>,
}

impl ChannelMonitor {
    fn send(&self, progress: Progress) {
        if let Err(gone) = self.channel.send(progress) {
            tracing::info!(%gone, "nobody listens to the job any more");
            self.cancel.raise(Stop::Circumstances);
        }
    }
}

impl Monitor for ChannelMonitor {
    fn progress(&self, stage: Stage, done: usize, total: usize) {
        let due = lock(&self.reporter).note(Instant::now(), stage, done, total);
        if let Some(progress) = due {
            self.send(progress);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_raised()
    }
}

impl Drop for ChannelMonitor {
    fn drop(&mut self) {
        let last = lock(&self.reporter).held_back.take();
        if let Some(progress) = last {
            self.send(progress);
        }
    }
}

/// Decides which news is due and works out the speed: the engine has no clock.
#[derive(Default)]
struct Reporter {
    stage: Option<Stage>,
    sent_at: Option<Instant>,
    held_back: Option<Progress>,
    /// When how much was done, over the last seconds of the stage.
    history: VecDeque<(Instant, usize)>,
}

const SEND_EVERY: Duration = Duration::from_millis(100);
/// Long enough to smooth over batches, short enough to follow a change.
const SPEED_OVER: Duration = Duration::from_secs(5);
/// A speed from less than this would jump about.
const SPEED_AFTER: Duration = Duration::from_millis(300);

impl Reporter {
    fn note(&mut self, now: Instant, stage: Stage, done: usize, total: usize) -> Option<Progress> {
        let is_new_stage = self.stage.replace(stage) != Some(stage);
        if is_new_stage {
            self.history.clear();
        }
        self.history.push_back((now, done));
        while self.history.len() > 2 && now - self.history[0].0 > SPEED_OVER {
            self.history.pop_front();
        }
        let per_second = self.speed(now, done);
        let seconds_left = per_second
            .filter(|&speed| speed > 0.0)
            .map(|speed| total.saturating_sub(done) as f64 / speed);
        let progress = Progress {
            stage: stage.into(),
            done: done.try_into().unwrap_or(u32::MAX),
            total: total.try_into().unwrap_or(u32::MAX),
            per_second,
            seconds_left,
        };
        let is_due = is_new_stage || self.sent_at.is_none_or(|sent_at| now - sent_at >= SEND_EVERY);
        if is_due {
            self.sent_at = Some(now);
            self.held_back = None;
            Some(progress)
        } else {
            self.held_back = Some(progress);
            None
        }
    }

    fn speed(&self, now: Instant, done: usize) -> Option<f64> {
        let &(since, done_then) = self.history.front()?;
        let elapsed = now - since;
        (elapsed >= SPEED_AFTER)
            .then(|| done.saturating_sub(done_then) as f64 / elapsed.as_secs_f64())
    }
}

/// A panic elsewhere leaves these values whole: each change is a single step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn id(name: &str) -> JobId {
        JobId(name.to_owned())
    }

    fn counting_channel() -> (Channel<Progress>, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let channel = Channel::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        (channel, count)
    }

    #[test]
    fn a_job_that_starts_again_cancels_its_predecessor_and_takes_its_place() {
        let jobs = Jobs::default();
        std::thread::scope(|scope| {
            let first = jobs.announce(id("a"), JobKind::Embed);
            let first = first.take_turn();
            let (channel, _) = counting_channel();
            let monitor = first.monitor(channel);
            let second = scope.spawn(|| {
                let second = jobs.announce(id("b"), JobKind::Embed);
                let second = second.take_turn();
                second.cancel.is_raised()
            });
            while !monitor.is_cancelled() {
                std::thread::yield_now();
            }
            assert!(!first.is_stopped_by_person(), "a new job is no decision to pause");
            drop(first);
            let is_cancelled = second.join().expect("the second job does not panic");
            assert!(!is_cancelled, "the newer job runs");
        });
        assert!(lock(&jobs.entries).is_empty(), "ended jobs leave the registry");
    }

    #[test]
    fn a_job_hears_only_of_its_own_cancelling() {
        let jobs = Jobs::default();
        let embed = jobs.announce(id("a"), JobKind::Embed);
        let embed = embed.take_turn();
        let topics = jobs.announce(id("b"), JobKind::FindTopics);
        let topics = topics.take_turn();
        jobs.cancel(&id("a"));
        jobs.cancel(&id("never seen"));
        assert!(embed.cancel.is_raised() && embed.is_stopped_by_person(), "cancelled by its id");
        assert!(!topics.cancel.is_raised(), "a job of another kind goes on");
        jobs.cancel_all();
        assert!(topics.cancel.is_raised(), "closing the workbook stops every job");
        assert!(!topics.is_stopped_by_person(), "closing is no decision to pause");
    }

    #[test]
    fn a_window_that_is_gone_stops_the_job() {
        let jobs = Jobs::default();
        let job = jobs.announce(id("a"), JobKind::Embed);
        let job = job.take_turn();
        let monitor = job.monitor(Channel::new(|_| Err(tauri::Error::WindowNotFound)));
        monitor.progress(Stage::Embedding, 1, 2);
        assert!(monitor.is_cancelled(), "nobody is left to see the result");
    }

    #[test]
    fn the_last_progress_always_arrives() {
        let jobs = Jobs::default();
        let job = jobs.announce(id("a"), JobKind::Embed);
        let job = job.take_turn();
        let (channel, count) = counting_channel();
        let monitor = job.monitor(channel);
        for done in 0..=1000 {
            monitor.progress(Stage::Embedding, done, 1000);
        }
        let sent_before_end = count.load(Ordering::Relaxed);
        drop(monitor);
        assert!(sent_before_end < 20, "a thousand steps in no time are not a thousand messages");
        assert_eq!(count.load(Ordering::Relaxed), sent_before_end + 1, "the last one is not lost");
    }

    #[test]
    fn news_is_due_ten_times_a_second_and_at_every_stage() {
        let start = Instant::now();
        let mut reporter = Reporter::default();
        let at = |millis| start + Duration::from_millis(millis);
        assert!(reporter.note(at(0), Stage::LoadingModel, 0, 1).is_some(), "the first is due");
        assert!(reporter.note(at(10), Stage::Embedding, 0, 100).is_some(), "a new stage is due");
        assert!(
            reporter.note(at(60), Stage::Embedding, 5, 100).is_none(),
            "50 ms later is too soon"
        );
        assert!(reporter.note(at(110), Stage::Embedding, 10, 100).is_some(), "100 ms later is due");
    }

    #[test]
    fn speed_counts_what_was_done_since_the_job_started_not_what_was_there_before() {
        let start = Instant::now();
        let mut reporter = Reporter::default();
        let first = reporter.note(start, Stage::Embedding, 5000, 9000).expect("the first is due");
        assert_eq!(first.per_second, None, "one look gives no speed");
        let next = reporter
            .note(start + Duration::from_secs(2), Stage::Embedding, 6000, 9000)
            .expect("two seconds later is due");
        assert_eq!(next.per_second, Some(500.0), "1000 texts in 2 s");
        assert_eq!(next.seconds_left, Some(6.0), "3000 texts at 500 a second");
    }
}
