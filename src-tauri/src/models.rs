//! The models of this app: which there are, loading them when they are
//! needed, and who may be asked for what. The default one is loaded in the
//! background, warm when the first list is dropped. Without it the app still
//! starts and says why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::embed::api::{ApiEmbedder, Usage};
use kindred_engine::embed::given::Given;
use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::instant::InstantEmbedder;
use kindred_engine::embed::onnx::{DEFAULT_DIM, OnnxEmbedder, default_key};
use kindred_engine::embed::{Embedder, ModelKey, Shared, Sink, runtime};
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::models::library::{Library, Model, Server};
use kindred_engine::models::server::api_model;
use kindred_engine::monitor::{Monitor, Stage};
use kindred_engine::sentence;
use kindred_engine::sentence::Sentence;
use kindred_engine::workbook::{Namer, Workbook};

use crate::downloads::Downloads;
use crate::keys::Keys;
use crate::messages::{ModelView, count};

/// Models that stay loaded beside those that are part of Kindred.
const MOST_LOADED: usize = 2;

pub(crate) struct Models {
    pub(crate) library: Library,
    pub(crate) keys: Keys,
    pub(crate) downloads: Downloads,
    resources: PathBuf,
    default: OnceLock<Result<Loaded, Sentence>>,
    instant: OnceLock<Result<Shared, Sentence>>,
    /// Fetched models and a person's own, the one used last at the end.
    others: Mutex<Vec<(ModelKey, Shared)>>,
    /// Kept while the app runs, with what they were sent.
    servers: Mutex<BTreeMap<String, Arc<Mutex<ApiEmbedder>>>>,
}

/// What is part of Kindred.
struct Loaded {
    embedder: Shared,
    vocabulary: Vocabulary,
}

impl Models {
    pub(crate) fn new(resources: PathBuf, library: Library) -> Self {
        Self {
            library,
            keys: Keys::default(),
            downloads: Downloads::default(),
            resources,
            default: OnceLock::new(),
            instant: OnceLock::new(),
            others: Mutex::default(),
            servers: Mutex::default(),
        }
    }

    /// Why the default model cannot be used, as a sentence. Does not wait for
    /// a model that is loading: nothing is known to be wrong with it.
    pub(crate) fn problem(&self) -> Option<Sentence> {
        let is_complete = PARTS.iter().all(|part| self.resources.join(part).is_file())
            && library(&self.resources).is_file();
        if is_complete && self.default.get().is_none() {
            return None;
        }
        self.loaded().err().map(|error| error.sentence())
    }

    /// Waits until the default model is loaded.
    pub(crate) fn warm_up(&self) {
        if let Err(error) = self.loaded() {
            tracing::error!(%error, "the model is not there");
        }
    }

