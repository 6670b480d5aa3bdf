//! Which encoding a list is in: byte order mark, else UTF-8 if all of it is
//! valid, else UTF-16 by where its zero bytes are, else a guess from its letters.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use super::nothing;
use super::source::Part;
use crate::error::{Error, Result};
use crate::sentence::Sentence;

/// How a list's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub struct TextEncoding(pub(super) &'static Encoding);

impl TextEncoding {
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);

    /// # Errors
    /// `Invalid` for a label that no encoding has.
    pub fn parse(label: &str) -> Result<Self> {
        // "replacement" stands for encodings that are not safe to read.
        Encoding::for_label_no_replacement(label.as_bytes()).map(Self).ok_or_else(|| {
            Error::Invalid(sentence!(
                "There is no encoding called {label}. Choose another one.",
                label
            ))
        })
    }

    /// Its usual name: "UTF-8", "UTF-16LE", "windows-1252".
    #[must_use]
    pub fn label(self) -> &'static str {
        self.0.name()
    }

    /// What a person can choose from, the likeliest first.
    pub(super) fn choices() -> Vec<Self> {
        vec![
            Self::UTF_8,
            Self(encoding_rs::UTF_16LE),
            Self(encoding_rs::UTF_16BE),
            Self(encoding_rs::WINDOWS_1252),
            Self(encoding_rs::WINDOWS_1250),
            Self(encoding_rs::WINDOWS_1251),
            Self(encoding_rs::WINDOWS_1253),
            Self(encoding_rs::WINDOWS_1254),
            Self(encoding_rs::WINDOWS_1255),
            Self(encoding_rs::WINDOWS_1256),
            Self(encoding_rs::WINDOWS_1257),
            Self(encoding_rs::ISO_8859_2),
            Self(encoding_rs::KOI8_R),
            Self(encoding_rs::MACINTOSH),
            Self(encoding_rs::GB18030),
            Self(encoding_rs::BIG5),
            Self(encoding_rs::SHIFT_JIS),
            Self(encoding_rs::EUC_JP),
            Self(encoding_rs::EUC_KR),
        ]
    }
}

impl From<TextEncoding> for &'static str {
    fn from(encoding: TextEncoding) -> Self {
        encoding.label()
    }
}

impl TryFrom<String> for TextEncoding {
    type Error = Error;

    fn try_from(label: String) -> Result<Self> {
        Self::parse(&label)
    }
}

const CHUNK_BYTES: usize = 1 << 16;

/// A guess from letters needs no more than this.
const GUESS_BYTES: u64 = 4 << 20;

/// Finds the encoding of all of `part`.
///
/// # Errors
/// `NothingToImport` when it is empty or no text.
pub(super) fn detect(part: &Part<'_>) -> Result<TextEncoding> {
    if part.is_text() {
        return Ok(TextEncoding::UTF_8);
    }
    let scan = scan(&mut part.bytes()?).map_err(|error| part.error(&error))?;
    match scan.verdict() {
        Verdict::Is(encoding) => Ok(TextEncoding(encoding)),
        Verdict::Nothing => Err(nothing(sentence!("There is nothing in this file."))),
        Verdict::NoText(reason) => Err(nothing(reason)),
        Verdict::Letters { from } => {
            let guessed = guess(&mut part.bytes()?, from);
            guessed.map(TextEncoding).map_err(|error| part.error(&error))
        }
    }
}

enum Verdict {
    Is(&'static Encoding),
    Nothing,
    /// Not text; a sentence says what it is.
    NoText(Sentence),
    /// Some 8-bit or East Asian encoding; the first telling byte is in the chunk that starts at `from`.
    Letters {
        from: u64,
    },
}

/// What counting all bytes once tells.
#[derive(Default)]
struct Scan {
    start: Vec<u8>,
    bytes: u64,
    zeros_at_even: u64,
    zeros_at_odd: u64,
    /// Control characters other than zeros and white space.
    controls: u64,
    /// The same for two bytes at a time, zeros included, in either order.
    controls_le: u64,
    controls_be: u64,
    /// Characters of more than one byte that are valid UTF-8, and places that are not.
    multibyte: u64,
    invalid: u64,
    /// Where the chunk with the first invalid place starts.
    first_invalid: Option<u64>,
    ends_inside_character: bool,
}

/// Fills `buffer` as far as there is something to read.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn scan(reader: &mut dyn Read) -> io::Result<Scan> {
    let mut scan = Scan::default();
    // The first bytes are what was left of a character at the end of the last chunk.
    let mut buffer = vec![0; 4 + CHUNK_BYTES];
    let mut carried = 0;
    loop {
        let count = fill(reader, &mut buffer[carried..][..CHUNK_BYTES])?;
        if count == 0 {
            break;
        }
        let chunk = &buffer[carried..][..count];
        if scan.bytes == 0 {
            scan.start = chunk[..count.min(16)].to_vec();
        }
        scan.count_controls(chunk);
        carried = scan.check_utf8(&mut buffer, carried + count);
        scan.bytes += count as u64;
    }
    scan.ends_inside_character = carried > 0;
    scan.invalid += u64::from(carried > 0);
    Ok(scan)
}

