//! The one hot loop: rows times columns, tile by tile, with something done to
//! each tile while it is still in the registers' neighbourhood.
//!
//! `k`-means takes the best column of each row, neighbours keep the top few,
//! the heatmap turns each number into a byte; none of them ever stores the
//! whole `n x k` product. The columns are packed once into panels of
//! [`PANEL`] so that the inner loop reads them in one stream; rows are read
//! where they lie.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::centring::CHUNK;
use crate::vectors::Vectors;

/// Rows of a tile.
pub const ROWS: usize = 12;
/// Columns of a tile, and of a panel of packed columns.
pub const PANEL: usize = 32;
/// Packed columns that are used together: 8 panels of 384 dimensions fill 393 kB, which stays in a core's L2 cache.
const PANELS_PER_BLOCK: usize = 8;

/// The right side of a product: `count` columns of `dim` numbers, packed.
pub struct Columns {
    count: usize,
    dim: usize,
    /// Panel after panel; within one, for every dimension the numbers of its 32 columns.
    panels: Vec<f32>,
    /// What is added to each column's products; negative infinity past the last column.
    offsets: Vec<f32>,
}

impl Columns {
    /// Packs `count x dim` row-major numbers, each row becoming one column of the product.
    ///
    /// # Panics
    /// When `values` is not a whole number of rows of `dim`.
    #[must_use]
    pub fn pack(values: &[f32], dim: usize) -> Self {
        Self::gather(values.chunks_exact(dim), dim)
    }

    /// Packs rows that lie apart.
    #[must_use]
    pub fn gather<'a>(rows: impl ExactSizeIterator<Item = &'a [f32]>, dim: usize) -> Self {
        let count = rows.len();
        let rows: Vec<&[f32]> = rows.collect();
        let mut panels = vec![0.0; count.div_ceil(PANEL) * dim * PANEL];
        for (rows, panel) in rows.chunks(PANEL).zip(panels.chunks_exact_mut((dim * PANEL).max(1))) {
            for (dimension, lanes) in panel.chunks_exact_mut(PANEL).enumerate() {
                lanes.iter_mut().zip(rows).for_each(|(lane, row)| *lane = row[dimension]);
            }
        }
        let mut offsets = vec![f32::NEG_INFINITY; count.next_multiple_of(PANEL)];
        offsets[..count].fill(0.0);
        Self { count, dim, panels, offsets }
    }

    /// The same columns with a number added to each one's products, one offset per column.
    #[must_use]
    pub fn with_offsets(mut self, offsets: impl Iterator<Item = f32>) -> Self {
        self.offsets[..self.count]
            .iter_mut()
            .zip(offsets)
            .for_each(|(place, offset)| *place = offset);
        self
    }

    /// The number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Numbers in a column.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }
}

/// Up to `ROWS x PANEL` numbers of a product.
pub struct Tile<'a> {
    /// The first row, counted from the first row given.
    pub row: usize,
    /// How many of `values` are rows of the product.
    pub rows: usize,
    pub column: usize,
    /// How many of each row's values belong to columns; the rest are negative infinity.
    pub columns: usize,
    pub values: &'a [[f32; PANEL]; ROWS],
    /// Of each row's values.
    pub largest: &'a [f32; ROWS],
}

