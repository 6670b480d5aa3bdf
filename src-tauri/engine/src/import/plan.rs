//! How the columns of all parts come together in one table.

use std::collections::HashSet;

use super::columns::{self, Guess, MAX_COLUMNS};
use super::kind::Kind;
use super::reader::{self, Sample, Way};
use super::rows::Row;
use super::source::{Opened, Parsed, Part};
use super::vectors::VectorFile;
use super::{ImportOptions, ListFormat, Split, TextEncoding};
use crate::error::{Error, Result};
use crate::export::from_safe;
use crate::items::normalise;

/// The column that says which file a row is from.
const FILE: &str = "File";

/// How everything is read.
pub(super) struct Plan {
    pub(super) parts: Vec<PartPlan>,
    /// How many columns a row has, the one of the file included.
    pub(super) columns: usize,
    /// From headers; empty where there is none.
    pub(super) names: Vec<String>,
    /// The last column, when there is more than one file.
    pub(super) file_column: Option<usize>,
    /// Whether Kindred wrote the list.
    pub(super) is_ours: bool,
    /// What the first rows tell.
    pub(super) guess: Guess,
    pub(super) has_vectors: bool,
}

pub(super) struct PartPlan {
    pub(super) way: Way,
    pub(super) has_header: bool,
    /// How many cells a sound row of this part has.
    pub(super) columns: usize,
    /// Of each of its columns the place in the whole.
    pub(super) places: Vec<usize>,
}

/// Decides how to read all parts: as `options` say, where there are any.
pub(super) fn make(opened: &mut Opened<'_>, options: Option<&ImportOptions>) -> Result<Plan> {
    let (way, sample, recognised) = loop {
        match first_rows(opened, options) {
            Ok(first) => break first,
            // One of several that is no list is a problem in the report.
            Err(error @ (Error::NothingToImport { .. } | Error::Unreadable { .. }))
                if opened.parts.len() > 1 =>
            {
                let part = opened.parts.remove(0);
                opened.refused.push((part.name, error));
            }
            Err(error) => return Err(error),
        }
    };
    let mut guess = columns::guess(way.format, &sample);
    // Other columns than there are mean that everything about them is open.
    let options = options.filter(|options| options.text_column < sample.columns);
    let mut has_header =
        sample.names.is_some() || options.map_or(guess.has_header, |options| options.has_header);
    if let Some(vectors) = &opened.vectors {
        has_header = is_one_row_more(&mut opened.parts[0], way, vectors)?;
        guess.has_header = has_header;
    }
    let mut names = header(&sample, has_header);
    let is_ours = has_header && columns::is_ours(&names);
    let mut columns = sample.columns;
    let mut parts = vec![PartPlan {
        way,
        has_header: has_header && sample.names.is_none(),
        columns,
        places: (0..columns).collect(),
    }];
    let asked_for = if way == recognised { Asked::AsRecognised } else { Asked::Otherwise };
    let mut at = 1;
    while at < opened.parts.len() {
        match follow(&mut opened.parts[at], &parts[0], &names, options, asked_for) {
            Ok((mut part, header)) => {
                part.places = match &header {
                    Some(header) => {
                        header.iter().map(|name| place_of(name, &mut names, &mut columns)).collect()
                    }
                    None => (0..part.columns).collect(),
                };
                columns = columns.max(part.places.iter().max().map_or(0, |place| place + 1));
                parts.push(part);
                at += 1;
            }
            Err(error) => {
                let part = opened.parts.remove(at);
                opened.refused.push((part.name, error));
            }
        }
    }
    let has_vectors = opened.vectors.is_some();
    let mut plan = Plan { parts, columns, names, file_column: None, is_ours, guess, has_vectors };
    if opened.parts.len() + opened.refused.len() > 1 {
        // Where there are more columns than are shown, the file's is among those.
        plan.columns = plan.columns.min(MAX_COLUMNS - 1) + 1;
        let column = plan.columns - 1;
        plan.names.truncate(column);
        plan.names.resize(column, String::new());
        plan.names.push(FILE.to_owned());
        plan.file_column = Some(column);
        let others: HashSet<usize> = plan.guess.kept_columns.iter().copied().collect();
        let named = &plan.guess;
        let taken = [
            Some(named.text_column),
            named.category_column,
            named.count_column,
            named.topic_column,
            named.pinned_column,
        ];
        // Columns that only later files have are kept as well.
        let more = (sample.columns..=column)
            .filter(|column| !others.contains(column) && !taken.contains(&Some(*column)));
        let more: Vec<usize> = more.collect();
        plan.guess.kept_columns.extend(more);
    }
    Ok(plan)
}

