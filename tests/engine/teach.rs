//! What a person teaches a workbook, and that nothing of it is lost.

use kindred_engine::Error;
use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::edits::Edit;
use kindred_engine::items::ItemId;
use kindred_engine::monitor::Silent;
use kindred_engine::sort::{SortInto, WantedTopic};
use kindred_engine::topics::{Sorting, TopicId};
use kindred_engine::workbook::{Judge, Workbook};

use crate::desk::{Counting, DIM, Desk, embedder, kind, list};

/// 60 texts of three kinds, each with its kind as category, embedded.
fn three_kinds(desk: &Desk) -> Workbook {
    let stems = ["apple pie", "submarine", "violin music"];
    let lines: Vec<String> =
        (0..60).map(|n| format!("{} {},{}", stems[n % 3], n / 3, stems[n % 3])).collect();
    let text = format!("text,category\n{}", lines.join("\n"));
    let workbook = desk.workbook(&list(&text));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook
}

fn wanted(names: &[&str]) -> SortInto {
    let topic = |name: &&str| WantedTopic { name: (*name).to_owned(), examples: Vec::new() };
    SortInto { topics: names.iter().map(topic).collect(), uses_categories: false, uses_names: true }
}

fn sort_into(workbook: &Workbook, request: &SortInto) -> Sorting {
    workbook.sort_into(request, &mut embedder(), &Silent).expect("sorted");
    Sorting::clone(&workbook.sorting())
}

fn find(workbook: &Workbook, count: usize) {
    let params = FindTopics { way: Way::Kmeans, count: Some(count), seed: 1 };
    workbook.find_topics(&params, &Vocabulary::empty(DIM), &Silent).expect("found");
}

fn id_of(sorting: &Sorting, name: &str) -> TopicId {
    sorting.topics.iter().find(|topic| topic.name == name).expect(name).id
}

#[test]
fn pins_survive_finding_sorting_and_reopening() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    find(&workbook, 3);
    workbook
        .apply(&Edit::NewTopic { name: "mine".into(), items: vec![ItemId(1), ItemId(2)] })
        .expect("made");
    workbook.apply(&Edit::MoveItems { items: vec![ItemId(3)], topic: None }).expect("moved");
    let check = |workbook: &Workbook, when: &str| {
        let sorting = workbook.sorting();
        let mine = id_of(&sorting, "mine");
        for (item, topic) in [(1, Some(mine)), (2, Some(mine)), (3, None)] {
            let place = sorting.placements[item];
            assert_eq!((place.topic, place.pinned), (topic, true), "item {item} {when}");
        }
    };
    check(&workbook, "at once");
    find(&workbook, 4);
    check(&workbook, "after finding topics again");
    sort_into(&workbook, &wanted(&["apple pie", "violin music"]));
    check(&workbook, "after sorting into other topics");
    workbook.place_unsorted(&Silent).expect("placed");
    check(&workbook, "after placing the unsorted");
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    check(&workbook, "after a restart");
    workbook.apply(&Edit::UnpinItems { items: vec![ItemId(3)] }).expect("unpinned");
    workbook.place_unsorted(&Silent).expect("placed");
    assert!(workbook.sorting().placements[3].topic.is_some(), "unpinned, it is placed");
}

