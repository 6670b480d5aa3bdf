//! Edits and their history: every change of a sorting passes through here, in
//! one transaction, with what takes it back.

use std::sync::Arc;

use super::{Workbook, locked};
use crate::edits::Edit;
use crate::error::{Error, Result};
use crate::items::{ItemId, TextHash};
use crate::store::edits::Labels;
use crate::store::{self};
use crate::topics::Sorting;

/// What was done, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// One per edit: "Moved 3 words to fruit".
    pub labels: Vec<String>,
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
    hash: TextHash,
    /// If the model has embedded that text.
    vector: Option<Vec<f32>>,
}

impl Workbook {
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
    pub fn undo_label(&self) -> Option<String> {
        self.state().labels.undo.clone()
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<String> {
        self.state().labels.redo.clone()
    }

    /// Applies the edit that `edit` makes of the sorting as it is then.
    pub(super) fn change(&self, edit: impl FnOnce(&Sorting) -> Result<Edit>) -> Result<()> {
        let _one_at_a_time = locked(&self.changing);
        let before = self.sorting();
        let edit = edit(&before)?;
        let mut after = Sorting::clone(&before);
        let applied = edit.apply(&mut after, &self.items)?;
        self.check_size(&after)?;
        if after == *before {
            return Ok(());
        }
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before, &after)?;
            store::edits::push(transaction, &applied.label, &edit, &applied.inverse)?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, after, labels)
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
        let before = self.sorting();
        let mut after = Sorting::clone(&before);
        let edit = match step {
            Step::Undo => &row.inverse,
            Step::Redo => &row.edit,
        };
        edit.apply(&mut after, &self.items)?;
        self.check_size(&after)?;
        let labels = self.store.write(|transaction| {
            save_difference(transaction, &before, &after)?;
            store::edits::set_undone(transaction, row.id, matches!(step, Step::Undo))?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, after, labels)?;
        Ok(true)
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

    fn install(&self, before: &Sorting, after: Sorting, labels: Labels) -> Result<()> {
        let model = self.model_of(&after);
        let is_other_model = model != self.model_of(before);
        self.with_coverage(&model, |_| ())?;
        let reread = self.reread(before, &after)?;
        // Nobody may load vectors between the change of what is read and of the vectors.
        let mut vectors = locked(&self.vectors);
        let is_placed_alike = before.placements == after.placements
            && before
                .topics
                .iter()
                .map(|topic| topic.id)
                .eq(after.topics.iter().map(|topic| topic.id));
        let mut state = self.state();
        state.revision += 1;
        let is_reread = is_other_model || !reread.is_empty();
        state.placed += u64::from(!is_placed_alike || is_reread);
        state.reread += u64::from(is_reread);
        if !reread.is_empty() {
            // Of other models it is looked up again.
            state.coverage.retain(|key, _| *key == model);
            vectors.retain(|key, _| *key == model);
        }
        state.sorting = Arc::new(after);
        state.labels = labels;
        for Reread { item, hash, vector } in reread {
            Arc::make_mut(&mut state.hashes)[item] = hash;
            if let Some(coverage) = state.coverage.get_mut(&model) {
                coverage.set(item, vector.is_some());
            }
            if let (Some(all), Some(row)) = (vectors.remove(&model), vector) {
                vectors.insert(model.clone(), Arc::new(all.with_row(item, &row)));
            }
        }
        Ok(())
    }

    fn reread(&self, before: &Sorting, after: &Sorting) -> Result<Vec<Reread>> {
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
                let text = after.embedded_text(item, &self.items[item.index()]);
                let hash = TextHash::of(&text);
                let vector = match model {
                    Some(model) => store::vectors::get(transaction, model, &hash)?,
                    None => None,
                };
                Ok(Reread { item: item.index(), hash, vector })
            };
            changed.into_iter().map(reread).collect()
        })
    }
}

fn save_difference(
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
