//! Several models on one workbook: every text is embedded once by each, one
//! can take the place of another and be taken back, and they can be compared.

use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::edits::Edit;
use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::{Embedder as _, Shared, embed_all};
use kindred_engine::import::ImportedList;
use kindred_engine::items::ItemId;
use kindred_engine::monitor::Silent;
use kindred_engine::workbook::{Answer, Judge, Namer, Workbook};

use crate::desk::{Counting, DIM, Desk, embedder, key, kind, list, numbered};

fn shared() -> Shared {
    Shared::new(embedder())
}

fn vocabulary() -> Vocabulary {
    let words = ["colour", "animal", "town", "tool"].map(str::to_owned).to_vec();
    Vocabulary::make(words, &mut embedder(), &Silent).expect("hashing never fails")
}

/// Two groups by their letters, and what belongs to neither.
fn two_kinds() -> ImportedList {
    list(
        "banana\nbananas\nbanana split\nbanana bread\nbanana tree\nwindow\nwindows\nwindow pane\n\
         window seat\nwindowsill\nbanana window\nxylophone",
    )
}

fn with_topics(desk: &Desk, vocabulary: &Vocabulary) -> Workbook {
    let workbook = desk.workbook(&two_kinds());
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let params = FindTopics { way: Way::Kmeans, count: Some(2), seed: 1 };
    workbook.find_topics(&params, vocabulary, &Silent).expect("found");
    workbook
}

#[test]
fn switching_to_another_model_and_back_embeds_nothing_again() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(300));
    let mut first = Counting::new();
    workbook.embed(&mut first, &Silent).expect("embedded");
    let asked = first.asked.len();
    assert_eq!(asked, 300, "each text once");
    let mut spelling = Shared::new(HashingEmbedder::spelling());
    workbook.embed(&mut spelling, &Silent).expect("embedded");
    assert_eq!(workbook.model(), key(), "embedding with another model does not use it yet");
    let vocabulary = vocabulary();
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    workbook.adopt(&mut spelling, "Spelling", &namer, &Silent).expect("adopted");
    assert_eq!(workbook.model(), *spelling.key(), "now it is used");
    assert_eq!(workbook.vectors().expect("all there").dim(), spelling.dim(), "its vectors");
    assert_eq!(workbook.embedded_count(), 300, "all of them");
    workbook.undo().expect("taken back");
    assert_eq!(workbook.model(), key(), "undo brings the first model back");
    assert_eq!(workbook.vectors().expect("all there").dim(), DIM, "and its vectors");
    workbook.redo().expect("done again");
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.model(), *spelling.key(), "the choice is in the file");
    workbook.embed(&mut first, &Silent).expect("nothing to do");
    assert_eq!(first.asked.len(), asked, "the first model is not asked again");
}

#[test]
fn a_model_that_has_not_embedded_everything_cannot_be_adopted() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(5));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let vocabulary = vocabulary();
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    let mut spelling = Shared::new(HashingEmbedder::spelling());
    let refused = workbook.adopt(&mut spelling, "Spelling", &namer, &Silent);
    assert_eq!(kind(&refused.expect_err("refused")), "Invalid", "its vectors are missing");
    assert_eq!(workbook.model(), key(), "nothing changed");
}

#[test]
fn adopting_a_model_leaves_pins_and_names_where_they_are() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = with_topics(&desk, &vocabulary);
    let topic = workbook.sorting().topics[0].id;
    let name = || "Mine".to_owned();
    workbook.apply(&Edit::RenameTopic { topic, name: name() }).expect("renamed");
    let item = ItemId(11);
    workbook.apply(&Edit::MoveItems { items: vec![item], topic: Some(topic) }).expect("moved");
    let mut spelling = Shared::new(HashingEmbedder::spelling());
    workbook.embed(&mut spelling, &Silent).expect("embedded");
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    workbook.adopt(&mut spelling, "Spelling", &namer, &Silent).expect("adopted");
    let sorting = workbook.sorting();
    assert_eq!(sorting.topic(topic).map(|topic| topic.name.as_str()), Some("Mine"), "the name");
    let place = sorting.placements[item.index()];
    assert!(place.pinned && place.topic == Some(topic), "the pinned word did not move");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Took Spelling into use"),
        "one edit"
    );
}

