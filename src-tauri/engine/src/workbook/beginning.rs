//! How a workbook begins: the list it is made of, with the topics and vectors that came with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

use super::{Origin, Workbook};
use crate::edits::{Extent, MAX_TOPIC_NAME};
use crate::embed::{ModelKey, given};
use crate::error::{Error, Result};
use crate::import::{ImportedList, ImportedTopics};
use crate::items::{TextHash, normalise};
use crate::sort::{MOST_TOPICS, folded};
use crate::store::meta::Meta;
use crate::store::{self, Store};
use crate::topics::{Placement, Sorting, Topic, TopicId};

/// Vectors written at once.
const ROWS_AT_ONCE: usize = 1_024;

impl Workbook {
    /// Makes a workbook of `list` in a new file at `path` and opens it. It begins with the topics
    /// that came with the list. Of a list with vectors these are used, and `model` is not; an item
    /// whose vector is all zeros or no numbers is left out, and the report says so.
    ///
    /// # Errors
    /// `NothingToImport` for an empty list, `Invalid` for vectors that do not fit the items,
    /// `Unwritable` when there is a file at `path` already or none can be made, `DiskFull`.
    pub fn create(
        path: &Path,
        list: &ImportedList,
        origin: &Origin,
        model: ModelKey,
    ) -> Result<Self> {
        let list = &*given::usable(list)?;
        if list.items.is_empty() {
            return Err(Error::NothingToImport {
                reason: sentence!("There is no text in this list."),
            });
        }
        let model =
            list.vectors.as_ref().map_or(model, |vectors| given::key(&list.source_name, vectors));
        let meta = Meta {
            name: origin.name.clone(),
            source_name: origin.source_name.clone(),
            seed: origin.seed,
            created_at_secs: origin.created_at_secs,
            view: String::new(),
            is_paused: false,
            model: Some(model.clone()),
            next_model: None,
        };
        let mut sorting = Sorting::default();
        if let Some(topics) = &list.topics {
            let mut brought = Brought::new(topics, &[]);
            brought.make(&mut sorting, |_| true)?;
            sorting.placements = (0..list.items.len()).map(|place| brought.place(place)).collect();
        }
        let extent = Extent { items: list.items.len(), columns: list.columns.len() };
        Store::create(path, |transaction| {
            store::meta::insert(transaction, &meta)?;
            store::meta::set_extent(transaction, extent)?;
            store::import_report::insert(transaction, &list.report)?;
            store::columns::insert(transaction, 0, &list.columns)?;
            for (id, item) in list.items.iter().enumerate() {
                store::items::insert(transaction, id, item)?;
                store::columns::insert_cells(transaction, id, &cells_of(list, id))?;
            }
            store::topics::update(transaction, &[], &sorting.topics)?;
            store::placements::update(transaction, &[], &sorting.placements)?;
            let all: Vec<usize> = (0..list.items.len()).collect();
            insert_vectors(transaction, &model, list, &all)
        })?;
        Self::load(Store::open_new(path)?, model)
    }
}

/// The cells of the item at `place`; none when the list has no columns.
pub(super) fn cells_of(list: &ImportedList, place: usize) -> Vec<&str> {
    let width = list.columns.len();
    let cells = list.cells.get(place * width..).and_then(|cells| cells.get(..width));
    cells.unwrap_or_default().iter().map(String::as_str).collect()
}

/// Keeps the vectors that came with the items at `places` of the list, if any did.
pub(super) fn insert_vectors(
    connection: &Connection,
    model: &ModelKey,
    list: &ImportedList,
    places: &[usize],
) -> rusqlite::Result<()> {
    let Some(vectors) = &list.vectors else { return Ok(()) };
    let row = store::models::find_or_insert(connection, model, vectors.dim)?;
    for places in places.chunks(ROWS_AT_ONCE) {
        let hashes: Vec<TextHash> =
            places.iter().map(|&place| TextHash::of(&list.items[place].text)).collect();
        let rows = given::unit_rows(vectors, places.iter().copied());
        store::vectors::insert(connection, row, hashes.iter(), &rows)?;
    }
    Ok(())
}

/// Topics that come with a list, found by name.
pub(super) struct Brought<'a> {
    topics: &'a ImportedTopics,
    /// By name, as it is compared.
    known: BTreeMap<String, TopicId>,
}

impl<'a> Brought<'a> {
    /// `there`: the topics that the workbook has.
    pub(super) fn new(topics: &'a ImportedTopics, there: &[Topic]) -> Self {
        let mut known = BTreeMap::new();
        for topic in there {
            known.entry(folded(&topic.name)).or_insert(topic.id);
        }
        Self { topics, known }
    }

    /// Makes those of the topics that `sorting` does not have, in the order of the list, if
    /// `is_wanted` says so of their place in it.
    ///
    /// # Errors
    /// `Invalid` for more topics than anybody reads.
    pub(super) fn make(
        &mut self,
        sorting: &mut Sorting,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Result<()> {
        let used: BTreeSet<u32> = sorting.topics.iter().map(|topic| topic.colour).collect();
        let mut colours = (0..).filter(|colour| !used.contains(colour));
        let mut next_id = sorting.next_id();
        for (name, place) in self.topics.names.iter().zip(0..) {
            let name = topic_name(name);
            let is_new = !name.is_empty() && !self.known.contains_key(&folded(&name));
            if !is_new || !is_wanted(place) {
                continue;
            }
            if sorting.topics.len() >= MOST_TOPICS {
                return Err(Error::Invalid(sentence!(
                    "These are more than {most} topics. Choose another column for them.",
                    most = MOST_TOPICS
                )));
            }
            self.known.insert(folded(&name), next_id);
            sorting.topics.push(Topic {
                id: next_id,
                name,
                named_by_person: true,
                alternates: Vec::new(),
                colour: colours.next().unwrap_or_default(),
                stability: 0.0,
            });
            next_id.0 += 1;
        }
        Ok(())
    }

    /// Where the list says that the item at `place` is.
    pub(super) fn place(&self, place: usize) -> Placement {
        let topic = self.topics.of_items.get(place).copied().flatten();
        let name = topic.and_then(|topic| self.topics.names.get(topic as usize));
        let topic = name.and_then(|name| self.known.get(&folded(&topic_name(name))).copied());
        let pinned = self.topics.pinned.get(place).copied().unwrap_or_default();
        Placement { topic, pinned, ..Placement::UNSORTED }
    }
}

/// `name` as topics are called; "" when it is no name.
fn topic_name(name: &str) -> String {
    normalise(name).chars().take(MAX_TOPIC_NAME).collect()
}
