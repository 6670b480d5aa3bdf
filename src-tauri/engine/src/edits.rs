//! Changes a person can undo. An edit knows how to apply itself to a sorting
//! and what takes it back; keeping it is the store's matter.

mod patch;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::items::{Item, ItemId, normalise};
use crate::sentence::{self, Sentence, Value};
use crate::topics::{Placement, Sorting, Topic, TopicId};
pub use patch::Patch;

/// The longest name of a topic, in characters.
pub const MAX_TOPIC_NAME: usize = 200;
/// The longest context of a text, in characters.
pub const MAX_CONTEXT: usize = 500;

/// An undoable change to a workbook. Its serialised form is kept in workbooks:
/// a variant may be added, but what a variant is called and holds must stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Edit {
    /// The person puts items into a topic, or into Unsorted, and pins them there.
    MoveItems { items: Vec<ItemId>, topic: Option<TopicId> },
    /// The items stay where they are, but the machine may move them again.
    UnpinItems { items: Vec<ItemId> },
    /// A new topic, the last one, with these items pinned in it.
    NewTopic { name: String, items: Vec<ItemId> },
    /// The person gives a topic a name.
    RenameTopic { topic: TopicId, name: String },
    /// `colour` is a place in the palette of topic colours.
    RecolourTopic { topic: TopicId, colour: u32 },
    /// Puts a topic at this place of the list, counted from 0.
    ReorderTopic { topic: TopicId, place: usize },
    /// All of `from` goes into `into`; `from` is gone.
    MergeTopics { from: TopicId, into: TopicId },
    /// Its items go to Unsorted, unpinned.
    DeleteTopic { topic: TopicId },
    /// Places every unpinned item of which the machine is at least so sure, 0
    /// to 1; the other unpinned ones go to Unsorted.
    SetThreshold { threshold: f32 },
    /// What the model reads after the item's text, and where that puts it.
    GiveContext { item: ItemId, context: Option<String>, place: Placement },
    /// All topics and places at once, as finding topics or sorting yields
    /// them. Contexts stay, and so does the model if the sorting names none.
    ReplaceSorting {
        #[serde(with = "patch::packed")]
        sorting: Sorting,
        /// What happened, for the person: "Found 10 topics".
        #[serde(deserialize_with = "sentence::lenient")]
        label: Sentence,
    },
    /// Makes the list longer, or shorter when it is taken back. What was added is kept beside the
    /// history until it can no longer be done again.
    Resize { from: Extent, to: Extent, patch: Patch },
    /// Puts back what differs: takes any edit back.
    Patch(Patch),
    /// Takes back what changed a topic. Kept for workbooks that have it in their history.
    RestoreTopic { topic: Topic },
}

/// How long a list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    pub items: usize,
    /// Kept columns.
    pub columns: usize,
}

/// What applying an edit gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Applying this takes the edit back.
    pub inverse: Edit,
    /// What happened, for the person: "Renamed fruit to fruits".
    pub label: Sentence,
}

impl Edit {
    /// Changes `sorting`, which is that of `items` (those afterwards, if the list becomes longer or
    /// shorter), or leaves it as it was and fails.
    ///
    /// # Errors
    /// `Invalid` when the edit names a topic or an item that is not there, an
    /// empty or overlong name, or a sorting that contradicts itself.
    pub fn apply(&self, sorting: &mut Sorting, items: &[Item]) -> Result<Applied> {
        let mut after = sorting.clone();
        let label = self.change(&mut after, items)?;
        let patch = Patch::between(&after, sorting);
        let inverse = match *self {
            Self::Resize { from, to, .. } => Self::Resize { from: to, to: from, patch },
            _ => Self::Patch(patch),
        };
        *sorting = after;
        Ok(Applied { inverse, label })
    }

