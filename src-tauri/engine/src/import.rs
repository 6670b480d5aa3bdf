//! Reads a list: bytes -> kind of file -> rows -> items and a report.
//!
//! A file is what its bytes say, not what it is called. Text and sheets stream,
//! what cannot is kept within bounds, and nothing that cannot be read is passed
//! over in silence: it becomes a problem with its line number, and the rest is
//! kept. Files from elsewhere are read by a [`worker`], which may die of them.

mod archive;
mod columnar;
mod columns;
mod document;
mod encoding;
mod folder;
mod format;
mod html;
mod json;
mod kind;
mod lines;
mod markdown;
mod ods;
mod pieces;
mod plan;
mod reader;
mod rows;
mod sheets;
mod source;
mod table;
mod tally;
mod variants;
mod vectors;
pub mod worker;
mod xml;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::items::Item;
use crate::monitor::{Monitor, Silent};
use crate::sentence::Sentence;

pub use encoding::TextEncoding;

/// More items than this are not read.
pub const MAX_ITEMS: usize = 1_000_000;

/// A longer text is left out, in characters: as much as a spreadsheet's cell holds.
pub const MAX_TEXT_CHARS: usize = 32_767;

/// A longer line is left out before anything looks at it, in bytes of UTF-8.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// How many problems a report lists. All are counted.
pub const MAX_PROBLEMS: usize = 1_000;

/// How many rows a preview shows.
pub const PREVIEW_ROWS: usize = 100;

/// What to read.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Files whose rows follow each other; a folder stands for the lists in it.
    Files(&'a [PathBuf]),
    /// Text that was pasted or came with the app, and what to call it. `html` is the same as it
    /// was copied from a page or a spreadsheet.
    Text { name: &'a str, text: &'a str, html: Option<&'a str> },
}

/// What a list is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListFormat {
    /// One text per line.
    Text,
    /// Cells with a delimiter between them.
    Csv,
    /// Cells with tabs between them, as spreadsheets copy them.
    Tsv,
    /// Sheets of cells: XLSX, ODS.
    Spreadsheet,
    /// An array of texts or of objects.
    Json,
    /// A text or an object per line.
    JsonLines,
    /// DOCX: paragraphs, or one of its tables.
    Document,
    /// Paragraphs and list items, or one of its tables.
    Markdown,
    /// Paragraphs and list items, or one of its tables.
    Html,
    Parquet,
    /// Vectors and, in a file beside them, the texts they belong to.
    Vectors,
}

/// What becomes an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Split {
    /// The whole cell.
    #[default]
    Whole,
    /// Every line of it.
    Lines,
    /// Every sentence of it.
    Sentences,
    /// Every word of it, with how often it stands in the list.
    Words,
}

/// A way in which two texts differ that may be none to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Variant {
    /// "Apple", "apple".
    Case,
    /// "ice cream", "icecream".
    Spaces,
    /// "e-mail", "email", "email!".
    Punctuation,
    /// "apple", "apples".
    Plural,
    /// "cafe", "café".
    Accents,
}

/// How to read a list. Columns are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    pub format: ListFormat,
    pub encoding: TextEncoding,
    /// What stands between two cells of CSV.
    pub delimiter: char,
    /// What stands around a cell of CSV that holds a delimiter; none when marks are letters like others.
    pub quote: Option<char>,
    /// Which sheet or table of the file.
    pub table: usize,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// The column that holds the texts. When it is not there, a preview finds
    /// out about all columns and the header anew, as for another table.
    pub text_column: usize,
    /// The column that holds the list's own categories.
    pub category_column: Option<usize>,
    /// The column that says how often a text occurs.
    pub count_column: Option<usize>,
    /// The column that says which topic an item is in: the workbook begins with these topics.
    pub topic_column: Option<usize>,
    /// The column that says whether the person put it there; without it all in a topic are pinned.
    pub pinned_column: Option<usize>,
    /// Other columns, kept to be exported again.
    pub kept_columns: Vec<usize>,
    pub split: Split,
    /// Texts that differ in these ways only become one item, written as it is most often.
    pub merged: Vec<Variant>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPreview {
    /// From the header; empty when it has none.
    pub name: String,
    /// Cells that are not blank.
    pub filled: usize,
    /// Different cells that are not blank.
    pub distinct: usize,
}

/// Something that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// Line or row of the file, counted from 1; 0 when it is about a whole file.
    pub line: u64,
    pub message: Sentence,
}

/// A text that went into another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedText {
    /// Line or row of the file, counted from 1.
    pub line: u64,
    pub text: String,
    /// The text of the item it became part of.
    pub into: String,
}

