//! The real model, shared by the tests that need it, and scores against known categories.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use kindred_engine::analyse::vocabulary::Vocabulary;
use kindred_engine::embed::onnx::OnnxEmbedder;
use kindred_engine::embed::{embed_all, runtime};
use kindred_engine::import::{self, Source};
use kindred_engine::items::Item;
use kindred_engine::monitor::Silent;
use kindred_engine::vectors::Vectors;

pub(crate) fn resources() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/resources");
    folder.canonicalize().expect("the model is made by `cargo xtask assets`")
}

pub(crate) fn embedder() -> MutexGuard<'static, OnnxEmbedder> {
    static EMBEDDER: LazyLock<Mutex<OnnxEmbedder>> = LazyLock::new(|| {
        let resources = resources();
        runtime::load(&resources.join("onnxruntime").join(runtime::LIBRARY))
            .expect("ONNX Runtime loads");
        Mutex::new(
            OnnxEmbedder::open_default(&resources.join("model"), 2).expect("the model loads"),
        )
    });
    EMBEDDER.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn vocabulary() -> Vocabulary {
    Vocabulary::open(&resources().join("vocabulary.bin"))
        .expect("the vocabulary is made by `cargo xtask assets`")
}

pub(crate) fn embedded(texts: &[&str]) -> Vectors {
    embed_all(&mut *embedder(), texts, &Silent).expect("the model embeds any text")
}

/// The labelled list `name` of the fixtures, and its vectors.
pub(crate) fn labelled(name: &str) -> (Vec<Item>, Vectors) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let source = Source::Files(std::slice::from_ref(&path));
    let options = import::recognise(source).expect("the list is readable");
    let items = import::read(source, &options).expect("the list is readable").items;
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    let vectors = embedded(&texts);
    (items, vectors)
}

/// `words_a.csv`: 564 words in 10 categories, and their vectors.
pub(crate) fn words_a() -> &'static (Vec<Item>, Vectors) {
    static WORDS: LazyLock<(Vec<Item>, Vectors)> = LazyLock::new(|| labelled("words_a.csv"));
    &WORDS
}

/// Adjusted Rand index (Hubert and Arabie, 1985) and V-measure (Rosenberg and Hirschberg, 2007)
/// of two divisions of the same items, as scikit-learn computes them.
pub(crate) fn agreement(truth: &[usize], found: &[usize]) -> (f64, f64) {
    let mut both: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let (mut of_truth, mut of_found) = (BTreeMap::new(), BTreeMap::new());
    for (&a, &b) in truth.iter().zip(found) {
        *both.entry((a, b)).or_default() += 1.0;
        *of_truth.entry(a).or_insert(0.0) += 1.0;
        *of_found.entry(b).or_insert(0.0) += 1.0;
    }
    let n = truth.len() as f64;
    let pairs = |count: &f64| count * (count - 1.0) / 2.0;
    let (together, a, b): (f64, f64, f64) = (
        both.values().map(pairs).sum(),
        of_truth.values().map(pairs).sum(),
        of_found.values().map(pairs).sum(),
    );
    let by_chance = a * b / pairs(&n);
    let rand = (together - by_chance) / ((a + b) / 2.0 - by_chance);
    let entropy =
        |counts: &BTreeMap<usize, f64>| -counts.values().map(|c| c / n * (c / n).ln()).sum::<f64>();
    let shared: f64 = both
        .iter()
        .map(|((a, b), count)| count / n * (n * count / (of_truth[a] * of_found[b])).ln())
        .sum();
    (rand, 2.0 * shared / (entropy(&of_truth) + entropy(&of_found)))
}

#[test]
fn agreement_is_what_scikit_learn_says() {
    // adjusted_rand_score and v_measure_score of scikit-learn 1.9 for these labels.
    let (rand, v) = agreement(&[0, 0, 1, 1, 2, 2, 2], &[0, 0, 1, 2, 2, 2, 1]);
    assert!((rand - 0.2125).abs() < 1e-9, "adjusted Rand index {rand}");
    assert!((v - 0.563_635_553_099).abs() < 1e-9, "V-measure {v}");
}
