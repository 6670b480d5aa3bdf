//! Rows become items; blank ones, doubles and what cannot be read are counted.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;

use super::columns::{self, MAX_COLUMNS};
use super::format::{self, Layout, Sample};
use super::rows::{Cells, Row, Rows};
use super::source::Opened;
use super::{
    ColumnPreview, ImportOptions, ImportPreview, ImportProblem, ImportReport, ImportedList,
    MAX_ITEMS, MAX_PROBLEMS, MAX_TEXT_CHARS, PREVIEW_ROWS, TextEncoding,
};
use crate::error::{Error, Result};
use crate::items::{Item, TextHash, normalise};

/// A cell in a preview shows this many characters.
const PREVIEW_CHARS: usize = 300;

pub(super) fn read(opened: &mut Opened<'_>, options: &ImportOptions) -> Result<ImportedList> {
    let sample = format::sample(opened, options.format, options.encoding)?;
    let columns = sample.layout.columns;
    if options.text_column >= columns
        || options.category_column.is_some_and(|column| column >= columns)
    {
        return Err(Error::Invalid("This list has no such column. Choose another one.".to_owned()));
    }
    let mut items: Vec<Item> = Vec::new();
    let report = tally(opened, options, sample.layout, &mut |event| match event {
        Event::New(item) => items.push(item),
        Event::Again { of, category } => {
            items[of].occurrences += 1;
            if items[of].category.is_none() {
                items[of].category = category;
            }
        }
        Event::Header(_) | Event::Row(_) => {}
    })?;
    if items.is_empty() {
        return Err(Error::NothingToImport { reason: nothing_because(&report) });
    }
    Ok(ImportedList { source_name: opened.name.clone(), items, report, ..ImportedList::default() })
}

pub(super) fn preview(
    opened: &mut Opened<'_>,
    mut options: ImportOptions,
) -> Result<ImportPreview> {
    if opened.is_text() {
        options.encoding = TextEncoding::UTF_8;
    }
    let Sample { layout, rows, .. } = format::sample(opened, options.format, options.encoding)?;
    // A person who chose another format or encoding gets columns that are there.
    if options.text_column >= layout.columns
        || options.category_column.is_some_and(|column| column >= layout.columns)
    {
        let guess = columns::guess(options.format, &rows, layout.columns);
        options.text_column = guess.text_column;
        options.category_column = guess.category_column;
    }
    let shown = layout.columns.min(MAX_COLUMNS);
    let mut columns = vec![Counted::default(); shown];
    let mut names: Vec<String> = match layout.cells {
        Cells::Whole => vec!["Text".to_owned()],
        Cells::Separated(_) => (1..=shown).map(|number| format!("Column {number}")).collect(),
    };
    let mut first_rows = Vec::new();
    let report = tally(opened, &options, layout, &mut |event| match event {
        Event::Header(cells) => {
            for (name, cell) in names.iter_mut().zip(cells) {
                let cell = shortened(cell);
                if !cell.is_empty() {
                    *name = cell;
                }
            }
        }
        Event::Row(cells) => {
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.count(cell);
            }
            if first_rows.len() < PREVIEW_ROWS {
                let mut row: Vec<String> = cells.iter().take(shown).map(shortened).collect();
                row.resize(shown, String::new());
                first_rows.push(row);
            }
        }
        Event::New(_) | Event::Again { .. } => {}
    })?;
    if report.blank == report.rows && first_rows.is_empty() {
        return Err(Error::NothingToImport { reason: nothing_because(&report) });
    }
    let columns = names
        .into_iter()
        .zip(columns)
        .map(|(name, counted)| ColumnPreview {
            name,
            filled: counted.filled,
            distinct: counted.seen.len(),
        })
        .collect();
    Ok(ImportPreview {
        source_name: opened.name.clone(),
        files: 1,
        tables: Vec::new(),
        delimiters: Vec::new(),
        variants: Vec::new(),
        long_texts: 0,
        vector_dim: None,
        encodings: if opened.is_text() {
            vec![TextEncoding::UTF_8]
        } else {
            encodings(options.encoding)
        },
        options,
        columns,
        rows: first_rows,
        row_count: report.rows,
        report,
    })
}

fn encodings(chosen: TextEncoding) -> Vec<TextEncoding> {
    let mut choices = TextEncoding::choices();
    if !choices.contains(&chosen) {
        choices.insert(0, chosen);
    }
    choices
}

fn nothing_because(report: &ImportReport) -> String {
    match report.problems.first() {
        Some(problem) => format!("Nothing in this list could be read. {}", problem.message),
        None if report.blank > 0 => "There are only blank lines in this list.".to_owned(),
        None => "There is nothing in this list.".to_owned(),
    }
}

