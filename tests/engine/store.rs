//! What was saved stays saved, whatever happens to the process or the file.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use kindred_engine::edits::Edit;
use kindred_engine::import::{ImportReport, MergedText};
use kindred_engine::items::ItemId;
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::sentence::Sentence;
use kindred_engine::store::VERSION;
use kindred_engine::topics::Sorting;
use kindred_engine::workbook::Workbook;

use crate::desk::{
    Desk, Watch, day, embedder, key, kind, list, numbered, origin, sorting, this_program,
};

/// The file and what SQLite keeps beside it.
fn copy_workbook(from: &Path, to: &Path) {
    for ending in ["", "-wal"] {
        let side = |path: &Path| format!("{}{ending}", path.display());
        if Path::new(&side(from)).exists() {
            fs::copy(side(from), side(to)).expect("a file can be copied");
        }
    }
}

#[test]
fn a_workbook_opens_as_it_was_closed() {
    let desk = Desk::new();
    let mut words =
        list("text\tcategory\napple\tfruit\n\napple\tfruit\nparis\ttown\ntoo\tmany\tcells\n");
    words.items[1].occurrences = u32::MAX;
    let workbook = desk.workbook(&words);
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook
        .apply(&Edit::ReplaceSorting {
            sorting: sorting(2, 2, 1),
            label: Sentence::verbatim("Found"),
        })
        .expect("applied");
    workbook.save_view("{\"tab\":\"map\"}").expect("kept");
    workbook.set_paused(true).expect("kept");
    let (vectors, sorting) = (workbook.vectors().expect("embedded"), workbook.sorting());
    drop(workbook);

    let workbook = desk.reopen().expect("it opens again");
    assert_eq!(*workbook.items(), words.items, "items, with category and occurrences");
    assert_eq!(*workbook.report(), words.report, "the report of the import");
    assert_eq!(workbook.sorting(), sorting, "topics and places, to the last bit");
    assert_eq!(workbook.vectors().expect("embedded"), vectors, "vectors, to the last bit");
    assert_eq!(workbook.view(), "{\"tab\":\"map\"}", "how the window looked");
    assert!(workbook.is_paused(), "that the person stopped embedding");
    assert_eq!(
        (workbook.name(), workbook.source_name()),
        ("words", "words.txt"),
        "what it is called"
    );
    assert_eq!(workbook.seed(), u64::MAX - 1, "the seed, all 64 bits of it");
    assert_eq!(
        workbook.undo_label().map(|label| label.to_string()).as_deref(),
        Some("Found"),
        "the history"
    );
    workbook.quick_check().expect("the file holds together");
    drop(workbook);
    let names: Vec<String> = names_in(desk.folder.path());
    assert_eq!(names, ["backups", "words.kindred"], "closed, it is one file that can be e-mailed");
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A small workbook with something in every table, always the same.
fn full_workbook(desk: &Desk) -> Workbook {
    let mut words = list("word\tkind\napple\tfruit\n\nplum\tfruit\nparis\ttown\na\tb\tc\nplum\t\n");
    words.columns = vec!["note".into()];
    words.cells = vec!["red".into(), String::new(), "large".into()];
    words.report.merged = 1;
    let merge = MergedText { line: 9, text: "Apple".into(), into: "apple".into() };
    words.report.merges = vec![merge];
    let workbook = desk.workbook(&words);
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    for salt in [1, 2] {
        let edit = Edit::ReplaceSorting {
            sorting: sorting(3, 2, salt),
            label: Sentence::verbatim(format!("Found {salt}")),
        };
        workbook.apply(&edit).expect("applied");
    }
    workbook.undo().expect("taken back");
    workbook.save_view("seen").expect("kept");
    workbook
}

#[test]
fn workbooks_of_every_version_open_with_all_that_is_in_them() {
    let desk = Desk::new();
    let wanted = full_workbook(&desk);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workbooks");
    for version in 1..=VERSION {
        let old = Desk::new();
        let fixture = fixtures.join(format!("version_{version}.kindred"));
        if !fixture.exists() {
            let kept = desk.folder.keep();
            panic!(
                "a version was added: copy {}/words.kindred to {}",
                kept.display(),
                fixture.display()
            );
        }
        fs::copy(&fixture, old.path("words.kindred")).expect("copied");
        let workbook = old.reopen().expect("it opens");
        assert!(!workbook.is_read_only(), "version {version} can be changed");
        assert_eq!(workbook.items(), wanted.items(), "items of version {version}");
        // Before version 5, a workbook kept nothing of other columns and of what was merged.
        let has_columns = version >= 5;
        let mut report = wanted.report().clone();
        if !has_columns {
            (report.merged, report.merges) = (0, Vec::new());
        }
        let said = |report: &ImportReport| {
            let problems = report.problems.iter();
            problems.map(|problem| (problem.line, problem.message.to_string())).collect::<Vec<_>>()
        };
        let (now, before) = (workbook.report(), std::mem::take(&mut report.problems));
        let before = ImportReport { problems: before, ..ImportReport::default() };
        assert_eq!(said(now), said(&before), "problems of version {version}, as they were told");
        let now = ImportReport { problems: Vec::new(), ..(*now).clone() };
        assert_eq!(now, report, "report of version {version}");
        let ids = [0, 1, 2].map(ItemId);
        let cells = |workbook: &Workbook| {
            let columns = workbook.columns().expect("read");
            (columns, workbook.cells(&ids).expect("read").concat())
        };
        let wanted_cells = if has_columns { cells(&wanted) } else { Default::default() };
        assert_eq!(cells(&workbook), wanted_cells, "other columns of version {version}");
        assert_eq!(
            workbook.vectors().expect("read"),
            wanted.vectors().expect("read"),
            "vectors of version {version}"
        );
        // Before version 3, a workbook did not say whose vectors it uses.
        let model = workbook.sorting().model.clone();
        assert_eq!(model.is_some(), version >= 3, "the model of version {version}");
        let wanted_sorting = Sorting { model, ..Sorting::clone(&wanted.sorting()) };
        assert_eq!(*workbook.sorting(), wanted_sorting, "topics of version {version}");
        assert_eq!(workbook.model(), key(), "the model of version {version}");
        assert_eq!(workbook.view(), "seen", "view of version {version}");
        assert_eq!(workbook.seed(), wanted.seed(), "seed of version {version}");
        assert_eq!(
            workbook.redo_label().map(|label| label.to_string()).as_deref(),
            Some("Found 2"),
            "what was undone in version {version}"
        );
        workbook.redo().expect("an edit of version {version} can be done again");
        workbook.undo().expect("and undone");
        workbook.undo().expect("as can the one before");
        assert!(
            workbook.sorting().topics.is_empty(),
            "the history of version {version} goes back to its start"
        );
        workbook.quick_check().expect("the file is whole");
        assert_eq!(
            names_in(&old.path("backups")).len(),
            1,
            "version {version} was backed up first"
        );
    }
}

#[test]
fn a_path_with_unusual_letters_is_a_path() {
    let desk = Desk::new();
    for name in ["100 % what? #1.kindred", "größe 日本 🍎.kindred", "a'b;c&d.kindred"] {
        let path = desk.path(name);
        drop(Workbook::create(&path, &list("apple"), &origin(), key()).expect(name));
        let workbook = Workbook::open(&path, day(1), key()).expect(name);
        assert_eq!(workbook.items()[0].text, "apple", "what is in {name}");
        assert!(path.exists(), "{name} is where it was asked for");
    }
    assert_eq!(names_in(&desk.path("backups")).len(), 3, "each has its backup");
}

#[test]
fn a_workbook_is_never_made_over_a_file() {
    let desk = Desk::new();
    let path = desk.write("words.kindred", "precious");
    let Err(error) = Workbook::create(&path, &list("apple"), &origin(), key()) else {
        panic!("it was overwritten")
    };
    assert_eq!(kind(&error), "Unwritable", "{error}");
    assert_eq!(fs::read(&path).expect("still there"), b"precious", "nothing was touched");
    let nowhere = desk.path("no such folder/words.kindred");
    let Err(error) = Workbook::create(&nowhere, &list("apple"), &origin(), key()) else {
        panic!("it was made")
    };
    assert_eq!(kind(&error), "Unwritable", "{error}");
}

#[test]
fn a_second_opener_can_look_but_not_change() {
    let desk = Desk::new();
    let first = desk.workbook(&list("apple\npear"));
    first.embed(&mut embedder(), &Silent).expect("embedded");
    let second = desk.reopen().expect("it can be looked at");
    assert!(second.is_read_only(), "the first one has it");
    assert_eq!(second.items().len(), 2, "everything can be seen");
    assert_eq!(second.vectors().expect("read").len(), 2, "vectors too");
    for (what, result) in [
        (
            "an edit",
            second.apply(&Edit::ReplaceSorting {
                sorting: sorting(2, 1, 1),
                label: Sentence::verbatim(""),
            }),
        ),
        ("undo", second.undo()),
        ("embedding", second.embed(&mut embedder(), &Silent)),
        ("the view", second.save_view("x")),
    ] {
        assert_eq!(kind(&result.expect_err(what)), "ReadOnly", "{what} is refused");
    }
    first.save_view("still mine").expect("the first one can go on");
    drop(first);
    let third = desk.reopen().expect("it opens");
    assert!(!third.is_read_only(), "once the first has closed, it can be changed again");
    third.save_view("x").expect("and it is");
}

#[test]
fn what_is_no_workbook_is_told_from_what_is_damaged_or_newer() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(3_000));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    drop(workbook);
    let good = fs::read(desk.path("words.kindred")).expect("closed, it is one file");
    let patched = |at: usize, bytes: [u8; 4]| {
        let mut file = good.clone();
        file[at..at + 4].copy_from_slice(&bytes);
        file
    };
    // Offsets of SQLite's header: user_version at 60, application_id at 68.
    for (what, bytes, wanted) in [
        ("an empty file", vec![], "NotAWorkbook"),
        (
            "a text",
            b"apple\npear\n and some more to fill the header of a file".to_vec(),
            "NotAWorkbook",
        ),
        ("the first bytes alone", good[..16].to_vec(), "Damaged"),
        ("another database", patched(68, [0; 4]), "NotAWorkbook"),
        ("a newer workbook", patched(60, 9_999_u32.to_be_bytes()), "NewerWorkbook"),
        ("half a workbook", good[..good.len() / 2].to_vec(), "Damaged"),
        ("its first page", good[..8192].to_vec(), "Damaged"),
    ] {
        let path = desk.write("broken.kindred", &bytes);
        let error = match Workbook::open(&path, day(0), key()) {
            Err(error) => error,
            // What is missing may be what is read only when it is needed.
            Ok(workbook) => {
                workbook.vectors().map(drop).and_then(|()| workbook.quick_check()).expect_err(what)
            }
        };
        assert_eq!(kind(&error), wanted, "{what}: {error}");
        assert!(error.to_string().ends_with("broken.kindred"), "the path comes last: {error}");
        assert_eq!(fs::read(&path).expect("still there"), bytes, "{what} is left as it was");
        for left in ["broken.kindred-wal", "broken.kindred-shm"] {
            let _ = fs::remove_file(desk.path(left));
        }
    }
    let Err(error) = Workbook::open(&desk.path("none.kindred"), day(0), key()) else {
        panic!("nothing is there")
    };
    assert_eq!(kind(&error), "Unreadable", "{error}");
}

