//! Topics and which item is where.

use crate::items::ItemId;

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
    /// How alike two runs from other starts find this topic, 0 to 1 (mean best Jaccard index).
    pub stability: f32,
}

/// Where an item is, and how sure the machine is of it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Placement {
    /// `None`: the item is in Unsorted.
    pub topic: Option<TopicId>,
    /// Put there by the person: the machine never moves it.
    pub pinned: bool,
    /// How sure the machine is of the best topic, 0 to 1.
    pub confidence: f32,
    /// The second best topic.
    pub runner_up: Option<TopicId>,
}

impl Placement {
    pub const UNSORTED: Self =
        Self { topic: None, pinned: false, confidence: 0.0, runner_up: None };
}

/// All topics of a workbook, in the order they are shown, and the place of every item.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sorting {
    pub topics: Vec<Topic>,
    /// One per item, in item order; empty until topics were found once.
    pub placements: Vec<Placement>,
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
}
