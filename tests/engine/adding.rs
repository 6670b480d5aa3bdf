//! What a list brings into a workbook, and what is added to it later.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kindred_engine::analyse::map::Method;
use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::edits::Edit;
use kindred_engine::embed::given::Given;
use kindred_engine::embed::{Embedder as _, embed_all};
use kindred_engine::import::{
    ImportReport, ImportedList, ImportedTopics, ImportedVectors, MAX_ITEMS, MergedText,
};
use kindred_engine::items::{Item, ItemId};
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::sentence::Sentence;
use kindred_engine::sort::{SortInto, WantedTopic};
use kindred_engine::topics::{Placement, Sorting};
use kindred_engine::workbook::{Answer, Judge, MapKey, Workbook};
use proptest::prelude::*;

use crate::desk::{
    DIM, Desk, day, embedder, key, kind, list, numbered, origin, sorting, this_program,
};
use crate::undo::random_edit;

/// `count` texts whose numbers start at `first`, each with the cells of two columns.
fn with_columns(first: usize, count: usize, columns: [&str; 2]) -> ImportedList {
    let mut list = numbered(first + count);
    list.items.drain(..first);
    list.columns = columns.map(str::to_owned).to_vec();
    list.cells = (first..first + count)
        .flat_map(|number| [format!("\u{e9}\"\u{0}{number}"), String::new()])
        .collect();
    list
}

/// Everything that a person can see of a workbook.
#[derive(Debug, PartialEq)]
struct Seen {
    items: Vec<Item>,
    sorting: Sorting,
    columns: Vec<String>,
    cells: Vec<Vec<String>>,
    embedded: usize,
}

fn seen(workbook: &Workbook) -> Seen {
    let snapshot = workbook.snapshot();
    let ids: Vec<ItemId> = (0..snapshot.items.len()).map(ItemId::from_index).collect();
    Seen {
        items: snapshot.items.to_vec(),
        sorting: Sorting::clone(&snapshot.sorting),
        columns: workbook.columns().expect("read"),
        cells: workbook.cells(&ids).expect("read"),
        embedded: workbook.embedded_count(),
    }
}

fn brought(names: &[&str], of_items: &[Option<u32>], pinned: &[bool]) -> Option<ImportedTopics> {
    Some(ImportedTopics {
        names: names.iter().copied().map(str::to_owned).collect(),
        of_items: of_items.to_vec(),
        pinned: pinned.to_vec(),
    })
}

/// The list with the vectors that letters give, three times too long.
fn with_vectors(mut list: ImportedList) -> ImportedList {
    let texts: Vec<&str> = list.items.iter().map(|item| item.text.as_str()).collect();
    let rows = embed_all(&mut embedder(), &texts, &Silent).expect("hashing never fails");
    let rows = rows.values().iter().map(|value| value * 3.0).collect();
    list.vectors = Some(ImportedVectors { dim: DIM, rows });
    list
}

#[test]
fn other_columns_are_kept_and_read_when_asked_for() {
    let desk = Desk::new();
    let list = with_columns(0, 5, ["note", "page"]);
    let workbook = desk.workbook(&list);
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.columns().expect("read"), ["note", "page"], "names in their order");
    let cells = workbook.cells(&[ItemId(4), ItemId(1)]).expect("read");
    assert_eq!(
        cells,
        [vec!["\u{e9}\"\u{0}4", ""], vec!["\u{e9}\"\u{0}1", ""]],
        "in the order asked for, as they were"
    );
    let error = workbook.cells(&[ItemId(5)]).expect_err("there are five");
    assert_eq!(kind(&error), "Invalid", "{error}");
    drop(workbook);
    let plain = Desk::new();
    let workbook = plain.workbook(&numbered(2));
    assert!(workbook.columns().expect("read").is_empty(), "a list of texts has no other columns");
    assert_eq!(
        workbook.cells(&[ItemId(0)]).expect("read"),
        [Vec::<String>::new()],
        "and nothing in them"
    );
}

