//! One window may change a workbook, others may look at it.
//!
//! The operating system holds the lock on a small file beside the workbook,
//! and lets go of it when the process ends, however it ends. A folder
//! that a model is fetched into is locked in the same way.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::files;

/// Held for as long as the workbook is open for changes.
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

pub(crate) enum Taken {
    Here(Lock),
    /// Another window has it, or nothing can be locked in this place.
    Elsewhere,
}

impl Lock {
    /// Tries to take the lock of the workbook at `workbook`, without waiting.
    pub(crate) fn take(workbook: &Path) -> Taken {
        let path = files::beside(workbook, ".lock");
        // The file may vanish between opening and locking it, when the one who
        // had it closes: then the lock is on nothing, and the next try decides.
        for _ in 0..8 {
            let Ok(file) =
                File::options().read(true).write(true).create(true).truncate(false).open(&path)
            else {
                return Taken::Elsewhere;
            };
            if file.try_lock().is_err() {
                return Taken::Elsewhere;
            }
            if is_same_file(&file, &path) {
                return Taken::Here(Self { file, path });
            }
        }
        Taken::Elsewhere
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so nobody's lock is taken away. When
        // it cannot be removed it stays behind, unlocked, and does no harm.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

/// Whether two paths are names of one file. Opens neither: closing it again would let go of the
/// locks that SQLite holds on it.
#[cfg(unix)]
pub(super) fn is_one_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => identity(&one) == identity(&other),
        _ => false,
    }
}

#[cfg(not(unix))]
pub(super) fn is_one_file(one: &Path, other: &Path) -> bool {
    one == other
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;

    (metadata.dev(), metadata.ino())
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(opened), Ok(there)) => identity(&opened) == identity(&there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_file(_: &File, path: &Path) -> bool {
    path.exists()
}
