//! k-means: Lloyd's rounds over the tile product, with the nearest centroid
//! taken from each tile as it comes, and the k-means++ start.
//!
//! The nearest centroid `c` of a point `x` is the one with the largest
//! `x . c - |c|^2 / 2`, so distances are never computed and the `n x k`
//! product is never stored. Points may have any length.

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::centring::{CHUNK, add};
use super::product::{Columns, PANEL, dot, for_each_tile};
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// When Lloyd's rounds end.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    pub at_most: usize,
    /// Stop when the centroids moved by less than this share of the points'
    /// mean variance per dimension, squared and summed (scikit-learn's `tol`). 0: only when nothing moves.
    pub tolerance: f64,
}

/// Points divided among centroids.
#[derive(Clone, Debug)]
pub struct Partition {
    /// `k x dim`.
    pub centroids: Vectors,
    /// Of every point, its nearest centroid.
    pub assignment: Vec<u32>,
    /// Sum of squared distances of the points to their centroids.
    pub inertia: f64,
    pub rounds: usize,
}

/// Lloyd's algorithm from the centroids `start`, `k x dim`. A centroid that
/// loses all its points moves to the point farthest from its own.
///
/// # Errors
/// `Cancelled`.
pub fn lloyd(
    points: &Vectors,
    start: Vectors,
    rounds: Rounds,
    monitor: &dyn Monitor,
) -> Result<Partition> {
    let squared_lengths = squared_lengths(points);
    let threshold = rounds.tolerance * mean_variance(points, &squared_lengths);
    let mut centroids = start;
    let mut round = 0;
    let mut step = assign(points, &centroids, &squared_lengths);
    while round < rounds.at_most {
        monitor.check()?;
        round += 1;
        let moved = step.means(points, &centroids);
        let shift: f64 = moved
            .values()
            .iter()
            .zip(centroids.values())
            .map(|(new, old)| (f64::from(*new) - f64::from(*old)).powi(2))
            .sum();
        centroids = moved;
        let next = assign(points, &centroids, &squared_lengths);
        let is_settled = next.nearest == step.nearest || shift <= threshold;
        step = next;
        if is_settled {
            break;
        }
    }
    let inertia = step.inertia();
    Ok(Partition { centroids, assignment: step.nearest, inertia, rounds: round })
}

/// The best by inertia of `restarts` runs from k-means++ starts, and all of
/// them: how alike they are tells how stable each part is.
///
/// # Errors
/// `Cancelled`.
pub fn restarted(
    points: &Vectors,
    k: usize,
    restarts: usize,
    rounds: Rounds,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Vec<Partition>> {
    let mut runs = (0..restarts)
        .map(|run| {
            let start = plus_plus(points, k, seed.wrapping_add(run as u64));
            lloyd(points, start, rounds, monitor)
        })
        .collect::<Result<Vec<_>>>()?;
    // Stable: of equal runs the first stays first.
    runs.sort_by(|a, b| a.inertia.total_cmp(&b.inertia));
    Ok(runs)
}

/// Starting centroids, far from each other: each next one is a point drawn
/// with a chance proportional to its squared distance from the nearest so far.
///
/// Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007.
#[must_use]
pub fn plus_plus(points: &Vectors, k: usize, seed: u64) -> Vectors {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = points.len();
    let mut distances = vec![f32::INFINITY; count];
    let mut chosen = points.row(random.random_range(0..count)).to_vec();
    for _ in 1..k {
        let last = &chosen[chosen.len() - points.dim()..];
        distances.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, distances)| {
            for (place, distance) in distances.iter_mut().enumerate() {
                let row = points.row(chunk * CHUNK + place);
                *distance = distance.min(squared_distance(row, last));
            }
        });
        let total: f64 = distances.iter().map(|&distance| f64::from(distance)).sum();
        let mut left = random.random::<f64>() * total;
        let next = distances.iter().position(|&distance| {
            left -= f64::from(distance);
            left < 0.0
        });
        // All points may lie on centroids already: any point will do then.
        let next = next.unwrap_or_else(|| random.random_range(0..count));
        chosen.extend_from_slice(points.row(next));
    }
    Vectors::new(points.dim(), chosen)
}

fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

fn squared_lengths(points: &Vectors) -> Vec<f32> {
    points.values().par_chunks(points.dim()).map(|row| dot(row, row)).collect()
}

/// Mean over the dimensions of the points' variance.
fn mean_variance(points: &Vectors, squared_lengths: &[f32]) -> f64 {
    let mean = super::centring::mean(points);
    let squares: f64 = squared_lengths.iter().map(|&square| f64::from(square)).sum();
    let of_mean: f64 = mean.iter().map(|&value| f64::from(value).powi(2)).sum();
    (squares / points.len().max(1) as f64 - of_mean).max(0.0) / points.dim() as f64
}

/// One assignment of all points.
struct Step {
    nearest: Vec<u32>,
    /// Squared distance of every point to its centroid.
    distances: Vec<f32>,
    /// `k x dim`, sums of the points of each centroid.
    sums: Vec<f64>,
    counts: Vec<usize>,
}

fn assign(points: &Vectors, centroids: &Vectors, squared_lengths: &[f32]) -> Step {
    let (dim, k) = (points.dim(), centroids.len());
    let columns = Columns::pack(centroids.values(), dim);
    let mut offsets = vec![f32::NEG_INFINITY; k.next_multiple_of(PANEL)];
    for (offset, centroid) in offsets.iter_mut().zip(centroids.rows()) {
        *offset = -0.5 * dot(centroid, centroid);
    }
    let mut nearest = vec![0_u32; points.len()];
    let mut distances = vec![0.0_f32; points.len()];
    // A chunk's sums are added to the total in the order of the chunks. Chunks grow with the
    // list so that their sums never take more memory than the points.
    let chunk_rows = CHUNK.max(points.len().div_ceil(64));
    let parts: Vec<(Vec<f32>, Vec<usize>)> = nearest
        .par_chunks_mut(chunk_rows)
        .zip(distances.par_chunks_mut(chunk_rows))
        .enumerate()
        .map(|(chunk, (nearest, distances))| {
            let first = chunk * chunk_rows;
            let rows = &points.values()[first * dim..][..nearest.len() * dim];
            distances.fill(f32::NEG_INFINITY);
            for_each_tile(rows, &columns, |tile| {
                let offsets = &offsets[tile.column..][..PANEL];
                for r in 0..tile.rows {
                    let (value, place) = largest_sum(&tile.values[r], offsets);
                    if value > distances[tile.row + r] {
                        distances[tile.row + r] = value;
                        nearest[tile.row + r] = (tile.column + place) as u32;
                    }
                }
            });
            let mut sums = vec![0.0_f32; k * dim];
            let mut counts = vec![0_usize; k];
            for ((row, &centroid), (distance, square)) in rows
                .chunks_exact(dim)
                .zip(&*nearest)
                .zip(distances.iter_mut().zip(&squared_lengths[first..]))
            {
                let sum = &mut sums[centroid as usize * dim..][..dim];
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                counts[centroid as usize] += 1;
                *distance = (square - 2.0 * *distance).max(0.0);
            }
            (sums, counts)
        })
        .collect();
    let mut step = Step { nearest, distances, sums: vec![0.0; k * dim], counts: vec![0; k] };
    for (sums, counts) in &parts {
        add(&mut step.sums, sums);
        step.counts.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    step
}

/// The largest of `values[i] + offsets[i]` and its first place.
fn largest_sum(values: &[f32; PANEL], offsets: &[f32]) -> (f32, usize) {
    let mut sums = [0.0_f32; PANEL];
    for ((sum, value), offset) in sums.iter_mut().zip(values).zip(offsets) {
        *sum = value + offset;
    }
    let largest =
        sums.iter().fold(f32::NEG_INFINITY, |best, &sum| if sum > best { sum } else { best });
    (largest, sums.iter().position(|&sum| sum == largest).unwrap_or(0))
}

impl Step {
    /// The centroids of the assigned points, `k x dim`.
    fn means(&mut self, points: &Vectors, centroids: &Vectors) -> Vectors {
        self.fill_empty(points);
        let dim = points.dim();
        let mut values = Vec::with_capacity(self.sums.len());
        for (centroid, (sum, &count)) in self.sums.chunks_exact(dim).zip(&self.counts).enumerate() {
            if count == 0 {
                values.extend_from_slice(centroids.row(centroid));
            } else {
                values.extend(sum.iter().map(|value| (value / count as f64) as f32));
            }
        }
        Vectors::new(dim, values)
    }

    /// Gives every centroid without points the point farthest from its own centroid.
    fn fill_empty(&mut self, points: &Vectors) {
        let empty: Vec<usize> =
            (0..self.counts.len()).filter(|&centroid| self.counts[centroid] == 0).collect();
        if empty.is_empty() {
            return;
        }
        let mut farthest: Vec<usize> = (0..points.len()).collect();
        farthest.sort_by(|&a, &b| self.distances[b].total_cmp(&self.distances[a]).then(a.cmp(&b)));
        let dim = points.dim();
        for (centroid, point) in empty.into_iter().zip(farthest) {
            let from = self.nearest[point] as usize;
            if self.counts[from] < 2 {
                continue;
            }
            for (dimension, &value) in points.row(point).iter().enumerate() {
                self.sums[from * dim + dimension] -= f64::from(value);
                self.sums[centroid * dim + dimension] += f64::from(value);
            }
            self.counts[from] -= 1;
            self.counts[centroid] += 1;
            self.nearest[point] = centroid as u32;
            self.distances[point] = 0.0;
        }
    }

    fn inertia(&self) -> f64 {
        self.distances.iter().map(|&distance| f64::from(distance)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::Silent;

    const UNTIL_SETTLED: Rounds = Rounds { at_most: 100, tolerance: 0.0 };

    fn corners(per_corner: usize) -> Vectors {
        let values = (0..4 * per_corner)
            .flat_map(|index| {
                let corner = index % 4;
                let near = (index / 4) as f32 * 0.001;
                [(corner % 2) as f32 * 10.0 + near, (corner / 2) as f32 * 10.0 - near]
            })
            .collect();
        Vectors::new(2, values)
    }

    #[test]
    fn points_in_four_corners_make_four_parts() {
        let points = corners(25);
        let best =
            &restarted(&points, 4, 4, UNTIL_SETTLED, 7, &Silent).expect("nothing cancels")[0];
        for index in 0..points.len() {
            assert_eq!(
                best.assignment[index],
                best.assignment[index % 4],
                "point {index} belongs with its corner"
            );
        }
        let brute: f64 = (0..points.len())
            .map(|i| {
                f64::from(squared_distance(
                    points.row(i),
                    best.centroids.row(best.assignment[i] as usize),
                ))
            })
            .sum();
        assert!(
            (best.inertia - brute).abs() < 1e-2,
            "inertia {} is the sum of squares {brute}",
            best.inertia
        );
    }

    #[test]
    fn a_centroid_that_loses_its_points_gets_the_farthest_one() {
        let points = corners(5);
        let start = Vectors::new(2, vec![0.0, 0.0, 10.0, 10.0, 500.0, 500.0]);
        let partition = lloyd(&points, start, UNTIL_SETTLED, &Silent).expect("nothing cancels");
        for centroid in 0..3 {
            assert!(partition.assignment.contains(&centroid), "centroid {centroid} has points");
        }
    }

    #[test]
    fn equal_points_do_not_break_the_start() {
        let points = Vectors::new(2, [0.6, 0.8].repeat(9));
        let runs = restarted(&points, 3, 2, UNTIL_SETTLED, 1, &Silent).expect("nothing cancels");
        assert!(runs[0].inertia < 1e-6, "equal points lie on their centroid");
    }

    #[test]
    fn the_same_seed_gives_the_same_parts() {
        let points = corners(300);
        let run = || restarted(&points, 7, 3, UNTIL_SETTLED, 11, &Silent).expect("nothing cancels");
        assert_eq!(run()[0].centroids, run()[0].centroids, "to the last bit");
    }
}
