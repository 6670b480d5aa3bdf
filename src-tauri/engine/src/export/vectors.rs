//! The vectors, and the texts they belong to: for NumPy, and for the TensorFlow projector.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use npyz::WriterBuilder as _;

use super::digest;
use super::rows::{Cell, Table};
use super::target::{self, Target, broken, fill_file};
use crate::error::Result;
use crate::files;
use crate::items::ItemId;
use crate::monitor::{Monitor, Stage};
use crate::vectors::Vectors;

/// Rows between two looks at the monitor.
const AT_ONCE: usize = 256;

/// Writes `n x dim` numbers of four bytes, and beside them `NAME.txt` with a text per line.
///
/// # Errors
/// As [`super::write`], and `Unwritable` when there is such a `.txt` but no such `.npy`: it is something else.
pub(super) fn write_npy(table: &Table<'_>, path: &Path, monitor: &dyn Monitor) -> Result<()> {
    let vectors = digest::all_vectors(table)?;
    let texts = path.with_extension("txt");
    refuse_stranger(path, path, &texts)?;
    files::replace_both([path, &texts], |[first, second]| {
        fill_file(first, path, monitor, |file| {
            fill_npy(file, path, &vectors, &table.order, monitor)
        })?;
        fill_file(second, &texts, monitor, |file| {
            table.for_each(monitor, |_, row| {
                writeln!(file, "{}", row.text).map_err(|error| broken(&texts, &error))
            })
        })
    })
}

/// Writes all vectors as `n x dim` numbers of four bytes in NumPy's format, whole or not at all.
///
/// # Errors
/// `Cancelled`, `Unwritable`, `DiskFull`.
pub fn write_vectors(path: &Path, vectors: &Vectors, monitor: &dyn Monitor) -> Result<()> {
    let all: Vec<ItemId> = (0..vectors.len()).map(ItemId::from_index).collect();
    target::write(path, monitor, |file| fill_npy(file, path, vectors, &all, monitor))
}

fn fill_npy(
    file: &mut Target<'_>,
    path: &Path,
    vectors: &Vectors,
    order: &[ItemId],
    monitor: &dyn Monitor,
) -> Result<()> {
    let failed = |error: io::Error| broken(path, &error);
    let options = npyz::WriteOptions::<f32>::new().default_dtype();
    let shape = [order.len() as u64, vectors.dim() as u64];
    let mut array = options.shape(&shape).writer(file).begin_nd().map_err(failed)?;
    for (part, items) in order.chunks(AT_ONCE).enumerate() {
        monitor.check()?;
        for item in items {
            array.extend(vectors.row(item.index()).iter().copied()).map_err(failed)?;
        }
        monitor.progress(Stage::Exporting, part * AT_ONCE, order.len());
    }
    array.finish().map_err(failed)
}

/// Writes `NAME.vectors.tsv` with a row of numbers per item, and `NAME.metadata.tsv` with a header
/// and a row of facts per item.
///
/// # Errors
/// As [`super::write`], and `Unwritable` when one of the two is there without the other.
pub(super) fn write_projector(table: &Table<'_>, path: &Path, monitor: &dyn Monitor) -> Result<()> {
    let vectors = digest::all_vectors(table)?;
    let [numbers, facts] = projector_paths(path);
    refuse_stranger(path, &numbers, &facts)?;
    refuse_stranger(path, &facts, &numbers)?;
    files::replace_both([&numbers, &facts], |[first, second]| {
        fill_file(first, &numbers, monitor, |file| {
            let failed = |error: io::Error| broken(&numbers, &error);
            for (part, items) in table.order.chunks(AT_ONCE).enumerate() {
                monitor.check()?;
                for item in items {
                    write_numbers(file, vectors.row(item.index())).map_err(failed)?;
                }
                monitor.progress(Stage::Exporting, part * AT_ONCE, table.len());
            }
            Ok(())
        })?;
        fill_file(second, &facts, monitor, |file| {
            let failed = |error: io::Error| broken(&facts, &error);
            let names: Vec<String> = table.columns().map(on_one_line).collect();
            writeln!(file, "{}", names.join("\t")).map_err(failed)?;
            table.for_each(monitor, |_, row| {
                let cells: Vec<String> = row
                    .cells()
                    .map(|cell| match cell {
                        Cell::Text(text) => on_one_line(text),
                        Cell::Figure(figure) => figure,
                    })
                    .collect();
                writeln!(file, "{}", cells.join("\t")).map_err(failed)
            })
        })
    })
}

/// Nobody was asked about a file that only happens to be called as one of the two.
///
/// # Errors
/// `Unwritable` when `other` is there without `own`, and is not the one that was chosen.
fn refuse_stranger(chosen: &Path, own: &Path, other: &Path) -> Result<()> {
    if other.exists() && !own.exists() && other != chosen {
        let there = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(files::unwritable(other, &there));
    }
    Ok(())
}

fn write_numbers(file: &mut Target<'_>, row: &[f32]) -> io::Result<()> {
    for (place, value) in row.iter().enumerate() {
        let before = if place == 0 { "" } else { "\t" };
        write!(file, "{before}{value}")?;
    }
    writeln!(file)
}

/// A cell without what would end it.
pub(super) fn on_one_line(text: &str) -> String {
    text.replace(|letter: char| letter.is_control(), " ")
}

/// The two files for one that was chosen, whatever ending of theirs it has.
fn projector_paths(path: &Path) -> [PathBuf; 2] {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".tsv").unwrap_or(&name);
    let stem =
        [".vectors", ".metadata"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
    ["vectors", "metadata"].map(|what| path.with_file_name(format!("{stem}.{what}.tsv")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_name_gives_the_names_of_two_files() {
        for chosen in ["a.b.tsv", "a.b", "a.b.vectors.tsv", "a.b.metadata.tsv"] {
            let paths = projector_paths(&Path::new("folder").join(chosen));
            let wanted = ["folder/a.b.vectors.tsv", "folder/a.b.metadata.tsv"].map(PathBuf::from);
            assert_eq!(paths, wanted, "for {chosen}");
        }
    }
}
