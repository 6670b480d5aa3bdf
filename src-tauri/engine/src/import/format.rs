//! How a list is laid out: its format, the byte between its cells, its number
//! of columns; found from its name and its first lines.

use super::columns;
use super::encoding;
use super::lines::{Line, Lines};
use super::rows::{Cells, Row, Rows};
use super::source::{Opened, Origin};
use super::{ImportOptions, ListFormat, Split, TextEncoding};
use crate::error::Result;

/// What is looked at to find the layout.
const SAMPLE_BYTES: usize = 1 << 18;
const SAMPLE_ROWS: usize = 1_000;

/// How rows become cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) cells: Cells,
    /// How many cells a sound row has.
    pub(super) columns: usize,
}

/// The first rows under one layout, broken ones left out.
pub(super) struct Sample {
    pub(super) layout: Layout,
    pub(super) rows: Vec<Vec<String>>,
    /// Share of rows that have the usual number of cells, 0 to 1.
    agreement: f64,
}

/// Finds out everything.
pub(super) fn recognise(opened: &mut Opened<'_>) -> Result<ImportOptions> {
    let encoding = encoding::detect(opened)?;
    let text = first_lines(opened, encoding)?;
    let (format, sample) = choose(opened.origin, &text);
    let guess = columns::guess(format, &sample.rows, sample.layout.columns);
    let delimiter = match sample.layout.cells {
        Cells::Separated(delimiter) => char::from(delimiter),
        Cells::Whole => ',',
    };
    Ok(ImportOptions {
        format,
        encoding,
        delimiter,
        quote: Some('"'),
        table: 0,
        has_header: guess.has_header,
        text_column: guess.text_column,
        category_column: guess.category_column,
        count_column: None,
        topic_column: None,
        pinned_column: None,
        kept_columns: Vec::new(),
        split: Split::Whole,
        merged: Vec::new(),
    })
}

/// Finds what the options leave open.
pub(super) fn sample(
    opened: &mut Opened<'_>,
    format: ListFormat,
    encoding: TextEncoding,
) -> Result<Sample> {
    let text = first_lines(opened, encoding)?;
    Ok(match format {
        ListFormat::Tsv => take(&text, Cells::Separated(b'\t')),
        ListFormat::Csv => {
            best_of(&text, b",;").unwrap_or_else(|| take(&text, Cells::Separated(b',')))
        }
        _ => take(&text, Cells::Whole),
    })
}

/// Whole lines from the start, overlong ones left out.
fn first_lines(opened: &mut Opened<'_>, encoding: TextEncoding) -> Result<Vec<u8>> {
    let gathered = {
        let mut lines = Lines::new(opened.text(encoding)?);
        let mut gather = || -> std::io::Result<Vec<u8>> {
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
        gather()
    };
    gathered.map_err(|error| opened.error(&error))
}

fn choose(origin: Origin, text: &[u8]) -> (ListFormat, Sample) {
    let whole = || (ListFormat::Text, take(text, Cells::Whole));
    let tabs = || take(text, Cells::Separated(b'\t'));
    match origin {
        Origin::Tsv => (ListFormat::Tsv, tabs()),
        Origin::Csv => match best_of(text, b",;\t") {
            Some(sample) => (format_of(sample.layout.cells), sample),
            // One column. Commas here and there belong to the texts then.
            None => {
                let sample = take(text, Cells::Separated(b','));
                if sample.agreement < 1.0 { whole() } else { (ListFormat::Csv, sample) }
            }
        },
        // Spreadsheets put tabs into what they copy and into their .txt files;
        // commas are no sign of columns there, unless a header names them.
        Origin::Txt | Origin::Unknown => {
            let tabbed = tabs();
            if tabbed.layout.columns > 1 && tabbed.agreement >= 0.7 {
                return (ListFormat::Tsv, tabbed);
            }
            match best_of(text, b",;") {
                Some(sample)
                    if origin == Origin::Unknown
                        && sample.agreement >= 0.9
                        && sample.rows.first().is_some_and(|row| columns::names_columns(row)) =>
                {
                    (ListFormat::Csv, sample)
                }
                _ => whole(),
            }
        }
    }
}

fn format_of(cells: Cells) -> ListFormat {
    match cells {
        Cells::Whole => ListFormat::Text,
        Cells::Separated(b'\t') => ListFormat::Tsv,
        Cells::Separated(_) => ListFormat::Csv,
    }
}

/// The sample under the delimiter that makes columns most evenly, if one does
/// for half of the rows.
fn best_of(text: &[u8], delimiters: &[u8]) -> Option<Sample> {
    delimiters
        .iter()
        .map(|&delimiter| take(text, Cells::Separated(delimiter)))
        .filter(|sample| sample.layout.columns > 1 && sample.agreement >= 0.5)
        // The first of equals, which `max_by` would not give.
        .reduce(|best, other| if other.agreement > best.agreement { other } else { best })
}

fn take(text: &[u8], cells: Cells) -> Sample {
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
        layout: Layout { cells, columns: usual[0] },
        agreement: if taken.is_empty() { 0.0 } else { usual.len() as f64 / taken.len() as f64 },
        rows: taken,
    }
}
