//! Rows become items; blank ones, doubles, variants and what cannot be read are counted.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;

use super::columns::MAX_COLUMNS;
use super::format::DELIMITERS;
use super::pieces::each_piece;
use super::plan::{self, Plan};
use super::reader;
use super::reader::Way;
use super::rows::Row;
use super::source::{Opened, Parsed};
use super::{
    ColumnPreview, ImportOptions, ImportPreview, ImportProblem, ImportReport, ImportedList,
    ImportedTopics, ListFormat, MAX_ITEMS, MAX_PROBLEMS, MAX_TEXT_CHARS, MergedText, PREVIEW_ROWS,
    TextEncoding, nothing, variants,
};
use crate::error::{Error, Result};
use crate::export::from_safe;
use crate::items::{Item, TextHash, normalise};
use crate::monitor::{Monitor, Stage};
use crate::sentence::Sentence;

/// A cell in a preview shows this many characters.
const PREVIEW_CHARS: usize = 300;

/// A longer text is longer than the usual model reads, in characters.
const LONG_CHARS: usize = 1_000;

/// A preview reads no more than this of a long list, in rows and in bytes of cells.
const PREVIEW_READS_ROWS: usize = 131_072;
const PREVIEW_READS_BYTES: usize = 12 << 20;

/// Progress is told, and the wish to stop looked at, once in so many rows.
const ROWS_PER_STEP: usize = 1_024;

/// Longer categories, topics and kept cells are cut, in characters.
const MAX_CELL_CHARS: usize = MAX_TEXT_CHARS;

pub(super) fn recognise(opened: &mut Opened<'_>) -> Result<ImportOptions> {
    Ok(plan::make(opened, None)?.options())
}

pub(super) fn read(
    opened: &mut Opened<'_>,
    options: &ImportOptions,
    monitor: &dyn Monitor,
) -> Result<ImportedList> {
    let plan = plan::make(opened, Some(options))?;
    if !plan.has_columns_of(options) {
        return Err(Error::Invalid(sentence!("This list has no such column. Choose another one.")));
    }
    let mut tally = Tally::new(options, &plan);
    tally.take_all(opened, usize::MAX, monitor)?;
    tally.merge();
    if tally.items.is_empty() {
        return Err(nothing(nothing_because(&tally.report)));
    }
    let topics = tally.take_topics();
    let vectors = match &opened.vectors {
        Some(file) => Some(file.read(&tally.vector_rows)?),
        None => None,
    };
    Ok(ImportedList {
        source_name: opened.name.clone(),
        columns: options.kept_columns.iter().map(|&column| plan.name(column)).collect(),
        cells: std::mem::take(&mut tally.cells),
        topics,
        vectors,
        report: std::mem::take(&mut tally.report),
        items: std::mem::take(&mut tally.items),
    })
}