#[test]
fn what_was_merged_is_remembered() {
    let desk = Desk::new();
    let mut list = numbered(2);
    let merge = |line, text: &str| MergedText { line, text: text.into(), into: "text 1".into() };
    list.report = ImportReport {
        rows: 5,
        kept: 2,
        merged: 3,
        merges: vec![merge(7, "Text 1"), merge(3, "text-1")],
        ..ImportReport::default()
    };
    drop(desk.workbook(&list));
    assert_eq!(*desk.reopen().expect("opens").report(), list.report, "in the order of the list");
}

#[test]
fn a_workbook_begins_with_the_topics_of_its_list() {
    let desk = Desk::new();
    let mut list = numbered(6);
    list.topics = brought(
        &["zebra", " fruit\n", "", "Fruit", "empty"],
        &[Some(1), Some(0), None, Some(3), Some(2), Some(1)],
        &[true, false, false, true, false, false],
    );
    drop(desk.workbook(&list));
    let workbook = desk.reopen().expect("opens");
    let sorting = workbook.sorting();
    let names: Vec<&str> = sorting.topics.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(names, ["zebra", "fruit", "empty"], "in their order, clean, each once");
    assert!(
        sorting.topics.iter().zip(0..).all(|(topic, colour)| {
            topic.named_by_person && topic.colour == colour && topic.id.0 == colour
        }),
        "named by the person, in the colours of new topics: {:?}",
        sorting.topics
    );
    let places: Vec<(Option<u32>, bool)> = sorting
        .placements
        .iter()
        .map(|place| (place.topic.map(|topic| topic.0), place.pinned))
        .collect();
    let wanted = [
        (Some(1), true),
        (Some(0), false),
        (None, false),
        (Some(1), true),
        (None, false),
        (Some(1), false),
    ];
    assert_eq!(places, wanted, "who has no topic waits in Unsorted");
    assert_eq!(workbook.undo_label(), None, "this is how it begins, nothing to undo");
    workbook.apply(&Edit::SetThreshold { threshold: 0.9 }).expect("applied");
    assert_eq!(
        workbook.sorting().placements,
        sorting.placements,
        "nothing moves of which the machine has no opinion"
    );

    let mut too_many = numbered(1);
    let names: Vec<String> = (0..2_000).map(|number| format!("topic {number}")).collect();
    too_many.topics = Some(ImportedTopics { names, of_items: vec![Some(3)], pinned: vec![false] });
    let refused = Workbook::create(&desk.path("many.kindred"), &too_many, &origin(), key());
    assert_eq!(kind(&refused.err().expect("too many")), "Invalid", "nobody reads 2,000 topics");
    assert!(!desk.path("many.kindred").exists(), "nothing is left behind");
}

