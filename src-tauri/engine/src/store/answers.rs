//! What the person said about pairs of items: related or not.

use rusqlite::Connection;

use crate::items::ItemId;
use crate::workbook::Answer;

pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Answer>> {
    let mut select = connection
        .prepare_cached("SELECT first, second, is_related FROM answers ORDER BY rowid")?;
    let answer = |row: &rusqlite::Row<'_>| {
        Ok(Answer {
            first: ItemId(row.get(0)?),
            second: ItemId(row.get(1)?),
            is_related: row.get(2)?,
        })
    };
    select.query_map([], answer)?.collect()
}

/// A pair that was asked before gets the new answer.
pub(crate) fn insert(connection: &Connection, answers: &[Answer]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO answers (first, second, is_related) VALUES (?1, ?2, ?3)",
    )?;
    for answer in answers {
        insert.execute((answer.first.0, answer.second.0, answer.is_related))?;
    }
    Ok(())
}

pub(crate) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM answers", [])?;
    Ok(())
}
