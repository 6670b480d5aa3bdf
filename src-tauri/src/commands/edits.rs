//! Changes to the open workbook, all of them undoable.

use kindred_engine::error::Result as EngineResult;
use kindred_engine::workbook::Workbook;
use tauri::AppHandle;

use super::blocking;
use super::workbook::view;
use crate::error::Result;
use crate::messages::{Edit, WorkbookView};

#[tauri::command]
#[specta::specta]
pub(crate) async fn apply_edit(app: AppHandle, edit: Edit) -> Result<WorkbookView> {
    change(app, move |workbook| workbook.apply(&edit.into())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(app: AppHandle) -> Result<WorkbookView> {
    change(app, Workbook::undo).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn redo(app: AppHandle) -> Result<WorkbookView> {
    change(app, Workbook::redo).await
}

async fn change(
    app: AppHandle,
    change: impl FnOnce(&Workbook) -> EngineResult<()> + Send + 'static,
) -> Result<WorkbookView> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        change(&workbook)?;
        Ok(view(&workbook)?)
    })
    .await
}
