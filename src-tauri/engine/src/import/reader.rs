//! One way to read every format: rows of cells, with the number of each.

use std::io::{self, Read as _};

use super::archive;
use super::columnar::Columnar;
use super::document;
use super::encoding;
use super::format;
use super::html;
use super::json;
use super::kind::Kind;
use super::lines::{Line, Lines};
use super::markdown;
use super::ods;
use super::rows::{Cells, Row, Rows};
use super::sheets::Book;
use super::source::{Parsed, Part};
use super::table::Table;
use super::{ImportOptions, ListFormat, TablePreview, TextEncoding, nothing};
use crate::error::{Error, Result};
use crate::sentence::Sentence;

/// What is looked at to find columns.
const SAMPLE_ROWS: usize = 1_000;
const SAMPLE_BYTES: usize = 1 << 18;

/// Lines that are too long are passed over this far.
const SAMPLE_LINES_BYTES: u64 = 8 << 20;

/// How a part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) format: ListFormat,
    pub(super) encoding: TextEncoding,
    /// Of text formats.
    pub(super) cells: Cells,
    pub(super) table: usize,
}

/// The first rows, broken and blank ones left out.
pub(super) struct Sample {
    pub(super) rows: Vec<Vec<String>>,
    /// How many cells a sound row has.
    pub(super) columns: usize,
    /// Names that are no row.
    pub(super) names: Option<Vec<String>>,
    /// Share of rows that have the usual number of cells, 0 to 1.
    pub(super) agreement: f64,
}

impl Way {
    /// # Errors
    /// `Invalid` for a delimiter or quotation mark that is none.
    pub(super) fn asked(part: &Part<'_>, options: &ImportOptions) -> Result<Self> {
        let byte = |mark: char| {
            u8::try_from(mark)
                .ok()
                .filter(u8::is_ascii)
                .filter(|byte| !b"\r\n".contains(byte))
                .ok_or_else(|| {
                    Error::Invalid(sentence!(
                        "{mark} cannot stand between or around cells. Choose another mark.",
                        mark = format!("{mark:?}")
                    ))
                })
        };
        let quote = options.quote.map(byte).transpose()?;
        let cells = match options.format {
            ListFormat::Csv => Cells::Separated { delimiter: byte(options.delimiter)?, quote },
            ListFormat::Tsv => Cells::Separated { delimiter: b'\t', quote },
            _ => Cells::Whole,
        };
        Ok(Self {
            format: possible(part, options.format)?,
            encoding: if part.is_text() { TextEncoding::UTF_8 } else { options.encoding },
            cells,
            table: options.table,
        })
    }

    /// Whether every sound row has as many cells as the others.
    pub(super) fn is_even(&self) -> bool {
        matches!(self.cells, Cells::Separated { .. })
    }

    /// Whether a part is parsed as a whole, not row by row.
    pub(super) fn is_whole(&self) -> bool {
        !matches!(self.format, ListFormat::Text | ListFormat::Csv | ListFormat::Tsv)
    }

    /// Whether the encoding matters.
    pub(super) fn is_encoded(&self) -> bool {
        !matches!(self.format, ListFormat::Spreadsheet | ListFormat::Document | ListFormat::Parquet)
    }

    /// Where a row is, at the beginning of a sentence.
    pub(super) fn place(&self, number: u64) -> Sentence {
        match self.format {
            ListFormat::Text
            | ListFormat::Csv
            | ListFormat::Tsv
            | ListFormat::JsonLines
            | ListFormat::Markdown => sentence!("Line {number}", number),
            _ => sentence!("Row {number}", number),
        }
    }
}

/// `wanted`, when the file can be read so.
fn possible(part: &Part<'_>, wanted: ListFormat) -> Result<ListFormat> {
    let only = match part.kind {
        Kind::Text => None,
        Kind::Xlsx | Kind::Ods => Some(ListFormat::Spreadsheet),
        Kind::Docx => Some(ListFormat::Document),
        Kind::Parquet => Some(ListFormat::Parquet),
        Kind::Numpy => Some(ListFormat::Vectors),
    };
    let needs_other = matches!(
        wanted,
        ListFormat::Spreadsheet | ListFormat::Document | ListFormat::Parquet | ListFormat::Vectors
    );
    match only {
        Some(only) => Ok(only),
        None if needs_other => Err(Error::Invalid(sentence!(
            "This list cannot be read as what was chosen. Choose another format."
        ))),
        None => Ok(wanted),
    }
}

