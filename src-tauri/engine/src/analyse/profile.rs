//! What there is to say about each topic.

use rayon::prelude::*;

use super::centring::{CHUNK, centred, centroids, mean};
use super::product::{Columns, dot, matrix};
use crate::items::ItemId;
use crate::topics::{Sorting, TopicId};
use crate::vectors::Vectors;

const TYPICAL: usize = 12;
const ODD: usize = 8;

/// One topic, seen from its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicProfile {
    pub topic: TopicId,
    pub size: usize,
    /// Mean cosine similarity of its items to each other, items with themselves left out; 1 for a topic of one.
    pub cohesion: f32,
    /// The topic whose items it is most similar to.
    pub nearest: Option<TopicId>,
    /// Items closest to the topic's centre, closest first; at most 12.
    pub typical: Vec<ItemId>,
    /// Items closer to another topic's centre, or far from this one's, worst first; at most 8.
    pub odd: Vec<ItemId>,
}

/// Profiles of all topics, in the order of the topics.
#[must_use]
pub fn topic_profiles(vectors: &Vectors, sorting: &Sorting) -> Vec<TopicProfile> {
    let k = sorting.topics.len();
    if k == 0 || sorting.placements.len() != vectors.len() {
        return Vec::new();
    }
    let group = groups(sorting);
    let rows = centred(vectors, &mean(vectors));
    let centres = centroids(&rows, &group, k);
    let to_centres = similarities_to(&rows, &centres);
    let plain_centres = centroids(vectors, &group, k);
    (0..k)
        .into_par_iter()
        .map(|topic| {
            let mut members: Vec<usize> =
                (0..group.len()).filter(|&item| group[item] == Some(topic as u32)).collect();
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
                cohesion: cohesion(vectors, &members),
                nearest: nearest_centre(&plain_centres, topic)
                    .map(|other| sorting.topics[other].id),
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
    let columns = Columns::pack(centres.values(), centres.dim());
    rows.values()
        .par_chunks(CHUNK * rows.dim())
        .flat_map_iter(|chunk| matrix(chunk, &columns))
        .collect()
}

/// The mean over all pairs is the squared length of the mean row, less the pairs of an item with itself.
fn cohesion(vectors: &Vectors, members: &[usize]) -> f32 {
    let count = members.len() as f64;
    if members.len() < 2 {
        return 1.0;
    }
    let mut sum = vec![0.0_f64; vectors.dim()];
    members.iter().for_each(|&item| super::centring::add(&mut sum, vectors.row(item)));
    let squared: f64 = sum.iter().map(|value| value * value).sum();
    ((squared - count) / (count * count - count)) as f32
}

fn nearest_centre(centres: &Vectors, topic: usize) -> Option<usize> {
    let similarity = |other: usize| dot(centres.row(topic), centres.row(other));
    (0..centres.len())
        .filter(|&other| other != topic)
        .max_by(|&a, &b| similarity(a).total_cmp(&similarity(b)).then(b.cmp(&a)))
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
