//! The difference between two sortings, and how sortings are kept in the
//! history: one list per property instead of one object per item, a third of
//! the size, and numbers as bits, so that nothing is rounded.

use serde::{Deserialize, Serialize};

use crate::embed::ModelKey;
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::topics::{Placement, Sorting, Topic, TopicId};

/// What turns one sorting into another: only what differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// How many items have a place afterwards.
    items: usize,
    /// All topics, if any differs.
    topics: Option<Vec<Topic>>,
    /// `f32::to_bits` of the threshold, if it differs; wrapped, because JSON has one kind of null.
    threshold_bits: Option<(Option<u32>,)>,
    /// Items whose places differ.
    moved: Vec<u32>,
    places: Places,
    /// Contexts that differ; `None` where there is none afterwards.
    contexts: Vec<(ItemId, Option<String>)>,
    /// The model, if it differs; wrapped as the threshold is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<(Option<ModelKey>,)>,
}

impl Patch {
    /// What turns `from` into `to`.
    #[must_use]
    pub fn between(from: &Sorting, to: &Sorting) -> Self {
        // Who had no place before is in Unsorted, unless the patch says otherwise.
        let differs = |&item: &u32| {
            from.placements.get(item as usize).unwrap_or(&Placement::UNSORTED)
                != &to.placements[item as usize]
        };
        let moved: Vec<u32> = (0..to.placements.len() as u32).filter(differs).collect();
        let places = Places::pack(moved.iter().map(|&item| &to.placements[item as usize]));
        let mut contexts: Vec<(ItemId, Option<String>)> = to
            .contexts
            .iter()
            .filter(|&(item, context)| from.contexts.get(item) != Some(context))
            .map(|(&item, context)| (item, Some(context.clone())))
            .collect();
        contexts.extend(
            from.contexts.keys().filter(|item| !to.contexts.contains_key(item)).map(|&i| (i, None)),
        );
        Self {
            items: to.placements.len(),
            topics: (from.topics != to.topics).then(|| to.topics.clone()),
            threshold_bits: (from.threshold != to.threshold)
                .then(|| (to.threshold.map(f32::to_bits),)),
            moved,
            places,
            contexts,
            model: (from.model != to.model).then(|| (to.model.clone(),)),
        }
    }

    /// # Errors
    /// `Invalid` when the patch contradicts itself or is of a list of more than `most` items.
    pub(super) fn apply(&self, sorting: &mut Sorting, most: usize) -> Result<()> {
        let broken = || Error::Invalid(sentence!("This change cannot be taken back any more."));
        if self.items > most {
            return Err(broken());
        }
        sorting.placements.resize(self.items, Placement::UNSORTED);
        let places = self.places.unpack().filter(|places| places.len() == self.moved.len());
        for (&item, place) in self.moved.iter().zip(places.ok_or_else(broken)?) {
            *sorting.placements.get_mut(item as usize).ok_or_else(broken)? = place;
        }
        if let Some(topics) = &self.topics {
            sorting.topics.clone_from(topics);
        }
        if let Some((threshold,)) = self.threshold_bits {
            sorting.threshold = threshold.map(f32::from_bits);
        }
        if let Some((model,)) = &self.model {
            sorting.model.clone_from(model);
        }
        for (item, context) in &self.contexts {
            match context {
                Some(context) => sorting.contexts.insert(*item, context.clone()),
                None => sorting.contexts.remove(item),
            };
        }
        Ok(())
    }
}

/// Placements, property by property.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Places {
    places: Vec<Option<TopicId>>,
    runners_up: Vec<Option<TopicId>>,
    /// `f32::to_bits` of every confidence.
    confidence_bits: Vec<u32>,
    /// Places in these lists of what the person put where it is.
    pinned: Vec<usize>,
    /// The first workbooks had no suggestion apart from the place.
    #[serde(default)]
    suggested: Option<Vec<Option<TopicId>>>,
    #[serde(default)]
    runner_up_confidence_bits: Vec<u32>,
}

impl Places {
    fn pack<'a>(placements: impl Iterator<Item = &'a Placement>) -> Self {
        let mut packed = Self { suggested: Some(Vec::new()), ..Self::default() };
        for (index, place) in placements.enumerate() {
            packed.places.push(place.topic);
            packed.runners_up.push(place.runner_up);
            packed.confidence_bits.push(place.confidence.to_bits());
            packed.suggested.get_or_insert_default().push(place.suggested);
            packed.runner_up_confidence_bits.push(place.runner_up_confidence.to_bits());
            if place.pinned {
                packed.pinned.push(index);
            }
        }
        packed
    }

    /// `None` when the lists do not fit together.
    fn unpack(&self) -> Option<Vec<Placement>> {
        let count = self.places.len();
        let suggested = self.suggested.as_ref().unwrap_or(&self.places);
        let mut runner_up_confidence = self.runner_up_confidence_bits.clone();
        if self.suggested.is_none() {
            runner_up_confidence.resize(count, 0);
        }
        let lengths = [
            self.runners_up.len(),
            self.confidence_bits.len(),
            suggested.len(),
            runner_up_confidence.len(),
        ];
        if lengths.iter().any(|&length| length != count) {
            return None;
        }
        let mut placements: Vec<Placement> = (0..count)
            .map(|index| Placement {
                topic: self.places[index],
                pinned: false,
                suggested: suggested[index],
                confidence: f32::from_bits(self.confidence_bits[index]),
                runner_up: self.runners_up[index],
                runner_up_confidence: f32::from_bits(runner_up_confidence[index]),
            })
            .collect();
        for &index in &self.pinned {
            placements.get_mut(index)?.pinned = true;
        }
        Some(placements)
    }
}

/// A whole sorting but its contexts.
pub(super) mod packed {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Places;
    use crate::embed::ModelKey;
    use crate::topics::{Sorting, Topic};

    #[derive(Serialize, Deserialize)]
    struct Packed {
        topics: Vec<Topic>,
        #[serde(flatten)]
        places: Places,
        #[serde(default)]
        threshold_bits: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<ModelKey>,
    }

    pub(in crate::edits) fn serialize<S: Serializer>(
        sorting: &Sorting,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Packed {
            topics: sorting.topics.clone(),
            places: Places::pack(sorting.placements.iter()),
            threshold_bits: sorting.threshold.map(f32::to_bits),
            model: sorting.model.clone(),
        }
        .serialize(serializer)
    }

    pub(in crate::edits) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Sorting, D::Error> {
        let packed = Packed::deserialize(deserializer)?;
        let placements = packed
            .places
            .unpack()
            .ok_or_else(|| D::Error::custom("places that do not fit together"))?;
        Ok(Sorting {
            topics: packed.topics,
            placements,
            threshold: packed.threshold_bits.map(f32::from_bits),
            contexts: Default::default(),
            model: packed.model,
        })
    }
}
