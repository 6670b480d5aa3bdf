//! The model of this app, loaded once and in the background: warm when the
//! first list is dropped. Without it the app still starts and says why.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::embed::onnx::OnnxEmbedder;
use kindred_engine::embed::runtime;
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::monitor::{Monitor, Stage};

pub(crate) struct Model {
    resources: PathBuf,
    loaded: OnceLock<Result<Loaded, String>>,
}

struct Loaded {
    /// One at a time: a model works through one text after the other anyway.
    embedder: Mutex<OnnxEmbedder>,
    vocabulary: Vocabulary,
}

impl Model {
    pub(crate) fn new(resources: PathBuf) -> Self {
        Self { resources, loaded: OnceLock::new() }
    }

    /// Why the model cannot be used, as a sentence. Does not wait for a model
    /// that is loading: nothing is known to be wrong with it.
    pub(crate) fn problem(&self) -> Option<String> {
        let is_complete = PARTS.iter().all(|part| self.resources.join(part).is_file())
            && library(&self.resources).is_file();
        if is_complete && self.loaded.get().is_none() {
            return None;
        }
        self.loaded().err().map(|error| error.to_string())
    }

    /// Waits until the model is loaded.
    pub(crate) fn warm_up(&self) {
        if let Err(error) = self.loaded() {
            tracing::error!(%error, "the model is not there");
        }
    }

    /// Waits until nobody else embeds.
    pub(crate) fn embedder(
        &self,
        monitor: &dyn Monitor,
    ) -> EngineResult<MutexGuard<'_, OnnxEmbedder>> {
        if self.loaded.get().is_none() {
            monitor.progress(Stage::LoadingModel, 0, 1);
        }
        // A panic while embedding leaves the model as it was: it keeps nothing between texts.
        Ok(self.loaded()?.embedder.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn vocabulary(&self) -> EngineResult<&Vocabulary> {
        Ok(&self.loaded()?.vocabulary)
    }

    fn loaded(&self) -> EngineResult<&Loaded> {
        self.loaded
            .get_or_init(|| load(&self.resources).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(|reason| EngineError::ModelUnavailable { reason: reason.clone() })
    }
}

const PARTS: [&str; 2] = ["model/model.onnx", "vocabulary.bin"];

fn library(resources: &Path) -> PathBuf {
    resources.join("onnxruntime").join(runtime::LIBRARY)
}

fn load(resources: &Path) -> EngineResult<Loaded> {
    let started = std::time::Instant::now();
    runtime::load(&library(resources))?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let embedder = OnnxEmbedder::open_default(&resources.join("model"), threads)?;
    let vocabulary = Vocabulary::open(&resources.join("vocabulary.bin"))?;
    tracing::info!(took_ms = started.elapsed().as_millis(), threads, "the model is loaded");
    Ok(Loaded { embedder: Mutex::new(embedder), vocabulary })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kindred_engine::monitor::Silent;

    #[test]
    fn without_its_files_the_model_says_why_instead_of_failing_the_app() {
        let empty = tempfile::tempdir().expect("a temporary folder can be made");
        let model = Model::new(empty.path().to_path_buf());
        let problem = model.problem().expect("nothing is there");
        assert!(
            problem.contains("could not be loaded"),
            "the start screen says what is wrong: {problem}"
        );
        model.warm_up();
        assert!(
            matches!(model.embedder(&Silent), Err(EngineError::ModelUnavailable { reason }) if reason == problem),
            "an embedding job fails with the same sentence"
        );
        assert!(model.vocabulary().is_err(), "topics cannot be named either");
    }
}
