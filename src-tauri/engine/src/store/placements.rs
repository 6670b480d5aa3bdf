//! The place of every item: in a topic or in Unsorted.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::damage;
use crate::topics::{Placement, Topic, TopicId};

/// All places, in item order; empty until topics were found once. Each is in one of `topics` or in none.
pub(crate) fn all(connection: &Connection, topics: &[Topic]) -> rusqlite::Result<Vec<Placement>> {
    let known: BTreeSet<u32> = topics.iter().map(|topic| topic.id.0).collect();
    let topic = |id: Option<u32>| match id {
        Some(id) if !known.contains(&id) => Err(damage(format!("there is no topic {id}"))),
        id => Ok(id.map(TopicId)),
    };
    let mut select = connection.prepare(
        "SELECT item, topic, pinned, suggested, confidence, runner_up, runner_up_confidence
         FROM placements ORDER BY item",
    )?;
    let mut rows = select.query([])?;
    let mut placements = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, usize>(0)? != placements.len() {
            return Err(damage(format!("the place of item {} is missing", placements.len())));
        }
        placements.push(Placement {
            topic: topic(row.get(1)?)?,
            pinned: row.get(2)?,
            suggested: topic(row.get(3)?)?,
            confidence: row.get(4)?,
            runner_up: topic(row.get(5)?)?,
            runner_up_confidence: row.get(6)?,
        });
    }
    Ok(placements)
}

/// Writes what differs between `before`, which is what the table holds, and `after`.
pub(crate) fn update(
    connection: &Connection,
    before: &[Placement],
    after: &[Placement],
) -> rusqlite::Result<()> {
    if after.len() < before.len() {
        connection.execute("DELETE FROM placements WHERE item >= ?1", [after.len()])?;
    }
    let mut upsert = connection.prepare_cached(
        "INSERT INTO placements
             (item, topic, pinned, suggested, confidence, runner_up, runner_up_confidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (item) DO UPDATE SET
             topic = excluded.topic, pinned = excluded.pinned, suggested = excluded.suggested,
             confidence = excluded.confidence, runner_up = excluded.runner_up,
             runner_up_confidence = excluded.runner_up_confidence",
    )?;
    let number = |topic: Option<TopicId>| topic.map(|topic| topic.0);
    for (item, place) in after.iter().enumerate() {
        if before.get(item) == Some(place) {
            continue;
        }
        upsert.execute((
            item,
            number(place.topic),
            place.pinned,
            number(place.suggested),
            place.confidence,
            number(place.runner_up),
            place.runner_up_confidence,
        ))?;
    }
    Ok(())
}
