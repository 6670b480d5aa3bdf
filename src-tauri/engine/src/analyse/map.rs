//! Maps: every item a point in the plane or in space, near to what is like it.
//!
//! Three ways: UMAP keeps neighbours together, t-SNE makes tight clusters, PCA
//! shows the broadest differences. The same rows and the same seed give the same map.

mod align;
mod tsne;
mod umap;

use rayon::prelude::*;

use align::aligned;

use super::centring::CHUNK;
use super::neighbours::nearest_neighbours;
use super::principal::coordinates;
use super::product::{Columns, dot, matrix};
use crate::error::{Error, Result};
use crate::monitor::{Monitor, Stage};
use crate::vectors::Vectors;

/// Neighbours that a map keeps together, and that it is judged by.
pub const NEIGHBOURS: usize = 15;
/// Share of true neighbours that a map needs: those that are missed are hardly nearer than others.
const RECALL: f64 = 0.9;
/// Items whose neighbourhoods are looked at to judge a map; fewer in a list so long that it would
/// take more comparisons than this, but not fewer than the least.
const JUDGED: usize = 400;
const LEAST_JUDGED: usize = 100;
const COMPARISONS: usize = 100_000_000;
/// Items up to which t-SNE ends before patience does.
const MOST_FOR_TSNE: usize = 50_000;

/// How items are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Umap,
    Tsne,
    Pca,
}

impl Method {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Umap => "umap",
            Self::Tsne => "tsne",
            Self::Pca => "pca",
        }
    }

    /// The method called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Umap, Self::Tsne, Self::Pca].into_iter().find(|method| method.name() == name)
    }
}

/// Is shown positions while they form, `n x dims`.
pub type Frame<'a> = dyn FnMut(&[f32]) + Send + 'a;

/// Where every item is.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// 2 or 3.
    pub dims: usize,
    /// `n x dims`, row-major, in no particular unit.
    pub positions: Vec<f32>,
    /// How far near items on the map are near in the space as well, 0 to 1, over their 15 nearest
    /// (Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", 2001).
    pub trustworthiness: f64,
}

/// Lays `rows`, of unit length, out in `dims` dimensions, so that it lies as the map `before` does
/// (`n x dims`, NaN for an item it did not have). `frame` is shown the positions as they form.
///
/// # Errors
/// `Invalid` for other dimensions than 2 and 3 and for more items than the method can take; `Cancelled`.
pub fn lay_out(
    rows: &Vectors,
    method: Method,
    dims: usize,
    before: Option<&[f32]>,
    seed: u64,
    monitor: &dyn Monitor,
    frame: &mut Frame<'_>,
) -> Result<Map> {
    if !(2..=3).contains(&dims) {
        return Err(Error::Invalid(sentence!("A map has two or three dimensions.")));
    }
    if method == Method::Tsne && rows.len() > MOST_FOR_TSNE {
        return Err(Error::Invalid(sentence!(
            "t-SNE takes too long with more than {most} texts. Choose UMAP, which is made for long lists.",
            most = MOST_FOR_TSNE
        )));
    }
    monitor.progress(Stage::LayingOut, 0, 100);
    monitor.check()?;
    // Only what is shown is turned: where a layout ends depends on where it begins, and the same
    // list has the same map.
    let mut shown = |positions: &[f32]| match before {
        Some(before) => frame(&aligned(positions, before, dims)),
        None => frame(positions),
    };
    let start = start(rows, dims);
    shown(&start);
    let positions = match method {
        // Fewer have no neighbourhoods to keep.
        _ if rows.len() <= dims + 1 => start,
        Method::Pca => start,
        Method::Tsne => tsne::lay_out(rows, dims, start, seed, monitor, &mut shown)?,
        Method::Umap => {
            // In a short list, a third of it: of nine words, the other eight would all be neighbours.
            let count = NEIGHBOURS.min((rows.len() / 3).max(2));
            let neighbours = nearest_neighbours(rows, count, RECALL, seed, monitor)?;
            let settings = umap::Settings::usual(rows.len(), dims, seed);
            umap::lay_out(&neighbours, start, &settings, monitor, &mut shown)?
        }
    };
    let positions = match before {
        Some(before) => aligned(&positions, before, dims),
        None => positions,
    };
    let trustworthiness = trustworthiness(rows, &positions, dims, monitor)?;
    monitor.progress(Stage::LayingOut, 100, 100);
    Ok(Map { dims, positions, trustworthiness })
}

/// How far from the middle the farthest item starts.
const START_SIZE: f32 = 10.0;
/// Equal items are put this far apart, so that they can part.
const JITTER: f32 = 1e-3;

