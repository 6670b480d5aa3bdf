//! Files that are built to harm, or broken: each gives the right list or a
//! sentence within seconds, read as the app reads them, in a process of its own.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kindred_engine::import::worker::Worker;
use kindred_engine::import::{ImportedList, Source};
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::{Error, Result};
use parquet::basic::Compression;

use crate::desk::{Desk, is_alone, kind};
use crate::formats::{
    DOCX_BODY, Entries, ODS_ROWS, SHARED, SHEET, docx_parts, npy, npy_header, ods_parts, parquet,
    xlsx_parts, zip,
};

/// What a hostile file gives.
enum Gives {
    /// A list with these texts, in this order.
    Texts(&'static [&'static str]),
    /// A list whose first text is this one.
    First(&'static str),
    /// A sentence that says this.
    Sentence(&'static str),
    /// A list or a sentence: whichever, in time.
    Either,
}
use Gives::{Either, First, Sentence, Texts};

/// Starts the program that reads lists for the tests.
pub(crate) fn worker() -> Worker {
    Worker { program: env!("CARGO_BIN_EXE_reads-lists").into() }
}

fn read(paths: &[PathBuf]) -> Result<ImportedList> {
    let source = Source::Files(paths);
    let worker = worker();
    let options = worker.recognise(source, &Silent)?;
    worker.read(source, &options, &Silent)
}

/// Reads and checks what comes of it, in time.
fn check(what: &str, paths: &[PathBuf], gives: &Gives) {
    let start = Instant::now();
    let result = read(paths);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{what} takes {took:?}");
    let texts = |list: &ImportedList| -> Vec<String> {
        list.items.iter().map(|item| item.text.clone()).collect()
    };
    match (gives, &result) {
        (Texts(wanted), Ok(list)) => assert_eq!(texts(list), *wanted, "the texts of {what}"),
        (First(wanted), Ok(list)) => assert_eq!(texts(list)[0], *wanted, "the first of {what}"),
        (Sentence(wanted), Err(error)) => {
            let told = error.to_string();
            assert!(told.contains(wanted), "{what} is told plainly: {told}");
            assert!(told.ends_with('.') || told.contains(": "), "a sentence: {told}");
        }
        (Either, Ok(list)) => assert!(!list.items.is_empty(), "{what} is a list of something"),
        (Either, Err(error)) => {
            assert!(error.to_string().len() > 20, "{what} is told in a sentence: {error}");
        }
        (Texts(_) | First(_), Err(error)) => panic!("{what} should be a list: {error}"),
        (Sentence(_), Ok(list)) => panic!("{what} should be refused: {:?}", texts(list)),
    }
}

fn check_bytes(what: &str, name: &str, bytes: impl AsRef<[u8]>, gives: Gives) {
    let desk = Desk::new();
    check(what, &[desk.write(name, bytes)], &gives);
}

/// The parts with one of them written anew.
fn with(mut parts: Entries, name: &str, change: impl FnOnce(String) -> String) -> Vec<u8> {
    let part = parts.iter_mut().find(|part| part.0 == name).expect("a part of that name");
    let text = String::from_utf8(std::mem::take(&mut part.1)).expect("XML");
    part.1 = change(text).into_bytes();
    zip(&parts)
}

fn xlsx(rows: &str) -> Vec<u8> {
    zip(&xlsx_parts(rows, SHARED))
}

/// A row of inline texts.
fn row(number: &str, cells: &[(&str, &str)]) -> String {
    let cells: String = cells
        .iter()
        .map(|(place, text)| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"))
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

#[test]
fn spreadsheets_that_lie_or_burst_are_read_or_refused() {
    let sheet = "xl/worksheets/sheet1.xml";
    check_bytes("a sound one", "a.xlsx", xlsx(SHEET), Texts(&["apple", "pear tree"]));
    check_bytes(
        "cells at A1 and XFD1048576",
        "a.xlsx",
        xlsx(&(row("1", &[("A1", "apple")]) + &row("1048576", &[("XFD1048576", "far")]))),
        First("apple"),
    );
    check_bytes(
        "a dimension of everything",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), sheet, |xml| {
            xml.replace("ref=\"A1\"", "ref=\"A1:XFD1048576\"")
        }),
        First("apple"),
    );
    for count in ["4294967295", "18446744073709551615", "-1", "many"] {
        check_bytes(
            &format!("{count} shared texts told, three there"),
            "a.xlsx",
            with(xlsx_parts(SHEET, SHARED), "xl/sharedStrings.xml", |xml| {
                xml.replace("uniqueCount=\"3\"", &format!("uniqueCount=\"{count}\""))
            }),
            Either,
        );
    }
    check_bytes(
        "a shared text that is not there",
        "a.xlsx",
        xlsx("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>4294967295</v></c></row>"),
        Either,
    );
    check_bytes(
        "a row beyond all rows",
        "a.xlsx",
        xlsx(&(row("1", &[("A1", "apple")]) + &row("4294967296", &[("A4294967296", "x")]))),
        Either,
    );
    check_bytes(
        "columns beyond all columns",
        "a.xlsx",
        xlsx(&row("1", &[("A1", "apple"), ("ZZZZZZZZ1", "x")])),
        Either,
    );
    let wide: String = (0..100_000).map(|_| "<c t=\"inlineStr\"><is><t>x</t></is></c>").collect();
    check_bytes(
        "a hundred thousand columns",
        "a.xlsx",
        xlsx(&format!("<row r=\"1\">{wide}</row>")),
        First("x"),
    );
    check_bytes(
        "rows that go backwards",
        "a.xlsx",
        xlsx(&(row("9", &[("A9", "apple")]) + &row("2", &[("A2", "pear")]))),
        Texts(&["apple", "pear"]),
    );
    let bomb = |bytes: usize| {
        with(xlsx_parts(SHEET, SHARED), sheet, |xml| {
            xml.replace("<sheetData>", &format!("{}<sheetData>", " ".repeat(bytes)))
        })
    };
    check_bytes("a bomb of 1000 to 1", "a.xlsx", bomb(200 << 20), Sentence("harm"));
    let mut many = xlsx_parts(SHEET, SHARED);
    many.extend((0..10_001).map(|n| (format!("xl/media/{n}.xml"), Vec::new())));
    check_bytes("ten thousand entries", "a.xlsx", zip(&many), Sentence("more than Kindred reads"));
    for name in ["../../evil.xml", "/etc/evil", "xl/../../../evil", "C:\\..\\evil"] {
        let mut parts = xlsx_parts(SHEET, SHARED);
        parts.push((name.to_owned(), b"x".to_vec()));
        check_bytes(&format!("an entry called {name}"), "a.xlsx", zip(&parts), Either);
    }
    check_bytes("an entry that is a link", "a.xlsx", zip_with_link(), Sentence("harm"));
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\"><!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">]>";
    check_bytes(
        "a billion laughs",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), "xl/sharedStrings.xml", |xml| {
            xml.replace("<sst", &format!("{laughs}<sst")).replace("<t>apple</t>", "<t>&lol3;</t>")
        }),
        Either,
    );
    check_bytes(
        "an entity that is a file",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), "xl/sharedStrings.xml", |xml| {
            xml.replace("<sst", "<!DOCTYPE x [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><sst")
                .replace("<t>apple</t>", "<t>&file;</t>")
        }),
        Either,
    );
    check_bytes(
        "no end",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), sheet, |xml| xml[..xml.len() / 2].to_owned()),
        Either,
    );
    let whole = xlsx(SHEET);
    check_bytes("half a file", "a.xlsx", &whole[..whole.len() / 2], Sentence("damaged"));
    check_bytes("four bytes", "a.xlsx", b"PK\x03\x04", Sentence("damaged"));
    check_bytes("an empty archive", "a.xlsx", zip(&Vec::new()), Sentence("zip archive"));
    check_bytes(
        "no sheets",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), "xl/workbook.xml", |xml| xml.replace("<sheet ", "<other ")),
        Sentence("sheet"),
    );
    let parts = xlsx_parts(SHEET, SHARED).into_iter().filter(|part| part.0 != sheet).collect();
    check_bytes("a sheet that is missing", "a.xlsx", zip(&parts), Either);
    let deep = "<a>".repeat(200_000);
    check_bytes(
        "tags in tags",
        "a.xlsx",
        with(xlsx_parts(SHEET, SHARED), sheet, |xml| {
            xml.replace("<sheetData>", &format!("{deep}<sheetData>"))
        }),
        Either,
    );
    check_bytes(
        "an older spreadsheet under a new name",
        "a.xlsx",
        [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat(),
        Sentence("Save it as .xlsx"),
    );
}

