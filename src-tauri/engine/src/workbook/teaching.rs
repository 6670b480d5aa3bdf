//! What the machine learns from the person: who follows a move, what a text
//! means, and how often the two agree.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Workbook;
use crate::analyse::classify::{
    Clues, Space, classify, embed_clues, followers, followers_of_examples, nearest_topics,
};
use crate::analyse::profile::groups;
use crate::edits::Edit;
use crate::embed::{Embedder, ModelKey, embed_all, given};
use crate::error::{Error, Result};
use crate::items::{Item, ItemId, TextHash, normalise};
use crate::monitor::{Monitor, Silent};
use crate::sort::{clues_of, folded, suggested};
use crate::topics::{Placement, Sorting, TopicId};

/// Pins are judged in so many rounds, each as if a part of them were not there.
const FOLDS: usize = 5;
/// Followers offered at most.
const MOST_FOLLOWERS: usize = 200;

/// What the machine is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// The list's category column.
    Categories,
    /// What the person pinned in topics, each judged as if it were not pinned.
    Pins,
}

/// How often the machine agrees with the person, and what it mistakes for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// What the person calls them: categories or topics.
    pub rows: Vec<String>,
    /// What the machine says: topics, and Unsorted as the last one, without a name.
    pub columns: Vec<String>,
    /// The column that is right for each row, if there is one.
    pub right_column: Vec<Option<usize>>,
    /// Items, row by row.
    pub counts: Vec<usize>,
}

impl Agreement {
    /// Items that were judged.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Those of them where the machine agrees.
    #[must_use]
    pub fn agreed(&self) -> usize {
        let width = self.columns.len();
        let right = self.right_column.iter().enumerate();
        right.filter_map(|(row, column)| Some(self.counts[row * width + (*column)?])).sum()
    }
}

impl Workbook {
    /// Unpinned items elsewhere that would follow `items` into `topic` (`None`:
    /// a new topic) with how sure that is, surest first; at most 200.
    ///
    /// Into a topic that a person named goes what its name and pins speak for;
    /// into others what is like the items there.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Invalid` for an item or a topic that is not
    /// there; what the embedder fails with.
    pub fn followers(
        &self,
        items: &[ItemId],
        topic: Option<TopicId>,
        embedder: &mut dyn Embedder,
    ) -> Result<Vec<(ItemId, f32)>> {
        let (space, list) = self.space_and_list(&Silent)?;
        let sorting = &list.sorting;
        let moved: Vec<usize> = items.iter().map(|item| item.index()).collect();
        if moved.is_empty() || moved.iter().any(|&item| item >= sorting.placements.len()) {
            return Err(Error::Invalid(sentence!("These items are not in the list.")));
        }
        let place = topic.and_then(|id| sorting.place_of(id));
        if topic.is_some() && place.is_none() {
            return Err(Error::Invalid(sentence!("This topic is no longer there.")));
        }
        let group = groups(sorting);
        let is_pinned = |item: usize| sorting.placements[item].pinned;
        let in_place = |&&item: &&usize| group[item].map(|own| own as usize) == place;
        let is_old = sorting.members(topic).count() > moved.iter().filter(in_place).count();
        let mut found = match place {
            Some(place) if sorting.topics[place].named_by_person && is_old => {
                let mut after = Sorting::clone(sorting);
                for &item in &moved {
                    let place = &mut after.placements[item];
                    (place.topic, place.pinned) = (topic, true);
                }
                let clues = all_clues(&after, embedder.key());
                let clues = embed_clues(&clues, embedder, &Silent)?;
                followers_of_examples(&space, &clues, &group, &moved, place, &Silent)?
            }
            _ => followers(&space, &group, sorting.topics.len(), &moved, place),
        };
        found.retain(|&(item, _)| !is_pinned(item));
        found.truncate(MOST_FOLLOWERS);
        Ok(found.into_iter().map(|(item, sure)| (ItemId::from_index(item), sure)).collect())
    }

