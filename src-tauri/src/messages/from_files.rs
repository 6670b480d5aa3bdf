//! What the engine reads from lists as messages, and what the window asks of it as the engine's types.

use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::export;
use kindred_engine::import::{self, TextEncoding};

use super::{
    ColumnPreview, ExportFormat, ImportOptions, ImportPreview, ImportProblem, ImportReport,
    ListFormat, MergedText, Split, TablePreview, Variant, VariantCount, VariantExample, count,
};

impl From<import::ListFormat> for ListFormat {
    fn from(format: import::ListFormat) -> Self {
        match format {
            import::ListFormat::Text => Self::Text,
            import::ListFormat::Csv => Self::Csv,
            import::ListFormat::Tsv => Self::Tsv,
            import::ListFormat::Spreadsheet => Self::Spreadsheet,
            import::ListFormat::Json => Self::Json,
            import::ListFormat::JsonLines => Self::JsonLines,
            import::ListFormat::Document => Self::Document,
            import::ListFormat::Markdown => Self::Markdown,
            import::ListFormat::Html => Self::Html,
            import::ListFormat::Parquet => Self::Parquet,
            import::ListFormat::Vectors => Self::Vectors,
        }
    }
}

impl From<ListFormat> for import::ListFormat {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Text => Self::Text,
            ListFormat::Csv => Self::Csv,
            ListFormat::Tsv => Self::Tsv,
            ListFormat::Spreadsheet => Self::Spreadsheet,
            ListFormat::Json => Self::Json,
            ListFormat::JsonLines => Self::JsonLines,
            ListFormat::Document => Self::Document,
            ListFormat::Markdown => Self::Markdown,
            ListFormat::Html => Self::Html,
            ListFormat::Parquet => Self::Parquet,
            ListFormat::Vectors => Self::Vectors,
        }
    }
}

impl From<import::Split> for Split {
    fn from(split: import::Split) -> Self {
        match split {
            import::Split::Whole => Self::Whole,
            import::Split::Lines => Self::Lines,
            import::Split::Sentences => Self::Sentences,
            import::Split::Words => Self::Words,
        }
    }
}

impl From<Split> for import::Split {
    fn from(split: Split) -> Self {
        match split {
            Split::Whole => Self::Whole,
            Split::Lines => Self::Lines,
            Split::Sentences => Self::Sentences,
            Split::Words => Self::Words,
        }
    }
}

impl From<import::Variant> for Variant {
    fn from(variant: import::Variant) -> Self {
        match variant {
            import::Variant::Case => Self::Case,
            import::Variant::Spaces => Self::Spaces,
            import::Variant::Punctuation => Self::Punctuation,
            import::Variant::Plural => Self::Plural,
            import::Variant::Accents => Self::Accents,
        }
    }
}

impl From<Variant> for import::Variant {
    fn from(variant: Variant) -> Self {
        match variant {
            Variant::Case => Self::Case,
            Variant::Spaces => Self::Spaces,
            Variant::Punctuation => Self::Punctuation,
            Variant::Plural => Self::Plural,
            Variant::Accents => Self::Accents,
        }
    }
}

impl From<import::ImportOptions> for ImportOptions {
    fn from(options: import::ImportOptions) -> Self {
        Self {
            format: options.format.into(),
            encoding: options.encoding.label().to_owned(),
            delimiter: options.delimiter,
            quote: options.quote,
            table: count(options.table),
            has_header: options.has_header,
            text_column: count(options.text_column),
            category_column: options.category_column.map(count),
            count_column: options.count_column.map(count),
            topic_column: options.topic_column.map(count),
            pinned_column: options.pinned_column.map(count),
            kept_columns: options.kept_columns.into_iter().map(count).collect(),
            split: options.split.into(),
            merged: options.merged.into_iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<ImportOptions> for import::ImportOptions {
    type Error = EngineError;

    fn try_from(options: ImportOptions) -> EngineResult<Self> {
        let place = |column: u32| column as usize;
        Ok(Self {
            format: options.format.into(),
            encoding: TextEncoding::parse(&options.encoding)?,
            delimiter: options.delimiter,
            quote: options.quote,
            table: place(options.table),
            has_header: options.has_header,
            text_column: place(options.text_column),
            category_column: options.category_column.map(place),
            count_column: options.count_column.map(place),
            topic_column: options.topic_column.map(place),
            pinned_column: options.pinned_column.map(place),
            kept_columns: options.kept_columns.into_iter().map(place).collect(),
            split: options.split.into(),
            merged: options.merged.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<import::ImportReport> for ImportReport {
    fn from(report: import::ImportReport) -> Self {
        Self {
            rows: count(report.rows),
            kept: count(report.kept),
            blank: count(report.blank),
            duplicates: count(report.duplicates),
            merged: count(report.merged),
            merges: report.merges.into_iter().map(Into::into).collect(),
            problem_count: count(report.problem_count),
            problems: report.problems.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<import::MergedText> for MergedText {
    fn from(merged: import::MergedText) -> Self {
        Self { line: line(merged.line), text: merged.text, into: merged.into }
    }
}

impl From<import::ImportProblem> for ImportProblem {
    fn from(problem: import::ImportProblem) -> Self {
        Self { line: line(problem.line), message: problem.message.into() }
    }
}

impl From<import::ColumnPreview> for ColumnPreview {
    fn from(column: import::ColumnPreview) -> Self {
        Self { name: column.name, filled: count(column.filled), distinct: count(column.distinct) }
    }
}

impl From<import::TablePreview> for TablePreview {
    fn from(table: import::TablePreview) -> Self {
        Self { name: table.name, rows: table.rows.map(count) }
    }
}

impl From<import::VariantCount> for VariantCount {
    fn from(variants: import::VariantCount) -> Self {
        let example = |(kept, others)| VariantExample { kept, others };
        Self {
            variant: variants.variant.into(),
            items: count(variants.items),
            examples: variants.examples.into_iter().map(example).collect(),
        }
    }
}

impl From<import::ImportPreview> for ImportPreview {
    fn from(preview: import::ImportPreview) -> Self {
        let label = |encoding: &TextEncoding| encoding.label().to_owned();
        Self {
            source_name: preview.source_name,
            files: count(preview.files),
            tables: preview.tables.into_iter().map(Into::into).collect(),
            delimiters: preview.delimiters,
            variants: preview.variants.into_iter().map(Into::into).collect(),
            long_texts: count(preview.long_texts),
            vector_dim: preview.vector_dim.map(count),
            options: preview.options.into(),
            encodings: preview.encodings.iter().map(label).collect(),
            columns: preview.columns.into_iter().map(Into::into).collect(),
            rows: preview.rows,
            row_count: count(preview.row_count),
            is_estimate: preview.is_estimate,
            report: preview.report.into(),
        }
    }
}

fn line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

impl From<ExportFormat> for export::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Xlsx => Self::Xlsx,
            ExportFormat::Json => Self::Json,
            ExportFormat::Npy => Self::Npy,
            ExportFormat::Projector => Self::Projector,
            ExportFormat::Parquet => Self::Parquet,
            ExportFormat::Report => Self::Report,
        }
    }
}
