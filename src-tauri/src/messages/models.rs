//! Models, servers, comparisons and what similarities mean, as the window sees them.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{Histogram, ItemId, Judge, ModelView, PairStatistics, Sentence};

/// Where a model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ModelKind {
    /// Part of Kindred, always there: the default model, Instant, Spelling.
    Bundled,
    /// Of the catalogue, fetched when the person asks for it.
    Download,
    /// A folder of the person's own.
    Own,
    /// A server that embeds: texts leave this computer unless its address is on it.
    Api,
}

/// What a model of the catalogue is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ModelGroup {
    Quick,
    Best,
    Languages,
    Large,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ModelLanguage {
    English,
    Many,
    Chinese,
    Code,
    Any,
}

/// Figures of the Massive Text Embedding Benchmark, in percent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Mteb {
    #[specta(type = Option<Number>)]
    pub average: Option<f32>,
    #[specta(type = Option<Number>)]
    pub clustering: Option<f32>,
    /// Which edition: figures of different ones cannot be compared.
    pub edition: String,
    /// When they were read: "2026-08".
    pub as_of: String,
}

/// What a server takes for a million tokens, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    #[specta(type = Number)]
    pub per_million: f32,
    /// The day it was read or typed: "2026-11-25".
    pub as_of: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeyPlace {
    Keychain,
    Memory,
}

/// A key the person typed for a host. The window never sees the key itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyState {
    /// Its last four characters.
    pub hint: String,
    /// In memory it lasts until Kindred is closed.
    pub place: KeyPlace,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ModelStatus {
    Ready,
    /// In the catalogue, not on this computer.
    Available,
    /// A download that was paused, with the bytes there are.
    Partial {
        #[specta(type = Number)]
        done: f64,
    },
    /// Its files are missing or are not what was fetched.
    Broken {
        reason: Sentence,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    pub id: String,
    pub name: String,
    pub kind: ModelKind,
    /// Of models of the catalogue.
    pub group: Option<ModelGroup>,
    pub language: ModelLanguage,
    /// Numbers per vector.
    pub dim: Option<u32>,
    /// Tokens it reads of a text; null when there is no limit or none is known.
    pub max_tokens: Option<u32>,
    /// Bytes to fetch.
    #[specta(type = Option<Number>)]
    pub download_bytes: Option<f64>,
    pub licence: String,
    /// Put before every text, as the model was trained; "" for none.
    pub prefix: String,
    pub mteb: Option<Mteb>,
    /// Who published it: a repository, a folder or an address.
    pub source: String,
    /// The host that sees the texts; null when they stay on this computer.
    pub host: Option<String>,
    pub price: Option<Price>,
    pub key: Option<KeyState>,
    pub status: ModelStatus,
    /// Where its files lie.
    pub folder: Option<String>,
    /// Texts per second on this computer, measured on the person's own items.
    #[specta(type = Option<Number>)]
    pub speed: Option<f32>,
    /// Items of the open workbook that it has embedded; null without a workbook.
    pub embedded: Option<u32>,
    /// The open workbook uses it.
    pub is_current: bool,
    /// New lists are embedded by it.
    pub is_for_new_lists: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelList {
    pub models: Vec<ModelInfo>,
    /// Models that are left out because their vectors depend on the batch a text comes in.
    pub left_out: Vec<String>,
    /// Where downloaded models lie.
    pub folder: String,
    /// Where models are fetched from.
    pub address: String,
    pub is_usual_address: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DownloadProgress {
    /// Bytes.
    #[specta(type = Number)]
    pub done: f64,
    #[specta(type = Option<Number>)]
    pub total: Option<f64>,
    #[specta(type = Option<Number>)]
    pub per_second: Option<f64>,
    #[specta(type = Option<Number>)]
    pub seconds_left: Option<f64>,
    /// The connection broke and is tried again.
    pub is_retrying: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DownloadOutcome {
    Finished,
    Paused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Pooling {
    Mean,
    Cls,
}

/// What was recognised of a folder, and how two texts come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnModelTrial {
    pub folder: String,
    pub name: String,
    pub dim: u32,
    pub max_tokens: u32,
    pub pooling: Pooling,
    pub first: String,
    pub second: String,
    #[specta(type = Number)]
    pub similarity: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnModelOptions {
    pub name: String,
    pub pooling: Pooling,
    pub prefix: String,
    pub max_tokens: u32,
}

/// A server as the person describes it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiForm {
    pub address: String,
    /// The model's name on that server.
    pub model: String,
    /// Null keeps the one that is known for the host.
    pub key: Option<String>,
    pub prefix: String,
    /// US dollars for a million tokens; null when it costs nothing or nobody knows.
    #[specta(type = Option<Number>)]
    pub per_million: Option<f32>,
}

/// A known server to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiPreset {
    pub name: String,
    pub address: String,
    pub model: String,
    pub dim: u32,
    pub price: Price,
}

/// What a server answered to two words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiTrial {
    pub host: String,
    pub dim: u32,
    pub took_ms: u32,
    pub key: Option<KeyState>,
}

/// What a chat model that sorts every text would be asked and answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChatEstimate {
    #[specta(type = Number)]
    pub tokens_in: f64,
    #[specta(type = Number)]
    pub tokens_out: f64,
    #[specta(type = Number)]
    pub per_million_in: f32,
    #[specta(type = Number)]
    pub per_million_out: f32,
    pub as_of: String,
}

/// What a server was really sent since Kindred started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiUsage {
    pub requests: u32,
    pub texts: u32,
    /// As the server counted them; null when it does not tell.
    #[specta(type = Option<Number>)]
    pub tokens: Option<f64>,
}

