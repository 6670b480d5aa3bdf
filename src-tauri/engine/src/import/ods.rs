//! ODS: sheets in one XML file, in which rows and cells may stand for many.

use std::fs::File;

use quick_xml::events::{BytesStart, Event};

use super::archive::{self, TOO_LARGE};
use super::columns::MAX_COLUMNS;
use super::sheets::number;
use super::source::Followed;
use super::table::Table;
use super::xml::{attribute, each_event, push_reference};
use crate::sentence::Sentence;

/// As many rows as a sheet has.
const MAX_ROWS: u64 = 1 << 20;

/// Blank rows that repeat more often than this only fill the sheet up.
const MAX_BLANK_ROWS: u64 = 1_000;

/// # Errors
/// A sentence when it is damaged or too large.
pub(super) fn tables(file: Followed<File>) -> Result<Vec<Table>, Sentence> {
    let mut archive = archive::open(file)?;
    let mut sheets = Sheets::default();
    each_event(&mut archive, "content.xml", &mut |event| sheets.take(event))?;
    Ok(sheets.done)
}

#[derive(Default)]
struct Sheets {
    done: Vec<Table>,
    /// The sheet at hand; sheets in sheets are none.
    sheet: Option<Table>,
    row: u64,
    row_times: u64,
    cells: Vec<String>,
    cell: Option<Cell>,
    /// How deep in a note on a cell, which is no part of it.
    note: u32,
}

#[derive(Default)]
struct Cell {
    times: u64,
    text: String,
    /// What the cell says by itself, where the text is only how it looks.
    value: Option<String>,
    paragraphs: u32,
    /// Inside a paragraph.
    is_text: bool,
}

impl Sheets {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Sentence> {
        match event {
            Event::Start(start) => self.start(start),
            Event::Empty(start) => {
                self.start(start);
                self.end(start.local_name().as_ref())?;
            }
            Event::End(end) => self.end(end.local_name().as_ref())?,
            Event::Text(text) => {
                if let Some(cell) = self.open_text() {
                    cell.text.push_str(text);
                }
            }
            Event::CData(text) => {
                if let Some(cell) = self.open_text() {
                    cell.text.push_str(text);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(cell) = self.open_text() {
                    push_reference(&mut cell.text, reference);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open_text(&mut self) -> Option<&mut Cell> {
        if self.note > 0 {
            return None;
        }
        self.cell.as_mut().filter(|cell| cell.is_text)
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        let times = |name: &str| {
            attribute(start, name).and_then(|times| times.parse::<u64>().ok()).unwrap_or(1)
        };
        match start.local_name().as_ref() {
            "annotation" => self.note += 1,
            _ if self.note > 0 => {}
            "table" if self.sheet.is_none() => {
                let name = attribute(start, "name").unwrap_or_default();
                self.sheet = Some(Table::new(name));
                self.row = 1;
            }
            "table-row" => {
                self.row_times = times("number-rows-repeated");
                self.cells.clear();
            }
            "table-cell" | "covered-table-cell" => {
                self.cell = Some(Cell {
                    times: times("number-columns-repeated"),
                    value: value(start),
                    ..Cell::default()
                });
            }
            "p" => {
                if let Some(cell) = &mut self.cell {
                    if cell.paragraphs > 0 {
                        cell.text.push('\n');
                    }
                    cell.paragraphs += 1;
                    cell.is_text = true;
                }
            }
            "s" => {
                let spaces = times("c").min(100) as usize;
                if let Some(cell) = self.open_text() {
                    cell.text.push_str(&" ".repeat(spaces));
                }
            }
            "tab" => {
                if let Some(cell) = self.open_text() {
                    cell.text.push('\t');
                }
            }
            "line-break" => {
                if let Some(cell) = self.open_text() {
                    cell.text.push('\n');
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Sentence> {
        match name {
            "annotation" => self.note = self.note.saturating_sub(1),
            _ if self.note > 0 => {}
            "p" => {
                if let Some(cell) = &mut self.cell {
                    cell.is_text = false;
                }
            }
            "table-cell" | "covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    let text = cell.value.unwrap_or(cell.text);
                    let room = MAX_COLUMNS.saturating_sub(self.cells.len());
                    let times = usize::try_from(cell.times).unwrap_or(usize::MAX).min(room);
                    self.cells.extend(std::iter::repeat_n(text, times));
                }
            }
            "table-row" => self.end_row()?,
            "table" => self.done.extend(self.sheet.take()),
            _ => {}
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Sentence> {
        while self.cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            self.cells.pop();
        }
        let times = self.row_times;
        let first = self.row;
        self.row = self.row.saturating_add(times);
        if let Some(sheet) = &mut self.sheet
            && (!self.cells.is_empty() || times <= MAX_BLANK_ROWS)
        {
            if self.row - 1 > MAX_ROWS {
                return Err(TOO_LARGE);
            }
            for number in first..self.row {
                sheet.push(number, &self.cells).map_err(|_| TOO_LARGE)?;
            }
        }
        self.cells.clear();
        Ok(())
    }
}

/// Numbers, dates and truths as Kindred shows them in every spreadsheet.
fn value(start: &BytesStart<'_>) -> Option<String> {
    match attribute(start, "value-type")?.as_str() {
        "float" => attribute(start, "value")?.parse().ok().map(number),
        "date" => Some(attribute(start, "date-value")?.replace('T', " ")),
        "boolean" => Some(attribute(start, "boolean-value")?.to_uppercase()),
        _ => None,
    }
}
