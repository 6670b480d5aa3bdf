//! Several models on one list: where they put its items, how far they agree,
//! and taking another one into use.

use std::cell::LazyCell;
use std::sync::Arc;

use super::carry_over::carry_over;
use super::teaching::{agreement_with_categories, agreement_with_pins, all_clues};
use super::{Agreement, Judge, Snapshot, Workbook};
use crate::analyse::classify::{Space, classify, embed_clues};
use crate::analyse::compare::{adjusted_rand, matched_topics, neighbour_overlap};
use crate::analyse::similarity::neighbours;
use crate::analyse::topics::{self, FindTopics, Naming, Way};
use crate::analyse::vocabulary::Vocabulary;
use crate::embed::{Embedder, ModelKey, Shared};
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::monitor::{Monitor, Quiet, Stage};
use crate::sort::{USUAL_THRESHOLD, folded, placed};
use crate::topics::{Placement, Sorting};
use crate::vectors::Vectors;

/// Neighbours that models are compared by.
const NEIGHBOURS: usize = 10;
/// Differences that are told one by one.
const MOST_DIFFERENCES: usize = 1_000;
/// How much it counts that a model leaves an item in Unsorted.
const UNSORTED_WEIGHT: f32 = 0.2;

/// What topics are named with when they are found: words, and the model they belong to.
pub struct Namer<'a> {
    pub vocabulary: &'a Vocabulary,
    pub reader: Shared,
}

impl Namer<'_> {
    /// For topics among vectors of `model`.
    #[must_use]
    pub fn naming(&self, model: &ModelKey) -> Naming<'_> {
        self.naming_with(model, self.reader.clone())
    }

    fn naming_with<'a>(&'a self, model: &ModelKey, reader: impl Embedder + 'a) -> Naming<'a> {
        if self.reader.key() == model {
            Naming::from(self.vocabulary)
        } else {
            Naming::of_another_model(self.vocabulary, reader)
        }
    }
}

/// A topic of one or more models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedTopic {
    pub name: String,
    /// Place in the palette of topic colours.
    pub colour: u32,
}

/// How often a model agrees with a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelScore {
    pub judge: Judge,
    pub agreed: usize,
    pub total: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComparedModel {
    pub key: ModelKey,
    /// Items it leaves in Unsorted.
    pub unsorted: usize,
    pub scores: Vec<ModelScore>,
}

/// How alike two models are, by their places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    pub first: usize,
    pub second: usize,
    /// Adjusted Rand index of their topics.
    pub topic_agreement: f64,
    /// Share of items that both put into the same topic.
    pub same_topic: f64,
    /// Share of nearest neighbours that are the same.
    pub neighbour_overlap: f64,
    /// How many neighbours of each item were looked at.
    pub neighbours: usize,
}

/// What a model says of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Place among the shared topics; `None` for Unsorted.
    pub topic: Option<usize>,
    /// The nearest item that it puts there too, or else the nearest item.
    pub next_to: ItemId,
}

/// An item about which the models differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub item: ItemId,
    /// By model.
    pub votes: Vec<Vote>,
    /// How far and how surely they differ, 0 to 1.
    pub disagreement: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Of the workbook when it was made.
    pub revision: u64,
    pub topics: Vec<SharedTopic>,
    pub models: Vec<ComparedModel>,
    /// One per pair of models.
    pub likeness: Vec<Likeness>,
    /// Those the models differ about most come first; at most 1,000.
    pub differences: Vec<Difference>,
    pub difference_count: usize,
}

/// What one model makes of the list, in shared topics.
struct Opinion {
    vectors: Arc<Vectors>,
    topics: Vec<Option<usize>>,
    confidence: Vec<f32>,
    scores: Vec<ModelScore>,
}

