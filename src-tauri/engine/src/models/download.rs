//! Fetches a model's files, piece by piece, until they are there and right.
//!
//! Owns the resuming, the checking and what lies in the folder meanwhile: a
//! file has its final name only once its hash or, where none is known, its
//! size is right. It trusts neither the server nor what an earlier call left
//! behind, and goes to no host it was not told of.

mod partial;
mod record;
mod source;

use std::fs;
use std::path::{Component, Path};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::files::{beside, unreadable, unwritable};
use crate::net::{Address, Answered, Client, Event, Patience, network};
use crate::store::lock::{Lock, Taken};

use crate::sentence::{Sentence, Value};
use partial::Partial;
use record::Record;
use source::{Outcome, Reached, Source};

/// Added to the name of a file that is not complete.
const PART: &str = ".part";
/// Names of files that are there while it works.
const RESERVED: [&str; 2] = [record::NAME, "download.lock"];
/// The longest file whose size nobody tells: such are configurations.
const LARGEST_UNTOLD: u64 = 1 << 30;
/// How often one file may be begun anew: a server that keeps changing its mind
/// would be followed for ever.
const BEGINNINGS: u32 = 2;
/// Room that is left on the disk.
const SPARE: u64 = 64 << 20;

/// A file to fetch, and what is known of it beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// In the repository, and below the folder.
    pub path: String,
    pub size: Option<u64>,
    /// In hexadecimal digits.
    pub sha256: Option<String>,
}

/// What to fetch, and from where: `{base}/{repository}/resolve/{revision}/{path}`.
#[derive(Clone, Debug)]
pub struct Download {
    pub base: Address,
    /// Like "owner/name".
    pub repository: String,
    pub revision: String,
    pub files: Vec<RemoteFile>,
    /// Besides the base's own, hosts that may serve a file: these and those below them.
    pub redirect_hosts: Vec<String>,
    pub patience: Patience,
}

/// Listens to a download. Called often: an implementation throttles what it passes on.
pub trait TransferMonitor: Sync {
    /// `done` of `total` bytes of all files are there; `None` until all sizes
    /// are known. `done` falls when a file has to be begun anew. Waiting for
    /// another try is told, too.
    fn progress(&self, done: u64, total: Option<u64>, is_retrying: bool);

    /// Whether the person asked to stop. Checked at least every 100 ms.
    fn is_cancelled(&self) -> bool;
}

/// A file that is there and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedFile {
    pub path: String,
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// The state of the repository it belongs to, if the server told.
    pub commit: Option<String>,
}

/// Fetches what is missing of `download` into `folder`: afterwards every file
/// is there and verified. A file that is there already is kept if its hash is
/// known and right.
///
/// # Errors
/// `Cancelled`, `DiskFull` and `Network`, all of which keep what arrived for
/// the next call; `Invalid` when the download makes no sense, another one is
/// at work in the folder or the disk has too little room; `Unwritable` and
/// `Unreadable` for the folder.
pub fn fetch(
    download: &Download,
    folder: &Path,
    monitor: &dyn TransferMonitor,
) -> Result<Vec<FetchedFile>> {
    check(download)?;
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let _lock = lock(folder)?;
    let mut record = Record::open(download, folder)?;
    let mut work = Work {
        download,
        folder,
        monitor,
        client: Client::new(download.patience.clone()),
        answered: Answered::Never,
        sizes: download.files.iter().map(|file| file.size).collect(),
        done: vec![0; download.files.len()],
    };
    work.check_room(&record)?;
    let fetched = (0..download.files.len())
        .map(|index| work.fetch_file(index, &mut record))
        .collect::<Result<Vec<_>>>()?;
    record.remove()?;
    Ok(fetched)
}

/// Bytes of files that are not complete, in `folder` and below.
#[must_use]
pub fn partial_bytes(folder: &Path) -> u64 {
    parts(folder).iter().filter_map(|path| fs::metadata(path).ok()).map(|part| part.len()).sum()
}

