//! What is read: files, opened each time they are needed, or text at hand.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::columnar::Columnar;
use super::kind::{self, Kind};
use super::sheets::Book;
use super::table::Table;
use super::vectors::{self, VectorFile};
use super::{ListFormat, Source, TextEncoding, folder, nothing};
use crate::error::{Error, Result};
use crate::files;
use crate::sentence::{Sentence, Value};

/// A file that is held in memory as a whole may be this long, in bytes.
pub(super) const MAX_WHOLE_BYTES: u64 = 200 << 20;

/// Everything that is read, one part after the other.
pub(super) struct Opened<'a> {
    pub(super) name: String,
    /// At least one.
    pub(super) parts: Vec<Part<'a>>,
    /// Files among several that are none that can be read, and why.
    pub(super) refused: Vec<(String, Error)>,
    /// A vector for each row of the only part.
    pub(super) vectors: Option<VectorFile>,
}

/// A file, or text at hand, whose bytes can be read again and again.
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) kind: Kind,
    bytes: Bytes<'a>,
    /// In bytes.
    pub(super) length: u64,
    position: Rc<Cell<u64>>,
    pub(super) parsed: Parsed,
}

/// What a name tells about what is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Csv,
    Tsv,
    Txt,
    Json,
    JsonLines,
    Markdown,
    Html,
    /// Pasted, or a file whose name tells nothing.
    Unknown,
}

enum Bytes<'a> {
    File(PathBuf),
    Text { text: &'a str, html: Option<&'a str> },
}

/// What was parsed as a whole, kept for the next look.
#[derive(Default)]
pub(super) enum Parsed {
    #[default]
    Nothing,
    Book(Box<Book>),
    Columnar(Box<Columnar>),
    Tables {
        format: ListFormat,
        encoding: TextEncoding,
        tables: Vec<Table>,
    },
}

/// Bytes whose reading is followed.
pub(super) trait Bytestream: Read + Seek {}
impl<T: Read + Seek> Bytestream for T {}

/// Characters, as UTF-8.
pub(super) type Decoded<'a> = DecodeReaderBytes<Followed<Box<dyn Bytestream + 'a>>, Vec<u8>>;

/// Reads on and tells how far it is.
pub(super) struct Followed<R> {
    inner: R,
    position: Rc<Cell<u64>>,
}

