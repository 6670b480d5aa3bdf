//! What classifying works in.

use rayon::prelude::*;

use crate::analyse::centring::{CHUNK, centred, mean};
use crate::analyse::principal::project;
use crate::analyse::similarity::{neighbours, smoothed};
use crate::vectors::Vectors;

/// Neighbours an item is smoothed with, fewer in a list of under 64.
const NEIGHBOURS: usize = 8;
/// How much of an item becomes its neighbours'.
const COMPANY_SHARE: f32 = 0.15;
/// In longer lists neighbours are looked for along the strongest components and among evenly
/// spaced items.
const LONG: usize = 8_192;
const COMPONENTS: usize = 64;

/// A list's vectors without what they have in common, and who keeps whose
/// company. Made once for a list.
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
        let company = (count / 8).clamp(usize::from(count > 2), NEIGHBOURS);
        let step = count.div_ceil(LONG).max(1);
        let candidates: Vec<u32> = (0..count as u32).step_by(step).collect();
        let neighbours = match company {
            0 => Vec::new(),
            _ if step == 1 => neighbours(&rows, &candidates, company),
            _ => neighbours(&project(&rows, COMPONENTS.min(rows.dim())), &candidates, company),
        };
        let smooth = smoothed(&rows, &neighbours, company, COMPANY_SHARE);
        Self { mean, rows, smooth, company, neighbours }
    }

    /// The centred rows, `n x dim`.
    #[must_use]
    pub fn rows(&self) -> &Vectors {
        &self.rows
    }

    /// The centred rows, each moved a little towards its neighbours, `n x dim`.
    #[must_use]
    pub fn smooth(&self) -> &Vectors {
        &self.smooth
    }

    /// How many neighbours are known of every item.
    #[must_use]
    pub fn company(&self) -> usize {
        self.company
    }

    #[must_use]
    pub fn neighbours_of(&self, item: usize) -> &[u32] {
        &self.neighbours[item * self.company..][..self.company]
    }

    /// The mean row of the list.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Vectors of other texts without what the list has in common.
    #[must_use]
    pub fn centre(&self, vectors: &Vectors) -> Vectors {
        centred(vectors, &self.mean)
    }

    /// How many neighbours are in the same of `k` topics: 0 as many as by chance, 1 all.
    #[must_use]
    pub fn agreement(&self, topic: &[u32], k: usize) -> f32 {
        if self.company == 0 {
            return 0.0;
        }
        let mut sizes = vec![0_usize; k];
        topic.iter().for_each(|&topic| sizes[topic as usize] += 1);
        let count = topic.len() as f64;
        let by_chance: f64 = sizes.iter().map(|&size| (size as f64 / count).powi(2)).sum();
        let same: usize = (0..topic.len())
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|item| {
                let alike = |&&other: &&u32| topic[other as usize] == topic[item];
                self.neighbours_of(item).iter().filter(alike).count()
            })
            .sum();
        let share = same as f64 / (count * self.company as f64);
        ((share - by_chance) / (1.0 - by_chance).max(1e-9)).max(0.0) as f32
    }
}
