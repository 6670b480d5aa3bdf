//! Maps, axes and broad topics.

use kindred_engine::error::Result as EngineResult;
use kindred_engine::workbook::{LaidOut, MapKey, Workbook};
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::{analyse::key_of, blocking, jobs};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{
    AxisEnd, BroadTopic, Bytes, JobId, MapOutcome, MapRequest, MapView, Progress, map_view,
};
use crate::state::AppState;

/// The map kept for this request, or null when it was never laid out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn map(app: AppHandle, request: MapRequest) -> Result<Option<MapView>> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let key = map_key(state, &workbook, &request)?;
        Ok(workbook.map(&key)?.map(|laid_out| view(state, &key, &laid_out)))
    })
    .await
}

/// Where items are, by item id: f32, little-endian, as many for each as there are dimensions. Of a
/// layout that is forming its latest state, else of the kept map; empty when there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn positions(app: AppHandle, request: MapRequest) -> Result<Bytes> {
    blocking(app, move |state| {
        if let Some(forming) = state.layouts.latest(&request) {
            return Ok(Bytes::floats(&forming));
        }
        let workbook = state.workbook()?;
        let kept = workbook.map(&map_key(state, &workbook, &request)?)?;
        Ok(kept.map_or_else(|| Bytes(Vec::new()), |kept| Bytes::floats(&kept.map().positions)))
    })
    .await
}

/// Lays a map out and keeps it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lay_out(
    app: AppHandle,
    job: JobId,
    request: MapRequest,
    on_progress: Channel<Progress>,
) -> Result<MapOutcome> {
    let id = job.clone();
    let ended = jobs::run_to_end(app, JobKind::LayOut, job, on_progress, move |job| {
        let key = map_key(job.state, &job.workbook, &request)?;
        let forming = job.state.layouts.begin(id, request);
        let mut frame = |positions: &[f32]| forming.show(positions, job.monitor);
        let laid_out = job.workbook.lay_out(&key, job.monitor, &mut frame)?;
        Ok(view(job.state, &key, &laid_out))
    })
    .await?;
    Ok(match ended {
        jobs::Ended::Finished(map, _) => MapOutcome::Finished { map },
        jobs::Ended::Cancelled(_) => MapOutcome::Cancelled,
        jobs::Ended::Abandoned => MapOutcome::Abandoned,
    })
}

/// Halts a layout that is forming, or lets it go on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_layout(app: AppHandle, job: JobId, is_paused: bool) -> Result<()> {
    blocking(app, move |state| {
        state.layouts.pause(&job, is_paused);
        Ok(())
    })
    .await
}

/// Where every item lies between two ends, by item id: f32, little-endian, 0 at the first end, 1 at
/// the second. No server is asked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn axis(app: AppHandle, from: AxisEnd, to: AxisEnd) -> Result<Bytes> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let reader = || state.models.unasked(&workbook.model(), &kindred_engine::monitor::Silent);
        Ok(Bytes::floats(&workbook.axis(&from.into(), &to.into(), reader)?))
    })
    .await
}

/// Topics grouped into broad ones, in topic order; empty when there are too few topics.
#[tauri::command]
#[specta::specta]
pub(crate) async fn broad_topics(app: AppHandle) -> Result<Vec<BroadTopic>> {
    blocking(app, |state| {
        let broad = state.workbook()?.broad_topics(&state.models.namer()?)?;
        Ok(broad.into_iter().map(Into::into).collect())
    })
    .await
}

fn map_key(state: &AppState, workbook: &Workbook, request: &MapRequest) -> EngineResult<MapKey> {
    Ok(MapKey {
        model: key_of(state, workbook, request.model.as_deref())?,
        method: request.method.into(),
        dims: request.dims as usize,
    })
}

fn view(state: &AppState, key: &MapKey, laid_out: &LaidOut) -> MapView {
    map_view(key, laid_out, state.models.library.name_of(&key.model))
}