    /// What topics are named with.
    pub(crate) fn namer(&self) -> EngineResult<Namer<'_>> {
        let loaded = self.loaded()?;
        Ok(Namer { vocabulary: &loaded.vocabulary, reader: loaded.embedder.clone() })
    }

    /// The model of a workbook's vectors, for work that the person did not
    /// order: a server is asked nothing then.
    pub(crate) fn unasked(&self, key: &ModelKey, monitor: &dyn Monitor) -> EngineResult<Shared> {
        if let Some(given) = Given::of(key) {
            return Ok(Shared::new(given));
        }
        match self.of(key)? {
            Model::Server(server) => Ok(Shared::new(Unasked::new(key.clone(), &server))),
            model => self.local(&model, monitor),
        }
    }

    /// The model of a workbook's vectors, for work that the person ordered just now.
    pub(crate) fn asked(&self, key: &ModelKey, monitor: &dyn Monitor) -> EngineResult<Shared> {
        if let Some(given) = Given::of(key) {
            return Ok(Shared::new(given));
        }
        match self.of(key)? {
            Model::Server(server) => self.server(&server),
            model => self.local(&model, monitor),
        }
    }

    /// # Errors
    /// `ModelUnavailable` for vectors of a model that is not on this computer.
    pub(crate) fn of(&self, key: &ModelKey) -> EngineResult<Model> {
        self.library.by_key(key).ok_or_else(|| EngineError::ModelUnavailable {
            reason: sentence!("The model {model} is not on this computer. Open Models to fetch it or to use another one.", model = &key.id),
        })
    }

    /// Loads a model that is on this computer, or takes the one that is loaded.
    pub(crate) fn local(&self, model: &Model, monitor: &dyn Monitor) -> EngineResult<Shared> {
        match model {
            Model::Default => {
                if self.default.get().is_none() {
                    monitor.progress(Stage::LoadingModel, 0, 1);
                }
                Ok(self.loaded()?.embedder.clone())
            }
            Model::Instant => self
                .instant
                .get_or_init(|| {
                    let opened = InstantEmbedder::open(&self.resources);
                    opened.map(Shared::new).map_err(|error| error.sentence())
                })
                .clone()
                .map_err(|reason| EngineError::ModelUnavailable { reason }),
            Model::Spelling => Ok(Shared::new(HashingEmbedder::spelling())),
            Model::Catalogue(_) | Model::Own(_) => self.other(model, monitor),
            Model::Server(server) => Err(EngineError::Invalid(sentence!(
                "{model} runs on a server. Texts are sent there only when you say so.",
                model = &server.model
            ))),
        }
    }

    fn other(&self, model: &Model, monitor: &dyn Monitor) -> EngineResult<Shared> {
        let key = self.library.key(model);
        // Held while a model is loaded, so that it is in memory once.
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let known = others.iter().position(|(loaded, _)| Some(loaded) == key.as_ref());
        if let Some(place) = known {
            let used = others.remove(place);
            let shared = used.1.clone();
            others.push(used);
            return Ok(shared);
        }
        monitor.progress(Stage::LoadingModel, 0, 1);
        runtime::load(&library(&self.resources))?;
        let embedder = match model {
            Model::Catalogue(model) => self.library.load_fetched(model, threads())?,
            Model::Own(model) => model.load(threads())?,
            _ => return self.local(model, monitor),
        };
        let shared = Shared::new(embedder);
        others.push((shared.key().clone(), shared.clone()));
        if others.len() > MOST_LOADED {
            others.remove(0);
        }
        Ok(shared)
    }

    /// Forgets what is loaded of a model whose files go away or change.
    pub(crate) fn unload(&self, model: &Model) {
        let key = self.library.key(model);
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.retain(|(loaded, _)| Some(loaded) != key.as_ref());
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).remove(&model.id());
    }

    /// ONNX Runtime, for trying a folder.
    pub(crate) fn load_runtime(&self) -> EngineResult<()> {
        runtime::load(&library(&self.resources))
    }

    /// The embedder of a server, with its key.
    pub(crate) fn server(&self, server: &Server) -> EngineResult<Shared> {
        let model = api_model(server)?;
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = servers.get(&server.id) {
            return Ok(Shared::of(Arc::clone(known)));
        }
        let key = self.keys.get(&model.address.host());
        let embedder = Arc::new(Mutex::new(ApiEmbedder::new(model, key)));
        servers.insert(server.id.clone(), Arc::clone(&embedder));
        Ok(Shared::of(embedder))
    }

    /// What a server was sent since Kindred started.
    pub(crate) fn usage(&self, server: &Server) -> Option<Usage> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let embedder = Arc::clone(servers.get(&server.id)?);
        drop(servers);
        Some(embedder.lock().unwrap_or_else(PoisonError::into_inner).usage())
    }

    /// Another key was typed for a server's host: who is asked from now on uses it.
    pub(crate) fn forget_servers(&self) {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The model with this key as the window sees it, whether or not it is on this computer.
    pub(crate) fn view_of(&self, key: &ModelKey, workbook: Option<&Workbook>) -> ModelView {
        match self.library.by_key(key) {
            Some(model) => ModelView {
                id: model.id(),
                name: model.name(),
                dim: count(dim(&model)),
                is_local: model.is_local(),
            },
            None => ModelView {
                id: key.id.clone(),
                name: self.library.name_of(key),
                dim: count(
                    workbook.and_then(|w| w.vectors_of(key).ok()).map_or(0, |rows| rows.dim()),
                ),
                is_local: true,
            },
        }
    }

    fn loaded(&self) -> EngineResult<&Loaded> {
        self.default
            .get_or_init(|| load(&self.resources).map_err(|error| error.sentence()))
            .as_ref()
            .map_err(|reason| EngineError::ModelUnavailable { reason: reason.clone() })
    }
}

