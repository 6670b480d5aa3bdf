//! Every edit can be taken back and done again, now and after a restart.

use std::sync::Arc;

use kindred_engine::edits::{Applied, Edit, Extent, MAX_CONTEXT, MAX_TOPIC_NAME};
use kindred_engine::items::{Item, ItemId};
use kindred_engine::sentence::Sentence;
use kindred_engine::topics::{Placement, Sorting, TopicId};
use proptest::prelude::*;

use crate::desk::{Desk, kind, numbered, sorting};

const ITEMS: usize = 12;

fn items() -> Vec<Item> {
    numbered(ITEMS).items
}

fn replace(salt: u32, items: usize) -> Edit {
    let topics = salt % 4;
    let mut sorting = sorting(items, topics, salt);
    sorting.threshold = salt.is_multiple_of(3).then_some(0.1 + salt as f32 / 70.0);
    for (item, place) in sorting.placements.iter_mut().enumerate() {
        place.suggested = place.topic.or(place.runner_up);
        place.runner_up_confidence = place.confidence / (item + 2) as f32;
    }
    Edit::ReplaceSorting { sorting, label: Sentence::verbatim(format!("Found {topics} topics")) }
}

fn rename(topic: TopicId, name: &str) -> Edit {
    Edit::RenameTopic { topic, name: name.into() }
}

fn move_to(items: &[u32], topic: Option<TopicId>) -> Edit {
    Edit::MoveItems { items: items.iter().copied().map(ItemId).collect(), topic }
}

fn new_topic(name: &str, items: &[u32]) -> Edit {
    Edit::NewTopic { name: name.into(), items: items.iter().copied().map(ItemId).collect() }
}

fn merge(from: TopicId, into: TopicId) -> Edit {
    Edit::MergeTopics { from, into }
}

fn context(item: u32, context: Option<&str>) -> Edit {
    let place = Placement { confidence: 0.7, ..Placement::UNSORTED };
    Edit::GiveContext { item: ItemId(item), context: context.map(str::to_owned), place }
}

#[test]
fn every_edit_does_what_it_says_and_says_what_it_did() {
    let start = || {
        let mut sorting = Sorting::default();
        replace(7, ITEMS).apply(&mut sorting, &items()).expect("it makes sense");
        for (topic, name) in sorting.topics.iter_mut().zip(["fruit", "pears", "towns"]) {
            topic.name = name.into();
        }
        sorting
    };
    let id = |place: usize| start().topics[place].id;
    let check = |edit: Edit, wanted: &str, holds: &dyn Fn(&Sorting, &Sorting) -> bool| {
        let (before, mut after) = (start(), start());
        let applied = edit.apply(&mut after, &items()).expect(wanted);
        assert_eq!(applied.label.to_string(), wanted, "what the history says of {edit:?}");
        assert!(holds(&before, &after), "{wanted} gave {after:?}");
        applied.inverse.apply(&mut after, &items()).expect("it can be taken back");
        assert_eq!(after, before, "{wanted}, taken back");
    };
    let at = |sorting: &Sorting, item: usize| sorting.placements[item];
    check(move_to(&[1], Some(id(0))), "Moved text 1 to fruit", &|before, after| {
        at(after, 1) == Placement { topic: Some(id(0)), pinned: true, ..at(before, 1) }
            && at(after, 2) == at(before, 2)
    });
    check(move_to(&[1, 2, 4], None), "Moved 3 words to Unsorted", &|_, after| {
        [1, 2, 4].iter().all(|&item| at(after, item).topic.is_none() && at(after, item).pinned)
    });
    check(
        Edit::UnpinItems { items: vec![ItemId(4), ItemId(9)] },
        "Unpinned 2 words",
        &|before, after| {
            after.placements.iter().all(|place| !place.pinned)
                && at(after, 4).topic == at(before, 4).topic
        },
    );
    check(new_topic("  nuts ", &[0, 5]), "Made the topic nuts", &|before, after| {
        let nuts = &after.topics[3];
        nuts.name == "nuts"
            && nuts.named_by_person
            && before.topics.iter().all(|old| old.id != nuts.id && old.colour != nuts.colour)
            && at(after, 5).topic == Some(nuts.id)
            && at(after, 5).pinned
    });
    check(
        Edit::RecolourTopic { topic: id(1), colour: 6 },
        "Changed the colour of pears",
        &|_, after| after.topics[1].colour == 6,
    );
    check(Edit::ReorderTopic { topic: id(2), place: 0 }, "Moved towns to place 1", &|_, after| {
        after.topics.iter().map(|topic| topic.id).eq([id(2), id(0), id(1)])
    });
    check(Edit::ReorderTopic { topic: id(0), place: 99 }, "Moved fruit to place 3", &|_, after| {
        after.topics.iter().map(|topic| topic.id).eq([id(1), id(2), id(0)])
    });
    check(merge(id(1), id(0)), "Merged pears into fruit", &|before, after| {
        let both = before.members(Some(id(0))).count() + before.members(Some(id(1))).count();
        after.members(Some(id(0))).count() == both
            && after.topics.len() == 2
            && after.placements.iter().all(|place| {
                [place.topic, place.suggested, place.runner_up].iter().all(|&t| t != Some(id(1)))
                    && (place.suggested.is_none() || place.suggested != place.runner_up)
            })
            && before.placements.iter().zip(&after.placements).all(|(b, a)| b.pinned == a.pinned)
    });
    check(Edit::DeleteTopic { topic: id(0) }, "Deleted fruit", &|before, after| {
        before.members(Some(id(0))).all(|item| {
            let place = at(after, item.index());
            place.topic.is_none() && !place.pinned
        }) && after.topics.len() == 2
            && after
                .placements
                .iter()
                .all(|place| place.suggested != Some(id(0)) && place.runner_up != Some(id(0)))
    });
    check(Edit::SetThreshold { threshold: 0.5 }, "Placed words from 50 % on", &|before, after| {
        after.threshold == Some(0.5)
            && before.placements.iter().zip(&after.placements).all(|(before, after)| {
                let sure = before.suggested.filter(|_| before.confidence >= 0.5);
                after.topic == if before.pinned { before.topic } else { sure }
            })
    });
    check(context(3, Some(" the\ncompany ")), "Read text 3 as text 3, the company", &|_, after| {
        after.embedded_text(ItemId(3), &items()[3]) == "text 3, the company"
            && at(after, 3).confidence == 0.7
    });
}

