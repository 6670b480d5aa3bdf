//! Kindred's side of `cargo xtask bench`: reads one task per line from standard input,
//! as JSON, does it with the engine and answers with one line. `peer.py` is the other
//! side and speaks the same language, so that both can be measured in turns.
//!
//! Matrices are files of little-endian `f32`, row-major. Only the work itself is timed:
//! never starting, loading or writing.
#![expect(clippy::print_stdout, reason = "standard output is the other end of the line")]

use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kindred_engine::analyse::centring::normalise;
use kindred_engine::analyse::classify::{EmbeddedClues, Space, classify};
use kindred_engine::analyse::density::hdbscan;
use kindred_engine::analyse::heatmap::{Heatmap, Range, TILE_CELLS};
use kindred_engine::analyse::kmeans::{Rounds, lloyd};
use kindred_engine::analyse::map::{Method, lay_out};
use kindred_engine::analyse::neighbours::nearest_neighbours;
use kindred_engine::analyse::silhouette::mean_silhouette;
use kindred_engine::analyse::tree::{Linkage, grow};
use kindred_engine::embed::instant::InstantEmbedder;
use kindred_engine::embed::onnx::OnnxEmbedder;
use kindred_engine::embed::{embed_all, runtime};
use kindred_engine::monitor::Silent;
use kindred_engine::vectors::Vectors;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Start of every random choice.
const SEED: u64 = 20;
/// Aimed at a little above what is asked for, because it is met on a sample.
const RECALL: f64 = 0.993;

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
    /// The nearest neighbours of every point; writes `n x count` indices.
    Neighbours { points: PathBuf, dim: usize, count: usize, out: PathBuf },
    /// A map in the plane, neighbours included; writes `n x 2` positions.
    Map { points: PathBuf, dim: usize, method: String, out: PathBuf },
    /// A tree by Ward's linkage; writes the heights of its joins.
    Ward { points: PathBuf, dim: usize, out: PathBuf },
    /// Dense groups of at least five; writes the group of every point, -1 for none.
    Hdbscan { points: PathBuf, dim: usize, out: PathBuf },
    /// The mean silhouette of given groups.
    Silhouette { points: PathBuf, dim: usize, groups: PathBuf, count: usize },
    /// Static vectors of a file with one text per line, loaded already; writes `n x 384`.
    Instant { texts: PathBuf, resources: PathBuf, out: PathBuf },
    /// A heatmap of so many made-up points: until its first picture, and a tile.
    Heatmap { count: usize, dim: usize },
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
    #[serde(skip_serializing_if = "Option::is_none")]
    silhouette: Option<f64>,
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
        Task::Neighbours { points, dim, count, out } => {
            let points = read(points, *dim)?;
            let found = timed(|| nearest_neighbours(&points, *count, RECALL, SEED, &Silent))?;
            fs::write(out, bytes(&found.0.index, u32::to_le_bytes))?;
            Ok(Answer { seconds: found.1, ..Answer::default() })
        }
        Task::Map { points, dim, method, out } => {
            let points = read(points, *dim)?;
            let method = Method::named(method).context("no such method")?;
            let lay_out = || lay_out(&points, method, 2, None, SEED, &Silent, &mut |_| ());
            let (map, seconds) = timed(lay_out)?;
            fs::write(out, bytes(&map.positions, f32::to_le_bytes))?;
            Ok(Answer { seconds, ..Answer::default() })
        }
        Task::Ward { points, dim, out } => {
            let points = read(points, *dim)?;
            let (tree, seconds) = timed(|| grow(&points, Linkage::Ward, SEED, &Silent))?;
            let heights: Vec<f32> = tree.merges.iter().map(|merge| merge.height).collect();
            fs::write(out, bytes(&heights, f32::to_le_bytes))?;
            Ok(Answer { seconds, ..Answer::default() })
        }
        Task::Hdbscan { points, dim, out } => {
            let points = read(points, *dim)?;
            let (found, seconds) = timed(|| hdbscan(&points, 5, SEED, &Silent))?;
            let groups: Vec<i32> =
                found.iter().map(|group| group.map_or(-1, u32::cast_signed)).collect();
            fs::write(out, bytes(&groups, i32::to_le_bytes))?;
            Ok(Answer { seconds, ..Answer::default() })
        }
        Task::Silhouette { points, dim, groups, count } => {
            let points = read(points, *dim)?;
            let file = fs::read(groups)?;
            let (groups, _) = file.as_chunks();
            let groups: Vec<u32> = groups.iter().map(|group| u32::from_le_bytes(*group)).collect();
            let (silhouette, seconds) = timed(|| Ok(mean_silhouette(&points, &groups, *count)))?;
            Ok(Answer { seconds, silhouette: Some(silhouette), ..Answer::default() })
        }
        Task::Instant { texts, resources, out } => {
            let texts = fs::read_to_string(texts)?;
            let texts: Vec<&str> = texts.lines().collect();
            let mut instant = InstantEmbedder::open(resources)?;
            let (vectors, seconds) = timed(|| embed_all(&mut instant, &texts, &Silent))?;
            fs::write(out, bytes(vectors.values(), f32::to_le_bytes))?;
            Ok(Answer { seconds, ..Answer::default() })
        }
        Task::Heatmap { count, dim } => first_pictures(*count, *dim),
        Task::Sort { points, dim, topics } => sort(&read(points, *dim)?, *topics),
    }
}

