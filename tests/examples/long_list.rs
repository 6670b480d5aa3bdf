//! What a workbook of a very long list takes in memory and time.
//!
//! `cargo run -p kindred-tests --example long_list -- make FILE.kindred 990000`, then the same with
//! `open`, which counts in a process that never held the list otherwise.

#![expect(clippy::print_stdout, reason = "it is run by hand")]

use std::path::Path;
use std::time::Instant;

use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::{Embedder as _, ModelKey};
use kindred_engine::import::{ImportedList, ImportedVectors};
use kindred_engine::items::{Item, ItemId};
use kindred_engine::monitor::Silent;
use kindred_engine::store::Day;
use kindred_engine::workbook::{Origin, Workbook};

const DIM: usize = 384;
/// Items whose cells are asked for at once, as an exporter does.
const PART: usize = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["make", path, items] => make(Path::new(path), items.parse()?),
        ["open", path] => open(Path::new(path)),
        _ => Err("long_list make FILE ITEMS, or long_list open FILE".into()),
    }
}

fn make(path: &Path, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut list = numbered(0, count);
    let value = |place: usize| ((place * 2_654_435_761) % 1_000) as f32 - 499.5;
    list.vectors = Some(ImportedVectors { dim: DIM, rows: (0..count * DIM).map(value).collect() });
    let origin = Origin {
        name: "long".to_owned(),
        source_name: "long".to_owned(),
        seed: 1,
        created_at_secs: 0,
    };
    told("the list", || Ok(()))?;
    told("made", || Workbook::create(path, &list, &origin, model()))?;
    Ok(())
}

fn open(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut workbook = told("opened", || Workbook::open(path, Day::from_unix_secs(0), model()))?;
    let count = workbook.items().len();
    told("cells read", || {
        for first in (0..count).step_by(PART) {
            let part: Vec<ItemId> =
                (first..count.min(first + PART)).map(ItemId::from_index).collect();
            workbook.cells(&part)?;
        }
        Ok(())
    })?;
    let more = numbered(count - 1_000, 6_000);
    let brought = ImportedList {
        vectors: Some(ImportedVectors { dim: DIM, rows: vec![1.0; more.items.len() * DIM] }),
        ..more
    };
    told("added 5,000", || workbook.add(&brought, &Silent))?;
    told("undone", || workbook.undo())?;
    told("redone", || workbook.redo())?;
    told("undone", || workbook.undo())?;
    told("copied", || workbook.save_copy(&path.with_extension("copy")))?;
    drop(workbook);
    workbook = told("opened again", || Workbook::open(path, Day::from_unix_secs(0), model()))?;
    told("vectors read", || workbook.vectors())?;
    Ok(())
}

fn numbered(first: usize, count: usize) -> ImportedList {
    let numbers = first..first + count;
    let items = numbers.clone().map(|number| Item {
        text: format!("a text of usual length {number}"),
        category: None,
        occurrences: 1,
    });
    ImportedList {
        source_name: "long".to_owned(),
        items: items.collect(),
        columns: vec!["note".to_owned(), "page".to_owned()],
        cells: numbers.flat_map(|number| [format!("note {number}"), number.to_string()]).collect(),
        ..ImportedList::default()
    }
}

fn model() -> ModelKey {
    HashingEmbedder::new(DIM).key().clone()
}

fn told<T>(
    what: &str,
    act: impl FnOnce() -> kindred_engine::Result<T>,
) -> kindred_engine::Result<T> {
    let start = Instant::now();
    let done = act()?;
    println!("{what}: {:.2} s, {}", start.elapsed().as_secs_f64(), memory());
    Ok(done)
}

/// What the system says this process holds, and held at most.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines =
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}
