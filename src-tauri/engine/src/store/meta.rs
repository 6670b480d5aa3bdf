//! What a workbook is called, where it comes from and how the window looked.

use rusqlite::Connection;
use rusqlite::types::Type;

use crate::edits::Extent;
use crate::embed::ModelKey;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) name: String,
    pub(crate) source_name: String,
    pub(crate) seed: u64,
    pub(crate) created_at_secs: u64,
    pub(crate) view: String,
    pub(crate) is_paused: bool,
    /// Whose vectors are used; `None` in workbooks that are older than the choice.
    pub(crate) model: Option<ModelKey>,
    /// What takes over once it has embedded everything.
    pub(crate) next_model: Option<ModelKey>,
}

pub(crate) fn insert(connection: &Connection, meta: &Meta) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO meta (id, name, source_name, seed, created_at_secs, view, is_paused, model, next_model)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        // SQLite's integers have a sign: seeds above half of u64 are kept as negative ones.
        (
            &meta.name,
            &meta.source_name,
            meta.seed.cast_signed(),
            meta.created_at_secs.cast_signed(),
            &meta.view,
            meta.is_paused,
            written(meta.model.as_ref()),
            written(meta.next_model.as_ref()),
        ),
    )?;
    Ok(())
}

pub(crate) fn get(connection: &Connection) -> rusqlite::Result<Meta> {
    connection.query_row(
        "SELECT name, source_name, seed, created_at_secs, view, is_paused, model, next_model FROM meta WHERE id = 1",
        [],
        |row| {
            Ok(Meta {
                name: row.get(0)?,
                source_name: row.get(1)?,
                seed: row.get::<_, i64>(2)?.cast_unsigned(),
                created_at_secs: row.get::<_, i64>(3)?.cast_unsigned(),
                view: row.get(4)?,
                is_paused: row.get(5)?,
                model: read(row.get(6)?)?,
                next_model: read(row.get(7)?)?,
            })
        },
    )
}

/// How long the list is.
pub(crate) fn extent(connection: &Connection) -> rusqlite::Result<Extent> {
    connection
        .prepare_cached("SELECT item_count, column_count FROM meta WHERE id = 1")?
        .query_row([], |row| Ok(Extent { items: row.get(0)?, columns: row.get(1)? }))
}

pub(crate) fn set_extent(connection: &Connection, extent: Extent) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE meta SET item_count = ?1, column_count = ?2 WHERE id = 1",
        (extent.items, extent.columns),
    )?;
    Ok(())
}

pub(crate) fn set_view(connection: &Connection, view: &str) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET view = ?1 WHERE id = 1", [view])?;
    Ok(())
}

pub(crate) fn set_paused(connection: &Connection, is_paused: bool) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET is_paused = ?1 WHERE id = 1", [is_paused])?;
    Ok(())
}

/// How sure the machine must be to place an item.
pub(crate) fn threshold(connection: &Connection) -> rusqlite::Result<Option<f32>> {
    connection.query_row("SELECT threshold FROM meta WHERE id = 1", [], |row| row.get(0))
}

pub(crate) fn set_threshold(
    connection: &Connection,
    threshold: Option<f32>,
) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET threshold = ?1 WHERE id = 1", [threshold])?;
    Ok(())
}

pub(crate) fn set_model(connection: &Connection, model: Option<&ModelKey>) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET model = ?1 WHERE id = 1", [written(model)])?;
    Ok(())
}

pub(crate) fn set_next_model(
    connection: &Connection,
    model: Option<&ModelKey>,
) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET next_model = ?1 WHERE id = 1", [written(model)])?;
    Ok(())
}

/// From where on pairs count as related, in percent of all pairs.
pub(crate) fn related_percentile(connection: &Connection) -> rusqlite::Result<Option<f32>> {
    connection.query_row("SELECT related_percentile FROM meta WHERE id = 1", [], |row| row.get(0))
}

pub(crate) fn set_related_percentile(
    connection: &Connection,
    percentile: Option<f32>,
) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET related_percentile = ?1 WHERE id = 1", [percentile])?;
    Ok(())
}

fn written(model: Option<&ModelKey>) -> Option<String> {
    model.map(|key| serde_json::to_string(key).expect("a key is plain text and numbers"))
}

fn read(model: Option<String>) -> rusqlite::Result<Option<ModelKey>> {
    let read = |text: String| {
        serde_json::from_str(&text)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
    };
    model.map(read).transpose()
}
