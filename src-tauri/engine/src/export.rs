//! Writes what a workbook holds for other programs to read.

use std::borrow::Cow;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::error::{Error, Result};
use crate::files;
use crate::items::{Item, ItemId};
use crate::topics::Sorting;

/// Writes text, topic and confidence of `items` at `order`, in that order, as
/// CSV that spreadsheets open well: with a byte order mark, and with nothing in
/// it that they would take for a formula. An item in Unsorted has no topic; a
/// workbook whose topics were never found has neither topics nor confidence.
///
/// # Errors
/// `Invalid` for an item that is not there; `Unwritable`, `DiskFull`. The file
/// that was there before stays then.
pub fn write_csv(path: &Path, items: &[Item], sorting: &Sorting, order: &[ItemId]) -> Result<()> {
    if order.iter().any(|item| item.index() >= items.len()) {
        return Err(Error::Invalid("This item is not in the list.".to_owned()));
    }
    files::replace_with(path, |temporary| {
        let write = || -> std::io::Result<()> {
            let mut file = File::create(temporary)?;
            // Without it Excel takes UTF-8 for the system's old encoding.
            file.write_all("\u{feff}".as_bytes())?;
            let mut rows = csv::Writer::from_writer(file);
            rows.write_record(["text", "topic", "confidence"])?;
            for &item in order {
                let place = sorting.placements.get(item.index());
                let topic = place.and_then(|place| sorting.topic(place.topic?));
                let confidence =
                    place.map(|place| format!("{:.3}", place.confidence)).unwrap_or_default();
                rows.write_record([
                    safe(&items[item.index()].text).as_ref(),
                    safe(topic.map_or("", |topic| &topic.name)).as_ref(),
                    &confidence,
                ])?;
            }
            rows.flush()
        };
        write().map_err(|error| files::unwritable(path, &error))
    })
}

/// Writes a picture that the window made, given in base 64.
///
/// # Errors
/// `Invalid` when it is not base 64; `Unwritable`, `DiskFull`. The file that was there before stays then.
pub fn write_picture(path: &Path, base64: &str) -> Result<()> {
    let bytes = picture_bytes(base64)?;
    files::replace_with(path, |temporary| {
        std::fs::write(temporary, bytes).map_err(|error| files::unwritable(path, &error))
    })
}

/// # Errors
/// `Invalid` when it is not base 64.
pub fn picture_bytes(base64: &str) -> Result<Vec<u8>> {
    let broken = |error| Error::Invalid(format!("This picture cannot be read: {error}."));
    BASE64_STANDARD.decode(base64).map_err(broken)
}

/// `text` so that no spreadsheet takes it for a formula: an apostrophe goes in
/// front of what would be one (the list is OWASP's, "CSV Injection"). A text
/// that already has apostrophes there gets one more, so that taking one away
/// gives every text back: see [`from_safe`].
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The text that [`safe`] was given.
#[must_use]
pub fn from_safe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if looks_like_formula(text) => text,
        _ => cell,
    }
}

fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with([
        '=', '+', '-', '@', '\t', '\r',
        '\n', // The wide forms, which East Asian spreadsheets take for the same.
        '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}
