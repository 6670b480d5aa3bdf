//! The models whose vectors a workbook holds.

use rusqlite::{Connection, OptionalExtension as _};

use crate::embed::ModelKey;

/// A model's row, which its vectors refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModelRow {
    pub(crate) id: i64,
    pub(crate) dim: usize,
}

pub(crate) fn find(connection: &Connection, key: &ModelKey) -> rusqlite::Result<Option<ModelRow>> {
    connection
        .query_row(
            "SELECT id, dim FROM models WHERE model = ?1 AND revision = ?2 AND prefix = ?3 AND max_length = ?4",
            (&key.id, &key.revision, &key.prefix, key.max_length),
            |row| Ok(ModelRow { id: row.get(0)?, dim: row.get(1)? }),
        )
        .optional()
}

pub(crate) fn find_or_insert(
    connection: &Connection,
    key: &ModelKey,
    dim: usize,
) -> rusqlite::Result<ModelRow> {
    if let Some(row) = find(connection, key)? {
        return Ok(row);
    }
    connection.execute(
        "INSERT INTO models (model, revision, prefix, max_length, dim) VALUES (?1, ?2, ?3, ?4, ?5)",
        (&key.id, &key.revision, &key.prefix, key.max_length, dim),
    )?;
    Ok(ModelRow { id: connection.last_insert_rowid(), dim })
}
