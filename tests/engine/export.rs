//! What is exported is whole, is what it was, and opens in other programs as text and nothing else.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use kindred_engine::Error;
use kindred_engine::edits::Edit;
use kindred_engine::export::{self, ExportFormat, ExportOptions, Facts, from_safe, safe};
use kindred_engine::import::ImportedList;
use kindred_engine::items::{Item, ItemId, normalise};
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::topics::{Placement, Sorting, Topic, TopicId};
use kindred_engine::workbook::Workbook;
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
    let label = "Sorted".to_owned();
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

const ALL: [ExportFormat; 3] = [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Json];

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

/// Was told to stop.
struct Stopped;

impl Monitor for Stopped {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        true
    }
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
