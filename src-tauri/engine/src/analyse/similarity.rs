//! Cosine similarities and nearest neighbours.
//!
//! Rows have unit length, so a dot product is the cosine.

use rayon::prelude::*;

use super::centring::{CHUNK, normalise};
use super::product::{Columns, PANEL, dot, for_each_tile, for_each_tile_of};
use crate::error::{Error, Result};
use crate::monitor::{Monitor, Silent};
use crate::vectors::Vectors;

/// Rows whose neighbours one thread looks for at a time: every block of columns is read for all of them.
const ROWS_AT_ONCE: usize = 256;

/// The `count` rows most similar to `row`, itself left out: index and cosine
/// similarity, most similar first, ties by index.
#[must_use]
pub fn nearest(vectors: &Vectors, row: usize, count: usize) -> Vec<(u32, f32)> {
    let mut similar = nearest_to(vectors, vectors.row(row), count + 1);
    similar.retain(|&(index, _)| index as usize != row);
    similar.truncate(count);
    similar
}

/// The `count` rows most similar to `target`, a unit vector of `dim` numbers.
#[must_use]
pub fn nearest_to(vectors: &Vectors, target: &[f32], count: usize) -> Vec<(u32, f32)> {
    let mut all: Vec<(u32, f32)> = (0..vectors.len() as u32)
        .into_par_iter()
        .with_min_len(CHUNK)
        .map(|index| (index, dot(vectors.row(index as usize), target)))
        .collect();
    let count = count.min(all.len());
    let by_similarity = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if count < all.len() && count > 0 {
        all.select_nth_unstable_by(count - 1, by_similarity);
    }
    all.truncate(count);
    all.sort_unstable_by(by_similarity);
    all
}

/// For each of `rows` the indices of the `count` most similar among the rows
/// `candidates`, itself left out: `rows x count`, most similar first.
/// Rows with fewer candidates repeat their own index.
#[must_use]
pub fn neighbours(vectors: &Vectors, rows: &[u32], candidates: &[u32], count: usize) -> Vec<u32> {
    neighbours_watched(vectors, rows, candidates, count, &Silent).expect("nobody cancels it")
}

/// As [`neighbours`], for long lists.
///
/// # Errors
/// `Cancelled`.
pub fn neighbours_watched(
    vectors: &Vectors,
    rows: &[u32],
    candidates: &[u32],
    count: usize,
    monitor: &dyn Monitor,
) -> Result<Vec<u32>> {
    let columns =
        Columns::gather(candidates.iter().map(|&id| vectors.row(id as usize)), vectors.dim());
    let mut found = vec![0_u32; rows.len() * count];
    found.par_chunks_mut(ROWS_AT_ONCE * count).zip(rows.par_chunks(ROWS_AT_ONCE)).try_for_each(
        |(found, rows)| {
            monitor.check()?;
            let best = best_columns(vectors, rows, &columns, candidates, count);
            for (place, (_, index)) in best.into_iter().enumerate() {
                found[place] = if index == u32::MAX { rows[place / count] } else { index };
            }
            Ok::<(), Error>(())
        },
    )?;
    Ok(found)
}

/// For each of `rows` the `count` most similar of the packed rows `ids`, itself left out, most
/// similar first: `rows x count` similarities and indices, `u32::MAX` where there are no more.
pub(super) fn best_columns(
    vectors: &Vectors,
    rows: &[u32],
    columns: &Columns,
    ids: &[u32],
    count: usize,
) -> Vec<(f32, u32)> {
    // Kept sorted, best first; rows come back for every block of columns.
    let mut best = vec![(f32::NEG_INFINITY, u32::MAX); rows.len() * count];
    let row_at = |row: usize| vectors.row(rows[row] as usize);
    for_each_tile_of(rows.len(), row_at, columns, |tile| {
        for r in 0..tile.rows {
            let row = tile.row + r;
            let best = &mut best[row * count..][..count];
            if tile.largest[r] > best[count - 1].0 {
                let ids = &ids[tile.column..];
                keep_best(best, &tile.values[r], tile.columns, ids, rows[row]);
            }
        }
    });
    best
}

