//! t-SNE, as the crate `bhtsne` does it, from our own neighbours and from the strongest components
//! (Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019).

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use bhtsne::{Neighbor, tSNE};

use super::{Frame, RECALL};
use crate::analyse::neighbours::{Neighbours, nearest_neighbours};
use crate::error::{Error, Result};
use crate::monitor::{Monitor, Stage};
use crate::vectors::Vectors;

const PERPLEXITY: f32 = 30.0;
const ROUNDS: usize = 600;
/// So long clusters are pulled together harder than they are.
const EXAGGERATED_ROUNDS: usize = 200;
/// From how far apart items start: near enough that the forces decide where they go.
const START_SIZE: f32 = 1e-3;
/// How exact the pushing is among few items and in space; among many in the plane it is interpolated.
const THETA: f32 = 0.5;
const FEW: usize = 3_000;
/// So many items share one step of the learning rate.
const ITEMS_PER_STEP: f32 = 12.0;
const LEAST_LEARNING_RATE: f32 = 10.0;

/// What the fit is left with when the person asked to stop: it knows no other way out.
struct Stopped;

/// Lays `rows` out from `start`, `n x dims`.
pub(super) fn lay_out(
    rows: &Vectors,
    dims: usize,
    start: Vec<f32>,
    seed: u64,
    monitor: &dyn Monitor,
    frame: &mut Frame<'_>,
) -> Result<Vec<f32>> {
    let perplexity = PERPLEXITY.min((rows.len() - 1) as f32 / 3.0).max(1.0);
    let near = nearest_neighbours(rows, (3.0 * perplexity) as usize, RECALL, seed, monitor)?;
    let neighbours = table(&near, rows.len());
    let largest = start.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = START_SIZE / largest.max(f32::MIN_POSITIVE);
    let start = start.into_iter().map(|value| value * scale).collect();
    let fit = Fit { items: rows.len(), perplexity, neighbours, start, monitor, frame };
    // What several threads add up depends on who comes first, and a map must come out the same again.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = alone.map_err(|error| {
        Error::Invalid(sentence!("t-SNE cannot start: {error}.", error = error.to_string()))
    })?;
    // A stopped fit leaves nothing behind that is looked at.
    let ended = catch_unwind(AssertUnwindSafe(|| alone.install(|| fit.run_in(dims))));
    ended.map_err(|reason| match reason.downcast::<Stopped>() {
        Ok(_) => Error::Cancelled,
        Err(panic) => resume_unwind(panic),
    })
}

struct Fit<'a> {
    items: usize,
    perplexity: f32,
    neighbours: Vec<Vec<Neighbor<f32>>>,
    start: Vec<f32>,
    monitor: &'a dyn Monitor,
    frame: &'a mut Frame<'a>,
}

impl Fit<'_> {
    fn run_in(self, dims: usize) -> Vec<f32> {
        match (dims, self.items) {
            (2, FEW..) => self.run::<2>(|tsne, neighbours| {
                tsne.fit_sne_with_neighbors(neighbours);
            }),
            (2, _) => self.run::<2>(|tsne, neighbours| {
                tsne.barnes_hut_with_neighbors(THETA, neighbours);
            }),
            _ => self.run::<3>(|tsne, neighbours| {
                tsne.barnes_hut_with_neighbors(THETA, neighbours);
            }),
        }
    }

    fn run<const D: usize>(
        self,
        fit: impl FnOnce(&mut tSNE<'_, f32, (), D>, &[Vec<Neighbor<f32>>]),
    ) -> Vec<f32> {
        // Neighbours are known, so the data itself is never asked for.
        let data = vec![(); self.items];
        let (monitor, frame) = (self.monitor, RefCell::new(self.frame));
        let mut tsne: tSNE<'_, f32, (), D> = tSNE::new(&data);
        tsne.perplexity(self.perplexity)
            .epochs(ROUNDS)
            .stop_lying_epoch(EXAGGERATED_ROUNDS)
            .momentum_switch_epoch(EXAGGERATED_ROUNDS)
            .learning_rate((self.items as f32 / ITEMS_PER_STEP).max(LEAST_LEARNING_RATE))
            .initial_embedding(self.start)
            .epoch_callback(|round, positions| {
                if monitor.is_cancelled() {
                    resume_unwind(Box::new(Stopped));
                }
                monitor.progress(Stage::LayingOut, round + 1, ROUNDS);
                (frame.borrow_mut())(positions);
            });
        fit(&mut tsne, &self.neighbours);
        tsne.embedding()
    }
}

/// As the crate wants it: distances whose squares are those between unit rows, less the least of
/// the item's own. Affinities stay the same, and their exponentials, which the crate takes in 32
/// bits, do not vanish where all neighbours are far.
fn table(near: &Neighbours, items: usize) -> Vec<Vec<Neighbor<f32>>> {
    (0..items)
        .map(|item| {
            let similar = near.similarities(item);
            let closest = similar.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let distance = |cosine: f32| (2.0 * (closest - cosine)).max(0.0).sqrt();
            let neighbours = near.of(item).iter().zip(similar);
            neighbours
                .map(|(&index, &cosine)| Neighbor {
                    index: index as usize,
                    distance: distance(cosine),
                })
                .collect()
        })
        .collect()
}
