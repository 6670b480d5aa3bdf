//! Finding topics, sorting into topics a person made, splitting and placing:
//! the machine's work, each time as one edit. What the person pinned stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carry_over::carry_over;
use super::teaching::leave_out_unreadable;
use super::{Snapshot, Workbook};
use crate::analyse::classify::{Clues, classify, embed_clues, nearest_topics};
use crate::analyse::profile::groups;
use crate::analyse::topics::{self, FindTopics, Naming, Way};
use crate::edits::Edit;
use crate::embed::{Embedder, given};
use crate::error::{Error, Result};
use crate::monitor::{Monitor, Stage};
use crate::sentence::Sentence;
use crate::sort::{Plan, SortInto, suggested};
use crate::topics::{Placement, Sorting, Topic, TopicId};

/// Fewer items have no topics inside.
const FEWEST_TO_SPLIT: usize = 4;

impl Workbook {
    /// Finds topics and puts them in place of the old ones, as one edit. A new
    /// topic that is mostly an old one stays that topic: its colour, its id
    /// and a name the person gave are kept; pinned items stay where they are.
    ///
    /// # Errors
    /// `Invalid` while some items are not embedded yet; `Cancelled`;
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn find_topics<'a>(
        &self,
        params: &FindTopics,
        naming: impl Into<Naming<'a>>,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        self.check_writable()?;
        let (centred, list) = self.centred_and_list(monitor)?;
        let (rows, texts) = (&centred.rows, list.texts());
        let cut = match (params.way, params.count) {
            (Way::Tree(linkage), Some(count)) => self
                .tree_of(list.reread)
                .filter(|tree| tree.linkage == linkage && count > 0)
                .map(|tree| tree.cut(count).into_iter().map(Some).collect::<Vec<_>>()),
            _ => None,
        };
        let found = match cut {
            Some(group) => topics::of_centred_groups(rows, &texts, &group, naming, monitor)?,
            None => topics::find_centred(rows, &texts, params, naming, monitor)?,
        };
        self.replace(&list, monitor, |before| {
            let sorting = carry_over(before, found);
            let label = sentence!("Found {topics}", topics = count_of_topics(sorting.topics.len()));
            Ok((sorting, label))
        })
    }

    /// Sorts every item that is not pinned into topics that the person made.
    ///
    /// # Errors
    /// `Invalid` without topics, for names that are none, and while some items
    /// are not embedded yet; `Cancelled`; what the embedder fails with;
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn sort_into(
        &self,
        request: &SortInto,
        embedder: &mut dyn Embedder,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        self.check_writable()?;
        let (space, list) = self.space_and_list(monitor)?;
        let plan = Plan::make(request, &list.items, &list.sorting)?;
        monitor.progress(Stage::Sorting, 0, 1);
        let mut clues = plan.clues();
        leave_out_unreadable(&mut clues, embedder.key());
        let is_unknown = |clue: &Clues<'_>| {
            clue.name.is_none() && clue.items.is_empty() && clue.others.is_empty()
        };
        if given::is_given(embedder.key())
            && let Some(place) = clues.iter().position(is_unknown)
        {
            return Err(nothing_known(plan.topic_name(place)));
        }
        let clues = embed_clues(&clues, embedder, monitor)?;
        let suggestions = classify(&space, &clues, monitor)?;
        self.replace(&list, monitor, |before| {
            // Words may have been dragged meanwhile.
            let plan = Plan::make(request, &list.items, before)?;
            if plan.topic_count() != clues.len() {
                return Err(Error::Cancelled);
            }
            let count = request.topics.len();
            Ok((
                plan.placed(&suggestions),
                sentence!("Sorted into {topics}", topics = count_of_topics(count)),
            ))
        })
    }

    /// Finds topics among the items of `topic` and puts them in its place. The
    /// largest keeps its id and colour, and pinned items stay pinned.
    ///
    /// # Errors
    /// `Invalid` when the topic is not there or holds nothing to tell apart;
    /// otherwise as [`Self::find_topics`].
    pub fn split_topic<'a>(
        &self,
        topic: TopicId,
        naming: impl Into<Naming<'a>>,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        self.check_writable()?;
        let (vectors, list) = self.embedded(monitor)?;
        let members: Vec<usize> =
            list.sorting.members(Some(topic)).map(|item| item.index()).collect();
        let one_meaning = || {
            Error::Invalid(sentence!(
                "There is nothing to tell apart in this topic. Drag words out of it instead."
            ))
        };
        if members.len() < FEWEST_TO_SPLIT {
            return Err(one_meaning());
        }
        let texts: Vec<&str> = members.iter().map(|&item| list.items[item].text.as_str()).collect();
        let inside = vectors.select(members.iter().copied());
        let mut naming = naming.into();
        let mut find = |count| {
            let params = FindTopics { way: Way::Kmeans, count, seed: self.seed };
            topics::find(&inside, &texts, &params, naming.again(), monitor)
        };
        let mut parts = find(None)?;
        if parts.topics.len() < 2 {
            parts = find(Some(2))?;
        }
        if parts.topics.len() < 2 {
            return Err(one_meaning());
        }
        self.replace(&list, monitor, |before| {
            if !before.members(Some(topic)).map(|item| item.index()).eq(members.iter().copied()) {
                return Err(Error::Cancelled);
            }
            split(before, topic, &members, &parts).ok_or_else(one_meaning)
        })
    }

    /// Puts every item that is in Unsorted and not pinned there into the topic
    /// it is closest to, however unsure that is.
    ///
    /// # Errors
    /// `Invalid` without topics or while some items are not embedded yet;
    /// `Cancelled`; `ReadOnly`, `DiskFull`, `Storage`.
    pub fn place_unsorted(&self, monitor: &dyn Monitor) -> Result<()> {
        self.check_writable()?;
        let (space, list) = self.space_and_list(monitor)?;
        if list.sorting.topics.is_empty() {
            return Err(Error::Invalid(sentence!("There are no topics yet. Make one first.")));
        }
        monitor.progress(Stage::Sorting, 0, 1);
        monitor.check()?;
        self.replace(&list, monitor, |before| {
            let mut after = before.clone();
            let k = before.topics.len();
            let suggestions = nearest_topics(&space, &groups(before), k, space.rows());
            let mut placed = 0_usize;
            for (place, suggestion) in after.placements.iter_mut().zip(&suggestions) {
                if place.topic.is_none() && !place.pinned {
                    *place = suggested(suggestion, &before.topics);
                    placed += 1;
                }
            }
            let label = if placed == 1 {
                sentence!("Placed 1 unsorted text")
            } else {
                sentence!("Placed {placed} unsorted texts", placed)
            };
            Ok((after, label))
        })
    }

    pub(super) fn check_writable(&self) -> Result<()> {
        if self.is_read_only() { Err(Error::ReadOnly) } else { Ok(()) }
    }

    /// Keeps what was made for `list`, of which `make` gets the sorting as it is then.
    ///
    /// # Errors
    /// `Cancelled` when items were added or taken back meanwhile.
    pub(super) fn replace(
        &self,
        list: &Snapshot,
        monitor: &dyn Monitor,
        make: impl FnOnce(&Sorting) -> Result<(Sorting, Sentence)>,
    ) -> Result<()> {
        monitor.check()?;
        monitor.progress(Stage::Saving, 0, 1);
        self.change(|before| {
            if !Arc::ptr_eq(&before.items, &list.items) {
                return Err(Error::Cancelled);
            }
            let (sorting, label) = make(&before.sorting)?;
            Ok(Edit::ReplaceSorting { sorting, label })
        })?;
        monitor.progress(Stage::Saving, 1, 1);
        Ok(())
    }
}

