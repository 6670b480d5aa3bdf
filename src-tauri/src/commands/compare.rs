//! Models side by side, and what similarities mean for each.

use kindred_engine::embed::{Embedder, ModelKey, Shared};
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::models::library::Model;
use kindred_engine::monitor::Silent;
use kindred_engine::sentence;
use kindred_engine::workbook::Workbook;
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::{blocking, jobs};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{
    Answer, CompareOutcome, JobId, Progress, Question, Related, RelatedPair, Scale, comparison,
    scale as scale_view,
};
use crate::state::AppState;

/// Compares models on the open workbook. Each must have embedded all of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare(
    app: AppHandle,
    job: JobId,
    models: Vec<String>,
    on_progress: Channel<Progress>,
) -> Result<CompareOutcome> {
    let ended = jobs::run_to_end(app, JobKind::Compare, job, on_progress, move |job| {
        let mut embedders: Vec<Shared> = models
            .iter()
            .map(|id| job.state.models.unasked(&key_of(job.state, id)?, job.monitor))
            .collect::<EngineResult<_>>()?;
        let namer = job.state.models.namer()?;
        let compared = job.workbook.compare(&mut embedders, &namer, job.monitor)?;
        Ok(comparison(&compared, &job.workbook, &job.state.models))
    })
    .await?;
    Ok(match ended {
        jobs::Ended::Finished(comparison, _) => CompareOutcome::Finished { comparison },
        jobs::Ended::Cancelled(_) => CompareOutcome::Cancelled,
        jobs::Ended::Abandoned => CompareOutcome::Abandoned,
    })
}

/// What similarities mean for this model in the open workbook.
#[tauri::command]
#[specta::specta]
pub(crate) async fn scale(app: AppHandle, model: String) -> Result<Scale> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let key = key_of(state, &model)?;
        let mut reader = bundled_reader(state, &workbook, &key);
        let scale =
            workbook.scale(&key, reader.as_mut().map(|reader| reader as &mut dyn Embedder))?;
        Ok(scale_view(scale, state.models.view_of(&key, Some(&workbook))))
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn related(app: AppHandle) -> Result<Related> {
    blocking(app, |state| Ok(state.workbook()?.related()?.into())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_related(app: AppHandle, percentile: f32) -> Result<Related> {
    change(app, move |workbook| workbook.set_related(percentile)).await
}

/// Pairs above the threshold, most alike first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn related_pairs(
    app: AppHandle,
    model: String,
    count: u32,
) -> Result<Vec<RelatedPair>> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let key = key_of(state, &model)?;
        let mut reader = bundled_reader(state, &workbook, &key);
        let reader = reader.as_mut().map(|reader| reader as &mut dyn Embedder);
        let pairs = workbook.related_pairs(&key, count as usize, reader)?;
        Ok(pairs.into_iter().map(Into::into).collect())
    })
    .await
}

/// At most ten pairs that tell most about where these models draw the line.
#[tauri::command]
#[specta::specta]
pub(crate) async fn questions(app: AppHandle, models: Vec<String>) -> Result<Vec<Question>> {
    blocking(app, move |state| {
        let keys: Vec<ModelKey> =
            models.iter().map(|id| key_of(state, id)).collect::<EngineResult<_>>()?;
        let asked = state.workbook()?.questions(&keys)?;
        let question =
            |(first, second): (kindred_engine::items::ItemId, kindred_engine::items::ItemId)| {
                Question { first: first.into(), second: second.into() }
            };
        Ok(asked.into_iter().map(question).collect())
    })
    .await
}

/// Keeps the answers and sets the threshold from them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer(app: AppHandle, answers: Vec<Answer>) -> Result<Related> {
    let answers: Vec<_> = answers.into_iter().map(Into::into).collect();
    change(app, move |workbook| workbook.answer(&answers)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_answers(app: AppHandle) -> Result<Related> {
    change(app, Workbook::forget_answers).await
}

async fn change(
    app: AppHandle,
    change: impl FnOnce(&Workbook) -> EngineResult<()> + Send + 'static,
) -> Result<Related> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        change(&workbook)?;
        Ok(workbook.related()?.into())
    })
    .await
}

/// The key of the vectors of the model `id`: of the one in use also when it is no longer here.
pub(super) fn key_of(state: &AppState, id: &str) -> EngineResult<ModelKey> {
    let found = state.models.library.find(id).ok();
    let key = found.and_then(|model| state.models.library.key(&model));
    let in_use = || state.open_workbook().map(|workbook| workbook.model());
    key.or_else(|| in_use().filter(|key| key.id == id)).ok_or_else(|| {
        EngineError::ModelUnavailable {
            reason: sentence!(
                "The model {id} is not on this computer. Open Models to fetch it.",
                id
            ),
        }
    })
}

/// Who reads the bundled words, if they are needed and that needs no server.
fn bundled_reader(state: &AppState, workbook: &Workbook, key: &ModelKey) -> Option<Shared> {
    if !workbook.is_judged_with_bundled_words() {
        return None;
    }
    let model = state.models.of(key).ok().filter(Model::is_local)?;
    state.models.local(&model, &Silent).ok()
}
