//! Embeddings by model and text: BLOBs of little-endian f32.

use std::collections::HashMap;

use rusqlite::Connection;

use super::damage;
use super::models::ModelRow;
use crate::items::TextHash;
use crate::vectors::Vectors;

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
    let places: HashMap<&TextHash, usize> = hashes.iter().zip(0..).collect();
    let mut exist = vec![false; hashes.len()];
    let mut select = connection.prepare("SELECT text_hash FROM vectors WHERE model = ?1")?;
    let mut rows = select.query([model.id])?;
    while let Some(row) = rows.next()? {
        if let Some(&place) = places.get(&TextHash(row.get(0)?)) {
            exist[place] = true;
        }
    }
    Ok(exist)
}

/// The vectors of the texts with these hashes, in this order; `None` when one
/// of them has none. The numbers go straight from SQLite's pages into place.
pub(crate) fn load(
    connection: &Connection,
    model: ModelRow,
    hashes: &[TextHash],
) -> rusqlite::Result<Option<Vectors>> {
    let dim = model.dim;
    if dim == 0 {
        return Err(damage("a model without dimensions".to_owned()));
    }
    let places: HashMap<&TextHash, usize> = hashes.iter().zip(0..).collect();
    let mut values = vec![0.0_f32; hashes.len() * dim];
    let mut found = 0;
    // The index would be read in the order of the hashes, which is no order:
    // the table itself is read once, from front to back.
    let mut select =
        connection.prepare("SELECT text_hash, vector FROM vectors NOT INDEXED WHERE model = ?1")?;
    let mut rows = select.query([model.id])?;
    while let Some(row) = rows.next()? {
        let Some(&place) = places.get(&TextHash(row.get(0)?)) else { continue };
        let bytes = row.get_ref(1)?.as_blob()?;
        if bytes.len() != dim * 4 {
            return Err(damage(format!("a vector of {} bytes for {dim} dimensions", bytes.len())));
        }
        let (numbers, _) = bytes.as_chunks::<4>();
        for (value, &number) in values[place * dim..][..dim].iter_mut().zip(numbers) {
            *value = f32::from_le_bytes(number);
        }
        found += 1;
    }
    if found < hashes.len() {
        return Ok(None);
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(damage("a vector with something that is no number".to_owned()));
    }
    Ok(Some(Vectors::new(dim, values)))
}
