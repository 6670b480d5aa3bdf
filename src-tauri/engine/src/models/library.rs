//! What is on this computer: fetched models in one folder, a person's own
//! folders and servers in a list beside them. Knows how to load each, and
//! loads nothing whose bytes are not those that were verified.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::catalogue::{
    self, CATALOGUE, CatalogueModel, FILE_HOSTS, TOKENIZER_FILES, USUAL_ADDRESS,
};
use super::download::{self, Download, FetchedFile, RemoteFile, TransferMonitor};
use super::hex;
use super::own::OwnModel;
use crate::embed::ModelKey;
use crate::embed::given;
use crate::embed::hashing::HashingEmbedder;
use crate::embed::onnx::{OnnxEmbedder, OnnxFiles, OnnxModel, default_key};
use crate::error::{Error, Result};
use crate::files;
use crate::net::{Address, Patience};
use crate::sentence::Sentence;

/// In the folder of a fetched model: what was fetched.
const RECORD: &str = "kindred.json";
const SETTINGS: &str = "settings.json";
/// A revision is told by so many characters of a file's hash.
const SHORT_HASH: usize = 12;

/// Id of the model that shows what meaning adds.
pub const SPELLING: &str = "spelling";
/// Id of the model for drafts.
pub const INSTANT: &str = "instant";

/// What the person decided about models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Where models are fetched from, when not from the usual place.
    pub address: Option<String>,
    /// The model for new lists, when not the usual one.
    pub new_lists: Option<String>,
    pub own: Vec<OwnModel>,
    pub servers: Vec<Server>,
    /// Texts per second, by model.
    pub speeds: BTreeMap<String, f32>,
}

/// A server that embeds. Its key is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    pub id: String,
    pub address: String,
    /// The model's name on the server.
    pub model: String,
    pub dim: usize,
    pub prefix: String,
    pub price: Option<Price>,
}

/// What a server takes for a million tokens, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub per_million: f32,
    /// The day it was read or typed.
    pub as_of: String,
}

/// A model, wherever it comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// All-MiniLM-L6-v2, part of Kindred.
    Default,
    Instant,
    Spelling,
    Catalogue(&'static CatalogueModel),
    Own(OwnModel),
    Server(Server),
}

/// Whether a model can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Ready,
    /// It can be fetched.
    Available,
    /// A part of it, in bytes, was fetched.
    Partial(u64),
    Broken(Sentence),
}

/// What was fetched, and verified then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The revision of the repository, as far as the server told.
    pub revision: String,
    pub files: Vec<RecordedFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFile {
    pub path: String,
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

impl Record {
    /// Of what was fetched, each file verified as far as the server said what it should be.
    fn of(asked: String, files: Vec<FetchedFile>) -> Self {
        let revision = files.iter().find_map(|file| file.commit.clone()).unwrap_or(asked);
        let file = |file: FetchedFile| RecordedFile {
            path: file.path,
            size: file.size,
            sha256: file.sha256,
        };
        Self { revision, files: files.into_iter().map(file).collect() }
    }
}

impl Model {
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Default => default_key().id,
            Self::Instant => INSTANT.to_owned(),
            Self::Spelling => SPELLING.to_owned(),
            Self::Catalogue(model) => model.id.to_owned(),
            Self::Own(model) => model.id.clone(),
            Self::Server(server) => server.id.clone(),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Default => "MiniLM".to_owned(),
            Self::Instant => "Instant".to_owned(),
            Self::Spelling => "Spelling".to_owned(),
            Self::Catalogue(model) => model.name.to_owned(),
            Self::Own(model) => model.name.clone(),
            Self::Server(server) => server.model.clone(),
        }
    }

    #[must_use]
    pub fn is_local(&self) -> bool {
        !matches!(self, Self::Server(_))
    }
}

/// All models, and the folder with those that were fetched.
pub struct Library {
    folder: PathBuf,
    settings: Mutex<Settings>,
}

