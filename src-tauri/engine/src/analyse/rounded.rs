//! Rows rounded to bytes: four times as many products in the same time, where the processor
//! multiplies bytes. Good enough to find candidates, which are then compared in full.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::centring::CHUNK;
use super::product::{PANEL, ROWS, dot};
use super::similarity::keep_best;
use crate::vectors::Vectors;

/// Numbers that are multiplied at once.
const GROUP: usize = 4;
/// Numbers farther than this many standard deviations out are cut off.
const WIDEST: f64 = 5.0;
/// Rows of bytes, each padded to whole groups.
pub(super) struct Rounded {
    dim: usize,
    /// What numbers are multiplied by before they are rounded.
    scale: f32,
    bytes: Vec<i8>,
}

/// The right side of a product: panel after panel of 32 columns; within one, group after group of
/// four dimensions, of every column. Moved to be positive, which adds the same to all products of a row.
pub(super) struct Panels {
    ids: Vec<u32>,
    bytes: Vec<u8>,
}

impl Rounded {
    /// `None` where the processor is not made for it: then it would be slower, not faster.
    pub(super) fn of(rows: &Vectors) -> Option<Self> {
        kernel()?;
        let sums = rows.values().par_chunks(CHUNK * rows.dim());
        let sums: Vec<f64> =
            sums.map(|part| part.iter().map(|&x| f64::from(x) * f64::from(x)).sum()).collect();
        let deviation = (sums.into_iter().sum::<f64>() / rows.values().len().max(1) as f64).sqrt();
        let scale = (f64::from(i8::MAX) / (WIDEST * deviation.max(1e-12))) as f32;
        Some(Self::with_scale(rows, scale))
    }

    fn with_scale(rows: &Vectors, scale: f32) -> Self {
        let dim = rows.dim().next_multiple_of(GROUP);
        let mut bytes = vec![0; rows.len() * dim];
        let parts = rows.values().par_chunks(CHUNK * rows.dim());
        bytes.par_chunks_mut(CHUNK * dim).zip(parts).for_each(|(bytes, part)| {
            for (bytes, row) in bytes.chunks_exact_mut(dim).zip(part.chunks_exact(rows.dim())) {
                for (byte, value) in bytes.iter_mut().zip(row) {
                    let value = value * scale;
                    *byte = (value + 0.5_f32.copysign(value)).clamp(-127.0, 127.0) as i8;
                }
            }
        });
        Self { dim, scale, bytes }
    }

    fn row(&self, row: u32) -> &[i8] {
        &self.bytes[row as usize * self.dim..][..self.dim]
    }

    /// For each of `rows` the `count` best of `columns`, itself left out, best first: what they are
    /// sorted by tells only which of a row's candidates are better than others. `u32::MAX` where
    /// there are no more.
    pub(super) fn best<'a>(
        &self,
        rows: &[u32],
        columns: impl Iterator<Item = &'a Panels>,
        count: usize,
    ) -> Vec<(f32, u32)> {
        let mut best = vec![(f32::NEG_INFINITY, u32::MAX); rows.len() * count];
        for columns in columns {
            self.for_each_row(rows, columns, |row, ids, values, largest| {
                let best = &mut best[row * count..][..count];
                if largest > best[count - 1].0 {
                    keep_best(best, values, ids.len(), ids, rows[row]);
                }
            });
        }
        best
    }

    /// Which of `centres` each row is closest to.
    pub(super) fn closest(&self, centres: &Vectors) -> Vec<u32> {
        let columns = Self::with_scale(centres, self.scale)
            .pack(&(0..centres.len() as u32).collect::<Vec<_>>());
        // The squared distance is that of the centre to the origin less twice the product, but for
        // what is the same for all centres.
        let square = self.scale * self.scale;
        let offsets: Vec<f32> =
            centres.rows().map(|centre| -0.5 * square * dot(centre, centre)).collect();
        let all: Vec<u32> = (0..(self.bytes.len() / self.dim) as u32).collect();
        let mut closest = vec![0; all.len()];
        closest.par_chunks_mut(CHUNK).zip(all.par_chunks(CHUNK)).for_each(|(closest, rows)| {
            let mut best = vec![f32::NEG_INFINITY; rows.len()];
            self.for_each_row(rows, &columns, |row, ids, values, _| {
                for (&id, value) in ids.iter().zip(values) {
                    let value = value + offsets[id as usize];
                    if value > best[row] {
                        (best[row], closest[row]) = (value, id);
                    }
                }
            });
        });
        closest
    }

    /// Gives `with` the place of a row, ids of a panel's columns, their products with the row and the largest.
    fn for_each_row(
        &self,
        rows: &[u32],
        columns: &Panels,
        mut with: impl FnMut(usize, &[u32], &[f32; PANEL], f32),
    ) {
        let kernel = kernel().expect("made only where there is one");
        let (mut values, mut largest) = ([[0.0; PANEL]; ROWS], [0.0; ROWS]);
        for (first, part) in rows.chunks(ROWS).enumerate() {
            let tile: [&[i8]; ROWS] =
                std::array::from_fn(|r| self.row(part[r.min(part.len() - 1)]));
            let panels = columns.bytes.chunks_exact(self.dim * PANEL);
            for (panel, ids) in panels.zip(columns.ids.chunks(PANEL)) {
                kernel(&tile, panel, &mut values, &mut largest);
                for r in 0..part.len() {
                    with(first * ROWS + r, ids, &values[r], largest[r]);
                }
            }
        }
    }

    pub(super) fn pack(&self, ids: &[u32]) -> Panels {
        let of_panel = self.dim * PANEL;
        let mut panels = vec![0_u8; ids.len().div_ceil(PANEL) * of_panel];
        for (ids, panel) in ids.chunks(PANEL).zip(panels.chunks_exact_mut(of_panel)) {
            for (lane, &id) in ids.iter().enumerate() {
                for (group, bytes) in self.row(id).chunks_exact(GROUP).enumerate() {
                    let place = &mut panel[(group * PANEL + lane) * GROUP..][..GROUP];
                    place.iter_mut().zip(bytes).for_each(|(to, &byte)| {
                        *to = byte.cast_unsigned() ^ 0x80;
                    });
                }
            }
        }
        Panels { ids: ids.to_vec(), bytes: panels }
    }
}

