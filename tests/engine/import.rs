//! Whatever a person drops becomes a list or a clear sentence.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use kindred_engine::Result;
use kindred_engine::export::{self, ExportFormat};
use kindred_engine::import::{
    self, ImportOptions, ImportPreview, ImportedList, ListFormat, MAX_PROBLEMS, PREVIEW_ROWS,
    Source, Split, TextEncoding, Variant,
};
use kindred_engine::monitor::Silent;
use parquet::basic::Compression;
use proptest::prelude::*;

use crate::desk::{Desk, Watch, is_alone, kind};
use crate::export::{facts, hostile, options as export_options};
use crate::formats::{
    DOCX_BODY, ODS_ROWS, SHARED, SHEET, docx_parts, npy, npy_header, ods_parts, parquet,
    xlsx_parts, zip,
};
use crate::hostile::worker;

fn read(path: &Path) -> Result<(ImportOptions, ImportedList)> {
    let files = [path.to_path_buf()];
    let source = Source::Files(&files);
    let options = import::recognise(source)?;
    let list = import::read(source, &options)?;
    let preview = import::preview(source, None)?;
    assert_eq!(preview.options, options, "a preview recognises the same as asking for it alone");
    assert_eq!(preview.report, list.report, "a preview promises what reading gives");
    check_sum(&list);
    Ok((options, list))
}

fn check_sum(list: &ImportedList) {
    let report = &list.report;
    assert_eq!(
        report.rows,
        report.kept + report.blank + report.duplicates + report.merged + report.problem_count,
        "every row is kept, blank, a duplicate, a variant or a problem: {report:?}"
    );
    assert_eq!(report.kept, list.items.len(), "every kept row is an item");
}

fn texts(list: &ImportedList) -> Vec<&str> {
    list.items.iter().map(|item| item.text.as_str()).collect()
}

