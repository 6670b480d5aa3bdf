//! What is exported is whole, is what it was, and opens in other programs as text and nothing else.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use kindred_engine::Error;
use kindred_engine::edits::Edit;
use kindred_engine::export::{self, ExportFormat, ExportOptions, Facts, from_safe, safe};
use kindred_engine::import::{self, ImportedList};
use kindred_engine::items::{Item, ItemId, normalise};
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::sentence::Sentence;
use kindred_engine::topics::{Placement, Sorting, Topic, TopicId};
use kindred_engine::workbook::Workbook;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;
use proptest::prelude::*;

use crate::desk::{Desk, embedder, kind, sorting};

/// Texts that programs take for something else.
pub(crate) const HOSTILE: [&str; 24] = [
    "=1+1",
    "+49 30 1234",
    "-cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "'=already quoted",
    "\u{ff1d}1+1",
    "say \"hello\"",
    "semi;colon, comma",
    "</script><script>alert(1)</script>",
    "]]>",
    "<!-- -->",
    "&amp; &lt;",
    "\u{202e}right to left\u{202c}",
    "שלום עולם",
    "👩‍👩‍👧‍👦 family",
    "_x0041_ is no A",
    "http://example.org/page",
    "mailto:someone",
    "file:///etc/passwd",
    "1.50",
    "2026-11-26",
    "TRUE",
    "#REF!",
    "NaN",
];

pub(crate) fn facts() -> Facts {
    Facts {
        model_name: "Spelling".into(),
        written_at: "26 November 2026".into(),
        app_version: "0.1.0".into(),
    }
}

pub(crate) fn options(format: ExportFormat) -> ExportOptions {
    ExportOptions { format, items: None, is_exact: false, has_mark: true }
}

pub(crate) fn list_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> ImportedList {
    let item = |text: &str| Item { text: text.into(), category: None, occurrences: 1 };
    ImportedList { items: texts.into_iter().map(item).collect(), ..ImportedList::default() }
}

/// A workbook of `list`, embedded and sorted like this.
pub(crate) fn sorted(desk: &Desk, list: &ImportedList, sorting: Sorting) -> Workbook {
    let workbook = desk.workbook(list);
    workbook.embed(&mut embedder(), &Silent).expect("any text has a spelling");
    let label = Sentence::verbatim("Sorted");
    workbook.apply(&Edit::ReplaceSorting { sorting, label }).expect("the sorting is sound");
    workbook
}

pub(crate) fn topic(id: u32, name: &str) -> Topic {
    Topic {
        id: TopicId(id),
        name: name.into(),
        named_by_person: true,
        alternates: vec!["=other".into()],
        colour: id,
        stability: 1.0,
    }
}

/// The hostile texts in topics of hostile names, two of them equal; the last four are in Unsorted.
pub(crate) fn hostile(desk: &Desk) -> Workbook {
    let mut list = list_of(HOSTILE);
    list.items[0].category = Some("=cat".into());
    list.items[1].occurrences = 7;
    let topics = vec![topic(3, "=topic"), topic(5, "<b>same</b>"), topic(8, "<b>same</b>")];
    let place = |item: usize| {
        let of = |place: usize| [TopicId(3), TopicId(5), TopicId(8)][place % 3];
        Placement {
            topic: (item < HOSTILE.len() - 4).then_some(of(item)),
            pinned: item % 3 == 1,
            suggested: Some(of(item)),
            confidence: 0.25 + item as f32 / 100.0,
            runner_up: Some(of(item + 1)),
            runner_up_confidence: 0.1,
        }
    };
    let placements = (0..HOSTILE.len()).map(place).collect();
    sorted(desk, &list, Sorting { topics, placements, ..Sorting::default() })
}

fn write(workbook: &Workbook, path: &Path, options: &ExportOptions) {
    export::write(workbook, path, options, &facts(), &Silent).expect("it can be written");
}

