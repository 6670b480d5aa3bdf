//! Sorting items into topics that a person named, showed examples of, or both.
//!
//! A topic starts as a direction: its name in several phrasings and its
//! examples. Then the items themselves say what belongs together: every item
//! pulls the topics it resembles towards itself, a few rounds over, as far as
//! the neighbours agree that this list divides that way at all; each item is
//! judged by topics without its own pull, or it would find what it put there.
//! In the end neighbours even out each other's doubts. ARCHITECTURE.md has
//! what was tried and how well it does.

mod evidence;
mod follow;
mod space;

use rayon::prelude::*;

use super::centring::{CHUNK, centroids};
use super::profile::similarities_to;
use super::topics::closest;
use crate::embed::{Embedder, embed_all};
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;
use evidence::Evidence;
pub use follow::followers;
pub use space::Space;

/// How sure a follower must be when topics are judged by all that is known of them.
const FOLLOWS: f32 = 0.5;
/// What a name is embedded as: alone it may mean anything, the others call up a class.
const PHRASINGS: [&str; 4] = ["", "types of ", "list of ", "a kind of "];
/// Makes cosines to topics into shares.
const TEMPERATURE: f32 = 0.085;
/// Rounds in which items pull topics.
const ROUNDS: usize = 3;
/// How far a topic's items outweigh its name and examples when all neighbours agree.
const PULL: f32 = 4.0;
/// Items from which on a topic's pull counts for more than half.
const FEW: f32 = 3.0;
/// How far topics are expected to be of one size: 0 not at all, 1 exactly.
const EVEN: f32 = 0.5;
/// Rounds in which neighbours even out each other's doubts, and how much they count.
const SPREADS: usize = 5;
const NEIGHBOURS_SHARE: f32 = 0.5;
/// Standard deviations above what items are to strange topics from which on an item belongs to one.
const FAMILIAR: f32 = 1.5;
/// Shares below this pull nothing.
const NEGLIGIBLE: f32 = 1e-3;
/// Below this length a direction is none.
const NOTHING: f32 = 1e-6;
/// The cosine of what cannot be compared.
const OPPOSITE: f32 = -1.0;

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

impl EmbeddedClues {
    /// `name`: a topic's name in several phrasings, no rows without one;
    /// `items`: indices of examples in the list; `others`: examples outside it.
    #[must_use]
    pub fn new(name: Vectors, items: Vec<usize>, others: Vectors) -> Self {
        Self { name, items, others }
    }
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
    /// From an item's cosines to all topics: their softmax.
    #[must_use]
    pub fn of_cosines(cosines: &[f32], temperature: f32) -> Self {
        let mut shares = cosines.to_vec();
        if !shares.is_empty() {
            to_shares(&mut shares, cosines.len(), temperature);
        }
        Self::of_shares(&shares)
    }

    /// From the share of every topic, which add up to 1. Of equals the first is better.
    #[must_use]
    pub fn of_shares(shares: &[f32]) -> Self {
        let largest = |left_out: Option<u32>| {
            (0..shares.len() as u32)
                .filter(|&topic| Some(topic) != left_out)
                .max_by(|&a, &b| shares[a as usize].total_cmp(&shares[b as usize]).then(b.cmp(&a)))
        };
        let share = |topic: Option<u32>| topic.map_or(0.0, |topic| shares[topic as usize]);
        let best = largest(None);
        let runner_up = best.and_then(|best| largest(Some(best)));
        Self { best, confidence: share(best), runner_up, runner_up_confidence: share(runner_up) }
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
            Ok(EmbeddedClues::new(embed(&name)?, clue.items.clone(), embed(clue.others)?))
        })
        .collect()
}

