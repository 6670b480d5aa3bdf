//! XML out of an archive, event by event. Nothing is expanded and nothing outside is looked at.

use std::io::{BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::archive::{DAMAGED, MAX_ENTRY_BYTES};
use crate::sentence::Sentence;

/// One text between two tags is not longer, in bytes: nobody wrote it.
const MAX_TEXT_BYTES: usize = 64 << 20;

/// Calls `on` with every event of an entry.
///
/// # Errors
/// A sentence when the entry is not there or damaged, or that of `on`.
pub(super) fn each_event<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    on: &mut dyn FnMut(&Event<'_>) -> Result<(), Sentence>,
) -> Result<(), Sentence> {
    let entry = archive.by_name(name).map_err(|_| DAMAGED)?;
    let mut xml = Reader::from_reader(BufReader::new(entry.take(MAX_ENTRY_BYTES)));
    let mut buffer = Vec::new();
    let mut depth = 0_u32;
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(|_| DAMAGED)?;
        match event {
            // What is cut off is open at its end.
            Event::Eof if depth > 0 => return Err(DAMAGED),
            Event::Eof => return Ok(()),
            Event::Start(_) => depth = depth.saturating_add(1),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(ref text) if text.len() > MAX_TEXT_BYTES => return Err(DAMAGED),
            _ => {}
        }
        on(&event)?;
    }
}

/// The value of an attribute, by its name without a prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    value.ok().map(std::borrow::Cow::into_owned)
}

/// Adds the character a reference stands for; one that the document itself
/// defines stays as it is written.
pub(super) fn push_reference(text: &mut String, reference: &BytesRef<'_>) {
    let known = match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    };
    match known {
        Some(character) => text.push(character),
        None => {
            text.push('&');
            text.push_str(reference.as_ref());
            text.push(';');
        }
    }
}