#[test]
fn sorting_takes_names_examples_and_categories() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    let names = ["apple pie", "submarine", "violin music"];
    let sorting = sort_into(&workbook, &wanted(&names));
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Sorted into 3 topics"),
        "in words"
    );
    let found: Vec<&str> = sorting.topics.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(found, names, "in the order they were typed");
    assert!(sorting.threshold.is_some(), "a threshold is there to be moved");
    let right = (0..60)
        .filter(|&item| sorting.placements[item].topic == Some(id_of(&sorting, names[item % 3])));
    assert!(right.count() >= 57, "texts go where their letters are alike");

    // The same names again keep their topics, whatever their case; examples are pinned.
    let mut again = wanted(&["Violin  MUSIC", "other"]);
    again.topics[1].examples = vec!["Submarine 4".into(), "a ship under water".into()];
    let after = sort_into(&workbook, &again);
    assert_eq!(after.topics[0].id, id_of(&sorting, "violin music"), "it is the same topic");
    assert_eq!(after.topics[0].name, "Violin MUSIC", "as it was typed last");
    assert_eq!(
        (after.topics[0].colour, after.topics[1].colour),
        (2, 0),
        "a topic keeps its colour, and those of topics that went are free again"
    );
    let pinned: Vec<usize> = (0..60).filter(|&item| after.placements[item].pinned).collect();
    assert_eq!(pinned, [13], "the example that is in the list");
    assert_eq!(after.placements[13].topic, Some(after.topics[1].id), "in its topic");

    let mut by_category = wanted(&["APPLE PIE", "submarine"]);
    by_category.uses_categories = true;
    let after = sort_into(&workbook, &by_category);
    let pinned = after.placements.iter().filter(|place| place.pinned).count();
    assert_eq!(pinned, 40, "everything that the list itself puts there");
    assert!(after.topics.iter().any(|topic| topic.name == "other"), "a pin holds its topic");

    for (request, why) in [(wanted(&[]), "no topics"), (wanted(&[" "]), "no name")] {
        let error = workbook.sort_into(&request, &mut embedder(), &Silent).expect_err(why);
        assert_eq!(kind(&error), "Invalid", "{why}: {error}");
    }
    assert_eq!(*workbook.sorting(), after, "what was refused changes nothing");
}

#[test]
fn a_threshold_keeps_the_doubtful_in_unsorted_and_gives_them_back() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    sort_into(&workbook, &wanted(&["apple pie", "submarine"]));
    let count = |threshold: f32| {
        workbook.apply(&Edit::SetThreshold { threshold }).expect("applied");
        workbook.sorting().members(None).count()
    };
    let (strict, lenient) = (count(1.0), count(0.0));
    assert!(strict > 0, "not all are that sure");
    assert_eq!(lenient, 0, "0 % places everything");
    assert_eq!(count(1.0), strict, "back and forth");
}

#[test]
fn a_topic_is_split_into_what_is_inside_it() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    let all: Vec<ItemId> = (0..40).map(ItemId).collect();
    workbook.apply(&Edit::NewTopic { name: "all".into(), items: all }).expect("made");
    let before = workbook.sorting();
    let all = before.topics[0].id;
    workbook.split_topic(all, &Vocabulary::empty(DIM), &Silent).expect("split");
    let after = workbook.sorting();
    assert!(after.topics.len() > 1, "there are parts now");
    assert_eq!(after.topics[0].id, all, "the largest part goes on as the topic");
    assert!((0..40).all(|item| after.placements[item].topic.is_some()), "nobody drops out");
    assert!((0..40).all(|item| after.placements[item].pinned), "pins stay pins");
    assert!(
        (40..60).all(|item| after.placements[item].topic.is_none()),
        "others stay where they are"
    );
    let apart = |a: usize, b: usize| after.placements[a].topic != after.placements[b].topic;
    assert!(apart(0, 1) && !apart(0, 3), "pies and submarines are told apart");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.sorting(), before, "as it was");
    workbook.apply(&Edit::NewTopic { name: "one".into(), items: vec![ItemId(50)] }).expect("made");
    let one = id_of(&workbook.sorting(), "one");
    let error = workbook.split_topic(one, &Vocabulary::empty(DIM), &Silent).expect_err("one item");
    assert_eq!(kind(&error), "Invalid", "{error}");
}

