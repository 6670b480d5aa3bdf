//! Comma-separated values, for spreadsheets or exactly.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use super::rows::{Cell, Table};
use super::{ExportOptions, safe, target};
use crate::error::Result;
use crate::monitor::Monitor;

pub(super) fn write(
    table: &Table<'_>,
    path: &Path,
    options: &ExportOptions,
    monitor: &dyn Monitor,
) -> Result<()> {
    target::write(path, monitor, |file| {
        let broken = |error: ::csv::Error| target::broken(path, &error);
        if options.has_mark {
            file.write_all("\u{feff}".as_bytes()).map_err(|error| broken(error.into()))?;
        }
        let mut rows = ::csv::Writer::from_writer(file);
        for name in table.columns() {
            rows.write_field(&*written(name, options)).map_err(broken)?;
        }
        rows.write_record(None::<&[u8]>).map_err(broken)?;
        table.for_each(monitor, |_, row| {
            for cell in row.cells() {
                match cell {
                    Cell::Text(text) => rows.write_field(&*written(text, options)),
                    Cell::Figure(figure) => rows.write_field(figure),
                }
                .map_err(broken)?;
            }
            rows.write_record(None::<&[u8]>).map_err(broken)
        })?;
        rows.flush().map_err(|error| broken(error.into()))
    })
}

fn written<'a>(text: &'a str, options: &ExportOptions) -> Cow<'a, str> {
    if options.is_exact { text.into() } else { safe(text) }
}
