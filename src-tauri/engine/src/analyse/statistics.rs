//! What similarities look like in one list: the range a colour scale is
//! stretched to, and what share of pairs a figure is closer than.

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::product::dot;
use crate::vectors::Vectors;

/// Lists with more pairs than this are sampled.
const SAMPLE: usize = 500_000;
const QUANTILES: usize = 201;
const BARS: usize = 48;
/// With fewer pairs than this every one of them is within the colour scale.
const FEW: usize = 2_000;

/// Similarities of the pairs of different items. Empty for a list of one.
#[derive(Clone, Debug, PartialEq)]
pub struct PairStatistics {
    /// How many pairs were looked at.
    pub pairs: usize,
    /// Whether these are all pairs, not a sample.
    pub is_exact: bool,
    /// Similarity at 0 %, 0.5 %, ... 100 % of the pairs.
    pub quantiles: Vec<f32>,
    /// Counts of pairs in equal steps from `low` to `high`.
    pub histogram: Vec<u32>,
    pub low: f32,
    pub high: f32,
}

/// Looks at all pairs, or at 500,000 drawn with `seed`.
#[must_use]
pub fn pair_statistics(vectors: &Vectors, seed: u64) -> PairStatistics {
    let count = vectors.len();
    let all_pairs = count * count.saturating_sub(1) / 2;
    let is_exact = all_pairs <= SAMPLE;
    let pairs = if is_exact { every_pair(count) } else { drawn_pairs(count, seed) };
    let mut similarities: Vec<f32> = pairs
        .par_iter()
        .map(|&(a, b)| dot(vectors.row(a as usize), vectors.row(b as usize)))
        .collect();
    similarities.par_sort_unstable_by(f32::total_cmp);
    let (Some(&low), Some(&high)) = (similarities.first(), similarities.last()) else {
        return PairStatistics {
            pairs: 0,
            is_exact,
            quantiles: Vec::new(),
            histogram: Vec::new(),
            low: 0.0,
            high: 1.0,
        };
    };
    let quantiles = (0..QUANTILES)
        .map(|step| similarities[(similarities.len() - 1) * step / (QUANTILES - 1)])
        .collect();
    let mut histogram = vec![0; BARS];
    let per_unit = BARS as f32 / (high - low).max(f32::EPSILON);
    for similarity in &similarities {
        histogram[(((similarity - low) * per_unit) as usize).min(BARS - 1)] += 1;
    }
    PairStatistics { pairs: similarities.len(), is_exact, quantiles, histogram, low, high }
}

impl PairStatistics {
    /// The similarities that a colour scale should span: all of a few pairs, else all but
    /// the outermost half percent on either side; at least a hundredth wide.
    #[must_use]
    pub fn colour_range(&self) -> (f32, f32) {
        if (1..FEW).contains(&self.pairs) {
            return (self.low, self.high.max(self.low + 0.01));
        }
        let (Some(&low), Some(&high)) = (self.quantiles.get(1), self.quantiles.get(QUANTILES - 2))
        else {
            return (0.0, 1.0);
        };
        (low, high.max(low + 0.01))
    }
}

fn every_pair(count: usize) -> Vec<(u32, u32)> {
    (0..count as u32).flat_map(|a| (a + 1..count as u32).map(move |b| (a, b))).collect()
}

fn drawn_pairs(count: usize, seed: u64) -> Vec<(u32, u32)> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = count as u32;
    (0..SAMPLE)
        .map(|_| {
            let a = random.random_range(0..count);
            let b = random.random_range(0..count - 1);
            (a, if b >= a { b + 1 } else { b })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(count: usize) -> Vectors {
        let step = std::f32::consts::TAU / count as f32;
        Vectors::new(
            2,
            (0..count).flat_map(|i| [(i as f32 * step).cos(), (i as f32 * step).sin()]).collect(),
        )
    }

    #[test]
    fn every_pair_of_different_items_counts_once() {
        let statistics = pair_statistics(&circle(4), 1);
        assert_eq!(statistics.pairs, 6, "four items have six pairs");
        assert!(statistics.is_exact, "six pairs are few enough to look at all");
        assert!(
            (statistics.low + 1.0).abs() < 1e-6 && statistics.high.abs() < 1e-6,
            "opposite items have -1, neighbours at right angles 0, and an item is no pair with itself"
        );
        assert_eq!(statistics.histogram.iter().sum::<u32>(), 6, "every pair is in a bar");
    }

    #[test]
    fn a_sample_tells_what_all_pairs_would() {
        let statistics = pair_statistics(&circle(2000), 1);
        assert!(!statistics.is_exact, "two million pairs are sampled");
        let median = statistics.quantiles[100];
        assert!(median.abs() < 0.01, "half of a circle is closer than a right angle, but {median}");
    }

    #[test]
    fn a_list_of_one_has_no_pairs() {
        let statistics = pair_statistics(&circle(1), 1);
        assert_eq!(statistics.pairs, 0, "one item is in no pair");
        assert_eq!(statistics.colour_range(), (0.0, 1.0), "the scale is then the whole range");
    }
}
