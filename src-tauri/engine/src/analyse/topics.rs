//! Finding topics: groups of items that mean something alike, how many there
//! are, what they are called, and how sure it is who belongs where.
//!
//! 1. The mean is taken out, the strongest components are kept, and every
//!    item moves halfway towards its nearest neighbours: words are vague alone.
//! 2. k-means, from several starts; the number of topics is the one with the
//!    best silhouette on the full centred vectors.
//! 3. Items go to the nearest centroid. Confidence comes from the cosines to all centroids; who is hardly closer
//!    to its topic than to a strange one stays in Unsorted.

use rayon::prelude::*;

use super::centring::{Centred, centroids};
use super::classify::Suggestion;
use super::density::hdbscan;
use super::kmeans::{Partition, Rounds, lloyd, restarted};
use super::names::{Unnamed, WITNESSES, names};
use super::other_ways::{dbscan, gaussian, optics};
use super::principal::project;
use super::profile::similarities_to;
use super::silhouette::mean_silhouette;
use super::similarity::{neighbours_watched, smoothed};
use super::tree::{Linkage, grow};
use super::vocabulary::Vocabulary;
use crate::embed::{Embedder, embed_all};
use crate::error::{Error, Result};
use crate::monitor::{Monitor, Quiet, Silent, Stage};
use crate::topics::{Placement, Sorting, Topic, TopicId};
use crate::vectors::Vectors;

/// Components kept: as many as the square root of the number of items, in these bounds. More
/// bring the noise of single words back, and only long lists have finer topics to tell apart.
const FEWEST_COMPONENTS: usize = 24;
const MOST_COMPONENTS: usize = 64;
/// Neighbours an item is smoothed with, fewer in a list of under 80.
const NEIGHBOURS: usize = 10;
/// An item moves halfway towards its neighbours.
const COMPANY_SHARE: f32 = 0.5;
/// Candidates for neighbours; in longer lists evenly spaced items stand for all.
const MOST_CANDIDATES: usize = 20_000;
/// Items on which the number of topics is chosen.
const SAMPLE: usize = 8_000;
const MOST_TOPICS: usize = 120;
/// Starts of k-means: the more items, the less one start differs from another.
const RESTARTS: usize = 10;
const RESTARTS_OF_MANY: usize = 5;
const TRIAL_RESTARTS: usize = 3;
const TRIAL_RESTARTS_OF_MANY: usize = 2;
const MANY: usize = 5_000;
/// In longer lists the starts are tried on about as many items, and all only go on from the best.
const VERY_MANY: usize = 100_000;
const ROUNDS: Rounds = Rounds { at_most: 100, tolerance: 1e-4 };
/// Of two numbers of topics that are this close, the smaller one is easier to read.
const NEARLY_AS_GOOD: f64 = 0.99;
/// Makes cosines to centroids into shares: fitted so that of items shown with 80 % about 80 % are
/// right (expected calibration error 0.03 to 0.06 on the five labelled lists it was chosen on).
const TEMPERATURE: f32 = 0.1;
/// Standard deviations above its mean likeness to strange topics that an item must be close to its own.
const FIT: f64 = 2.0;

/// How topics are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Even groups around centres.
    #[default]
    Kmeans,
    /// Where a tree over all items is cut.
    Tree(Linkage),
    /// Dense groups of any density; the rest in Unsorted.
    Hdbscan,
    /// Groups that differ in width and overlap.
    Gaussian,
    /// Dense groups of one density; the rest in Unsorted.
    Dbscan,
    /// The same, by going from item to next item.
    Optics,
}

impl Way {
    /// Whether the count is how many items make a topic, not how many topics there are.
    #[must_use]
    pub fn is_by_density(self) -> bool {
        matches!(self, Self::Hdbscan | Self::Dbscan | Self::Optics)
    }
}