/// A spreadsheet with an entry that is a link to a file elsewhere.
fn zip_with_link() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in xlsx_parts(SHEET, SHARED) {
        archive.start_file(name, options).expect("a new entry");
        archive.write_all(&bytes).expect("memory can be written");
    }
    archive.add_symlink("xl/link.xml", "/etc/passwd", options).expect("a link");
    archive.finish().expect("memory can be written").into_inner()
}

#[test]
fn other_documents_that_lie_are_read_or_refused() {
    check_bytes("a sound ODS", "a.ods", zip(&ods_parts(ODS_ROWS)), Texts(&["apple & pie"]));
    let repeated = |rows: &str, columns: &str| {
        zip(&ods_parts(&format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell table:number-columns-repeated=\"{columns}\"><text:p>apple</text:p></table:table-cell></table:table-row>"
        )))
    };
    check_bytes("a cell 16,384 times", "a.ods", repeated("1", "16384"), Texts(&["apple"]));
    check_bytes(
        "a cell 10^18 times",
        "a.ods",
        repeated("1000000000000000000", "1000000000000000000"),
        Sentence("more than Kindred reads"),
    );
    check_bytes(
        "a row four billion times",
        "a.ods",
        repeated("4294967295", "1"),
        Sentence("more than Kindred reads"),
    );
    check_bytes("a sound document", "a.docx", zip(&docx_parts(DOCX_BODY)), First("apple & pear"));
    let tables = "<w:tbl><w:tr><w:tc>".repeat(50_000);
    check_bytes(
        "tables in tables",
        "a.docx",
        zip(&docx_parts(&format!("<w:p><w:t>apple</w:t></w:p>{tables}"))),
        Sentence("damaged"),
    );
    let whole = zip(&docx_parts(DOCX_BODY));
    check_bytes("half a document", "a.docx", &whole[..whole.len() - 40], Sentence("damaged"));
    let no_end = docx_parts(DOCX_BODY).into_iter().map(|(name, mut bytes)| {
        bytes.truncate(bytes.len() / 2);
        (name, bytes)
    });
    check_bytes("a document without an end", "a.docx", zip(&no_end.collect()), Either);
    let spans = DOCX_BODY.replace("w:val=\"2\"", "w:val=\"4000000000\"");
    check_bytes("a cell over four billion columns", "a.docx", zip(&docx_parts(&spans)), Either);
    let rows = parquet(&["apple", "pear", "plum"], Compression::SNAPPY);
    check_bytes("a sound Parquet file", "a.parquet", &rows, Texts(&["apple", "pear", "plum"]));
    check_bytes("half of it", "a.parquet", &rows[..rows.len() / 2], Sentence("damaged"));
    check_bytes("its first bytes", "a.parquet", b"PAR1", Sentence("damaged"));
    check_bytes("its ends", "a.parquet", b"PAR1\xff\xff\xff\x7fPAR1", Sentence("damaged"));
    for place in [8, 20, rows.len() - 12, rows.len() - 40, rows.len() - 80] {
        let mut lying = rows.clone();
        lying[place..place + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
        check_bytes(&format!("a huge number at {place}"), "a.parquet", lying, Either);
    }
}

