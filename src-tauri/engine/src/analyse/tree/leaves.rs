//! The order of a tree's leaves: both sides of every join can be swapped, and
//! neighbours shall be alike.

use rayon::prelude::*;

use crate::analyse::joins::Merge;
use crate::analyse::product::{Columns, dot, matrix};
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Leaves up to which the best of all orders is found.
const BEST: usize = 600;

/// How alike leaves are: of few all pairs at once, of many each when it is asked for.
pub(super) enum Likeness {
    All { count: usize, similarities: Vec<f32> },
    Rows(Vectors),
}

impl Likeness {
    pub(super) fn of(means: &Vectors) -> Self {
        if means.len() > BEST {
            return Self::Rows(means.clone());
        }
        let columns = Columns::pack(means.values(), means.dim());
        Self::All { count: means.len(), similarities: matrix(means.values(), &columns) }
    }

    fn between(&self, a: u32, b: u32) -> f32 {
        match self {
            Self::All { count, similarities } => similarities[a as usize * count + b as usize],
            Self::Rows(rows) => dot(rows.row(a as usize), rows.row(b as usize)),
        }
    }
}

/// The leaves in order.
pub(super) fn order(
    merges: &[Merge],
    likeness: &Likeness,
    monitor: &dyn Monitor,
) -> Result<Vec<u32>> {
    match likeness {
        Likeness::All { count, .. } if *count > 1 => best(merges, likeness, *count, monitor),
        _ => {
            let joins = merges.iter().map(|merge| merge.nodes.map(|node| node as usize));
            Ok(turned(merges.len() + 1, joins, |a, b| likeness.between(a, b)))
        }
    }
}

/// The leaves, with the two sides of every join turned so that their most similar ends meet.
pub(in crate::analyse) fn turned(
    leaves: usize,
    joins: impl Iterator<Item = [usize; 2]>,
    similarity: impl Fn(u32, u32) -> f32,
) -> Vec<u32> {
    let mut parts: Vec<Vec<u32>> = (0..leaves as u32).map(|leaf| vec![leaf]).collect();
    for [left, right] in joins {
        let mut left = std::mem::take(&mut parts[left]);
        let mut right = std::mem::take(&mut parts[right]);
        let (l, r) = ((left[0], left[left.len() - 1]), (right[0], right[right.len() - 1]));
        let ways = [
            (similarity(l.1, r.0), false, false),
            (similarity(l.1, r.1), false, true),
            (similarity(l.0, r.0), true, false),
            (similarity(l.0, r.1), true, true),
        ];
        let mut best = ways[0];
        ways.into_iter().for_each(|way| best = if way.0 > best.0 { way } else { best });
        if best.1 {
            left.reverse();
        }
        if best.2 {
            right.reverse();
        }
        left.append(&mut right);
        parts.push(left);
    }
    parts.pop().unwrap_or_default()
}

/// The order with the largest sum of likeness between neighbours.
///
/// `best[a][b]` is the largest sum over orders of the smallest subtree that holds `a` and `b`, with
/// `a` first and `b` last; where `a` and `b` join, that is decided once.
fn best(
    merges: &[Merge],
    likeness: &Likeness,
    leaves: usize,
    monitor: &dyn Monitor,
) -> Result<Vec<u32>> {
    let mut best = vec![0.0_f32; leaves * leaves];
    // Leaves below each node, and the sides they are on, so that ends can be on different sides.
    let mut below: Vec<[Vec<u32>; 2]> =
        (0..leaves as u32).map(|leaf| [vec![leaf], vec![leaf]]).collect();
    for merge in merges {
        monitor.check()?;
        let [left, right] = merge.nodes.map(|node| below[node as usize].clone());
        let (all_left, all_right) = (all(&left), all(&right));
        // For `first` on the left and `inner` on the right: the best left side that ends beside it.
        let sums: Vec<Vec<(u32, f32)>> = all_left
            .par_iter()
            .map(|&first| {
                let ends = other_side(&left, first);
                let to_inner: Vec<(u32, f32)> = all_right
                    .iter()
                    .map(|&inner| {
                        let sum = |&end: &u32| {
                            best[first as usize * leaves + end as usize]
                                + likeness.between(end, inner)
                        };
                        (inner, ends.iter().map(sum).fold(f32::NEG_INFINITY, f32::max))
                    })
                    .collect();
                all_right
                    .iter()
                    .map(|&last| {
                        let inners = other_side(&right, last);
                        let sum = |&(inner, sum): &(u32, f32)| {
                            sum + best[inner as usize * leaves + last as usize]
                        };
                        let possible = to_inner.iter().filter(|(inner, _)| inners.contains(inner));
                        (last, possible.map(sum).fold(f32::NEG_INFINITY, f32::max))
                    })
                    .collect()
            })
            .collect();
        for (&first, sums) in all_left.iter().zip(sums) {
            for (last, sum) in sums {
                best[first as usize * leaves + last as usize] = sum;
                best[last as usize * leaves + first as usize] = sum;
            }
        }
        below.push([all_left, all_right]);
    }
    let root = below.len() - 1;
    let [left, right] = &below[root];
    let mut ends = (left[0], right[0]);
    for &first in left {
        for &last in right {
            let sum = |ends: (u32, u32)| best[ends.0 as usize * leaves + ends.1 as usize];
            if sum((first, last)) > sum(ends) {
                ends = (first, last);
            }
        }
    }
    let unfold = Unfold { merges, below: &below, best: &best, likeness, leaves };
    let mut order = Vec::with_capacity(leaves);
    unfold.node(root, ends.0, ends.1, &mut order);
    Ok(order)
}