/// What topics are found with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindTopics {
    pub way: Way,
    /// How many, or how many items make one ([`Way::is_by_density`]); `None` lets the machine choose.
    pub count: Option<usize>,
    /// Start of every random choice.
    pub seed: u64,
}

/// What topics are named with.
pub struct Naming<'a> {
    vocabulary: &'a Vocabulary,
    reader: Option<Box<dyn Embedder + 'a>>,
}

impl<'a> Naming<'a> {
    /// Names topics among vectors of another model than the vocabulary's, with `reader`, which is
    /// the vocabulary's own: it reads the most typical items again.
    pub fn of_another_model(vocabulary: &'a Vocabulary, reader: impl Embedder + 'a) -> Self {
        Self { vocabulary, reader: Some(Box::new(reader)) }
    }

    /// The same once more.
    pub fn again(&mut self) -> Naming<'_> {
        let reader = self.reader.as_mut().map(|reader| Box::new(reader) as Box<dyn Embedder + '_>);
        Naming { vocabulary: self.vocabulary, reader }
    }
}

impl<'a> From<&'a Vocabulary> for Naming<'a> {
    /// Names topics among vectors of the vocabulary's own model.
    fn from(vocabulary: &'a Vocabulary) -> Self {
        Self { vocabulary, reader: None }
    }
}

/// Finds and names topics. They are ordered by size, then by their first item.
///
/// `texts` are the items' texts, in the order of the rows.
///
/// # Errors
/// `Invalid` when there are fewer items than topics asked for; `Cancelled`; what the model
/// fails with that reads typical items for their names.
pub fn find<'a>(
    vectors: &Vectors,
    texts: &[&str],
    params: &FindTopics,
    naming: impl Into<Naming<'a>>,
    monitor: &dyn Monitor,
) -> Result<Sorting> {
    find_centred(&Centred::of(vectors).rows, texts, params, naming, monitor)
}

/// As [`find`], among rows whose mean was taken out.
///
/// # Errors
/// As [`find`].
pub fn find_centred<'a>(
    rows: &Vectors,
    texts: &[&str],
    params: &FindTopics,
    naming: impl Into<Naming<'a>>,
    monitor: &dyn Monitor,
) -> Result<Sorting> {
    let count = rows.len();
    check_count(params, count)?;
    // Too few to tell what is alike, or nothing but one meaning: nothing can be grouped.
    if params.count.is_none() && (count < 4 || rows.values().iter().all(|&value| value == 0.0)) {
        let placements = vec![Placement::UNSORTED; count];
        return Ok(Sorting { placements, ..Sorting::default() });
    }
    monitor.check()?;
    let points = grouping_space(rows, monitor)?;
    monitor.check()?;
    let wanted = |points: &Vectors| match params.count {
        Some(wanted) => Ok(wanted),
        None => best_count(rows, points, params.seed, monitor),
    };
    let smallest = params.count.unwrap_or_else(|| smallest_topic(count)).max(2);
    monitor.progress(Stage::FindingTopics, 0, 1);
    let group = match params.way {
        Way::Kmeans => {
            let wanted = wanted(&points)?;
            let (group, stability) = by_kmeans(rows, points, wanted, params.seed, monitor)?;
            return named(rows, texts, &group, &stability, naming.into(), monitor);
        }
        Way::Tree(linkage) => {
            let tree = grow(&points, linkage, params.seed, monitor)?;
            tree.cut(wanted(&points)?).into_iter().map(Some).collect()
        }
        Way::Hdbscan => hdbscan(&points, smallest, params.seed, monitor)?,
        Way::Gaussian => gaussian(&points, wanted(&points)?)?,
        Way::Dbscan => dbscan(&points, smallest)?,
        Way::Optics => optics(&points, smallest)?,
    };
    monitor.progress(Stage::FindingTopics, 1, 1);
    of_centred_groups(rows, texts, &group, naming, monitor)
}

/// Items that make a topic of `count` items, unless the person says otherwise.
fn smallest_topic(count: usize) -> usize {
    (count.isqrt() / 5).clamp(3, 25)
}

