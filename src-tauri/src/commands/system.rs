//! The start screen, and what the operating system asks and hands over.

use std::path::PathBuf;

use tauri::async_runtime::channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};

use super::blocking;
use crate::error::{AppError, Result};
use crate::files::PendingFiles;
use crate::messages::{OpenWords, Sample, StartInfo};
use crate::samples::SAMPLES;
use crate::state::AppState;

/// What the names of lists end with.
const LISTS: [&str; 19] = [
    "txt", "csv", "tsv", "tab", "xlsx", "xlsm", "ods", "json", "jsonl", "ndjson", "docx", "md",
    "markdown", "html", "htm", "parquet", "npy", "lst", "text",
];

#[tauri::command]
#[specta::specta]
pub(crate) async fn start_info(app: AppHandle) -> Result<StartInfo> {
    let version = app.package_info().version.to_string();
    blocking(app, move |state| Ok(info(state, version))).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_recent(app: AppHandle, path: String) -> Result<StartInfo> {
    let version = app.package_info().version.to_string();
    blocking(app, move |state| {
        state.forget_recent(&PathBuf::from(path));
        Ok(info(state, version))
    })
    .await
}

/// Files that arrived before the page listened. From now on they come as events.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pending_files(pending: State<'_, PendingFiles>) -> Result<Vec<String>> {
    Ok(pending.take())
}

/// Asks for files to open; empty when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_open_paths(app: AppHandle, words: OpenWords) -> Result<Vec<String>> {
    let all: Vec<&str> = ["kindred"].into_iter().chain(LISTS).collect();
    let dialog = dialog(&app, words.title)
        .add_filter(words.lists_and_workbooks, &all)
        .add_filter(words.lists, &LISTS)
        .add_filter(words.workbooks, &["kindred"])
        .add_filter(words.all_files, &["*"]);
    Ok(answer(|reply| dialog.pick_files(reply))
        .await
        .into_iter()
        .flatten()
        .filter_map(text)
        .collect())
}

/// Asks for a folder; null when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_folder(app: AppHandle, title: String) -> Result<Option<String>> {
    let dialog = dialog(&app, title);
    Ok(answer(|reply| dialog.pick_folder(reply)).await.and_then(text))
}

/// Asks where to save a file of the kind that the suggested name ends with; null when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_save_path(
    app: AppHandle,
    title: String,
    suggested_name: String,
) -> Result<Option<String>> {
    let kind = suggested_name.rsplit('.').next().unwrap_or_default().to_owned();
    let dialog =
        dialog(&app, title).set_file_name(suggested_name).add_filter(kind.to_uppercase(), &[&kind]);
    Ok(answer(|reply| dialog.save_file(reply)).await.and_then(text))
}

/// Draws the page larger or smaller, 1 being its usual size.
#[tauri::command]
#[specta::specta]
pub(crate) async fn zoom_window(app: AppHandle, factor: f64) -> Result<()> {
    let Some(window) = crate::window::get(&app) else { return Ok(()) };
    window.set_zoom(factor).map_err(AppError::internal)
}

/// The page's answer to `WindowClosing`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle) -> Result<()> {
    crate::window::close(&app);
    Ok(())
}

fn info(state: &AppState, version: String) -> StartInfo {
    StartInfo {
        version,
        samples: SAMPLES.iter().map(Sample::from).collect(),
        recents: state.recents(),
        engine_problem: state.models.problem().map(Into::into),
    }
}

fn dialog(app: &AppHandle, title: String) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file().set_title(title);
    match crate::window::get(app) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// Waits for the person without holding a thread.
async fn answer<T: Send + 'static>(
    ask: impl FnOnce(Box<dyn FnOnce(Option<T>) + Send>),
) -> Option<T> {
    let (reply, mut answer) = channel(1);
    ask(Box::new(move |path| {
        // Nobody waits any more when the page was closed meanwhile.
        let _ = reply.try_send(path);
    }));
    answer.recv().await.flatten()
}

/// The window speaks of files in text.
fn text(path: FilePath) -> Option<String> {
    Some(path.into_path().ok()?.to_string_lossy().into_owned())
}