/// What every table says of the hostile list: the seven columns, row by row.
fn expected() -> Vec<[String; 7]> {
    let name = |place: usize| ["=topic", "<b>same</b>", "<b>same</b>"][place % 3].to_owned();
    (0..HOSTILE.len())
        .map(|item| {
            [
                HOSTILE[item].to_owned(),
                if item < HOSTILE.len() - 4 { name(item) } else { String::new() },
                format!("{:.3}", 0.25 + item as f64 / 100.0),
                name(item + 1),
                if item % 3 == 1 { "yes" } else { "no" }.to_owned(),
                if item == 0 { "=cat" } else { "" }.to_owned(),
                if item == 1 { "7" } else { "1" }.to_owned(),
            ]
        })
        .collect()
}

const COLUMNS: [&str; 7] =
    ["text", "topic", "confidence", "runner_up", "pinned", "category", "occurrences"];

fn csv_cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader
        .records()
        .map(|row| row.expect("sound CSV").iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn csv_has_all_columns_and_is_safe_or_exact() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let path = desk.path("out.csv");
    write(&workbook, &path, &options(ExportFormat::Csv));
    let bytes = std::fs::read(&path).expect("it was written");
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").expect("Excel needs the byte order mark");
    let rows = csv_cells(text);
    assert_eq!(rows[0], COLUMNS, "the columns in their order");
    for (row, expected) in rows[1..].iter().zip(expected()) {
        let back: Vec<&str> = row.iter().map(|cell| from_safe(cell)).collect();
        assert_eq!(back, expected, "every cell can be taken back");
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell:?} would be a formula");
        }
    }
    assert_eq!(rows[1][..2], ["'=1+1", "'=topic"], "an apostrophe makes a formula a text");

    let exact = ExportOptions {
        items: Some(vec![ItemId(23), ItemId(0)]),
        is_exact: true,
        has_mark: false,
        ..options(ExportFormat::Csv)
    };
    write(&workbook, &path, &exact);
    let rows = csv_cells(&std::fs::read(&path).expect("it replaced the old file"));
    assert_eq!(rows.len(), 3, "only the items asked for");
    assert_eq!(rows[1], expected()[23], "in the order asked for, an item of Unsorted has no topic");
    assert_eq!(rows[2], expected()[0], "and every text as it is");
    let left = std::fs::read_dir(desk.folder.path()).expect("a folder");
    let left: Vec<_> = left
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|e| e == "part"))
        .collect();
    assert!(left.is_empty(), "no temporary file is left: {left:?}");
}

#[test]
fn before_topics_are_found_there_are_only_texts() {
    let desk = Desk::new();
    let workbook = desk.workbook(&list_of(["pear, ripe"]));
    let path = desk.path("out.csv");
    write(&workbook, &path, &options(ExportFormat::Csv));
    let bytes = std::fs::read(&path).expect("it was written");
    assert_eq!(
        csv_cells(&bytes[3..])[1],
        ["pear, ripe", "", "", "", "no", "", "1"],
        "neither topics nor how sure the machine is"
    );
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(path).expect("a sound workbook");
    let range = book.worksheet_range(name).expect("the sheet is there");
    let formulas = book.worksheet_formula(name).expect("the sheet is there");
    let mut formulas = formulas.used_cells().filter(|cell| !cell.2.is_empty());
    assert!(formulas.next().is_none(), "{name} has no formulas");
    range.rows().map(<[Data]>::to_vec).collect()
}

fn text(cell: &Data) -> &str {
    match cell {
        Data::String(text) => text,
        Data::Empty => "",
        other => panic!("{other:?} is no text"),
    }
}