#[test]
fn names_of_topics_are_embedded_once_as_well() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(3));
    let mut counting = Counting::new();
    for _ in 0..2 {
        let rows = embed_all(&mut workbook.remembering(&mut counting), &["fruit", "tool"], &Silent);
        assert_eq!(rows.expect("embedded").len(), 2, "both are answered");
    }
    assert_eq!(counting.asked.len(), 2, "the second time they are known");
}

#[test]
fn a_model_compared_with_itself_agrees_about_everything() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = with_topics(&desk, &vocabulary);
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    let mut models = [shared(), shared()];
    let comparison = workbook.compare(&mut models, &namer, &Silent).expect("compared");
    let likeness = comparison.likeness[0];
    assert!((likeness.topic_agreement - 1.0).abs() < 1e-9, "the same topics: {likeness:?}");
    assert!((likeness.neighbour_overlap - 1.0).abs() < 1e-9, "the same neighbours: {likeness:?}");
    assert_eq!(
        (comparison.differences.len(), comparison.difference_count),
        (0, 0),
        "no difference"
    );
    let alone = workbook.compare(&mut models[..1], &namer, &Silent);
    assert_eq!(kind(&alone.expect_err("one")), "Invalid", "one model is nothing to compare");
}

#[test]
fn models_that_differ_are_told_word_by_word() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = with_topics(&desk, &vocabulary);
    let mut backwards = Shared::new(Scrambled(embedder()));
    workbook.embed(&mut backwards, &Silent).expect("embedded");
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    let mut models = [shared(), backwards];
    let comparison = workbook.compare(&mut models, &namer, &Silent).expect("compared");
    assert!(comparison.difference_count > 0, "one of them reads something else");
    assert!(comparison.likeness[0].same_topic < 1.0, "{:?}", comparison.likeness);
    let order: Vec<f32> = comparison.differences.iter().map(|d| d.disagreement).collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "the furthest apart come first: {order:?}");
    for difference in &comparison.differences {
        let [a, b] = [difference.votes[0], difference.votes[1]];
        assert_ne!(a.topic, b.topic, "they do differ about {:?}", difference.item);
        assert!(a.next_to != difference.item, "an item is not next to itself");
        let known = |vote: Option<usize>| vote.is_none_or(|topic| topic < comparison.topics.len());
        assert!(known(a.topic) && known(b.topic), "every topic has a name");
    }
    assert_eq!(workbook.model(), key(), "comparing changes nothing");
}

#[test]
fn models_are_scored_by_categories_and_pins() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let rows = "text,category\nbanana,b\nbananas,b\nbanana bread,b\nbanana tree,b\nwindow,w\n\
                windows,w\nwindow pane,w\nwindow seat,w\n";
    let workbook = desk.workbook(&list(rows));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let params = FindTopics { way: Way::Kmeans, count: Some(2), seed: 1 };
    workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
    let topic = workbook.sorting().placements[0].topic;
    workbook.apply(&Edit::MoveItems { items: vec![ItemId(0)], topic }).expect("pinned");
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    let mut models = [shared(), shared()];
    let comparison = workbook.compare(&mut models, &namer, &Silent).expect("compared");
    let scores = &comparison.models[0].scores;
    let of = |judge| scores.iter().find(|score| score.judge == judge).copied();
    let categories = of(Judge::Categories).expect("the list has categories");
    assert_eq!(
        (categories.agreed, categories.total),
        (7, 7),
        "letters tell them apart; one is pinned"
    );
    assert_eq!(of(Judge::Pins).expect("there is a pin").total, 1, "one pin was judged");
}