/// Calls `consume` with every tile of `rows * columns^T`, all columns of a
/// block of 8 panels for a row before the next row, in ascending order.
///
/// `rows`: row-major, `n x dim`. A number depends on nothing but its row and
/// its column: not on the tile it falls into, nor on the number of threads.
pub fn for_each_tile(rows: &[f32], columns: &Columns, consume: impl FnMut(Tile<'_>)) {
    let dim = columns.dim;
    for_each_tile_of(rows.len() / dim, |row| &rows[row * dim..][..dim], columns, consume);
}

/// As [`for_each_tile`], for `count` rows that lie apart.
pub fn for_each_tile_of<'a>(
    count: usize,
    row_at: impl Fn(usize) -> &'a [f32],
    columns: &Columns,
    mut consume: impl FnMut(Tile<'_>),
) {
    let dim = columns.dim;
    let kernel = kernel();
    let (mut values, mut largest) = ([[0.0; PANEL]; ROWS], [0.0; ROWS]);
    let panel_count = columns.count.div_ceil(PANEL);
    for block in (0..panel_count).step_by(PANELS_PER_BLOCK) {
        for row in (0..count).step_by(ROWS) {
            let tile_rows = ROWS.min(count - row);
            // A tile at the end repeats its last row, so that every row goes through the same arithmetic.
            let tile: [&[f32]; ROWS] = std::array::from_fn(|r| row_at(row + r.min(tile_rows - 1)));
            for panel in block..panel_count.min(block + PANELS_PER_BLOCK) {
                let column = panel * PANEL;
                let (offsets, _) = columns.offsets[column..].split_first_chunk().expect(FULL_PANEL);
                let packed = &columns.panels[panel * dim * PANEL..][..dim * PANEL];
                kernel(&tile, packed, offsets, &mut values, &mut largest);
                let columns = PANEL.min(columns.count - column);
                consume(Tile {
                    row,
                    rows: tile_rows,
                    column,
                    columns,
                    values: &values,
                    largest: &largest,
                });
            }
        }
    }
}

/// The whole product as a matrix, `n x columns`: for small ones.
#[must_use]
pub fn matrix(rows: &[f32], columns: &Columns) -> Vec<f32> {
    let mut product = vec![0.0; rows.len() / columns.dim.max(1) * columns.len()];
    fill(&mut product, rows, columns);
    product
}

/// The same for many rows and few columns, on all cores.
#[must_use]
pub fn tall_matrix(rows: &Vectors, columns: &Columns) -> Vec<f32> {
    let width = columns.len();
    let mut product = vec![0.0; rows.len() * width];
    product
        .par_chunks_mut((CHUNK * width).max(1))
        .zip(rows.values().par_chunks(CHUNK * rows.dim()))
        .for_each(|(product, rows)| fill(product, rows, columns));
    product
}

fn fill(product: &mut [f32], rows: &[f32], columns: &Columns) {
    let width = columns.len();
    for_each_tile(rows, columns, |tile| {
        for (r, values) in tile.values.iter().enumerate().take(tile.rows) {
            product[(tile.row + r) * width + tile.column..][..tile.columns]
                .copy_from_slice(&values[..tile.columns]);
        }
    });
}

type Dot = fn(&[f32], &[f32]) -> f32;

/// Dot product of two rows.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    static DOT: OnceLock<Dot> = OnceLock::new();
    let dot = DOT.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") {
            return x86::avx512_dot;
        }
        portable_dot
    });
    dot(a, b)
}

/// Summed in 32 lanes.
#[inline(always)]
fn portable_dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; PANEL];
    let (a_chunks, b_chunks) = (a.chunks_exact(PANEL), b.chunks_exact(PANEL));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Why an offset is there for every place of a panel.
const FULL_PANEL: &str = "offsets are padded to whole panels";

/// `values[r][c] = offsets[c] + rows[r] . column c of the panel`, and the largest of each row; the
/// panel holds `dim x PANEL` numbers.
type Kernel = fn(
    rows: &[&[f32]; ROWS],
    panel: &[f32],
    offsets: &[f32; PANEL],
    values: &mut [[f32; PANEL]; ROWS],
    largest: &mut [f32; ROWS],
);

/// The fastest kernel this processor can run, chosen once.
fn kernel() -> Kernel {
    static KERNEL: OnceLock<Kernel> = OnceLock::new();
    *KERNEL.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return x86::avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return x86::avx2;
            }
        }
        portable
    })
}

/// Plain loops over lanes, which the compiler turns into whatever vectors the target always has.
fn portable(
    rows: &[&[f32]; ROWS],
    panel: &[f32],
    offsets: &[f32; PANEL],
    values: &mut [[f32; PANEL]; ROWS],
    largest: &mut [f32; ROWS],
) {
    for ((row, sums), largest) in rows.iter().zip(values).zip(largest) {
        let mut lanes = *offsets;
        for (&x, columns) in row.iter().zip(panel.chunks_exact(PANEL)) {
            for (lane, &column) in lanes.iter_mut().zip(columns) {
                *lane += x * column;
            }
        }
        *sums = lanes;
        *largest = largest_of(&lanes);
    }
}

