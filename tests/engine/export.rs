//! What is exported opens in a spreadsheet as what it is: text.

use kindred_engine::export::{from_safe, safe, write_csv};
use kindred_engine::items::{Item, ItemId, normalise};
use kindred_engine::topics::{Placement, Sorting, Topic, TopicId};
use proptest::prelude::*;

use crate::desk::{Desk, kind, sorting};

fn items(texts: &[&str]) -> Vec<Item> {
    texts.iter().map(|&text| Item { text: text.into(), category: None, occurrences: 1 }).collect()
}

fn cells(path: &std::path::Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).expect("it was written");
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").expect("Excel needs the byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader
        .records()
        .map(|row| row.expect("sound CSV").iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn an_export_has_text_topic_and_confidence_in_the_order_asked_for() {
    let desk = Desk::new();
    let path = desk.path("out.csv");
    let topic = Topic {
        id: TopicId(7),
        name: "@home, \"sweet\"".into(),
        named_by_person: true,
        alternates: vec![],
        colour: 0,
        stability: 1.0,
    };
    let place = |topic, confidence| Placement { topic, confidence, ..Placement::UNSORTED };
    let sorting = Sorting {
        topics: vec![topic],
        placements: vec![
            place(Some(TopicId(7)), 0.5),
            place(None, 0.125),
            place(Some(TopicId(7)), 1.0),
        ],
        ..Sorting::default()
    };
    let items = items(&["=1+1", "pear, ripe", "crème"]);
    let order = [ItemId(2), ItemId(1), ItemId(0)];
    write_csv(&path, &items, &sorting, &order).expect("it can be written");
    assert_eq!(
        cells(&path),
        [
            ["text", "topic", "confidence"],
            ["crème", "'@home, \"sweet\"", "1.000"],
            ["pear, ripe", "", "0.125"],
            ["'=1+1", "'@home, \"sweet\"", "0.500"],
        ],
        "the given order, Unsorted without a topic, formulas made harmless in texts and names"
    );
    write_csv(&path, &items, &Sorting::default(), &[ItemId(1)]).expect("it replaces the old file");
    assert_eq!(
        cells(&path)[1..],
        [["pear, ripe", "", ""]],
        "before topics are found there are only texts"
    );
    let left: Vec<_> = std::fs::read_dir(desk.folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

#[test]
fn a_failed_export_says_why_and_leaves_the_old_file() {
    let desk = Desk::new();
    let items = items(&["apple"]);
    let nowhere = desk.path("no such folder/out.csv");
    let error =
        write_csv(&nowhere, &items, &Sorting::default(), &[]).expect_err("there is no such folder");
    assert_eq!(kind(&error), "Unwritable", "{error}");
    assert!(error.to_string().contains("no such folder"), "the path is told: {error}");

    let path = desk.write("out.csv", "precious");
    let error = write_csv(&path, &items, &Sorting::default(), &[ItemId(1)])
        .expect_err("there is no item 1");
    assert_eq!(kind(&error), "Invalid", "{error}");
    assert_eq!(std::fs::read(&path).expect("still there"), b"precious", "nothing was touched");
}

proptest! {
    #[test]
    fn no_cell_starts_as_a_formula_and_every_text_comes_back(texts in proptest::collection::vec("['=+@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}-]{0,3}.{0,8}", 1..8)) {
        for text in &texts {
            let cell = safe(text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?} is a formula");
            prop_assert_eq!(from_safe(&cell), text, "and can be taken back");
        }
        let texts: Vec<String> = texts.iter().map(|text| normalise(text)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let desk = Desk::new();
        let path = desk.path("out.csv");
        let order: Vec<ItemId> = (0..texts.len()).rev().map(ItemId::from_index).collect();
        write_csv(&path, &items(&texts), &sorting(texts.len(), 2, 1), &order).expect("it can be written");
        let rows = cells(&path);
        let back: Vec<&str> = rows[1..].iter().rev().map(|row| from_safe(&row[0])).collect();
        prop_assert_eq!(back, texts, "the file gives every text back");
    }
}
