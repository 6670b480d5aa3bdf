//! Rows of cells out of lines, with the line where each begins.
//!
//! The csv crate takes a row apart. Where a row ends is decided here, so that
//! every row knows its line, a blank line is seen, and a quotation mark that is
//! never closed costs one line and not the rest of the list.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::StringRecord;

use super::MAX_LINE_BYTES;
use super::lines::{Line, Lines};
use crate::sentence::{Sentence, Value};

/// How cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// A line is one cell.
    Whole,
    /// Cells have a byte between them and may be quoted.
    Separated { delimiter: u8, quote: Option<u8> },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row<'a> {
    Cells(&'a StringRecord),
    Blank,
    /// A sentence says what is wrong.
    Broken(Sentence),
}

impl<'a> Row<'a> {
    /// Cells, or a blank row when nothing is in them.
    pub(super) fn of(cells: &'a StringRecord) -> Self {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            Self::Blank
        } else {
            Self::Cells(cells)
        }
    }
}

/// Reads row after row.
pub(super) struct Rows<R> {
    lines: Lines<R>,
    /// Lines that were read ahead in vain.
    returned: VecDeque<Line>,
    /// Of the next line, counted from 1.
    line_number: u64,
    cells: Cells,
    parser: csv::Reader<Feed>,
    record: StringRecord,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(text: R, cells: Cells) -> Self {
        let (delimiter, quote) = match cells {
            Cells::Whole => (b',', None),
            Cells::Separated { delimiter, quote } => (delimiter, quote),
        };
        Self {
            lines: Lines::new(text),
            returned: VecDeque::new(),
            line_number: 1,
            cells,
            parser: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .quoting(quote.is_some())
                .quote(quote.unwrap_or(b'"'))
                .from_reader(Feed::default()),
            record: StringRecord::new(),
        }
    }

    /// The next row and the line where it begins, or `None` after the last one.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Row<'_>)>> {
        let number = self.line_number;
        let line = match self.next_line()? {
            None => return Ok(None),
            Some(Line::TooLong { bytes }) => {
                let message = sentence!(
                    "Line {number} is {size} long, longer than any text Kindred reads, and was left out.",
                    number,
                    size = Value::Bytes(bytes)
                );
                return Ok(Some((number, Row::Broken(message))));
            }
            Some(Line::Text(line)) => line,
        };
        if line.trim_ascii().is_empty() {
            return Ok(Some((number, Row::Blank)));
        }
        match self.cells {
            Cells::Whole => {
                self.record.clear();
                self.record.push_field(&String::from_utf8_lossy(&line));
            }
            Cells::Separated { quote: None, .. } => self.take_apart(line)?,
            Cells::Separated { delimiter, quote: Some(quote) } => {
                match self.whole_row(line, delimiter, quote)? {
                    Some(row) => self.take_apart(row)?,
                    None => {
                        let message = sentence!(
                            "Line {number} opens a quotation mark that is not closed as it should, and was left out.",
                            number
                        );
                        return Ok(Some((number, Row::Broken(message))));
                    }
                }
            }
        }
        Ok(Some((number, Row::Cells(&self.record))))
    }

    /// `first` and the lines after it that its quotation marks hold together,
    /// or `None`, all lines but the first given back, when they are not closed.
    fn whole_row(
        &mut self,
        first: Vec<u8>,
        delimiter: u8,
        quote: u8,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut quotes = Quotes::Start.after(&first, delimiter, quote);
        if quotes.is_complete() {
            return Ok(Some(first));
        }
        let mut row = first;
        let mut ahead = Vec::new();
        while quotes == Quotes::Inside {
            let line = self.next_line()?;
            if let Some(Line::Text(text)) = &line
                && row.len() + text.len() < MAX_LINE_BYTES
            {
                row.push(b'\n');
                row.extend_from_slice(text);
                quotes = quotes.after(text, delimiter, quote);
                ahead.extend(line);
            } else {
                ahead.extend(line);
                quotes = Quotes::Broken;
            }
        }
        if quotes.is_complete() {
            return Ok(Some(row));
        }
        self.line_number -= ahead.len() as u64;
        for line in ahead.into_iter().rev() {
            self.returned.push_front(line);
        }
        Ok(None)
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let line = match self.returned.pop_front() {
            Some(line) => Some(line),
            None => self.lines.next()?,
        };
        self.line_number += u64::from(line.is_some());
        Ok(line)
    }

    fn take_apart(&mut self, mut row: Vec<u8>) -> io::Result<()> {
        row.push(b'\n');
        self.parser.get_mut().give(row);
        self.parser.read_record(&mut self.record)?;
        Ok(())
    }
}

