//! The engine without a window: JSON on standard output, progress on
//! standard error; exit code 0, 1 (failed, one clear sentence) or 2 (usage).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks through them"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use kindred_engine::analyse::classify::Space;
use kindred_engine::analyse::profile::topic_profiles;
use kindred_engine::analyse::similarity::nearest_to;
use kindred_engine::analyse::topics::{FindTopics, find};
use kindred_engine::analyse::vocabulary::{Vocabulary, whole_words};
use kindred_engine::embed::onnx::{DEFAULT_DIM, OnnxEmbedder, default_key};
use kindred_engine::embed::{embed_all, runtime};
use kindred_engine::import::{self, ImportedList, Source};
use kindred_engine::items::normalise;
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::sort::{SortInto, WantedTopic, sort};
use kindred_engine::topics::Sorting;
use kindred_engine::vectors::Vectors;
use kindred_engine::{Error, Result};
use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::{Value, json};

const USAGE: &str = "\
Sorts texts by meaning.

kindred-cli topics  FILE [--column NAME] [--topics N|auto] [--method kmeans] [--model ID] [--seed S]
kindred-cli sort    FILE --into A,B,C [--examples FILE.csv] [--threshold 0..1] [--column NAME] [--model ID]
kindred-cli similar FILE TEXT [--top N] [--column NAME] [--model ID]
kindred-cli embed   FILE --out VECTORS.npy [--column NAME] [--model ID]
kindred-cli models

FILE is a list: .txt with a text per line, .csv or .tsv. JSON goes to standard
output. --examples has the columns text and category: texts that belong to
topics, in the list or not; without --into, the categories are the topics and
their names say nothing. --threshold 0 places everything. --resources DIR says where the model is, when it is not beside the program.
";

fn main() -> ExitCode {
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
        Command::Topics { file, count } => topics(arguments, file, *count),
        Command::Sort { file, request } => sort_into(arguments, file, request),
        Command::Similar { file, text, top } => similar(arguments, file, text, *top),
        Command::Embed { file, out } => embed(arguments, file, out),
        Command::Models => models(),
        Command::Vocabulary { out } => vocabulary(arguments, out),
    }
}

fn topics(arguments: &Arguments, file: &Path, count: Option<usize>) -> Result<()> {
    let list = read(file, arguments.column.as_deref())?;
    let resources = Resources::find(arguments)?;
    let vectors = resources.embed(&list)?;
    let vocabulary = resources.vocabulary()?;
    let texts: Vec<&str> = list.items.iter().map(|item| item.text.as_str()).collect();
    let params = FindTopics { count, seed: arguments.seed };
    let sorting = find(&vectors, &texts, &params, &vocabulary, &OnStandardError::new())?;
    print_sorting(&vectors, &texts, &sorting)
}