fn pasted(text: &str) -> (ImportPreview, ImportedList) {
    let source = Source::Text { name: "pasted", text, html: None };
    let preview = import::preview(source, None).expect("what was pasted can be looked at");
    let list = import::read(source, &preview.options).expect("what was pasted is read");
    check_sum(&list);
    (preview, list)
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn encodings_are_recognised_and_read() {
    let desk = Desk::new();
    let list = "crème brûlée\nJalapeño\nSmörgåsbord\nnaïve café\n";
    let russian = "яблоко\nапельсин\nбанан и груша\n";
    let windows_1252: Vec<u8> =
        list.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let with_bom = |bom: &[u8], bytes: Vec<u8>| [bom, &bytes].concat();
    for (what, bytes, label, wanted) in [
        ("UTF-8", list.as_bytes().to_vec(), "UTF-8", list),
        ("UTF-8 with a byte order mark", with_bom(b"\xef\xbb\xbf", list.into()), "UTF-8", list),
        (
            "UTF-16LE with a mark",
            with_bom(b"\xff\xfe", utf16(list, u16::to_le_bytes)),
            "UTF-16LE",
            list,
        ),
        (
            "UTF-16BE with a mark",
            with_bom(b"\xfe\xff", utf16(list, u16::to_be_bytes)),
            "UTF-16BE",
            list,
        ),
        ("UTF-16LE without", utf16(list, u16::to_le_bytes), "UTF-16LE", list),
        ("UTF-16BE without", utf16(list, u16::to_be_bytes), "UTF-16BE", list),
        ("Cyrillic UTF-16LE without", utf16(russian, u16::to_le_bytes), "UTF-16LE", russian),
        ("Cyrillic UTF-16BE without", utf16(russian, u16::to_be_bytes), "UTF-16BE", russian),
        ("Windows-1252", windows_1252, "windows-1252", list),
        ("plain ASCII", b"apple\npear\n".to_vec(), "UTF-8", "apple\npear\n"),
    ] {
        let (options, list) = read(&desk.write("list.txt", bytes)).expect(what);
        assert_eq!(options.encoding.label(), label, "the encoding of {what}");
        assert_eq!(texts(&list), wanted.lines().collect::<Vec<_>>(), "the texts of {what}");
    }
}

#[test]
fn another_encoding_can_be_chosen() {
    let desk = Desk::new();
    let path = desk.write("list.txt", b"\xbf\xe1\xeb\xee\xea\xee\n");
    let mut options = import::recognise(Source::Files(std::slice::from_ref(&path)))
        .expect("it is text of some kind");
    options.encoding = TextEncoding::parse("windows-1251").expect("a usual encoding");
    let preview = import::preview(Source::Files(std::slice::from_ref(&path)), Some(&options))
        .expect("looked at again");
    assert_eq!(preview.rows[0], ["їблоко"], "the preview follows the choice");
    assert!(preview.encodings.contains(&options.encoding), "which is one of those offered");
    let list = import::read(Source::Files(std::slice::from_ref(&path)), &options)
        .expect("the list is read");
    assert_eq!(texts(&list), ["їблоко"], "these bytes in Windows-1251");
    assert!(TextEncoding::parse("klingon").is_err(), "an encoding that does not exist is refused");
}

#[test]
fn what_cannot_be_decoded_is_a_problem_with_its_line() {
    let desk = Desk::new();
    let path = desk
        .write("list.txt", b"cr\xc3\xa8me\nsm\xc3\xb6r\nbro\xffken\ncaf\xc3\xa9\nna\xc3\xafve\n");
    let (options, list) = read(&path).expect("the rest is kept");
    assert_eq!(
        options.encoding.label(),
        "UTF-8",
        "one broken place does not make it another encoding"
    );
    assert_eq!(texts(&list), ["crème", "smör", "café", "naïve"], "the sound lines");
    assert_eq!(list.report.problem_count, 1, "the broken line");
    assert_eq!(list.report.problems[0].line, 3, "and where it is");
    assert!(
        list.report.problems[0].message.to_string().contains("UTF-8"),
        "and why: {:?}",
        list.report.problems
    );
}

#[test]
fn blank_lines_and_duplicates_are_counted() {
    let (_, list) = pasted("apple\n\n  pear \n\t\napple\npear\nApple\n apple");
    assert_eq!(texts(&list), ["apple", "pear", "Apple"], "each text once, capitals matter");
    assert_eq!(list.items[0].occurrences, 3, "apple, once with a space");
    assert_eq!((list.report.rows, list.report.blank, list.report.duplicates), (8, 2, 3), "counted");
}

#[test]
fn the_first_category_of_a_text_wins() {
    let (_, list) = pasted("text\tcategory\nkiwi\t\nkiwi\tfruit\nkiwi\tbird\nemu\tbird\n");
    let categories: Vec<_> = list.items.iter().map(|item| item.category.as_deref()).collect();
    assert_eq!(categories, [Some("fruit"), Some("bird")], "the first one that is said");
}

#[test]
fn tables_are_recognised_by_name_and_content() {
    let desk = Desk::new();
    let fruit = ["apple pie", "plum; sweet", "kiwi, green"];
    for (what, name, content, format, header, columns) in [
        (
            "commas",
            "a.csv",
            "text,category\napple pie,x\n\"plum; sweet\",x\n\"kiwi, green\",y\n",
            ListFormat::Csv,
            true,
            (0, Some(1)),
        ),
        (
            "semicolons",
            "a.csv",
            "category;text\nx;apple pie\nx;\"plum; sweet\"\ny;kiwi, green\n",
            ListFormat::Csv,
            true,
            (1, Some(0)),
        ),
        (
            "tabs",
            "a.tsv",
            "text\tcategory\napple pie\tx\nplum; sweet\tx\nkiwi, green\ty\n",
            ListFormat::Tsv,
            true,
            (0, Some(1)),
        ),
        (
            "tabs in a .csv",
            "a.csv",
            "text\tcategory\napple pie\tx\nplum; sweet\tx\nkiwi, green\ty\n",
            ListFormat::Tsv,
            true,
            (0, Some(1)),
        ),
        (
            "tabs in a .txt, as Excel writes",
            "a.txt",
            "text\tn\napple pie\t1\nplum; sweet\t2\nkiwi, green\t3\n",
            ListFormat::Tsv,
            true,
            (0, None),
        ),
        (
            "a byte order mark before a quoted header",
            "a.csv",
            "\u{feff}\"text\",\"category\"\napple pie,x\nplum; sweet,x\n\"kiwi, green\",y\n",
            ListFormat::Csv,
            true,
            (0, Some(1)),
        ),
        (
            "one column, quoted",
            "a.csv",
            "word\napple pie\n\"plum; sweet\"\n\"kiwi, green\"\n",
            ListFormat::Csv,
            true,
            (0, None),
        ),
        (
            "commas in texts of a .txt",
            "a.txt",
            "apple pie\nplum; sweet\nkiwi, green\n",
            ListFormat::Text,
            false,
            (0, None),
        ),
        (
            "no known ending",
            "fruit",
            "apple pie\nplum; sweet\nkiwi, green\n",
            ListFormat::Text,
            false,
            (0, None),
        ),
    ] {
        let (options, list) = read(&desk.write(name, content)).expect(what);
        assert_eq!(options.format, format, "format of {what}");
        assert_eq!(options.has_header, header, "header of {what}");
        assert_eq!((options.text_column, options.category_column), columns, "columns of {what}");
        assert_eq!(texts(&list), fruit, "texts of {what}");
    }
}

#[test]
fn a_pasted_selection_of_a_spreadsheet_is_a_table() {
    let (preview, list) =
        pasted("apple\tfruit\r\n\"two\nlines\"\tfruit\r\nParis\ttown\r\nRome\ttown\r\n");
    assert_eq!(preview.options.format, ListFormat::Tsv, "cells come with tabs between them");
    assert_eq!(
        texts(&list),
        ["apple", "two lines", "Paris", "Rome"],
        "a cell of two lines is one text"
    );
    assert_eq!(list.items[1].category.as_deref(), Some("fruit"), "its category is beside it");
}

#[test]
fn the_words_of_the_fixture_are_read_with_their_categories() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/words_a.csv");
    let (options, list) = read(&path).expect("the fixture is a list");
    assert_eq!((options.text_column, options.category_column), (0, Some(1)), "text, category");
    assert_eq!(list.items.len(), 564, "all words");
    let mut categories: Vec<_> = list.items.iter().map(|item| &item.category).collect();
    categories.sort();
    categories.dedup();
    assert_eq!(categories.len(), 10, "all categories");
    assert_eq!(list.source_name, "words_a.csv", "it is called as its file");
}