/// Hands the parser one row at a time.
#[derive(Default)]
struct Feed {
    row: Vec<u8>,
    at: usize,
}

impl Feed {
    fn give(&mut self, row: Vec<u8>) {
        self.row = row;
        self.at = 0;
    }
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.row[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

/// Where in a row's quoting a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// At the start of a cell, where a quotation mark opens one.
    Start,
    /// In a cell that is not quoted.
    Outside,
    Inside,
    /// After a quotation mark in a quoted cell: its end, or half of a doubled one.
    AtMark,
    /// A quoted cell that went over lines and goes on after its end: the first mark opened nothing.
    Broken,
}

impl Quotes {
    /// The state after `line`, which begins in this state.
    fn after(self, line: &[u8], delimiter: u8, quote: u8) -> Self {
        if self == Self::Start && !line.contains(&quote) {
            return Self::Outside;
        }
        let is_continued = self == Self::Inside;
        let mut state = self;
        // Whether the cell at hand began on an earlier line.
        let mut is_from_before = is_continued;
        for &byte in line {
            state = match (state, byte) {
                (Self::Start, byte) if byte == quote => Self::Inside,
                (Self::Inside, byte) if byte == quote => Self::AtMark,
                (Self::AtMark, byte) if byte == quote => Self::Inside,
                (Self::Inside, _) => Self::Inside,
                (Self::Start | Self::Outside | Self::AtMark, byte) if byte == delimiter => {
                    is_from_before = false;
                    Self::Start
                }
                (Self::AtMark, _) if is_from_before => return Self::Broken,
                (Self::Start | Self::Outside | Self::AtMark, _) => Self::Outside,
                (Self::Broken, _) => return Self::Broken,
            };
        }
        state
    }

    fn is_complete(self) -> bool {
        !matches!(self, Self::Inside | Self::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let mut rows =
            Rows::new(text.as_bytes(), Cells::Separated { delimiter, quote: Some(b'"') });
        let mut found = Vec::new();
        while let Some((line, row)) = rows.next().expect("memory can be read") {
            found.push((
                line,
                match row {
                    Row::Cells(cells) => cells.iter().map(str::to_owned).collect(),
                    Row::Blank => vec!["<blank>".to_owned()],
                    Row::Broken(_) => vec!["<broken>".to_owned()],
                },
            ));
        }
        found
    }

    #[test]
    fn rows_know_their_line_and_survive_bad_quotes() {
        for (what, text, wanted) in [
            ("plain rows", "a,b\nc,d\n", vec![(1, vec!["a", "b"]), (2, vec!["c", "d"])]),
            (
                "a blank line",
                "a\n\nb\n",
                vec![(1, vec!["a"]), (2, vec!["<blank>"]), (3, vec!["b"])],
            ),
            (
                "a cell over lines",
                "\"a\nb\",c\r\nd,e\n",
                vec![(1, vec!["a\nb", "c"]), (3, vec!["d", "e"])],
            ),
            ("doubled marks", "\"say \"\"hi\"\"\",b\n", vec![(1, vec!["say \"hi\"", "b"])]),
            (
                "marks inside a word",
                "5\" disk,b\nc,d",
                vec![(1, vec!["5\" disk", "b"]), (2, vec!["c", "d"])],
            ),
            ("more after the mark", "\"a\" b,c\n", vec![(1, vec!["a b", "c"])]),
            (
                "never closed",
                "\"a,b\nc,d\ne,f\n",
                vec![(1, vec!["<broken>"]), (2, vec!["c", "d"]), (3, vec!["e", "f"])],
            ),
            (
                "two that open and never close",
                "\"a,b\nc,d\n\"e,f\ng,h",
                vec![
                    (1, vec!["<broken>"]),
                    (2, vec!["c", "d"]),
                    (3, vec!["<broken>"]),
                    (4, vec!["g", "h"]),
                ],
            ),
            ("an empty quoted cell", "\"\"\n", vec![(1, vec![""])]),
        ] {
            let wanted: Vec<(u64, Vec<String>)> = wanted
                .into_iter()
                .map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()))
                .collect();
            assert_eq!(all(text, b','), wanted, "{what}: {text:?}");
        }
    }
}