/// How the first part is read, its first rows, and how it would be read unasked.
fn first_rows(
    opened: &mut Opened<'_>,
    options: Option<&ImportOptions>,
) -> Result<(Way, Sample, Way)> {
    let is_one = opened.parts.len() == 1 && opened.vectors.is_none();
    let first = &mut opened.parts[0];
    let way = match options {
        // What is asked for needs no recognising.
        Some(options) if is_one => Way::asked(first, options)?,
        _ => {
            let (recognised, sample) = reader::recognise(first)?;
            let way = match options {
                None => recognised,
                Some(options) if opened.vectors.is_some() => {
                    // The format says that there are vectors, not how their texts are written.
                    let format = recognised.format;
                    Way::asked(first, &ImportOptions { format, ..options.clone() })?
                }
                Some(options) => Way::asked(first, options)?,
            };
            let sample = if way == recognised { sample } else { reader::sample(first, way)? };
            return Ok((way, sample, recognised));
        }
    };
    Ok((way, reader::sample(first, way)?, way))
}

/// Whether a list has a header above a row for each vector.
///
/// # Errors
/// `NothingToImport` when there are not as many.
fn is_one_row_more(part: &mut Part<'_>, way: Way, vectors: &VectorFile) -> Result<bool> {
    let (mut rows, mut counted) = (0, 0);
    reader::each_row(part, way, &mut |_, row| {
        counted += 1;
        // Blank lines at the end are no rows.
        if row != Row::Blank {
            rows = counted;
        }
        Ok(true)
    })?;
    let blank_at_end = counted - rows;
    if vectors.rows >= rows && vectors.rows <= rows + blank_at_end {
        Ok(false)
    } else if vectors.rows + 1 >= rows && vectors.rows < rows + blank_at_end {
        Ok(true)
    } else {
        Err(Error::NothingToImport {
            reason: sentence!(
                "There are {count} vectors, but {rows} rows in the list. Every vector needs its text: open the list they were made of.",
                count = vectors.rows,
                rows
            ),
        })
    }
}

/// Whether the person wants the first part read in another way than was recognised:
/// then the others of its kind are as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    AsRecognised,
    Otherwise,
}

/// Whether an encoding was recognised for certain, not guessed from letters.
fn is_sure(encoding: TextEncoding) -> bool {
    let sure = [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::UTF_16BE];
    sure.contains(&encoding.0)
}

/// How a later part is read, and its header.
fn follow(
    part: &mut Part<'_>,
    first: &PartPlan,
    names: &[String],
    options: Option<&ImportOptions>,
    asked: Asked,
) -> Result<(PartPlan, Option<Vec<String>>)> {
    let (mut way, mut sample) = reader::recognise(part)?;
    if part.kind == Kind::Text {
        // A guess from a few letters is worse than one from the first file.
        let is_guessed = |way: &Way| !is_sure(way.encoding);
        let both_guessed = is_guessed(&way) && is_guessed(&first.way);
        let encoding = if both_guessed { first.way.encoding } else { way.encoding };
        let has_same_rows = !way.is_whole() && !first.way.is_whole();
        let wanted = match asked {
            Asked::Otherwise if has_same_rows => Way { encoding, ..first.way },
            _ => Way { encoding, ..way },
        };
        if wanted != way {
            way = wanted;
            sample = reader::sample(part, way)?;
        }
    }
    let found = header(&sample, true);
    let is_same = !names.is_empty()
        && found.iter().any(|name| !name.is_empty())
        && found.iter().all(|name| names.iter().any(|known| is_same_name(known, name)));
    let has_header =
        sample.names.is_some() || is_same || columns::guess(way.format, &sample).has_header;
    // A person who says that there are no headers means all files.
    let is_refused = options.is_some_and(|options| !options.has_header) && names.is_empty();
    let has_header = has_header && !is_refused;
    // Under a first file without a header, columns have no names to be found by.
    let header = (has_header && !names.is_empty()).then_some(found);
    let is_row = has_header && sample.names.is_none();
    let columns = sample.columns;
    // Read again when it is its turn: all files at once may be too much.
    part.parsed = Parsed::Nothing;
    Ok((PartPlan { way, has_header: is_row, columns, places: Vec::new() }, header))
}