#[test]
fn vectors_that_came_with_a_list_are_those_of_the_workbook() {
    let desk = Desk::new();
    let mut list = with_vectors(numbered(60));
    let vectors = list.vectors.as_mut().expect("they are there");
    vectors.rows[7 * DIM..8 * DIM].fill(0.0);
    vectors.rows[9 * DIM] = f32::NAN;
    list.columns = vec!["note".into()];
    list.cells = (0..60).map(|number| format!("note {number}")).collect();
    list.report.kept = 60;
    drop(desk.workbook(&list));
    let workbook = desk.reopen().expect("opens");
    let model = workbook.model();
    assert!(model.id.starts_with("given:numbered-"), "whose they are: {}", model.id);
    assert_eq!(workbook.items().len(), 58, "two say nothing");
    assert_eq!(workbook.cells(&[ItemId(7)]).expect("read"), [["note 8"]], "the others keep theirs");
    let report = workbook.report();
    assert_eq!((report.kept, report.problem_count), (58, 2), "and that is told");
    assert!(report.problems[0].message.to_string().starts_with("text 7 was left out"), "by name");
    assert_eq!(workbook.embedded_count(), 58, "all others have their vectors");
    let rows = workbook.vectors().expect("they are there");
    let lengths = rows.rows().map(|row| row.iter().map(|value| value * value).sum::<f32>());
    assert!(lengths.into_iter().all(|length| (length - 1.0).abs() < 1e-5), "of unit length");
    let own = embed_all(&mut embedder(), &["text 0"], &Silent).expect("embedded");
    let cosine: f32 = own.row(0).iter().zip(rows.row(0)).map(|(a, b)| a * b).sum();
    assert!(cosine > 0.99999, "the direction is what it was: {cosine}");

    // Everything that needs no new text works.
    let vocabulary = Vocabulary::empty(DIM);
    let params = FindTopics { way: Way::Kmeans, count: Some(3), seed: 1 };
    workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
    let mut nobody = Given::of(&model).expect("they are given");
    assert_eq!(nobody.dim(), DIM, "as long as they came");
    workbook.embed(&mut nobody, &Silent).expect("there is nothing left to embed");
    workbook.scale(&model, Some(&mut nobody)).expect("short lists are judged by themselves");
    workbook
        .apply(&Edit::NewTopic { name: "mine".into(), items: vec![ItemId(0), ItemId(1)] })
        .expect("applied");
    let mine = workbook.sorting().topics.last().map(|topic| topic.id);
    workbook.followers(&[ItemId(2)], mine, &mut nobody).expect("by its items, not by its name");
    workbook.agreement(Judge::Pins, &mut nobody).expect("pins are judged by other pins");
    let wanted = |topics: &[(&str, &[&str])]| SortInto {
        topics: topics
            .iter()
            .map(|(name, examples)| WantedTopic {
                name: (*name).to_owned(),
                examples: examples.iter().copied().map(str::to_owned).collect(),
            })
            .collect(),
        uses_categories: false,
        uses_names: true,
    };
    let unknown = wanted(&[("mine", &[]), ("others", &[])]);
    let error = workbook.sort_into(&unknown, &mut nobody, &Silent).expect_err("nobody can read it");
    assert!(error.to_string().contains("what others means"), "a plain sentence: {error}");
    let known = wanted(&[("mine", &[]), ("others", &["text 40", "not in the list"])]);
    workbook.sort_into(&known, &mut nobody, &Silent).expect("examples in the list are enough");

    // What needs one says so.
    let error = workbook
        .give_context(ItemId(0), Some("a fruit"), &mut nobody, &Silent)
        .expect_err("nobody can read it");
    assert_eq!(kind(&error), "ModelUnavailable", "{error}");
    let more = ImportedList { items: numbered(70).items, ..ImportedList::default() };
    let error = workbook.add(&more, &Silent).expect_err("they would never be embedded");
    assert!(error.to_string().contains("vectors of 32 numbers"), "what to bring: {error}");
    let added = workbook.add(&with_vectors(more), &Silent).expect("these bring vectors");
    assert_eq!((added.added, added.known), (12, 58), "the two that were left out are new");
    assert_eq!(workbook.vectors().expect("all have theirs").len(), 70, "nothing is to be embedded");

    // Another model reads everything.
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    assert_eq!(workbook.vectors_of(&key()).expect("all").len(), 70, "as in any workbook");
    let none = ImportedList {
        vectors: Some(ImportedVectors { dim: 2, rows: vec![0.0; 4] }),
        ..numbered(2)
    };
    let refused = Workbook::create(&desk.path("none.kindred"), &none, &origin(), key());
    assert_eq!(kind(&refused.err().expect("no text left")), "NothingToImport", "all are zeros");
    let uneven = ImportedList {
        vectors: Some(ImportedVectors { dim: 2, rows: vec![1.0; 3] }),
        ..numbered(2)
    };
    let refused = Workbook::create(&desk.path("none.kindred"), &uneven, &origin(), key());
    assert_eq!(kind(&refused.err().expect("a number is missing")), "Invalid", "one and a half");
}

