//! Learns from a few answers where a person draws the line between related
//! and unrelated, and finds the pairs that are worth asking about.

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::product::dot;
use super::similarity::neighbours;
use super::statistics::PairStatistics;
use crate::vectors::Vectors;

/// With fewer answers a line would be guessed, not learnt.
pub const FEWEST_ANSWERS: usize = 6;
const RESAMPLES: usize = 400;
/// The share of resamples within the interval.
const WITHIN: f64 = 0.9;
/// Questions are spread over this range of percentiles: below it everybody says no.
const LOWEST_PERCENTILE: f32 = 75.0;
/// Items that questions are made of; in longer lists evenly spaced ones.
const MOST_ITEMS: usize = 2_000;
const NEAR: usize = 12;
const FAR_PER_ITEM: usize = 12;

/// Where the line lies for one model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Pairs at least so similar are related.
    pub threshold: f32,
    /// Nine of ten resamples of the answers put it in between.
    pub low: f32,
    pub high: f32,
    /// Answers that agree with it.
    pub agreed: usize,
}

/// The line with the best F1 for `answers`: the similarity of each pair, and
/// whether the person called it related. Of equally good lines the middle of
/// the widest gap. `None` with fewer than six answers or only one kind.
#[must_use]
pub fn line(answers: &[(f32, bool)], seed: u64) -> Option<Line> {
    let threshold = best_line(answers)?;
    if answers.len() < FEWEST_ANSWERS {
        return None;
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut resampled: Vec<f32> = (0..RESAMPLES)
        .filter_map(|_| {
            let drawn: Vec<(f32, bool)> =
                answers.iter().map(|_| answers[random.random_range(0..answers.len())]).collect();
            best_line(&drawn)
        })
        .collect();
    resampled.sort_by(f32::total_cmp);
    let at = |share: f64| {
        let place = (resampled.len().saturating_sub(1)) as f64 * share;
        resampled.get(place.round() as usize).copied().unwrap_or(threshold)
    };
    let (low, high) = (at((1.0 - WITHIN) / 2.0), at(1.0 - (1.0 - WITHIN) / 2.0));
    Some(Line {
        threshold,
        low: low.min(threshold),
        high: high.max(threshold),
        agreed: answers.iter().filter(|&&(cosine, yes)| (cosine >= threshold) == yes).count(),
    })
}

fn best_line(answers: &[(f32, bool)]) -> Option<f32> {
    let related = answers.iter().filter(|(_, yes)| *yes).count();
    if related == 0 || related == answers.len() {
        return None;
    }
    let mut sorted = answers.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut found) = ((-1.0, 0.0), 0.0);
    let mut hits = 0;
    for (place, &(cosine, yes)) in sorted.iter().enumerate() {
        hits += usize::from(yes);
        let next = sorted.get(place + 1).map_or(cosine - 0.02, |&(next, _)| next);
        // Pairs that are equally alike cannot be parted.
        if next == cosine {
            continue;
        }
        let f1 = 2.0 * hits as f64 / (place + 1 + related) as f64;
        let gap = f64::from(cosine - next);
        if (f1, gap) > best {
            best = (f1, gap);
            found = f64::from(cosine + next) / 2.0;
        }
    }
    (best.0 >= 0.0).then_some(found as f32)
}

/// What percentage of the pairs is less alike than `similarity`, 0 to 100.
#[must_use]
pub fn percentile_of(statistics: &PairStatistics, similarity: f32) -> f32 {
    let quantiles = &statistics.quantiles;
    let above = quantiles.partition_point(|&quantile| quantile < similarity);
    if above == 0 || quantiles.len() < 2 {
        return 0.0;
    }
    if above == quantiles.len() {
        return 100.0;
    }
    let (low, high) = (quantiles[above - 1], quantiles[above]);
    let between = if high > low { (similarity - low) / (high - low) } else { 0.0 };
    ((above - 1) as f32 + between) * 100.0 / (quantiles.len() - 1) as f32
}