fn all(sides: &[Vec<u32>; 2]) -> Vec<u32> {
    if sides[0] == sides[1] { sides[0].clone() } else { sides.concat() }
}

/// Where a subtree can end that begins with `leaf`.
fn other_side(sides: &[Vec<u32>; 2], leaf: u32) -> &[u32] {
    if sides[0].contains(&leaf) { &sides[1] } else { &sides[0] }
}

/// Writes the best order down.
struct Unfold<'a> {
    merges: &'a [Merge],
    below: &'a [[Vec<u32>; 2]],
    best: &'a [f32],
    likeness: &'a Likeness,
    leaves: usize,
}

impl Unfold<'_> {
    fn node(&self, node: usize, first: u32, last: u32, order: &mut Vec<u32>) {
        if node < self.leaves {
            order.push(node as u32);
            return;
        }
        let [mut left, mut right] = self.merges[node - self.leaves].nodes.map(|node| node as usize);
        if !self.below[node][0].contains(&first) {
            (left, right) = (right, left);
        }
        let ends = other_side(&self.below[left], first);
        let starts = other_side(&self.below[right], last);
        let sum = |end: u32, start: u32| {
            self.best[first as usize * self.leaves + end as usize]
                + self.likeness.between(end, start)
                + self.best[start as usize * self.leaves + last as usize]
        };
        let mut meeting = (ends[0], starts[0]);
        for &end in ends {
            for &start in starts {
                if sum(end, start) > sum(meeting.0, meeting.1) {
                    meeting = (end, start);
                }
            }
        }
        self.node(left, first, meeting.0, order);
        self.node(right, meeting.1, last, order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::centring::normalise;
    use crate::analyse::tree::{Linkage, grow};
    use crate::monitor::Silent;

    fn sum(order: &[u32], likeness: &Likeness) -> f32 {
        order.windows(2).map(|pair| likeness.between(pair[0], pair[1])).sum()
    }

    #[test]
    fn no_way_of_turning_the_joins_is_better() {
        let mut values: Vec<f32> =
            (0..9 * 3).map(|i| ((i * 31 % 17) as f32 * 0.83).sin()).collect();
        values.chunks_exact_mut(3).for_each(normalise);
        let rows = Vectors::new(3, values);
        let tree = grow(&rows, Linkage::Average, 1, &Silent).expect("never cancelled");
        let likeness = Likeness::of(&rows);
        let found = sum(&tree.order, &likeness);
        let mut largest = f32::NEG_INFINITY;
        for turns in 0..1_u32 << tree.merges.len() {
            let mut parts: Vec<Vec<u32>> = tree.order.iter().map(|&item| vec![item]).collect();
            for (place, merge) in tree.merges.iter().enumerate() {
                let mut nodes = merge.nodes;
                if turns >> place & 1 == 1 {
                    nodes.reverse();
                }
                parts.push(nodes.iter().flat_map(|&node| parts[node as usize].clone()).collect());
            }
            largest = largest.max(sum(&parts[parts.len() - 1], &likeness));
        }
        assert!((found - largest).abs() < 1e-5, "{found} is not the largest sum {largest}");
        let alone = turned(1, std::iter::empty(), |a, b| likeness.between(a, b));
        assert!(sum(&alone, &likeness) <= 0.0, "a single leaf has no neighbour");
    }
}
