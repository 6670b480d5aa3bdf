//! A file that is not complete yet.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::files::{sync_folder, unreadable, unwritable};

/// What arrived of a file, hashed as far as it goes.
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    len: u64,
}

impl Partial {
    /// Opens what an earlier call left at `path`, or begins.
    pub(super) fn open(path: &Path, is_cancelled: &dyn Fn() -> bool) -> Result<Self> {
        let failed = |error: io::Error| unwritable(path, &error);
        // Only a plain file can be what an earlier call left.
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            fs::remove_file(path).map_err(failed)?;
        }
        let mut options = File::options();
        let file = options.read(true).append(true).create(true).open(path).map_err(failed)?;
        let mut hasher = Sha256::new();
        let len = hash(&file, path, &mut hasher, is_cancelled)?;
        Ok(Self { path: path.to_path_buf(), file, hasher, len })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Of what is there, in hexadecimal digits.
    pub(super) fn sha256(&self) -> String {
        hex(self.hasher.clone())
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| unwritable(&self.path, &error))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .map_err(|error| unwritable(&self.path, &error))?;
        self.hasher = Sha256::new();
        self.len = 0;
        Ok(())
    }

    /// Gives the verified file its final name; returns its size and hash.
    pub(super) fn finish(self, path: &Path) -> Result<(u64, String)> {
        let failed = |error: io::Error| unwritable(path, &error);
        self.file.sync_all().map_err(failed)?;
        let (len, sha256) = (self.len, hex(self.hasher));
        // Windows renames no open file.
        drop(self.file);
        fs::rename(&self.path, path).map_err(failed)?;
        sync_folder(path);
        Ok((len, sha256))
    }
}

/// Hashes `file`, which is at `path`, from its beginning; returns its length.
pub(super) fn hash(
    mut file: &File,
    path: &Path,
    hasher: &mut Sha256,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<u64> {
    let failed = |error: io::Error| unreadable(path, &error);
    file.rewind().map_err(failed)?;
    let (mut len, mut bytes) = (0, vec![0; 1 << 20]);
    loop {
        if is_cancelled() {
            return Err(Error::Cancelled);
        }
        let read = file.read(&mut bytes).map_err(failed)?;
        if read == 0 {
            return Ok(len);
        }
        hasher.update(&bytes[..read]);
        len += read as u64;
    }
}

pub(super) fn hex(hasher: Sha256) -> String {
    crate::models::hex(&hasher.finalize())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_and_what_was_written_counts() {
        let file = File::options().write(true).open("/dev/full").expect("Linux has it");
        let path = PathBuf::from("/dev/full");
        let mut part = Partial { path, file, hasher: Sha256::new(), len: 7 };
        let outcome = part.append(b"more");
        assert!(matches!(outcome, Err(Error::DiskFull)), "{outcome:?}");
        assert_eq!(part.len(), 7, "what did not fit is asked for again");
    }
}
