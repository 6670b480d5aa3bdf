//! The bytes of a list: a file, opened once, or text at hand.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _};
use std::path::Path;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::{Source, TextEncoding};
use crate::error::{Error, Result};
use crate::files;

/// A list whose bytes can be read, again and again from the start.
pub(super) struct Opened<'a> {
    pub(super) name: String,
    pub(super) origin: Origin,
    bytes: Bytes<'a>,
}

/// What a name tells about what is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Csv,
    Tsv,
    Txt,
    /// Pasted, or a file whose name tells nothing.
    Unknown,
}

enum Bytes<'a> {
    File { file: File, path: &'a Path },
    Text(Cursor<&'a [u8]>),
}

pub(super) fn open(source: Source<'_>) -> Result<Opened<'_>> {
    match source {
        Source::Text { name, text, .. } => Ok(Opened {
            name: name.to_owned(),
            origin: Origin::Unknown,
            bytes: Bytes::Text(Cursor::new(text.as_bytes())),
        }),
        Source::Files(paths) => {
            let Some(path) = paths.first() else {
                return Err(Error::NothingToImport { reason: "There is no file.".to_owned() });
            };
            Ok(Opened {
                name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
                origin: origin(path),
                bytes: Bytes::File { file: open_file(path)?, path },
            })
        }
    }
}

/// Opens a regular file and nothing else: a pipe or a device has no end.
fn open_file(path: &Path) -> Result<File> {
    let unreadable = |error: &io::Error| files::unreadable(path, error);
    let check = |metadata: &std::fs::Metadata| {
        if metadata.is_file() {
            Ok(())
        } else if metadata.is_dir() {
            Err(unreadable(&io::ErrorKind::IsADirectory.into()))
        } else {
            Err(Error::Unreadable {
                path: path.to_path_buf(),
                reason: "it is no ordinary file".to_owned(),
            })
        }
    };
    // Asked before opening, because opening a pipe waits for somebody to write
    // into it, and again of what was opened, because that is what is read.
    check(&std::fs::metadata(path).map_err(|error| unreadable(&error))?)?;
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    check(&file.metadata().map_err(|error| unreadable(&error))?)?;
    Ok(file)
}

fn origin(path: &Path) -> Origin {
    let extension =
        path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "csv" => Origin::Csv,
        "tsv" | "tab" => Origin::Tsv,
        "txt" | "text" | "md" | "lst" => Origin::Txt,
        _ => Origin::Unknown,
    }
}

impl Opened<'_> {
    /// All bytes, from the start.
    pub(super) fn bytes(&mut self) -> Result<&mut dyn Read> {
        match &mut self.bytes {
            Bytes::Text(text) => {
                text.set_position(0);
                Ok(text)
            }
            Bytes::File { file, path } => {
                file.rewind().map_err(|error| files::unreadable(path, &error))?;
                Ok(file)
            }
        }
    }

    /// All text, from the start, as UTF-8 without a byte order mark. What the
    /// encoding does not know becomes U+FFFD.
    pub(super) fn text(
        &mut self,
        encoding: TextEncoding,
    ) -> Result<DecodeReaderBytes<&mut dyn Read, Vec<u8>>> {
        // What was pasted is characters already, whatever is asked for.
        let encoding = if self.is_text() { TextEncoding::UTF_8 } else { encoding };
        Ok(DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding.0))
            .bom_sniffing(false)
            .strip_bom(true)
            .build_with_buffer(self.bytes()?, vec![0; 1 << 16])
            .expect("the buffer is larger than the four bytes that are asked for"))
    }

    /// Whether the bytes were text to begin with.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.bytes, Bytes::Text(_))
    }

    /// What a failure to read means.
    pub(super) fn error(&self, error: &io::Error) -> Error {
        match &self.bytes {
            Bytes::File { path, .. } => files::unreadable(path, error),
            Bytes::Text(_) => {
                Error::Unreadable { path: self.name.clone().into(), reason: error.to_string() }
            }
        }
    }
}
