//! Taking the mean out of a list, and scaling rows to unit length.

use rayon::prelude::*;

use crate::vectors::Vectors;

/// Rows that are worked on by one thread at a time. Sums over a chunk are
/// added in the order of the chunks, so that results do not depend on how
/// many threads there are.
pub(crate) const CHUNK: usize = 2048;

/// A list's vectors without what they have in common.
pub struct Centred {
    /// What was taken out, `dim` numbers.
    pub mean: Vec<f32>,
    /// `n x dim`, of unit length.
    pub rows: Vectors,
}

impl Centred {
    #[must_use]
    pub fn of(vectors: &Vectors) -> Self {
        let mean = mean(vectors);
        let rows = centred(vectors, &mean);
        Self { mean, rows }
    }
}

/// The mean row.
#[must_use]
pub fn mean(rows: &Vectors) -> Vec<f32> {
    let dim = rows.dim();
    let sums: Vec<Vec<f64>> = rows
        .values()
        .par_chunks(CHUNK * dim)
        .map(|chunk| {
            let mut sum = vec![0.0_f64; dim];
            for row in chunk.chunks_exact(dim) {
                add(&mut sum, row);
            }
            sum
        })
        .collect();
    let mut total = vec![0.0_f64; dim];
    for sum in &sums {
        total.iter_mut().zip(sum).for_each(|(total, value)| *total += value);
    }
    total.iter().map(|value| (value / rows.len().max(1) as f64) as f32).collect()
}

/// Adds `row` to `sum`.
pub(crate) fn add(sum: &mut [f64], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
}

/// Scales `row` to length 1; a row of zeros stays one.
pub fn normalise(row: &mut [f32]) {
    let length = row.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    if length > 1e-9 {
        row.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    } else {
        row.fill(0.0);
    }
}

/// `rows` less `mean`, scaled to unit length again. A row equal to the mean becomes zeros.
#[must_use]
pub fn centred(rows: &Vectors, mean: &[f32]) -> Vectors {
    let dim = rows.dim();
    let mut values = rows.values().to_vec();
    values.par_chunks_mut(CHUNK * dim).for_each(|chunk| {
        for row in chunk.chunks_exact_mut(dim) {
            row.iter_mut().zip(mean).for_each(|(value, mean)| *value -= mean);
            normalise(row);
        }
    });
    Vectors::new(dim, values)
}

/// The sum of the rows of every group, `groups x dim`; `group[i]` of row `i` may be `None`.
pub(crate) fn sums(rows: &Vectors, group: &[Option<u32>], groups: usize) -> Vec<f64> {
    let dim = rows.dim();
    let mut sums = vec![0.0_f64; groups * dim];
    for (row, group) in rows.rows().zip(group) {
        if let Some(group) = group {
            add(&mut sums[*group as usize * dim..][..dim], row);
        }
    }
    sums
}

/// The unit-length mean of every group, `groups x dim`; `group[i]` of row `i`
/// may be `None`. An empty group is zeros.
#[must_use]
pub fn centroids(rows: &Vectors, group: &[Option<u32>], groups: usize) -> Vectors {
    let dim = rows.dim();
    let sums = sums(rows, group, groups);
    let mut values: Vec<f32> = Vec::with_capacity(sums.len());
    for sum in sums.chunks_exact(dim) {
        // Scaled before it is rounded: a sum of many rows would lose digits.
        let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
        let scale = if length > 1e-9 { 1.0 / length } else { 0.0 };
        values.extend(sum.iter().map(|value| (value * scale) as f32));
    }
    Vectors::new(dim, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centring_takes_the_mean_out_and_keeps_unit_length() {
        let rows = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8]);
        let centred = centred(&rows, &mean(&rows));
        for row in centred.rows() {
            let length: f32 = row.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-6, "every row has unit length");
        }
        let twins = Vectors::new(2, vec![0.6, 0.8, 0.6, 0.8]);
        assert_eq!(
            super::centred(&twins, &mean(&twins)).values(),
            [0.0; 4],
            "equal rows carry nothing once their mean is out"
        );
    }

    #[test]
    fn a_group_without_rows_has_no_direction() {
        let rows = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0]);
        let centroids = centroids(&rows, &[Some(1), None], 2);
        assert_eq!(centroids.row(0), [0.0, 0.0], "nothing is in group 0");
        assert_eq!(centroids.row(1), [1.0, 0.0], "only the first row is in group 1");
    }
}