#[test]
fn ragged_rows_are_problems_and_the_rest_is_kept() {
    let desk = Desk::new();
    let path = desk.write(
        "a.csv",
        "text,category\napple,fruit\nbroken\n\npear,fruit\nkiwi,fruit,green\nplum,fruit,,\n,fruit\n\"open,fruit\nfig,fruit\n",
    );
    let (_, list) = read(&path).expect("the rest is kept");
    assert_eq!(
        texts(&list),
        ["apple", "pear", "plum", "fig"],
        "sound rows, one filled up with empty cells"
    );
    let lines: Vec<u64> = list.report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 6, 9], "too short, too long, never closed; counted as in the file");
    assert_eq!(list.report.blank, 2, "a blank line and a blank text");
    assert!(
        list.report.problems[1].message.to_string().starts_with("Line 6 has 3 cells, not 2"),
        "a sentence says what is wrong: {}",
        list.report.problems[1].message
    );
}

#[test]
fn quoted_cells_go_over_lines_and_lines_are_still_counted() {
    let desk = Desk::new();
    let path = desk.write("a.csv", "text,category\r\n\"one\r\ntwo\r\nthree\",x\r\n\"say \"\"hi\"\"\",x\r\nbroken\r\nlast,y\r\n");
    let (_, list) = read(&path).expect("the list is read");
    assert_eq!(texts(&list), ["one two three", "say \"hi\"", "last"], "line breaks become spaces");
    assert_eq!(list.report.problems[0].line, 6, "the cell before took three lines");
}

#[test]
fn a_preview_shows_the_first_rows_and_counts_all() {
    let mut text = "word\tkind\n".to_owned();
    for number in 0..1_000 {
        text.push_str(&format!("word {number}\tkind {}\n", number % 4));
    }
    let (preview, list) = pasted(&text);
    assert_eq!(preview.rows.len(), PREVIEW_ROWS, "a hundred rows are enough to see");
    assert_eq!(preview.rows[0], ["word 0", "kind 0"], "the header is left out");
    assert_eq!(preview.row_count, 1_000, "all rows are counted");
    let columns: Vec<_> =
        preview.columns.iter().map(|c| (c.name.as_str(), c.filled, c.distinct)).collect();
    assert_eq!(columns, [("word", 1_000, 1_000), ("kind", 1_000, 4)], "what is in the columns");
    assert_eq!(
        preview.options.category_column,
        Some(1),
        "four kinds of a thousand words are categories"
    );
    assert_eq!(preview.report, list.report, "the promise is kept");
    assert_eq!(preview.encodings, [TextEncoding::UTF_8], "what is pasted is characters already");
}

#[test]
fn options_can_be_changed_and_impossible_ones_are_refused() {
    let source = Source::Text { name: "pasted", text: "a\tb\nc\td\n", html: None };
    let mut options = import::recognise(source).expect("recognised");
    options.text_column = 1;
    options.has_header = true;
    let list = import::read(source, &options).expect("read");
    assert_eq!(texts(&list), ["d"], "the other column, the first row taken as header");
    options.text_column = 2;
    let refused = import::read(source, &options).expect_err("there is no third column");
    assert_eq!(kind(&refused), "Invalid", "a column that is not there");
    options.format = ListFormat::Text;
    let preview = import::preview(source, Some(&options)).expect("choosing a format looks again");
    assert_eq!(preview.options.text_column, 0, "the columns follow the format");
}

#[test]
fn a_line_of_200_megabytes_is_left_out_in_bounded_memory() {
    // Memory is counted for a whole process.
    if !is_alone("import::a_line_of_200_megabytes_is_left_out_in_bounded_memory") {
        return;
    }
    let desk = Desk::new();
    for (name, before) in
        [("huge.txt", "apple\npear\n"), ("huge.csv", "text,category\napple,fruit\n")]
    {
        let path = desk.path(name);
        let mut file = BufWriter::new(File::create(&path).expect("a temporary file"));
        file.write_all(before.as_bytes()).expect("written");
        let block = vec![b'x'; 1_000_000];
        for _ in 0..200 {
            file.write_all(&block).expect("written");
        }
        file.write_all(b"\nplum,fruit\n").expect("written");
        file.into_inner().expect("flushed");

        let before = peak_memory();
        let start = Instant::now();
        let (_, list) = read(&path).expect("the rest is kept");
        let took = start.elapsed();
        let grown = peak_memory() - before;
        assert_eq!(
            list.items.len(),
            if name == "huge.txt" { 3 } else { 2 },
            "the lines around it in {name}"
        );
        assert_eq!(
            list.report.problems[0].message.to_string(),
            "Line 3 is 200 MB long, longer than any text Kindred reads, and was left out.",
            "a sentence with the line"
        );
        assert!(
            took < Duration::from_secs(10),
            "recognised, read and looked at in a few seconds: {took:?}"
        );
        assert!(grown < 50_000_000, "the line was never in memory: {grown} bytes more at the peak");
    }
}

/// The most memory this process ever had, in bytes; 0 where it is not told.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1_000
}

#[test]
fn overlong_texts_are_left_out() {
    let long = "x".repeat(32_768);
    let fits = "é".repeat(32_767);
    let (_, list) = pasted(&format!("apple\n{long}\n{fits}\n"));
    assert_eq!(list.items.len(), 2, "characters are counted, not bytes");
    assert_eq!(list.report.problems[0].line, 2, "where it is");
    assert!(
        list.report.problems[0].message.to_string().contains("32,768 characters"),
        "how long it is"
    );
}

