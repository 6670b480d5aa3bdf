//! The person's document: items, vectors, topics, history, in one file.
//!
//! A workbook is shared between threads: queries answer while a job writes.
//! Everything that changes it is on the disk when the call returns. It owns
//! what belongs together and when something is out of date; how things are
//! stored, embedded and analysed is known elsewhere.

mod adding;
mod beginning;
mod cache;
mod carry_over;
mod changes;
mod comparing;
mod judging;
mod models;
mod progress;
mod seeing;
mod sorting;
mod teaching;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::analyse::centring::Centred;
use crate::analyse::classify::Space;
use crate::analyse::heatmap::Heatmap;
use crate::analyse::order;
use crate::analyse::profile::{TopicProfile, topic_profiles_in};
use crate::analyse::similarity;
use crate::analyse::statistics::{PairStatistics, pair_statistics};
use crate::embed::ModelKey;
use crate::error::{Error, Result};
use crate::import::ImportReport;
use crate::items::{Item, ItemId, TextHash};
use crate::monitor::{Monitor, Silent};
use crate::store::edits::Labels;
use crate::store::maps::KeptMap;
use crate::store::meta::Meta;
use crate::store::{self, Day, Store};
use crate::topics::Sorting;
use crate::vectors::Vectors;
pub use adding::Added;
use cache::Cache;
pub use changes::History;
pub use comparing::{
    ComparedModel, Comparison, Difference, Likeness, ModelScore, Namer, SharedTopic, Vote,
};
pub use judging::{Answer, GameFit, Related, RelatedPair, Scale};
use seeing::GrownTree;
pub use seeing::{AxisEnd, BroadTopic, LaidOut, MapKey};
pub use teaching::{Agreement, Judge};

/// Where a new workbook comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What the workbook is called.
    pub name: String,
    /// What the list was called: a file's name, or what was pasted.
    pub source_name: String,
    /// Start of every random choice in this workbook.
    pub seed: u64,
    /// Seconds since 1970 began.
    pub created_at_secs: u64,
}

/// An open workbook. Share it as `Arc<Workbook>`.
pub struct Workbook {
    store: Store,
    name: String,
    source_name: String,
    seed: u64,
    created_at_secs: u64,
    report: ImportReport,
    /// Of workbooks that do not say whose vectors they use.
    usual_model: ModelKey,
    state: Mutex<State>,
    /// Held by whatever changes the sorting, so that changes follow each other.
    changing: Mutex<()>,
    /// Held by the job that embeds, so that no text is embedded twice at once.
    embedding: Mutex<()>,
    /// Of the model in use, and of others that were looked at lately.
    vectors: Mutex<BTreeMap<ModelKey, Arc<Vectors>>>,
    centred: Cache<Centred>,
    space: Cache<Space>,
    /// See [`Self::fingerprint`].
    fingerprint: Cache<Vec<u8>>,
    heatmap: Cache<Heatmap>,
    topic_profiles: Cache<Vec<TopicProfile>>,
    per_model: PerModel,
    /// That were laid out or looked at.
    maps: Mutex<BTreeMap<MapKey, Arc<KeptMap>>>,
    /// The newest tree.
    tree: Mutex<Option<GrownTree>>,
}

/// What is worked out of each model's vectors.
#[derive(Default)]
struct PerModel(Mutex<BTreeMap<ModelKey, Arc<OfModel>>>);

struct OfModel {
    heatmap: Cache<Heatmap>,
    pair_statistics: Cache<PairStatistics>,
}

impl PerModel {
    fn of(&self, model: &ModelKey) -> Arc<OfModel> {
        let mut models = locked(&self.0);
        let new = || Arc::new(OfModel { heatmap: Cache::new(), pair_statistics: Cache::new() });
        Arc::clone(models.entry(model.clone()).or_insert_with(new))
    }
}

/// The list at one moment: its items and how they are sorted, which belong together.
#[derive(Clone)]
pub struct Snapshot {
    /// An item's place is its id.
    pub items: Arc<[Item]>,
    pub sorting: Arc<Sorting>,
    /// Counts changes of the items and of what the model reads or is: of vectors.
    reread: u64,
    /// Counts changes of vectors, topics and places other than names.
    placed: u64,
}

impl Snapshot {
    fn texts(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.text.as_str()).collect()
    }

    /// What the texts that the model reads are kept under, by item. Made when they are needed:
    /// that is quick, and a million of them are 32 MB.
    fn hashes(&self) -> Vec<TextHash> {
        let hash = |index: usize| TextHash::of(&self.embedded_text(index));
        (0..self.items.len()).into_par_iter().map(hash).collect()
    }

    /// What the model reads for the item at `index`.
    fn embedded_text(&self, index: usize) -> Cow<'_, str> {
        self.sorting.embedded_text(ItemId::from_index(index), &self.items[index])
    }
}

