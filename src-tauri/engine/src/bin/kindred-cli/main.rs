//! The engine without a window: JSON on standard output, progress on
//! standard error; exit code 0, 1 (failed, one clear sentence) or 2 (usage).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks through them"
)]

mod arguments;
mod export;
mod resources;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use kindred_engine::analyse::centring::Centred;
use kindred_engine::analyse::classify::Space;
use kindred_engine::analyse::map::{Method, lay_out};
use kindred_engine::analyse::profile::topic_profiles;
use kindred_engine::analyse::similarity::nearest_to;
use kindred_engine::analyse::topics::{FindTopics, Way, find};
use kindred_engine::analyse::vocabulary::{Vocabulary, whole_words};
use kindred_engine::embed::distil::token_vectors;
use kindred_engine::embed::hashing::SPELLING_DIM;
use kindred_engine::embed::instant::WordPieces;
use kindred_engine::embed::onnx::DEFAULT_DIM;
use kindred_engine::embed::{Embedder as _, Shared, embed_all};
use kindred_engine::export::write_vectors;
use kindred_engine::import::{ImportedList, worker};
use kindred_engine::items::normalise;
use kindred_engine::models::library::{Model, Status};
use kindred_engine::monitor::Silent;
use kindred_engine::sentence::Sentence;
use kindred_engine::sort::{SortInto, WantedTopic, sort};
use kindred_engine::topics::Sorting;
use kindred_engine::vectors::Vectors;
use kindred_engine::workbook::{Comparison, Judge, ModelScore, Origin, Workbook};
use kindred_engine::{Error, Result};
use lexopt::Parser;
use serde_json::{Value, json};

use arguments::{Arguments, Command, SortRequest, Usage};
use resources::{OnStandardError, Resources, embed, read, read_examples, texts};

const USAGE: &str = "\
Sorts texts by meaning.

kindred-cli topics  FILE [LIST] [--topics N|auto] [--method kmeans|WAY] [--model ID] [--seed S]
kindred-cli sort    FILE --into A,B,C [--examples FILE.csv] [--threshold 0..1] [LIST] [--model ID]
kindred-cli similar FILE TEXT [--top N] [LIST] [--model ID]
kindred-cli map     FILE [--method umap|tsne|pca] [--dims 2|3] [LIST] [--model ID] [--seed S]
kindred-cli compare FILE --models A,B[,C] [--topics N|auto] [LIST] [--seed S]
kindred-cli embed   FILE --out VECTORS.npy [LIST] [--model ID]
kindred-cli export  FILE --out OUT [--exact] [--topics N|auto] [--method kmeans|WAY] [LIST] [--model ID] [--seed S]
kindred-cli models

FILE is a list or a folder of lists: .txt with a text per line, .csv, .tsv,
.xlsx, .ods, .json, .jsonl, .docx, .md, .html, .parquet, or .npy with a list of
the same name. LIST is --column NAME, the column of the texts, and --table NAME,
the sheet or table; both can be numbers from 1 on.

JSON goes to standard output. --examples has the columns text and category: texts that belong to
topics, in the list or not; without --into, the categories are the topics and
their names say nothing. --threshold 0 places everything. --resources DIR says
where the model is, when it is not beside the program.

OUT ends with .csv, .xlsx, .json, .npy (texts go beside it), .tsv (becomes the
two files of the TensorFlow projector), .parquet or .html (a report). For
export, FILE may be a workbook as well. --exact writes CSV without making it
safe for spreadsheets.

WAY is kmeans, average, complete or ward (--topics says how many there are),
hdbscan, dbscan or optics (--topics says how many texts make one) or gaussian.

ID is one that the command models lists, or a folder with an ONNX model and its
tokenizer. --models-folder DIR says where fetched models lie. --server ADDRESS
sends the texts to an OpenAI-compatible server, whose model is then --model
NAME; --key-file FILE holds its key.
";

