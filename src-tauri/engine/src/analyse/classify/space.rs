//! What classifying works in.

use std::sync::Arc;

use rayon::prelude::*;

use crate::analyse::centring::{CHUNK, Centred, centred};
use crate::analyse::principal::project;
use crate::analyse::similarity::{neighbours, smoothed};
use crate::vectors::Vectors;

/// Neighbours that are looked for, fewer in a list of under 64.
const NEIGHBOURS: usize = 8;
/// How much of an item becomes its neighbours'.
const COMPANY_SHARE: f32 = 0.15;
/// In lists longer than this, neighbours are looked for along the strongest components only.
const LONG: usize = 10_000;
const COMPONENTS: usize = 64;
/// In lists longer than this, only some items' neighbours are known: enough to see how far
/// neighbours agree, but nobody is moved by them. Neighbours among a part of the list would be
/// worse than none.
const VERY_LONG: usize = 40_000;
const WITNESSES: usize = 2_000;

/// A list's vectors without what they have in common, and who keeps whose
/// company. Made once for a list.
pub struct Space {
    centred: Arc<Centred>,
    /// The rows moved towards their neighbours, where neighbours are known of all.
    smooth: Option<Vectors>,
    /// Items whose neighbours are known.
    witnesses: Vec<u32>,
    company: usize,
    /// `witnesses x company`.
    neighbours: Vec<u32>,
}

impl Space {
    #[must_use]
    pub fn new(vectors: &Vectors) -> Self {
        Self::over(Arc::new(Centred::of(vectors)))
    }

    #[must_use]
    pub fn over(centred: Arc<Centred>) -> Self {
        let rows = &centred.rows;
        let count = rows.len();
        let company = (count / 8).clamp(usize::from(count > 2), NEIGHBOURS);
        let all: Vec<u32> = (0..count as u32).collect();
        let step = if count > VERY_LONG { count.div_ceil(WITNESSES) } else { 1 };
        let witnesses: Vec<u32> = all.iter().copied().step_by(step).collect();
        let neighbours = match company {
            0 => Vec::new(),
            _ if count > LONG => {
                let short = project(rows, COMPONENTS.min(rows.dim()));
                neighbours(&short, &witnesses, &all, company)
            }
            _ => neighbours(rows, &witnesses, &all, company),
        };
        let smooth = (company > 0 && witnesses.len() == count)
            .then(|| smoothed(rows, &neighbours, company, COMPANY_SHARE));
        Self { centred, smooth, witnesses, company, neighbours }
    }

    /// The centred rows, `n x dim`.
    #[must_use]
    pub fn rows(&self) -> &Vectors {
        &self.centred.rows
    }

    /// The centred rows, each moved a little towards its neighbours if those
    /// are known, `n x dim`.
    #[must_use]
    pub fn smooth(&self) -> &Vectors {
        self.smooth.as_ref().unwrap_or_else(|| self.rows())
    }

    /// Whether anything is known of who is near whom.
    #[must_use]
    pub fn knows_neighbours(&self) -> bool {
        self.company > 0
    }

    /// The neighbours of an item, as many for each; `None` in lists where they are not known of all.
    #[must_use]
    pub fn neighbours_of(&self, item: usize) -> Option<&[u32]> {
        self.smooth.as_ref()?;
        Some(&self.neighbours[item * self.company..][..self.company])
    }

    /// The mean row of the list.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.centred.mean
    }

    /// Vectors of other texts without what the list has in common.
    #[must_use]
    pub fn centre(&self, vectors: &Vectors) -> Vectors {
        centred(vectors, &self.centred.mean)
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
        let same: usize = self
            .witnesses
            .par_iter()
            .zip(self.neighbours.par_chunks(self.company))
            .with_min_len(CHUNK)
            .map(|(&item, neighbours)| {
                let own = topic[item as usize];
                neighbours.iter().filter(|&&other| topic[other as usize] == own).count()
            })
            .sum();
        let share = same as f64 / self.neighbours.len() as f64;
        ((share - by_chance) / (1.0 - by_chance).max(1e-9)).max(0.0) as f32
    }
}
