//! What the window may ask for, one file per stage. A command unpacks, calls
//! one thing and converts; queries have no effect, edits are undoable, jobs
//! tell their progress and can be cancelled. Nothing here runs on the main thread.

pub(crate) mod analyse;
pub(crate) mod compare;
pub(crate) mod edits;
pub(crate) mod embed;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod map;
pub(crate) mod models;
pub(crate) mod sort;
pub(crate) mod system;
pub(crate) mod workbook;

use tauri::async_runtime::channel;
use tauri::{AppHandle, Manager as _};

use crate::error::{AppError, Result};
use crate::priority;
use crate::state::AppState;

/// Runs a job on a thread that gives way to the window, and ends with it.
async fn in_background<T: Send + 'static>(
    app: AppHandle,
    work: impl FnOnce(&AppState) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (reply, mut answer) = channel(1);
    let job = std::thread::Builder::new().name("job".to_owned()).spawn(move || {
        priority::give_way();
        // Nobody waits any more when the window was closed meanwhile.
        let _ = reply.try_send(work(&app.state::<AppState>()));
    });
    job.map_err(AppError::internal)?;
    // A job that panics lets go of its end of the channel.
    answer.recv().await.unwrap_or_else(|| Err(AppError::internal("the job ended without a reply")))
}

/// Runs work that may take a while on a thread of its own.
async fn blocking<T: Send + 'static>(
    app: AppHandle,
    work: impl FnOnce(&AppState) -> Result<T> + Send + 'static,
) -> Result<T> {
    tauri::async_runtime::spawn_blocking(move || work(&app.state::<AppState>()))
        .await
        .unwrap_or_else(|panic| Err(AppError::internal(panic)))
}
