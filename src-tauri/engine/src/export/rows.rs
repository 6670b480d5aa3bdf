//! What every table has: the items asked for, a row each, in named columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::items::{Item, ItemId};
use crate::monitor::{Monitor, Stage};
use crate::topics::{Sorting, Topic, TopicId};
use crate::workbook::{Snapshot, Workbook};

/// Kindred's own columns, in their order.
pub(super) const COLUMNS: [&str; 7] =
    ["text", "topic", "confidence", "runner_up", "pinned", "category", "occurrences"];

/// Rows between two looks at the monitor.
const AT_ONCE: usize = 1024;

/// The items that are written, as they are sorted at this moment.
pub(super) struct Table<'a> {
    pub(super) workbook: &'a Workbook,
    pub(super) items: Arc<[Item]>,
    pub(super) sorting: Arc<Sorting>,
    /// Places of topics in the sorting.
    places: BTreeMap<TopicId, usize>,
    pub(super) order: Vec<ItemId>,
    /// Whether every item of the workbook is written.
    pub(super) is_all: bool,
    /// Names of the list's other columns, as they are written.
    pub(super) kept: Vec<String>,
}

/// One item.
pub(super) struct Row<'a> {
    pub(super) text: &'a str,
    pub(super) topic: Option<&'a Topic>,
    /// 0 to 1, to three decimals, which is more than it is worth; `None` while nothing judged the item.
    pub(super) confidence: Option<f64>,
    pub(super) runner_up: Option<&'a Topic>,
    pub(super) pinned: bool,
    pub(super) category: Option<&'a str>,
    pub(super) occurrences: u32,
    /// Cells of the list's other columns.
    pub(super) kept: Vec<String>,
}

impl<'a> Table<'a> {
    /// # Errors
    /// `Invalid` for an item that is not there.
    pub(super) fn new(workbook: &'a Workbook, items: Option<&[ItemId]>) -> Result<Self> {
        let Snapshot { items: all, sorting, .. } = workbook.snapshot();
        let order = match items {
            Some(items) => items.to_vec(),
            None => (0..all.len()).map(ItemId::from_index).collect(),
        };
        if order.iter().any(|item| item.index() >= all.len()) {
            return Err(Error::Invalid(sentence!("This item is not in the list.")));
        }
        let places = sorting.topics.iter().zip(0..).map(|(topic, place)| (topic.id, place));
        Ok(Self {
            workbook,
            places: places.collect(),
            items: all,
            sorting,
            order,
            is_all: items.is_none(),
            kept: distinct(workbook.columns()?),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Names of all columns.
    pub(super) fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        let kept = self.kept.as_slice();
        (0..COLUMNS.len() + kept.len()).map(move |place| {
            COLUMNS.get(place).copied().unwrap_or_else(|| &kept[place - COLUMNS.len()])
        })
    }

    /// The place among the topics of what `item` is in.
    pub(super) fn topic_of(&self, item: ItemId) -> Option<usize> {
        let place = self.sorting.placements.get(item.index())?;
        self.places.get(&place.topic?).copied()
    }

    /// Hands over the rows in their order, and tells how far it is.
    ///
    /// # Errors
    /// `Cancelled`, `Storage`, and what `take` fails with.
    pub(super) fn for_each(
        &self,
        monitor: &dyn Monitor,
        mut take: impl FnMut(usize, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut done = 0;
        for items in self.order.chunks(AT_ONCE) {
            monitor.check()?;
            let kept = match self.kept.len() {
                0 => vec![Vec::new(); items.len()],
                _ => self.workbook.cells(items)?,
            };
            for (&item, kept) in items.iter().zip(kept) {
                take(done, &self.row(item, kept))?;
                done += 1;
            }
            monitor.progress(Stage::Exporting, done, self.len());
        }
        Ok(())
    }

    fn row(&self, id: ItemId, kept: Vec<String>) -> Row<'_> {
        let item = &self.items[id.index()];
        let place = self.sorting.placements.get(id.index());
        let topic = |id: Option<TopicId>| Some(&self.sorting.topics[*self.places.get(&id?)?]);
        // The person put it there before the machine ever looked.
        let is_judged = |place: &&crate::topics::Placement| {
            place.suggested.is_some() || place.confidence > 0.0 || !place.pinned
        };
        Row {
            text: &item.text,
            topic: place.and_then(|place| topic(place.topic)),
            confidence: place
                .filter(is_judged)
                .map(|place| (f64::from(place.confidence) * 1000.0).round() / 1000.0),
            runner_up: place.and_then(|place| topic(place.runner_up)),
            pinned: place.is_some_and(|place| place.pinned),
            category: item.category.as_deref(),
            occurrences: item.occurrences,
            kept,
        }
    }
}

impl Row<'_> {
    /// All cells as texts, in the order of the columns; "" for what there is none of.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        [
            Cell::Text(self.text),
            Cell::Text(name(self.topic)),
            Cell::Figure(self.confidence.map(|sure| format!("{sure:.3}")).unwrap_or_default()),
            Cell::Text(name(self.runner_up)),
            Cell::Figure(yes_or_no(self.pinned).to_owned()),
            Cell::Text(self.category.unwrap_or_default()),
            Cell::Figure(self.occurrences.to_string()),
        ]
        .into_iter()
        .chain(self.kept.iter().map(|cell| Cell::Text(cell)))
    }
}

/// A cell of a table of texts.
pub(super) enum Cell<'a> {
    /// What somebody wrote: it may look like anything.
    Text(&'a str),
    /// What Kindred wrote.
    Figure(String),
}

fn name(topic: Option<&Topic>) -> &str {
    topic.map_or("", |topic| &topic.name)
}

pub(super) fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// Names that differ from Kindred's own and from each other.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    for name in names {
        let is_taken = |wanted: &str, taken: &[String]| {
            taken.iter().any(|other| other.to_lowercase() == wanted.to_lowercase())
        };
        let mut wanted = name.clone();
        if COLUMNS.contains(&&*name.to_lowercase()) {
            wanted = format!("{name} (list)");
        }
        let base = wanted.clone();
        for number in 2.. {
            if !is_taken(&wanted, &taken) {
                break;
            }
            wanted = format!("{base} ({number})");
        }
        taken.push(wanted);
    }
    taken.split_off(COLUMNS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let names = ["Topic", "price", "topic", "Price", "", ""].map(str::to_owned).to_vec();
        assert_eq!(
            distinct(names),
            ["Topic (list)", "price", "topic (list) (2)", "Price (2)", "", " (2)"],
            "none is Kindred's and no two are equal, however they are written"
        );
    }
}