#[test]
fn a_flipped_page_never_panics() {
    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(400));
    workbook.embed(&mut embedder(), &Silent).expect("embedded");
    workbook
        .apply(&Edit::ReplaceSorting {
            sorting: sorting(400, 3, 1),
            label: Sentence::verbatim("Found"),
        })
        .expect("applied");
    let wanted = (workbook.items(), workbook.sorting());
    drop(workbook);
    let good = fs::read(desk.path("words.kindred")).expect("closed, it is one file");
    for page in 0..good.len() / 8192 {
        let mut bytes = good.clone();
        bytes[page * 8192 + 100..][..600].fill(0xa5);
        let path = desk.write("broken.kindred", &bytes);
        match Workbook::open(&path, day(0), key()) {
            Ok(workbook) => {
                let _ = workbook.vectors();
                let _ = workbook.undo();
                assert!(
                    workbook.quick_check().is_err() || workbook.items() == wanted.0,
                    "page {page} is broken, and nobody noticed"
                );
            }
            Err(error) => assert!(
                ["Damaged", "NotAWorkbook"].contains(&kind(&error).as_str()),
                "page {page}: damage is called damage: {error:?}"
            ),
        }
        let _ = fs::remove_dir_all(desk.path("backups"));
    }
}

#[test]
fn five_daily_backups_are_kept_and_each_opens() {
    let desk = Desk::new();
    let path = desk.path("words.kindred");
    drop(desk.workbook(&list("apple\npear")));
    desk.write("words 2.kindred", "");
    assert!(!desk.path("backups").exists(), "a workbook made a moment ago needs no backup");
    for later in [1, 1, 2, 3, 4, 5, 9, 40] {
        let workbook = Workbook::open(&path, day(later), key()).expect("it opens");
        workbook.save_view(&later.to_string()).expect("kept");
    }
    let names = names_in(&desk.path("backups"));
    let wanted = ["2026-11-26", "2026-11-27", "2026-11-28", "2026-12-02", "2027-01-02"];
    assert_eq!(
        names,
        wanted.map(|date| format!("words {date}.kindred")),
        "the newest five, one a day"
    );
    let backup = Workbook::open(&desk.path("backups").join(&names[4]), day(40), key())
        .expect("a backup opens");
    assert_eq!(backup.view(), "9", "it holds what was saved before that day");
    assert_eq!(backup.items().len(), 2, "and the items");
    backup.quick_check().expect("and it is whole");
}

