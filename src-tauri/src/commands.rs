//! What the window may ask for, one file per stage. A command unpacks, calls
//! one thing and converts; queries have no effect, edits are undoable, jobs
//! tell their progress and can be cancelled. Nothing here runs on the main thread.

pub(crate) mod analyse;
pub(crate) mod edits;
pub(crate) mod embed;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod system;
pub(crate) mod workbook;

use tauri::{AppHandle, Manager as _};

use crate::error::{AppError, Result};
use crate::state::AppState;

/// Runs work that may take a while on a thread of its own.
async fn blocking<T: Send + 'static>(
    app: AppHandle,
    work: impl FnOnce(&AppState) -> Result<T> + Send + 'static,
) -> Result<T> {
    tauri::async_runtime::spawn_blocking(move || work(&app.state::<AppState>()))
        .await
        .unwrap_or_else(|panic| Err(AppError::internal(panic)))
}
