//! Vectors that come with a list: NumPy's `.npy`, or the pair of files that
//! TensorFlow's projector uses. A row of them belongs to a row of the list.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use npyz::{NpyFile, NpyHeader, Order};

use super::ImportedVectors;
use super::lines::{Line, Lines};
use super::nothing;
use super::source::open_file;
use crate::error::{Error, Result};
use crate::files;

/// No model has more dimensions.
const MAX_DIM: u64 = 65_536;

/// More numbers than this are not kept: 800 MB.
const MAX_NUMBERS: usize = 200_000_000;

/// A header is not longer, in bytes.
const MAX_HEADER_BYTES: u64 = 1 << 16;

/// A file of vectors, looked at.
#[derive(Debug)]
pub(super) struct VectorFile {
    path: PathBuf,
    pub(super) rows: usize,
    pub(super) dim: usize,
    is_numpy: bool,
}

impl VectorFile {
    /// # Errors
    /// `NothingToImport` for what is no table of floating-point numbers.
    pub(super) fn numpy(path: &Path) -> Result<Self> {
        let unreadable = |error: io::Error| files::unreadable(path, &error);
        let mut file = open_file(path)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let header = header(&mut file)?;
        let (&[rows, dim], Order::C) = (header.shape(), header.order()) else {
            return Err(nothing(sentence!(
                "These vectors are no table with a row for each text. Save them as a two-dimensional array in C order."
            )));
        };
        let width = width(&header)?;
        let needed = rows.checked_mul(dim).and_then(|count| count.checked_mul(width));
        if dim == 0 || dim > MAX_DIM || needed.is_none_or(|needed| needed > length) {
            return Err(damaged());
        }
        Ok(Self {
            path: path.to_path_buf(),
            rows: rows as usize,
            dim: dim as usize,
            is_numpy: true,
        })
    }

    /// The file when every line of it is numbers between tabs, and as many as in the first.
    ///
    /// # Errors
    /// `Unreadable`.
    pub(super) fn projector(path: &Path) -> Result<Option<Self>> {
        let unreadable = |error: io::Error| files::unreadable(path, &error);
        let mut lines = Lines::new(open_file(path)?);
        let (mut rows, mut dim) = (0, 0);
        while let Some(line) = lines.next().map_err(unreadable)? {
            let Line::Text(line) = line else { return Ok(None) };
            if line.trim_ascii().is_empty() {
                continue;
            }
            // All of them are counted, the first ones are looked into.
            if rows < 100 {
                let Some(numbers) = numbers(&line) else { return Ok(None) };
                if numbers.len() < 2 || (rows > 0 && numbers.len() != dim) {
                    return Ok(None);
                }
                dim = numbers.len();
            }
            rows += 1;
        }
        let file = Self { path: path.to_path_buf(), rows, dim, is_numpy: false };
        Ok((rows > 0 && dim as u64 <= MAX_DIM).then_some(file))
    }

    /// The vectors of some rows, which are given from low to high.
    ///
    /// # Errors
    /// `NothingToImport` for what is no number, or too many.
    pub(super) fn read(&self, wanted: &[u32]) -> Result<ImportedVectors> {
        if wanted.len().saturating_mul(self.dim) > MAX_NUMBERS {
            return Err(nothing(sentence!(
                "These vectors are more than Kindred reads. Open a part of the list."
            )));
        }
        let mut rows = Vec::with_capacity(wanted.len() * self.dim);
        if self.is_numpy {
            let mut file = BufReader::with_capacity(1 << 16, open_file(&self.path)?);
            let header = header(&mut file)?;
            match width(&header)? {
                4 => self.pick::<f32>(NpyFile::with_header(header, file), wanted, &mut rows)?,
                _ => self.pick::<f64>(NpyFile::with_header(header, file), wanted, &mut rows)?,
            }
        } else {
            self.pick_lines(wanted, &mut rows)?;
        }
        if rows.len() != wanted.len() * self.dim || rows.iter().any(|value| !value.is_finite()) {
            return Err(nothing(sentence!(
                "Something in these vectors is no number. Make them again, then open them."
            )));
        }
        Ok(ImportedVectors { dim: self.dim, rows })
    }

