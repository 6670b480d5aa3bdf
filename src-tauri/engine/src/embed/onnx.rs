//! ONNX models, run by fastembed.

use std::path::Path;

use fastembed::{
    InitOptionsUserDefined, OutputKey, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};

use super::{Embedder, ModelKey, Sink};
use crate::error::{Error, Result};
use crate::models::catalogue::Pooling;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Tokens of one batch, padding included. More does not make it faster, and
/// cancelling would have to wait longer.
const BATCH_TOKENS: usize = 1024;
/// Texts that are tokenised and sorted by length together.
const WINDOW: usize = 2048;

/// A model in a folder: `model.onnx` and its tokenizer's four files.
pub struct OnnxEmbedder {
    model: TextEmbedding,
    key: ModelKey,
    dim: usize,
}

/// The model that is part of Kindred: all-MiniLM-L6-v2, 384 dimensions, 256 tokens, mean pooling.
#[must_use]
pub fn default_key() -> ModelKey {
    ModelKey {
        id: "all-MiniLM-L6-v2".to_owned(),
        // The weights' SHA-256, shortened.
        revision: "53aa51172d14".to_owned(),
        prefix: String::new(),
        max_length: 256,
    }
}

/// Dimensions of the default model's vectors.
pub const DEFAULT_DIM: usize = 384;

/// A model's files, as bytes.
pub struct OnnxFiles {
    pub model: Vec<u8>,
    /// Weights outside of the model's own file, by the name it knows them by.
    pub data: Vec<(String, Vec<u8>)>,
    pub tokenizer: Vec<u8>,
    pub config: Vec<u8>,
    pub special_tokens_map: Vec<u8>,
    pub tokenizer_config: Vec<u8>,
}

/// How a model is to be run.
pub struct OnnxModel {
    pub key: ModelKey,
    /// `None`: as many as come out.
    pub dim: Option<usize>,
    pub pooling: Pooling,
    /// The output with whole texts' vectors, if there is one.
    pub output: Option<&'static str>,
}

impl OnnxEmbedder {
    /// Loads the default model from `folder`, to run on `threads` threads.
    ///
    /// # Errors
    /// `ModelUnavailable` when a file is missing or cannot be used.
    pub fn open_default(folder: &Path, threads: usize) -> Result<Self> {
        let read = |name: &str| {
            std::fs::read(folder.join(name)).map_err(|error| {
                broken_installation(&format!("{error}: {}", folder.join(name).display()))
            })
        };
        let files = OnnxFiles {
            model: read("model.onnx")?,
            data: Vec::new(),
            tokenizer: read("tokenizer.json")?,
            config: read("config.json")?,
            special_tokens_map: read("special_tokens_map.json")?,
            tokenizer_config: read("tokenizer_config.json")?,
        };
        let model = OnnxModel {
            key: default_key(),
            dim: Some(DEFAULT_DIM),
            pooling: Pooling::Mean,
            output: None,
        };
        Self::load(files, model, threads).map_err(|error| broken_installation(&error.to_string()))
    }

    /// Loads a model, to run on `threads` threads.
    ///
    /// # Errors
    /// `ModelUnavailable` with what is wrong with the files.
    pub fn load(files: OnnxFiles, model: OnnxModel, threads: usize) -> Result<Self> {
        let OnnxModel { key, dim, pooling, output } = model;
        let tokenizer = TokenizerFiles {
            tokenizer_file: files.tokenizer,
            config_file: files.config,
            special_tokens_map_file: files.special_tokens_map,
            tokenizer_config_file: files.tokenizer_config,
        };
        let mut user_defined =
            UserDefinedEmbeddingModel::new(files.model, tokenizer).with_pooling(match pooling {
                Pooling::Mean => fastembed::Pooling::Mean,
                Pooling::Cls => fastembed::Pooling::Cls,
            });
        for (name, bytes) in files.data {
            user_defined = user_defined.with_external_initializer(name, bytes);
        }
        user_defined.output_key = output.map(OutputKey::ByName);
        let options = InitOptionsUserDefined::new()
            .with_max_length(key.max_length as usize)
            .with_intra_threads(threads)
            .with_environment(super::runtime::environment()?)
            // Threads that spin while they wait would take the processor from the window.
            .with_session_config("session.intra_op.allow_spinning", "0");
        let mut model = TextEmbedding::try_new_from_user_defined(user_defined, options)
            .map_err(|error| unusable(&error))?;
        let dim = match dim {
            Some(dim) => dim,
            None => {
                let rows = model.embed(["text"], None).map_err(|error| unusable(&error))?;
                rows.first().map_or(0, Vec::len)
            }
        };
        Ok(Self { model, key, dim })
    }

    /// Tokens of each text, special ones included, at most the model's maximum.
    fn token_counts(&self, texts: &[String]) -> Result<Vec<usize>> {
        let encodings = self
            .model
            .tokenizer
            .encode_batch_fast(texts.iter().map(String::as_str).collect(), true)
            .map_err(|error| Error::Embedding { reason: error.to_string() })?;
        // A batch is padded to its longest text: only the attended tokens are the text's own.
        Ok(encodings
            .iter()
            .map(|encoding| encoding.get_attention_mask().iter().filter(|&&mask| mask == 1).count())
            .collect())
    }
}

