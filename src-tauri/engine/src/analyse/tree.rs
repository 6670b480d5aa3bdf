//! A tree over all items: what is alike joins first.
//!
//! Up to [`MOST_LEAVES`] items each is a leaf, and all pairs are looked at once. More are first
//! put into small groups by k-means, and the tree grows over the groups' means.
//! The tree grows along chains of nearest neighbours (Murtagh, "A survey of recent
//! advances in hierarchical clustering algorithms", 1983), and its leaves are turned so that
//! neighbours are alike: as well as can be in small trees (Bar-Joseph, Gifford and
//! Jaakkola, "Fast optimal leaf ordering for hierarchical clustering", 2001), nearly so in large ones.

mod leaves;

use rayon::prelude::*;

pub use super::joins::Merge;
use super::joins::joins;
use super::kmeans::{Rounds, lloyd, plus_plus};
use super::product::dot;
use super::similarity::all_pairs;
use crate::error::Result;
use crate::monitor::{Monitor, Stage};
use crate::vectors::Vectors;
pub(super) use leaves::turned;

/// Items that can each be a leaf: their distances fill 400 MB.
pub const MOST_LEAVES: usize = 10_000;
/// Groups that stand for more items.
const GROUPS: usize = 2_000;
const GROUP_ROUNDS: Rounds = Rounds { at_most: 10, tolerance: 1e-3 };
/// Items from which the groups are learnt, for each group.
const SAMPLE_PER_GROUP: usize = 20;

/// How far two groups are from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linkage {
    /// One minus the mean cosine of their pairs.
    Average,
    /// One minus the smallest cosine of their pairs; among groups of many items that of their means.
    Complete,
    /// By how much joining them adds to the squared distances from the mean, as a distance.
    Ward,
}

/// A tree, its leaves in an order in which neighbours are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub linkage: Linkage,
    /// All items, leaf after leaf.
    pub order: Vec<u32>,
    /// Where each leaf begins in `order`, and the end.
    pub starts: Vec<u32>,
    /// In order of height; leaves are numbered as in `order`.
    pub merges: Vec<Merge>,
}

impl Tree {
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.starts.len() - 1
    }

    /// Of every item, in which of `count` groups it is when the tree is cut there; fewer when there
    /// are fewer leaves.
    #[must_use]
    pub fn cut(&self, count: usize) -> Vec<u32> {
        let leaves = self.leaves();
        let joined = leaves.saturating_sub(count.max(1));
        let mut parent: Vec<usize> = (0..leaves + joined).collect();
        for (place, merge) in self.merges.iter().enumerate().take(joined) {
            for node in merge.nodes {
                parent[node as usize] = leaves + place;
            }
        }
        let mut number = vec![u32::MAX; parent.len()];
        let mut next = 0;
        let mut group = vec![0; self.order.len()];
        for leaf in 0..leaves {
            let mut root = leaf;
            while parent[root] != root {
                root = parent[root];
            }
            if number[root] == u32::MAX {
                number[root] = next;
                next += 1;
            }
            for place in self.starts[leaf]..self.starts[leaf + 1] {
                group[self.order[place as usize] as usize] = number[root];
            }
        }
        group
    }
}

/// Grows a tree over `rows` of unit length.
///
/// # Errors
/// `Cancelled`.
pub fn grow(rows: &Vectors, linkage: Linkage, seed: u64, monitor: &dyn Monitor) -> Result<Tree> {
    monitor.progress(Stage::GrowingTree, 0, 100);
    let groups = groups(rows, seed, monitor)?;
    let distances = distances(&groups, linkage);
    monitor.progress(Stage::GrowingTree, 40, 100);
    monitor.check()?;
    let similar = leaves::Likeness::of(&groups.means);
    let merges = merges(distances, groups.sizes(), linkage, monitor)?;
    monitor.progress(Stage::GrowingTree, 80, 100);
    let order = leaves::order(&merges, &similar, monitor)?;
    monitor.progress(Stage::GrowingTree, 100, 100);
    Ok(groups.tree(linkage, merges, &order))
}