/// Finds out how a part wants to be read, and its first rows.
pub(super) fn recognise(part: &mut Part<'_>) -> Result<(Way, Sample)> {
    let way = |format, encoding| Way { format, encoding, cells: Cells::Whole, table: 0 };
    match part.kind {
        Kind::Text => {
            if part.html().is_some_and(html::has_table) {
                let html = way(ListFormat::Html, TextEncoding::UTF_8);
                let (html, sample) = first_table(part, html)?;
                // A table of one cell is how some programs copy plain text.
                if sample.rows.len() > 1 || sample.columns > 1 {
                    return Ok((html, sample));
                }
            }
            let encoding = encoding::detect(part)?;
            let start = start(part, encoding)?;
            let text = first_lines(part, encoding)?;
            match format::choose(part, &start, &text) {
                format::Choice::Rows(format, cells, sample) => {
                    Ok((Way { cells, ..way(format, encoding) }, sample))
                }
                format::Choice::Whole(format) => first_table(part, way(format, encoding)),
            }
        }
        _ => {
            let format = possible(part, ListFormat::Text)?;
            first_table(part, way(format, TextEncoding::UTF_8))
        }
    }
}

/// The table with the most rows, of equals the first.
fn first_table(part: &mut Part<'_>, way: Way) -> Result<(Way, Sample)> {
    let mut best: Option<(usize, Way, Sample)> = None;
    // A person with more sheets than this chooses.
    for table in 0..tables(part, way)?.len().clamp(1, 20) {
        let way = Way { table, ..way };
        let sample = sample(part, way)?;
        let rows = sample.rows.len();
        if best.as_ref().is_none_or(|(most, ..)| rows > *most) {
            best = Some((rows, way, sample));
        }
        // The first sheet that has something in it is the one that is shown on opening.
        if way.format == ListFormat::Spreadsheet && rows > 0 {
            break;
        }
    }
    best.map(|(_, way, sample)| (way, sample)).ok_or_else(|| Error::NothingToImport {
        reason: sentence!("There is nothing in this list."),
    })
}

/// What a person can choose from; empty when there is one table and no choice.
pub(super) fn tables(part: &mut Part<'_>, way: Way) -> Result<Vec<TablePreview>> {
    parse(part, way)?;
    let tables: Vec<TablePreview> = match &mut part.parsed {
        Parsed::Book(book) => {
            book.sheets.iter().map(|name| TablePreview { name: name.clone(), rows: None }).collect()
        }
        Parsed::Tables { tables, .. } => tables
            .iter()
            .map(|table| TablePreview { name: table.name.clone(), rows: Some(table.len()) })
            .collect(),
        Parsed::Columnar(_) | Parsed::Nothing => Vec::new(),
    };
    Ok(if tables.len() > 1 { tables } else { Vec::new() })
}

/// Rows a table says it has, before they are counted.
pub(super) fn declared_rows(part: &mut Part<'_>, way: Way) -> Option<usize> {
    match &mut part.parsed {
        Parsed::Book(book) => book.declared_rows(way.table),
        Parsed::Tables { tables, .. } => tables.get(way.table).map(Table::len),
        Parsed::Columnar(file) => Some(file.declared_rows),
        Parsed::Nothing => None,
    }
}

/// Parses what is parsed as a whole, once.
fn parse(part: &mut Part<'_>, way: Way) -> Result<()> {
    match way.format {
        ListFormat::Spreadsheet if part.kind == Kind::Xlsx => {
            if !matches!(part.parsed, Parsed::Book(_)) {
                part.parsed = Parsed::Book(Box::new(Book::open(part.file()?)?));
            }
            Ok(())
        }
        ListFormat::Json
        | ListFormat::JsonLines
        | ListFormat::Spreadsheet
        | ListFormat::Document
        | ListFormat::Markdown
        | ListFormat::Html => {
            let is_done = matches!(&part.parsed, Parsed::Tables { format, encoding, .. }
                if (*format, *encoding) == (way.format, way.encoding));
            if !is_done {
                let tables = read_tables(part, way)?;
                part.parsed = Parsed::Tables { format: way.format, encoding: way.encoding, tables };
            }
            Ok(())
        }
        ListFormat::Parquet => {
            if !matches!(part.parsed, Parsed::Columnar(_)) {
                let file = Columnar::open(part.file()?.into_inner())?;
                part.parsed = Parsed::Columnar(Box::new(file));
            }
            Ok(())
        }
        ListFormat::Text | ListFormat::Csv | ListFormat::Tsv | ListFormat::Vectors => Ok(()),
    }
}

