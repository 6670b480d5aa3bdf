//! Copies of a workbook in the folder `backups` beside it, the newest five.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::Day;
use crate::error::Result;
use crate::files;

/// How many backups of one workbook are kept.
const KEPT: usize = 5;

/// Makes today's backup, unless there is one.
///
/// A place where no folder can be made gets no backups: that is no reason to
/// keep a person from their workbook, which SQLite keeps whole anyway.
pub(super) fn make_daily(connection: &Connection, workbook: &Path, today: Day) -> Result<()> {
    let path = backup_path(workbook, &today.to_string());
    match make(connection, workbook, &path) {
        Err(crate::Error::Unwritable { .. } | crate::Error::DiskFull) => Ok(()),
        other => other,
    }
}

/// Makes the backup without which a migration must not start.
pub(super) fn make_before_migration(
    connection: &Connection,
    workbook: &Path,
    today: Day,
    version: usize,
) -> Result<()> {
    make(connection, workbook, &backup_path(workbook, &format!("{today} version {version}")))
}

fn make(connection: &Connection, workbook: &Path, path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let folder = folder_of(workbook);
    fs::create_dir_all(&folder).map_err(|error| files::unwritable(&folder, &error))?;
    files::replace_with(path, |temporary| {
        // Never a plain copy: that could catch a file in the middle of a change.
        connection.execute("VACUUM INTO ?1", [temporary.to_string_lossy()])?;
        Ok(())
    })?;
    remove_oldest(workbook);
    Ok(())
}

fn folder_of(workbook: &Path) -> PathBuf {
    workbook.with_file_name("backups")
}

fn backup_path(workbook: &Path, when: &str) -> PathBuf {
    let stem = workbook.file_stem().unwrap_or_default().to_string_lossy();
    folder_of(workbook).join(format!("{stem} {when}.kindred"))
}

/// A backup too many is no failure: the next opening tries again.
fn remove_oldest(workbook: &Path) {
    let stem = workbook.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir(folder_of(workbook)) else { return };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_backup_of(&stem, name))
        .collect();
    names.sort_unstable();
    for name in names.iter().rev().skip(KEPT) {
        let _ = fs::remove_file(folder_of(workbook).join(name));
    }
}

/// Whether `name` is a backup of the workbook `stem`, and not of `stem 2`.
fn is_backup_of(stem: &str, name: &str) -> bool {
    let when = name
        .strip_prefix(stem)
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|rest| rest.strip_suffix(".kindred"))
        .unwrap_or_default();
    let (date, rest) = when.split_at_checked("2026-11-23".len()).unwrap_or_default();
    let is_date = !date.is_empty()
        && date.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_date && (rest.is_empty() || rest.starts_with(" version "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_belongs_to_one_workbook() {
        for (stem, name, belongs) in [
            ("words", "words 2026-11-23.kindred", true),
            ("words", "words 2026-11-23 version 1.kindred", true),
            ("words", "words 2 2026-11-23.kindred", false),
            ("words 2", "words 2 2026-11-23.kindred", true),
            ("words", "words 2026-11-23.txt", false),
            ("words", "words.kindred", false),
            ("words", "words 2026-11-23 old.kindred", false),
        ] {
            assert_eq!(is_backup_of(stem, name), belongs, "{name} and the workbook {stem}");
        }
    }
}
