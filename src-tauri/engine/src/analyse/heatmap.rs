//! A similarity heatmap of any size, tile by tile.
//!
//! The mean cosine of a block of pairs equals the dot product of the two
//! blocks' mean rows. So a pyramid of averaged rows, as large as the vectors
//! themselves, gives exact tiles at every zoom: nothing of size `n^2` is ever
//! stored or sent. Level `l` has cells of `2^l x 2^l` items; on the diagonal
//! an item's likeness to itself is left out.

use std::sync::Arc;

use rayon::prelude::*;

use super::product::{Columns, for_each_tile};
use crate::vectors::Vectors;

/// Cells along each side of a tile.
pub const TILE_CELLS: usize = 256;
/// Value of a cell that has nothing to show: an item with itself, or past the end.
pub const NOTHING: u8 = 255;
/// Values from 0 to this one span the range of similarities.
const STEPS: f32 = 254.0;
/// Rows of one tile that a thread works on.
const STRIPE: usize = 64;

/// The finer levels are averaged when a tile of them is asked for: that is quick, and kept they would
/// be as large as the vectors.
const FIRST_KEPT: usize = 3;

/// What the similarities of cells are coloured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f32,
    pub high: f32,
}

impl Range {
    /// The value of a cell of this similarity.
    fn cell(self, similarity: f32) -> u8 {
        let scale = STEPS / (self.high - self.low);
        ((similarity - self.low) * scale + 0.5).clamp(0.0, STEPS) as u8
    }
}

/// Vectors along the two sides of a heatmap, and their means at every zoom.
pub struct Heatmap {
    vectors: Arc<Vectors>,
    order: Vec<u32>,
    /// Level [`FIRST_KEPT`] and up: `ceil(n / 2^l) x dim` mean rows.
    means: Vec<Vectors>,
}

impl Heatmap {
    /// `order[place]` is the item at that place of both sides.
    #[must_use]
    pub fn new(vectors: Arc<Vectors>, order: Vec<u32>) -> Self {
        let mut means: Vec<Vectors> = Vec::new();
        for level in FIRST_KEPT..levels(order.len()) {
            means.push(match means.last() {
                None => means_of_items(&vectors, &order, level),
                Some(finer) => means_of_pairs(finer, order.len(), level),
            });
        }
        Self { vectors, order, means }
    }

    /// Items along each side.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Levels of zoom; the last one fits a single tile.
    #[must_use]
    pub fn levels(&self) -> usize {
        levels(self.order.len())
    }

    /// The item at every place.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// `TILE_CELLS x TILE_CELLS` values, row-major: mean similarities from
    /// `range.low` (0) to `range.high` (254), or [`NOTHING`].
    #[must_use]
    pub fn tile(&self, level: usize, row: usize, column: usize, range: Range) -> Vec<u8> {
        let mut cells = vec![NOTHING; TILE_CELLS * TILE_CELLS];
        let (row_rows, column_rows) = (self.rows(level, row), self.rows(level, column));
        if row_rows.is_empty() || column_rows.is_empty() {
            return cells;
        }
        let dim = self.vectors.dim();
        let columns = Columns::pack(&column_rows, dim);
        cells.par_chunks_mut(STRIPE * TILE_CELLS).zip(row_rows.par_chunks(STRIPE * dim)).for_each(
            |(cells, rows)| {
                for_each_tile(rows, &columns, |tile| {
                    for (r, values) in tile.values.iter().enumerate().take(tile.rows) {
                        let cells =
                            &mut cells[(tile.row + r) * TILE_CELLS + tile.column..][..tile.columns];
                        for (cell, value) in cells.iter_mut().zip(values) {
                            *cell = range.cell(*value);
                        }
                    }
                });
            },
        );
        if row == column {
            self.leave_out_selves(level, row, &row_rows, range, &mut cells);
        }
        cells
    }

    /// Exact similarities of the places `rows` with the places `columns`, row-major.
    ///
    /// # Panics
    /// When a place is past the end.
    #[must_use]
    pub fn similarities(
        &self,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
    ) -> Vec<f32> {
        let dim = self.vectors.dim();
        let columns = Columns::gather(
            self.order[columns].iter().map(|&item| self.vectors.row(item as usize)),
            dim,
        );
        let rows = self.vectors.select(self.order[rows].iter().map(|&item| item as usize));
        super::product::matrix(rows.values(), &columns)
    }