/// What changes while a workbook is open. Locked for moments only.
struct State {
    revision: u64,
    list: Snapshot,
    labels: Labels,
    view: String,
    is_paused: bool,
    /// What models have embedded, as far as it was looked up; that of the model in use always is.
    coverage: BTreeMap<ModelKey, Coverage>,
    /// What takes over once it has embedded everything.
    next_model: Option<ModelKey>,
}

/// Which items a model has embedded.
struct Coverage {
    /// By item.
    embedded: Vec<bool>,
    count: usize,
}

impl Coverage {
    fn new(embedded: Vec<bool>) -> Self {
        let count = embedded.iter().filter(|&&is_embedded| is_embedded).count();
        Self { embedded, count }
    }

    /// Keeps the first `count` items; those after what is there are `added`.
    fn resize(&mut self, count: usize, added: Vec<bool>) {
        self.embedded.truncate(count);
        self.embedded.extend(added);
        self.count = self.embedded.iter().filter(|&&is_embedded| is_embedded).count();
    }

    fn set(&mut self, item: usize, is_embedded: bool) {
        let was_embedded = std::mem::replace(&mut self.embedded[item], is_embedded);
        self.count -= usize::from(was_embedded);
        self.count += usize::from(is_embedded);
    }
}

impl Workbook {
    /// Opens the workbook at `path`. When another window has it open, or the
    /// file is write-protected, it can be looked at but not changed: see
    /// [`Self::is_read_only`]. On its first opening of a day it is backed up.
    /// `model` is whose vectors a workbook uses that does not say.
    ///
    /// # Errors
    /// `Unreadable`, `NotAWorkbook`, `NewerWorkbook` or `Damaged`.
    pub fn open(path: &Path, today: Day, model: ModelKey) -> Result<Self> {
        Self::load(Store::open(path, today)?, model)
    }

    fn load(store: Store, model: ModelKey) -> Result<Self> {
        struct Contents {
            meta: Meta,
            report: ImportReport,
            items: Vec<Item>,
            sorting: Sorting,
            labels: Labels,
            embedded: Vec<bool>,
        }
        let usual_model = model;
        let contents = store.read(|transaction| {
            let extent = store::meta::extent(transaction)?;
            let items = store::items::range(transaction, 0..extent.items)?;
            let meta = store::meta::get(transaction)?;
            let topics = store::topics::all(transaction)?;
            let sorting = Sorting {
                placements: store::placements::all(transaction, &topics)?,
                topics,
                threshold: store::meta::threshold(transaction)?,
                contexts: store::items::contexts(transaction)?,
                model: meta.model.clone(),
            };
            let ids = (0..items.len()).map(ItemId::from_index);
            let hashes: Vec<TextHash> = ids
                .zip(&items)
                .map(|(id, item)| TextHash::of(&sorting.embedded_text(id, item)))
                .collect();
            if !sorting.placements.is_empty() && sorting.placements.len() != items.len() {
                return Err(store::damage("not every item has its place".to_owned()));
            }
            let model = sorting.model.as_ref().unwrap_or(&usual_model);
            let embedded = match store::models::find(transaction, model)? {
                Some(row) => store::vectors::which_exist(transaction, row, &hashes)?,
                None => vec![false; hashes.len()],
            };
            Ok(Contents {
                meta,
                report: store::import_report::get(transaction)?,
                items,
                sorting,
                labels: store::edits::labels(transaction)?,
                embedded,
            })
        })?;
        let meta = contents.meta;
        let model = meta.model.unwrap_or_else(|| usual_model.clone());
        Ok(Self {
            store,
            name: meta.name,
            source_name: meta.source_name,
            seed: meta.seed,
            created_at_secs: meta.created_at_secs,
            report: contents.report,
            usual_model,
            state: Mutex::new(State {
                revision: 1,
                list: Snapshot {
                    items: contents.items.into(),
                    sorting: Arc::new(contents.sorting),
                    reread: 0,
                    placed: 0,
                },
                labels: contents.labels,
                view: meta.view,
                is_paused: meta.is_paused,
                coverage: BTreeMap::from([(model, Coverage::new(contents.embedded))]),
                next_model: meta.next_model,
            }),
            changing: Mutex::new(()),
            embedding: Mutex::new(()),
            vectors: Mutex::new(BTreeMap::new()),
            centred: Cache::new(),
            space: Cache::new(),
            fingerprint: Cache::new(),
            heatmap: Cache::new(),
            per_model: PerModel::default(),
            topic_profiles: Cache::new(),
            maps: Mutex::default(),
            tree: Mutex::default(),
        })
    }

