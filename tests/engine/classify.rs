//! Sorting into a person's topics: how often it is right, how well it knows
//! that, and who follows a move. Figures of peers are those of scikit-learn on
//! the same vectors.

use kindred_engine::analyse::classify::{Space, followers};
use kindred_engine::items::Item;
use kindred_engine::monitor::Silent;
use kindred_engine::sort::{SortInto, WantedTopic, sort};
use kindred_engine::topics::Sorting;
use kindred_engine::vectors::Vectors;

use crate::model::{embedded, embedder, labelled, words_a};

/// A labelled list, ready to be sorted.
struct Labelled {
    items: Vec<Item>,
    space: Space,
    categories: Vec<String>,
}

impl Labelled {
    fn new((items, vectors): (Vec<Item>, Vectors)) -> Self {
        let mut categories: Vec<String> =
            items.iter().filter_map(|item| item.category.clone()).collect();
        categories.sort_unstable();
        categories.dedup();
        Self { items, space: Space::new(&vectors), categories }
    }

    fn words_a() -> Self {
        Self::new(words_a().clone())
    }

    /// `count` items of every category, others for every `draw`.
    fn examples(&self, count: usize, draw: u64) -> Vec<Vec<usize>> {
        let mut state = draw.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 16) as usize % below
        };
        let of = |category: &String| {
            let mut left: Vec<usize> = (0..self.items.len())
                .filter(|&item| self.items[item].category.as_ref() == Some(category))
                .collect();
            (0..count.min(left.len())).map(|_| left.swap_remove(random(left.len()))).collect()
        };
        self.categories.iter().map(of).collect()
    }

    fn sorted(&self, examples: &[Vec<usize>], uses_names: bool) -> Sorting {
        let wanted = |(place, name): (usize, &String)| WantedTopic {
            name: name.clone(),
            examples: examples.get(place).map_or_else(Vec::new, |examples| {
                examples.iter().map(|&item| self.items[item].text.clone()).collect()
            }),
        };
        let request = SortInto {
            topics: self.categories.iter().enumerate().map(wanted).collect(),
            uses_categories: false,
            uses_names,
        };
        let before = Sorting { threshold: Some(0.0), ..Sorting::default() };
        sort(&request, &self.items, &self.space, &before, &mut *embedder(), &Silent)
            .expect("it can be sorted")
    }

    /// Of every item that is no example: how sure, and whether that is right.
    fn judged(&self, sorting: &Sorting) -> Vec<(f32, bool)> {
        self.items
            .iter()
            .zip(&sorting.placements)
            .filter(|(_, place)| !place.pinned)
            .map(|(item, place)| {
                let topic = place.topic.and_then(|id| sorting.topic(id));
                let is_right = topic.map(|topic| &topic.name) == item.category.as_ref();
                (place.confidence, is_right)
            })
            .collect()
    }
}

fn accuracy(judged: &[(f32, bool)]) -> f64 {
    judged.iter().filter(|(_, is_right)| *is_right).count() as f64 / judged.len() as f64
}

/// Expected calibration error over ten bins of one width (Naeini et al., 2015).
fn calibration_error(judged: &[(f32, bool)]) -> f64 {
    let bin_of = |confidence: f32| ((confidence * 10.0) as usize).min(9);
    (0..10)
        .map(|bin| {
            let inside = || judged.iter().filter(|(sure, _)| bin_of(*sure) == bin);
            let sure: f64 = inside().map(|(sure, _)| f64::from(*sure)).sum();
            let right = inside().filter(|(_, is_right)| *is_right).count() as f64;
            (sure - right).abs() / judged.len() as f64
        })
        .sum()
}

#[test]
fn words_are_sorted_by_name_and_example_better_than_by_the_nearest() {
    let list = Labelled::words_a();
    let names = accuracy(&list.judged(&list.sorted(&[], true)));
    assert!(names >= 0.82, "by names alone {names:.3}, the nearest name gives 0.723");
    let mean = |uses_names| {
        let draws = 20;
        (0..draws)
            .map(|draw| accuracy(&list.judged(&list.sorted(&list.examples(3, draw), uses_names))))
            .sum::<f64>()
            / draws as f64
    };
    let both = mean(true);
    assert!(both >= 0.83, "by names and 3 examples {both:.3}, the nearest of both gives 0.741");
    let examples = mean(false);
    assert!(examples >= 0.78, "by 3 examples {examples:.3}, the nearest centroid gives 0.658");
}