/// The strongest components, in the same size for every list.
fn start(rows: &Vectors, dims: usize) -> Vec<f32> {
    let found = coordinates(rows, dims);
    let mut positions = vec![0.0_f32; rows.len() * dims];
    for (place, row) in positions.chunks_exact_mut(dims).zip(found.rows()) {
        // A list can have fewer components than a map has.
        place[..row.len()].copy_from_slice(row);
    }
    let middle: Vec<f32> = (0..dims)
        .map(|d| {
            let sum: f64 = positions.iter().skip(d).step_by(dims).map(|&x| f64::from(x)).sum();
            (sum / rows.len().max(1) as f64) as f32
        })
        .collect();
    for place in positions.chunks_exact_mut(dims) {
        place.iter_mut().zip(&middle).for_each(|(value, middle)| *value -= middle);
    }
    let largest = positions.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { START_SIZE / largest } else { 0.0 };
    for (at, value) in positions.iter_mut().enumerate() {
        let chance = (splitmix(at as u64) >> 40) as f32 / (1 << 23) as f32 - 1.0;
        *value = *value * scale + JITTER * chance;
    }
    positions
}

/// A number that looks like chance, always the same for the same `state`.
fn splitmix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Of evenly spaced items, how near in the space those are that are near on the map.
///
/// # Errors
/// `Cancelled`.
fn trustworthiness(
    rows: &Vectors,
    positions: &[f32],
    dims: usize,
    monitor: &dyn Monitor,
) -> Result<f64> {
    let n = rows.len();
    let k = NEIGHBOURS.min(n.saturating_sub(1) / 2);
    if k == 0 {
        return Ok(1.0);
    }
    let step = n.div_ceil((COMPARISONS / n).clamp(LEAST_JUDGED, JUDGED)).max(1);
    let judged: Vec<usize> = (0..n).step_by(step).collect();
    let columns = Columns::gather(judged.iter().map(|&row| rows.row(row)), rows.dim());
    let near: Vec<Near> = judged
        .par_iter()
        .enumerate()
        .map(|(column, &row)| {
            monitor.check()?;
            let ids = nearest_on_map(positions, dims, row, k);
            let products = matrix(rows.select(ids.iter().copied()).values(), &columns);
            let similarities: Vec<f32> =
                products.chunks_exact(judged.len()).map(|products| products[column]).collect();
            Ok(Near { row, ids, similarities })
        })
        .collect::<Result<_>>()?;
    let least: Vec<f32> = near
        .iter()
        .map(|near| near.similarities.iter().copied().fold(f32::INFINITY, f32::min))
        .collect();
    // How many rows are nearer in the space than each of those that are near on the map.
    let nearer: Vec<Vec<usize>> = rows
        .values()
        .par_chunks(CHUNK * rows.dim())
        .enumerate()
        .map(|(chunk, values)| {
            monitor.check()?;
            let mut nearer = vec![0; judged.len() * k];
            for (place, products) in matrix(values, &columns).chunks_exact(judged.len()).enumerate()
            {
                for (column, (&product, &least)) in products.iter().zip(&least).enumerate() {
                    if product >= least {
                        let nearer = &mut nearer[column * k..][..k];
                        near[column].count(chunk * CHUNK + place, product, nearer);
                    }
                }
            }
            Ok(nearer)
        })
        .collect::<Result<_>>()?;
    let ranks =
        (0..judged.len() * k).map(|at| 1 + nearer.iter().map(|nearer| nearer[at]).sum::<usize>());
    let penalty = ranks.map(|rank| rank.saturating_sub(k) as u64).sum::<u64>() as f64;
    let worst = (judged.len() * k * (2 * n - 3 * k - 1)) as f64 / 2.0;
    Ok(1.0 - penalty / worst.max(1.0))
}

/// Who is near an item on the map, and how alike they are to it in the space.
struct Near {
    row: usize,
    ids: Vec<usize>,
    similarities: Vec<f32>,
}

impl Near {
    /// Adds `other` to the counts of those that it is nearer than: of two that are as near, the first is.
    fn count(&self, other: usize, similarity: f32, nearer: &mut [usize]) {
        if other == self.row {
            return;
        }
        for ((&id, &own), nearer) in self.ids.iter().zip(&self.similarities).zip(nearer) {
            *nearer += usize::from(similarity > own || (similarity == own && other < id));
        }
    }
}

/// The `k` others that are nearest to `row` on the map, nearest first.
fn nearest_on_map(positions: &[f32], dims: usize, row: usize, k: usize) -> Vec<usize> {
    let own = &positions[row * dims..][..dims];
    let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(k + 1);
    for (other, place) in positions.chunks_exact(dims).enumerate() {
        let distance = place.iter().zip(own).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        let is_near = nearest.len() < k || distance < nearest[k - 1].0;
        if is_near && other != row {
            let at = nearest.partition_point(|&(kept, _)| kept <= distance);
            nearest.insert(at, (distance, other));
            nearest.truncate(k);
        }
    }
    nearest.into_iter().map(|(_, other)| other).collect()
}

