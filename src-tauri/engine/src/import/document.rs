//! DOCX: the paragraphs outside of tables, then every table.

use std::fs::File;

use quick_xml::events::Event;

use super::archive::{self, TOO_LARGE};
use super::columns::MAX_COLUMNS;
use super::source::Followed;
use super::table::Table;
use super::xml::{attribute, each_event, push_reference};
use crate::sentence::Sentence;

/// # Errors
/// A sentence when it is damaged or too large.
pub(super) fn tables(file: Followed<File>) -> Result<Vec<Table>, Sentence> {
    let mut archive = archive::open(file)?;
    let mut body = Body { paragraphs: Table::new("Text"), ..Body::default() };
    each_event(&mut archive, "word/document.xml", &mut |event| body.take(event))?;
    let mut tables = vec![body.paragraphs];
    tables.append(&mut body.tables);
    tables.retain(|table| table.len() > 0);
    Ok(tables)
}

#[derive(Default)]
struct Body {
    paragraphs: Table,
    tables: Vec<Table>,
    table: Table,
    /// How deep in tables: what is in a table in a cell belongs to the cell.
    depth: u32,
    cells: Vec<String>,
    /// Cells that this one covers besides itself.
    covers: usize,
    text: String,
    /// Inside of a text, not of a field or a deleted one.
    is_text: bool,
    /// How deep in a second form of what was there already.
    fallback: u32,
}

impl Body {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Sentence> {
        match event {
            Event::Start(start) => {
                let name = start.local_name();
                if name.as_ref() == "gridSpan" {
                    self.span(attribute(start, "val"));
                }
                self.start(name.as_ref());
            }
            Event::Empty(start) => {
                let name = start.local_name();
                if name.as_ref() == "gridSpan" {
                    self.span(attribute(start, "val"));
                }
                self.start(name.as_ref());
                self.end(name.as_ref())?;
            }
            Event::End(end) => self.end(end.local_name().as_ref())?,
            Event::Text(text) if self.is_open() => self.text.push_str(text),
            Event::CData(text) if self.is_open() => self.text.push_str(text),
            Event::GeneralRef(reference) if self.is_open() => {
                push_reference(&mut self.text, reference);
            }
            _ => {}
        }
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.is_text && self.fallback == 0
    }

    fn span(&mut self, columns: Option<String>) {
        let columns = columns.and_then(|columns| columns.parse::<usize>().ok()).unwrap_or(1);
        self.covers = columns.saturating_sub(1).min(MAX_COLUMNS);
    }

    fn start(&mut self, name: &str) {
        match name {
            "Fallback" => self.fallback += 1,
            "t" => self.is_text = true,
            "tbl" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.table = Table::new(format!("Table {}", self.tables.len() + 1));
                }
            }
            "tab" | "br" | "cr" if self.fallback == 0 => self.text.push(' '),
            "noBreakHyphen" if self.fallback == 0 => self.text.push('-'),
            "tr" if self.depth == 1 => self.cells.clear(),
            "tc" if self.depth == 1 => {
                self.text.clear();
                self.covers = 0;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Sentence> {
        match name {
            "Fallback" => self.fallback = self.fallback.saturating_sub(1),
            "t" => self.is_text = false,
            "p" if self.depth > 0 => self.text.push('\n'),
            "p" => {
                let text = std::mem::take(&mut self.text);
                let number = self.paragraphs.len() as u64 + 1;
                self.paragraphs.push(number, &[text]).map_err(|_| TOO_LARGE)?;
            }
            "tc" if self.depth == 1 && self.cells.len() < MAX_COLUMNS => {
                self.cells.push(std::mem::take(&mut self.text).trim_end().to_owned());
                let covered = self.covers.min(MAX_COLUMNS - self.cells.len());
                self.cells.extend(std::iter::repeat_n(String::new(), covered));
            }
            "tr" if self.depth == 1 => {
                let number = self.table.len() as u64 + 1;
                self.table.push(number, &self.cells).map_err(|_| TOO_LARGE)?;
            }
            "tbl" => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.tables.push(std::mem::take(&mut self.table));
                    self.text.clear();
                }
            }
            _ => {}
        }
        Ok(())
    }
}
