//! What the numbers in a model's vectors look like, and what that says of its similarities.

use super::centring::{CHUNK, mean};
use crate::vectors::Vectors;
use rayon::prelude::*;

const BARS: usize = 48;
/// Dimensions are counted until they hold so much of the variance.
const MOST_OF_IT: f64 = 0.9;

/// The numbers of a list's vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueRange {
    pub smallest: f32,
    pub largest: f32,
    pub mean: f32,
    /// Counts of numbers in equal steps from `smallest` to `largest`.
    pub histogram: Vec<u32>,
    /// Share of all squares that the strongest dimension holds, 0 to 1: a single
    /// dimension that outweighs the others makes cosines say little.
    pub strongest_share: f32,
    /// Length of the mean vector, 0 to 1: near 1 when all texts point one way,
    /// so that even strangers have a high cosine.
    pub mean_length: f32,
    /// How many dimensions together hold nine tenths of the variance.
    pub effective_dims: usize,
}

/// Looks at all numbers of `vectors`, `n x dim`.
#[must_use]
pub fn value_range(vectors: &Vectors) -> ValueRange {
    let (dim, values) = (vectors.dim(), vectors.values());
    let [smallest, largest] = [f32::min, f32::max].map(|better: fn(f32, f32) -> f32| {
        values.par_iter().copied().reduce_with(better).unwrap_or(0.0)
    });
    let per_unit = BARS as f32 / (largest - smallest).max(f32::EPSILON);
    let histogram = values
        .par_chunks(CHUNK * dim)
        .map(|values| {
            let mut counts = vec![0_u32; BARS];
            for value in values {
                counts[(((value - smallest) * per_unit) as usize).min(BARS - 1)] += 1;
            }
            counts
        })
        .reduce(
            || vec![0; BARS],
            |mut all, part| {
                all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
                all
            },
        );
    let centre = mean(vectors);
    let mut squares = vec![0.0_f64; dim];
    for row in vectors.rows() {
        for (square, &value) in squares.iter_mut().zip(row) {
            *square += f64::from(value) * f64::from(value);
        }
    }
    let count = vectors.len().max(1) as f64;
    let all: f64 = squares.iter().sum();
    let mut variances: Vec<f64> = squares
        .iter()
        .zip(&centre)
        .map(|(&square, &mean)| (square / count - f64::from(mean) * f64::from(mean)).max(0.0))
        .collect();
    variances.sort_by(|a, b| b.total_cmp(a));
    let enough = variances.iter().sum::<f64>() * MOST_OF_IT;
    let mut sum = 0.0;
    let held = variances.iter().take_while(|&&variance| {
        let goes_on = sum < enough;
        sum += variance;
        goes_on
    });
    ValueRange {
        smallest,
        largest,
        mean: (centre.iter().map(|&value| f64::from(value)).sum::<f64>() / dim.max(1) as f64)
            as f32,
        histogram,
        strongest_share: (squares.iter().copied().fold(0.0, f64::max) / all.max(f64::MIN_POSITIVE))
            as f32,
        mean_length: centre.iter().map(|value| value * value).sum::<f32>().sqrt(),
        effective_dims: held.count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_list_are_those_worked_out_by_hand() {
        let range = value_range(&Vectors::new(3, vec![1.0, 0.0, 0.0, 0.96, 0.28, 0.0]));
        assert_eq!((range.smallest, range.largest), (0.0, 1.0), "the smallest and largest number");
        assert!((range.mean - 0.373_333).abs() < 1e-5, "2.24 in six numbers, but {}", range.mean);
        assert!((range.mean_length - 0.98_f32.sqrt()).abs() < 1e-6, "of (0.98, 0.14, 0)");
        assert!(
            (range.strongest_share - 0.9608).abs() < 1e-6,
            "1.9216 of 2, {}",
            range.strongest_share
        );
        assert_eq!(range.effective_dims, 1, "0.0196 of 0.02 of the variance is in one dimension");
        assert_eq!(range.histogram.iter().sum::<u32>(), 6, "every number is in a bar");
    }
}
