//! Adding items to a list that is being worked on.

use std::collections::HashSet;
use std::sync::Arc;

use super::beginning::{Brought, cells_of, insert_vectors};
use super::changes::save_difference;
use super::{Snapshot, Workbook, locked};
use crate::edits::{Edit, Extent, Patch};
use crate::embed::given::{self, Given};
use crate::embed::{Embedder as _, ModelKey};
use crate::error::{Error, Result};
use crate::import::{ImportProblem, ImportedList, MAX_ITEMS};
use crate::items::Item;
use crate::monitor::{Monitor, Stage};
use crate::store;
use crate::topics::{Placement, Sorting};

/// Items written between two looks at whether to stop.
const ITEMS_AT_ONCE: usize = 4_096;

/// What adding a list gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub added: usize,
    /// Texts that were in the workbook already; they stay as they are.
    pub known: usize,
    /// Why items of the list were left out; its own report is not among it.
    pub problems: Vec<ImportProblem>,
}

impl Workbook {
    /// Adds the texts of `list` that are not there yet after those that are, as one edit. They
    /// are where the list says, in topics of these names or in new ones, or else in Unsorted,
    /// where `place_unsorted` finds them once they are embedded. Columns are matched by name.
    ///
    /// Vectors that come with the list are used if the workbook's came with its list as well.
    ///
    /// # Errors
    /// `Invalid` when there would be too many items or topics, and when the workbook uses vectors
    /// that came with its list and this list brings none like them; `Cancelled`; `ReadOnly`,
    /// `DiskFull`, `Storage`. The workbook is as it was then.
    pub fn add(&self, list: &ImportedList, monitor: &dyn Monitor) -> Result<Added> {
        self.check_writable()?;
        let _one_at_a_time = locked(&self.changing);
        let before = self.snapshot();
        let model = self.model_of(&before.sorting);
        let usable = given::usable(list)?;
        let problems = usable.report.problems[list.report.problems.len()..].to_vec();
        let list = &*usable;
        let new = new_places(&before, list);
        let added = Added { added: new.len(), known: list.items.len() - new.len(), problems };
        if new.is_empty() {
            return Ok(added);
        }
        if before.items.len() + new.len() > MAX_ITEMS {
            return Err(Error::Invalid(sentence!(
                "With these there would be {count} texts. A workbook holds {most} at most.",
                count = before.items.len() + new.len(),
                most = MAX_ITEMS
            )));
        }
        check_vectors(list, &model)?;
        monitor.check()?;
        let items: Arc<[Item]> = before
            .items
            .iter()
            .chain(new.iter().map(|&place| &list.items[place]))
            .cloned()
            .collect();
        let (mut columns, from) = self.store.read(|transaction| {
            Ok((store::columns::names(transaction)?, store::meta::extent(transaction)?))
        })?;
        let places = column_places(&mut columns, &list.columns);
        let to = Extent { items: items.len(), columns: columns.len() };
        let patch = Patch::between(&before.sorting, &grown(&before, list, &new)?);
        let edit = Edit::Resize { from, to, patch };
        let mut after = Sorting::clone(&before.sorting);
        let applied = edit.apply(&mut after, &items)?;
        let labels = self.store.write(|transaction| {
            // First: it forgets what was added before and taken back.
            store::edits::push(transaction, &applied.label, &edit, &applied.inverse)?;
            store::columns::insert(transaction, from.columns, &columns[from.columns..])?;
            for (count, (id, &place)) in (from.items..).zip(&new).enumerate() {
                if count.is_multiple_of(ITEMS_AT_ONCE) {
                    monitor.progress(Stage::Saving, count, new.len());
                    store::check(monitor)?;
                }
                store::items::insert(transaction, id, &items[id])?;
                let mut cells = vec![""; to.columns];
                for (&column, cell) in places.iter().zip(cells_of(list, place)) {
                    cells[column] = cell;
                }
                store::columns::insert_cells(transaction, id, &cells)?;
            }
            if given::is_given(&model) {
                insert_vectors(transaction, &model, list, &new)?;
            }
            store::meta::set_extent(transaction, to)?;
            save_difference(transaction, &before.sorting, &after)?;
            store::check(monitor)?;
            store::edits::labels(transaction)
        })?;
        self.install(&before, items, after, labels)?;
        monitor.progress(Stage::Saving, new.len(), new.len());
        Ok(added)
    }
}

/// Nobody can read the new texts of a workbook whose vectors came with its list.
fn check_vectors(list: &ImportedList, model: &ModelKey) -> Result<()> {
    match (Given::of(model), &list.vectors) {
        (Some(given), Some(vectors)) if vectors.dim == given.dim() => Ok(()),
        (Some(given), _) => Err(Error::Invalid(sentence!(
            "This workbook uses vectors that came with its list. Add a list that brings vectors of {count} numbers too, or use a model first: open Models and choose one.",
            count = given.dim()
        ))),
        (None, _) => Ok(()),
    }
}

/// The places in `list` of texts that are not there yet.
fn new_places(before: &Snapshot, list: &ImportedList) -> Vec<usize> {
    let mut known: HashSet<&str> = before.items.iter().map(|item| item.text.as_str()).collect();
    (0..list.items.len()).filter(|&place| known.insert(&list.items[place].text)).collect()
}

/// Where each of `names` is among `columns`, which gets those that it does not have.
fn column_places(columns: &mut Vec<String>, names: &[String]) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(names.len());
    for name in names {
        // Two columns of one list may be called alike: they stay two.
        let known =
            (0..columns.len()).find(|place| columns[*place] == *name && !places.contains(place));
        places.push(known.unwrap_or_else(|| {
            columns.push(name.clone());
            columns.len() - 1
        }));
    }
    places
}

/// The sorting with the new items, those at `new` of `list`.
fn grown(before: &Snapshot, list: &ImportedList, new: &[usize]) -> Result<Sorting> {
    let mut after = Sorting::clone(&before.sorting);
    let places: Vec<Placement> = match &list.topics {
        Some(topics) => {
            let used: HashSet<u32> =
                new.iter().filter_map(|&place| *topics.of_items.get(place)?).collect();
            let mut brought = Brought::new(topics, &after.topics);
            brought.make(&mut after, |name| used.contains(&name))?;
            new.iter().map(|&place| brought.place(place)).collect()
        }
        None => vec![Placement::UNSORTED; new.len()],
    };
    let is_sorted = !after.placements.is_empty()
        || !after.topics.is_empty()
        || places.iter().any(|place| *place != Placement::UNSORTED);
    if is_sorted {
        after.placements.resize(before.items.len(), Placement::UNSORTED);
        after.placements.extend(places);
    }
    Ok(after)
}
