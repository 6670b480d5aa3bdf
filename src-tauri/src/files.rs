//! Files that reach the app from outside: dropped on the window or named on
//! the command line. Both go the same way.

use std::path::PathBuf;
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

/// Files named on the command line, seen from the folder the app was started in.
pub(crate) fn command_line_files() -> Vec<PathBuf> {
    std::env::args_os()
        .skip(1)
        .filter(|argument| !argument.to_string_lossy().starts_with('-'))
        .filter_map(|argument| std::path::absolute(argument).ok())
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
}