#[test]
fn an_excel_workbook_has_texts_and_numbers_and_no_formula() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let path = desk.path("out.xlsx");
    write(&workbook, &path, &options(ExportFormat::Xlsx));
    let rows = sheet(&path, "Items");
    assert_eq!(rows[0].iter().map(text).collect::<Vec<_>>(), COLUMNS, "the columns in their order");
    assert_eq!(rows.len(), HOSTILE.len() + 1, "a row per item");
    for (row, expected) in rows[1..].iter().zip(expected()) {
        for column in [0, 1, 3, 4, 5] {
            assert_eq!(text(&row[column]), expected[column], "column {column} is that very text");
        }
        let number = |column: usize| match row[column] {
            Data::Float(number) => number,
            Data::Int(number) => number as f64,
            ref other => panic!("{other:?} is no number"),
        };
        assert_eq!(format!("{:.3}", number(2)), expected[2], "confidence is a number");
        assert_eq!(number(6).to_string(), expected[6], "so are occurrences");
    }

    let topics = sheet(&path, "Topics");
    let names: Vec<&str> = topics[1..].iter().map(|row| text(&row[0])).collect();
    assert_eq!(names, ["=topic", "<b>same</b>", "<b>same</b>", "Unsorted"], "a row per topic");
    assert_eq!(topics[1][2], Data::Float(7.0), "its size");
    assert!(text(&topics[1][5]).contains("=1+1"), "typical items, as text");

    let similarity = sheet(&path, "Similarity");
    assert_eq!(similarity.len(), HOSTILE.len() + 1, "a row per item and names above");
    let order = workbook.heatmap().expect("all is embedded");
    for (place, row) in similarity[1..].iter().enumerate() {
        let name = HOSTILE[order.order()[place] as usize];
        assert_eq!(text(&row[0]), name, "ordered as the heatmap");
        assert_eq!(text(&similarity[0][place + 1]), name, "in both directions");
        assert!(matches!(row[place + 1], Data::Empty), "an item with itself is left out");
    }
    let exact = order.similarities(2..3, 7..8)[0];
    let Data::Float(told) = similarity[3][8] else { panic!("{:?}", similarity[3][8]) };
    assert!((told - f64::from(exact)).abs() < 0.001, "{told} is {exact}");

    let about = sheet(&path, "About");
    let told = |name: &str| {
        let row = about.iter().find(|row| text(&row[0]) == name).expect("it is told");
        row[1].to_string()
    };
    assert_eq!(told("model"), "Spelling", "whose vectors");
    assert_eq!(told("written"), "26 November 2026", "when");
    assert_eq!(told("dimensions"), "32", "of how many numbers");
    assert_eq!(told("version"), "0.1.0", "by what");
}

#[test]
fn an_excel_workbook_of_many_items_compares_topics_and_cuts_what_is_too_long() {
    let desk = Desk::new();
    let mut list = crate::desk::numbered(1_200);
    list.items[0].text = "é".repeat(40_000);
    let workbook = sorted(&desk, &list, sorting(1_200, 3, 1));
    let path = desk.path("out.xlsx");
    write(&workbook, &path, &options(ExportFormat::Xlsx));
    let rows = sheet(&path, "Items");
    assert_eq!(text(&rows[1][0]).chars().count(), 32_767, "as much as a cell holds");
    let about = sheet(&path, "About");
    let note = about.iter().find(|row| text(&row[0]) == "note").expect("and it is told");
    assert!(text(&note[1]).starts_with("1 cell"), "how often: {:?}", note[1]);
    let similarity = sheet(&path, "Similarity");
    assert!(text(&similarity[0][0]).starts_with("Mean similarity of topics"), "it says so");
    assert_eq!(similarity.len(), 5, "three topics and Unsorted, and their names");
    // By brute force over the pairs.
    let vectors = workbook.vectors().expect("all is embedded");
    let sorting = workbook.sorting();
    let members = |place: usize| sorting.members(Some(sorting.topics[place].id)).map(ItemId::index);
    let mean = |a: usize, b: usize| {
        let (mut sum, mut pairs) = (0.0, 0);
        for one in members(a) {
            for other in members(b).filter(|&other| other != one) {
                let products = vectors.row(one).iter().zip(vectors.row(other));
                sum += products.map(|(x, y)| f64::from(x * y)).sum::<f64>();
                pairs += 1;
            }
        }
        sum / f64::from(pairs)
    };
    for (a, b) in [(0, 0), (0, 2), (2, 1)] {
        let Data::Float(told) = similarity[a + 1][b + 1] else { panic!("no number") };
        assert!((told - mean(a, b)).abs() < 0.001, "topics {a}, {b}: {told} is {}", mean(a, b));
    }
}

