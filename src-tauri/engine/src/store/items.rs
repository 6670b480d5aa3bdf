//! The texts of the list, numbered from 0 without gaps.

use std::collections::BTreeMap;
use std::ops::Range;

use rusqlite::Connection;

use super::meta;
use crate::edits::Extent;
use crate::import::MAX_ITEMS;
use crate::items::{Item, ItemId};

pub(crate) fn insert(connection: &Connection, id: usize, item: &Item) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO items (id, text, category, occurrences) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((id, &item.text, &item.category, item.occurrences))?;
    Ok(())
}

/// The items with these ids, in order.
pub(crate) fn range(connection: &Connection, ids: Range<usize>) -> rusqlite::Result<Vec<Item>> {
    let mut select = connection.prepare(
        "SELECT id, text, category, occurrences FROM items WHERE id >= ?1 AND id < ?2 ORDER BY id",
    )?;
    let mut rows = select.query((ids.start, ids.end))?;
    let mut items = Vec::with_capacity(ids.len().min(MAX_ITEMS));
    let mut expected = ids.clone();
    while let Some(row) = rows.next()? {
        if Some(row.get(0)?) != expected.next() {
            return Err(super::damage(format!("an item before {} is missing", expected.start)));
        }
        items.push(Item { text: row.get(1)?, category: row.get(2)?, occurrences: row.get(3)? });
    }
    if !expected.is_empty() {
        return Err(super::damage(format!("item {} is missing", expected.start)));
    }
    Ok(items)
}

/// Forgets what was added and taken back: it cannot be done again.
pub(crate) fn forget_taken_back(connection: &Connection) -> rusqlite::Result<()> {
    let Extent { items, columns } = meta::extent(connection)?;
    let last: Option<usize> =
        connection.query_row("SELECT max(id) FROM items", [], |row| row.get(0))?;
    if last.is_some_and(|last| last >= items) {
        connection.execute("DELETE FROM answers WHERE first >= ?1 OR second >= ?1", [items])?;
        connection.execute("DELETE FROM cells WHERE item >= ?1", [items])?;
        connection.execute("DELETE FROM items WHERE id >= ?1", [items])?;
    }
    connection.execute("DELETE FROM columns WHERE position >= ?1", [columns])?;
    Ok(())
}

/// What the person told the model about texts, by item.
pub(crate) fn contexts(connection: &Connection) -> rusqlite::Result<BTreeMap<ItemId, String>> {
    connection
        .prepare("SELECT id, context FROM items WHERE context IS NOT NULL AND id < ?1 ORDER BY id")?
        .query_map([meta::extent(connection)?.items], |row| Ok((ItemId(row.get(0)?), row.get(1)?)))?
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
