//! What a file is, by its first bytes and, for an archive, by what is in it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use super::archive;
use crate::sentence::Sentence;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Characters, as far as the first bytes tell.
    Text,
    Xlsx,
    Ods,
    Docx,
    Parquet,
    Numpy,
}

pub(super) enum Failure {
    Io(io::Error),
    /// A sentence says what it is instead of a list.
    NoList(Sentence),
}

const OLDER: Sentence = sentence!(
    "This is a spreadsheet or a document of an older kind, or one with a password. Save it as .xlsx or .docx without a password, then open that."
);
const PICTURE: Sentence =
    sentence!("This is a picture, not a list. Copy the texts out of it and paste them here.");
const PROGRAM: Sentence = sentence!("This is a program, not a list.");
const SOUND: Sentence = sentence!("This is a sound or a film, not a list.");
const PACKED: Sentence =
    sentence!("This is a packed archive. Unpack it, then open the list that is in it.");
const DATABASE: Sentence =
    sentence!("This is a database, not a list. Export the list as CSV, then open that.");

/// First bytes of what is no list, and a sentence about it.
const NO_LISTS: [(&[u8], Sentence); 22] = [
    (b"\xd0\xcf\x11\xe0", OLDER),
    (b"%PDF-", sentence!("This is a PDF. Copy the list out of it and paste it here.")),
    (b"SQLite format 3\0", DATABASE),
    (
        b"{\\rtf",
        sentence!("This is a rich text document. Save it as .docx or as text, then open that."),
    ),
    (b"\x89PNG\r\n\x1a\n", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF87a", PICTURE),
    (b"GIF89a", PICTURE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
    (b"\x7fELF", PROGRAM),
    (b"MZ\x90\0", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"RIFF", SOUND),
    (b"OggS", SOUND),
    (b"ID3", SOUND),
    (b"\x1f\x8b\x08", PACKED),
    (b"7z\xbc\xaf\x27\x1c", PACKED),
    (b"Rar!\x1a\x07", PACKED),
    (b"\xfd7zXZ\0", PACKED),
    (b"\x28\xb5\x2f\xfd", PACKED),
];

/// # Errors
/// `NoList` for what cannot hold a list.
pub(super) fn of(file: &mut File) -> Result<Kind, Failure> {
    let mut start = Vec::new();
    file.take(64).read_to_end(&mut start).map_err(Failure::Io)?;
    file.rewind().map_err(Failure::Io)?;
    let begins = |magic: &[u8]| start.starts_with(magic);
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return archive::kind(file).map_err(Failure::NoList);
    }
    if begins(b"PAR1") {
        return Ok(Kind::Parquet);
    }
    if begins(b"\x93NUMPY") {
        return Ok(Kind::Numpy);
    }
    match NO_LISTS.iter().find(|(magic, _)| begins(magic)) {
        Some((_, reason)) => Err(Failure::NoList(reason.clone())),
        None => Ok(Kind::Text),
    }
}