#[test]
fn json_keeps_topics_of_equal_names_apart() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let path = desk.path("out.json");
    write(&workbook, &path, &options(ExportFormat::Json));
    let file = std::fs::read(&path).expect("it was written");
    let json: serde_json::Value = serde_json::from_slice(&file).expect("sound JSON");
    assert_eq!(json["kindred"], "0.1.0", "which version wrote it");
    assert_eq!(json["model"], "Spelling", "whose vectors");
    let ids: Vec<&serde_json::Value> =
        json["topics"].as_array().expect("topics").iter().map(|topic| &topic["id"]).collect();
    assert_eq!(ids, [3, 5, 8], "topics in their order");
    assert_eq!(json["topics"][1]["size"], 7, "with their sizes");
    let items = json["items"].as_array().expect("items");
    assert_eq!(items.len(), HOSTILE.len(), "an object per item");
    for (item, expected) in items.iter().zip(expected()) {
        assert_eq!(item["text"], expected[0], "the very text");
        assert_eq!(item["topic"].as_str().unwrap_or_default(), expected[1], "the topic's name");
        assert_eq!(item["pinned"], expected[4] == "yes", "and whether it was put there");
    }
    assert_eq!((&items[1]["topic_id"], &items[2]["topic_id"]), (&5.into(), &8.into()), "by id");
    assert_eq!(items[0]["confidence"], 0.25, "a number");
    assert_eq!(items[0].get("columns"), None, "this list has no other columns");
}

const ALL: [ExportFormat; 7] = [
    ExportFormat::Csv,
    ExportFormat::Xlsx,
    ExportFormat::Json,
    ExportFormat::Npy,
    ExportFormat::Projector,
    ExportFormat::Parquet,
    ExportFormat::Report,
];

fn path_for(desk: &Desk, folder: &str, format: ExportFormat) -> PathBuf {
    let ending = match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Xlsx => "xlsx",
        ExportFormat::Json => "json",
        ExportFormat::Npy => "npy",
        ExportFormat::Projector => "tsv",
        ExportFormat::Parquet => "parquet",
        ExportFormat::Report => "html",
    };
    desk.path(&format!("{folder}out.{ending}"))
}