/// The similarity that `percentile` percent of the pairs stay below.
#[must_use]
pub fn similarity_at(statistics: &PairStatistics, percentile: f32) -> f32 {
    let quantiles = &statistics.quantiles;
    let Some(last) = quantiles.len().checked_sub(1) else { return 0.0 };
    let place = percentile.clamp(0.0, 100.0) / 100.0 * last as f32;
    let low = (place as usize).min(last);
    let high = (low + 1).min(last);
    quantiles[low] + (quantiles[high] - quantiles[low]) * (place - low as f32)
}

/// At most `count` pairs of items to ask about, no item twice if the list is
/// long enough: from pairs that hardly anybody calls related to the most alike
/// ones, and where there is a choice, those the models disagree about most.
///
/// `models` are the vectors of each model, `n x dim`, and how alike its pairs are.
#[must_use]
pub fn questions(
    models: &[(&Vectors, &PairStatistics)],
    count: usize,
    seed: u64,
) -> Vec<(u32, u32)> {
    let Some(&(first, _)) = models.first() else { return Vec::new() };
    let mut candidates: Vec<(f32, f32, (u32, u32))> = candidates(models, first.len(), seed)
        .into_iter()
        .map(|(a, b)| {
            let seen: Vec<f32> = models
                .iter()
                .map(|(vectors, statistics)| {
                    let cosine = dot(vectors.row(a as usize), vectors.row(b as usize));
                    percentile_of(statistics, cosine)
                })
                .collect();
            let [low, high] =
                [f32::min, f32::max].map(|f: fn(f32, f32) -> f32| seen.iter().copied().reduce(f));
            (seen[0], high.unwrap_or(0.0) - low.unwrap_or(0.0), (a, b))
        })
        .collect();
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    let mut asked: Vec<(u32, u32)> = Vec::new();
    for allow_again in [false, true] {
        for step in (0..count).rev() {
            if asked.len() >= count {
                break;
            }
            // Closer steps towards the top, where the line is likely to be.
            let share = 1.0 - (1.0 - (step as f32 + 0.5) / count as f32).powi(2);
            let wanted = LOWEST_PERCENTILE + (100.0 - LOWEST_PERCENTILE) * share;
            let reach = (100.0 - LOWEST_PERCENTILE) / count as f32;
            let is_free = |pair: &(u32, u32)| {
                !asked.contains(pair)
                    && (allow_again
                        || asked
                            .iter()
                            .all(|&(a, b)| ![a, b].contains(&pair.0) && ![a, b].contains(&pair.1)))
            };
            let best = candidates
                .iter()
                .filter(|(percentile, _, pair)| {
                    (percentile - wanted).abs() <= reach && is_free(pair)
                })
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.2.cmp(&a.2)))
                .or_else(|| {
                    let distance =
                        |candidate: &(f32, f32, (u32, u32))| (candidate.0 - wanted).abs();
                    let free = candidates.iter().filter(|(_, _, pair)| is_free(pair));
                    free.min_by(|a, b| distance(a).total_cmp(&distance(b)))
                });
            if let Some(&(_, _, pair)) = best {
                asked.push(pair);
            }
        }
    }
    // Not from sure to sure: nobody should learn the order.
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    for place in (1..asked.len()).rev() {
        asked.swap(place, random.random_range(0..=place));
    }
    asked
}

