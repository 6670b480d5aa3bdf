//! Groups where items lie densely, whatever their number; the rest belongs nowhere:
//! HDBSCAN (Campello, Moulavi and Sander, "Density-based clustering based on
//! hierarchical density estimates", 2013).
//!
//! Up to [`MOST_PAIRS`] rows all distances are looked at; beyond, those of near neighbours.

use rayon::prelude::*;

use super::joins::{Merge, Sets, joins};
use super::neighbours::nearest_neighbours;
use super::similarity::all_pairs;
use crate::error::Result;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Rows of which all distances are looked at: they fill 576 MB.
pub const MOST_PAIRS: usize = 12_000;
/// Neighbours through which more rows hang together.
const NEIGHBOURS: usize = 30;
const RECALL: f64 = 0.95;

/// An edge of the tree that holds all rows together most tightly.
#[derive(Clone, Copy, Debug)]
struct Edge {
    a: u32,
    b: u32,
    /// Squared Euclidean distance, or how sparse it is around one of the ends.
    squared: f32,
}

/// The group of every unit row, `None` where it is too sparse. `smallest` is how many rows make a
/// group, and how many (the row itself among them) tell how dense it is around one. Groups are
/// numbered by their first row.
///
/// # Errors
/// `Cancelled`.
pub fn hdbscan(
    rows: &Vectors,
    smallest: usize,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Vec<Option<u32>>> {
    let smallest = smallest.max(2);
    if rows.len() <= smallest {
        return Ok(vec![None; rows.len()]);
    }
    let edges = if rows.len() <= MOST_PAIRS {
        tree_of_all_pairs(rows, smallest, monitor)?
    } else {
        tree_of_neighbours(rows, smallest, seed, monitor)?
    };
    Ok(groups(edges, rows.len(), smallest))
}

/// Prim's algorithm over all distances.
fn tree_of_all_pairs(rows: &Vectors, smallest: usize, monitor: &dyn Monitor) -> Result<Vec<Edge>> {
    let count = rows.len();
    let distances =
        all_pairs(rows, |row, other, product| if row == other { 0.0 } else { squared(product) });
    monitor.check()?;
    // The row itself, at no distance, is one of them.
    let cores: Vec<f32> = distances
        .par_chunks(count)
        .map_init(Vec::new, |all: &mut Vec<f32>, distances| {
            all.clear();
            all.extend_from_slice(distances);
            *all.select_nth_unstable_by(smallest - 1, f32::total_cmp).1
        })
        .collect();
    monitor.check()?;
    let mut nearest = vec![f32::INFINITY; count];
    let mut from = vec![0_u32; count];
    let mut is_in = vec![false; count];
    let mut last = 0;
    let mut edges = Vec::with_capacity(count - 1);
    is_in[0] = true;
    for step in 1..count {
        if step % 256 == 0 {
            monitor.check()?;
        }
        let row = &distances[last * count..][..count];
        let core = cores[last];
        let (mut best, mut place) = (f32::INFINITY, usize::MAX);
        for other in 0..count {
            if is_in[other] {
                continue;
            }
            let distance = row[other].max(core).max(cores[other]);
            if distance < nearest[other] {
                nearest[other] = distance;
                from[other] = last as u32;
            }
            if nearest[other] < best || place == usize::MAX {
                (best, place) = (nearest[other], other);
            }
        }
        edges.push(Edge { a: from[place], b: place as u32, squared: best });
        is_in[place] = true;
        last = place;
    }
    Ok(edges)
}

/// The squared distance of two unit rows.
fn squared(similarity: f32) -> f32 {
    (2.0 - 2.0 * similarity).max(0.0)
}

/// Kruskal's algorithm over near neighbours; what does not hang together is joined at the very end.
fn tree_of_neighbours(
    rows: &Vectors,
    smallest: usize,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Vec<Edge>> {
    let near = nearest_neighbours(rows, NEIGHBOURS.max(smallest - 1), RECALL, seed, monitor)?;
    let core = |row: usize| squared(near.similarities(row)[smallest - 2]);
    let cores: Vec<f32> = (0..rows.len()).map(core).collect();
    let mut edges: Vec<Edge> = (0..rows.len())
        .flat_map(|row| {
            let cores = &cores;
            near.of(row).iter().zip(near.similarities(row)).map(move |(&other, &similarity)| Edge {
                a: row as u32,
                b: other,
                squared: squared(similarity).max(cores[row]).max(cores[other as usize]),
            })
        })
        .collect();
    monitor.check()?;
    edges.par_sort_by(|x, y| x.squared.total_cmp(&y.squared).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut sets = Sets::new(rows.len());
    let mut tree: Vec<Edge> =
        edges.into_iter().filter(|edge| sets.join(edge.a, edge.b).is_some()).collect();
    for row in 1..rows.len() as u32 {
        if sets.join(0, row).is_some() {
            tree.push(Edge { a: 0, b: row, squared: f32::INFINITY });
        }
    }
    Ok(tree)
}

/// Where a dense part of the rows splits off: who lives until what density.
struct Part {
    parent: usize,
    /// One over the distance at which it split off.
    birth: f64,
    stability: f64,
    children: Vec<usize>,
}

/// The most stable groups of the tree.
fn groups(edges: Vec<Edge>, count: usize, smallest: usize) -> Vec<Option<u32>> {
    let pairs = edges.into_iter().map(|edge| ([edge.a, edge.b], edge.squared)).collect();
    let joins = joins(pairs, &vec![1; count]);
    let size_of =
        |node: u32| (node as usize).checked_sub(count).map_or(1, |join| joins[join].size) as usize;
    // From the whole list down: a join of two large sides is where two parts begin.
    let mut parts = vec![Part { parent: 0, birth: 0.0, stability: 0.0, children: Vec::new() }];
    let mut part_of_row = vec![0_usize; count];
    let mut to_visit = vec![((count + joins.len() - 1) as u32, 0_usize)];
    while let Some((node, part)) = to_visit.pop() {
        let Some(join) = (node as usize).checked_sub(count) else {
            part_of_row[node as usize] = part;
            continue;
        };
        let Merge { nodes: sides, height, .. } = joins[join];
        let distance = f64::from(height).sqrt();
        let density = if distance > 0.0 { 1.0 / distance } else { f64::MAX };
        let sizes = sides.map(size_of);
        let is_split = sizes.iter().all(|&size| size >= smallest);
        for (side, size) in sides.into_iter().zip(sizes) {
            let lived = (density - parts[part].birth).min(1e12);
            if is_split {
                parts[part].stability += lived * size as f64;
                let child = parts.len();
                parts.push(Part {
                    parent: part,
                    birth: density,
                    stability: 0.0,
                    children: Vec::new(),
                });
                parts[part].children.push(child);
                to_visit.push((side, child));
            } else if size < smallest {
                parts[part].stability += lived * size as f64;
                for row in rows_below(side, &joins, count) {
                    part_of_row[row as usize] = part;
                }
            } else {
                to_visit.push((side, part));
            }
        }
    }
    // From the smallest up: a part stays whole when it is more stable than what is in it.
    let mut is_chosen = vec![true; parts.len()];
    is_chosen[0] = false;
    for part in (1..parts.len()).rev() {
        let inside: f64 = parts[part].children.iter().map(|&child| parts[child].stability).sum();
        if !parts[part].children.is_empty() && parts[part].stability < inside {
            is_chosen[part] = false;
            parts[part].stability = inside;
        }
    }
    for part in 1..parts.len() {
        let mut above = parts[part].parent;
        while above != 0 && !is_chosen[above] {
            above = parts[above].parent;
        }
        if above != 0 {
            is_chosen[part] = false;
        }
    }
    let mut number = vec![None; parts.len()];
    let mut next = 0;
    part_of_row
        .into_iter()
        .map(|mut part| {
            while part != 0 && !is_chosen[part] {
                part = parts[part].parent;
            }
            if part == 0 {
                return None;
            }
            Some(*number[part].get_or_insert_with(|| {
                next += 1;
                next - 1
            }))
        })
        .collect()
}

fn rows_below(node: u32, joins: &[Merge], count: usize) -> Vec<u32> {
    let (mut rows, mut to_visit) = (Vec::new(), vec![node]);
    while let Some(node) = to_visit.pop() {
        match (node as usize).checked_sub(count) {
            None => rows.push(node),
            Some(join) => to_visit.extend(joins[join].nodes),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::made_up::{grouped, noise};
    use crate::monitor::Silent;

    /// Three dense groups of 40 and 20 rows that lie anywhere.
    fn rows() -> Vectors {
        grouped([120, 20, 3, 12], 0.1, noise(3))
    }

    #[test]
    fn dense_groups_are_found_and_the_rest_belongs_nowhere() {
        let found = hdbscan(&rows(), 5, 1, &Silent).expect("never cancelled");
        for (row, group) in found[..120].iter().enumerate() {
            assert_eq!(*group, Some(row as u32 % 3), "row {row} is in its group");
        }
        let nowhere = found[120..].iter().filter(|group| group.is_none()).count();
        assert!(nowhere >= 12, "most of what lies anywhere belongs nowhere: {nowhere} of 20");
    }

    #[test]
    fn near_neighbours_tell_the_same_as_all_pairs() {
        let rows = rows();
        let all = tree_of_all_pairs(&rows, 5, &Silent).expect("never cancelled");
        let near = tree_of_neighbours(&rows, 5, 1, &Silent).expect("never cancelled");
        assert_eq!(groups(all, 140, 5)[..120], groups(near, 140, 5)[..120], "the same groups");
    }

    #[test]
    fn rows_without_groups_are_all_left_out() {
        let few = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8]);
        assert_eq!(hdbscan(&few, 5, 1, &Silent).expect("never cancelled"), [None; 3], "too few");
        let equal = Vectors::new(2, [0.6, 0.8].repeat(30));
        let found = hdbscan(&equal, 5, 1, &Silent).expect("never cancelled");
        assert_eq!(found.len(), 30, "equal rows have no distances to tell groups by");
    }
}
