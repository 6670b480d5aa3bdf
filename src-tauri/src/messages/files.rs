//! Messages about files: lists on their way in, what is handed on.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ItemId, Sentence, WorkbookView};

/// What the system's dialog for opening says, in the language of the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenWords {
    pub title: String,
    pub lists_and_workbooks: String,
    pub lists: String,
    pub workbooks: String,
    pub all_files: String,
}

/// Where a list comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ListSource {
    /// One after the other; a folder stands for the lists in it.
    Files {
        paths: Vec<String>,
    },
    /// `html` is the same as it was copied from a page or a spreadsheet.
    Text {
        text: String,
        html: Option<String>,
    },
    Sample {
        id: String,
    },
}

/// What a dropped or picked file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    List,
    Workbook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ListFormat {
    Text,
    Csv,
    Tsv,
    Spreadsheet,
    Json,
    JsonLines,
    Document,
    Markdown,
    Html,
    Parquet,
    Vectors,
}

/// What becomes an item: a whole cell, every line, sentence or word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Split {
    Whole,
    Lines,
    Sentences,
    Words,
}

/// A way in which two texts differ that may be none to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Variant {
    Case,
    Spaces,
    Punctuation,
    Plural,
    Accents,
}

/// How to read a list. Columns are counted from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportOptions {
    pub format: ListFormat,
    /// Encoding label such as "UTF-8", "UTF-16LE", "windows-1252".
    pub encoding: String,
    /// Stands between two cells of CSV.
    pub delimiter: char,
    /// Stands around a cell of CSV that holds a delimiter; null when marks are letters like others.
    pub quote: Option<char>,
    /// Which sheet or table of the file, counted from 0.
    pub table: u32,
    pub has_header: bool,
    pub text_column: u32,
    pub category_column: Option<u32>,
    /// Says how often a text occurs.
    pub count_column: Option<u32>,
    /// Says which topic an item is in: the workbook begins with these topics.
    pub topic_column: Option<u32>,
    /// Says whether the person put it there.
    pub pinned_column: Option<u32>,
    /// Other columns, kept to be exported again.
    pub kept_columns: Vec<u32>,
    pub split: Split,
    /// Texts that differ in these ways only become one item.
    pub merged: Vec<Variant>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ColumnPreview {
    pub name: String,
    /// Cells that are not blank.
    pub filled: u32,
    /// Different values among them.
    pub distinct: u32,
}

/// A line that could not be read; the rest is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportProblem {
    /// Counted from 1, as an editor shows it.
    pub line: u32,
    pub message: Sentence,
}

/// A text that went into another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MergedText {
    pub line: u32,
    pub text: String,
    pub into: String,
}

/// A sheet or table of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TablePreview {
    pub name: String,
    /// As far as it is known without reading it all.
    pub rows: Option<u32>,
}

/// What merging one kind of variants alone would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VariantCount {
    pub variant: Variant,
    /// Items that would go into another one.
    pub items: u32,
    pub examples: Vec<VariantExample>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VariantExample {
    /// The text that stays.
    pub kept: String,
    /// Texts that go into it.
    pub others: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    pub source_name: String,
    /// How many files are read one after the other.
    pub files: u32,
    /// What can be chosen from; empty when the file is one table.
    pub tables: Vec<TablePreview>,
    /// Delimiters to choose from; empty unless the format is CSV.
    pub delimiters: Vec<char>,
    /// Kinds that are there, whether they are merged or not.
    pub variants: Vec<VariantCount>,
    /// Items longer than the usual model reads, about 1,000 characters.
    pub long_texts: u32,
    /// Dimensions of the vectors that come with the list.
    pub vector_dim: Option<u32>,
    /// What was recognised; send back changed for another look, or to import.
    pub options: ImportOptions,
    /// Encodings the person can choose from.
    pub encodings: Vec<String>,
    pub columns: Vec<ColumnPreview>,
    /// The first rows (at most 100), header left out, one cell per column.
    pub rows: Vec<Vec<String>>,
    /// Rows in the whole list, header left out.
    pub row_count: u32,
    /// Only the first part of a long list was looked at: `rowCount` is about right, and what is
    /// counted elsewhere is of that part.
    pub is_estimate: bool,
    pub report: ImportReport,
}

/// What became of the rows read: `rows = kept + blank + duplicates + merged + problemCount`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    pub rows: u32,
    pub kept: u32,
    pub blank: u32,
    pub duplicates: u32,
    /// Rows with a variant of a text that was there before.
    pub merged: u32,
    /// The first of them.
    pub merges: Vec<MergedText>,
    pub problem_count: u32,
    /// The first of the problems.
    pub problems: Vec<ImportProblem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "made once, to be sent")]
pub enum PreviewOutcome {
    Finished { preview: ImportPreview },
    Cancelled,
}

/// What reading a list gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "made once, to be sent")]
pub enum ImportOutcome {
    Finished { workbook: WorkbookView },
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "made once, to be sent")]
pub enum AddOutcome {
    /// `known` texts were in the workbook already.
    Finished {
        workbook: WorkbookView,
        added: u32,
        known: u32,
    },
    Cancelled,
    /// Another workbook took the place of the one they were for.
    Abandoned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    Csv,
    Xlsx,
    Json,
    Npy,
    Projector,
    Parquet,
    Report,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportRequest {
    pub path: String,
    pub format: ExportFormat,
    /// In this order; null: all, in list order.
    pub items: Option<Vec<ItemId>>,
    /// CSV: write every text exactly, also where a spreadsheet would take it for a formula.
    pub is_exact: bool,
    /// CSV: begin with a byte order mark, which Excel needs.
    pub has_mark: bool,
}
