//! Sorting into the person's topics, and what the machine learns from the person.

use kindred_engine::monitor::Silent;
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::{blocking, jobs};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{
    Agreement, Follower, ItemId, JobId, JobOutcome, Judge, Progress, SortRequest, TopicId, ids,
};

/// Sorts everything that is not pinned into topics the person made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sort_into(
    app: AppHandle,
    job: JobId,
    request: SortRequest,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::FindTopics, job, on_progress, move |job| {
        let mut embedder = job.state.models.asked(&job.workbook.model(), job.monitor)?;
        let mut embedder = job.workbook.remembering(&mut embedder);
        job.workbook.sort_into(&request.into(), &mut embedder, job.monitor)
    })
    .await
}

/// Finds topics inside a topic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn split_topic(
    app: AppHandle,
    job: JobId,
    topic: TopicId,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::FindTopics, job, on_progress, move |job| {
        let namer = job.state.models.namer()?;
        let naming = job.workbook.naming(&namer, &job.workbook.model());
        job.workbook.split_topic(topic.into(), naming, job.monitor)
    })
    .await
}

/// Puts what is unsorted and not pinned into the topics there are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn place_unsorted(
    app: AppHandle,
    job: JobId,
    on_progress: Channel<Progress>,
) -> Result<JobOutcome> {
    jobs::run(app, JobKind::FindTopics, job, on_progress, |job| {
        job.workbook.place_unsorted(job.monitor)
    })
    .await
}

/// Unpinned items elsewhere that would follow `items` into `topic` (null: a new topic), surest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn followers(
    app: AppHandle,
    items: Vec<ItemId>,
    topic: Option<TopicId>,
) -> Result<Vec<Follower>> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let mut embedder = state.models.unasked(&workbook.model(), &Silent)?;
        let mut embedder = workbook.remembering(&mut embedder);
        let found = workbook.followers(&ids(items), topic.map(Into::into), &mut embedder)?;
        let follower = |(item, confidence)| Follower { item: ItemId::from(item), confidence };
        Ok(found.into_iter().map(follower).collect())
    })
    .await
}

/// Null when there is nothing to compare with.
#[tauri::command]
#[specta::specta]
pub(crate) async fn agreement(app: AppHandle, judge: Judge) -> Result<Option<Agreement>> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        let mut embedder = state.models.unasked(&workbook.model(), &Silent)?;
        let mut embedder = workbook.remembering(&mut embedder);
        Ok(workbook.agreement(judge.into(), &mut embedder)?.map(Into::into))
    })
    .await
}
