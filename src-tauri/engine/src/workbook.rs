//! The person's document: items, vectors, topics, history, in one file.
//!
//! A workbook is shared between threads: queries answer while a job writes.
//! Everything that changes it is on the disk when the call returns. It owns
//! what belongs together and when something is out of date; how things are
//! stored, embedded and analysed is known elsewhere.

mod cache;
mod carry_over;
mod progress;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::analyse::heatmap::Heatmap;
use crate::analyse::profile::{TopicProfile, topic_profiles};
use crate::analyse::similarity;
use crate::analyse::statistics::{PairStatistics, pair_statistics};
use crate::analyse::topics::{self, FindTopics};
use crate::analyse::{order, vocabulary::Vocabulary};
use crate::edits::Edit;
use crate::embed::{Embedder, ModelKey};
use crate::error::{Error, Result};
use crate::import::{ImportReport, ImportedList};
use crate::items::{Item, ItemId, TextHash};
use crate::monitor::{Monitor, Stage};
use crate::store::edits::Labels;
use crate::store::meta::Meta;
use crate::store::{self, Day, Store};
use crate::topics::Sorting;
use crate::vectors::Vectors;
use cache::Cache;
use progress::Committed;

/// Where a new workbook comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What the workbook is called.
    pub name: String,
    /// What the list was called: a file's name, or what was pasted.
    pub source_name: String,
    /// Start of every random choice in this workbook.
    pub seed: u64,
    /// Seconds since 1970 began.
    pub created_at_secs: u64,
}

/// An open workbook. Share it as `Arc<Workbook>`.
pub struct Workbook {
    store: Store,
    name: String,
    source_name: String,
    seed: u64,
    created_at_secs: u64,
    report: ImportReport,
    items: Arc<[Item]>,
    /// Of every item's text, by item.
    hashes: Vec<TextHash>,
    model: ModelKey,
    state: Mutex<State>,
    /// Held by whatever changes the sorting, so that changes follow each other.
    changing: Mutex<()>,
    /// Held by the job that embeds, so that no text is embedded twice at once.
    embedding: Mutex<()>,
    vectors: Mutex<Option<Arc<Vectors>>>,
    heatmap: Cache<Heatmap>,
    pair_statistics: Cache<PairStatistics>,
    topic_profiles: Cache<Vec<TopicProfile>>,
}

/// What changes while a workbook is open. Locked for moments only.
struct State {
    revision: u64,
    /// Counts changes of topics and places other than names.
    placed: u64,
    sorting: Arc<Sorting>,
    labels: Labels,
    view: String,
    is_paused: bool,
    /// Whether the model has embedded the item, by item.
    embedded: Vec<bool>,
    embedded_count: usize,
}

impl Workbook {
    /// Makes a workbook of `list` in a new file at `path` and opens it.
    ///
    /// # Errors
    /// `NothingToImport` for an empty list, `Unwritable` when there is a file
    /// at `path` already or none can be made, `DiskFull`.
    pub fn create(
        path: &Path,
        list: &ImportedList,
        origin: &Origin,
        model: ModelKey,
    ) -> Result<Self> {
        if list.items.is_empty() {
            return Err(Error::NothingToImport {
                reason: "There is no text in this list.".to_owned(),
            });
        }
        let meta = Meta {
            name: origin.name.clone(),
            source_name: origin.source_name.clone(),
            seed: origin.seed,
            created_at_secs: origin.created_at_secs,
            view: String::new(),
            is_paused: false,
        };
        Store::create(path, &meta, &list.items, &list.report)?;
        Self::load(Store::open_new(path)?, model)
    }

    /// Opens the workbook at `path`. When another window has it open, or the
    /// file is write-protected, it can be looked at but not changed: see
    /// [`Self::is_read_only`]. On its first opening of a day it is backed up.
    ///
    /// # Errors
    /// `Unreadable`, `NotAWorkbook`, `NewerWorkbook` or `Damaged`.
    pub fn open(path: &Path, today: Day, model: ModelKey) -> Result<Self> {
        Self::load(Store::open(path, today)?, model)
    }

