//! Topics, names and pictures, against independent references and known categories.

use kindred_engine::Error;
use kindred_engine::analyse::heatmap::{Heatmap, NOTHING, Range, TILE_CELLS};
use kindred_engine::analyse::kmeans::{Rounds, lloyd, plus_plus};
use kindred_engine::analyse::product::dot;
use kindred_engine::analyse::profile::topic_profiles;
use kindred_engine::analyse::topics::{FindTopics, Way, find};
use kindred_engine::analyse::{order, similarity, statistics};
use kindred_engine::monitor::Silent;
use kindred_engine::topics::Sorting;
use kindred_engine::vectors::Vectors;
use linfa::DatasetBase;
use linfa::traits::{Fit as _, Predict as _};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::Array2;
use rand08::SeedableRng as _;
use std::sync::Arc;

use crate::model::{agreement, embedded, vocabulary, words_a};

fn found_in_words_a(count: Option<usize>, seed: u64) -> Sorting {
    let (items, vectors) = words_a();
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    find(vectors, &texts, &FindTopics { way: Way::Kmeans, count, seed }, &vocabulary(), &Silent)
        .expect("the list has topics")
}

/// Place of each item's category among the categories, and of its topic, Unsorted being one more.
fn truth_and_found(sorting: &Sorting) -> (Vec<usize>, Vec<usize>) {
    let categories: Vec<&str> =
        words_a().0.iter().filter_map(|item| item.category.as_deref()).collect();
    let mut names = categories.clone();
    names.sort_unstable();
    names.dedup();
    let truth = categories
        .iter()
        .map(|category| names.binary_search(category).expect("it was just collected"));
    let found = sorting
        .placements
        .iter()
        .map(|p| p.topic.map_or(sorting.topics.len(), |topic| topic.0 as usize));
    (truth.collect(), found.collect())
}

#[test]
fn k_means_ends_where_linfa_ends_from_the_same_start() {
    let (_, vectors) = words_a();
    let (k, dim) = (12, vectors.dim());
    let start = plus_plus(vectors, k, 5);
    let rounds = Rounds { at_most: 300, tolerance: 0.0 };
    let ours = lloyd(vectors, start.clone(), rounds, &Silent).expect("nothing cancels");

    // linfa counts the old centroid as one more point of each part, so its way there is another, but
    // where nothing moves any more is the same: it must stay where we end, and end about as well.
    let points = |rows: &Vectors| {
        Array2::from_shape_vec(
            (rows.len(), dim),
            rows.values().iter().map(|&value| f64::from(value)).collect(),
        )
        .expect("rows of one dimension")
    };
    let data = DatasetBase::from(points(vectors));
    let linfa_from = |start: &Vectors| {
        let theirs = KMeans::params_with_rng(k, rand08::rngs::StdRng::seed_from_u64(0))
            .init_method(KMeansInit::Precomputed(points(start)))
            .n_runs(1)
            .max_n_iterations(300)
            .tolerance(1e-9)
            .fit(&data)
            .expect("linfa converges");
        let labels = theirs.predict(&data);
        let squared_distance = |(row, label): (usize, &usize)| {
            let centroid = theirs.centroids().row(*label);
            data.records().row(row).iter().zip(centroid).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
        };
        let inertia: f64 = labels.iter().enumerate().map(squared_distance).sum();
        let same = labels.iter().zip(&ours.assignment).filter(|(a, b)| **a == **b as usize).count();
        (same, inertia)
    };
    let (same, inertia) = linfa_from(&ours.centroids);
    assert_eq!(same, vectors.len(), "where we end, linfa moves no point");
    assert!(
        (ours.inertia / inertia - 1.0).abs() < 1e-5,
        "inertia {} against {inertia}",
        ours.inertia
    );
    let (same, inertia) = linfa_from(&start);
    assert!(
        same * 100 >= vectors.len() * 97,
        "from one start {same} of {} points share a part",
        vectors.len()
    );
    assert!(
        (ours.inertia / inertia - 1.0).abs() < 0.001,
        "inertia {} against {inertia}",
        ours.inertia
    );
}

