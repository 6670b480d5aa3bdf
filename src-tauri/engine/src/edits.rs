//! Changes a person can undo. An edit knows how to apply itself to a sorting
//! and what takes it back; keeping it is the store's matter.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::items::normalise;
use crate::topics::{Placement, Sorting, Topic, TopicId};

/// The longest name of a topic, in characters.
pub const MAX_TOPIC_NAME: usize = 200;

/// An undoable change to a workbook. Its serialised form is kept in workbooks:
/// a variant may be added, but what a variant is called and holds must stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Edit {
    /// The person gives a topic a name.
    RenameTopic { topic: TopicId, name: String },
    /// Puts a topic's name, colour and so on to what is given: takes back what changed a topic.
    RestoreTopic { topic: Topic },
    /// All topics and places at once, as finding topics yields them.
    ReplaceSorting {
        #[serde(with = "packed")]
        sorting: Sorting,
        /// What happened, for the person: "Found 10 topics".
        label: String,
    },
}

/// What applying an edit gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Applying this takes the edit back.
    pub inverse: Edit,
    /// What happened, for the person: "Renamed fruit to fruits".
    pub label: String,
}

impl Edit {
    /// Changes `sorting`, or leaves it as it was and fails.
    ///
    /// # Errors
    /// `Invalid` when the edit names a topic that is not there, an empty or
    /// overlong name, or a sorting that contradicts itself.
    pub fn apply(&self, sorting: &mut Sorting) -> Result<Applied> {
        match self {
            Self::RenameTopic { topic, name } => {
                let name = valid_name(name)?;
                let topic = topic_mut(sorting, *topic)?;
                let before = topic.clone();
                topic.name.clone_from(&name);
                topic.named_by_person = true;
                let label = format!("Renamed {} to {name}", before.name);
                Ok(Applied { inverse: Self::RestoreTopic { topic: before }, label })
            }
            Self::RestoreTopic { topic: restored } => {
                let topic = topic_mut(sorting, restored.id)?;
                let before = std::mem::replace(topic, restored.clone());
                let label = format!("Restored {}", restored.name);
                Ok(Applied { inverse: Self::RestoreTopic { topic: before }, label })
            }
            Self::ReplaceSorting { sorting: new, label } => {
                check(new)?;
                let before = std::mem::replace(sorting, new.clone());
                let inverse = Self::ReplaceSorting { sorting: before, label: label.clone() };
                Ok(Applied { inverse, label: label.clone() })
            }
        }
    }
}

fn valid_name(name: &str) -> Result<String> {
    let name = normalise(name);
    if name.is_empty() {
        return Err(Error::Invalid("A topic needs a name. Type at least one letter.".to_owned()));
    }
    if name.chars().count() > MAX_TOPIC_NAME {
        return Err(Error::Invalid(format!(
            "A topic's name can be {MAX_TOPIC_NAME} characters long. Choose a shorter one."
        )));
    }
    Ok(name)
}

fn topic_mut(sorting: &mut Sorting, id: TopicId) -> Result<&mut Topic> {
    sorting.topics.iter_mut().find(|topic| topic.id == id).ok_or_else(|| {
        Error::Invalid("This topic is no longer there. Choose another one.".to_owned())
    })
}

/// A sorting must not speak of topics that it does not have, nor have one
/// twice, and its figures must be figures.
fn check(sorting: &Sorting) -> Result<()> {
    let mut ids: Vec<TopicId> = sorting.topics.iter().map(|topic| topic.id).collect();
    ids.sort_unstable();
    let distinct = ids.windows(2).all(|pair| pair[0] != pair[1]);
    let known = |id: Option<TopicId>| id.is_none_or(|id| ids.binary_search(&id).is_ok());
    let sound = |place: &Placement| {
        known(place.topic) && known(place.runner_up) && place.confidence.is_finite()
    };
    if distinct
        && sorting.placements.iter().all(sound)
        && sorting.topics.iter().all(|topic| topic.stability.is_finite())
    {
        Ok(())
    } else {
        Err(Error::Invalid(
            "These topics contradict each other, so they were not kept. Find topics again."
                .to_owned(),
        ))
    }
}

/// A sorting for the history: one list per property instead of one object per
/// item, a third of the size, and numbers as bits, so that nothing is rounded.
mod packed {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::topics::{Placement, Sorting, Topic, TopicId};

    #[derive(Serialize, Deserialize)]
    struct Packed {
        topics: Vec<Topic>,
        /// Topic of every item.
        places: Vec<Option<TopicId>>,
        runners_up: Vec<Option<TopicId>>,
        /// `f32::to_bits` of every item's confidence.
        confidence_bits: Vec<u32>,
        /// Indices of the items the person put where they are.
        pinned: Vec<usize>,
    }

    pub(super) fn serialize<S: Serializer>(
        sorting: &Sorting,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let places = &sorting.placements;
        Packed {
            topics: sorting.topics.clone(),
            places: places.iter().map(|place| place.topic).collect(),
            runners_up: places.iter().map(|place| place.runner_up).collect(),
            confidence_bits: places.iter().map(|place| place.confidence.to_bits()).collect(),
            pinned: (0..places.len()).filter(|&index| places[index].pinned).collect(),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Sorting, D::Error> {
        let packed = Packed::deserialize(deserializer)?;
        let count = packed.places.len();
        if packed.runners_up.len() != count || packed.confidence_bits.len() != count {
            return Err(D::Error::custom("lists of different lengths"));
        }
        let mut placements: Vec<Placement> = packed
            .places
            .into_iter()
            .zip(packed.runners_up)
            .zip(packed.confidence_bits)
            .map(|((topic, runner_up), bits)| Placement {
                topic,
                pinned: false,
                confidence: f32::from_bits(bits),
                runner_up,
            })
            .collect();
        for index in packed.pinned {
            placements
                .get_mut(index)
                .ok_or_else(|| D::Error::custom("a pin outside the list"))?
                .pinned = true;
        }
        Ok(Sorting { topics: packed.topics, placements })
    }
}