impl Embedder for OnnxEmbedder {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        for (window, texts) in texts.chunks(WINDOW).enumerate() {
            monitor.check()?;
            let prefixed: Vec<String> =
                texts.iter().map(|text| format!("{}{text}", self.key.prefix)).collect();
            let counts = self.token_counts(&prefixed)?;
            for batch in batches(&counts) {
                monitor.check()?;
                let inputs: Vec<&str> =
                    batch.iter().map(|&index| prefixed[index].as_str()).collect();
                let rows = self
                    .model
                    .embed(&inputs, Some(inputs.len()))
                    .map_err(|error| Error::Embedding { reason: error.to_string() })?;
                let rows = Vectors::new(self.dim, checked(rows, self.dim)?);
                let places: Vec<usize> =
                    batch.iter().map(|index| window * WINDOW + index).collect();
                sink(&places, &rows)?;
            }
        }
        Ok(())
    }
}

/// Groups texts of equal token count, so that nothing is padded: a text's
/// vector is then the same in whatever company it comes, and no work is
/// wasted. Long texts first, so that an estimate of the time left errs on the safe side.
fn batches(counts: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(counts[index]), index));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for index in order {
        match batches.last_mut() {
            Some(batch)
                if counts[batch[0]] == counts[index]
                    && (batch.len() + 1) * counts[index] <= BATCH_TOKENS =>
            {
                batch.push(index);
            }
            _ => batches.push(vec![index]),
        }
    }
    batches
}

/// The rows one after another, if each has `dim` finite numbers.
fn checked(rows: Vec<Vec<f32>>, dim: usize) -> Result<Vec<f32>> {
    let values: Vec<f32> = rows.concat();
    if rows.iter().any(|row| row.len() != dim) || values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Embedding {
            reason: format!("the model did not give {dim} finite numbers per text"),
        });
    }
    Ok(values)
}

fn broken_installation(reason: &str) -> Error {
    Error::ModelUnavailable {
        reason: sentence!(
            "The model could not be loaded, so nothing can be embedded. Install Kindred again; {reason}",
            reason
        ),
    }
}

fn unusable(error: &fastembed::Error) -> Error {
    Error::ModelUnavailable {
        reason: sentence!(
            "ONNX Runtime cannot use these files as a text model: {error}",
            error = error.to_string()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::catalogue::CATALOGUE;
    use fastembed::{EmbeddingModel, QuantizationMode};

    #[test]
    fn a_batch_holds_texts_of_one_length_and_few_tokens() {
        let counts: Vec<usize> = (0..3000).map(|index| 3 + index % 7 * 40).collect();
        let batches = batches(&counts);
        let mut seen: Vec<usize> = batches.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..3000).collect::<Vec<_>>(), "every text is in one batch");
        for batch in &batches {
            assert!(batch.iter().all(|&i| counts[i] == counts[batch[0]]), "nothing is padded");
            assert!(
                batch.len() * counts[batch[0]] <= BATCH_TOKENS,
                "a batch stays small enough to cancel"
            );
        }
    }

    #[test]
    fn a_text_longer_than_a_batch_is_a_batch() {
        assert_eq!(batches(&[5000, 3]), vec![vec![0], vec![1]], "nothing is left out");
    }

    /// A second source for what the entries say.
    #[test]
    fn entries_say_what_fastembed_knows_of_the_same_files() {
        let known = TextEmbedding::list_supported_models();
        for model in CATALOGUE {
            let same = known.iter().find(|known| {
                known.model_code == model.repository && known.model_file == model.onnx
            });
            let same = same.unwrap_or_else(|| panic!("{} is not one that can be run", model.id));
            assert_eq!(same.dim, model.dim, "dimensions of {}", model.id);
            assert_eq!(same.additional_files, model.data, "further files of {}", model.id);
            let pooling = match TextEmbedding::get_default_pooling_method(&same.model) {
                Some(fastembed::Pooling::Mean) => Pooling::Mean,
                _ => Pooling::Cls,
            };
            assert_eq!(pooling, model.pooling, "pooling of {}", model.id);
        }
    }

    #[test]
    fn models_whose_vectors_depend_on_the_batch_are_left_out_and_no_others() {
        let is_dynamic = |model: &EmbeddingModel| {
            TextEmbedding::get_quantization_mode(model) == QuantizationMode::Dynamic
        };
        for known in TextEmbedding::list_supported_models() {
            let is_here = CATALOGUE.iter().any(|model| {
                known.model_code == model.repository && known.model_file == model.onnx
            });
            // The default model is part of Kindred; CLIP's texts are made to be compared with pictures.
            let is_elsewhere =
                matches!(known.model, EmbeddingModel::AllMiniLML6V2 | EmbeddingModel::ClipVitB32);
            assert_eq!(
                is_here,
                !is_dynamic(&known.model) && !is_elsewhere,
                "whether {} is in the catalogue",
                known.model_code
            );
        }
    }
}