#[test]
fn texts_that_are_built_to_harm_are_read_or_refused() {
    let columns = "x,".repeat(500_000) + "x\n" + &"y,".repeat(500_000) + "y\n";
    check_bytes("half a million columns", "a.csv", columns, Either);
    let columns = "x\t".repeat(1_000_000) + "apple\n";
    check_bytes("a million columns", "a.tsv", columns, Either);
    check_bytes("zeros in texts", "a.txt", b"ap\0ple\npear\nplum and more words to come\n", Either);
    check_bytes("zeros only", "a.txt", vec![0; 1 << 20], Sentence("binary data"));
    check_bytes("nothing", "a.csv", b"", Sentence("nothing in this file"));
    check_bytes("quotes only", "a.csv", vec![b'"'; 1 << 20], Either);
    check_bytes("quotes at the start of each line", "a.csv", "\"a\n".repeat(100_000), Either);
    check_bytes("line ends only", "a.txt", vec![b'\n'; 5 << 20], Sentence("only blank lines"));
    check_bytes(
        "marks that turn the direction",
        "a.txt",
        "\u{202e}elppa\n\u{200f}\u{5ea}\u{5e4}\u{5d5}\u{5d7}\npear\n",
        Texts(&["\u{202e}elppa", "\u{200f}\u{5ea}\u{5e4}\u{5d5}\u{5d7}", "pear"]),
    );
    check_bytes(
        "letters joined without width",
        "a.txt",
        "👩‍👩‍👧‍👦\na\u{200d}b\n",
        Texts(&["👩‍👩‍👧‍👦", "a\u{200d}b"]),
    );
    let marks = format!("a{}\nb\n", "\u{301}".repeat(30_000));
    check_bytes("thirty thousand accents on a letter", "a.txt", marks, Either);
    let utf16: Vec<u8> =
        "crème\nbrûlée\npear\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_bytes("UTF-16 without a mark", "a.txt", utf16, Texts(&["crème", "brûlée", "pear"]));
    let japanese = b"\x82\xa0\x82\xe8\x82\xaa\x82\xc6\x82\xa4\n\x8d\x82\x82\xa2\x8e\x52\n\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x95\xb6\x8f\xcd\n";
    check_bytes("Shift-JIS", "a.txt", japanese, Texts(&["ありがとう", "高い山", "日本語の文章"]));
    check_bytes(
        "lone surrogates in UTF-16",
        "a.txt",
        b"\xff\xfea\0\n\0\x00\xd8\n\0b\0\n\0",
        Texts(&["a", "b"]),
    );
    check_bytes("lone surrogates", "a.json", r#"["apple", "\ud800"]"#, Sentence("line 1"));
    check_bytes(
        "lone surrogates in one line",
        "a.jsonl",
        "{\"text\":\"apple\"}\n{\"text\":\"\\ud800\"}\n{\"text\":\"pear\"}\n",
        Texts(&["apple", "pear"]),
    );
    check_bytes("brackets", "a.json", "[".repeat(1_000_000), Sentence("nested too deeply"));
    check_bytes("braces", "a.json", "{\"a\":".repeat(1_000_000), Sentence("nested too deeply"));
    let deep = format!("[{{\"a\":{}1{}}}]", "[".repeat(100), "]".repeat(100));
    check_bytes("nested a hundred times", "a.json", deep, Sentence("nested too deeply"));
    check_bytes("a number without end", "a.json", format!("[1{}]", "0".repeat(100_000)), Either);
    check_bytes("half a file", "a.json", "[\"apple\", \"pear", Sentence("line 1"));
    let keys: String = (0..50_000).map(|n| format!("{{\"key{n}\":1}},")).collect();
    check_bytes("a new key in each row", "a.json", format!("[{keys}{{}}]"), Either);
    check_bytes("only a word", "a.json", "true", Either);
    check_bytes("elements in elements", "a.html", "<div>".repeat(500_000), Sentence("too deeply"));
    let marks = "<b>".repeat(400) + &"<p>x".repeat(2_000);
    check_bytes("marks that are never closed", "a.html", marks, Either);
    check_bytes(
        "a cell over a billion rows",
        "a.html",
        "<table><tr><td rowspan=1000000000 colspan=1000000000>apple<td>pear</table>",
        First("apple"),
    );
    check_bytes(
        "scripts",
        "a.html",
        "<script>alert('x')</script><p>apple</p><img src=x onerror=alert(1)><p>pear",
        Texts(&["apple", "pear"]),
    );
    check_bytes("quotes in quotes", "a.md", ">".repeat(50_000) + "apple", Either);
    check_bytes("brackets", "a.md", "[".repeat(50_000) + "apple", Either);
    check_bytes("stars", "a.md", "*a_".repeat(50_000), Either);
}

#[test]
fn a_line_of_200_megabytes_is_left_out() {
    let desk = Desk::new();
    let path = desk.path("a.txt");
    let mut file = BufWriter::new(File::create(&path).expect("a temporary file"));
    file.write_all(b"apple\n").expect("written");
    let block = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        file.write_all(&block).expect("written");
    }
    file.write_all(b"\npear\n").expect("written");
    file.into_inner().expect("flushed");
    check("a line of 200 MB", &[path], &Texts(&["apple", "pear"]));
}