#[cfg(unix)]
#[test]
fn a_place_for_looking_only_is_good_enough_to_look() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    drop(desk.workbook(&list("apple")));
    // A folder named as the lock file stands for a place where none can be made:
    // permissions do not stop a test that runs as root.
    fs::create_dir(desk.path("words.kindred.lock")).expect("a folder");
    fs::set_permissions(desk.path("words.kindred"), fs::Permissions::from_mode(0o444))
        .expect("write-protected");
    let workbook = desk.reopen().expect("it can be looked at");
    assert!(workbook.is_read_only(), "it cannot be changed");
    assert_eq!(workbook.items()[0].text, "apple", "it can be seen");
}

#[test]
fn a_copy_taken_in_the_middle_holds_every_committed_batch() {
    /// Copies the file at every step, as a crash would leave it.
    struct Copying<'a>(&'a Desk);

    impl Monitor for Copying<'_> {
        fn progress(&self, stage: Stage, done: usize, total: usize) {
            if stage == Stage::Embedding && done > 0 && done < total {
                let copy = self.0.path("copy.kindred");
                copy_workbook(&self.0.path("words.kindred"), &copy);
                let opened = Workbook::open(&copy, day(0), key()).expect("the copy opens");
                assert_eq!(opened.embedded_count(), done, "what was told as done is in the file");
                opened.quick_check().expect("and the file is whole");
            }
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    let desk = Desk::new();
    let workbook = desk.workbook(&numbered(500));
    workbook.embed(&mut embedder(), &Copying(&desk)).expect("embedded");
    assert_eq!(workbook.embedded_count(), 500, "the original went on undisturbed");
}

