//! JSON and JSON Lines as tables: an array of texts or of objects, an object of arrays.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::MAX_LINE_BYTES;
use super::columns::MAX_COLUMNS;
use super::sheets::number;
use super::table::{Full, Table};
use crate::error::{Error, Result};
use crate::sentence::Sentence;

/// Deeper nesting is refused.
const MAX_DEPTH: usize = 64;

/// What Kindred's own export says of itself, of its items, and of the list's other columns.
const OURS: &str = "kindred";
const OUR_ITEMS: &str = "items";
const OUR_COLUMNS: &str = "columns";

// As the parser carries them: `reason_of` says what they mean.
const TOO_LARGE: &str = "too large";
const TOO_DEEP: &str = "too deep";

/// Whether `text` begins as JSON that may hold a list does.
pub(super) fn looks_like_it(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// Whether `text`, which may be cut off, is JSON as far as it goes.
pub(super) fn is_list(text: &str, is_whole: bool) -> bool {
    match serde_json::from_str::<de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => !is_whole && error.is_eof(),
    }
}

/// Whether the first two lines are objects of their own.
pub(super) fn looks_like_lines(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_object =
        |line: &str| line.starts_with('{') && serde_json::from_str::<de::IgnoredAny>(line).is_ok();
    lines.next().is_some_and(is_object) && lines.next().is_some_and(is_object)
}

/// The tables of a JSON text.
///
/// # Errors
/// `NothingToImport` with the line where it is broken.
pub(super) fn tables(text: &str) -> Result<Vec<Table>> {
    let mut tables = Tables::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = (&mut json).deserialize_any(Top { tables: &mut tables });
    parsed.and_then(|()| json.end()).map_err(|error| broken(&error))?;
    Ok(tables.done)
}

fn broken(error: &serde_json::Error) -> Error {
    let reason = reason_of(error);
    Error::NothingToImport {
        reason: sentence!(
            "This JSON file cannot be read, because of line {line}: {reason}. Correct it, or save the list as CSV.",
            line = error.line(),
            reason
        ),
    }
}

/// What is wrong, without where.
fn reason_of(error: &serde_json::Error) -> Sentence {
    let told = error.to_string();
    match told.split(" at line ").next().unwrap_or_default() {
        why if why.contains("recursion limit") || why == TOO_DEEP => {
            sentence!("it is nested too deeply")
        }
        TOO_LARGE => sentence!("there are more cells in it than Kindred reads"),
        why => Sentence::verbatim(why),
    }
}

/// The table of JSON Lines; a line that cannot be read is a broken row of it.
///
/// # Errors
/// `NothingToImport` when there are too many cells.
pub(super) fn table_of_lines(text: &str) -> Result<Vec<Table>> {
    let too_large = |_: Full| Error::NothingToImport {
        reason: sentence!(
            "There are more cells in this file than Kindred reads. Save a part of it, then open that."
        ),
    };
    let mut rows = RowsOf::new(String::new());
    for (index, line) in text.lines().enumerate() {
        let number = index as u64 + 1;
        if line.trim().is_empty() {
            rows.table.push::<&str>(number, &[]).map_err(too_large)?;
            continue;
        }
        let read = if line.len() > MAX_LINE_BYTES {
            Err(sentence!("it is longer than any text Kindred reads"))
        } else {
            read_line(line, &mut rows)
        };
        match read {
            Ok(()) => rows.finish(number).map_err(too_large)?,
            Err(why) => rows
                .table
                .push_broken(
                    number,
                    sentence!(
                        "Line {number} is no sound JSON, and was left out: {why}.",
                        number,
                        why
                    ),
                )
                .map_err(too_large)?,
        }
    }
    Ok(vec![rows.into_table()])
}

fn read_line(line: &str, rows: &mut RowsOf) -> Result<(), Sentence> {
    rows.cells.clear();
    let mut json = serde_json::Deserializer::from_str(line);
    RowSeed { rows }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| reason_of(&error))
}

#[derive(Default)]
struct Tables {
    done: Vec<Table>,
}

/// Rows that are gathered, and the columns that were met.
struct RowsOf {
    table: Table,
    places: HashMap<String, usize>,
    names: Vec<String>,
    /// Of the row at hand.
    cells: Vec<String>,
    /// Whether any row is an object: its keys name the columns.
    has_keys: bool,
    /// Whether Kindred wrote it: the list's other columns are then an object in each row.
    is_ours: bool,
}

impl RowsOf {
    fn new(name: String) -> Self {
        Self {
            table: Table::new(name),
            places: HashMap::new(),
            names: Vec::new(),
            cells: Vec::new(),
            has_keys: false,
            is_ours: false,
        }
    }

    fn place(&mut self, key: &str) -> Option<usize> {
        self.has_keys = true;
        if let Some(&place) = self.places.get(key) {
            return Some(place);
        }
        let place = self.names.len();
        if place == MAX_COLUMNS {
            return None;
        }
        self.places.insert(key.to_owned(), place);
        self.names.push(key.to_owned());
        Some(place)
    }

