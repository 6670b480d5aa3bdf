//! From a list to a new workbook.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use kindred_engine::embed::instant;
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::import::worker::Worker;
use kindred_engine::import::{ImportedList, Source};
use kindred_engine::monitor::Monitor;
use kindred_engine::sentence;
use kindred_engine::sentence::Sentence;
use kindred_engine::workbook::{Origin, Workbook};
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::workbook::view;
use super::{blocking, in_background, jobs};
use crate::error::Result;
use crate::jobs::JobKind;
use crate::messages::{
    AddOutcome, FileKind, ImportOptions, ImportOutcome, JobId, ListSource, PreviewOutcome,
    Progress, count,
};
use crate::models::for_new_lists;
use crate::state::{AppState, now_secs};
use crate::{places, samples, window};

/// Where every random choice starts: one list gives one result, on every computer.
const SEED: u64 = 1;

/// Reads a list without keeping it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_list(
    app: AppHandle,
    job: JobId,
    source: ListSource,
    options: Option<ImportOptions>,
    on_progress: Channel<Progress>,
) -> Result<PreviewOutcome> {
    let preview = reading(app, job, on_progress, move |_, monitor| {
        let options = options.map(TryInto::try_into).transpose()?;
        with_source(&source, |source, reader| reader.preview(source, options.as_ref(), monitor))
    })
    .await?;
    Ok(preview.map_or(PreviewOutcome::Cancelled, |preview| PreviewOutcome::Finished {
        preview: preview.into(),
    }))
}

/// Tells a workbook from a list by its name, then by its first bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn file_kind(app: AppHandle, path: String) -> Result<FileKind> {
    blocking(app, move |_| Ok(kind_of(Path::new(&path)))).await
}

/// Makes a workbook of a list and opens it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_list(
    app: AppHandle,
    job: JobId,
    source: ListSource,
    options: ImportOptions,
    on_progress: Channel<Progress>,
) -> Result<ImportOutcome> {
    let folder = places::workbooks(&app);
    let handle = app.clone();
    let made = reading(app.clone(), job, on_progress, move |state, monitor| {
        let options = options.try_into()?;
        let list = with_source(&source, |source, reader| reader.read(source, &options, monitor))?;
        let folder =
            folder.map_err(|error| EngineError::Invalid(Sentence::verbatim(error.to_string())))?;
        make(state, &folder, workbook_name(&source), &list)
    })
    .await?;
    let Some(workbook) = made else { return Ok(ImportOutcome::Cancelled) };
    // Once the job has ended: opening a workbook ends all jobs.
    blocking(app, move |state| {
        let workbook = state.install(workbook);
        window::set_title(&handle, Some(workbook.name()));
        Ok(ImportOutcome::Finished { workbook: view(state, &workbook)? })
    })
    .await
}

/// Adds the items of a list to the open workbook, as one edit.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_items(
    app: AppHandle,
    job: JobId,
    source: ListSource,
    options: ImportOptions,
    on_progress: Channel<Progress>,
) -> Result<AddOutcome> {
    let ended = jobs::run_to_end(app, JobKind::ReadList, job, on_progress, move |job| {
        let options = options.try_into()?;
        let list =
            with_source(&source, |source, reader| reader.read(source, &options, job.monitor))?;
        job.workbook.add(&list, job.monitor)
    })
    .await?;
    Ok(match ended {
        jobs::Ended::Finished(added, workbook) => AddOutcome::Finished {
            workbook: *workbook,
            added: count(added.added),
            known: count(added.known),
        },
        jobs::Ended::Cancelled(_) => AddOutcome::Cancelled,
        jobs::Ended::Abandoned => AddOutcome::Abandoned,
    })
}

