//! What there is to say about the topics of the items that are written.

use std::sync::Arc;

use super::rows::Table;
use crate::analyse::order::leaf_order;
use crate::analyse::product::dot;
use crate::analyse::profile::TopicProfile;
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::topics::{Placement, Sorting};
use crate::vectors::Vectors;

/// The members of every topic among the written items, in the order of the topics, Unsorted last.
pub(super) fn groups(table: &Table<'_>) -> Vec<Vec<ItemId>> {
    let mut groups = vec![Vec::new(); table.sorting.topics.len() + 1];
    let unsorted = groups.len() - 1;
    for &item in &table.order {
        groups[table.topic_of(item).unwrap_or(unsorted)].push(item);
    }
    groups
}

/// Items of `members` that the person put there.
pub(super) fn pinned(sorting: &Sorting, members: &[ItemId]) -> usize {
    let is_pinned = |item: &&ItemId| {
        sorting.placements.get(item.index()).is_some_and(|place: &Placement| place.pinned)
    };
    members.iter().filter(is_pinned).count()
}

/// The vectors of the whole list, if every text is embedded.
///
/// # Errors
/// `Damaged`, `Storage`.
pub(super) fn vectors(table: &Table<'_>) -> Result<Option<Arc<Vectors>>> {
    missing_is_none(all_vectors(table))
}

/// The vectors of the whole list.
///
/// # Errors
/// `Invalid` while texts are not embedded, and when the list grew or shrank since the export began;
/// `Damaged`, `Storage`.
pub(super) fn all_vectors(table: &Table<'_>) -> Result<Arc<Vectors>> {
    let vectors = table.workbook.vectors()?;
    if vectors.len() != table.items.len() {
        return Err(Error::Invalid(sentence!("The list was changed meanwhile. Export it again.")));
    }
    Ok(vectors)
}

/// What is known of every topic, in their order; of none while texts are not embedded.
///
/// # Errors
/// `Damaged`, `Storage`.
pub(super) fn profiles(table: &Table<'_>) -> Result<Vec<Option<TopicProfile>>> {
    let profiles = missing_is_none(table.workbook.topic_profiles())?;
    let of = |topic: &crate::topics::Topic| {
        let mut profile =
            profiles.as_ref()?.iter().find(|profile| profile.topic == topic.id)?.clone();
        // The list may have shrunk since.
        profile.typical.retain(|item| item.index() < table.items.len());
        Some(profile)
    };
    Ok(table.sorting.topics.iter().map(of).collect())
}

fn missing_is_none<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The written items as the heatmap orders them.
///
/// # Errors
/// `Damaged`, `Storage`.
pub(super) fn in_heatmap_order(table: &Table<'_>, vectors: &Vectors) -> Result<Vec<ItemId>> {
    if table.is_all {
        let heatmap = table.workbook.heatmap()?;
        if heatmap.len() == table.len() {
            return Ok(heatmap.order().iter().map(|&item| ItemId(item)).collect());
        }
    }
    let rows = vectors.select(table.order.iter().map(|item| item.index()));
    let placement = |item: &ItemId| table.sorting.placements.get(item.index()).copied();
    let some = Sorting {
        topics: table.sorting.topics.clone(),
        placements: table.order.iter().filter_map(placement).collect(),
        ..Sorting::default()
    };
    Ok(leaf_order(&rows, &some).into_iter().map(|row| table.order[row as usize]).collect())
}

/// Mean cosine similarities of groups of items, `k x k`: of all pairs between two of them, and of
/// all pairs inside one, items with themselves left out. NaN where there are no pairs.
pub(super) fn mean_similarities(vectors: &Vectors, groups: &[&[ItemId]]) -> Vec<f32> {
    let means: Vec<Vec<f32>> = groups
        .iter()
        .map(|members| {
            let mut sum = vec![0.0_f64; vectors.dim()];
            for item in *members {
                let row = vectors.row(item.index());
                sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
            }
            sum.iter().map(|sum| (sum / members.len().max(1) as f64) as f32).collect()
        })
        .collect();
    let mut similarities = Vec::with_capacity(groups.len() * groups.len());
    for (a, mean) in means.iter().enumerate() {
        for (b, other) in means.iter().enumerate() {
            let size = groups[a].len() as f32;
            let product = dot(mean, other);
            similarities.push(match a == b {
                _ if groups[a].is_empty() || groups[b].is_empty() => f32::NAN,
                false => product,
                true if size < 2.0 => f32::NAN,
                true => (size * product - 1.0) / (size - 1.0),
            });
        }
    }
    similarities
}
