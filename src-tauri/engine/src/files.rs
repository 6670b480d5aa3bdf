//! Writing files so that a reader meets the old one or the new one, never half of one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sentence::Sentence;

/// Writes `path` through `write`, which gets the path of a temporary file in
/// the same folder. What it wrote reaches the disk before it takes the place
/// of the old file; when it fails, the old file stays as it was.
pub(crate) fn replace_with(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let temporary = beside(path, ".part");
    let written = remove_if_there(&temporary)
        .and_then(|()| write(&temporary))
        .and_then(|()| sync_file(&temporary).map_err(|error| unwritable(path, &error)))
        .and_then(|()| fs::rename(&temporary, path).map_err(|error| unwritable(path, &error)));
    if written.is_err() {
        // The first failure is the one to tell; a left-over is replaced by the next attempt.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(path);
    Ok(())
}

/// Writes two files that belong together, as [`replace_with`] writes one: when it fails, both are as
/// they were.
pub(crate) fn replace_both(
    paths: [&Path; 2],
    write: impl FnOnce([&Path; 2]) -> Result<()>,
) -> Result<()> {
    let [first, second] = paths;
    let temporaries = paths.map(|path| beside(path, ".part"));
    let [new_first, new_second] = &temporaries;
    let old_second = beside(second, ".old");
    let ready = || {
        temporaries.iter().try_for_each(|temporary| remove_if_there(temporary))?;
        write([new_first, new_second])?;
        sync_file(new_first).map_err(|error| unwritable(first, &error))?;
        sync_file(new_second).map_err(|error| unwritable(second, &error))?;
        let had_second = second.exists();
        if had_second {
            fs::rename(second, &old_second).map_err(|error| unwritable(second, &error))?;
        }
        let renamed = fs::rename(new_second, second)
            .map_err(|error| unwritable(second, &error))
            .and_then(|()| fs::rename(new_first, first).map_err(|error| unwritable(first, &error)));
        match renamed {
            // What cannot be put back or taken away here could not be renamed either.
            Err(_) if had_second => drop(fs::rename(&old_second, second)),
            Err(_) => drop(fs::remove_file(second)),
            Ok(()) => drop(fs::remove_file(&old_second)),
        }
        renamed
    };
    let written = ready();
    if written.is_err() {
        temporaries.iter().for_each(|temporary| drop(fs::remove_file(temporary)));
        return written;
    }
    sync_folder(first);
    Ok(())
}

/// `path` with `ending` added to its file name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(ending);
    path.with_file_name(name)
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull,
        _ => Error::Unwritable { path: path.to_path_buf(), reason: reason(error) },
    }
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Unreadable { path: path.to_path_buf(), reason: reason(error) }
}

/// What went wrong in words that fit into a sentence.
fn reason(error: &io::Error) -> Sentence {
    match error.kind() {
        io::ErrorKind::NotFound => sentence!("it is not there"),
        io::ErrorKind::PermissionDenied => sentence!("access was denied"),
        io::ErrorKind::AlreadyExists => sentence!("there is a file of this name already"),
        io::ErrorKind::IsADirectory => sentence!("it is a folder"),
        io::ErrorKind::NotADirectory => sentence!("a part of its path is no folder"),
        io::ErrorKind::ReadOnlyFilesystem => sentence!("the disk is write-protected"),
        io::ErrorKind::InvalidFilename => sentence!("its name is not allowed here"),
        _ => Sentence::verbatim(error.to_string()),
    }
}

pub(crate) fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

fn sync_file(path: &Path) -> io::Result<()> {
    // Windows flushes only through a handle that may write.
    File::options().read(true).write(true).open(path)?.sync_all()
}

/// Makes a rename last. Only some systems can open a folder for this, and the
/// file itself is complete either way, so a refusal is no failure.
pub(crate) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}
