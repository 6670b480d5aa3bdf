//! Writing files so that a reader meets the old one or the new one, never half of one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

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
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "access was denied".to_owned(),
        io::ErrorKind::AlreadyExists => "there is a file of this name already".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is write-protected".to_owned(),
        io::ErrorKind::InvalidFilename => "its name is not allowed here".to_owned(),
        _ => error.to_string(),
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