fn embed(embedder: &mut OnnxEmbedder, texts: &Path, out: &Path) -> Result<Answer> {
    let texts = fs::read_to_string(texts)?;
    let texts: Vec<&str> = texts.lines().collect();
    let started = Instant::now();
    let vectors = embed_all(embedder, &texts, &Silent)?;
    let seconds = started.elapsed().as_secs_f64();
    fs::write(out, bytes(vectors.values(), f32::to_le_bytes))?;
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
/// What the work gives and how many seconds it takes.
fn timed<T>(work: impl FnOnce() -> kindred_engine::Result<T>) -> Result<(T, f64)> {
    let started = Instant::now();
    let result = work()?;
    Ok((result, started.elapsed().as_secs_f64()))
}

/// From the order to the first picture, the whole list in one tile; and, as preparation, the
/// slowest of some tiles at every zoom.
fn first_pictures(count: usize, dim: usize) -> Result<Answer> {
    let mut state = SEED;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    let mut values: Vec<f32> = (0..count * dim).map(|_| number()).collect();
    values.par_chunks_mut(dim).for_each(normalise);
    let points = Arc::new(Vectors::new(dim, values));
    let order: Vec<u32> = (0..u32::try_from(count)?).rev().collect();
    let range = Range { low: -0.2, high: 0.2 };
    let started = Instant::now();
    let heatmap = Heatmap::new(points, order);
    let whole = heatmap.levels() - 1;
    black_box(heatmap.tile(whole, 0, 0, range));
    let seconds = started.elapsed().as_secs_f64();
    let mut slowest: f64 = 0.0;
    for level in 0..heatmap.levels() {
        let tiles = (count >> level).div_ceil(TILE_CELLS);
        for (row, column) in [(0, 0), (tiles / 2, tiles / 3), (tiles / 3, tiles - 1)] {
            let started = Instant::now();
            black_box(heatmap.tile(level, row, column, range));
            slowest = slowest.max(started.elapsed().as_secs_f64());
        }
    }
    Ok(Answer { seconds, preparation: Some(slowest), ..Answer::default() })
}

fn bytes<T: Copy>(numbers: &[T], of: impl Fn(T) -> [u8; 4]) -> Vec<u8> {
    numbers.iter().flat_map(|&number| of(number)).collect()
}

fn read(path: &Path, dim: usize) -> Result<Vectors> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (values, _) = bytes.as_chunks();
    Ok(Vectors::new(dim, values.iter().map(|value| f32::from_le_bytes(*value)).collect()))
}
