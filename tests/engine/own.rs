//! A person's own folders: what is wrong with one is said in a sentence, and
//! nothing that is in it brings the program down.

use std::fs;
use std::path::Path;

use kindred_engine::analyse::product::dot;
use kindred_engine::embed::{Embedder as _, embed_all};
use kindred_engine::models::catalogue::Pooling;
use kindred_engine::models::own::{try_again, try_folder};
use kindred_engine::monitor::Silent;

use crate::desk::kind;
use crate::model::{embedded, resources};

/// The bundled model, as a folder somebody else could have.
fn good_folder() -> tempfile::TempDir {
    drop(crate::model::embedder());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for name in ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json"] {
        fs::copy(resources().join("model").join(name), folder.path().join(name)).expect("copied");
    }
    folder
}

#[test]
fn a_folder_with_a_model_is_recognised_tried_and_gives_its_vectors() {
    let folder = good_folder();
    fs::create_dir(folder.path().join("1_Pooling")).expect("made");
    let trial = try_folder(folder.path(), 2).expect("a good model");
    assert_eq!((trial.model.dim, trial.model.pooling), (384, Pooling::Mean), "as it is");
    let apple_and_pear = embedded(&["apple", "pear"]);
    let expected = dot(apple_and_pear.row(0), apple_and_pear.row(1));
    assert!((trial.similarity - expected).abs() < 1e-4, "how alike two texts are");
    let mut model = trial.model.clone();
    model.name = "Mine".to_owned();
    model.prefix = "query: ".to_owned();
    let other = try_again(&model, 2).expect("it runs that way, too");
    assert!((other.similarity - expected).abs() > 1e-3, "a prefix changes the vectors");
    assert_ne!(other.model.key(), trial.model.key(), "and these are kept apart");
    let mut loaded = trial.model.load(2).expect("it loads");
    let row = embed_all(&mut loaded, &["apple"], &Silent).expect("embedded");
    assert!((dot(row.row(0), apple_and_pear.row(0)) - 1.0).abs() < 1e-4, "the same vector");
    assert_eq!(loaded.dim(), 384, "its dimensions");
    let bytes = fs::read(folder.path().join("model.onnx")).expect("read");
    fs::write(folder.path().join("model.onnx"), &bytes[..bytes.len() - 9]).expect("written");
    let changed = trial.model.load(2).err().expect("another file");
    assert!(changed.to_string().contains("not the one that was added"), "{changed}");
}

#[test]
fn what_is_wrong_with_a_folder_is_said_in_a_sentence() {
    type Break = fn(&Path);
    let breaks: [(&str, Break); 9] = [
        ("no ONNX model", |folder| fs::remove_file(folder.join("model.onnx")).expect("removed")),
        ("no tokenizer", |folder| fs::remove_file(folder.join("tokenizer.json")).expect("removed")),
        ("not whole", |folder| {
            fs::write(folder.join("tokenizer.json"), "{\"a\":").expect("written");
        }),
        ("cannot use these files", |folder| {
            fs::write(folder.join("tokenizer.json"), "{}").expect("written");
        }),
        ("cannot use these files", |folder| {
            let path = folder.join("model.onnx");
            let bytes = fs::read(&path).expect("read");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
        }),
        ("cannot use these files", |folder| {
            fs::write(folder.join("model.onnx"), "not a model at all").expect("written");
        }),
        ("cannot use these files", |folder| {
            fs::write(folder.join("model.onnx"), wrong_inputs()).expect("written");
        }),
        ("quantised dynamically", |folder| {
            fs::write(folder.join("model.onnx"), b"..DynamicQuantizeLinear..").expect("written");
        }),
        ("several ONNX models", |folder| {
            fs::rename(folder.join("model.onnx"), folder.join("a.onnx")).expect("renamed");
            fs::write(folder.join("b.onnx"), "").expect("written");
        }),
    ];
    for (sentence, break_it) in breaks {
        let folder = good_folder();
        break_it(folder.path());
        let error = try_folder(folder.path(), 1).expect_err(sentence);
        assert_eq!(kind(&error), "ModelUnavailable", "{error}");
        assert!(error.to_string().contains(sentence), "{error} should say: {sentence}");
    }
    let missing = try_folder(Path::new("/nowhere/at all"), 1).expect_err("nothing there");
    assert!(missing.to_string().contains("not there"), "{missing}");
}

/// A graph that adds two numbers: a model, but none for texts. Written by hand as protobuf:
/// opset 17, inputs `a` and `b` of one float each, output `c`.
fn wrong_inputs() -> Vec<u8> {
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2, u8::try_from(bytes.len()).expect("short")];
        out.extend_from_slice(bytes);
        out
    }
    let varint = |number: u8, value: u8| vec![number << 3, value];
    let value = |name: &str| {
        let shape = field(1, &varint(1, 1));
        let tensor = [varint(1, 1), field(2, &shape)].concat();
        [field(1, name.as_bytes()), field(2, &field(1, &tensor))].concat()
    };
    let node = [field(1, b"a"), field(1, b"b"), field(2, b"c"), field(4, b"Add")].concat();
    let graph = [
        field(1, &node),
        field(2, b"g"),
        field(11, &value("a")),
        field(11, &value("b")),
        field(12, &value("c")),
    ]
    .concat();
    [varint(1, 8), field(7, &graph), field(8, &[field(1, b""), varint(2, 17)].concat())].concat()
}
