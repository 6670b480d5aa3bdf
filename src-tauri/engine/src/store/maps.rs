//! Maps that were laid out.

use rusqlite::{Connection, OptionalExtension as _};

use super::damage;
use super::models::ModelRow;
use crate::analyse::map::{Map, Method};

/// What a map is kept under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapRow {
    pub(crate) model: ModelRow,
    pub(crate) method: Method,
    pub(crate) dims: usize,
}

/// A map and what it was laid out of.
pub struct KeptMap {
    pub(crate) map: Map,
    pub(crate) laid_out: Vec<u8>,
}

pub(crate) fn get(connection: &Connection, row: MapRow) -> rusqlite::Result<Option<KeptMap>> {
    let found = connection
        .prepare_cached(
            "SELECT laid_out, trustworthiness, positions FROM maps
             WHERE model = ?1 AND method = ?2 AND dims = ?3",
        )?
        .query_row((row.model.id, row.method.name(), row.dims), |found| {
            Ok((found.get(0)?, found.get(1)?, found.get::<_, Vec<u8>>(2)?))
        })
        .optional()?;
    let Some((laid_out, trustworthiness, bytes)) = found else { return Ok(None) };
    let (values, rest) = bytes.as_chunks();
    if !rest.is_empty() || values.len() % row.dims != 0 {
        return Err(damage(format!("a map of {} bytes", bytes.len())));
    }
    let positions = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    Ok(Some(KeptMap { map: Map { dims: row.dims, positions, trustworthiness }, laid_out }))
}

/// Keeps the map in place of an older one.
pub(crate) fn put(connection: &Connection, row: MapRow, kept: &KeptMap) -> rusqlite::Result<()> {
    let bytes: Vec<u8> = kept.map.positions.iter().flat_map(|value| value.to_le_bytes()).collect();
    connection.execute(
        "INSERT OR REPLACE INTO maps (model, method, dims, laid_out, trustworthiness, positions)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            row.model.id,
            row.method.name(),
            row.dims,
            &kept.laid_out,
            kept.map.trustworthiness,
            bytes,
        ),
    )?;
    Ok(())
}