    /// Changes `sorting` and says what happened. A failure may leave it half-changed.
    fn change(&self, sorting: &mut Sorting, items: &[Item]) -> Result<Sentence> {
        if sorting.placements.is_empty() && !self.brings_places() {
            sorting.placements = vec![Placement::UNSORTED; items.len()];
        }
        match self {
            Self::MoveItems { items: moved, topic } => {
                if let Some(topic) = topic {
                    topic_mut(sorting, *topic)?;
                }
                pin(sorting, moved, *topic)?;
                let target = match topic.and_then(|id| sorting.topic(id)) {
                    Some(topic) => Value::from(&topic.name),
                    None => Value::from(sentence!("Unsorted")),
                };
                Ok(sentence!("Moved {what} to {target}", what = listed(moved, items), target))
            }
            Self::UnpinItems { items: freed } => {
                for &item in freed {
                    place_mut(sorting, item)?.pinned = false;
                }
                Ok(sentence!("Unpinned {what}", what = listed(freed, items)))
            }
            Self::NewTopic { name, items: moved } => {
                let topic = made_by_person(sorting, valid_name(name)?);
                let (id, label) =
                    (topic.id, sentence!("Made the topic {topic}", topic = &topic.name));
                sorting.topics.push(topic);
                pin(sorting, moved, Some(id))?;
                Ok(label)
            }
            Self::RenameTopic { topic, name } => {
                let name = valid_name(name)?;
                let topic = topic_mut(sorting, *topic)?;
                let before = std::mem::replace(&mut topic.name, name);
                topic.named_by_person = true;
                Ok(sentence!("Renamed {before} to {topic}", before, topic = &topic.name))
            }
            Self::RecolourTopic { topic, colour } => {
                let topic = topic_mut(sorting, *topic)?;
                topic.colour = *colour;
                Ok(sentence!("Changed the colour of {topic}", topic = &topic.name))
            }
            Self::ReorderTopic { topic, place } => {
                let from = sorting.place_of(*topic).ok_or_else(no_topic)?;
                let to = (*place).min(sorting.topics.len() - 1);
                let topic = sorting.topics.remove(from);
                let label = sentence!(
                    "Moved {topic} to place {place}",
                    topic = &topic.name,
                    place = to + 1
                );
                sorting.topics.insert(to, topic);
                Ok(label)
            }
            Self::MergeTopics { from, into } => merge(sorting, *from, *into),
            Self::DeleteTopic { topic } => delete(sorting, *topic),
            Self::SetThreshold { threshold } => {
                set_threshold(sorting, *threshold)?;
                Ok(sentence!(
                    "Placed words from {percent} % on",
                    percent = (threshold * 100.0).round() as usize
                ))
            }
            Self::GiveContext { item, context, place } => {
                let context = context.as_deref().map(valid_context).transpose()?;
                *place_mut(sorting, *item)? = *place;
                check(sorting)?;
                let text = listed(&[*item], items);
                Ok(match context {
                    Some(context) => {
                        let label =
                            sentence!("Read {text} as {text}, {context}", text, context = &context);
                        sorting.contexts.insert(*item, context);
                        label
                    }
                    None => {
                        sorting.contexts.remove(item);
                        sentence!("Read {text} by itself", text)
                    }
                })
            }
            Self::ReplaceSorting { sorting: new, label } => {
                check(new)?;
                let contexts = std::mem::take(&mut sorting.contexts);
                let model = new.model.clone().or(sorting.model.take());
                *sorting = Sorting { contexts, model, ..new.clone() };
                Ok(label.clone())
            }
            Self::Resize { from, to, patch } => {
                patch.apply(sorting, items.len())?;
                check(sorting)?;
                let added: Vec<ItemId> = (from.items..to.items).map(ItemId::from_index).collect();
                Ok(sentence!("Added {what}", what = listed(&added, items)))
            }
            Self::Patch(patch) => {
                patch.apply(sorting, items.len())?;
                check(sorting)?;
                Ok(sentence!("Took a change back"))
            }
            Self::RestoreTopic { topic: restored } => {
                *topic_mut(sorting, restored.id)? = restored.clone();
                Ok(sentence!("Restored {topic}", topic = &restored.name))
            }
        }
    }

    /// Whether it says itself where every item is.
    fn brings_places(&self) -> bool {
        matches!(self, Self::ReplaceSorting { .. } | Self::Patch(_) | Self::Resize { .. })
    }
}

/// A topic as a person makes it, not yet in `sorting`.
pub(crate) fn made_by_person(sorting: &Sorting, name: String) -> Topic {
    Topic {
        id: sorting.next_id(),
        name,
        named_by_person: true,
        alternates: Vec::new(),
        colour: sorting.free_colour(),
        stability: 0.0,
    }
}

fn pin(sorting: &mut Sorting, items: &[ItemId], topic: Option<TopicId>) -> Result<()> {
    for &item in items {
        let place = place_mut(sorting, item)?;
        place.topic = topic;
        place.pinned = true;
    }
    Ok(())
}

fn merge(sorting: &mut Sorting, from: TopicId, into: TopicId) -> Result<Sentence> {
    if from == into {
        return Err(Error::Invalid(sentence!("A topic cannot be merged with itself.")));
    }
    let gone = sorting.place_of(from).ok_or_else(no_topic)?;
    topic_mut(sorting, into)?;
    let gone = sorting.topics.remove(gone);
    let follow = |id: &mut Option<TopicId>| {
        if *id == Some(from) {
            *id = Some(into);
        }
    };
    for place in &mut sorting.placements {
        follow(&mut place.topic);
        follow(&mut place.suggested);
        follow(&mut place.runner_up);
        if place.suggested.is_some() && place.suggested == place.runner_up {
            place.confidence = (place.confidence + place.runner_up_confidence).min(1.0);
            place.runner_up = None;
            place.runner_up_confidence = 0.0;
        }
    }
    let into = topic_mut(sorting, into)?;
    Ok(sentence!("Merged {topic} into {into}", topic = gone.name, into = &into.name))
}

