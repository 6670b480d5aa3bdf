//! Principal components: the directions in which a list varies most.

use faer::{Mat, Side};
use rayon::prelude::*;

use super::centring::{CHUNK, normalise};
use super::product::{Columns, matrix, tall_matrix};
use crate::vectors::Vectors;

/// Rows from which the directions are learnt; more change nothing that could be seen.
pub(super) const SAMPLE: usize = 20_000;

/// `rows` in the coordinates of their first `count` principal components,
/// each row scaled to unit length: `n x min(count, dim)`.
///
/// The rows are taken as they are: take the mean out first.
#[must_use]
pub fn project(rows: &Vectors, count: usize) -> Vectors {
    let coordinates = coordinates(rows, count);
    let axes = coordinates.dim();
    let mut values = coordinates.into_values();
    values.par_chunks_mut(axes).for_each(normalise);
    Vectors::new(axes, values)
}

/// As [`project`], each row as long as it is in these coordinates.
#[must_use]
pub fn coordinates(rows: &Vectors, count: usize) -> Vectors {
    let axes = axes(rows, count);
    let columns = Columns::pack(axes.values(), rows.dim());
    Vectors::new(axes.len(), tall_matrix(rows, &columns))
}

/// The `min(count, dim)` directions of largest variance, strongest first,
/// `count x dim`; each with its largest number positive, so that the sign is not left to chance.
pub(super) fn axes(rows: &Vectors, count: usize) -> Vectors {
    let dim = rows.dim();
    let second_moment = second_moment(rows);
    let matrix = Mat::from_fn(dim, dim, |i, j| second_moment[i.max(j) * dim + i.min(j)]);
    let count = count.min(dim);
    let Ok(eigen) = matrix.self_adjoint_eigen(Side::Lower) else {
        // Only numbers that are not finite could keep it from converging, and vectors are checked when
        // they are made. The first coordinates are then as good as any.
        return Vectors::new(
            dim,
            (0..count * dim).map(|at| f32::from(u8::from(at / dim == at % dim))).collect(),
        );
    };
    let mut values = Vec::with_capacity(count * dim);
    for axis in 0..count {
        // Eigenvalues come in ascending order.
        let column = eigen.U().col(dim - 1 - axis);
        let largest = column
            .iter()
            .copied()
            .fold(0.0_f64, |best, value| if value.abs() > best.abs() { value } else { best });
        values.extend(column.iter().map(|&value| (value * largest.signum()) as f32));
    }
    Vectors::new(dim, values)
}

/// Lower triangle of the sum of outer products, `dim x dim`, over evenly spaced rows.
fn second_moment(rows: &Vectors) -> Vec<f64> {
    let dim = rows.dim();
    let step = rows.len().div_ceil(SAMPLE).max(1);
    let chosen: Vec<usize> = (0..rows.len()).step_by(step).collect();
    // Dimension by dimension, so that a product of two dimensions is one dot product over the sample.
    let mut by_dimension = vec![0.0_f32; dim * chosen.len()];
    for (place, &index) in chosen.iter().enumerate() {
        for (dimension, &value) in rows.row(index).iter().enumerate() {
            by_dimension[dimension * chosen.len() + place] = value;
        }
    }
    let mut sums = vec![0.0_f64; dim * dim];
    // Summed in stretches, as a long sum in single precision would lose digits.
    for start in (0..chosen.len()).step_by(CHUNK) {
        let end = chosen.len().min(start + CHUNK);
        let part: Vec<f32> = (0..dim)
            .flat_map(|d| by_dimension[d * chosen.len()..][start..end].iter().copied())
            .collect();
        let columns = Columns::pack(&part, end - start);
        let products: Vec<f32> = part
            .par_chunks(32 * (end - start))
            .flat_map_iter(|chunk| matrix(chunk, &columns))
            .collect();
        sums.iter_mut().zip(&products).for_each(|(sum, &product)| *sum += f64::from(product));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_component_is_the_direction_of_largest_variance() {
        // Points along (3, 4), with a little of everything else.
        let values: Vec<f32> = (0..500)
            .flat_map(|index| {
                let t = (index as f32 * 0.7).sin();
                let noise = (index as f32 * 1.3).cos() * 0.01;
                [3.0 * t + noise, 4.0 * t - noise, noise]
            })
            .collect();
        let rows = Vectors::new(3, values);
        let axes = axes(&rows, 2);
        let first = axes.row(0);
        assert!((first[0] - 0.6).abs() < 0.01 && (first[1] - 0.8).abs() < 0.01, "found {first:?}");
        let dot: f32 = axes.row(0).iter().zip(axes.row(1)).map(|(a, b)| a * b).sum();
        assert!(dot.abs() < 1e-5, "components are at right angles");
    }

    #[test]
    fn projecting_keeps_no_more_components_than_there_are_dimensions() {
        let rows = Vectors::new(3, vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(project(&rows, 24).dim(), 3, "three dimensions have three components");
    }
}