impl<R> Followed<R> {
    pub(super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Followed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.position.set(self.position.get() + count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Followed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = self.inner.seek(to)?;
        self.position.set(position);
        Ok(position)
    }
}

pub(super) fn open(source: Source<'_>) -> Result<Opened<'_>> {
    match source {
        Source::Text { name, text, html } => Ok(Opened {
            name: name.to_owned(),
            parts: vec![Part {
                name: name.to_owned(),
                origin: Origin::Unknown,
                kind: Kind::Text,
                length: text.len() as u64,
                bytes: Bytes::Text { text, html },
                position: Rc::default(),
                parsed: Parsed::Nothing,
            }],
            refused: Vec::new(),
            vectors: None,
        }),
        Source::Files(paths) => open_files(paths),
    }
}

fn open_files<'a>(paths: &[PathBuf]) -> Result<Opened<'a>> {
    let files = folder::expand(paths)?;
    let is_one = files.len() == 1;
    let (mut parts, mut refused) = (Vec::new(), Vec::new());
    for path in files {
        match Part::of_file(&path) {
            Ok(part) => parts.push(part),
            // One of several is a problem in the report, the only one is an error.
            Err(error) if is_one => return Err(error),
            Err(error) => refused.push((file_name(&path), error)),
        }
    }
    if parts.is_empty() {
        return Err(match refused.into_iter().next() {
            Some((_, error)) => error,
            None => nothing(sentence!("There is no file.")),
        });
    }
    let vectors = vectors_of(&mut parts)?;
    let name = match paths {
        _ if vectors.is_some() => parts[0].name.clone(),
        [path] => file_name(path),
        _ => {
            format!("{} and {} more", parts[0].name, paths.len() - 1)
        }
    };
    Ok(Opened { name, parts, refused, vectors })
}

/// Takes the file of vectors from among the parts, where there is one, so that
/// the list it belongs to is what is left.
fn vectors_of(parts: &mut Vec<Part<'_>>) -> Result<Option<VectorFile>> {
    if let Some(place) = parts.iter().position(|part| part.kind == Kind::Numpy) {
        let part = parts.remove(place);
        let path = part.path().unwrap_or(Path::new("")).to_path_buf();
        if parts.is_empty()
            && let Some(list) = vectors::beside(&path)
        {
            parts.push(Part::of_file(&list)?);
        }
        return match parts.as_slice() {
            [list] if list.kind == Kind::Text => VectorFile::numpy(&path).map(Some),
            _ => Err(Error::NothingToImport {
                reason: sentence!(
                    "These are vectors without texts. Open them together with the list of texts they belong to, or give that the same name: words.npy and words.txt."
                ),
            }),
        };
    }
    let [a, b] = parts.as_slice() else { return Ok(None) };
    if a.kind != Kind::Text || b.kind != Kind::Text {
        return Ok(None);
    }
    for place in 0..2 {
        if let (Some(file), Some(other)) = (parts[place].path(), parts[1 - place].path())
            && let Some(vectors) = VectorFile::projector(file)?
            && VectorFile::projector(other)?.is_none()
        {
            parts.remove(place);
            return Ok(Some(vectors));
        }
    }
    Ok(None)
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a regular file and nothing else: a pipe or a device has no end.
pub(super) fn open_file(path: &Path) -> Result<File> {
    let unreadable = |error: &io::Error| files::unreadable(path, error);
    let check = |metadata: &std::fs::Metadata| {
        if metadata.is_file() {
            Ok(())
        } else if metadata.is_dir() {
            Err(unreadable(&io::ErrorKind::IsADirectory.into()))
        } else {
            Err(Error::Unreadable {
                path: path.to_path_buf(),
                reason: sentence!("it is no ordinary file"),
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

pub(super) fn origin(path: &Path) -> Origin {
    let extension =
        path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "csv" => Origin::Csv,
        "tsv" | "tab" => Origin::Tsv,
        "txt" | "text" | "lst" => Origin::Txt,
        "json" => Origin::Json,
        "jsonl" | "ndjson" => Origin::JsonLines,
        "md" | "markdown" => Origin::Markdown,
        "html" | "htm" | "xhtml" => Origin::Html,
        _ => Origin::Unknown,
    }
}

impl<'a> Part<'a> {
    fn of_file(path: &Path) -> Result<Self> {
        let mut file = open_file(path)?;
        let unreadable = |error: &io::Error| files::unreadable(path, error);
        let length = file.metadata().map_err(|error| unreadable(&error))?.len();
        Ok(Self {
            name: file_name(path),
            origin: origin(path),
            kind: kind::of(&mut file).map_err(|error| match error {
                kind::Failure::Io(error) => unreadable(&error),
                kind::Failure::NoList(reason) => nothing(reason),
            })?,
            bytes: Bytes::File(path.to_path_buf()),
            length,
            position: Rc::default(),
            parsed: Parsed::Nothing,
        })
    }

    /// All bytes, from the start.
    pub(super) fn bytes(&self) -> Result<Followed<Box<dyn Bytestream + 'a>>> {
        let inner: Box<dyn Bytestream + 'a> = match &self.bytes {
            Bytes::Text { text, .. } => Box::new(Cursor::new(text.as_bytes())),
            Bytes::File(path) => Box::new(open_file(path)?),
        };
        self.position.set(0);
        Ok(Followed { inner, position: Rc::clone(&self.position) })
    }

    /// The file itself, where it is one.
    pub(super) fn file(&self) -> Result<Followed<File>> {
        let Bytes::File(path) = &self.bytes else {
            return Err(Error::Invalid(sentence!("Pasted text cannot be read so.")));
        };
        let inner = open_file(path)?;
        self.position.set(0);
        Ok(Followed { inner, position: Rc::clone(&self.position) })
    }

    /// How many bytes of it were read, as long as it is being read.
    pub(super) fn position(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.position)
    }

    /// All text, from the start, as UTF-8 without a byte order mark. What the
    /// encoding does not know becomes U+FFFD.
    pub(super) fn text(&self, encoding: TextEncoding) -> Result<Decoded<'a>> {
        // What was pasted is characters already, whatever is asked for.
        let encoding = if self.is_text() { TextEncoding::UTF_8 } else { encoding };
        Ok(DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding.0))
            .bom_sniffing(false)
            .strip_bom(true)
            .build_with_buffer(self.bytes()?, vec![0; 1 << 16])
            .expect("the buffer is larger than the four bytes that are asked for"))
    }

    /// All text at once.
    ///
    /// # Errors
    /// `NothingToImport` when it is longer than [`MAX_WHOLE_BYTES`].
    pub(super) fn whole_text(&self, encoding: TextEncoding) -> Result<String> {
        self.check_length()?;
        let mut text = String::new();
        // A decoded text is three times as long at most.
        let mut decoded = self.text(encoding)?.take(3 * MAX_WHOLE_BYTES);
        let read = decoded.read_to_string(&mut text);
        read.map_err(|error| self.error(&error))?;
        Ok(text)
    }

    /// # Errors
    /// `NothingToImport` when it is longer than [`MAX_WHOLE_BYTES`].
    pub(super) fn check_length(&self) -> Result<()> {
        if self.length > MAX_WHOLE_BYTES {
            return Err(Error::NothingToImport {
                reason: sentence!(
                    "This file is {length} long, and Kindred reads such files up to {most}. Save the list as CSV, then open that.",
                    length = Value::Bytes(self.length),
                    most = Value::Bytes(MAX_WHOLE_BYTES)
                ),
            });
        }
        Ok(())
    }

    /// What came with pasted text.
    pub(super) fn html(&self) -> Option<&'a str> {
        match self.bytes {
            Bytes::Text { html, .. } => html,
            Bytes::File(_) => None,
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match &self.bytes {
            Bytes::File(path) => Some(path),
            Bytes::Text { .. } => None,
        }
    }

    /// Whether the bytes were text to begin with.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.bytes, Bytes::Text { .. })
    }

    /// What a failure to read means.
    pub(super) fn error(&self, error: &io::Error) -> Error {
        match &self.bytes {
            Bytes::File(path) => files::unreadable(path, error),
            Bytes::Text { .. } => Error::Unreadable {
                path: self.name.clone().into(),
                reason: Sentence::verbatim(error.to_string()),
            },
        }
    }
}
