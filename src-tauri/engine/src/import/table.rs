//! A table that is held in memory as a whole.

use csv::StringRecord;

use super::rows::Row;
use crate::sentence::Sentence;

/// More cells than this are not kept, over all tables of a file.
pub(super) const MAX_CELLS: usize = 8_000_000;

/// Rows of cells, one after the other in one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) name: String,
    /// Names of its columns, where they are no row of it.
    pub(super) names: Option<Vec<String>>,
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    /// The number of each row, and where its cells end in `ends`.
    rows: Vec<(u64, u32)>,
    /// Rows that could not be read, in order: their place in `rows`, and a sentence.
    broken: Vec<(usize, Sentence)>,
}

/// There is no room for another row.
#[derive(Debug)]
pub(super) struct Full;

impl Table {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds a row, which has `number`, counted from 1.
    pub(super) fn push<S: AsRef<str>>(&mut self, number: u64, cells: &[S]) -> Result<(), Full> {
        let length = cells.iter().map(|cell| cell.as_ref().len()).sum::<usize>();
        if self.ends.len() + cells.len() > MAX_CELLS || self.text.len() + length > 1 << 30 {
            return Err(Full);
        }
        for cell in cells {
            self.text.push_str(cell.as_ref());
            self.ends.push(self.text.len() as u32);
        }
        self.rows.push((number, self.ends.len() as u32));
        Ok(())
    }

    /// Adds a row that cannot be read; a sentence says why.
    pub(super) fn push_broken(&mut self, number: u64, message: Sentence) -> Result<(), Full> {
        self.broken.push((self.rows.len(), message));
        self.push::<&str>(number, &[])
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Gives row after row until `on` says to stop.
    pub(super) fn each_row<E>(
        &self,
        on: &mut dyn FnMut(u64, Row<'_>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (mut cell, mut start) = (0, 0);
        let mut record = StringRecord::new();
        let mut broken = self.broken.iter().peekable();
        for (place, &(number, end)) in self.rows.iter().enumerate() {
            record.clear();
            for &end in &self.ends[cell..end as usize] {
                record.push_field(&self.text[start..end as usize]);
                start = end as usize;
            }
            cell = end as usize;
            let row = match broken.next_if(|(broken, _)| *broken == place) {
                Some((_, message)) => Row::Broken(message.clone()),
                None => Row::of(&record),
            };
            if !on(number, row)? {
                break;
            }
        }
        Ok(())
    }
}
