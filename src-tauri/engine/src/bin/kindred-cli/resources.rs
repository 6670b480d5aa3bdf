//! The list, the models and what the engine tells: what every command needs.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::embed::api::{ApiEmbedder, ApiKey};
use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::instant::InstantEmbedder;
use kindred_engine::embed::onnx::{OnnxEmbedder, default_key};
use kindred_engine::embed::{Embedder as _, Shared, embed_all, runtime};
use kindred_engine::import::worker::Worker;
use kindred_engine::import::{ImportedList, Source};
use kindred_engine::models::library::{Library, Model, Server};
use kindred_engine::models::own;
use kindred_engine::models::server::api_model;
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::sentence::Sentence;
use kindred_engine::vectors::Vectors;
use kindred_engine::workbook::Namer;
use kindred_engine::{Error, Result};

use crate::arguments::{Arguments, ServerArguments};

/// The list in `file`, from the column and table that were asked for.
pub(crate) fn read(file: &Path, arguments: &Arguments) -> Result<ImportedList> {
    read_list(file, arguments.column.as_deref(), arguments.table.as_deref())
}

/// A list as it is recognised.
pub(crate) fn read_examples(file: &Path) -> Result<ImportedList> {
    read_list(file, None, None)
}

fn read_list(file: &Path, column: Option<&str>, table: Option<&str>) -> Result<ImportedList> {
    let program = std::env::current_exe().map_err(|error| Error::Unreadable {
        path: file.to_path_buf(),
        reason: Sentence::verbatim(error.to_string()),
    })?;
    let worker = Worker { program };
    let files = [file.to_path_buf()];
    let source = Source::Files(&files);
    let monitor = OnStandardError::new();
    let mut preview = worker.preview(source, None, &monitor)?;
    if let Some(table) = table {
        let names = preview.tables.iter().map(|table| table.name.as_str());
        let mut options = preview.options;
        options.table = place_of(table, names.collect(), "table")?;
        // The columns of another table are others.
        options.text_column = usize::MAX;
        preview = worker.preview(source, Some(&options), &monitor)?;
    }
    let mut options = preview.options;
    if let Some(column) = column {
        let names = preview.columns.iter().map(|column| column.name.as_str());
        let index = place_of(column, names.collect(), "column")?;
        options.text_column = index;
        options.category_column = options.category_column.filter(|&category| category != index);
        options.kept_columns.retain(|&kept| kept != index);
    }
    let list = worker.read(source, &options, &monitor)?;
    for problem in &list.report.problems {
        eprintln!("Line {}: {}", problem.line, problem.message);
    }
    Ok(list)
}

/// The place of what is called so, or has this number, counted from 1.
fn place_of(wanted: &str, names: Vec<&str>, what: &str) -> Result<usize> {
    let by_name = names.iter().position(|name| *name == wanted);
    let number = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&at| at < names.len());
    by_name.or_else(number).ok_or_else(|| {
        Error::Invalid(Sentence::verbatim(format!(
            "There is no {what} \"{wanted}\" in this list. It has: {}.",
            names.join(", ")
        )))
    })
}

/// The folder with the model, ONNX Runtime and the vocabulary, and the models beside them.
pub(crate) struct Resources {
    folder: PathBuf,
    library: Library,
}

