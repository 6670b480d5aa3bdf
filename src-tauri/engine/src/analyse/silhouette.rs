//! How well rows lie in their groups, from cosine distances, exactly and
//! without looking at any pair.
//!
//! The mean cosine of a row to the rows of a group is its dot product with
//! the group's mean row, so the silhouette of all rows costs `n x k` dot
//! products instead of `n^2` (Rousseeuw, "Silhouettes", 1987, for the measure).

use rayon::prelude::*;

use super::centring::{CHUNK, add};
use super::product::{Columns, matrix};
use crate::vectors::Vectors;

/// The mean cosine silhouette, -1 to 1, of unit rows divided into `k` groups.
/// A row alone in its group counts 0.
#[must_use]
pub fn mean_silhouette(rows: &Vectors, group: &[u32], k: usize) -> f64 {
    let dim = rows.dim();
    let mut sums = vec![0.0_f64; k * dim];
    let mut counts = vec![0_usize; k];
    for (row, &group) in rows.rows().zip(group) {
        add(&mut sums[group as usize * dim..][..dim], row);
        counts[group as usize] += 1;
    }
    let sums: Vec<f32> = sums.iter().map(|&sum| sum as f32).collect();
    let columns = Columns::pack(&sums, dim);
    let parts: Vec<f64> = rows
        .values()
        .par_chunks(CHUNK * dim)
        .zip(group.par_chunks(CHUNK))
        .map(|(rows, group)| {
            let to_sums = matrix(rows, &columns);
            rows.chunks_exact(dim)
                .zip(group)
                .zip(to_sums.chunks_exact(k))
                .map(|((row, &own), to_sums)| of_row(own as usize, to_sums, &counts, row))
                .sum()
        })
        .collect();
    parts.iter().sum::<f64>() / rows.len().max(1) as f64
}

fn of_row(own: usize, to_sums: &[f32], counts: &[usize], row: &[f32]) -> f64 {
    if counts[own] < 2 {
        return 0.0;
    }
    let itself = f64::from(super::product::dot(row, row));
    let inside = 1.0 - (f64::from(to_sums[own]) - itself) / (counts[own] - 1) as f64;
    let outside = (0..counts.len())
        .filter(|&other| other != own && counts[other] > 0)
        .map(|other| 1.0 - f64::from(to_sums[other]) / counts[other] as f64)
        .fold(f64::INFINITY, f64::min);
    if outside.is_infinite() {
        return 0.0;
    }
    let larger = inside.max(outside);
    if larger <= 0.0 { 0.0 } else { (outside - inside) / larger }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::centring::normalise;
    use crate::analyse::product::dot;

    #[test]
    fn the_fast_silhouette_is_the_one_over_all_pairs() {
        let mut values: Vec<f32> =
            (0..90 * 5).map(|i| ((i * i % 71) as f32 * 0.37).sin()).collect();
        values.chunks_exact_mut(5).for_each(normalise);
        let rows = Vectors::new(5, values);
        let group: Vec<u32> = (0..90).map(|i| if i == 89 { 3 } else { i % 3 }).collect();
        let mut expected = 0.0;
        for i in 0..90 {
            let mut sums = [0.0_f64; 4];
            let mut counts = [0.0_f64; 4];
            for j in (0..90).filter(|&j| j != i) {
                sums[group[j] as usize] += 1.0 - f64::from(dot(rows.row(i), rows.row(j)));
                counts[group[j] as usize] += 1.0;
            }
            let own = group[i] as usize;
            if counts[own] == 0.0 {
                continue;
            }
            let inside = sums[own] / counts[own];
            let outside = (0..4)
                .filter(|&g| g != own && counts[g] > 0.0)
                .map(|g| sums[g] / counts[g])
                .fold(f64::INFINITY, f64::min);
            expected += (outside - inside) / inside.max(outside);
        }
        let found = mean_silhouette(&rows, &group, 4);
        assert!(
            (found - expected / 90.0).abs() < 1e-5,
            "{found} is the mean over pairs {}",
            expected / 90.0
        );
    }
}