/// What becomes the leaves.
struct Groups {
    /// Of each group's items, not scaled to unit length.
    means: Vectors,
    members: Vec<Vec<u32>>,
}

fn groups(rows: &Vectors, seed: u64, monitor: &dyn Monitor) -> Result<Groups> {
    if rows.len() <= MOST_LEAVES {
        let members = (0..rows.len() as u32).map(|item| vec![item]).collect();
        return Ok(Groups { means: rows.clone(), members });
    }
    let step = (rows.len() / (GROUPS * SAMPLE_PER_GROUP)).max(1);
    let sample = rows.select((0..rows.len()).step_by(step));
    let start = plus_plus(&sample, GROUPS, seed);
    let centres = lloyd(&sample, start, GROUP_ROUNDS, monitor)?.centroids;
    let once = Rounds { at_most: 1, tolerance: 0.0 };
    let parts = lloyd(rows, centres, once, monitor)?;
    let mut members = vec![Vec::new(); GROUPS];
    for (item, &group) in parts.assignment.iter().enumerate() {
        members[group as usize].push(item as u32);
    }
    members.retain(|members| !members.is_empty());
    let dim = rows.dim();
    let means: Vec<f32> = members
        .par_iter()
        .flat_map_iter(|members| {
            let mut sum = vec![0.0_f64; dim];
            members
                .iter()
                .for_each(|&item| super::centring::add(&mut sum, rows.row(item as usize)));
            sum.into_iter().map(|value| (value / members.len() as f64) as f32)
        })
        .collect();
    Ok(Groups { means: Vectors::new(dim, means), members })
}

impl Groups {
    fn sizes(&self) -> Vec<u32> {
        self.members.iter().map(|members| members.len() as u32).collect()
    }

    /// The tree with its leaves in `order`.
    fn tree(self, linkage: Linkage, mut merges: Vec<Merge>, order: &[u32]) -> Tree {
        let mut place_of = vec![0; order.len()];
        for (place, &leaf) in order.iter().enumerate() {
            place_of[leaf as usize] = place as u32;
        }
        for node in merges.iter_mut().flat_map(|merge| &mut merge.nodes) {
            if let Some(&place) = place_of.get(*node as usize) {
                *node = place;
            }
        }
        let (mut items, mut starts) = (Vec::new(), vec![0]);
        for &leaf in order {
            items.extend_from_slice(&self.members[leaf as usize]);
            starts.push(items.len() as u32);
        }
        Tree { linkage, order: items, starts, merges }
    }
}

/// All distances, row-major; infinite to itself. Ward's are squared.
fn distances(groups: &Groups, linkage: Linkage) -> Vec<f32> {
    let (means, count) = (&groups.means, groups.means.len());
    let squares: Vec<f32> = means.rows().map(|row| dot(row, row)).collect();
    let sizes: Vec<f32> = groups.members.iter().map(|members| members.len() as f32).collect();
    let mut distances = all_pairs(means, |row, column, product| match linkage {
        Linkage::Average | Linkage::Complete => 1.0 - product,
        Linkage::Ward => {
            let squared = squares[row] + squares[column] - 2.0 * product;
            let (a, b) = (sizes[row], sizes[column]);
            (2.0 * a * b / (a + b) * squared).max(0.0)
        }
    });
    for row in 0..count {
        distances[row * count + row] = f32::INFINITY;
    }
    distances
}

