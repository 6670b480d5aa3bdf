//! XLSX: cells as they stream out of a sheet. What the file says about its own size is not believed.

use std::fs::File;
use std::io::{BufReader, Seek as _};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, Xlsx};
use csv::StringRecord;
use quick_xml::events::Event;

use super::archive::{self, DAMAGED};
use super::columns::MAX_COLUMNS;
use super::nothing;
use super::rows::Row;
use super::source::Followed;
use crate::error::{Error, Result};
use crate::sentence::Sentence;

/// As many rows as a sheet has.
const MAX_ROWS: u32 = 1 << 20;

/// An open spreadsheet.
pub(super) struct Book {
    workbook: Xlsx<BufReader<Followed<File>>>,
    /// Names of its sheets, without charts.
    pub(super) sheets: Vec<String>,
}

impl Book {
    /// # Errors
    /// `NothingToImport` when it is damaged or there is no sheet in it.
    pub(super) fn open(mut file: Followed<File>) -> Result<Self> {
        check_shared_strings(&mut file).map_err(nothing)?;
        file.rewind().map_err(|_| nothing(DAMAGED))?;
        let opened = sound(|| Xlsx::new(BufReader::new(file)));
        let opened = opened.ok_or_else(|| nothing(DAMAGED))?;
        let workbook = opened.map_err(|error| match error {
            calamine::XlsxError::Password => nothing(sentence!(
                "This spreadsheet has a password. Save it without one, then open that."
            )),
            _ => nothing(DAMAGED),
        })?;
        let sheets: Vec<String> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect();
        if sheets.is_empty() {
            return Err(nothing(sentence!("There is no sheet in this spreadsheet.")));
        }
        Ok(Self { workbook, sheets })
    }

    /// Gives the rows of a sheet that are there, with their numbers, until `on` says to stop.
    pub(super) fn each_row(
        &mut self,
        sheet: usize,
        on: &mut dyn FnMut(u64, Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let broken = || nothing(DAMAGED);
        let name = self.sheets.get(sheet).ok_or_else(no_such_sheet)?.clone();
        let cells = sound(|| self.workbook.worksheet_cells_reader(&name));
        let mut cells = cells.and_then(std::result::Result::ok).ok_or_else(broken)?;
        let mut row: Option<u32> = None;
        let mut filled: Vec<String> = Vec::new();
        let mut record = StringRecord::new();
        let mut give = |row: u32, filled: &mut Vec<String>| {
            record.clear();
            filled.drain(..).for_each(|cell| record.push_field(&cell));
            on(u64::from(row) + 1, Row::of(&record))
        };
        loop {
            let cell = match sound(|| cells.next_cell()) {
                Some(Ok(Some(cell))) => cell,
                Some(Ok(None)) => break,
                // What was read before is right, and the person is told where it ends.
                _ if row.is_some() => {
                    if let Some(row) = row.take() {
                        if give(row, &mut filled)? {
                            let message = sentence!(
                                "The sheet is damaged after row {row}: what follows was left out.",
                                row = row + 1
                            );
                            on(u64::from(row) + 2, Row::Broken(message))?;
                        }
                        return Ok(());
                    }
                    break;
                }
                _ => return Err(broken()),
            };
            let (number, column) = cell.get_position();
            if row != Some(number) {
                if let Some(row) = row
                    && !give(row, &mut filled)?
                {
                    return Ok(());
                }
                if number >= MAX_ROWS {
                    return Ok(());
                }
                row = Some(number);
            }
            let column = column as usize;
            if column < MAX_COLUMNS {
                let text = shown(cell.get_value());
                if !text.is_empty() {
                    if filled.len() <= column {
                        filled.resize(column + 1, String::new());
                    }
                    filled[column] = text;
                }
            }
        }
        if let Some(row) = row {
            give(row, &mut filled)?;
        }
        Ok(())
    }

    /// How many rows the sheet says it has.
    pub(super) fn declared_rows(&mut self, sheet: usize) -> Option<usize> {
        let name = self.sheets.get(sheet)?.clone();
        let cells = sound(|| self.workbook.worksheet_cells_reader(&name))?;
        let end = cells.ok()?.dimensions().end.0;
        Some((end as usize).saturating_add(1).min(MAX_ROWS as usize))
    }
}

/// What `parse` gives, or nothing when it panics, as parsers do that trust a file's numbers.
pub(super) fn sound<T>(parse: impl FnOnce() -> T) -> Option<T> {
    // What it leaves half done is not looked at again.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse)).ok()
}

fn no_such_sheet() -> Error {
    Error::Invalid(sentence!("This list has no such sheet. Choose another one."))
}

/// Refuses a count of texts that cannot be true: memory would be set aside for it.
fn check_shared_strings(file: &mut Followed<File>) -> Result<(), Sentence> {
    let mut archive = archive::open(file)?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .filter(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml"))
        .collect();
    for name in names {
        let entry = archive.by_name(&name).map_err(|_| DAMAGED)?;
        let size = entry.size();
        let mut xml =
            quick_xml::Reader::from_reader(BufReader::new(std::io::Read::take(entry, 1 << 20)));
        let mut buffer = Vec::new();
        while let Ok(event) = xml.read_event_into(&mut buffer) {
            match event {
                Event::Start(start) => {
                    let count = start.try_get_attribute("uniqueCount").ok().flatten();
                    let count = count.and_then(|count| count.value.trim().parse::<u64>().ok());
                    // The shortest text is `<si/>`.
                    if count.is_some_and(|count| count > size / 5 + 16) {
                        return Err(DAMAGED);
                    }
                    break;
                }
                Event::Eof => break,
                _ => buffer.clear(),
            }
        }
    }
    Ok(())
}

/// A cell as a person sees it, roughly.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(time) => date(*time),
        DataRef::Error(error) => error.to_string(),
        _ => String::new(),
    }
}

/// A number with the 15 digits that spreadsheets show, and no zeros behind the point.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-7..1e21).contains(&f64::abs(rounded)) {
        format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
    } else {
        format!("{rounded:e}")
    }
}

/// "2026-11-26", "2026-11-26 14:30:00", "14:30:00".
fn date(time: ExcelDateTime) -> String {
    if !time.as_f64().is_finite() || !(0.0..3e6).contains(&time.as_f64()) {
        return number(time.as_f64());
    }
    if time.is_duration() || time.as_f64() < 1.0 {
        let seconds = (time.as_f64() * 86_400.0).round() as u64;
        return format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_a_sheet() {
        for (value, shown) in [
            (3.0, "3"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (1234567.25, "1234567.25"),
            (1e21, "1e21"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), shown, "{value:?}");
        }
    }
}