    fn set(&mut self, place: usize, cell: String) {
        if self.cells.len() <= place {
            self.cells.resize(place + 1, String::new());
        }
        self.cells[place] = cell;
    }

    fn finish(&mut self, number: u64) -> Result<(), Full> {
        self.table.push(number, &self.cells)?;
        self.cells.clear();
        Ok(())
    }

    fn into_table(mut self) -> Table {
        if self.has_keys {
            self.table.names = Some(self.names);
        }
        self.table
    }
}

/// Visits the whole text.
struct Top<'a> {
    tables: &'a mut Tables,
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.tables.done.push(rows_of(seq, RowsOf::new(String::new()))?);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Either a column per key, or lists under keys among other things.
        let mut columns: Vec<(String, Vec<String>)> = Vec::new();
        let mut single = RowsOf::new(String::new());
        let mut lists: Vec<Table> = Vec::new();
        let mut is_ours = false;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            is_ours |= key == OURS;
            match map.next_value::<Value>()? {
                Value::Array(values)
                    if values.iter().any(|value| value.is_object() || value.is_array()) =>
                {
                    let values = de::value::SeqDeserializer::new(values.into_iter());
                    let list = rows_of::<de::value::SeqDeserializer<_, serde_json::Error>>(
                        values,
                        RowsOf { is_ours, ..RowsOf::new(key.into_owned()) },
                    );
                    lists.push(list.map_err(|error| de::Error::custom(error.to_string()))?);
                }
                Value::Array(values) => {
                    let cells: Result<_, A::Error> = values.iter().map(cell).collect();
                    columns.push((key.into_owned(), cells?));
                }
                value => {
                    if let Some(place) = single.place(&key) {
                        let cell = cell(&value)?;
                        single.set(place, cell);
                    }
                }
            }
        }
        let full = |_: Full| de::Error::custom(TOO_LARGE);
        if !columns.is_empty() {
            let mut table = Table::new("");
            let rows = columns.iter().map(|(_, cells)| cells.len()).max().unwrap_or_default();
            columns.truncate(MAX_COLUMNS);
            for row in 0..rows {
                let cells: Vec<&str> = columns
                    .iter()
                    .map(|(_, cells)| cells.get(row).map_or("", String::as_str))
                    .collect();
                table.push(row as u64 + 1, &cells).map_err(full)?;
            }
            table.names = Some(columns.into_iter().map(|(name, _)| name).collect());
            self.tables.done.push(table);
        }
        if is_ours && lists.iter().any(|list| list.name == OUR_ITEMS) {
            // Topics are told by the items that are in them.
            lists.retain(|list| list.name == OUR_ITEMS);
        }
        self.tables.done.append(&mut lists);
        if self.tables.done.is_empty() {
            single.finish(1).map_err(full)?;
            self.tables.done.push(single.into_table());
        }
        Ok(())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        let mut table = Table::new("");
        table.push(1, &[text]).map_err(|_| de::Error::custom(TOO_LARGE))?;
        self.tables.done.push(table);
        Ok(())
    }
}

fn rows_of<'de, A: SeqAccess<'de>>(mut seq: A, mut rows: RowsOf) -> Result<Table, A::Error> {
    let mut number = 0;
    while seq.next_element_seed(RowSeed { rows: &mut rows })?.is_some() {
        number += 1;
        rows.finish(number).map_err(|_| de::Error::custom(TOO_LARGE))?;
    }
    Ok(rows.into_table())
}

/// Fills the row at hand with one element.
struct RowSeed<'a> {
    rows: &'a mut RowsOf,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl RowSeed<'_> {
    fn only<E>(self, cell: String) -> Result<(), E> {
        self.rows.set(0, cell);
        Ok(())
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or an object")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.only(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<(), E> {
        self.only(text)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.only(value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.only(value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.only(value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.only(number(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.only(String::new())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.only(String::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut place = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            if place < MAX_COLUMNS {
                self.rows.set(place, cell(&value)?);
            }
            place += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let value = map.next_value::<Value>()?;
            if self.rows.is_ours
                && key == OUR_COLUMNS
                && let Value::Object(columns) = &value
            {
                for (name, value) in columns {
                    if let Some(place) = self.rows.place(name) {
                        self.rows.set(place, cell(value)?);
                    }
                }
                continue;
            }
            if let Some(place) = self.rows.place(&key) {
                self.rows.set(place, cell(&value)?);
            }
        }
        Ok(())
    }
}

/// A value as the text of a cell; what is nested stays JSON.
fn cell<E: de::Error>(value: &Value) -> Result<String, E> {
    Ok(match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => match value.as_f64() {
            Some(float) if value.is_f64() => number(float),
            _ => value.to_string(),
        },
        nested => {
            if depth(nested) > MAX_DEPTH {
                return Err(de::Error::custom(TOO_DEEP));
            }
            nested.to_string()
        }
    })
}

/// How deep a value is nested. The parser stops at 128.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        Value::Object(values) => 1 + values.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
