//! Sorting items into topics that a person named, showed examples of, or both.
//!
//! Placeholder header.

use rayon::prelude::*;

use super::centring::{add, centred, centroids, mean, normalise};
use super::product::dot;
use super::profile::similarities_to;
use super::similarity::{neighbours, smoothed};
use crate::embed::{Embedder, embed_all};
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// What a name is embedded as: alone it may mean anything, the others call up a class.
const PHRASINGS: [&str; 4] = ["", "types of ", "list of ", "a kind of "];
/// Neighbours an item is smoothed with, fewer in a list of under 80.
const NEIGHBOURS: usize = 10;
const MOST_CANDIDATES: usize = 20_000;
const ROUNDS: usize = 8;
const TEMPERATURE: f32 = 0.1;

/// What is known of a topic before its items are sorted.
pub struct Clues<'a> {
    /// Given by the person.
    pub name: Option<&'a str>,
    /// Items of the list that belong there.
    pub items: Vec<usize>,
    /// Texts outside the list that would belong there.
    pub others: &'a [String],
}

/// The same in vectors.
pub struct EmbeddedClues {
    /// The name in several phrasings, `phrasings x dim`; no rows without a name.
    name: Vectors,
    items: Vec<usize>,
    others: Vectors,
}

/// What the machine thinks of an item: places in the list of topics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    pub best: Option<u32>,
    pub confidence: f32,
    pub runner_up: Option<u32>,
    pub runner_up_confidence: f32,
}

impl Suggestion {
    /// From an item's cosines to all topics: their softmax. Of equals the first is better.
    #[must_use]
    pub fn of_cosines(cosines: &[f32], temperature: f32) -> Self {
        let largest = cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let share = |cosine: f32| ((cosine - largest) / temperature).exp();
        let total: f32 = cosines.iter().map(|&cosine| share(cosine)).sum();
        let closest = |left_out: Option<u32>| {
            (0..cosines.len() as u32)
                .filter(|&topic| Some(topic) != left_out)
                .max_by(|&a, &b| cosines[a as usize].total_cmp(&cosines[b as usize]).then(b.cmp(&a)))
        };
        let sure = |topic: Option<u32>| topic.map_or(0.0, |t| share(cosines[t as usize]) / total);
        let best = closest(None);
        let runner_up = best.and_then(|best| closest(Some(best)));
        Self {
            best,
            confidence: sure(best),
            runner_up,
            runner_up_confidence: sure(runner_up),
        }
    }
}

/// What classifying works in: a list's vectors without what they have in
/// common, and who keeps whose company. Made once for a list.
pub struct Space {
    mean: Vec<f32>,
    rows: Vectors,
    smooth: Vectors,
    company: usize,
    neighbours: Vec<u32>,
}

impl Space {
    #[must_use]
    pub fn new(vectors: &Vectors) -> Self {
        let mean = mean(vectors);
        let rows = centred(vectors, &mean);
        let count = rows.len();
        let step = count.div_ceil(MOST_CANDIDATES).max(1);
        let candidates: Vec<u32> = (0..count as u32).step_by(step).collect();
        let company = (count / 8).clamp(1, NEIGHBOURS).min(candidates.len() - 1);
        let neighbours =
            if company == 0 { Vec::new() } else { neighbours(&rows, &candidates, company) };
        let smooth = smoothed(&rows, &neighbours, company);
        Self { mean, rows, smooth, company, neighbours }
    }

    /// The centred rows, `n x dim`.
    #[must_use]
    pub fn rows(&self) -> &Vectors {
        &self.rows
    }

    /// Vectors of other texts without what the list has in common.
    #[must_use]
    pub fn centre(&self, vectors: &Vectors) -> Vectors {
        centred(vectors, &self.mean)
    }
}

/// Embeds the names and the texts from outside the list.
///
/// # Errors
/// What the embedder fails with.
pub fn embed_clues(
    clues: &[Clues<'_>],
    embedder: &mut dyn Embedder,
    monitor: &dyn Monitor,
) -> Result<Vec<EmbeddedClues>> {
    let phrased = |name: &str| PHRASINGS.map(|phrase| format!("{phrase}{name}"));
    clues
        .iter()
        .map(|clue| {
            let name: Vec<String> = clue.name.into_iter().flat_map(phrased).collect();
            let mut embed = |texts: &[String]| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                embed_all(embedder, &texts, monitor)
            };
            Ok(EmbeddedClues {
                name: embed(&name)?,
                items: clue.items.clone(),
                others: embed(clue.others)?,
            })
        })
        .collect()
}

