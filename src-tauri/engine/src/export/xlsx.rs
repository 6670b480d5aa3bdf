//! An Excel workbook: items, topics, similarities, and what it is.
//!
//! Cells are written as texts and numbers only, so that nothing in a list becomes a formula or a link.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rust_xlsxwriter::{
    ConditionalFormat3ColorScale, Format, FormatAlign, Workbook as Book, Worksheet, XlsxError,
};

use super::rows::{Row, Table, yes_or_no};
use super::{Facts, digest, palette, target};
use crate::analyse::product::{Columns, matrix};
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// As many rows as a sheet holds below its header.
const MOST_ITEMS: usize = 1_048_575;
/// Columns that a sheet holds.
const MOST_COLUMNS: usize = 16_384;
/// What a cell holds, in UTF-16 units, as Excel counts.
const LONGEST_CELL: usize = 32_767;
/// Items along the sides of a matrix; more cells than that are slow to open and impossible to read.
const MOST_IN_MATRIX: usize = 1_000;
/// Longer sheets go through a temporary file, so that they take no memory.
const LONG: usize = 20_000;
/// How much of a topic's colour is behind its name.
const TINT: f32 = 0.35;

pub(super) fn write(
    table: &Table<'_>,
    path: &Path,
    facts: &Facts,
    monitor: &dyn Monitor,
) -> Result<()> {
    if table.len() > MOST_ITEMS {
        return Err(Error::Invalid(sentence!(
            "A sheet of Excel holds {most} items, and there are {count}. Choose CSV or Parquet, or export fewer.",
            most = MOST_ITEMS,
            count = table.len()
        )));
    }
    if table.columns().len() > MOST_COLUMNS {
        return Err(Error::Invalid(sentence!(
            "A sheet of Excel holds {most} columns, and there are {count}. Choose CSV.",
            most = MOST_COLUMNS,
            count = table.columns().len()
        )));
    }
    target::write(path, monitor, |file| {
        // The library panics when its temporary file cannot grow.
        let written = catch_unwind(AssertUnwindSafe(|| {
            let mut sheets = Sheets { book: Book::new(), path, cut: 0 };
            if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
                sheets.book.set_tempdir(folder).map_err(|error| target::broken(path, &error))?;
            }
            sheets.items(table, monitor)?;
            sheets.topics(table)?;
            sheets.similarity(table, monitor)?;
            sheets.about(table, facts)?;
            monitor.check()?;
            let saved = sheets.book.save_to_writer(file);
            saved.map_err(|error| target::broken(path, &error))
        }));
        written.unwrap_or(Err(Error::DiskFull))
    })
}

struct Sheets<'a> {
    book: Book,
    path: &'a Path,
    /// Cells that were too long.
    cut: usize,
}