fn check_count(params: &FindTopics, count: usize) -> Result<()> {
    match params.count {
        Some(wanted) if (wanted == 0 || wanted > count) && params.way.is_by_density() => {
            Err(Error::Invalid(sentence!(
                "A topic of at least {wanted} texts cannot be found among {count}. Choose a number from 2 to {count}.",
                wanted,
                count
            )))
        }
        Some(wanted) if wanted == 0 || wanted > count => Err(Error::Invalid(sentence!(
            "{wanted} topics cannot be made of {count} texts. Choose a number from 1 to {count}.",
            wanted,
            count
        ))),
        _ => Ok(()),
    }
}

/// Names the topics that items were grouped into, by rows whose mean was taken out; who is in no
/// group is in Unsorted.
///
/// # Errors
/// `Cancelled`; what the model fails with that reads typical items for their names.
pub fn of_centred_groups<'a>(
    rows: &Vectors,
    texts: &[&str],
    group: &[Option<u32>],
    naming: impl Into<Naming<'a>>,
    monitor: &dyn Monitor,
) -> Result<Sorting> {
    let k = group.iter().flatten().max().map_or(0, |&last| last as usize + 1);
    // Once grouped, there is nothing that another run could do differently.
    named(rows, texts, group, &vec![NOT_MEASURED; k], naming.into(), monitor)
}

/// The stability of a topic that was not found again and again.
const NOT_MEASURED: f32 = 0.0;

