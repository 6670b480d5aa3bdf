//! What a command rejects with. The sentences come from the engine; this adds
//! the code the window acts on and the chain of causes for "Copy details".

use std::error::Error as _;

use kindred_engine::error::Error as EngineError;
use kindred_engine::sentence;
use kindred_engine::sentence::Sentence as EngineSentence;
use serde::Serialize;
use specta::Type;

use crate::messages::{ErrorCode, Sentence};

pub(crate) type Result<T, E = AppError> = std::result::Result<T, E>;

#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct AppError {
    pub code: ErrorCode,
    /// What happened, then what to do.
    pub message: Sentence,
    /// The chain of causes.
    pub detail: String,
}

impl AppError {
    /// An error met for the first time is logged here, and nowhere else.
    fn new(code: ErrorCode, message: EngineSentence, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        tracing::warn!(?code, detail, "{message}");
        Self { code, message: message.into(), detail }
    }

    pub(crate) fn no_workbook() -> Self {
        Self::new(ErrorCode::NoWorkbook, sentence!("No workbook is open. Open one first."), "")
    }

    /// A bug or a broken system: nothing the person did.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::Internal,
            sentence!(
                "Something went wrong inside Kindred. Everything that was saved is still there: try again."
            ),
            cause.to_string(),
        )
    }
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        Self::new(code_of(&error), error.sentence(), chain(&error))
    }
}

fn code_of(error: &EngineError) -> ErrorCode {
    match error {
        EngineError::Unreadable { .. } => ErrorCode::Unreadable,
        EngineError::NothingToImport { .. } => ErrorCode::NothingToImport,
        EngineError::NotAWorkbook { .. } => ErrorCode::NotAWorkbook,
        EngineError::NewerWorkbook { .. } => ErrorCode::NewerWorkbook,
        EngineError::Damaged { .. } => ErrorCode::Damaged,
        EngineError::ReadOnly => ErrorCode::ReadOnly,
        EngineError::DiskFull => ErrorCode::DiskFull,
        EngineError::Storage(_) => ErrorCode::Storage,
        EngineError::ModelUnavailable { .. } => ErrorCode::ModelUnavailable,
        EngineError::Embedding { .. } => ErrorCode::Embedding,
        EngineError::Network { .. } => ErrorCode::Network,
        EngineError::KeyRefused { .. } => ErrorCode::KeyRefused,
        EngineError::Unwritable { .. } => ErrorCode::Unwritable,
        EngineError::Invalid(_) => ErrorCode::Invalid,
        // Cancelling a job is an outcome, so an error of that kind has lost its way.
        _ => ErrorCode::Internal,
    }
}

fn chain(error: &EngineError) -> String {
    let mut chain = format!("{error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        chain.push_str("\ncaused by: ");
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn every_engine_error_has_a_code_and_its_own_sentence() {
        let path = || PathBuf::from("list.kindred");
        let reason = || sentence!("The reason.");
        for (error, code) in [
            (EngineError::Unreadable { path: path(), reason: reason() }, ErrorCode::Unreadable),
            (EngineError::NothingToImport { reason: reason() }, ErrorCode::NothingToImport),
            (EngineError::NotAWorkbook { path: path() }, ErrorCode::NotAWorkbook),
            (EngineError::NewerWorkbook { path: path() }, ErrorCode::NewerWorkbook),
            (EngineError::ReadOnly, ErrorCode::ReadOnly),
            (EngineError::DiskFull, ErrorCode::DiskFull),
            (EngineError::ModelUnavailable { reason: reason() }, ErrorCode::ModelUnavailable),
            (EngineError::Embedding { reason: reason().to_string() }, ErrorCode::Embedding),
            (EngineError::Unwritable { path: path(), reason: reason() }, ErrorCode::Unwritable),
            (EngineError::Invalid(reason()), ErrorCode::Invalid),
            (EngineError::Cancelled, ErrorCode::Internal),
        ] {
            let sentence = Sentence::from(error.sentence());
            let app_error = AppError::from(error);
            assert_eq!(app_error.code, code, "the window acts on the code of {sentence:?}");
            assert_eq!(app_error.message, sentence, "the person reads the engine's sentence");
            assert!(!app_error.detail.is_empty(), "the details name the variant of {sentence:?}");
        }
    }
}