#[test]
fn what_is_added_can_be_taken_back_and_done_again() {
    let desk = Desk::new();
    let workbook = desk.workbook(&with_columns(0, 10, ["note", "page"]));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook
        .apply(&Edit::ReplaceSorting {
            sorting: sorting(10, 2, 3),
            label: Sentence::verbatim("Found"),
        })
        .expect("applied");
    let before = seen(&workbook);
    let vectors = workbook.vectors().expect("all");
    let (revision, heatmap) = (workbook.revision(), workbook.heatmap().expect("drawn"));

    let mut more = with_columns(8, 4, ["page", "source"]);
    more.topics = brought(
        &["unused", "TOPIC 1 of 3", "new"],
        &[Some(0), Some(1), Some(1), Some(2)],
        &[true, true, true, false],
    );
    let added = workbook.add(&more, &Silent).expect("added");
    assert_eq!((added.added, added.known), (2, 2), "two texts are there already");
    assert!(workbook.revision() > revision, "the window learns of it");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Added 2 words"),
        "one edit, in words"
    );
    assert_eq!(kind(&workbook.vectors().expect_err("two are missing")), "Invalid", "not yet");
    let after = seen(&workbook);
    assert_eq!(after.items[10..], more.items[2..], "at the end, as they came");
    assert_eq!(after.items[..10], before.items, "the others are as they were");
    assert_eq!(after.columns, ["note", "page", "source"], "columns are matched by name");
    assert_eq!(after.cells[10], ["", "\u{e9}\"\u{0}10", ""], "their cells are where they belong");
    assert_eq!(after.cells[3], ["\u{e9}\"\u{0}3", "", ""], "the old ones have nothing in new ones");
    assert_eq!(after.sorting.placements[..10], before.sorting.placements, "nobody moves");
    let topic = |item: usize| {
        let place: Placement = after.sorting.placements[item];
        let name = place.topic.and_then(|id| after.sorting.topic(id)).map(|t| t.name.clone());
        (name.unwrap_or_default(), place.pinned)
    };
    assert_eq!(topic(10), ("topic 1 of 3".into(), true), "in the topic of this name");
    assert_eq!(topic(11), ("new".into(), false), "or in a new one");
    assert_eq!(after.sorting.topics.len(), 3, "one that no new text is in is not made");

    workbook.embed(&mut embedder(), &Silent).expect("only what is missing");
    assert_eq!(workbook.vectors().expect("all").len(), 12, "now all are there");
    assert_eq!(workbook.heatmap().expect("drawn").order().len(), 12, "pictures show all of them");
    let all = seen(&workbook);
    workbook.undo().expect("taken back");
    assert_eq!(seen(&workbook), before, "as it was");
    assert_eq!(workbook.vectors().expect("all"), vectors, "the same vectors");
    assert_eq!(
        workbook.heatmap().expect("drawn").order(),
        heatmap.order(),
        "the same picture as before"
    );
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(seen(&workbook), before, "also after a restart");
    workbook.redo().expect("done again");
    assert_eq!(seen(&workbook), all, "with its vectors, which stayed");
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(seen(&workbook), all, "also after a restart");

    workbook.undo().expect("taken back");
    let other = with_columns(50, 3, ["colour", "page"]);
    workbook.add(&other, &Silent).expect("other ones");
    assert_eq!(workbook.redo_label(), None, "what was taken back is gone");
    let now = seen(&workbook);
    assert_eq!(now.items[10..], other.items, "in place of it");
    assert_eq!(now.columns, ["note", "page", "colour"], "with its columns");
    workbook.quick_check().expect("the file holds together");
    let again = workbook.add(&other, &Silent).expect("nothing new");
    assert_eq!((again.added, again.known), (0, 3), "all are known");
    assert_eq!(seen(&workbook), now, "and stay as they are");
    workbook.undo().expect("taken back");
    assert_eq!(seen(&workbook), before, "adding nothing was no edit");
}

