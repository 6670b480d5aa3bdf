//! The history: what was done, what takes it back, and what was taken back.
//!
//! Rows with `is_undone = 0` come first, those with 1 after them: the last of
//! the first kind is what undo takes back, the first of the second kind what
//! redo does again.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::items;
use crate::edits::Edit;
use crate::sentence::Sentence;

/// How many edits can be taken back. Older ones are forgotten.
const KEPT: i64 = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EditRow {
    pub(crate) id: i64,
    pub(crate) edit: Edit,
    pub(crate) inverse: Edit,
}

/// What undo and redo would do, for the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) undo: Option<Sentence>,
    pub(crate) redo: Option<Sentence>,
}

/// Adds an edit that was just done. What was undone before can no longer be redone.
pub(crate) fn push(
    connection: &Connection,
    label: &Sentence,
    edit: &Edit,
    inverse: &Edit,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM edits WHERE is_undone = 1", [])?;
    items::forget_taken_back(connection)?;
    connection.execute(
        "INSERT INTO edits (label, edit, inverse, is_undone) VALUES (?1, ?2, ?3, 0)",
        (label.kept(), json(edit)?, json(inverse)?),
    )?;
    connection
        .execute("DELETE FROM edits WHERE id <= ?1", [connection.last_insert_rowid() - KEPT])?;
    Ok(())
}

/// The edit that undo takes back.
pub(crate) fn last_done(connection: &Connection) -> rusqlite::Result<Option<EditRow>> {
    connection
        .query_row(
            "SELECT id, edit, inverse FROM edits WHERE is_undone = 0 ORDER BY id DESC LIMIT 1",
            [],
            row,
        )
        .optional()
}

/// The edit that redo does again.
pub(crate) fn first_undone(connection: &Connection) -> rusqlite::Result<Option<EditRow>> {
    connection
        .query_row(
            "SELECT id, edit, inverse FROM edits WHERE is_undone = 1 ORDER BY id LIMIT 1",
            [],
            row,
        )
        .optional()
}

pub(crate) fn set_undone(
    connection: &Connection,
    id: i64,
    is_undone: bool,
) -> rusqlite::Result<()> {
    connection.execute("UPDATE edits SET is_undone = ?2 WHERE id = ?1", (id, is_undone))?;
    Ok(())
}

pub(crate) fn labels(connection: &Connection) -> rusqlite::Result<Labels> {
    let label = |sql| connection.query_row(sql, [], label_of).optional();
    Ok(Labels {
        undo: label("SELECT label FROM edits WHERE is_undone = 0 ORDER BY id DESC LIMIT 1")?,
        redo: label("SELECT label FROM edits WHERE is_undone = 1 ORDER BY id LIMIT 1")?,
    })
}

/// Labels of all edits, oldest first, and how many of them are done.
pub(crate) fn all_labels(connection: &Connection) -> rusqlite::Result<(Vec<Sentence>, usize)> {
    let labels = connection
        .prepare("SELECT label FROM edits ORDER BY id")?
        .query_map([], label_of)?
        .collect::<rusqlite::Result<_>>()?;
    let done =
        connection
            .query_row("SELECT count(*) FROM edits WHERE is_undone = 0", [], |row| row.get(0))?;
    Ok((labels, done))
}

fn label_of(row: &Row<'_>) -> rusqlite::Result<Sentence> {
    row.get(0).map(Sentence::from_kept)
}

fn row(row: &Row<'_>) -> rusqlite::Result<EditRow> {
    let edit = |column| -> rusqlite::Result<Edit> {
        serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
        })
    };
    Ok(EditRow { id: row.get(0)?, edit: edit(1)?, inverse: edit(2)? })
}

fn json(edit: &Edit) -> rusqlite::Result<String> {
    serde_json::to_string(edit)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
