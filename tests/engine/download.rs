//! Downloads end with the right files, whatever the server does on the way.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kindred_engine::Error;
use kindred_engine::models::download::{
    Download, RemoteFile, TransferMonitor, discard, fetch, partial_bytes,
};
use kindred_engine::net::{Address, Patience};
use rand08::rngs::StdRng;
use rand08::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use crate::server::{Answer, Asked, Server, Way};

/// Waits as little as a test on one computer can.
fn hasty() -> Patience {
    Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(300),
        whole: None,
        tries: 4,
        between_tries: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
    }
}

fn download(base: Address, files: Vec<RemoteFile>) -> Download {
    Download {
        base,
        repository: "owner/model".to_owned(),
        revision: "main".to_owned(),
        files,
        redirect_hosts: Vec::new(),
        patience: hasty(),
    }
}

fn named(path: &str) -> RemoteFile {
    RemoteFile { path: path.to_owned(), size: None, sha256: None }
}

fn known(path: &str, content: &[u8]) -> RemoteFile {
    let size = Some(content.len() as u64);
    RemoteFile { size, sha256: Some(sha256(content)), ..named(path) }
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random(seed: u64, len: usize) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..len).map(|_| random.r#gen()).collect()
}

/// As a good server answers, ranges included.
fn served(asked: &Asked, content: &[u8]) -> Answer {
    let (start, total) = (asked.start(), content.len());
    match asked.header("range") {
        None => Answer::new(200, content),
        Some(_) if start >= total => {
            Answer::new(416, "").with("content-range", format!("bytes */{total}"))
        }
        Some(_) => Answer::new(206, &content[start..])
            .with("content-range", format!("bytes {start}-{}/{total}", total - 1)),
    }
}

/// Listens, and never stops.
#[derive(Default)]
struct Listening(Mutex<Vec<(u64, Option<u64>, bool)>>);

