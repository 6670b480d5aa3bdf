//! Maps, axes, the tree, broad topics and the ways to find topics, on a workbook.

use kindred_engine::analyse::map::Method;
use kindred_engine::analyse::topics::{FindTopics, Way};
use kindred_engine::analyse::tree::Linkage;
use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::edits::Edit;
use kindred_engine::embed::Shared;
use kindred_engine::error::Error;
use kindred_engine::items::ItemId;
use kindred_engine::monitor::Silent;
use kindred_engine::workbook::{AxisEnd, MapKey, Namer, Workbook};

use crate::desk::{Desk, embedder, key, kind, list};

/// Nine groups of eight words that share most of their letters.
fn nine_groups() -> String {
    let stems =
        ["banana", "window", "guitar", "purple", "monday", "rocket", "jungle", "velvet", "copper"];
    let endings = ["", "s", " one", " two", " red", " old", " big", " low"];
    stems.iter().flat_map(|stem| endings.map(|ending| format!("{stem}{ending}\n"))).collect()
}

fn embedded(desk: &Desk) -> Workbook {
    let workbook = desk.workbook(&list(&nine_groups()));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook
}

fn vocabulary() -> Vocabulary {
    let words = ["colour", "animal", "town", "tool"].map(str::to_owned).to_vec();
    Vocabulary::make(words, &mut embedder(), &Silent).expect("hashing never fails")
}

fn umap() -> MapKey {
    MapKey { model: key(), method: Method::Umap, dims: 2 }
}

#[test]
fn a_map_is_kept_comes_back_after_a_restart_and_knows_when_it_is_old() {
    let desk = Desk::new();
    let workbook = embedded(&desk);
    assert!(workbook.map(&umap()).expect("asked").is_none(), "nothing was laid out yet");
    let mut frames = 0;
    let laid_out = workbook
        .lay_out(&umap(), &Silent, &mut |positions| {
            assert_eq!(positions.len(), 144, "a frame has a place for everybody");
            frames += 1;
        })
        .expect("laid out");
    assert!(frames > 10, "it was seen forming: {frames} frames");
    assert!(!laid_out.is_stale, "it shows the list as it is");
    let positions = laid_out.map().positions.clone();
    drop((laid_out, workbook));

    let workbook = desk.reopen().expect("opens");
    let kept = workbook.map(&umap()).expect("asked").expect("kept");
    assert_eq!(kept.map().positions, positions, "to the last bit");
    let other = MapKey { dims: 3, ..umap() };
    assert!(workbook.map(&other).expect("asked").is_none(), "in space it was never laid out");
    let again = workbook.lay_out(&umap(), &Silent, &mut |_| ()).expect("laid out");
    let moved = again.map().positions.iter().zip(&positions).map(|(a, b)| (a - b).abs());
    assert!(moved.fold(0.0, f32::max) < 1e-2, "the same list lies the same way again");

    workbook
        .give_context(ItemId(3), Some("a fruit"), &mut embedder(), &Silent)
        .expect("the word is read anew");
    assert!(
        workbook.map(&umap()).expect("asked").expect("kept").is_stale,
        "the list changed since"
    );
}

#[test]
fn an_axis_has_its_ends_at_zero_and_one() {
    let workbook = embedded(&Desk::new());
    let reader = || Ok(Shared::new(embedder()));
    let (from, to) = (AxisEnd::Item(ItemId(0)), AxisEnd::Text("window".to_owned()));
    let places = workbook.axis(&from, &to, reader).expect("two words that differ");
    assert!(places[0].abs() < 1e-4, "banana is the first end: {}", places[0]);
    assert!((places[8] - 1.0).abs() < 1e-4, "window is in the list, and the second: {}", places[8]);
    assert!(places[1] < places[9], "bananas are nearer to the first end than windows");
    let unknown = AxisEnd::Text("windowpane".to_owned());
    assert!(workbook.axis(&from, &unknown, reader).is_ok(), "a word that is not there is read");
    for (from, to) in [
        (from.clone(), from.clone()),
        (from.clone(), AxisEnd::Text("  ".to_owned())),
        (from.clone(), AxisEnd::Item(ItemId(999))),
    ] {
        let refused = workbook.axis(&from, &to, reader).expect_err("no axis");
        assert!(matches!(refused, Error::Invalid(_)), "told in a sentence: {refused}");
    }
}