fn read_tables(part: &Part<'_>, way: Way) -> Result<Vec<Table>> {
    let text = || part.whole_text(way.encoding);
    match way.format {
        ListFormat::JsonLines => json::table_of_lines(&text()?),
        ListFormat::Spreadsheet => ods::tables(part.file()?).map_err(nothing),
        ListFormat::Document => document::tables(part.file()?).map_err(nothing),
        ListFormat::Markdown => markdown::tables(&text()?).map_err(|_| nothing(archive::TOO_LARGE)),
        ListFormat::Html => match part.html() {
            Some(html) => html::tables(html).map_err(nothing),
            None => html::tables(&text()?).map_err(nothing),
        },
        _ => json::tables(&text()?),
    }
}

/// Gives row after row until `on` says to stop.
pub(super) fn each_row(
    part: &mut Part<'_>,
    way: Way,
    on: &mut dyn FnMut(u64, Row<'_>) -> Result<bool>,
) -> Result<()> {
    parse(part, way)?;
    match &mut part.parsed {
        Parsed::Book(book) if way.format == ListFormat::Spreadsheet => {
            return book.each_row(way.table, on);
        }
        Parsed::Columnar(file) if way.format == ListFormat::Parquet => return file.each_row(on),
        Parsed::Tables { tables, format, .. } if *format == way.format => {
            let Some(table) = tables.get(way.table) else {
                return Err(Error::Invalid(sentence!(
                    "This list has no such table. Choose another one."
                )));
            };
            return table.each_row(on);
        }
        _ => {}
    }
    let mut rows = Rows::new(part.text(way.encoding)?, way.cells);
    while let Some((number, row)) = rows.next().map_err(|error| part.error(&error))? {
        if !on(number, row)? {
            break;
        }
    }
    Ok(())
}

/// The first rows of a part.
pub(super) fn sample(part: &mut Part<'_>, way: Way) -> Result<Sample> {
    if matches!(way.format, ListFormat::Text | ListFormat::Csv | ListFormat::Tsv) {
        return Ok(sample_of(&first_lines(part, way.encoding)?, way.cells));
    }
    let mut taken: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    each_row(part, way, &mut |_, row| {
        if let Row::Cells(cells) = row {
            bytes += cells.as_slice().len();
            taken.push(cells.iter().map(str::to_owned).collect());
        }
        Ok(taken.len() < SAMPLE_ROWS && bytes < SAMPLE_BYTES)
    })?;
    let names = names(part, way);
    let widest = taken.iter().map(Vec::len).max().unwrap_or_default();
    let columns = names.as_ref().map_or(widest, |names| names.len().max(widest)).max(1);
    if !way.is_even() {
        taken.iter_mut().for_each(|row| row.resize(columns, String::new()));
    }
    Ok(Sample { rows: taken, columns, names, agreement: 1.0 })
}

/// Names of columns that are no row of the table.
fn names(part: &Part<'_>, way: Way) -> Option<Vec<String>> {
    match &part.parsed {
        Parsed::Tables { tables, .. } => tables.get(way.table)?.names.clone(),
        Parsed::Columnar(file) => Some(file.names.clone()),
        _ => None,
    }
}

/// The first characters, wherever their line ends.
fn start(part: &Part<'_>, encoding: TextEncoding) -> Result<String> {
    let mut bytes = Vec::new();
    let mut text = part.text(encoding)?.take(format::START_BYTES);
    text.read_to_end(&mut bytes).map_err(|error| part.error(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whole lines from the start, overlong ones left out.
pub(super) fn first_lines(part: &Part<'_>, encoding: TextEncoding) -> Result<Vec<u8>> {
    let mut lines = Lines::new(part.text(encoding)?.take(SAMPLE_LINES_BYTES));
    let mut gather = || -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        while text.len() < SAMPLE_BYTES
            && let Some(line) = lines.next()?
        {
            if let Line::Text(line) = line {
                text.extend_from_slice(&line);
                text.push(b'\n');
            }
        }
        Ok(text)
    };
    gather().map_err(|error| part.error(&error))
}

/// The rows of some lines.
pub(super) fn sample_of(text: &[u8], cells: Cells) -> Sample {
    let mut rows = Rows::new(text, cells);
    let mut taken: Vec<Vec<String>> = Vec::new();
    // Memory can be read without fail.
    while let Ok(Some((_, row))) = rows.next() {
        if let Row::Cells(record) = row {
            taken.push(record.iter().map(str::to_owned).collect());
            if taken.len() == SAMPLE_ROWS {
                break;
            }
        }
    }
    let mut lengths: Vec<usize> = taken.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    // The commonest number of cells, of equals the largest.
    let usual = lengths.chunk_by(|a, b| a == b).max_by_key(|run| run.len()).unwrap_or(&[1]);
    Sample {
        columns: usual[0],
        agreement: if taken.is_empty() { 0.0 } else { usual.len() as f64 / taken.len() as f64 },
        rows: taken,
        names: None,
    }
}
