//! Embedding the open workbook.

use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::jobs::{self, Job};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{JobId, JobOutcome, Progress};

/// Embeds what is not embedded yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn embed(
    app: AppHandle,
    job: JobId,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::Embed, job, on_progress, embed_missing).await
}

fn embed_missing(job: &Job<'_>) -> EngineResult<()> {
    if job.workbook.is_paused() {
        job.workbook.set_paused(false)?;
    }
    let embedded = job
        .state
        .model
        .embedder(job.monitor)
        .and_then(|mut embedder| job.workbook.embed(&mut *embedder, job.monitor));
    // Only the person's own decision outlasts the job: a workbook that was
    // closed or killed goes on by itself when it is opened again.
    if matches!(embedded, Err(EngineError::Cancelled)) && job.running.is_stopped_by_person() {
        job.workbook.set_paused(true)?;
    }
    embedded
}