/// The group of every row, and how stable each group is. `points` are the rows where groups stand apart.
fn by_kmeans(
    rows: &Vectors,
    points: Vectors,
    k: usize,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<(Vec<Option<u32>>, Vec<f32>)> {
    let restarts = if rows.len() < MANY { RESTARTS } else { RESTARTS_OF_MANY };
    let step = points.len().div_ceil(VERY_MANY).max(1);
    let some = (step > 1).then(|| points.select((0..points.len()).step_by(step)));
    let runs = restarted(some.as_ref().unwrap_or(&points), k, restarts, ROUNDS, seed, monitor)?;
    let stability = stability(&runs);
    let mut best = runs.into_iter().next().expect("there is at least one run");
    if some.is_some() {
        best = lloyd(&points, best.centroids, ROUNDS, monitor)?;
    }
    drop(points);
    let k = best.centroids.len();
    let found: Vec<Option<u32>> = best.assignment.iter().map(|&part| Some(part)).collect();
    let to_centres = similarities_to(rows, &centroids(rows, &found, k));
    // Everybody goes where their own words are closest: smoothing has drawn some along with their company.
    let assignment: Vec<u32> = to_centres.chunks_exact(k).map(closest).collect();
    let group = poorly_placed(&assignment, &to_centres, k)
        .into_iter()
        .zip(&assignment)
        .map(|(is_poor, &part)| (!is_poor).then_some(part))
        .collect();
    Ok((group, stability))
}

/// The centred rows in a space where groups stand apart.
fn grouping_space(rows: &Vectors, monitor: &dyn Monitor) -> Result<Vectors> {
    let count = rows.len();
    let components = count.isqrt().clamp(FEWEST_COMPONENTS, MOST_COMPONENTS);
    let reduced = project(rows, components.min(count));
    let step = count.div_ceil(MOST_CANDIDATES).max(1);
    let candidates: Vec<u32> = (0..count as u32).step_by(step).collect();
    let company = (count / 8).clamp(1, NEIGHBOURS).min(candidates.len() - 1);
    if company == 0 {
        return Ok(reduced);
    }
    let all: Vec<u32> = (0..count as u32).collect();
    let neighbours = neighbours_watched(&reduced, &all, &candidates, company, monitor)?;
    Ok(smoothed(&reduced, &neighbours, company, COMPANY_SHARE))
}

/// The number of topics with the best silhouette, or the smallest nearly as good.
fn best_count(rows: &Vectors, points: &Vectors, seed: u64, monitor: &dyn Monitor) -> Result<usize> {
    let items = rows.len();
    let step = items.div_ceil(SAMPLE).max(1);
    let sampled = |all: &Vectors| all.select((0..all.len()).step_by(step));
    let (rows, points) = (sampled(rows), sampled(points));
    let candidates = counts_to_try(items, points.len());
    let restarts = if items < MANY { TRIAL_RESTARTS } else { TRIAL_RESTARTS_OF_MANY };
    let mut scores = Vec::with_capacity(candidates.len());
    for (tried, &k) in candidates.iter().enumerate() {
        monitor.progress(Stage::FindingTopics, tried, candidates.len());
        let best = restarted(&points, k, restarts, ROUNDS, seed, monitor)?.swap_remove(0);
        scores.push(mean_silhouette(&rows, &best.assignment, k));
    }
    monitor.progress(Stage::FindingTopics, candidates.len(), candidates.len());
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let chosen = scores.iter().position(|&score| score >= best * NEARLY_AS_GOOD && best > 0.0);
    Ok(chosen.map_or(candidates[0], |place| candidates[place]))
}

/// Every number to 30, then steps of a tenth; at most as many topics as leaves each a handful of
/// the sampled items, and in long lists enough that no topic is a list of its own.
fn counts_to_try(items: usize, sampled: usize) -> Vec<usize> {
    let least = (items.isqrt() / 10).clamp(2, 16);
    let most =
        if sampled < 60 { (sampled / 2).max(2) } else { (sampled / 6).clamp(30, MOST_TOPICS) };
    let mut counts = Vec::new();
    let mut next = least;
    while next <= most {
        counts.push(next);
        next += if next < 30 { 1 } else { next / 10 };
    }
    counts
}

/// The groups as topics with names, and everybody's place.
fn named(
    rows: &Vectors,
    texts: &[&str],
    group: &[Option<u32>],
    part_stability: &[f32],
    naming: Naming<'_>,
    monitor: &dyn Monitor,
) -> Result<Sorting> {
    monitor.progress(Stage::NamingTopics, 0, 1);
    let order = by_size(group, part_stability.len());
    if order.is_empty() {
        let placements = vec![Placement::UNSORTED; rows.len()];
        return Ok(Sorting { placements, ..Sorting::default() });
    }
    let mut place_of = vec![None; part_stability.len()];
    for (place, &part) in order.iter().enumerate() {
        place_of[part] = Some(place as u32);
    }
    let ordered_group: Vec<Option<u32>> =
        group.iter().map(|part| part.and_then(|part| place_of[part as usize])).collect();
    let centres = centroids(rows, &ordered_group, order.len());
    let to_centres = similarities_to(rows, &centres);
    let unnamed = unnamed(rows, texts, &ordered_group, &to_centres, order.len());
    let names = match naming.reader {
        None => names(&centres, &unnamed, naming.vocabulary),
        Some(mut reader) => {
            let (centres, unnamed) = reread(unnamed, &mut *reader, monitor)?;
            names(&centres, &unnamed, naming.vocabulary)
        }
    };
    let topics = names
        .into_iter()
        .zip(0..)
        .map(|(names, place)| Topic {
            id: TopicId(place),
            name: names.name,
            named_by_person: false,
            alternates: names.alternates,
            colour: place,
            stability: part_stability[order[place as usize]],
        })
        .collect();
    let width = order.len();
    let placements = (0..rows.len())
        .map(|item| placement(ordered_group[item], &to_centres[item * width..][..width]))
        .collect();
    monitor.progress(Stage::NamingTopics, 1, 1);
    Ok(Sorting { topics, placements, ..Sorting::default() })
}

/// Which topics belong together: of each of `k` topics its broad topic, numbered by the first one in
/// it. As many as lie apart best, between a sixth and half as many as there are topics.
#[must_use]
pub fn broad_groups(rows: &Vectors, topic_of: &[Option<u32>], k: usize) -> Vec<u32> {
    let centres = centroids(rows, topic_of, k);
    let tree = grow(&centres, Linkage::Average, 0, &Silent).expect("nobody cancels it");
    let placed: Vec<usize> = (0..rows.len()).filter(|&item| topic_of[item].is_some()).collect();
    let step = placed.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<usize> = placed.into_iter().step_by(step).collect();
    let sampled = rows.select(sample.iter().copied());
    let topics: Vec<u32> = sample.iter().filter_map(|&item| topic_of[item]).collect();
    let mut best = (f64::NEG_INFINITY, Vec::new());
    for count in (k / 6).max(2)..=(k / 2).max(2) {
        let broad = by_first(tree.cut(count));
        let group: Vec<u32> = topics.iter().map(|&topic| broad[topic as usize]).collect();
        let score = mean_silhouette(&sampled, &group, count);
        if score > best.0 {
            best = (score, broad);
        }
    }
    best.1
}

/// The same groups, numbered by the first in each.
fn by_first(group: Vec<u32>) -> Vec<u32> {
    let mut numbers: Vec<u32> = Vec::new();
    group
        .into_iter()
        .map(|group| {
            let known = numbers.iter().position(|&number| number == group);
            known.unwrap_or_else(|| {
                numbers.push(group);
                numbers.len() - 1
            }) as u32
        })
        .collect()
}

/// A name for each of `k` groups of rows of the vocabulary's own model.
#[must_use]
pub fn names_of_groups(
    rows: &Vectors,
    texts: &[&str],
    group: &[Option<u32>],
    k: usize,
    vocabulary: &Vocabulary,
) -> Vec<String> {
    let centres = centroids(rows, group, k);
    let unnamed = unnamed(rows, texts, group, &similarities_to(rows, &centres), k);
    names(&centres, &unnamed, vocabulary).into_iter().map(|names| names.name).collect()
}

/// The topics' centroids and typical items as another model sees them.
fn reread<'a>(
    topics: Vec<Unnamed<'a>>,
    reader: &mut dyn Embedder,
    monitor: &dyn Monitor,
) -> Result<(Vectors, Vec<Unnamed<'a>>)> {
    let witnesses = |topic: &Unnamed<'a>| topic.texts.len().min(WITNESSES);
    let texts: Vec<&str> =
        topics.iter().flat_map(|topic| topic.texts[..witnesses(topic)].iter().copied()).collect();
    let group: Vec<Option<u32>> = topics
        .iter()
        .zip(0..)
        .flat_map(|(topic, place)| std::iter::repeat_n(Some(place), witnesses(topic)))
        .collect();
    let rows = embed_all(reader, &texts, &Quiet(monitor))?;
    let rows = Centred::of(&rows).rows;
    let centres = centroids(&rows, &group, topics.len());
    let mut start = 0;
    let topics = topics
        .into_iter()
        .map(|topic| {
            let end = start + witnesses(&topic);
            let rows = rows.select(start..end);
            start = end;
            Unnamed { rows, ..topic }
        })
        .collect();
    Ok((centres, topics))
}

