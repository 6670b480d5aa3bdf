//! Small sound files of every format, changed at random: whatever comes of it,
//! the readers give a list or a sentence, and soon.
//!
//! `cargo xtask fuzz` runs the same for minutes instead of a few hundred files.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use kindred_engine::import::{self, ListFormat, Source, Split, TextEncoding, Variant};
use parquet::basic::{BrotliLevel, Compression, ZstdLevel};
use rand08::rngs::StdRng;
use rand08::seq::SliceRandom as _;
use rand08::{Rng as _, SeedableRng as _};

use crate::desk::Desk;
use crate::formats::{
    DOCX_BODY, Entries, ODS_ROWS, SHARED, SHEET, docx_parts, npy, npy_header, ods_parts, parquet,
    xlsx_parts, zip,
};

/// Set by `cargo xtask fuzz`: how many seconds each reader gets.
const SECONDS: &str = "KINDRED_FUZZ_SECS";

/// Set by `cargo xtask fuzz`: where the random changes begin.
const SEED: &str = "KINDRED_FUZZ_SEED";

/// Files per reader in an ordinary test.
const FILES: usize = 300;

/// A file takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is changed.
enum Seeds {
    Bytes(Vec<Vec<u8>>),
    /// Archives: a part is changed, or the archive as a whole.
    Archives(Vec<Entries>),
}

/// Numbers and marks that readers stumble over.
const COMMON: [&str; 16] = [
    "0",
    "-1",
    "65535",
    "4294967295",
    "2147483648",
    "18446744073709551616",
    "1e999",
    "NaN",
    "\0",
    "\u{feff}",
    "\"",
    "'",
    "\r",
    "\n",
    "\u{202e}",
    "\u{fffd}",
];

/// # Panics
/// When a reader panics, hangs, or says nothing.
fn fuzz(reader: &str, ending: &str, seeds: &Seeds, marks: &[&str]) {
    let desk = Desk::new();
    let secs: Option<u64> = std::env::var(SECONDS).ok().and_then(|secs| secs.parse().ok());
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut random = StdRng::seed_from_u64(seed);
    let start = Instant::now();
    let (mut done, mut lists, mut slowest) = (0_usize, 0_usize, Duration::ZERO);
    // A file that ends this process is still there to be looked at.
    let path = match secs {
        Some(_) => std::env::temp_dir().join(format!("kindred-fuzz-{reader}.{ending}")),
        None => desk.path(&format!("a.{ending}")),
    };
    // Vectors need the list of texts they belong to.
    if ending == "npy" {
        std::fs::write(path.with_extension("txt"), "apple\npear\n").expect("written");
    }
    let going = |done: usize| match secs {
        Some(secs) => start.elapsed().as_secs() < secs,
        None => done < FILES,
    };
    let readers = Reading::start();
    while going(done) {
        let bytes = changed(seeds, marks, &mut random);
        std::fs::write(&path, &bytes).expect("a temporary file can be written");
        let began = Instant::now();
        match readers.read(&path, random.r#gen()) {
            Outcome::List => lists += 1,
            Outcome::Sentence => {}
            Outcome::Panic(what) => panic!(
                "{reader}: file {done} after seed {seed} panics: {what}\n{}",
                keep(&path, reader, &bytes).display()
            ),
            Outcome::Hang => panic!(
                "{reader}: file {done} after seed {seed} hangs\n{}",
                keep(&path, reader, &bytes).display()
            ),
        }
        slowest = slowest.max(began.elapsed());
        done += 1;
    }
    if secs.is_some() {
        report(reader, done, lists, slowest);
        std::fs::remove_file(&path).expect("the last file is there");
    }
    assert!(lists > 0, "{reader}: some of the files are still lists");
    assert!(lists < done, "{reader}: some of the files are spoilt");
}

#[expect(clippy::print_stderr, reason = "who fuzzes for minutes wants to know what it came to")]
fn report(reader: &str, done: usize, lists: usize, slowest: Duration) {
    eprintln!("{reader}: {done} files, {lists} of them lists, none fatal, slowest {slowest:.0?}");
}