/// Suggests a topic for every item.
///
/// # Errors
/// `Cancelled`.
pub fn classify(
    space: &Space,
    clues: &[EmbeddedClues],
    monitor: &dyn Monitor,
) -> Result<Vec<Suggestion>> {
    let (dim, k) = (space.rows.dim(), clues.len());
    let mut seeds = vec![0.0_f64; k * dim];
    for (seed, clue) in seeds.chunks_exact_mut(dim).zip(clues) {
        let mut sum = |rows: &Vectors, share: f64| {
            for row in rows.rows() {
                seed.iter_mut().zip(row).for_each(|(s, &v)| *s += share * f64::from(v));
            }
        };
        sum(&space.centre(&clue.name), 1.0 / PHRASINGS.len() as f64);
        let examples = clue.items.len() + clue.others.len();
        sum(&space.centre(&clue.others), 1.0 / examples.max(1) as f64);
        sum(&space.smooth.select(clue.items.iter().copied()), 1.0 / examples.max(1) as f64);
    }
    let unit = |sums: &[f64]| {
        let mut values: Vec<f32> = sums.iter().map(|&value| value as f32).collect();
        values.chunks_exact_mut(dim).for_each(normalise);
        Vectors::new(dim, values)
    };
    let mut prototypes = unit(&seeds);
    for _ in 0..ROUNDS {
        monitor.check()?;
        let cosines = similarities_to(&space.smooth, &prototypes);
        let mut sums = vec![0.0_f64; k * dim];
        let mut weights = vec![0.0_f64; k];
        for (row, cosines) in space.smooth.rows().zip(cosines.chunks_exact(k)) {
            let largest = cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let shares: Vec<f32> =
                cosines.iter().map(|c| ((c - largest) / TEMPERATURE).exp()).collect();
            let total: f32 = shares.iter().sum();
            for (topic, share) in shares.iter().enumerate() {
                let share = f64::from(share / total);
                if share > 1e-4 {
                    weights[topic] += share;
                    sums[topic * dim..][..dim]
                        .iter_mut()
                        .zip(row)
                        .for_each(|(s, &v)| *s += share * f64::from(v));
                }
            }
        }
        let next: Vec<f64> = (0..k * dim)
            .map(|at| seeds[at] + 2.0 * sums[at] / weights[at / dim].max(1e-9))
            .collect();
        prototypes = unit(&next);
    }
    let cosines = similarities_to(&space.smooth, &prototypes);
    Ok(cosines.par_chunks(k).map(|c| Suggestion::of_cosines(c, TEMPERATURE)).collect())
}

/// Suggests the closest topic for each of `rows`, `m x dim` and centred, going
/// by the items the topics hold now; `group` is every item's topic.
#[must_use]
pub fn nearest_topics(
    space: &Space,
    group: &[Option<u32>],
    topics: usize,
    rows: &Vectors,
) -> Vec<Suggestion> {
    let centres = centroids(&space.rows, group, topics);
    similarities_to(rows, &centres)
        .par_chunks(topics)
        .map(|cosines| Suggestion::of_cosines(cosines, TEMPERATURE))
        .collect()
}

/// Items that would follow `moved` into the topic `target` (`None`: a new one).
#[must_use]
pub fn followers(
    space: &Space,
    group: &[Option<u32>],
    is_pinned: &[bool],
    topics: usize,
    moved: &[usize],
    target: Option<usize>,
) -> Vec<(usize, f32)> {
    let mut group = group.to_vec();
    let target = target.unwrap_or(topics) as u32;
    for &item in moved {
        group[item] = Some(target);
    }
    let k = topics.max(target as usize + 1);
    let centres = centroids(&space.rows, &group, k);
    let mut centre = vec![0.0_f64; space.rows.dim()];
    moved.iter().for_each(|&item| add(&mut centre, space.rows.row(item)));
    let mut centre: Vec<f32> = centre.into_iter().map(|value| value as f32).collect();
    normalise(&mut centre);
    let cosines = similarities_to(&space.rows, &centres);
    let mut found: Vec<(usize, f32)> = (0..group.len())
        .filter(|&item| !is_pinned[item] && group[item] != Some(target))
        .filter_map(|item| {
            let to_moved = dot(space.rows.row(item), &centre);
            let own = group[item].map_or(0.2, |own| cosines[item * k + own as usize]);
            (to_moved > own).then_some((item, to_moved))
        })
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}