    /// The mean rows of tile `tile` along one side.
    fn rows(&self, level: usize, tile: usize) -> Vec<f32> {
        if level >= self.levels() {
            return Vec::new();
        }
        let Some(kept) = level.checked_sub(FIRST_KEPT) else {
            let items = self.order.chunks(TILE_CELLS << level).nth(tile).unwrap_or(&[]);
            return means_of_items(&self.vectors, items, level).into_values();
        };
        let means = &self.means[kept];
        means
            .values()
            .chunks(TILE_CELLS * means.dim())
            .nth(tile)
            .map(<[f32]>::to_vec)
            .unwrap_or_default()
    }

    /// On the diagonal a cell of `s` items holds `s` pairs of an item with
    /// itself, each of similarity 1: taken out, `(s^2 mean - s) / (s^2 - s)` is left.
    fn leave_out_selves(
        &self,
        level: usize,
        tile: usize,
        rows: &[f32],
        range: Range,
        cells: &mut [u8],
    ) {
        for (place, row) in rows.chunks_exact(self.vectors.dim()).enumerate() {
            let first = (tile * TILE_CELLS + place) << level;
            let items = (self.order.len() - first).min(1 << level) as f32;
            let cell = &mut cells[place * TILE_CELLS + place];
            *cell = if items < 2.0 {
                NOTHING
            } else {
                let mean = super::product::dot(row, row);
                range.cell((items * items * mean - items) / (items * items - items))
            };
        }
    }
}

/// How many levels `count` items have.
fn levels(count: usize) -> usize {
    let mut level = 0;
    while count.div_ceil(1 << level) > TILE_CELLS {
        level += 1;
    }
    level + 1
}

/// The mean row of every `2^level` of `items`.
fn means_of_items(vectors: &Vectors, items: &[u32], level: usize) -> Vectors {
    let dim = vectors.dim();
    let of_one = 1 << level;
    let mut values = vec![0.0_f32; items.len().div_ceil(of_one) * dim];
    values.par_chunks_mut(dim).zip(items.par_chunks(of_one)).for_each(|(mean, items)| {
        for &item in items {
            let row = vectors.row(item as usize);
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value);
        }
        let count = items.len() as f32;
        mean.iter_mut().for_each(|mean| *mean /= count);
    });
    Vectors::new(dim, values)
}

