//! A workbook embeds each text once, and answers while it does.

use std::collections::HashSet;
use std::sync::Arc;

use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::edits::Edit;
use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::{Embedder, ModelKey, Sink};
use kindred_engine::items::ItemId;
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::vectors::Vectors;
use kindred_engine::workbook::Workbook;
use kindred_engine::{Error, Result};

use crate::desk::{Counting, DIM, Desk, Watch, embedder, key, kind, list, numbered};

#[test]
fn no_text_is_embedded_twice() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(300));
    let mut model = Counting::new();
    let watch = Watch::stopping_at(100);
    let stopped = workbook.embed(&mut model, &watch).expect_err("cancelled");
    assert_eq!(kind(&stopped), "Cancelled", "the person asked to stop");
    let done = workbook.embedded_count();
    assert!((100..300).contains(&done), "what was finished is kept: {done}");
    assert_eq!(watch.embedded().last(), Some(&done), "and was told");
    drop(workbook);

    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.embedded_count(), done, "also after a restart");
    assert_eq!(
        kind(&workbook.vectors().expect_err("not all are there")),
        "Invalid",
        "no half list of vectors"
    );
    let watch = Watch::new();
    workbook.embed(&mut model, &watch).expect("it goes on");
    assert_eq!(watch.embedded().first(), Some(&done), "progress goes on where it stopped");
    workbook.embed(&mut model, &Silent).expect("there is nothing left to do");
    assert_eq!(model.asked.len(), 300, "each text was asked for once in all");
    let distinct: HashSet<&String> = model.asked.iter().collect();
    assert_eq!(distinct.len(), 300, "and no other");
}

#[test]
fn vectors_come_in_item_order_whatever_order_they_were_made_in() {
    /// Hands its rows over backwards, three at a time.
    struct Backwards(HashingEmbedder);

    impl Embedder for Backwards {
        fn key(&self) -> &ModelKey {
            self.0.key()
        }

        fn dim(&self) -> usize {
            self.0.dim()
        }

        fn embed(
            &mut self,
            texts: &[&str],
            sink: &mut Sink<'_>,
            monitor: &dyn Monitor,
        ) -> Result<()> {
            let order: Vec<usize> = (0..texts.len()).rev().collect();
            for places in order.chunks(3) {
                let texts: Vec<&str> = places.iter().map(|&place| texts[place]).collect();
                let mut pass_on = |rows: &[usize], vectors: &Vectors| {
                    let places: Vec<usize> = rows.iter().map(|&row| places[row]).collect();
                    sink(&places, vectors)
                };
                self.0.embed(&texts, &mut pass_on, monitor)?;
            }
            Ok(())
        }
    }

    let desk = Desk::new();
    let words = numbered(50);
    let workbook = desk.workbook(&words);
    workbook.embed(&mut Backwards(embedder()), &Silent).expect("embedded");
    let vectors = workbook.vectors().expect("all are there");
    for (row, item) in words.items.iter().enumerate() {
        let mut alone = Vec::new();
        let mut keep = |_: &[usize], vectors: &Vectors| {
            alone.extend_from_slice(vectors.values());
            Ok(())
        };
        embedder().embed(&[&item.text], &mut keep, &Silent).expect("embedded");
        assert_eq!(vectors.row(row), alone, "the vector of {}", item.text);
    }
    assert!(Arc::ptr_eq(&vectors, &workbook.vectors().expect("still")), "they are in memory once");
}

#[test]
fn a_model_that_misbehaves_is_stopped_and_what_was_good_is_kept() {
    /// Gives one good batch, then one of the given dimensions, then fails.
    struct Bad(ModelKey, usize);

    impl Embedder for Bad {
        fn key(&self) -> &ModelKey {
            &self.0
        }

        fn dim(&self) -> usize {
            DIM
        }

        fn embed(&mut self, _: &[&str], sink: &mut Sink<'_>, _: &dyn Monitor) -> Result<()> {
            sink(&[0, 1], &Vectors::new(DIM, vec![0.1; 2 * DIM]))?;
            sink(&[2, 3], &Vectors::new(self.1, vec![0.1; 2 * self.1]))?;
            Err(Error::Embedding { reason: "out of memory".into() })
        }
    }

    for (dim, kept) in [(DIM, 4), (DIM + 1, 2)] {
        let desk = Desk::new();
        let workbook = desk.workbook(&numbered(10));
        let error = workbook.embed(&mut Bad(key(), dim), &Silent).expect_err("it failed");
        assert_eq!(kind(&error), "Embedding", "{error}");
        assert_eq!(workbook.embedded_count(), kept, "batches of {dim} dimensions");
    }
}