#[test]
fn added_items_are_suggested_into_topics_and_nobody_else_moves() {
    let stems = ["apple pie", "submarine", "violin music"];
    let lines = |range: std::ops::Range<usize>| -> String {
        range.map(|n| format!("{} {}\n", stems[n % 3], n / 3)).collect()
    };
    let desk = Desk::new();
    let workbook = desk.workbook(&list(&lines(0..60)));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let params = FindTopics { way: Way::Kmeans, count: Some(3), seed: 1 };
    workbook.find_topics(&params, &Vocabulary::empty(DIM), &Silent).expect("found");
    let pies = workbook.sorting().placements[0].topic;
    workbook.apply(&Edit::MoveItems { items: vec![ItemId(1)], topic: pies }).expect("pinned");
    let before = workbook.sorting();

    workbook.add(&list(&lines(60..75)), &Silent).expect("added");
    let early = workbook.place_unsorted(&Silent).expect_err("they are not embedded yet");
    assert_eq!(kind(&early), "Invalid", "{early}");
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook.apply(&Edit::MoveItems { items: vec![ItemId(74)], topic: None }).expect("pinned");
    workbook.place_unsorted(&Silent).expect("placed");
    let after = workbook.sorting();
    assert_eq!(after.placements[..60], before.placements[..], "nobody else moves");
    for item in 60..74 {
        let place = after.placements[item];
        assert_eq!(place.topic, before.placements[item % 3 + 30].topic, "item {item} is at home");
        assert!(!place.pinned && place.suggested == place.topic, "by the machine's suggestion");
    }
    assert_eq!(after.placements[74].topic, None, "who was pinned in Unsorted stays there");
}

#[test]
fn what_refers_to_items_follows_them() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(40));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let map = MapKey { model: key(), method: Method::Pca, dims: 2 };
    let laid_out = workbook.lay_out(&map, &Silent, &mut |_| ()).expect("laid out");
    workbook.add(&numbered(45), &Silent).expect("added");
    let seen = workbook.map(&map).expect("asked").expect("kept");
    assert!(seen.is_stale, "it does not show all of the list");
    let positions = &seen.map().positions;
    assert_eq!(positions[..80], laid_out.map().positions, "the others are where they were");
    assert_eq!(positions.len(), 90, "there is a place for everybody");
    assert!(positions[80..].iter().all(|value| value.is_nan()), "which is none for the new ones");
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook.lay_out(&map, &Silent, &mut |_| ()).expect("laid out, lying as before");
    let answer = |first, second| Answer { first, second, is_related: true };
    let answers = [answer(ItemId(1), ItemId(44)), answer(ItemId(1), ItemId(2))];
    workbook.answer(&answers).expect("kept");
    workbook.undo().expect("taken back");
    let seen = workbook.map(&map).expect("asked").expect("kept");
    assert_eq!(seen.map().positions.len(), 80, "who is gone is not on the map");
    assert_eq!(workbook.related().expect("read").answers, answers[1..], "nor in an answer");
    workbook.redo().expect("done again");
    assert_eq!(workbook.related().expect("read").answers, answers, "until it comes back");
    workbook.undo().expect("taken back");
    workbook.apply(&Edit::NewTopic { name: "new".into(), items: vec![] }).expect("applied");
    assert_eq!(workbook.related().expect("read").answers, answers[1..], "or never does");
    workbook.quick_check().expect("the file holds together");
}

#[test]
fn what_cannot_be_added_changes_nothing() {
    /// Stops after so many looks.
    struct Stopping(AtomicUsize);

    impl Monitor for Stopping {
        fn progress(&self, _: Stage, _: usize, _: usize) {}

        fn is_cancelled(&self) -> bool {
            self.0.fetch_sub(1, Ordering::Relaxed) == 1
        }
    }

    let desk = Desk::new();
    let workbook = desk.workbook(&with_columns(0, 10, ["note", "page"]));
    workbook.apply(&Edit::NewTopic { name: "new".into(), items: vec![] }).expect("applied");
    let before = seen(&workbook);
    for looks in [1, 2, 3, 4, 5] {
        let stopping = Stopping(AtomicUsize::new(looks));
        let more = with_columns(0, 10_000, ["other", "page"]);
        let error = workbook.add(&more, &stopping).expect_err("cancelled");
        assert_eq!(kind(&error), "Cancelled", "after {looks} looks");
        assert_eq!(seen(&workbook), before, "after {looks} looks");
        assert_eq!(
            workbook.undo_label().map(|label| label.to_string()).as_deref(),
            Some("Made the topic new"),
            "no edit is kept"
        );
    }
    let too_many = numbered(MAX_ITEMS + 1);
    let error = workbook.add(&too_many, &Silent).expect_err("too many");
    assert!(error.to_string().contains("1,000,001 texts"), "how many it would be: {error}");
    assert_eq!(seen(&workbook), before, "nothing changed");

    let second = desk.reopen().expect("it can be looked at");
    let error = second.add(&numbered(20), &Silent).expect_err("the first one has it");
    assert_eq!(kind(&error), "ReadOnly", "{error}");
    drop((workbook, second));
    let workbook = desk.reopen().expect("opens");
    assert_eq!(seen(&workbook), before, "nothing of it reached the disk");
    workbook.quick_check().expect("the file holds together");
}