fn main() -> ExitCode {
    // Lists are read by this program started once more, under limits.
    if std::env::args_os().nth(1).is_some_and(|first| first == worker::ARGUMENT) {
        return worker::serve();
    }
    let arguments = match Arguments::parse(Parser::from_env()) {
        Ok(arguments) => arguments,
        Err(Usage::Help) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(Usage::Wrong(error)) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Topics { file, way } => topics(arguments, file, *way),
        Command::Map { file, method, dims } => map(arguments, file, *method, *dims),
        Command::Sort { file, request } => sort_into(arguments, file, request),
        Command::Similar { file, text, top } => similar(arguments, file, text, *top),
        Command::Embed { file, out } => embed_to(arguments, file, out),
        Command::Compare { file, models } => compare(arguments, file, models),
        Command::Export { file, out, way, is_exact } => {
            export::export(arguments, file, out, *way, *is_exact)
        }
        Command::Models => models(arguments),
        Command::Read { file } => print_list(&read(file, arguments)?),
        Command::Vocabulary { out } => vocabulary(arguments, out),
        Command::Instant { out } => instant(arguments, out),
    }
}

fn topics(arguments: &Arguments, file: &Path, way: Way) -> Result<()> {
    let list = read(file, arguments)?;
    let resources = Resources::find(arguments)?;
    let mut model = resources.chosen(arguments)?;
    let vectors = embed(&list, &mut model)?;
    let vocabulary = resources.vocabulary()?;
    let params = FindTopics { way, count: arguments.topics, seed: arguments.seed };
    let namer = resources.namer(&vocabulary, &model)?;
    let naming = namer.naming(model.key());
    let sorting = find(&vectors, &texts(&list), &params, naming, &OnStandardError::new())?;
    print_sorting(&model, &vectors, &texts(&list), &sorting)
}

/// Where every text lies on the map.
fn map(arguments: &Arguments, file: &Path, method: Method, dims: usize) -> Result<()> {
    let list = read(file, arguments)?;
    let mut model = Resources::find(arguments)?.chosen(arguments)?;
    let vectors = embed(&list, &mut model)?;
    let rows = Centred::of(&vectors).rows;
    let monitor = OnStandardError::new();
    let map = lay_out(&rows, method, dims, None, arguments.seed, &monitor, &mut |_| ())?;
    let items: Vec<Value> = texts(&list)
        .iter()
        .zip(map.positions.chunks_exact(dims))
        .map(|(text, position)| json!({ "text": text, "position": position }))
        .collect();
    let model = &model.key().id;
    println!(
        "{}",
        json!({ "model": model, "items": items, "trustworthiness": map.trustworthiness })
    );
    Ok(())
}

/// Sorts into the topics asked for.
fn sort_into(arguments: &Arguments, file: &Path, request: &SortRequest) -> Result<()> {
    let list = read(file, arguments)?;
    let mut topics: Vec<WantedTopic> = request.into.iter().map(|name| topic(name)).collect();
    if let Some(examples) = &request.examples {
        for example in read_examples(examples)?.items {
            let Some(category) = example.category else {
                return Err(Error::Invalid(Sentence::verbatim(format!(
                    "Examples need a column of texts and one of categories: {}",
                    examples.display()
                ))));
            };
            let place = topics.iter().position(|topic| topic.name == category);
            let place = place.unwrap_or_else(|| {
                topics.push(topic(&category));
                topics.len() - 1
            });
            topics[place].examples.push(example.text);
        }
    }
    let wanted = SortInto { topics, uses_categories: false, uses_names: !request.into.is_empty() };
    let resources = Resources::find(arguments)?;
    let mut model = resources.chosen(arguments)?;
    let vectors = embed(&list, &mut model)?;
    let before = Sorting { threshold: request.threshold, ..Sorting::default() };
    let sorting = sort(
        &wanted,
        &list.items,
        &Space::new(&vectors),
        &before,
        &mut model,
        &OnStandardError::new(),
    )?;
    print_sorting(&model, &vectors, &texts(&list), &sorting)
}

fn topic(name: &str) -> WantedTopic {
    WantedTopic { name: name.to_owned(), examples: Vec::new() }
}