/// Everything in a folder, with what is in it.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .filter(|file| file.path().is_file())
        .map(|file| (file.path(), std::fs::read(file.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn a_failed_export_says_why_and_leaves_the_old_files() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    std::fs::create_dir(desk.path("out")).expect("a folder can be made");
    for format in ALL {
        let nowhere = path_for(&desk, "no such folder/", format);
        let error = export::write(&workbook, &nowhere, &options(format), &facts(), &Silent)
            .expect_err("there is no such folder");
        assert_eq!(kind(&error), "Unwritable", "{format:?}: {error}");
        assert!(error.to_string().contains("no such folder"), "the path is told: {error}");

        let path = path_for(&desk, "out/", format);
        write(&workbook, &path, &options(format));
        let before = contents(&desk.path("out"));
        let wrong = ExportOptions { items: Some(vec![ItemId(24)]), ..options(format) };
        let error = export::write(&workbook, &path, &wrong, &facts(), &Silent)
            .expect_err("there is no item 24");
        assert_eq!(kind(&error), "Invalid", "{format:?}: {error}");
        let error = export::write(&workbook, &path, &options(format), &facts(), &Stopped)
            .expect_err("it was stopped");
        assert!(matches!(error, Error::Cancelled), "{format:?}: {error}");
        assert!(contents(&desk.path("out")) == before, "{format:?}: nothing was touched");
    }
}

#[test]
fn what_was_exported_comes_back_as_it_was() {
    let desk = Desk::new();
    let mut list = list_of(HOSTILE);
    for (item, number) in list.items.iter_mut().zip(1..) {
        item.category = Some(format!("category {}", number % 2));
        item.occurrences = number;
    }
    list.columns = vec!["Topic".into(), "price, in =€".into()];
    list.cells = (0..HOSTILE.len() * 2).map(|cell| format!("=cell {cell}")).collect();
    let topics = vec![topic(3, "=topic"), topic(5, "<b>\"same\"</b>"), topic(8, "שלום")];
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    let place = |item: usize| Placement {
        topic: (item % 4 < 3).then(|| ids[item % 4]),
        pinned: item % 4 < 3 && item.is_multiple_of(5),
        suggested: Some(ids[item % 3]),
        confidence: 0.5,
        runner_up: Some(ids[(item + 1) % 3]),
        runner_up_confidence: 0.1,
    };
    let placements = (0..HOSTILE.len()).map(place).collect();
    let workbook = sorted(&desk, &list, Sorting { topics, placements, ..Sorting::default() });
    for format in [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Json, ExportFormat::Parquet]
    {
        let path = path_for(&desk, "", format);
        write(&workbook, &path, &options(format));
        let files = [path];
        let source = import::Source::Files(&files);
        let options = import::recognise(source).expect("it is recognised");
        let back = import::read(source, &options).expect("it is read");
        let items = |list: &ImportedList| -> Vec<(String, Option<String>, u32)> {
            let told = list.items.iter();
            told.map(|item| (item.text.clone(), item.category.clone(), item.occurrences)).collect()
        };
        assert_eq!(items(&back), items(&list), "{format:?}: the same items");
        let again = Desk::new();
        let again = again.workbook(&back);
        let told = |workbook: &Workbook| -> Vec<(Option<String>, bool)> {
            let sorting = workbook.sorting();
            let name = |id| sorting.topic(id).expect("it is there").name.clone();
            sorting.placements.iter().map(|place| (place.topic.map(name), place.pinned)).collect()
        };
        assert_eq!(told(&again), told(&workbook), "{format:?}: the same topics and pins");
        if format != ExportFormat::Json {
            assert_eq!(back.columns, ["Topic (list)", "price, in =€"], "{format:?}: other columns");
            assert_eq!(back.cells, list.cells, "{format:?}: and what is in them");
        }
    }
    let json = std::fs::read(desk.path("out.json")).expect("it was written");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("sound JSON");
    let columns = serde_json::json!({ "Topic (list)": "=cell 2", "price, in =€": "=cell 3" });
    assert_eq!(json["items"][1]["columns"], columns, "JSON has them in an object of their own");
}

/// Was told to stop.
struct Stopped;

impl Monitor for Stopped {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        true
    }
}

/// Is told to stop once it was asked so often.
struct StoppedLater(AtomicUsize);

impl Monitor for StoppedLater {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

#[test]
fn an_export_that_is_cancelled_anywhere_changes_nothing() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    std::fs::create_dir(desk.path("out")).expect("a folder can be made");
    for format in ALL {
        let path = path_for(&desk, "out/", format);
        let one = ExportOptions { items: Some(vec![ItemId(0), ItemId(1)]), ..options(format) };
        write(&workbook, &path, &one);
        let before = contents(&desk.path("out"));
        let mut stops = 0;
        for asked in 0.. {
            let monitor = StoppedLater(AtomicUsize::new(asked));
            match export::write(&workbook, &path, &options(format), &facts(), &monitor) {
                Ok(()) => break,
                Err(error) => {
                    assert!(matches!(error, Error::Cancelled), "{format:?}, {asked}: {error}");
                    assert!(
                        contents(&desk.path("out")) == before,
                        "{format:?}, {asked}: as it was"
                    );
                }
            }
            stops += 1;
        }
        assert!(stops >= 3, "{format:?} looks often enough: {stops} times");
        assert!(contents(&desk.path("out")) != before, "{format:?} is written in the end");
    }
}

#[test]
fn numpy_gets_vectors_and_texts_in_the_same_order() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let vectors = workbook.vectors().expect("all is embedded");
    let path = desk.path("out.npy");
    let order = vec![ItemId(5), ItemId(0), ItemId(23)];
    write(
        &workbook,
        &path,
        &ExportOptions { items: Some(order.clone()), ..options(ExportFormat::Npy) },
    );
    let array = npyz::NpyFile::new(std::fs::File::open(&path).expect("it was written"));
    let array = array.expect("NumPy's format");
    assert_eq!(array.shape(), [3, 32], "a row per item");
    let values: Vec<f32> = array.into_vec().expect("numbers of four bytes");
    let wanted: Vec<f32> =
        order.iter().flat_map(|item| vectors.row(item.index()).to_vec()).collect();
    assert_eq!(values, wanted, "the very vectors");
    let texts = std::fs::read_to_string(desk.path("out.txt")).expect("texts beside it");
    let wanted: Vec<&str> = order.iter().map(|item| HOSTILE[item.index()]).collect();
    assert_eq!(texts.lines().collect::<Vec<_>>(), wanted, "a line per vector");
}