/// Sorts into the topics asked for.
fn sort_into(arguments: &Arguments, file: &Path, request: &SortRequest) -> Result<()> {
    let list = read(file, arguments.column.as_deref())?;
    let mut topics: Vec<WantedTopic> = request.into.iter().map(|name| topic(name)).collect();
    if let Some(examples) = &request.examples {
        for example in read(examples, None)?.items {
            let Some(category) = example.category else {
                return Err(Error::Invalid(format!(
                    "Examples need a column of texts and one of categories: {}",
                    examples.display()
                )));
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
    let vectors = resources.embed(&list)?;
    let before = Sorting { threshold: request.threshold, ..Sorting::default() };
    let sorting = sort(
        &wanted,
        &list.items,
        &Space::new(&vectors),
        &before,
        &mut resources.embedder()?,
        &OnStandardError::new(),
    )?;
    let texts: Vec<&str> = list.items.iter().map(|item| item.text.as_str()).collect();
    print_sorting(&vectors, &texts, &sorting)
}

fn topic(name: &str) -> WantedTopic {
    WantedTopic { name: name.to_owned(), examples: Vec::new() }
}

fn print_sorting(vectors: &Vectors, texts: &[&str], sorting: &Sorting) -> Result<()> {
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
    print(&json!({ "model": default_key().id, "items": items, "topics": topics }))
}

fn similar(arguments: &Arguments, file: &Path, text: &str, top: usize) -> Result<()> {
    let list = read(file, arguments.column.as_deref())?;
    let resources = Resources::find(arguments)?;
    let vectors = resources.embed(&list)?;
    let text = normalise(text);
    if text.is_empty() {
        return Err(Error::Invalid("There is nothing to compare with. Give a text.".to_owned()));
    }
    let target = embed_all(&mut resources.embedder()?, &[&text], &Silent)?;
    let similar: Vec<Value> = nearest_to(&vectors, target.row(0), top.saturating_add(1))
        .into_iter()
        .filter(|&(index, _)| list.items[index as usize].text != text)
        .take(top)
        .map(|(index, similarity)| json!({ "text": list.items[index as usize].text, "similarity": similarity }))
        .collect();
    print(&json!({ "model": default_key().id, "text": text, "similar": similar }))
}

fn embed(arguments: &Arguments, file: &Path, out: &Path) -> Result<()> {
    let list = read(file, arguments.column.as_deref())?;
    let vectors = Resources::find(arguments)?.embed(&list)?;
    let unwritable = |error: std::io::Error| Error::Unwritable {
        path: out.to_owned(),
        reason: error.to_string(),
    };
    let file = File::create(out).map_err(unwritable)?;
    write_npy(&vectors, std::io::BufWriter::new(file)).map_err(unwritable)?;
    print(
        &json!({ "model": default_key().id, "items": vectors.len(), "dim": vectors.dim(), "out": out }),
    )
}

/// Writes `n x dim` numbers in NumPy's format, version 1.0: a header of text, padded
/// to a multiple of 64 bytes, then the rows.
fn write_npy(vectors: &Vectors, mut file: impl std::io::Write) -> std::io::Result<()> {
    let (rows, dim) = (vectors.len(), vectors.dim());
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}");
    const BEFORE_HEADER: usize = 10;
    let padded = (BEFORE_HEADER + header.len() + 1).next_multiple_of(64) - BEFORE_HEADER;
    header.extend(std::iter::repeat_n(' ', padded - header.len() - 1));
    header.push('\n');
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&u16::try_from(header.len()).map_err(std::io::Error::other)?.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for value in vectors.values() {
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}

fn models() -> Result<()> {
    let key = default_key();
    print(&json!({ "models": [{
        "id": key.id,
        "name": "MiniLM",
        "dim": DEFAULT_DIM,
        "max_tokens": key.max_length,
        "prefix": key.prefix,
        "revision": key.revision,
        "licence": "Apache-2.0",
        "source": "bundled",
        "is_default": true,
    }] }))
}

/// Makes the asset that topics are named with: a step of building Kindred.
fn vocabulary(arguments: &Arguments, out: &Path) -> Result<()> {
    let resources = Resources::find(arguments)?;
    let words = whole_words(&resources.0.join("model/tokenizer.json"))?;
    let vocabulary = Vocabulary::make(words, &mut resources.embedder()?, &Silent)?;
    let unwritable = |error: std::io::Error| Error::Unwritable {
        path: out.to_owned(),
        reason: error.to_string(),
    };
    let file = File::create(out).map_err(unwritable)?;
    vocabulary.write(std::io::BufWriter::new(file)).map_err(unwritable)?;
    print(&json!({ "words": vocabulary.words().len(), "out": out }))
}

fn print(value: &Value) -> Result<()> {
    writeln!(std::io::stdout(), "{value}")
        .map_err(|error| Error::Invalid(format!("The answer could not be written: {error}.")))
}

/// The list in `file`; `column` names the column of texts.
fn read(file: &Path, column: Option<&str>) -> Result<ImportedList> {
    let source = Source::File(file);
    let mut options = import::recognise(source)?;
    if let Some(column) = column {
        let preview = import::preview(source, Some(&options))?;
        let Some(index) = preview.columns.iter().position(|candidate| candidate.name == column)
        else {
            let names: Vec<&str> =
                preview.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(Error::Invalid(format!(
                "There is no column \"{column}\" in this list. It has: {}.",
                names.join(", ")
            )));
        };
        options.text_column = index;
        options.category_column = options.category_column.filter(|&category| category != index);
    }
    let list = import::read(source, &options)?;
    for problem in &list.report.problems {
        eprintln!("Line {}: {}", problem.line, problem.message);
    }
    Ok(list)
}

/// The folder with the model, ONNX Runtime and the vocabulary.
struct Resources(PathBuf);

impl Resources {
    fn find(arguments: &Arguments) -> Result<Self> {
        let program = std::env::current_exe().ok();
        let beside = program
            .iter()
            .flat_map(|program| program.ancestors().skip(1))
            .flat_map(|folder| [folder.join("resources"), folder.join("src-tauri/resources")]);
        let folder = arguments
            .resources
            .iter()
            .cloned()
            .chain(beside)
            .find(|folder| folder.join("model").is_dir());
        let Some(folder) = folder else {
            return Err(Error::ModelUnavailable {
                reason: "The model was not found. Say where it is with --resources DIR.".to_owned(),
            });
        };
        let folder = folder.canonicalize().unwrap_or(folder);
        runtime::load(&folder.join("onnxruntime").join(runtime::LIBRARY))?;
        Ok(Self(folder))
    }

    fn embedder(&self) -> Result<OnnxEmbedder> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        OnnxEmbedder::open_default(&self.0.join("model"), threads)
    }

    fn vocabulary(&self) -> Result<Vocabulary> {
        Vocabulary::open(&self.0.join("vocabulary.bin"))
    }

    fn embed(&self, list: &ImportedList) -> Result<Vectors> {
        let texts: Vec<&str> = list.items.iter().map(|item| item.text.as_str()).collect();
        embed_all(&mut self.embedder()?, &texts, &OnStandardError::new())
    }
}

/// Prints a line of progress a second.
struct OnStandardError {
    printed: Mutex<Instant>,
}

impl OnStandardError {
    fn new() -> Self {
        Self { printed: Mutex::new(Instant::now()) }
    }
}

impl Monitor for OnStandardError {
    fn progress(&self, stage: Stage, done: usize, total: usize) {
        let Ok(mut printed) = self.printed.lock() else { return };
        if printed.elapsed() >= Duration::from_secs(1) {
            *printed = Instant::now();
            let what = match stage {
                Stage::LoadingModel => "Loading the model",
                Stage::Embedding => "Embedding",
                Stage::FindingTopics => "Finding topics",
                Stage::NamingTopics => "Naming topics",
                Stage::Sorting => "Sorting",
                Stage::Comparing => "Comparing",
                Stage::Saving => "Saving",
            };
            eprintln!("{what}: {done} of {total}");
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

struct Arguments {
    command: Command,
    column: Option<String>,
    seed: u64,
    resources: Option<PathBuf>,
}

enum Command {
    Topics { file: PathBuf, count: Option<usize> },
    Sort { file: PathBuf, request: SortRequest },
    Similar { file: PathBuf, text: String, top: usize },
    Embed { file: PathBuf, out: PathBuf },
    Models,
    Vocabulary { out: PathBuf },
}

struct SortRequest {
    into: Vec<String>,
    examples: Option<PathBuf>,
    threshold: Option<f32>,
}

enum Usage {
    Help,
    Wrong(lexopt::Error),
}

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Self::Wrong(error)
    }
}

impl Arguments {
    fn parse(mut parser: Parser) -> Result<Self, Usage> {
        let (mut column, mut resources, mut out) = (None, None, None);
        let (mut seed, mut top, mut count) = (0_u64, 10_usize, None);
        let mut request = SortRequest { into: Vec::new(), examples: None, threshold: None };
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(word) => words.push(word),
                Arg::Long("column") => column = Some(parser.value()?.string()?),
                Arg::Long("topics") => {
                    let value = parser.value()?.string()?;
                    count = if value == "auto" { None } else { Some(whole_number(&value)?) };
                }
                Arg::Long("method") => {
                    one_of(&parser.value()?.string()?, "method", "kmeans")?;
                }
                Arg::Long("model") => {
                    one_of(&parser.value()?.string()?, "model", &default_key().id)?;
                }
                Arg::Long("into") => request.into = names(&parser.value()?.string()?)?,
                Arg::Long("examples") => request.examples = Some(PathBuf::from(parser.value()?)),
                Arg::Long("threshold") => {
                    request.threshold = Some(share(&parser.value()?.string()?)?);
                }
                Arg::Long("seed") => seed = parser.value()?.parse()?,
                Arg::Long("top") => top = whole_number(&parser.value()?.string()?)?,
                Arg::Long("out") => out = Some(PathBuf::from(parser.value()?)),
                Arg::Long("resources") => resources = Some(PathBuf::from(parser.value()?)),
                Arg::Short('h') | Arg::Long("help") => return Err(Usage::Help),
                other => return Err(other.unexpected().into()),
            }
        }
        let mut words = words.into_iter();
        let mut next = |what: &str| {
            words.next().ok_or_else(|| Usage::Wrong(format!("{what} is missing.").into()))
        };
        let command = match next("The command")?.string()?.as_str() {
            "topics" => Command::Topics { file: next("FILE")?.into(), count },
            "sort" if request.into.is_empty() && request.examples.is_none() => {
                return Err(Usage::Wrong("--into or --examples is missing.".into()));
            }
            "sort" => Command::Sort { file: next("FILE")?.into(), request },
            "similar" => {
                Command::Similar { file: next("FILE")?.into(), text: next("TEXT")?.string()?, top }
            }
            "embed" => Command::Embed {
                file: next("FILE")?.into(),
                out: out.ok_or_else(|| Usage::Wrong("--out VECTORS.npy is missing.".into()))?,
            },
            "models" => Command::Models,
            "vocabulary" => Command::Vocabulary {
                out: out.ok_or_else(|| Usage::Wrong("--out FILE is missing.".into()))?,
            },
            "help" => return Err(Usage::Help),
            other => return Err(Usage::Wrong(format!("There is no command \"{other}\".").into())),
        };
        if let Some(extra) = words.next() {
            return Err(Usage::Wrong(Arg::Value(extra).unexpected()));
        }
        Ok(Self { command, column, seed, resources })
    }
}

fn whole_number(value: &str) -> Result<usize, Usage> {
    value
        .parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| Usage::Wrong(format!("\"{value}\" is not a whole number from 1 on.").into()))
}

/// Names separated by commas; one with a comma in it stands in quotes, as in a CSV file.
fn names(value: &str) -> Result<Vec<String>, Usage> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(value.as_bytes());
    let mut names = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|error| Usage::Wrong(error.to_string().into()))?;
        names.extend(row.iter().filter(|name| !name.is_empty()).map(str::to_owned));
    }
    if names.is_empty() {
        return Err(Usage::Wrong("--into names no topic.".into()));
    }
    Ok(names)
}

fn share(value: &str) -> Result<f32, Usage> {
    value
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| Usage::Wrong(format!("\"{value}\" is not a share from 0 to 1.").into()))
}

fn one_of(value: &str, what: &str, only: &str) -> Result<(), Usage> {
    if value == only {
        return Ok(());
    }
    Err(Usage::Wrong(format!("There is no {what} \"{value}\". There is: {only}.").into()))
}