#[test]
fn a_killed_process_loses_nothing_it_told_as_done() {
    const ITEMS: usize = 3_000;
    const CHILD: &str = "KINDRED_TEST_EMBEDS";

    /// Tells on standard output what is done.
    struct Telling;

    impl Monitor for Telling {
        fn progress(&self, stage: Stage, done: usize, _: usize) {
            if stage == Stage::Embedding {
                // The one who reads may be gone: then this is about to be killed.
                let _ = writeln!(std::io::stdout(), "\ndone {done}");
            }
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    if let Some(path) = std::env::var_os(CHILD) {
        let workbook = Workbook::open(Path::new(&path), day(0), key()).expect("it opens");
        workbook.embed(&mut embedder(), &Telling).expect("embedded, or killed on the way");
        return;
    }

    let whole = Desk::new();
    let undisturbed = whole.workbook(&numbered(ITEMS));
    undisturbed.embed(&mut embedder(), &Silent).expect("embedded");
    let wanted = undisturbed.vectors().expect("all are there");

    for run in 0..12 {
        let desk = Desk::new();
        drop(desk.workbook(&numbered(ITEMS)));
        let path = desk.path("words.kindred");
        let mut acknowledged = 0;
        // Killed up to three times, after more steps each time.
        for kill in 0..=run % 3 {
            let mut child = this_program("store::a_killed_process_loses_nothing_it_told_as_done")
                .env(CHILD, &path)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the test program starts");
            let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
            let done =
                lines.filter_map(|line| line.ok()?.strip_prefix("done ")?.parse::<usize>().ok());
            acknowledged =
                done.take(2 + run + 3 * kill).last().expect("the child tells what it does");
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            let workbook = desk.reopen().expect("it opens at once");
            assert!(!workbook.is_read_only(), "the killed one's lock is gone");
            assert!(
                workbook.embedded_count() >= acknowledged,
                "run {run}: {acknowledged} were told as done, {} are there",
                workbook.embedded_count()
            );
            workbook.quick_check().expect("the file is whole");
        }
        let workbook = desk.reopen().expect("it opens");
        workbook.embed(&mut embedder(), &Silent).expect("it goes on where it stopped");
        assert_eq!(
            workbook.vectors().expect("all are there"),
            wanted,
            "run {run}: as if nothing had happened"
        );
        assert!(acknowledged < ITEMS, "run {run} was killed in the middle, not after the end");
    }
}

#[test]
fn twenty_thousand_vectors_are_read_in_no_time() {
    let desk = Desk::new();
    let items = 20_000;
    let model = kindred_engine::embed::hashing::HashingEmbedder::new(384);
    let key = || kindred_engine::embed::Embedder::key(&model).clone();
    let path = desk.path("large.kindred");
    let workbook = Workbook::create(&path, &numbered(items), &origin(), key()).expect("made");
    let mut embedder = kindred_engine::embed::hashing::HashingEmbedder::new(384);
    workbook.embed(&mut embedder, &Watch::new()).expect("embedded");
    drop(workbook);
    let size = fs::metadata(&path).expect("a file").len();
    assert!(
        size < (items * 384 * 4) as u64 * 12 / 10,
        "little more than the vectors themselves: {size} bytes"
    );
    let start = Instant::now();
    let workbook = Workbook::open(&path, day(0), key()).expect("opens");
    let opened = start.elapsed();
    let start = Instant::now();
    assert_eq!(workbook.vectors().expect("read").len(), items, "all of them");
    let read = start.elapsed();
    // Alone on the machine: 40 ms. Other tests run beside it.
    assert!(read < Duration::from_millis(400), "20,000 vectors read in {read:?}");
    assert!(opened < Duration::from_secs(3), "opened, with the day's backup, in {opened:?}");
}