#[test]
fn the_heatmap_is_ordered_by_the_tree_and_a_cut_makes_its_groups_the_topics() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = embedded(&desk);
    let by_topic = workbook.heatmap().expect("drawn").order().to_vec();
    workbook.grow_tree(Linkage::Average, &Silent).expect("grown");
    let tree = workbook.tree().expect("there");
    assert_eq!(workbook.heatmap().expect("drawn").order(), tree.order, "the tree's order");
    let way = Way::Tree(Linkage::Average);
    let params = FindTopics { way, count: Some(9), seed: 1 };
    workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
    let (sorting, cut) = (workbook.sorting(), tree.cut(9));
    assert_eq!(sorting.topics.len(), 9, "as many topics as groups");
    for (a, place) in sorting.placements.iter().enumerate() {
        for (b, other) in sorting.placements.iter().enumerate() {
            assert_eq!(place.topic == other.topic, cut[a] == cut[b], "items {a} and {b}");
        }
    }
    assert_eq!(workbook.heatmap().expect("drawn").order(), tree.order, "topics leave the tree");
    workbook.undo().expect("one edit");
    workbook.drop_tree();
    assert!(workbook.tree().is_none(), "it is gone");
    assert_eq!(workbook.heatmap().expect("drawn").order(), by_topic, "ordered as before");
}

#[test]
fn every_way_finds_topics_and_keeps_what_is_pinned() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = embedded(&desk);
    for (way, count) in [
        (Way::Kmeans, Some(9)),
        (Way::Tree(Linkage::Complete), Some(9)),
        (Way::Tree(Linkage::Ward), None),
        (Way::Hdbscan, Some(4)),
        (Way::Gaussian, Some(9)),
        (Way::Dbscan, None),
        (Way::Optics, Some(4)),
    ] {
        let params = FindTopics { way, count, seed: 1 };
        workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
        let sorting = workbook.sorting();
        assert!(sorting.topics.len() > 1, "{way:?} tells groups apart: {}", sorting.topics.len());
        if way == Way::Kmeans {
            let items = vec![ItemId(0)];
            let topic = sorting.placements[20].topic;
            workbook.apply(&Edit::MoveItems { items, topic }).expect("moved");
        } else {
            assert!(sorting.placements[0].pinned, "{way:?} leaves the pinned word alone");
        }
    }
    let params = FindTopics { way: Way::Hdbscan, count: Some(500), seed: 1 };
    let refused = workbook.find_topics(&params, &vocabulary, &Silent).expect_err("too many");
    assert_eq!(kind(&refused), "Invalid", "more than there are cannot make a topic");
}

#[test]
fn broad_topics_hold_every_topic_once() {
    let (desk, vocabulary) = (Desk::new(), vocabulary());
    let workbook = embedded(&desk);
    let namer = Namer { vocabulary: &vocabulary, reader: Shared::new(embedder()) };
    assert!(workbook.broad_topics(&namer).expect("asked").is_empty(), "there are no topics yet");
    let params = FindTopics { way: Way::Kmeans, count: Some(9), seed: 1 };
    workbook.find_topics(&params, &vocabulary, &Silent).expect("found");
    let broad = workbook.broad_topics(&namer).expect("grouped");
    assert!((2..=4).contains(&broad.len()), "at most half as many: {}", broad.len());
    assert!(broad.iter().all(|broad| !broad.name.is_empty()), "each has a name");
    let sorting = workbook.sorting();
    let mut inside: Vec<_> = broad.iter().flat_map(|broad| broad.topics.clone()).collect();
    assert_eq!(inside[0], sorting.topics[0].id, "the first topic is in the first of them");
    inside.sort_unstable();
    let mut all: Vec<_> = sorting.topics.iter().map(|topic| topic.id).collect();
    all.sort_unstable();
    assert_eq!(inside, all, "every topic once");
}
