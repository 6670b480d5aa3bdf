//! Vectors that know letters, not meanings: texts that share sequences of
//! letters get similar vectors. As "Spelling" it shows what meaning adds;
//! small ones serve tests, which need no model then.

use rayon::prelude::*;

use super::{Embedder, ModelKey, Sink};
use crate::error::Result;
use crate::items::TextHash;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Texts handed over together.
const BATCH: usize = 64;
const BATCH_OF_SPELLING: usize = 2048;
/// Enough that different sequences seldom fall on the same number.
pub const SPELLING_DIM: usize = 1024;

/// Counts of hashed character n-grams, scaled to unit length.
pub struct HashingEmbedder {
    key: ModelKey,
    dim: usize,
    lengths: std::ops::RangeInclusive<usize>,
    batch: usize,
}

impl HashingEmbedder {
    /// Trigrams in `dim` dimensions.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        let key = key("hashed-trigrams", &dim.to_string());
        Self { key, dim, lengths: 3..=3, batch: BATCH }
    }

    /// The model people know as Spelling: two to four letters of every word, its ends marked.
    #[must_use]
    pub fn spelling() -> Self {
        let key = key("spelling", "1");
        Self { key, dim: SPELLING_DIM, lengths: 2..=4, batch: BATCH_OF_SPELLING }
    }
}

fn key(id: &str, revision: &str) -> ModelKey {
    ModelKey {
        id: id.to_owned(),
        revision: revision.to_owned(),
        prefix: String::new(),
        max_length: u32::MAX,
    }
}

impl Embedder for HashingEmbedder {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        for (batch, texts) in texts.chunks(self.batch).enumerate() {
            monitor.check()?;
            let rows: Vec<Vec<f32>> =
                texts.par_iter().map(|text| hashed(text, self.dim, &self.lengths)).collect();
            let places: Vec<usize> = (batch * self.batch..).take(texts.len()).collect();
            sink(&places, &Vectors::new(self.dim, rows.concat()))?;
        }
        Ok(())
    }
}

fn hashed(text: &str, dim: usize, lengths: &std::ops::RangeInclusive<usize>) -> Vec<f32> {
    let letters: Vec<char> = format!("  {}  ", text.to_lowercase()).chars().collect();
    let mut row = vec![0.0_f32; dim];
    for length in lengths.clone() {
        for ngram in letters.windows(length) {
            let hash = TextHash::of(&ngram.iter().collect::<String>()).0;
            let place = u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]) as usize % dim;
            row[place] += if hash[4].is_multiple_of(2) { 1.0 } else { -1.0 };
        }
    }
    let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|value| *value /= length);
    } else {
        row[0] = 1.0;
    }
    row
}