fn nothing_known(topic: &str) -> Error {
    Error::Invalid(sentence!(
        "This workbook uses vectors that came with its list, so only words in the list can say what {topic} means. Drag some of them there first.",
        topic
    ))
}

fn count_of_topics(count: usize) -> Sentence {
    match count {
        0 => sentence!("no topics"),
        1 => sentence!("1 topic"),
        count => sentence!("{count} topics", count),
    }
}

/// `before` with the topic `id`, whose items are `members`, replaced by `parts`.
fn split(
    before: &Sorting,
    id: TopicId,
    members: &[usize],
    parts: &Sorting,
) -> Option<(Sorting, Sentence)> {
    let mut after = before.clone();
    let place = before.place_of(id)?;
    let whole = after.topics.remove(place);
    let mut new_ids = BTreeMap::new();
    for (offset, part) in parts.topics.iter().enumerate() {
        let mut topic = Topic { id, colour: whole.colour, ..part.clone() };
        if offset > 0 {
            // Not `whole`'s, which was taken out and given to the first part.
            topic.id = after.next_id().max(TopicId(id.0 + 1));
            topic.colour = after.free_colour();
        }
        new_ids.insert(part.id, topic.id);
        after.topics.insert(place + offset, topic);
    }
    let new_id = |part: Option<TopicId>| part.and_then(|part| new_ids.get(&part).copied());
    for (&item, part) in members.iter().zip(&parts.placements) {
        let old = before.placements[item];
        after.placements[item] = Placement {
            // Who fits no part well goes to the closest: it was in this topic.
            topic: new_id(part.topic.or(part.suggested)).or(Some(id)),
            pinned: old.pinned,
            suggested: new_id(part.suggested),
            confidence: part.confidence,
            runner_up: new_id(part.runner_up),
            runner_up_confidence: part.runner_up_confidence,
        };
    }
    let label = sentence!(
        "Split {topic} into {parts}",
        topic = whole.name,
        parts = count_of_topics(parts.topics.len())
    );
    Some((after, label))
}
