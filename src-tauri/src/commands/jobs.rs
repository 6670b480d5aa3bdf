//! What all jobs have in common.

use std::sync::Arc;

use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::monitor::Monitor as _;
use kindred_engine::workbook::Workbook;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::in_background;
use super::workbook::view;
use crate::error::Result;
use crate::jobs::{ChannelMonitor, JobKind, Running};
use crate::messages::{JobId, JobOutcome, Progress, WorkbookView};
use crate::state::AppState;

/// Asks a job to stop. What it finished is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_job(state: State<'_, AppState>, job: JobId) -> Result<()> {
    state.jobs.cancel(&job);
    Ok(())
}

/// A job at work: what it works on and whom it tells.
pub(super) struct Job<'a> {
    pub(super) state: &'a AppState,
    pub(super) workbook: Arc<Workbook>,
    pub(super) running: &'a Running<'a>,
    pub(super) monitor: &'a ChannelMonitor,
}

/// How a job came to its end.
pub(super) enum Ended<T> {
    Finished(T, Box<WorkbookView>),
    Cancelled(Box<WorkbookView>),
    /// Another workbook took the place of the one it worked on.
    Abandoned,
}

/// Runs `work` on the open workbook as a job that changes it.
pub(super) async fn run(
    app: AppHandle,
    kind: JobKind,
    id: JobId,
    on_progress: Channel<Progress>,
    work: impl FnOnce(&Job<'_>) -> EngineResult<()> + Send + 'static,
) -> Result<JobOutcome> {
    Ok(match run_to_end(app, kind, id, on_progress, work).await? {
        Ended::Finished((), workbook) => JobOutcome::Finished { workbook: *workbook },
        Ended::Cancelled(workbook) => JobOutcome::Cancelled { workbook: *workbook },
        Ended::Abandoned => JobOutcome::Abandoned,
    })
}

/// Runs `work` on the open workbook as a job. Being cancelled is an outcome, not an error,
/// and what becomes of a workbook that is no longer open concerns nobody.
pub(super) async fn run_to_end<T: Send + 'static>(
    app: AppHandle,
    kind: JobKind,
    id: JobId,
    on_progress: Channel<Progress>,
    work: impl FnOnce(&Job<'_>) -> EngineResult<T> + Send + 'static,
) -> Result<Ended<T>> {
    in_background(app, move |state| {
        let (announced, workbook) = state.announce_job(id, kind)?;
        let result = {
            let running = announced.take_turn();
            let monitor = running.monitor(on_progress);
            monitor.check().and_then(|()| {
                work(&Job {
                    state,
                    workbook: Arc::clone(&workbook),
                    running: &running,
                    monitor: &monitor,
                })
            })
        };
        if !state.is_open(&workbook) {
            return Ok(Ended::Abandoned);
        }
        let view = || view(state, &workbook).map(Box::new);
        match result {
            Ok(done) => Ok(Ended::Finished(done, view()?)),
            Err(EngineError::Cancelled) => Ok(Ended::Cancelled(view()?)),
            Err(error) => Err(error.into()),
        }
    })
    .await
}
