//! Parquet: typed columns, for data frames and databases.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::Facts;
use super::rows::{COLUMNS, Row, Table};
use super::target::{self, Target, broken};
use crate::error::Result;
use crate::monitor::Monitor;

/// Rows of a group: as many are in memory at once.
const GROUP: usize = 50_000;

pub(super) fn write(
    table: &Table<'_>,
    path: &Path,
    facts: &Facts,
    monitor: &dyn Monitor,
) -> Result<()> {
    let failed = |error: ParquetError| broken(path, &error);
    target::write(path, monitor, |file| {
        let told = [("kindred", &facts.app_version), ("kindred.model", &facts.model_name)];
        let told = told.map(|(name, value)| KeyValue::new(name.to_owned(), value.clone()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("Kindred {}", facts.app_version))
            .set_key_value_metadata(Some(told.to_vec()))
            .build();
        let schema = schema(&table.kept).map_err(failed)?;
        let mut out =
            SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
        let mut group = Group::new(table.kept.len());
        table.for_each(monitor, |place, row| {
            group.push(row);
            if group.len() == GROUP || place + 1 == table.len() {
                group.flush(&mut out, monitor).map_err(failed)?;
            }
            Ok(())
        })?;
        out.close().map_err(failed).map(|_| ())
    })
}

fn schema(kept: &[String]) -> Result<TypePtr, ParquetError> {
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::String))
            .build()
    };
    let other = |name: &str, physical, repetition| {
        Type::primitive_type_builder(name, physical).with_repetition(repetition).build()
    };
    let (optional, required) = (Repetition::OPTIONAL, Repetition::REQUIRED);
    let [item, topic, confidence, runner_up, pinned, category, occurrences] = COLUMNS;
    let mut fields = vec![
        text(item, required)?,
        text(topic, optional)?,
        other(confidence, Physical::DOUBLE, optional)?,
        text(runner_up, optional)?,
        other(pinned, Physical::BOOLEAN, required)?,
        text(category, optional)?,
        other(occurrences, Physical::INT32, required)?,
    ];
    for name in kept {
        fields.push(text(name, optional)?);
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("items").with_fields(fields).build()?))
}

/// Cells of one column: the values that are there, and for each row whether one is.
struct Column<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Column<T> {
    fn new() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }

    fn push(&mut self, value: Option<T>) {
        self.levels.push(value.is_some().into());
        self.values.extend(value);
    }
}

/// Rows that are not written yet, column by column.
struct Group {
    text: Column<ByteArray>,
    topic: Column<ByteArray>,
    confidence: Column<f64>,
    runner_up: Column<ByteArray>,
    pinned: Column<bool>,
    category: Column<ByteArray>,
    occurrences: Column<i32>,
    kept: Vec<Column<ByteArray>>,
}

impl Group {
    fn new(kept: usize) -> Self {
        Self {
            text: Column::new(),
            topic: Column::new(),
            confidence: Column::new(),
            runner_up: Column::new(),
            pinned: Column::new(),
            category: Column::new(),
            occurrences: Column::new(),
            kept: (0..kept).map(|_| Column::new()).collect(),
        }
    }

    fn len(&self) -> usize {
        self.text.levels.len()
    }

    fn push(&mut self, row: &Row<'_>) {
        let bytes = |text: &str| ByteArray::from(text);
        self.text.push(Some(bytes(row.text)));
        self.topic.push(row.topic.map(|topic| bytes(&topic.name)));
        self.confidence.push(row.confidence);
        self.runner_up.push(row.runner_up.map(|topic| bytes(&topic.name)));
        self.pinned.push(Some(row.pinned));
        self.category.push(row.category.map(bytes));
        self.occurrences.push(Some(i32::try_from(row.occurrences).unwrap_or(i32::MAX)));
        for (column, cell) in self.kept.iter_mut().zip(&row.kept) {
            column.push((!cell.is_empty()).then(|| bytes(cell)));
        }
    }

    /// Writes the rows as one group.
    fn flush(
        &mut self,
        out: &mut SerializedFileWriter<&mut Target<'_>>,
        monitor: &dyn Monitor,
    ) -> Result<(), ParquetError> {
        let full = std::mem::replace(self, Self::new(self.kept.len()));
        let mut group = out.next_row_group()?;
        let stopped = || monitor.check().map_err(|error| ParquetError::External(Box::new(error)));
        put::<ByteArrayType>(&mut group, &full.text, false)?;
        stopped()?;
        put::<ByteArrayType>(&mut group, &full.topic, true)?;
        put::<DoubleType>(&mut group, &full.confidence, true)?;
        put::<ByteArrayType>(&mut group, &full.runner_up, true)?;
        stopped()?;
        put::<BoolType>(&mut group, &full.pinned, false)?;
        put::<ByteArrayType>(&mut group, &full.category, true)?;
        put::<Int32Type>(&mut group, &full.occurrences, false)?;
        for column in &full.kept {
            stopped()?;
            put::<ByteArrayType>(&mut group, column, true)?;
        }
        group.close().map(|_| ())
    }
}

/// Writes the next column of a group.
fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Target<'_>>,
    column: &Column<T::T>,
    is_optional: bool,
) -> Result<(), ParquetError> {
    let next = group.next_column()?;
    let mut next = next.ok_or_else(|| ParquetError::General("a column too many".to_owned()))?;
    let levels = is_optional.then_some(column.levels.as_slice());
    next.typed::<T>().write_batch(&column.values, levels, None)?;
    next.close()
}
