//! Makes Instant's token vectors of the default model: a step of building Kindred.
//!
//! The model reads every token of its vocabulary by itself, between the marks
//! of a text's ends (as model2vec does it, but left in the model's own space).
//! What these vectors have in common is kept once, because a text has it once
//! however many tokens it has; the rest is each token's own. Frequent tokens
//! say little: each is weighted by `a / (a + p)`, where `p` is its share if words
//! are used as Zipf's law has it (Arora, Liang and Ma, "A simple but
//! tough-to-beat baseline for sentence embeddings", 2017).

use std::path::Path;

use ort::session::Session;
use ort::session::builder::SessionBuilder;
use ort::value::Tensor;

use super::instant::{EVERY_TEXT, TokenVectors};
use super::runtime;
use crate::error::{Error, Result};
use crate::vectors::Vectors;

/// Tokens that are read together.
const BATCH: usize = 512;
/// The marks of a text's beginning and end.
const BEGIN: i64 = 101;
const END: i64 = 102;
/// Below it lie tokens that no text has.
const FIRST_USED: usize = 999;
/// `a` of the weights.
const SMOOTHING: f64 = 1e-4;
/// From here on tokens are words and their pieces; before it, signs and letters.
const FIRST_WORD: usize = 1996;

/// The token vectors of the model in the folder `model`, whose vocabulary holds `tokens` tokens.
///
/// # Errors
/// `ModelUnavailable` or `Embedding` when the model cannot be run.
pub fn token_vectors(model: &Path, tokens: usize) -> Result<TokenVectors> {
    let failed = |error: ort::Error| Error::Embedding { reason: error.to_string() };
    let mut session = SessionBuilder::new(&runtime::environment()?)
        .and_then(|mut builder| builder.commit_from_file(model.join("model.onnx")))
        .map_err(failed)?;
    let mut values: Vec<f32> = Vec::new();
    for first in (0..tokens).step_by(BATCH) {
        let batch: Vec<usize> = (first..tokens.min(first + BATCH)).collect();
        values.extend(read(&mut session, &batch).map_err(failed)?);
    }
    let dim = values.len() / tokens.max(1);
    let words = values.chunks_exact(dim).skip(FIRST_WORD);
    let mut common = vec![0.0_f64; dim];
    let count = words.len().max(1) as f64;
    for row in words {
        crate::analyse::centring::add(&mut common, row);
    }
    let common: Vec<f32> = common.iter().map(|&sum| (sum / count) as f32).collect();
    let harmonic: f64 = (1..=tokens).map(|rank| 1.0 / rank as f64).sum();
    for (token, row) in values.chunks_exact_mut(dim).enumerate() {
        let rank = token.saturating_sub(FIRST_USED) + 1;
        let share = 1.0 / (rank as f64 * harmonic);
        let weight = SMOOTHING / (SMOOTHING + share);
        for (value, common) in row.iter_mut().zip(&common) {
            *value = (*value - common) * weight as f32;
        }
    }
    values[EVERY_TEXT as usize * dim..][..dim].copy_from_slice(&common);
    Ok(TokenVectors::round(&Vectors::new(dim, values)))
}

/// The mean output for each token, of unit length.
fn read(session: &mut Session, tokens: &[usize]) -> ort::Result<Vec<f32>> {
    let ids: Vec<i64> = tokens.iter().flat_map(|&token| [BEGIN, token as i64, END]).collect();
    let shape = [tokens.len(), 3];
    let outputs = session.run(ort::inputs![
        "input_ids" => Tensor::from_array((shape, ids.clone()))?,
        "attention_mask" => Tensor::from_array((shape, vec![1_i64; ids.len()]))?,
        "token_type_ids" => Tensor::from_array((shape, vec![0_i64; ids.len()]))?,
    ])?;
    // The graph takes the mean itself: one row per text.
    let (_, rows) = outputs[0].try_extract_tensor::<f32>()?;
    let mut rows = rows.to_vec();
    let dim = rows.len() / tokens.len();
    rows.chunks_exact_mut(dim).for_each(crate::analyse::centring::normalise);
    Ok(rows)
}
