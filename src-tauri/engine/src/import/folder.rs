//! The lists in a folder.

use std::path::{Path, PathBuf};

use super::source::{Origin, origin};
use crate::error::{Error, Result};
use crate::files;

/// More files than this are not read together.
pub(super) const MAX_FILES: usize = 1_000;

/// Folders in folders are looked into this far.
const MAX_DEPTH: usize = 3;

/// Files stay, folders become the lists in them, sorted by name.
///
/// # Errors
/// `Unreadable`; `NothingToImport` when a folder holds no list, `Invalid` for too many files.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            gather(path, MAX_DEPTH, &mut files)?;
            if files.len() == before {
                return Err(Error::NothingToImport {
                    reason: sentence!(
                        "There is no list in this folder that Kindred can read: {path}",
                        path
                    ),
                });
            }
        } else {
            files.push(path.clone());
        }
        if files.len() > MAX_FILES {
            return Err(Error::Invalid(sentence!(
                "There are more than {most} files. Open fewer of them at once.",
                most = MAX_FILES
            )));
        }
    }
    Ok(files)
}

fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = |error: std::io::Error| files::unreadable(folder, &error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Of a link this is the link itself: neither a file nor a folder.
        entries.push((entry.path(), entry.file_type().map_err(unreadable)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, file_type) in entries {
        if files.len() > MAX_FILES {
            break;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(['.', '~']) {
            continue;
        }
        if file_type.is_dir() && depth > 0 {
            // A folder inside that may not be looked into is as good as empty.
            let _ = gather(&path, depth - 1, files);
        } else if file_type.is_file() && is_list(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a name is that of a list.
fn is_list(path: &Path) -> bool {
    let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    origin(path) != Origin::Unknown
        || ["xlsx", "xlsm", "ods", "docx", "parquet"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
}
