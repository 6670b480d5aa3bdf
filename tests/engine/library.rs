//! What is on this computer: fetched models come and go, and what a server
//! would be sent is counted as it would be sent.

use std::fs;

use kindred_engine::embed::api::tokens_of;
use kindred_engine::embed::onnx::default_key;
use kindred_engine::embed::{ModelKey, given};
use kindred_engine::import::ImportedVectors;
use kindred_engine::models::catalogue::{CATALOGUE, CatalogueModel};
use kindred_engine::models::library::{
    Library, Model, Record, RecordedFile, SPELLING, Server, Status,
};
use kindred_engine::models::server::estimate;
use tempfile::TempDir;

use crate::desk::kind;

fn library() -> (TempDir, Library) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let library = Library::open(folder.path().join("models"));
    (folder, library)
}

/// Puts a file in place and says that it was fetched.
fn fetched(library: &Library, model: &'static CatalogueModel) -> Model {
    let path = library.folder_of(model).join(model.onnx);
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("made");
    fs::write(&path, "weights").expect("written");
    let file =
        RecordedFile { path: model.onnx.to_owned(), size: 7, sha256: "0123456789abcdef".into() };
    let record = Record { revision: "main".to_owned(), files: vec![file] };
    library.set_record(model, &record).expect("recorded");
    Model::Catalogue(model)
}

#[test]
fn every_model_has_a_name_also_one_that_nobody_has() {
    let (_folder, library) = library();
    let vectors = ImportedVectors { dim: 2, rows: vec![0.6, 0.8] };
    let given = given::key("survey.npy", &vectors);
    assert_eq!(library.name_of(&default_key()), Model::Default.name(), "one that is here");
    assert_eq!(library.name_of(&given), "Your own vectors", "vectors that came with a list");
    let unknown = ModelKey { id: "gone".to_owned(), ..default_key() };
    assert_eq!(library.name_of(&unknown), "gone", "one that is no longer here");
}

#[test]
fn a_model_that_is_deleted_is_gone_from_the_disk() {
    let (_folder, library) = library();
    let model = fetched(&library, &CATALOGUE[0]);
    assert_eq!(library.status(&model), Status::Ready, "it is here");
    library.discard(&CATALOGUE[0]).expect("nothing is unfinished");
    assert_eq!(library.status(&model), Status::Ready, "throwing away a download leaves it");
    library.remove(&model).expect("removed");
    assert_eq!(library.status(&model), Status::Available, "it can be fetched again");
    assert!(!library.folder_of(&CATALOGUE[0]).exists(), "nothing is left of it");
    library.remove(&model).expect("twice is no error");
    let refused = library.remove(&Model::Spelling).expect_err("it stays");
    assert_eq!(kind(&refused), "Invalid", "{refused}");
}

#[test]
fn what_is_left_of_a_download_can_be_thrown_away() {
    let (_folder, library) = library();
    let folder = library.folder_of(&CATALOGUE[1]);
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("tokenizer.json"), "{}").expect("written");
    fs::write(folder.join("model.onnx.part"), "half").expect("written");
    assert_eq!(library.status(&Model::Catalogue(&CATALOGUE[1])), Status::Partial(4), "a part");
    library.discard(&CATALOGUE[1]).expect("thrown away");
    assert!(!folder.exists(), "finished files of an unfinished model go as well");
}

#[test]
fn a_model_is_found_by_the_key_of_its_vectors() {
    let (_folder, library) = library();
    let model = fetched(&library, &CATALOGUE[2]);
    let key = library.key(&model).expect("it was fetched");
    assert_eq!(library.by_key(&key), Some(model), "a fetched one");
    assert_eq!(library.by_key(&default_key()), Some(Model::Default), "the default one");
    let spelling = library.key(&library.find(SPELLING).expect("it is always there"));
    assert_eq!(library.by_key(&spelling.expect("and ready")), Some(Model::Spelling), "Spelling");
    let other = kindred_engine::embed::ModelKey { revision: "another".to_owned(), ..key };
    assert_eq!(library.by_key(&other), None, "other weights are another model");
}

#[test]
fn a_receipt_counts_texts_as_they_are_sent() {
    let server = |model: &str| Server {
        id: "api".to_owned(),
        address: "https://api.example/v1".to_owned(),
        model: model.to_owned(),
        dim: 8,
        prefix: "query: ".to_owned(),
        price: None,
    };
    let texts: Vec<String> = (0..600).map(|number| format!("word {number}")).collect();
    let name = "text-embedding-3-small";
    let counted = estimate(&server(name), &texts, &["fruit"]).expect("a good address");
    let sent = |text: &String| tokens_of(name, &format!("query: {text}")).expect("it is known");
    let expected: usize = texts.iter().map(sent).sum();
    assert_eq!(counted.tokens, expected, "with the prefix, once");
    assert!(counted.is_exact, "by the model's own tokenizer");
    assert_eq!(counted.requests, 3, "600 texts, 256 at a time");
    assert!(counted.chat_tokens.0 > 600 * 60, "a chat model reads what to do each time");
    let guessed = estimate(&server("mine"), &texts, &[]).expect("a good address");
    assert!(!guessed.is_exact && guessed.tokens > 600, "nobody knows how it counts");
}
