//! The place of every item: in a topic or in Unsorted.

use rusqlite::Connection;

use super::damage;
use crate::topics::{Placement, TopicId};

/// All places, in item order; empty until topics were found once.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Placement>> {
    let mut select = connection.prepare(
        "SELECT item, topic, pinned, confidence, runner_up FROM placements ORDER BY item",
    )?;
    let mut rows = select.query([])?;
    let mut placements = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, usize>(0)? != placements.len() {
            return Err(damage(format!("the place of item {} is missing", placements.len())));
        }
        placements.push(Placement {
            topic: row.get::<_, Option<u32>>(1)?.map(TopicId),
            pinned: row.get(2)?,
            confidence: row.get(3)?,
            runner_up: row.get::<_, Option<u32>>(4)?.map(TopicId),
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
        "INSERT INTO placements (item, topic, pinned, confidence, runner_up) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (item) DO UPDATE SET
             topic = excluded.topic, pinned = excluded.pinned,
             confidence = excluded.confidence, runner_up = excluded.runner_up",
    )?;
    for (item, place) in after.iter().enumerate() {
        if before.get(item) == Some(place) {
            continue;
        }
        upsert.execute((
            item,
            place.topic.map(|topic| topic.0),
            place.pinned,
            place.confidence,
            place.runner_up.map(|topic| topic.0),
        ))?;
    }
    Ok(())
}
