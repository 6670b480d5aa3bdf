//! The nearest neighbours of all rows: a graph for maps and for density.
//!
//! Up to [`EXACT`] rows every pair is looked at. Beyond, rows are divided into
//! cells by k-means and every row is compared with those of the nearest cells:
//! roughly first, in bytes where the processor multiplies them faster, and the best in
//! full. How many cells are near enough is learnt from rows whose true neighbours are known.

use rayon::prelude::*;

use super::kmeans::{Rounds, lloyd, plus_plus};
use super::product::{Columns, dot, matrix};
use super::rounded::{Panels, Rounded};
use super::similarity::best_columns;
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Rows up to which every pair is looked at.
const EXACT: usize = 12_000;
/// Rows that the cells are made of, for each cell.
const SAMPLE_PER_CELL: usize = 24;
const CELL_ROUNDS: Rounds = Rounds { at_most: 6, tolerance: 1e-3 };
/// How many of the best by bytes are compared in full, for each neighbour wanted.
const RECHECKED: usize = 2;
/// Rows whose true neighbours tell how far to look.
const WITNESSES: usize = 256;

/// The nearest neighbours of every row.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// Neighbours of each row.
    pub count: usize,
    /// `n x count`, nearest first, the row itself left out.
    pub index: Vec<u32>,
    /// Their cosine similarity.
    pub similarity: Vec<f32>,
}

impl Neighbours {
    #[must_use]
    pub fn of(&self, row: usize) -> &[u32] {
        &self.index[row * self.count..][..self.count]
    }

    #[must_use]
    pub fn similarities(&self, row: usize) -> &[f32] {
        &self.similarity[row * self.count..][..self.count]
    }

    fn collect(count: usize, best: Vec<(f32, u32)>) -> Self {
        let (similarity, index) = best.into_iter().unzip();
        Self { count, index, similarity }
    }
}