    fn pick<T: npyz::Deserialize + ToSingle>(
        &self,
        file: NpyFile<BufReader<File>>,
        wanted: &[u32],
        rows: &mut Vec<f32>,
    ) -> Result<()> {
        let mut values = file.data::<T>().map_err(|_| damaged())?;
        let mut wanted = wanted.iter().peekable();
        for row in 0..self.rows {
            let is_wanted = wanted.next_if(|&&wanted| wanted as usize == row).is_some();
            for _ in 0..self.dim {
                let value = values.next().and_then(io::Result::ok).ok_or_else(damaged)?;
                if is_wanted {
                    rows.push(value.to_single());
                }
            }
            if wanted.peek().is_none() {
                break;
            }
        }
        Ok(())
    }

    fn pick_lines(&self, wanted: &[u32], rows: &mut Vec<f32>) -> Result<()> {
        let unreadable = |error: io::Error| files::unreadable(&self.path, &error);
        let mut lines = Lines::new(open_file(&self.path)?);
        let mut wanted = wanted.iter().peekable();
        let mut row = 0;
        while wanted.peek().is_some()
            && let Some(line) = lines.next().map_err(unreadable)?
        {
            let Line::Text(line) = line else { return Err(damaged()) };
            if line.trim_ascii().is_empty() {
                continue;
            }
            if wanted.next_if(|&&wanted| wanted == row).is_some() {
                let numbers = numbers(&line).filter(|numbers| numbers.len() == self.dim);
                rows.append(&mut numbers.ok_or_else(damaged)?);
            }
            row += 1;
        }
        Ok(())
    }
}

trait ToSingle {
    fn to_single(self) -> f32;
}

impl ToSingle for f32 {
    fn to_single(self) -> f32 {
        self
    }
}

impl ToSingle for f64 {
    fn to_single(self) -> f32 {
        self as f32
    }
}

fn numbers(line: &[u8]) -> Option<Vec<f32>> {
    let line = std::str::from_utf8(line).ok()?;
    line.split('\t').map(|cell| cell.trim().parse().ok()).collect()
}

fn header(file: &mut impl io::Read) -> Result<NpyHeader> {
    // Eight bytes say what it is, two or four how long the rest is. A header that
    // says it is longer than anybody writes is not waited for.
    let mut start = [0; 8];
    file.read_exact(&mut start).map_err(|_| damaged())?;
    let mut length = vec![0; if start[6] == 1 { 2 } else { 4 }];
    file.read_exact(&mut length).map_err(|_| damaged())?;
    let told = length.iter().rev().fold(0_u64, |told, &byte| (told << 8) | u64::from(byte));
    if told > MAX_HEADER_BYTES {
        return Err(damaged());
    }
    let mut whole = [&start[..], &length].concat();
    file.take(told).read_to_end(&mut whole).map_err(|_| damaged())?;
    if !is_plain(&whole) {
        return Err(damaged());
    }
    NpyHeader::from_reader(whole.as_slice()).map_err(|_| damaged())
}

/// Whether npyz may parse a header: it takes ever longer for brackets in
/// brackets, and multiplies the numbers of the shape without looking.
fn is_plain(header: &[u8]) -> bool {
    let text = String::from_utf8_lossy(header);
    if text.matches(['{', '[', '(']).count() > 4 {
        return false;
    }
    let mut shapes = text.match_indices("shape").map(|(at, _)| &text[at..]);
    shapes.all(|shape| {
        let shape = shape.split_once('(').map_or(shape, |(_, inside)| inside);
        let shape = shape.split_once(')').map_or(shape, |(inside, _)| inside);
        let mut sides = shape.split(|c: char| !c.is_ascii_digit()).filter(|side| !side.is_empty());
        let bytes = sides.try_fold(16_u64, |bytes, side| bytes.checked_mul(side.parse().ok()?));
        bytes.is_some_and(|bytes| bytes <= i64::MAX as u64)
    })
}

/// Bytes per number: 4 or 8.
fn width(header: &NpyHeader) -> Result<u64> {
    match header.dtype().descr().trim_matches('\'') {
        "<f4" | ">f4" => Ok(4),
        "<f8" | ">f8" => Ok(8),
        _ => Err(nothing(sentence!(
            "These vectors are no floating-point numbers of 32 or 64 bits. Save them as float32, then open them."
        ))),
    }
}

/// The list that belongs to a file of vectors by its name: words.npy, words.txt.
pub(super) fn beside(path: &Path) -> Option<PathBuf> {
    let is_there = |path: &PathBuf| path.is_file();
    ["txt", "tsv", "csv"].iter().map(|ending| path.with_extension(ending)).find(is_there)
}

fn damaged() -> Error {
    nothing(sentence!(
        "These vectors are damaged or incomplete. Save them again where they were made, then open them."
    ))
}
