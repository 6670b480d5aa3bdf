//! The side that parses: limits first, then the file.

use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Answer, Failure, OwnedSource, Request, Wanted, send};
use crate::error::Result;
use crate::import::{ImportedList, Source, preview_watched, read_watched};
use crate::monitor::{Monitor, Stage};

/// Pasted text is no longer than this, in bytes.
const MAX_REQUEST_BYTES: u64 = 1 << 30;

/// A frame of a list holds this many items, cells, or numbers of vectors.
const PER_FRAME: usize = 4_096;
const NUMBERS_PER_FRAME: usize = 1 << 20;

/// A longer frame is split sooner, in bytes of text.
const BYTES_PER_FRAME: usize = 4 << 20;

/// Progress goes over the pipe this often at most.
const PROGRESS_EVERY: Duration = Duration::from_millis(50);

/// Answers one request on standard input, under limits of memory and time.
#[must_use]
pub fn serve() -> ExitCode {
    limit();
    let answers = Answers::new();
    match request().and_then(|request| answer(&request, &answers)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What a list may take. A limit that cannot be set here is not: the parent
/// still watches the time, and every reader its own sizes.
#[cfg(unix)]
fn limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Beyond what the program has when it starts, in bytes.
    const MEMORY: u64 = 2 << 30;
    const CPU_SECS: u64 = 120;
    /// Files are read one after the other.
    const OPEN_FILES: u64 = 64;
    let limits = [
        (Resource::As, MEMORY.saturating_add(memory_in_use())),
        (Resource::Cpu, CPU_SECS),
        (Resource::Core, 0),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Fsize, 0),
    ];
    for (resource, wanted) in limits {
        let maximum = getrlimit(resource).maximum;
        let limit = Some(maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        let _ = setrlimit(resource, Rlimit { current: limit, maximum: limit });
    }
}

#[cfg(not(unix))]
fn limit() {}

/// Address space in bytes; 0 where the system does not tell.
#[cfg(unix)]
fn memory_in_use() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap_or_default();
    size.trim().trim_end_matches(" kB").parse::<u64>().map_or(0, |kilobytes| kilobytes * 1_024)
}

fn request() -> io::Result<Request> {
    let mut stdin = io::stdin().lock();
    let mut length = [0; 8];
    stdin.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_REQUEST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    stdin.take(length).read_to_end(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

fn answer(request: &Request, answers: &Answers) -> io::Result<()> {
    let paths: Vec<PathBuf>;
    let source = match &request.source {
        OwnedSource::Files(names) => {
            paths = names.iter().map(PathBuf::from).collect();
            Source::Files(&paths)
        }
        OwnedSource::Text { name, text, html } => {
            Source::Text { name, text, html: html.as_deref() }
        }
    };
    match &request.wanted {
        Wanted::Preview(options) => {
            let preview = preview_watched(source, options.as_ref(), answers);
            answers.give(preview, |preview| answers.send(&Answer::Preview(Box::new(preview))))
        }
        Wanted::List(options) => {
            let list = read_watched(source, options, answers);
            answers.give(list, |list| send_list(list, answers))
        }
    }
}

/// Sends a list in parts; the parent never waits long for one.
fn send_list(mut list: ImportedList, answers: &Answers) -> io::Result<()> {
    let items = std::mem::take(&mut list.items);
    in_parts(items, |item| item.text.len(), |items| answers.send(&Answer::Items(items)))?;
    let cells = std::mem::take(&mut list.cells);
    in_parts(cells, String::len, |cells| answers.send(&Answer::Cells(cells)))?;
    if let Some(mut topics) = list.topics.take() {
        let names = std::mem::take(&mut topics.names);
        in_parts(names, String::len, |names| {
            answers.send(&Answer::Topics { names, of_items: Vec::new(), pinned: Vec::new() })
        })?;
        for (of_items, pinned) in
            topics.of_items.chunks(PER_FRAME).zip(topics.pinned.chunks(PER_FRAME))
        {
            answers.send(&Answer::Topics {
                names: Vec::new(),
                of_items: of_items.to_vec(),
                pinned: pinned.to_vec(),
            })?;
        }
    }
    if let Some(vectors) = list.vectors.take() {
        for rows in vectors.rows.chunks(NUMBERS_PER_FRAME) {
            answers.send(&Answer::Vectors { dim: vectors.dim as u64, rows: rows.to_vec() })?;
        }
    }
    answers.send(&Answer::End(Box::new(list)))
}

fn in_parts<T>(
    values: Vec<T>,
    bytes_of: impl Fn(&T) -> usize,
    mut send: impl FnMut(Vec<T>) -> io::Result<()>,
) -> io::Result<()> {
    let mut part = Vec::new();
    let mut bytes = 0;
    for value in values {
        bytes += bytes_of(&value);
        part.push(value);
        if part.len() == PER_FRAME || bytes > BYTES_PER_FRAME {
            send(std::mem::take(&mut part))?;
            bytes = 0;
        }
    }
    if part.is_empty() { Ok(()) } else { send(part) }
}

/// Standard output, and when progress was told last.
struct Answers {
    out: Mutex<(BufWriter<io::Stdout>, Option<Instant>)>,
}

impl Answers {
    fn new() -> Self {
        Self { out: Mutex::new((BufWriter::new(io::stdout()), None)) }
    }

    fn send(&self, answer: &Answer) -> io::Result<()> {
        let mut out = self.out.lock().map_err(|_| io::ErrorKind::Other)?;
        send(&mut out.0, answer)?;
        out.0.flush()
    }

    fn give<T>(&self, result: Result<T>, on: impl FnOnce(T) -> io::Result<()>) -> io::Result<()> {
        match result {
            Ok(value) => on(value),
            Err(error) => self.send(&Answer::Failed(Failure::from(error))),
        }
    }
}

impl Monitor for Answers {
    fn progress(&self, _: Stage, done: usize, total: usize) {
        if let Ok(mut out) = self.out.lock() {
            let is_soon = out.1.is_some_and(|told| told.elapsed() < PROGRESS_EVERY);
            if is_soon && done < total {
                return;
            }
            out.1 = Some(Instant::now());
        }
        // A parent that is gone ends this process sooner or later.
        let _ = self.send(&Answer::Progress { done: done as u64, total: total as u64 });
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}