/// The `count` nearest neighbours of every unit row, fewer when there are fewer rows. Of long
/// lists about the share `recall` of them is found.
///
/// # Errors
/// `Cancelled`.
pub fn nearest_neighbours(
    rows: &Vectors,
    count: usize,
    recall: f64,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Neighbours> {
    let count = count.min(rows.len().saturating_sub(1));
    if rows.len() <= EXACT || count == 0 {
        return exact(rows, count, monitor);
    }
    let cells = Cells::of(rows, seed, monitor)?;
    let step = rows.len() / WITNESSES;
    let witnesses: Vec<u32> = (0..rows.len() as u32).step_by(step).collect();
    let truth = cells.best_of_all(rows, &witnesses, count, monitor)?;
    let compared = cells.reach(&witnesses, &truth, recall);
    in_cells(rows, &cells, compared, count, monitor)
}

fn exact(rows: &Vectors, count: usize, monitor: &dyn Monitor) -> Result<Neighbours> {
    if count == 0 {
        return Ok(Neighbours::collect(0, Vec::new()));
    }
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    Ok(Neighbours::collect(count, exact_of(rows, &all, count, monitor)?))
}

/// The true neighbours of `of`.
fn exact_of(
    rows: &Vectors,
    of: &[u32],
    count: usize,
    monitor: &dyn Monitor,
) -> Result<Vec<(f32, u32)>> {
    const ROWS_AT_ONCE: usize = 256;
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let columns = Columns::pack(rows.values(), rows.dim());
    let parts: Vec<Vec<(f32, u32)>> = of
        .par_chunks(ROWS_AT_ONCE.min(of.len().div_ceil(rayon::current_num_threads()).max(1)))
        .map(|part| {
            monitor.check()?;
            Ok(best_columns(rows, part, &columns, &all, count))
        })
        .collect::<Result<_>>()?;
    Ok(parts.concat())
}

/// Rows divided by where they are.
struct Cells {
    /// Where that makes it faster.
    rounded: Option<RoundedCells>,
    /// Of each row.
    cell: Vec<u32>,
    /// All rows, cell after cell.
    rows: Vec<u32>,
    /// Where each cell begins in `rows`, and the end.
    starts: Vec<usize>,
    /// Of each cell, all cells from the nearest on, which is itself.
    nearest: Vec<Vec<u32>>,
}

struct RoundedCells {
    rows: Rounded,
    /// Of each cell.
    panels: Vec<Panels>,
}

impl Cells {
    fn of(rows: &Vectors, seed: u64, monitor: &dyn Monitor) -> Result<Self> {
        let k = rows.len().isqrt();
        let step = (rows.len() / (k * SAMPLE_PER_CELL)).max(1);
        let sample = rows.select((0..rows.len()).step_by(step));
        let centres = lloyd(&sample, plus_plus(&sample, k, seed), CELL_ROUNDS, monitor)?.centroids;
        let rounded = Rounded::of(rows);
        monitor.check()?;
        let cell = match &rounded {
            Some(rounded) => rounded.closest(&centres),
            None => {
                let once = Rounds { at_most: 0, tolerance: 0.0 };
                lloyd(rows, centres.clone(), once, monitor)?.assignment
            }
        };
        let mut starts = vec![0; k + 1];
        cell.iter().for_each(|&cell| starts[cell as usize + 1] += 1);
        for cell in 0..k {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut ordered = vec![0_u32; rows.len()];
        for (row, &cell) in cell.iter().enumerate() {
            ordered[next[cell as usize]] = row as u32;
            next[cell as usize] += 1;
        }
        let columns = Columns::pack(centres.values(), centres.dim());
        let likeness = matrix(centres.values(), &columns);
        let nearest = likeness
            .par_chunks(k)
            .enumerate()
            .map(|(own, likeness)| {
                let mut cells: Vec<u32> = (0..k as u32).collect();
                cells.sort_by(|&a, &b| {
                    (b as usize == own)
                        .cmp(&(a as usize == own))
                        .then(likeness[b as usize].total_cmp(&likeness[a as usize]))
                });
                cells
            })
            .collect();
        let rounded = rounded.map(|rows| {
            let members = |cell: usize| &ordered[starts[cell]..starts[cell + 1]];
            let panels = (0..k).into_par_iter().map(|cell| rows.pack(members(cell))).collect();
            RoundedCells { rows, panels }
        });
        Ok(Self { rounded, cell, rows: ordered, starts, nearest })
    }

    /// The best of all rows for each of `of`.
    fn best_of_all(
        &self,
        rows: &Vectors,
        of: &[u32],
        count: usize,
        monitor: &dyn Monitor,
    ) -> Result<Vec<(f32, u32)>> {
        if self.rounded.is_none() {
            return exact_of(rows, of, count, monitor);
        }
        let all: Vec<u32> = (0..self.nearest.len() as u32).collect();
        let parts: Vec<Vec<(f32, u32)>> = of
            .par_chunks(of.len().div_ceil(4 * rayon::current_num_threads()).max(1))
            .map(|part| {
                monitor.check()?;
                Ok(self.best(rows, part, &all, count))
            })
            .collect::<Result<_>>()?;
        Ok(parts.concat())
    }

    /// The best of the rows in `cells` for each of `of`, itself left out, best first.
    fn best(&self, rows: &Vectors, of: &[u32], cells: &[u32], count: usize) -> Vec<(f32, u32)> {
        let Some(rounded) = &self.rounded else {
            let near: Vec<u32> =
                cells.iter().flat_map(|&cell| self.members(cell)).copied().collect();
            let near_rows = near.iter().map(|&id| rows.row(id as usize));
            return best_columns(rows, of, &Columns::gather(near_rows, rows.dim()), &near, count);
        };
        let candidates = count * RECHECKED;
        let panels = cells.iter().map(|&cell| &rounded.panels[cell as usize]);
        let mut best = rounded.rows.best(of, panels, candidates);
        let mut kept = Vec::with_capacity(of.len() * count);
        for (&row, best) in of.iter().zip(best.chunks_exact_mut(candidates)) {
            for (similarity, id) in &mut *best {
                if *id != u32::MAX {
                    *similarity = dot(rows.row(row as usize), rows.row(*id as usize));
                }
            }
            best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            kept.extend_from_slice(&best[..count]);
        }
        kept
    }

    fn members(&self, cell: u32) -> &[u32] {
        &self.rows[self.starts[cell as usize]..self.starts[cell as usize + 1]]
    }

    /// Rows of how many cells must be looked at to see the share `recall` of the true neighbours.
    fn reach(&self, witnesses: &[u32], truth: &[(f32, u32)], recall: f64) -> usize {
        let count = truth.len() / witnesses.len().max(1);
        let mut needed: Vec<usize> = witnesses
            .iter()
            .zip(truth.chunks_exact(count))
            .flat_map(|(&row, truth)| {
                let mut so_far = 0;
                let mut until = vec![0; self.nearest.len()];
                for &cell in &self.nearest[self.cell[row as usize] as usize] {
                    so_far += self.members(cell).len();
                    until[cell as usize] = so_far;
                }
                truth.iter().map(move |&(_, id)| until[self.cell[id as usize] as usize])
            })
            .collect();
        needed.sort_unstable();
        let place = (needed.len() as f64 * recall) as usize;
        needed[place.min(needed.len() - 1)]
    }
}

/// The best among at least `compared` rows of the nearest cells.
fn in_cells(
    rows: &Vectors,
    cells: &Cells,
    compared: usize,
    count: usize,
    monitor: &dyn Monitor,
) -> Result<Neighbours> {
    let per_cell: Vec<Vec<(f32, u32)>> = (0..cells.nearest.len() as u32)
        .into_par_iter()
        .map(|cell| {
            monitor.check()?;
            let (mut near, mut rows_near) = (0, 0);
            let nearest = &cells.nearest[cell as usize];
            while rows_near < compared.max(count + 1) && near < nearest.len() {
                rows_near += cells.members(nearest[near]).len();
                near += 1;
            }
            Ok(cells.best(rows, cells.members(cell), &nearest[..near], count))
        })
        .collect::<Result<_>>()?;
    let mut found = vec![(f32::NEG_INFINITY, u32::MAX); rows.len() * count];
    for (&row, best) in cells.rows.iter().zip(per_cell.iter().flat_map(|of| of.chunks_exact(count)))
    {
        found[row as usize * count..][..count].copy_from_slice(best);
    }
    Ok(Neighbours::collect(count, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::made_up::{grouped, noise};
    use crate::monitor::Silent;

    /// Points around a few directions.
    fn points(count: usize, dim: usize) -> Vectors {
        grouped([count, 0, 40, dim], 0.8, noise(1))
    }

    #[test]
    fn many_rows_find_nearly_all_of_their_true_neighbours() {
        let rows = points(EXACT + 1_000, 24);
        let found = nearest_neighbours(&rows, 15, 0.99, 3, &Silent).expect("never cancelled");
        let some: Vec<u32> = (0..200).map(|at| at * 61 + 7).collect();
        let truth = exact_of(&rows, &some, 15, &Silent).expect("never cancelled");
        let hits = |(&row, truth): (&u32, &[(f32, u32)])| {
            truth.iter().filter(|(_, id)| found.of(row as usize).contains(id)).count()
        };
        let hits: usize = some.iter().zip(truth.chunks_exact(15)).map(hits).sum();
        assert!(hits >= 2_960, "of 3000 neighbours of other rows than the witnesses: {hits}");
        let again = nearest_neighbours(&rows, 15, 0.99, 3, &Silent).expect("never cancelled");
        assert_eq!(found, again, "repeatable");
        for row in [0, 77, EXACT] {
            assert!(found.similarities(row).is_sorted_by(|a, b| a >= b), "nearest first");
            assert!(!found.of(row).contains(&(row as u32)), "itself left out");
        }
    }

    #[test]
    fn few_rows_have_fewer_neighbours_and_one_has_none() {
        let found =
            nearest_neighbours(&points(4, 8), 15, 0.99, 3, &Silent).expect("never cancelled");
        assert_eq!((found.count, found.index.len()), (3, 12), "everybody else");
        let alone =
            nearest_neighbours(&points(1, 8), 15, 0.99, 3, &Silent).expect("never cancelled");
        assert_eq!(alone.index.len(), 0, "nobody is there");
    }
}
