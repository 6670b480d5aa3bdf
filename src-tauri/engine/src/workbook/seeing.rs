//! Ways of seeing the whole list: maps, the tree, axes and broad topics.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::comparing::Namer;
use super::{Snapshot, Workbook, locked};
use crate::analyse::centring::{Centred, centroids, normalise};
use crate::analyse::map::{self, Frame, Map, Method};
use crate::analyse::topics::{broad_groups, names_of_groups};
use crate::analyse::tree::{self, Linkage, Tree};
use crate::embed::{Embedder as _, ModelKey, Shared, embed_all};
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::monitor::{Monitor, Silent};
use crate::sort::folded;
use crate::store;
use crate::store::maps::{KeptMap, MapRow};
use crate::topics::TopicId;

/// Which map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapKey {
    pub model: ModelKey,
    pub method: Method,
    /// 2 or 3.
    pub dims: usize,
}

/// A map that was laid out, and whether it still shows the list as it is.
pub struct LaidOut {
    pub kept: Arc<KeptMap>,
    pub is_stale: bool,
}

impl LaidOut {
    #[must_use]
    pub fn map(&self) -> &Map {
        &self.kept.map
    }
}

/// A tree and the vectors it was grown over.
pub(super) struct GrownTree {
    reread: u64,
    pub(super) tree: Arc<Tree>,
}

/// One end of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxisEnd {
    Text(String),
    Item(ItemId),
    Topic(TopicId),
}

/// Topics that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadTopic {
    pub name: String,
    pub topics: Vec<TopicId>,
}

/// Fewer topics need no order among them.
const FEWEST_TO_GROUP: usize = 6;

impl Workbook {
    /// The map kept under `key`, if it was ever laid out.
    ///
    /// # Errors
    /// `Damaged`, `Storage`.
    pub fn map(&self, key: &MapKey) -> Result<Option<LaidOut>> {
        let known = locked(&self.maps).get(key).cloned();
        let kept = match known {
            Some(kept) => Some(kept),
            None => self
                .store
                .read(|transaction| match store::models::find(transaction, &key.model)? {
                    Some(model) => store::maps::get(transaction, row(model, key)),
                    None => Ok(None),
                })?
                .map(Arc::new),
        };
        let Some(kept) = kept else { return Ok(None) };
        locked(&self.maps).insert(key.clone(), Arc::clone(&kept));
        Ok(Some(self.seen(kept)))
    }

    /// Lays the list out and keeps the map (in memory only, when the workbook cannot be written).
    /// It is turned to lie as the one before, else as that of the model in use, else as one by another method.
    ///
    /// # Errors
    /// As [`Self::vectors_of`]; `Invalid` for what the method cannot do; `Cancelled`; `DiskFull`, `Storage`.
    pub fn lay_out(
        &self,
        key: &MapKey,
        monitor: &dyn Monitor,
        frame: &mut Frame<'_>,
    ) -> Result<LaidOut> {
        let (vectors, list) = self.embedded_by(&key.model, monitor)?;
        let centred = if key.model == self.model_of(&list.sorting) {
            self.centred_of(&vectors, &list)
        } else {
            Arc::new(Centred::of(&vectors))
        };
        drop(vectors);
        let rows = &centred.rows;
        let laid_out = Vec::clone(&self.fingerprint(&list));
        monitor.check()?;
        let before = self.map_like(key)?;
        let before = before.as_ref().map(|kept| kept.map.positions.as_slice());
        let map = map::lay_out(rows, key.method, key.dims, before, self.seed, monitor, frame)?;
        let kept = Arc::new(KeptMap { map, laid_out });
        if !self.is_read_only() {
            let dim = rows.dim();
            self.store.write(|transaction| {
                let model = store::models::find_or_insert(transaction, &key.model, dim)?;
                store::maps::put(transaction, row(model, key), &kept)
            })?;
        }
        locked(&self.maps).insert(key.clone(), Arc::clone(&kept));
        Ok(self.seen(kept))
    }

    /// The map with a place for every item: none (NaN) for those that were added since.
    fn seen(&self, kept: Arc<KeptMap>) -> LaidOut {
        let list = self.snapshot();
        let is_stale = kept.laid_out != *self.fingerprint(&list);
        let Map { dims, trustworthiness, .. } = kept.map;
        let length = list.items.len() * dims;
        if kept.map.positions.len() == length {
            return LaidOut { kept, is_stale };
        }
        let mut positions = kept.map.positions.clone();
        positions.resize(length, f32::NAN);
        let map = Map { dims, positions, trustworthiness };
        LaidOut { kept: Arc::new(KeptMap { map, laid_out: kept.laid_out.clone() }), is_stale }
    }

    /// Of what the model reads for every item, in order.
    fn fingerprint(&self, list: &Snapshot) -> Arc<Vec<u8>> {
        self.fingerprint.get(list.reread, || {
            let mut sha256 = Sha256::new();
            list.hashes().iter().for_each(|hash| sha256.update(hash.0));
            sha256.finalize().to_vec()
        })
    }

    /// The map that a new one shall lie like.
    fn map_like(&self, key: &MapKey) -> Result<Option<Arc<KeptMap>>> {
        let mut keys = vec![key.clone(), MapKey { model: self.model(), ..key.clone() }];
        for method in [Method::Umap, Method::Tsne, Method::Pca] {
            keys.push(MapKey { method, ..key.clone() });
        }
        for key in keys {
            if let Some(found) = self.map(&key)? {
                return Ok(Some(found.kept));
            }
        }
        Ok(None)
    }

    /// The tree that the heatmap is ordered by, if it is.
    #[must_use]
    pub fn tree(&self) -> Option<Arc<Tree>> {
        let reread = self.state().list.reread;
        self.tree_of(reread)
    }