fn delete(sorting: &mut Sorting, id: TopicId) -> Result<Sentence> {
    let gone = sorting.place_of(id).ok_or_else(no_topic)?;
    let gone = sorting.topics.remove(gone);
    for place in &mut sorting.placements {
        if place.topic == Some(id) {
            place.topic = None;
            place.pinned = false;
        }
        if place.runner_up == Some(id) {
            place.runner_up = None;
            place.runner_up_confidence = 0.0;
        }
        if place.suggested == Some(id) {
            place.suggested = place.runner_up.take();
            place.confidence = std::mem::take(&mut place.runner_up_confidence);
        }
    }
    Ok(sentence!("Deleted {topic}", topic = gone.name))
}

fn set_threshold(sorting: &mut Sorting, threshold: f32) -> Result<()> {
    if !(0.0..=1.0).contains(&threshold) {
        return Err(Error::Invalid(sentence!("Choose a share from 0 to 100 %.")));
    }
    sorting.threshold = Some(threshold);
    // Where the machine has no opinion, as in topics that came with the list, nothing is judged.
    let is_judged = |place: &&mut Placement| !place.pinned && place.suggested.is_some();
    for place in sorting.placements.iter_mut().filter(is_judged) {
        place.topic = Sorting::placed_by_threshold(threshold, place);
    }
    Ok(())
}

/// "banana", or "3 words" when there are several.
fn listed(moved: &[ItemId], items: &[Item]) -> Value {
    if let [item] = moved
        && let Some(item) = items.get(item.index())
    {
        return Value::from(shortened(&item.text));
    }
    let are_words = moved
        .iter()
        .filter_map(|item| items.get(item.index()))
        .all(|item| item.text.split(' ').count() <= LONGEST_WORD);
    let count = moved.len();
    Value::from(if are_words {
        sentence!("{count} words", count)
    } else {
        sentence!("{count} texts", count)
    })
}

/// So many parts still read as one word: "computer support specialist".
const LONGEST_WORD: usize = 4;

fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    format!("{}\u{2026}", text.chars().take(SHOWN).collect::<String>().trim_end())
}

/// # Errors
/// `Invalid` for an empty or overlong name.
pub(crate) fn valid_name(name: &str) -> Result<String> {
    let name = normalise(name);
    if name.is_empty() {
        return Err(Error::Invalid(sentence!("A topic needs a name. Type at least one letter.")));
    }
    if name.chars().count() > MAX_TOPIC_NAME {
        return Err(Error::Invalid(sentence!(
            "A topic's name can be {most} characters long. Choose a shorter one.",
            most = MAX_TOPIC_NAME
        )));
    }
    Ok(name)
}

fn valid_context(context: &str) -> Result<String> {
    let context = normalise(context);
    if context.is_empty() || context.chars().count() > MAX_CONTEXT {
        return Err(Error::Invalid(sentence!(
            "Say in a few words what is meant, in {most} characters at most.",
            most = MAX_CONTEXT
        )));
    }
    Ok(context)
}

fn topic_mut(sorting: &mut Sorting, id: TopicId) -> Result<&mut Topic> {
    sorting.topics.iter_mut().find(|topic| topic.id == id).ok_or_else(no_topic)
}

fn no_topic() -> Error {
    Error::Invalid(sentence!("This topic is no longer there. Choose another one."))
}

fn place_mut(sorting: &mut Sorting, item: ItemId) -> Result<&mut Placement> {
    sorting
        .placements
        .get_mut(item.index())
        .ok_or_else(|| Error::Invalid(sentence!("This item is not in the list.")))
}

/// A sorting must not speak of topics that it does not have, nor have one
/// twice, and its figures must be figures.
fn check(sorting: &Sorting) -> Result<()> {
    let mut ids: Vec<TopicId> = sorting.topics.iter().map(|topic| topic.id).collect();
    ids.sort_unstable();
    let distinct = ids.windows(2).all(|pair| pair[0] != pair[1]);
    let known = |id: Option<TopicId>| id.is_none_or(|id| ids.binary_search(&id).is_ok());
    let sound = |place: &Placement| {
        known(place.topic)
            && known(place.suggested)
            && known(place.runner_up)
            && place.confidence.is_finite()
            && place.runner_up_confidence.is_finite()
    };
    if distinct
        && sorting.placements.iter().all(sound)
        && sorting.topics.iter().all(|topic| topic.stability.is_finite())
        && sorting.threshold.is_none_or(f32::is_finite)
    {
        Ok(())
    } else {
        Err(Error::Invalid(sentence!(
            "These topics contradict each other, so they were not kept. Find topics again."
        )))
    }
}