impl Library {
    /// The library in `folder`, which need not be there yet. Settings that cannot be read are
    /// put aside under another name.
    #[must_use]
    pub fn open(folder: PathBuf) -> Self {
        let path = folder.join(SETTINGS);
        let settings = std::fs::read(&path).ok().map(|bytes| {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                // When even that fails, the next change writes over it.
                let _ = std::fs::rename(&path, path.with_extension("unreadable.json"));
                Settings::default()
            })
        });
        Self { folder, settings: Mutex::new(settings.unwrap_or_default()) }
    }

    /// Where fetched models lie, each in a folder of its own.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the files of a model of the catalogue lie, or will.
    #[must_use]
    pub fn folder_of(&self, model: &CatalogueModel) -> PathBuf {
        self.folder.join(model.id)
    }

    #[must_use]
    pub fn settings(&self) -> Settings {
        self.locked().clone()
    }

    /// Changes the settings and writes them down.
    ///
    /// # Errors
    /// `Unwritable`; the settings are as before then.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut settings = self.locked();
        let mut changed = settings.clone();
        change(&mut changed);
        let path = self.folder.join(SETTINGS);
        let unwritable = |error: &std::io::Error| files::unwritable(&path, error);
        std::fs::create_dir_all(&self.folder).map_err(|error| unwritable(&error))?;
        let text = serde_json::to_vec_pretty(&changed).expect("settings are plain data");
        files::replace_with(&path, |temporary| {
            std::fs::write(temporary, &text).map_err(|error| unwritable(&error))
        })?;
        *settings = changed;
        Ok(())
    }

    /// Every model: those of Kindred, the catalogue, a person's folders and servers.
    #[must_use]
    pub fn all(&self) -> Vec<Model> {
        let settings = self.settings();
        [Model::Default, Model::Instant, Model::Spelling]
            .into_iter()
            .chain(CATALOGUE.iter().map(Model::Catalogue))
            .chain(settings.own.into_iter().map(Model::Own))
            .chain(settings.servers.into_iter().map(Model::Server))
            .collect()
    }

    /// # Errors
    /// `Invalid` for a model that is not there.
    pub fn find(&self, id: &str) -> Result<Model> {
        self.all().into_iter().find(|model| model.id() == id).ok_or_else(|| {
            Error::Invalid(sentence!("There is no model called \"{id}\". Choose another one.", id))
        })
    }

    /// What the model whose vectors have this key is called, whether or not it is on this computer.
    #[must_use]
    pub fn name_of(&self, key: &ModelKey) -> String {
        match self.by_key(key) {
            Some(model) => model.name(),
            None if given::is_given(key) => given::NAME.to_owned(),
            None => key.id.clone(),
        }
    }

    /// The model whose vectors have this key.
    #[must_use]
    pub fn by_key(&self, key: &ModelKey) -> Option<Model> {
        // Told by the name first: a catalogue model's key is read from the disk.
        let may_be = |model: &Model| match model {
            Model::Own(_) | Model::Server(_) => true,
            model => model.id() == key.id,
        };
        self.all().into_iter().find(|model| may_be(model) && self.key(model).as_ref() == Some(key))
    }

    /// What its vectors are kept under; `None` for a model that was not fetched yet.
    #[must_use]
    pub fn key(&self, model: &Model) -> Option<ModelKey> {
        match model {
            Model::Default => Some(default_key()),
            Model::Instant => Some(crate::embed::instant::key()),
            Model::Spelling => {
                Some(crate::embed::Embedder::key(&HashingEmbedder::spelling()).clone())
            }
            Model::Catalogue(model) => self.record(model).and_then(|record| key_of(model, &record)),
            Model::Own(model) => Some(model.key()),
            Model::Server(server) => server.key(),
        }
    }

    /// What was fetched of a model of the catalogue, if all of it was.
    #[must_use]
    pub fn record(&self, model: &CatalogueModel) -> Option<Record> {
        let bytes = std::fs::read(self.folder_of(model).join(RECORD)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes down what was fetched: from now on the model can be loaded.
    ///
    /// # Errors
    /// `Unwritable`, `DiskFull`.
    pub fn set_record(&self, model: &CatalogueModel, record: &Record) -> Result<()> {
        let path = self.folder_of(model).join(RECORD);
        let text = serde_json::to_vec_pretty(record).expect("a record is plain data");
        files::replace_with(&path, |temporary| {
            std::fs::write(temporary, &text).map_err(|error| files::unwritable(&path, &error))
        })
    }

    /// Whether a model of the catalogue is here, without reading its files.
    #[must_use]
    pub fn status(&self, model: &Model) -> Status {
        match model {
            Model::Catalogue(model) => match self.record(model) {
                None => match download::partial_bytes(&self.folder_of(model)) {
                    0 => Status::Available,
                    bytes => Status::Partial(bytes),
                },
                Some(record) => {
                    let folder = self.folder_of(model);
                    let is_whole = |file: &RecordedFile| {
                        std::fs::metadata(folder.join(&file.path))
                            .is_ok_and(|found| found.len() == file.size)
                    };
                    if record.files.iter().all(is_whole) {
                        Status::Ready
                    } else {
                        Status::Broken(damaged(model.name))
                    }
                }
            },
            Model::Own(model) => match model.problem() {
                None => Status::Ready,
                Some(reason) => Status::Broken(reason),
            },
            _ => Status::Ready,
        }
    }

    /// Throws away what an unfinished download left; a model that is whole stays.
    ///
    /// # Errors
    /// `Unwritable`, or `Invalid` while it is being fetched.
    pub fn discard(&self, model: &CatalogueModel) -> Result<()> {
        let folder = self.folder_of(model);
        download::discard(&folder)?;
        if self.record(model).is_none() { remove_folder(&folder) } else { Ok(()) }
    }

    /// Takes a fetched model off the disk, or a folder or server out of the list.
    ///
    /// # Errors
    /// `Unwritable`, or `Invalid` for a model that stays or is being fetched.
    pub fn remove(&self, model: &Model) -> Result<()> {
        match model {
            Model::Catalogue(model) => {
                self.discard(model)?;
                remove_folder(&self.folder_of(model))
            }
            Model::Own(own) => self.change(|settings| settings.own.retain(|o| o.id != own.id)),
            Model::Server(server) => {
                self.change(|settings| settings.servers.retain(|s| s.id != server.id))
            }
            Model::Default | Model::Instant | Model::Spelling => {
                Err(Error::Invalid(sentence!("This model is part of Kindred and stays.")))
            }
        }
    }

    /// Fetches a model of the catalogue, or goes on where it was stopped.
    ///
    /// # Errors
    /// `Cancelled` when it was stopped: what is there stays. `Network`, `DiskFull`, `Unwritable`.
    pub fn fetch(&self, model: &CatalogueModel, monitor: &dyn TransferMonitor) -> Result<()> {
        let address = self.settings().address;
        let download = Download {
            base: Address::parse(address.as_deref().unwrap_or(USUAL_ADDRESS))?,
            repository: model.repository.to_owned(),
            revision: "main".to_owned(),
            files: [model.onnx]
                .iter()
                .chain(model.data)
                .chain(&TOKENIZER_FILES)
                .map(|&path| RemoteFile { path: path.to_owned(), size: None, sha256: None })
                .collect(),
            redirect_hosts: FILE_HOSTS.map(str::to_owned).to_vec(),
            patience: Patience::for_downloads(),
        };
        let fetched = download::fetch(&download, &self.folder_of(model), monitor)?;
        self.set_record(model, &Record::of(download.revision, fetched))
    }

    /// Loads a fetched model, whose files must be those that were verified when they came.
    ///
    /// # Errors
    /// `ModelUnavailable`.
    pub fn load_fetched(&self, model: &CatalogueModel, threads: usize) -> Result<OnnxEmbedder> {
        let unavailable = |reason: Sentence| Error::ModelUnavailable { reason };
        let record = self.record(model).ok_or_else(|| {
            unavailable(sentence!(
                "{model} is not on this computer. Download it first.",
                model = model.name
            ))
        })?;
        let key = key_of(model, &record).ok_or_else(|| unavailable(damaged(model.name)))?;
        let folder = self.folder_of(model);
        let read = |path: &str| -> Result<Vec<u8>> {
            let expected = record.files.iter().find(|file| file.path == path);
            let bytes = std::fs::read(folder.join(path)).ok();
            bytes
                .filter(|bytes| {
                    expected.is_some_and(|file| hex(&Sha256::digest(bytes)) == file.sha256)
                })
                .ok_or_else(|| unavailable(damaged(model.name)))
        };
        let [tokenizer, config, special_tokens_map, tokenizer_config] = TOKENIZER_FILES;
        let files = OnnxFiles {
            model: read(model.onnx)?,
            data: model
                .data
                .iter()
                .map(|path| Ok((file_name(path).to_owned(), read(path)?)))
                .collect::<Result<_>>()?,
            tokenizer: read(tokenizer)?,
            config: read(config)?,
            special_tokens_map: read(special_tokens_map)?,
            tokenizer_config: read(tokenizer_config)?,
        };
        let onnx =
            OnnxModel { key, dim: Some(model.dim), pooling: model.pooling, output: model.output };
        OnnxEmbedder::load(files, onnx, threads)
    }

    fn locked(&self) -> MutexGuard<'_, Settings> {
        // It is replaced as a whole.
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// What its vectors are kept under; `None` for an address that is none.
    #[must_use]
    pub fn key(&self) -> Option<ModelKey> {
        super::server::api_model(self).ok().map(|model| model.key())
    }
}

fn key_of(model: &CatalogueModel, record: &Record) -> Option<ModelKey> {
    let weights = record.files.iter().find(|file| file.path == model.onnx)?;
    Some(ModelKey {
        id: model.id.to_owned(),
        revision: weights.sha256.get(..SHORT_HASH)?.to_owned(),
        prefix: model.prefix.to_owned(),
        max_length: model.max_tokens,
    })
}

fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(files::unwritable(folder, &error))
        }
        _ => Ok(()),
    }
}

fn damaged(name: &str) -> Sentence {
    sentence!(
        "The files of {name} are missing or not what was fetched. Delete it and download it again.",
        name
    )
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub(super) fn short_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))[..SHORT_HASH].to_owned()
}

/// The entry of the catalogue with this id.
///
/// # Errors
/// `Invalid` for any other model.
pub fn fetchable(id: &str) -> Result<&'static CatalogueModel> {
    catalogue::find(id)
        .ok_or_else(|| Error::Invalid(sentence!("There is nothing to fetch for \"{id}\".", id)))
}
