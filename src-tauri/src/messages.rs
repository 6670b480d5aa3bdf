//! Every type that crosses to the window, and nothing else does.
//!
//! The generated `ui/src/lib/ipc/bindings.ts` mirrors this file. The engine's
//! own types are turned into these at the edge, so that either side can change
//! without the other. Numbers are `u32` or exact in an `f64`: a 64-bit integer
//! has no safe form in JavaScript.

mod files;
mod from_engine;
mod from_files;
mod from_models;
mod maps;
mod models;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use tauri::ipc::{InvokeResponseBody, IpcResponse};

pub use files::*;
pub(crate) use from_engine::{count, ids, revision};
pub(crate) use from_models::{comparison, scale};
pub use maps::{
    AxisEnd, BroadTopic, Linkage, MapMethod, MapOutcome, MapRequest, MapView, TopicMethod,
};
pub(crate) use maps::{map_view, tree_bytes};
pub use models::*;

/// The place of an item in its workbook, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ItemId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TopicId(pub u32);

/// Made by the window, so that it can cancel a job before it has heard of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JobId(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    Unreadable,
    NothingToImport,
    NotAWorkbook,
    NewerWorkbook,
    Damaged,
    ReadOnly,
    DiskFull,
    Storage,
    ModelUnavailable,
    Embedding,
    Network,
    KeyRefused,
    Unwritable,
    Invalid,
    NoWorkbook,
    Internal,
}

/// What the engine says, in parts, for the window to say it in its own language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Sentence {
    /// In English, with `{name}` where a value goes.
    pub pattern: String,
    pub values: Vec<SentenceValue>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentenceValue {
    pub name: String,
    pub part: SentencePart,
}

/// What stands in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SentencePart {
    /// The same in every language.
    Text {
        text: String,
    },
    Count {
        #[specta(type = Number)]
        count: f64,
    },
    /// How long a file is.
    Bytes {
        #[specta(type = Number)]
        bytes: f64,
    },
    Sentence {
        sentence: Sentence,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    Words,
    Phrases,
    Sentences,
}

/// A list that comes with the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    pub id: String,
    pub name: String,
    pub item_count: u32,
    pub unit: Unit,
}

/// A workbook that was open before, latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Recent {
    pub path: String,
    pub name: String,
    /// Seconds since 1970.
    pub opened_at_secs: u32,
    pub item_count: u32,
    /// The file is not where it was.
    pub is_missing: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartInfo {
    pub version: String,
    pub samples: Vec<Sample>,
    pub recents: Vec<Recent>,
    /// Why nothing can be embedded on this computer, as a sentence.
    pub engine_problem: Option<Sentence>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    pub id: String,
    pub name: String,
    /// Numbers per vector.
    pub dim: u32,
    /// Texts do not leave this computer.
    pub is_local: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TopicView {
    pub id: TopicId,
    pub name: String,
    pub named_by_person: bool,
    pub alternates: Vec<String>,
    /// Place in the palette of topic colours, counted from 0 and unbounded.
    pub colour: u32,
    pub size: u32,
    /// Mean similarity of its items to each other, 0 to 1.
    #[specta(type = Number)]
    pub cohesion: f32,
    /// How alike re-runs find it, 0 to 1; null for a topic that was made, not found.
    #[specta(type = Option<Number>)]
    pub stability: Option<f32>,
    pub nearest_topic: Option<TopicId>,
    /// Mean similarity of its items to those of the nearest topic, 0 to 1.
    #[specta(type = Option<Number>)]
    pub nearest_similarity: Option<f32>,
    /// How many of its items the person put there.
    pub pinned: u32,
    /// Most typical items first.
    pub typical: Vec<ItemId>,
    /// Worst fitting items first; empty when all fit.
    pub odd: Vec<ItemId>,
    /// Items elsewhere that would fit it, best first.
    pub fitting: Vec<ItemId>,
}

/// What the person told the model about a text: "apple" is embedded as "apple, the company".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ItemContext {
    pub item: ItemId,
    pub context: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkbookView {
    /// Changes whenever items, vectors, topics or places changed: fetch again what depends on them.
    pub revision: u32,
    pub name: String,
    pub path: String,
    pub source_name: String,
    pub is_read_only: bool,
    pub item_count: u32,
    pub embedded_count: u32,
    pub has_categories: bool,
    /// The person cancelled embedding: do not go on by yourself.
    pub is_paused: bool,
    pub model: ModelView,
    /// The model that takes over once it has embedded everything; what is shown is a draft until then.
    pub next_model: Option<ModelView>,
    /// Items that the next model has embedded.
    pub next_embedded_count: u32,
    pub topics: Vec<TopicView>,
    pub unsorted_count: u32,
    /// Items the person put where they are, Unsorted included.
    pub pinned_count: u32,
    /// How sure the machine must be to place an item, 0 to 1; null while it judges by itself.
    #[specta(type = Option<Number>)]
    pub threshold: Option<f32>,
    /// Of the items that have one, by item.
    pub contexts: Vec<ItemContext>,
    /// Topics were found at least once.
    pub has_topics: bool,
    pub undo_label: Option<Sentence>,
    pub redo_label: Option<Sentence>,
    pub report: ImportReport,
    /// The window's own memory (tab, zoom, palette), a string only the window understands; "" at first.
    pub view: String,
}

/// An undoable change to the workbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Edit {
    /// Puts items into a topic, or into Unsorted (null), and pins them there.
    MoveItems {
        items: Vec<ItemId>,
        topic: Option<TopicId>,
    },
    /// Leaves items where they are, but lets the machine move them again.
    UnpinItems {
        items: Vec<ItemId>,
    },
    /// Makes a topic, the last one, and moves these items into it; there may be none.
    NewTopic {
        name: String,
        items: Vec<ItemId>,
    },
    RenameTopic {
        topic: TopicId,
        name: String,
    },
    RecolourTopic {
        topic: TopicId,
        colour: u32,
    },
    /// Puts a topic at this place of the list, counted from 0.
    ReorderTopic {
        topic: TopicId,
        place: u32,
    },
    /// All of `from` goes into `into`; `from` is gone.
    MergeTopics {
        from: TopicId,
        into: TopicId,
    },
    /// Its items go to Unsorted, unpinned.
    DeleteTopic {
        topic: TopicId,
    },
    /// Places every unpinned item of which the machine is at least so sure; the others go to Unsorted.
    SetThreshold {
        #[specta(type = Number)]
        threshold: f32,
    },
}

