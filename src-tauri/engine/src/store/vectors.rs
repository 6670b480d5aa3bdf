//! Embeddings by model and text: BLOBs of little-endian f32.

use rusqlite::Connection;

use super::models::ModelRow;
use super::{check, damage};
use crate::items::TextHash;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Vectors that are read before somebody is asked whether to go on.
const CHECK_EVERY: usize = 4096;

/// Keeps the rows of `vectors`, one per hash. A text that has one keeps it.
pub(crate) fn insert<'a>(
    connection: &Connection,
    model: ModelRow,
    hashes: impl Iterator<Item = &'a TextHash>,
    vectors: &Vectors,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO vectors (model, text_hash, vector) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    let mut bytes = Vec::with_capacity(vectors.dim() * 4);
    for (hash, row) in hashes.zip(vectors.rows()) {
        bytes.clear();
        bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        insert.execute((model.id, hash.0, &bytes))?;
    }
    Ok(())
}

/// Whether `model` has embedded the texts with these hashes, by text.
pub(crate) fn which_exist(
    connection: &Connection,
    model: ModelRow,
    hashes: &[TextHash],
) -> rusqlite::Result<Vec<bool>> {
    let places = Places::of(hashes);
    let mut exist = vec![false; hashes.len()];
    let mut select = connection.prepare("SELECT text_hash FROM vectors WHERE model = ?1")?;
    let mut rows = select.query([model.id])?;
    while let Some(row) = rows.next()? {
        for place in places.find(&TextHash(row.get(0)?)) {
            exist[place] = true;
        }
    }
    Ok(exist)
}

/// The vector of one text, if `model` has embedded it.
pub(crate) fn get(
    connection: &Connection,
    model: ModelRow,
    hash: &TextHash,
) -> rusqlite::Result<Option<Vec<f32>>> {
    let mut select = connection
        .prepare_cached("SELECT vector FROM vectors WHERE model = ?1 AND text_hash = ?2")?;
    let mut rows = select.query((model.id, hash.0))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut values = vec![0.0; model.dim];
    decode(row.get_ref(0)?.as_blob()?, &mut values)?;
    Ok(Some(values))
}

fn decode(bytes: &[u8], values: &mut [f32]) -> rusqlite::Result<()> {
    if bytes.len() != values.len() * 4 {
        return Err(damage(format!(
            "a vector of {} bytes for {} dimensions",
            bytes.len(),
            values.len()
        )));
    }
    let (numbers, _) = bytes.as_chunks::<4>();
    for (value, &number) in values.iter_mut().zip(numbers) {
        *value = f32::from_le_bytes(number);
    }
    Ok(())
}

/// The vectors of the texts with these hashes, in this order; `None` when one
/// of them has none. The numbers go straight from SQLite's pages into place.
pub(crate) fn load(
    connection: &Connection,
    model: ModelRow,
    hashes: &[TextHash],
    monitor: &dyn Monitor,
) -> rusqlite::Result<Option<Vectors>> {
    let dim = model.dim;
    if dim == 0 {
        return Err(damage("a model without dimensions".to_owned()));
    }
    let places = Places::of(hashes);
    let mut values = vec![0.0_f32; hashes.len() * dim];
    let mut found = 0;
    // The index would be read in the order of the hashes, which is no order:
    // the table itself is read once, from front to back.
    let mut select =
        connection.prepare("SELECT text_hash, vector FROM vectors NOT INDEXED WHERE model = ?1")?;
    let mut rows = select.query([model.id])?;
    while let Some(row) = rows.next()? {
        if found % CHECK_EVERY == 0 {
            check(monitor)?;
        }
        for place in places.find(&TextHash(row.get(0)?)) {
            decode(row.get_ref(1)?.as_blob()?, &mut values[place * dim..][..dim])?;
            found += 1;
        }
    }
    if found < hashes.len() {
        return Ok(None);
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(damage("a vector with something that is no number".to_owned()));
    }
    Ok(Some(Vectors::new(dim, values)))
}

/// Finds where a text stands: in several places when a context makes two texts the same.
struct Places<'a> {
    hashes: &'a [TextHash],
    /// The beginning of every hash with its place, in order.
    by_beginning: Vec<(u64, u32)>,
}

impl<'a> Places<'a> {
    fn of(hashes: &'a [TextHash]) -> Self {
        let mut by_beginning: Vec<(u64, u32)> = hashes.iter().map(beginning).zip(0..).collect();
        by_beginning.sort_unstable();
        Self { hashes, by_beginning }
    }

    fn find(&self, hash: &TextHash) -> impl Iterator<Item = usize> {
        let beginning = beginning(hash);
        let first = self.by_beginning.partition_point(|&(before, _)| before < beginning);
        self.by_beginning[first..]
            .iter()
            .take_while(move |&&(same, _)| same == beginning)
            .map(|&(_, place)| place as usize)
            .filter(|&place| self.hashes[place] == *hash)
    }
}

fn beginning(hash: &TextHash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