/// Keeps what a reader failed on.
fn keep(path: &Path, reader: &str, bytes: &[u8]) -> PathBuf {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let kept = std::env::temp_dir().join(format!("kindred-fuzz-{reader}-failed.{ending}"));
    std::fs::write(&kept, bytes).expect("a temporary file can be written");
    kept
}

enum Outcome {
    List,
    Sentence,
    Panic(String),
    Hang,
}

/// A thread that reads, so that one that hangs can be given up.
struct Reading {
    files: mpsc::Sender<(PathBuf, u32)>,
    outcomes: mpsc::Receiver<Outcome>,
}

impl Reading {
    fn start() -> Self {
        let (files, asked) = mpsc::channel::<(PathBuf, u32)>();
        let (answers, outcomes) = mpsc::channel();
        std::thread::spawn(move || {
            for (path, choice) in asked {
                let read = std::panic::catch_unwind(AssertUnwindSafe(|| read(&path, choice)));
                let outcome = read.unwrap_or_else(|panic| {
                    let text = panic.downcast_ref::<String>().cloned();
                    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&s| s.to_owned()));
                    Outcome::Panic(text.unwrap_or_default())
                });
                if answers.send(outcome).is_err() {
                    break;
                }
            }
        });
        Self { files, outcomes }
    }

    fn read(&self, path: &Path, choice: u32) -> Outcome {
        self.files.send((path.to_path_buf(), choice)).expect("the thread waits for files");
        match self.outcomes.recv_timeout(PATIENCE) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => Outcome::Hang,
            Err(RecvTimeoutError::Disconnected) => Outcome::Panic("the thread is gone".into()),
        }
    }
}

/// Looks at a file and reads it, with some of the options changed.
fn read(path: &Path, choice: u32) -> Outcome {
    let files = [path.to_path_buf()];
    let source = Source::Files(&files);
    let preview = match import::preview(source, None) {
        Ok(preview) => preview,
        Err(error) => {
            assert!(error.to_string().len() > 20, "a sentence: {error}");
            return Outcome::Sentence;
        }
    };
    let recognised = import::recognise(source).expect("what is looked at is recognised");
    assert_eq!(preview.options, recognised, "a preview recognises the same");
    let mut options = preview.options.clone();
    let pick = |shift: u32| choice >> shift & 7 == 0;
    if pick(0) {
        options.split = Split::Words;
    }
    if pick(3) {
        options.split = Split::Sentences;
    }
    if pick(6) {
        options.merged = vec![
            Variant::Case,
            Variant::Spaces,
            Variant::Punctuation,
            Variant::Plural,
            Variant::Accents,
        ];
    }
    if pick(9) {
        options.has_header ^= true;
    }
    if pick(12) {
        options.text_column = choice as usize >> 15 & 3;
    }
    if pick(18) {
        options.encoding = TextEncoding::parse("shift_jis").expect("a usual encoding");
    }
    if pick(21) {
        options.table = choice as usize >> 24 & 3;
    }
    if pick(25) {
        options.format = ListFormat::Html;
    }
    match import::read(source, &options) {
        Ok(list) => {
            let report = &list.report;
            let counted = report.kept + report.blank + report.duplicates + report.merged;
            assert_eq!(report.rows, counted + report.problem_count, "every row is accounted for");
            assert_eq!(list.items.len(), report.kept, "every kept row is an item");
            let cells = list.items.len() * list.columns.len();
            assert_eq!(list.cells.len(), cells, "every item has its cells");
            for item in &list.items {
                assert!(!item.text.is_empty(), "no text is empty");
                assert!(!item.text.contains(char::is_control), "{:?} is clean", item.text);
            }
            Outcome::List
        }
        Err(error) => {
            assert!(error.to_string().len() > 20, "a sentence: {error}");
            Outcome::Sentence
        }
    }
}