/// The place of the largest cosine; the first of equals.
pub(super) fn closest(cosines: &[f32]) -> u32 {
    let mut best = 0;
    for (part, &cosine) in cosines.iter().enumerate() {
        if cosine > cosines[best] {
            best = part;
        }
    }
    best as u32
}

/// Parts that kept items, largest first, then by their first item.
fn by_size(group: &[Option<u32>], k: usize) -> Vec<usize> {
    let mut size = vec![0_usize; k];
    let mut first = vec![usize::MAX; k];
    for (item, part) in group.iter().enumerate() {
        if let Some(part) = part {
            size[*part as usize] += 1;
            first[*part as usize] = first[*part as usize].min(item);
        }
    }
    let mut order: Vec<usize> = (0..k).filter(|&part| size[part] > 0).collect();
    order.sort_by_key(|&part| (std::cmp::Reverse(size[part]), first[part]));
    order
}

/// Of every item, whether it is hardly closer to its part than items are to strange parts.
fn poorly_placed(assignment: &[u32], to_centres: &[f32], k: usize) -> Vec<bool> {
    if k < 2 {
        // Without another topic to compare with, only what has no direction at all fits nowhere.
        return to_centres.chunks_exact(k).map(|cosines| cosines[0] <= 0.0).collect();
    }
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for (cosines, &own) in to_centres.chunks_exact(k).zip(assignment) {
        for (_, &cosine) in cosines.iter().enumerate().filter(|&(part, _)| part != own as usize) {
            sum += f64::from(cosine);
            squares += f64::from(cosine) * f64::from(cosine);
        }
    }
    let strangers = (assignment.len() * (k - 1)) as f64;
    let mean = sum / strangers;
    let deviation = (squares / strangers - mean * mean).max(0.0).sqrt();
    let least = (mean + FIT * deviation) as f32;
    to_centres
        .chunks_exact(k)
        .zip(assignment)
        .map(|(cosines, &own)| cosines[own as usize] < least)
        .collect()
}

