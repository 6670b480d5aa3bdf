//! What reading the list gave, kept with the workbook.

use rusqlite::Connection;

use crate::import::{ImportProblem, ImportReport, MergedText};
use crate::sentence::Sentence;

pub(crate) fn insert(connection: &Connection, report: &ImportReport) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO import_report (id, row_count, kept, blank, duplicates, merged, problem_count)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        (
            report.rows,
            report.kept,
            report.blank,
            report.duplicates,
            report.merged,
            report.problem_count,
        ),
    )?;
    let mut insert = connection
        .prepare("INSERT INTO import_problems (position, line, message) VALUES (?1, ?2, ?3)")?;
    for (position, problem) in report.problems.iter().enumerate() {
        insert.execute((position, problem.line, problem.message.kept()))?;
    }
    let mut insert = connection.prepare(
        "INSERT INTO import_merges (position, line, text, merged_into) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (position, merge) in report.merges.iter().enumerate() {
        insert.execute((position, merge.line, &merge.text, &merge.into))?;
    }
    Ok(())
}

pub(crate) fn get(connection: &Connection) -> rusqlite::Result<ImportReport> {
    let problems = connection
        .prepare("SELECT line, message FROM import_problems ORDER BY position")?
        .query_map([], |row| {
            Ok(ImportProblem { line: row.get(0)?, message: Sentence::from_kept(row.get(1)?) })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let merges = connection
        .prepare("SELECT line, text, merged_into FROM import_merges ORDER BY position")?
        .query_map([], |row| {
            Ok(MergedText { line: row.get(0)?, text: row.get(1)?, into: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    connection.query_row(
        "SELECT row_count, kept, blank, duplicates, merged, problem_count FROM import_report WHERE id = 1",
        [],
        |row| {
            Ok(ImportReport {
                rows: row.get(0)?,
                kept: row.get(1)?,
                blank: row.get(2)?,
                duplicates: row.get(3)?,
                merged: row.get(4)?,
                merges,
                problem_count: row.get(5)?,
                problems,
            })
        },
    )
}
