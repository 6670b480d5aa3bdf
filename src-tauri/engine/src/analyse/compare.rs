//! How far two models agree about a list: on its topics, and on who is near whom.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::similarity::neighbours;
use crate::topics::Sorting;
use crate::vectors::Vectors;

/// Items whose neighbours are compared; in longer lists evenly spaced ones stand for all.
const WITNESSES: usize = 2_000;
/// Two topics with less in common (Jaccard index) are different ones.
const LEAST_SHARED: f64 = 0.2;

/// The adjusted Rand index of two divisions of the same items: 1 when they are
/// the same, about 0 when they agree as often as chance would (Hubert and
/// Arabie, "Comparing partitions", 1985). Unsorted (`None`) counts as a group.
#[must_use]
pub fn adjusted_rand(a: &[Option<u32>], b: &[Option<u32>]) -> f64 {
    let pairs = |count: u64| (count * count.saturating_sub(1) / 2) as f64;
    let mut both: BTreeMap<(Option<u32>, Option<u32>), u64> = BTreeMap::new();
    let (mut of_a, mut of_b) = (BTreeMap::new(), BTreeMap::new());
    for (&a, &b) in a.iter().zip(b) {
        *both.entry((a, b)).or_default() += 1;
        *of_a.entry(a).or_insert(0_u64) += 1;
        *of_b.entry(b).or_insert(0_u64) += 1;
    }
    let together: f64 = both.values().copied().map(pairs).sum();
    let in_a: f64 = of_a.values().copied().map(pairs).sum();
    let in_b: f64 = of_b.values().copied().map(pairs).sum();
    let all = pairs(a.len().min(b.len()) as u64);
    let by_chance = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = (in_a + in_b) / 2.0;
    // Everything in one group, or everything alone, in both: the same division.
    if most == by_chance { 1.0 } else { (together - by_chance) / (most - by_chance) }
}

/// The mean share of the `count` nearest neighbours that `a` and `b` have in
/// common, 0 to 1, the item itself left out; of at most 2,000 items.
#[must_use]
pub fn neighbour_overlap(a: &Vectors, b: &Vectors, count: usize) -> f64 {
    let items = a.len();
    let count = count.min(items.saturating_sub(1));
    if count == 0 {
        return 1.0;
    }
    let all: Vec<u32> = (0..items as u32).collect();
    let step = items.div_ceil(WITNESSES).max(1);
    let asked: Vec<u32> = all.iter().copied().step_by(step).collect();
    let [of_a, of_b] = [a, b].map(|vectors| neighbours(vectors, &asked, &all, count));
    let shared: usize = of_a
        .par_chunks_exact(count)
        .zip(of_b.par_chunks_exact(count))
        .map(|(a, b)| a.iter().filter(|neighbour| b.contains(neighbour)).count())
        .sum();
    shared as f64 / (asked.len() * count) as f64
}

/// For each topic of `other` the topic of `reference` that stands for the same
/// items, by places in their lists; each stands for one at most, those with most in common first.
#[must_use]
pub fn matched_topics(reference: &Sorting, other: &Sorting) -> Vec<Option<usize>> {
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut sizes = [vec![0; reference.topics.len()], vec![0; other.topics.len()]];
    for (old, new) in reference.placements.iter().zip(&other.placements) {
        let old = old.topic.and_then(|id| reference.place_of(id));
        let new = new.topic.and_then(|id| other.place_of(id));
        if let Some(old) = old {
            sizes[0][old] += 1;
        }
        if let Some(new) = new {
            sizes[1][new] += 1;
        }
        if let (Some(old), Some(new)) = (old, new) {
            *shared.entry((old, new)).or_default() += 1;
        }
    }
    let mut pairs: Vec<(f64, usize, usize)> = shared
        .into_iter()
        .map(|((old, new), shared)| {
            (shared as f64 / (sizes[0][old] + sizes[1][new] - shared) as f64, old, new)
        })
        .filter(|&(jaccard, _, _)| jaccard >= LEAST_SHARED)
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut matched = vec![None; other.topics.len()];
    for (_, old, new) in pairs {
        if matched[new].is_none() && !matched.contains(&Some(old)) {
            matched[new] = Some(old);
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(groups: &[u32]) -> Vec<Option<u32>> {
        groups.iter().map(|&group| Some(group)).collect()
    }

    #[test]
    fn the_adjusted_rand_index_is_that_of_scikit_learn() {
        // sklearn.metrics.adjusted_rand_score(a, b), scikit-learn 1.9.
        for (a, b, expected) in [
            (&[0, 0, 1, 1][..], &[1, 1, 0, 0][..], 1.0),
            (&[0, 0, 1, 2], &[0, 0, 1, 1], 0.571_428_571),
            (&[0, 0, 1, 1], &[0, 1, 0, 1], -0.5),
            (&[0, 0, 0, 0], &[0, 1, 2, 3], 0.0),
            (&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2], 0.242_424_242),
        ] {
            let found = adjusted_rand(&groups(a), &groups(b));
            assert!((found - expected).abs() < 1e-6, "{a:?} and {b:?}: {found}, not {expected}");
        }
    }

    #[test]
    fn a_model_has_all_neighbours_in_common_with_itself() {
        let wheel: Vec<f32> =
            (0..40).flat_map(|i| [(i as f32 * 0.1).cos(), (i as f32 * 0.1).sin()]).collect();
        let one = Vectors::new(2, wheel);
        let mixed = one.select((0..40).map(|i| i * 7 % 40));
        assert!((neighbour_overlap(&one, &one, 5) - 1.0).abs() < 1e-9, "it is the same space");
        let overlap = neighbour_overlap(&one, &mixed, 5);
        assert!(overlap < 0.5, "a shuffled space has other neighbours: {overlap}");
        assert!(
            (neighbour_overlap(&one, &one, 500) - 1.0).abs() < 1e-9,
            "a short list is no error"
        );
    }
}