/// Joins in order of height. `distances` is a full matrix, infinite on its diagonal.
fn merges(
    mut distances: Vec<f32>,
    mut sizes: Vec<u32>,
    linkage: Linkage,
    monitor: &dyn Monitor,
) -> Result<Vec<Merge>> {
    let leaves = sizes.len();
    let leaf_sizes = sizes.clone();
    // Which leaf each row of the matrix began as: a join is told by a leaf of each side.
    let mut leaf: Vec<u32> = (0..leaves as u32).collect();
    let mut is_gone = vec![0.0_f32; leaves];
    let mut found: Vec<([u32; 2], f32)> = Vec::with_capacity(leaves.saturating_sub(1));
    let (mut width, mut alive) = (leaves, leaves);
    let mut chain: Vec<usize> = Vec::new();
    while alive > 1 {
        if chain.is_empty() {
            if found.len().is_multiple_of(64) {
                monitor.check()?;
            }
            if alive * 2 <= width && width > 256 {
                width = compact(&mut distances, &mut leaf, &mut sizes, &mut is_gone);
            }
            chain.push(is_gone.iter().position(|&gone| gone == 0.0).expect("some are left"));
        }
        let last = chain[chain.len() - 1];
        let row = &distances[last * width..][..width];
        let before = chain.len().checked_sub(2).map(|place| chain[place]);
        let (nearest, distance) = nearest(row, &is_gone, before);
        if before != Some(nearest) {
            chain.push(nearest);
            continue;
        }
        chain.truncate(chain.len() - 2);
        found.push(([leaf[last], leaf[nearest]], distance));
        join(&mut distances, width, last, nearest, &sizes, &is_gone, linkage);
        sizes[nearest] += sizes[last];
        is_gone[last] = f32::INFINITY;
        alive -= 1;
    }
    let mut merges = joins(found, &leaf_sizes);
    if linkage == Linkage::Ward {
        merges.iter_mut().for_each(|merge| merge.height = merge.height.sqrt());
    }
    Ok(merges)
}

/// The nearest column that is not gone; of equally near ones the one `before`, then the first.
fn nearest(row: &[f32], is_gone: &[f32], before: Option<usize>) -> (usize, f32) {
    const LANES: usize = 16;
    let mut lanes = [f32::INFINITY; LANES];
    let (rows, gone) = (row.chunks_exact(LANES), is_gone.chunks_exact(LANES));
    let rest = rows.remainder().iter().zip(gone.remainder());
    let mut least = rest.map(|(d, gone)| d + gone).fold(f32::INFINITY, f32::min);
    for (row, gone) in rows.zip(gone) {
        for lane in 0..LANES {
            let distance = row[lane] + gone[lane];
            lanes[lane] = if distance < lanes[lane] { distance } else { lanes[lane] };
        }
    }
    least = lanes.into_iter().fold(least, f32::min);
    if let Some(before) = before.filter(|&before| row[before] <= least) {
        return (before, least);
    }
    let place = row.iter().zip(is_gone).position(|(d, gone)| d + gone == least);
    (place.expect("the least is one of them"), least)
}

/// Puts the join of `a` and `b` in the place of `b` (Lance and Williams, "A general theory of
/// classificatory sorting strategies", 1967).
fn join(
    distances: &mut [f32],
    width: usize,
    a: usize,
    b: usize,
    sizes: &[u32],
    is_gone: &[f32],
    linkage: Linkage,
) {
    let between = distances[a * width + b];
    let (size_a, size_b) = (sizes[a] as f32, sizes[b] as f32);
    for other in 0..width {
        if is_gone[other] != 0.0 || other == a || other == b {
            continue;
        }
        let (to_a, to_b) = (distances[a * width + other], distances[b * width + other]);
        let distance = match linkage {
            Linkage::Average => (size_a * to_a + size_b * to_b) / (size_a + size_b),
            Linkage::Complete => to_a.max(to_b),
            Linkage::Ward => {
                let size = sizes[other] as f32;
                ((size + size_a) * to_a + (size + size_b) * to_b - size * between)
                    / (size + size_a + size_b)
            }
        };
        distances[b * width + other] = distance;
        distances[other * width + b] = distance;
    }
}

