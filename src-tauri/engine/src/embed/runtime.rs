//! ONNX Runtime, loaded from one absolute path before anything else uses it.

use std::path::Path;
use std::sync::OnceLock;

use ort::environment::Environment;

use crate::error::{Error, Result};

/// What the library's file is called on this system.
pub const LIBRARY: &str = if cfg!(target_os = "windows") {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

static LOADED: OnceLock<Result<Environment, String>> = OnceLock::new();

/// Loads ONNX Runtime from `library`. The first call decides; later ones return its outcome.
///
/// # Errors
/// `ModelUnavailable` when the library is missing, not for this system or too old.
pub fn load(library: &Path) -> Result<()> {
    outcome(LOADED.get_or_init(|| {
        if !library.is_file() {
            return Err(format!("it is missing: {}", library.display()));
        }
        let builder = ort::init_from(library).map_err(|error| error.to_string())?;
        builder
            .with_name("kindred")
            .with_telemetry(false)
            .build()
            .map_err(|error| error.to_string())
    }))
    .map(|_| ())
}

/// The environment every model runs in.
pub(super) fn environment() -> Result<Environment> {
    match LOADED.get() {
        Some(loaded) => outcome(loaded).cloned(),
        None => outcome(&Err("it was not loaded first".to_owned())).cloned(),
    }
}

fn outcome(loaded: &Result<Environment, String>) -> Result<&Environment> {
    loaded.as_ref().map_err(|reason| Error::ModelUnavailable {
        reason: sentence!(
            "The part of Kindred that runs models could not be loaded, so nothing can be embedded. Install Kindred again; {reason}",
            reason
        ),
    })
}