/// Dimensions of a model's vectors.
pub(crate) fn dim(model: &Model) -> usize {
    match model {
        Model::Default | Model::Instant => DEFAULT_DIM,
        Model::Spelling => HashingEmbedder::spelling().dim(),
        Model::Catalogue(model) => model.dim,
        Model::Own(model) => model.dim,
        Model::Server(server) => server.dim,
    }
}

/// Stands for a server in work that nobody ordered.
struct Unasked {
    key: ModelKey,
    dim: usize,
    name: String,
}

impl Unasked {
    fn new(key: ModelKey, server: &Server) -> Self {
        Self { key, dim: server.dim, name: server.model.clone() }
    }
}

impl Embedder for Unasked {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&mut self, texts: &[&str], _: &mut Sink<'_>, _: &dyn Monitor) -> EngineResult<()> {
        if texts.is_empty() {
            return Ok(());
        }
        Err(EngineError::ModelUnavailable {
            reason: sentence!(
                "{model} runs on a server, and nothing is sent there without being asked for.",
                model = &self.name
            ),
        })
    }
}

const PARTS: [&str; 2] = ["model/model.onnx", "vocabulary.bin"];

fn library(resources: &Path) -> PathBuf {
    resources.join("onnxruntime").join(runtime::LIBRARY)
}

pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn load(resources: &Path) -> EngineResult<Loaded> {
    let started = std::time::Instant::now();
    runtime::load(&library(resources))?;
    let embedder = OnnxEmbedder::open_default(&resources.join("model"), threads())?;
    let vocabulary = Vocabulary::open(&resources.join("vocabulary.bin"))?;
    tracing::info!(took_ms = started.elapsed().as_millis(), "the model is loaded");
    Ok(Loaded { embedder: Shared::new(embedder), vocabulary })
}

/// The model of new lists: what the person chose, if it is still there, else the default.
pub(crate) fn for_new_lists(models: &Models) -> ModelKey {
    let chosen = models.library.settings().new_lists;
    let chosen = chosen.and_then(|id| models.library.find(&id).ok());
    chosen
        .filter(Model::is_local)
        .and_then(|model| models.library.key(&model))
        .unwrap_or_else(default_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kindred_engine::monitor::Silent;

    #[test]
    fn without_its_files_the_model_says_why_instead_of_failing_the_app() {
        let empty = tempfile::tempdir().expect("a temporary folder can be made");
        let library = Library::open(empty.path().join("models"));
        let models = Models::new(empty.path().to_path_buf(), library);
        let problem = models.problem().expect("nothing is there");
        assert!(
            problem.to_string().contains("could not be loaded"),
            "the start screen says what is wrong: {problem}"
        );
        models.warm_up();
        assert!(
            matches!(models.local(&Model::Default, &Silent), Err(EngineError::ModelUnavailable { reason }) if reason == problem),
            "an embedding job fails with the same sentence"
        );
        assert!(models.namer().is_err(), "topics cannot be named either");
        assert!(models.local(&Model::Spelling, &Silent).is_ok(), "others still work");
    }
}
