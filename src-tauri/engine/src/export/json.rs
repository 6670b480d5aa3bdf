//! JSON, a line per topic and per item.
//!
//! Items say the names of their topics, as every table does, and their ids, because topics may
//! have the same name.

use std::io::{self, Write};
use std::path::Path;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::rows::{Row, Table};
use super::{Facts, target};
use crate::error::Result;
use crate::monitor::Monitor;
use crate::topics::Topic;

#[derive(serde::Serialize)]
struct TopicLine<'a> {
    id: u32,
    name: &'a str,
    named_by_person: bool,
    alternates: &'a [String],
    colour: u32,
    /// Of all its items, written or not.
    size: usize,
}

#[derive(serde::Serialize)]
struct ItemLine<'a> {
    text: &'a str,
    topic: Option<&'a str>,
    topic_id: Option<u32>,
    confidence: Option<f64>,
    runner_up: Option<&'a str>,
    runner_up_id: Option<u32>,
    pinned: bool,
    category: Option<&'a str>,
    occurrences: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Kept<'a>>,
}

/// The list's other columns, in their order.
struct Kept<'a> {
    names: &'a [String],
    cells: &'a [String],
}

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.names.len()))?;
        for (name, cell) in self.names.iter().zip(self.cells) {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

pub(super) fn write(
    table: &Table<'_>,
    path: &Path,
    facts: &Facts,
    monitor: &dyn Monitor,
) -> Result<()> {
    let broken = |error: io::Error| target::broken(path, &error);
    target::write(path, monitor, |mut file| {
        begin(&mut file, table, facts).map_err(broken)?;
        table.for_each(monitor, |place, row| {
            line(&mut file, place, &item(row, &table.kept)).map_err(broken)
        })?;
        file.write_all(b"\n  ]\n}\n").map_err(broken)
    })
}

fn begin(mut file: impl Write, table: &Table<'_>, facts: &Facts) -> io::Result<()> {
    for (name, value) in
        [("{\n  \"kindred\"", &facts.app_version), ("  \"model\"", &facts.model_name)]
    {
        write!(file, "{name}: ")?;
        serde_json::to_writer(&mut file, value)?;
        file.write_all(b",\n")?;
    }
    file.write_all(b"  \"topics\": [")?;
    let mut sizes = vec![0; table.sorting.topics.len()];
    for item in 0..table.items.len() {
        if let Some(topic) = table.topic_of(crate::items::ItemId::from_index(item)) {
            sizes[topic] += 1;
        }
    }
    for (place, (topic, size)) in table.sorting.topics.iter().zip(sizes).enumerate() {
        let told = TopicLine {
            id: topic.id.0,
            name: &topic.name,
            named_by_person: topic.named_by_person,
            alternates: &topic.alternates,
            colour: topic.colour,
            size,
        };
        line(&mut file, place, &told)?;
    }
    file.write_all(b"\n  ],\n  \"items\": [")
}

fn line(mut file: impl Write, place: usize, value: &impl Serialize) -> io::Result<()> {
    file.write_all(if place == 0 { b"\n    " } else { b",\n    " })?;
    Ok(serde_json::to_writer(file, value)?)
}

fn item<'a>(row: &'a Row<'a>, names: &'a [String]) -> ItemLine<'a> {
    let name = |topic: Option<&'a Topic>| topic.map(|topic| topic.name.as_str());
    let id = |topic: Option<&Topic>| topic.map(|topic| topic.id.0);
    ItemLine {
        text: row.text,
        topic: name(row.topic),
        topic_id: id(row.topic),
        confidence: row.confidence,
        runner_up: name(row.runner_up),
        runner_up_id: id(row.runner_up),
        pinned: row.pinned,
        category: row.category,
        occurrences: row.occurrences,
        columns: (!names.is_empty()).then_some(Kept { names, cells: &row.kept }),
    }
}
