//! What the app holds while it runs: the open workbook, the model, the jobs
//! and the recent workbooks.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use kindred_engine::workbook::Workbook;
use tauri::{AppHandle, Manager as _};

use crate::error::{AppError, Result};
use crate::jobs::Jobs;
use crate::messages::Recent;
use crate::model::Model;
use crate::places;
use crate::recents::{RecentEntry, Recents};

pub(crate) struct AppState {
    pub(crate) jobs: Jobs,
    pub(crate) model: Model,
    workbook: Mutex<Option<Arc<Workbook>>>,
    recents: Mutex<Recents>,
}

impl AppState {
    pub(crate) fn new(app: &AppHandle) -> tauri::Result<Self> {
        let recents = Recents::load(app.path().app_data_dir()?.join("recents.json"));
        Ok(Self {
            jobs: Jobs::default(),
            model: Model::new(places::resources(app)),
            workbook: Mutex::new(None),
            recents: Mutex::new(recents),
        })
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

    /// Puts a workbook in place of the one that is open, and among the recent ones.
    pub(crate) fn install(&self, workbook: Workbook) -> Arc<Workbook> {
        let workbook = Arc::new(workbook);
        self.jobs.cancel_all();
        *locked(&self.workbook) = Some(Arc::clone(&workbook));
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
        self.jobs.cancel_all();
        *locked(&self.workbook) = None;
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