/// Of every part of the best run, how alike the other runs find it: the mean
/// of its best Jaccard index with a part of each.
fn stability(runs: &[Partition]) -> Vec<f32> {
    let (best, others) = runs.split_first().expect("there is at least one run");
    let k = best.centroids.len();
    if others.is_empty() {
        return vec![1.0; k];
    }
    let per_run: Vec<Vec<f32>> = others
        .par_iter()
        .map(|other| {
            let mut both = vec![0_u32; k * k];
            let (mut of_best, mut of_other) = (vec![0_u32; k], vec![0_u32; k]);
            for (&a, &b) in best.assignment.iter().zip(&other.assignment) {
                both[a as usize * k + b as usize] += 1;
                of_best[a as usize] += 1;
                of_other[b as usize] += 1;
            }
            (0..k)
                .map(|a| {
                    (0..k)
                        .map(|b| {
                            let shared = both[a * k + b];
                            shared as f32 / (of_best[a] + of_other[b] - shared).max(1) as f32
                        })
                        .fold(0.0, f32::max)
                })
                .collect()
        })
        .collect();
    (0..k)
        .map(|part| per_run.iter().map(|run| run[part]).sum::<f32>() / per_run.len() as f32)
        .collect()
}

/// Every topic with its items, closest to the centre first.
fn unnamed<'a>(
    rows: &Vectors,
    texts: &[&'a str],
    group: &[Option<u32>],
    to_centres: &[f32],
    topics: usize,
) -> Vec<Unnamed<'a>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); topics];
    for (item, topic) in group.iter().enumerate() {
        if let Some(topic) = topic {
            members[*topic as usize].push(item);
        }
    }
    members
        .into_iter()
        .enumerate()
        .map(|(topic, mut members)| {
            let fit = |item: usize| to_centres[item * topics + topic];
            members.sort_by(|&a, &b| fit(b).total_cmp(&fit(a)).then(a.cmp(&b)));
            Unnamed {
                texts: members.iter().map(|&item| texts[item]).collect(),
                rows: rows.select(members.into_iter().take(WITNESSES)),
            }
        })
        .collect()
}

/// Where an item is, how sure that is, and what comes next, from its cosines to all centroids.
fn placement(own: Option<u32>, cosines: &[f32]) -> Placement {
    let suggestion = Suggestion::of_cosines(cosines, TEMPERATURE);
    let id = |topic: Option<u32>| topic.map(TopicId);
    Placement {
        topic: id(own),
        pinned: false,
        suggested: id(suggestion.best),
        confidence: suggestion.confidence,
        runner_up: id(suggestion.runner_up),
        runner_up_confidence: suggestion.runner_up_confidence,
    }
}