#[test]
fn ten_topics_of_the_words_agree_with_their_categories() {
    let (mut rand, mut v) = (0.0, 0.0);
    for seed in 0..5 {
        let (truth, found) = truth_and_found(&found_in_words_a(Some(10), seed));
        let (of_rand, of_v) = agreement(&truth, &found);
        rand += of_rand / 5.0;
        v += of_v / 5.0;
    }
    assert!(rand >= 0.56, "adjusted Rand index {rand:.3}, k-means of scikit-learn gives 0.542");
    assert!(v >= 0.70, "V-measure {v:.3}, k-means of scikit-learn gives 0.692");
}

#[test]
fn the_machine_chooses_a_sensible_number_of_topics() {
    for seed in [0, 1] {
        let count = found_in_words_a(None, seed).topics.len();
        assert!((7..=15).contains(&count), "10 categories became {count} topics");
    }
}

#[test]
fn topics_are_named_in_words_a_person_would_use() {
    // The category's word or a plain synonym, in any form.
    let accepted: [(&str, &[&str]); 10] = [
        ("company", &["compan", "corporation", "firm", "business"]),
        ("country", &["countr", "nation"]),
        ("dog breed", &["dog", "breed"]),
        ("fruit", &["fruit"]),
        ("gemstone", &["gem", "mineral", "crystal"]),
        ("musical instrument", &["instrument"]),
        ("occupation", &["occupation", "profession", "job"]),
        ("programming language", &["programming", "code", "coding"]),
        ("sport", &["sport"]),
        ("vegetable", &["vegetable"]),
    ];
    let sorting = found_in_words_a(None, 0);
    let names: Vec<&str> = sorting
        .topics
        .iter()
        .flat_map(|topic| {
            [topic.name.as_str()].into_iter().chain(topic.alternates.iter().map(String::as_str))
        })
        .collect();
    let named: Vec<&str> = accepted
        .iter()
        .filter(|(_, words)| {
            words.iter().any(|word| names.iter().any(|name| name.starts_with(word)))
        })
        .map(|(category, _)| *category)
        .collect();
    assert!(named.len() >= 8, "only {named:?} are named among {names:?}");
}

#[test]
fn the_same_list_and_seed_give_the_same_topics_to_the_last_bit() {
    assert_eq!(found_in_words_a(None, 3), found_in_words_a(None, 3), "nothing is left to chance");
}

#[test]
fn nine_words_become_fruit_countries_and_companies() {
    let texts = [
        "apple",
        "orange",
        "banana",
        "Jamaica",
        "Sri Lanka",
        "Singapore",
        "Malaysia",
        "Facebook",
        "Google",
    ];
    let vectors = embedded(&texts);
    let sorting = find(
        &vectors,
        &texts,
        &FindTopics { way: Way::Kmeans, count: None, seed: 0 },
        &vocabulary(),
        &Silent,
    )
    .expect("nine words have topics");
    let topic =
        |item: usize| sorting.placements[item].topic.expect("each of them belongs somewhere");
    assert_eq!(sorting.topics.len(), 3, "three kinds of thing");
    assert!(topic(0) == topic(1) && topic(1) == topic(2), "the fruit are together");
    assert!((3..7).all(|item| topic(item) == topic(3)), "the countries are together");
    assert_eq!(topic(7), topic(8), "the companies are together");
    assert_eq!(
        sorting.topics[0].name, "country",
        "the largest comes first and has a name for its kind"
    );
}

