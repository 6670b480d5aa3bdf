//! What is known of the topics before the items have their say: a direction
//! for each, of its name and its examples.

use super::{EmbeddedClues, NOTHING, Space, TEMPERATURE};
use crate::analyse::centring::{add, centred, normalise};
use crate::analyse::product::{Columns, dot, matrix};
use crate::vectors::Vectors;

/// How many examples a name may count for.
const NAME_WEIGHTS: [f32; 7] = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// What it counts for while there are too few examples to tell.
const USUAL_NAME_WEIGHT: f32 = 4.0;
/// Examples that are asked how much the names are worth.
const MOST_JUDGES: usize = 2_000;

pub(super) struct Evidence {
    /// Unit rows, `k x dim`.
    pub(super) base: Vectors,
    /// Topics with neither a usable name nor examples.
    pub(super) is_dead: Vec<bool>,
    /// Whether names count for anything.
    pub(super) has_names: bool,
}

impl Evidence {
    pub(super) fn gather(space: &Space, clues: &[EmbeddedClues]) -> Self {
        let dim = space.rows().dim();
        let names = names(space, clues);
        let mut sums = vec![0.0_f64; clues.len() * dim];
        let mut examples = Vec::new();
        let mut topic_of = Vec::new();
        for (topic, clue) in clues.iter().enumerate() {
            let inside = space.smooth().select(clue.items.iter().copied());
            for row in inside.rows().chain(space.centre(&clue.others).rows()) {
                add(&mut sums[topic * dim..][..dim], row);
                examples.extend_from_slice(row);
                topic_of.push(topic);
            }
        }
        let sums: Vec<f32> = sums.into_iter().map(|sum| sum as f32).collect();
        let sums = Vectors::new(dim, sums);
        let examples = Examples { rows: Vectors::new(dim, examples), topic_of };
        let weight = name_weight(&names, &sums, &examples);
        let mut base: Vec<f32> =
            names.values().iter().zip(sums.values()).map(|(n, s)| weight * n + s).collect();
        let is_dead = base.chunks_exact(dim).map(|row| dot(row, row).sqrt() < NOTHING).collect();
        base.chunks_exact_mut(dim).for_each(normalise);
        let has_names = weight > 0.0 && names.values().iter().any(|&value| value != 0.0);
        Self { base: Vectors::new(dim, base), is_dead, has_names }
    }
}

/// A unit row for each name, zeros without one. Half of what is taken out is the mean of the list,
/// half that of the names, which are all short and all phrased alike.
fn names(space: &Space, clues: &[EmbeddedClues]) -> Vectors {
    let dim = space.rows().dim();
    let mut mean = vec![0.0_f64; dim];
    let mut count = 0.0;
    for row in clues.iter().flat_map(|clue| clue.name.rows()) {
        add(&mut mean, row);
        count += 1.0;
    }
    let named = clues.iter().filter(|clue| !clue.name.is_empty()).count();
    let own = if named > 1 { 0.5 } else { 0.0 };
    let taken_out: Vec<f32> = space
        .mean()
        .iter()
        .zip(&mean)
        .map(|(&list, &names)| (1.0 - own) * list + own * (names / f64::max(count, 1.0)) as f32)
        .collect();
    let mut values = vec![0.0_f32; clues.len() * dim];
    for (name, clue) in values.chunks_exact_mut(dim).zip(clues) {
        for row in centred(&clue.name, &taken_out).rows() {
            name.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        normalise(name);
    }
    Vectors::new(dim, values)
}

struct Examples {
    rows: Vectors,
    topic_of: Vec<usize>,
}

/// For how many examples a name counts: what makes the examples likeliest, each judged by the
/// names and the other examples. Names that say nothing ("A", "t1") so lose their weight.
fn name_weight(names: &Vectors, sums: &Vectors, examples: &Examples) -> f32 {
    let k = names.len();
    let mut sizes = vec![0_usize; k];
    examples.topic_of.iter().for_each(|&topic| sizes[topic] += 1);
    let is_enough = 2 * sizes.iter().filter(|&&size| size >= 2).count() >= k;
    if examples.topic_of.is_empty() || !is_enough || names.values().iter().all(|&v| v == 0.0) {
        return USUAL_NAME_WEIGHT;
    }
    let judges: Vec<usize> = (0..examples.topic_of.len())
        .step_by(examples.topic_of.len().div_ceil(MOST_JUDGES))
        .collect();
    let rows = examples.rows.select(judges.iter().copied());
    let to_names = matrix(rows.values(), &Columns::pack(names.values(), names.dim()));
    let to_sums = matrix(rows.values(), &Columns::pack(sums.values(), sums.dim()));
    let squares = |a: &Vectors, b: &Vectors| -> Vec<f32> {
        a.rows().zip(b.rows()).map(|(a, b)| dot(a, b)).collect()
    };
    let (of_names, of_both, of_sums) =
        (squares(names, names), squares(names, sums), squares(sums, sums));
    let likelihood = |weight: f32| -> f32 {
        let mut total = 0.0;
        for (judge, &example) in judges.iter().enumerate() {
            let own = examples.topic_of[example];
            let cosine = |topic: usize| {
                let at = judge * k + topic;
                let mut product = weight * to_names[at] + to_sums[at];
                let mut squared = weight * weight * of_names[topic]
                    + 2.0 * weight * of_both[topic]
                    + of_sums[topic];
                if topic == own {
                    squared += 1.0 - 2.0 * product;
                    product -= 1.0;
                }
                product / squared.max(1e-9).sqrt()
            };
            let cosines: Vec<f32> = (0..k).map(cosine).collect();
            let largest = cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let share = |cosine: f32| ((cosine - largest) / TEMPERATURE).exp();
            let all: f32 = cosines.iter().map(|&cosine| share(cosine)).sum();
            total += (share(cosines[own]) / all).max(1e-4).ln();
        }
        // Few examples should not stray far from what is usual.
        total - (weight.max(0.125) / USUAL_NAME_WEIGHT).log2().abs()
    };
    let mut best = (f32::NEG_INFINITY, USUAL_NAME_WEIGHT);
    for weight in NAME_WEIGHTS {
        let found = likelihood(weight);
        if found > best.0 {
            best = (found, weight);
        }
    }
    best.1
}
