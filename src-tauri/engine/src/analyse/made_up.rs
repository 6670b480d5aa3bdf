//! Rows for tests.

use super::centring::normalise;
use crate::vectors::Vectors;

/// Numbers from -1 to 1 that look like chance and are always the same.
pub(super) fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    }
}

/// `count` unit rows around `groups` directions, row `i` in group `i % groups`, then `strays` that
/// lie anywhere.
pub(super) fn grouped(
    [count, strays, groups, dim]: [usize; 4],
    width: f32,
    mut noise: impl FnMut() -> f32,
) -> Vectors {
    let centres: Vec<f32> = (0..groups * dim).map(|_| noise()).collect();
    let mut values: Vec<f32> = Vec::with_capacity((count + strays) * dim);
    for row in 0..count {
        let centre = &centres[row % groups * dim..][..dim];
        values.extend(centre.iter().map(|value| value + width * noise()));
    }
    values.extend((0..strays * dim).map(|_| noise()));
    values.chunks_exact_mut(dim).for_each(normalise);
    Vectors::new(dim, values)
}
