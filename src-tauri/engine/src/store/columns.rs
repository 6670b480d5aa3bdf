//! Other columns of the list and what stands in them. Read when somebody asks: they may be large.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _};

use super::meta;
use crate::items::ItemId;

/// Names of the columns, in their order.
pub(crate) fn names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT name FROM columns WHERE position < ?1 ORDER BY position")?
        .query_map([meta::extent(connection)?.columns], |row| row.get(0))?
        .collect()
}

/// Adds columns after the first `count`.
pub(crate) fn insert(
    connection: &Connection,
    count: usize,
    names: &[String],
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO columns (position, name) VALUES (?1, ?2)")?;
    for (position, name) in (count..).zip(names) {
        insert.execute((position, name))?;
    }
    Ok(())
}

/// Keeps `item`'s cells, one per column.
pub(crate) fn insert_cells(
    connection: &Connection,
    item: usize,
    cells: &[&str],
) -> rusqlite::Result<()> {
    let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    if filled == 0 {
        return Ok(());
    }
    let json = serde_json::to_string(&cells[..filled])
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .prepare_cached("INSERT INTO cells (item, cells) VALUES (?1, ?2)")?
        .execute((item, json))?;
    Ok(())
}

/// The cells of `items`, one per column for each.
pub(crate) fn cells(
    connection: &Connection,
    items: &[ItemId],
) -> rusqlite::Result<Vec<Vec<String>>> {
    let columns = meta::extent(connection)?.columns;
    let mut select = connection.prepare_cached("SELECT cells FROM cells WHERE item = ?1")?;
    let of_item = |item: &ItemId| {
        let cells = select.query_row([item.0], |row| {
            serde_json::from_str::<Vec<String>>(row.get_ref(0)?.as_str()?).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
            })
        });
        let mut cells = cells.optional()?.unwrap_or_default();
        cells.resize(columns, String::new());
        Ok(cells)
    };
    items.iter().map(of_item).collect()
}