#[test]
fn the_projector_gets_numbers_and_facts_in_two_files() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    write(&workbook, &desk.path("out.tsv"), &options(ExportFormat::Projector));
    let numbers = std::fs::read_to_string(desk.path("out.vectors.tsv")).expect("numbers");
    let vectors = workbook.vectors().expect("all is embedded");
    for (line, row) in numbers.lines().zip(vectors.rows()) {
        let values: Vec<f32> =
            line.split('\t').map(|value| value.parse().expect("a number")).collect();
        assert_eq!(values, row, "the very vector");
    }
    let facts = std::fs::read_to_string(desk.path("out.metadata.tsv")).expect("facts");
    let rows: Vec<Vec<&str>> = facts.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], COLUMNS, "a header, as there is more than one column");
    assert_eq!(rows[1..], expected(), "the texts as they are: this is for programs");
    assert_eq!(numbers.lines().count(), HOSTILE.len(), "as many rows in both");
    assert!(!desk.path("out.tsv").exists(), "and no third file");
}

#[test]
fn a_second_file_never_replaces_what_only_happens_to_be_called_so() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let list = desk.write("words.txt", "my list");
    let failed = |name: &str, format| {
        export::write(&workbook, &desk.path(name), &options(format), &facts(), &Silent)
            .expect_err("nobody was asked about the other file")
    };
    let error = failed("words.npy", ExportFormat::Npy);
    assert_eq!(kind(&error), "Unwritable", "{error}");
    assert!(error.to_string().contains("words.txt"), "it says which file: {error}");
    assert_eq!(std::fs::read(&list).expect("still there"), b"my list", "the list is untouched");
    assert!(!desk.path("words.npy").exists(), "and nothing is beside it");
    for (mine, other) in [("a.vectors.tsv", "a.metadata.tsv"), ("b.metadata.tsv", "b.vectors.tsv")]
    {
        desk.write(mine, "mine");
        failed(&mine.replace(".vectors", "").replace(".metadata", ""), ExportFormat::Projector);
        assert!(!desk.path(other).exists(), "{mine} is something else");
    }

    write(&workbook, &desk.path("out.npy"), &options(ExportFormat::Npy));
    let some = ExportOptions { items: Some(vec![ItemId(3)]), ..options(ExportFormat::Npy) };
    write(&workbook, &desk.path("out.npy"), &some);
    let texts = std::fs::read_to_string(desk.path("out.txt")).expect("texts beside it");
    assert_eq!(texts.lines().collect::<Vec<_>>(), [HOSTILE[3]], "what it wrote itself it replaces");
    assert!(!desk.path("out.txt.old").exists(), "and leaves nothing");
}

#[test]
fn both_files_of_a_pair_are_new_or_neither() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    // A folder cannot be replaced by a file.
    std::fs::create_dir_all(desk.path("out.npy/full")).expect("a folder can be made");
    desk.write("out.txt", "old texts");
    export::write(&workbook, &desk.path("out.npy"), &options(ExportFormat::Npy), &facts(), &Silent)
        .expect_err("the vectors cannot be put there");
    let texts = std::fs::read(desk.path("out.txt")).expect("still there");
    assert_eq!(texts, b"old texts", "then the texts stay as well");
    let left = contents(desk.folder.path());
    let left: Vec<_> = left
        .iter()
        .filter_map(|(path, _)| path.extension()?.to_str())
        .filter(|end| ["part", "old"].contains(end))
        .collect();
    assert!(left.is_empty(), "and nothing is left over: {left:?}");
}

