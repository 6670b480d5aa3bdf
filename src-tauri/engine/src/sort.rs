//! Sorting a list into topics that a person made: joins the names they typed,
//! the examples they gave and what they pinned, and turns what the machine
//! suggests into places.

use std::collections::BTreeMap;

use crate::analyse::classify::{Clues, Space, Suggestion, classify, embed_clues};
use crate::analyse::profile::groups;
use crate::edits::{made_by_person, valid_name};
use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::items::{Item, normalise};
use crate::monitor::Monitor;
use crate::topics::{Placement, Sorting, Topic};

/// How sure the machine must be to place an item, as long as the person did not say.
pub const USUAL_THRESHOLD: f32 = 0.3;
/// More topics than this nobody reads.
pub(crate) const MOST_TOPICS: usize = 1000;

/// A topic to sort into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedTopic {
    pub name: String,
    /// Texts that belong there. Those that are in the list are pinned; the
    /// others only show what is meant.
    pub examples: Vec<String>,
}

/// Topics a person makes. Of the topics there are, those with one of the names
/// stay, and those that hold pinned items; the others go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortInto {
    pub topics: Vec<WantedTopic>,
    /// Items whose category in the list is called like a topic are pinned there.
    pub uses_categories: bool,
    /// Whether the names say what is meant, or are mere labels of the examples.
    pub uses_names: bool,
}

/// Sorts `items`, of which `before` is the sorting so far.
///
/// # Errors
/// `Invalid` without topics and for names that are none; `Cancelled`; what the
/// embedder fails with.
pub fn sort(
    request: &SortInto,
    items: &[Item],
    space: &Space,
    before: &Sorting,
    embedder: &mut dyn Embedder,
    monitor: &dyn Monitor,
) -> Result<Sorting> {
    let plan = Plan::make(request, items, before)?;
    let clues = embed_clues(&plan.clues(), embedder, monitor)?;
    Ok(plan.placed(&classify(space, &clues, monitor)?))
}

/// A placement where the machine suggests, among these topics.
pub(crate) fn suggested(suggestion: &Suggestion, topics: &[Topic]) -> Placement {
    let id = |place: u32| topics[place as usize].id;
    Placement {
        topic: suggestion.best.map(id),
        pinned: false,
        suggested: suggestion.best.map(id),
        confidence: suggestion.confidence,
        runner_up: suggestion.runner_up.map(id),
        runner_up_confidence: suggestion.runner_up_confidence,
    }
}

/// What to sort into, settled with what is there already.
pub(crate) struct Plan {
    /// The topics, the pinned items where they are, everything else in Unsorted.
    sorting: Sorting,
    /// Of every topic, examples that are not in the list.
    others: Vec<Vec<String>>,
    uses_names: bool,
}

impl Plan {
    /// # Errors
    /// `Invalid` without topics and for names that are none.
    pub(crate) fn make(request: &SortInto, items: &[Item], before: &Sorting) -> Result<Self> {
        let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for topic in &request.topics {
            let name = valid_name(&topic.name)?;
            let place = *places.entry(folded(&name)).or_insert(wanted.len());
            if place == wanted.len() {
                wanted.push((name, Vec::new()));
            }
            wanted[place].1.extend(topic.examples.iter().cloned());
        }
        if wanted.is_empty() {
            return Err(Error::Invalid(sentence!("Type the names of your topics first.")));
        }
        if wanted.len() > MOST_TOPICS {
            return Err(Error::Invalid(sentence!(
                "These are {count} topics. Sort into {most} at most.",
                count = wanted.len(),
                most = MOST_TOPICS
            )));
        }
        let mut sorting = Sorting {
            topics: before.topics.clone(),
            placements: vec![Placement::UNSORTED; items.len()],
            threshold: Some(before.threshold.unwrap_or(USUAL_THRESHOLD)),
            ..Sorting::default()
        };
        // New ids differ from those of topics that go: undo brings these back.
        let mut topics = Vec::new();
        let mut made = Vec::new();
        for (name, _) in &wanted {
            let old = before.topics.iter().find(|topic| folded(&topic.name) == folded(name));
            let topic = match old {
                Some(old) => Topic {
                    name: name.clone(),
                    named_by_person: true,
                    // What was found before is not what is sorted now.
                    stability: 0.0,
                    ..old.clone()
                },
                None => {
                    let topic = made_by_person(&sorting, name.clone());
                    sorting.topics.push(topic.clone());
                    made.push(topic.id);
                    topic
                }
            };
            topics.push(topic);
        }
        for (index, place) in before.placements.iter().enumerate().filter(|(_, p)| p.pinned) {
            sorting.placements[index] =
                Placement { topic: place.topic, pinned: true, ..Placement::UNSORTED };
            let kept = place.topic.filter(|id| topics.iter().all(|topic| topic.id != *id));
            topics.extend(kept.and_then(|id| before.topic(id)).cloned());
        }
        // Colours of topics that go are free again.
        sorting.topics = topics.iter().filter(|topic| !made.contains(&topic.id)).cloned().collect();
        for topic in topics.iter_mut().filter(|topic| made.contains(&topic.id)) {
            topic.colour = sorting.free_colour();
            sorting.topics.push(topic.clone());
        }
        sorting.topics = topics;
        let others = vec![Vec::new(); sorting.topics.len()];
        let mut plan = Self { sorting, others, uses_names: request.uses_names };
        plan.pin_examples(&wanted, items);
        if request.uses_categories {
            plan.pin_categories(&places, items);
        }
        Ok(plan)
    }

