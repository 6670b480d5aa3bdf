//! Measures Kindred beside what a Python user would reach for: the same input, the same
//! number of threads, in turns within one run, so that whatever else the computer does
//! falls on both. Prints a table and leaves it in `target/bench.md`.
//!
//! Both sides are programs that do one task per line of input and tell how long it took:
//! `kindred-bench` and `tests/bench/peer.py`.

mod seeing;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assets::{self, Profile};
use crate::process::{cargo, output, program, root, run, say};
use crate::recipe::{Recipe, sha256};
use crate::run::target;
use crate::setup;

const THREADS: usize = 2;
const DIM: usize = 384;
/// Sizes in which sentence-transformers is tried; its best one counts.
const BATCH_SIZES: [usize; 5] = [32, 64, 128, 256, 512];

const WORDS: usize = 16_000;
const SENTENCES: usize = 2_000;
const WORDS_PER_SENTENCE: usize = 12;
const POINTS: usize = 100_000;
const FEWER_POINTS: usize = 10_000;
const KMEANS_ROUNDS: usize = 20;
const SORT_TOPICS: usize = 50;
const LIST: &str = "tests/fixtures/words_a.csv";

/// What to measure, and how often.
pub(crate) struct Options {
    /// Names of benchmarks; empty for all.
    pub(crate) only: Vec<String>,
    pub(crate) rounds: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), rounds: 3 }
    }
}

type Benchmark = fn(&mut Arena) -> Result<Section>;

const BENCHMARKS: [(&str, Benchmark); 15] = [
    ("words", words),
    ("sentences", sentences),
    ("instant", seeing::instant),
    ("kmeans", kmeans),
    ("similarity", similarity),
    ("sort", sort),
    ("topics", topics),
    ("neighbours", seeing::neighbours),
    ("umap", seeing::umap),
    ("umap-long", seeing::umap_of_many),
    ("tsne", seeing::tsne),
    ("ward", seeing::ward),
    ("hdbscan", seeing::hdbscan),
    ("silhouette", seeing::silhouette),
    ("heatmap", seeing::heatmap),
];

/// Measures, prints and writes the report.
pub(crate) fn all(options: &Options) -> Result<()> {
    for name in &options.only {
        let known = BENCHMARKS.map(|(name, _)| name);
        ensure!(
            known.contains(&name.as_str()),
            "No benchmark is called {name}. There are {}.",
            known.join(", ")
        );
    }
    let mut arena = Arena::open(options.rounds)?;
    let mut report = format!(
        "# Kindred beside its peers\n\n{}, {THREADS} threads each, {} rounds in turns.\n",
        processor(),
        options.rounds
    );
    say(&report);
    for (name, benchmark) in BENCHMARKS {
        if options.only.is_empty() || options.only.iter().any(|only| only == name) {
            let section = benchmark(&mut arena)?.to_string();
            say(&section);
            write!(report, "\n{section}")?;
        }
    }
    let path = target().join("bench.md");
    fs::write(&path, report)?;
    say(format_args!("This report is in {}.", path.display()));
    Ok(())
}

/// Everybody who competes, and where their files are.
struct Arena {
    kindred: Contestant,
    peer: Contestant,
    python: PathBuf,
    /// The model as published, as Python users have it.
    published_model: PathBuf,
    folder: PathBuf,
    rounds: usize,
}

