//! The engine's types as messages, and what the window sends as the engine's types.

use kindred_engine::edits::Edit as EngineEdit;
use kindred_engine::items::ItemId as EngineItemId;
use kindred_engine::monitor::Stage as EngineStage;
use kindred_engine::sentence::{Sentence as EngineSentence, Value};
use kindred_engine::topics::TopicId as EngineTopicId;
use kindred_engine::{sort, workbook};

use super::{
    Agreement, Edit, History, ItemId, Judge, Sentence, SentencePart, SentenceValue, SortRequest,
    Stage, TopicId, WantedTopic,
};

/// Counts travel as `u32`: no list comes near its end.
pub(crate) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The number of a state of the workbook, which is only ever compared with another one.
pub(crate) fn revision(revision: u64) -> u32 {
    u32::try_from(revision % u64::from(u32::MAX)).unwrap_or_default()
}

impl From<EngineItemId> for ItemId {
    fn from(id: EngineItemId) -> Self {
        Self(id.0)
    }
}

impl From<ItemId> for EngineItemId {
    fn from(id: ItemId) -> Self {
        Self(id.0)
    }
}

impl From<EngineTopicId> for TopicId {
    fn from(id: EngineTopicId) -> Self {
        Self(id.0)
    }
}

impl From<TopicId> for EngineTopicId {
    fn from(id: TopicId) -> Self {
        Self(id.0)
    }
}

impl From<EngineSentence> for Sentence {
    fn from(sentence: EngineSentence) -> Self {
        let values = sentence.values.into_iter();
        Self {
            pattern: sentence.pattern.into_owned(),
            values: values
                .map(|(name, value)| SentenceValue { name: name.into_owned(), part: value.into() })
                .collect(),
        }
    }
}

impl From<Value> for SentencePart {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text { text },
            Value::Count(count) => Self::Count { count: count as f64 },
            Value::Bytes(bytes) => Self::Bytes { bytes: bytes as f64 },
            Value::Sentence(sentence) => Self::Sentence { sentence: sentence.into() },
        }
    }
}

impl From<EngineStage> for Stage {
    fn from(stage: EngineStage) -> Self {
        match stage {
            EngineStage::LoadingModel => Self::LoadingModel,
            EngineStage::Embedding => Self::Embedding,
            EngineStage::FindingTopics => Self::FindingTopics,
            EngineStage::NamingTopics => Self::NamingTopics,
            EngineStage::Sorting => Self::Sorting,
            EngineStage::Comparing => Self::Comparing,
            EngineStage::LayingOut => Self::LayingOut,
            EngineStage::GrowingTree => Self::GrowingTree,
            EngineStage::Saving => Self::Saving,
            EngineStage::ReadingList => Self::ReadingList,
            EngineStage::Exporting => Self::Exporting,
        }
    }
}

/// What the window names items with, as the engine does.
pub(crate) fn ids(items: Vec<ItemId>) -> Vec<EngineItemId> {
    items.into_iter().map(Into::into).collect()
}

impl From<Edit> for EngineEdit {
    fn from(edit: Edit) -> Self {
        match edit {
            Edit::MoveItems { items, topic } => {
                Self::MoveItems { items: ids(items), topic: topic.map(Into::into) }
            }
            Edit::UnpinItems { items } => Self::UnpinItems { items: ids(items) },
            Edit::NewTopic { name, items } => Self::NewTopic { name, items: ids(items) },
            Edit::RenameTopic { topic, name } => Self::RenameTopic { topic: topic.into(), name },
            Edit::RecolourTopic { topic, colour } => {
                Self::RecolourTopic { topic: topic.into(), colour }
            }
            Edit::ReorderTopic { topic, place } => {
                Self::ReorderTopic { topic: topic.into(), place: place as usize }
            }
            Edit::MergeTopics { from, into } => {
                Self::MergeTopics { from: from.into(), into: into.into() }
            }
            Edit::DeleteTopic { topic } => Self::DeleteTopic { topic: topic.into() },
            Edit::SetThreshold { threshold } => Self::SetThreshold { threshold },
        }
    }
}

impl From<SortRequest> for sort::SortInto {
    fn from(request: SortRequest) -> Self {
        let wanted =
            |topic: WantedTopic| sort::WantedTopic { name: topic.name, examples: topic.examples };
        Self {
            topics: request.topics.into_iter().map(wanted).collect(),
            uses_categories: request.uses_categories,
            uses_names: true,
        }
    }
}

impl From<workbook::History> for History {
    fn from(history: workbook::History) -> Self {
        Self {
            done: count(history.done),
            labels: history.labels.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<workbook::Judge> for Judge {
    fn from(judge: workbook::Judge) -> Self {
        match judge {
            workbook::Judge::Categories => Self::Categories,
            workbook::Judge::Pins => Self::Pins,
        }
    }
}

impl From<Judge> for workbook::Judge {
    fn from(judge: Judge) -> Self {
        match judge {
            Judge::Categories => Self::Categories,
            Judge::Pins => Self::Pins,
        }
    }
}

impl From<workbook::Agreement> for Agreement {
    fn from(agreement: workbook::Agreement) -> Self {
        Self {
            total: count(agreement.total()),
            agreed: count(agreement.agreed()),
            right_column: agreement.right_column.into_iter().map(|c| c.map(count)).collect(),
            counts: agreement.counts.into_iter().map(count).collect(),
            rows: agreement.rows,
            columns: agreement.columns,
        }
    }
}
