//! What the tests work with: a folder that vanishes, lists, monitors.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kindred_engine::embed::hashing::HashingEmbedder;
use kindred_engine::embed::{Embedder, ModelKey, Sink};
use kindred_engine::import::{self, ImportedList, Source};
use kindred_engine::items::Item;
use kindred_engine::monitor::{Monitor, Stage};
use kindred_engine::store::Day;
use kindred_engine::topics::{Placement, Sorting, Topic, TopicId};
use kindred_engine::workbook::{Origin, Workbook};
use kindred_engine::{Error, Result};
use tempfile::TempDir;

/// Small, so that tests are quick.
pub(crate) const DIM: usize = 32;

/// 23 November 2026.
pub(crate) const TODAY: u64 = 1_795_392_000;

/// A folder for one test.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a temporary file can be written");
        path
    }

    /// A new workbook `words.kindred` of these texts.
    pub(crate) fn workbook(&self, list: &ImportedList) -> Workbook {
        Workbook::create(&self.path("words.kindred"), list, &origin(), key())
            .expect("a workbook can be made")
    }

    /// Opens `words.kindred` again.
    pub(crate) fn reopen(&self) -> Result<Workbook> {
        Workbook::open(&self.path("words.kindred"), day(0), key())
    }
}

pub(crate) fn day(later: u64) -> Day {
    Day::from_unix_secs(TODAY + later * 86_400)
}

pub(crate) fn origin() -> Origin {
    Origin {
        name: "words".into(),
        source_name: "words.txt".into(),
        seed: u64::MAX - 1,
        created_at_secs: TODAY,
    }
}

pub(crate) fn embedder() -> HashingEmbedder {
    HashingEmbedder::new(DIM)
}

pub(crate) fn key() -> ModelKey {
    embedder().key().clone()
}

/// A list of one text per line.
pub(crate) fn list(text: &str) -> ImportedList {
    let source = Source::Text { name: "pasted", text, html: None };
    let options = import::recognise(source).expect("the list is recognised");
    import::read(source, &options).expect("the list is read")
}

/// `count` different texts.
pub(crate) fn numbered(count: usize) -> ImportedList {
    let items = (0..count).map(|number| Item {
        text: format!("text {number}"),
        category: None,
        occurrences: 1,
    });
    ImportedList {
        source_name: "numbered".into(),
        items: items.collect(),
        ..ImportedList::default()
    }
}

/// A sorting of `items` items into `topics` topics, a different one for every `salt`.
pub(crate) fn sorting(items: usize, topics: u32, salt: u32) -> Sorting {
    let topic = |number: u32| Topic {
        id: TopicId(salt * 100 + number),
        name: format!("topic {number} of {salt}"),
        named_by_person: false,
        alternates: vec![format!("other {number}"), "a \"quoted\" one".into()],
        colour: number,
        stability: 0.1 + number as f32 / 7.0,
    };
    let place = |item: usize| {
        let choice = (item as u32).wrapping_mul(31).wrapping_add(salt) % (topics + 1);
        let id = |number: u32| (number < topics).then_some(TopicId(salt * 100 + number));
        Placement {
            topic: id(choice),
            pinned: item % 5 == 4,
            suggested: id(choice),
            confidence: (item as f32 + 0.1).recip(),
            runner_up: id((choice + 1) % (topics + 1)),
            runner_up_confidence: 0.0,
        }
    };
    Sorting {
        topics: (0..topics).map(topic).collect(),
        placements: (0..items).map(place).collect(),
        ..Sorting::default()
    }
}

/// Remembers every step, and cancels once `stop_at` texts are embedded.
pub(crate) struct Watch {
    pub(crate) steps: Mutex<Vec<(Stage, usize, usize)>>,
    stop_at: usize,
    embedded: AtomicUsize,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self::stopping_at(usize::MAX)
    }

    pub(crate) fn stopping_at(stop_at: usize) -> Self {
        Self { steps: Mutex::default(), stop_at, embedded: AtomicUsize::new(0) }
    }

    /// How many texts were embedded, step by step.
    pub(crate) fn embedded(&self) -> Vec<usize> {
        let steps = self.steps.lock().expect("no test panics while it holds this");
        steps.iter().filter(|step| step.0 == Stage::Embedding).map(|step| step.1).collect()
    }
}

impl Monitor for Watch {
    fn progress(&self, stage: Stage, done: usize, total: usize) {
        if stage == Stage::Embedding {
            self.embedded.store(done, Ordering::Relaxed);
        }
        self.steps.lock().expect("no test panics while it holds this").push((stage, done, total));
    }

    fn is_cancelled(&self) -> bool {
        self.embedded.load(Ordering::Relaxed) >= self.stop_at
    }
}

/// Remembers which texts it was asked to embed.
pub(crate) struct Counting {
    inner: HashingEmbedder,
    pub(crate) asked: Vec<String>,
}

impl Counting {
    pub(crate) fn new() -> Self {
        Self { inner: embedder(), asked: Vec::new() }
    }
}

impl Embedder for Counting {
    fn key(&self) -> &ModelKey {
        self.inner.key()
    }

    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        let asked = &mut self.asked;
        let mut noting = |rows: &[usize], vectors: &_| {
            asked.extend(rows.iter().map(|&row| texts[row].to_owned()));
            sink(rows, vectors)
        };
        self.inner.embed(texts, &mut noting, monitor)
    }
}

/// Whether this process runs nothing but `test`, so that it may be measured or
/// killed. If not, runs the test in a process of its own, which must succeed.
pub(crate) fn is_alone(test: &str) -> bool {
    const ALONE: &str = "KINDRED_TEST_ALONE";
    if std::env::var_os(ALONE).is_some_and(|alone| alone == test) {
        return true;
    }
    let output = this_program(test).env(ALONE, test).output().expect("the test program starts");
    assert!(
        output.status.success(),
        "{test} in a process of its own: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// The program of the tests once more, to run one of them.
pub(crate) fn this_program(test: &str) -> Command {
    let mut program = Command::new(std::env::current_exe().expect("a test knows its own program"));
    program.args([test, "--exact", "--nocapture"]);
    program
}

/// The variant's name, to tell which error it was.
pub(crate) fn kind(error: &Error) -> String {
    let text = format!("{error:?}");
    text.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}