#[test]
fn wrong_names_are_seen_through() {
    let parquet = parquet(&["apple", "pear"], Compression::UNCOMPRESSED);
    check_bytes("a spreadsheet called .csv", "a.csv", xlsx(SHEET), Texts(&["apple", "pear tree"]));
    check_bytes("a text called .xlsx", "a.xlsx", "apple\npear\n", Texts(&["apple", "pear"]));
    check_bytes(
        "a document called .txt",
        "a.txt",
        zip(&docx_parts(DOCX_BODY)),
        First("apple & pear"),
    );
    check_bytes("Parquet called .json", "a.json", parquet, Texts(&["apple", "pear"]));
    check_bytes(
        "a page called .xls",
        "a.xls",
        "<table><tr><td>word<td>kind<tr><td>apple<td>fruit</table>",
        First("apple"),
    );
    check_bytes("a text called .json", "a.json", "apple\npear\n", Texts(&["apple", "pear"]));
    check_bytes("a text called .parquet", "a.parquet", "apple\npear\n", Texts(&["apple", "pear"]));
    for (what, start, told) in [
        ("a PDF", &b"%PDF-1.7\n"[..], "PDF"),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
        ("a photograph", b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        ("a program", b"\x7fELF\x02\x01\x01", "program"),
        ("a program of Windows", b"MZ\x90\0\x03", "program"),
        ("a packed file", b"\x1f\x8b\x08\0", "Unpack"),
        ("a database", b"SQLite format 3\0", "database"),
        ("rich text", b"{\\rtf1\\ansi", "rich text"),
    ] {
        check_bytes(what, "a.csv", [start, &[0x99; 300]].concat(), Sentence(told));
    }
}

#[test]
fn vectors_that_lie_are_refused() {
    let numbers = [0.5, 1.0, -1.0, 2.0];
    let pair = |what: &str, vectors: (&str, Vec<u8>), texts: (&str, &str), gives: Gives| {
        let desk = Desk::new();
        let vectors = desk.write(vectors.0, vectors.1);
        let texts = desk.write(texts.0, texts.1);
        check(what, &[vectors, texts], &gives);
    };
    let sound = npy(&npy_header(2, 2), &numbers);
    let texts = ("a.txt", "apple\npear\n");
    pair("sound ones", ("a.npy", sound.clone()), texts, Texts(&["apple", "pear"]));
    pair(
        "a header above",
        ("a.npy", sound.clone()),
        ("a.csv", "word,kind\napple,fruit\npear,fruit\n"),
        Texts(&["apple", "pear"]),
    );
    for (rows, dim) in [(2_000_000_000, 2), (usize::MAX, 2), (2, 0), (2, usize::MAX)] {
        let lying = npy(&npy_header(rows, dim), &numbers);
        pair(&format!("{rows} x {dim} told"), ("a.npy", lying), texts, Sentence("damaged"));
    }
    let nested = npy(&format!("{}{}", "{".repeat(50), npy_header(2, 2)), &numbers);
    pair("brackets in brackets", ("a.npy", nested), texts, Sentence("damaged"));
    let pickle = npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", &numbers);
    pair("objects", ("a.npy", pickle), texts, Sentence("floating-point"));
    let other = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", &numbers);
    pair("column after column", ("a.npy", other), texts, Sentence("C order"));
    let nan = npy(&npy_header(2, 2), &[1.0, f32::NAN, 0.0, 1.0]);
    pair("what is no number", ("a.npy", nan), texts, Sentence("no number"));
    pair("half a header", ("a.npy", sound[..40].to_vec()), texts, Sentence("damaged"));
    pair(
        "a huge header",
        ("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff".to_vec()),
        texts,
        Sentence("damaged"),
    );
    pair("more texts", ("a.npy", sound.clone()), ("a.txt", "a\nb\nc\nd\n"), Sentence("2 vectors"));
    check_bytes("no texts", "lonely.npy", sound, Sentence("without texts"));
    let tsv = |text: &str| ("vectors.tsv", text.as_bytes().to_vec());
    pair(
        "the projector's",
        tsv("1\t2\n3\t4\n"),
        ("metadata.tsv", "apple\npear\n"),
        Texts(&["apple", "pear"]),
    );
    pair(
        "with a header",
        tsv("1\t2\n3\t4\n"),
        ("metadata.tsv", "word\tkind\napple\tx\npear\ty\n"),
        Texts(&["apple", "pear"]),
    );
    pair(
        "of unequal length",
        tsv("1\t2\n3\t4\n5\t6\n7\t8\n"),
        ("metadata.tsv", "apple\npear\n"),
        Sentence("4 vectors"),
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let desk = Desk::new();
    let pipe = desk.path("pipe.csv");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success(), "a pipe is there to be refused");
    let link = desk.path("link.txt");
    std::os::unix::fs::symlink("/dev/zero", &link).expect("a link");
    let circle = desk.path("circle.txt");
    std::os::unix::fs::symlink(&circle, &circle).expect("a link");
    for path in [
        Path::new("/dev/zero"),
        Path::new("/dev/null"),
        Path::new("/proc/self/mem"),
        &pipe,
        &link,
        &circle,
        &desk.path("nothing.txt"),
    ] {
        check(&path.display().to_string(), &[path.to_path_buf()], &Sentence("."));
    }
    let empty = Desk::new();
    let folder = empty.folder.path().to_path_buf();
    check("an empty folder", &[folder], &Sentence("no list in this folder"));
    let folder = empty.path("inner");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("a.txt"), "apple\n").expect("written");
    std::os::unix::fs::symlink("/dev/zero", folder.join("zero.txt")).expect("a link");
    std::os::unix::fs::symlink(empty.folder.path(), folder.join("up")).expect("a link");
    let around = empty.folder.path().to_path_buf();
    check("a folder with links that lead out and around", &[around], &Texts(&["apple"]));
}