impl Resources {
    pub(crate) fn find(arguments: &Arguments) -> Result<Self> {
        let program = std::env::current_exe().ok();
        let beside = program
            .iter()
            .flat_map(|program| program.ancestors().skip(1))
            .flat_map(|folder| [folder.join("resources"), folder.join("src-tauri/resources")]);
        let folder = arguments
            .resources
            .iter()
            .cloned()
            .chain(beside)
            .find(|folder| folder.join("model").is_dir());
        let Some(folder) = folder else {
            return Err(Error::ModelUnavailable {
                reason: Sentence::verbatim(
                    "The model was not found. Say where it is with --resources DIR.",
                ),
            });
        };
        let folder = folder.canonicalize().unwrap_or(folder);
        runtime::load(&folder.join("onnxruntime").join(runtime::LIBRARY))?;
        let models = arguments.models.clone().unwrap_or_else(|| folder.join("models"));
        Ok(Self { folder, library: Library::open(models) })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The model that was asked for.
    pub(crate) fn chosen(&self, arguments: &Arguments) -> Result<Shared> {
        match (&arguments.server, &arguments.model) {
            (Some(server), Some(model)) => remote(server, model),
            (_, Some(model)) => self.model(model),
            (_, None) => self.default_model(),
        }
    }

    /// A model by its id, or in a folder.
    pub(crate) fn model(&self, id: &str) -> Result<Shared> {
        let folder = Path::new(id);
        if folder.is_dir() {
            let trial = own::try_folder(folder, threads())?;
            return trial.model.load(threads()).map(Shared::new);
        }
        match self.library.find(id)? {
            Model::Default => self.default_model(),
            Model::Instant => InstantEmbedder::open(&self.folder).map(Shared::new),
            Model::Spelling => Ok(Shared::new(HashingEmbedder::spelling())),
            Model::Catalogue(model) => self.library.load_fetched(model, threads()).map(Shared::new),
            Model::Own(model) => model.load(threads()).map(Shared::new),
            Model::Server(_) => Err(Error::Invalid(Sentence::verbatim(
                "Say --server ADDRESS to send texts to a server.",
            ))),
        }
    }

    pub(crate) fn default_model(&self) -> Result<Shared> {
        OnnxEmbedder::open_default(&self.folder.join("model"), threads()).map(Shared::new)
    }

    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    pub(crate) fn vocabulary(&self) -> Result<Vocabulary> {
        Vocabulary::open(&self.folder.join("vocabulary.bin"))
    }

    /// What topics are named with.
    pub(crate) fn namer<'a>(
        &self,
        vocabulary: &'a Vocabulary,
        model: &Shared,
    ) -> Result<Namer<'a>> {
        let is_default = *model.key() == default_key();
        let reader = if is_default { model.clone() } else { self.default_model()? };
        Ok(Namer { vocabulary, reader })
    }
}

/// A model on a server, tried on two words.
fn remote(server: &ServerArguments, model: &str) -> Result<Shared> {
    let key = match &server.key_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Error::Unreadable {
                path: path.clone(),
                reason: Sentence::verbatim(error.to_string()),
            })?;
            Some(ApiKey::new(text.trim())?)
        }
        None => None,
    };
    let entry = |dim| Server {
        id: model.to_owned(),
        address: server.address.clone(),
        model: model.to_owned(),
        dim,
        prefix: String::new(),
        price: None,
    };
    let asked = api_model(&entry(1))?;
    eprintln!("Texts are sent to {}.", asked.address.host());
    let answer = kindred_engine::embed::api::probe(
        &asked.address,
        model,
        key.as_ref(),
        asked.patience.clone(),
        &Silent,
    )?;
    Ok(Shared::new(ApiEmbedder::new(api_model(&entry(answer.dim))?, key)))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(crate) fn texts(list: &ImportedList) -> Vec<&str> {
    list.items.iter().map(|item| item.text.as_str()).collect()
}

pub(crate) fn embed(list: &ImportedList, model: &mut Shared) -> Result<Vectors> {
    embed_all(model, &texts(list), &OnStandardError::new())
}

/// Prints a line of progress a second.
pub(crate) struct OnStandardError {
    printed: Mutex<Instant>,
}

impl OnStandardError {
    pub(crate) fn new() -> Self {
        Self { printed: Mutex::new(Instant::now()) }
    }
}

impl Monitor for OnStandardError {
    fn progress(&self, stage: Stage, done: usize, total: usize) {
        let Ok(mut printed) = self.printed.lock() else { return };
        if printed.elapsed() >= Duration::from_secs(1) {
            *printed = Instant::now();
            let what = match stage {
                Stage::LoadingModel => "Loading the model",
                Stage::Embedding => "Embedding",
                Stage::FindingTopics => "Finding topics",
                Stage::NamingTopics => "Naming topics",
                Stage::Sorting => "Sorting",
                Stage::Comparing => "Comparing",
                Stage::LayingOut => "Laying the map out",
                Stage::GrowingTree => "Growing the tree",
                Stage::ReadingList => "Reading the list",
                Stage::Exporting => "Exporting",
                Stage::Saving => "Saving",
            };
            eprintln!("{what}: {done} of {total}");
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}