#[test]
fn answers_draw_the_line_and_can_be_forgotten() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(60));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let asked = workbook.questions(&[key()]).expect("asked");
    assert_eq!(asked.len(), 10, "ten questions");
    let vectors = workbook.vectors().expect("all there");
    let cosine = |(a, b): (ItemId, ItemId)| -> f32 {
        vectors.row(a.index()).iter().zip(vectors.row(b.index())).map(|(a, b)| a * b).sum()
    };
    let mut cosines: Vec<f32> = asked.iter().map(|&pair| cosine(pair)).collect();
    cosines.sort_by(f32::total_cmp);
    let line = (cosines[5] + cosines[6]) / 2.0;
    let answers: Vec<Answer> = asked
        .iter()
        .map(|&(first, second)| Answer {
            first,
            second,
            is_related: cosine((first, second)) > line,
        })
        .collect();
    workbook.answer(&answers).expect("kept");
    let related = workbook.related().expect("read");
    assert!(related.is_from_answers, "the answers decide");
    assert_eq!(related.answers, answers, "they are kept");
    let scale = workbook.scale(&key(), None).expect("known");
    let fit = scale.fit.expect("both kinds were answered");
    assert_eq!((fit.line.agreed, fit.answers), (10, 10), "a person who thinks like the model");
    assert!((fit.line.threshold - line).abs() < 0.02, "{fit:?} lies at {line}");
    assert!((scale.threshold - line).abs() < 0.05, "and so do related pairs: {}", scale.threshold);
    workbook.forget_answers().expect("forgotten");
    let related = workbook.related().expect("read");
    assert!(related.answers.is_empty() && !related.is_from_answers, "as at first");
    workbook.set_related(99.0).expect("set");
    let pairs = workbook.related_pairs(&key(), 5, None).expect("found");
    assert!(!pairs.is_empty() && pairs.len() <= 5, "the most alike");
    assert!(pairs.is_sorted_by(|a, b| a.similarity >= b.similarity), "best first");
    assert_eq!(kind(&workbook.set_related(101.0).expect_err("no")), "Invalid", "no percentage");
}

#[test]
fn a_short_list_is_judged_with_bundled_words() {
    let desk = Desk::new();
    let workbook = desk.workbook(&list("apple\npear\nplum"));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    let scale = workbook.scale(&key(), Some(&mut embedder())).expect("known");
    assert!(scale.uses_bundled_pairs, "three pairs say nothing");
    assert!(scale.pairs.pairs > 1_000, "bundled words have many: {}", scale.pairs.pairs);
    let alone = workbook.scale(&key(), None).expect("known");
    assert!(!alone.uses_bundled_pairs && alone.pairs.pairs == 3, "nobody reads them then");
}

#[test]
fn the_model_that_takes_over_is_remembered_until_it_did() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = with_topics(&desk, &vocabulary);
    let mut spelling = Shared::new(HashingEmbedder::spelling());
    workbook.set_next_model(Some(spelling.key())).expect("kept");
    drop(workbook);
    let workbook = desk.reopen().expect("opens");
    assert_eq!(workbook.next_model().as_ref(), Some(spelling.key()), "it is in the file");
    workbook.embed(&mut spelling, &Silent).expect("embedded");
    let namer = Namer { vocabulary: &vocabulary, reader: shared() };
    workbook.adopt(&mut spelling, "Spelling", &namer, &Silent).expect("adopted");
    assert_eq!(workbook.next_model(), None, "it took over");
}

/// Reads every text as if it were another one.
struct Scrambled(HashingEmbedder);

impl kindred_engine::embed::Embedder for Scrambled {
    fn key(&self) -> &kindred_engine::embed::ModelKey {
        static KEY: std::sync::OnceLock<kindred_engine::embed::ModelKey> =
            std::sync::OnceLock::new();
        KEY.get_or_init(|| kindred_engine::embed::ModelKey {
            id: "scrambled".to_owned(),
            ..self.0.key().clone()
        })
    }

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn embed(
        &mut self,
        texts: &[&str],
        sink: &mut kindred_engine::embed::Sink<'_>,
        monitor: &dyn kindred_engine::monitor::Monitor,
    ) -> kindred_engine::Result<()> {
        let other: Vec<String> =
            texts.iter().map(|text| text.chars().last().into_iter().collect()).collect();
        let other: Vec<&str> = other.iter().map(String::as_str).collect();
        self.0.embed(&other, sink, monitor)
    }
}
