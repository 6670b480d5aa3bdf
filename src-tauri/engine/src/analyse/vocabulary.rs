//! Words that could name a topic, with vectors of the default model.
//!
//! A small asset made once with the model: every whole word of its
//! vocabulary in a few phrasings that call up the class rather than the
//! thing ("types of ..."). Each phrasing is centred on its own, so that what
//! is left is the word.

use std::io::{self, Read as _, Write};
use std::path::Path;

use super::centring::{centred, mean, normalise};
use super::product::dot;
use crate::embed::{Embedder, embed_all};
use crate::error::{Error, Result};
use crate::monitor::Monitor;
use crate::sentence::Sentence;
use crate::vectors::Vectors;

const MAGIC: &[u8; 8] = b"KVOCAB02";
/// People's names, and names of things: what lies between them is the direction in which
/// words stop naming a class. Given names are frequent in any vocabulary and close to whatever a model knows little of.
const PEOPLE: &str = "john maria carlos ahmed ivan giovanni pierre hans fatima smith garcia nguyen singh jorge javier \
    marcelo william elizabeth stephen robert kumar yamamoto olga dmitri lars johnson williams kelly kevin jessica";
const THINGS: &str = "fruit country company animal tool colour sport worker music weather river building clothing \
    vehicle disease emotion furniture drink food mineral instrument plant city law science game book family house language";
/// Words up to this likeness to people's names are names of things.
const THING_LIKE: f32 = 0.08;
const PHRASINGS: [&str; 3] = ["types of {}", "list of {}", "a kind of {}"];
/// Numbers of a stored row are whole steps of this share of its largest one.
const STEPS: f32 = 127.0;

/// Candidate names: `n` words and their rows, `n x dim`, each the mean of centred unit vectors.
pub struct Vocabulary {
    words: Vec<String>,
    rows: Vectors,
    /// Of every word, how much more it is like a person's name than names of things are, from 0.
    name_likeness: Vec<f32>,
}

impl Vocabulary {
    /// No candidates: topics are named after their most typical item then.
    #[must_use]
    pub fn empty(dim: usize) -> Self {
        Self { words: Vec::new(), rows: Vectors::new(dim, Vec::new()), name_likeness: Vec::new() }
    }

    /// Embeds `words` in every phrasing. A minute's work for 20,000 words.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn make(
        words: Vec<String>,
        embedder: &mut dyn Embedder,
        monitor: &dyn Monitor,
    ) -> Result<Self> {
        let dim = embedder.dim();
        let mut values = vec![0.0_f32; words.len() * dim];
        for phrasing in PHRASINGS {
            let phrases: Vec<String> =
                words.iter().map(|word| phrasing.replace("{}", word)).collect();
            let texts: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let rows = embed_all(embedder, &texts, monitor)?;
            let rows = centred(&rows, &mean(&rows));
            values
                .iter_mut()
                .zip(rows.values())
                .for_each(|(value, row)| *value += row / PHRASINGS.len() as f32);
        }
        let name_likeness = name_likeness(&words, embedder, monitor)?;
        Ok(Self { words, rows: Vectors::new(dim, values), name_likeness })
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// `ModelUnavailable` when the file is missing or is something else.
    pub fn open(path: &Path) -> Result<Self> {
        let unavailable = |error: io::Error| Error::ModelUnavailable {
            reason: sentence!(
                "The words that topics are named with could not be loaded. Install Kindred again; {error}: {path}",
                error = error.to_string(),
                path
            ),
        };
        let file = std::fs::File::open(path).map_err(unavailable)?;
        Self::read(io::BufReader::new(file)).map_err(unavailable)
    }

    fn read(mut file: impl io::Read) -> io::Result<Self> {
        let mut magic = [0; MAGIC.len()];
        file.read_exact(&mut magic)?;
        if magic != *MAGIC {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "this is no vocabulary"));
        }
        let (count, dim) = (read_u32(&mut file)? as usize, read_u32(&mut file)? as usize);
        let mut words = Vec::new();
        let mut values = Vec::new();
        let mut name_likeness = Vec::new();
        let mut row = vec![0_u8; dim];
        for _ in 0..count {
            let length = u64::from(read_u32(&mut file)?);
            let mut word = String::new();
            file.by_ref().take(length).read_to_string(&mut word)?;
            words.push(word);
            name_likeness.push(f32::from_bits(read_u32(&mut file)?));
            let scale = f32::from_bits(read_u32(&mut file)?);
            file.read_exact(&mut row)?;
            values.extend(row.iter().map(|&step| f32::from(step.cast_signed()) * scale));
        }
        if dim == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "this vocabulary has no dimensions",
            ));
        }
        Ok(Self { words, rows: Vectors::new(dim, values), name_likeness })
    }

    /// Writes the words and their rows, a byte for each number.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&self, mut file: impl Write) -> io::Result<()> {
        file.write_all(MAGIC)?;
        write_u32(&mut file, self.words.len())?;
        write_u32(&mut file, self.rows.dim())?;
        for ((word, row), name_likeness) in
            self.words.iter().zip(self.rows.rows()).zip(&self.name_likeness)
        {
            write_u32(&mut file, word.len())?;
            file.write_all(word.as_bytes())?;
            file.write_all(&name_likeness.to_bits().to_le_bytes())?;
            let scale = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())) / STEPS;
            file.write_all(&scale.to_bits().to_le_bytes())?;
            let step = |&value: &f32| if scale > 0.0 { (value / scale).round() as i8 } else { 0 };
            let steps: Vec<u8> = row.iter().map(|value| step(value).cast_unsigned()).collect();
            file.write_all(&steps)?;
        }
        file.flush()
    }

    /// How much more like a person's name than like names of things each word is; 0 for most.
    #[must_use]
    pub fn name_likeness(&self) -> &[f32] {
        &self.name_likeness
    }

    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// `n x dim`, in the order of the words.
    #[must_use]
    pub fn rows(&self) -> &Vectors {
        &self.rows
    }
}

