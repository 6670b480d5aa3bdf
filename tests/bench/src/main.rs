//! Kindred's side of `cargo xtask bench`: reads one task per line from standard input,
//! as JSON, does it with the engine and answers with one line. `peer.py` is the other
//! side and speaks the same language, so that both can be measured in turns.
//!
//! Matrices are files of little-endian `f32`, row-major. Only the work itself is timed:
//! never starting, loading or writing.
#![expect(clippy::print_stdout, reason = "standard output is the other end of the line")]

use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kindred_engine::analyse::classify::{EmbeddedClues, Space, classify};
use kindred_engine::analyse::heatmap::{Heatmap, Range, TILE_CELLS};
use kindred_engine::analyse::kmeans::{Rounds, lloyd};
use kindred_engine::embed::onnx::OnnxEmbedder;
use kindred_engine::embed::{embed_all, runtime};
use kindred_engine::monitor::Silent;
use kindred_engine::vectors::Vectors;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
enum Task {
    /// Loads the default model.
    Load { model: PathBuf, runtime: PathBuf, threads: usize },
    /// Embeds a file with one text per line; writes `n x 384`.
    Embed { texts: PathBuf, out: PathBuf },
    /// Lloyd's algorithm from given centroids.
    Kmeans { points: PathBuf, start: PathBuf, dim: usize, rounds: usize },
    /// All similarities as the heatmap's tiles; writes `n x n` bytes.
    Similarity { points: PathBuf, dim: usize, out: PathBuf },
    /// Sorts points into topics, each known by three of them; once the list is prepared.
    Sort { points: PathBuf, dim: usize, topics: usize },
}

#[derive(Default, Serialize)]
struct Answer {
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    inertia: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<usize>,
    /// Seconds it took before, once for a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    preparation: Option<f64>,
}

fn main() -> Result<()> {
    let mut embedder = None;
    for line in io::stdin().lock().lines() {
        let answer = answer(&serde_json::from_str(&line?)?, &mut embedder)?;
        println!("{}", serde_json::to_string(&answer)?);
        io::stdout().flush()?;
    }
    Ok(())
}

fn answer(task: &Task, embedder: &mut Option<OnnxEmbedder>) -> Result<Answer> {
    match task {
        Task::Load { model, runtime, threads } => {
            runtime::load(runtime)?;
            *embedder = Some(OnnxEmbedder::open_default(model, *threads)?);
            Ok(Answer::default())
        }
        Task::Embed { texts, out } => {
            let embedder = embedder.as_mut().context("the model must be loaded first")?;
            embed(embedder, texts, out)
        }
        Task::Kmeans { points, start, dim, rounds } => {
            let (points, start) = (read(points, *dim)?, read(start, *dim)?);
            let rounds = Rounds { at_most: *rounds, tolerance: 0.0 };
            let started = Instant::now();
            let partition = lloyd(&points, start, rounds, &Silent)?;
            let seconds = started.elapsed().as_secs_f64();
            let (inertia, rounds) = (Some(partition.inertia), Some(partition.rounds));
            Ok(Answer { seconds, inertia, rounds, ..Answer::default() })
        }
        Task::Similarity { points, dim, out } => similarity(read(points, *dim)?, out),
        Task::Sort { points, dim, topics } => sort(&read(points, *dim)?, *topics),
    }
}

fn embed(embedder: &mut OnnxEmbedder, texts: &Path, out: &Path) -> Result<Answer> {
    let texts = fs::read_to_string(texts)?;
    let texts: Vec<&str> = texts.lines().collect();
    let started = Instant::now();
    let vectors = embed_all(embedder, &texts, &Silent)?;
    let seconds = started.elapsed().as_secs_f64();
    let bytes: Vec<u8> = vectors.values().iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(out, bytes)?;
    Ok(Answer { seconds, ..Answer::default() })
}

/// Every tile at the finest level is made, those below the diagonal as the window makes them,
/// by mirroring; they are kept only to be written down afterwards.
fn similarity(points: Vectors, out: &Path) -> Result<Answer> {
    let count = points.len();
    let points = Arc::new(points);
    let tiles_per_side = count.div_ceil(TILE_CELLS);
    let started = Instant::now();
    let order = (0..u32::try_from(count)?).collect();
    let heatmap = Heatmap::new(points, order);
    let range = Range { low: -1.0, high: 1.0 };
    let upper: Vec<(usize, usize)> = (0..tiles_per_side)
        .flat_map(|row| (row..tiles_per_side).map(move |column| (row, column)))
        .collect();
    let made: Vec<(Vec<u8>, Vec<u8>)> = upper
        .par_iter()
        .map(|&(row, column)| {
            let tile = heatmap.tile(0, row, column, range);
            let mirrored = mirrored(&tile);
            (tile, mirrored)
        })
        .collect();
    let mut tiles = vec![Vec::new(); tiles_per_side * tiles_per_side];
    for ((row, column), (tile, mirrored)) in upper.into_iter().zip(made) {
        tiles[column * tiles_per_side + row] = mirrored;
        tiles[row * tiles_per_side + column] = tile;
    }
    let seconds = started.elapsed().as_secs_f64();

    let mut matrix = vec![0; count * count];
    for (index, tile) in tiles.iter().enumerate() {
        let (top, left) =
            (index / tiles_per_side * TILE_CELLS, index % tiles_per_side * TILE_CELLS);
        let width = TILE_CELLS.min(count - left);
        for (row, cells) in tile.chunks_exact(TILE_CELLS).enumerate().take(count - top) {
            matrix[(top + row) * count + left..][..width].copy_from_slice(&cells[..width]);
        }
    }
    fs::write(out, matrix)?;
    Ok(Answer { seconds, ..Answer::default() })
}

fn sort(points: &Vectors, topics: usize) -> Result<Answer> {
    const EXAMPLES: usize = 3;
    let nothing = || Vectors::new(points.dim(), Vec::new());
    let clues: Vec<EmbeddedClues> = (0..topics)
        .map(|topic| {
            let examples = (topic * EXAMPLES..(topic + 1) * EXAMPLES).collect();
            EmbeddedClues::new(nothing(), examples, nothing())
        })
        .collect();
    let started = Instant::now();
    let space = Space::new(points);
    let preparation = Some(started.elapsed().as_secs_f64());
    let started = Instant::now();
    classify(&space, &clues, &Silent)?;
    Ok(Answer { seconds: started.elapsed().as_secs_f64(), preparation, ..Answer::default() })
}

/// The tile on the other side of the diagonal.
fn mirrored(tile: &[u8]) -> Vec<u8> {
    (0..tile.len())
        .map(|place| tile[place % TILE_CELLS * TILE_CELLS + place / TILE_CELLS])
        .collect()
}

/// Reads `n x dim` numbers.
fn read(path: &Path, dim: usize) -> Result<Vectors> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (values, _) = bytes.as_chunks();
    Ok(Vectors::new(dim, values.iter().map(|value| f32::from_le_bytes(*value)).collect()))
}
