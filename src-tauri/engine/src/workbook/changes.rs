//! Edits and their history: every change of a sorting passes through here, in
//! one transaction, with what takes it back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Snapshot, Workbook, locked};
use crate::edits::Edit;
use crate::embed::ModelKey;
use crate::error::{Error, Result};
use crate::items::{Item, ItemId, TextHash};
use crate::sentence::Sentence;
use crate::store;
use crate::store::edits::Labels;
use crate::topics::Sorting;

/// What was done, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// One per edit: "Moved 3 words to fruit".
    pub labels: Vec<Sentence>,
    /// So many of them are done; the rest was undone.
    pub done: usize,
}

#[derive(Clone, Copy)]
enum Step {
    Undo,
    Redo,
}

/// An item whose context changed: the model reads another text now.
struct Reread {
    item: usize,
    /// If the model has embedded that text.
    vector: Option<Vec<f32>>,
}

impl Workbook {
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
        let _one_at_a_time = locked(&self.changing);
        self.step(Step::Undo).map(|_| ())
    }

    /// Does the last undone edit again. Nothing happens when there is none.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn redo(&self) -> Result<()> {
        let _one_at_a_time = locked(&self.changing);
        self.step(Step::Redo).map(|_| ())
    }

    /// Undoes or redoes until `done` edits of the history are done, or there are no more.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`; what was undone or redone until then stays so.
    pub fn travel(&self, done: usize) -> Result<()> {
        let _one_at_a_time = locked(&self.changing);
        let now = self.history()?.done;
        let step = if done < now { Step::Undo } else { Step::Redo };
        for _ in 0..done.abs_diff(now) {
            if !self.step(step)? {
                break;
            }
        }
        Ok(())
    }

    /// # Errors
    /// `Storage`.
    pub fn history(&self) -> Result<History> {
        let (labels, done) =
            self.store.read(|transaction| store::edits::all_labels(transaction))?;
        Ok(History { labels, done })
    }

    /// What undo would take back: "Renamed fruit to fruits".
    #[must_use]
    pub fn undo_label(&self) -> Option<Sentence> {
        self.state().labels.undo.clone()
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<Sentence> {
        self.state().labels.redo.clone()
    }

    /// Applies the edit that `edit` makes of the list as it is then.
    pub(super) fn change(&self, edit: impl FnOnce(&Snapshot) -> Result<Edit>) -> Result<()> {
        let _one_at_a_time = locked(&self.changing);
        let before = self.snapshot();
        let edit = edit(&before)?;
        if let Edit::Resize { .. } = edit {
            // Its items would come from nowhere.
            return Err(of_another_list());
        }
        let mut after = Sorting::clone(&before.sorting);
        let applied = edit.apply(&mut after, &before.items)?;
        check_size(&after, &before.items)?;
        if after == *before.sorting {
            return Ok(());
        }
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before.sorting, &after)?;
            store::edits::push(transaction, &applied.label, &edit, &applied.inverse)?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, Arc::clone(&before.items), after, labels)
    }

    /// Whether there was an edit to undo or redo.
    fn step(&self, step: Step) -> Result<bool> {
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        let row = self.store.read(|transaction| match step {
            Step::Undo => store::edits::last_done(transaction),
            Step::Redo => store::edits::first_undone(transaction),
        })?;
        let Some(row) = row else { return Ok(false) };
        let before = self.snapshot();
        let mut after = Sorting::clone(&before.sorting);
        let edit = match step {
            Step::Undo => &row.inverse,
            Step::Redo => &row.edit,
        };
        let extent = match *edit {
            Edit::Resize { from, to, .. } => {
                let now = self.store.read(|transaction| store::meta::extent(transaction))?;
                if from != now {
                    return Err(of_another_list());
                }
                Some(to)
            }
            _ => None,
        };
        let items = match extent {
            Some(to) => self.resized(&before.items, to.items)?,
            None => Arc::clone(&before.items),
        };
        edit.apply(&mut after, &items)?;
        check_size(&after, &items)?;
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before.sorting, &after)?;
            if let Some(extent) = extent {
                store::meta::set_extent(transaction, extent)?;
            }
            store::edits::set_undone(transaction, row.id, matches!(step, Step::Undo))?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, items, after, labels)?;
        Ok(true)
    }

    /// The first `count` items, of which those that `items` lacks were added and taken back.
    fn resized(&self, items: &Arc<[Item]>, count: usize) -> Result<Arc<[Item]>> {
        if let Some(fewer) = items.get(..count) {
            return Ok(fewer.into());
        }
        let added =
            self.store.read(|transaction| store::items::range(transaction, items.len()..count))?;
        Ok(items.iter().cloned().chain(added).collect())
    }

    /// Makes the list what the file holds already: `items`, sorted as `after`.
    pub(super) fn install(
        &self,
        before: &Snapshot,
        items: Arc<[Item]>,
        after: Sorting,
        labels: Labels,
    ) -> Result<()> {
        let model = self.model_of(&after);
        let is_other_model = model != self.model_of(&before.sorting);
        self.with_coverage(&model, |_| ())?;
        let is_resized = items.len() != before.items.len();
        let mut added = self.embedded_of_added(&before.items, &items, &after)?;
        let reread = self.reread(&before.sorting, &after, &items)?;
        // Nobody may load vectors between the change of what is read and of the vectors.
        let mut vectors = locked(&self.vectors);
        let is_placed_alike = before.sorting.placements == after.placements
            && before
                .sorting
                .topics
                .iter()
                .map(|topic| topic.id)
                .eq(after.topics.iter().map(|topic| topic.id));
        let mut state = self.state();
        state.revision += 1;
        let is_reread = is_other_model || is_resized || !reread.is_empty();
        state.list = Snapshot {
            items,
            sorting: Arc::new(after),
            reread: state.list.reread + u64::from(is_reread),
            placed: state.list.placed + u64::from(!is_placed_alike || is_reread),
        };
        state.labels = labels;
        if is_resized {
            let count = state.list.items.len();
            state.coverage.retain(|model, coverage| {
                coverage.resize(count, added.remove(model).unwrap_or_default());
                coverage.embedded.len() == count
            });
            vectors.clear();
        }
        if !reread.is_empty() {
            // Of other models it is looked up again.
            state.coverage.retain(|key, _| *key == model);
            vectors.retain(|key, _| *key == model);
        }
        for Reread { item, vector } in reread {
            if let Some(coverage) = state.coverage.get_mut(&model) {
                coverage.set(item, vector.is_some());
            }
            if let (Some(all), Some(row)) = (vectors.remove(&model), vector) {
                vectors.insert(model.clone(), Arc::new(all.with_row(item, &row)));
            }
        }
        Ok(())
    }

    /// By model: which of the items that `before` lacks it has embedded already.
    fn embedded_of_added(
        &self,
        before: &[Item],
        items: &[Item],
        sorting: &Sorting,
    ) -> Result<BTreeMap<ModelKey, Vec<bool>>> {
        let Some(added) = items.get(before.len()..).filter(|added| !added.is_empty()) else {
            return Ok(BTreeMap::new());
        };
        let ids = (before.len()..).map(ItemId::from_index);
        let hashes: Vec<TextHash> = ids
            .zip(added)
            .map(|(id, item)| TextHash::of(&sorting.embedded_text(id, item)))
            .collect();
        let models: Vec<ModelKey> = self.state().coverage.keys().cloned().collect();
        self.store.read(|transaction| {
            let of_model = |model: ModelKey| {
                let embedded = match store::models::find(transaction, &model)? {
                    Some(row) => store::vectors::which_exist(transaction, row, &hashes)?,
                    None => vec![false; hashes.len()],
                };
                Ok((model, embedded))
            };
            models.into_iter().map(of_model).collect()
        })
    }

    fn reread(&self, before: &Sorting, after: &Sorting, items: &[Item]) -> Result<Vec<Reread>> {
        let mut changed: Vec<ItemId> = before
            .contexts
            .keys()
            .chain(after.contexts.keys())
            .filter(|item| before.contexts.get(item) != after.contexts.get(item))
            .copied()
            .collect();
        changed.sort_unstable();
        changed.dedup();
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        self.store.read(|transaction| {
            let model = store::models::find(transaction, &self.model_of(after))?;
            let reread = |item: ItemId| {
                let text = after.embedded_text(item, &items[item.index()]);
                let hash = TextHash::of(&text);
                let vector = match model {
                    Some(model) => store::vectors::get(transaction, model, &hash)?,
                    None => None,
                };
                Ok(Reread { item: item.index(), vector })
            };
            changed.into_iter().map(reread).collect()
        })
    }
}

/// Every item has a place, or none has one because topics were never found.
fn check_size(sorting: &Sorting, items: &[Item]) -> Result<()> {
    let is_untouched = sorting.placements.is_empty() && sorting.topics.is_empty();
    if is_untouched || sorting.placements.len() == items.len() {
        Ok(())
    } else {
        Err(of_another_list())
    }
}

fn of_another_list() -> Error {
    Error::Invalid(sentence!("These topics belong to another list."))
}

pub(super) fn save_difference(
    connection: &rusqlite::Connection,
    before: &Sorting,
    after: &Sorting,
) -> rusqlite::Result<()> {
    store::topics::update(connection, &before.topics, &after.topics)?;
    store::placements::update(connection, &before.placements, &after.placements)?;
    store::items::update_contexts(connection, &before.contexts, &after.contexts)?;
    if before.model != after.model {
        store::meta::set_model(connection, after.model.as_ref())?;
    }
    if before.threshold != after.threshold {
        store::meta::set_threshold(connection, after.threshold)?;
    }
    Ok(())
}