/// Leaves out what is gone, so that rows become short.
fn compact(
    distances: &mut Vec<f32>,
    leaf: &mut Vec<u32>,
    sizes: &mut Vec<u32>,
    is_gone: &mut Vec<f32>,
) -> usize {
    let width = is_gone.len();
    let kept: Vec<usize> = (0..width).filter(|&row| is_gone[row] == 0.0).collect();
    for (new_row, &row) in kept.iter().enumerate() {
        for (new_column, &column) in kept.iter().enumerate() {
            // Never ahead of what is still to be read.
            distances[new_row * kept.len() + new_column] = distances[row * width + column];
        }
    }
    distances.truncate(kept.len() * kept.len());
    *leaf = kept.iter().map(|&row| leaf[row]).collect();
    *sizes = kept.iter().map(|&row| sizes[row]).collect();
    *is_gone = vec![0.0; kept.len()];
    kept.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::centring::normalise;
    use crate::monitor::Silent;

    fn rows(count: usize) -> Vectors {
        let mut values: Vec<f32> =
            (0..count * 6).map(|i| ((i * 7919 % 1013) as f32 * 0.61).sin()).collect();
        values.chunks_exact_mut(6).for_each(normalise);
        Vectors::new(6, values)
    }

    #[test]
    fn heights_are_those_of_a_well_known_implementation() {
        let rows = rows(300);
        for (linkage, method) in [
            (Linkage::Average, kodama::Method::Average),
            (Linkage::Complete, kodama::Method::Complete),
            (Linkage::Ward, kodama::Method::Ward),
        ] {
            let tree = grow(&rows, linkage, 1, &Silent).expect("never cancelled");
            let mut condensed: Vec<f64> = Vec::new();
            for a in 0..300 {
                for b in a + 1..300 {
                    let cosine: f64 = rows
                        .row(a)
                        .iter()
                        .zip(rows.row(b))
                        .map(|(x, y)| f64::from(*x) * f64::from(*y))
                        .sum();
                    let ward = linkage == Linkage::Ward;
                    condensed.push(if ward { (2.0 - 2.0 * cosine).sqrt() } else { 1.0 - cosine });
                }
            }
            let expected = kodama::linkage(&mut condensed, 300, method);
            for (merge, step) in tree.merges.iter().zip(expected.steps()) {
                let (found, wanted) = (f64::from(merge.height), step.dissimilarity);
                assert!((found - wanted).abs() < 1e-4, "{linkage:?}: {found} is not {wanted}");
            }
            let mut order = tree.order.clone();
            order.sort_unstable();
            assert!(order.iter().copied().eq(0..300), "every item has its place");
            for merge in &tree.merges {
                assert!(merge.size >= 2, "a join holds what it joins");
            }
        }
    }

    #[test]
    fn a_cut_gives_as_many_groups_as_wanted_and_each_is_a_stretch_of_the_order() {
        let tree = grow(&rows(200), Linkage::Ward, 1, &Silent).expect("never cancelled");
        for count in [1, 2, 7, 200, 500] {
            let group = tree.cut(count);
            let mut seen: Vec<u32> = Vec::new();
            for &item in &tree.order {
                if seen.last() != Some(&group[item as usize]) {
                    seen.push(group[item as usize]);
                }
            }
            assert!(seen.iter().copied().eq(0..count.min(200) as u32), "{count}: {seen:?}");
        }
    }

    #[test]
    fn more_items_than_leaves_become_groups() {
        let rows = rows(MOST_LEAVES + 500);
        let tree = grow(&rows, Linkage::Average, 1, &Silent).expect("never cancelled");
        assert!(tree.leaves() <= GROUPS && tree.leaves() > 1, "{} leaves", tree.leaves());
        assert_eq!(tree.order.len(), rows.len(), "every item has its place");
        assert_eq!(tree.merges.len(), tree.leaves() - 1, "all join in the end");
        let last = tree.merges[tree.merges.len() - 1];
        assert_eq!(last.size as usize, rows.len(), "and the last join holds every item");
        let one = grow(&Vectors::new(2, vec![1.0, 0.0]), Linkage::Ward, 1, &Silent);
        assert_eq!(one.expect("never cancelled").order, [0], "an item alone is its own tree");
    }
}
