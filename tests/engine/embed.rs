//! The bundled model gives the vectors it is known for, whatever the batch.

use std::sync::atomic::{AtomicUsize, Ordering};

use kindred_engine::Error;
use kindred_engine::analyse::product::dot;
use kindred_engine::embed::Embedder as _;
use kindred_engine::monitor::{Monitor, Stage};

use crate::model::{embedded, embedder, words_a};

#[test]
fn four_words_have_the_cosines_sentence_transformers_gives() {
    let vectors = embedded(&["apple", "orange", "banana", "Jamaica"]);
    // SentenceTransformer("all-MiniLM-L6-v2").encode([...], normalize_embeddings=True), every pair's dot product.
    for (a, b, cosine) in
        [(0, 1, 0.373), (0, 2, 0.424), (0, 3, 0.302), (1, 2, 0.518), (1, 3, 0.242), (2, 3, 0.348)]
    {
        let found = dot(vectors.row(a), vectors.row(b));
        assert!((found - cosine).abs() < 0.000_5, "items {a} and {b}: {found} is not {cosine}");
    }
}

#[test]
fn every_vector_has_unit_length() {
    for (index, row) in words_a().1.rows().enumerate() {
        let length = dot(row, row).sqrt();
        assert!((length - 1.0).abs() < 1e-5, "item {index} has length {length}");
    }
}

#[test]
fn a_vector_is_the_same_whatever_batch_it_came_in() {
    let (items, together) = words_a();
    let sentence = "Which of the two trains to the coast leaves later in the evening?";
    let with_sentence: Vec<&str> =
        [sentence].into_iter().chain(items.iter().rev().map(|item| item.text.as_str())).collect();
    let reversed = embedded(&with_sentence);
    for (index, item) in items.iter().enumerate() {
        let other = reversed.row(items.len() - index);
        let difference =
            together.row(index).iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-6, "\"{}\" in other company differs by {difference}", item.text);
    }
    for index in [0, 100, 563] {
        let alone = embedded(&[&items[index].text]);
        let cosine = dot(alone.row(0), together.row(index));
        assert!(
            cosine > 0.999_999,
            "\"{}\" alone has cosine {cosine} with itself in company",
            items[index].text
        );
    }
}

#[test]
fn any_text_can_be_embedded() {
    let long = "word ".repeat(5000);
    let vectors = embedded(&["\u{1f34e}", "日本語", "a", &long, "''''", "naïve café"]);
    for row in vectors.rows() {
        assert!(row.iter().all(|value| value.is_finite()), "every number is a number");
    }
}

#[test]
fn cancelling_keeps_what_was_handed_over() {
    struct After(AtomicUsize);
    impl Monitor for After {
        fn progress(&self, _: Stage, _: usize, _: usize) {}
        fn is_cancelled(&self) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed) > 2
        }
    }
    let texts: Vec<&str> = words_a().0.iter().map(|item| item.text.as_str()).collect();
    let mut kept = 0;
    let outcome = embedder().embed(
        &texts,
        &mut |places, rows| {
            assert_eq!(places.len(), rows.len(), "a row for each place");
            kept += places.len();
            Ok(())
        },
        &After(AtomicUsize::new(0)),
    );
    assert!(matches!(outcome, Err(Error::Cancelled)), "cancelling is told from failing");
    assert!(kept > 0 && kept < texts.len(), "{kept} of {} were finished before", texts.len());
}