    pub(super) fn tree_of(&self, reread: u64) -> Option<Arc<Tree>> {
        let grown = locked(&self.tree);
        grown.as_ref().filter(|grown| grown.reread == reread).map(|grown| Arc::clone(&grown.tree))
    }

    /// Grows a tree over all items; from then on the heatmap is ordered by it.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Cancelled`.
    pub fn grow_tree(&self, linkage: Linkage, monitor: &dyn Monitor) -> Result<()> {
        let (centred, list) = self.centred_and_list(monitor)?;
        let tree = Arc::new(tree::grow(&centred.rows, linkage, self.seed, monitor)?);
        self.set_tree(Some(GrownTree { reread: list.reread, tree }));
        Ok(())
    }

    /// Orders the heatmap by topic again.
    pub fn drop_tree(&self) {
        self.set_tree(None);
    }

    fn set_tree(&self, tree: Option<GrownTree>) {
        let mut grown = locked(&self.tree);
        *grown = tree;
        // What is ordered by it has to be fetched again.
        let mut state = self.state();
        state.revision += 1;
        state.list.placed += 1;
    }

    /// Where every item lies between two ends: 0 at the first, 1 at the second. A text that is not in
    /// the list is read by the model that `reader` gives.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Invalid` for an end that is not there and for equal ends; what reading fails with.
    pub fn axis(
        &self,
        from: &AxisEnd,
        to: &AxisEnd,
        reader: impl Fn() -> Result<Shared>,
    ) -> Result<Vec<f32>> {
        let (centred, list) = self.centred_and_list(&Silent)?;
        let ends = [from, to].map(|end| self.end(end, &centred, &list, &reader));
        let [from, to] = ends;
        let (from, to) = (from?, to?);
        if crate::analyse::product::dot(&from, &to) > 1.0 - 1e-5 {
            return Err(Error::Invalid(sentence!(
                "Both ends mean the same to this model. Choose two that differ."
            )));
        }
        Ok(map::along(&centred.rows, &from, &to))
    }

    fn end(
        &self,
        end: &AxisEnd,
        centred: &Centred,
        list: &Snapshot,
        reader: &impl Fn() -> Result<Shared>,
    ) -> Result<Vec<f32>> {
        let rows = &centred.rows;
        let not_there = || Error::Invalid(sentence!("An end of this axis is not there any more."));
        match end {
            AxisEnd::Item(item) if item.index() < rows.len() => Ok(rows.row(item.index()).to_vec()),
            AxisEnd::Item(_) => Err(not_there()),
            AxisEnd::Topic(topic) => {
                let group: Vec<Option<u32>> = list
                    .sorting
                    .placements
                    .iter()
                    .map(|place| (place.topic == Some(*topic)).then_some(0))
                    .collect();
                if group.iter().all(Option::is_none) {
                    return Err(not_there());
                }
                Ok(centroids(rows, &group, 1).into_values())
            }
            AxisEnd::Text(text) if text.trim().is_empty() => {
                Err(Error::Invalid(sentence!("An end of this axis is empty. Type a word.")))
            }
            AxisEnd::Text(text) => {
                let wanted = folded(text);
                if let Some(item) = list.items.iter().position(|item| folded(&item.text) == wanted)
                {
                    return Ok(rows.row(item).to_vec());
                }
                let mut reader = self.remembering(reader()?);
                let read = embed_all(&mut reader, &[text.trim()], &Silent)?;
                let mut row: Vec<f32> = read
                    .row(0)
                    .iter()
                    .zip(&centred.mean)
                    .map(|(value, middle)| value - middle)
                    .collect();
                normalise(&mut row);
                Ok(row)
            }
        }
    }

    /// The topics grouped into broad ones, each named by what is in it; empty while there are few topics.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn broad_topics(&self, namer: &Namer<'_>) -> Result<Vec<BroadTopic>> {
        if self.sorting().topics.len() < FEWEST_TO_GROUP {
            return Ok(Vec::new());
        }
        let (centred, list) = self.centred_and_list(&Silent)?;
        let sorting = &list.sorting;
        let topic_of: Vec<Option<u32>> = sorting
            .placements
            .iter()
            .map(|place| place.topic.and_then(|topic| sorting.place_of(topic)).map(|p| p as u32))
            .collect();
        let rows = &centred.rows;
        let broad = broad_groups(rows, &topic_of, sorting.topics.len());
        let count = broad.iter().max().map_or(0, |&last| last as usize + 1);
        let texts = list.texts();
        let group: Vec<Option<u32>> =
            topic_of.iter().map(|topic| topic.map(|topic| broad[topic as usize])).collect();
        // Another model's middle says nothing in the space that words are known in.
        let named = (*namer.reader.key() == self.model_of(sorting))
            .then(|| names_of_groups(rows, &texts, &group, count, namer.vocabulary));
        Ok((0..count)
            .map(|place| {
                let inside = |&(_, &of): &(_, &u32)| of as usize == place;
                let topics: Vec<&crate::topics::Topic> = sorting
                    .topics
                    .iter()
                    .zip(&broad)
                    .filter(inside)
                    .map(|(topic, _)| topic)
                    .collect();
                let name = match (&*topics, &named) {
                    ([alone], _) => alone.name.clone(),
                    (_, Some(named)) => named[place].clone(),
                    (several, None) => {
                        several[..2].iter().map(|t| &*t.name).collect::<Vec<_>>().join(", ")
                    }
                };
                BroadTopic { name, topics: topics.iter().map(|topic| topic.id).collect() }
            })
            .collect())
    }
}

fn row(model: store::models::ModelRow, key: &MapKey) -> MapRow {
    MapRow { model, method: key.method, dims: key.dims }
}
