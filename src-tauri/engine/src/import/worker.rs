//! Reads lists in a process of its own, because a file may ask for any amount
//! of memory or time: what goes wrong there ends that process and no other.
//!
//! The parent sends one request on the child's standard input and gets frames
//! on its standard output, each its length in four bytes, little-endian, then
//! postcard. A long list comes in many of them.

mod child;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ImportOptions, ImportPreview, ImportedList, ImportedTopics, Source, nothing};
use crate::error::{Error, Result};
use crate::items::Item;
use crate::monitor::{Monitor, Stage};

use crate::sentence::Sentence;
pub use child::serve;

/// A child that tells no progress for so long is stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// A child that has nothing more to say gets so long to end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often the wish to stop is looked at.
const STEP: Duration = Duration::from_millis(50);

/// No frame is longer, in bytes.
const MAX_FRAME_BYTES: usize = 64 << 20;

/// What a child complains about is kept this far, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 64 << 10;

/// With this as its only argument a program calls [`serve`] and does nothing else.
pub const ARGUMENT: &str = "--read-list";

/// Starts a program that calls [`serve`] when it gets [`ARGUMENT`].
#[derive(Clone, Debug)]
pub struct Worker {
    pub program: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    source: OwnedSource,
    wanted: Wanted,
}

#[derive(Debug, Serialize, Deserialize)]
enum OwnedSource {
    /// With names that need not be text.
    Files(Vec<OsString>),
    Text {
        name: String,
        text: String,
        html: Option<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
enum Wanted {
    Preview(Option<ImportOptions>),
    List(ImportOptions),
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Progress {
        done: u64,
        total: u64,
    },
    Preview(Box<ImportPreview>),
    /// Parts of the list, in this order; more of a kind follow each other.
    Items(Vec<Item>),
    Cells(Vec<String>),
    Topics {
        names: Vec<String>,
        of_items: Vec<Option<u32>>,
        pinned: Vec<bool>,
    },
    Vectors {
        dim: u64,
        rows: Vec<f32>,
    },
    /// What is left of the list, its long parts empty.
    End(Box<ImportedList>),
    Failed(Failure),
}

/// An error that reading a list can end with.
#[derive(Debug, Serialize, Deserialize)]
enum Failure {
    Unreadable { path: OsString, reason: Sentence },
    NothingToImport(Sentence),
    Other(Sentence),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unreadable { path, reason } => {
                Self::Unreadable { path: path.into_os_string(), reason }
            }
            Error::NothingToImport { reason } => Self::NothingToImport(reason),
            other => Self::Other(other.sentence()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreadable { path, reason } => Self::Unreadable { path: path.into(), reason },
            Failure::NothingToImport(reason) => Self::NothingToImport { reason },
            Failure::Other(sentence) => Self::Invalid(sentence),
        }
    }
}

impl Worker {
    /// As [`super::recognise`].
    ///
    /// # Errors
    /// As [`Worker::preview`].
    pub fn recognise(&self, source: Source<'_>, monitor: &dyn Monitor) -> Result<ImportOptions> {
        Ok(self.preview(source, None, monitor)?.options)
    }

    /// As [`super::preview_watched`].
    ///
    /// # Errors
    /// As there, and `NothingToImport` when the file asked for too much memory or time.
    pub fn preview(
        &self,
        source: Source<'_>,
        options: Option<&ImportOptions>,
        monitor: &dyn Monitor,
    ) -> Result<ImportPreview> {
        let mut preview = None;
        self.ask(source, Wanted::Preview(options.cloned()), monitor, &mut |answer| {
            let Answer::Preview(found) = answer else { return Next::Wrong };
            preview = Some(*found);
            Next::Done
        })?;
        preview.ok_or_else(broken)
    }