impl TransferMonitor for Listening {
    fn progress(&self, done: u64, total: Option<u64>, is_retrying: bool) {
        self.0.lock().expect("nobody panicked with it").push((done, total, is_retrying));
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Cancels once this many bytes are there.
struct StopAt {
    bytes: u64,
    is_there: AtomicBool,
}

impl StopAt {
    fn new(bytes: u64) -> Self {
        Self { bytes, is_there: AtomicBool::new(false) }
    }
}

impl TransferMonitor for StopAt {
    fn progress(&self, done: u64, _: Option<u64>, _: bool) {
        self.is_there.fetch_or(done >= self.bytes, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.is_there.load(Ordering::Relaxed)
    }
}

/// Looks at every step whether something unverified has the final name.
struct Watching<'a>(&'a Path);

impl TransferMonitor for Watching<'_> {
    fn progress(&self, done: u64, total: Option<u64>, _: bool) {
        assert!(total == Some(done) || !self.0.exists(), "{done} of {total:?} are not the file");
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn two_hundred_downloads_that_are_cut_at_random_bytes_end_right() {
    // Most of the time is the disk's: several at once wait together.
    let cuts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for first in 0..8 {
            let cuts = &cuts;
            scope.spawn(move || {
                for seed in (first..200).step_by(8) {
                    cuts.fetch_add(download_with_cuts(seed), Ordering::Relaxed);
                }
            });
        }
    });
    let cuts = cuts.into_inner();
    assert!(cuts > 400, "{cuts} cuts are several for each");
}

/// Returns how often the server had to be asked again.
fn download_with_cuts(seed: u64) -> usize {
    let mut rng = StdRng::seed_from_u64(seed);
    let wanted = random(seed, rng.gen_range(1..300_000));
    // Where in an answer, its head included, it is cut.
    let cuts: Vec<f64> = (0..rng.gen_range(2..6)).map(|_| rng.r#gen()).collect();
    let planned = cuts.len();
    let (content, cuts) = (wanted.clone(), Mutex::new(cuts));
    let server = Server::new(move |asked| {
        let hash = format!("\"{}\"", sha256(&content));
        let answer = served(asked, &content).with("x-linked-etag", hash);
        let Some(share) = cuts.lock().expect("nobody panicked with it").pop() else {
            return answer;
        };
        let length = answer.bytes().len();
        answer.on(Way::Cut((share * length as f64) as usize))
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("onnx/model.onnx");
    let mut download = download(server.address(""), vec![named("onnx/model.onnx")]);
    // Every second one ends at a cut, as if the program had been closed, and is called again.
    download.patience.tries = if seed.is_multiple_of(2) { 1 } else { 10 };
    let mut calls = 0;
    let fetched = loop {
        calls += 1;
        match fetch(&download, folder.path(), &Watching(&path)) {
            Ok(fetched) => break fetched,
            Err(error) => {
                assert!(calls <= planned, "seed {seed}: a cut costs one call: {error}");
                assert!(matches!(error, Error::Network { .. }), "seed {seed}: {error}");
                assert!(!path.exists(), "seed {seed}: what is not verified has no final name");
            }
        }
    };
    assert_eq!(fetched[0].sha256, sha256(&wanted), "seed {seed}: the hash is right");
    assert_eq!(fs::read(&path).expect("it can be read"), wanted, "seed {seed}: and so is the file");
    assert_eq!(partial_bytes(folder.path()), 0, "seed {seed}: nothing is left over");
    let starts: Vec<usize> = server.asked().iter().map(Asked::start).collect();
    assert!(starts.is_sorted(), "seed {seed}: nothing is fetched twice: {starts:?}");
    starts.len() - 1
}

/// From the number of the request, the request, the right content and a wrong one.
type Answering = &'static (dyn Fn(usize, &Asked, &[u8], &[u8]) -> Answer + Send + Sync);

/// A server that answers by the number of the request, counted from 0.
fn counting(answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |asked| answer(count.fetch_add(1, Ordering::Relaxed), asked))
}

#[test]
fn a_download_gets_over_what_passes() {
    let content = random(1, 200_000);
    let other = random(2, 200_000);
    let check = |what: &str, file: RemoteFile, starts: &[usize], answer: Answering| {
        let (right, wrong) = (content.clone(), other.clone());
        let server = counting(move |count, asked| answer(count, asked, &right, &wrong));
        let folder = tempfile::tempdir().expect("a folder");
        let listening = Listening::default();
        let outcome = fetch(&download(server.address(""), vec![file]), folder.path(), &listening);
        let fetched = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(fetched[0].sha256, sha256(&content), "{what}: the file is the right one");
        let asked: Vec<usize> = server.asked().iter().map(Asked::start).collect();
        assert_eq!(asked, starts, "{what}: asked for what is missing");
        let told = listening.0.into_inner().expect("nobody panicked with it");
        assert_eq!(told.last(), Some(&(200_000, Some(200_000), false)), "{what}: the end is told");
    };
    let file = || known("model.onnx", &content);
    check("429", file(), &[0, 0], &|count, asked, right, _| match count {
        0 => Answer::new(429, "").with("retry-after", "0"),
        _ => served(asked, right),
    });
    check("500 and 503", file(), &[0, 0, 0], &|count, asked, right, _| match count {
        0 => Answer::new(500, ""),
        1 => Answer::new(503, ""),
        _ => served(asked, right),
    });
    check("silence before the head", file(), &[0, 0], &|count, asked, right, _| match count {
        0 => served(asked, right).on(Way::Stall(0)),
        _ => served(asked, right),
    });
    check("silence in the middle", file(), &[0, 100_000], &|count, asked, right, _| match count {
        0 => served(asked, right).on(Way::Stall(100_047)),
        _ => served(asked, right),
    });
    check("200 instead of 206", file(), &[0, 100_000], &|count, _, right, _| match count {
        0 => Answer::new(200, right).cut_in_body(100_000),
        _ => Answer::new(200, right),
    });
    check("another part", file(), &[0, 100_000, 0], &|count, asked, right, _| match count {
        0 => served(asked, right).cut_in_body(100_000),
        1 => Answer::new(206, &right[5..]).with("content-range", "bytes 5-199999/200000"),
        _ => served(asked, right),
    });
    check("416 in the middle", file(), &[0, 100_000, 0], &|count, asked, right, _| match count {
        0 => served(asked, right).cut_in_body(100_000),
        1 => Answer::new(416, ""),
        _ => served(asked, right),
    });
    check("a wrong hash once", file(), &[0, 0], &|count, asked, right, wrong| match count {
        0 => served(asked, wrong),
        _ => served(asked, right),
    });
    check("too many bytes once", file(), &[0, 0], &|count, asked, right, wrong| match count {
        0 => Answer::new(200, [right, wrong].concat()).with("x-linked-size", "200000"),
        _ => served(asked, right),
    });
    // Without a hash known before, the server's first word counts until it changes its mind.
    check(
        "a changed mark",
        named("model.onnx"),
        &[0, 100_000, 0],
        &|count, asked, right, wrong| match count {
            0 => served(asked, wrong).with("etag", "\"old\"").cut_in_body(100_000),
            _ => served(asked, right).with("etag", "\"new\""),
        },
    );
}

#[test]
fn a_download_that_cannot_succeed_says_why_and_where() {
    let content = random(1, 50_000);
    let other = random(2, 50_000);
    let check = |what: &str, says: &str, requests: usize, answer: Answering| {
        let (right, wrong) = (content.clone(), other.clone());
        let server = counting(move |count, asked| answer(count, asked, &right, &wrong));
        let folder = tempfile::tempdir().expect("a folder");
        let files = vec![known("model.onnx", &content)];
        let outcome =
            fetch(&download(server.address(""), files), folder.path(), &Listening::default());
        let Err(Error::Network { host, .. }) = &outcome else { panic!("{what}: {outcome:?}") };
        assert_eq!(*host, server.host(), "{what}: the server is named");
        let sentence = outcome.expect_err("it cannot succeed").to_string();
        assert!(sentence.contains(says), "{what}: {sentence}");
        assert_eq!(server.asked().len(), requests, "{what}: asked again only if that may help");
        assert!(!folder.path().join("model.onnx").exists(), "{what}: nothing has the final name");
    };
    check("401", "signed in", 1, &|_, _, _, _| Answer::new(401, ""));
    check("403", "signed in", 1, &|_, _, _, _| Answer::new(403, ""));
    check("404", "does not have model.onnx", 1, &|_, _, _, _| Answer::new(404, "not here"));
    check("400", "status 400", 1, &|_, _, _, _| Answer::new(400, ""));
    check("429 for ever", "no more requests", 4, &|_, _, _, _| Answer::new(429, ""));
    check("500 for ever", "status 500", 4, &|_, _, _, _| Answer::new(500, ""));
    check("silence for ever", "in time", 4, &|_, _, _, _| Answer::new(200, "").on(Way::Stall(0)));
    check("a cut before the head for ever", "was cut", 4, &|_, _, _, _| {
        Answer::new(200, "").on(Way::Cut(0))
    });
    check("a cut at the same byte for ever", "was cut", 4, &|count, asked, right, _| {
        served(asked, right).on(Way::Cut(if count == 0 { 10_000 } else { 0 }))
    });
    check("a wrong hash for ever", "did not arrive as it should", 2, &|_, asked, _, wrong| {
        served(asked, wrong)
    });
    check("too few bytes", "20 bytes instead of 50000", 1, &|_, _, right, _| {
        Answer::new(200, &right[..20])
    });
    check("another hash promised", "its hash differs", 1, &|_, asked, right, wrong| {
        served(asked, right).with("etag", format!("\"{}\"", sha256(wrong)))
    });
    check("no HTTP", "could not be understood", 1, &|_, _, _, _| {
        Answer::new(200, "").with("content-length", "many")
    });
    check("redirects without an end", "without an end", 6, &|count, _, _, _| {
        Answer::new(302, "").with("location", format!("/{count}"))
    });
    check("a redirect to nowhere", "a place that is none", 1, &|_, _, _, _| {
        Answer::new(302, "").with("location", "http://[")
    });
    check("a redirect without encryption", "example.org", 1, &|_, _, _, _| {
        Answer::new(302, "").with("location", "http://example.org/model.onnx")
    });
    check("a redirect to a file", "not a place Kindred knows", 1, &|_, _, _, _| {
        Answer::new(302, "").with("location", "file:///etc/hosts")
    });
}

#[test]
fn a_file_whose_size_was_a_lie_is_not_taken() {
    let server = counting(|_, asked| match asked.start() {
        0 => Answer::new(200, "0123456789").with("content-length", "1000").on(Way::Cut(500)),
        _ => Answer::new(416, "").with("content-range", "bytes */10"),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = fetch(
        &download(server.address(""), vec![named("config.json")]),
        folder.path(),
        &Listening::default(),
    );
    assert!(matches!(outcome, Err(Error::Network { .. })), "{outcome:?}");
    assert!(!folder.path().join("config.json").exists(), "nobody knows whether it is complete");
    assert!(server.asked().len() <= 8, "and it is not tried for ever");
}

#[test]
fn a_redirect_is_followed_to_known_hosts_only() {
    let content = random(3, 100_000);
    let body = content.clone();
    let store = counting(move |count, asked| {
        // A store's own mark may look like a hash and be none.
        let answer = served(asked, &body).with("etag", format!("\"{}\"", "5".repeat(64)));
        if count == 0 { answer.on(Way::Cut(30_000)) } else { answer }
    });
    let target = store.url("/blob?signature=a%2Fb");
    let hash = sha256(&content);
    let base = Server::new(move |_| {
        Answer::new(302, "moved")
            .with("location", &target)
            .with("x-linked-etag", format!("\"{hash}\""))
            .with("x-linked-size", "100000")
            .with("x-repo-commit", "0123456789abcdef0123456789abcdef01234567")
    });
    let folder = tempfile::tempdir().expect("a folder");
    let mut download = download(base.address("/mirror"), vec![named("model.onnx")]);

    for hosts in [vec![], vec!["example.org".to_owned()], vec!["1".to_owned()]] {
        download.redirect_hosts = hosts;
        let refused = fetch(&download, folder.path(), &Listening::default());
        let sentence = refused.expect_err("it cannot succeed").to_string();
        assert!(sentence.contains(&store.host()), "the stranger is named: {sentence}");
        assert!(store.asked().is_empty(), "and was not asked");
    }

    download.redirect_hosts = vec![store.host()];
    let fetched = fetch(&download, folder.path(), &Listening::default()).expect("fetched");
    assert_eq!(fetched[0].sha256, sha256(&content), "checked against the first server's hash");
    assert_eq!(
        fetched[0].commit.as_deref(),
        Some("0123456789abcdef0123456789abcdef01234567"),
        "the state of the repository is recorded"
    );
    let asked = store.asked();
    assert_eq!(asked.len(), 2, "the rest came from the store, too");
    assert!(asked.iter().all(|asked| asked.path == "/blob?signature=a%2Fb"), "as it was told");
    assert!(asked[1].start() > 0, "only what was missing");
    let paths: Vec<String> = base.asked().into_iter().skip(3).map(|asked| asked.path).collect();
    let path = |revision: &str| format!("/mirror/owner/model/resolve/{revision}/model.onnx");
    let commit = path("0123456789abcdef0123456789abcdef01234567");
    assert_eq!(paths, [path("main"), commit], "what came first decides the state of the rest");
}

#[test]
fn cancelling_a_silent_download_takes_less_than_a_second_and_keeps_what_came() {
    let content = random(4, 200_000);
    let body = content.clone();
    let server = counting(move |count, asked| {
        served(asked, &body).on(if count == 0 { Way::Stall(120_000) } else { Way::Whole })
    });
    let folder = tempfile::tempdir().expect("a folder");
    let mut download = download(server.address(""), vec![known("model.onnx", &content)]);
    download.patience.silence = Duration::from_secs(5);
    let start = Instant::now();
    let outcome = fetch(&download, folder.path(), &StopAt::new(100_000));
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?} is long", start.elapsed());
    let kept = partial_bytes(folder.path());
    assert!(kept >= 100_000, "{kept} bytes are kept");

    fetch(&download, folder.path(), &Listening::default()).expect("fetched");
    let asked = server.asked();
    assert_eq!(asked[1].start() as u64, kept, "it went on where it stopped");
    assert_eq!(asked.len(), 2, "and needed nothing else");
    assert_eq!(
        fs::read(folder.path().join("model.onnx")).expect("it can be read"),
        content,
        "with the same file"
    );
}

#[test]
fn a_part_of_another_state_is_not_continued() {
    let (old, new) = (random(5, 100_000), random(6, 100_000));
    let (first, second) = (old.clone(), new.clone());
    let server = counting(move |count, asked| {
        let content = if count == 0 { &first } else { &second };
        let answer = served(asked, content).with("x-linked-etag", sha256(content));
        answer.on(if count == 0 { Way::Stall(50_000) } else { Way::Whole })
    });
    let folder = tempfile::tempdir().expect("a folder");
    let mut wanted = download(server.address(""), vec![named("model.onnx")]);
    fetch(&wanted, folder.path(), &StopAt::new(10_000)).expect_err("it cannot succeed");
    assert!(partial_bytes(folder.path()) > 0, "a part of the old state is there");
    let fetched = fetch(&wanted, folder.path(), &Listening::default()).expect("fetched");
    assert_eq!(fetched[0].sha256, sha256(&new), "the file is the new one throughout");

    wanted.revision = "other".to_owned();
    fs::write(folder.path().join("model.onnx.part"), "of the first revision")
        .expect("it can be written");
    fetch(&wanted, folder.path(), &Listening::default()).expect("fetched");
    let last = server.asked().pop().expect("it was asked");
    assert_eq!(last.start(), 0, "a part that nobody vouches for is not continued");
}

#[test]
fn a_part_longer_than_the_file_is_thrown_away() {
    let content = random(7, 1000);
    let body = content.clone();
    let server = counting(move |count, asked| {
        served(asked, &body).on(if count == 0 { Way::Stall(500) } else { Way::Whole })
    });
    let folder = tempfile::tempdir().expect("a folder");
    let download = download(server.address(""), vec![known("model.onnx", &content)]);
    fetch(&download, folder.path(), &StopAt::new(1)).expect_err("it cannot succeed");
    fs::write(folder.path().join("model.onnx.part"), random(8, 5000)).expect("it can be written");
    fetch(&download, folder.path(), &Listening::default()).expect("fetched");
    assert_eq!(
        fs::read(folder.path().join("model.onnx")).expect("it can be read"),
        content,
        "it began anew"
    );
}

#[test]
fn small_files_need_no_hash_and_several_make_one_download() {
    let files = [("config.json", "{}"), ("a/tokenizer.json", "[1, 2]"), ("empty.txt", "")];
    let server = Server::new(move |asked| {
        let (path, content) = files
            .iter()
            .find(|(path, _)| asked.path.ends_with(path))
            .expect("only these are asked for");
        let answer = Answer::new(200, *content).with("etag", "\"44ecb09f6f\"");
        if *path == "a/tokenizer.json" {
            let chunk = format!("{:x}\r\n{content}\r\n0\r\n\r\n", content.len());
            return Answer::new(200, chunk).with("transfer-encoding", "chunked");
        }
        answer
    });
    let folder = tempfile::tempdir().expect("a folder");
    let listening = Listening::default();
    let download =
        download(server.address(""), files.iter().map(|(path, _)| named(path)).collect());
    let fetched = fetch(&download, folder.path(), &listening).expect("fetched");
    for ((path, content), file) in files.iter().zip(&fetched) {
        assert_eq!(
            fs::read_to_string(folder.path().join(path)).expect("it can be read"),
            *content,
            "{path}"
        );
        assert_eq!((file.path.as_str(), file.size), (*path, content.len() as u64), "in order");
        assert_eq!(file.sha256, sha256(content.as_bytes()), "{path} is recorded with its hash");
    }
    let told = listening.0.into_inner().expect("nobody panicked with it");
    assert_eq!(told.last(), Some(&(8, Some(8), false)), "progress is of all files together");
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .expect("it can be read")
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["a", "config.json", "empty.txt"], "and nothing else is left");
}

#[test]
fn a_file_of_unknown_length_is_not_taken() {
    let server = Server::new(|_| {
        // Ends when the connection does: nobody can tell whether that was too early.
        Answer::new(200, "0123").with("connection", "close").with("transfer-encoding", "identity")
    });
    let folder = tempfile::tempdir().expect("a folder");
    let download = download(server.address(""), vec![named("config.json")]);
    let outcome = fetch(&download, folder.path(), &Listening::default());
    assert!(outcome.is_err(), "{outcome:?}");
    assert!(!folder.path().join("config.json").exists(), "it may be incomplete");
}

#[test]
fn finished_files_are_kept_if_they_are_still_right() {
    let content = random(9, 5000);
    let body = content.clone();
    let server = Server::new(move |asked| served(asked, &body));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.onnx");
    let download = download(server.address(""), vec![known("model.onnx", &content)]);
    for (what, requests) in [("nothing", 1), ("the file", 1), ("a damaged file", 2)] {
        if what == "a damaged file" {
            fs::write(&path, random(10, 5000)).expect("it can be written");
        }
        fetch(&download, folder.path(), &Listening::default()).expect("fetched");
        assert_eq!(server.asked().len(), requests, "with {what} there");
        assert_eq!(
            fs::read(&path).expect("it can be read"),
            content,
            "with {what} there, the file is right after"
        );
    }
}

#[test]
fn no_file_is_written_outside_of_the_folder() {
    let server = Server::new(|_| Answer::new(200, "gotcha"));
    let folder = tempfile::tempdir().expect("a folder");
    for path in [
        "../escaped",
        "a/../../escaped",
        "/escaped",
        "a//b",
        "./a",
        "",
        "a\\..\\b",
        "C:escaped",
        "model.part",
        "download.json",
    ] {
        let outcome = fetch(
            &download(server.address(""), vec![named(path)]),
            &folder.path().join("model"),
            &Listening::default(),
        );
        assert!(matches!(outcome, Err(Error::Invalid(_))), "\"{path}\": {outcome:?}");
    }
    for (repository, revision) in [("../other", "main"), ("owner/model", "../main"), ("", "main")] {
        let wanted = Download {
            repository: repository.to_owned(),
            revision: revision.to_owned(),
            ..download(server.address(""), vec![named("config.json")])
        };
        let outcome = fetch(&wanted, &folder.path().join("model"), &Listening::default());
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{repository} {revision}: {outcome:?}");
    }
    assert!(server.asked().is_empty(), "nobody was asked for any of it");
    assert_eq!(
        fs::read_dir(folder.path()).expect("it can be read").count(),
        0,
        "and nothing was written"
    );
}

#[test]
fn a_disk_that_is_too_small_is_found_out_before() {
    let server = Server::new(|_| {
        Answer::new(200, "0123").with("x-linked-size", 1_u64 << 60).with("etag", "\"a\"")
    });
    for (size, requests) in [(Some(1 << 60), 0), (None, 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = RemoteFile { size, ..named("model.onnx") };
        let outcome =
            fetch(&download(server.address(""), vec![file]), folder.path(), &Listening::default());
        let sentence = outcome.expect_err("it cannot succeed").to_string();
        assert!(sentence.contains("too little room"), "{sentence}");
        assert!(sentence.contains("1,152,921,504.7 GB are needed"), "it says how much: {sentence}");
        assert_eq!(server.asked().len(), requests, "known sizes need no request");
        assert_eq!(partial_bytes(folder.path()), 0, "nothing was written");
    }
}

#[test]
fn what_is_unfinished_can_be_thrown_away() {
    let content = random(11, 100_000);
    let body = content.clone();
    let server = Server::new(move |asked| {
        let is_model = asked.path.ends_with("model.onnx");
        if is_model { served(asked, &body).on(Way::Stall(50_000)) } else { Answer::new(200, "{}") }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let files = vec![named("config.json"), known("onnx/model.onnx", &content)];
    fetch(&download(server.address(""), files), folder.path(), &StopAt::new(10_000))
        .expect_err("it cannot succeed");
    assert!(partial_bytes(folder.path()) >= 10_000, "parts below the folder count");
    discard(folder.path()).expect("discarded");
    assert_eq!(partial_bytes(folder.path()), 0, "they are gone");
    assert!(folder.path().join("config.json").exists(), "what was finished stays");
    assert!(!folder.path().join("download.json").exists(), "and nothing else is left");
}

#[test]
fn two_downloads_do_not_write_the_same_part() {
    let (entered, is_there) = std::sync::mpsc::channel();
    let server = Server::new(move |_| {
        entered.send(()).expect("the other side waits");
        Answer::new(200, "0123").on(Way::Stall(0))
    });
    let folder = tempfile::tempdir().expect("a folder");
    let mut download = download(server.address(""), vec![named("model.onnx")]);
    download.patience.silence = Duration::from_secs(30);
    let stop = StopAt::new(1);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| fetch(&download, folder.path(), &stop));
        is_there.recv().expect("the other side is there");
        let second = fetch(&download, folder.path(), &Listening::default());
        stop.is_there.store(true, Ordering::Relaxed);
        assert!(matches!(second, Err(Error::Invalid(_))), "the second has to wait: {second:?}");
        let first = first.join().expect("it did not panic");
        assert!(matches!(first, Err(Error::Cancelled)), "the first goes on until told: {first:?}");
    });
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it() {
    let check = |what: &str,
                 headers: &'static [(&'static str, &'static str)],
                 least: u64,
                 most: u64| {
        let server = counting(move |count, _| match count {
            0 => headers
                .iter()
                .fold(Answer::new(429, ""), |answer, (name, value)| answer.with(name, value)),
            _ => Answer::new(200, "{}"),
        });
        let folder = tempfile::tempdir().expect("a folder");
        let mut download = download(server.address(""), vec![named("config.json")]);
        download.patience.longest_wait = Duration::from_millis(1200);
        let listening = Listening::default();
        let start = Instant::now();
        fetch(&download, folder.path(), &listening).expect("fetched");
        let took = start.elapsed().as_millis() as u64;
        assert!((least..most).contains(&took), "{what}: {took} ms");
        let told = listening.0.into_inner().expect("nobody panicked with it");
        assert!(told.iter().any(|&(_, _, is_retrying)| is_retrying), "{what}: the pause is told");
    };
    check("seconds", &[("retry-after", "1")], 1000, 1200);
    check(
        "a date",
        &[
            ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("retry-after", "Wed, 21 Oct 2015 07:28:01 GMT"),
        ],
        1000,
        1200,
    );
    check("more than anybody would wait", &[("retry-after", "86400")], 1200, 5000);
    check("a date without a clock", &[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], 0, 1000);
}
