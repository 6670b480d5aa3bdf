//! Instant: reads texts as the default model's tokenizer does, gives vectors
//! in its space, and agrees with it as far as a draft must.

use kindred_engine::analyse::compare::neighbour_overlap;
use kindred_engine::analyse::product::dot;
use kindred_engine::embed::instant::{InstantEmbedder, WordPieces};
use kindred_engine::embed::{Embedder as _, embed_all};
use kindred_engine::monitor::Silent;
use kindred_engine::vectors::Vectors;
use tokenizers::Tokenizer;

use crate::model::{resources, words_a};

fn instant() -> InstantEmbedder {
    InstantEmbedder::open(&resources()).expect("Instant is made by `cargo xtask assets`")
}

fn instant_vectors() -> Vectors {
    let texts: Vec<&str> = words_a().0.iter().map(|item| item.text.as_str()).collect();
    embed_all(&mut instant(), &texts, &Silent).expect("any text can be read")
}

#[test]
fn texts_are_cut_into_the_pieces_the_tokenizer_makes() {
    let model = resources().join("model");
    let words = WordPieces::open(&model).expect("the tokenizer is there");
    let mut tokenizer = Tokenizer::from_file(model.join("tokenizer.json")).expect("it is readable");
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).expect("no truncation is always possible");
    let odd = [
        "",
        " ",
        "apple",
        "Apple Pie",
        "don't",
        "a.b,c;d",
        "co-operate",
        "unbelievably",
        "x\ty\nz",
        "qqqqzzzz",
        "123,456.78",
        "C++",
        "##ing",
        "[MASK]",
        "[brackets] here",
        "\u{7f}del\u{1}ete",
        "crème brûlée",
        "naïve",
        "北京",
        "emoji 🍎",
        "Ünïcödé",
        "İstanbul",
        "ﬁne",
        "a\u{301}",
        "supercalifragilisticexpialidocious",
        "http://example.org/a?b=c#d",
        "tab\u{b}ulator",
    ];
    let long = "a".repeat(100);
    let too_long = "a".repeat(101);
    let texts = words_a().0.iter().map(|item| item.text.as_str());
    for text in texts.chain(odd).chain([long.as_str(), too_long.as_str()]) {
        let mut found = Vec::new();
        words.read(text, &mut found);
        let wanted = tokenizer.encode(text, false).expect("any text can be read");
        assert_eq!(found, wanted.get_ids(), "the pieces of {text:?}");
    }
}

#[test]
fn every_text_has_a_vector_of_unit_length_whatever_its_company() {
    let texts = ["apple", "", "🍎", "a longer text about apples", "apple"];
    let rows = embed_all(&mut instant(), &texts, &Silent).expect("any text can be read");
    for (text, row) in texts.iter().zip(rows.rows()) {
        assert!((dot(row, row) - 1.0).abs() < 1e-4, "the length of {text:?}");
    }
    assert_eq!(rows.row(0), rows.row(4), "the same text, the same vector");
    let alone = embed_all(&mut instant(), &["apple"], &Silent).expect("any text can be read");
    assert_eq!(alone.row(0), rows.row(0), "also when it is alone");
}

#[test]
fn single_words_come_out_as_the_model_itself_reads_them() {
    let (items, model) = words_a();
    let instant = instant_vectors();
    let mut cosines: Vec<f32> = (0..items.len())
        .filter(|&index| !items[index].text.contains(' '))
        .map(|index| dot(model.row(index), instant.row(index)))
        .collect();
    cosines.sort_by(f32::total_cmp);
    let median = cosines[cosines.len() / 2];
    assert!(median > 0.8, "half of the words are nearer than {median} to the model's own");
}

#[test]
fn neighbours_are_often_those_of_the_model() {
    let overlap = neighbour_overlap(&words_a().1, &instant_vectors(), 10);
    assert!(overlap > 0.48, "ten neighbours overlap by {overlap}");
    assert_eq!(instant().dim(), words_a().1.dim(), "it lives in the same space");
}
