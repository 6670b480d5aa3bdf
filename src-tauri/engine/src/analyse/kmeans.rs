//! k-means: Lloyd's rounds over the tile product, with the nearest centroid
//! taken from each tile as it comes, and the k-means++ start.
//!
//! The nearest centroid `c` of a point `x` is the one with the largest
//! `x . c - |c|^2 / 2`, so the `n x k` product is never stored. After the first
//! rounds most points need not be looked at: while a point is surely nearer to
//! its own centroid than to any other, however far they moved, it stays
//! (Hamerly, "Making k-means even faster", 2010). Points may have any length.

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::centring::{CHUNK, add};
use super::product::{Columns, dot, for_each_tile_of};
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
    let threshold = if rounds.tolerance > 0.0 {
        rounds.tolerance * mean_variance(points, &squared_lengths)
    } else {
        0.0
    };
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

/// Squared distances are less certain than they look by this share of the point's squared length:
/// they are differences of sums in single precision.
const DOUBT: f32 = 4e-6;

/// Where the points are, and how long they are sure to stay.
struct State<'a> {
    points: &'a Vectors,
    squared_lengths: &'a [f32],
    nearest: Vec<u32>,
    /// The distance of every point to its centroid when it was last looked at.
    known: Vec<f32>,
    /// At least the distance of every point to its centroid now.
    upper: Vec<f32>,
    /// At most the distance of every point to any other centroid.
    lower: Vec<f32>,
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
            known: vec![f32::INFINITY; count],
            upper: vec![f32::INFINITY; count],
            lower: vec![0.0; count],
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
        let chunk_rows = CHUNK.max(self.points.len().div_ceil(24));
        let (points, squared_lengths) = (self.points, self.squared_lengths);
        let changes: Vec<Change> = self
            .nearest
            .par_chunks_mut(chunk_rows)
            .zip(self.known.par_chunks_mut(chunk_rows).zip(self.upper.par_chunks_mut(chunk_rows)))
            .zip(self.lower.par_chunks_mut(chunk_rows))
            .enumerate()
            .map(|(chunk, ((nearest, (known, upper)), lower))| {
                let first = chunk * chunk_rows;
                let mut change = Change { sums: vec![0.0; k * dim], counts: vec![0; k], moves: 0 };
                let distance = |place: usize, value: f32, doubt: f32| {
                    let square = squared_lengths[first + place];
                    (square - 2.0 * value + doubt * square).max(0.0).sqrt()
                };
                let is_doubtful = |&place: &usize| {
                    let least = lower[place];
                    // The distance changed by no more than the centroid moved. If it may have shrunk
                    // enough, one product with its own centroid can spare the products with all.
                    let at_best = known[place] - (upper[place] - known[place]);
                    if upper[place] >= least && at_best < least {
                        let own = nearest[place] as usize;
                        let value =
                            dot(points.row(first + place), centroids.row(own)) + offsets[own];
                        known[place] = distance(place, value, DOUBT);
                        upper[place] = known[place];
                    }
                    upper[place] >= least
                };
                let doubtful: Vec<usize> = (0..nearest.len()).filter(is_doubtful).collect();
                let row_at = |doubt: usize| points.row(first + doubtful[doubt]);
                for (doubt, found) in
                    nearest_centroids(doubtful.len(), row_at, &columns).into_iter().enumerate()
                {
                    let place = doubtful[doubt];
                    known[place] = distance(place, found.best, DOUBT);
                    upper[place] = known[place];
                    lower[place] = distance(place, found.second, -DOUBT);
                    if nearest[place] != found.centroid {
                        change.move_point(row_at(doubt), nearest[place], found.centroid);
                        nearest[place] = found.centroid;
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
        let largest = shifts.iter().copied().fold(0.0, f32::max);
        let mover = shifts.iter().position(|&shift| shift == largest).unwrap_or(0);
        let others = shifts.iter().enumerate().filter(|&(centroid, _)| centroid != mover);
        let second = others.fold(0.0, |best: f32, (_, &shift)| best.max(shift));
        for ((&nearest, upper), lower) in
            self.nearest.iter().zip(&mut self.upper).zip(&mut self.lower)
        {
            *upper += shifts[nearest as usize];
            // Only other centroids can have come closer.
            *lower -= if nearest as usize == mover { second } else { largest };
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
            self.known[point] = f32::INFINITY;
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

/// The best centroid of a row, and how well it and the second best suit: `x . c - |c|^2 / 2`.
#[derive(Clone, Copy)]
struct Nearest {
    centroid: u32,
    best: f32,
    second: f32,
}

/// `columns` are centroids with half their squared length taken off.
fn nearest_centroids<'a>(
    count: usize,
    row_at: impl Fn(usize) -> &'a [f32],
    columns: &Columns,
) -> Vec<Nearest> {
    let nothing = Nearest { centroid: 0, best: f32::NEG_INFINITY, second: f32::NEG_INFINITY };
    let mut found = vec![nothing; count];
    for_each_tile_of(count, row_at, columns, |tile| {
        for r in 0..tile.rows {
            let (largest, found) = (tile.largest[r], &mut found[tile.row + r]);
            if largest <= found.second {
                continue;
            }
            if largest <= found.best {
                found.second = largest;
                continue;
            }
            let mut values = tile.values[r];
            let place = values.iter().position(|&value| value == largest).unwrap_or(0);
            values[place] = f32::NEG_INFINITY;
            found.second = found.best.max(super::product::largest_of(&values));
            found.best = largest;
            found.centroid = (tile.column + place) as u32;
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
