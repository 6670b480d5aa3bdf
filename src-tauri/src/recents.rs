//! The workbooks that were open before, for the start screen. Kept in one
//! small JSON file of the app, never in the workbooks themselves.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::messages::Recent;

/// As many as the start screen can show without scrolling far.
const MOST: usize = 12;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecentEntry {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) opened_at_secs: u32,
    pub(crate) item_count: u32,
}

/// Latest first, each path once.
pub(crate) struct Recents {
    file: PathBuf,
    entries: Vec<RecentEntry>,
}

impl Recents {
    /// A list that is missing or unreadable is an empty one: it only saves clicks.
    pub(crate) fn load(file: PathBuf) -> Self {
        let entries = std::fs::read(&file)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default();
        Self { file, entries }
    }

    pub(crate) fn add(&mut self, entry: RecentEntry) {
        self.entries.retain(|known| known.path != entry.path);
        self.entries.insert(0, entry);
        self.entries.truncate(MOST);
        self.save();
    }

    pub(crate) fn forget(&mut self, path: &Path) {
        self.entries.retain(|known| known.path != path);
        self.save();
    }

    pub(crate) fn views(&self) -> Vec<Recent> {
        self.entries
            .iter()
            .map(|entry| Recent {
                path: entry.path.to_string_lossy().into_owned(),
                name: entry.name.clone(),
                opened_at_secs: entry.opened_at_secs,
                item_count: entry.item_count,
                is_missing: !entry.path.is_file(),
            })
            .collect()
    }

    /// The list is a convenience, so a failure is logged and goes no further.
    fn save(&self) {
        if let Err(error) = write_whole(&self.file, &self.entries) {
            tracing::warn!(%error, path = %self.file.display(), "recent workbooks were not saved");
        }
    }
}

/// Puts the complete file in place of the old one, so that a reader never meets half of it.
pub(crate) fn write_whole(file: &Path, contents: &impl Serialize) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut new, contents)?;
    new.flush()?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &Path, opened_at_secs: u32) -> RecentEntry {
        RecentEntry {
            path: path.to_path_buf(),
            name: "Name".to_owned(),
            opened_at_secs,
            item_count: 9,
        }
    }

    #[test]
    fn recents_are_latest_first_once_each_and_survive_a_restart() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("new folder").join("recents.json");
        let there = folder.path().join("there.kindred");
        std::fs::write(&there, "").expect("a file can be written");
        let gone = folder.path().join("gone.kindred");

        let mut recents = Recents::load(file.clone());
        assert_eq!(recents.views(), [], "nothing was opened yet");
        recents.add(entry(&there, 1));
        recents.add(entry(&gone, 2));
        recents.add(entry(&there, 3));

        let views = Recents::load(file.clone()).views();
        let seen: Vec<_> =
            views.iter().map(|view| (view.opened_at_secs, view.is_missing)).collect();
        assert_eq!(seen, [(3, false), (2, true)], "latest first, each once, missing files marked");

        recents.forget(&gone);
        assert_eq!(Recents::load(file.clone()).views().len(), 1, "forgetting lasts");

        for number in 0..30 {
            recents.add(entry(&folder.path().join(number.to_string()), number));
        }
        assert_eq!(recents.views().len(), MOST, "the list stays short");

        std::fs::write(&file, "[{").expect("a file can be written");
        assert_eq!(Recents::load(file).views(), [], "a broken list is an empty one");
    }
}