#[cfg(unix)]
#[test]
fn a_disk_without_room_leaves_the_list_as_it_was() {
    const CHILD: &str = "KINDRED_TEST_HAS_NO_ROOM";

    if let Some(path) = std::env::var_os(CHILD) {
        let workbook = Workbook::open(Path::new(&path), day(0), key()).expect("it opens");
        let before = seen(&workbook);
        let error = workbook.add(&numbered(20_000), &Silent).expect_err("there is no room");
        assert!(["DiskFull", "Storage"].contains(&kind(&error).as_str()), "{error:?}");
        assert_eq!(seen(&workbook), before, "nothing changed");
        assert_eq!(workbook.undo_label(), None, "no edit is kept");
        workbook.save_copy(&Path::new(&path).with_file_name("copy.kindred")).expect("a small one");
        return;
    }

    let desk = Desk::new();
    drop(desk.workbook(&numbered(10)));
    let program = std::env::current_exe().expect("a test knows its own program");
    // No file may become longer than 300 KB; writing more fails instead of ending the process.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\""])
        .arg(program)
        .args(["adding::a_disk_without_room_leaves_the_list_as_it_was", "--exact", "--nocapture"])
        .env(CHILD, desk.path("words.kindred"))
        .output()
        .expect("the test program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.items().len(), 10, "nothing of it reached the disk");
    workbook.add(&numbered(20_000), &Silent).expect("with room it is added");
    workbook.quick_check().expect("the file holds together");
}

#[test]
fn added_items_are_there_whole_or_not_at_all_when_the_process_is_killed() {
    const CHILD: &str = "KINDRED_TEST_ADDS";
    const FIRST: usize = 50;
    const MORE: usize = 3_000;

    /// The one who reads may be gone: then this is about to be killed.
    fn tell(what: &str) {
        let _ = writeln!(std::io::stdout(), "\n{what}");
    }

    if let Some(path) = std::env::var_os(CHILD) {
        let workbook = Workbook::open(Path::new(&path), day(0), key()).expect("it opens");
        tell("ready");
        for round in 1.. {
            let more = with_columns(FIRST, MORE * round, ["note", "page"]);
            workbook.add(&more, &Silent).expect("added, or killed on the way");
            tell("added");
            workbook.undo().expect("taken back, or killed on the way");
            tell("undone");
        }
    }

    for run in 0..8 {
        let desk = Desk::new();
        drop(desk.workbook(&numbered(FIRST)));
        let path = desk.path("words.kindred");
        let test = "adding::added_items_are_there_whole_or_not_at_all_when_the_process_is_killed";
        let mut child = this_program(test)
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let told = lines
            .map_while(Result::ok)
            .filter(|line| ["ready", "added", "undone"].contains(&line.as_str()));
        assert!(told.take(1 + run / 2).last().is_some(), "the child tells what it does");
        // In the middle of whatever comes next.
        std::thread::sleep(Duration::from_millis(3 + 7 * (run as u64 % 4)));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let workbook = desk.reopen().expect("it opens at once");
        let now = seen(&workbook);
        let added = now.items.len() - FIRST;
        assert!(added.is_multiple_of(MORE), "run {run}: all or none, not {added}");
        let is_undoable = workbook.undo_label().is_some();
        assert_eq!(is_undoable, added > 0, "run {run}: the history says the same");
        assert_eq!(now.columns.len(), if added > 0 { 2 } else { 0 }, "run {run}: as do columns");
        workbook.quick_check().expect("the file is whole");
        if added > 0 {
            workbook.undo().expect("it can be taken back");
        }
        assert_eq!(workbook.items().len(), FIRST, "run {run}: what was there is there");
    }
}

#[test]
fn five_thousand_are_added_to_twenty_thousand_in_no_time() {
    let desk = Desk::new();
    let workbook = desk.workbook(&with_columns(0, 20_000, ["note", "page"]));
    workbook
        .apply(&Edit::ReplaceSorting {
            sorting: sorting(20_000, 12, 1),
            label: Sentence::verbatim("Found"),
        })
        .expect("applied");
    let more = with_columns(20_000, 5_000, ["note", "page"]);
    let took = |what: &str, act: &dyn Fn()| {
        let start = Instant::now();
        act();
        let took = start.elapsed();
        // Alone on the machine a tenth of it. Other tests run beside it.
        assert!(took < Duration::from_secs(2), "{what} took {took:?}");
    };
    took("adding", &|| assert_eq!(workbook.add(&more, &Silent).expect("added").added, 5_000));
    took("undo", &|| workbook.undo().expect("taken back"));
    took("redo", &|| workbook.redo().expect("done again"));
    let ids: Vec<ItemId> = (0..25_000).map(ItemId::from_index).collect();
    took("reading the cells", &|| {
        assert_eq!(workbook.cells(&ids).expect("read").len(), 25_000, "all of them");
    });
}

#[test]
fn items_come_and_go_while_a_job_and_queries_run() {
    let desk = Desk::new();
    let workbook = Arc::new(desk.workbook(&numbered(2_000)));
    workbook
        .apply(&Edit::ReplaceSorting {
            sorting: sorting(2_000, 3, 1),
            label: Sentence::verbatim("Found"),
        })
        .expect("applied");
    std::thread::scope(|threads| {
        let asking = Arc::clone(&workbook);
        threads.spawn(move || {
            for _ in 0..200 {
                let snapshot = asking.snapshot();
                assert_eq!(
                    snapshot.items.len(),
                    snapshot.sorting.placements.len(),
                    "they belong together"
                );
                let _ = asking.topic_profiles();
                let _ = asking.heatmap();
                let _ = asking.pair_statistics();
            }
        });
        let embedding = Arc::clone(&workbook);
        threads.spawn(move || {
            for _ in 0..5 {
                embedding.embed(&mut embedder(), &Silent).expect("embedded");
            }
        });
        for round in 1..20 {
            workbook.add(&numbered(2_000 + 50 * round), &Silent).expect("added");
            workbook.undo().expect("taken back");
            if round % 3 == 0 {
                workbook.redo().expect("done again");
            }
        }
    });
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let vectors = workbook.vectors().expect("all");
    let texts = workbook.items();
    let texts: Vec<&str> = texts.iter().map(|item| item.text.as_str()).collect();
    let wanted = embed_all(&mut embedder(), &texts, &Silent).expect("embedded");
    assert_eq!(*vectors, wanted, "each item has its own vector in the end");
}

#[test]
fn a_copy_is_a_workbook_of_its_own() {
    let desk = Desk::new();
    let workbook = desk.workbook(&with_columns(0, 30, ["note", "page"]));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook.add(&with_columns(0, 35, ["note", "page"]), &Silent).expect("added");
    let wanted = seen(&workbook);
    let copy = desk.path("a copy #1 %.kindred");
    workbook.save_copy(&copy).expect("copied");
    workbook.undo().expect("the original goes on");
    let names: Vec<String> = fs::read_dir(desk.folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("a copy"))
        .collect();
    assert_eq!(names, ["a copy #1 %.kindred"], "one file, without a lock");
    let opened = Workbook::open(&copy, day(0), key()).expect("it opens");
    assert!(!opened.is_read_only(), "nobody else has it");
    assert_eq!(seen(&opened), wanted, "everything is in it");
    assert_eq!(
        opened.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Added 5 words"),
        "also the history"
    );
    opened.quick_check().expect("it is whole");

    let error = workbook.save_copy(&copy).expect_err("it is open");
    assert_eq!(kind(&error), "Unwritable", "{error}");
    opened.apply(&Edit::NewTopic { name: "kept".into(), items: vec![] }).expect("undisturbed");
    drop(opened);
    workbook.save_copy(&copy).expect("over the old copy");
    let opened = Workbook::open(&copy, day(0), key()).expect("it opens");
    assert_eq!(seen(&opened), seen(&workbook), "it holds what is there now");
    drop(opened);

    let itself = desk.path("words.kindred");
    let around = desk.folder.path().join(".").join("words.kindred");
    fs::hard_link(&itself, desk.path("link.kindred")).expect("linked");
    for path in [itself, around, desk.path("link.kindred")] {
        let error = workbook.save_copy(&path).expect_err("it is its own file");
        assert_eq!(kind(&error), "Invalid", "{}: {error}", path.display());
    }
    let nowhere = desk.path("no such folder/copy.kindred");
    assert_eq!(kind(&workbook.save_copy(&nowhere).expect_err("none")), "Unwritable", "no folder");
    let second = desk.reopen().expect("it can be looked at");
    assert!(second.is_read_only(), "the first one has it");
    second.save_copy(&desk.path("second.kindred")).expect("what can be seen can be copied");
    let opened = Workbook::open(&desk.path("second.kindred"), day(0), key()).expect("opens");
    assert_eq!(seen(&opened), seen(&second), "the same");
}

proptest! {
    // Each case is a file and dozens of transactions that reach the disk.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_file_follows_edits_and_additions_alike(
        choices in proptest::collection::vec((0..60_u32, "[a-z]{1,8}"), 1..12)
    ) {
        let desk = Desk::new();
        let workbook = desk.workbook(&with_columns(0, 12, ["note", "page"]));
        workbook.embed(&mut embedder(), &Silent).expect("embedded");
        let mut states = vec![seen(&workbook)];
        for (choice, name) in &choices {
            let count = workbook.items().len();
            if *choice < 40 {
                let edit = random_edit(&workbook.sorting(), count, *choice, name);
                workbook.apply(&edit).expect("it makes sense");
            } else {
                let many = *choice as usize % 4 + 1;
                let mut more = with_columns(count, many, ["note", name]);
                more.topics = (choice % 2 == 0).then(|| ImportedTopics {
                    names: vec!["topic 1 of 7".into(), name.clone()],
                    of_items: (0..many as u32).map(|n| (n % 3 < 2).then_some(n % 3)).collect(),
                    pinned: (0..many).map(|n| n % 2 == 0).collect(),
                });
                workbook.add(&more, &Silent).expect("it makes sense");
            }
            if choice % 7 == 0 {
                workbook.undo().expect("taken back");
                workbook.redo().expect("done again");
            }
            if workbook.history().expect("read").done == states.len() {
                states.push(seen(&workbook));
            }
        }
        let last = states.len() - 1;
        drop(workbook);
        let workbook = desk.reopen().expect("opens");
        prop_assert_eq!(&seen(&workbook), &states[last], "the file holds the last state");
        for (step, state) in states.iter().enumerate().rev().skip(1) {
            workbook.undo().expect("it can be taken back");
            prop_assert_eq!(&seen(&workbook), state, "undo of step {}", step);
        }
        prop_assert_eq!(workbook.undo_label(), None, "all is undone");
        drop(workbook);
        let workbook = desk.reopen().expect("opens");
        prop_assert_eq!(&seen(&workbook), &states[0], "the file holds the first state");
        workbook.travel(last).expect("it can be done again");
        prop_assert_eq!(&seen(&workbook), &states[last], "all redone");
        drop(workbook);
        let workbook = desk.reopen().expect("opens");
        prop_assert_eq!(&seen(&workbook), &states[last], "the file follows");
        workbook.quick_check().expect("the file is whole");
    }
}
