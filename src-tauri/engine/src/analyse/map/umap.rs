//! UMAP: a layout in which a pair is near with the chance its graph gives it
//! (McInnes, Healy and Melville, "UMAP: Uniform manifold approximation and
//! projection for dimension reduction", 2018).
//!
//! Within a round every item follows its own edges, seeing the others where the
//! last round left them. So items can be moved by several threads at once and
//! still end in the same place every time.

use rayon::prelude::*;

use super::{Frame, splitmix};
use crate::analyse::neighbours::Neighbours;
use crate::error::Result;
use crate::monitor::{Monitor, Stage};

/// What shapes the layout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) dims: usize,
    pub(super) rounds: usize,
    /// Strangers that an item is pushed away from, for each neighbour it is drawn to.
    pub(super) strangers: usize,
    pub(super) seed: u64,
}

/// Items up to which more rounds are affordable.
const FEW: usize = 10_000;
const ROUNDS_OF_FEW: usize = 300;
const ROUNDS_OF_MANY: usize = 120;
const STRANGERS: usize = 6;

impl Settings {
    /// What most lists look best with.
    #[must_use]
    pub(super) fn usual(items: usize, dims: usize, seed: u64) -> Self {
        let rounds = if items <= FEW { ROUNDS_OF_FEW } else { ROUNDS_OF_MANY };
        Self { dims, rounds, strangers: STRANGERS, seed }
    }
}

/// `1 / (1 + A d^(2 B))` is how near a distance `d` on the map is: fitted so that items closer than
/// 0.1 are together, and the rest fades within a distance of 1.
const A: f32 = 1.576_943_5;
const B: f32 = 0.895_060_9;
/// No item is moved farther by one other in one step.
const LONGEST_STEP: f32 = 4.0;
/// Keeps items at the same place from pushing endlessly hard.
const SOFTENING: f32 = 1e-3;
/// Items that a thread moves at a time.
const PART: usize = 512;

/// Moves `positions` (`n x dims`) until they show the graph.
pub(super) fn lay_out(
    neighbours: &Neighbours,
    positions: Vec<f32>,
    settings: &Settings,
    monitor: &dyn Monitor,
    frame: &mut Frame<'_>,
) -> Result<Vec<f32>> {
    monitor.check()?;
    let graph = Graph::of(neighbours, positions.len() / settings.dims, settings.rounds);
    match settings.dims {
        2 => rounds::<2>(&graph, positions, settings, monitor, frame),
        _ => rounds::<3>(&graph, positions, settings, monitor, frame),
    }
}

fn rounds<const D: usize>(
    graph: &Graph,
    positions: Vec<f32>,
    settings: &Settings,
    monitor: &dyn Monitor,
    frame: &mut Frame<'_>,
) -> Result<Vec<f32>> {
    let (places, _) = positions.as_chunks::<D>();
    let mut now = places.to_vec();
    let mut next = now.clone();
    let forces = Forces::new();
    for round in 0..settings.rounds {
        monitor.check()?;
        let reach = 1.0 - round as f32 / settings.rounds as f32;
        let seed = splitmix(settings.seed ^ ((round as u64) << 32));
        next.par_chunks_mut(PART).enumerate().for_each(|(part, next)| {
            for (offset, place) in next.iter_mut().enumerate() {
                let item = part * PART + offset;
                *place = moved(item, round, &now, graph, &forces, settings.strangers, reach, seed);
            }
        });
        std::mem::swap(&mut now, &mut next);
        monitor.progress(Stage::LayingOut, round + 1, settings.rounds);
        frame(now.as_flattened());
    }
    Ok(now.into_flattened())
}

/// Where `item` goes in this round.
#[expect(clippy::too_many_arguments, reason = "the inner loop, with everything it reads")]
#[inline]
fn moved<const D: usize>(
    item: usize,
    round: usize,
    now: &[[f32; D]],
    graph: &Graph,
    forces: &Forces,
    strangers: usize,
    reach: f32,
    seed: u64,
) -> [f32; D] {
    let mut own = now[item];
    let mut random = splitmix(seed ^ item as u64) | 1;
    for edge in graph.starts[item]..graph.starts[item + 1] {
        if !graph.is_due(edge, round) {
            continue;
        }
        let other = now[graph.ends[edge] as usize];
        let (difference, squared) = between(&own, &other);
        let force = forces.drawing(squared);
        for d in 0..D {
            own[d] += reach * (force * difference[d]).clamp(-LONGEST_STEP, LONGEST_STEP);
        }
        let mut push = [0.0_f32; D];
        for _ in 0..strangers {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let stranger = ((u64::from(random as u32) * now.len() as u64) >> 32) as usize;
            let (difference, squared) = between(&own, &now[stranger]);
            let force = if stranger == item { 0.0 } else { forces.pushing(squared) };
            for d in 0..D {
                push[d] += (force * difference[d]).clamp(-LONGEST_STEP, LONGEST_STEP);
            }
        }
        for d in 0..D {
            own[d] += reach * push[d];
        }
    }
    own
}

fn between<const D: usize>(own: &[f32; D], other: &[f32; D]) -> ([f32; D], f32) {
    let difference: [f32; D] = std::array::from_fn(|d| own[d] - other[d]);
    (difference, difference.iter().map(|x| x * x).sum())
}

/// The forces by squared distance, looked up: the exponent and the first bits of the fraction of a
/// number tell it to within a hundredth.
struct Forces {
    drawing: Vec<f32>,
    pushing: Vec<f32>,
}

/// Bits of the fraction that are looked at.
const FRACTION_BITS: u32 = 6;
/// Squared distances from `2^-24` to `2^24`.
const LOWEST_EXPONENT: u32 = 127 - 24;
const EXPONENTS: u32 = 48;