/// Pairs of neighbours in every model, and pairs at random.
fn candidates(models: &[(&Vectors, &PairStatistics)], items: usize, seed: u64) -> Vec<(u32, u32)> {
    if items < 2 {
        return Vec::new();
    }
    let step = items.div_ceil(MOST_ITEMS).max(1);
    let some: Vec<u32> = (0..items as u32).step_by(step).collect();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let near = NEAR.min(some.len() - 1);
    for (vectors, _) in models {
        let found = neighbours(vectors, &some, &some, near);
        for (&item, found) in some.iter().zip(found.chunks_exact(near.max(1))) {
            pairs.extend(found.iter().map(|&other| (item.min(other), item.max(other))));
        }
    }
    for &item in &some {
        for _ in 0..FAR_PER_ITEM {
            let other = some[random.random_range(0..some.len())];
            pairs.push((item.min(other), item.max(other)));
        }
    }
    pairs.retain(|(a, b)| a != b);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::statistics::pair_statistics;

    #[test]
    fn the_line_lies_between_what_is_related_and_what_is_not() {
        let answers = [
            (0.9, true),
            (0.8, true),
            (0.7, true),
            (0.6, true),
            (0.3, false),
            (0.2, false),
            (0.1, false),
        ];
        let line = line(&answers, 1).expect("there are answers of both kinds");
        assert!((line.threshold - 0.45).abs() < 1e-6, "the middle of the gap: {line:?}");
        assert_eq!(line.agreed, 7, "no answer contradicts it");
        assert!(line.low <= line.threshold && line.threshold <= line.high, "{line:?}");
    }

    #[test]
    fn one_answer_that_does_not_fit_moves_the_line_but_little() {
        let answers = [
            (0.9, true),
            (0.85, false),
            (0.8, true),
            (0.7, true),
            (0.6, true),
            (0.3, false),
            (0.2, false),
        ];
        let line = line(&answers, 1).expect("there are answers of both kinds");
        assert!((line.threshold - 0.45).abs() < 1e-6, "{line:?}");
        assert_eq!(line.agreed, 6, "one answer contradicts it");
    }

    #[test]
    fn without_answers_of_both_kinds_there_is_no_line() {
        for answers in
            [&[][..], &[(0.5, true); 9], &[(0.5, false); 9], &[(0.5, true), (0.1, false)]]
        {
            assert_eq!(line(answers, 1), None, "nothing can be learnt of {answers:?}");
        }
    }

    #[test]
    fn percentiles_and_similarities_lead_back_to_each_other() {
        let wheel: Vec<f32> =
            (0..60).map(|i| 0.001 * (i * i) as f32).flat_map(|a| [a.cos(), a.sin()]).collect();
        let statistics = pair_statistics(&Vectors::new(2, wheel), 1);
        for percentile in [0.0, 3.3, 50.0, 95.0, 99.9, 100.0] {
            let there = similarity_at(&statistics, percentile);
            let back = percentile_of(&statistics, there);
            assert!((back - percentile).abs() < 1.0, "{percentile} leads to {there} and to {back}");
        }
    }

    #[test]
    fn questions_reach_from_strangers_to_the_most_alike_and_ask_no_item_twice() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
        let values = |random: &mut Xoshiro256PlusPlus| {
            let rows: Vec<f32> = (0..200 * 8).map(|_| random.random_range(-1.0..1.0)).collect();
            let mut rows = rows;
            rows.chunks_exact_mut(8).for_each(crate::analyse::centring::normalise);
            Vectors::new(8, rows)
        };
        let (one, two) = (values(&mut random), values(&mut random));
        let [of_one, of_two] = [&one, &two].map(|vectors| pair_statistics(vectors, 1));
        let asked = questions(&[(&one, &of_one), (&two, &of_two)], 10, 5);
        assert_eq!(asked.len(), 10, "there are ten questions in a list of 200");
        let mut items: Vec<u32> = asked.iter().flat_map(|&(a, b)| [a, b]).collect();
        items.sort_unstable();
        items.dedup();
        assert_eq!(items.len(), 20, "every question is about other items");
        let seen: Vec<f32> = asked
            .iter()
            .map(|&(a, b)| percentile_of(&of_one, dot(one.row(a as usize), one.row(b as usize))))
            .collect();
        assert!(seen.iter().any(|&p| p < 85.0) && seen.iter().any(|&p| p > 98.0), "{seen:?}");
        assert_eq!(
            asked,
            questions(&[(&one, &of_one), (&two, &of_two)], 10, 5),
            "each time the same"
        );
        let three = one.select(0..3);
        let few = questions(&[(&three, &pair_statistics(&three, 1))], 10, 5);
        assert_eq!(few.len(), 3, "three items have three pairs");
    }
}