fn header(sample: &Sample, has_header: bool) -> Vec<String> {
    let clean = |row: &Vec<String>| row.iter().map(|cell| normalise(cell)).collect();
    match (&sample.names, sample.rows.first()) {
        (Some(names), _) => clean(names),
        (None, Some(first)) if has_header => clean(first),
        _ => Vec::new(),
    }
}

fn is_same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn place_of(name: &str, names: &mut Vec<String>, columns: &mut usize) -> usize {
    if !name.is_empty()
        && let Some(place) = names.iter().position(|known| is_same_name(known, name))
    {
        return place;
    }
    names.resize(*columns, String::new());
    names.push(name.to_owned());
    *columns += 1;
    *columns - 1
}

impl Plan {
    /// What was recognised.
    pub(super) fn options(&self) -> ImportOptions {
        let Way { format, encoding, cells, table } = self.parts[0].way;
        let (delimiter, quote) = match cells {
            super::rows::Cells::Separated { delimiter, quote } => {
                (char::from(delimiter), quote.map(char::from))
            }
            super::rows::Cells::Whole => (',', Some('"')),
        };
        let guess = self.guess.clone();
        let format = if self.has_vectors { ListFormat::Vectors } else { format };
        ImportOptions {
            format,
            encoding,
            delimiter,
            quote,
            table,
            has_header: guess.has_header,
            text_column: guess.text_column,
            category_column: guess.category_column,
            count_column: guess.count_column,
            topic_column: guess.topic_column,
            pinned_column: guess.pinned_column,
            kept_columns: guess.kept_columns,
            split: Split::Whole,
            merged: Vec::new(),
        }
    }

    /// Whether all columns that are asked for are there.
    pub(super) fn has_columns_of(&self, options: &ImportOptions) -> bool {
        let optional = [
            options.category_column,
            options.count_column,
            options.topic_column,
            options.pinned_column,
        ];
        let mut asked = optional
            .into_iter()
            .flatten()
            .chain([options.text_column])
            .chain(options.kept_columns.iter().copied());
        asked.all(|column| column < self.columns)
    }

    /// Whether cells are as Kindred makes them safe for spreadsheets.
    pub(super) fn has_safe_cells(&self, way: &Way) -> bool {
        let is_for_sheets =
            matches!(way.format, ListFormat::Csv | ListFormat::Tsv | ListFormat::Html);
        self.is_ours && !self.has_vectors && is_for_sheets
    }

    /// The name of a column, from the header; empty when it has none.
    pub(super) fn given_name(&self, column: usize) -> &str {
        match self.names.get(column).map(String::as_str) {
            Some(name) if !name.is_empty() && self.has_safe_cells(&self.parts[0].way) => {
                from_safe(name)
            }
            Some(name) if !name.is_empty() => name,
            _ if self.columns == 1 && self.parts[0].way.format != ListFormat::Csv => "Text",
            _ => "",
        }
    }

    /// The name it is kept under, by its number when it has none.
    pub(super) fn name(&self, column: usize) -> String {
        match self.given_name(column) {
            "" => format!("Column {}", column + 1),
            name => name.to_owned(),
        }
    }
}