fn print_sorting(
    model: &Shared,
    vectors: &Vectors,
    texts: &[&str],
    sorting: &Sorting,
) -> Result<()> {
    let profiles = topic_profiles(vectors, sorting);
    let items: Vec<Value> = texts
        .iter()
        .zip(&sorting.placements)
        .map(|(text, placement)| {
            json!({
                "text": text,
                "topic": placement.topic.map(|topic| topic.0),
                "confidence": placement.confidence,
                "runner_up": placement.runner_up.map(|topic| topic.0),
            })
        })
        .collect();
    let topics: Vec<Value> = sorting
        .topics
        .iter()
        .zip(&profiles)
        .map(|(topic, profile)| {
            let typical: Vec<&str> =
                profile.typical.iter().map(|item| texts[item.index()]).collect();
            json!({
                "id": topic.id.0,
                "name": topic.name,
                "alternates": topic.alternates,
                "size": profile.size,
                "typical": typical,
                "stability": topic.stability,
            })
        })
        .collect();
    print(&json!({ "model": model.key().id, "items": items, "topics": topics }))
}

fn similar(arguments: &Arguments, file: &Path, text: &str, top: usize) -> Result<()> {
    let list = read(file, arguments)?;
    let resources = Resources::find(arguments)?;
    let mut model = resources.chosen(arguments)?;
    let vectors = embed(&list, &mut model)?;
    let text = normalise(text);
    if text.is_empty() {
        return Err(Error::Invalid(Sentence::verbatim(
            "There is nothing to compare with. Give a text.",
        )));
    }
    let target = embed_all(&mut model, &[&text], &Silent)?;
    let similar: Vec<Value> = nearest_to(&vectors, target.row(0), top.saturating_add(1))
        .into_iter()
        .filter(|&(index, _)| list.items[index as usize].text != text)
        .take(top)
        .map(|(index, similarity)| json!({ "text": list.items[index as usize].text, "similarity": similarity }))
        .collect();
    print(&json!({ "model": model.key().id, "text": text, "similar": similar }))
}

fn embed_to(arguments: &Arguments, file: &Path, out: &Path) -> Result<()> {
    let list = read(file, arguments)?;
    let mut model = Resources::find(arguments)?.chosen(arguments)?;
    let vectors = embed(&list, &mut model)?;
    write_vectors(out, &vectors, &OnStandardError::new())?;
    print(
        &json!({ "model": model.key().id, "items": vectors.len(), "dim": vectors.dim(), "out": out }),
    )
}

fn write_to(out: &Path, write: impl FnOnce(BufWriter<File>) -> std::io::Result<()>) -> Result<()> {
    File::create(out).and_then(|file| write(BufWriter::new(file))).map_err(|error| {
        Error::Unwritable { path: out.to_owned(), reason: Sentence::verbatim(error.to_string()) }
    })
}

/// Sorts with the first model, then says how the others see the same list.
fn compare(arguments: &Arguments, file: &Path, ids: &[String]) -> Result<()> {
    let list = read(file, arguments)?;
    let resources = Resources::find(arguments)?;
    let mut models: Vec<Shared> =
        ids.iter().map(|id| resources.model(id)).collect::<Result<_>>()?;
    let vocabulary = resources.vocabulary()?;
    let namer = resources.namer(&vocabulary, &models[0])?;
    let folder = tempfile::tempdir().map_err(|error| Error::Unwritable {
        path: std::env::temp_dir(),
        reason: Sentence::verbatim(error.to_string()),
    })?;
    let origin = Origin {
        name: "compared".to_owned(),
        source_name: list.source_name.clone(),
        seed: arguments.seed,
        created_at_secs: 0,
    };
    let path = folder.path().join("compared.kindred");
    let first = models[0].key().clone();
    let workbook = Workbook::create(&path, &list, &origin, first.clone())?;
    let monitor = OnStandardError::new();
    for model in &mut models {
        workbook.embed(model, &monitor)?;
    }
    let params = FindTopics { way: Way::Kmeans, count: arguments.topics, seed: arguments.seed };
    workbook.find_topics(&params, workbook.naming(&namer, &first), &monitor)?;
    let comparison = workbook.compare(&mut models, &namer, &monitor)?;
    print_comparison(ids, &texts(&list), &comparison)
}