/// Runs a job that needs no workbook; `None` once the person cancelled it or a newer one took its place.
async fn reading<T: Send + 'static>(
    app: AppHandle,
    id: JobId,
    on_progress: Channel<Progress>,
    work: impl FnOnce(&AppState, &dyn Monitor) -> EngineResult<T> + Send + 'static,
) -> Result<Option<T>> {
    in_background(app, move |state| {
        let announced = state.jobs.announce(id, JobKind::ReadList);
        let running = announced.take_turn();
        let monitor = running.monitor(on_progress);
        match monitor.check().and_then(|()| work(state, &monitor)) {
            Ok(done) => Ok(Some(done)),
            Err(EngineError::Cancelled) => Ok(None),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

fn make(
    state: &AppState,
    folder: &Path,
    name: String,
    list: &ImportedList,
) -> EngineResult<Workbook> {
    make_folder(folder)?;
    let path = places::free_path(folder, &name);
    let origin = Origin {
        name,
        source_name: list.source_name.clone(),
        seed: SEED,
        created_at_secs: now_secs(),
    };
    let wanted = for_new_lists(&state.models);
    let is_draft =
        list.items.len() >= DRAFT_FROM && wanted != instant::key() && list.vectors.is_none();
    let first = if is_draft { instant::key() } else { wanted.clone() };
    let workbook = Workbook::create(&path, list, &origin, first)?;
    if is_draft {
        workbook.set_next_model(Some(&wanted))?;
    }
    Ok(workbook)
}

/// Hands `work` the list and who reads it.
fn with_source<T>(
    source: &ListSource,
    work: impl FnOnce(Source<'_>, &Worker) -> EngineResult<T>,
) -> EngineResult<T> {
    let worker = reader()?;
    match source {
        ListSource::Files { paths } => {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            work(Source::Files(&paths), &worker)
        }
        ListSource::Text { text, html } => {
            work(Source::Text { name: PASTED, text, html: html.as_deref() }, &worker)
        }
        ListSource::Sample { id } => {
            let sample = samples::find(id).ok_or_else(|| {
                EngineError::Invalid(sentence!("There is no sample called {id}.", id))
            })?;
            let (name, text) = (sample.file_name, sample.contents);
            work(Source::Text { name, text, html: None }, &worker)
        }
    }
}

/// This program once more, which then does nothing but read a list.
fn reader() -> EngineResult<Worker> {
    let program = std::env::current_exe().map_err(|error| EngineError::Unreadable {
        path: PathBuf::from("kindred"),
        reason: Sentence::verbatim(error.to_string()),
    })?;
    Ok(Worker { program })
}

/// A list this long is sorted at once by Instant, while the model that was chosen still reads it.
const DRAFT_FROM: usize = 40_000;

const PASTED: &str = "Pasted list";

fn workbook_name(source: &ListSource) -> String {
    match source {
        ListSource::Files { paths } => {
            let first = paths.first().map(Path::new).and_then(Path::file_stem);
            first.unwrap_or_default().to_string_lossy().into_owned()
        }
        ListSource::Text { .. } => PASTED.to_owned(),
        ListSource::Sample { id } => {
            samples::find(id).map_or(id.as_str(), |sample| sample.name).to_owned()
        }
    }
}

fn kind_of(path: &Path) -> FileKind {
    let is_named_so =
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("kindred"));
    if is_named_so || is_database(path) { FileKind::Workbook } else { FileKind::List }
}

/// A file that cannot be read is none: what reads it next says why.
fn is_database(path: &Path) -> bool {
    let mut start = [0; 16];
    path.is_file()
        && std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"SQLite format 3\0"
}

fn make_folder(folder: &Path) -> EngineResult<()> {
    std::fs::create_dir_all(folder).map_err(|error| EngineError::Unwritable {
        path: folder.to_path_buf(),
        reason: Sentence::verbatim(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Sample;
    use kindred_engine::import;

    #[test]
    fn every_sample_is_as_large_as_the_start_screen_says() {
        for sample in &samples::SAMPLES {
            let shown = Sample::from(sample);
            let source = Source::Text { name: sample.file_name, text: sample.contents, html: None };
            let preview = import::preview(source, None).expect("a sample can be read");
            assert_eq!(preview.report.problems, [], "{} has no problems", shown.name);
            assert_eq!(
                preview.report.kept, shown.item_count as usize,
                "{} is that large",
                shown.name
            );
        }
    }

    #[test]
    fn a_workbook_is_told_from_a_list_by_name_or_contents() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (name, contents, kind) in [
            ("words.txt", b"apple\n".as_slice(), FileKind::List),
            ("words.KINDRED", b"not even a database", FileKind::Workbook),
            ("words.renamed", b"SQLite format 3\0 and so on", FileKind::Workbook),
            ("empty", b"", FileKind::List),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, contents).expect("a file can be written");
            assert_eq!(kind_of(&path), kind, "what {name} is");
        }
        assert_eq!(
            kind_of(folder.path()),
            FileKind::List,
            "reading the folder as a list says what is wrong"
        );
    }

    #[test]
    fn a_workbook_is_called_after_its_list() {
        for (source, name) in [
            (
                ListSource::Files { paths: vec!["/home/me/Shopping words.csv".to_owned()] },
                "Shopping words",
            ),
            (ListSource::Text { text: "apple".to_owned(), html: None }, "Pasted list"),
            (ListSource::Sample { id: "mixed-words".to_owned() }, "Mixed words"),
        ] {
            assert_eq!(workbook_name(&source), name, "the name of a workbook from {source:?}");
        }
    }
}