#[test]
fn topics_can_be_made_before_any_were_found() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS));
    workbook.apply(&new_topic("fruit", &[2])).expect("a topic of one item");
    assert_eq!(workbook.sorting().placements.len(), ITEMS, "every item has a place now");
    assert_eq!(workbook.sorting().members(None).count(), ITEMS - 1, "the others are in Unsorted");
    workbook.undo().expect("taken back");
    let untouched = Sorting { model: Some(workbook.model()), ..Sorting::default() };
    assert_eq!(*workbook.sorting(), untouched, "as it began");
}

#[test]
fn the_history_can_be_read_and_travelled() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS));
    let mut states = vec![workbook.sorting()];
    for edit in [replace(7, ITEMS), new_topic("nuts", &[1]), move_to(&[2, 3], None)] {
        workbook.apply(&edit).expect("it makes sense");
        states.push(workbook.sorting());
    }
    for (done, label) in [(1, "Found 3 topics"), (3, "Moved 2 words to Unsorted"), (0, "")] {
        workbook.travel(done).expect("there and back");
        assert_eq!(workbook.sorting(), states[done], "after {done} edits");
        assert_eq!(
            workbook.undo_label().map_or_else(String::new, |label| label.to_string()),
            label,
            "what undo takes back then"
        );
        let history = workbook.history().expect("it can be read");
        assert_eq!(
            history.labels.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["Found 3 topics", "Made the topic nuts", "Moved 2 words to Unsorted"],
            "oldest first, whatever is undone"
        );
        assert_eq!(history.done, done, "and how far it is done");
    }
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    workbook.travel(99).expect("as far as there is");
    assert_eq!(workbook.sorting(), states[3], "after a restart as well");
}

