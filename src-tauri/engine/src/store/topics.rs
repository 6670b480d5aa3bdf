//! The topics, in the order they are shown.

use rusqlite::Connection;
use rusqlite::types::Type;

use crate::topics::{Topic, TopicId};

pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Topic>> {
    connection
        .prepare("SELECT id, name, named_by_person, alternates, colour, stability FROM topics ORDER BY position")?
        .query_map([], |row| {
            let alternates: String = row.get(3)?;
            Ok(Topic {
                id: TopicId(row.get(0)?),
                name: row.get(1)?,
                named_by_person: row.get(2)?,
                alternates: serde_json::from_str(&alternates)
                    .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, Type::Text, error.into()))?,
                colour: row.get(4)?,
                stability: row.get(5)?,
            })
        })?
        .collect()
}

/// Writes what differs between `before`, which is what the table holds, and `after`.
pub(crate) fn update(
    connection: &Connection,
    before: &[Topic],
    after: &[Topic],
) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM topics WHERE id = ?1")?;
    for gone in before.iter().filter(|topic| after.iter().all(|other| other.id != topic.id)) {
        delete.execute([gone.id.0])?;
    }
    let mut upsert = connection.prepare_cached(
        "INSERT INTO topics (id, position, name, named_by_person, alternates, colour, stability)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET
             position = excluded.position, name = excluded.name, named_by_person = excluded.named_by_person,
             alternates = excluded.alternates, colour = excluded.colour, stability = excluded.stability",
    )?;
    for (position, topic) in after.iter().enumerate() {
        if before.get(position) == Some(topic) {
            continue;
        }
        let alternates = serde_json::to_string(&topic.alternates)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        upsert.execute((
            topic.id.0,
            position,
            &topic.name,
            topic.named_by_person,
            alternates,
            topic.colour,
            topic.stability,
        ))?;
    }
    Ok(())
}