impl Sheets<'_> {
    fn items(&mut self, table: &Table<'_>, monitor: &dyn Monitor) -> Result<()> {
        let header = header();
        let percent = Format::new().set_num_format("0 %");
        let fills: Vec<Format> =
            table.sorting.topics.iter().map(|topic| topic_format(topic.colour)).collect();
        let (path, cut) = (self.path, &mut self.cut);
        let broken = |error: XlsxError| target::broken(path, &error);
        let sheet = add_sheet(&mut self.book, "Items", table.len() > LONG).map_err(broken)?;
        const WIDTHS: [f64; 7] = [36.0, 24.0, 12.0, 24.0, 9.0, 20.0, 13.0];
        for (column, name) in (0_u16..).zip(table.columns()) {
            let width = WIDTHS.get(usize::from(column)).copied().unwrap_or(20.0);
            sheet.set_column_width(column, width).map_err(broken)?;
            sheet
                .write_string_with_format(0, column, fitting(name, cut), &header)
                .map_err(broken)?;
        }
        sheet.set_freeze_panes(1, 1).map_err(broken)?;
        let last_column = table.columns().len() as u16 - 1;
        sheet.autofilter(0, 0, table.len() as u32, last_column).map_err(broken)?;
        table.for_each(monitor, |place, row| {
            let fill = table.topic_of(table.order[place]).map(|topic| &fills[topic]);
            write_item(sheet, place as u32 + 1, row, fill, &percent, cut).map_err(broken)
        })
    }

    fn topics(&mut self, table: &Table<'_>) -> Result<()> {
        const COLUMNS: [(&str, f64); 8] = [
            ("topic", 28.0),
            ("colour", 8.0),
            ("size", 9.0),
            ("pinned", 9.0),
            ("cohesion", 11.0),
            ("typical_items", 60.0),
            ("alternates", 40.0),
            ("named_by_person", 17.0),
        ];
        let groups = digest::groups(table);
        let profiles = digest::profiles(table)?;
        let (path, cut) = (self.path, &mut self.cut);
        let mut fill = || -> Result<(), XlsxError> {
            let sheet = add_sheet(&mut self.book, "Topics", false)?;
            let (header, percent) = (header(), Format::new().set_num_format("0 %"));
            for (column, (name, width)) in (0_u16..).zip(COLUMNS) {
                sheet.set_column_width(column, width)?;
                sheet.write_string_with_format(0, column, name, &header)?;
            }
            sheet.set_freeze_panes(1, 1)?;
            let mut line = 0;
            for ((topic, profile), members) in
                table.sorting.topics.iter().zip(&profiles).zip(&groups)
            {
                if members.is_empty() && !table.is_all {
                    continue;
                }
                line += 1;
                sheet.write_string(line, 0, fitting(&topic.name, cut))?;
                let colour = Format::new().set_background_color(palette::colour(topic.colour));
                sheet.write_blank(line, 1, &colour)?;
                sheet.write_number(line, 2, members.len() as f64)?;
                let pinned = digest::pinned(&table.sorting, members);
                sheet.write_number(line, 3, pinned as f64)?;
                if let Some(profile) = profile {
                    if profile.size > 1 {
                        let cohesion = rounded(profile.cohesion);
                        sheet.write_number_with_format(line, 4, cohesion, &percent)?;
                    }
                    let typical = profile.typical.iter();
                    let typical: Vec<&str> =
                        typical.map(|item| table.items[item.index()].text.as_str()).collect();
                    sheet.write_string(line, 5, fitting(&typical.join(", "), cut))?;
                }
                sheet.write_string(line, 6, fitting(&topic.alternates.join(", "), cut))?;
                sheet.write_string(line, 7, yes_or_no(topic.named_by_person))?;
            }
            if let Some(unsorted) = groups.last().filter(|unsorted| !unsorted.is_empty()) {
                let muted = Format::new().set_font_color(palette::UNSORTED).set_italic();
                sheet.write_string_with_format(line + 1, 0, "Unsorted", &muted)?;
                sheet.write_number(line + 1, 2, unsorted.len() as f64)?;
                let pinned = digest::pinned(&table.sorting, unsorted);
                sheet.write_number(line + 1, 3, pinned as f64)?;
            }
            Ok(())
        };
        fill().map_err(|error| target::broken(path, &error))
    }

    fn similarity(&mut self, table: &Table<'_>, monitor: &dyn Monitor) -> Result<()> {
        let path = self.path;
        let note = |book: &mut Book, text: &str| {
            let sheet = add_sheet(book, "Similarity", false)?;
            sheet.set_column_width(0, 100.0)?;
            sheet.write_string(0, 0, text).map(|_| ())
        };
        let broken = |error: XlsxError| target::broken(path, &error);
        let Some(vectors) = digest::vectors(table)? else {
            let text = "Not all texts are embedded yet, so there are no similarities.";
            return note(&mut self.book, text).map_err(broken);
        };
        if table.len() <= MOST_IN_MATRIX {
            let order = digest::in_heatmap_order(table, &vectors)?;
            let names = order.iter().map(|item| table.items[item.index()].text.as_str()).collect();
            let rows = vectors.select(order.iter().map(|item| item.index()));
            let matrix = Matrix { corner: "", names, similarity: &|row| similarities(&rows, row) };
            return self.matrix(&matrix, monitor);
        }
        let groups = digest::groups(table);
        let names = table.sorting.topics.iter().map(|topic| topic.name.as_str());
        let present: Vec<(&str, &[ItemId])> = names
            .chain(["Unsorted"])
            .zip(groups.iter().map(Vec::as_slice))
            .filter(|(_, members)| !members.is_empty())
            .take(MOST_IN_MATRIX)
            .collect();
        let (names, members): (Vec<&str>, Vec<&[ItemId]>) = present.into_iter().unzip();
        let means = digest::mean_similarities(&vectors, &members);
        let count = names.len();
        let corner = format!(
            "Mean similarity of topics, because there are more than {MOST_IN_MATRIX} items"
        );
        let row = |row: usize| means[row * count..][..count].to_vec();
        self.matrix(&Matrix { corner: &corner, names, similarity: &row }, monitor)
    }

    /// A square of similarities, coloured from low to high.
    fn matrix(&mut self, matrix: &Matrix<'_>, monitor: &dyn Monitor) -> Result<()> {
        let (path, cut) = (self.path, &mut self.cut);
        let broken = |error: XlsxError| target::broken(path, &error);
        let count = matrix.names.len() as u32;
        let sheet = add_sheet(&mut self.book, "Similarity", count > 140).map_err(broken)?;
        let mut begin = || -> Result<(), XlsxError> {
            sheet.set_column_width(0, 28)?;
            sheet.set_column_range_width(1, count as u16, 6.5)?;
            sheet.set_row_height(0, 110)?;
            sheet.set_freeze_panes(1, 1)?;
            let upright = header().set_rotation(90).set_align(FormatAlign::Bottom);
            let corner = Format::new().set_text_wrap().set_align(FormatAlign::Top);
            sheet.write_string_with_format(0, 0, matrix.corner, &corner)?;
            for (column, name) in (1..).zip(&matrix.names) {
                sheet.write_string_with_format(0, column, fitting(name, cut), &upright)?;
            }
            if count > 1 {
                // Viridis, cut off where black figures would not read any more.
                let scale = ConditionalFormat3ColorScale::new()
                    .set_minimum_color(0xffffff)
                    .set_midpoint_color(0x8fd3c1)
                    .set_maximum_color(0xfde725);
                sheet.add_conditional_format(1, 1, count, count as u16, &scale)?;
            }
            Ok(())
        };
        begin().map_err(broken)?;
        let figure = Format::new().set_num_format("0.00");
        for (row, name) in matrix.names.iter().enumerate() {
            monitor.check()?;
            let line = row as u32 + 1;
            sheet.write_string(line, 0, fitting(name, cut)).map_err(broken)?;
            for (column, similarity) in (1..).zip((matrix.similarity)(row)) {
                if similarity.is_finite() {
                    let value = rounded(similarity);
                    sheet.write_number_with_format(line, column, value, &figure).map_err(broken)?;
                }
            }
        }
        Ok(())
    }

    fn about(&mut self, table: &Table<'_>, facts: &Facts) -> Result<()> {
        let workbook = table.workbook;
        let dimensions = digest::vectors(table)?.map(|vectors| vectors.dim());
        let (path, mut cut) = (self.path, self.cut);
        let pinned = digest::pinned(&table.sorting, &table.order);
        let unsorted = digest::groups(table).last().map_or(0, Vec::len);
        let mut told: Vec<(&str, Told<'_>)> = vec![
            ("workbook", Told::Text(workbook.name())),
            ("list", Told::Text(workbook.source_name())),
            ("written", Told::Text(&facts.written_at)),
            ("model", Told::Text(&facts.model_name)),
        ];
        told.extend(dimensions.map(|dim| ("dimensions", Told::Count(dim))));
        told.extend([
            ("items", Told::Count(table.len())),
            ("items_in_workbook", Told::Count(table.items.len())),
            ("topics", Told::Count(table.sorting.topics.len())),
            ("pinned", Told::Count(pinned)),
            ("unsorted", Told::Count(unsorted)),
            ("threshold", match table.sorting.threshold {
                Some(threshold) => Told::Share(threshold),
                None => Told::Text("judged for every item"),
            }),
            ("method", Told::Text(
                "The model turns every text into a vector. Texts whose vectors point the same way mean \
                 similar things: their similarity is the cosine of the angle between them, from -1 to 1. \
                 A topic is a group of texts that are close to each other. Confidence is how sure the \
                 machine is of the topic it suggests; pinned items were placed by a person.",
            )),
            ("written_by", Told::Text("Kindred")),
            ("version", Told::Text(&facts.app_version)),
        ]);
        let note = format!(
            "{cut} cells were longer than the {LONGEST_CELL} characters that Excel holds. Their ends are cut off here."
        );
        if cut > 0 {
            told.push(("note", Told::Text(&note)));
        }
        let fill = || -> Result<(), XlsxError> {
            let sheet = add_sheet(&mut self.book, "About", false)?;
            sheet.set_column_width(0, 20)?;
            sheet.set_column_width(1, 80)?;
            let name_format = Format::new().set_bold().set_align(FormatAlign::Top);
            let wrapped = Format::new().set_text_wrap();
            let left = Format::new().set_align(FormatAlign::Left);
            let percent = Format::new().set_num_format("0 %").set_align(FormatAlign::Left);
            for (line, (name, value)) in (0..).zip(told) {
                sheet.write_string_with_format(line, 0, name, &name_format)?;
                match value {
                    Told::Text(text) => {
                        let text = fitting(text, &mut cut);
                        sheet.write_string_with_format(line, 1, text, &wrapped)?
                    }
                    Told::Count(count) => {
                        sheet.write_number_with_format(line, 1, count as f64, &left)?
                    }
                    Told::Share(share) => {
                        sheet.write_number_with_format(line, 1, rounded(share), &percent)?
                    }
                };
            }
            Ok(())
        };
        fill().map_err(|error| target::broken(path, &error))
    }
}

