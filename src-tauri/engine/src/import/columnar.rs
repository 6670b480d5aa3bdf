//! Parquet, row by row.

use std::fs::File;

use csv::StringRecord;
use parquet::data_type::Decimal;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};

use super::columns::MAX_COLUMNS;
use super::nothing;
use super::rows::Row;
use super::sheets::{number, sound};
use crate::error::{Error, Result};
use crate::sentence::Sentence;

const DAMAGED: Sentence = sentence!(
    "This Parquet file is damaged, or packed in a way Kindred does not know. Save it again where it was made, or as CSV, then open that."
);

/// Groups in groups beyond this are refused.
const MAX_DEPTH: usize = 64;

/// An open file.
pub(super) struct Columnar {
    reader: SerializedFileReader<File>,
    pub(super) names: Vec<String>,
    pub(super) declared_rows: usize,
}

fn damaged<E>(_: E) -> Error {
    nothing(DAMAGED)
}

impl Columnar {
    pub(super) fn open(file: File) -> Result<Self> {
        let opened = sound(|| SerializedFileReader::new(file)).ok_or_else(|| damaged(()))?;
        let reader = opened.map_err(damaged)?;
        let metadata = reader.metadata().file_metadata();
        let fields = metadata.schema_descr().root_schema().get_fields();
        let names = fields.iter().take(MAX_COLUMNS).map(|field| field.name().to_owned()).collect();
        let declared_rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
        Ok(Self { reader, names, declared_rows })
    }

    /// Gives row after row until `on` says to stop.
    pub(super) fn each_row(&self, on: &mut dyn FnMut(u64, Row<'_>) -> Result<bool>) -> Result<()> {
        let mut record = StringRecord::new();
        let rows = sound(|| self.reader.get_row_iter(None)).ok_or_else(|| damaged(()))?;
        let mut rows = rows.map_err(damaged)?;
        for number in 1.. {
            let Some(row) = sound(|| rows.next()).ok_or_else(|| damaged(()))? else { break };
            let row = row.map_err(damaged)?;
            record.clear();
            for (_, field) in row.get_column_iter().take(MAX_COLUMNS) {
                record.push_field(&shown(field)?);
            }
            if !on(number, Row::of(&record))? {
                break;
            }
        }
        Ok(())
    }
}

/// A value as the text of a cell; what is nested becomes JSON.
fn shown(field: &Field) -> Result<String> {
    Ok(match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        // Texts of old writers are bytes that are not marked as text.
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Float16(value) => number(f64::from(value.to_f32())),
        Field::Float(value) => number(single(*value)),
        Field::Double(value) => number(*value),
        Field::Decimal(decimal) => decimal_text(decimal),
        Field::Date(_)
        | Field::TimeMillis(_)
        | Field::TimeMicros(_)
        | Field::TimestampMillis(_)
        | Field::TimestampMicros(_)
            if !is_usual_time(field) =>
        {
            String::new()
        }
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => {
            field.to_string().replace(" +00:00", "")
        }
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            json(field, 0)?.to_string()
        }
        plain => plain.to_string(),
    })
}

/// Whether a time is one that can be written, from the year 0 to 9999: what is outside panics when it is.
fn is_usual_time(field: &Field) -> bool {
    const DAYS: i64 = 2_932_896;
    const DAY_MILLIS: i64 = 86_400_000;
    match *field {
        Field::Date(days) => (-719_528..=DAYS).contains(&i64::from(days)),
        Field::TimeMillis(millis) => (0..DAY_MILLIS).contains(&i64::from(millis)),
        Field::TimeMicros(micros) => (0..DAY_MILLIS * 1_000).contains(&micros),
        Field::TimestampMillis(millis) => {
            (-719_528 * DAY_MILLIS..DAYS * DAY_MILLIS).contains(&millis)
        }
        Field::TimestampMicros(micros) => {
            (-719_528 * DAY_MILLIS..DAYS * DAY_MILLIS).contains(&(micros / 1_000))
        }
        _ => true,
    }
}

/// The number that a single float shows, not its digits as a double.
fn single(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// "12.50" of 1250 with two digits behind the point.
fn decimal_text(decimal: &Decimal) -> String {
    let bytes = decimal.data();
    if bytes.len() > 16 || bytes.is_empty() {
        return Field::Decimal(decimal.clone()).to_string();
    }
    let sign = if bytes[0] & 0x80 == 0 { 0_i128 } else { -1 };
    let value = bytes.iter().fold(sign, |value, &byte| (value << 8) | i128::from(byte));
    let scale = usize::try_from(decimal.scale()).unwrap_or_default().min(60);
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale);
    let minus = if value < 0 { "-" } else { "" };
    if scale == 0 { format!("{minus}{whole}") } else { format!("{minus}{whole}.{rest}") }
}

fn json(field: &Field, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(damaged(()));
    }
    Ok(match field {
        Field::Null => Value::Null,
        Field::Bool(value) => Value::Bool(*value),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => single(*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Group(row) => {
            let mut map = Map::new();
            for (name, field) in row.get_column_iter() {
                map.insert(name.clone(), json(field, depth + 1)?);
            }
            Value::Object(map)
        }
        Field::ListInternal(list) => {
            let values = list.elements().iter().map(|field| json(field, depth + 1));
            Value::Array(values.collect::<Result<_>>()?)
        }
        Field::MapInternal(entries) => {
            let mut map = Map::new();
            for (key, value) in entries.entries() {
                map.insert(shown(key)?, json(value, depth + 1)?);
            }
            Value::Object(map)
        }
        plain => Value::String(shown(plain)?),
    })
}
