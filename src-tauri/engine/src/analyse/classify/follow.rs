//! Who follows when a person moves items into a topic.

use rayon::prelude::*;

use super::{
    Company, NOTHING, OPPOSITE, Space, TEMPERATURE, sharpened, spread, to_shares, to_shares_of_one,
    with_company,
};
use crate::analyse::centring::{CHUNK, add, normalise, sums};
use crate::analyse::product::dot;
use crate::analyse::profile::similarities_to;
use crate::vectors::Vectors;

/// Rounds in which followers bring more followers.
const ROUNDS: usize = 3;
/// How far followers outweigh what was moved.
const PULL: f32 = 2.0;
/// From which share on an item counts as a follower of the round.
const LEANS: f32 = 0.2;
/// How sure a follower must be: there is little to go by for a new topic, and an old one has items
/// of its own that speak for more.
const SURE_OF_NEW: f32 = 0.8;
const SURE: f32 = 0.9;

/// Items that would follow `moved` into the topic `target` (`None`: a new one),
/// with how sure that is, surest first.
///
/// `group` is the topic of every item, one of `topics`.
#[must_use]
pub fn followers(
    space: &Space,
    group: &[Option<u32>],
    topics: usize,
    moved: &[usize],
    target: Option<usize>,
) -> Vec<(usize, f32)> {
    let rows = space.smooth();
    let (target, k) = target.map_or((topics, topics + 1), |target| (target, topics));
    let is_target = |item: usize| group[item] == Some(target as u32);
    let mut is_moved = vec![false; group.len()];
    moved.iter().for_each(|&item| is_moved[item] = true);
    let own: Vec<Option<u32>> =
        (0..group.len()).map(|item| group[item].filter(|_| !is_moved[item])).collect();
    let sums: Vec<f32> = sums(rows, &own, k).into_iter().map(|sum| sum as f32).collect();
    let sums = Vectors::new(rows.dim(), sums);
    let is_new = own.iter().all(|&own| own != Some(target as u32));
    let mut direction = direction(rows, moved);
    let to_moved = cosines(rows, &direction);
    if !is_new {
        let mut of_target = sums.row(target).to_vec();
        normalise(&mut of_target);
        direction.iter_mut().zip(&of_target).for_each(|(sum, value)| *sum += value);
        normalise(&mut direction);
    }
    let to_direction = cosines(rows, &direction);
    let mut to_topics = to_own_left_out(rows, &sums, &own);
    let to_own: Vec<f32> = own
        .iter()
        .enumerate()
        .map(|(item, own)| own.map_or(0.0, |own| to_topics[item * k + own as usize]))
        .collect();

    let mut following = vec![0.0_f32; group.len()];
    for _ in 0..ROUNDS {
        let company = weighted_sum(rows, &following);
        let to_company = cosines(rows, &company);
        let size: f32 = following.iter().sum();
        let (length, base) = (dot(&company, &company), dot(&direction, &company));
        for item in 0..group.len() {
            to_topics[item * k + target] = with_company(Company {
                to_base: to_direction[item],
                own_share: following[item],
                size,
                to_sum: to_company[item],
                squared_length: length,
                base_to_sum: base,
                pull: PULL,
            });
        }
        following = to_topics
            .par_chunks_exact(k)
            .enumerate()
            .map_with(Vec::new(), |shares, (item, to_topics)| {
                shares.clear();
                shares.extend_from_slice(to_topics);
                to_shares_of_one(shares, TEMPERATURE);
                let follows = !is_moved[item] && !is_target(item) && shares[target] >= LEANS;
                if follows { shares[target] } else { 0.0 }
            })
            .collect();
    }
    let mut shares = to_topics;
    to_shares(&mut shares, k, TEMPERATURE);
    let sure = sureness(space, shares, k, target, &is_moved);
    let mut found: Vec<(usize, f32)> = (0..group.len())
        .filter(|&item| !is_moved[item] && !is_target(item))
        .filter_map(|item| {
            let sure = sure[item]?;
            let follows = if is_new {
                sure >= SURE_OF_NEW && to_moved[item] > 0.0
            } else {
                sure >= SURE && to_moved[item] > to_own[item]
            };
            follows.then_some((item, sure))
        })
        .collect();
    surest_first(&mut found);
    found
}

pub(super) fn surest_first(found: &mut [(usize, f32)]) {
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

/// Where the rows of `items` point together.
pub(super) fn direction(rows: &Vectors, items: &[usize]) -> Vec<f32> {
    let mut sum = vec![0.0_f64; rows.dim()];
    items.iter().for_each(|&item| add(&mut sum, rows.row(item)));
    let mut sum: Vec<f32> = sum.into_iter().map(|value| value as f32).collect();
    normalise(&mut sum);
    sum
}

fn cosines(rows: &Vectors, direction: &[f32]) -> Vec<f32> {
    rows.values()
        .par_chunks(CHUNK * rows.dim())
        .flat_map_iter(|rows| rows.chunks_exact(direction.len()).map(|row| dot(row, direction)))
        .collect()
}

fn weighted_sum(rows: &Vectors, weights: &[f32]) -> Vec<f32> {
    let mut sum = vec![0.0_f64; rows.dim()];
    for (row, &weight) in rows.rows().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        sum.iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(weight) * f64::from(*v));
    }
    sum.into_iter().map(|value| value as f32).collect()
}

/// `n x k` cosines to the topics, each item left out of its own.
fn to_own_left_out(rows: &Vectors, sums: &Vectors, own: &[Option<u32>]) -> Vec<f32> {
    let k = sums.len();
    let squared: Vec<f32> = sums.rows().map(|sum| dot(sum, sum)).collect();
    let mut cosines = similarities_to(rows, sums);
    cosines.par_chunks_mut(k).zip(own).for_each(|(cosines, own)| {
        for (topic, cosine) in cosines.iter_mut().enumerate() {
            let mut squared = squared[topic];
            if *own == Some(topic as u32) {
                squared += 1.0 - 2.0 * *cosine;
                *cosine -= 1.0;
            }
            *cosine = if squared < NOTHING { OPPOSITE } else { *cosine / squared.sqrt() };
        }
    });
    cosines
}

/// How sure every item is to belong to `target`; `None` where another topic is likelier.
fn sureness(
    space: &Space,
    shares: Vec<f32>,
    k: usize,
    target: usize,
    is_moved: &[bool],
) -> Vec<Option<f32>> {
    let mut own = shares;
    for (shares, _) in own.chunks_exact_mut(k).zip(is_moved).filter(|(_, is_moved)| **is_moved) {
        shares.fill(0.0);
        shares[target] = 1.0;
    }
    let spread = spread(own, k, space, is_moved);
    let exponent = 1.0 / (0.55 * (k as f32 / (k.max(2) - 1) as f32).sqrt());
    spread
        .par_chunks(k)
        .map(|shares| {
            let sure = sharpened(shares, exponent);
            let is_best = sure.iter().enumerate().all(|(t, &s)| t == target || s < sure[target]);
            is_best.then_some(sure[target])
        })
        .collect()
}