impl Workbook {
    /// What topics among vectors of `model` are named with here: what the namer's model has read
    /// of this list before is not read again.
    pub fn naming<'a>(&'a self, namer: &'a Namer<'_>, model: &ModelKey) -> Naming<'a> {
        namer.naming_with(model, self.remembering(namer.reader.clone()))
    }

    /// Compares what models make of the list: into which topics they put its
    /// items, what they agree about, and how often they agree with the person.
    ///
    /// The model in use is represented by the topics as they are. Another one
    /// sorts into the same topics when the person named them all, and otherwise
    /// finds as many of its own, which are matched by the items they share.
    ///
    /// # Errors
    /// `Invalid` with fewer than two models or while one of them has not
    /// embedded everything; `Cancelled`; what an embedder fails with.
    pub fn compare(
        &self,
        models: &mut [Shared],
        namer: &Namer<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Comparison> {
        if models.len() < 2 {
            return Err(Error::Invalid(sentence!("Choose two models or more to compare.")));
        }
        let (list, revision) = {
            let state = self.state();
            (state.list.clone(), state.revision)
        };
        let before = &list.sorting;
        let steps = 2 * models.len();
        let mut topics: Vec<SharedTopic> = before
            .topics
            .iter()
            .map(|topic| SharedTopic { name: topic.name.clone(), colour: topic.colour })
            .collect();
        let mut opinions = Vec::with_capacity(models.len());
        for (place, model) in models.iter_mut().enumerate() {
            monitor.progress(Stage::Comparing, place, steps);
            monitor.check()?;
            opinions.push(self.opinion(&list, model, namer, &mut topics, &Quiet(monitor))?);
        }
        let mut likeness = Vec::new();
        for first in 0..opinions.len() {
            monitor.progress(Stage::Comparing, models.len() + first, steps);
            for second in first + 1..opinions.len() {
                monitor.check()?;
                likeness.push(alike(&opinions, first, second));
            }
        }
        let (differences, difference_count) = differences(&opinions);
        let models = models
            .iter()
            .zip(&opinions)
            .map(|(model, opinion)| ComparedModel {
                key: model.key().clone(),
                unsorted: opinion.topics.iter().filter(|topic| topic.is_none()).count(),
                scores: opinion.scores.clone(),
            })
            .collect();
        monitor.progress(Stage::Comparing, steps, steps);
        Ok(Comparison { revision, topics, models, likeness, differences, difference_count })
    }

    fn opinion(
        &self,
        list: &Snapshot,
        model: &mut Shared,
        namer: &Namer<'_>,
        topics: &mut Vec<SharedTopic>,
        monitor: &dyn Monitor,
    ) -> Result<Opinion> {
        let vectors = self.vectors_of_list(model.key(), list, monitor)?;
        let before = &*list.sorting;
        let space = LazyCell::new(|| Space::new(&vectors));
        let is_in_use = *model.key() == self.model() && !before.placements.is_empty();
        let own;
        let sorting = if is_in_use {
            before
        } else {
            own = self.resort(list, model, &space, namer, monitor)?;
            &own
        };
        let shared: Vec<usize> = if is_in_use || is_by_person(before) {
            (0..sorting.topics.len()).collect()
        } else {
            let matched = matched_topics(before, sorting);
            let places = sorting.topics.iter().zip(matched).map(|(topic, matched)| {
                matched.unwrap_or_else(|| place_of_own(topics, before.topics.len(), &topic.name))
            });
            places.collect()
        };
        let group = |place: &Placement| {
            // A pin is what the person says, not the model.
            let said = if place.pinned { place.suggested } else { place.topic };
            said.and_then(|id| sorting.place_of(id)).map(|own| shared[own])
        };
        Ok(Opinion {
            topics: sorting.placements.iter().map(group).collect(),
            confidence: sorting.placements.iter().map(|place| place.confidence).collect(),
            scores: self.scores(list, sorting, &space, model)?,
            vectors: Arc::clone(&vectors),
        })
    }

    /// How often the model of `space`, which sorts as in `sorting`, agrees with what is known.
    fn scores<F: FnOnce() -> Space>(
        &self,
        list: &Snapshot,
        sorting: &Sorting,
        space: &LazyCell<Space, F>,
        model: &mut Shared,
    ) -> Result<Vec<ModelScore>> {
        let mut scores = Vec::new();
        let score = |judge, agreement: &Agreement| ModelScore {
            judge,
            agreed: agreement.agreed(),
            total: agreement.total(),
        };
        if list.items.iter().any(|item| item.category.is_some()) {
            let agreement = agreement_with_categories(&list.items, sorting);
            scores.push(score(Judge::Categories, &agreement));
        }
        let before = &*list.sorting;
        if before.placements.iter().any(|place| place.pinned && place.topic.is_some()) {
            let agreement = agreement_with_pins(before, space, &mut self.remembering(model))?;
            scores.push(score(Judge::Pins, &agreement));
        }
        scores.retain(|score| score.total > 0);
        Ok(scores)
    }

    /// How `model`, whose vectors make `space`, would sort the list.
    fn resort<F: FnOnce() -> Space>(
        &self,
        list: &Snapshot,
        model: &mut Shared,
        space: &LazyCell<Space, F>,
        namer: &Namer<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Sorting> {
        let vectors = self.vectors_of_list(model.key(), list, monitor)?;
        let before = &*list.sorting;
        if is_by_person(before) {
            let clues = all_clues(before, model.key());
            let clues = embed_clues(&clues, &mut self.remembering(model), monitor)?;
            let suggestions = classify(space, &clues, monitor)?;
            let threshold = before.threshold.or(Some(USUAL_THRESHOLD));
            return Ok(placed(Sorting { threshold, ..before.clone() }, &suggestions));
        }
        let texts = list.texts();
        let count = (!before.topics.is_empty()).then_some(before.topics.len());
        let params = FindTopics { way: Way::Kmeans, count, seed: self.seed };
        topics::find(&vectors, &texts, &params, self.naming(namer, model.key()), monitor)
    }

    /// Takes `model`, which people call `name`, into use. Topics are found or
    /// sorted into anew with its vectors; pins, names and colours stay as when
    /// topics are found again. One edit, so that it can be undone.
    ///
    /// # Errors
    /// `Invalid` while it has not embedded everything; `Cancelled`; what an
    /// embedder fails with; `ReadOnly`, `DiskFull`, `Storage`.
    pub fn adopt(
        &self,
        model: &mut Shared,
        name: &str,
        namer: &Namer<'_>,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        self.check_writable()?;
        let key = model.key().clone();
        if key != self.model() {
            let (vectors, list) = self.embedded_by(&key, monitor)?;
            let space = LazyCell::new(|| Space::new(&vectors));
            let sorted = self.resort(&list, model, &space, namer, monitor)?;
            self.replace(&list, monitor, |before| {
                let sorting =
                    if is_by_person(before) { sorted } else { carry_over(before, sorted) };
                Ok((
                    Sorting { model: Some(key.clone()), ..sorting },
                    sentence!("Took {name} into use", name),
                ))
            })?;
        }
        if self.next_model().is_some() { self.set_next_model(None) } else { Ok(()) }
    }
}

/// Whether the person named all topics: they are given, not found.
fn is_by_person(sorting: &Sorting) -> bool {
    !sorting.topics.is_empty() && sorting.topics.iter().all(|topic| topic.named_by_person)
}

/// The place of a topic that the workbook does not have; models may share it.
fn place_of_own(topics: &mut Vec<SharedTopic>, common: usize, name: &str) -> usize {
    let known = topics[common..].iter().position(|topic| folded(&topic.name) == folded(name));
    known.map_or_else(
        || {
            let colour = (0..)
                .find(|colour| topics.iter().all(|topic| topic.colour != *colour))
                .unwrap_or_default();
            topics.push(SharedTopic { name: name.to_owned(), colour });
            topics.len() - 1
        },
        |own| common + own,
    )
}

fn alike(opinions: &[Opinion], first: usize, second: usize) -> Likeness {
    let (a, b) = (&opinions[first], &opinions[second]);
    let group = |opinion: &Opinion| -> Vec<Option<u32>> {
        opinion.topics.iter().map(|topic| topic.map(|topic| topic as u32)).collect()
    };
    let same = a.topics.iter().zip(&b.topics).filter(|(a, b)| a == b).count();
    let items = a.topics.len();
    Likeness {
        first,
        second,
        topic_agreement: adjusted_rand(&group(a), &group(b)),
        same_topic: same as f64 / items.max(1) as f64,
        neighbour_overlap: neighbour_overlap(&a.vectors, &b.vectors, NEIGHBOURS),
        neighbours: NEIGHBOURS.min(items.saturating_sub(1)),
    }
}

fn differences(opinions: &[Opinion]) -> (Vec<Difference>, usize) {
    let items = opinions.first().map_or(0, |opinion| opinion.topics.len());
    let weight = |opinion: &Opinion, item: usize| match opinion.topics[item] {
        Some(_) => opinion.confidence[item].clamp(UNSORTED_WEIGHT, 1.0),
        None => UNSORTED_WEIGHT,
    };
    let disagreement = |item: usize| {
        let (mut apart, mut pairs) = (0.0, 0);
        for (place, a) in opinions.iter().enumerate() {
            for b in &opinions[place + 1..] {
                pairs += 1;
                if a.topics[item] != b.topics[item] {
                    apart += weight(a, item) * weight(b, item);
                }
            }
        }
        apart / pairs.max(1) as f32
    };
    let mut ordered: Vec<(f32, usize)> =
        (0..items).map(|item| (disagreement(item), item)).filter(|&(d, _)| d > 0.0).collect();
    ordered.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let count = ordered.len();
    ordered.truncate(MOST_DIFFERENCES);
    let asked: Vec<u32> = ordered.iter().map(|&(_, item)| item as u32).collect();
    let votes: Vec<Vec<Vote>> = opinions.iter().map(|opinion| votes(opinion, &asked)).collect();
    let differences = ordered
        .iter()
        .enumerate()
        .map(|(row, &(disagreement, item))| Difference {
            item: ItemId::from_index(item),
            votes: votes.iter().map(|votes| votes[row]).collect(),
            disagreement,
        })
        .collect();
    (differences, count)
}

/// What a model says of the items `asked`.
fn votes(opinion: &Opinion, asked: &[u32]) -> Vec<Vote> {
    let all: Vec<u32> = (0..opinion.topics.len() as u32).collect();
    let near = NEIGHBOURS.min(all.len() - 1).max(1);
    let found = neighbours(&opinion.vectors, asked, &all, near);
    asked
        .iter()
        .zip(found.chunks_exact(near))
        .map(|(&item, found)| {
            let row = |item: u32| opinion.vectors.row(item as usize);
            let mut found = found.to_vec();
            let cosine = |other: u32| crate::analyse::product::dot(row(item), row(other));
            found.sort_by(|&a, &b| cosine(b).total_cmp(&cosine(a)).then(a.cmp(&b)));
            let topic = opinion.topics[item as usize];
            let shares =
                |other: &&u32| **other != item && opinion.topics[**other as usize] == topic;
            let next_to = found.iter().find(shares).or(found.first()).copied().unwrap_or(item);
            Vote { topic, next_to: ItemId(next_to) }
        })
        .collect()
}