#[test]
fn what_is_shown_as_sure_is_right_that_often() {
    for (name, list) in [("a", Labelled::words_a()), ("b", Labelled::new(labelled("words_b.csv")))]
    {
        for (what, uses_names) in [("names and 3 examples", true), ("3 examples", false)] {
            let judged: Vec<(f32, bool)> = (0..8)
                .flat_map(|draw| list.judged(&list.sorted(&list.examples(3, draw), uses_names)))
                .collect();
            let error = calibration_error(&judged);
            assert!(error <= 0.08, "list {name}, {what}: calibration error {error:.3}");
            let shown: Vec<_> =
                judged.iter().copied().filter(|(sure, _)| (0.8..0.9).contains(sure)).collect();
            let right = accuracy(&shown);
            assert!(
                (0.75..=0.95).contains(&right),
                "list {name}, {what}: of {} shown with 80 to 90 %, {right:.3} are right",
                shown.len()
            );
        }
        let error = calibration_error(&list.judged(&list.sorted(&[], true)));
        assert!(error <= 0.08, "list {name}, names: calibration error {error:.3}");
    }
}

#[test]
fn names_that_say_nothing_do_no_harm_beside_examples() {
    let mut list = Labelled::words_a();
    let examples = list.examples(3, 1);
    let by_examples = list.sorted(&examples, false);
    let wanted: Vec<_> = by_examples.placements.iter().map(|place| place.topic).collect();
    for (place, name) in list.categories.iter_mut().enumerate() {
        *name = format!("t{place}");
    }
    let labelled = list.sorted(&examples, true);
    let same = labelled.placements.iter().zip(&wanted).filter(|(a, b)| a.topic == **b).count();
    assert!(
        same * 100 >= wanted.len() * 90,
        "{same} of {} items are where they were",
        wanted.len()
    );
}

#[test]
fn the_same_request_gives_the_same_places_to_the_last_bit() {
    let list = Labelled::words_a();
    let examples = list.examples(3, 5);
    let first = list.sorted(&examples, true);
    assert_eq!(first, list.sorted(&examples, true), "nothing is left to chance");
}

#[test]
fn few_items_and_odd_topics_have_an_answer() {
    for (texts, names) in [
        (&["apple"][..], &["fruit", "town"][..]),
        (&["apple", "Oslo"], &["fruit"]),
        (&["apple", "Oslo", "pear"], &["fruit", "town", "an empty topic", "?"]),
        (&["a", "a b", "\u{1f34e}"], &["x", "y"]),
    ] {
        let items: Vec<Item> = texts
            .iter()
            .map(|text| Item { text: (*text).to_owned(), category: None, occurrences: 1 })
            .collect();
        let mut list = Labelled::new((items, embedded(texts)));
        list.categories = names.iter().map(|name| (*name).to_owned()).collect();
        let sorting = list.sorted(&[], true);
        assert_eq!(sorting.topics.len(), names.len(), "as many topics as were named");
        for place in &sorting.placements {
            assert!(place.topic.is_some(), "0 % places everything of {texts:?}");
            assert!((0.0..=1.0).contains(&place.confidence), "a share: {}", place.confidence);
            assert!(place.runner_up_confidence <= place.confidence, "the best comes first");
        }
    }
    let sorting = {
        let mut list = Labelled::new((
            ["apple", "Oslo", "pear"]
                .map(|text| Item { text: text.to_owned(), category: None, occurrences: 1 })
                .to_vec(),
            embedded(&["apple", "Oslo", "pear"]),
        ));
        list.categories = vec!["fruit".to_owned(), "town".to_owned()];
        list.sorted(&[], true)
    };
    let topic = |item: usize| sorting.placements[item].topic.and_then(|id| sorting.topic(id));
    let names: Vec<&str> = (0..3).filter_map(|item| Some(topic(item)?.name.as_str())).collect();
    assert_eq!(names, ["fruit", "town", "fruit"], "three words are enough to be sorted");
}

#[test]
fn who_follows_into_a_new_topic_mostly_belongs_there() {
    let list = Labelled::words_a();
    // The sports were never asked for: they are spread over the other topics.
    let mut known = Labelled::words_a();
    known.categories.retain(|category| category != "sport");
    let sorting = known.sorted(&[], true);
    let group: Vec<Option<u32>> = sorting
        .placements
        .iter()
        .map(|place| place.topic.map(|id| sorting.place_of(id).expect("it is one of them") as u32))
        .collect();
    let sports: Vec<usize> = (0..list.items.len())
        .filter(|&item| list.items[item].category.as_deref() == Some("sport"))
        .collect();
    let (mut right, mut all) = (0, 0);
    for first in [0, 10, 20, 30] {
        let moved = &sports[first..first + 3];
        let found = followers(&list.space, &group, sorting.topics.len(), moved, None);
        assert!(found.windows(2).all(|pair| pair[0].1 >= pair[1].1), "the surest come first");
        assert!(
            found.iter().all(|(item, _)| !moved.contains(item)),
            "who was moved follows nobody"
        );
        all += found.len();
        right += found.iter().filter(|(item, _)| sports.contains(item)).count();
    }
    assert!(all >= 12, "somebody follows three sports: {all} in four tries");
    assert!(right * 10 >= all * 8, "{right} of {all} followers are sports");
}
