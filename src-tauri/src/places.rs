//! Where things are on this computer: the app's resources, and where new workbooks go.

use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager as _};

/// The folder with the model, ONNX Runtime and the vocabulary. In an installed
/// app it lies among the app's own files; a build inside the workspace finds
/// the workspace's.
pub(crate) fn resources(app: &AppHandle) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let exe = std::env::current_exe().unwrap_or_default();
    let is_in_workspace = workspace.parent().is_some_and(|root| exe.starts_with(root));
    // A build for development can lie anywhere, so it takes only what is installed with it.
    let beside = exe.ancestors().nth(2).unwrap_or(&exe).join("lib");
    match app.path().resource_dir() {
        Ok(folder)
            if !is_in_workspace && (!cfg!(debug_assertions) || folder.starts_with(beside)) =>
        {
            folder.join("resources")
        }
        _ => workspace.join("resources"),
    }
}

/// The folder for new workbooks: with the person's documents, or among the
/// app's own data where there is no such folder.
pub(crate) fn workbooks(app: &AppHandle) -> tauri::Result<PathBuf> {
    match app.path().document_dir() {
        Ok(documents) if documents.is_dir() => Ok(documents.join("Kindred")),
        _ => Ok(app.path().app_data_dir()?.join("workbooks")),
    }
}

/// The folder for models that are fetched.
pub(crate) fn models(app: &AppHandle) -> tauri::Result<PathBuf> {
    Ok(app.path().app_data_dir()?.join("models"))
}

/// A path in `folder` that is not taken: `name.kindred`, `name 2.kindred` and so on.
pub(crate) fn free_path(folder: &Path, name: &str) -> PathBuf {
    let stem = file_stem(name);
    let mut path = folder.join(format!("{stem}.kindred"));
    let mut number = 2_u32;
    while path.exists() {
        path = folder.join(format!("{stem} {number}.kindred"));
        number += 1;
    }
    path
}

/// `name` without what some system refuses in a file name.
fn file_stem(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { ' ' } else { c })
        .take(80)
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean.trim_matches(['.', ' ']);
    let is_reserved =
        ["CON", "PRN", "AUX", "NUL"].iter().any(|device| clean.eq_ignore_ascii_case(device));
    if clean.is_empty() || is_reserved {
        format!("List {clean}").trim_end().to_owned()
    } else {
        clean.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_gets_a_file_name_that_every_system_takes() {
        for (name, stem) in [
            ("Shopping words", "Shopping words"),
            ("a/b: c?", "a b c"),
            ("../../etc", "etc"),
            ("  ...  ", "List"),
            ("", "List"),
            ("nul", "List nul"),
            ("crème brûlée", "crème brûlée"),
        ] {
            assert_eq!(file_stem(name), stem, "the file name made from {name:?}");
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for expected in ["words.kindred", "words 2.kindred", "words 3.kindred"] {
            let path = free_path(folder.path(), "words");
            assert_eq!(
                path.file_name().and_then(|name| name.to_str()),
                Some(expected),
                "the next free name"
            );
            std::fs::write(path, "").expect("a file can be written");
        }
    }
}
