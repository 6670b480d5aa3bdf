//! What the window is told about maps, axes and trees.

use kindred_engine::analyse::map::Method;
use kindred_engine::analyse::topics::Way;
use kindred_engine::analyse::tree::{Linkage as EngineLinkage, Tree};
use kindred_engine::workbook as engine;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Bytes, ItemId, TopicId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MapMethod {
    Umap,
    Tsne,
    Pca,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MapRequest {
    pub method: MapMethod,
    /// 2 or 3.
    pub dims: u32,
    /// Null: the workbook's own.
    pub model: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MapView {
    pub method: MapMethod,
    pub dims: u32,
    /// The name of the model whose vectors were laid out.
    pub model_name: String,
    /// Items or vectors changed since.
    pub is_stale: bool,
    /// How many of the 15 nearest items in the space are near on the map as well, 0 to 1 (trustworthiness).
    pub trustworthiness: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MapOutcome {
    Finished {
        map: MapView,
    },
    /// What was laid out until then stays to be seen, but is not kept.
    Cancelled,
    /// Another workbook took the place of the one that was laid out.
    Abandoned,
}

/// One end of an axis: a text of the person's, an item, or a topic's middle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum AxisEnd {
    Text { text: String },
    Item { item: ItemId },
    Topic { topic: TopicId },
}

/// Topics that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BroadTopic {
    pub name: String,
    pub topics: Vec<TopicId>,
}

/// How far two groups of a tree are from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Linkage {
    Average,
    Complete,
    Ward,
}

/// How topics are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TopicMethod {
    Kmeans,
    Average,
    Complete,
    Ward,
    Hdbscan,
    Gaussian,
    Dbscan,
    Optics,
}

impl From<MapMethod> for Method {
    fn from(method: MapMethod) -> Self {
        match method {
            MapMethod::Umap => Self::Umap,
            MapMethod::Tsne => Self::Tsne,
            MapMethod::Pca => Self::Pca,
        }
    }
}

impl From<Method> for MapMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Umap => Self::Umap,
            Method::Tsne => Self::Tsne,
            Method::Pca => Self::Pca,
        }
    }
}

impl From<AxisEnd> for engine::AxisEnd {
    fn from(end: AxisEnd) -> Self {
        match end {
            AxisEnd::Text { text } => Self::Text(text),
            AxisEnd::Item { item } => Self::Item(item.into()),
            AxisEnd::Topic { topic } => Self::Topic(topic.into()),
        }
    }
}

impl From<engine::BroadTopic> for BroadTopic {
    fn from(broad: engine::BroadTopic) -> Self {
        Self { name: broad.name, topics: broad.topics.into_iter().map(Into::into).collect() }
    }
}

impl From<Linkage> for EngineLinkage {
    fn from(linkage: Linkage) -> Self {
        match linkage {
            Linkage::Average => Self::Average,
            Linkage::Complete => Self::Complete,
            Linkage::Ward => Self::Ward,
        }
    }
}

impl From<TopicMethod> for Way {
    fn from(method: TopicMethod) -> Self {
        match method {
            TopicMethod::Kmeans => Self::Kmeans,
            TopicMethod::Average => Self::Tree(EngineLinkage::Average),
            TopicMethod::Complete => Self::Tree(EngineLinkage::Complete),
            TopicMethod::Ward => Self::Tree(EngineLinkage::Ward),
            TopicMethod::Hdbscan => Self::Hdbscan,
            TopicMethod::Gaussian => Self::Gaussian,
            TopicMethod::Dbscan => Self::Dbscan,
            TopicMethod::Optics => Self::Optics,
        }
    }
}

pub(crate) fn map_view(
    key: &engine::MapKey,
    laid_out: &engine::LaidOut,
    model_name: String,
) -> MapView {
    MapView {
        method: key.method.into(),
        dims: super::count(key.dims),
        model_name,
        is_stale: laid_out.is_stale,
        trustworthiness: laid_out.map().trustworthiness,
    }
}

/// A tree, little-endian: linkage (0 average, 1 complete, 2 Ward), number of leaves and of merges,
/// where each leaf begins and the end, left and right node of every merge (all u32), heights (f32).
pub(crate) fn tree_bytes(tree: &Tree) -> Bytes {
    let linkage = match tree.linkage {
        EngineLinkage::Average => 0,
        EngineLinkage::Complete => 1,
        EngineLinkage::Ward => 2,
    };
    let counts = [linkage, super::count(tree.leaves()), super::count(tree.merges.len())];
    let side = |place: usize| tree.merges.iter().map(move |merge| merge.nodes[place]);
    let numbers =
        counts.into_iter().chain(tree.starts.iter().copied()).chain(side(0)).chain(side(1));
    let mut bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    bytes.extend(tree.merges.iter().flat_map(|merge| merge.height.to_le_bytes()));
    Bytes(bytes)
}
