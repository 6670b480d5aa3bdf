//! A small deterministic embedder: texts that share letters get similar
//! vectors. For tests, which need no model then.

use super::{Embedder, ModelKey, Sink};
use crate::error::Result;
use crate::items::TextHash;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Texts handed over together.
const BATCH: usize = 64;

/// Counts of hashed character trigrams, scaled to unit length.
pub struct HashingEmbedder {
    key: ModelKey,
    dim: usize,
}

impl HashingEmbedder {
    #[must_use]
    pub fn new(dim: usize) -> Self {
        let key = ModelKey {
            id: "hashed-trigrams".to_owned(),
            revision: dim.to_string(),
            prefix: String::new(),
            max_length: u32::MAX,
        };
        Self { key, dim }
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
        for (batch, texts) in texts.chunks(BATCH).enumerate() {
            monitor.check()?;
            let values = texts.iter().flat_map(|text| hashed(text, self.dim)).collect();
            let places: Vec<usize> = (batch * BATCH..).take(texts.len()).collect();
            sink(&places, &Vectors::new(self.dim, values))?;
        }
        Ok(())
    }
}

fn hashed(text: &str, dim: usize) -> Vec<f32> {
    let letters: Vec<char> = format!("  {}  ", text.to_lowercase()).chars().collect();
    let mut row = vec![0.0_f32; dim];
    for trigram in letters.windows(3) {
        let hash = TextHash::of(&trigram.iter().collect::<String>()).0;
        let place = u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]) as usize % dim;
        row[place] += if hash[4].is_multiple_of(2) { 1.0 } else { -1.0 };
    }
    let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|value| *value /= length);
    } else {
        row[0] = 1.0;
    }
    row
}