    /// As [`super::read_watched`].
    ///
    /// # Errors
    /// As there, and `NothingToImport` when the file asked for too much memory or time.
    pub fn read(
        &self,
        source: Source<'_>,
        options: &ImportOptions,
        monitor: &dyn Monitor,
    ) -> Result<ImportedList> {
        let mut list = ImportedList::default();
        let mut is_done = false;
        self.ask(source, Wanted::List(options.clone()), monitor, &mut |answer| {
            match answer {
                Answer::Items(mut items) => list.items.append(&mut items),
                Answer::Cells(mut cells) => list.cells.append(&mut cells),
                Answer::Topics { mut names, mut of_items, mut pinned } => {
                    let topics = list.topics.get_or_insert_with(ImportedTopics::default);
                    topics.names.append(&mut names);
                    topics.of_items.append(&mut of_items);
                    topics.pinned.append(&mut pinned);
                }
                Answer::Vectors { dim, mut rows } => {
                    let vectors = list.vectors.get_or_insert_default();
                    vectors.dim = dim as usize;
                    vectors.rows.append(&mut rows);
                }
                Answer::End(rest) => {
                    list.source_name = rest.source_name;
                    list.columns = rest.columns;
                    list.report = rest.report;
                    is_done = true;
                    return Next::Done;
                }
                _ => return Next::Wrong,
            }
            Next::More
        })?;
        // What a child that was taken over would get wrong, nothing else looks at again.
        let n = list.items.len();
        let topics_fit = list.topics.as_ref().is_none_or(|topics| {
            let known = topics.names.len() as u32;
            topics.of_items.len() == n
                && topics.pinned.len() == n
                && topics.of_items.iter().flatten().all(|&topic| topic < known)
        });
        let vectors_fit = list.vectors.as_ref().is_none_or(|vectors| {
            vectors.dim > 0 && vectors.rows.len() == n.saturating_mul(vectors.dim)
        });
        let cells_fit = list.cells.len() == n.saturating_mul(list.columns.len());
        if is_done && topics_fit && vectors_fit && cells_fit { Ok(list) } else { Err(broken()) }
    }

    /// Starts a child and hands over its answers.
    fn ask(
        &self,
        source: Source<'_>,
        wanted: Wanted,
        monitor: &dyn Monitor,
        on: &mut dyn FnMut(Answer) -> Next,
    ) -> Result<()> {
        monitor.check()?;
        let source = match source {
            Source::Files(paths) => {
                // The child may stand elsewhere.
                let absolute = |path: &PathBuf| {
                    std::path::absolute(path).unwrap_or_else(|_| path.clone()).into_os_string()
                };
                OwnedSource::Files(paths.iter().map(absolute).collect())
            }
            Source::Text { name, text, html } => OwnedSource::Text {
                name: name.to_owned(),
                text: text.to_owned(),
                html: html.map(str::to_owned),
            },
        };
        let request = postcard::to_stdvec(&Request { source, wanted }).map_err(|_| broken())?;
        let mut running = Running(self.start()?);
        let (stdin, stdout, stderr) =
            (running.0.stdin.take(), running.0.stdout.take(), running.0.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(mut stderr)) = (stdin, stdout, stderr) else {
            return Err(broken());
        };
        let (sender, answers) = mpsc::sync_channel(4);
        // Each ends when the child does, whatever it does.
        std::thread::spawn(move || {
            let length = u64::try_from(request.len()).unwrap_or(u64::MAX);
            // A child that died early is noticed by what it does not answer.
            let _ = stdin
                .write_all(&length.to_le_bytes())
                .and_then(|()| stdin.write_all(&request))
                .and_then(|()| stdin.flush());
        });
        std::thread::spawn(move || listen(stdout, &sender));
        let (complaining, complaint) = mpsc::channel();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            let _ = stderr.by_ref().take(MAX_COMPLAINT_BYTES).read_to_end(&mut kept);
            let _ = complaining.send(String::from_utf8_lossy(&kept).into_owned());
            let _ = io::copy(&mut stderr, &mut io::sink());
        });
        let mut heard = Instant::now();
        loop {
            match answers.recv_timeout(STEP) {
                Ok(Answer::Progress { done, total }) => {
                    heard = Instant::now();
                    let done = usize::try_from(done).unwrap_or(usize::MAX);
                    let total = usize::try_from(total).unwrap_or(usize::MAX);
                    monitor.progress(Stage::ReadingList, done, total);
                }
                Ok(Answer::Failed(failure)) => return Err(failure.into()),
                Ok(answer) => {
                    heard = Instant::now();
                    match on(answer) {
                        Next::More => {}
                        Next::Done => return Ok(()),
                        Next::Wrong => return Err(broken()),
                    }
                }
                Err(RecvTimeoutError::Timeout) if heard.elapsed() > PATIENCE => {
                    return Err(nothing(TOO_SLOW));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let status = running.end();
                    let complaint = complaint.recv_timeout(LAST_WORDS).unwrap_or_default();
                    return Err(nothing(why_it_died(status, &complaint)));
                }
            }
            monitor.check()?;
        }
    }

    fn start(&self) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A backtrace takes longer than the limits allow, and nobody reads it.
            .env("RUST_BACKTRACE", "0");
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            /// No console window flashes up.
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(CREATE_NO_WINDOW);
        }
        command.spawn().map_err(|error| Error::Unreadable {
            path: self.program.clone(),
            reason: sentence!(
                "the part of Kindred that reads lists did not start ({error})",
                error = error.to_string()
            ),
        })
    }
}