/// Cancels after a while.
struct Cancelling(AtomicBool);

impl Monitor for Cancelling {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn cancelling_ends_the_child_at_once() {
    let desk = Desk::new();
    let rows: String = (0..300_000).map(|n| format!("some words of number {n}\n")).collect();
    let files = [desk.write("long.txt", rows)];
    let options = worker().recognise(Source::Files(&files), &Silent).expect("a sound list");
    let monitor = Cancelling(AtomicBool::new(false));
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| worker().read(Source::Files(&files), &options, &monitor));
        monitor.0.store(true, Ordering::Relaxed);
        let asked = Instant::now();
        let error = reading.join().expect("no panic").expect_err("cancelled");
        assert!(matches!(error, Error::Cancelled), "it says so: {error}");
        assert!(asked.elapsed() < Duration::from_millis(500), "at once: {:?}", asked.elapsed());
    });
}

#[test]
fn a_child_that_is_none_gives_a_sentence() {
    let desk = Desk::new();
    let files = [desk.write("a.txt", "apple\n")];
    for program in [desk.path("nothing"), PathBuf::from("/bin/cat"), PathBuf::from("/bin/false")] {
        let worker = Worker { program: program.clone() };
        let error = worker.preview(Source::Files(&files), None, &Silent).expect_err("no reader");
        assert!(
            ["NothingToImport", "Unreadable"].contains(&kind(&error).as_str()),
            "{} says what happened: {error}",
            program.display()
        );
    }
}

#[test]
fn the_window_stays_small_while_its_child_bursts() {
    // Memory is counted for a whole process.
    if !is_alone("hostile::the_window_stays_small_while_its_child_bursts") {
        return;
    }
    let before = peak_memory();
    let keys: String = (0..300_000).map(|n| format!("{{\"key{n}\":[[1,2],[3]]}},")).collect();
    check_bytes("many keys", "a.json", format!("[{keys}{{}}]"), Either);
    check_bytes(
        "cells",
        "a.ods",
        zip(&ods_parts(&ODS_ROWS.replace("\"2\"", "\"9999999\""))),
        Either,
    );
    let grown = peak_memory() - before;
    assert!(grown < 100_000_000, "the parent holds no more than the file it made: {grown} bytes");
}

/// The most memory this process ever had, in bytes; 0 where it is not told.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1_000
}
