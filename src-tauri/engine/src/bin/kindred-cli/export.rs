//! The command `export`: a workbook, or a list that becomes one, in another format.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use kindred_engine::analyse::map::Method;
use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::embed::Embedder as _;
use kindred_engine::embed::onnx::default_key;
use kindred_engine::export::{ExportFormat, ExportOptions, Facts, write};
use kindred_engine::sentence::Sentence;
use kindred_engine::store::Day;
use kindred_engine::workbook::{MapKey, Origin, Workbook};
use kindred_engine::{Error, Result};
use serde_json::json;

use crate::arguments::Arguments;
use crate::print;
use crate::resources::{OnStandardError, Resources, read};

/// Endings and what they stand for.
const FORMATS: [(&str, ExportFormat); 7] = [
    ("csv", ExportFormat::Csv),
    ("xlsx", ExportFormat::Xlsx),
    ("json", ExportFormat::Json),
    ("npy", ExportFormat::Npy),
    ("tsv", ExportFormat::Projector),
    ("parquet", ExportFormat::Parquet),
    ("html", ExportFormat::Report),
];

pub(crate) fn export(
    arguments: &Arguments,
    file: &Path,
    out: &Path,
    way: Way,
    is_exact: bool,
) -> Result<()> {
    let ending = out.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let Some(&(_, format)) = FORMATS.iter().find(|(known, _)| *known == ending) else {
        let known: Vec<String> = FORMATS.iter().map(|(known, _)| format!(".{known}")).collect();
        return Err(Error::Invalid(Sentence::verbatim(format!(
            "--out has to end with one of {}: {}",
            known.join(", "),
            out.display()
        ))));
    };
    let options = ExportOptions { format, items: None, is_exact, has_mark: !is_exact };
    let resources = Resources::find(arguments)?;
    let today = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let today = Day::from_unix_secs(today);
    let facts = |workbook: &Workbook| Facts {
        model_name: resources.library().name_of(&workbook.model()),
        written_at: today.to_string(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let monitor = OnStandardError::new();
    if file.extension().is_some_and(|ending| ending == "kindred") {
        let workbook = Workbook::open(file, today, default_key())?;
        write(&workbook, out, &options, &facts(&workbook), &monitor)?;
        return print(&json!({ "items": workbook.items().len(), "out": out }));
    }
    let list = read(file, arguments)?;
    let folder = tempfile::tempdir().map_err(|error| Error::Unwritable {
        path: std::env::temp_dir(),
        reason: Sentence::verbatim(error.to_string()),
    })?;
    let origin = Origin {
        name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        source_name: list.source_name.clone(),
        seed: arguments.seed,
        created_at_secs: 0,
    };
    let mut model = resources.chosen(arguments)?;
    let vocabulary = resources.vocabulary()?;
    let namer = resources.namer(&vocabulary, &model)?;
    let key = model.key().clone();
    let path = folder.path().join("exported.kindred");
    let workbook = Workbook::create(&path, &list, &origin, key.clone())?;
    workbook.embed(&mut model, &monitor)?;
    let params = FindTopics { way, count: arguments.topics, seed: arguments.seed };
    workbook.find_topics(&params, workbook.naming(&namer, &key), &monitor)?;
    if format == ExportFormat::Report {
        let map = MapKey { model: key, method: Method::Umap, dims: 2 };
        workbook.lay_out(&map, &monitor, &mut |_| ())?;
    }
    write(&workbook, out, &options, &facts(&workbook), &monitor)?;
    print(&json!({ "items": workbook.items().len(), "out": out }))
}
