//! Files that reach the app from outside: dropped on the window, named on the
//! command line, also that of a second start, or opened from a file manager.
//! All go the same way.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, DragDropEvent, Manager as _};
use tauri_specta::Event as _;

use crate::messages::{FileHover, FilesReceived};

/// Holds files back until the page asked for them: an event sent before the
/// page listens would be lost.
pub(crate) struct PendingFiles(Mutex<Page>);

enum Page {
    Loading(Vec<String>),
    Listening,
}

impl Default for PendingFiles {
    fn default() -> Self {
        Self(Mutex::new(Page::Loading(Vec::new())))
    }
}

impl PendingFiles {
    /// What came before the page listened. From now on files go straight to it.
    pub(crate) fn take(&self) -> Vec<String> {
        match std::mem::replace(&mut *self.lock(), Page::Listening) {
            Page::Loading(paths) => paths,
            Page::Listening => Vec::new(),
        }
    }

    /// A page that is loaded again has to ask again.
    pub(crate) fn hold_back(&self) {
        let mut page = self.lock();
        if matches!(*page, Page::Listening) {
            *page = Page::Loading(Vec::new());
        }
    }

    /// Hands the paths back when the page listens, keeps them otherwise.
    fn pass_on(&self, paths: Vec<String>) -> Option<Vec<String>> {
        match &mut *self.lock() {
            Page::Loading(kept) => {
                kept.extend(paths);
                None
            }
            Page::Listening => Some(paths),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one way in for files from outside.
pub(crate) fn receive_files(app: &AppHandle, paths: Vec<PathBuf>) {
    // The window speaks of files in text; a name that is no text is shown as
    // well as it can be and refused with a sentence when it cannot be opened.
    let paths: Vec<String> =
        paths.into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
    if paths.is_empty() {
        return;
    }
    tracing::info!(count = paths.len(), "files received");
    if let Some(paths) = app.state::<PendingFiles>().pass_on(paths) {
        tell(FilesReceived(paths).emit(app));
    }
}

/// Files named on a command line, the program's name first, that was typed in `folder`.
pub(crate) fn named_on_command_line(
    line: impl IntoIterator<Item = impl Into<OsString>>,
    folder: &Path,
) -> Vec<PathBuf> {
    line.into_iter()
        .skip(1)
        .map(Into::into)
        .filter(|argument| !argument.to_string_lossy().starts_with('-'))
        .map(|argument| folder.join(argument))
        .collect()
}

pub(crate) fn on_drag(app: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => tell(FileHover(true).emit(app)),
        DragDropEvent::Drop { paths, .. } => {
            tell(FileHover(false).emit(app));
            receive_files(app, paths.clone());
        }
        DragDropEvent::Leave => tell(FileHover(false).emit(app)),
        _ => {}
    }
}

fn tell(sent: tauri::Result<()>) {
    if let Err(error) = sent {
        tracing::warn!(%error, "the window could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn files_wait_until_the_page_asked_for_them() {
        let pending = PendingFiles::default();
        assert_eq!(pending.pass_on(paths(&["a.txt"])), None, "nobody listens yet");
        assert_eq!(pending.pass_on(paths(&["b.txt"])), None, "nobody listens yet");
        assert_eq!(pending.take(), paths(&["a.txt", "b.txt"]), "nothing is lost");
        assert_eq!(pending.take(), paths(&[]), "nothing comes twice");
        assert_eq!(pending.pass_on(paths(&["c.txt"])), Some(paths(&["c.txt"])), "the page listens");
        pending.hold_back();
        assert_eq!(
            pending.pass_on(paths(&["d.txt"])),
            None,
            "a page that is loading listens no more"
        );
    }

    #[test]
    fn a_second_start_names_its_files_from_its_own_folder() {
        let line = ["kindred", "words.csv", "--flag", "../other.txt"];
        let expected = [PathBuf::from("/lists/words.csv"), PathBuf::from("/lists/../other.txt")];
        assert_eq!(
            named_on_command_line(line, Path::new("/lists")),
            expected,
            "neither the program nor a flag is a file"
        );
        let absolute = named_on_command_line(["kindred", "/a/b.kindred"], Path::new("/lists"));
        assert_eq!(absolute, [PathBuf::from("/a/b.kindred")], "a whole path stays as it is");
    }
}