fn name_likeness(
    words: &[String],
    embedder: &mut dyn Embedder,
    monitor: &dyn Monitor,
) -> Result<Vec<f32>> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let rows = embed_all(embedder, &texts, monitor)?;
    let mean = mean(&rows);
    let mut centre_of = |examples: &str| -> Result<Vec<f32>> {
        let examples: Vec<&str> = examples.split_whitespace().collect();
        let rows = centred(&embed_all(embedder, &examples, monitor)?, &mean);
        Ok(super::centring::mean(&rows))
    };
    let (people, things) = (centre_of(PEOPLE)?, centre_of(THINGS)?);
    let mut direction: Vec<f32> =
        people.iter().zip(&things).map(|(person, thing)| person - thing).collect();
    normalise(&mut direction);
    Ok(centred(&rows, &mean)
        .rows()
        .map(|row| (dot(row, &direction) - THING_LIKE).max(0.0))
        .collect())
}

/// The whole words of a tokenizer's vocabulary, in its order (which is by
/// frequency), that could name something: three letters or more, nothing but letters.
///
/// # Errors
/// `ModelUnavailable` when `tokenizer` (`tokenizer.json`) cannot be read.
pub fn whole_words(tokenizer: &Path) -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Tokenizer {
        model: Model,
    }
    #[derive(serde::Deserialize)]
    struct Model {
        vocab: std::collections::BTreeMap<String, u32>,
    }
    let unavailable = |error: &dyn std::fmt::Display| Error::ModelUnavailable {
        reason: Sentence::verbatim(error.to_string()),
    };
    let text = std::fs::read_to_string(tokenizer).map_err(|error| unavailable(&error))?;
    let tokenizer: Tokenizer = serde_json::from_str(&text).map_err(|error| unavailable(&error))?;
    let mut words: Vec<(u32, String)> = tokenizer
        .model
        .vocab
        .into_iter()
        .filter(|(word, _)| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        .map(|(word, id)| (id, word))
        .collect();
    words.sort_unstable();
    Ok(words.into_iter().map(|(_, word)| word).collect())
}

fn read_u32(file: &mut impl io::Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn write_u32(file: &mut impl Write, value: usize) -> io::Result<()> {
    let value = u32::try_from(value).map_err(io::Error::other)?;
    file.write_all(&value.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::hashing::HashingEmbedder;
    use crate::monitor::Silent;

    #[test]
    fn a_vocabulary_reads_back_as_it_was_written() {
        let words = ["fruit", "country", "company"].map(str::to_owned).to_vec();
        let made = Vocabulary::make(words.clone(), &mut HashingEmbedder::new(32), &Silent)
            .expect("hashing never fails");
        let mut file = Vec::new();
        made.write(&mut file).expect("memory can be written");
        let read = Vocabulary::read(file.as_slice()).expect("it was just written");
        assert_eq!(read.words(), words, "the same words in the same order");
        for (a, b) in read.rows().values().iter().zip(made.rows().values()) {
            assert!((a - b).abs() < 0.01, "a byte is precise enough: {a} and {b}");
        }
    }

    #[test]
    fn something_else_is_no_vocabulary() {
        for bytes in [
            &b""[..],
            b"KVOCAB02",
            b"PNG and so on, long enough",
            b"KVOCAB02\xff\xff\xff\xff\x01\0\0\0abc",
        ] {
            assert!(Vocabulary::read(bytes).is_err(), "{bytes:?} must be refused, not trusted");
        }
    }
}
