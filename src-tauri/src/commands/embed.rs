//! Embedding the open workbook, and the model that does it.

use kindred_engine::embed::Shared;
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::jobs::{self, Job};
use super::{blocking, models, workbook::view};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{JobId, JobOutcome, Progress, WorkbookView};

/// Embeds what the model in use has not embedded yet. A server is not asked: that takes `embed_with`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn embed(
    app: AppHandle,
    job: JobId,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::Embed, job, on_progress, |job| {
        embed_missing(job, |job| job.state.models.unasked(&job.workbook.model(), job.monitor))
    })
    .await
}

/// Embeds the open workbook with another model, beside the one it uses. A server is sent texts
/// only when `seenHost` is the host that the person saw.
#[tauri::command]
#[specta::specta]
pub(crate) async fn embed_with(
    app: AppHandle,
    job: JobId,
    model: String,
    seen_host: Option<String>,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::Embed, job, on_progress, move |job| {
        embed_missing(job, |job| {
            models::for_job(job.state, &model, seen_host.as_deref(), job.monitor)
        })
    })
    .await
}

/// Makes the workbook use a model that has embedded everything; topics are found or sorted into
/// anew, as one edit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn adopt_model(
    app: AppHandle,
    job: JobId,
    model: String,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::FindTopics, job, on_progress, move |job| {
        let models = &job.state.models;
        let found = models.library.find(&model)?;
        let key = super::compare::key_of(job.state, &model)?;
        // Its vectors are there; a server is asked for the names of the person's own topics only.
        let mut embedder = models.asked(&key, job.monitor)?;
        job.workbook.adopt(&mut embedder, &found.name(), &models.namer()?, job.monitor)
    })
    .await
}

/// Keeps the draft: no other model takes over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_draft(app: AppHandle) -> Result<WorkbookView> {
    blocking(app, |state| {
        let workbook = state.workbook()?;
        workbook.set_next_model(None)?;
        Ok(view(state, &workbook)?)
    })
    .await
}

fn embed_missing(
    job: &Job<'_>,
    model: impl FnOnce(&Job<'_>) -> EngineResult<Shared>,
) -> EngineResult<()> {
    if job.workbook.is_paused() {
        job.workbook.set_paused(false)?;
    }
    let embedded =
        model(job).and_then(|mut embedder| job.workbook.embed(&mut embedder, job.monitor));
    // Only the person's own decision outlasts the job: a workbook that was
    // closed or killed goes on by itself when it is opened again.
    if matches!(embedded, Err(EngineError::Cancelled)) && job.running.is_stopped_by_person() {
        job.workbook.set_paused(true)?;
    }
    embedded
}