    /// Makes the model read `item` together with `context` (`None`: by itself
    /// again), embeds just that, and suggests a topic anew if it is not pinned.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Invalid` for an item that is not there or a
    /// context that is none; what the embedder fails with; `ReadOnly`,
    /// `DiskFull`, `Storage`.
    pub fn give_context(
        &self,
        item: ItemId,
        context: Option<&str>,
        embedder: &mut dyn Embedder,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        self.check_writable()?;
        let (space, list) = self.space_and_list(monitor)?;
        let Some(text) = list.items.get(item.index()).map(|item| item.text.as_str()) else {
            return Err(Error::Invalid(sentence!("This item is not in the list.")));
        };
        if *embedder.key() != self.model() {
            return Err(Error::Invalid(sentence!("This workbook is embedded by another model.")));
        }
        // Who types the whole phrase means the rest of it.
        let context = context.map(normalise).map(|context| {
            let rest = context.strip_prefix(text).map(|rest| rest.trim_start_matches([',', ' ']));
            rest.filter(|rest| !rest.is_empty()).map_or(context.clone(), str::to_owned)
        });
        let mut with_context = Sorting::clone(&list.sorting);
        match &context {
            Some(context) => with_context.contexts.insert(item, context.clone()),
            None => with_context.contexts.remove(&item),
        };
        let text = with_context.embedded_text(item, &list.items[item.index()]);
        let rows = embed_all(embedder, &[&text], monitor)?;
        self.keep_vectors(embedder.key(), std::iter::once(&TextHash::of(&text)), &rows)?;
        self.change(|before| {
            if !Arc::ptr_eq(&before.items, &list.items) {
                return Err(Error::Cancelled);
            }
            let before = &before.sorting;
            let mut place =
                before.placements.get(item.index()).copied().unwrap_or(Placement::UNSORTED);
            if !before.topics.is_empty() {
                let mut group = groups(before);
                // What it meant before does not count.
                group[item.index()] = None;
                let row = space.centre(&rows);
                let machine = nearest_topics(&space, &group, before.topics.len(), &row);
                let machine = suggested(&machine[0], &before.topics);
                let topic = match before.threshold {
                    _ if place.pinned => place.topic,
                    Some(threshold) => Sorting::placed_by_threshold(threshold, &machine),
                    None => machine.topic,
                };
                place = Placement { topic, pinned: place.pinned, ..machine };
            }
            Ok(Edit::GiveContext { item, context, place })
        })
    }

    /// Compares the machine with the person. `None` when there is nothing to compare.
    ///
    /// # Errors
    /// As [`Self::vectors`]; what the embedder fails with.
    pub fn agreement(
        &self,
        judge: Judge,
        embedder: &mut dyn Embedder,
    ) -> Result<Option<Agreement>> {
        let list = self.snapshot();
        if list.sorting.topics.is_empty() {
            return Ok(None);
        }
        let agreement = match judge {
            Judge::Categories => agreement_with_categories(&list.items, &list.sorting),
            Judge::Pins => {
                let (space, list) = self.space_and_list(&Silent)?;
                agreement_with_pins(&list.sorting, &space, embedder)?
            }
        };
        Ok((agreement.total() > 0).then_some(agreement))
    }
}

pub(super) fn agreement_with_categories(items: &[Item], sorting: &Sorting) -> Agreement {
    let mut rows: Vec<String> = items.iter().filter_map(|item| item.category.clone()).collect();
    rows.sort_unstable();
    rows.dedup();
    let place_of: BTreeMap<&str, usize> = rows.iter().map(String::as_str).zip(0..).collect();
    let pairs = items.iter().zip(&sorting.placements).zip(groups(sorting)).filter_map(
        |((item, place), group)| {
            // A pin is what the person says, not the machine.
            let category = item.category.as_deref().filter(|_| !place.pinned)?;
            Some((*place_of.get(category)?, group))
        },
    );
    let (columns, counts) = count(pairs, rows.len(), sorting);
    let right_column = matched(&rows, &columns, &counts);
    Agreement { rows, columns, right_column, counts }
}

