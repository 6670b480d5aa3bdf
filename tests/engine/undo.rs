//! Every edit can be taken back and done again, now and after a restart.

use std::sync::Arc;

use kindred_engine::edits::{Applied, Edit, MAX_TOPIC_NAME};
use kindred_engine::topics::{Sorting, TopicId};
use proptest::prelude::*;

use crate::desk::{Desk, kind, numbered, sorting};

const ITEMS: usize = 12;

fn replace(salt: u32) -> Edit {
    let topics = salt % 4;
    Edit::ReplaceSorting {
        sorting: sorting(ITEMS, topics, salt),
        label: format!("Found {topics} topics"),
    }
}

fn rename(topic: TopicId, name: &str) -> Edit {
    Edit::RenameTopic { topic, name: name.into() }
}

#[test]
fn renaming_is_told_in_words_and_marks_the_name_as_the_persons() {
    let mut sorting = sorting(ITEMS, 2, 1);
    let before = sorting.clone();
    sorting.topics[1].name = "fruit".into();
    let id = sorting.topics[1].id;
    let Applied { inverse, label } =
        rename(id, "  ripe\nfruits ").apply(&mut sorting).expect("it is there");
    assert_eq!(label, "Renamed fruit to ripe fruits", "what the undo button says");
    assert_eq!(sorting.topics[1].name, "ripe fruits", "a name is one clean line");
    assert!(sorting.topics[1].named_by_person, "the machine leaves it alone from now on");
    assert_eq!(sorting.placements, before.placements, "no item moves");
    inverse.apply(&mut sorting).expect("it can be taken back");
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
    let replace = |sorting| Edit::ReplaceSorting { sorting, label: "Found".into() };
    for (what, edit) in [
        ("a topic that is not there", rename(TopicId(9_999), "fruit")),
        ("an empty name", rename(good.topics[0].id, " \n ")),
        ("an overlong name", rename(good.topics[0].id, &"x".repeat(MAX_TOPIC_NAME + 1))),
        ("a place in a topic that is not there", replace(stranger)),
        ("two topics with one id", replace(twins)),
        ("a confidence that is no number", replace(no_number)),
    ] {
        let mut sorting = good.clone();
        let error = edit.apply(&mut sorting).expect_err(what);
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
    workbook.apply(&replace(7)).expect("applied");
    let found = workbook.sorting();
    let id = found.topics[0].id;
    workbook.apply(&rename(id, "fruit")).expect("applied");
    let renamed = workbook.sorting();
    drop(workbook);

    let workbook = desk.reopen().expect("opens");
    assert_eq!(
        workbook.undo_label().as_deref(),
        Some("Renamed topic 0 of 7 to fruit"),
        "after a restart"
    );
    let revision = workbook.revision();
    workbook.undo().expect("taken back");
    assert_eq!(workbook.sorting(), found, "the name is back");
    assert!(workbook.revision() > revision, "the window learns that something changed");
    assert_eq!(
        workbook.redo_label().as_deref(),
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
    workbook.apply(&replace(9)).expect("applied");
    assert_eq!(workbook.redo_label(), None, "a new edit ends what could be redone");
    assert_eq!(
        workbook.undo_label().as_deref(),
        Some("Found 1 topics"),
        "and can be undone itself"
    );
}

#[test]
fn an_edit_that_changes_nothing_is_not_kept() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(ITEMS));
    workbook.apply(&replace(7)).expect("applied");
    let revision = workbook.revision();
    workbook.apply(&replace(7)).expect("applied");
    assert_eq!(workbook.revision(), revision, "nothing changed, so nothing is fetched again");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.undo_label(), None, "one undo is enough");
}

#[test]
fn edits_are_kept_in_a_form_that_older_workbooks_have() {
    let id = TopicId(101);
    let mut small = sorting(2, 2, 1);
    small.topics.truncate(2);
    let kept = [
        serde_json::to_string(&rename(id, "fruit")).expect("it can be written"),
        serde_json::to_string(&Edit::RestoreTopic { topic: small.topics[1].clone() })
            .expect("it can be written"),
        serde_json::to_string(&Edit::ReplaceSorting {
            sorting: small.clone(),
            label: "Found 2 topics".into(),
        })
        .expect("it can be written"),
    ];
    let wanted = [
        r#"{"kind":"renameTopic","topic":101,"name":"fruit"}"#,
        r#"{"kind":"restoreTopic","topic":{"id":101,"name":"topic 1 of 1","named_by_person":false,"alternates":["other 1","a \"quoted\" one"],"colour":1,"stability":0.24285716}}"#,
        r#"{"kind":"replaceSorting","sorting":{"topics":[{"id":100,"name":"topic 0 of 1","named_by_person":false,"alternates":["other 0","a \"quoted\" one"],"colour":0,"stability":0.1},{"id":101,"name":"topic 1 of 1","named_by_person":false,"alternates":["other 1","a \"quoted\" one"],"colour":1,"stability":0.24285716}],"places":[101,null],"runners_up":[null,100],"confidence_bits":[1092616192,1063828014],"pinned":[]},"label":"Found 2 topics"}"#,
    ];
    for (kept, wanted) in kept.iter().zip(wanted) {
        assert_eq!(kept, wanted, "a workbook's history is read by every later version");
    }
    let back: Edit = serde_json::from_str(wanted[2]).expect("it can be read");
    assert_eq!(
        back,
        Edit::ReplaceSorting { sorting: small, label: "Found 2 topics".into() },
        "and means the same"
    );
}

/// A random edit that makes sense in `sorting`.
fn random_edit(sorting: &Sorting, choice: u32, name: &str) -> Edit {
    match sorting.topics.get(choice as usize % (sorting.topics.len() + 1)) {
        Some(topic) => rename(topic.id, name),
        None => replace(choice),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn undoing_all_gives_the_first_state_and_redoing_all_the_last(choices in proptest::collection::vec((0..40_u32, "[a-z]{1,8}"), 1..20)) {
        let mut sorting = Sorting::default();
        let mut states = vec![sorting.clone()];
        let mut history = Vec::new();
        for (choice, name) in &choices {
            let edit = random_edit(&sorting, *choice, name);
            let applied = edit.apply(&mut sorting).expect("it makes sense");
            states.push(sorting.clone());
            // As the workbook keeps it: through JSON and back.
            let json = serde_json::to_string(&(&edit, &applied.inverse)).expect("it can be written");
            history.push(serde_json::from_str::<(Edit, Edit)>(&json).expect("it can be read"));
        }
        for (step, (_, inverse)) in history.iter().enumerate().rev() {
            inverse.apply(&mut sorting).expect("it can be taken back");
            prop_assert_eq!(&sorting, &states[step], "undo of step {}", step);
        }
        for (step, (edit, _)) in history.iter().enumerate() {
            edit.apply(&mut sorting).expect("it can be done again");
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
            workbook.apply(&random_edit(&workbook.sorting(), *choice, name)).expect("it makes sense");
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