/// The mean rows of a level of `count` items, from those of the level below.
fn means_of_pairs(finer: &Vectors, count: usize, level: usize) -> Vectors {
    let dim = finer.dim();
    // As many items are in any cell of the level below but the last.
    let weight = |cell: usize| (count - (cell << (level - 1))).min(1 << (level - 1)) as f32;
    let mut values = vec![0.0_f32; count.div_ceil(1 << level) * dim];
    values.par_chunks_mut(dim).enumerate().for_each(|(cell, mean)| {
        let (left, right) = (2 * cell, 2 * cell + 1);
        if right >= finer.len() {
            mean.copy_from_slice(finer.row(left));
            return;
        }
        let share = weight(right) / (weight(left) + weight(right));
        let pairs = finer.row(left).iter().zip(finer.row(right));
        mean.iter_mut().zip(pairs).for_each(|(mean, (left, right))| {
            *mean = left + share * (right - left);
        });
    });
    Vectors::new(dim, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::centring::normalise;
    use crate::analyse::product::dot;

    const RANGE: Range = Range { low: -1.0, high: 1.0 };

    fn vectors(count: usize) -> Vectors {
        let mut values: Vec<f32> =
            (0..count * 6).map(|i| ((i * 7919 % 1013) as f32 * 0.61).sin()).collect();
        values.chunks_exact_mut(6).for_each(normalise);
        Vectors::new(6, values)
    }

    #[test]
    fn a_cell_is_the_mean_over_its_pairs_at_every_level() {
        let count = 4500;
        let vectors = Arc::new(vectors(count));
        let order: Vec<u32> = (0..count as u32).rev().collect();
        let heatmap = Heatmap::new(Arc::clone(&vectors), order.clone());
        assert_eq!(heatmap.levels(), 6, "4500 cells, then half as many five times");
        for level in 0..heatmap.levels() {
            let size = 1 << level;
            let cells = heatmap.tile(level, 0, 0, RANGE);
            for (row, column) in [(0, 0), (0, 1), (3, 100), (137, 137), (137, 2)] {
                let places = |cell: usize| cell * size..((cell + 1) * size).min(count);
                let (mut sum, mut pairs) = (0.0, 0);
                for a in places(row) {
                    for b in places(column).filter(|&b| b != a) {
                        sum += dot(vectors.row(order[a] as usize), vectors.row(order[b] as usize));
                        pairs += 1;
                    }
                }
                let cell = cells[row * TILE_CELLS + column];
                if pairs == 0 {
                    assert_eq!(cell, NOTHING, "an item with itself is left out");
                } else {
                    let shown = f32::from(cell) / STEPS * 2.0 - 1.0;
                    assert!(
                        (shown - sum / pairs as f32).abs() < 0.005,
                        "level {level}, cell {row}, {column}: {shown} is not {}",
                        sum / pairs as f32
                    );
                }
            }
        }
    }

    #[test]
    fn cells_of_ten_thousand_items_are_block_means_to_the_fifth_decimal() {
        let count = 10_000;
        let vectors = Arc::new(vectors(count));
        let order: Vec<u32> = (0..count as u32).map(|place| place * 7919 % 10_000).collect();
        let heatmap = Heatmap::new(Arc::clone(&vectors), order.clone());
        let mut looked_at = 0;
        for level in 0..heatmap.levels() {
            let cells = count.div_ceil(1 << level);
            for (row, column) in
                [(0, 1), (cells / 3, cells / 2), (cells - 1, 0), (cells - 1, cells - 2)]
            {
                let places = |cell: usize| cell << level..((cell + 1) << level).min(count);
                let pairs = places(row).flat_map(|a| places(column).map(move |b| (a, b)));
                let likeness = pairs.map(|(a, b)| {
                    let rows = [a, b].map(|place| vectors.row(order[place] as usize));
                    let products = rows[0].iter().zip(rows[1]);
                    products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
                });
                let likeness: Vec<f64> = likeness.collect();
                let mean = (likeness.iter().sum::<f64>() / likeness.len() as f64) as f32;
                // So narrow a range shows the fifth decimal.
                let range = Range { low: mean - 0.001_27, high: mean + 0.001_27 };
                let tile = heatmap.tile(level, row / TILE_CELLS, column / TILE_CELLS, range);
                let cell = tile[row % TILE_CELLS * TILE_CELLS + column % TILE_CELLS];
                assert!(cell.abs_diff(127) <= 1, "level {level}, {row}, {column}: {cell} steps");
                looked_at += 1;
            }
        }
        assert_eq!(looked_at, 28, "four cells on each of seven levels");
    }

    #[test]
    fn past_the_end_there_is_nothing() {
        let heatmap = Heatmap::new(Arc::new(vectors(300)), (0..300).collect());
        let cells = heatmap.tile(0, 1, 0, RANGE);
        assert_ne!(cells[43 * TILE_CELLS], NOTHING, "row 299 is the last item");
        assert_eq!(cells[44 * TILE_CELLS], NOTHING, "row 300 is past the end");
        assert!(
            heatmap.tile(0, 9, 0, RANGE).iter().all(|&cell| cell == NOTHING),
            "so is the whole tenth tile"
        );
        assert!(
            heatmap.tile(7, 0, 0, RANGE).iter().all(|&cell| cell == NOTHING),
            "and a level there is none of"
        );
    }

    #[test]
    fn exact_similarities_follow_the_order() {
        let vectors = Arc::new(vectors(20));
        let heatmap = Heatmap::new(Arc::clone(&vectors), (0..20).rev().collect());
        let values = heatmap.similarities(2..4, 5..8);
        assert_eq!(values.len(), 6, "two rows of three");
        assert!(
            (values[5] - dot(vectors.row(16), vectors.row(12))).abs() < 1e-6,
            "row 3 with column 7"
        );
    }
}