/// One of the seeds, changed in a few places.
fn changed(seeds: &Seeds, marks: &[&str], random: &mut StdRng) -> Vec<u8> {
    match seeds {
        Seeds::Bytes(seeds) => {
            let mut bytes = seeds.choose(random).expect("there are seeds").clone();
            change(&mut bytes, marks, random);
            bytes
        }
        Seeds::Archives(seeds) => {
            let mut entries = seeds.choose(random).expect("there are seeds").clone();
            let place = random.gen_range(0..entries.len());
            match random.gen_range(0..20) {
                0 => {
                    entries.remove(place);
                }
                1 => {
                    let copy = (format!("{}2", entries[place].0), entries[place].1.clone());
                    entries.push(copy);
                }
                2 => entries[place].1.clear(),
                _ => change(&mut entries[place].1, marks, random),
            }
            let mut bytes = zip(&entries);
            if random.gen_range(0..8) == 0 {
                change(&mut bytes, marks, random);
            }
            bytes
        }
    }
}

fn change(bytes: &mut Vec<u8>, marks: &[&str], random: &mut StdRng) {
    for _ in 0..random.gen_range(1..6) {
        let at = random.gen_range(0..=bytes.len());
        let length = random.gen_range(0..=16.min(bytes.len() - at));
        match random.gen_range(0..8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.gen_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.r#gen(),
            2 => {
                bytes.drain(at..at + length);
            }
            3 => {
                let part = bytes[at..at + length].to_vec();
                let times = *[1, 2, 50].choose(random).expect("not empty");
                bytes.splice(at..at, part.repeat(times));
            }
            4 if !bytes.is_empty() && random.gen_range(0..4) == 0 => bytes.truncate(at),
            5 => {
                let from = random.gen_range(0..=bytes.len());
                let part: Vec<u8> = bytes[from..].iter().take(length).copied().collect();
                bytes.splice(at..at + length, part);
            }
            _ => {
                let mark = if random.r#gen() { &COMMON[..] } else { marks };
                if let Some(mark) = mark.choose(random) {
                    let end = if random.r#gen() { at } else { at + length };
                    bytes.splice(at..end, mark.bytes());
                }
            }
        }
    }
}

fn bytes(texts: &[&str]) -> Seeds {
    Seeds::Bytes(texts.iter().map(|text| text.as_bytes().to_vec()).collect())
}

#[test]
fn text() {
    let utf16: Vec<u8> =
        "\u{feff}crème\nbrûlée\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let Seeds::Bytes(mut seeds) =
        bytes(&["apple\npear\r\nCafé\n\napples\n", "one\ttwo\nthree\tfour\n"])
    else {
        return;
    };
    seeds.push(utf16);
    seeds.push(b"caf\xe9\nna\xefve\nbr\xfbl\xe9e\n".to_vec());
    fuzz("text", "txt", &Seeds::Bytes(seeds), &["\r\n", "\t", "\u{301}", "👩‍👩‍👧"]);
}

#[test]
fn csv() {
    let seeds = bytes(&[
        "text,category,count\napple,fruit,3\n\"pear, \"\"green\"\"\",fruit,\"1,000\"\n\"two\nlines\",x,1\n",
        "text;topic;confidence;pinned\n'=a;Fruit;0.5;yes\nb;;;\n",
        "'a'|'b'\n'c'|'d'\n",
    ]);
    fuzz("csv", "csv", &seeds, &[",", ";", "|", "\t", "\"\"", "\",\"", "\"\n"]);
}

#[test]
fn json() {
    let seeds = bytes(&[
        "[{\"text\":\"apple\",\"n\":1.50},{\"text\":\"pear\",\"more\":{\"a\":[1,null]}}]",
        "[\"apple\",\"pear\\u00e9\",3,true,null,[\"x\"]]",
        "{\"text\":[\"apple\",\"pear\"],\"kind\":[1,2,3],\"name\":\"x\"}",
        "{\"meta\":1,\"rows\":[{\"a\":\"b\"}]}",
    ]);
    fuzz("json", "json", &seeds, &["{", "}", "[", "]", "\\ud800", "\\u0000", ":", ",", "null"]);
}