#[test]
fn odd_lists_have_an_answer() {
    let namer = vocabulary();
    let find = |texts: &[&str], count| {
        find(
            &embedded(texts),
            texts,
            &FindTopics { way: Way::Kmeans, count, seed: 1 },
            &namer,
            &Silent,
        )
    };
    for texts in [
        &["one"][..],
        &["a", "b", "c"],
        &["\u{1f34e}", "\u{1f34c}", "\u{1f352}", "\u{1f347}", "\u{1f95d}"],
    ] {
        let sorting = find(texts, None).expect("no list is too odd");
        assert_eq!(sorting.placements.len(), texts.len(), "every item of {texts:?} has a place");
    }
    assert!(
        matches!(find(&["a", "b"], Some(3)), Err(Error::Invalid(_))),
        "two items cannot make three topics"
    );
    let one = find(&["red", "blue", "green", "Peru"], Some(1)).expect("one topic is allowed");
    assert_eq!(one.topics.len(), 1, "as many as were asked for");
}

#[test]
fn a_topic_is_typically_its_clearest_items() {
    let (items, vectors) = words_a();
    let sorting = found_in_words_a(Some(10), 0);
    for (profile, topic) in topic_profiles(vectors, &sorting).iter().zip(&sorting.topics) {
        assert_eq!(profile.topic, topic.id, "profiles come in the order of the topics");
        assert_eq!(
            profile.size,
            sorting.members(Some(topic.id)).count(),
            "its size counts its items"
        );
        for item in profile.typical.iter().chain(&profile.odd) {
            assert_eq!(
                sorting.placements[item.index()].topic,
                Some(topic.id),
                "{} is one of its items",
                items[item.index()].text
            );
        }
        let members: Vec<usize> =
            sorting.members(Some(topic.id)).map(|item| item.index()).collect();
        let (mut sum, mut pairs) = (0.0, 0);
        for (place, &a) in members.iter().enumerate() {
            for &b in &members[..place] {
                sum += dot(vectors.row(a), vectors.row(b));
                pairs += 1;
            }
        }
        let mean = sum / pairs as f32;
        assert!(
            (profile.cohesion - mean).abs() < 1e-4,
            "cohesion {} is the mean over pairs {mean}",
            profile.cohesion
        );
    }
}

#[test]
fn the_heatmap_of_the_words_shows_their_similarities_by_topic() {
    let (_, vectors) = words_a();
    let sorting = found_in_words_a(Some(10), 0);
    let order = order::leaf_order(vectors, &sorting);
    let statistics = statistics::pair_statistics(vectors, 0);
    let (low, high) = statistics.colour_range();
    assert!(
        -0.2 < low && low < 0.1 && 0.4 < high && high < 1.0,
        "the range is the model's own: {low} to {high}"
    );
    let heatmap = Heatmap::new(Arc::new(vectors.clone()), order.clone());
    let tile = heatmap.tile(0, 0, 1, Range { low, high });
    for (row, column) in [(0, 0), (17, 201), (255, 255)] {
        let similarity =
            dot(vectors.row(order[row] as usize), vectors.row(order[256 + column] as usize));
        let expected = ((similarity - low) / (high - low) * 254.0).clamp(0.0, 254.0);
        let cell = f32::from(tile[row * TILE_CELLS + column]);
        assert!((cell - expected).abs() <= 0.51, "cell {row}, {column}: {cell} is not {expected}");
    }
    let diagonal = heatmap.tile(0, 0, 0, Range { low, high });
    assert!(
        (0..TILE_CELLS).all(|i| diagonal[i * TILE_CELLS + i] == NOTHING),
        "no item is compared with itself"
    );
}

#[test]
fn neighbours_of_apple_are_what_a_look_at_all_pairs_says() {
    let (items, vectors) = words_a();
    let apple = items.iter().position(|item| item.text == "apple").expect("apple is in the list");
    let mut all: Vec<(usize, f32)> = (0..vectors.len())
        .filter(|&i| i != apple)
        .map(|i| (i, dot(vectors.row(i), vectors.row(apple))))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let nearest = similarity::nearest(vectors, apple, 5);
    for (found, expected) in nearest.iter().zip(&all) {
        assert_eq!(found.0 as usize, expected.0, "the same neighbours in the same order");
    }
}