/// Where every row lies between two directions: 0 at `from`, 1 at `to`, neither end being a limit.
#[must_use]
pub fn along(rows: &Vectors, from: &[f32], to: &[f32]) -> Vec<f32> {
    let axis: Vec<f32> = to.iter().zip(from).map(|(to, from)| to - from).collect();
    let (start, end) = (dot(from, &axis), dot(to, &axis));
    let length = if end - start > 1e-9 { end - start } else { 1.0 };
    (0..rows.len())
        .into_par_iter()
        .map(|row| (dot(rows.row(row), &axis) - start) / length)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::made_up;
    use crate::monitor::Silent;

    fn grouped(count: usize, groups: usize, dim: usize) -> Vectors {
        made_up::grouped([count, 0, groups, dim], 0.3, made_up::noise(1))
    }

    fn map(rows: &Vectors, method: Method, dims: usize) -> Map {
        lay_out(rows, method, dims, None, 7, &Silent, &mut |_| ()).expect("never cancelled")
    }

    /// Share of items whose nearest item on the map is of their group.
    fn purity(map: &Map, groups: usize) -> f64 {
        let n = map.positions.len() / map.dims;
        let pure = (0..n)
            .filter(|&row| {
                let near = nearest_on_map(&map.positions, map.dims, row, 1)[0];
                near % groups == row % groups
            })
            .count();
        pure as f64 / n as f64
    }

    #[test]
    fn every_way_keeps_groups_together_and_repeats_itself() {
        let rows = grouped(300, 6, 32);
        for method in [Method::Umap, Method::Tsne] {
            for dims in [2, 3] {
                let found = map(&rows, method, dims);
                assert_eq!(found.positions.len(), 300 * dims, "a place for everybody");
                let (purity, trust) = (purity(&found, 6), found.trustworthiness);
                assert!(purity > 0.97, "{method:?} in {dims} dimensions keeps groups: {purity}");
                assert!(trust > 0.93, "{method:?} in {dims} dimensions can be trusted: {trust}");
                assert_eq!(found, map(&rows, method, dims), "{method:?} repeats itself");
            }
        }
        let pca = map(&rows, Method::Pca, 3);
        assert!(purity(&pca, 6) > 0.8, "the broadest differences are between the groups");
    }

    #[test]
    fn a_handful_of_items_has_groups_as_well() {
        let pure = |seed| {
            let rows = made_up::grouped([9, 0, 3, 384], 1.9, made_up::noise(seed));
            purity(&map(&rows, Method::Umap, 2), 3)
        };
        let mean = (1..=10).map(pure).sum::<f64>() / 10.0;
        assert!(mean > 0.99, "groups of three, in ten lists of nine: {mean}");
    }

    #[test]
    fn neighbours_that_are_all_equally_far_are_told_apart() {
        // In so many dimensions, affinities would vanish in 32 bits if distances were taken whole.
        let rows = made_up::grouped([400, 0, 4, 2048], 2.0, made_up::noise(2));
        for method in [Method::Umap, Method::Tsne] {
            let purity = purity(&map(&rows, method, 2), 4);
            assert!(purity > 0.97, "{method:?} keeps groups: {purity}");
        }
    }

    #[test]
    fn lists_without_neighbourhoods_are_laid_out_as_well() {
        for count in [1, 2, 3, 4, 5, 9, 15, 16] {
            for method in [Method::Umap, Method::Tsne, Method::Pca] {
                let found = map(&grouped(count, 2, 8), method, 2);
                assert_eq!(found.positions.len(), count * 2, "{count} items by {method:?}");
                assert!(found.positions.iter().all(|x| x.is_finite()), "{count} by {method:?}");
            }
        }
        let equal = Vectors::new(4, [0.5; 4].repeat(120));
        for method in [Method::Umap, Method::Tsne, Method::Pca] {
            let found = map(&equal, method, 2);
            assert!(found.positions.iter().all(|x| x.is_finite()), "equal items by {method:?}");
        }
    }

    #[test]
    fn trustworthiness_is_the_one_over_all_pairs() {
        let rows = grouped(60, 3, 8);
        let exact = map(&rows, Method::Pca, 2).trustworthiness;
        // From the definition, with ranks by sorting.
        let positions = map(&rows, Method::Pca, 2).positions;
        let (n, k) = (60, 15);
        let mut penalty = 0;
        for i in 0..n {
            let mut order: Vec<usize> = (0..n).filter(|&j| j != i).collect();
            order.sort_by(|&a, &b| {
                dot(rows.row(i), rows.row(b)).total_cmp(&dot(rows.row(i), rows.row(a)))
            });
            for j in nearest_on_map(&positions, 2, i, k) {
                let rank = order.iter().position(|&other| other == j).expect("it is there") + 1;
                penalty += rank.saturating_sub(k);
            }
        }
        let worst = (n * k * (2 * n - 3 * k - 1)) as f64 / 2.0;
        let wanted = 1.0 - penalty as f64 / worst;
        assert!((exact - wanted).abs() < 1e-9, "{exact} is not {wanted}");
    }

    #[test]
    fn an_axis_runs_from_one_end_to_the_other() {
        let rows = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8]);
        let places = along(&rows, &[1.0, 0.0], &[0.0, 1.0]);
        assert!((places[0]).abs() < 1e-6 && (places[1] - 1.0).abs() < 1e-6, "the ends: {places:?}");
        assert!(places[2] > 0.5 && places[2] < 1.0, "closer to the second end: {places:?}");
        let same = along(&rows, &[1.0, 0.0], &[1.0, 0.0]);
        assert!(same.iter().all(|place| place.is_finite()), "equal ends are no axis: {same:?}");
    }
}