#[test]
fn json_lines() {
    let seeds = bytes(&["{\"text\":\"apple\"}\n{\"text\":\"pear\",\"n\":2}\n\n\"plum\"\n[1,2]\n"]);
    fuzz("json_lines", "jsonl", &seeds, &["{", "}", "[", "\n{", "\\ud800", "null", "{\"a\":1}\n"]);
}

#[test]
fn xlsx() {
    let seeds = Seeds::Archives(vec![xlsx_parts(SHEET, SHARED)]);
    let marks = [
        "<c r=\"XFD1048576\"/>",
        "<row r=\"1048577\">",
        "t=\"s\"",
        "t=\"d\"",
        "&amp;",
        "&x;",
        "]]>",
        "<![CDATA[",
        "</row>",
        "<v>",
        "s=\"9\"",
        "<!--",
        "ref=\"A1:XFD1048576\"",
        "ZZZZZZ",
        "numFmtId=\"22\"",
        "<f>A1</f>",
    ];
    fuzz("xlsx", "xlsx", &seeds, &marks);
}

#[test]
fn ods() {
    let seeds = Seeds::Archives(vec![ods_parts(ODS_ROWS)]);
    let marks = [
        "table:number-rows-repeated=\"99999\"",
        "table:number-columns-repeated=\"99999\"",
        "<table:table-row>",
        "</table:table-row>",
        "<table:table>",
        "<text:p>",
        "&#0;",
        "&x;",
        "<![CDATA[",
        "<text:s text:c=\"99\"/>",
        "</office:annotation>",
    ];
    fuzz("ods", "ods", &seeds, &marks);
}

#[test]
fn docx() {
    let seeds = Seeds::Archives(vec![docx_parts(DOCX_BODY)]);
    let marks = [
        "<w:tbl>",
        "</w:tbl>",
        "<w:tr>",
        "<w:tc>",
        "</w:tc>",
        "<w:p>",
        "</w:p>",
        "<w:t>",
        "&#x110000;",
        "<w:gridSpan w:val=\"999\"/>",
    ];
    fuzz("docx", "docx", &seeds, &marks);
}

#[test]
fn markdown() {
    let seeds = bytes(&[
        "# Fruit\n\n- apple\n- **pear**\n\n| word | kind |\n|---|---|\n| fig | fruit |\n\n> quote\n\n```\ncode\n```\n",
    ]);
    fuzz(
        "markdown",
        "md",
        &seeds,
        &["| ", "|---|\n", "- ", "> ", "```", "[a]: b", "<p>", "*", "[^1]"],
    );
}

#[test]
fn html() {
    let seeds = bytes(&[
        "<!doctype html><h1>Fruit</h1><ul><li>apple<li>pear</ul><table><tr><th>a<th>b<tr><td rowspan=2>c<td>d<tr><td>e</table><script>x</script>",
    ]);
    let marks = [
        "<table>",
        "</table>",
        "<tr>",
        "<td colspan=9>",
        "<b>",
        "<svg>",
        "<template>",
        "<!--",
        "<select>",
        "&#x0;",
        "<plaintext>",
        "<p>",
    ];
    fuzz("html", "html", &seeds, &marks);
}

#[test]
fn parquet_files() {
    let texts = ["apple", "pear", "plum", "fig", ""];
    let seeds = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
    ];
    let seeds = seeds.into_iter().map(|compression| parquet(&texts, compression)).collect();
    fuzz("parquet", "parquet", &Seeds::Bytes(seeds), &["PAR1", "\u{7f}", "\u{1}", "\u{15}"]);
}

#[test]
fn vectors() {
    let seeds = Seeds::Bytes(vec![npy(&npy_header(2, 2), &[1.0, 2.0, 3.0, 4.0])]);
    fuzz("vectors", "npy", &seeds, &["(2, 2)", "'<f8'", "True", "(", ",", "{"]);
}