/// Removes what an unfinished download left in `folder`. Finished files stay.
///
/// # Errors
/// `Unwritable` when a file cannot be removed, `Invalid` while it is being fetched.
pub fn discard(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let _lock = lock(folder)?;
    let record = record::path_in(folder);
    for path in parts(folder).into_iter().chain(record.exists().then_some(record)) {
        fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

/// Keeps others from fetching into `folder`, until it is dropped.
fn lock(folder: &Path) -> Result<Lock> {
    match Lock::take(&folder.join("download")) {
        Taken::Here(lock) => Ok(lock),
        Taken::Elsewhere => Err(Error::Invalid(sentence!(
            "This model is being fetched in another window already, or its folder cannot be written to. Wait until the other window is done: {folder}",
            folder
        ))),
    }
}

fn parts(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(parts(&entry.path())),
            Ok(_) if entry.path().extension().is_some_and(|ending| ending == &PART[1..]) => {
                found.push(entry.path());
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// Refuses what would leave the folder, or the repository.
fn check(download: &Download) -> Result<()> {
    let refused =
        |what: Sentence| Err(Error::Invalid(sentence!("This cannot be downloaded: {what}", what)));
    let is_plain = |path: &str| {
        !path.contains(['\\', ':', '\0'])
            && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
            && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
    };
    for (index, file) in download.files.iter().enumerate() {
        let path = &file.path;
        if !is_plain(path) || path.ends_with(PART) || RESERVED.contains(&path.as_str()) {
            return refused(sentence!("a file must not be called \"{path}\"", path));
        }
        if download.files[..index].iter().any(|other| other.path.eq_ignore_ascii_case(path)) {
            return refused(sentence!("two files are called \"{path}\"", path));
        }
        if file.sha256.as_deref().is_some_and(|hash| !source::is_sha256(hash)) {
            return refused(sentence!("the hash of \"{path}\" is none", path));
        }
    }
    if !is_plain(&download.repository) || !is_plain(&download.revision) {
        return refused(sentence!(
            "\"{repository}\" is no repository",
            repository = &download.repository
        ));
    }
    Ok(())
}

struct Work<'a> {
    download: &'a Download,
    folder: &'a Path,
    monitor: &'a dyn TransferMonitor,
    client: Client,
    answered: Answered,
    /// Of each file, as far as they are known.
    sizes: Vec<Option<u64>>,
    /// Bytes of each file that are there.
    done: Vec<u64>,
}

/// How an attempt at a file ended, if nothing is wrong for good.
enum Attempt {
    Complete,
    /// What arrived is of no use, or does not fit what the server says now.
    Anew(Error),
    /// What arrived is fine; the rest may come after a while.
    Later(Option<std::time::Duration>, Error),
}

impl Work<'_> {
    fn fetch_file(&mut self, index: usize, record: &mut Record) -> Result<FetchedFile> {
        let file = &self.download.files[index];
        let path = self.folder.join(&file.path);
        if let Some(fetched) = self.keep(index, record)? {
            return Ok(fetched);
        }
        let folder = path.parent().unwrap_or(self.folder);
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let mut part = Partial::open(&beside(&path, PART), &|| self.monitor.is_cancelled())?;
        self.tell(index, part.len(), false);
        let (mut failed, mut beginnings, mut furthest) = (0, 1, part.len());
        loop {
            let (wait, error) = match self.attempt(index, &mut part, record)? {
                Attempt::Complete => break,
                Attempt::Anew(error) => {
                    part.clear()?;
                    beginnings += 1;
                    if beginnings > BEGINNINGS {
                        return Err(error);
                    }
                    (failed, furthest) = (0, 0);
                    continue;
                }
                Attempt::Later(wait, error) => (wait, error),
            };
            failed = if part.len() > furthest { 1 } else { failed + 1 };
            furthest = furthest.max(part.len());
            if failed >= self.download.patience.tries.max(1) {
                return Err(error);
            }
            self.tell(index, part.len(), true);
            self.download.patience.wait(failed, wait, &|| self.monitor.is_cancelled())?;
        }
        let (size, sha256) = part.finish(&path)?;
        record.finish(&file.path, &sha256)?;
        self.sizes[index] = Some(size);
        self.tell(index, size, false);
        Ok(FetchedFile { path: file.path.clone(), size, sha256, commit: record.commit() })
    }

    /// The file under its final name, if it is the right one.
    fn keep(&mut self, index: usize, record: &Record) -> Result<Option<FetchedFile>> {
        let file = &self.download.files[index];
        let path = self.folder.join(&file.path);
        let expected = file.sha256.clone().or_else(|| record.finished(&file.path));
        let (Some(expected), true) = (expected, path.is_file()) else { return Ok(None) };
        let opened = fs::File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let mut hasher = Sha256::new();
        let size = partial::hash(&opened, &path, &mut hasher, &|| self.monitor.is_cancelled())?;
        drop(opened);
        let sha256 = partial::hex(hasher);
        if !sha256.eq_ignore_ascii_case(&expected) {
            fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
            return Ok(None);
        }
        self.sizes[index] = Some(size);
        self.tell(index, size, false);
        Ok(Some(FetchedFile { path: file.path.clone(), size, sha256, commit: record.commit() }))
    }

    /// Asks for what is missing of a file, and takes what comes.
    fn attempt(
        &mut self,
        index: usize,
        part: &mut Partial,
        record: &mut Record,
    ) -> Result<Attempt> {
        let file = &self.download.files[index];
        let is_cancelled = || self.monitor.is_cancelled();
        let source = Source { download: self.download, client: &self.client };
        let revision = record.commit();
        let reached = source.reach(&file.path, revision.as_deref(), part.len(), &is_cancelled)?;
        let (promise, outcome) = match reached {
            Reached::Fault(fault, host) => {
                let error = fault.error(&host);
                return if fault.may_pass(self.answered) {
                    Ok(Attempt::Later(None, error))
                } else {
                    Err(error)
                };
            }
            Reached::Busy(wait, error) => {
                self.answered = Answered::Before;
                return Ok(Attempt::Later(wait, error));
            }
            Reached::Open(promise, outcome) => (promise, outcome),
        };
        self.answered = Answered::Before;
        let host = self.download.base.host();
        let known = file.sha256.as_deref();
        if let Some(wrong) = promise.contradicts(file) {
            return Err(network(
                &host,
                sentence!(
                    "The server has another {path} than the one Kindred knows ({wrong}), so it was not taken. Update Kindred, or choose another model",
                    path = &file.path,
                    wrong
                ),
            ));
        }
        // What the server said first holds, so that two versions are never put together.
        let changed = || {
            network(
                &host,
                sentence!(
                    "{path} kept changing on the server while it was fetched. Try again later",
                    path = &file.path
                ),
            )
        };
        if !record.agrees(&file.path, &promise) {
            record.forget(&file.path)?;
            if part.len() > 0 {
                return Ok(Attempt::Anew(changed()));
            }
        }
        record.learn(&file.path, &promise)?;
        let size = file.size.or_else(|| record.size(&file.path));
        let sha256 = known.map(str::to_owned).or_else(|| record.sha256(&file.path));
        self.sizes[index] = size.or(self.sizes[index]);
        let opened = match outcome {
            Outcome::Rest(waiting) => waiting,
            Outcome::Whole(waiting) => {
                part.clear()?;
                waiting
            }
            Outcome::OtherPart => return Ok(Attempt::Anew(changed())),
            Outcome::BeyondEnd => {
                // Either all of it is here already, or what is here is not this file.
                if size.is_none() && sha256.is_none() {
                    return Ok(Attempt::Anew(changed()));
                }
                return self.judge(index, part, size, sha256.as_deref(), &host);
            }
        };
        self.check_room_for(index, part.len())?;
        let limit = size.unwrap_or(LARGEST_UNTOLD);
        loop {
            match opened.next(&|| self.monitor.is_cancelled())? {
                Ok(Event::Bytes(bytes)) => {
                    if part.len() + bytes.len() as u64 > limit {
                        return Ok(Attempt::Anew(wrong_file(&host, &file.path)));
                    }
                    part.append(&bytes)?;
                    self.tell(index, part.len(), false);
                }
                Ok(Event::End) => break,
                Ok(Event::Head(_)) => {}
                Err(fault) if part.len() > 0 || fault.may_pass(self.answered) => {
                    return Ok(Attempt::Later(None, fault.error(&host)));
                }
                Err(fault) => return Err(fault.error(&host)),
            }
        }
        if size.is_some_and(|size| part.len() < size) {
            return Ok(Attempt::Later(None, crate::net::Fault::Cut.error(&host)));
        }
        self.judge(index, part, size, sha256.as_deref(), &host)
    }

    /// Whether what arrived is the file.
    fn judge(
        &self,
        index: usize,
        part: &Partial,
        size: Option<u64>,
        sha256: Option<&str>,
        host: &str,
    ) -> Result<Attempt> {
        let is_whole = size.is_none_or(|size| size == part.len());
        let is_right = sha256.is_none_or(|hash| hash.eq_ignore_ascii_case(&part.sha256()));
        if is_whole && is_right {
            Ok(Attempt::Complete)
        } else {
            Ok(Attempt::Anew(wrong_file(host, &self.download.files[index].path)))
        }
    }

    fn tell(&mut self, index: usize, done: u64, is_retrying: bool) {
        self.done[index] = done;
        let total = self.sizes.iter().copied().sum::<Option<u64>>();
        self.monitor.progress(self.done.iter().sum(), total, is_retrying);
    }

    /// Before anything is fetched: whether all files of a known size have room.
    fn check_room(&self, record: &Record) -> Result<()> {
        let missing = self.download.files.iter().filter(|file| {
            !self.folder.join(&file.path).is_file() && record.finished(&file.path).is_none()
        });
        let needed: u64 = missing.filter_map(|file| file.size).sum();
        self.require(needed.saturating_sub(partial_bytes(self.folder)))
    }

    fn check_room_for(&self, index: usize, there: u64) -> Result<()> {
        self.require(self.sizes[index].unwrap_or(0).saturating_sub(there))
    }

    fn require(&self, needed: u64) -> Result<()> {
        // A disk that does not tell is tried.
        let Ok(free) = fs4::available_space(self.folder) else { return Ok(()) };
        if needed == 0 || needed.saturating_add(SPARE) <= free {
            return Ok(());
        }
        Err(Error::Invalid(sentence!(
            "The disk has too little room: {needed} are needed, and {free} are free. Make some room, then try again: {folder}",
            needed = Value::Bytes(needed.saturating_add(SPARE)),
            free = Value::Bytes(free),
            folder = self.folder
        )))
    }
}

fn wrong_file(host: &str, path: &str) -> Error {
    network(
        host,
        sentence!(
            "{path} did not arrive as it should be, and was thrown away. Try again later; if it stays so, something changes it on its way, or the server has another file",
            path
        ),
    )
}
