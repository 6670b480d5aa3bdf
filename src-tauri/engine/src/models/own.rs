//! A model in a person's own folder: what is in it is looked at before
//! anything runs it, and two texts are tried before it is kept.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalogue::Pooling;
use super::library::short_hash;
use crate::embed::onnx::{OnnxEmbedder, OnnxFiles, OnnxModel};
use crate::embed::{ModelKey, embed_all};
use crate::error::{Error, Result};
use crate::monitor::Silent;
use crate::sentence::Sentence;

/// Texts that a new model is tried on: two that are alike, and one that is longer than both.
pub const FIRST: &str = "apple";
pub const SECOND: &str = "pear";
const LONGER: &str = "the parliament debated the new railway for seven hours";
/// How far a number of a vector may lie from the one it has in other company.
const TOLERANCE: f32 = 1e-3;
const MOST_TOKENS: u32 = 512;

/// A folder the person added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnModel {
    pub id: String,
    pub name: String,
    pub folder: PathBuf,
    /// The hash of its ONNX file, shortened.
    pub revision: String,
    pub pooling: Pooling,
    pub prefix: String,
    pub max_tokens: u32,
    pub dim: usize,
}

/// What was recognised of a folder, and how two texts come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub model: OwnModel,
    /// Cosine of the two texts it was tried on.
    pub similarity: f32,
}

impl OwnModel {
    #[must_use]
    pub fn key(&self) -> ModelKey {
        ModelKey {
            id: format!("own:{}", self.name),
            revision: format!("{} {:?}", self.revision, self.pooling),
            prefix: self.prefix.clone(),
            max_length: self.max_tokens,
        }
    }

    /// Why it cannot be used, without reading all of it.
    #[must_use]
    pub fn problem(&self) -> Option<Sentence> {
        onnx_file(&self.folder).err().map(|error| error.sentence())
    }

    /// Loads it, if its folder holds the model that was added.
    ///
    /// # Errors
    /// `ModelUnavailable` with what is wrong.
    pub fn load(&self, threads: usize) -> Result<OnnxEmbedder> {
        let files = read(&self.folder)?;
        if short_hash(&files.model) != self.revision {
            return Err(unavailable(
                &self.folder,
                sentence!(
                    "The model in this folder is not the one that was added. Add the folder again"
                ),
            ));
        }
        load(files, self, threads)
    }
}

/// Looks at `folder`, loads what is in it and embeds two texts.
///
/// # Errors
/// `ModelUnavailable` with what is missing or wrong, as a sentence.
pub fn try_folder(folder: &Path, threads: usize) -> Result<Trial> {
    let files = read(folder)?;
    let name = folder
        .file_name()
        .map_or_else(|| "Model".to_owned(), |name| name.to_string_lossy().trim().to_owned());
    let revision = short_hash(&files.model);
    let mut model = OwnModel {
        id: format!("own-{revision}"),
        name,
        folder: folder.to_owned(),
        revision,
        pooling: pooling(folder),
        prefix: String::new(),
        max_tokens: max_tokens(folder, &files),
        dim: 0,
    };
    let similarity = attempt(files, &mut model, threads)?;
    Ok(Trial { model, similarity })
}

/// Tries `model` as the person described it.
///
/// # Errors
/// As [`try_folder`].
pub fn try_again(model: &OwnModel, threads: usize) -> Result<Trial> {
    let mut model = model.clone();
    let similarity = attempt(read(&model.folder)?, &mut model, threads)?;
    Ok(Trial { model, similarity })
}

/// Fills in the dimensions and gives the cosine of two texts.
fn attempt(files: OnnxFiles, model: &mut OwnModel, threads: usize) -> Result<f32> {
    let folder = model.folder.clone();
    let wrong = |what: Sentence| unavailable(&folder, what);
    let mut embedder = load(files, model, threads)?;
    let mut rows = |texts: &[&str]| {
        // Files from anywhere must not bring the app down.
        let rows = catch_unwind(AssertUnwindSafe(|| embed_all(&mut embedder, texts, &Silent)));
        match rows {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(Error::Embedding { reason })) => Err(wrong(sentence!(
                "This model does not make one vector of a text ({reason})",
                reason = short(&reason)
            ))),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(wrong(sentence!("This model fails on a text"))),
        }
    };
    let alone = rows(&[FIRST])?;
    let together = rows(&[FIRST, SECOND, LONGER])?;
    if alone.dim() == 0 || alone.dim() != together.dim() {
        return Err(wrong(sentence!("This model does not make vectors of one length")));
    }
    let is_same = |(a, b): (&f32, &f32)| (a - b).abs() <= TOLERANCE;
    if !alone.row(0).iter().zip(together.row(0)).all(is_same) {
        return Err(wrong(sentence!(
            "With this model, a text's vector depends on the other texts of its batch, so it cannot be kept. Use a version of it that is not quantised dynamically"
        )));
    }
    model.dim = alone.dim();
    Ok(together.row(0).iter().zip(together.row(1)).map(|(a, b)| a * b).sum())
}

