//! Other ways to group rows, as the crate `linfa-clustering` does them: a mixture of
//! Gaussians, DBSCAN and OPTICS. They want few dimensions and not too many rows.

use linfa::DatasetBase;
use linfa::traits::{Fit as _, Predict as _, Transformer as _};
use linfa_clustering::{Dbscan, GaussianMixtureModel, Optics};
use ndarray::Array2;

use super::principal::project;
use crate::error::{Error, Result};
use crate::sentence::Sentence;
use crate::vectors::Vectors;

/// Rows that they end with before patience does.
const MOST_ROWS: usize = 20_000;
/// Dimensions in which distances still differ.
const COMPONENTS: usize = 12;
/// So many rows of the densest are dense enough to begin a group.
const DENSE_SHARE: f64 = 0.6;
/// Keeps a Gaussian from closing in on a single row.
const LEAST_VARIANCE: f64 = 1e-4;

/// `k` groups that may differ in width and overlap.
///
/// # Errors
/// `Invalid` for too many rows, and when no mixture fits.
pub fn gaussian(points: &Vectors, k: usize) -> Result<Vec<Option<u32>>> {
    let points = reduced(points)?;
    let data = DatasetBase::from(points);
    let mixture = GaussianMixtureModel::params(k)
        .n_runs(3)
        .reg_covariance(LEAST_VARIANCE)
        .fit(&data)
        .map_err(|error| {
            Error::Invalid(sentence!(
                "A mixture of {k} Gaussians cannot be fitted to this list: {error}. Choose fewer topics or another way.",
                k,
                error = error.to_string()
            ))
        })?;
    Ok(mixture.predict(&data).iter().map(|&group| Some(group as u32)).collect())
}

/// Groups of at least `smallest` rows that hang together densely; one density for all.
///
/// # Errors
/// `Invalid` for too many rows.
pub fn dbscan(points: &Vectors, smallest: usize) -> Result<Vec<Option<u32>>> {
    let points = reduced(points)?;
    let reach = usual_distance(&points, smallest);
    let params = Dbscan::params(smallest).tolerance(reach);
    let found = params
        .transform(&points)
        .map_err(|error| Error::Invalid(Sentence::verbatim(error.to_string())))?;
    Ok(found.iter().map(|group| group.map(|group| group as u32)).collect())
}

/// As [`dbscan`], going from row to next row, so that a group ends where the next is farther than usual.
///
/// # Errors
/// `Invalid` for too many rows.
pub fn optics(points: &Vectors, smallest: usize) -> Result<Vec<Option<u32>>> {
    let points = reduced(points)?;
    let reach = usual_distance(&points, smallest);
    let params = Optics::params(smallest).tolerance(reach * 2.0);
    let found = params
        .transform(points.view())
        .map_err(|error| Error::Invalid(Sentence::verbatim(error.to_string())))?;
    let mut groups = vec![None; points.nrows()];
    let mut next = 0;
    let mut run: Vec<usize> = Vec::new();
    let mut close = |run: &mut Vec<usize>| {
        if run.len() >= smallest {
            run.iter().for_each(|&row| groups[row] = Some(next));
            next += 1;
        }
        run.clear();
    };
    for sample in found.iter() {
        let is_near = sample.reachability_distance().is_some_and(|distance| distance <= reach);
        if !is_near {
            close(&mut run);
        }
        // The first of a group is far from the one before, but dense itself.
        if is_near || sample.core_distance().is_some_and(|distance| distance <= reach) {
            run.push(sample.index());
        }
    }
    close(&mut run);
    Ok(groups)
}

fn reduced(points: &Vectors) -> Result<Array2<f64>> {
    if points.len() > MOST_ROWS {
        return Err(Error::Invalid(sentence!(
            "This way is too slow for more than {most} texts. Choose k-means or HDBSCAN.",
            most = MOST_ROWS
        )));
    }
    let reduced = project(points, COMPONENTS.min(points.len()));
    let values = reduced.values().iter().map(|&value| f64::from(value)).collect();
    Array2::from_shape_vec((reduced.len(), reduced.dim()), values)
        .map_err(|error| Error::Invalid(Sentence::verbatim(error.to_string())))
}

/// How far the `smallest`-th nearest row is, of the last row that counts as dense; of long lists
/// from evenly spaced rows.
fn usual_distance(points: &Array2<f64>, smallest: usize) -> f64 {
    const WITNESSES: usize = 1_000;
    let step = points.nrows().div_ceil(WITNESSES).max(1);
    let mut cores: Vec<f64> = (0..points.nrows())
        .step_by(step)
        .map(|row| {
            let own = points.row(row);
            let mut distances: Vec<f64> = points
                .rows()
                .into_iter()
                .map(|other| own.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>())
                .collect();
            let place = smallest.min(distances.len()) - 1;
            distances.select_nth_unstable_by(place, f64::total_cmp).1.sqrt()
        })
        .collect();
    cores.sort_by(f64::total_cmp);
    cores.get((cores.len() as f64 * DENSE_SHARE) as usize).copied().unwrap_or(0.0).max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::made_up::{grouped, noise};

    fn rows() -> Vectors {
        grouped([150, 0, 3, 16], 0.2, noise(3))
    }

    /// Share of pairs of placed rows that are together as they should be.
    fn purity(found: &[Option<u32>]) -> f64 {
        let (mut right, mut all) = (0, 0);
        for (a, group) in found.iter().enumerate().filter(|(_, group)| group.is_some()) {
            for (b, other) in found.iter().enumerate().filter(|(_, group)| group.is_some()) {
                all += 1;
                right += usize::from((group == other) == (a % 3 == b % 3));
            }
        }
        f64::from(right as u32) / f64::from(all.max(1))
    }

    #[test]
    fn every_way_finds_groups_that_stand_apart() {
        let ways = [
            ("gaussian", gaussian(&rows(), 3)),
            ("dbscan", dbscan(&rows(), 5)),
            ("optics", optics(&rows(), 5)),
        ];
        for (way, found) in ways {
            let found = found.expect("not too many");
            let placed = found.iter().flatten().count();
            assert!(placed > 75, "{way} places most: {placed}");
            assert!(purity(&found) > 0.95, "{way} tells them apart: {}", purity(&found));
        }
    }

    #[test]
    fn too_many_rows_are_refused_with_a_sentence() {
        let many = Vectors::new(1, vec![1.0; MOST_ROWS + 1]);
        let error = dbscan(&many, 5).expect_err("refused").to_string();
        assert!(error.contains("Choose k-means"), "it says what to do instead: {error}");
    }
}
