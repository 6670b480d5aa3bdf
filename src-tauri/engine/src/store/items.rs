//! The texts of the list, numbered from 0 without gaps.

use rusqlite::Connection;

use crate::items::Item;

pub(crate) fn insert(connection: &Connection, items: &[Item]) -> rusqlite::Result<()> {
    let mut insert = connection
        .prepare("INSERT INTO items (id, text, category, occurrences) VALUES (?1, ?2, ?3, ?4)")?;
    for (id, item) in items.iter().enumerate() {
        insert.execute((id, &item.text, &item.category, item.occurrences))?;
    }
    Ok(())
}

/// All items, by id.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Item>> {
    let mut select =
        connection.prepare("SELECT id, text, category, occurrences FROM items ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, usize>(0)? != items.len() {
            return Err(super::damage(format!("item {} is missing", items.len())));
        }
        items.push(Item { text: row.get(1)?, category: row.get(2)?, occurrences: row.get(3)? });
    }
    Ok(items)
}