enum Told<'a> {
    Text(&'a str),
    Count(usize),
    Share(f32),
}

struct Matrix<'a> {
    /// What stands above the names.
    corner: &'a str,
    names: Vec<&'a str>,
    /// A row of it; NaN leaves a cell empty.
    similarity: &'a dyn Fn(usize) -> Vec<f32>,
}

/// Cosines of a row with all rows, NaN with itself.
fn similarities(rows: &Vectors, row: usize) -> Vec<f32> {
    let mut similarities = matrix(rows.values(), &Columns::pack(rows.row(row), rows.dim()));
    similarities[row] = f32::NAN;
    similarities
}

fn write_item(
    sheet: &mut Worksheet,
    line: u32,
    row: &Row<'_>,
    fill: Option<&Format>,
    percent: &Format,
    cut: &mut usize,
) -> Result<(), XlsxError> {
    sheet.write_string(line, 0, fitting(row.text, cut))?;
    if let (Some(topic), Some(fill)) = (row.topic, fill) {
        sheet.write_string_with_format(line, 1, fitting(&topic.name, cut), fill)?;
    }
    if let Some(sure) = row.confidence {
        sheet.write_number_with_format(line, 2, sure, percent)?;
    }
    if let Some(runner_up) = row.runner_up {
        sheet.write_string(line, 3, fitting(&runner_up.name, cut))?;
    }
    sheet.write_string(line, 4, yes_or_no(row.pinned))?;
    if let Some(category) = row.category {
        sheet.write_string(line, 5, fitting(category, cut))?;
    }
    sheet.write_number(line, 6, f64::from(row.occurrences))?;
    for (column, cell) in (7..).zip(&row.kept) {
        if !cell.is_empty() {
            sheet.write_string(line, column, fitting(cell, cut))?;
        }
    }
    Ok(())
}

fn add_sheet<'a>(
    book: &'a mut Book,
    name: &str,
    is_long: bool,
) -> Result<&'a mut Worksheet, XlsxError> {
    let sheet =
        if is_long { book.add_worksheet_with_constant_memory()? } else { book.add_worksheet() };
    sheet.set_name(name)
}

fn header() -> Format {
    Format::new().set_bold().set_background_color(0xefede8)
}

fn topic_format(place: u32) -> Format {
    Format::new().set_background_color(palette::tint(palette::colour(place), TINT))
}

fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}

/// As much of `text` as a cell holds; counts the cells that held less.
fn fitting<'a>(text: &'a str, cut: &mut usize) -> &'a str {
    if text.len() <= LONGEST_CELL {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > LONGEST_CELL
    });
    end.map_or(text, |(end, _)| {
        *cut += 1;
        &text[..end]
    })
}