type Kernel = fn(&[&[i8]; ROWS], &[u8], &mut [[f32; PANEL]; ROWS], &mut [f32; ROWS]);

fn kernel() -> Option<Kernel> {
    static KERNEL: OnceLock<Option<Kernel>> = OnceLock::new();
    *KERNEL.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
            return Some(x86::vnni as Kernel);
        }
        None
    })
}

#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "SIMD intrinsics: the processor is asked first, and every pointer stays within its slice"
)]
mod x86 {
    use std::arch::x86_64::{
        __m512i, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_max_ps,
        _mm512_reduce_max_ps, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_ps,
    };

    use super::{GROUP, PANEL, ROWS};

    pub(super) fn vnni(
        rows: &[&[i8]; ROWS],
        panel: &[u8],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        // SAFETY: `kernel` hands this function out only after finding AVX-512F and VNNI.
        unsafe { vnni_tile(rows, panel, values, largest) }
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    unsafe fn vnni_tile(
        rows: &[&[i8]; ROWS],
        panel: &[u8],
        values: &mut [[f32; PANEL]; ROWS],
        largest: &mut [f32; ROWS],
    ) {
        let groups = panel.len() / (PANEL * GROUP);
        assert!(rows.iter().all(|row| row.len() == groups * GROUP), "rows and panel fit together");
        let mut sums: [[__m512i; 2]; ROWS] = [[_mm512_setzero_si512(); 2]; ROWS];
        let starts: [*const i32; ROWS] = std::array::from_fn(|r| rows[r].as_ptr().cast());
        for group in 0..groups {
            // SAFETY: `group < groups`, so 128 bytes of the panel and four of each row are in bounds.
            unsafe {
                let columns = panel.as_ptr().add(group * PANEL * GROUP);
                let (left, right) = (
                    _mm512_loadu_si512(columns.cast()),
                    _mm512_loadu_si512(columns.add(64).cast()),
                );
                for r in 0..ROWS {
                    let x = _mm512_set1_epi32(starts[r].add(group).read_unaligned());
                    sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], left, x);
                    sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], right, x);
                }
            }
        }
        for ((row, largest), sum) in values.iter_mut().zip(largest).zip(sums) {
            let (left, right) = (_mm512_cvtepi32_ps(sum[0]), _mm512_cvtepi32_ps(sum[1]));
            *largest = _mm512_reduce_max_ps(_mm512_max_ps(left, right));
            // SAFETY: a row of the tile holds 32 numbers.
            unsafe {
                _mm512_storeu_ps(row.as_mut_ptr(), left);
                _mm512_storeu_ps(row.as_mut_ptr().add(16), right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::centring::normalise;

    #[test]
    fn candidates_hold_the_truly_nearest() {
        for dim in [30, 384] {
            let mut values: Vec<f32> =
                (0..300 * dim).map(|i| ((i * 7919 % 10_007) as f32 * 0.61).sin()).collect();
            values.chunks_exact_mut(dim).for_each(normalise);
            let rows = Vectors::new(dim, values);
            let Some(rounded) = Rounded::of(&rows) else { return };
            let (own, ids): (Vec<u32>, Vec<u32>) = ((0..25).collect(), (0..300).rev().collect());
            let best = rounded.best(&own, [rounded.pack(&ids)].iter(), 20);
            for (&row, best) in own.iter().zip(best.chunks_exact(20)) {
                let likeness = |id: u32| dot(rows.row(row as usize), rows.row(id as usize));
                let nearest = (0..300)
                    .filter(|&id| id != row)
                    .max_by(|&a, &b| likeness(a).total_cmp(&likeness(b)));
                let nearest = likeness(nearest.expect("there are others"));
                let found = best.iter().map(|&(_, id)| likeness(id)).fold(-1.0, f32::max);
                assert!((found - nearest).abs() < 1e-6, "{found} is not {nearest} in {dim}");
                assert!(best.iter().all(|&(_, id)| id != row), "itself left out");
            }
        }
    }
}