#[test]
fn a_context_embeds_just_that_item_again() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    sort_into(&workbook, &wanted(&["apple pie", "submarine", "violin music"]));
    let before = (workbook.vectors().expect("there"), workbook.sorting());
    let violins = id_of(&before.1, "violin music");
    let mut model = Counting::new();
    let meant = Some("violin music violin music violin music");
    workbook.give_context(ItemId(0), meant, &mut model, &Silent).expect("read again");
    assert_eq!(
        model.asked,
        ["apple pie 0, violin music violin music violin music"],
        "one text, with its context"
    );
    let after = workbook.vectors().expect("there");
    assert_ne!(after.row(0), before.0.row(0), "its vector is another one");
    assert!((1..60).all(|item| after.row(item) == before.0.row(item)), "all others are the same");
    let place = workbook.sorting().placements[0];
    assert_eq!(place.suggested, Some(violins), "it is suggested anew");
    assert_eq!(workbook.embedded_count(), 60, "nothing is missing");
    drop(workbook);

    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.vectors().expect("there"), after, "after a restart as well");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.vectors().expect("there"), before.0, "undone, it means what it meant");
    assert_eq!(workbook.sorting(), before.1, "and is where it was");
    workbook.redo().expect("done again");
    assert_eq!(workbook.vectors().expect("there"), after, "without asking the model again");
    workbook.give_context(ItemId(0), None, &mut model, &Silent).expect("by itself");
    assert_eq!(workbook.vectors().expect("there"), before.0, "a context can be taken away");
    let full = Some("apple pie 3, the company");
    workbook.give_context(ItemId(9), full, &mut model, &Silent).expect("read again");
    assert_eq!(
        workbook.sorting().contexts[&ItemId(9)],
        "the company",
        "who repeats the text means the rest"
    );
    let error = workbook.give_context(ItemId(99), None, &mut model, &Silent).expect_err("60 items");
    assert_eq!(kind(&error), "Invalid", "{error}");
}

#[test]
fn the_machine_is_scored_against_categories_and_pins() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    let score = |judge| workbook.agreement(judge, &mut embedder()).expect("judged");
    assert_eq!(score(Judge::Categories), None, "there are no topics yet");
    sort_into(&workbook, &wanted(&["apple pie", "submarine", "fiddles"]));
    let agreement = score(Judge::Categories).expect("every item has a category");
    assert_eq!(agreement.rows, ["apple pie", "submarine", "violin music"], "the categories");
    assert_eq!(
        agreement.columns,
        ["apple pie", "submarine", "fiddles", ""],
        "the topics, Unsorted last"
    );
    assert_eq!(agreement.total(), 60, "every item was judged");
    assert_eq!(&agreement.right_column[..2], [Some(0), Some(1)], "those of the same name");
    let sorting = workbook.sorting();
    let pies = id_of(&sorting, "apple pie");
    let right =
        (0..60).filter(|&item| item % 3 == 0 && sorting.placements[item].topic == Some(pies));
    assert_eq!(agreement.counts[0], right.count(), "pies among pies");

    assert_eq!(score(Judge::Pins), None, "nothing is pinned");
    let items = |kind: u32| (0..8).map(|n| ItemId(n * 3 + kind)).collect();
    for (kind, name) in [(0, "apple pie"), (1, "submarine")] {
        let topic = Some(id_of(&workbook.sorting(), name));
        workbook.apply(&Edit::MoveItems { items: items(kind), topic }).expect("moved");
    }
    let agreement = score(Judge::Pins).expect("16 pins");
    assert_eq!(agreement.total(), 16, "each pin is judged once");
    assert!(agreement.agreed() >= 15, "each as if it were not pinned: {agreement:?}");
}

#[test]
fn followers_are_offered_and_pinned_items_never_follow() {
    let desk = Desk::new();
    let workbook = three_kinds(&desk);
    let all: Vec<ItemId> = (0..60).map(ItemId).collect();
    workbook.apply(&Edit::NewTopic { name: "all".into(), items: all.clone() }).expect("made");
    workbook.apply(&Edit::UnpinItems { items: all }).expect("unpinned");
    let follow = |items: &[ItemId], topic| workbook.followers(items, topic, &mut embedder());
    let found = follow(&[ItemId(1), ItemId(4), ItemId(7)], None).expect("asked");
    assert!(found.len() >= 10, "other submarines look alike: {found:?}");
    assert!(found.iter().all(|(item, _)| item.0 % 3 == 1), "and nothing else: {found:?}");
    let first = found[0].0;
    let topic = Some(workbook.sorting().topics[0].id);
    workbook.apply(&Edit::MoveItems { items: vec![first], topic }).expect("pinned where it is");
    let again = follow(&[ItemId(1), ItemId(4), ItemId(7)], None).expect("asked");
    assert!(again.iter().all(|(item, _)| *item != first), "a pinned item stays");
    for (items, topic) in
        [(&[][..], None), (&[ItemId(60)], None), (&[ItemId(0)], Some(TopicId(99)))]
    {
        assert!(matches!(follow(items, topic), Err(Error::Invalid(_))), "{items:?} into {topic:?}");
    }
}