    fn load(store: Store, model: ModelKey) -> Result<Self> {
        struct Contents {
            meta: Meta,
            report: ImportReport,
            items: Vec<Item>,
            sorting: Sorting,
            labels: Labels,
            hashes: Vec<TextHash>,
            embedded: Vec<bool>,
        }
        let contents = store.read(|transaction| {
            let items = store::items::all(transaction)?;
            let hashes: Vec<TextHash> = items.iter().map(|item| TextHash::of(&item.text)).collect();
            let sorting = Sorting {
                topics: store::topics::all(transaction)?,
                placements: store::placements::all(transaction)?,
            };
            if !sorting.placements.is_empty() && sorting.placements.len() != items.len() {
                return Err(store::damage("not every item has its place".to_owned()));
            }
            let embedded = match store::models::find(transaction, &model)? {
                Some(row) => store::vectors::which_exist(transaction, row, &hashes)?,
                None => vec![false; hashes.len()],
            };
            Ok(Contents {
                meta: store::meta::get(transaction)?,
                report: store::import_report::get(transaction)?,
                items,
                sorting,
                labels: store::edits::labels(transaction)?,
                hashes,
                embedded,
            })
        })?;
        let meta = contents.meta;
        Ok(Self {
            store,
            name: meta.name,
            source_name: meta.source_name,
            seed: meta.seed,
            created_at_secs: meta.created_at_secs,
            report: contents.report,
            items: contents.items.into(),
            hashes: contents.hashes,
            model,
            state: Mutex::new(State {
                revision: 1,
                placed: 0,
                sorting: Arc::new(contents.sorting),
                labels: contents.labels,
                view: meta.view,
                is_paused: meta.is_paused,
                embedded_count: contents
                    .embedded
                    .iter()
                    .filter(|&&is_embedded| is_embedded)
                    .count(),
                embedded: contents.embedded,
            }),
            changing: Mutex::new(()),
            embedding: Mutex::new(()),
            vectors: Mutex::new(None),
            heatmap: Cache::new(),
            pair_statistics: Cache::new(),
            topic_profiles: Cache::new(),
        })
    }