#[test]
fn what_is_no_list_gets_a_clear_sentence() {
    let desk = Desk::new();
    let noise: Vec<u8> =
        (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let shorts: Vec<u8> = (0..2_000_u16).flat_map(|n| (n % 30).to_le_bytes()).collect();
    for (what, name, bytes, wanted) in [
        ("empty", "a.txt", vec![], "nothing in this file"),
        ("a mark and nothing else", "a.txt", b"\xef\xbb\xbf".to_vec(), "nothing in this list"),
        ("blank lines", "a.txt", b"\n  \n\t\r\n".to_vec(), "only blank lines"),
        ("blank rows", "a.csv", b",,\n,,\n".to_vec(), "only blank lines"),
        ("noise", "a.txt", noise, "binary data"),
        ("small numbers of two bytes", "a.dat", shorts, "binary data"),
        ("an archive", "a.csv", b"PK\x03\x04\x14\x00\x06\x00".to_vec(), "spreadsheet"),
        ("a PDF", "a.txt", b"%PDF-1.7\nstuff".to_vec(), "PDF"),
        (
            "a picture",
            "a.txt",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00".to_vec(),
            "picture",
        ),
    ] {
        let error = read(&desk.write(name, bytes)).expect_err(what);
        assert_eq!(kind(&error), "NothingToImport", "{what}");
        assert!(error.to_string().contains(wanted), "{what} is told plainly: {error}");
    }
    let error = read(&desk.path("none.txt")).expect_err("nothing there");
    assert_eq!(kind(&error), "Unreadable", "nothing there");
    let empty = Desk::new();
    let error = read(empty.folder.path()).expect_err("an empty folder");
    assert_eq!(kind(&error), "NothingToImport", "no list in a folder");
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_refused_without_waiting() {
    let desk = Desk::new();
    let socket = desk.path("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let pipe = desk.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success(), "a pipe is there to be refused");
    for path in [Path::new("/dev/zero"), &socket, &pipe] {
        let error = read(path).expect_err("it has no end");
        assert_eq!(kind(&error), "Unreadable", "{}", path.display());
    }
}

#[test]
fn unusual_lists_are_lists() {
    let (_, one) = pasted("apple");
    assert_eq!(texts(&one), ["apple"], "a list of one");
    let (_, same) = pasted(&"apple\n".repeat(1_000));
    assert_eq!(same.items[0].occurrences, 1_000, "one word a thousand times is one item");
    assert_eq!((same.items.len(), same.report.duplicates), (1, 999), "and 999 duplicates");
    let (_, emoji) = pasted("🍎\n🍊\n👩‍🌾\n🍎\n");
    assert_eq!(texts(&emoji), ["🍎", "🍊", "👩‍🌾"], "only emoji, one of several parts");
    let (_, mac) = pasted("apple\rpear\rplum");
    assert_eq!(texts(&mac), ["apple", "pear", "plum"], "line ends of old Macs");
}

#[test]
fn problems_are_all_counted_and_the_first_thousand_kept() {
    let mut text = "text\tcategory\n".to_owned();
    for number in 0..4_000 {
        text.push_str(&format!("word {number}\tx\n"));
    }
    text.push_str(&"too\tmany\tcells\n".repeat(MAX_PROBLEMS + 7));
    let (_, list) = pasted(&text);
    assert_eq!(list.report.problem_count, MAX_PROBLEMS + 7, "all are counted");
    assert_eq!(list.report.problems.len(), MAX_PROBLEMS, "a report stays readable");
}

#[test]
fn a_hundred_thousand_lines_are_looked_at_within_a_second() {
    let desk = Desk::new();
    let rows: String =
        (0..100_000).map(|n| format!("some words of number {n},kind {}\n", n % 9)).collect();
    let path = desk.write("large.csv", format!("text,category\n{rows}"));
    let start = Instant::now();
    let preview =
        import::preview(Source::Files(std::slice::from_ref(&path)), None).expect("a long list");
    let took = start.elapsed();
    assert_eq!(preview.report.kept, 100_000, "every line");
    assert!(took < Duration::from_secs(2), "a second, and one more for a busy machine: {took:?}");
}

fn of_file(path: &Path) -> (ImportPreview, ImportedList) {
    let files = [path.to_path_buf()];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("the file can be looked at");
    let list = import::read(source, &preview.options).expect("the file is read");
    check_sum(&list);
    assert_eq!(preview.report, list.report, "a preview promises what reading gives");
    (preview, list)
}

/// Rows of a preview, cells with a bar between them.
fn shown(preview: &ImportPreview) -> Vec<String> {
    preview.rows.iter().map(|row| row.join("|")).collect()
}

#[test]
fn every_format_is_recognised_by_its_content_and_read() {
    let desk = Desk::new();
    for (name, bytes, format, columns, rows) in [
        (
            "a.xlsx",
            zip(&xlsx_parts(SHEET, SHARED)),
            ListFormat::Spreadsheet,
            "word|kind||",
            &["apple|3||", "pear tree|2023-03-15|TRUE|#N/A"][..],
        ),
        (
            "a.ods",
            zip(&ods_parts(ODS_ROWS)),
            ListFormat::Spreadsheet,
            "word|kind",
            &["apple & pie|3", "apple & pie|3", "|2026-11-26"],
        ),
        (
            "a.docx",
            zip(&docx_parts(DOCX_BODY)),
            ListFormat::Document,
            "Text",
            &["apple & pear", "plum tree", "fig"],
        ),
        (
            "a.json",
            br#"[{"word":"apple","n":1.50},{"more":{"b":[1,null]},"word":"pear"}]"#.to_vec(),
            ListFormat::Json,
            "word|n|more",
            &["apple|1.5|", r#"pear||{"b":[1,null]}"#],
        ),
        (
            "b.json",
            br#"{"word":["apple","pear"],"kind":["x",3]}"#.to_vec(),
            ListFormat::Json,
            "word|kind",
            &["apple|x", "pear|3"],
        ),
        (
            "c.json",
            br#"["apple", "pear", 3]"#.to_vec(),
            ListFormat::Json,
            "Text",
            &["apple", "pear", "3"],
        ),
        (
            "a.jsonl",
            b"{\"word\":\"apple\"}\n{\"kind\":\"x\",\"word\":\"pear\"}\n".to_vec(),
            ListFormat::JsonLines,
            "word|kind",
            &["apple|", "pear|x"],
        ),
        (
            "a.md",
            b"# Fruit\n\n- apple\n- *pear*\n".to_vec(),
            ListFormat::Markdown,
            "Text",
            &["Fruit", "apple", "pear"],
        ),
        (
            "a.html",
            b"<h1>Fruit</h1><ul><li>apple<li>pear</ul><script>no</script>".to_vec(),
            ListFormat::Html,
            "Text",
            &["Fruit", "apple", "pear"],
        ),
        (
            "a.parquet",
            parquet(&["apple", "pear"], Compression::SNAPPY),
            ListFormat::Parquet,
            "word|weight",
            &["apple|2.5", "pear|"],
        ),
        (
            "a.csv",
            b"word|kind\napple|x\npear|x\n".to_vec(),
            ListFormat::Csv,
            "word|kind",
            &["apple|x", "pear|x"],
        ),
        (
            "b.csv",
            b"'word','kind'\n'apple, green','x'\n'pear','y'\n".to_vec(),
            ListFormat::Csv,
            "word|kind",
            &["apple, green|x", "pear|y"],
        ),
    ] {
        let (preview, _) = of_file(&desk.write(name, bytes));
        assert_eq!(preview.options.format, format, "the format of {name}");
        let names: Vec<&str> = preview.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names.join("|"), columns, "the columns of {name}");
        assert_eq!(shown(&preview), rows, "the rows of {name}");
        assert_eq!(preview.options.text_column, 0, "the texts of {name} come first");
    }
}

#[test]
fn json_and_pages_on_one_long_line_are_recognised() {
    let desk = Desk::new();
    let objects: Vec<String> = (0..100_000).map(|n| format!("{{\"text\":\"word {n}\"}}")).collect();
    let (preview, list) = of_file(&desk.write("a.json", format!("[{}]", objects.join(","))));
    assert_eq!((preview.options.format, list.items.len()), (ListFormat::Json, 100_000), "JSON");
    let page = format!("<table>{}</table>", "<tr><td>apple<td>fruit".repeat(60_000));
    let (preview, list) = of_file(&desk.write("a.html", page));
    assert_eq!(
        (preview.options.format, list.items[0].occurrences),
        (ListFormat::Html, 60_000),
        "HTML"
    );
    let source = Source::Text { name: "pasted", text: "[\"apple\", \"pear\"]", html: None };
    let options = import::recognise(source).expect("pasted JSON");
    assert_eq!(options.format, ListFormat::Json, "what is pasted is looked into as well");
    let source = Source::Text { name: "pasted", text: "[1] apple\n[2] pear\n", html: None };
    let options = import::recognise(source).expect("a pasted list");
    assert_eq!(options.format, ListFormat::Text, "a bracket alone makes no JSON");
}

#[test]
fn sheets_and_tables_can_be_chosen() {
    let desk = Desk::new();
    let page =
        "<p>apple</p><p>pear</p><p>plum</p><table><tr><th>word<th>kind<tr><td>fig<td>fruit</table>";
    let path = desk.write("a.html", page);
    let files = [path];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("a small page");
    let tables: Vec<_> =
        preview.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    assert_eq!(tables, [("Text", Some(3)), ("Table 1", Some(2))], "texts, then tables");
    // A text column that is not there: the columns of another table are found anew.
    let asked = ImportOptions { table: 1, text_column: usize::MAX, ..preview.options };
    let preview = import::preview(source, Some(&asked)).expect("the table");
    assert_eq!(shown(&preview), ["fig|fruit"], "the chosen table, its header recognised");
    let list = import::read(source, &preview.options).expect("the table");
    assert_eq!(texts(&list), ["fig"], "and it is read");
    let none = ImportOptions { table: 2, ..preview.options };
    let error = import::read(source, &none).expect_err("there is no third one");
    assert_eq!(kind(&error), "Invalid", "a table that is not there");
}

#[test]
fn delimiters_and_quotes_can_be_chosen() {
    let desk = Desk::new();
    let files = [desk.write("a.csv", "a;b,c\nd;e,f\n")];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("a small table");
    assert_eq!(preview.delimiters, [',', ';', '\t', '|'], "what can be chosen from");
    let asked = |delimiter, quote| ImportOptions { delimiter, quote, ..preview.options.clone() };
    let rows = |delimiter, quote| {
        import::preview(source, Some(&asked(delimiter, quote))).map(|preview| shown(&preview))
    };
    assert_eq!(rows(';', Some('"')).expect("semicolons"), ["a|b,c", "d|e,f"], "semicolons");
    assert_eq!(rows(',', Some('"')).expect("commas"), ["a;b|c", "d;e|f"], "commas");
    assert!(rows('\u{20ac}', None).is_err(), "no delimiter of several bytes");
    let source = Source::Text { name: "pasted", text: "\"a\",b\n\"c\",d\n", html: None };
    let options = import::recognise(source).expect("recognised");
    let options = ImportOptions { format: ListFormat::Csv, delimiter: ',', quote: None, ..options };
    let list = import::read(source, &options).expect("marks are letters");
    assert_eq!(texts(&list), ["\"a\"", "\"c\""], "without a mark nothing is quoted");
}

#[test]
fn several_files_follow_each_other_with_their_names() {
    let desk = Desk::new();
    let files = [
        desk.write("a.csv", "word,kind\napple,fruit\npear,fruit\n"),
        desk.write("b.csv", "Kind,Word,Note\ntown,Paris,large\ntown,Rome,old\n"),
        desk.write("c.json", r#"[{"word":"emu","kind":"bird"}]"#),
        desk.write("d.pdf", "%PDF-1.4"),
    ];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("three of them can be read");
    assert_eq!(preview.files, 4, "all are counted");
    assert_eq!(
        shown(&preview),
        [
            "apple|fruit||a.csv",
            "pear|fruit||a.csv",
            "Paris|town|large|b.csv",
            "Rome|town|old|b.csv",
            "emu|bird||c.json"
        ],
        "columns are matched by their names, the file comes last"
    );
    let list = import::read(source, &preview.options).expect("read");
    check_sum(&list);
    assert_eq!(list.columns, ["kind", "Note", "File"], "what is kept");
    assert_eq!(list.cells[6..9], ["town", "large", "b.csv"], "of Paris");
    assert!(
        list.report.problems[0].message.to_string().starts_with("d.pdf was left out"),
        "one that cannot be read is a problem: {:?}",
        list.report.problems
    );
    let by_file = ImportOptions { category_column: Some(3), ..preview.options };
    let list = import::read(source, &by_file).expect("read");
    assert_eq!(list.items[2].category.as_deref(), Some("b.csv"), "the file can be the category");
    assert_eq!(list.source_name, "a.csv and 3 more", "what it is called");
}

#[test]
fn each_of_several_files_is_read_in_its_own_way() {
    let desk = Desk::new();
    let files = [
        desk.write("a.csv", ""),
        desk.write("b.csv", "word,kind\napple,fruit\nfig,fruit\n"),
        desk.write("c.csv", "word;kind\n\"Paris; the city\";town\nRome;town\n"),
        desk.write("d.txt", b"caf\xe9 au lait\ncr\xe8me br\xfbl\xe9e\n"),
    ];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("three of them can be read");
    let list = import::read(source, &preview.options).expect("read");
    assert_eq!(
        texts(&list),
        ["apple", "fig", "Paris; the city", "Rome", "café au lait", "crème brûlée"],
        "delimiters and encodings are those of each file"
    );
    assert!(
        list.report.problems[0].message.to_string().starts_with("a.csv was left out"),
        "the empty one"
    );
    let asked = ImportOptions { delimiter: ';', text_column: 0, ..preview.options };
    let preview = import::preview(source, Some(&asked)).expect("in another way");
    assert_eq!(preview.rows[0][0], "apple,fruit", "what is asked for holds");
}

#[test]
fn a_folder_stands_for_the_lists_in_it() {
    let desk = Desk::new();
    let folder = desk.path("lists");
    let deep = folder.join("b/c/d/e");
    std::fs::create_dir_all(&deep).expect("folders");
    for (path, text) in [
        (folder.join("z.txt"), "last\n"),
        (folder.join("b/c/d/deep.txt"), "deep\n"),
        (deep.join("deeper.txt"), "deeper\n"),
        (folder.join("a.txt"), "first\n"),
        (folder.join("photo.png"), "no list\n"),
        (folder.join(".hidden.txt"), "hidden\n"),
    ] {
        std::fs::write(path, text).expect("written");
    }
    let files = [folder];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("three lists");
    let list = import::read(source, &preview.options).expect("three lists");
    assert_eq!(texts(&list), ["first", "deep", "last"], "by name, three folders down");
    assert_eq!(list.source_name, "lists", "called as the folder");
}

#[test]
fn counts_and_other_columns_are_kept() {
    let (_, list) = pasted(
        "word\tvolume\tnote\tkind\napple\t1,200\tred\tx\npear\t3\tgreen\tx\napple\t5\tlost\tx\nkiwi\t\tbrown\ty\nfig\t2\t\ty\n",
    );
    let occurrences: Vec<u32> = list.items.iter().map(|item| item.occurrences).collect();
    assert_eq!(occurrences, [1_205, 3, 1, 2], "without a number a text stands there once");
    let source = Source::Text {
        name: "x",
        text: "word\tvolume\tnote\napple\t1,200\tred\npear\t3\tgreen\napple\t5\tlost\n",
        html: None,
    };
    let recognised = import::recognise(source).expect("recognised");
    assert_eq!(recognised.count_column, Some(1), "a column of numbers called volume");
    assert_eq!(recognised.kept_columns, [2], "all other columns are kept");
    let counted = import::read(source, &recognised).expect("read");
    let occurrences: Vec<u32> = counted.items.iter().map(|item| item.occurrences).collect();
    assert_eq!(occurrences, [1_205, 3], "counts are added up");
    assert_eq!(
        (counted.columns, counted.cells),
        (vec!["note".to_owned()], vec!["red".to_owned(), "green".to_owned()]),
        "the cells of the first row"
    );
    assert_eq!(list.items.len(), 4, "each text once");
}

#[test]
fn what_kindred_exported_comes_back_with_topics_and_pins() {
    let text = "text,topic,confidence,pinned,category\n'=1+1,Fruit,0.900,yes,x\n''=2,Fruit,0.1,no,\n'quoted',,0.2,no,y\npear,'+More,1,yes,\n";
    let desk = Desk::new();
    let (preview, list) = of_file(&desk.write("a.csv", text));
    let options = preview.options;
    assert_eq!(
        (options.text_column, options.topic_column, options.pinned_column, options.category_column),
        (0, Some(1), Some(3), Some(4)),
        "Kindred's own header"
    );
    assert_eq!(options.kept_columns, [0_usize; 0], "a confidence is not kept");
    assert_eq!(texts(&list), ["=1+1", "'=2", "'quoted'", "pear"], "as before they were made safe");
    let topics = list.topics.expect("they come with topics");
    assert_eq!(topics.names, ["Fruit", "+More"], "in the order in which they are met");
    assert_eq!(topics.of_items, [Some(0), Some(0), None, Some(1)], "Unsorted stays so");
    assert_eq!(topics.pinned, [true, false, false, true], "pins stay");
    let (_, list) = of_file(&desk.write("b.csv", "text,other\n'=apples,7\nbananas,8\n"));
    assert_eq!(texts(&list)[0], "'=apples", "in other lists an apostrophe is a letter");
    assert_eq!(list.topics, None, "and there are no topics");
}

#[test]
fn what_is_exported_in_any_format_comes_back() {
    let desk = Desk::new();
    let workbook = hostile(&desk);
    let snapshot = workbook.snapshot();
    for (name, format) in [
        ("a.csv", ExportFormat::Csv),
        ("a.xlsx", ExportFormat::Xlsx),
        ("a.json", ExportFormat::Json),
        ("a.parquet", ExportFormat::Parquet),
    ] {
        let path = desk.path(name);
        export::write(&workbook, &path, &export_options(format), &facts(), &Silent)
            .expect("it can be written");
        let (_, list) = of_file(&path);
        assert_eq!(list.items, *snapshot.items, "texts, categories and counts in {name}");
        let topics = list.topics.expect("a list with topics");
        for (item, place) in snapshot.sorting.placements.iter().enumerate() {
            let before = place.topic.and_then(|topic| snapshot.sorting.topic(topic));
            let after = topics.of_items[item].map(|topic| &topics.names[topic as usize]);
            let text = &list.items[item].text;
            assert_eq!(after, before.map(|topic| &topic.name), "the topic of {text:?} in {name}");
            assert_eq!(topics.pinned[item], place.pinned, "the pin of {text:?} in {name}");
        }
        assert_eq!(list.columns, [""; 0], "nothing else is kept of {name}");
    }
}

#[test]
fn texts_are_split_and_counted() {
    let text = "It rained. It rained!\nWe stayed in. Why not?\n";
    let source = Source::Text { name: "pasted", text, html: None };
    let options = import::recognise(source).expect("recognised");
    let split = |split| {
        let list = import::read(source, &ImportOptions { split, ..options.clone() }).expect("read");
        check_sum(&list);
        list
    };
    assert_eq!(
        texts(&split(Split::Sentences)),
        ["It rained.", "It rained!", "We stayed in.", "Why not?"],
        "sentences"
    );
    let words = split(Split::Words);
    assert_eq!(
        texts(&words),
        ["It", "rained", "We", "stayed", "in", "Why", "not"],
        "words, without marks"
    );
    assert_eq!(words.items[1].occurrences, 2, "with how often they stand there");
    assert_eq!(words.report.rows, 9, "pieces are counted");
}

#[test]
fn variants_are_counted_and_merged_when_asked_for() {
    let text = "Apple\napple\nice cream\nicecream\napple\napples\ncafé\ncafe\ne-mail\nemail\n";
    let source = Source::Text { name: "pasted", text, html: None };
    let preview = import::preview(source, None).expect("looked at");
    assert_eq!(preview.report.kept, 9, "nothing is merged unasked");
    let found: Vec<_> = preview.variants.iter().map(|found| (found.variant, found.items)).collect();
    assert_eq!(
        found,
        [
            (Variant::Case, 1),
            (Variant::Spaces, 1),
            (Variant::Punctuation, 1),
            (Variant::Plural, 1),
            (Variant::Accents, 1)
        ],
        "each kind by itself"
    );
    assert_eq!(
        preview.variants[0].examples,
        [("apple".to_owned(), vec!["Apple".to_owned()])],
        "what stays and what goes into it"
    );
    let merged = vec![Variant::Case, Variant::Plural];
    let asked = ImportOptions { merged, ..preview.options };
    let list = import::read(source, &asked).expect("read");
    check_sum(&list);
    assert_eq!(
        texts(&list),
        ["apple", "ice cream", "icecream", "café", "cafe", "e-mail", "email"],
        "the text written most often stays, where it stood"
    );
    assert_eq!(list.items[0].occurrences, 4, "all of them are counted");
    let merges: Vec<_> =
        list.report.merges.iter().map(|merge| (merge.line, merge.text.as_str())).collect();
    assert_eq!(merges, [(1, "Apple"), (6, "apples")], "nothing is merged without being listed");
    let preview = import::preview(source, Some(&asked)).expect("looked at again");
    assert_eq!(preview.report, list.report, "a preview promises the same");
    assert_eq!(preview.variants.len(), 5, "kinds that are merged are still told");
}

#[test]
fn a_copied_table_is_read_from_the_page_it_came_with() {
    let html = "<meta charset=utf-8><table><tr><td>apple<td>fruit<tr><td>Paris<td>town</table>";
    let text = "apple fruit Paris town";
    let source = Source::Text { name: "pasted", text, html: Some(html) };
    let preview = import::preview(source, None).expect("a table");
    assert_eq!(preview.options.format, ListFormat::Html, "the table wins");
    assert_eq!(shown(&preview), ["apple|fruit", "Paris|town"], "its cells");
    let source = Source::Text { name: "pasted", text, html: Some("<p>apple fruit") };
    let preview = import::preview(source, None).expect("a text");
    assert_eq!(preview.options.format, ListFormat::Text, "without a table the text is read");
}

#[test]
fn vectors_come_with_the_texts_they_belong_to() {
    let desk = Desk::new();
    let files = [
        desk.write("a.npy", npy(&npy_header(4, 2), &[1.0, 0.0, 0.0, 1.0, 5.0, 5.0, -1.0, 0.5])),
        desk.write("a.csv", "word,kind\napple,x\npear,y\napple,z\nfig,z\n"),
    ];
    for paths in [&files[..], &files[..1]] {
        let source = Source::Files(paths);
        let preview = import::preview(source, None).expect("vectors and texts");
        assert_eq!(preview.vector_dim, Some(2), "their dimensions");
        assert_eq!(preview.options.format, ListFormat::Vectors, "what it is");
        let list = import::read(source, &preview.options).expect("vectors and texts");
        assert_eq!(texts(&list), ["apple", "pear", "fig"], "each text once");
        let vectors = list.vectors.expect("they came with it");
        assert_eq!(vectors.rows, [1.0, 0.0, 0.0, 1.0, -1.0, 0.5], "the first of a double");
        assert_eq!(list.source_name, "a.csv", "called as the list of texts");
    }
}

#[test]
fn a_long_list_is_estimated_in_a_preview_and_read_whole() {
    let desk = Desk::new();
    let rows: String =
        (0..400_000).map(|n| format!("some words of number {n},kind {}\n", n % 9)).collect();
    let files = [desk.write("long.csv", format!("text,category\n{rows}"))];
    let source = Source::Files(&files);
    let preview = import::preview(source, None).expect("a long list");
    assert!(preview.is_estimate, "only its first part is looked at");
    let off = preview.row_count.abs_diff(400_000);
    assert!(off < 20_000, "about as many rows as there are: {}", preview.row_count);
    let list = import::read(source, &preview.options).expect("a long list");
    assert_eq!(list.items.len(), 400_000, "all of it is read");
    let (short, _) = pasted("apple\npear\n");
    assert!(!short.is_estimate, "a short list is looked at as a whole");
}

#[test]
fn a_child_reads_as_the_engine_does() {
    let desk = Desk::new();
    let rows: String = (0..20_000)
        .map(|n| {
            format!(
                "word {n},Topic {},0.5,{},note {n}\n",
                n % 7,
                if n % 2 == 0 { "yes" } else { "no" }
            )
        })
        .collect();
    let files = [desk.write("a.csv", format!("text,topic,confidence,pinned,note\n{rows}"))];
    let source = Source::Files(&files);
    let monitor = Watch::new();
    let preview = worker().preview(source, None, &monitor).expect("a sound list");
    assert_eq!(preview, import::preview(source, None).expect("a sound list"), "the same preview");
    let list = worker().read(source, &preview.options, &monitor).expect("a sound list");
    let wanted = import::read(source, &preview.options).expect("a sound list");
    assert!(list == wanted, "the same list, with topics, pins and notes");
    let last = monitor.steps.lock().expect("no test panics while it holds this").last().copied();
    let (_, done, total) = last.expect("progress is told");
    assert_eq!(done, total, "to the end, in bytes");
    let source = Source::Text { name: "pasted", text: "apple\npear", html: None };
    let options = worker().recognise(source, &monitor).expect("pasted text");
    let list = worker().read(source, &options, &monitor).expect("pasted text");
    assert_eq!(texts(&list), ["apple", "pear"], "pasted text goes the same way");
    let error = worker().recognise(Source::Files(&[desk.path("none.csv")]), &monitor);
    assert_eq!(kind(&error.expect_err("not there")), "Unreadable", "errors keep their kind");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the bytes are: no panic, and every row is accounted for.
    #[test]
    fn any_bytes_give_a_list_or_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "a\\.(csv|tsv|txt|dat)") {
        let desk = Desk::new();
        match read(&desk.write(&name, bytes)) {
            Ok((_, list)) => prop_assert!(!list.items.is_empty(), "a list has items"),
            Err(error) => prop_assert!(error.to_string().ends_with('.'), "a sentence: {error}"),
        }
    }

    /// Rows made of what breaks tables: every line is told apart as the csv crate does it.
    #[test]
    fn sound_tables_are_read_as_the_csv_crate_reads_them(cells in proptest::collection::vec(["[a-z\",\n ]{0,6}x", "[a-z\",\n]{0,6}y"], 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for [first, second] in &cells {
            writer.write_record([first, second]).expect("memory can be written");
        }
        let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8");
        let source = Source::Text { name: "table", text: &text, html: None };
        let options = ImportOptions {
            format: ListFormat::Csv, has_header: false, text_column: 1, category_column: Some(0), ..import::recognise(source).expect("a sound table")
        };
        let list = import::read(Source::Text { name: "table", text: &text, html: None }, &options).expect("a sound table");
        prop_assert_eq!(list.report.problem_count, 0, "nothing is wrong with it: {:?}", list.report.problems);
        prop_assert_eq!(list.report.rows, cells.len(), "each row is one row");
    }
}