#[test]
fn vectors_of_a_list_that_is_not_embedded_yet_are_refused() {
    let desk = Desk::new();
    let workbook = desk.workbook(&list_of(["apple", "pear"]));
    for format in [ExportFormat::Npy, ExportFormat::Projector] {
        let path = path_for(&desk, "", format);
        let error = export::write(&workbook, &path, &options(format), &facts(), &Silent)
            .expect_err("there are none");
        assert!(error.to_string().contains("embedded"), "{format:?}: {error}");
    }
    for format in
        [ExportFormat::Xlsx, ExportFormat::Json, ExportFormat::Parquet, ExportFormat::Report]
    {
        write(&workbook, &path_for(&desk, "", format), &options(format));
    }
    let rows = sheet(&desk.path("out.xlsx"), "Similarity");
    assert!(text(&rows[0][0]).contains("no similarities"), "the sheet says why it is empty");
}

#[test]
fn parquet_has_typed_columns() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let path = desk.path("out.parquet");
    write(&workbook, &path, &options(ExportFormat::Parquet));
    let reader = SerializedFileReader::new(std::fs::File::open(&path).expect("it was written"));
    let reader = reader.expect("sound Parquet");
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, COLUMNS, "the columns in their order");
    let rows = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row"));
    let mut count = 0;
    for (row, expected) in rows.zip(expected()) {
        let optional = |column| row.get_string(column).map(String::as_str).unwrap_or_default();
        assert_eq!(row.get_string(0).expect("a text"), &expected[0], "the very text");
        assert_eq!(optional(1), expected[1], "the topic's name, or null");
        assert_eq!(format!("{:.3}", row.get_double(2).expect("a double")), expected[2], "a double");
        assert_eq!(optional(3), expected[3], "the second best");
        assert_eq!(row.get_bool(4).expect("a boolean"), expected[4] == "yes", "a boolean");
        assert_eq!(optional(5), expected[5], "the category, or null");
        assert_eq!(row.get_int(6).expect("an integer").to_string(), expected[6], "an integer");
        count += 1;
    }
    assert_eq!(count, HOSTILE.len(), "a row per item");
}

#[test]
fn a_copied_table_is_tab_separated_and_html() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let (tsv, html) = export::table(&workbook, Some(&[ItemId(0), ItemId(8)])).expect("a table");
    let rows: Vec<Vec<&str>> = tsv.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], COLUMNS, "with a header");
    assert_eq!(rows[1][..2], ["'=1+1", "'=topic"], "safe for spreadsheets");
    assert_eq!(rows.len(), 3, "only the items asked for");
    let document = scraper::Html::parse_fragment(&html);
    let cell = scraper::Selector::parse("tbody tr:nth-child(2) td:first-child").expect("sound");
    let told: String = document.select(&cell).flat_map(|cell| cell.text()).collect();
    assert_eq!(told, HOSTILE[8], "a script is a text");
    let script = scraper::Selector::parse("script").expect("sound");
    assert!(document.select(&script).next().is_none(), "and no script");
    export::table(&workbook, Some(&[ItemId(99)])).expect_err("there is no item 99");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn no_cell_starts_as_a_formula_and_every_text_comes_back(texts in proptest::collection::vec("['=+@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}-]{0,3}.{0,8}", 250)) {
        for text in &texts {
            let cell = safe(text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?} is a formula");
            prop_assert_eq!(from_safe(&cell), text, "and can be taken back");
        }
        let texts: std::collections::BTreeSet<String> =
            texts.iter().map(|text| normalise(text)).filter(|text| !text.is_empty()).collect();
        let desk = Desk::new();
        let workbook = desk.workbook(&list_of(texts.iter().map(String::as_str)));
        let path = desk.path("out.csv");
        write(&workbook, &path, &options(ExportFormat::Csv));
        let bytes = std::fs::read(&path).expect("it was written");
        let rows = csv_cells(&bytes[3..]);
        let back: Vec<&str> = rows[1..].iter().map(|row| from_safe(&row[0])).collect();
        prop_assert!(back.iter().eq(&texts), "the file gives every text back");
        let formula = rows.iter().flatten().find(|cell| cell.starts_with(['=', '+', '-', '@']));
        prop_assert_eq!(formula, None, "and holds no formula");
    }
}
