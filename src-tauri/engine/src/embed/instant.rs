//! Instant: one vector per token, distilled from the default model when
//! Kindred is built. A text's vector is what all texts have in common and the
//! sum of its tokens' vectors, scaled to unit length: hundreds of times faster than the model, less exact, and in
//! the same space. The idea is that of model2vec.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use rayon::prelude::*;
use tokenizers::Tokenizer;

use super::{Embedder, ModelKey, Sink};
use crate::analyse::centring::normalise;
use crate::error::{Error, Result};
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Says what the file is and how it is written.
const MAGIC: &[u8; 8] = b"KINSTAN1";
/// Texts handed over together.
const BATCH: usize = 8_192;
/// Texts that one thread reads at once.
const PART: usize = 256;
/// Longer words are unknown, as in the model's own tokenizer.
const MOST_LETTERS: usize = 100;
const MAX_TOKENS: usize = 256;

/// The mark of a text's beginning; its row holds what all texts have in common.
pub(super) const EVERY_TEXT: u32 = 101;

/// What its vectors are kept under.
#[must_use]
pub fn key() -> ModelKey {
    ModelKey {
        id: "instant".to_owned(),
        revision: "1".to_owned(),
        prefix: String::new(),
        max_length: MAX_TOKENS as u32,
    }
}

/// A vector for every token of a vocabulary, each number a byte.
pub struct TokenVectors {
    dim: usize,
    /// What a token's bytes are multiplied with.
    scales: Vec<f32>,
    /// `tokens x dim`.
    bytes: Vec<i8>,
}

impl TokenVectors {
    /// Rounds `rows`, one per token; how much a token counts is its row's length.
    #[must_use]
    pub fn round(rows: &Vectors) -> Self {
        let (mut scales, mut bytes) = (Vec::new(), Vec::with_capacity(rows.values().len()));
        for row in rows.rows() {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            let scale = if largest > 0.0 { largest / f32::from(i8::MAX) } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|value| (value / scale).round() as i8));
        }
        Self { dim: rows.dim(), scales, bytes }
    }

    /// # Errors
    /// Whatever writing fails with.
    pub fn write(&self, mut file: impl Write) -> io::Result<()> {
        file.write_all(MAGIC)?;
        for count in [self.scales.len(), self.dim] {
            file.write_all(&u32::try_from(count).map_err(io::Error::other)?.to_le_bytes())?;
        }
        for scale in &self.scales {
            file.write_all(&scale.to_le_bytes())?;
        }
        let bytes: Vec<u8> = self.bytes.iter().map(|byte| byte.cast_unsigned()).collect();
        file.write_all(&bytes)?;
        file.flush()
    }

    /// # Errors
    /// `InvalidData` for something else, and whatever reading fails with.
    pub fn read(mut file: impl Read) -> io::Result<Self> {
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "these are no token vectors");
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        let mut number = || {
            let mut bytes = [0; 4];
            file.read_exact(&mut bytes).map(|()| u32::from_le_bytes(bytes))
        };
        let (tokens, dim) = (number()? as usize, number()? as usize);
        if magic != *MAGIC || dim == 0 || dim > 1 << 14 || tokens > 1 << 22 {
            return Err(broken());
        }
        let scales =
            (0..tokens).map(|_| number().map(f32::from_bits)).collect::<io::Result<_>>()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.len() != tokens * dim {
            return Err(broken());
        }
        Ok(Self { dim, scales, bytes: bytes.into_iter().map(u8::cast_signed).collect() })
    }

    /// Number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    fn add(&self, token: u32, sum: &mut [f32]) {
        let token = token as usize;
        let Some(&scale) = self.scales.get(token) else { return };
        for (sum, &byte) in sum.iter_mut().zip(&self.bytes[token * self.dim..][..self.dim]) {
            *sum += scale * f32::from(byte);
        }
    }
}

/// The loaded model.
pub struct InstantEmbedder {
    key: ModelKey,
    vectors: TokenVectors,
    words: WordPieces,
}

impl InstantEmbedder {
    /// Loads `instant.bin` and the default model's tokenizer from the folder of resources.
    ///
    /// # Errors
    /// `ModelUnavailable` when one of them is missing or broken.
    pub fn open(resources: &Path) -> Result<Self> {
        let path = resources.join("instant.bin");
        let read = File::open(&path).and_then(|file| TokenVectors::read(BufReader::new(file)));
        let vectors = read.map_err(|error| unavailable(&format!("{error}: {}", path.display())))?;
        Ok(Self { key: key(), vectors, words: WordPieces::open(&resources.join("model"))? })
    }
}

