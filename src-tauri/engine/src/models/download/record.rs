//! What was learned of a download, kept beside its parts until it is complete.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::source::Promise;
use super::{Download, parts};
use crate::error::Result;
use crate::files::{replace_with, unwritable};

pub(super) const NAME: &str = "download.json";

pub(super) fn path_in(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

pub(super) struct Record {
    path: PathBuf,
    facts: Facts,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Facts {
    base: String,
    repository: String,
    revision: String,
    /// The state of the repository that all files are taken from.
    commit: Option<String>,
    files: BTreeMap<String, FileFacts>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct FileFacts {
    promised: Option<Promise>,
    /// The hash of what lies under the file's final name.
    finished: Option<String>,
}

impl Record {
    /// What an earlier call learned of the same download. Parts of another
    /// one, or of nobody knows what, are removed.
    pub(super) fn open(download: &Download, folder: &Path) -> Result<Self> {
        let path = path_in(folder);
        let wanted = Facts {
            base: download.base.to_string(),
            repository: download.repository.clone(),
            revision: download.revision.clone(),
            ..Facts::default()
        };
        let found: Option<Facts> =
            fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let is_same = |facts: &Facts| {
            (&facts.base, &facts.repository, &facts.revision)
                == (&wanted.base, &wanted.repository, &wanted.revision)
        };
        if let Some(facts) = found.filter(is_same) {
            return Ok(Self { path, facts });
        }
        for part in parts(folder) {
            fs::remove_file(&part).map_err(|error| unwritable(&part, &error))?;
        }
        Ok(Self { path, facts: wanted })
    }

    pub(super) fn commit(&self) -> Option<String> {
        self.facts.commit.clone()
    }

    pub(super) fn size(&self, file: &str) -> Option<u64> {
        self.promised(file)?.size
    }

    pub(super) fn sha256(&self, file: &str) -> Option<String> {
        self.promised(file)?.sha256.clone()
    }

    pub(super) fn finished(&self, file: &str) -> Option<String> {
        self.facts.files.get(file)?.finished.clone()
    }

    /// Whether the server still says of a file what it said first.
    pub(super) fn agrees(&self, file: &str, promise: &Promise) -> bool {
        self.promised(file).is_none_or(|first| first.is_same_file(promise))
    }

    pub(super) fn learn(&mut self, file: &str, promise: &Promise) -> Result<()> {
        let commit = self.facts.commit.clone().or_else(|| promise.commit.clone());
        let facts = self.facts.files.entry(file.to_owned()).or_default();
        if facts.promised.is_some() && commit == self.facts.commit {
            return Ok(());
        }
        facts.promised.get_or_insert_with(|| promise.clone());
        self.facts.commit = commit;
        self.save()
    }

    pub(super) fn forget(&mut self, file: &str) -> Result<()> {
        self.facts.files.remove(file);
        self.save()
    }

    pub(super) fn finish(&mut self, file: &str, sha256: &str) -> Result<()> {
        self.facts.files.entry(file.to_owned()).or_default().finished = Some(sha256.to_owned());
        self.save()
    }

    pub(super) fn remove(self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(unwritable(&self.path, &error))
            }
            _ => Ok(()),
        }
    }

    fn promised(&self, file: &str) -> Option<&Promise> {
        self.facts.files.get(file)?.promised.as_ref()
    }

    fn save(&self) -> Result<()> {
        replace_with(&self.path, |temporary| {
            let failed = |error: std::io::Error| unwritable(temporary, &error);
            let text =
                serde_json::to_vec_pretty(&self.facts).map_err(|error| failed(error.into()))?;
            fs::write(temporary, text).map_err(failed)
        })
    }
}