enum Next {
    More,
    Done,
    /// Not what was asked for.
    Wrong,
}

/// A child that does not outlive the question.
struct Running(Child);

impl Running {
    /// How it ended, or nothing when it has to be ended.
    fn end(&mut self) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < LAST_WORDS {
            match self.0.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) => std::thread::sleep(STEP / 10),
                Err(_) => return None,
            }
        }
        let _ = self.0.kill();
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const TOO_LARGE: Sentence = sentence!(
    "This file could not be read: it asked for too much memory. Save the list as CSV, or a part of it, then open that."
);
const TOO_SLOW: Sentence = sentence!(
    "This file could not be read: it took too long. Save the list as CSV, or a part of it, then open that."
);
const MALFORMED: Sentence = sentence!(
    "This file could not be read: something in it is not as it should be. Save it again where it was made, or as CSV, then open that."
);

fn broken() -> Error {
    nothing(MALFORMED)
}

fn why_it_died(status: Option<ExitStatus>, complaint: &str) -> Sentence {
    if complaint.contains("memory allocation") || complaint.contains("capacity overflow") {
        return TOO_LARGE;
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;

        use rustix::process::Signal;
        let signal = status.and_then(|status| status.signal());
        let is = |known: Signal| signal == Some(known.as_raw());
        if is(Signal::XCPU) {
            return TOO_SLOW;
        }
        // The system ends what takes its last memory.
        if is(Signal::KILL) {
            return TOO_LARGE;
        }
    }
    #[cfg(not(unix))]
    let _ = status;
    MALFORMED
}

/// Passes answers on until the child or the parent has had enough.
fn listen(mut stdout: ChildStdout, answers: &SyncSender<Answer>) {
    while let Ok(Some(answer)) = receive(&mut stdout) {
        if answers.send(answer).is_err() {
            break;
        }
    }
}

/// The next frame, or `None` when there are no more.
fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = Vec::new();
    from.by_ref().take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(&frame).map(Some).map_err(io::Error::other)
}

fn send(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let frame = postcard::to_stdvec(answer).map_err(io::Error::other)?;
    if frame.len() > MAX_FRAME_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    to.write_all(&u32::try_from(frame.len()).map_err(io::Error::other)?.to_le_bytes())?;
    to.write_all(&frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_lies_about_their_length_do_no_harm() {
        let mut pipe = Vec::new();
        let item = Item { text: "apple".into(), category: None, occurrences: 2 };
        send(&mut pipe, &Answer::Items(vec![item])).expect("memory can be written");
        let mut from = pipe.as_slice();
        let Some(Answer::Items(items)) = receive(&mut from).expect("a whole frame") else {
            panic!("what was sent comes back");
        };
        assert_eq!(items[0].text, "apple", "what was sent comes back");
        assert!(receive::<Answer>(&mut from).expect("the end").is_none(), "nothing follows");
        pipe.pop();
        assert!(receive::<Answer>(&mut pipe.as_slice()).is_err(), "half a frame");
        let huge = [&u32::MAX.to_le_bytes()[..], b"apple"].concat();
        assert!(receive::<Answer>(&mut huge.as_slice()).is_err(), "four gigabytes are refused");
        let noise = [&5_u32.to_le_bytes()[..], &[0xff; 5]].concat();
        assert!(receive::<Answer>(&mut noise.as_slice()).is_err(), "noise is refused");
    }
}
