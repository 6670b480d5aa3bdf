//! Vectors that came with a list. They are kept as those of a model of their own, which nobody
//! has: it reads no text that it did not come with.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::{Embedder, ModelKey, Sink};
use crate::error::{Error, Result};
use crate::import::{ImportProblem, ImportedList, ImportedTopics, ImportedVectors, MAX_PROBLEMS};
use crate::monitor::Monitor;
use crate::vectors::Vectors;

const PREFIX: &str = "given:";

/// What they are called.
pub const NAME: &str = "Your own vectors";
/// Bytes of the SHA-256 that tell one list's vectors from another's of the same name.
const HASH_BYTES: usize = 8;
/// Numbers hashed together.
const VALUES_AT_ONCE: usize = 4_096;
/// Shorter vectors have no direction.
const NOTHING: f64 = 1e-12;

/// What the vectors that came with the list called `name` are kept under.
#[must_use]
pub fn key(name: &str, vectors: &ImportedVectors) -> ModelKey {
    let mut sha256 = Sha256::new();
    for part in vectors.rows.chunks(VALUES_AT_ONCE) {
        sha256.update(part.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    let hash: String =
        sha256.finalize()[..HASH_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
    ModelKey {
        id: format!("{PREFIX}{name}-{hash}"),
        revision: vectors.dim.to_string(),
        prefix: String::new(),
        max_length: 0,
    }
}

/// Whether the vectors kept under `key` came with a list.
#[must_use]
pub fn is_given(key: &ModelKey) -> bool {
    key.id.starts_with(PREFIX)
}

/// Stands for the model that nobody has.
pub struct Given {
    key: ModelKey,
    dim: usize,
}

impl Given {
    /// `None` when the vectors kept under `key` did not come with a list.
    #[must_use]
    pub fn of(key: &ModelKey) -> Option<Self> {
        let dim = key.revision.parse().ok().filter(|&dim| dim > 0)?;
        is_given(key).then(|| Self { key: key.clone(), dim })
    }
}

impl Embedder for Given {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&mut self, texts: &[&str], _: &mut Sink<'_>, _: &dyn Monitor) -> Result<()> {
        if texts.is_empty() {
            return Ok(());
        }
        Err(Error::ModelUnavailable {
            reason: sentence!(
                "This workbook uses vectors that came with its list, so no other text can be read. Use a model for this: open Models and choose one."
            ),
        })
    }
}

/// Row `index` of unit length; `None` when it has no direction or something that is no number.
pub(crate) fn unit_row(
    vectors: &ImportedVectors,
    index: usize,
) -> Option<impl Iterator<Item = f32>> {
    let row = vectors.rows.get(index * vectors.dim..)?.get(..vectors.dim)?;
    let length = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    (length.is_finite() && length > NOTHING)
        .then(|| row.iter().map(move |&value| (f64::from(value) / length) as f32))
}

/// The unit rows of the items at `places`, which all have one.
pub(crate) fn unit_rows(vectors: &ImportedVectors, places: impl Iterator<Item = usize>) -> Vectors {
    let rows = places.filter_map(|place| unit_row(vectors, place)).flatten();
    Vectors::new(vectors.dim, rows.collect())
}

/// The list without the items whose vectors say nothing; each becomes a problem of the report.
///
/// # Errors
/// `Invalid` when there are more or fewer vectors than items.
pub(crate) fn usable(list: &ImportedList) -> Result<Cow<'_, ImportedList>> {
    let Some(vectors) = &list.vectors else { return Ok(Cow::Borrowed(list)) };
    if vectors.dim == 0 || vectors.rows.len() != list.items.len() * vectors.dim {
        return Err(Error::Invalid(sentence!(
            "There must be one vector for each text, all of one length. Check the file of the vectors."
        )));
    }
    let is_kept: Vec<bool> =
        (0..list.items.len()).map(|place| unit_row(vectors, place).is_some()).collect();
    if is_kept.iter().all(|&is_kept| is_kept) {
        return Ok(Cow::Borrowed(list));
    }
    let mut report = list.report.clone();
    for (place, item) in list.items.iter().enumerate().filter(|&(place, _)| !is_kept[place]) {
        report.kept = report.kept.saturating_sub(1);
        report.problem_count += 1;
        if report.problems.len() < MAX_PROBLEMS {
            let text = &item.text;
            let message = sentence!(
                "{text} was left out: its vector is all zeros or holds something that is no number.",
                text
            );
            report.problems.push(ImportProblem { line: place as u64 + 1, message });
        }
    }
    let width = list.columns.len();
    Ok(Cow::Owned(ImportedList {
        source_name: list.source_name.clone(),
        items: kept(&list.items, 1, &is_kept),
        columns: list.columns.clone(),
        cells: kept(&list.cells, width, &is_kept),
        topics: list.topics.as_ref().map(|topics| ImportedTopics {
            names: topics.names.clone(),
            of_items: kept(&topics.of_items, 1, &is_kept),
            pinned: kept(&topics.pinned, 1, &is_kept),
        }),
        vectors: Some(ImportedVectors {
            dim: vectors.dim,
            rows: kept(&vectors.rows, vectors.dim, &is_kept),
        }),
        report,
    }))
}

/// Of `all`, which holds `width` values for every item, those of the items that are kept.
fn kept<T: Clone>(all: &[T], width: usize, is_kept: &[bool]) -> Vec<T> {
    all.chunks_exact(width.max(1))
        .zip(is_kept)
        .filter(|&(_, &is_kept)| is_kept)
        .flat_map(|(values, _)| values.iter().cloned())
        .collect()
}
