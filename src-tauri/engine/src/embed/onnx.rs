//! ONNX models, run by fastembed.

use std::path::Path;

use fastembed::{
    InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};

use super::{Embedder, ModelKey, Sink};
use crate::error::{Error, Result};
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

impl OnnxEmbedder {
    /// Loads the default model from `folder`, to run on `threads` threads.
    ///
    /// # Errors
    /// `ModelUnavailable` when a file is missing or cannot be used.
    pub fn open_default(folder: &Path, threads: usize) -> Result<Self> {
        Self::open(folder, default_key(), DEFAULT_DIM, threads)
    }

    fn open(folder: &Path, key: ModelKey, dim: usize, threads: usize) -> Result<Self> {
        let read = |name: &str| {
            std::fs::read(folder.join(name))
                .map_err(|error| unavailable(&format!("{error}: {}", folder.join(name).display())))
        };
        let tokenizer = TokenizerFiles {
            tokenizer_file: read("tokenizer.json")?,
            config_file: read("config.json")?,
            special_tokens_map_file: read("special_tokens_map.json")?,
            tokenizer_config_file: read("tokenizer_config.json")?,
        };
        let model = UserDefinedEmbeddingModel::new(read("model.onnx")?, tokenizer)
            .with_pooling(Pooling::Mean);
        let options = InitOptionsUserDefined::new()
            .with_max_length(key.max_length as usize)
            .with_intra_threads(threads)
            .with_environment(super::runtime::environment()?)
            // Threads that spin while they wait would take the processor from the window.
            .with_session_config("session.intra_op.allow_spinning", "0");
        let model = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| unavailable(&error.to_string()))?;
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

fn unavailable(reason: &str) -> Error {
    Error::ModelUnavailable {
        reason: format!(
            "The model could not be loaded, so nothing can be embedded. Install Kindred again; {reason}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
