//! Files for other programs.

use std::path::Path;

use kindred_engine::export;
use kindred_engine::items::ItemId as EngineItemId;
use tauri::AppHandle;

use super::blocking;
use crate::error::Result;
use crate::messages::ItemId;

/// Writes text, topic and confidence of these items, in this order (null: all, in list order).
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_csv(
    app: AppHandle,
    path: String,
    items: Option<Vec<ItemId>>,
) -> Result<()> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let all = workbook.items();
        let order: Vec<EngineItemId> = match items {
            Some(items) => items.into_iter().map(Into::into).collect(),
            None => (0..all.len()).map(EngineItemId::from_index).collect(),
        };
        Ok(export::write_csv(Path::new(&path), &all, &workbook.sorting(), &order)?)
    })
    .await
}
