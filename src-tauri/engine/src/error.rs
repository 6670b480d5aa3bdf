//! What can go wrong, grouped by what the caller can do about it.
//!
//! Every message is a sentence for the person: what happened, then what to
//! do next, with the path last. A new variant needs a caller that handles it
//! differently.

use std::path::PathBuf;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or read at all.
    #[error("This file could not be read: {reason}. Check that it still exists and that you may open it: {}", path.display())]
    Unreadable { path: PathBuf, reason: String },

    /// The file was read, but there is no text in it to work with.
    #[error("{reason}")]
    NothingToImport { reason: String },

    /// The file is no Kindred workbook.
    #[error("This is not a Kindred workbook. To make a workbook from a list, open it as a .txt, .csv or .tsv file: {}", path.display())]
    NotAWorkbook { path: PathBuf },

    /// The workbook was written by a later version.
    #[error("This workbook was made by a newer Kindred. Update Kindred to open it: {}", path.display())]
    NewerWorkbook { path: PathBuf },

    /// The workbook's contents contradict themselves.
    #[error("This workbook is damaged. A backup may be in the folder \"backups\" beside it: {}", path.display())]
    Damaged { path: PathBuf, source: rusqlite::Error },

    /// Changes are not possible because the workbook is open elsewhere or write-protected.
    #[error(
        "This workbook is open in another window, so it can be looked at but not changed here. Close the other window and open it again."
    )]
    ReadOnly,

    /// The disk has no room left.
    #[error("The disk is full. Nothing that was saved is lost: make some room, then try again.")]
    DiskFull,

    /// SQLite refused for any other reason.
    #[error(
        "The workbook could not be saved or read. Nothing that was saved before is lost: try again."
    )]
    Storage(#[source] rusqlite::Error),

    /// The model, its tokenizer or ONNX Runtime is missing or unusable.
    #[error("{reason}")]
    ModelUnavailable { reason: String },

    /// The model failed while it was working.
    #[error("The model could not embed a text. What is embedded is kept: try again.")]
    Embedding { reason: String },

    /// A server could not be reached, or what it answered cannot be used.
    #[error("{reason}: {host}")]
    Network { host: String, reason: String },

    /// The server wants another key than it got, or any at all.
    #[error(
        "The server did not accept the key. Check that it is complete, still valid, and was made for this server: {host}"
    )]
    KeyRefused { host: String },

    /// A file could not be written.
    #[error("This file could not be written: {reason}. Choose another place: {}", path.display())]
    Unwritable { path: PathBuf, reason: String },

    /// The caller asked for something that does not exist or makes no sense.
    #[error("{0}")]
    Invalid(String),

    /// The person cancelled. Not a failure: what was finished is kept.
    #[error("Cancelled. What was finished is kept.")]
    Cancelled,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::Cancelled,
            _ => Self::Storage(error),
        }
    }
}
