//! The order of items along the sides of a heatmap.

use kodama::{Method, linkage};
use rayon::prelude::*;

use super::centring::Centred;
use super::principal::{SAMPLE, axes};
use super::product::{Columns, dot, matrix};
use super::tree::turned;
use crate::topics::Sorting;
use crate::vectors::Vectors;

/// Topics larger than this are ordered along their strongest component: a
/// tree needs all pairs.
const LARGEST_TREE: usize = 1500;

/// Items ordered by topic, Unsorted last, and inside a topic so that what is
/// alike stands together: the leaves of an average-linkage tree.
#[must_use]
pub fn leaf_order(vectors: &Vectors, sorting: &Sorting) -> Vec<u32> {
    let mut groups: Vec<Vec<u32>> = sorting
        .topics
        .iter()
        .map(|topic| Some(topic.id))
        .chain([None])
        .map(|topic| sorting.members(topic).map(|item| item.0).collect())
        .collect();
    if sorting.placements.is_empty() {
        groups = vec![(0..vectors.len() as u32).collect()];
    }
    groups.into_par_iter().flat_map_iter(|group| ordered(vectors, group)).collect()
}

fn ordered(vectors: &Vectors, group: Vec<u32>) -> Vec<u32> {
    match group.len() {
        0..3 => group,
        3..=LARGEST_TREE => leaves(vectors, &group),
        _ => along_first_component(vectors, group),
    }
}

/// The leaves of the group's tree. At every join the two sides are turned so
/// that their most similar ends meet.
fn leaves(vectors: &Vectors, group: &[u32]) -> Vec<u32> {
    let count = group.len();
    let rows = vectors.select(group.iter().map(|&item| item as usize));
    let similarities = matrix(rows.values(), &Columns::pack(rows.values(), rows.dim()));
    let similarity = |a: usize, b: usize| similarities[a * count + b];
    let mut distances: Vec<f32> = Vec::with_capacity(count * (count - 1) / 2);
    for a in 0..count {
        distances.extend((a + 1..count).map(|b| 1.0 - similarity(a, b)));
    }
    let tree = linkage(&mut distances, count, Method::Average);
    let joins = tree.steps().iter().map(|step| [step.cluster1, step.cluster2]);
    let order = turned(count, joins, |a, b| similarity(a as usize, b as usize));
    order.into_iter().map(|leaf| group[leaf as usize]).collect()
}

/// By the angle in the plane of the two strongest components. These are learnt from some of a long group.
fn along_first_component(vectors: &Vectors, group: Vec<u32>) -> Vec<u32> {
    let step = group.len().div_ceil(SAMPLE).max(1);
    let some = vectors.select(group.iter().step_by(step).map(|&item| item as usize));
    let Centred { mean, rows } = Centred::of(&some);
    let axes = axes(&rows, 2);
    let middle: Vec<f32> = axes.rows().map(|axis| dot(axis, &mean)).collect();
    let mut angles: Vec<(f32, u32)> = group
        .into_par_iter()
        .map(|item| {
            let row = vectors.row(item as usize);
            let mut at = axes.rows().zip(&middle).map(|(axis, middle)| dot(axis, row) - middle);
            let (x, y) = (at.next().unwrap_or(0.0), at.next().unwrap_or(0.0));
            (y.atan2(x), item)
        })
        .collect();
    angles.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    angles.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::ItemId;
    use crate::topics::{Placement, Topic, TopicId};

    fn on_circle(angles: &[f32]) -> Vectors {
        Vectors::new(2, angles.iter().flat_map(|angle| [angle.cos(), angle.sin()]).collect())
    }

    #[test]
    fn alike_items_stand_together() {
        let order = leaf_order(&on_circle(&[0.0, 1.5, 0.1, 1.4, 0.2, 1.6]), &Sorting::default());
        let near_zero: Vec<usize> = order
            .iter()
            .enumerate()
            .filter(|(_, item)| *item % 2 == 0)
            .map(|(place, _)| place)
            .collect();
        assert!(
            near_zero == [0, 1, 2] || near_zero == [3, 4, 5],
            "the three near angle 0 are neighbours in {order:?}"
        );
    }

    #[test]
    fn topics_follow_each_other_and_unsorted_comes_last() {
        let topic = |id| Topic {
            id: TopicId(id),
            name: String::new(),
            named_by_person: false,
            alternates: Vec::new(),
            colour: 0,
            stability: 1.0,
        };
        let place =
            |topic: Option<u32>| Placement { topic: topic.map(TopicId), ..Placement::UNSORTED };
        let sorting = Sorting {
            topics: vec![topic(7), topic(3)],
            placements: vec![
                place(None),
                place(Some(3)),
                place(Some(7)),
                place(Some(3)),
                place(Some(7)),
            ],
            ..Sorting::default()
        };
        let order = leaf_order(&on_circle(&[0.0, 0.1, 0.2, 0.3, 0.4]), &sorting);
        assert_eq!(order[4], ItemId(0).0, "Unsorted is last");
        assert!(
            order[..2].iter().all(|item| [2, 4].contains(item)),
            "the first topic is first in {order:?}"
        );
    }

    #[test]
    fn a_topic_too_large_for_a_tree_keeps_every_item() {
        let angles: Vec<f32> = (0..LARGEST_TREE + 10).map(|i| i as f32).collect();
        let mut order = leaf_order(&on_circle(&angles), &Sorting::default());
        order.sort_unstable();
        assert_eq!(order, (0..angles.len() as u32).collect::<Vec<_>>(), "each item once");
    }
}
