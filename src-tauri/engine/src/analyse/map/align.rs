//! Turning a new map so that it lies like an old one.

use faer::Mat;

/// `positions` (`n x dims`) moved, turned and mirrored, but neither bent nor scaled, so that the
/// items of both maps lie as near as can be to where they were in `before`
/// (Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966).
/// Both maps are of the same items; one that has no place before is NaN there.
#[must_use]
pub(super) fn aligned(positions: &[f32], before: &[f32], dims: usize) -> Vec<f32> {
    let known = || {
        positions
            .chunks_exact(dims)
            .zip(before.chunks_exact(dims))
            .filter(|(_, old)| old.iter().all(|value| value.is_finite()))
    };
    let count = known().count();
    if count <= dims || positions.len() != before.len() {
        return positions.to_vec();
    }
    let middle = |of: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..dims).map(of).collect() };
    let new_middle =
        middle(&|d| known().map(|(new, _)| f64::from(new[d])).sum::<f64>() / count as f64);
    let old_middle =
        middle(&|d| known().map(|(_, old)| f64::from(old[d])).sum::<f64>() / count as f64);
    let mut together = Mat::<f64>::zeros(dims, dims);
    for (new, old) in known() {
        for i in 0..dims {
            for j in 0..dims {
                together[(i, j)] +=
                    (f64::from(new[i]) - new_middle[i]) * (f64::from(old[j]) - old_middle[j]);
            }
        }
    }
    let Ok(svd) = together.svd() else { return positions.to_vec() };
    let turn = svd.U() * svd.V().transpose();
    let mut turned = Vec::with_capacity(positions.len());
    for new in positions.chunks_exact(dims) {
        for j in 0..dims {
            let sum: f64 =
                (0..dims).map(|i| (f64::from(new[i]) - new_middle[i]) * turn[(i, j)]).sum();
            turned.push((sum + old_middle[j]) as f32);
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_was_turned_mirrored_and_moved_lies_as_before() {
        let before: Vec<f32> =
            (0..40).flat_map(|i| [(i as f32 * 0.7).sin() * 3.0, i as f32 * 0.1]).collect();
        let (sin, cos) = 1.1_f32.sin_cos();
        let moved: Vec<f32> = before
            .chunks_exact(2)
            .flat_map(|p| [cos * p[0] - sin * p[1] + 5.0, -(sin * p[0] + cos * p[1]) - 2.0])
            .collect();
        let mut partly_known = before.clone();
        partly_known[..2].fill(f32::NAN);
        for (found, wanted) in aligned(&moved, &partly_known, 2).iter().zip(&before) {
            assert!((found - wanted).abs() < 1e-3, "{found} is not {wanted}");
        }
        assert_eq!(aligned(&moved[..4], &before[..4], 2), moved[..4], "two points have no turn");
    }
}