impl Arena {
    fn open(rounds: usize) -> Result<Self> {
        assets::make(Profile::Release)?;
        let python = python()?;
        let published_model = assets::published_model()?;
        say("Building Kindred.");
        run(cargo().args(["build", "--release", "--quiet", "-p", "kindred-bench"]))?;
        run(cargo().args(["build", "--release", "--quiet", "-p", "kindred-engine", "--bins"]))?;
        let folder = target().join("bench");
        fs::create_dir_all(&folder)?;
        let mut kindred = Contestant::start(&mut program(built("kindred-bench")))?;
        let mut peer = Contestant::start(program(&python).arg("tests/bench/peer.py"))?;
        let resources = assets::resources();
        kindred.ask(&json!({
            "task": "load",
            "model": resources.join("model"),
            "runtime": assets::runtime_library()?,
            "threads": THREADS,
        }))?;
        peer.ask(&json!({ "task": "load", "model": published_model, "threads": THREADS }))?;
        Ok(Self { kindred, peer, python, published_model, folder, rounds })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn words(arena: &mut Arena) -> Result<Section> {
    let words = single_words()?;
    embedding(arena, &format!("Embedding {} single words", words.len()), &words)
}

fn sentences(arena: &mut Arena) -> Result<Section> {
    let words = single_words()?;
    // Any fixed order without a pattern will do; this is a linear congruential generator.
    let mut state = 1_u64;
    let mut word = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words[(state >> 33) as usize % words.len()].as_str()
    };
    let sentences: Vec<String> = (0..SENTENCES)
        .map(|_| (0..WORDS_PER_SENTENCE).map(|_| word()).collect::<Vec<_>>().join(" "))
        .collect();
    let title = format!("Embedding {SENTENCES} texts of {WORDS_PER_SENTENCE} words");
    embedding(arena, &title, &sentences)
}

fn embedding(arena: &mut Arena, title: &str, texts: &[String]) -> Result<Section> {
    let [list, ours, theirs] =
        ["texts.txt", "kindred.f32", "peer.f32"].map(|name| arena.file(name));
    fs::write(&list, texts.join("\n"))?;
    let mut kindred = Timings::new("Kindred");
    let mut peers = BATCH_SIZES
        .map(|batch| Timings::new(&format!("sentence-transformers, batches of {batch}")));
    for _ in 0..arena.rounds {
        let task = json!({ "task": "embed", "texts": list, "out": ours });
        kindred.add(&arena.kindred.ask(&task)?);
        for (batch, timings) in BATCH_SIZES.iter().zip(&mut peers) {
            let task = json!({ "task": "embed", "texts": list, "out": theirs, "batch": batch });
            timings.add(&arena.peer.ask(&task)?);
        }
    }
    let lowest = lowest_cosine(&numbers(&ours)?, &numbers(&theirs)?)?;
    Ok(Section {
        title: title.to_owned(),
        units: Some((texts.len(), "texts/s")),
        kindred,
        peers: peers.into(),
        agreement: format!("The lowest cosine between both vectors of a text is {lowest:.7}."),
    })
}

fn kmeans(arena: &mut Arena) -> Result<Section> {
    make_points(arena)?;
    let task = json!({
        "task": "kmeans",
        "points": arena.file("points.f32"),
        "start": arena.file("start.f32"),
        "dim": DIM,
        "rounds": KMEANS_ROUNDS,
    });
    let (mut kindred, mut peer) = (Timings::new("Kindred"), Timings::new("scikit-learn"));
    let mut agreement = String::new();
    for _ in 0..arena.rounds {
        let (ours, theirs) = (arena.kindred.ask(&task)?, arena.peer.ask(&task)?);
        agreement = format!(
            "Inertia {:.3} after {} rounds, {:.3} after {}: {:+.5} %.",
            ours.inertia,
            ours.rounds,
            theirs.inertia,
            theirs.rounds,
            (ours.inertia / theirs.inertia - 1.0) * 100.0
        );
        kindred.add(&ours);
        peer.add(&theirs);
    }
    Ok(Section {
        title: format!("k-means, {POINTS} x {DIM}, 50 clusters, same start"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement,
    })
}

fn similarity(arena: &mut Arena) -> Result<Section> {
    make_points(arena)?;
    let [points, cells] = ["fewer-points.f32", "cells.u8"].map(|name| arena.file(name));
    let task = json!({ "task": "similarity", "points": points, "dim": DIM, "out": cells });
    let (mut kindred, mut peer) =
        (Timings::new("Kindred, tiles of bytes"), Timings::new("numpy, X @ X.T"));
    for _ in 0..arena.rounds {
        kindred.add(&arena.kindred.ask(&task)?);
        peer.add(&arena.peer.ask(&task)?);
    }
    let compare =
        json!({ "task": "compare_similarity", "points": points, "dim": DIM, "cells": cells });
    let difference = arena.peer.ask(&compare)?.difference;
    Ok(Section {
        title: format!("All similarities of {FEWER_POINTS} items"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!(
            "The largest difference is {difference:.5}; half a step of a byte is {:.5}.",
            1.0 / 254.0
        ),
    })
}

fn sort(arena: &mut Arena) -> Result<Section> {
    make_points(arena)?;
    let task = json!({
        "task": "sort",
        "points": arena.file("points.f32"),
        "dim": DIM,
        "topics": SORT_TOPICS,
    });
    let (mut kindred, mut peer) =
        (Timings::new("Kindred"), Timings::new("numpy, nearest centroid of the examples"));
    let mut preparation = f64::INFINITY;
    for _ in 0..arena.rounds {
        let ours = arena.kindred.ask(&task)?;
        preparation = preparation.min(ours.preparation);
        kindred.add(&ours);
        peer.add(&arena.peer.ask(&task)?);
    }
    Ok(Section {
        title: format!("Sorting {POINTS} items into {SORT_TOPICS} topics of 3 examples"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!(
            "The peer learns nothing from the other items and has no confidence. Kindred prepared \
             the list once, in {preparation:.2} s."
        ),
    })
}

fn topics(arena: &mut Arena) -> Result<Section> {
    let (mut kindred, mut peer) =
        (Timings::new("kindred-cli topics"), Timings::new("Python script"));
    for _ in 0..arena.rounds {
        let started = Instant::now();
        let mut command = program(built("kindred-cli"));
        output(few_threads(command.args(["topics", LIST, "--topics", "10"])))?;
        kindred.seconds.push(started.elapsed().as_secs_f64());

        let started = Instant::now();
        let mut command = program(&arena.python);
        command.args(["tests/bench/peer.py", "topics", LIST]).arg(&arena.published_model);
        output(few_threads(&mut command))?;
        peer.seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(Section {
        title: format!("From starting the program to the topics of {LIST}"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: "The script does k-means alone: no names, no confidence.".to_owned(),
    })
}

fn make_points(arena: &mut Arena) -> Result<()> {
    let task = json!({
        "task": "make_points",
        "count": POINTS,
        "dim": DIM,
        "points": arena.file("points.f32"),
        "fewer": arena.file("fewer-points.f32"),
        "start": arena.file("start.f32"),
        "groups": arena.file("groups.u32"),
        "fewer_groups": arena.file("fewer-groups.u32"),
    });
    arena.peer.ask(&task)?;
    Ok(())
}

/// The whole words of the model's vocabulary and the single words of the fixture.
fn single_words() -> Result<Vec<String>> {
    let tokenizer: Value =
        serde_json::from_slice(&fs::read(assets::resources().join("model/tokenizer.json"))?)?;
    let vocabulary =
        tokenizer["model"]["vocab"].as_object().context("tokenizer.json has no vocabulary")?;
    let mut tokens: Vec<(u64, &str)> =
        vocabulary.iter().map(|(token, id)| (id.as_u64().unwrap_or(0), token.as_str())).collect();
    tokens.sort_unstable();
    let list =
        fs::read_to_string(root().join(LIST)).with_context(|| format!("{LIST} cannot be read"))?;
    let texts = list.lines().skip(1).filter_map(|line| line.split(',').next());
    let is_word = |text: &&str| text.len() > 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let mut seen = std::collections::HashSet::new();
    Ok(texts
        .chain(tokens.into_iter().map(|(_, token)| token))
        .filter(is_word)
        .filter(|word| seen.insert(word.to_lowercase()))
        .take(WORDS)
        .map(str::to_owned)
        .collect())
}

/// A program that does tasks when asked.
struct Contestant {
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Answer {
    seconds: f64,
    #[serde(default)]
    inertia: f64,
    #[serde(default)]
    rounds: usize,
    #[serde(default)]
    difference: f64,
    #[serde(default)]
    preparation: f64,
    #[serde(default)]
    silhouette: f64,
    #[serde(default)]
    share: f64,
}

impl Contestant {
    fn start(command: &mut Command) -> Result<Self> {
        let mut process = few_threads(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| {
                format!("{} cannot be started", command.get_program().to_string_lossy())
            })?;
        let tasks = process.stdin.take().expect("its input is a pipe");
        let answers = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        Ok(Self { process, tasks, answers })
    }

    fn ask(&mut self, task: &Value) -> Result<Answer> {
        let mut line = String::new();
        writeln!(self.tasks, "{task}").and_then(|()| self.answers.read_line(&mut line))?;
        if line.is_empty() {
            let status = self.process.wait()?;
            anyhow::bail!("The task {task} was not answered: {status}");
        }
        serde_json::from_str(&line).with_context(|| format!("the answer to {task} was {line}"))
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Every library's own way of being told. While one side works, the threads of the
/// other must sleep.
fn few_threads(command: &mut Command) -> &mut Command {
    for name in ["RAYON", "OMP", "MKL", "OPENBLAS"] {
        command.env(format!("{name}_NUM_THREADS"), THREADS.to_string());
    }
    command.env("OMP_WAIT_POLICY", "PASSIVE").env("TOKENIZERS_PARALLELISM", "true")
}

/// A Python with the peers in it.
fn python() -> Result<PathBuf> {
    setup::python_environments()?;
    let requirements = root().join("tests/bench/requirements.txt");
    let inputs = sha256(&fs::read(&requirements)?);
    let folder = assets::cache()?.join(format!("bench-python-{}", &inputs[..12]));
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let recipe = Recipe { product: folder.join("pyvenv.cfg"), inputs };
    recipe.follow(|| {
        say("Making a Python environment with the peers; this downloads some gigabytes.");
        run(program("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = program(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        run(pip.args(["--only-binary=:all:", "--requirement"]).arg(&requirements))
    })?;
    Ok(python)
}

fn built(name: &str) -> PathBuf {
    target().join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The processor's name where the system tells it.
fn processor() -> String {
    let list = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = list.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("Unknown processor", |(_, name)| name.trim()).to_owned()
}

/// A file of little-endian `f32`.
fn numbers(path: &Path) -> Result<Vec<f32>> {
    let bytes = fs::read(path)?;
    let (values, _) = bytes.as_chunks();
    Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}

/// Of all pairs of rows, `n x DIM` each. Rows have unit length.
fn lowest_cosine(a: &[f32], b: &[f32]) -> Result<f64> {
    ensure!(a.len() == b.len() && !a.is_empty(), "{} numbers beside {}", a.len(), b.len());
    let cosine = |(a, b): (&[f32], &[f32])| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    Ok(a.chunks(DIM).zip(b.chunks(DIM)).map(cosine).fold(f64::INFINITY, f64::min))
}

/// How long one contestant took, round after round.
struct Timings {
    who: String,
    seconds: Vec<f64>,
}

impl Timings {
    fn new(who: &str) -> Self {
        Self { who: who.to_owned(), seconds: Vec::new() }
    }

    fn add(&mut self, answer: &Answer) {
        self.seconds.push(answer.seconds);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        seconds
    }

    /// Of an even number of rounds, the slower of the two in the middle.
    fn median(&self) -> f64 {
        self.sorted()[self.seconds.len() / 2]
    }
}

/// One benchmark's outcome, printed as Markdown.
struct Section {
    title: String,
    /// How many things were worked on, and how to call their number per second.
    units: Option<(usize, &'static str)>,
    kindred: Timings,
    peers: Vec<Timings>,
    agreement: String,
}

impl Section {
    /// How many times as fast Kindred is as the best peer, judged by one figure of each.
    fn lead(&self, figure: fn(&Timings) -> f64) -> f64 {
        self.peers.iter().map(figure).fold(f64::INFINITY, f64::min) / figure(&self.kindred)
    }
}

impl std::fmt::Display for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (_, unit) = self.units.unwrap_or((0, ""));
        writeln!(f, "## {}\n", self.title)?;
        writeln!(
            f,
            "| | median s | min to max s | {unit} | Kindred is faster by |\n|---|---|---|---|---|"
        )?;
        for timings in std::iter::once(&self.kindred).chain(&self.peers) {
            let (seconds, median) = (timings.sorted(), timings.median());
            let rate =
                self.units.map_or_else(String::new, |(n, _)| format!("{:.0}", n as f64 / median));
            let ratio = median / self.kindred.median();
            writeln!(
                f,
                "| {} | {median:.3} | {:.3} to {:.3} | {rate} | {ratio:.2} |",
                timings.who,
                seconds[0],
                seconds[seconds.len() - 1],
            )?;
        }
        if self.peers.is_empty() {
            return writeln!(f, "\n{}", self.agreement);
        }
        // The fastest rounds tell more on a computer that also does other things.
        let by_median = self.lead(Timings::median);
        let by_fastest = self.lead(|timings| timings.sorted()[0]);
        writeln!(
            f,
            "\n**{by_median:.2} times as fast as the best peer**, {by_fastest:.2} times by the \
             fastest rounds. {}",
            self.agreement
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timings(who: &str, seconds: &[f64]) -> Timings {
        Timings { who: who.to_owned(), seconds: seconds.to_vec() }
    }

    #[test]
    fn the_best_peer_counts() {
        let section = Section {
            title: "Work".to_owned(),
            units: Some((100, "texts/s")),
            kindred: timings("Kindred", &[9.0, 1.0, 2.0]),
            peers: vec![timings("slow", &[8.0, 8.0, 8.0]), timings("quick", &[3.0, 5.0, 4.0])],
            agreement: "Same.".to_owned(),
        };
        let text = section.to_string();
        assert!(text.contains("| Kindred | 2.000 | 1.000 to 9.000 | 50 | 1.00 |"), "{text}");
        assert!(text.contains("| quick | 4.000 | 3.000 to 5.000 | 25 | 2.00 |"), "{text}");
        assert!(
            text.contains("**2.00 times as fast as the best peer**, 3.00 times by the"),
            "{text}"
        );
        assert!(text.ends_with("fastest rounds. Same.\n"), "{text}");
    }

    #[test]
    fn without_a_peer_there_is_nothing_to_be_faster_than() {
        let section = Section {
            title: "Work".to_owned(),
            units: None,
            kindred: timings("Kindred", &[1.0]),
            peers: Vec::new(),
            agreement: "Alone.".to_owned(),
        };
        let text = section.to_string();
        assert!(!text.contains("inf") && !text.contains("times as fast"), "{text}");
        assert!(text.ends_with("\nAlone.\n"), "what there is to say is still said: {text}");
    }

    #[test]
    fn the_worst_pair_of_rows_tells_how_alike_they_are() {
        let row = |first: f32, second: f32| {
            let mut row = vec![0.0; DIM];
            (row[0], row[1]) = (first, second);
            row
        };
        let a = [row(1.0, 0.0), row(1.0, 0.0)].concat();
        let b = [row(1.0, 0.0), row(0.6, 0.8)].concat();
        let lowest = lowest_cosine(&a, &b).expect("as many rows");
        assert!((lowest - 0.6).abs() < 1e-6, "the second pair is the worst: {lowest}");
        assert!(lowest_cosine(&a, &b[..DIM]).is_err(), "a missing row is no agreement");
    }
}
