//! Topics, neighbours and the heatmap.

use kindred_engine::analyse::heatmap::{Heatmap, Range, TILE_CELLS};
use kindred_engine::analyse::topics::FindTopics;
use kindred_engine::embed::ModelKey;
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::sentence;
use kindred_engine::topics::{Sorting, TopicId as EngineTopicId};
use kindred_engine::workbook::Workbook;
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::{blocking, jobs};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{
    Band, Bytes, HeatmapLayout, ItemId, JobId, JobOutcome, Linkage, Metric, Neighbour,
    PairStatistics, Progress, TopicMethod, count as counted, tree_bytes,
};
use crate::state::AppState;

/// Finds topics anew; `count` is how many topics, and for `hdbscan`, `dbscan` and `optics` how many
/// items make one; null lets the machine choose.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_topics(
    app: AppHandle,
    job: JobId,
    method: TopicMethod,
    count: Option<u32>,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::FindTopics, job, on_progress, move |job| {
        let params = FindTopics {
            way: method.into(),
            count: count.map(|count| count as usize),
            seed: job.workbook.seed(),
        };
        let namer = job.state.models.namer()?;
        let naming = job.workbook.naming(&namer, &job.workbook.model());
        job.workbook.find_topics(&params, naming, job.monitor)
    })
    .await
}

/// The items most like `item`, best first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn neighbours(app: AppHandle, item: ItemId, count: u32) -> Result<Vec<Neighbour>> {
    blocking(app, move |state| {
        let nearest = state.workbook()?.nearest(item.into(), count as usize)?;
        Ok(nearest
            .into_iter()
            .map(|(item, similarity)| Neighbour { item: item.into(), similarity })
            .collect())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pair_statistics(app: AppHandle) -> Result<PairStatistics> {
    blocking(app, |state| Ok((&*state.workbook()?.pair_statistics()?).into())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn heatmap_layout(
    app: AppHandle,
    metric: Metric,
    model: Option<String>,
) -> Result<HeatmapLayout> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let model = key_of(state, &workbook, model.as_deref())?;
        let (heatmap, sorting) = (workbook.heatmap_of(&model)?, workbook.sorting());
        let range = colour_range(&workbook, metric, &model)?;
        Ok(HeatmapLayout {
            size: counted(heatmap.len()),
            tile_cells: counted(TILE_CELLS),
            levels: counted(heatmap.levels()),
            low: range.low,
            high: range.high,
            bands: bands(&heatmap, &sorting),
        })
    })
    .await
}

/// Item id at every place along the heatmap's sides: u32, little-endian.
#[tauri::command]
#[specta::specta]
pub(crate) async fn heatmap_order(app: AppHandle) -> Result<Bytes> {
    blocking(app, |state| {
        let heatmap = state.workbook()?.heatmap()?;
        Ok(Bytes(heatmap.order().iter().flat_map(|item| item.to_le_bytes()).collect()))
    })
    .await
}

/// `tileCells x tileCells` values, row-major: 0 to 254 from low to high, 255 for nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn heatmap_tile(
    app: AppHandle,
    metric: Metric,
    model: Option<String>,
    level: u32,
    row: u32,
    column: u32,
) -> Result<Bytes> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let model = key_of(state, &workbook, model.as_deref())?;
        let range = colour_range(&workbook, metric, &model)?;
        let heatmap = workbook.heatmap_of(&model)?;
        Ok(Bytes(heatmap.tile(level as usize, row as usize, column as usize, range)))
    })
    .await
}

/// Exact similarities of a stretch of rows with a stretch of columns (places
/// in the order, start to before end), row-major: f32, little-endian.
#[tauri::command]
#[specta::specta]
pub(crate) async fn similarities(
    app: AppHandle,
    metric: Metric,
    model: Option<String>,
    row_start: u32,
    row_end: u32,
    column_start: u32,
    column_end: u32,
) -> Result<Bytes> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let heatmap = workbook.heatmap_of(&key_of(state, &workbook, model.as_deref())?)?;
        let (rows, columns) = cells(&heatmap, (row_start, row_end), (column_start, column_end))?;
        let values = match metric {
            // Vectors are of unit length, so both are the same number.
            Metric::Cosine | Metric::Dot => heatmap.similarities(rows, columns),
        };
        Ok(Bytes::floats(&values))
    })
    .await
}

/// Makes a tree over all items and orders the heatmap by it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn grow_tree(
    app: AppHandle,
    job: JobId,
    linkage: Linkage,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::GrowTree, job, on_progress, move |job| {
        job.workbook.grow_tree(linkage.into(), job.monitor)
    })
    .await
}

/// The tree the heatmap is ordered by (see `tree_bytes`); empty while it is ordered by topic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn tree(app: AppHandle) -> Result<Bytes> {
    blocking(app, |state| {
        let tree = state.workbook()?.tree();
        Ok(tree.map_or_else(|| Bytes(Vec::new()), |tree| tree_bytes(&tree)))
    })
    .await
}

/// Orders the heatmap by topic again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn drop_tree(app: AppHandle) -> Result<()> {
    blocking(app, |state| {
        state.workbook()?.drop_tree();
        Ok(())
    })
    .await
}

/// As many values as one reply carries: a window full of readable numbers is far smaller.
const MOST_CELLS: usize = 65_536;

type Places = std::ops::Range<usize>;

/// The cells asked for, when they are there and not too many.
fn cells(
    heatmap: &Heatmap,
    rows: (u32, u32),
    columns: (u32, u32),
) -> EngineResult<(Places, Places)> {
    let (rows, columns) =
        (rows.0 as usize..rows.1 as usize, columns.0 as usize..columns.1 as usize);
    let is_inside = |places: &Places| places.start <= places.end && places.end <= heatmap.len();
    if is_inside(&rows) && is_inside(&columns) && rows.len() * columns.len() <= MOST_CELLS {
        Ok((rows, columns))
    } else {
        Err(EngineError::Invalid(sentence!("These cells are not in the heatmap.")))
    }
}

fn colour_range(workbook: &Workbook, metric: Metric, model: &ModelKey) -> EngineResult<Range> {
    let (low, high) = match metric {
        // Vectors are of unit length, so both have the same range.
        Metric::Cosine | Metric::Dot => workbook.pair_statistics_of(model)?.colour_range(),
    };
    Ok(Range { low, high })
}

/// The vectors of the model `id`; null for those in use.
pub(super) fn key_of(
    state: &AppState,
    workbook: &Workbook,
    id: Option<&str>,
) -> EngineResult<ModelKey> {
    id.map_or_else(|| Ok(workbook.model()), |id| super::compare::key_of(state, id))
}

/// Neighbouring places of one topic, in order.
fn bands(heatmap: &Heatmap, sorting: &Sorting) -> Vec<Band> {
    let topic_at = |item: u32| sorting.placements.get(item as usize).and_then(|place| place.topic);
    let topics: Vec<Option<EngineTopicId>> =
        heatmap.order().iter().map(|&item| topic_at(item)).collect();
    let mut start = 0;
    let bands = topics.chunk_by(|one, next| one == next).map(|band| {
        let end = start + counted(band.len());
        let band = Band { topic: band[0].map(Into::into), start, end };
        start = end;
        band
    });
    bands.collect()
}