/// Something of all pairs of rows, `n x n`, row-major: `of` is given the two places and the product.
pub(super) fn all_pairs(rows: &Vectors, of: impl Fn(usize, usize, f32) -> f32 + Sync) -> Vec<f32> {
    let (count, dim) = (rows.len(), rows.dim());
    let columns = Columns::pack(rows.values(), dim);
    let mut pairs = vec![0.0_f32; count * count];
    let parts = rows.values().par_chunks(ROWS_AT_ONCE * dim);
    pairs.par_chunks_mut(ROWS_AT_ONCE * count).zip(parts).enumerate().for_each(
        |(part, (pairs, rows))| {
            for_each_tile(rows, &columns, |tile| {
                for (r, products) in tile.values.iter().enumerate().take(tile.rows) {
                    let row = part * ROWS_AT_ONCE + tile.row + r;
                    let pairs = &mut pairs[(tile.row + r) * count + tile.column..][..tile.columns];
                    for (c, (pair, &product)) in pairs.iter_mut().zip(products).enumerate() {
                        *pair = of(row, tile.column + c, product);
                    }
                }
            });
        },
    );
    pairs
}

/// Inserts what of `values` is better than the worst of `best`, `own` left out.
pub(super) fn keep_best(
    best: &mut [(f32, u32)],
    values: &[f32; PANEL],
    columns: usize,
    ids: &[u32],
    own: u32,
) {
    let mut worst = best[best.len() - 1].0;
    for (&value, &id) in values[..columns].iter().zip(ids) {
        if value > worst && id != own {
            let place = best.partition_point(|&(kept, _)| kept >= value);
            best[place..].rotate_right(1);
            best[place] = (value, id);
            worst = best[best.len() - 1].0;
        }
    }
}

/// Moves every row by `share` towards the mean of its neighbours and scales it
/// to unit length. What is alike by chance in a single vector evens out.
#[must_use]
pub fn smoothed(vectors: &Vectors, neighbours: &[u32], count: usize, share: f32) -> Vectors {
    if count == 0 {
        return vectors.clone();
    }
    let dim = vectors.dim();
    let mut values = vectors.values().to_vec();
    values.par_chunks_mut(dim).zip(neighbours.par_chunks(count)).for_each(|(row, neighbours)| {
        let mut sum = vec![0.0_f32; dim];
        for &index in neighbours {
            sum.iter_mut().zip(vectors.row(index as usize)).for_each(|(sum, value)| *sum += value);
        }
        row.iter_mut()
            .zip(&sum)
            .for_each(|(value, sum)| *value = (1.0 - share) * *value + share * sum / count as f32);
        normalise(row);
    });
    Vectors::new(dim, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(count: usize) -> Vectors {
        Vectors::new(
            2,
            (0..count).flat_map(|i| [(i as f32 * 0.1).cos(), (i as f32 * 0.1).sin()]).collect(),
        )
    }

    #[test]
    fn the_nearest_on_a_circle_are_beside_each_other() {
        let nearest: Vec<u32> =
            nearest(&circle(20), 5, 4).into_iter().map(|(index, _)| index).collect();
        assert_eq!(nearest, [4, 6, 3, 7], "most similar first, ties by index, itself left out");
    }

    #[test]
    fn asking_for_more_neighbours_than_there_are_gives_all() {
        assert_eq!(nearest(&circle(3), 0, 10).len(), 2, "everything but the item itself");
        assert!(nearest(&circle(1), 0, 10).is_empty(), "a list of one has no neighbours");
    }

    #[test]
    fn neighbours_of_all_rows_agree_with_a_look_at_each() {
        let vectors = circle(60);
        let candidates: Vec<u32> = (0..60).collect();
        let found = neighbours(&vectors, &candidates, &candidates, 4);
        for row in 0..60 {
            let mut of_row = found[row * 4..][..4].to_vec();
            of_row.sort_unstable();
            let mut expected: Vec<u32> =
                nearest(&vectors, row, 4).into_iter().map(|(index, _)| index).collect();
            expected.sort_unstable();
            assert_eq!(of_row, expected, "neighbours of row {row}");
        }
    }
}