#[test]
fn renaming_is_told_in_words_and_marks_the_name_as_the_persons() {
    let mut sorting = sorting(ITEMS, 2, 1);
    let before = sorting.clone();
    sorting.topics[1].name = "fruit".into();
    let id = sorting.topics[1].id;
    let Applied { inverse, label } =
        rename(id, "  ripe\nfruits ").apply(&mut sorting, &items()).expect("it is there");
    assert_eq!(label.to_string(), "Renamed fruit to ripe fruits", "what the undo button says");
    assert_eq!(sorting.topics[1].name, "ripe fruits", "a name is one clean line");
    assert!(sorting.topics[1].named_by_person, "the machine leaves it alone from now on");
    assert_eq!(sorting.placements, before.placements, "no item moves");
    inverse.apply(&mut sorting, &items()).expect("it can be taken back");
    assert!(!sorting.topics[1].named_by_person, "taken back, the name is the machine's again");
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let good = sorting(ITEMS, 2, 1);
    let mut stranger = good.clone();
    stranger.placements[0].topic = Some(TopicId(9_999));
    let mut twins = good.clone();
    twins.topics[1].id = twins.topics[0].id;
    let mut no_number = good.clone();
    no_number.placements[0].confidence = f32::NAN;
    let replace = |sorting| Edit::ReplaceSorting { sorting, label: Sentence::verbatim("Found") };
    for (what, edit) in [
        ("a topic that is not there", rename(TopicId(9_999), "fruit")),
        ("an empty name", rename(good.topics[0].id, " \n ")),
        ("an overlong name", rename(good.topics[0].id, &"x".repeat(MAX_TOPIC_NAME + 1))),
        ("a place in a topic that is not there", replace(stranger)),
        ("two topics with one id", replace(twins)),
        ("a confidence that is no number", replace(no_number)),
        ("an item that is not there", move_to(&[ITEMS as u32], None)),
        ("a move into a topic that is not there", move_to(&[0], Some(TopicId(9_999)))),
        ("a topic without a name", Edit::NewTopic { name: " ".into(), items: vec![ItemId(1)] }),
        ("a new topic of what is not there", new_topic("fruit", &[0, 99])),
        ("a merge with itself", merge(good.topics[0].id, good.topics[0].id)),
        ("a merge with nothing", merge(good.topics[0].id, TopicId(9_999))),
        ("deleting nothing", Edit::DeleteTopic { topic: TopicId(9_999) }),
        ("moving nothing up", Edit::ReorderTopic { topic: TopicId(9_999), place: 0 }),
        ("more than all", Edit::SetThreshold { threshold: 1.5 }),
        ("a share that is no number", Edit::SetThreshold { threshold: f32::NAN }),
        ("an empty context", context(3, Some("  "))),
        ("an overlong context", context(3, Some(&"x".repeat(MAX_CONTEXT + 1)))),
    ] {
        let mut sorting = good.clone();
        let error = edit.apply(&mut sorting, &items()).expect_err(what);
        assert_eq!(kind(&error), "Invalid", "{what}: {error}");
        assert_eq!(sorting, good, "{what} changes nothing");
    }
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS + 1));
    let error = workbook.apply(&replace(good)).expect_err("an item would have no place");
    assert_eq!(kind(&error), "Invalid", "{error}");
    assert_eq!(workbook.undo_label(), None, "what was refused is not in the history");
}

#[test]
fn undo_and_redo_survive_a_restart_and_a_new_edit_ends_redo() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS));
    let empty = workbook.sorting();
    assert_eq!(
        (workbook.undo_label(), workbook.redo_label()),
        (None, None),
        "nothing was done yet"
    );
    workbook.undo().expect("undoing nothing is nothing");
    workbook.redo().expect("redoing nothing is nothing");
    workbook.apply(&replace(7, ITEMS)).expect("applied");
    let found = workbook.sorting();
    let id = found.topics[0].id;
    workbook.apply(&rename(id, "fruit")).expect("applied");
    let renamed = workbook.sorting();
    drop(workbook);

    let workbook = desk.reopen().expect("opens");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Renamed topic 0 of 7 to fruit"),
        "after a restart"
    );
    let revision = workbook.revision();
    workbook.undo().expect("taken back");
    assert_eq!(workbook.sorting(), found, "the name is back");
    assert!(workbook.revision() > revision, "the window learns that something changed");
    assert_eq!(
        workbook.redo_label().map(|label| label.to_string()).as_deref(),
        Some("Renamed topic 0 of 7 to fruit"),
        "and can be done again"
    );
    drop(workbook);

    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.sorting(), found, "what was undone stays undone");
    workbook.redo().expect("done again");
    assert_eq!(workbook.sorting(), renamed, "after a restart in between");
    workbook.undo().expect("taken back");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.sorting(), empty, "as it began");
    workbook.apply(&replace(9, ITEMS)).expect("applied");
    assert_eq!(workbook.redo_label(), None, "a new edit ends what could be redone");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Found 1 topics"),
        "and can be undone itself"
    );
}

#[test]
fn an_edit_that_changes_nothing_is_not_kept() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS));
    workbook.apply(&replace(7, ITEMS)).expect("applied");
    let revision = workbook.revision();
    workbook.apply(&replace(7, ITEMS)).expect("applied");
    assert_eq!(workbook.revision(), revision, "nothing changed, so nothing is fetched again");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.undo_label(), None, "one undo is enough");
}

