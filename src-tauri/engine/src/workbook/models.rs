//! Vectors: whose are used, what every model has embedded, and embedding.
//! A text is embedded once by a model, whichever model is in use.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::progress::Committed;
use super::{Coverage, Snapshot, State, Workbook, locked};
use crate::embed::{Embedder, ModelKey, Sink, given};
use crate::error::{Error, Result};
use crate::items::TextHash;
use crate::monitor::{Monitor, Silent, Stage};
use crate::store;
use crate::vectors::Vectors;

/// Bytes of vectors that stay in memory beside those of the model in use.
const MOST_KEPT_BYTES: usize = 512 << 20;

impl Workbook {
    /// How many items the model in use has embedded.
    #[must_use]
    pub fn embedded_count(&self) -> usize {
        let state = self.state();
        let model = self.model_of(&state.list.sorting);
        state.coverage.get(&model).map_or(0, |coverage| coverage.count)
    }

    /// How many items `model` has embedded.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn embedded_count_of(&self, model: &ModelKey) -> Result<usize> {
        self.with_coverage(model, |state| state.coverage[model].count)
    }

    /// The texts that `model` has not embedded yet, as it would read them, without its prefix.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn missing_texts(&self, model: &ModelKey) -> Result<Vec<String>> {
        let (missing, list) = self
            .with_coverage(model, |state| (missing(&state.coverage[model]), state.list.clone()))?;
        Ok(missing.iter().map(|&index| list.embedded_text(index).into_owned()).collect())
    }

    /// What takes over once it has embedded everything.
    #[must_use]
    pub fn next_model(&self) -> Option<ModelKey> {
        self.state().next_model.clone()
    }

    /// Says what takes over, or that nothing does.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn set_next_model(&self, model: Option<&ModelKey>) -> Result<()> {
        self.store.write(|transaction| store::meta::set_next_model(transaction, model))?;
        let mut state = self.state();
        state.next_model = model.cloned();
        state.revision += 1;
        Ok(())
    }

    /// Embeds the items that have no vector of this model yet. Every batch the embedder
    /// hands over is on the disk before its progress is told; what was done
    /// stays when the job is cancelled, fails or is killed.
    ///
    /// # Errors
    /// `ReadOnly`, `Cancelled`, `DiskFull`, or what the embedder failed with.
    pub fn embed(&self, embedder: &mut dyn Embedder, monitor: &dyn Monitor) -> Result<()> {
        self.check_writable()?;
        let _one_at_a_time = locked(&self.embedding);
        let model = embedder.key().clone();
        let (missing, list) = self.with_coverage(&model, |state| {
            (missing(&state.coverage[&model]), state.list.clone())
        })?;
        let total = list.items.len();
        monitor.progress(Stage::Embedding, total - missing.len(), total);
        if missing.is_empty() {
            return Ok(());
        }
        monitor.check()?;
        let texts: Vec<Cow<'_, str>> =
            missing.iter().map(|&index| list.embedded_text(index)).collect();
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        let mut keep = |rows: &[usize], vectors: &Vectors| {
            let items: Vec<usize> = rows.iter().map(|&row| missing[row]).collect();
            let hashes: Vec<TextHash> = rows.iter().map(|&row| TextHash::of(texts[row])).collect();
            self.keep_vectors(&model, hashes.iter(), vectors)?;
            let done = self.note_embedded(&model, &items, &list);
            // Items may have been added meanwhile.
            monitor.progress(Stage::Embedding, done.min(total), total);
            Ok(())
        };
        embedder.embed(&texts, &mut keep, &Committed::new(monitor))
    }

    /// An embedder that looks first whether this workbook has the vector already, and keeps what
    /// is new: names of topics are embedded once as well.
    pub fn remembering<E: Embedder>(&self, embedder: E) -> Remembering<'_, E> {
        Remembering { workbook: self, embedder }
    }

    /// Writes the vectors of the texts with these hashes.
    pub(super) fn keep_vectors<'a>(
        &self,
        model: &ModelKey,
        hashes: impl ExactSizeIterator<Item = &'a TextHash>,
        vectors: &Vectors,
    ) -> Result<()> {
        if vectors.len() != hashes.len() {
            return Err(Error::Embedding {
                reason: "the model gave another number of vectors than texts".to_owned(),
            });
        }
        if !vectors.values().iter().all(|value| value.is_finite()) {
            return Err(Error::Embedding {
                reason: "the model gave something that is no number".to_owned(),
            });
        }
        let is_same_dim = self.store.write(|transaction| {
            let row = store::models::find_or_insert(transaction, model, vectors.dim())?;
            if row.dim == vectors.dim() {
                store::vectors::insert(transaction, row, hashes, vectors)?;
            }
            Ok(row.dim == vectors.dim())
        })?;
        if !is_same_dim {
            return Err(Error::Embedding {
                reason: "the model changed the number of its dimensions".to_owned(),
            });
        }
        Ok(())
    }

    /// Notes that `items` are embedded as they were read then, and gives the number of all that are.
    fn note_embedded(&self, model: &ModelKey, items: &[usize], read: &Snapshot) -> usize {
        let mut state = self.state();
        let State { list: now, coverage, revision, .. } = &mut *state;
        *revision += 1;
        let Some(coverage) = coverage.get_mut(model) else { return 0 };
        for &item in items {
            // Who was given a context meanwhile is to be read again; who was taken back is not.
            if item < now.items.len() && now.embedded_text(item) == read.embedded_text(item) {
                coverage.set(item, true);
            }
        }
        coverage.count
    }

    /// The vectors of all items by the model in use, in item order.
    ///
    /// # Errors
    /// `Invalid` while some items are not embedded yet; `Damaged`, `Storage`.
    pub fn vectors(&self) -> Result<Arc<Vectors>> {
        self.vectors_of(&self.model())
    }

    /// The vectors of all items by `model`, in item order.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn vectors_of(&self, model: &ModelKey) -> Result<Arc<Vectors>> {
        self.vectors_watched(model, &Silent)
    }

    /// As [`Self::vectors_of`], for jobs: reading a long list takes seconds.
    pub(super) fn vectors_watched(
        &self,
        model: &ModelKey,
        monitor: &dyn Monitor,
    ) -> Result<Arc<Vectors>> {
        // Held while they are read, so that they are in memory once.
        let mut kept = locked(&self.vectors);
        if let Some(vectors) = kept.get(model) {
            return Ok(Arc::clone(vectors));
        }
        let not_yet = || {
            Error::Invalid(if given::is_given(model) {
                sentence!(
                    "Not all texts came with vectors. Use a model for this: open Models and choose one."
                )
            } else {
                sentence!("Not all texts are embedded yet. Let the model finish, then try again.")
            })
        };
        let list = self.with_coverage(model, |state| {
            let is_complete = state.coverage[model].count == state.list.items.len();
            is_complete.then(|| state.list.clone())
        })?;
        let hashes = list.ok_or_else(not_yet)?.hashes();
        let loaded =
            self.store.read(|transaction| match store::models::find(transaction, model)? {
                Some(row) => store::vectors::load(transaction, row, &hashes, monitor),
                None => Ok(None),
            })?;
        let vectors = Arc::new(loaded.ok_or_else(not_yet)?);
        make_room(&mut kept, &self.model(), model, vectors.values().len() * 4);
        kept.insert(model.clone(), Arc::clone(&vectors));
        Ok(vectors)
    }

    /// Looks up what `model` has embedded, if nobody did yet, and asks the state about it.
    pub(super) fn with_coverage<T>(
        &self,
        model: &ModelKey,
        ask: impl FnOnce(&State) -> T,
    ) -> Result<T> {
        loop {
            let list = {
                let state = self.state();
                if state.coverage.contains_key(model) {
                    return Ok(ask(&state));
                }
                state.list.clone()
            };
            let hashes = list.hashes();
            let embedded =
                self.store.read(|transaction| match store::models::find(transaction, model)? {
                    Some(row) => store::vectors::which_exist(transaction, row, &hashes),
                    None => Ok(vec![false; hashes.len()]),
                })?;
            let mut state = self.state();
            // What is read may have changed meanwhile; then it is looked up again.
            if state.list.reread == list.reread {
                state.coverage.entry(model.clone()).or_insert_with(|| Coverage::new(embedded));
            }
        }
    }
}