/// What would be sent if the person said yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub model: ModelView,
    pub host: String,
    /// The address is on this computer.
    pub is_loopback: bool,
    /// Texts that would be sent.
    pub texts: u32,
    /// Texts that are known already and are not sent.
    pub known: u32,
    #[specta(type = Number)]
    pub tokens: f64,
    /// Counted with the model's own tokenizer; otherwise a rough guess.
    pub is_token_count_exact: bool,
    pub requests: u32,
    pub price: Option<Price>,
    pub key: Option<KeyState>,
    pub chat: ChatEstimate,
    pub used: Option<ApiUsage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SharedTopic {
    pub name: String,
    /// Place in the palette of topic colours.
    pub colour: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelScore {
    pub judge: Judge,
    pub agreed: u32,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedModel {
    pub model: ModelView,
    /// Items it leaves in Unsorted.
    pub unsorted: u32,
    /// How often it agrees with each judge there is.
    pub scores: Vec<ModelScore>,
}

/// How alike two models are as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Likeness {
    /// Places in `models`.
    pub first: u32,
    pub second: u32,
    /// Adjusted Rand index of their topics, at most 1; about 0 when they agree by chance only.
    #[specta(type = Number)]
    pub topic_agreement: f64,
    /// Share of items that both put into the same topic, 0 to 1.
    #[specta(type = Number)]
    pub same_topic: f64,
    /// Share of an item's nearest neighbours that are the same, 0 to 1, the item itself left out.
    #[specta(type = Number)]
    pub neighbour_overlap: f64,
    /// How many neighbours were looked at.
    pub neighbours: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    /// Place in `topics`; null for Unsorted.
    pub topic: Option<u32>,
    /// The item it finds most alike, in that topic if it can.
    pub next_to: ItemId,
}

/// An item that the models put into different topics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub item: ItemId,
    /// One per model, in their order.
    pub votes: Vec<Vote>,
    /// 0 to 1: how far apart the models are about it.
    #[specta(type = Number)]
    pub disagreement: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Of the workbook when it was made.
    pub revision: u32,
    pub item_count: u32,
    pub topics: Vec<SharedTopic>,
    pub models: Vec<ComparedModel>,
    /// One per pair of models.
    pub likeness: Vec<Likeness>,
    /// Those the models disagree about most come first; at most 1,000.
    pub differences: Vec<Difference>,
    pub difference_count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CompareOutcome {
    Finished {
        comparison: Comparison,
    },
    Cancelled,
    /// Another workbook took the place of the one that was compared.
    Abandoned,
}

/// The numbers that a model's vectors are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ValueRange {
    pub histogram: Histogram,
    #[specta(type = Number)]
    pub smallest: f32,
    #[specta(type = Number)]
    pub largest: f32,
    #[specta(type = Number)]
    pub mean: f32,
    /// Share of all squares that the strongest dimension holds, 0 to 1.
    #[specta(type = Number)]
    pub strongest_share: f32,
    /// Length of the mean vector of the list, 0 to 1: high when all texts point one way.
    #[specta(type = Number)]
    pub mean_length: f32,
    /// Dimensions that together hold nine tenths of the variance.
    pub effective_dims: u32,
}

/// What the answers of the game say about a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GameFit {
    pub model: ModelView,
    /// The similarity that parts related from unrelated pairs best (best F1).
    #[specta(type = Number)]
    pub threshold: f32,
    /// Nine of ten resamples of the answers give a threshold in between.
    #[specta(type = Number)]
    pub low: f32,
    #[specta(type = Number)]
    pub high: f32,
    /// Answers that agree with it.
    pub agreed: u32,
    pub answers: u32,
}

/// What similarities mean for one model in this list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Scale {
    pub model: ModelView,
    pub pairs: PairStatistics,
    /// The list is too short to tell: the pairs are mostly of bundled words.
    pub uses_bundled_pairs: bool,
    /// Similarity at the chosen percentile.
    #[specta(type = Number)]
    pub threshold: f32,
    /// Pairs of the list that are at least so similar.
    #[specta(type = Number)]
    pub related_pairs: f64,
    /// Pairs that are nearly the same.
    #[specta(type = Number)]
    pub near_duplicates: f64,
    pub values: ValueRange,
    /// Null until the game was played.
    pub fit: Option<GameFit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RelatedPair {
    pub first: ItemId,
    pub second: ItemId,
    #[specta(type = Number)]
    pub similarity: f32,
    pub is_near_duplicate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    pub first: ItemId,
    pub second: ItemId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub first: ItemId,
    pub second: ItemId,
    pub is_related: bool,
}

/// How a pair has to compare with all pairs of the list to count as related.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// Percent of the pairs that are less alike, 0 to 100.
    #[specta(type = Number)]
    pub percentile: f32,
    /// It comes from answers, not from the slider or as usual.
    pub is_from_answers: bool,
    pub answers: Vec<Answer>,
}