    fn pin_examples(&mut self, wanted: &[(String, Vec<String>)], items: &[Item]) {
        if wanted.iter().all(|(_, examples)| examples.is_empty()) {
            return;
        }
        let mut by_text: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            by_text.entry(folded(&item.text)).or_insert(index);
        }
        for (topic, (_, examples)) in wanted.iter().enumerate() {
            for example in examples {
                match by_text.get(&folded(example)) {
                    Some(&item) => self.pin(item, topic),
                    None => self.others[topic].push(example.clone()),
                }
            }
        }
    }

    fn pin_categories(&mut self, places: &BTreeMap<String, usize>, items: &[Item]) {
        for (index, item) in items.iter().enumerate() {
            let category = item.category.as_deref().map(folded);
            if let Some(&topic) = category.and_then(|category| places.get(&category)) {
                self.pin(index, topic);
            }
        }
    }

    /// What the person pinned by hand before stays.
    fn pin(&mut self, item: usize, topic: usize) {
        let place = &mut self.sorting.placements[item];
        if !place.pinned {
            place.topic = Some(self.sorting.topics[topic].id);
            place.pinned = true;
        }
    }

    /// What is known of every topic.
    pub(crate) fn clues(&self) -> Vec<Clues<'_>> {
        let mut clues = clues_of(&self.sorting, &self.others, |place| place.pinned);
        if !self.uses_names {
            clues.iter_mut().for_each(|clue| clue.name = None);
        }
        clues
    }

    pub(crate) fn topic_name(&self, place: usize) -> &str {
        &self.sorting.topics[place].name
    }

    pub(crate) fn topic_count(&self) -> usize {
        self.sorting.topics.len()
    }

    /// Everything unpinned where the machine suggests, if it is sure enough.
    pub(crate) fn placed(self, suggestions: &[Suggestion]) -> Sorting {
        placed(self.sorting, suggestions)
    }
}

/// `sorting` with everything unpinned where the machine suggests, if it is sure enough.
pub(crate) fn placed(mut sorting: Sorting, suggestions: &[Suggestion]) -> Sorting {
    let threshold = sorting.threshold.unwrap_or_default();
    for (place, suggestion) in sorting.placements.iter_mut().zip(suggestions) {
        let mut machine = suggested(suggestion, &sorting.topics);
        if place.pinned {
            machine.topic = place.topic;
            machine.pinned = true;
        } else {
            machine.topic = Sorting::placed_by_threshold(threshold, &machine);
        }
        *place = machine;
    }
    sorting
}

/// What is known of every topic: its name if a person gave it, the items that
/// `counts` says are known to belong there, and texts from outside the list.
pub(crate) fn clues_of<'a>(
    sorting: &'a Sorting,
    others: &'a [Vec<String>],
    counts: impl Fn(&Placement) -> bool,
) -> Vec<Clues<'a>> {
    let mut items: Vec<Vec<usize>> = vec![Vec::new(); sorting.topics.len()];
    for (index, (place, group)) in sorting.placements.iter().zip(groups(sorting)).enumerate() {
        if let Some(group) = group.filter(|_| counts(place)) {
            items[group as usize].push(index);
        }
    }
    sorting
        .topics
        .iter()
        .zip(items)
        .enumerate()
        .map(|(place, (topic, items))| Clues {
            name: topic.named_by_person.then_some(topic.name.as_str()),
            items,
            others: others.get(place).map_or(&[], Vec::as_slice),
        })
        .collect()
}

/// For comparing texts as a person does: without regard to case and surroundings.
pub(crate) fn folded(text: &str) -> String {
    normalise(text).to_lowercase()
}
