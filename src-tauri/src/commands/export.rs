//! Files for other programs.

use std::path::Path;

use kindred_engine::export::{self, ExportOptions, Facts};
use kindred_engine::store::Day;
use kindred_engine::workbook::Workbook;
use tauri::AppHandle;
use tauri::image::Image;
use tauri::ipc::Channel;
use tauri_plugin_clipboard_manager::ClipboardExt as _;

use super::{blocking, jobs};
use crate::error::{AppError, Result};
use crate::jobs::JobKind;
use crate::messages::{ExportRequest, ItemId, JobId, JobOutcome, Progress, ids};
use crate::state::{AppState, now_secs};

/// Writes a file for other programs, whole or not at all.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_to(
    app: AppHandle,
    job: JobId,
    request: ExportRequest,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    let app_version = app.package_info().version.to_string();
    jobs::run(app, JobKind::Export, job, on_progress, move |job| {
        let facts = facts(job.state, &job.workbook, app_version);
        let options = ExportOptions {
            format: request.format.into(),
            items: request.items.map(ids),
            is_exact: request.is_exact,
            has_mark: request.has_mark,
        };
        export::write(&job.workbook, Path::new(&request.path), &options, &facts, job.monitor)
    })
    .await
}

/// Puts text, topic and confidence of these items (null: all) on the clipboard, as a table.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_table(app: AppHandle, items: Option<Vec<ItemId>>) -> Result<()> {
    let clipboard = app.clone();
    blocking(app, move |state| {
        let items = items.map(ids);
        let (text, html) = export::table(&*state.workbook()?, items.as_deref())?;
        clipboard.clipboard().write_html(html, Some(text)).map_err(AppError::internal)
    })
    .await
}

/// Writes the workbook into another file; the open one stays open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_copy(app: AppHandle, path: String) -> Result<()> {
    blocking(app, move |state| Ok(state.workbook()?.save_copy(Path::new(&path))?)).await
}

/// Writes a whole picture, or nothing; `bytes` in base 64, which is quicker than a list of numbers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_picture(app: AppHandle, path: String, bytes: String) -> Result<()> {
    blocking(app, move |_| Ok(export::write_picture(Path::new(&path), &bytes)?)).await
}

/// Puts a PNG on the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_picture(app: AppHandle, png: String) -> Result<()> {
    let clipboard = app.clone();
    blocking(app, move |_| {
        let png = export::picture_bytes(&png)?;
        let image = Image::from_bytes(&png).map_err(AppError::internal)?;
        clipboard.clipboard().write_image(&image).map_err(AppError::internal)
    })
    .await
}

/// What a report says besides what the workbook knows.
fn facts(state: &AppState, workbook: &Workbook, app_version: String) -> Facts {
    let model_name = state.models.library.name_of(&workbook.model());
    Facts { model_name, written_at: Day::from_unix_secs(now_secs()).to_string(), app_version }
}