/// Suggests a topic for every item; for those that are examples, their own.
///
/// # Errors
/// `Cancelled`.
pub fn classify(
    space: &Space,
    clues: &[EmbeddedClues],
    monitor: &dyn Monitor,
) -> Result<Vec<Suggestion>> {
    let k = clues.len();
    let evidence = Evidence::gather(space, clues);
    let rows = space.smooth();
    let known = known_topics(clues, rows.len());
    let mut to_base = similarities_to(rows, &evidence.base);
    mark_dead(&mut to_base, &evidence.is_dead);
    if k == 1 {
        return Ok(to_base.iter().map(|&cosine| alone(cosine)).collect());
    }
    let mut shares = to_base.clone();
    to_shares(&mut shares, k, TEMPERATURE);
    let agreement = space.agreement(&closest_or_known(&to_base, k, &known), k);
    let pull = PULL * agreement * agreement;
    let rounds = if space.knows_neighbours() { ROUNDS } else { 0 };
    for _ in 0..rounds {
        monitor.check()?;
        hold_back(&mut shares, k, &known, &evidence.is_dead);
        even_out(&mut shares, k);
        even_out(&mut shares, k);
        let pulled = Pulled::by(rows, &shares, k);
        pulled.judge(rows, &evidence.base, &to_base, pull, &mut shares);
        mark_dead(&mut shares, &evidence.is_dead);
        to_shares(&mut shares, k, TEMPERATURE);
    }
    monitor.check()?;
    pin_known(&mut shares, k, &known);
    let is_known: Vec<bool> = known.iter().map(Option::is_some).collect();
    let shares = spread(shares, k, space, &is_known);
    let sharpness = sharpness(space, k, agreement, evidence.has_names);
    let likeness = Likeness::of(&to_base, k);
    Ok(shares
        .par_chunks(k)
        .zip(to_base.par_chunks(k))
        .zip(&known)
        .map(|((shares, to_base), known)| {
            if known.is_some() {
                return Suggestion::of_shares(shares);
            }
            let belongs = likeness.belongs(to_base);
            let mut shares = sharpened(shares, sharpness);
            shares.iter_mut().for_each(|share| *share *= belongs);
            Suggestion::of_shares(&shares)
        })
        .collect())
}

/// How alike items and topics are that have nothing to do with each other. A share only says
/// which topic is likeliest, not whether any is likely: an item that is to its best topic what
/// items are to strange ones fits nowhere, and nobody should be sure of it.
struct Likeness {
    /// Mean cosine to strange topics.
    strange: f32,
    /// From which cosine on an item surely belongs to one of the topics.
    familiar: f32,
}

impl Likeness {
    fn of(to_base: &[f32], k: usize) -> Self {
        let (mut sum, mut squares, mut count) = (0.0_f64, 0.0_f64, 0.0_f64);
        for cosines in to_base.chunks_exact(k) {
            let best = largest(cosines);
            // One of the best ones is the item's own.
            let mut is_own_seen = false;
            for &cosine in cosines {
                if cosine == best && !is_own_seen {
                    is_own_seen = true;
                    continue;
                }
                sum += f64::from(cosine);
                squares += f64::from(cosine) * f64::from(cosine);
                count += 1.0;
            }
        }
        let strange = sum / f64::max(count, 1.0);
        let deviation = (squares / f64::max(count, 1.0) - strange * strange).max(0.0).sqrt();
        Self {
            strange: strange as f32,
            familiar: (strange + f64::from(FAMILIAR) * deviation) as f32,
        }
    }

    /// 0 for what is a stranger to all topics, 1 for what belongs to one.
    fn belongs(&self, to_base: &[f32]) -> f32 {
        let range = (self.familiar - self.strange).max(NOTHING);
        ((largest(to_base) - self.strange) / range).clamp(0.0, 1.0)
    }
}