    // What it is.

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// What the list was called that the workbook was made of.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    /// Whether every change is refused with `ReadOnly`.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.store.is_read_only()
    }

    /// Start of every random choice in this workbook.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Seconds since 1970 began.
    #[must_use]
    pub fn created_at_secs(&self) -> u64 {
        self.created_at_secs
    }

    /// The model whose vectors are shown.
    #[must_use]
    pub fn model(&self) -> &ModelKey {
        &self.model
    }

    /// All items; an item's place is its id.
    #[must_use]
    pub fn items(&self) -> Arc<[Item]> {
        Arc::clone(&self.items)
    }

    /// What reading the list gave.
    #[must_use]
    pub fn report(&self) -> &ImportReport {
        &self.report
    }

    /// A number that changes whenever items, vectors, topics or places change,
    /// for as long as the workbook is open. The view and the pause do not count.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.state().revision
    }

    /// The window's own memory, "" at first.
    #[must_use]
    pub fn view(&self) -> String {
        self.state().view.clone()
    }

    /// Keeps the window's own memory.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull` or `Storage`.
    pub fn save_view(&self, view: &str) -> Result<()> {
        self.store.write(|transaction| store::meta::set_view(transaction, view))?;
        view.clone_into(&mut self.state().view);
        Ok(())
    }

    /// Whether the person stopped embedding, so that it does not go on by itself.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.state().is_paused
    }

    /// Remembers whether embedding goes on by itself.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull` or `Storage`.
    pub fn set_paused(&self, is_paused: bool) -> Result<()> {
        self.store.write(|transaction| store::meta::set_paused(transaction, is_paused))?;
        self.state().is_paused = is_paused;
        Ok(())
    }

    /// Reads the whole file to see whether it holds together. Takes a while.
    ///
    /// # Errors
    /// `Damaged` when it does not.
    pub fn quick_check(&self) -> Result<()> {
        self.store.quick_check()
    }

    // Vectors.

    /// How many items the model has embedded.
    #[must_use]
    pub fn embedded_count(&self) -> usize {
        self.state().embedded_count
    }

    /// Embeds the items that have no vector yet. Every batch the embedder
    /// hands over is on the disk before its progress is told; what was done
    /// stays when the job is cancelled, fails or is killed.
    ///
    /// # Errors
    /// `ReadOnly`, `Cancelled`, `DiskFull`, or what the embedder failed with.
    pub fn embed(&self, embedder: &mut dyn Embedder, monitor: &dyn Monitor) -> Result<()> {
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        if *embedder.key() != self.model {
            return Err(Error::Invalid("This workbook is embedded by another model.".to_owned()));
        }
        let _one_at_a_time = locked(&self.embedding);
        let missing: Vec<usize> = {
            let state = self.state();
            (0..self.items.len()).filter(|&index| !state.embedded[index]).collect()
        };
        let total = self.items.len();
        monitor.progress(Stage::Embedding, total - missing.len(), total);
        if missing.is_empty() {
            return Ok(());
        }
        monitor.check()?;
        let texts: Vec<&str> =
            missing.iter().map(|&index| self.items[index].text.as_str()).collect();
        let mut keep = |rows: &[usize], vectors: &Vectors| {
            let done = self.keep_vectors(rows.iter().map(|&row| missing[row]), vectors)?;
            monitor.progress(Stage::Embedding, done, total);
            Ok(())
        };
        embedder.embed(&texts, &mut keep, &Committed::new(monitor))
    }

    /// Writes one batch and gives the number of items embedded so far.
    fn keep_vectors(
        &self,
        items: impl Iterator<Item = usize> + Clone,
        vectors: &Vectors,
    ) -> Result<usize> {
        if vectors.len() != items.clone().count() {
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
            let model = store::models::find_or_insert(transaction, &self.model, vectors.dim())?;
            if model.dim == vectors.dim() {
                let hashes = items.clone().map(|item| &self.hashes[item]);
                store::vectors::insert(transaction, model, hashes, vectors)?;
            }
            Ok(model.dim == vectors.dim())
        })?;
        if !is_same_dim {
            return Err(Error::Embedding {
                reason: "the model changed the number of its dimensions".to_owned(),
            });
        }
        let mut state = self.state();
        for item in items {
            if !std::mem::replace(&mut state.embedded[item], true) {
                state.embedded_count += 1;
            }
        }
        state.revision += 1;
        Ok(state.embedded_count)
    }

    /// The vectors of all items, in item order.
    ///
    /// # Errors
    /// `Invalid` while some items are not embedded yet; `Damaged`, `Storage`.
    pub fn vectors(&self) -> Result<Arc<Vectors>> {
        // Held while they are read, so that they are in memory once.
        let mut slot = locked(&self.vectors);
        if let Some(vectors) = &*slot {
            return Ok(Arc::clone(vectors));
        }
        let not_yet = || {
            Error::Invalid(
                "Not all texts are embedded yet. Let the model finish, then try again.".to_owned(),
            )
        };
        if self.embedded_count() < self.items.len() {
            return Err(not_yet());
        }
        let loaded = self.store.read(|transaction| {
            match store::models::find(transaction, &self.model)? {
                Some(row) => store::vectors::load(transaction, row, &self.hashes),
                None => Ok(None),
            }
        })?;
        let vectors = Arc::new(loaded.ok_or_else(not_yet)?);
        *slot = Some(Arc::clone(&vectors));
        Ok(vectors)
    }

    // Topics and history.

    /// All topics and the place of every item.
    #[must_use]
    pub fn sorting(&self) -> Arc<Sorting> {
        Arc::clone(&self.state().sorting)
    }

    /// Applies `edit` and keeps it in the history; what was undone before can no longer be redone.
    ///
    /// # Errors
    /// `Invalid` when the edit makes no sense here; `ReadOnly`, `DiskFull`, `Storage`.
    pub fn apply(&self, edit: &Edit) -> Result<()> {
        self.change(|_| Ok(edit.clone()))
    }

    /// Takes the last edit back. Nothing happens when there is none.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn undo(&self) -> Result<()> {
        self.step(Step::Undo)
    }

    /// Does the last undone edit again. Nothing happens when there is none.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn redo(&self) -> Result<()> {
        self.step(Step::Redo)
    }

    /// What undo would take back: "Renamed fruit to fruits".
    #[must_use]
    pub fn undo_label(&self) -> Option<String> {
        self.state().labels.undo.clone()
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<String> {
        self.state().labels.redo.clone()
    }

    /// Finds topics and puts them in place of the old ones, as one edit. A new
    /// topic that is mostly an old one stays that topic: its colour, its id
    /// and a name the person gave are kept; pinned items stay where they are.
    ///
    /// # Errors
    /// `Invalid` while some items are not embedded yet; `Cancelled`;
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn find_topics(
        &self,
        params: &FindTopics,
        vocabulary: &Vocabulary,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        let vectors = self.vectors()?;
        let texts: Vec<&str> = self.items.iter().map(|item| item.text.as_str()).collect();
        let found = topics::find(&vectors, &texts, params, vocabulary, monitor)?;
        monitor.progress(Stage::Saving, 0, 1);
        self.change(|before| {
            let sorting = carry_over::carry_over(before, found);
            let label = match sorting.topics.len() {
                0 => "Found no topics".to_owned(),
                1 => "Found 1 topic".to_owned(),
                count => format!("Found {count} topics"),
            };
            Ok(Edit::ReplaceSorting { sorting, label })
        })?;
        monitor.progress(Stage::Saving, 1, 1);
        Ok(())
    }

    fn change(&self, edit: impl FnOnce(&Sorting) -> Result<Edit>) -> Result<()> {
        let _one_at_a_time = locked(&self.changing);
        let before = self.sorting();
        let edit = edit(&before)?;
        let mut after = Sorting::clone(&before);
        let applied = edit.apply(&mut after)?;
        self.check_size(&after)?;
        if after == *before {
            return Ok(());
        }
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before, &after)?;
            store::edits::push(transaction, &applied.label, &edit, &applied.inverse)?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, after, labels);
        Ok(())
    }

    fn step(&self, step: Step) -> Result<()> {
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        let _one_at_a_time = locked(&self.changing);
        let row = self.store.read(|transaction| match step {
            Step::Undo => store::edits::last_done(transaction),
            Step::Redo => store::edits::first_undone(transaction),
        })?;
        let Some(row) = row else { return Ok(()) };
        let before = self.sorting();
        let mut after = Sorting::clone(&before);
        let edit = match step {
            Step::Undo => &row.inverse,
            Step::Redo => &row.edit,
        };
        edit.apply(&mut after)?;
        self.check_size(&after)?;
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before, &after)?;
            store::edits::set_undone(transaction, row.id, matches!(step, Step::Undo))?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, after, labels);
        Ok(())
    }

    /// Every item has a place, or none has one because topics were never found.
    fn check_size(&self, sorting: &Sorting) -> Result<()> {
        let is_untouched = sorting.placements.is_empty() && sorting.topics.is_empty();
        if is_untouched || sorting.placements.len() == self.items.len() {
            Ok(())
        } else {
            Err(Error::Invalid("These topics belong to another list.".to_owned()))
        }
    }

    fn install(&self, before: &Sorting, after: Sorting, labels: Labels) {
        let is_placed_alike = before.placements == after.placements
            && before
                .topics
                .iter()
                .map(|topic| topic.id)
                .eq(after.topics.iter().map(|topic| topic.id));
        let mut state = self.state();
        state.revision += 1;
        state.placed += u64::from(!is_placed_alike);
        state.sorting = Arc::new(after);
        state.labels = labels;
    }

    // What is worked out of it, once per state of the workbook.

    /// The heatmap of all items, ordered by topic and by likeness inside each.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn heatmap(&self) -> Result<Arc<Heatmap>> {
        let vectors = self.vectors()?;
        let (sorting, placed) = self.placed();
        Ok(self.heatmap.get(placed, || {
            let order = order::leaf_order(&vectors, &sorting);
            Heatmap::new(Arc::clone(&vectors), order)
        }))
    }

    /// How alike the items are, over all pairs.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn pair_statistics(&self) -> Result<Arc<PairStatistics>> {
        let vectors = self.vectors()?;
        Ok(self.pair_statistics.get(0, || pair_statistics(&vectors, self.seed)))
    }

    /// Typical items, odd ones and figures of every topic, in topic order.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn topic_profiles(&self) -> Result<Arc<Vec<TopicProfile>>> {
        let vectors = self.vectors()?;
        let (sorting, placed) = self.placed();
        Ok(self.topic_profiles.get(placed, || topic_profiles(&vectors, &sorting)))
    }

    /// The `count` items most like `item`, best first, with their cosine.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Invalid` for an item that is not there.
    pub fn nearest(&self, item: ItemId, count: usize) -> Result<Vec<(ItemId, f32)>> {
        if item.index() >= self.items.len() {
            return Err(Error::Invalid("This item is not in the list.".to_owned()));
        }
        let vectors = self.vectors()?;
        let nearest = similarity::nearest(&vectors, item.index(), count);
        Ok(nearest.into_iter().map(|(row, cosine)| (ItemId(row), cosine)).collect())
    }

    /// The sorting and the number that tells whether places changed since.
    fn placed(&self) -> (Arc<Sorting>, u64) {
        let state = self.state();
        (Arc::clone(&state.sorting), state.placed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

#[derive(Clone, Copy)]
enum Step {
    Undo,
    Redo,
}

fn save_difference(
    connection: &rusqlite::Connection,
    before: &Sorting,
    after: &Sorting,
) -> rusqlite::Result<()> {
    store::topics::update(connection, &before.topics, &after.topics)?;
    store::placements::update(connection, &before.placements, &after.placements)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these guard is changed in steps that cannot be seen half-done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