pub(super) fn preview(
    opened: &mut Opened<'_>,
    asked: Option<&ImportOptions>,
    monitor: &dyn Monitor,
) -> Result<ImportPreview> {
    let plan = plan::make(opened, asked)?;
    let mut options = plan.options();
    if let Some(asked) = asked {
        let guess = std::mem::replace(&mut options, asked.clone());
        options.format = guess.format;
        options.encoding = guess.encoding;
        // A person who chose another format or sheet gets columns that are there.
        if plan.has_vectors {
            options.has_header = guess.has_header;
        }
        if !plan.has_columns_of(asked) {
            options.has_header = guess.has_header;
            options.text_column = guess.text_column;
            options.category_column = guess.category_column;
            options.count_column = guess.count_column;
            options.topic_column = guess.topic_column;
            options.pinned_column = guess.pinned_column;
            options.kept_columns = guess.kept_columns;
        }
    }
    let shown = plan.columns.min(MAX_COLUMNS);
    let mut tally = Tally::new(&options, &plan);
    tally.looks = Some(Looks { columns: vec![Counted::default(); shown], rows: Vec::new() });
    let seen = tally.take_all(opened, PREVIEW_READS_ROWS, monitor)?;
    let looks = tally.looks.take().unwrap_or_default();
    let texts: Vec<(&str, u32)> =
        tally.items.iter().map(|item| (item.text.as_str(), item.occurrences)).collect();
    let found_variants = variants::count(&texts);
    let long_texts = tally.items.iter().filter(|item| is_long(&item.text)).count();
    let data_rows = tally.data_rows;
    tally.merge();
    let report = std::mem::take(&mut tally.report);
    if report.blank == report.rows && looks.rows.is_empty() {
        return Err(nothing(nothing_because(&report)));
    }
    let columns = looks
        .columns
        .into_iter()
        .enumerate()
        .map(|(column, counted)| ColumnPreview {
            name: shortened(plan.given_name(column)),
            filled: counted.filled,
            distinct: counted.seen.len(),
        })
        .collect();
    let is_text = opened.parts[0].is_text();
    let is_encoded = plan.parts[0].way.is_encoded();
    Ok(ImportPreview {
        source_name: opened.name.clone(),
        files: opened.parts.len() + opened.refused.len(),
        tables: reader::tables(&mut opened.parts[0], plan.parts[0].way)?,
        delimiters: match options.format {
            ListFormat::Csv => DELIMITERS.to_vec(),
            _ => Vec::new(),
        },
        variants: found_variants,
        long_texts,
        vector_dim: opened.vectors.as_ref().map(|file| file.dim),
        encodings: match (is_text, is_encoded) {
            (true, _) => vec![TextEncoding::UTF_8],
            (false, true) => encodings(options.encoding),
            (false, false) => Vec::new(),
        },
        row_count: match &seen {
            Seen::All => data_rows,
            Seen::Part { of_rows } => (*of_rows).max(data_rows),
        },
        is_estimate: matches!(seen, Seen::Part { .. }),
        options,
        columns,
        rows: looks.rows,
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

fn nothing_because(report: &ImportReport) -> Sentence {
    match report.problems.first() {
        Some(problem) => {
            sentence!(
                "Nothing in this list could be read. {problem}",
                problem = problem.message.clone()
            )
        }
        None if report.blank > 0 => sentence!("There are only blank lines in this list."),
        None => sentence!("There is nothing in this list."),
    }
}

fn shortened(cell: &str) -> String {
    // White space is the only thing that becomes shorter.
    let start = cell.trim_start();
    let start = start.char_indices().nth(8 * PREVIEW_CHARS).map_or(start, |(end, _)| &start[..end]);
    let clean = normalise(start);
    match clean.char_indices().nth(PREVIEW_CHARS) {
        Some((end, _)) => format!("{}\u{2026}", &clean[..end]),
        None => clean,
    }
}

fn is_long(text: &str) -> bool {
    text.len() > LONG_CHARS && text.chars().nth(LONG_CHARS).is_some()
}

/// What a preview shows besides the items.
#[derive(Default)]
struct Looks {
    columns: Vec<Counted>,
    rows: Vec<Vec<String>>,
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

/// How much of a list was read.
enum Seen {
    All,
    Part {
        /// About how many rows there are.
        of_rows: usize,
    },
}

struct Tally<'a> {
    options: &'a ImportOptions,
    plan: &'a Plan,
    report: ImportReport,
    /// Rows before any splitting, the header left out.
    data_rows: usize,
    /// Item of every text so far. By hash: half the memory of the texts again.
    seen: HashMap<TextHash, u32>,
    items: Vec<Item>,
    /// Where each item was met first, for what is merged into another one.
    lines: Vec<u64>,
    /// The row each item was met in first, counted from 0: its vector's.
    vector_rows: Vec<u32>,
    /// Kept cells, item by item.
    cells: Vec<String>,
    topics: Topics,
    looks: Option<Looks>,
}

#[derive(Default)]
struct Topics {
    places: HashMap<String, u32>,
    found: ImportedTopics,
}

/// The part at hand.
struct Here<'a> {
    way: Way,
    /// Its name, when there are several files.
    file: Option<String>,
    columns: usize,
    is_even: bool,
    encoding: Option<TextEncoding>,
    plan: &'a plan::PartPlan,
}

impl Here<'_> {
    /// What is told of the part, with its name when there are several.
    fn told(&self, problem: Sentence) -> Sentence {
        match &self.file {
            Some(file) => sentence!("{file}: {problem}", file, problem),
            None => problem,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Continue,
    Stop,
}

impl<'a> Tally<'a> {
    fn new(options: &'a ImportOptions, plan: &'a Plan) -> Self {
        Self {
            options,
            plan,
            report: ImportReport::default(),
            data_rows: 0,
            seen: HashMap::new(),
            items: Vec::new(),
            lines: Vec::new(),
            vector_rows: Vec::new(),
            cells: Vec::new(),
            topics: Topics::default(),
            looks: None,
        }
    }

    /// Takes the rows of all parts, at most about `limit` when only looking.
    fn take_all(
        &mut self,
        opened: &mut Opened<'_>,
        limit: usize,
        monitor: &dyn Monitor,
    ) -> Result<Seen> {
        for (name, error) in std::mem::take(&mut opened.refused) {
            self.report.rows += 1;
            self.problem(
                0,
                sentence!("{name} was left out: {error}", name = &name, error = error.sentence()),
            );
            opened.refused.push((name, error));
        }
        let total: u64 = opened.parts.iter().map(|part| part.length).sum();
        let mut before = 0;
        let (mut bytes, mut steps) = (0_usize, 0_usize);
        let mut has_stopped = false;
        for (index, plan) in self.plan.parts.iter().enumerate() {
            let several = opened.parts.len() > 1;
            let part = &mut opened.parts[index];
            let here = Here {
                way: plan.way,
                file: several.then(|| part.name.clone()),
                columns: plan.columns,
                is_even: plan.way.is_even(),
                encoding: plan.way.is_encoded().then_some(plan.way.encoding),
                plan,
            };
            let mut whole = StringRecord::new();
            let mut is_header_next = plan.has_header;
            let (position, length) = (part.position(), part.length);
            let file_name = part.name.clone();
            let mut has_more = false;
            reader::each_row(part, plan.way, &mut |number, row| {
                if bytes > PREVIEW_READS_BYTES.saturating_mul(limit / PREVIEW_READS_ROWS)
                    || self.data_rows >= limit
                {
                    has_more = true;
                    return Ok(false);
                }
                steps += 1;
                if steps.is_multiple_of(ROWS_PER_STEP) {
                    monitor.check()?;
                    let done = before + position.get().min(length);
                    monitor.progress(Stage::ReadingList, done as usize, total as usize);
                }
                if is_header_next && let Row::Cells(_) = row {
                    is_header_next = false;
                    return Ok(true);
                }
                if let Row::Cells(cells) = &row {
                    bytes = bytes.saturating_add(cells.as_slice().len());
                }
                let next = self.take(number, row, &here, &file_name, &mut whole)?;
                has_stopped = next == Next::Stop;
                Ok(!has_stopped)
            })?;
            if has_more {
                let read = (before + position.get().min(length)).max(1);
                let declared = reader::declared_rows(part, plan.way);
                let is_last = index + 1 == self.plan.parts.len();
                let by_bytes = self.data_rows as f64 * total.max(1) as f64 / read as f64;
                let of_rows = match declared {
                    Some(rows) if index == 0 && is_last => rows,
                    _ => by_bytes as usize,
                };
                return Ok(Seen::Part { of_rows });
            }
            if has_stopped {
                break;
            }
            before += part.length;
            monitor.check()?;
            monitor.progress(Stage::ReadingList, before as usize, total as usize);
            if several && index > 0 {
                part.parsed = Parsed::Nothing;
            }
        }
        Ok(Seen::All)
    }

    fn take(
        &mut self,
        number: u64,
        row: Row<'_>,
        here: &Here<'_>,
        file_name: &str,
        whole: &mut StringRecord,
    ) -> Result<Next> {
        self.data_rows += 1;
        let cells = match row {
            Row::Blank => {
                self.report.rows += 1;
                self.report.blank += 1;
                return Ok(Next::Continue);
            }
            Row::Broken(message) => {
                self.report.rows += 1;
                return Ok(self.problem(number, here.told(message)));
            }
            Row::Cells(cells) => cells,
        };
        // Spreadsheets fill short rows up with empty cells.
        let empty = cells.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
        let filled = cells.len() - empty;
        if filled == 0 {
            self.report.rows += 1;
            self.report.blank += 1;
            return Ok(Next::Continue);
        }
        if here.is_even && (filled > here.columns || cells.len() < here.columns) {
            self.report.rows += 1;
            let message = sentence!(
                "{place} has {cells}, not {columns} as the other lines, and was left out.",
                place = here.way.place(number),
                cells = counted(cells.len()),
                columns = here.columns
            );
            return Ok(self.problem(number, here.told(message)));
        }
        let cells = match self.plan.file_column {
            None => cells,
            Some(column) => {
                put_together(cells, &here.plan.places, column, file_name, whole);
                &*whole
            }
        };
        if let Some(looks) = &mut self.looks {
            let shown = looks.columns.len();
            for (column, cell) in looks.columns.iter_mut().zip(cells) {
                column.count(cell);
            }
            if looks.rows.len() < PREVIEW_ROWS {
                let mut row: Vec<String> = cells.iter().take(shown).map(shortened).collect();
                row.resize(shown, String::new());
                looks.rows.push(row);
            }
        }
        self.take_cells(number, cells, here)
    }

    fn take_cells(&mut self, number: u64, cells: &StringRecord, here: &Here<'_>) -> Result<Next> {
        let options = self.options;
        let is_ours =
            self.plan.is_ours && matches!(here.plan.way.format, ListFormat::Csv | ListFormat::Tsv);
        let raw = |column: usize| {
            let cell = cells.get(column).unwrap_or_default();
            if is_ours { from_safe(cell) } else { cell }
        };
        let name = |column: usize| {
            let clean = normalise(raw(column));
            (!clean.is_empty()).then(|| cut(clean))
        };
        let category = options.category_column.and_then(name);
        let broken = |text: &str| text.contains('\u{fffd}');
        let text = raw(options.text_column);
        if let Some(encoding) = here.encoding
            && (broken(text) || category.as_deref().is_some_and(broken))
        {
            let message = sentence!(
                "{place} has something that cannot be read as {encoding}, and was left out. Another encoding may fit.",
                place = here.way.place(number),
                encoding = encoding.label()
            );
            self.report.rows += 1;
            return Ok(self.problem(number, here.told(message)));
        }
        let times =
            options.count_column.and_then(|column| whole_number(raw(column))).unwrap_or(1).max(1);
        let topic = options.topic_column.and_then(name);
        let pinned = match options.pinned_column {
            Some(column) => is_yes(raw(column)),
            None => topic.is_some(),
        };
        let mut next = Next::Continue;
        each_piece(text, options.split, &mut |piece| {
            if next == Next::Stop {
                return Ok(());
            }
            let text = normalise(piece);
            self.report.rows += 1;
            if text.is_empty() {
                self.report.blank += 1;
                return Ok(());
            }
            if text.len() > MAX_TEXT_CHARS && text.chars().count() > MAX_TEXT_CHARS {
                let message = sentence!(
                    "{place} holds a text of {count} characters, longer than the {most} Kindred reads, and was left out.",
                    place = here.way.place(number),
                    count = text.chars().count(),
                    most = MAX_TEXT_CHARS
                );
                self.problem(number, here.told(message));
                return Ok(());
            }
            let hash = TextHash::of(&text);
            if let Some(&of) = self.seen.get(&hash) {
                self.report.duplicates += 1;
                let item = &mut self.items[of as usize];
                item.occurrences = item.occurrences.saturating_add(times);
                if item.category.is_none() {
                    item.category.clone_from(&category);
                }
                return Ok(());
            }
            if self.items.len() == MAX_ITEMS {
                let message = sentence!(
                    "Kindred reads {most} different texts at most: the list was left out from line {number} on.",
                    most = MAX_ITEMS,
                    number
                );
                self.problem(number, message);
                next = Next::Stop;
                return Ok(());
            }
            self.seen.insert(hash, self.items.len() as u32);
            self.report.kept += 1;
            self.items.push(Item { text, category: category.clone(), occurrences: times });
            if !options.merged.is_empty() {
                self.lines.push(number);
            }
            if self.plan.has_vectors {
                self.vector_rows.push(self.data_rows as u32 - 1);
            }
            for &column in &options.kept_columns {
                self.cells.push(cut(normalise(raw(column))));
            }
            if options.topic_column.is_some() {
                self.topics.add(topic.as_deref(), pinned);
            }
            Ok::<(), Error>(())
        })?;
        Ok(next)
    }

    fn problem(&mut self, line: u64, message: Sentence) -> Next {
        self.report.problem_count += 1;
        if self.report.problems.len() < MAX_PROBLEMS {
            self.report.problems.push(ImportProblem { line, message });
        }
        Next::Continue
    }

    /// Puts variants of a text together, as the options say.
    fn merge(&mut self) {
        if self.options.merged.is_empty() {
            return;
        }
        let texts: Vec<(&str, u32)> =
            self.items.iter().map(|item| (item.text.as_str(), item.occurrences)).collect();
        let winners = variants::winners(&texts, &self.options.merged);
        for (place, &winner) in winners.iter().enumerate() {
            if place == winner {
                continue;
            }
            let occurrences = self.items[place].occurrences;
            let category = self.items[place].category.clone();
            self.report.kept -= 1;
            self.report.merged += 1;
            if self.report.merges.len() < MAX_PROBLEMS {
                self.report.merges.push(MergedText {
                    line: self.lines[place],
                    text: self.items[place].text.clone(),
                    into: self.items[winner].text.clone(),
                });
            }
            let into = &mut self.items[winner];
            into.occurrences = into.occurrences.saturating_add(occurrences);
            into.category = into.category.take().or(category);
        }
        let width = self.options.kept_columns.len();
        let stays = |place: usize| winners[place] == place;
        keep(&mut self.items, stays);
        keep(&mut self.vector_rows, stays);
        keep(&mut self.topics.found.of_items, stays);
        keep(&mut self.topics.found.pinned, stays);
        if width > 0 {
            keep(&mut self.cells, |cell| stays(cell / width));
        }
    }

    fn take_topics(&mut self) -> Option<ImportedTopics> {
        let topics = std::mem::take(&mut self.topics.found);
        (self.options.topic_column.is_some() && !topics.names.is_empty()).then_some(topics)
    }
}

impl Topics {
    fn add(&mut self, name: Option<&str>, pinned: bool) {
        let place = name.map(|name| {
            if let Some(&place) = self.places.get(name) {
                return place;
            }
            let place = self.found.names.len() as u32;
            self.places.insert(name.to_owned(), place);
            self.found.names.push(name.to_owned());
            place
        });
        self.found.of_items.push(place);
        self.found.pinned.push(pinned);
    }
}

/// Leaves what stands at places that stay.
fn keep<T>(values: &mut Vec<T>, stays: impl Fn(usize) -> bool) {
    let mut place = 0;
    values.retain(|_| {
        place += 1;
        stays(place - 1)
    });
}

/// A row of one file in the columns of all, with the file's name at the end.
fn put_together(
    cells: &StringRecord,
    places: &[usize],
    file_column: usize,
    file_name: &str,
    whole: &mut StringRecord,
) {
    let mut row = vec![""; file_column + 1];
    for (cell, &place) in cells.iter().zip(places) {
        if place < file_column {
            row[place] = cell;
        }
    }
    row[file_column] = file_name;
    whole.clear();
    row.into_iter().for_each(|cell| whole.push_field(cell));
}

fn cut(text: String) -> String {
    if text.len() <= MAX_CELL_CHARS {
        return text;
    }
    text.chars().take(MAX_CELL_CHARS).collect()
}

/// "1 200", "1,200", "1.200", "1200.0": how often a text occurs.
fn whole_number(cell: &str) -> Option<u32> {
    let cell = cell.trim();
    if let Ok(number) = cell.parse::<u32>() {
        return Some(number);
    }
    let mark = cell.chars().find(|c| !c.is_ascii_digit())?;
    if matches!(mark, ',' | '.' | ' ' | '\'' | '\u{a0}' | '\u{202f}' | '\u{2019}') {
        let groups: Vec<&str> = cell.split(mark).collect();
        let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3)
            && (1..=3).contains(&groups[0].len());
        if is_grouped {
            return groups.concat().parse().ok();
        }
    }
    let number = cell.parse::<f64>().ok()?;
    (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number.round() as u32)
}

fn is_yes(cell: &str) -> bool {
    ["yes", "true", "1", "x", "pinned"].contains(&normalise(cell).to_lowercase().as_str())
}

fn counted(cells: usize) -> Sentence {
    if cells == 1 { sentence!("1 cell") } else { sentence!("{cells} cells", cells) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (cell, count) in [
            ("12", Some(12)),
            ("1,200", Some(1_200)),
            ("1.200.000", Some(1_200_000)),
            ("1 200", Some(1_200)),
            ("12.0", Some(12)),
            ("1.5", Some(2)),
            ("many", None),
            ("", None),
            ("-3", None),
            ("99999999999", None),
        ] {
            assert_eq!(whole_number(cell), count, "{cell:?}");
        }
    }
}