fn largest(cosines: &[f32]) -> f32 {
    cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Items that would follow `moved`, which are among the examples of topic
/// `target`, with how sure that is, surest first: those that the machine would
/// now put there as well and that are closer to what was moved than to the
/// items of their own topic. `group` is the topic of every item.
///
/// # Errors
/// `Cancelled`.
pub fn followers_of_examples(
    space: &Space,
    clues: &[EmbeddedClues],
    group: &[Option<u32>],
    moved: &[usize],
    target: usize,
    monitor: &dyn Monitor,
) -> Result<Vec<(usize, f32)>> {
    let own = centroids(space.smooth(), group, clues.len());
    let direction = follow::direction(space.smooth(), moved);
    let dot = super::product::dot;
    let mut found: Vec<(usize, f32)> = classify(space, clues, monitor)?
        .into_iter()
        .enumerate()
        .filter(|(item, suggestion)| {
            let row = space.smooth().row(*item);
            group[*item] != Some(target as u32)
                && suggestion.best == Some(target as u32)
                && suggestion.confidence >= FOLLOWS
                && dot(row, &direction)
                    > group[*item].map_or(0.0, |group| dot(row, own.row(group as usize)))
        })
        .map(|(item, suggestion)| (item, suggestion.confidence))
        .collect();
    follow::surest_first(&mut found);
    Ok(found)
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
    let centres = centroids(space.rows(), group, topics);
    similarities_to(rows, &centres)
        .par_chunks(topics)
        .map(|cosines| Suggestion::of_cosines(cosines, TEMPERATURE))
        .collect()
}

/// How sure it is of the only topic there is. Without another one to compare with, half as close as
/// items of one topic usually are to it is an even chance.
fn alone(cosine: f32) -> Suggestion {
    const EVEN_CHANCE: f32 = 0.15;
    let confidence = 1.0 / (1.0 + ((EVEN_CHANCE - cosine) / TEMPERATURE).exp());
    Suggestion { best: Some(0), confidence, runner_up: None, runner_up_confidence: 0.0 }
}

fn known_topics(clues: &[EmbeddedClues], items: usize) -> Vec<Option<u32>> {
    let mut known = vec![None; items];
    for (topic, clue) in clues.iter().enumerate() {
        clue.items.iter().for_each(|&item| known[item] = Some(topic as u32));
    }
    known
}

fn mark_dead(cosines: &mut [f32], is_dead: &[bool]) {
    if is_dead.contains(&true) {
        for cosines in cosines.chunks_exact_mut(is_dead.len()) {
            cosines
                .iter_mut()
                .zip(is_dead)
                .filter(|(_, is_dead)| **is_dead)
                .for_each(|(c, _)| *c = OPPOSITE);
        }
    }
}

fn closest_or_known(cosines: &[f32], k: usize, known: &[Option<u32>]) -> Vec<u32> {
    cosines
        .chunks_exact(k)
        .zip(known)
        .map(|(c, known)| known.unwrap_or_else(|| closest(c)))
        .collect()
}

/// Softmax, in place.
fn to_shares(cosines: &mut [f32], k: usize, temperature: f32) {
    cosines.par_chunks_mut(k).for_each(|cosines| to_shares_of_one(cosines, temperature));
}

fn to_shares_of_one(cosines: &mut [f32], temperature: f32) {
    let largest = largest(cosines);
    cosines.iter_mut().for_each(|c| *c = ((*c - largest) / temperature).exp());
    let total: f32 = cosines.iter().sum();
    cosines.iter_mut().for_each(|share| *share /= total);
}

/// Takes out of the shares what must not pull: examples, which count already, and topics without any direction.
fn hold_back(shares: &mut [f32], k: usize, known: &[Option<u32>], is_dead: &[bool]) {
    for (shares, known) in shares.chunks_exact_mut(k).zip(known) {
        if known.is_some() {
            shares.fill(0.0);
        }
        shares.iter_mut().zip(is_dead).filter(|(_, dead)| **dead).for_each(|(s, _)| *s = 0.0);
    }
}

/// Brings the topics' sizes closer to each other.
fn even_out(shares: &mut [f32], k: usize) {
    let sizes = sums(shares, k);
    let scale: Vec<f32> = sizes.iter().map(|&size| (size + 1.0).powf(-EVEN)).collect();
    shares.par_chunks_mut(k).for_each(|shares| {
        shares.iter_mut().zip(&scale).for_each(|(share, scale)| *share *= scale);
        let total: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= total.max(1e-9));
    });
}

/// Of every topic over all items.
fn sums(shares: &[f32], k: usize) -> Vec<f32> {
    let parts: Vec<Vec<f64>> = shares
        .par_chunks(CHUNK * k)
        .map(|chunk| {
            let mut sums = vec![0.0_f64; k];
            for shares in chunk.chunks_exact(k) {
                super::centring::add(&mut sums, shares);
            }
            sums
        })
        .collect();
    (0..k).map(|topic| parts.iter().map(|part| part[topic]).sum::<f64>() as f32).collect()
}

/// Where the items' shares have pulled the topics.
struct Pulled {
    /// Sum of the shares, by topic.
    sizes: Vec<f32>,
    /// Sum of the rows by their shares, `k x dim`.
    sums: Vectors,
}

impl Pulled {
    fn by(rows: &Vectors, shares: &[f32], k: usize) -> Self {
        let dim = rows.dim();
        let parts: Vec<Vec<f32>> = rows
            .values()
            .par_chunks(CHUNK * dim)
            .zip(shares.par_chunks(CHUNK * k))
            .map(|(rows, shares)| {
                let mut sums = vec![0.0_f32; k * dim];
                for (row, shares) in rows.chunks_exact(dim).zip(shares.chunks_exact(k)) {
                    for (topic, &share) in shares.iter().enumerate() {
                        if share > NEGLIGIBLE {
                            let sum = &mut sums[topic * dim..][..dim];
                            sum.iter_mut().zip(row).for_each(|(s, &value)| *s += share * value);
                        }
                    }
                }
                sums
            })
            .collect();
        let mut total = vec![0.0_f64; k * dim];
        parts.iter().for_each(|part| super::centring::add(&mut total, part));
        let sums = Vectors::new(dim, total.into_iter().map(|value| value as f32).collect());
        Self { sizes: self::sums(shares, k), sums }
    }

