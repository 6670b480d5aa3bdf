//! k-means: Lloyd's rounds over the tile product, with the nearest centroid
//! taken from each tile as it comes, and the k-means++ start.
//!
//! The nearest centroid `c` of a point `x` is the one with the largest
//! `x . c - |c|^2 / 2`, so the `n x k` product is never stored. After the first
//! rounds most points need not be looked at: while a point is surely nearer to
//! its own centroid than to any other, however far they moved, it stays. Bounds
//! are kept for groups of centroids, as one that moves far should not cast doubt
//! on all (Ding et al., "Yinyang k-means", 2015). Points may have any length.

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::centring::{CHUNK, add};
use super::product::{Columns, dot, for_each_tile};
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
    let mut state = State::new(points, &squared_lengths, centroids.len());
    state.assign(&centroids);
    let mut round = 0;
    while round < rounds.at_most {
        monitor.check()?;
        round += 1;
        let moved = state.means(&centroids);
        let shifts: Vec<f32> = moved
            .rows()
            .zip(centroids.rows())
            .map(|(new, old)| squared_distance(new, old).sqrt())
            .collect();
        let shift: f64 = shifts.iter().map(|&shift| f64::from(shift).powi(2)).sum();
        centroids = moved;
        state.loosen(&shifts);
        let is_settled = state.assign(&centroids) == 0 || shift <= threshold;
        if is_settled {
            break;
        }
    }
    let inertia = state.inertia(&centroids);
    Ok(Partition { centroids, assignment: state.nearest, inertia, rounds: round })
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

/// Summed in eight lanes.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f32 = rest.map(|(x, y)| (x - y) * (x - y)).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += (x - y) * (x - y);
        }
    }
    lanes.iter().sum::<f32>() + rest
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

/// Points looked at together: their rows and a panel of centroids fit a core's second cache.
const GATHERED: usize = 256;
/// Squared distances are less certain than they look by this share of the point's squared length:
/// they are differences of sums in single precision.
const DOUBT: f32 = 4e-6;

/// Groups of centroids that share a bound: centroid `c` is in group `c % GROUPS`, so that a
/// group's best is one lane of a tile's values taken eight at a time.
const GROUPS: usize = 8;

/// Where the points are, and how long they are sure to stay.
struct State<'a> {
    points: &'a Vectors,
    squared_lengths: &'a [f32],
    nearest: Vec<u32>,
    /// At least the distance of every point to its centroid.
    upper: Vec<f32>,
    /// At most the distance of every point to any other centroid of each group.
    lower: Vec<[f32; GROUPS]>,
    /// `k x dim`, sums of the points of each centroid.
    sums: Vec<f64>,
    counts: Vec<usize>,
}

/// What a chunk of points changed.
struct Change {
    /// `k x dim`: points that came less points that went.
    sums: Vec<f32>,
    counts: Vec<isize>,
    moves: usize,
}

impl<'a> State<'a> {
    fn new(points: &'a Vectors, squared_lengths: &'a [f32], k: usize) -> Self {
        let count = points.len();
        Self {
            points,
            squared_lengths,
            nearest: vec![u32::MAX; count],
            upper: vec![f32::INFINITY; count],
            lower: vec![[0.0; GROUPS]; count],
            sums: vec![0.0; k * points.dim()],
            counts: vec![0; k],
        }
    }

    /// Puts every point that may have to move with its nearest centroid, and counts those that moved.
    fn assign(&mut self, centroids: &Vectors) -> usize {
        let (dim, k) = (centroids.dim(), centroids.len());
        let offsets: Vec<f32> =
            centroids.rows().map(|centroid| -0.5 * dot(centroid, centroid)).collect();
        let columns = Columns::pack(centroids.values(), dim).with_offsets(offsets.iter().copied());
        // Changes are added up in the order of the chunks, so that threads make no difference. Chunks
        // grow with the list so that their sums never take more memory than the points.
        let chunk_rows = CHUNK.max(self.points.len().div_ceil(64));
        let (points, squared_lengths) = (self.points, self.squared_lengths);
        let changes: Vec<Change> = self
            .nearest
            .par_chunks_mut(chunk_rows)
            .zip(self.upper.par_chunks_mut(chunk_rows))
            .zip(self.lower.par_chunks_mut(chunk_rows))
            .enumerate()
            .map(|(chunk, ((nearest, upper), lower))| {
                let first = chunk * chunk_rows;
                let mut change = Change { sums: vec![0.0; k * dim], counts: vec![0; k], moves: 0 };
                let distance = |place: usize, value: f32, doubt: f32| {
                    let square = squared_lengths[first + place];
                    (square - 2.0 * value + doubt * square).max(0.0).sqrt()
                };
                let is_doubtful = |&place: &usize| {
                    let least = lower[place].iter().copied().fold(f32::INFINITY, f32::min);
                    if upper[place] >= least && upper[place].is_finite() {
                        // One product with its own centroid may spare the products with all.
                        let own = nearest[place] as usize;
                        let value =
                            dot(points.row(first + place), centroids.row(own)) + offsets[own];
                        upper[place] = distance(place, value, DOUBT);
                    }
                    upper[place] >= least
                };
                let doubtful: Vec<usize> = (0..nearest.len()).filter(is_doubtful).collect();
                for places in doubtful.chunks(GATHERED) {
                    let all = &points.values()[first * dim..];
                    let gathered: Vec<f32>;
                    let rows = if places[places.len() - 1] - places[0] < places.len() {
                        &all[places[0] * dim..][..places.len() * dim]
                    } else {
                        let mut rows = Vec::with_capacity(places.len() * dim);
                        places
                            .iter()
                            .for_each(|place| rows.extend_from_slice(&all[place * dim..][..dim]));
                        gathered = rows;
                        &gathered
                    };
                    let found = nearest_centroids(rows, &columns);
                    for ((&place, row), found) in
                        places.iter().zip(rows.chunks_exact(dim)).zip(found)
                    {
                        upper[place] = distance(place, found.best, DOUBT);
                        lower[place] = found.others.map(|value| distance(place, value, -DOUBT));
                        if nearest[place] != found.centroid {
                            change.move_point(row, nearest[place], found.centroid);
                            nearest[place] = found.centroid;
                        }
                    }
                }
                change
            })
            .collect();
        for change in &changes {
            add(&mut self.sums, &change.sums);
            for (count, change) in self.counts.iter_mut().zip(&change.counts) {
                *count = count.saturating_add_signed(*change);
            }
        }
        changes.iter().map(|change| change.moves).sum()
    }