/// What reading gave: `rows = kept + blank + duplicates + merged + problem_count`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows read, the header left out; after splitting, the pieces.
    pub rows: usize,
    /// Rows that became items.
    pub kept: usize,
    pub blank: usize,
    /// Rows with a text that was there before.
    pub duplicates: usize,
    /// Rows with a variant of a text that was there before.
    pub merged: usize,
    /// The first [`MAX_PROBLEMS`] of them, in the order of the list.
    pub merges: Vec<MergedText>,
    pub problem_count: usize,
    /// The first [`MAX_PROBLEMS`] problems, in the order of the list.
    pub problems: Vec<ImportProblem>,
}

/// A sheet or table of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePreview {
    pub name: String,
    /// As far as it is known without reading it all.
    pub rows: Option<usize>,
}

/// What merging one kind of variants alone would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantCount {
    pub variant: Variant,
    /// Items that would go into another one.
    pub items: usize,
    /// The first of them: the text that stays, and those that go into it.
    pub examples: Vec<(String, Vec<String>)>,
}

/// A look at a list, for choosing how to read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    pub source_name: String,
    /// How many files are read one after the other.
    pub files: usize,
    /// What can be chosen from; empty when the file is one table.
    pub tables: Vec<TablePreview>,
    /// Delimiters to choose from; empty unless the format is CSV.
    pub delimiters: Vec<char>,
    /// Kinds that are there, whether they are merged or not.
    pub variants: Vec<VariantCount>,
    /// Items longer than the usual model reads, which is about 1,000 characters.
    pub long_texts: usize,
    /// Dimensions of the vectors that come with the list.
    pub vector_dim: Option<usize>,
    /// What was recognised or asked for.
    pub options: ImportOptions,
    /// What can be chosen from.
    pub encodings: Vec<TextEncoding>,
    pub columns: Vec<ColumnPreview>,
    /// The first [`PREVIEW_ROWS`] rows, header left out, one cell per column.
    pub rows: Vec<Vec<String>>,
    /// Rows in the whole list, header left out.
    pub row_count: usize,
    /// Whether the list is so long that only its first part was looked at: `row_count`
    /// is then about right, and what is counted elsewhere is of that part.
    pub is_estimate: bool,
    /// What reading it with these options gives.
    pub report: ImportReport,
}

/// Topics a list came with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedTopics {
    /// In the order in which they are met, each once.
    pub names: Vec<String>,
    /// Of every item: a place in `names`, or none for Unsorted.
    pub of_items: Vec<Option<u32>>,
    /// Of every item: whether the person put it there.
    pub pinned: Vec<bool>,
}

/// Vectors a list came with: `items x dim`, row-major, as they were.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportedVectors {
    pub dim: usize,
    pub rows: Vec<f32>,
}

/// A list that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportedList {
    pub source_name: String,
    /// Each text once, in the order of the list.
    pub items: Vec<Item>,
    /// Names of the other columns that are kept.
    pub columns: Vec<String>,
    /// Their cells, item by item, `columns.len()` for each: those of the first row with the text.
    pub cells: Vec<String>,
    pub topics: Option<ImportedTopics>,
    pub vectors: Option<ImportedVectors>,
    pub report: ImportReport,
}

fn nothing(reason: Sentence) -> Error {
    Error::NothingToImport { reason }
}

/// Finds out how `source` wants to be read.
///
/// # Errors
/// `Unreadable` when it is no readable file; `NothingToImport` when it is
/// empty or no list.
pub fn recognise(source: Source<'_>) -> Result<ImportOptions> {
    tally::recognise(&mut source::open(source)?)
}

/// Reads `source`, or the first part of it when it is long, and keeps the first
/// rows; recognises the options when none are given.
///
/// # Errors
/// As [`recognise`], and `Invalid` for a column that is not there.
pub fn preview(source: Source<'_>, options: Option<&ImportOptions>) -> Result<ImportPreview> {
    preview_watched(source, options, &Silent)
}

/// As [`preview`], telling how many bytes are read.
///
/// # Errors
/// As [`preview`], and `Cancelled`.
pub fn preview_watched(
    source: Source<'_>,
    options: Option<&ImportOptions>,
    monitor: &dyn Monitor,
) -> Result<ImportPreview> {
    tally::preview(&mut source::open(source)?, options, monitor)
}

/// Reads `source` into items.
///
/// # Errors
/// As [`preview`], and `NothingToImport` when nothing was left to keep.
pub fn read(source: Source<'_>, options: &ImportOptions) -> Result<ImportedList> {
    read_watched(source, options, &Silent)
}

/// As [`read`], telling how many bytes are read.
///
/// # Errors
/// As [`read`], and `Cancelled`.
pub fn read_watched(
    source: Source<'_>,
    options: &ImportOptions,
    monitor: &dyn Monitor,
) -> Result<ImportedList> {
    tally::read(&mut source::open(source)?, options, monitor)
}