#[test]
fn edits_are_kept_in_a_form_that_older_workbooks_have() {
    let id = TopicId(101);
    let mut small = sorting(2, 2, 1);
    small.placements[1].runner_up_confidence = 0.25;
    small.threshold = Some(0.5);
    let two = numbered(2).items;
    let moved = move_to(&[1], None).apply(&mut small.clone(), &two).expect("it makes sense");
    let found = |sorting: &Sorting| Edit::ReplaceSorting {
        sorting: sorting.clone(),
        label: Sentence::verbatim("Found 2 topics"),
    };
    let topics = r#"[{"id":100,"name":"topic 0 of 1","named_by_person":false,"alternates":["other 0","a \"quoted\" one"],"colour":0,"stability":0.1},{"id":101,"name":"topic 1 of 1","named_by_person":false,"alternates":["other 1","a \"quoted\" one"],"colour":1,"stability":0.24285716}]"#;
    let restored = topics.split_once("},").map(|(_, second)| second.trim_end_matches(']'));
    // What this version writes.
    for (edit, wanted) in [
        (rename(id, "fruit"), r#"{"kind":"renameTopic","topic":101,"name":"fruit"}"#.to_owned()),
        (move_to(&[1], Some(id)), r#"{"kind":"moveItems","items":[1],"topic":101}"#.into()),
        (
            Edit::UnpinItems { items: vec![ItemId(1)] },
            r#"{"kind":"unpinItems","items":[1]}"#.into(),
        ),
        (new_topic("fruit", &[1]), r#"{"kind":"newTopic","name":"fruit","items":[1]}"#.into()),
        (
            Edit::RecolourTopic { topic: id, colour: 3 },
            r#"{"kind":"recolourTopic","topic":101,"colour":3}"#.into(),
        ),
        (
            Edit::ReorderTopic { topic: id, place: 0 },
            r#"{"kind":"reorderTopic","topic":101,"place":0}"#.into(),
        ),
        (merge(id, TopicId(100)), r#"{"kind":"mergeTopics","from":101,"into":100}"#.into()),
        (Edit::DeleteTopic { topic: id }, r#"{"kind":"deleteTopic","topic":101}"#.into()),
        (
            Edit::SetThreshold { threshold: 0.5 },
            r#"{"kind":"setThreshold","threshold":0.5}"#.into(),
        ),
        (
            context(1, Some("the company")),
            r#"{"kind":"giveContext","item":1,"context":"the company","place":{"topic":null,"pinned":false,"suggested":null,"confidence":0.7,"runner_up":null,"runner_up_confidence":0.0}}"#.into(),
        ),
        (
            Edit::RestoreTopic { topic: small.topics[1].clone() },
            format!(r#"{{"kind":"restoreTopic","topic":{}}}"#, restored.expect("two topics")),
        ),
        (
            Edit::Resize {
                from: Extent { items: 1, columns: 0 },
                to: Extent { items: 2, columns: 3 },
                patch: serde_json::from_str(r#"{"items":2,"topics":null,"threshold_bits":null,"moved":[],"places":{"places":[],"runners_up":[],"confidence_bits":[],"pinned":[],"suggested":[],"runner_up_confidence_bits":[]},"contexts":[]}"#).expect("a patch"),
            },
            r#"{"kind":"resize","from":{"items":1,"columns":0},"to":{"items":2,"columns":3},"patch":{"items":2,"topics":null,"threshold_bits":null,"moved":[],"places":{"places":[],"runners_up":[],"confidence_bits":[],"pinned":[],"suggested":[],"runner_up_confidence_bits":[]},"contexts":[]}}"#.into(),
        ),
        (
            moved.inverse,
            r#"{"kind":"patch","items":2,"topics":null,"threshold_bits":null,"moved":[1],"places":{"places":[null],"runners_up":[100],"confidence_bits":[1063828014],"pinned":[],"suggested":[null],"runner_up_confidence_bits":[1048576000]},"contexts":[]}"#.into(),
        ),
        (
            found(&small),
            format!(r#"{{"kind":"replaceSorting","sorting":{{"topics":{topics},"places":[101,null],"runners_up":[null,100],"confidence_bits":[1092616192,1063828014],"pinned":[],"suggested":[101,null],"runner_up_confidence_bits":[0,1048576000],"threshold_bits":1056964608}},"label":{{"pattern":"{{text}}","values":[["text",{{"text":"Found 2 topics"}}]]}}}}"#),
        ),
    ] {
        let kept = serde_json::to_string(&edit).expect("it can be written");
        assert_eq!(kept, wanted, "a workbook's history is read by every later version");
        let read: Edit = serde_json::from_str(&wanted).expect("it can be read");
        assert_eq!(read, edit, "and means the same");
    }
    // What the first version wrote.
    let first = format!(
        r#"{{"kind":"replaceSorting","sorting":{{"topics":{topics},"places":[101,null],"runners_up":[null,100],"confidence_bits":[1092616192,1063828014],"pinned":[]}},"label":"Found 2 topics"}}"#
    );
    let read: Edit = serde_json::from_str(&first).expect("it can be read");
    assert_eq!(read, found(&sorting(2, 2, 1)), "where an item is was the machine's suggestion");
}

/// A random edit that makes sense in `sorting`.
pub(crate) fn random_edit(sorting: &Sorting, items: usize, choice: u32, name: &str) -> Edit {
    let count = sorting.topics.len() as u32;
    let some: Vec<u32> = (0..items as u32).filter(|item| (item * 7 + choice) % 5 < 2).collect();
    let topic = |offset: u32| sorting.topics[((choice + offset) % count) as usize].id;
    match choice % 12 {
        0 => new_topic(name, &some),
        1 => Edit::UnpinItems { items: some.into_iter().map(ItemId).collect() },
        2 => Edit::SetThreshold { threshold: choice as f32 / 40.0 },
        3 => context(choice % items as u32, (choice % 2 == 1).then_some(name)),
        4 => move_to(&some, None),
        5 if count > 0 => move_to(&some, Some(topic(1))),
        6 if count > 0 => rename(topic(0), name),
        7 if count > 0 => Edit::RecolourTopic { topic: topic(0), colour: choice },
        8 if count > 0 => Edit::ReorderTopic { topic: topic(2), place: choice as usize % 5 },
        9 if count > 1 => merge(topic(0), topic(1)),
        10 if count > 0 => Edit::DeleteTopic { topic: topic(3) },
        _ => replace(choice, items),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn undoing_all_gives_the_first_state_and_redoing_all_the_last(choices in proptest::collection::vec((0..40_u32, "[a-z]{1,8}"), 1..30)) {
        let mut sorting = Sorting::default();
        let mut states = vec![sorting.clone()];
        let mut history = Vec::new();
        for (choice, name) in &choices {
            let edit = random_edit(&sorting, ITEMS, *choice, name);
            let applied = edit.apply(&mut sorting, &items()).expect("it makes sense");
            states.push(sorting.clone());
            // As the workbook keeps it: through JSON and back.
            let json = serde_json::to_string(&(&edit, &applied.inverse)).expect("it can be written");
            history.push(serde_json::from_str::<(Edit, Edit)>(&json).expect("it can be read"));
        }
        for (step, (_, inverse)) in history.iter().enumerate().rev() {
            inverse.apply(&mut sorting, &items()).expect("it can be taken back");
            prop_assert_eq!(&sorting, &states[step], "undo of step {}", step);
        }
        for (step, (edit, _)) in history.iter().enumerate() {
            edit.apply(&mut sorting, &items()).expect("it can be done again");
            prop_assert_eq!(&sorting, &states[step + 1], "redo of step {}", step);
        }
    }
}

proptest! {
    // Each case is a file and dozens of transactions that reach the disk.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_file_follows_every_edit_undo_and_redo(choices in proptest::collection::vec((0..40_u32, "[a-z]{1,8}"), 1..12)) {
        let desk = Desk::new();
        let workbook = desk.workbook(&numbered(ITEMS));
        let first = workbook.sorting();
        for (choice, name) in &choices {
            workbook.apply(&random_edit(&workbook.sorting(), ITEMS, *choice, name)).expect("it makes sense");
        }
        let last = workbook.sorting();
        drop(workbook);
        let workbook = desk.reopen().expect("opens");
        prop_assert_eq!(&workbook.sorting(), &last, "the file holds the last state");
        while workbook.undo_label().is_some() {
            workbook.undo().expect("it can be taken back");
        }
        prop_assert_eq!(&workbook.sorting(), &first, "all undone");
        drop(workbook);
        let workbook = desk.reopen().expect("opens");
        prop_assert_eq!(&workbook.sorting(), &first, "the file holds the first state");
        while workbook.redo_label().is_some() {
            workbook.redo().expect("it can be done again");
        }
        prop_assert_eq!(workbook.sorting(), Arc::clone(&last), "all redone");
        workbook.quick_check().expect("the file is whole");
    }
}