/// The largest of a tile's row, found in eight lanes.
pub(super) fn largest_of(values: &[f32; PANEL]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; 8];
    for eight in values.chunks_exact(8) {
        for (lane, &value) in lanes.iter_mut().zip(eight) {
            *lane = larger(*lane, value);
        }
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, larger)
}

#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "SIMD intrinsics: the processor is asked first, and every pointer stays within its slice"
)]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_storeu_ps,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_reduce_max_ps, _mm512_set1_ps,
        _mm512_storeu_ps,
    };

    use super::{PANEL, ROWS};

    pub(super) fn avx512_dot(a: &[f32], b: &[f32]) -> f32 {
        // SAFETY: `dot` chooses this function only after finding AVX-512F.
        unsafe { portable_dot_with_avx512(a, b) }
    }

    /// The portable loops, with registers of 16 lanes.
    #[target_feature(enable = "avx512f")]
    unsafe fn portable_dot_with_avx512(a: &[f32], b: &[f32]) -> f32 {
        super::portable_dot(a, b)
    }

    pub(super) fn avx512(
        rows: &[&[f32]; ROWS],
        panel: &[f32],
        offsets: &[f32; PANEL],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        // SAFETY: `kernel` hands this function out only after finding AVX-512F.
        unsafe { avx512_tile(rows, panel, offsets, values, largest) }
    }

    pub(super) fn avx2(
        rows: &[&[f32]; ROWS],
        panel: &[f32],
        offsets: &[f32; PANEL],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        // SAFETY: `kernel` hands this function out only after finding AVX2 and FMA.
        unsafe { avx2_tile(rows, panel, offsets, values, largest) }
    }

    /// 8 x 2 accumulators of 16 lanes: 16 independent chains hide the latency of the fused multiply-add.
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512_tile(
        rows: &[&[f32]; ROWS],
        panel: &[f32],
        offsets: &[f32; PANEL],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        let dim = panel.len() / PANEL;
        assert!(rows.iter().all(|row| row.len() == dim), "rows and panel have one dimension");
        // SAFETY: there are 32 offsets.
        let start = unsafe {
            [_mm512_loadu_ps(offsets.as_ptr()), _mm512_loadu_ps(offsets.as_ptr().add(16))]
        };
        let mut sums: [[__m512; 2]; ROWS] = [start; ROWS];
        let starts: [*const f32; ROWS] = std::array::from_fn(|r| rows[r].as_ptr());
        for d in 0..dim {
            // SAFETY: `d < dim`, so 32 numbers of the panel and one of each row are in bounds.
            unsafe {
                let columns = panel.as_ptr().add(d * PANEL);
                let (left, right) = (_mm512_loadu_ps(columns), _mm512_loadu_ps(columns.add(16)));
                for r in 0..ROWS {
                    let x = _mm512_set1_ps(*starts[r].add(d));
                    sums[r][0] = _mm512_fmadd_ps(x, left, sums[r][0]);
                    sums[r][1] = _mm512_fmadd_ps(x, right, sums[r][1]);
                }
            }
        }
        for ((row, largest), sum) in values.iter_mut().zip(largest).zip(sums) {
            *largest = _mm512_reduce_max_ps(_mm512_max_ps(sum[0], sum[1]));
            // SAFETY: a row of the tile holds 32 numbers.
            unsafe {
                _mm512_storeu_ps(row.as_mut_ptr(), sum[0]);
                _mm512_storeu_ps(row.as_mut_ptr().add(16), sum[1]);
            }
        }
    }

    /// The same tile in parts of 4 x 16, as only 16 registers of 8 lanes are there.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2_tile(
        rows: &[&[f32]; ROWS],
        panel: &[f32],
        offsets: &[f32; PANEL],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        let dim = panel.len() / PANEL;
        assert!(rows.iter().all(|row| row.len() == dim), "rows and panel have one dimension");
        for first_row in [0, 4, 8] {
            for first_column in [0, 16] {
                // SAFETY: `first_column + 16 <= 32`, the number of offsets.
                let start = unsafe {
                    let offsets = offsets.as_ptr().add(first_column);
                    [_mm256_loadu_ps(offsets), _mm256_loadu_ps(offsets.add(8))]
                };
                let mut sums: [[__m256; 2]; 4] = [start; 4];
                let starts: [*const f32; 4] = std::array::from_fn(|r| rows[first_row + r].as_ptr());
                for d in 0..dim {
                    // SAFETY: `d < dim`, so 16 numbers from `first_column` and one of each row are in bounds.
                    unsafe {
                        let columns = panel.as_ptr().add(d * PANEL + first_column);
                        let (left, right) =
                            (_mm256_loadu_ps(columns), _mm256_loadu_ps(columns.add(8)));
                        for r in 0..4 {
                            let x = _mm256_set1_ps(*starts[r].add(d));
                            sums[r][0] = _mm256_fmadd_ps(x, left, sums[r][0]);
                            sums[r][1] = _mm256_fmadd_ps(x, right, sums[r][1]);
                        }
                    }
                }
                for (row, sum) in values[first_row..first_row + 4].iter_mut().zip(sums) {
                    // SAFETY: `first_column + 16 <= 32`, the length of a row of the tile.
                    unsafe {
                        _mm256_storeu_ps(row.as_mut_ptr().add(first_column), sum[0]);
                        _mm256_storeu_ps(row.as_mut_ptr().add(first_column + 8), sum[1]);
                    }
                }
            }
        }
        for (largest, row) in largest.iter_mut().zip(values) {
            *largest = super::largest_of(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    #[test]
    fn every_kernel_agrees_with_a_plain_loop() {
        let mut kernels: Vec<(&str, Kernel)> = vec![("portable", portable), ("chosen", kernel())];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            kernels.push(("avx2", x86::avx2));
        }
        for dim in [1, 7, 384] {
            let (rows, panel) = (numbers(ROWS * dim, 1), numbers(PANEL * dim, 2));
            for &(name, kernel) in &kernels {
                let (mut values, mut largest) = ([[0.0; PANEL]; ROWS], [0.0; ROWS]);
                let offsets = std::array::from_fn(|c| c as f32);
                kernel(
                    &std::array::from_fn(|r| &rows[r * dim..][..dim]),
                    &panel,
                    &offsets,
                    &mut values,
                    &mut largest,
                );
                for (r, row) in values.iter().enumerate() {
                    assert_eq!(
                        largest[r],
                        row.iter().copied().fold(f32::MIN, f32::max),
                        "{name} knows the largest"
                    );
                    for (c, &value) in row.iter().enumerate() {
                        let expected: f64 = (0..dim)
                            .map(|d| f64::from(rows[r * dim + d]) * f64::from(panel[d * PANEL + c]))
                            .sum::<f64>()
                            + c as f64;
                        assert!(
                            (f64::from(value) - expected).abs() < 1e-4,
                            "{name} at {r}, {c} of dimension {dim}: {value} is not {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_product_covers_every_row_and_column_once() {
        for (count, width, dim) in [(1, 1, 3), (8, 32, 5), (9, 33, 5), (20, 300, 16)] {
            let (rows, columns) = (numbers(count * dim, 3), numbers(width * dim, 4));
            let product = matrix(&rows, &Columns::pack(&columns, dim));
            assert_eq!(product.len(), count * width, "one number for each row and column");
            for (index, value) in product.iter().enumerate() {
                let expected = dot(
                    &rows[index / width * dim..][..dim],
                    &columns[index % width * dim..][..dim],
                );
                assert!((value - expected).abs() < 1e-4, "{count} x {width}, number {index}");
            }
        }
    }

    #[test]
    fn a_number_does_not_depend_on_its_place() {
        let dim = 48;
        let (rows, columns) = (numbers(23 * dim, 5), numbers(70 * dim, 6));
        let whole = matrix(&rows, &Columns::pack(&columns, dim));
        for start in [1, 5, 22] {
            let part = matrix(&rows[start * dim..], &Columns::pack(&columns, dim));
            assert_eq!(part, whole[start * 70..], "rows from {start} on, to the last bit");
        }
    }
}