fn load(files: OnnxFiles, model: &OwnModel, threads: usize) -> Result<OnnxEmbedder> {
    let onnx = OnnxModel {
        key: model.key(),
        dim: (model.dim > 0).then_some(model.dim),
        pooling: model.pooling,
        output: None,
    };
    let loaded = catch_unwind(AssertUnwindSafe(|| OnnxEmbedder::load(files, onnx, threads)));
    match loaded {
        Ok(Ok(embedder)) => Ok(embedder),
        Ok(Err(Error::ModelUnavailable { reason })) => {
            Err(unavailable(&model.folder, Sentence::verbatim(short(&reason.to_string()))))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(unavailable(&model.folder, sentence!("This model could not be loaded"))),
    }
}

/// The ONNX file of a folder.
fn onnx_file(folder: &Path) -> Result<PathBuf> {
    if !folder.is_dir() {
        return Err(unavailable(folder, sentence!("This folder is not there any more")));
    }
    let usual = ["model.onnx", "onnx/model.onnx"].map(|path| folder.join(path));
    if let Some(path) = usual.into_iter().find(|path| path.is_file()) {
        return Ok(path);
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "onnx"))
        .collect();
    found.sort_unstable();
    match found.len() {
        0 => Err(unavailable(
            folder,
            sentence!(
                "There is no ONNX model in this folder. It needs a file called model.onnx, in the folder itself or in one called onnx"
            ),
        )),
        1 => Ok(found.remove(0)),
        _ => Err(unavailable(
            folder,
            sentence!(
                "There are several ONNX models in this folder. Call the one to use model.onnx"
            ),
        )),
    }
}

fn read(folder: &Path) -> Result<OnnxFiles> {
    let path = onnx_file(folder)?;
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| {
            unavailable(
                path,
                sentence!(
                    "This file of the model could not be read ({error})",
                    error = error.to_string()
                ),
            )
        })
    };
    let optional = |name: &str| std::fs::read(folder.join(name)).ok();
    let model = read(&path)?;
    if contains(&model, b"DynamicQuantizeLinear") {
        return Err(unavailable(
            folder,
            sentence!(
                "This model is quantised dynamically: a text's vector would depend on the other texts of its batch, so it cannot be kept. Use another version of it"
            ),
        ));
    }
    let tokenizer = folder.join("tokenizer.json");
    if !tokenizer.is_file() {
        return Err(unavailable(
            folder,
            sentence!(
                "There is no tokenizer in this folder. It needs the file tokenizer.json that belongs to the model"
            ),
        ));
    }
    let tokenizer = read(&tokenizer)?;
    if serde_json::from_slice::<Value>(&tokenizer).is_err() {
        return Err(unavailable(folder, sentence!("The file tokenizer.json is not whole")));
    }
    let name =
        path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let beside = path.parent().unwrap_or(folder);
    let data = [format!("{name}_data"), format!("{name}.data")]
        .into_iter()
        .filter_map(|name| Some((name.clone(), std::fs::read(beside.join(&name)).ok()?)))
        .collect();
    Ok(OnnxFiles {
        model,
        data,
        config: optional("config.json").unwrap_or_else(|| br#"{"pad_token_id":0}"#.to_vec()),
        special_tokens_map: optional("special_tokens_map.json").unwrap_or_else(|| b"{}".to_vec()),
        tokenizer_config: optional("tokenizer_config.json").unwrap_or_else(|| {
            let pad = if contains(&tokenizer, b"\"<pad>\"") { "<pad>" } else { "[PAD]" };
            format!(r#"{{"model_max_length":512,"pad_token":"{pad}"}}"#).into_bytes()
        }),
        tokenizer,
    })
}

/// As the folder says it for sentence-transformers; the mean, if it says nothing.
fn pooling(folder: &Path) -> Pooling {
    let config = json(&folder.join("1_Pooling/config.json"));
    match config.get("pooling_mode_cls_token") {
        Some(Value::Bool(true)) => Pooling::Cls,
        _ => Pooling::Mean,
    }
}

fn max_tokens(folder: &Path, files: &OnnxFiles) -> u32 {
    let said = json(&folder.join("sentence_bert_config.json"));
    let tokenizer: Value = serde_json::from_slice(&files.tokenizer_config).unwrap_or_default();
    let tokens = [said.get("max_seq_length"), tokenizer.get("model_max_length")]
        .into_iter()
        .flatten()
        .find_map(Value::as_u64);
    tokens.map_or(MOST_TOKENS, |tokens| tokens.clamp(1, u64::from(MOST_TOKENS)) as u32)
}

fn json(path: &Path) -> Value {
    std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Enough of a foreign message to look it up.
fn short(reason: &str) -> String {
    let clean: String =
        reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(240).collect();
    clean.trim_end_matches(['.', ' ']).to_owned()
}

fn unavailable(path: &Path, what: Sentence) -> Error {
    Error::ModelUnavailable { reason: sentence!("{what}: {path}", what, path) }
}