#[test]
fn another_model_has_its_own_vectors() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(20));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let vectors = workbook.vectors().expect("all are there");
    let mut other = HashingEmbedder::new(DIM * 2);
    let key = other.key().clone();
    assert_eq!(workbook.embedded_count_of(&key).expect("counted"), 0, "nothing is by this one yet");
    assert_eq!(kind(&workbook.vectors_of(&key).expect_err("none")), "Invalid", "nothing to give");
    workbook.embed(&mut other, &Silent).expect("embedded");
    assert_eq!(workbook.vectors_of(&key).expect("all are there").dim(), DIM * 2, "its own");
    assert_eq!(workbook.vectors().expect("all are there"), vectors, "the one in use stays");
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(
        workbook.vectors().expect("still there"),
        vectors,
        "the first one's are as they were"
    );
}

#[test]
fn queries_answer_while_a_job_writes() {
    /// Asks the workbook at every step of its own job.
    struct Asking<'a>(&'a Workbook);

    impl Monitor for Asking<'_> {
        fn progress(&self, stage: Stage, done: usize, _: usize) {
            if stage == Stage::Embedding {
                assert_eq!(self.0.embedded_count(), done, "the count is the one that was told");
                assert_eq!(self.0.items().len(), 200, "items are there");
                self.0.save_view(&done.to_string()).expect("and small changes go through");
            }
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(200));
    let before = workbook.revision();
    workbook.embed(&mut embedder(), &Asking(&workbook)).expect("embedded");
    assert!(workbook.revision() > before, "the window learns that vectors came");
    assert_eq!(workbook.view(), "200", "the last step");
}

#[test]
fn topics_are_found_kept_and_found_again_around_the_persons_names() {
    let desk = Desk::new();
    let stems = ["apple pie", "submarine", "violin music"];
    let lines: Vec<String> = (0..60).map(|n| format!("{} {}", stems[n % 3], n / 3)).collect();
    let workbook = desk.workbook(&list(&lines.join("\n")));
    let params = FindTopics { way: Way::Kmeans, count: Some(3), seed: workbook.seed() };
    let vocabulary = Vocabulary::empty(DIM);
    let too_early =
        workbook.find_topics(&params, &vocabulary, &Silent).expect_err("nothing is embedded");
    assert_eq!(kind(&too_early), "Invalid", "{too_early}");
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
    let found = workbook.sorting();
    assert_eq!(found.topics.len(), 3, "as many as asked for");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Found 3 topics"),
        "it can be undone, in words"
    );

    let (heatmap, profiles) =
        (workbook.heatmap().expect("drawn"), workbook.topic_profiles().expect("made"));
    let statistics = workbook.pair_statistics().expect("counted");
    let id = found.placements[0].topic.expect("the pies are alike");
    workbook.apply(&Edit::RenameTopic { topic: id, name: "my pies".into() }).expect("renamed");
    assert!(
        Arc::ptr_eq(&heatmap, &workbook.heatmap().expect("drawn")),
        "a name changes no picture"
    );

    workbook
        .find_topics(
            &FindTopics { way: Way::Kmeans, count: Some(4), seed: 5 },
            &vocabulary,
            &Silent,
        )
        .expect("found again");
    let again = workbook.sorting();
    let pies = again.topic(id).expect("the pies are still a topic, the same one");
    assert_eq!(pies.name, "my pies", "the person's name stays");
    assert!(pies.named_by_person, "and stays theirs");
    assert!(
        !Arc::ptr_eq(&heatmap, &workbook.heatmap().expect("drawn")),
        "other topics, another order"
    );
    assert!(!Arc::ptr_eq(&profiles, &workbook.topic_profiles().expect("made")), "other profiles");
    assert!(
        Arc::ptr_eq(&statistics, &workbook.pair_statistics().expect("counted")),
        "the same pairs"
    );
    drop(workbook);
    assert_eq!(desk.reopen().expect("opens").sorting(), again, "all of it is on the disk");
}

#[test]
fn the_nearest_items_come_best_first() {
    let desk = Desk::new();
    let workbook = desk.workbook(&list("apple pie\nsubmarine\napple pies\nconcrete"));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let nearest = workbook.nearest(ItemId(0), 2).expect("embedded");
    assert_eq!(nearest[0].0, ItemId(2), "almost the same letters");
    assert!(nearest[0].1 > nearest[1].1, "best first: {nearest:?}");
    assert_eq!(nearest.len(), 2, "as many as asked for, itself left out");
    assert_eq!(
        kind(&workbook.nearest(ItemId(4), 2).expect_err("four items")),
        "Invalid",
        "no fifth item"
    );
}