impl Embedder for InstantEmbedder {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.vectors.dim
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        let dim = self.vectors.dim;
        for (batch, texts) in texts.chunks(BATCH).enumerate() {
            monitor.check()?;
            let mut values = vec![0.0_f32; texts.len() * dim];
            values.par_chunks_mut(PART * dim).zip(texts.par_chunks(PART)).for_each(
                |(rows, texts)| {
                    let mut tokens = Vec::new();
                    for (row, text) in rows.chunks_exact_mut(dim).zip(texts) {
                        tokens.clear();
                        self.vectors.add(EVERY_TEXT, row);
                        self.words.read(text, &mut tokens);
                        for &token in tokens.iter().take(MAX_TOKENS - 2) {
                            self.vectors.add(token, row);
                        }
                        normalise(row);
                    }
                },
            );
            let places: Vec<usize> = (batch * BATCH..).take(texts.len()).collect();
            sink(&places, &Vectors::new(dim, values))?;
        }
        Ok(())
    }
}

/// Cuts texts into the default model's word pieces. Plain ASCII, which nearly
/// everything is, takes a short way; the rest goes through the model's own tokenizer.
pub struct WordPieces {
    /// Beginnings of words, and whole words.
    first: HashMap<Box<[u8]>, u32>,
    /// What goes on inside of a word.
    next: HashMap<Box<[u8]>, u32>,
    unknown: u32,
    tokenizer: Tokenizer,
}

impl WordPieces {
    /// # Errors
    /// `ModelUnavailable` when the tokenizer is missing or of another kind.
    pub fn open(model: &Path) -> Result<Self> {
        let path = model.join("tokenizer.json");
        let wrong = |reason: &str| unavailable(&format!("{reason}: {}", path.display()));
        let mut tokenizer =
            Tokenizer::from_file(&path).map_err(|error| wrong(&error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| wrong(&error.to_string()))?;
        let unknown = tokenizer.token_to_id("[UNK]").ok_or_else(|| wrong("another tokenizer"))?;
        let (mut first, mut next) = (HashMap::new(), HashMap::new());
        // What stands in brackets is never written by a person.
        let vocabulary: BTreeMap<String, u32> = tokenizer.get_vocab(false).into_iter().collect();
        for (token, id) in vocabulary {
            match token.strip_prefix("##") {
                Some(inside) if !inside.is_empty() => next.insert(inside.as_bytes().into(), id),
                _ => first.insert(token.as_bytes().into(), id),
            };
        }
        Ok(Self { first, next, unknown, tokenizer })
    }

    /// Number of tokens in the vocabulary.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Adds the ids of a text's word pieces, without the marks of its ends.
    pub fn read(&self, text: &str, tokens: &mut Vec<u32>) {
        // "[MASK]" and the like are one token to the tokenizer.
        if text.is_ascii() && !text.contains('[') {
            self.read_ascii(text.as_bytes(), tokens);
        } else if let Ok(encoding) = self.tokenizer.encode_fast(text, false) {
            tokens.extend_from_slice(encoding.get_ids());
        }
    }

    fn read_ascii(&self, text: &[u8], tokens: &mut Vec<u32>) {
        let mut word: Vec<u8> = Vec::with_capacity(32);
        for &byte in text {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.end_word(&mut word, tokens),
                // Control characters are dropped, not spaces.
                0..32 | 127 => {}
                _ if byte.is_ascii_punctuation() => {
                    self.end_word(&mut word, tokens);
                    word.push(byte);
                    self.end_word(&mut word, tokens);
                }
                _ => word.push(byte.to_ascii_lowercase()),
            }
        }
        self.end_word(&mut word, tokens);
    }

    /// The longest piece that fits, again and again; a word that cannot be made of pieces is unknown.
    fn end_word(&self, word: &mut Vec<u8>, tokens: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let before = tokens.len();
        let mut start = 0;
        while start < word.len() && word.len() <= MOST_LETTERS {
            let pieces = if start == 0 { &self.first } else { &self.next };
            let found = (start + 1..=word.len())
                .rev()
                .find_map(|end| pieces.get(&word[start..end]).map(|&id| (end, id)));
            let Some((end, id)) = found else { break };
            tokens.push(id);
            start = end;
        }
        if start < word.len() {
            tokens.truncate(before);
            tokens.push(self.unknown);
        }
        word.clear();
    }
}

fn unavailable(reason: &str) -> Error {
    Error::ModelUnavailable {
        reason: sentence!("Instant could not be loaded. Install Kindred again; {reason}", reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_vectors_read_back_as_they_were_written() {
        let rows = Vectors::new(3, vec![0.5, -0.25, 0.0, 3.0, 1.0, -2.0, 0.0, 0.0, 0.0]);
        let mut file = Vec::new();
        TokenVectors::round(&rows).write(&mut file).expect("memory can be written");
        let read = TokenVectors::read(file.as_slice()).expect("it was just written");
        for (token, row) in rows.rows().enumerate() {
            let mut sum = vec![0.0; 3];
            read.add(token as u32, &mut sum);
            for (a, b) in sum.iter().zip(row) {
                assert!((a - b).abs() < 0.02, "a byte is precise enough: {sum:?} and {row:?}");
            }
        }
        for bytes in [&b""[..], b"KINSTAN1", &file[..file.len() - 1], b"PNG and so on, and more"] {
            assert!(TokenVectors::read(bytes).is_err(), "something else is refused");
        }
    }
}
