//! The texts of the list, numbered from 0 without gaps.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::items::{Item, ItemId};

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

/// What the person told the model about texts, by item.
pub(crate) fn contexts(connection: &Connection) -> rusqlite::Result<BTreeMap<ItemId, String>> {
    connection
        .prepare("SELECT id, context FROM items WHERE context IS NOT NULL ORDER BY id")?
        .query_map([], |row| Ok((ItemId(row.get(0)?), row.get(1)?)))?
        .collect()
}

/// Writes what differs between `before`, which is what the table holds, and `after`.
pub(crate) fn update_contexts(
    connection: &Connection,
    before: &BTreeMap<ItemId, String>,
    after: &BTreeMap<ItemId, String>,
) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached("UPDATE items SET context = ?2 WHERE id = ?1")?;
    for item in before.keys().chain(after.keys()) {
        if before.get(item) != after.get(item) {
            update.execute((item.0, after.get(item)))?;
        }
    }
    Ok(())
}