    /// Takes into account that the centroids moved by `shifts`.
    fn loosen(&mut self, shifts: &[f32]) {
        let mut of_group = [0.0_f32; GROUPS];
        for (centroid, &shift) in shifts.iter().enumerate() {
            of_group[centroid % GROUPS] = of_group[centroid % GROUPS].max(shift);
        }
        for ((&nearest, upper), lower) in
            self.nearest.iter().zip(&mut self.upper).zip(&mut self.lower)
        {
            *upper += shifts[nearest as usize];
            lower.iter_mut().zip(&of_group).for_each(|(lower, shift)| *lower -= shift);
        }
    }

    /// The centroids of the assigned points, `k x dim`.
    fn means(&mut self, centroids: &Vectors) -> Vectors {
        self.fill_empty(centroids);
        let dim = centroids.dim();
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
    fn fill_empty(&mut self, centroids: &Vectors) {
        let empty: Vec<u32> =
            (0..).zip(&self.counts).filter(|(_, count)| **count == 0).map(|(c, _)| c).collect();
        if empty.is_empty() {
            return;
        }
        let distances = self.squared_distances(centroids);
        let mut farthest: Vec<usize> = (0..self.points.len()).collect();
        farthest.sort_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
        let mut farthest = farthest.into_iter();
        for centroid in empty {
            let spare = farthest.find(|&point| self.counts[self.nearest[point] as usize] > 1);
            let Some(point) = spare else { return };
            let mut change = Change {
                sums: vec![0.0; self.sums.len()],
                counts: vec![0; self.counts.len()],
                moves: 0,
            };
            change.move_point(self.points.row(point), self.nearest[point], centroid);
            add(&mut self.sums, &change.sums);
            self.counts[self.nearest[point] as usize] -= 1;
            self.counts[centroid as usize] += 1;
            self.nearest[point] = centroid;
            // Looked at again in the next round.
            self.upper[point] = f32::INFINITY;
        }
    }

    fn inertia(&self, centroids: &Vectors) -> f64 {
        self.squared_distances(centroids).iter().map(|&distance| f64::from(distance)).sum()
    }

    /// Of every point to its centroid, exactly.
    fn squared_distances(&self, centroids: &Vectors) -> Vec<f32> {
        let nearest = self.nearest.par_iter().map(|&centroid| centroids.row(centroid as usize));
        let rows = self.points.values().par_chunks_exact(self.points.dim());
        rows.zip(nearest).map(|(row, centroid)| squared_distance(row, centroid)).collect()
    }
}

impl Change {
    /// `from` is no centroid for a point that has none yet.
    fn move_point(&mut self, row: &[f32], from: u32, to: u32) {
        let dim = row.len();
        if let Some(sum) = self.sums.get_mut(from as usize * dim..) {
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum -= value);
            self.counts[from as usize] -= 1;
        }
        self.sums[to as usize * dim..].iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        self.counts[to as usize] += 1;
        self.moves += 1;
    }
}

/// The best centroid of a row, how well it suits (`x . c - |c|^2 / 2`), and how well
/// the best other one of each group does.
#[derive(Clone, Copy)]
struct Nearest {
    centroid: u32,
    best: f32,
    others: [f32; GROUPS],
}

/// `columns` are centroids with half their squared length taken off.
fn nearest_centroids(rows: &[f32], columns: &Columns) -> Vec<Nearest> {
    let nothing =
        Nearest { centroid: 0, best: f32::NEG_INFINITY, others: [f32::NEG_INFINITY; GROUPS] };
    let mut found = vec![nothing; rows.len() / columns.dim()];
    for_each_tile(rows, columns, |tile| {
        for r in 0..tile.rows {
            let (mut values, largest) = (tile.values[r], tile.largest[r]);
            let found = &mut found[tile.row + r];
            if largest > found.best {
                let place = values.iter().position(|&value| value == largest).unwrap_or(0);
                let former = &mut found.others[found.centroid as usize % GROUPS];
                *former = former.max(found.best);
                found.best = largest;
                found.centroid = (tile.column + place) as u32;
                values[place] = f32::NEG_INFINITY;
            }
            for group in values.chunks_exact(GROUPS) {
                for (other, &value) in found.others.iter_mut().zip(group) {
                    *other = if value > *other { value } else { *other };
                }
            }
        }
    });
    found
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
