//! Writes what a workbook holds for other programs and for people who have no Kindred.
//!
//! Every format has a file of its own; what they have in common, rows of named
//! columns, is in [`rows`]. A file appears whole or not at all. Texts are data
//! wherever they go: no spreadsheet finds a formula in them and no browser a tag.

mod copied;
mod csv;
mod digest;
mod html;
mod json;
mod palette;
mod parquet;
mod report;
mod rows;
mod safe;
mod target;
mod vectors;
mod xlsx;

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::error::{Error, Result};
use crate::files;
use crate::items::ItemId;
use crate::monitor::{Monitor, Stage};
use crate::workbook::Workbook;
use rows::Table;
pub use safe::{from_safe, safe};
pub use vectors::write_vectors;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Csv,
    Xlsx,
    Json,
    /// Vectors for NumPy, and the texts in a `.txt` beside them.
    Npy,
    /// Vectors and facts as two TSV files, as the TensorFlow projector takes them.
    Projector,
    Parquet,
    /// A page of HTML to read and to print.
    Report,
}

/// What is written, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    pub format: ExportFormat,
    /// These items in this order; `None`: all, in list order.
    pub items: Option<Vec<ItemId>>,
    /// Whether CSV has every text exactly, for programs, and not made safe for spreadsheets.
    pub is_exact: bool,
    /// Whether CSV begins with a byte order mark: without it Excel takes UTF-8 for the system's old encoding.
    pub has_mark: bool,
}

/// What a file tells about itself that the workbook does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub model_name: String,
    /// As the reader shall see it.
    pub written_at: String,
    pub app_version: String,
}

/// Writes the items asked for to `path`. Two formats write a second file beside it.
///
/// # Errors
/// `Invalid` for an item that is not there, for vectors of texts that are not embedded yet and for
/// more than a format holds; `Unwritable`, `DiskFull`, `Cancelled`, `Storage`. The files that were
/// there before stay then.
pub fn write(
    workbook: &Workbook,
    path: &Path,
    options: &ExportOptions,
    facts: &Facts,
    monitor: &dyn Monitor,
) -> Result<()> {
    let table = Table::new(workbook, options.items.as_deref())?;
    monitor.progress(Stage::Exporting, 0, table.len());
    monitor.check()?;
    match options.format {
        ExportFormat::Csv => csv::write(&table, path, options, monitor),
        ExportFormat::Xlsx => xlsx::write(&table, path, facts, monitor),
        ExportFormat::Json => json::write(&table, path, facts, monitor),
        ExportFormat::Npy => vectors::write_npy(&table, path, monitor),
        ExportFormat::Projector => vectors::write_projector(&table, path, monitor),
        ExportFormat::Parquet => parquet::write(&table, path, facts, monitor),
        ExportFormat::Report => report::write(&table, path, facts, monitor),
    }
}

/// The items asked for, to paste into a spreadsheet or a document: tab-separated, and as a table of HTML.
///
/// # Errors
/// `Invalid` for an item that is not there; `Storage`.
pub fn table(workbook: &Workbook, items: Option<&[ItemId]>) -> Result<(String, String)> {
    copied::both(&Table::new(workbook, items)?)
}

/// Writes a picture that the window made, given in base 64.
///
/// # Errors
/// `Invalid` when it is not base 64; `Unwritable`, `DiskFull`. The file that was there before stays then.
pub fn write_picture(path: &Path, base64: &str) -> Result<()> {
    let bytes = picture_bytes(base64)?;
    files::replace_with(path, |temporary| {
        std::fs::write(temporary, bytes).map_err(|error| files::unwritable(path, &error))
    })
}

/// # Errors
/// `Invalid` when it is not base 64.
pub fn picture_bytes(base64: &str) -> Result<Vec<u8>> {
    let broken = |error: base64::DecodeError| {
        Error::Invalid(sentence!(
            "This picture cannot be read: {error}.",
            error = error.to_string()
        ))
    };
    BASE64_STANDARD.decode(base64).map_err(broken)
}