impl Forces {
    fn new() -> Self {
        let steps = EXPONENTS << FRACTION_BITS;
        let middle = |step: u32| {
            let bits = ((step + (LOWEST_EXPONENT << FRACTION_BITS)) << (23 - FRACTION_BITS))
                | (1 << (22 - FRACTION_BITS));
            f32::from_bits(bits)
        };
        let drawing =
            |squared: f32| -2.0 * A * B * squared.powf(B - 1.0) / (1.0 + A * squared.powf(B));
        let pushing =
            |squared: f32| 2.0 * B / ((SOFTENING + squared) * (1.0 + A * squared.powf(B)));
        Self {
            drawing: (0..steps).map(|step| drawing(middle(step))).collect(),
            pushing: (0..steps).map(|step| pushing(middle(step))).collect(),
        }
    }

    fn step(squared: f32) -> usize {
        let step = (squared.to_bits() >> (23 - FRACTION_BITS))
            .saturating_sub(LOWEST_EXPONENT << FRACTION_BITS);
        step.min((EXPONENTS << FRACTION_BITS) - 1) as usize
    }

    fn drawing(&self, squared: f32) -> f32 {
        self.drawing[Self::step(squared)]
    }

    fn pushing(&self, squared: f32) -> f32 {
        self.pushing[Self::step(squared)]
    }
}

/// Who is how surely near whom; every edge from both of its ends.
struct Graph {
    /// Where the edges of each item begin, and the end.
    starts: Vec<usize>,
    ends: Vec<u32>,
    /// How often an edge counts per round, in parts of `u32::MAX`.
    rate: Vec<u32>,
}

impl Graph {
    fn of(neighbours: &Neighbours, items: usize, rounds: usize) -> Self {
        let count = neighbours.count;
        let mut weight = vec![0.0_f32; neighbours.index.len()];
        weight.par_chunks_mut(count.max(1)).enumerate().for_each(|(item, weight)| {
            memberships(neighbours.similarities(item), weight);
        });
        let weight_of = |from: usize, to: u32| {
            let place = neighbours.of(from).iter().position(|&id| id == to)?;
            Some(weight[from * count + place])
        };
        // An edge known by one end only is entered at the other one too.
        let mut degree = vec![0_usize; items + 1];
        for item in 0..items {
            degree[item + 1] += count;
            for &near in neighbours.of(item) {
                if !neighbours.of(near as usize).contains(&(item as u32)) {
                    degree[near as usize + 1] += 1;
                }
            }
        }
        for item in 0..items {
            degree[item + 1] += degree[item];
        }
        let starts = degree;
        let mut next = starts.clone();
        let mut ends = vec![0_u32; starts[items]];
        let mut rate = vec![0.0_f32; starts[items]];
        for item in 0..items {
            for (place, &near) in neighbours.of(item).iter().enumerate() {
                let own = weight[item * count + place];
                let back = weight_of(near as usize, item as u32);
                // Near if one of them finds it so.
                let union = own + back.unwrap_or(0.0) * (1.0 - own);
                (ends[next[item]], rate[next[item]]) = (near, union);
                next[item] += 1;
                if back.is_none() {
                    let near = near as usize;
                    (ends[next[near]], rate[next[near]]) = (item as u32, union);
                    next[near] += 1;
                }
            }
        }
        let largest = rate.iter().copied().fold(0.0, f32::max);
        // What would be due less than once is never due.
        let least = largest / rounds.max(1) as f32;
        let share = |rate: f32| if rate < least { 0.0 } else { f64::from(rate / largest) };
        let rate = rate.into_iter().map(|rate| (share(rate) * f64::from(u32::MAX)) as u32);
        Self { starts, ends, rate: rate.collect() }
    }

    /// Edges are due at even distances, each beginning at another time: whenever the sum of the
    /// rounds' shares passes a whole number.
    #[inline]
    fn is_due(&self, edge: usize, round: usize) -> bool {
        let rate = self.rate[edge];
        let begun = (edge as u32).wrapping_mul(0x9e37_79b9);
        let before = begun.wrapping_add(rate.wrapping_mul(round as u32));
        before.checked_add(rate).is_none()
    }
}

/// How surely each of an item's neighbours is near it: 1 for the nearest, fading so that all
/// together count as much as for any other item.
fn memberships(similarities: &[f32], weight: &mut [f32]) {
    const STEPS: usize = 48;
    /// A neighbourhood is never sharper than this share of its mean distance.
    const SHARPEST: f32 = 1e-3;
    let distance = |place: usize| (1.0 - similarities[place]).max(0.0);
    let nearest = (0..similarities.len()).map(distance).find(|&d| d > 1e-7).unwrap_or(0.0);
    let target = (similarities.len() as f32 + 1.0).log2();
    let beyond = |place: usize| (distance(place) - nearest).max(0.0);
    let (mut low, mut high, mut width) = (0.0_f32, f32::INFINITY, 1.0_f32);
    for _ in 0..STEPS {
        let sum: f32 = (0..similarities.len()).map(|place| (-beyond(place) / width).exp()).sum();
        if (sum - target).abs() < 1e-4 {
            break;
        }
        if sum > target {
            high = width;
            width = f32::midpoint(low, high);
        } else {
            low = width;
            width = if high.is_finite() { f32::midpoint(low, high) } else { width * 2.0 };
        }
    }
    let mean =
        (0..similarities.len()).map(distance).sum::<f32>() / similarities.len().max(1) as f32;
    let width = width.max(SHARPEST * mean).max(f32::MIN_POSITIVE);
    for (place, weight) in weight.iter_mut().enumerate() {
        *weight = (-beyond(place) / width).exp();
    }
}
