//! Spreadsheets and documents are zip archives: what is in one, and whether it
//! may be unpacked at all.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use super::kind::Kind;
use super::source::MAX_WHOLE_BYTES;
use crate::sentence::Sentence;

const MAX_ENTRIES: usize = 10_000;

/// Unpacked sizes, in bytes: of one entry and of all.
pub(super) const MAX_ENTRY_BYTES: u64 = 256 << 20;
const MAX_TOTAL_BYTES: u64 = 512 << 20;

/// What unpacks to more than this is packed 200 to 1 at most: sheets are packed 10 to 1.
const RATIO_FROM_BYTES: u64 = 10 << 20;
const MAX_RATIO: u64 = 200;

pub(super) const DAMAGED: Sentence = sentence!(
    "This spreadsheet or document is damaged or incomplete. Save it again where it was made, then open that."
);
pub(super) const TOO_LARGE: Sentence = sentence!(
    "This spreadsheet or document unpacks to more than Kindred reads. Save the list as CSV, then open that."
);
const UNSAFE: Sentence =
    sentence!("This archive is built to harm the program that unpacks it, so it was not read.");

/// Tells spreadsheets and documents from other archives.
///
/// # Errors
/// A sentence about what it is instead, or why it is not unpacked.
pub(super) fn kind(file: &mut File) -> Result<Kind, Sentence> {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    if length > MAX_WHOLE_BYTES {
        return Err(TOO_LARGE);
    }
    let mut archive = open(file)?;
    check(&mut archive)?;
    let has = |archive: &ZipArchive<_>, name: &str| archive.index_for_name(name).is_some();
    if has(&archive, "xl/workbook.xml") {
        return Ok(Kind::Xlsx);
    }
    if has(&archive, "word/document.xml") {
        return Ok(Kind::Docx);
    }
    if has(&archive, "xl/workbook.bin") {
        return Err(sentence!("This is a binary spreadsheet. Save it as .xlsx, then open that."));
    }
    if has(&archive, "ppt/presentation.xml") {
        return Err(sentence!(
            "This is a presentation. Copy the list out of it and paste it here."
        ));
    }
    if has(&archive, "content.xml") {
        let mut kind = String::new();
        if let Ok(entry) = archive.by_name("mimetype") {
            // What cannot be read is no spreadsheet's.
            let _ = entry.take(100).read_to_string(&mut kind);
        }
        if kind.contains("opendocument.spreadsheet") {
            return Ok(Kind::Ods);
        }
        if kind.contains("opendocument.text") {
            return Err(sentence!(
                "This is an OpenDocument text. Save it as .docx, then open that."
            ));
        }
    }
    // Where the workbook is called otherwise, its relations say where it is.
    let is_sheet = entry(&mut archive, "[Content_Types].xml", 1 << 20)
        .is_ok_and(|text| String::from_utf8_lossy(&text).contains("spreadsheetml"));
    if is_sheet {
        return Ok(Kind::Xlsx);
    }
    Err(sentence!(
        "This is a zip archive, but no spreadsheet or document. Unpack it, then open the list that is in it."
    ))
}

pub(super) fn open<R: Read + Seek>(reader: R) -> Result<ZipArchive<BufReader<R>>, Sentence> {
    ZipArchive::new(BufReader::new(reader)).map_err(|_| DAMAGED)
}

/// Refuses what a spreadsheet or document never is: huge, packed too well, with paths that lead elsewhere.
fn check<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), Sentence> {
    if archive.len() > MAX_ENTRIES {
        return Err(TOO_LARGE);
    }
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| DAMAGED)?;
        let (packed, unpacked) = (entry.compressed_size(), entry.size());
        total = total.saturating_add(unpacked);
        // What shrinks by unpacking says something wrong about itself.
        let lies = packed > unpacked.saturating_add(unpacked / 8).saturating_add(1 << 16);
        let is_bomb = unpacked > RATIO_FROM_BYTES && unpacked / packed.max(1) > MAX_RATIO;
        if lies || is_bomb || entry.is_symlink() || entry.enclosed_name().is_none() {
            return Err(UNSAFE);
        }
        if entry.encrypted() {
            return Err(sentence!(
                "This archive has a password. Save it without one, then open that."
            ));
        }
        if unpacked > MAX_ENTRY_BYTES || total > MAX_TOTAL_BYTES {
            return Err(TOO_LARGE);
        }
    }
    Ok(())
}

/// All bytes of an entry.
///
/// # Errors
/// A sentence when it is not there, damaged, or longer than `limit`.
pub(super) fn entry<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, Sentence> {
    let entry = archive.by_name(name).map_err(|_| DAMAGED)?;
    let mut bytes = Vec::new();
    entry.take(limit + 1).read_to_end(&mut bytes).map_err(|_| DAMAGED)?;
    if bytes.len() as u64 > limit {
        return Err(TOO_LARGE);
    }
    Ok(bytes)
}
