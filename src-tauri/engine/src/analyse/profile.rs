//! What there is to say about each topic.

use rayon::prelude::*;

use super::centring::{Centred, centroids, sums};
use super::product::{Columns, dot, tall_matrix};
use crate::items::ItemId;
use crate::topics::{Sorting, TopicId};
use crate::vectors::Vectors;

const TYPICAL: usize = 12;
const ODD: usize = 8;
const FITTING: usize = 8;
/// How much closer an item may be to its own topic than to one that it would fit as well.
const NEARLY: f32 = 0.05;

/// One topic, seen from its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicProfile {
    pub topic: TopicId,
    pub size: usize,
    /// Mean cosine similarity of its items to each other, items with themselves left out; 1 for a topic of one.
    pub cohesion: f32,
    /// The topic whose items it is most similar to, and the mean cosine similarity of the two's items.
    pub nearest: Option<(TopicId, f32)>,
    /// Items that the person put there.
    pub pinned: usize,
    /// Items closest to the topic's centre, closest first; at most 12.
    pub typical: Vec<ItemId>,
    /// Items closer to another topic's centre, or far from this one's, worst first; at most 8.
    pub odd: Vec<ItemId>,
    /// Unpinned items of other topics and of Unsorted that would fit it as well as where they are,
    /// best first; at most 8.
    pub fitting: Vec<ItemId>,
}

/// Profiles of all topics, in the order of the topics.
#[must_use]
pub fn topic_profiles(vectors: &Vectors, sorting: &Sorting) -> Vec<TopicProfile> {
    topic_profiles_in(vectors, &Centred::of(vectors).rows, sorting)
}

/// As [`topic_profiles`], with the centred `rows` of `vectors` at hand.
#[must_use]
pub fn topic_profiles_in(
    vectors: &Vectors,
    rows: &Vectors,
    sorting: &Sorting,
) -> Vec<TopicProfile> {
    let k = sorting.topics.len();
    if k == 0 || sorting.placements.len() != vectors.len() {
        return Vec::new();
    }
    let group = groups(sorting);
    let centres = centroids(rows, &group, k);
    let to_centres = similarities_to(rows, &centres);
    let means = mean_rows(vectors, &group, k);
    let mut members_of: Vec<Vec<usize>> = vec![Vec::new(); k];
    for (item, topic) in group.iter().enumerate() {
        if let Some(topic) = topic {
            members_of[*topic as usize].push(item);
        }
    }
    members_of
        .into_par_iter()
        .enumerate()
        .map(|(topic, mut members)| {
            let fit = |item: usize| to_centres[item * k + topic];
            members.sort_by(|&a, &b| fit(b).total_cmp(&fit(a)).then(a.cmp(&b)));
            let spread = Spread::of(members.iter().map(|&item| fit(item)));
            let is_odd = |&item: &usize| {
                let other = (0..k)
                    .filter(|&other| other != topic)
                    .map(|other| to_centres[item * k + other]);
                other.fold(f32::NEG_INFINITY, f32::max) > fit(item)
                    || fit(item) < spread.mean - 2.0 * spread.deviation
            };
            TopicProfile {
                topic: sorting.topics[topic].id,
                size: members.len(),
                cohesion: cohesion(means[topic].as_deref(), members.len()),
                nearest: nearest_mean(&means, topic)
                    .map(|(other, similarity)| (sorting.topics[other].id, similarity)),
                pinned: members.iter().filter(|&&item| sorting.placements[item].pinned).count(),
                typical: members
                    .iter()
                    .take(TYPICAL)
                    .map(|&item| ItemId::from_index(item))
                    .collect(),
                odd: members
                    .iter()
                    .rev()
                    .filter(|item| is_odd(item))
                    .take(ODD)
                    .map(|&item| ItemId::from_index(item))
                    .collect(),
                fitting: fitting(sorting, &group, &to_centres, topic, &spread),
            }
        })
        .collect()
}

/// Of every item, the place of its topic in the list of topics.
pub(crate) fn groups(sorting: &Sorting) -> Vec<Option<u32>> {
    let place_of: std::collections::BTreeMap<TopicId, u32> =
        sorting.topics.iter().zip(0..).map(|(topic, place)| (topic.id, place)).collect();
    sorting
        .placements
        .iter()
        .map(|placement| placement.topic.and_then(|topic| place_of.get(&topic).copied()))
        .collect()
}

/// `n x k` cosines of rows to centroids.
pub(crate) fn similarities_to(rows: &Vectors, centres: &Vectors) -> Vec<f32> {
    tall_matrix(rows, &Columns::pack(centres.values(), centres.dim()))
}

/// The mean over all pairs is the squared length of the mean row, less the pairs of an item with itself.
fn cohesion(mean: Option<&[f32]>, members: usize) -> f32 {
    let Some(mean) = mean.filter(|_| members > 1) else { return 1.0 };
    let count = members as f64;
    let squared: f64 = mean.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
    ((squared * count - 1.0) / (count - 1.0)) as f32
}

/// Items elsewhere that are about as close to `topic` as to their own, and no worse than most of its members.
fn fitting(
    sorting: &Sorting,
    group: &[Option<u32>],
    to_centres: &[f32],
    topic: usize,
    spread: &Spread,
) -> Vec<ItemId> {
    let k = sorting.topics.len();
    let least = (spread.mean - spread.deviation).max(0.0);
    let mut found: Vec<(f32, usize)> = (0..group.len())
        .filter(|&item| group[item] != Some(topic as u32) && !sorting.placements[item].pinned)
        .filter_map(|item| {
            let fit = to_centres[item * k + topic];
            let own = group[item].map_or(least, |own| to_centres[item * k + own as usize]);
            (fit >= least && fit > own - NEARLY).then_some((fit - own, item))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().take(FITTING).map(|(_, item)| ItemId::from_index(item)).collect()
}

/// The mean row of every group, not scaled: a dot product of two is the mean cosine of all pairs
/// between the groups. `None` for an empty one.
fn mean_rows(rows: &Vectors, group: &[Option<u32>], k: usize) -> Vec<Option<Vec<f32>>> {
    let mut counts = vec![0_usize; k];
    group.iter().flatten().for_each(|&group| counts[group as usize] += 1);
    sums(rows, group, k)
        .chunks_exact(rows.dim())
        .zip(counts)
        .map(|(sum, count)| {
            (count > 0).then(|| sum.iter().map(|value| (value / count as f64) as f32).collect())
        })
        .collect()
}

fn nearest_mean(means: &[Option<Vec<f32>>], topic: usize) -> Option<(usize, f32)> {
    let own = means[topic].as_ref()?;
    means
        .iter()
        .enumerate()
        .filter(|&(other, _)| other != topic)
        .filter_map(|(other, mean)| Some((other, dot(own, mean.as_ref()?))))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

struct Spread {
    mean: f32,
    deviation: f32,
}

impl Spread {
    fn of(values: impl ExactSizeIterator<Item = f32> + Clone) -> Self {
        let count = values.len().max(1) as f32;
        let mean = values.clone().sum::<f32>() / count;
        let variance = values.map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
        Self { mean, deviation: variance.sqrt() }
    }
}
