//! From a list to a new workbook.

use std::io::Read as _;
use std::path::Path;

use kindred_engine::embed::instant;
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::import::{self, Source};
use kindred_engine::workbook::{Origin, Workbook};
use tauri::AppHandle;

use super::blocking;
use super::workbook::view;
use crate::error::Result;
use crate::messages::{FileKind, ImportOptions, ImportPreview, ListSource, WorkbookView};
use crate::models::for_new_lists;
use crate::state::now_secs;
use crate::{places, samples, window};

/// Where every random choice starts: one list gives one result, on every computer.
const SEED: u64 = 1;

/// Reads a list without keeping it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_list(
    app: AppHandle,
    source: ListSource,
    options: Option<ImportOptions>,
) -> Result<ImportPreview> {
    blocking(app, move |_| {
        let options = options.map(TryInto::try_into).transpose()?;
        Ok(import::preview(engine_source(&source)?, options.as_ref())?.into())
    })
    .await
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
    source: ListSource,
    options: ImportOptions,
) -> Result<WorkbookView> {
    let folder = places::workbooks(&app);
    let handle = app.clone();
    blocking(app, move |state| {
        let list = import::read(engine_source(&source)?, &options.try_into()?)?;
        let folder = folder.map_err(crate::error::AppError::internal)?;
        let name = workbook_name(&source);
        let origin = Origin {
            name: name.clone(),
            source_name: list.source_name.clone(),
            seed: SEED,
            created_at_secs: now_secs(),
        };
        make_folder(&folder)?;
        let path = places::free_path(&folder, &name);
        let wanted = for_new_lists(&state.models);
        let is_draft = list.items.len() >= DRAFT_FROM && wanted != instant::key();
        let first = if is_draft { instant::key() } else { wanted.clone() };
        let workbook = Workbook::create(&path, &list, &origin, first)?;
        if is_draft {
            workbook.set_next_model(Some(&wanted))?;
        }
        let workbook = state.install(workbook);
        window::set_title(&handle, Some(workbook.name()));
        Ok(view(state, &workbook)?)
    })
    .await
}

fn engine_source(source: &ListSource) -> EngineResult<Source<'_>> {
    match source {
        ListSource::File { path } => Ok(Source::File(Path::new(path))),
        ListSource::Text { text } => Ok(Source::Text { name: PASTED, text }),
        ListSource::Sample { id } => samples::find(id)
            .map(|sample| Source::Text { name: sample.file_name, text: sample.contents })
            .ok_or_else(|| EngineError::Invalid(format!("There is no sample called {id}."))),
    }
}

/// A list this long is sorted at once by Instant, while the model that was chosen still reads it.
const DRAFT_FROM: usize = 40_000;

const PASTED: &str = "Pasted list";

fn workbook_name(source: &ListSource) -> String {
    match source {
        ListSource::File { path } => {
            Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
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
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Sample;

    #[test]
    fn every_sample_is_as_large_as_the_start_screen_says() {
        for sample in &samples::SAMPLES {
            let shown = Sample::from(sample);
            let source = ListSource::Sample { id: shown.id };
            let source = engine_source(&source).expect("a sample of that id is there");
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
            (ListSource::File { path: "/home/me/Shopping words.csv".to_owned() }, "Shopping words"),
            (ListSource::Text { text: "apple".to_owned() }, "Pasted list"),
            (ListSource::Sample { id: "mixed-words".to_owned() }, "Mixed words"),
        ] {
            assert_eq!(workbook_name(&source), name, "the name of a workbook from {source:?}");
        }
    }
}