fn shortened(cell: &str) -> String {
    let clean = normalise(cell);
    match clean.char_indices().nth(PREVIEW_CHARS) {
        Some((end, _)) => format!("{}\u{2026}", &clean[..end]),
        None => clean,
    }
}

/// Counts of one column.
#[derive(Clone, Default)]
struct Counted {
    filled: usize,
    seen: HashSet<u64>,
}

impl Counted {
    fn count(&mut self, cell: &str) {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

        let cell = cell.trim();
        if !cell.is_empty() {
            self.filled += 1;
            // Two different cells share a hash once in 10^19: a count may be that wrong.
            self.seen.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(cell));
        }
    }
}

enum Event<'a> {
    Header(&'a StringRecord),
    /// A sound row, before its text is looked at.
    Row(&'a StringRecord),
    New(Item),
    /// The text of item `of` once more.
    Again {
        of: usize,
        category: Option<String>,
    },
}

fn tally(
    opened: &mut Opened<'_>,
    options: &ImportOptions,
    layout: Layout,
    on: &mut dyn FnMut(Event<'_>),
) -> Result<ImportReport> {
    let tallied = {
        let mut rows = Rows::new(opened.text(options.encoding)?, layout.cells);
        let mut tally =
            Tally { options, layout, report: ImportReport::default(), seen: HashMap::new() };
        let mut is_header_next = options.has_header;
        let mut go = || -> std::io::Result<ImportReport> {
            while let Some((line, row)) = rows.next()? {
                if is_header_next && let Row::Cells(cells) = row {
                    is_header_next = false;
                    on(Event::Header(cells));
                } else if tally.take(line, row, on) == Next::Stop {
                    break;
                }
            }
            Ok(std::mem::take(&mut tally.report))
        };
        go()
    };
    tallied.map_err(|error| opened.error(&error))
}

#[derive(PartialEq, Eq)]
enum Next {
    Continue,
    Stop,
}

struct Tally<'a> {
    options: &'a ImportOptions,
    layout: Layout,
    report: ImportReport,
    /// Item of every text so far. By hash: half the memory of the texts again.
    seen: HashMap<TextHash, usize>,
}

impl Tally<'_> {
    fn take(&mut self, line: u64, row: Row<'_>, on: &mut dyn FnMut(Event<'_>)) -> Next {
        self.report.rows += 1;
        let cells = match row {
            Row::Blank => {
                self.report.blank += 1;
                return Next::Continue;
            }
            Row::Broken(message) => return self.problem(line, message),
            Row::Cells(cells) => cells,
        };
        // Spreadsheets fill short rows up with empty cells.
        let empty = cells.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
        let filled = cells.len() - empty;
        if filled == 0 {
            self.report.blank += 1;
            return Next::Continue;
        }
        if filled > self.layout.columns || cells.len() < self.layout.columns {
            let message = format!(
                "Line {line} has {}, not {} as the other lines, and was left out.",
                counted(cells.len(), "cell"),
                self.layout.columns
            );
            return self.problem(line, message);
        }
        on(Event::Row(cells));
        let cell = |column: usize| cells.get(column).unwrap_or_default();
        let text = normalise(cell(self.options.text_column));
        let category = self.options.category_column.map(|column| normalise(cell(column)));
        let category = category.filter(|category| !category.is_empty());
        if text.contains('\u{fffd}')
            || category.as_ref().is_some_and(|category| category.contains('\u{fffd}'))
        {
            let encoding = self.options.encoding.label();
            let message = format!(
                "Line {line} has something that cannot be read as {encoding}, and was left out. Another encoding may fit."
            );
            return self.problem(line, message);
        }
        if text.is_empty() {
            self.report.blank += 1;
            return Next::Continue;
        }
        let chars = text.chars().count();
        if chars > MAX_TEXT_CHARS {
            let message = format!(
                "Line {line} holds a text of {chars} characters, longer than the {MAX_TEXT_CHARS} Kindred reads, and was left out."
            );
            return self.problem(line, message);
        }
        let next = self.seen.len();
        let hash = TextHash::of(&text);
        match self.seen.get(&hash) {
            Some(&of) => {
                self.report.duplicates += 1;
                on(Event::Again { of, category });
            }
            None if next == MAX_ITEMS => {
                let message = format!(
                    "Kindred reads {MAX_ITEMS} different texts at most: the list was left out from line {line} on."
                );
                self.problem(line, message);
                return Next::Stop;
            }
            None => {
                self.seen.insert(hash, next);
                self.report.kept += 1;
                on(Event::New(Item { text, category, occurrences: 1 }));
            }
        }
        Next::Continue
    }

    fn problem(&mut self, line: u64, message: String) -> Next {
        self.report.problem_count += 1;
        if self.report.problems.len() < MAX_PROBLEMS {
            self.report.problems.push(ImportProblem { line, message });
        }
        Next::Continue
    }
}

/// "1 cell", "3 cells".
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
