//! Files for other programs.

use std::path::Path;

use kindred_engine::export::{self, ExportFormat, ExportOptions, Facts};
use kindred_engine::monitor::Silent;
use tauri::AppHandle;
use tauri::image::Image;
use tauri_plugin_clipboard_manager::ClipboardExt as _;

use super::blocking;
use crate::error::{AppError, Result};
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
        let options = ExportOptions {
            format: ExportFormat::Csv,
            items: items.map(|items| items.into_iter().map(Into::into).collect()),
            is_exact: false,
            has_mark: true,
        };
        let (workbook, path) = (state.workbook()?, Path::new(&path));
        Ok(export::write(&workbook, path, &options, &Facts::default(), &Silent)?)
    })
    .await
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
