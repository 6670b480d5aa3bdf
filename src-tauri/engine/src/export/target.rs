//! A file that is being written: stops when the job is cancelled, and knows why it failed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::files;
use crate::monitor::Monitor;
use crate::sentence::Sentence;

/// Remembers the first failure, because libraries wrap theirs until it cannot be told any more.
pub(super) struct Target<'a> {
    file: BufWriter<File>,
    monitor: &'a dyn Monitor,
    failure: Option<io::Error>,
}

/// Writes one file, whole or not at all.
///
/// # Errors
/// What `fill` fails with; `Cancelled`, `Unwritable`, `DiskFull`.
pub(super) fn write(
    path: &Path,
    monitor: &dyn Monitor,
    fill: impl FnOnce(&mut Target<'_>) -> Result<()>,
) -> Result<()> {
    files::replace_with(path, |temporary| fill_file(temporary, path, monitor, fill))
}

/// Fills the new file `temporary`, which will be `path`.
pub(super) fn fill_file(
    temporary: &Path,
    path: &Path,
    monitor: &dyn Monitor,
    fill: impl FnOnce(&mut Target<'_>) -> Result<()>,
) -> Result<()> {
    let file = File::create(temporary).map_err(|error| files::unwritable(path, &error))?;
    let mut target =
        Target { file: BufWriter::with_capacity(1 << 16, file), monitor, failure: None };
    let filled = fill(&mut target)
        .and_then(|()| target.flush().map_err(|error| files::unwritable(path, &error)));
    match (filled, target.failure) {
        (Err(_), _) | (_, Some(_)) if monitor.is_cancelled() => Err(Error::Cancelled),
        (_, Some(failure)) => Err(files::unwritable(path, &failure)),
        (filled, None) => filled,
    }
}

/// What a library could not do, when it is not the file's fault.
pub(super) fn broken(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Unwritable { path: path.to_path_buf(), reason: Sentence::verbatim(error.to_string()) }
}

impl Target<'_> {
    fn noting<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.failure.get_or_insert(error);
            kind.into()
        })
    }
}

impl Write for Target<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A library that closes its file after a failure, and complains when it cannot, is let go on.
        if self.failure.is_some() {
            return Ok(bytes.len());
        }
        let written = match self.monitor.is_cancelled() {
            true => Err(io::Error::other("cancelled")),
            false => self.file.write(bytes),
        };
        self.noting(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failure.is_some() {
            return Ok(());
        }
        let flushed = self.file.flush();
        self.noting(flushed)
    }
}
