//! What can go wrong, grouped by what the caller can do about it.
//!
//! Every message is a sentence for the person: what happened, then what to
//! do next, with the path last. A new variant needs a caller that handles it
//! differently.

use std::path::PathBuf;

use crate::sentence::Sentence;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or read at all.
    Unreadable { path: PathBuf, reason: Sentence },

    /// The file was read, but there is no text in it to work with.
    NothingToImport { reason: Sentence },

    /// The file is no Kindred workbook.
    NotAWorkbook { path: PathBuf },

    /// The workbook was written by a later version.
    NewerWorkbook { path: PathBuf },

    /// The workbook's contents contradict themselves.
    Damaged { path: PathBuf, source: rusqlite::Error },

    /// Changes are not possible because the workbook is open elsewhere or write-protected.
    ReadOnly,

    /// The disk has no room left.
    DiskFull,

    /// SQLite refused for any other reason.
    Storage(#[source] rusqlite::Error),

    /// The model, its tokenizer or ONNX Runtime is missing or unusable.
    ModelUnavailable { reason: Sentence },

    /// The model failed while it was working.
    Embedding { reason: String },

    /// A server could not be reached, or what it answered cannot be used.
    Network { host: String, reason: Sentence },

    /// The server wants another key than it got, or any at all.
    KeyRefused { host: String },

    /// A file could not be written.
    Unwritable { path: PathBuf, reason: Sentence },

    /// The caller asked for something that does not exist or makes no sense.
    Invalid(Sentence),

    /// The person cancelled. Not a failure: what was finished is kept.
    Cancelled,
}

impl Error {
    /// What the person is told.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Unreadable { path, reason } => sentence!(
                "This file could not be read: {reason}. Check that it still exists and that you may open it: {path}",
                reason = reason.clone(),
                path,
            ),
            Self::NotAWorkbook { path } => sentence!(
                "This is not a Kindred workbook. To make a workbook from a list, open it as a .txt, .csv or .tsv file: {path}",
                path,
            ),
            Self::NewerWorkbook { path } => sentence!(
                "This workbook was made by a newer Kindred. Update Kindred to open it: {path}",
                path,
            ),
            Self::Damaged { path, .. } => sentence!(
                "This workbook is damaged. A backup may be in the folder \"backups\" beside it: {path}",
                path,
            ),
            Self::ReadOnly => sentence!(
                "This workbook is open in another window, so it can be looked at but not changed here. Close the other window and open it again."
            ),
            Self::DiskFull => sentence!(
                "The disk is full. Nothing that was saved is lost: make some room, then try again."
            ),
            Self::Storage(_) => sentence!(
                "The workbook could not be saved or read. Nothing that was saved before is lost: try again."
            ),
            Self::Embedding { .. } => {
                sentence!("The model could not embed a text. What is embedded is kept: try again.")
            }
            Self::Network { host, reason } => {
                sentence!("{reason}: {host}", reason = reason.clone(), host)
            }
            Self::KeyRefused { host } => sentence!(
                "The server did not accept the key. Check that it is complete, still valid, and was made for this server: {host}",
                host,
            ),
            Self::Unwritable { path, reason } => sentence!(
                "This file could not be written: {reason}. Choose another place: {path}",
                reason = reason.clone(),
                path,
            ),
            Self::NothingToImport { reason }
            | Self::ModelUnavailable { reason }
            | Self::Invalid(reason) => reason.clone(),
            Self::Cancelled => sentence!("Cancelled. What was finished is kept."),
        }
    }
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