pub(super) fn agreement_with_pins(
    sorting: &Sorting,
    space: &Space,
    embedder: &mut dyn Embedder,
) -> Result<Agreement> {
    let group = groups(sorting);
    let pins: Vec<usize> = (0..group.len())
        .filter(|&item| sorting.placements[item].pinned && group[item].is_some())
        .collect();
    let mut pairs = Vec::with_capacity(pins.len());
    for fold in 0..FOLDS.min(pins.len()) {
        let judged: Vec<usize> = pins.iter().copied().skip(fold).step_by(FOLDS).collect();
        let mut known = sorting.clone();
        for &item in &judged {
            known.placements[item] = Placement::UNSORTED;
        }
        let clues = all_clues(&known, embedder.key());
        let clues = embed_clues(&clues, embedder, &Silent)?;
        let suggestions = classify(space, &clues, &Silent)?;
        for item in judged {
            if let Some(own) = group[item] {
                pairs.push((own as usize, suggestions[item].best));
            }
        }
    }
    let rows: Vec<String> = sorting.topics.iter().map(|topic| topic.name.clone()).collect();
    let (columns, counts) = count(pairs.into_iter(), rows.len(), sorting);
    let right_column = (0..rows.len()).map(Some).collect();
    Ok(Agreement { rows, columns, right_column, counts })
}

/// A person's topic is known by its name and its pins, one that the machine found by its items.
/// `model` reads them.
pub(super) fn all_clues<'a>(sorting: &'a Sorting, model: &ModelKey) -> Vec<Clues<'a>> {
    let mut clues = clues_of(sorting, &[], |place| place.pinned);
    let all = clues_of(sorting, &[], |place| place.topic.is_some());
    for (clue, all) in clues.iter_mut().zip(all) {
        if clue.name.is_none() {
            clue.items = all.items;
        }
    }
    leave_out_unreadable(&mut clues, model);
    clues
}

/// Of vectors that came with the list, only the items' own are there.
pub(super) fn leave_out_unreadable(clues: &mut [Clues<'_>], model: &ModelKey) {
    if given::is_given(model) {
        for clue in clues {
            clue.name = None;
            clue.others = &[];
        }
    }
}

/// The columns, and how many pairs of row and topic there are of each kind.
fn count(
    pairs: impl Iterator<Item = (usize, Option<u32>)>,
    rows: usize,
    sorting: &Sorting,
) -> (Vec<String>, Vec<usize>) {
    let mut columns: Vec<String> = sorting.topics.iter().map(|topic| topic.name.clone()).collect();
    columns.push(String::new());
    let width = columns.len();
    let mut counts = vec![0; rows * width];
    for (row, topic) in pairs {
        counts[row * width + topic.map_or(width - 1, |topic| topic as usize)] += 1;
    }
    (columns, counts)
}

/// The topic that stands for each category: the one of the same name, else the
/// one with most of its items that stands for no other.
fn matched(rows: &[String], columns: &[String], counts: &[usize]) -> Vec<Option<usize>> {
    let width = columns.len();
    let mut right: Vec<Option<usize>> = rows
        .iter()
        .map(|row| {
            let name = folded(row);
            columns[..width - 1].iter().position(|column| folded(column) == name)
        })
        .collect();
    let mut cells: Vec<usize> =
        (0..counts.len()).filter(|&cell| cell % width < width - 1 && counts[cell] > 0).collect();
    cells.sort_by_key(|&cell| (std::cmp::Reverse(counts[cell]), cell));
    for cell in cells {
        let (row, column) = (cell / width, cell % width);
        if right[row].is_none() && !right.contains(&Some(column)) {
            right[row] = Some(column);
        }
    }
    right
}
