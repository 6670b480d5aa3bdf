//! What the app holds while it runs: the open workbook, the model, the jobs
//! and the recent workbooks.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kindred_engine::models::library::Library;
use kindred_engine::workbook::Workbook;
use tauri::{AppHandle, Manager as _};

use crate::error::{AppError, Result};
use crate::jobs::{Announced, JobKind, Jobs};
use crate::layouts::Layouts;
use crate::messages::{JobId, Recent};
use crate::models::Models;
use crate::places;
use crate::recents::{RecentEntry, Recents};

/// Jobs answer a cancel at once; only a model that is still loading takes a moment.
const JOB_PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct AppState {
    pub(crate) jobs: Jobs,
    pub(crate) layouts: Layouts,
    pub(crate) models: Models,
    workbook: Mutex<Option<Arc<Workbook>>>,
    recents: Mutex<Recents>,
}

impl AppState {
    pub(crate) fn new(app: &AppHandle) -> tauri::Result<Self> {
        let recents = Recents::load(app.path().app_data_dir()?.join("recents.json"));
        let library = Library::open(places::models(app)?);
        Ok(Self::with(Models::new(places::resources(app), library), recents))
    }

    fn with(models: Models, recents: Recents) -> Self {
        Self {
            jobs: Jobs::default(),
            layouts: Layouts::default(),
            models,
            workbook: Mutex::new(None),
            recents: Mutex::new(recents),
        }
    }

    /// # Errors
    /// `NoWorkbook` on the start screen.
    pub(crate) fn workbook(&self) -> Result<Arc<Workbook>> {
        self.open_workbook().ok_or_else(AppError::no_workbook)
    }

    /// The open workbook, if one is.
    pub(crate) fn open_workbook(&self) -> Option<Arc<Workbook>> {
        locked(&self.workbook).clone()
    }

    /// Whether this is the workbook that is open now.
    pub(crate) fn is_open(&self, workbook: &Arc<Workbook>) -> bool {
        locked(&self.workbook).as_ref().is_some_and(|open| Arc::ptr_eq(open, workbook))
    }

    /// Enters a job on the open workbook. From then on, replacing the workbook cancels the
    /// job and waits until what is handed back first was dropped: drop the workbook before it.
    ///
    /// # Errors
    /// `NoWorkbook` on the start screen.
    pub(crate) fn announce_job(
        &self,
        id: JobId,
        kind: JobKind,
    ) -> Result<(Announced<'_>, Arc<Workbook>)> {
        let open = locked(&self.workbook);
        let workbook = open.clone().ok_or_else(AppError::no_workbook)?;
        Ok((self.jobs.announce(id, kind), workbook))
    }

    /// Puts a workbook in place of the one that is open, and among the recent ones.
    pub(crate) fn install(&self, workbook: Workbook) -> Arc<Workbook> {
        let workbook = Arc::new(workbook);
        self.replace(Some(Arc::clone(&workbook)));
        locked(&self.recents).add(RecentEntry {
            path: workbook.path().to_path_buf(),
            name: workbook.name().to_owned(),
            opened_at_secs: u32::try_from(now_secs()).unwrap_or(u32::MAX),
            item_count: crate::messages::count(workbook.items().len()),
        });
        workbook
    }

    /// Ends what runs and lets go of the workbook.
    pub(crate) fn close(&self) {
        self.replace(None);
    }

    /// Ends the jobs of the open workbook before another takes its place: none
    /// begins in between, and once they have ended its file is free again.
    fn replace(&self, workbook: Option<Arc<Workbook>>) {
        {
            let mut open = locked(&self.workbook);
            self.jobs.cancel_all();
            *open = workbook;
        }
        self.jobs.wait_for_cancelled(JOB_PATIENCE);
    }

    pub(crate) fn recents(&self) -> Vec<Recent> {
        locked(&self.recents).views()
    }

    pub(crate) fn forget_recent(&self, path: &Path) {
        locked(&self.recents).forget(path);
    }
}

/// Seconds since 1970 began.
pub(crate) fn now_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What these guard is replaced as a whole, so a panic elsewhere leaves it sound.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kindred_engine::embed::onnx::default_key;
    use kindred_engine::import::{self, Source};
    use kindred_engine::monitor::{Monitor as _, Stage};
    use kindred_engine::store::Day;
    use kindred_engine::workbook::Origin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tauri::ipc::Channel;

    fn workbook(path: &Path) -> Workbook {
        let source = || Source::Text { name: "list", text: "apple\npear", html: None };
        let preview = import::preview(source(), None).expect("a list can be previewed");
        let list = import::read(source(), &preview.options).expect("a list can be read");
        let origin = Origin {
            name: "list".to_owned(),
            source_name: "list".to_owned(),
            seed: 1,
            created_at_secs: 0,
        };
        Workbook::create(path, &list, &origin, default_key()).expect("a workbook can be made")
    }

    #[test]
    fn another_workbook_ends_the_jobs_of_the_one_before_and_frees_its_file() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        let recents = Recents::load(folder.path().join("recents.json"));
        let library = Library::open(folder.path().join("models"));
        let models = Models::new(folder.path().to_path_buf(), library);
        let state = AppState::with(models, recents);
        state.install(workbook(&first));
        let (has_begun, has_ended) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (announced, workbook) = state
                    .announce_job(JobId("a".to_owned()), JobKind::Embed)
                    .expect("a workbook is open");
                let running = announced.take_turn();
                let monitor = running.monitor(Channel::new(|_| Ok(())));
                monitor.progress(Stage::Embedding, 0, 2);
                has_begun.store(true, Ordering::Release);
                while !monitor.is_cancelled() {
                    std::thread::yield_now();
                }
                while state.is_open(&workbook) {
                    std::thread::yield_now();
                }
                assert!(!running.is_stopped_by_person(), "the list is no decision to pause");
                has_ended.store(true, Ordering::Release);
            });
            while !has_begun.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            state.install(workbook(&second));
            assert!(has_ended.load(Ordering::Acquire), "nothing works on the first any more");
        });
        let again = Workbook::open(&first, Day::from_unix_secs(0), default_key());
        assert!(!again.expect("it can be opened").is_read_only(), "its file is free again");
        assert!(state.announce_job(JobId("b".to_owned()), JobKind::Embed).is_ok(), "work goes on");
        state.close();
        let without = state.announce_job(JobId("c".to_owned()), JobKind::Embed);
        assert!(without.is_err(), "there is nothing to work on");
    }
}
