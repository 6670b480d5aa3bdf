//! Changes to the open workbook, all of them undoable.

use kindred_engine::error::Result as EngineResult;
use kindred_engine::monitor::Silent;
use kindred_engine::workbook::Workbook;
use tauri::AppHandle;

use super::blocking;
use super::workbook::view;
use crate::error::Result;
use crate::messages::{Edit, History, ItemId, WorkbookView};
use crate::state::AppState;

#[tauri::command]
#[specta::specta]
pub(crate) async fn apply_edit(app: AppHandle, edit: Edit) -> Result<WorkbookView> {
    change(app, move |workbook, _| workbook.apply(&edit.into())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(app: AppHandle) -> Result<WorkbookView> {
    change(app, |workbook, _| workbook.undo()).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn redo(app: AppHandle) -> Result<WorkbookView> {
    change(app, |workbook, _| workbook.redo()).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn history(app: AppHandle) -> Result<History> {
    blocking(app, |state| Ok(state.workbook()?.history()?.into())).await
}

/// Undoes or redoes until so many edits of the history are done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn travel(app: AppHandle, done: u32) -> Result<WorkbookView> {
    change(app, move |workbook, _| workbook.travel(done as usize)).await
}

/// Tells the model what a text means (null: nothing) and embeds it anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn give_context(
    app: AppHandle,
    item: ItemId,
    context: Option<String>,
) -> Result<WorkbookView> {
    change(app, move |workbook, state| {
        let mut embedder = state.models.asked(&workbook.model(), &Silent)?;
        workbook.give_context(item.into(), context.as_deref(), &mut embedder, &Silent)
    })
    .await
}

async fn change(
    app: AppHandle,
    change: impl FnOnce(&Workbook, &AppState) -> EngineResult<()> + Send + 'static,
) -> Result<WorkbookView> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        change(&workbook, state)?;
        Ok(view(state, &workbook)?)
    })
    .await
}