/// Lets go of others' vectors until `bytes` of `model`'s find room.
fn make_room(
    kept: &mut BTreeMap<ModelKey, Arc<Vectors>>,
    in_use: &ModelKey,
    model: &ModelKey,
    bytes: usize,
) {
    let size = |kept: &BTreeMap<ModelKey, Arc<Vectors>>| -> usize {
        let others = kept.iter().filter(|&(key, _)| key != in_use);
        others.map(|(_, vectors)| vectors.values().len() * 4).sum()
    };
    let bytes = if model == in_use { 0 } else { bytes };
    while size(kept) + bytes > MOST_KEPT_BYTES {
        let Some(other) = kept.keys().find(|&key| key != in_use).cloned() else { return };
        kept.remove(&other);
    }
}

fn missing(coverage: &Coverage) -> Vec<usize> {
    (0..coverage.embedded.len()).filter(|&index| !coverage.embedded[index]).collect()
}

/// See [`Workbook::remembering`].
pub struct Remembering<'a, E> {
    workbook: &'a Workbook,
    embedder: E,
}

impl<E: Embedder> Embedder for Remembering<'_, E> {
    fn key(&self) -> &ModelKey {
        self.embedder.key()
    }

    fn dim(&self) -> usize {
        self.embedder.dim()
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        let key = self.embedder.key().clone();
        let hashes: Vec<TextHash> = texts.iter().map(|text| TextHash::of(text)).collect();
        let known = self.workbook.store.read(|transaction| {
            let Some(row) = store::models::find(transaction, &key)? else {
                return Ok(vec![None; texts.len()]);
            };
            hashes.iter().map(|hash| store::vectors::get(transaction, row, hash)).collect()
        })?;
        let mut missing = Vec::new();
        for (place, vector) in known.into_iter().enumerate() {
            match vector {
                Some(row) => sink(&[place], &Vectors::new(row.len(), row))?,
                None => missing.push(place),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let new: Vec<&str> = missing.iter().map(|&place| texts[place]).collect();
        let (workbook, missing) = (self.workbook, &missing);
        let mut keep = |rows: &[usize], vectors: &Vectors| {
            let places: Vec<usize> = rows.iter().map(|&row| missing[row]).collect();
            if !workbook.is_read_only() {
                let hashes = places.iter().map(|&place| &hashes[place]);
                workbook.keep_vectors(&key, hashes, vectors)?;
            }
            sink(&places, vectors)
        };
        self.embedder.embed(&new, &mut keep, monitor)
    }
}