fn print_comparison(ids: &[String], texts: &[&str], comparison: &Comparison) -> Result<()> {
    let name = |topic: Option<usize>| topic.map(|topic| &comparison.topics[topic].name);
    let likeness: Vec<Value> = comparison
        .likeness
        .iter()
        .map(|likeness| {
            json!({
                "models": [ids[likeness.first], ids[likeness.second]],
                "topic_agreement": likeness.topic_agreement,
                "same_topic": likeness.same_topic,
                "neighbour_overlap": likeness.neighbour_overlap,
                "neighbours": likeness.neighbours,
            })
        })
        .collect();
    let models: Vec<Value> = ids
        .iter()
        .zip(&comparison.models)
        .map(|(id, model)| {
            let score = |score: &ModelScore| match score.judge {
                Judge::Categories => json!({ "agreed": score.agreed, "total": score.total }),
                Judge::Pins => Value::Null,
            };
            json!({
                "id": id,
                "unsorted": model.unsorted,
                "categories": model.scores.first().map_or(Value::Null, score),
            })
        })
        .collect();
    let differences: Vec<Value> = comparison
        .differences
        .iter()
        .map(|difference| {
            let votes = ids.iter().zip(&difference.votes).map(|(id, vote)| {
                let next_to = texts[vote.next_to.index()];
                json!({ "model": id, "topic": name(vote.topic), "next_to": next_to })
            });
            json!({
                "text": texts[difference.item.index()],
                "disagreement": difference.disagreement,
                "votes": votes.collect::<Vec<_>>(),
            })
        })
        .collect();
    print(&json!({
        "models": models,
        "likeness": likeness,
        "differences": differences,
        "difference_count": comparison.difference_count,
    }))
}

fn print_list(list: &ImportedList) -> Result<()> {
    let report = &list.report;
    print(&json!({
        "source": list.source_name,
        "items": list.items,
        "columns": list.columns,
        "cells": list.cells,
        "topics": list.topics,
        "vector_dim": list.vectors.as_ref().map(|vectors| vectors.dim),
        "rows": report.rows,
        "problems": report.problems,
    }))
}

/// Every model there is, and whether it can be used.
fn models(arguments: &Arguments) -> Result<()> {
    let resources = Resources::find(arguments)?;
    let library = resources.library();
    let models: Vec<Value> = library
        .all()
        .iter()
        .map(|model| {
            let key = library.key(model);
            let status = match library.status(model) {
                Status::Ready => "ready",
                Status::Available => "available",
                Status::Partial(_) => "partial",
                Status::Broken(_) => "broken",
            };
            let (dim, licence, source) = match model {
                Model::Default => (DEFAULT_DIM, "Apache-2.0", "bundled"),
                Model::Instant => (DEFAULT_DIM, "MIT OR Apache-2.0", "bundled"),
                Model::Spelling => (SPELLING_DIM, "MIT OR Apache-2.0", "bundled"),
                Model::Catalogue(model) => (model.dim, model.licence, model.repository),
                Model::Own(model) => (model.dim, "", "own"),
                Model::Server(server) => (server.dim, "", "server"),
            };
            json!({
                "id": model.id(),
                "name": model.name(),
                "dim": dim,
                "max_tokens": key.as_ref().map(|key| key.max_length).filter(|&n| n < u32::MAX),
                "prefix": key.as_ref().map_or("", |key| key.prefix.as_str()),
                "revision": key.as_ref().map(|key| key.revision.as_str()),
                "licence": licence,
                "source": source,
                "status": status,
                "is_default": *model == Model::Default,
            })
        })
        .collect();
    print(&json!({ "models": models }))
}

/// Makes the asset that topics are named with: a step of building Kindred.
fn vocabulary(arguments: &Arguments, out: &Path) -> Result<()> {
    let resources = Resources::find(arguments)?;
    let words = whole_words(&resources.folder().join("model/tokenizer.json"))?;
    let vocabulary = Vocabulary::make(words, &mut resources.default_model()?, &Silent)?;
    write_to(out, |file| vocabulary.write(file))?;
    print(&json!({ "words": vocabulary.words().len(), "out": out }))
}

/// Makes Instant of the default model: a step of building Kindred.
fn instant(arguments: &Arguments, out: &Path) -> Result<()> {
    let resources = Resources::find(arguments)?;
    let model = resources.folder().join("model");
    let vectors = token_vectors(&model, WordPieces::open(&model)?.count())?;
    write_to(out, |file| vectors.write(file))?;
    print(&json!({ "tokens": vectors.len(), "out": out }))
}

fn print(value: &Value) -> Result<()> {
    writeln!(std::io::stdout(), "{value}").map_err(|error| {
        Error::Invalid(Sentence::verbatim(format!("The answer could not be written: {error}.")))
    })
}
