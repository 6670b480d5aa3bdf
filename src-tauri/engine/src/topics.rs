//! Topics, which item is where, and what the person said about it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::embed::ModelKey;
use crate::items::{Item, ItemId};

/// Stays the same for as long as the topic exists, whatever its place in the list.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct TopicId(pub u32);

/// A named group of items, found by the machine or made by the person.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Topic {
    pub id: TopicId,
    pub name: String,
    /// Whether the person chose the name: the machine never changes it then.
    pub named_by_person: bool,
    /// Other names that were close, best first; at most three.
    pub alternates: Vec<String>,
    /// Place in the palette of topic colours.
    pub colour: u32,
    /// How alike two runs from other starts find this topic, 0 to 1 (mean best Jaccard index); 0
    /// for a topic that was not found but made.
    pub stability: f32,
}

/// Where an item is, and what the machine thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Placement {
    /// `None`: the item is in Unsorted.
    pub topic: Option<TopicId>,
    /// Put there by the person: the machine never moves it.
    pub pinned: bool,
    /// Where the machine would put it; `None` while it has no opinion.
    pub suggested: Option<TopicId>,
    /// How sure the machine is of its suggestion, 0 to 1.
    pub confidence: f32,
    /// The second best topic.
    pub runner_up: Option<TopicId>,
    /// How sure the machine would be of that one, 0 to 1.
    pub runner_up_confidence: f32,
}

impl Placement {
    pub const UNSORTED: Self = Self {
        topic: None,
        pinned: false,
        suggested: None,
        confidence: 0.0,
        runner_up: None,
        runner_up_confidence: 0.0,
    };
}

/// How a list is sorted and all that the person decided about it: whatever an
/// edit may change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sorting {
    /// In the order they are shown.
    pub topics: Vec<Topic>,
    /// One per item, in item order; empty until topics were found or made once.
    pub placements: Vec<Placement>,
    /// How sure the machine must be to place an item, 0 to 1; `None` while it
    /// judges by itself who fits nowhere.
    pub threshold: Option<f32>,
    /// What the person told the model about a text that means several things.
    pub contexts: BTreeMap<ItemId, String>,
    /// Whose vectors are used; `None`: those of the model that is part of Kindred.
    pub model: Option<ModelKey>,
}

impl Sorting {
    #[must_use]
    pub fn topic(&self, id: TopicId) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// The items of `topic`, or of Unsorted for `None`, in item order.
    pub fn members(&self, topic: Option<TopicId>) -> impl Iterator<Item = ItemId> + '_ {
        (0..self.placements.len())
            .filter(move |&index| self.placements[index].topic == topic)
            .map(ItemId::from_index)
    }

    /// The place of `topic` among the topics.
    #[must_use]
    pub fn place_of(&self, id: TopicId) -> Option<usize> {
        self.topics.iter().position(|topic| topic.id == id)
    }

    /// An id no topic has.
    #[must_use]
    pub fn next_id(&self) -> TopicId {
        TopicId(self.topics.iter().map(|topic| topic.id.0 + 1).max().unwrap_or(0))
    }

    /// The first palette place that no topic has.
    #[must_use]
    pub fn free_colour(&self) -> u32 {
        (0..)
            .find(|colour| self.topics.iter().all(|topic| topic.colour != *colour))
            .expect("there are more numbers than topics")
    }

    /// What the model reads for the item `id`: its text, and what the person added.
    #[must_use]
    pub fn embedded_text<'a>(&self, id: ItemId, item: &'a Item) -> Cow<'a, str> {
        match self.contexts.get(&id) {
            Some(context) => Cow::Owned(format!("{}, {context}", item.text)),
            None => Cow::Borrowed(&item.text),
        }
    }

    /// Where the machine places an unpinned item of this suggestion.
    #[must_use]
    pub fn placed_by_threshold(threshold: f32, place: &Placement) -> Option<TopicId> {
        place.suggested.filter(|_| place.confidence >= threshold)
    }
}
