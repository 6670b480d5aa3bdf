//! Reads a list: bytes -> encoding -> lines -> rows -> items and a report.
//!
//! Nothing is held in memory as a whole but the items themselves, and nothing
//! that cannot be read is passed over in silence: it becomes a problem with
//! its line number, and the rest is kept.

mod columns;
mod encoding;
mod format;
mod lines;
mod rows;
mod source;
mod tally;

use std::path::Path;

use crate::error::Result;
use crate::items::Item;

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
    /// A file of a list.
    File(&'a Path),
    /// Text that was pasted or came with the app, and what to call it.
    Text { name: &'a str, text: &'a str },
}

/// How rows and cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// One text per line.
    Text,
    /// Cells with commas or semicolons between them, whichever the list uses.
    Csv,
    /// Cells with tabs between them, as spreadsheets copy them.
    Tsv,
}

/// How to read a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    pub format: ListFormat,
    pub encoding: TextEncoding,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// The column that holds the texts, counted from 0.
    pub text_column: usize,
    /// The column that holds the list's own categories.
    pub category_column: Option<usize>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPreview {
    /// From the header, or "Column 1".
    pub name: String,
    /// Cells that are not blank.
    pub filled: usize,
    /// Different cells that are not blank.
    pub distinct: usize,
}

/// Something that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// A sentence for the person.
    pub message: String,
}

/// What reading gave: `rows = kept + blank + duplicates + problem_count`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows read, the header left out.
    pub rows: usize,
    /// Rows that became items.
    pub kept: usize,
    pub blank: usize,
    /// Rows with a text that was there before.
    pub duplicates: usize,
    pub problem_count: usize,
    /// The first [`MAX_PROBLEMS`] problems, in the order of the list.
    pub problems: Vec<ImportProblem>,
}

/// A look at a list, for choosing how to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPreview {
    pub source_name: String,
    /// What was recognised or asked for.
    pub options: ImportOptions,
    /// What can be chosen from.
    pub encodings: Vec<TextEncoding>,
    pub columns: Vec<ColumnPreview>,
    /// The first [`PREVIEW_ROWS`] rows, header left out, one cell per column.
    pub rows: Vec<Vec<String>>,
    /// Rows in the whole list, header left out.
    pub row_count: usize,
    /// What reading it with these options gives.
    pub report: ImportReport,
}

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedList {
    pub source_name: String,
    /// Each text once, in the order of the list.
    pub items: Vec<Item>,
    pub report: ImportReport,
}

/// Finds out how `source` wants to be read.
///
/// # Errors
/// `Unreadable` when it is no readable file; `NothingToImport` when it is
/// empty or no text.
pub fn recognise(source: Source<'_>) -> Result<ImportOptions> {
    let mut opened = source::open(source)?;
    format::recognise(&mut opened)
}

/// Reads all of `source` and keeps the first rows; recognises the options when
/// none are given.
///
/// # Errors
/// As [`recognise`], and `Invalid` for a column that is not there.
pub fn preview(source: Source<'_>, options: Option<&ImportOptions>) -> Result<ImportPreview> {
    let mut opened = source::open(source)?;
    let options = match options {
        Some(options) => options.clone(),
        None => format::recognise(&mut opened)?,
    };
    tally::preview(&mut opened, options)
}

/// Reads `source` into items.
///
/// # Errors
/// As [`preview`], and `NothingToImport` when nothing was left to keep.
pub fn read(source: Source<'_>, options: &ImportOptions) -> Result<ImportedList> {
    tally::read(&mut source::open(source)?, options)
}