    // What it is.

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// What the list was called that the workbook was made of.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    /// Whether every change is refused with `ReadOnly`.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.store.is_read_only()
    }

    /// Start of every random choice in this workbook.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Seconds since 1970 began.
    #[must_use]
    pub fn created_at_secs(&self) -> u64 {
        self.created_at_secs
    }

    /// The model whose vectors are used.
    #[must_use]
    pub fn model(&self) -> ModelKey {
        self.model_of(&self.sorting())
    }

    fn model_of(&self, sorting: &Sorting) -> ModelKey {
        sorting.model.as_ref().unwrap_or(&self.usual_model).clone()
    }

    /// All items; an item's place is its id. Who asks for the sorting as well asks for a [`Self::snapshot`].
    #[must_use]
    pub fn items(&self) -> Arc<[Item]> {
        Arc::clone(&self.state().list.items)
    }

    /// All topics and the place of every item.
    #[must_use]
    pub fn sorting(&self) -> Arc<Sorting> {
        Arc::clone(&self.state().list.sorting)
    }

    /// Items and sorting of one moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.state().list.clone()
    }

    /// Names of the list's other columns, kept to be exported again.
    ///
    /// # Errors
    /// `Damaged`, `Storage`.
    pub fn columns(&self) -> Result<Vec<String>> {
        self.store.read(|transaction| store::columns::names(transaction))
    }

    /// What stands in these columns for each of `items`, read from the file: ask for a long list
    /// in parts.
    ///
    /// # Errors
    /// `Invalid` for an item that is not there; `Damaged`, `Storage`.
    pub fn cells(&self, items: &[ItemId]) -> Result<Vec<Vec<String>>> {
        let count = self.items().len();
        if items.iter().any(|item| item.index() >= count) {
            return Err(Error::Invalid(sentence!("This item is not in the list.")));
        }
        self.store.read(|transaction| store::columns::cells(transaction, items))
    }

    /// What reading the list gave.
    #[must_use]
    pub fn report(&self) -> &ImportReport {
        &self.report
    }

    /// A number that changes whenever items, vectors, topics or places change,
    /// for as long as the workbook is open. The view and the pause do not count.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.state().revision
    }

    /// The window's own memory, "" at first.
    #[must_use]
    pub fn view(&self) -> String {
        self.state().view.clone()
    }

    /// Keeps the window's own memory.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull` or `Storage`.
    pub fn save_view(&self, view: &str) -> Result<()> {
        self.store.write(|transaction| store::meta::set_view(transaction, view))?;
        view.clone_into(&mut self.state().view);
        Ok(())
    }

    /// Whether the person stopped embedding, so that it does not go on by itself.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.state().is_paused
    }

    /// Remembers whether embedding goes on by itself.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull` or `Storage`.
    pub fn set_paused(&self, is_paused: bool) -> Result<()> {
        self.store.write(|transaction| store::meta::set_paused(transaction, is_paused))?;
        self.state().is_paused = is_paused;
        Ok(())
    }

    /// Copies the workbook as it is now to `path`, in place of what is there. It goes on to be used
    /// where it is. Takes as long as the file is large.
    ///
    /// # Errors
    /// `Invalid` for its own path; `Unwritable`, also when another window has the workbook at
    /// `path` open; `DiskFull`. What was at `path` before stays then.
    pub fn save_copy(&self, path: &Path) -> Result<()> {
        self.store.save_copy(path)
    }

    /// Reads the whole file to see whether it holds together. Takes a while.
    ///
    /// # Errors
    /// `Damaged` when it does not.
    pub fn quick_check(&self) -> Result<()> {
        self.store.quick_check()
    }

    // What is worked out of it, once per state of the workbook.

    /// The heatmap of all items, ordered by the tree if one was grown, else by topic and by likeness inside each.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn heatmap(&self) -> Result<Arc<Heatmap>> {
        let (vectors, list) = self.embedded(&Silent)?;
        Ok(self.heatmap.get(list.placed, || {
            let by_topic = || order::leaf_order(&vectors, &list.sorting);
            let tree = self.tree_of(list.reread);
            let order = tree.map_or_else(by_topic, |tree| tree.order.clone());
            Heatmap::new(Arc::clone(&vectors), order)
        }))
    }

    /// The heatmap of another model, in the order of the one in use, so that the same cells are
    /// the same pairs.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn heatmap_of(&self, model: &ModelKey) -> Result<Arc<Heatmap>> {
        let own = self.heatmap()?;
        if *model == self.model() {
            return Ok(own);
        }
        let (vectors, list) = self.embedded_by(model, &Silent)?;
        if vectors.len() != own.order().len() {
            return self.heatmap_of(model);
        }
        let cache = self.per_model.of(model);
        Ok(cache.heatmap.get(list.placed, || Heatmap::new(vectors, own.order().to_vec())))
    }

    /// What classifying works in: centred vectors and who is near whom.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn space(&self) -> Result<Arc<Space>> {
        Ok(self.space_and_list(&Silent)?.0)
    }

    /// How alike the items are to the model in use, over all pairs.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn pair_statistics(&self) -> Result<Arc<PairStatistics>> {
        self.pair_statistics_of(&self.model())
    }

    /// How alike the items are to `model`, over all pairs.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn pair_statistics_of(&self, model: &ModelKey) -> Result<Arc<PairStatistics>> {
        let (vectors, list) = self.embedded_by(model, &Silent)?;
        let cache = self.per_model.of(model);
        Ok(cache.pair_statistics.get(list.reread, || pair_statistics(&vectors, self.seed)))
    }

    /// Typical items, odd ones and figures of every topic, in topic order.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn topic_profiles(&self) -> Result<Arc<Vec<TopicProfile>>> {
        Ok(self.profiles_and_list()?.0)
    }

    /// The `count` items most like `item`, best first, with their cosine.
    ///
    /// # Errors
    /// As [`Self::vectors`]; `Invalid` for an item that is not there.
    pub fn nearest(&self, item: ItemId, count: usize) -> Result<Vec<(ItemId, f32)>> {
        let (vectors, list) = self.embedded(&Silent)?;
        if item.index() >= list.items.len() {
            return Err(Error::Invalid(sentence!("This item is not in the list.")));
        }
        let nearest = similarity::nearest(&vectors, item.index(), count);
        Ok(nearest.into_iter().map(|(row, cosine)| (ItemId(row), cosine)).collect())
    }

    /// The vectors of the model in use, and the list that they are of.
    fn embedded(&self, monitor: &dyn Monitor) -> Result<(Arc<Vectors>, Snapshot)> {
        loop {
            let model = self.model();
            let (vectors, list) = self.embedded_by(&model, monitor)?;
            if self.model_of(&list.sorting) == model {
                return Ok((vectors, list));
            }
        }
    }

    fn embedded_by(
        &self,
        model: &ModelKey,
        monitor: &dyn Monitor,
    ) -> Result<(Arc<Vectors>, Snapshot)> {
        loop {
            let reread = self.state().list.reread;
            let vectors = self.vectors_watched(model, monitor)?;
            let list = self.snapshot();
            // If items were added or taken back meanwhile, they do not belong together.
            if list.reread == reread && vectors.len() == list.items.len() {
                return Ok((vectors, list));
            }
        }
    }

    /// The vectors of `list` by `model`.
    ///
    /// # Errors
    /// As [`Self::vectors_of`]; `Cancelled` when items were added or taken back since.
    fn vectors_of_list(
        &self,
        model: &ModelKey,
        list: &Snapshot,
        monitor: &dyn Monitor,
    ) -> Result<Arc<Vectors>> {
        let (vectors, now) = self.embedded_by(model, monitor)?;
        if Arc::ptr_eq(&now.items, &list.items) { Ok(vectors) } else { Err(Error::Cancelled) }
    }

    /// The vectors by the model in use without what they have in common, and the list they are of.
    fn centred_and_list(&self, monitor: &dyn Monitor) -> Result<(Arc<Centred>, Snapshot)> {
        let (vectors, list) = self.embedded(monitor)?;
        monitor.check()?;
        Ok((self.centred_of(&vectors, &list), list))
    }

    /// `vectors`, which are those of `list` by its model in use, without what they have in common.
    fn centred_of(&self, vectors: &Vectors, list: &Snapshot) -> Arc<Centred> {
        self.centred.get(list.reread, || Centred::of(vectors))
    }

    fn space_and_list(&self, monitor: &dyn Monitor) -> Result<(Arc<Space>, Snapshot)> {
        let (centred, list) = self.centred_and_list(monitor)?;
        monitor.check()?;
        Ok((self.space.get(list.reread, || Space::over(centred)), list))
    }

    /// The topics' profiles, and the list whose topics they are, in their order.
    ///
    /// # Errors
    /// As [`Self::vectors`].
    pub fn profiles_and_list(&self) -> Result<(Arc<Vec<TopicProfile>>, Snapshot)> {
        let (vectors, list) = self.embedded(&Silent)?;
        let profiles = self.topic_profiles.get(list.placed, || {
            let centred = self.centred_of(&vectors, &list);
            topic_profiles_in(&vectors, &centred.rows, &list.sorting)
        });
        Ok((profiles, list))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these guard is changed in steps that cannot be seen half-done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