/// A topic to sort into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WantedTopic {
    pub name: String,
    /// Texts that belong there. Those that are in the list are pinned; the others only show what is meant.
    pub examples: Vec<String>,
}

/// Topics a person makes. Those that have one of the names already stay, and those that hold
/// pinned items; all others go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SortRequest {
    pub topics: Vec<WantedTopic>,
    /// Items whose category in the list is called like a topic are pinned there.
    pub uses_categories: bool,
}

/// An item that would follow those the person moved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Follower {
    pub item: ItemId,
    /// How sure it is that it belongs there too, 0 to 1.
    #[specta(type = Number)]
    pub confidence: f32,
}

/// What was done, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// "Moved 3 words to fruit".
    pub labels: Vec<Sentence>,
    /// So many of them are done; the rest was undone.
    pub done: u32,
}

/// What the machine is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Judge {
    /// The list's category column.
    Categories,
    /// What the person pinned, each judged as if it were not pinned.
    Pins,
}

/// How often the machine agrees, and what it mistakes for what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Items that were judged.
    pub total: u32,
    /// Those of them where the machine agrees.
    pub agreed: u32,
    /// What the judge calls them: categories or topics.
    pub rows: Vec<String>,
    /// What the machine says: topics, and Unsorted as the last one, without a name.
    pub columns: Vec<String>,
    /// The column that is right for each row, if there is one.
    pub right_column: Vec<Option<u32>>,
    /// Items, row by row.
    pub counts: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    LoadingModel,
    Embedding,
    FindingTopics,
    NamingTopics,
    Sorting,
    Comparing,
    LayingOut,
    GrowingTree,
    Saving,
    ReadingList,
    Exporting,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub stage: Stage,
    pub done: u32,
    pub total: u32,
    /// Null until there is something to go by.
    #[specta(type = Option<Number>)]
    pub per_second: Option<f64>,
    #[specta(type = Option<Number>)]
    pub seconds_left: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum JobOutcome {
    Finished {
        workbook: WorkbookView,
    },
    Cancelled {
        workbook: WorkbookView,
    },
    /// Another workbook took the place of the one the job worked on.
    Abandoned,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Neighbour {
    pub item: ItemId,
    #[specta(type = Number)]
    pub similarity: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Metric {
    Cosine,
    Dot,
}

/// A stretch of the heatmap's order that belongs to one topic, `start` to before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    pub topic: Option<TopicId>,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeatmapLayout {
    /// Items along each side.
    pub size: u32,
    /// Cells along each side of a tile (a tile at the edge is filled up with 255).
    pub tile_cells: u32,
    /// Level `l` has cells of `2^l x 2^l` items; level 0 is single items; the last level fits one tile.
    pub levels: u32,
    /// Similarity shown by cell value 0: the list's real range, the diagonal left out.
    #[specta(type = Number)]
    pub low: f32,
    /// Similarity shown by cell value 254.
    #[specta(type = Number)]
    pub high: f32,
    /// In order; Unsorted (null) last.
    pub bands: Vec<Band>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    #[specta(type = Number)]
    pub low: f32,
    #[specta(type = Number)]
    pub high: f32,
    pub counts: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PairStatistics {
    /// A count, which grows with the square of the list.
    #[specta(type = Number)]
    pub pairs: f64,
    /// All pairs were counted, not a sample.
    pub is_exact: bool,
    /// Similarity at 0 %, 0.5 %, ... 100 % of the pairs: 201 values.
    #[specta(type = Vec<Number>)]
    pub quantiles: Vec<f32>,
    pub histogram: Histogram,
}

/// Files dropped on the window or given on the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct FilesReceived(pub Vec<String>);

/// A drag with files came over the window (true) or left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct FileHover(pub bool);

/// The window is about to close. The page saves how it looks, then calls `close_window`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct WindowClosing;

/// Raw bytes, an `ArrayBuffer` in the window: for what would be slow as JSON.
#[derive(Debug)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// Little-endian.
    pub(crate) fn floats(values: &[f32]) -> Self {
        Self(values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }
}

impl IpcResponse for Bytes {
    fn body(self) -> tauri::Result<InvokeResponseBody> {
        Ok(InvokeResponseBody::Raw(self.0))
    }
}

impl Type for Bytes {
    fn definition(_: &mut specta::Types) -> specta::datatype::DataType {
        specta_typescript::define("ArrayBuffer").into()
    }
}

/// Marks the absence of a topic in binary replies.
pub const NO_TOPIC: u32 = u32::MAX;