impl Scan {
    fn count_controls(&mut self, chunk: &[u8]) {
        let is_control =
            |unit: u16| unit < 0x20 && !matches!(unit, 0x09 | 0x0a | 0x0c | 0x0d | 0x1b);
        let (pairs, last) = chunk.as_chunks::<2>();
        for &[even, odd] in pairs {
            self.zeros_at_even += u64::from(even == 0);
            self.zeros_at_odd += u64::from(odd == 0);
            self.controls += u64::from(even != 0 && is_control(even.into()));
            self.controls += u64::from(odd != 0 && is_control(odd.into()));
            self.controls_le += u64::from(is_control(u16::from_le_bytes([even, odd])));
            self.controls_be += u64::from(is_control(u16::from_be_bytes([even, odd])));
        }
        // Only the last chunk can have an odd length.
        for &byte in last {
            self.zeros_at_even += u64::from(byte == 0);
            self.controls += u64::from(byte != 0 && is_control(byte.into()));
        }
    }

    /// Checks the first `end` bytes and moves an unfinished character to the
    /// front; gives its length.
    fn check_utf8(&mut self, buffer: &mut [u8], end: usize) -> usize {
        let mut at = 0;
        while at < end {
            let rest = &buffer[at..end];
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            self.multibyte +=
                rest[..valid].iter().map(|&byte| u64::from(byte >= 0xc0)).sum::<u64>();
            at += valid;
            match invalid {
                Some(0) => break,
                Some(length) => {
                    self.invalid += 1;
                    self.first_invalid.get_or_insert(self.bytes);
                    at += length;
                }
                None => {
                    buffer.copy_within(at..end, 0);
                    return end - at;
                }
            }
        }
        0
    }

    fn verdict(&self) -> Verdict {
        if self.bytes == 0 {
            return Verdict::Nothing;
        }
        if let Some((encoding, _)) = Encoding::for_bom(&self.start) {
            return Verdict::Is(encoding);
        }
        let zeros = self.zeros_at_even + self.zeros_at_odd;
        let units = self.bytes / 2;
        // Spaces, line ends and Latin letters have a zero byte, always on the same side.
        let is_one_sided = |many: u64, few: u64| many > 8 * few && many * 20 >= units;
        if is_one_sided(self.zeros_at_odd, self.zeros_at_even) && self.controls_le * 50 <= units {
            return Verdict::Is(encoding_rs::UTF_16LE);
        }
        if is_one_sided(self.zeros_at_even, self.zeros_at_odd) && self.controls_be * 50 <= units {
            return Verdict::Is(encoding_rs::UTF_16BE);
        }
        // One stray control character in a long list is dirt, many are no text.
        if (zeros > 0 && zeros * 1000 >= self.bytes)
            || (self.controls > 8 && self.controls * 50 > self.bytes)
        {
            return Verdict::NoText(sentence!(
                "This is not a list of texts: it holds binary data. Save it as text or CSV, then open that."
            ));
        }
        // In other encodings, what is valid UTF-8 by chance is rare: a list
        // that mostly is UTF-8 has some broken places, or was cut off.
        let is_cut_off = self.invalid == 1 && self.ends_inside_character && self.multibyte > 0;
        if self.invalid == 0 || self.multibyte >= 4 * self.invalid || is_cut_off {
            Verdict::Is(encoding_rs::UTF_8)
        } else {
            Verdict::Letters { from: self.first_invalid.unwrap_or(0) }
        }
    }
}

/// The likeliest encoding of what starts at `from`.
fn guess(reader: &mut dyn Read, from: u64) -> io::Result<&'static Encoding> {
    io::copy(&mut reader.take(from), &mut io::sink())?;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut read = 0;
    while read < GUESS_BYTES {
        let count = fill(reader, &mut buffer)?;
        if count == 0 {
            break;
        }
        detector.feed(&buffer[..count], false);
        read += count as u64;
    }
    detector.feed(&[], true);
    Ok(detector.guess(None, Utf8Detection::Deny))
}