    /// Replaces every item's shares by its cosines to the topics: to name and examples, and to
    /// what was pulled there, without what it pulled itself.
    fn judge(
        &self,
        rows: &Vectors,
        base: &Vectors,
        to_base: &[f32],
        pull: f32,
        shares: &mut [f32],
    ) {
        let k = base.len();
        let dot = super::product::dot;
        let lengths: Vec<f32> = self.sums.rows().map(|sum| dot(sum, sum)).collect();
        let base_to_sums: Vec<f32> =
            base.rows().zip(self.sums.rows()).map(|(base, sum)| dot(base, sum)).collect();
        let to_sums = similarities_to(rows, &self.sums);
        shares.par_chunks_mut(k).zip(to_sums.par_chunks(k)).zip(to_base.par_chunks(k)).for_each(
            |((shares, to_sums), to_base)| {
                for topic in 0..k {
                    shares[topic] = with_company(Company {
                        to_base: to_base[topic],
                        own_share: shares[topic],
                        size: self.sizes[topic],
                        to_sum: to_sums[topic],
                        squared_length: lengths[topic],
                        base_to_sum: base_to_sums[topic],
                        pull,
                    });
                }
            },
        );
    }
}

/// What an item's cosine to a topic is made of.
struct Company {
    /// The item's cosine to the topic's own direction.
    to_base: f32,
    /// What the item itself has put into the sum.
    own_share: f32,
    /// Sum of all shares, the item's included.
    size: f32,
    /// The item's dot product with the sum of the rows by their shares.
    to_sum: f32,
    squared_length: f32,
    base_to_sum: f32,
    pull: f32,
}

/// The cosine of an item to a topic's direction and the company in it, the item itself left out.
fn with_company(it: Company) -> f32 {
    let own = it.own_share;
    let length =
        (it.squared_length - 2.0 * own * it.to_sum + own * own).max(NOTHING * NOTHING).sqrt();
    let to_company = (it.to_sum - own) / length;
    let base_to_company = (it.base_to_sum - own * it.to_base) / length;
    let others = (it.size - own).max(0.0);
    let weight = it.pull * others / (others + FEW);
    let squared = 1.0 + weight * weight + 2.0 * weight * base_to_company;
    (it.to_base + weight * to_company) / squared.max(NOTHING).sqrt()
}

fn pin_known(shares: &mut [f32], k: usize, known: &[Option<u32>]) {
    for (shares, known) in shares.chunks_exact_mut(k).zip(known) {
        if let Some(topic) = known {
            shares.fill(0.0);
            shares[*topic as usize] = 1.0;
        }
    }
}

/// Neighbours even out each other's doubts; who is known stays known.
fn spread(own: Vec<f32>, k: usize, space: &Space, is_known: &[bool]) -> Vec<f32> {
    if space.neighbours_of(0).is_none() {
        return own;
    }
    let mut shares = own.clone();
    for _ in 0..SPREADS {
        let mut next = own.clone();
        next.par_chunks_mut(k).enumerate().for_each(|(item, next)| {
            let Some(neighbours) = space.neighbours_of(item).filter(|_| !is_known[item]) else {
                return;
            };
            next.iter_mut().for_each(|own| *own *= 1.0 - NEIGHBOURS_SHARE);
            let share = NEIGHBOURS_SHARE / neighbours.len() as f32;
            for &neighbour in neighbours {
                let theirs = &shares[neighbour as usize * k..][..k];
                next.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += share * theirs);
            }
        });
        shares = next;
    }
    shares
}

/// The exponent that makes shares into confidences. Evened out shares are too modest, the more so
/// the more items there are for each topic; without names, and where neighbours hardly agree,
/// there is less to be sure of. Fitted on word lists other than those the figures are told for.
fn sharpness(space: &Space, k: usize, agreement: f32, has_names: bool) -> f32 {
    let per_topic = space.smooth().len() as f32 / (15 * k) as f32;
    let mut temperature =
        0.55 * (k as f32 / (k - 1) as f32).sqrt() * per_topic.clamp(1.0, 4.0).powf(0.3);
    if !has_names {
        temperature *= (0.6 / agreement.max(0.2)).max(1.0);
    }
    1.0 / temperature
}

fn sharpened(shares: &[f32], exponent: f32) -> Vec<f32> {
    let mut shares: Vec<f32> = shares.iter().map(|s| s.max(1e-9).powf(exponent)).collect();
    let total: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    shares
}
