//! The open workbook: opening and closing it, what it holds, how it is shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kindred_engine::embed::onnx::default_key;
use kindred_engine::error::Result as EngineResult;
use kindred_engine::store::Day;
use kindred_engine::topics::{Placement, TopicId};
use kindred_engine::workbook::{Snapshot, Workbook};
use tauri::AppHandle;

use super::blocking;
use crate::error::Result;
use crate::messages::{Bytes, ItemContext, NO_TOPIC, TopicView, WorkbookView, count, revision};
use crate::state::{AppState, now_secs};
use crate::window;

/// The open workbook, or null on the start screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn current_workbook(app: AppHandle) -> Result<Option<WorkbookView>> {
    blocking(app, |state| {
        Ok(state.open_workbook().map(|workbook| view(state, &workbook)).transpose()?)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_workbook(app: AppHandle, path: String) -> Result<WorkbookView> {
    let handle = app.clone();
    blocking(app, move |state| {
        let workbook = open(state, Path::new(&path))?;
        window::set_title(&handle, Some(workbook.name()));
        Ok(view(state, &workbook)?)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn close_workbook(app: AppHandle) -> Result<()> {
    let handle = app.clone();
    blocking(app, move |state| {
        state.close();
        window::set_title(&handle, None);
        Ok(())
    })
    .await
}

/// Remembers how the window looks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_view(app: AppHandle, view: String) -> Result<()> {
    blocking(app, move |state| {
        let workbook = state.workbook()?;
        // How a workbook is looked at that cannot be changed is nothing to keep.
        if !workbook.is_read_only() {
            workbook.save_view(&view)?;
        }
        Ok(())
    })
    .await
}

/// Text of every item, by item id: UTF-8 with U+0000 between them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn texts(app: AppHandle) -> Result<Bytes> {
    blocking(app, |state| {
        Ok(joined(state.workbook()?.items().iter().map(|item| item.text.as_str())))
    })
    .await
}

/// The list's own category of every item ("" for none), in the same form.
#[tauri::command]
#[specta::specta]
pub(crate) async fn categories(app: AppHandle) -> Result<Bytes> {
    blocking(app, |state| {
        let items = state.workbook()?.items();
        Ok(joined(items.iter().map(|item| item.category.as_deref().unwrap_or_default())))
    })
    .await
}

/// Where every item is, by item id: `n` topics, `n` suggestions and `n`
/// runners-up (u32, all ones for none), `n` confidences of the suggestions and
/// `n` of the runners-up (f32), `n` pins (u8), little-endian.
#[tauri::command]
#[specta::specta]
pub(crate) async fn places(app: AppHandle) -> Result<Bytes> {
    blocking(app, |state| {
        let workbook = state.workbook()?;
        let Snapshot { items, sorting, .. } = workbook.snapshot();
        let unsorted = vec![Placement::UNSORTED; items.len()];
        let is_sorted = !sorting.placements.is_empty();
        Ok(packed(if is_sorted { &sorting.placements } else { &unsorted }))
    })
    .await
}

fn open(state: &AppState, path: &Path) -> EngineResult<Arc<Workbook>> {
    // Its own lock would make a second opening of the same file read-only.
    if let Some(workbook) = state.open_workbook().filter(|open| is_same_file(open.path(), path)) {
        return Ok(workbook);
    }
    let today = Day::from_unix_secs(now_secs());
    Ok(state.install(Workbook::open(path, today, default_key())?))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| PathBuf::from(path));
    real(one) == real(other)
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Bytes {
    let mut bytes = Vec::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            bytes.push(0);
        }
        bytes.extend_from_slice(text.as_bytes());
    }
    Bytes(bytes)
}

fn packed(placements: &[Placement]) -> Bytes {
    let mut bytes = Vec::with_capacity(placements.len() * 21);
    let topics: [fn(&Placement) -> Option<TopicId>; 3] =
        [|place| place.topic, |place| place.suggested, |place| place.runner_up];
    for topic in topics {
        for place in placements {
            bytes.extend(topic(place).map_or(NO_TOPIC, |topic| topic.0).to_le_bytes());
        }
    }
    let figures: [fn(&Placement) -> f32; 2] =
        [|place| place.confidence, |place| place.runner_up_confidence];
    for figure in figures {
        for place in placements {
            bytes.extend(figure(place).to_le_bytes());
        }
    }
    bytes.extend(placements.iter().map(|place| u8::from(place.pinned)));
    Bytes(bytes)
}

/// The workbook as the window sees it.
pub(super) fn view(state: &AppState, workbook: &Workbook) -> EngineResult<WorkbookView> {
    let Snapshot { items, sorting, .. } = workbook.snapshot();
    let is_embedded = workbook.embedded_count() == items.len();
    let topics =
        if is_embedded && !sorting.topics.is_empty() { topic_views(workbook)? } else { Vec::new() };
    let next = workbook.next_model();
    Ok(WorkbookView {
        revision: revision(workbook.revision()),
        name: workbook.name().to_owned(),
        path: workbook.path().to_string_lossy().into_owned(),
        source_name: workbook.source_name().to_owned(),
        is_read_only: workbook.is_read_only(),
        item_count: count(items.len()),
        embedded_count: count(workbook.embedded_count()),
        has_categories: items.iter().any(|item| item.category.is_some()),
        is_paused: workbook.is_paused(),
        model: state.models.view_of(&workbook.model(), Some(workbook)),
        next_model: next.as_ref().map(|key| state.models.view_of(key, None)),
        next_embedded_count: match &next {
            Some(key) => count(workbook.embedded_count_of(key)?),
            None => 0,
        },
        topics,
        unsorted_count: count(sorting.members(None).count()),
        pinned_count: count(sorting.placements.iter().filter(|place| place.pinned).count()),
        threshold: sorting.threshold,
        contexts: sorting
            .contexts
            .iter()
            .map(|(&item, context)| ItemContext { item: item.into(), context: context.clone() })
            .collect(),
        has_topics: !sorting.placements.is_empty(),
        undo_label: workbook.undo_label().map(Into::into),
        redo_label: workbook.redo_label().map(Into::into),
        report: workbook.report().clone().into(),
        view: workbook.view(),
    })
}

fn topic_views(workbook: &Workbook) -> EngineResult<Vec<TopicView>> {
    let (profiles, list) = workbook.profiles_and_list()?;
    let views = list.sorting.topics.iter().zip(profiles.iter()).map(|(topic, profile)| TopicView {
        id: topic.id.into(),
        name: topic.name.clone(),
        named_by_person: topic.named_by_person,
        alternates: topic.alternates.clone(),
        colour: topic.colour,
        size: count(profile.size),
        cohesion: profile.cohesion,
        stability: (topic.stability > 0.0).then_some(topic.stability),
        nearest_topic: profile.nearest.map(|(topic, _)| topic.into()),
        nearest_similarity: profile.nearest.map(|(_, similarity)| similarity),
        pinned: count(profile.pinned),
        typical: profile.typical.iter().copied().map(Into::into).collect(),
        odd: profile.odd.iter().copied().map(Into::into).collect(),
        fitting: profile.fitting.iter().copied().map(Into::into).collect(),
    });
    Ok(views.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_travel_with_a_zero_between_them() {
        for (texts, bytes) in [
            (vec![], b"".as_slice()),
            (vec!["apple"], b"apple"),
            (vec!["apple", "", "pear"], b"apple\0\0pear"),
        ] {
            assert_eq!(joined(texts.iter().copied()).0, bytes, "the bytes of {texts:?}");
        }
    }

    #[test]
    fn places_travel_column_by_column() {
        let placed = Placement {
            topic: Some(TopicId(7)),
            pinned: true,
            suggested: Some(TopicId(5)),
            confidence: 0.5,
            runner_up: Some(TopicId(3)),
            runner_up_confidence: 0.25,
        };
        let bytes = packed(&[placed, Placement::UNSORTED]).0;
        let mut expected = Vec::new();
        for number in [7, u32::MAX, 5, u32::MAX, 3, u32::MAX] {
            expected.extend(u32::to_le_bytes(number));
        }
        for number in [0.5_f32, 0.0, 0.25, 0.0] {
            expected.extend(number.to_le_bytes());
        }
        expected.extend([1, 0]);
        assert_eq!(bytes, expected, "topics, suggestions, runners-up, two confidences, pins");
    }
}
